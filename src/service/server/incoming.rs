//! Accepts connections: bounded in number, handshakes beside each other and bounded in time, so that a slow client
//! holds up nobody.

use std::{convert::Infallible, io, sync::Arc, time::Duration};

use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore, mpsc},
};
use tokio_stream::wrappers::ReceiverStream;

use super::{
    connection::{Connection, Stream},
    tls::Tls,
};
use crate::service::{app::App, limits};

/// How long to wait after the machine refused a connection, such as for want of file descriptors.
const PAUSE: Duration = Duration::from_millis(50);

/// Connections that are ready to be served, until the server drains.
pub(super) fn connections(
    listener: TcpListener,
    tls: Option<Tls>,
    app: App,
) -> ReceiverStream<Result<Connection, Infallible>> {
    let (ready, connections) = mpsc::channel(64);
    let room = Arc::new(Semaphore::new(limits::CONNECTIONS_MAX));
    tokio::spawn(async move {
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((tcp, _)) => admit(tcp, &room, tls.as_ref(), &app, &ready),
                    Err(error) => pause(&error).await,
                },
                () = app.drained() => return,
                () = ready.closed() => return,
            }
        }
    });
    ReceiverStream::new(connections)
}

/// Waits before the next try: without file descriptors every try fails at once.
pub(super) async fn pause(error: &io::Error) {
    tracing::warn!(kind = %error.kind(), "no connection accepted");
    tokio::time::sleep(PAUSE).await;
}

/// Prepares a connection beside the others; beyond the limit it is closed at once.
fn admit(
    tcp: TcpStream,
    room: &Arc<Semaphore>,
    tls: Option<&Tls>,
    app: &App,
    ready: &mpsc::Sender<Result<Connection, Infallible>>,
) {
    let Ok(permit) = Arc::clone(room).try_acquire_owned() else {
        tracing::warn!("connection refused: too many are open");
        return;
    };
    let (tls, metrics, ready) = (tls.cloned(), Arc::clone(&app.metrics), ready.clone());
    tokio::spawn(async move {
        let connection = prepare(tcp, tls, permit).await;
        if let Some((stream, permit)) = connection {
            // The receiver is gone only when the server ends.
            drop(ready.send(Ok(Connection::new(stream, metrics, permit))).await);
        }
    });
}

async fn prepare(
    tcp: TcpStream,
    tls: Option<Tls>,
    permit: OwnedSemaphorePermit,
) -> Option<(Stream, OwnedSemaphorePermit)> {
    tcp.set_nodelay(true).ok()?;
    let Some(tls) = tls else { return Some((Stream::Plain(tcp), permit)) };
    let handshake = tokio::time::timeout(limits::seconds(limits::HANDSHAKE_SECONDS_MAX), tls.accept(tcp));
    match handshake.await {
        Ok(Ok(stream)) => Some((Stream::Tls(Box::new(stream)), permit)),
        Ok(Err(error)) => {
            tracing::info!(why = tls_failure(&error), "no TLS connection");
            None
        }
        Err(_) => {
            tracing::info!(why = "timeout", "no TLS connection");
            None
        }
    }
}

/// Why a handshake failed, in a fixed vocabulary: what a client sent is not repeated.
fn tls_failure(error: &io::Error) -> &'static str {
    use tokio_rustls::rustls::Error;
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(Error::InvalidMessage(_)) => "not TLS: is the client set to plaintext?",
        Some(Error::NoCertificatesPresented) => "no client certificate",
        Some(Error::InvalidCertificate(_)) => "client certificate refused",
        Some(Error::PeerIncompatible(_)) => "no common version or cipher",
        Some(Error::AlertReceived(_)) => "the client refused our certificate",
        Some(_) => "handshake failed",
        None => "closed",
    }
}
