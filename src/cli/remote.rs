//! A running service as a client reaches it: its address, TLS, the credential. What goes over the wire may be raw text,
//! so that it is plain on the loopback interface alone and under TLS everywhere else.

use std::{
    net::{SocketAddr, ToSocketAddrs},
    path::{Path, PathBuf},
    time::Duration,
};

use tonic::{
    Code, Request, Status,
    metadata::{Ascii, MetadataValue},
    service::{Interceptor, interceptor::InterceptedService},
    transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Identity},
};
use tonic_types::StatusExt;

use super::Failure;
use crate::{
    archive::source,
    config,
    conversation::RawText,
    service::reason::{REASONS, Retry},
};

/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// A silent connection is asked for a sign of life after this.
const KEEPALIVE: Duration = Duration::from_secs(20);

/// Wait before the same is sent again, where the service states none.
const RETRY_DELAY: Duration = Duration::from_secs(1);

/// How a running service is reached.
#[derive(Debug, clap::Args)]
pub(super) struct Remote {
    /// File with the token of the credential; `TRIAGED_TOKEN` gives it too
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// CA that the server's certificate must come from (PEM); needed for every address that is not loopback
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Certificate to show, where the server asks for one (PEM)
    #[arg(long, value_name = "FILE", requires = "client_key")]
    client_cert: Option<PathBuf>,
    /// Its private key (PEM)
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    client_key: Option<PathBuf>,
}

/// Why a service cannot be called.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// The address is none.
    #[error("`{0}` is no address: give HOST:PORT, http://LOOPBACK:PORT or https://HOST:PORT")]
    Address(String),
    /// Raw text would cross a network in the clear.
    #[error("{0}: is not loopback, and what is sent is not redacted yet: use TLS, with --ca FILE")]
    Plaintext(String),
    /// No CA.
    #[error("{0}: name the CA of the server's certificate with --ca FILE")]
    NoCa(String),
    /// No credential.
    #[error("no credential: set TRIAGED_TOKEN or give --token-file FILE")]
    NoToken,
    /// Others may read the token.
    #[error("{}: others may read this token; `chmod 600` it", .0.display())]
    TokenReadable(PathBuf),
    /// What stands there is no token.
    #[error("the token holds characters that no token has")]
    Token,
    /// Nobody answers there.
    #[error("{address}: {error}")]
    Unreachable {
        /// Where.
        address: String,
        /// What the transport says.
        error: tonic::transport::Error,
    },
    /// The service does not want the call.
    #[error("the service answered {code:?} {reason}")]
    Refused {
        /// Canonical status.
        code: Code,
        /// The reason, where it told one.
        reason: String,
    },
}

impl RemoteError {
    /// The refusal of a call. The texts of a status are the server's own; only its reason is shown.
    pub(super) fn refused(status: &Status) -> Self {
        Self::Refused { code: status.code(), reason: reason(status) }
    }

    /// Whether other settings of the client would help.
    pub(super) fn is_setting(&self) -> bool {
        match self {
            Self::Unreachable { .. } => false,
            Self::Refused { code, .. } => matches!(code, Code::Unauthenticated | Code::PermissionDenied),
            _ => true,
        }
    }
}

/// The reason of a status, as docs/errors.md lists it; empty: none.
pub(super) fn reason(status: &Status) -> String {
    status.get_details_error_info().map(|info| known(&info.reason).to_owned()).unwrap_or_default()
}

/// A reason as far as it looks like one: nothing else a server sends is shown.
pub(super) fn known(reason: &str) -> &str {
    let looks = reason.len() <= 64 && reason.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    if looks { reason } else { "" }
}

/// How long to wait before the same is sent again; `None`: it would fail again.
pub(super) fn retry(status: &Status) -> Option<Duration> {
    let stated = status.get_details_retry_info().and_then(|info| info.retry_delay);
    stated.or_else(|| retry_of(status.code(), &reason(status)))
}

/// The same of a code and a reason, as they stand in the outcome of an item.
pub(super) fn retry_of(code: Code, reason: &str) -> Option<Duration> {
    match REASONS.iter().find(|row| row.name == reason).map(|row| row.retry) {
        Some(Retry::AfterMillis(millis)) => Some(Duration::from_millis(millis)),
        Some(Retry::Never) => None,
        None => {
            let passing = matches!(code, Code::ResourceExhausted | Code::Unavailable | Code::DeadlineExceeded);
            passing.then_some(RETRY_DELAY)
        }
    }
}

