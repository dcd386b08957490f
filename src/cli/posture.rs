//! `triaged posture`: every safe default with its state, on the host of the store, while the server runs or not. Exit code 1
//! where one is not as it should be.

use super::{Exit, Failure, open, print, settings::Settings};
use crate::{
    config::Config,
    store::{
        BackupTimes, Recovery, Store, StoreError,
        embedded::{
            leftovers,
            recovery::{self, Standing},
        },
    },
    time::{Clock, SystemClock, Timestamp},
};

/// Arguments of `posture`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    /// Looks through both files and every case as well; the server must be stopped
    #[arg(long)]
    look_through: bool,
    #[command(flatten)]
    settings: Box<Settings>,
}

/// A default and how it stands.
#[derive(Debug)]
struct Row {
    /// What it is about.
    name: &'static str,
    /// As it should be.
    safe: bool,
    /// How it is.
    state: String,
}

fn row(name: &'static str, safe: bool, state: impl Into<String>) -> Row {
    Row { name, safe, state: state.into() }
}

/// Prints the table.
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    let config = crate::config::check(&args.settings.layers()?)?;
    let mut rows = rows(&config)?;
    if args.look_through {
        rows.extend(faults(&config)?);
    }
    for row in &rows {
        let line = if args.json {
            serde_json::json!({ "name": row.name, "safe": row.safe, "state": row.state }).to_string()
        } else {
            format!("{:<10} {:<22} {}", if row.safe { "safe" } else { "LOOK" }, row.name, row.state)
        };
        print(&format!("{line}\n"))?;
    }
    Ok(if rows.iter().all(|row| row.safe) { Exit::Done } else { Exit::BadRows })
}

fn rows(config: &Config) -> Result<Vec<Row>, Failure> {
    let mut rows = vec![
        match &config.tls {
            None => row("transport", true, format!("plaintext on loopback only ({})", config.listen)),
            Some(tls) if tls.client_ca.is_some() => row("transport", true, "mutual TLS"),
            Some(_) => row("transport", true, "TLS"),
        },
        row("authentication", true, "always"),
        row("redaction", true, "always, before anything is written"),
        row("sealing", true, "always"),
    ];
    rows.extend(config.warnings.iter().map(|warning| row("places", false, warning.clone())));
    if config.warnings.is_empty() {
        rows.push(row("places", true, "data, keys and master key lie apart"));
    }
    match recovery::standing(&config.data_dir, &config.keys_dir)? {
        None => rows.push(row("store", true, "none yet")),
        Some(standing) => {
            rows.extend(of_store(&standing));
            rows.push(of_recovery(config)?);
            rows.extend(of_backups(recovery::backup_times(&config.keys_dir), SystemClock.now()));
        }
    }
    let found = leftovers(&config.data_dir, &config.keys_dir, Some(&config.key_file));
    if found.is_empty() {
        rows.push(row("left-overs", true, "none"));
    }
    for (path, kind) in found {
        rows.push(row("left-overs", false, format!("{}: {}", path.display(), kind.advice())));
    }
    if config.credential_file.exists() {
        let state = format!("{}: move it to whoever needs it, then remove it", config.credential_file.display());
        rows.push(row("first credential", false, state));
    }
    Ok(rows)
}

/// What is damaged in the whole store.
fn faults(config: &Config) -> Result<Vec<Row>, Failure> {
    let opened = open::existing(config)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::file("runtime", error))?;
    let found = runtime.block_on(async {
        let found = opened.store.verify().await?;
        opened.store.close().await?;
        Ok::<_, StoreError>(found)
    })?;
    if found.is_empty() {
        return Ok(vec![row("contents", true, "every case is what was written")]);
    }
    Ok(found.into_iter().map(|fault| row("contents", false, fault.to_string())).collect())
}

/// How far the store has come: keep these numbers elsewhere, and a rollback of the whole store is seen.
fn of_store(standing: &Standing) -> [Row; 3] {
    let Standing { generation, commits, tombstones, closed, keys_kept } = standing;
    let numbers = format!("generation {generation}, commit {commits}, last tombstone {tombstones}");
    let texts = if *closed {
        "closed since a restore: tombstones may be missing (triaged restore accept)"
    } else {
        "open to whoever may read them"
    };
    let kept = match keys_kept {
        0 => "the last rotations left no record under an old data key".to_owned(),
        kept => format!(
            "{kept} records are damaged and kept their data keys at a rotation (triaged posture --look-through)"
        ),
    };
    [row("checkpoint", true, numbers), row("texts", !closed, texts), row("data keys", *keys_kept == 0, kept)]
}

fn of_recovery(config: &Config) -> Result<Row, Failure> {
    Ok(match recovery::recovery(&config.keys_dir, &open::master(config)?)? {
        Recovery::NoEscrow => {
            row("recovery", false, "NO_RECOVERY: the master key is in no other hands (triaged key escrow)")
        }
        Recovery::Unproved => {
            row("recovery", false, "NO_RECOVERY: the escrow was never tried (triaged key escrow verify)")
        }
        Recovery::Proved(_) => row("recovery", true, "an escrow of the present master key was proved"),
    })
}

/// How old the newest backups are that were made on this host.
fn of_backups(times: BackupTimes, now: Timestamp) -> [Row; 2] {
    let age = |time: Option<Timestamp>, command: &str| match time {
        None => format!("none was made on this host ({command})"),
        Some(time) => format!("the newest is {} hours old", now.since(time).as_secs() / 3_600),
    };
    [("data backup", times.data, "triaged backup"), ("key backup", times.keys, "triaged key backup")]
        .map(|(name, time, command)| row(name, time.is_some(), age(time, command)))
}
