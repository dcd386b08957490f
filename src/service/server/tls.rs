//! TLS 1.3 by rustls: certificates from PEM files, client certificates where a CA for them is given. The acceptor is
//! our own, so that certificates can be exchanged while the server runs.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use tokio::net::TcpStream;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        self, RootCertStore, ServerConfig,
        crypto::aws_lc_rs as ciphers,
        pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
        server::{NoServerSessionStorage, WebPkiClientVerifier},
        version::TLS13,
    },
    server::TlsStream,
};

/// Why there is no TLS. Names the file.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read or holds no such thing in PEM.
    #[error("{what} in {file}: {cause}")]
    Pem {
        /// What was looked for.
        what: &'static str,
        /// Where.
        file: PathBuf,
        /// Why it was not found.
        cause: String,
    },
    /// Certificate and key do not fit each other, or the CA is unusable.
    #[error("certificates: {0}")]
    Rustls(#[from] rustls::Error),
    /// The client CA is unusable.
    #[error("client CA: {0}")]
    ClientCa(#[from] rustls::server::VerifierBuilderError),
}

/// Accepts TLS connections. Cheap to clone.
#[derive(Clone)]
pub struct Tls(TlsAcceptor);

impl fmt::Debug for Tls {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Tls")
    }
}

impl Tls {
    /// Reads certificate chain and key, and the CA of client certificates where they are required.
    ///
    /// # Errors
    /// A file is missing or unusable; the error names it.
    pub fn load(certificates: &Path, key: &Path, client_ca: Option<&Path>) -> Result<Self, TlsError> {
        let provider = Arc::new(ciphers::default_provider());
        let chain = read_certificates(certificates)?;
        let key_der = PrivateKeyDer::from_pem_file(key).map_err(|cause| pem("private key", key, &cause))?;
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider)).with_protocol_versions(&[&TLS13])?;
        let mut config = match client_ca {
            None => builder.with_no_client_auth(),
            Some(ca) => {
                let roots = Arc::new(read_roots(ca)?);
                builder.with_client_cert_verifier(WebPkiClientVerifier::builder_with_provider(roots, provider).build()?)
            }
        }
        .with_single_cert(chain, key_der)?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        // No resumption and no early data: every connection shows its certificate anew.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        config.max_early_data_size = 0;
        Ok(Self(TlsAcceptor::from(Arc::new(config))))
    }

    /// The server's side of a handshake.
    pub(super) async fn accept(&self, tcp: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        self.0.accept(tcp).await
    }
}

fn pem(what: &'static str, file: &Path, cause: &dyn fmt::Display) -> TlsError {
    TlsError::Pem { what, file: file.to_owned(), cause: cause.to_string() }
}

fn read_certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let read = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let certificates = read.map_err(|cause| pem("certificates", file, &cause))?;
    if certificates.is_empty() {
        return Err(pem("certificates", file, &"there are none"));
    }
    Ok(certificates)
}

fn read_roots(file: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in read_certificates(file)? {
        roots.add(certificate)?;
    }
    Ok(roots)
}
