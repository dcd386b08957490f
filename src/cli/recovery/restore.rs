//! `triaged restore`: the way back from two backups, the newest tombstones and the offline identity.

use std::{collections::BTreeSet, path::PathBuf};

use crate::{
    cli::{Exit, Failure, open, print, say, settings::Settings},
    id::PrincipalId,
    store::{
        AccessRole, Store, StoreError,
        embedded::recovery::{self, Backups, Contents, Place},
    },
    time::{Clock, SystemClock},
};

/// Who may accept that tombstones are missing.
const OFFICER: AccessRole = AccessRole::PrivacyOfficer;

/// Why two credentials do not stand for two people.
const SAME: &str = "give valid credentials of two different privacy officers of one tenant, neither made by the other";
const NEW: &str = "both credentials must be at least 24 hours old";

/// Arguments of `restore`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(in crate::cli) struct Args {
    #[command(subcommand)]
    accept: Option<Command>,
    /// Directory that `triaged backup` has written
    #[arg(long, value_name = "BACKUP", required = true)]
    data: Option<PathBuf>,
    /// File that `triaged key backup` has written
    #[arg(long, value_name = "KEYBACKUP", required = true)]
    keys: Option<PathBuf>,
    /// File of the identity of its recipient
    #[arg(long, value_name = "FILE", required = true)]
    identity: Option<PathBuf>,
    /// The newest file `tombstones` of this store; without it texts stay closed
    #[arg(long, value_name = "FILE")]
    tombstones: Option<PathBuf>,
    /// Number of the last tombstone, as `triaged posture` said after the newest erasure; without it nobody
    /// knows whether the file is whole, and texts stay closed
    #[arg(long, value_name = "NUMBER")]
    last_tombstone: Option<u64>,
    #[command(flatten)]
    settings: Box<Settings>,
}

/// What to do after a restore.
#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Opens texts of a tenant that a restore left closed; two privacy officers of it answer for it with their credentials
    Accept(Box<Accept>),
}

/// Arguments of `restore accept`.
#[derive(Debug, clap::Args)]
struct Accept {
    /// File of a privacy officer's credential; give two, of two people
    #[arg(long = "credential", value_name = "FILE", required = true, num_args = 1)]
    credentials: Vec<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

/// Restores, or opens what a restore left closed.
pub(in crate::cli) fn run(args: Args) -> Result<Exit, Failure> {
    match args.accept {
        Some(Command::Accept(args)) => accept(*args),
        None => restore(args),
    }
}

fn restore(args: Args) -> Result<Exit, Failure> {
    let Args { accept: _, data, keys, identity, tombstones, last_tombstone, settings } = args;
    let given = data.zip(keys).zip(identity).map(|((data, keys), identity)| (data, keys, identity));
    let missing = || Failure::Argument("give --data, --keys and --identity, or `accept`".to_owned());
    let (data, keys, identity) = given.ok_or_else(missing)?;
    let config = settings.checked()?;
    let (identity, now) = (super::secret(&identity)?, SystemClock.now());
    let tombstones = tombstones.as_deref();
    let backups = Backups { data: &data, keys: &keys, identity: &identity, tombstones, last_tombstone };
    let place = Place { data_dir: &config.data_dir, keys_dir: &config.keys_dir, key_file: &config.key_file };
    let restored = recovery::restore(backups, place, now)?;
    // What does not open is found here, not at the next start.
    let opened = open::existing(&config)?;
    runtime()?.block_on(opened.store.close())?;
    let carried_out = restored.carried_out;
    print(&format!("restored {}: {carried_out} tombstones carried out\n", config.data_dir.display()))?;
    if matches!(restored.keys.contents, Contents::Keys { expire_time } if expire_time < now) {
        say("triaged: warning: the key backup is older than its retention: it should have been destroyed");
    }
    if !restored.complete {
        say(
            "triaged: warning: tombstones may be missing: no text is read until `triaged restore accept` (two privacy officers of each tenant)",
        );
    }
    Ok(Exit::Done)
}

fn accept(args: Accept) -> Result<Exit, Failure> {
    let tokens = args.credentials.iter().map(|path| super::secret(path)).collect::<Result<Vec<_>, _>>()?;
    let config = args.settings.checked()?;
    let opened = open::existing(&config)?;
    let accepted = runtime()?.block_on(async {
        let (mut officers, mut tenants) = (Vec::new(), BTreeSet::new());
        for token in &tokens {
            let record = opened.store.authenticate(token.trim()).await?;
            if let Some(officer) = record.filter(|one| one.roles.contains(&OFFICER)) {
                officers.push(officer.principal);
                tenants.insert(officer.tenant);
            }
        }
        let both = <[PrincipalId; 2]>::try_from(officers).ok().filter(|_| tenants.len() == 1).zip(tenants.pop_first());
        let accepted = match both {
            Some((officers, tenant)) => opened.store.accept_restore(tenant, officers).await,
            None => Err(StoreError::SamePerson),
        };
        let is_left = opened.store.is_closed();
        opened.store.close().await?;
        accepted.map(|()| is_left)
    });
    match accepted {
        Ok(is_left) => {
            say("texts of this tenant are open again; both names are in its audit log");
            if is_left {
                say("texts of other tenants stay closed until two privacy officers of each accept");
            }
            Ok(Exit::Done)
        }
        Err(StoreError::SamePerson) => Err(Failure::Argument(SAME.to_owned())),
        Err(StoreError::NewCredential) => Err(Failure::Argument(NEW.to_owned())),
        Err(error) => Err(error.into()),
    }
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::file("runtime", error))
}
