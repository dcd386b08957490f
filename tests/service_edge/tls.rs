//! TLS, client certificates, and what is refused in plaintext.

use std::{path::Path, sync::Arc, time::Duration};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::net::TcpListener;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Identity};
use triaged::{
    service::{
        pb::{self, queue_service_client::QueueServiceClient},
        server::{self, ServerConfig, ServerError, tls::Tls},
    },
    store::{AccessRole, Store},
    triage::Triage,
};

use crate::harness::{Server, authed};

struct Authority {
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap().pem();
        Self { certificate, issuer: Issuer::new(params, key) }
    }

    /// Certificate and key for a name, in PEM.
    fn issue(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        (params.signed_by(&key, &self.issuer).unwrap().pem(), key.serialize_pem())
    }
}

fn load(dir: &Path, authority: &Authority, client_ca: Option<&Authority>) -> Tls {
    let (certificate, key) = authority.issue("localhost");
    let file = |name: &str, text: &str| {
        let path = dir.join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let ca = client_ca.map(|ca| file("ca.pem", &ca.certificate));
    Tls::load(&file("cert.pem", &certificate), &file("key.pem", &key), ca.as_deref()).unwrap()
}

/// Whether a call passes with this trust and this certificate of the client's own.
async fn passes(server: &Server, trust: &Authority, identity: Option<(String, String)>) -> bool {
    let mut tls =
        ClientTlsConfig::new().ca_certificate(Certificate::from_pem(&trust.certificate)).domain_name("localhost");
    if let Some((certificate, key)) = identity {
        tls = tls.identity(Identity::from_pem(certificate, key));
    }
    let endpoint = Channel::from_shared(format!("https://{}", server.address)).unwrap().tls_config(tls).unwrap();
    let Ok(channel) = endpoint.connect().await else { return false };
    let token = server.credential("default", &[AccessRole::Agent]).await.1;
    QueueServiceClient::new(authed(channel, &token)).lease_items(pb::LeaseItemsRequest::default()).await.is_ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_needs_the_right_authority() {
    let (dir, authority, other) = (tempfile::tempdir().unwrap(), Authority::new(), Authority::new());
    let server = Server::start_with(Some(load(dir.path(), &authority, None))).await;
    assert!(passes(&server, &authority, None).await);
    assert!(!passes(&server, &other, None).await);
    // Plaintext on the TLS port goes nowhere.
    let token = server.credential("default", &[AccessRole::Agent]).await.1;
    let mut plain = QueueServiceClient::new(authed(server.channel(), &token));
    assert!(plain.lease_items(pb::LeaseItemsRequest::default()).await.is_err());
    assert!(passes(&server, &authority, None).await, "the server goes on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_authority_demands_a_certificate_of_it() {
    let (dir, authority, clients) = (tempfile::tempdir().unwrap(), Authority::new(), Authority::new());
    let server = Server::start_with(Some(load(dir.path(), &authority, Some(&clients)))).await;
    assert!(passes(&server, &authority, Some(clients.issue("worker"))).await);
    assert!(!passes(&server, &authority, None).await, "without a certificate");
    assert!(!passes(&server, &authority, Some(authority.issue("worker"))).await, "of another authority");
}

#[tokio::test(flavor = "multi_thread")]
async fn unusable_certificates_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let (authority, file) = (Authority::new(), |name: &str| dir.path().join(name));
    let (certificate, key) = authority.issue("localhost");
    std::fs::write(file("cert"), &certificate).unwrap();
    std::fs::write(file("key"), &key).unwrap();
    std::fs::write(file("other"), authority.issue("localhost").1).unwrap();
    std::fs::write(file("empty"), "").unwrap();
    assert!(Tls::load(&file("cert"), &file("key"), None).is_ok());
    for (cert, key, ca) in [
        ("missing", "key", None),
        ("empty", "key", None),
        ("cert", "missing", None),
        ("cert", "empty", None),
        ("cert", "other", None),
        ("cert", "key", Some("missing")),
        ("cert", "key", Some("empty")),
    ] {
        let loaded = Tls::load(&file(cert), &file(key), ca.map(&file).as_deref());
        assert!(loaded.is_err(), "{cert} {key} {ca:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn plaintext_and_metrics_stay_on_loopback() {
    let server = Server::start().await;
    let run = async |address: &str, metrics: Option<&str>| {
        let metrics = match metrics {
            Some(address) => Some(TcpListener::bind(address).await.unwrap()),
            None => None,
        };
        let config = ServerConfig { tls: None, metrics, drain_duration: Duration::ZERO };
        let listener = TcpListener::bind(address).await.unwrap();
        let (store, triage) = (server.store.clone() as Arc<dyn Store>, Arc::new(Triage::new().unwrap()));
        server::run(listener, store, triage, config, server.store.service_time(), std::future::pending()).await
    };
    assert!(matches!(run("0.0.0.0:0", None).await, Err(ServerError::PlaintextOffLoopback(_))));
    let metrics = run("127.0.0.1:0", Some("0.0.0.0:0")).await;
    assert!(matches!(metrics, Err(ServerError::MetricsOffLoopback(_))));
}
