//! `triaged serve`: opens the store, makes the first credential of a new one, serves until it is told to stop.

use std::{io, net::SocketAddr, path::Path, sync::Arc, time::Duration};

use tokio::net::TcpListener;

#[cfg(unix)]
use super::key::control::Control;
use super::{Exit, Failure, log, open, secret_file, settings::Settings};
use crate::{
    config::{Config, TlsFiles},
    conversation::RawText,
    service::server::{self, ServerConfig, tls::Tls},
    store::{
        AccessRole, NewCredential, Recovery, Rotated, Store,
        embedded::{EmbeddedStore, recovery},
    },
    triage::Triage,
};

/// The tenant that the first start makes.
const FIRST_TENANT: &str = "default";

/// How long the first credential is valid.
const FIRST_CREDENTIAL: Duration = Duration::from_hours(24);

/// Arguments of `serve`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    settings: Box<Settings>,
}

/// Serves.
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    let config = args.settings.checked()?;
    log::start(config.log_format, config.log_level);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::file("runtime", error))?;
    runtime.block_on(serve(config))?;
    Ok(Exit::Done)
}

async fn serve(config: Config) -> Result<(), Failure> {
    let stop = stop_signal().map_err(|error| Failure::file("signals", error))?;
    let tls = config.tls.as_ref().map(load_tls).transpose()?;
    let listener = bind(config.listen).await?;
    let metrics = match config.metrics_listen {
        Some(address) => Some(bind(address).await?),
        None => None,
    };
    let address = listener.local_addr().map_err(|error| Failure::file("listener", error))?;
    let opened = open::store(&config)?;
    first_credential(opened.store.as_ref(), &config.credential_file).await?;
    say_recovery(&config)?;
    let triage = Arc::new(Triage::new()?);
    let metrics_address = metrics.as_ref().and_then(|listener| listener.local_addr().ok());
    #[cfg(unix)]
    let _control = control(&config, &opened.store);
    tokio::spawn(resume_rotations(Arc::clone(&opened.store)));
    super::say(&ready(address, metrics_address, &config));
    let server = ServerConfig { tls, metrics, drain_duration: config.drain_timeout };
    Ok(server::run(listener, opened.store, triage, server, opened.time, stop).await?)
}

/// Opens the control socket. Without it, as where its path is too long, everything else works.
#[cfg(unix)]
fn control(config: &Config, store: &Arc<EmbeddedStore>) -> Option<Control> {
    let control = Control::serve(&config.keys_dir, Arc::clone(store), config.key.clone());
    let why = |error: &io::Error| {
        super::say(&format!("triaged: warning: no control socket ({error}): stop the server to rotate keys"));
    };
    control.inspect_err(why).ok()
}

/// Goes on with rotations of keys that the end of an earlier process cut short.
async fn resume_rotations(store: Arc<EmbeddedStore>) {
    match store.resume_rotations().await {
        Ok(done) if done == Rotated::default() => {}
        Ok(Rotated { keys, wraps, values, damaged }) => {
            tracing::info!(keys, wraps, values, damaged, "a rotation of keys is complete");
        }
        Err(error) => tracing::warn!(%error, "a rotation of keys is not complete; the next start goes on"),
    }
}

/// Says whether the loss of the key file would be the loss of everything.
fn say_recovery(config: &Config) -> Result<(), Failure> {
    let why = match recovery::recovery(&config.keys_dir, &open::master(config)?)? {
        Recovery::Proved(_) => return Ok(()),
        Recovery::NoEscrow => "the master key is in no other hands: `triaged key escrow`",
        Recovery::Unproved => "the escrow of the master key was never tried: `triaged key escrow verify`",
    };
    super::say(&format!("triaged: warning: NO_RECOVERY: {why} (docs/backup-and-restore.md)"));
    Ok(())
}

async fn bind(address: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(address).await.map_err(|error| Failure::file(format!("listening on {address}"), error))
}

fn load_tls(files: &TlsFiles) -> Result<Tls, Failure> {
    Ok(Tls::load(&files.certificates, &files.key, files.client_ca.as_deref())?)
}

/// Makes the first tenant, and a credential with every role where the tenant has none. The token goes to a file, never
/// to the screen or the log.
async fn first_credential(store: &dyn Store, file: &Path) -> Result<(), Failure> {
    let tenant = store.ensure_tenant(FIRST_TENANT).await?;
    if !store.list_credentials(tenant, 1, None).await?.items.is_empty() {
        return Ok(());
    }
    secret_file::remove_stale(file).map_err(|error| Failure::path(file, error))?;
    let new = NewCredential {
        tenant,
        creator: None,
        roles: AccessRole::ALL.to_vec(),
        label: "first start".to_owned(),
        valid_duration: FIRST_CREDENTIAL,
    };
    let (_, token): (_, RawText) = store.create_credential(new).await?;
    secret_file::write(file, &token).map_err(|error| Failure::path(file, error))
}

/// What is said when the server takes calls: where, with which credential, and a command to try it. The token stands in
/// the environment of that command, so that no list of processes shows it.
fn ready(address: SocketAddr, metrics: Option<SocketAddr>, config: &Config) -> String {
    let file = config.credential_file.display();
    let metrics = metrics.map_or_else(String::new, |address| format!(" metrics={address}"));
    let mut lines = format!("ready listen={address} credential={file}{metrics}\n");
    let transport = match &config.tls {
        None => "-plaintext".to_owned(),
        Some(tls) => {
            let client = if tls.client_ca.is_some() { " -cert CLIENT.pem -key CLIENT.key" } else { "" };
            format!("-cacert CA.pem{client}")
        }
    };
    lines.extend([
        &format!("try: TRIAGED_TOKEN=$(cat '{file}') grpcurl {transport} -expand-headers "),
        "-H 'authorization: Bearer ${TRIAGED_TOKEN}' ",
        &format!("{address} list"),
    ]);
    lines
}

/// Ends when the process is told to stop. The signals are taken over at once, so that none is lost.
#[cfg(unix)]
fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}
