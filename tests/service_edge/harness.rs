//! A server in directories of its own, with a clock that is turned by hand, and clients for it.

use std::{future::IntoFuture, sync::Arc, time::Duration};

use tempfile::TempDir;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};
use tonic::{
    Request, Response, Status, Streaming,
    client::Grpc,
    codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder},
    metadata::MetadataValue,
    service::{Interceptor, interceptor::InterceptedService},
    transport::Channel,
};
use tonic_types::StatusExt;
use triaged::{
    crypto::{MasterKey, Secret},
    service::{
        pb,
        server::{self, ServerConfig, ServerError, tls::Tls},
    },
    store::{
        AccessRole, CredentialRecord, NewCredential, Store,
        embedded::{EmbeddedStore, StoreConfig},
    },
    time::{Clock, ManualClock, Timestamp},
    triage::Triage,
};

/// When every test begins: a Monday morning.
pub(crate) const START: Timestamp = Timestamp(1_764_581_400_000_000);

/// A running server.
pub(crate) struct Server {
    pub(crate) address: String,
    pub(crate) store: Arc<EmbeddedStore>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) dirs: TempDir,
    stop: oneshot::Sender<()>,
    running: JoinHandle<Result<(), ServerError>>,
}

/// A client's connection and credential.
pub(crate) type Authed = InterceptedService<Channel, Bearer>;

/// Puts a token into every call.
#[derive(Clone)]
pub(crate) struct Bearer(MetadataValue<tonic::metadata::Ascii>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

impl Server {
    /// A server without TLS.
    pub(crate) async fn start() -> Self {
        Self::start_with(None).await
    }

    /// A server with or without TLS.
    pub(crate) async fn start_with(tls: Option<Tls>) -> Self {
        let dirs = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(START));
        let store = EmbeddedStore::open(StoreConfig {
            data_dir: dirs.path().join("data"),
            keys_dir: dirs.path().join("keys"),
            master_key: MasterKey::new(Secret::from_slice(&[7; 32]).unwrap()).unwrap(),
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
        });
        let store = Arc::new(store.unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let config = ServerConfig { tls, metrics: None, drain_duration: Duration::from_secs(5) };
        let (stop, stopped) = oneshot::channel::<()>();
        let (triage, time) = (Arc::new(Triage::new().unwrap()), store.service_time());
        let shutdown = async move { drop(stopped.await) };
        let running = server::run(listener, Arc::clone(&store) as Arc<dyn Store>, triage, config, time, shutdown);
        Self { address, store, clock, dirs, stop, running: tokio::spawn(running) }
    }

    /// Makes a credential of a tenant, a principal of its own.
    pub(crate) async fn credential(&self, tenant: &str, roles: &[AccessRole]) -> (CredentialRecord, String) {
        let tenant = self.store.ensure_tenant(tenant).await.unwrap();
        let new = NewCredential {
            tenant,
            creator: None,
            roles: roles.to_vec(),
            label: "test".into(),
            valid_duration: Duration::from_hours(24 * 30),
        };
        let (record, token) = self.store.create_credential(new).await.unwrap();
        (record, token.expose().to_owned())
    }

    /// A connection.
    pub(crate) fn channel(&self) -> Channel {
        Channel::from_shared(format!("http://{}", self.address)).unwrap().connect_lazy()
    }

    /// A connection with a new credential of the tenant `default`.
    pub(crate) async fn client(&self, roles: &[AccessRole]) -> Authed {
        self.client_of("default", roles).await
    }

    /// A connection with a new credential of a tenant.
    pub(crate) async fn client_of(&self, tenant: &str, roles: &[AccessRole]) -> Authed {
        let (_, token) = self.credential(tenant, roles).await;
        authed(self.channel(), &token)
    }

    /// Tells the server to stop; gives what it ended with.
    pub(crate) fn stop(self) -> impl Future<Output = Result<(), ServerError>> {
        self.stop.send(()).unwrap();
        let (running, dirs) = (self.running, self.dirs);
        async move {
            let ended = running.into_future().await.unwrap();
            drop(dirs);
            ended
        }
    }
}

/// A connection that sends a token.
pub(crate) fn authed(channel: Channel, token: &str) -> Authed {
    InterceptedService::new(channel, Bearer(format!("Bearer {token}").parse().unwrap()))
}

// ---- calls of any method with any bytes --------------------------------------------------------------------------

/// Messages as bytes.
#[derive(Default)]
pub(crate) struct RawCodec;

impl Codec for RawCodec {
    type Encode = Vec<u8>;
    type Decode = Vec<u8>;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        Self
    }

    fn decoder(&mut self) -> Self {
        Self
    }
}

impl Encoder for RawCodec {
    type Item = Vec<u8>;
    type Error = Status;

    fn encode(&mut self, item: Vec<u8>, buffer: &mut EncodeBuf<'_>) -> Result<(), Status> {
        bytes::BufMut::put_slice(buffer, &item);
        Ok(())
    }
}

impl Decoder for RawCodec {
    type Item = Vec<u8>;
    type Error = Status;

    fn decode(&mut self, buffer: &mut DecodeBuf<'_>) -> Result<Option<Vec<u8>>, Status> {
        let length = bytes::Buf::remaining(buffer);
        Ok(Some(bytes::Buf::copy_to_bytes(buffer, length).to_vec()))
    }
}

/// Methods whose answer has no end; its first message is read.
const ENDLESS: [&str; 1] = ["/triaged.v1.QueueService/WatchQueue"];

/// Sends one message of these bytes to any method and reads the answer to its end.
pub(crate) async fn call(
    channel: Channel,
    path: &str,
    authorization: Option<&str>,
    message: Vec<u8>,
) -> Result<Vec<Vec<u8>>, Status> {
    let mut grpc = Grpc::new(channel).max_encoding_message_size(usize::MAX);
    grpc.ready().await.unwrap();
    let mut request = Request::new(tokio_stream::iter([message]));
    if let Some(value) = authorization {
        request.metadata_mut().insert("authorization", value.parse().unwrap());
    }
    let answer: Response<Streaming<Vec<u8>>> = grpc.streaming(request, path.parse().unwrap(), RawCodec).await?;
    let (mut answer, mut messages) = (answer.into_inner(), Vec::new());
    while let Some(message) = answer.message().await? {
        messages.push(message);
        if ENDLESS.contains(&path) {
            break;
        }
    }
    Ok(messages)
}

/// The reason in the details of a status.
pub(crate) fn reason(status: &Status) -> String {
    status.get_error_details().error_info().map(|info| info.reason.clone()).unwrap_or_default()
}

/// Everything of a status that a caller sees.
pub(crate) fn seen(status: &Status) -> (tonic::Code, String, Vec<u8>) {
    (status.code(), status.message().to_owned(), status.details().to_vec())
}

// ---- requests ----------------------------------------------------------------------------------------------------

/// A web form.
pub(crate) fn form(body: &str) -> pb::SubmitInteractionRequest {
    let query = pb::Query { body: body.into(), ..Default::default() };
    submit(pb::interaction::Kind::Query(query))
}

/// A submission of any kind.
pub(crate) fn submit(kind: pb::interaction::Kind) -> pb::SubmitInteractionRequest {
    let interaction = Some(pb::Interaction { kind: Some(kind), ..Default::default() });
    pb::SubmitInteractionRequest { interaction, ..Default::default() }
}
