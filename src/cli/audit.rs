//! `triaged audit`: checks what the service attested, without the service and without any key but a public one.

use std::{
    fs,
    path::{Path, PathBuf},
};

use clap::Subcommand;

use super::{Exit, Failure, open, settings::Settings};
use crate::{
    crypto::PublicKey,
    service::certificate,
    store::{Store, StoreError, tombstone},
};

/// Subcommands of `audit`.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Checks a certificate of an erasure, or a tombstone feed, against a public key and prints what it says
    Verify(VerifyArgs),
    /// Prints the public key that stands in a tombstone feed: keep it in another place, to check against it later
    PublicKey(PublicKeyArgs),
    /// Prints the certificates of tenants that have left, one a line; the server must be stopped
    Certificates(CertificatesArgs),
}

/// Arguments of `audit verify`.
#[derive(Debug, clap::Args)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    what: What,
    /// File with the public key of the store, 64 hexadecimal digits, kept from before
    #[arg(long, value_name = "FILE")]
    public_key: PathBuf,
}

/// What is checked.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct What {
    /// File with the certificate, as the field `certificate` of an erasure holds it
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// The file `tombstones` that lies beside the keys
    #[arg(long, value_name = "FILE")]
    tombstones: Option<PathBuf>,
}

/// Arguments of `audit public-key`.
#[derive(Debug, clap::Args)]
pub(super) struct PublicKeyArgs {
    /// The file `tombstones` that lies beside the keys
    #[arg(long, value_name = "FILE")]
    tombstones: PathBuf,
}

/// Arguments of `audit certificates`.
#[derive(Debug, clap::Args)]
pub(super) struct CertificatesArgs {
    #[command(flatten)]
    settings: Box<Settings>,
}

/// Does it.
pub(super) fn run(command: Command) -> Result<Exit, Failure> {
    let said = match command {
        Command::Verify(VerifyArgs { what, public_key }) => {
            let key = read(&public_key)?.parse();
            let key = key.map_err(|_| Failure::Argument(format!("{} holds no public key", public_key.display())))?;
            match (what.certificate, what.tombstones) {
                (Some(path), _) => {
                    certificate::verify(&read(&path)?, key).map_err(|error| Failure::Unproved(error.to_string()))?
                }
                (None, Some(path)) => tombstones(&path, key)?,
                (None, None) => return Err(Failure::Argument("give --certificate or --tombstones".to_owned())),
            }
        }
        Command::PublicKey(PublicKeyArgs { tombstones }) => {
            tombstone::read(&tombstones, None, |_| ()).map_err(unproved)?.public.to_string()
        }
        Command::Certificates(CertificatesArgs { settings }) => certificates(*settings)?,
    };
    super::print(&format!("{said}\n"))?;
    Ok(Exit::Done)
}

/// Whoever off-boards a tenant loses its credential with it; should the answer be lost too, this is where it is had again.
fn certificates(settings: Settings) -> Result<String, Failure> {
    let opened = open::existing(&settings.checked()?)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::file("runtime", error))?;
    let left = runtime.block_on(async {
        let left = opened.store.offboarded().await?;
        opened.store.close().await?;
        Ok::<_, StoreError>(left)
    })?;
    let issued = left.iter().map(|(tenant, record)| certificate::issue(opened.store.as_ref(), *tenant, record));
    let issued: Result<Vec<_>, _> = issued.collect();
    issued.map(|lines| lines.join("\n")).map_err(|failure| Failure::Unproved(failure.message()))
}

fn read(path: &Path) -> Result<String, Failure> {
    fs::read_to_string(path).map_err(|error| Failure::path(path, error))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` takes")]
fn unproved(error: tombstone::FeedError) -> Failure {
    Failure::Unproved(error.to_string())
}

/// Reads a whole feed, every signature of it.
fn tombstones(path: &Path, key: PublicKey) -> Result<String, Failure> {
    let mut graves = 0;
    let summary = tombstone::read(path, Some(key), |one| graves += one.burial.graves.len()).map_err(unproved)?;
    summary.reaches(path, 0).map_err(unproved)?;
    let store = uuid::Uuid::from_bytes(summary.store.0);
    Ok(format!("store {store}: {} tombstones, {graves} keys destroyed", summary.last.sequence))
}
