//! The server: binds the services to a listener, with every limit of the transport set, and drains when it is told to.

mod connection;
mod incoming;
mod scrape;
pub mod tls;
mod upkeep;

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{net::TcpListener, sync::watch};
use tonic::{service::Routes, transport::Server};
use tonic_health::server::HealthReporter;

use self::tls::Tls;
use super::{
    analysis::Analysis, app::App, cases::Cases, credentials::Credentials, gate::Gate, intake::Intake, limits, pb,
    policy::Policies, privacy::People, queue::Queue, rules::TenantRules,
};
use crate::{
    access::{AccessTable, TableError},
    store::{Store, StoreError},
    time::ServiceTime,
    triage::Triage,
};

/// What a server is told beside its listener.
#[derive(Debug)]
pub struct ServerConfig {
    /// Certificates; `None`: plaintext, on loopback only.
    pub tls: Option<Tls>,
    /// Where counters are read; `None`: nowhere.
    pub metrics: Option<TcpListener>,
    /// How long calls under way may go on after the server was told to stop.
    pub drain_duration: Duration,
}

/// Why a server did not run, or did not end in order.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// Plaintext was asked for on an address that others reach.
    #[error(
        "refusing plaintext on {0}: other machines can reach it. Give --tls-cert and --tls-key (and --client-ca for \
         mutual TLS), or listen on 127.0.0.1"
    )]
    PlaintextOffLoopback(std::net::SocketAddr),
    /// Counters were to be shown on an address that others reach.
    #[error("refusing to show metrics on {0}: other machines can reach it. Use a loopback address")]
    MetricsOffLoopback(std::net::SocketAddr),
    /// The table of methods could not be read.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Reflection could not be set up.
    #[error("reflection: {0}")]
    Reflection(#[from] tonic_reflection::server::Error),
    /// A socket failed.
    #[error("socket: {0}")]
    Io(#[from] std::io::Error),
    /// The transport failed.
    #[error("transport: {0}")]
    Transport(#[from] tonic::transport::Error),
    /// The tenants' policies could not be read.
    #[error("reading the policies: {0}")]
    Policies(StoreError),
    /// The store could not be closed in order.
    #[error("closing the store: {0}")]
    Store(#[from] StoreError),
}

/// Serves until `shutdown` ends, then drains, then closes the store.
///
/// # Errors
/// An address that must not be served in plaintext; a socket, the transport or the store failed.
pub async fn run(
    listener: TcpListener,
    store: Arc<dyn Store>,
    triage: Arc<Triage>,
    config: ServerConfig,
    time: ServiceTime,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServerError> {
    let ServerConfig { tls, metrics, drain_duration } = config;
    check_addresses(&listener, tls.as_ref(), metrics.as_ref())?;
    let (drain, draining) = watch::channel(false);
    let rules = TenantRules::load(store.as_ref(), triage).await.map_err(ServerError::Policies)?;
    let app = App::new(Arc::clone(&store), rules, time, draining);
    if let Some(listener) = metrics {
        scrape::serve(listener, app.clone());
    }
    let (reporter, health) = tonic_health::server::health_reporter();
    let routes = routes(&app)?.add_service(health);
    set_health(&reporter, true).await;
    let watched = Arc::clone(&store);
    tokio::spawn(async move {
        tokio::select! {
            () = shutdown => {}
            () = watched.failed() => tracing::error!("the store has failed: the server ends"),
        }
        set_health(&reporter, false).await;
        tracing::info!("draining");
        drain.send_replace(true);
    });
    let upkeep = tokio::spawn(upkeep::run(app.clone()));
    let gate = Gate::new(app.clone(), AccessTable::read(pb::DESCRIPTOR_SET)?);
    let incoming = incoming::connections(listener, tls, app.clone());
    let drained = app.clone();
    let serving =
        transport().layer(gate).serve_with_incoming_shutdown(routes, incoming, async move { drained.drained().await });
    let deadline = async move {
        app.drained().await;
        tokio::time::sleep(drain_duration).await;
    };
    tokio::select! {
        served = serving => served?,
        () = deadline => tracing::warn!("calls were still under way at the end of the drain"),
    }
    upkeep.abort();
    store.close().await?;
    tracing::info!("closed");
    Ok(())
}

fn check_addresses(
    listener: &TcpListener,
    tls: Option<&Tls>,
    metrics: Option<&TcpListener>,
) -> Result<(), ServerError> {
    let address = listener.local_addr()?;
    if tls.is_none() && !address.ip().is_loopback() {
        return Err(ServerError::PlaintextOffLoopback(address));
    }
    match metrics.map(TcpListener::local_addr).transpose()? {
        Some(address) if !address.ip().is_loopback() => Err(ServerError::MetricsOffLoopback(address)),
        _ => Ok(()),
    }
}

/// A transport with every limit set; its own defaults bound neither streams nor age.
fn transport() -> Server {
    use limits::{seconds, transport};
    Server::builder()
        .max_concurrent_streams(transport(limits::CONNECTION_CALLS_MAX))
        .max_connection_age(seconds(limits::CONNECTION_AGE_SECONDS_MAX))
        .max_connection_age_grace(seconds(limits::CONNECTION_GRACE_SECONDS_MAX))
        .http2_keepalive_interval(Some(seconds(limits::KEEPALIVE_INTERVAL_SECONDS)))
        .http2_keepalive_timeout(Some(seconds(limits::KEEPALIVE_TIMEOUT_SECONDS)))
        .http2_max_header_list_size(transport(limits::HEADER_BYTES_MAX))
        .http2_max_pending_accept_reset_streams(Some(limits::CONNECTION_RESETS_MAX))
        .http2_max_local_error_reset_streams(Some(limits::CONNECTION_RESETS_MAX))
        .initial_stream_window_size(transport(limits::STREAM_WINDOW_BYTES))
        .initial_connection_window_size(transport(limits::CONNECTION_WINDOW_BYTES))
}

/// Every service with its message limit.
macro_rules! bounded {
    ($service:expr) => {
        $service.max_decoding_message_size(limits::MESSAGE_BYTES_MAX)
    };
}

fn routes(app: &App) -> Result<Routes, tonic_reflection::server::Error> {
    use pb::{
        analysis_service_server::AnalysisServiceServer, case_service_server::CaseServiceServer,
        intake_service_server::IntakeServiceServer, policy_service_server::PolicyServiceServer,
        privacy_service_server::PrivacyServiceServer, queue_service_server::QueueServiceServer,
        tenant_admin_service_server::TenantAdminServiceServer,
    };
    let described = [
        pb::DESCRIPTOR_SET,
        tonic_health::pb::FILE_DESCRIPTOR_SET,
        tonic_types::pb::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1::FILE_DESCRIPTOR_SET,
        tonic_reflection::pb::v1alpha::FILE_DESCRIPTOR_SET,
    ];
    let reflection = || {
        let reflection = tonic_reflection::server::Builder::configure().include_reflection_service(false);
        described.iter().fold(reflection, |reflection, set| reflection.register_encoded_file_descriptor_set(set))
    };
    Ok(Routes::new(bounded!(IntakeServiceServer::new(Intake(app.clone()))))
        .add_service(bounded!(AnalysisServiceServer::new(Analysis(app.clone()))))
        .add_service(bounded!(CaseServiceServer::new(Cases(app.clone()))))
        .add_service(bounded!(PolicyServiceServer::new(Policies(app.clone()))))
        .add_service(bounded!(PrivacyServiceServer::new(People(app.clone()))))
        .add_service(bounded!(QueueServiceServer::new(Queue(app.clone()))))
        .add_service(bounded!(TenantAdminServiceServer::new(Credentials(app.clone()))))
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?))
}

async fn set_health(reporter: &HealthReporter, serving: bool) {
    use tonic_health::ServingStatus::{NotServing, Serving};
    let status = if serving { Serving } else { NotServing };
    for service in ["", "Intake", "Analysis", "Case", "Policy", "Privacy", "Queue", "TenantAdmin"] {
        let name = if service.is_empty() { String::new() } else { format!("triaged.v1.{service}Service") };
        reporter.set_service_status(name, status).await;
    }
}