/// Adds the credential to every call.
#[derive(Clone)]
pub(super) struct Bearer(MetadataValue<Ascii>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

/// A channel on which every call brings the credential.
pub(super) type Authed = InterceptedService<Channel, Bearer>;

impl Remote {
    /// Connects.
    pub(super) async fn connect(&self, address: &str) -> Result<Authed, Failure> {
        let bearer = self.bearer()?;
        let endpoint = self.endpoint(address)?;
        let channel = endpoint.connect().await;
        let channel = channel.map_err(|error| RemoteError::Unreachable { address: address.to_owned(), error })?;
        Ok(InterceptedService::new(channel, bearer))
    }

    fn bearer(&self) -> Result<Bearer, Failure> {
        let token = match &self.token_file {
            None => config::token().ok_or(RemoteError::NoToken)?,
            Some(path) => {
                let failed = |error| Failure::path(path, error);
                if !source::is_private(path).map_err(failed)? {
                    return Err(RemoteError::TokenReadable(path.clone()).into());
                }
                RawText::new(std::fs::read_to_string(path).map_err(failed)?)
            }
        };
        let value = format!("Bearer {}", token.expose().trim()).parse();
        let mut value: MetadataValue<Ascii> = value.map_err(|_| RemoteError::Token)?;
        value.set_sensitive(true);
        Ok(Bearer(value))
    }

    fn endpoint(&self, address: &str) -> Result<Endpoint, Failure> {
        let (tls, authority) = match address.split_once("://") {
            Some(("https", rest)) => (Some(true), rest),
            Some(("http", rest)) => (Some(false), rest),
            Some(_) => return Err(RemoteError::Address(address.to_owned()).into()),
            None => (self.ca.as_ref().map(|_| true), address),
        };
        let no_address = || RemoteError::Address(address.to_owned());
        let authority = authority.trim_end_matches('/');
        let (host, _) = authority.rsplit_once(':').ok_or_else(no_address)?;
        let endpoint = if tls == Some(true) {
            let ca = self.ca.as_deref().ok_or_else(|| RemoteError::NoCa(address.to_owned()))?;
            let endpoint = Endpoint::from_shared(format!("https://{authority}")).map_err(|_| no_address())?;
            endpoint.tls_config(self.tls(ca, host)?).map_err(|_| no_address())?
        } else {
            let (place, is_loopback) = resolve(authority).ok_or_else(no_address)?;
            if !is_loopback {
                return Err(RemoteError::Plaintext(address.to_owned()).into());
            }
            Endpoint::from_shared(format!("http://{place}")).map_err(|_| no_address())?
        };
        Ok(endpoint.connect_timeout(CONNECT_TIMEOUT).http2_keep_alive_interval(KEEPALIVE).tcp_nodelay(true))
    }

    fn tls(&self, ca: &Path, host: &str) -> Result<ClientTlsConfig, Failure> {
        let read = |path: &Path| std::fs::read(path).map_err(|error| Failure::path(path, error));
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(read(ca)?)).domain_name(host);
        match (&self.client_cert, &self.client_key) {
            (Some(certificate), Some(key)) => Ok(tls.identity(Identity::from_pem(read(certificate)?, read(key)?))),
            _ => Ok(tls),
        }
    }
}

/// The address that a name leads to, and whether it leads to the loopback interface alone; `None`: it leads nowhere.
fn resolve(authority: &str) -> Option<(SocketAddr, bool)> {
    let places: Vec<SocketAddr> = authority.to_socket_addrs().ok()?.collect();
    Some((*places.first()?, places.iter().all(|place| place.ip().is_loopback())))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn remote() -> Remote {
        Remote { token_file: None, ca: None, client_cert: None, client_key: None }
    }

    #[track_caller]
    fn check(address: &str, expected: Option<&str>) {
        let found = remote().endpoint(address).map(|endpoint| endpoint.uri().to_string());
        match expected {
            None => assert!(matches!(found, Err(Failure::Remote(error)) if error.is_setting()), "{address}"),
            Some(uri) => assert_eq!(found.ok().as_deref(), Some(uri)),
        }
    }

    #[test]
    fn raw_text_leaves_in_the_clear_to_loopback_only() {
        check("127.0.0.1:50051", Some("http://127.0.0.1:50051/"));
        check("http://[::1]:50051/", Some("http://[::1]:50051/"));
        check("192.0.2.1:50051", None);
        check("http://192.0.2.1:50051", None);
        check("https://127.0.0.1:50051", None);
        check("ftp://127.0.0.1:50051", None);
        check("50051", None);
    }

    #[test]
    fn what_passes_by_itself_is_tried_again_and_nothing_else() {
        assert_eq!(retry_of(Code::Unavailable, "SHUTTING_DOWN"), Some(Duration::from_millis(200)));
        assert_eq!(retry_of(Code::ResourceExhausted, "MESSAGE_TOO_LARGE"), None);
        assert_eq!(retry_of(Code::ResourceExhausted, "A_LATER_REASON"), Some(RETRY_DELAY));
        assert_eq!(retry_of(Code::InvalidArgument, ""), None);
        assert_eq!((known("NO_CAPACITY"), known("jo@mail.example")), ("NO_CAPACITY", ""));
    }

    #[test]
    fn a_token_that_others_may_read_is_not_used() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("token");
        std::fs::write(&path, "trg_x\n").unwrap();
        let remote = Remote { token_file: Some(path.clone()), ..remote() };
        let mode = |mode| {
            #[cfg(unix)]
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
        };
        mode(0o644);
        assert!(matches!(remote.bearer(), Err(Failure::Remote(RemoteError::TokenReadable(_)))));
        mode(0o600);
        assert_eq!(remote.bearer().map(|bearer| format!("{:?}", bearer.0)).ok().as_deref(), Some("Sensitive"));
    }
}
