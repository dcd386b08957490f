//! The master key in other hands: sealed for an offline recipient, and proved by a restore into a place that is then removed.
//! Until that was done a loss of the key file is the loss of everything, and the store says so.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use data_encoding::HEXLOWER;
use rusqlite::Connection;

use super::{Backups, Place, RecoveryError, back_up_data, back_up_keys, backup::write_new, file_error, restore};
use crate::{
    crypto::{
        MasterKey, Recipient, Secret, overwrite::overwrite, random, recipient::open_sealed, secret::KEY_BYTES, sha256,
    },
    store::{
        Recovery,
        embedded::{
            EmbeddedStore, StoreConfig,
            files::{self, Files},
            header, schema,
        },
    },
    time::{ManualClock, Timestamp},
};

/// What an escrow begins with, inside.
const TITLE: &[u8] = b"triaged escrow 1\n";
/// What is known of the escrow, beside the keys; no secret.
const STATE_FILE: &str = "recovery";

/// Seals the master key for an offline recipient into a new file.
///
/// # Errors
/// The file exists, there is no store, or the master key is not that of the store.
pub fn escrow(keys_dir: &Path, master: &MasterKey, recipient: &Recipient, to: &Path) -> Result<(), RecoveryError> {
    let print = fingerprint(keys_dir, master)?;
    let sealed = recipient.seal(Vec::new(), &[TITLE, master.expose()]).map_err(file_error(to))?;
    write_new(to, &sealed)?;
    note(keys_dir, &print, None)
}

/// Opens an escrow, restores copies of the store with what it holds into a private place, opens them, and removes them.
///
/// # Errors
/// The identity does not open it, it is not the present master key, or the copies could not be restored.
pub fn verify_escrow(
    (data_dir, keys_dir): (&Path, &Path),
    escrow: &Path,
    identity: &str,
    now: Timestamp,
) -> Result<(), RecoveryError> {
    let file = fs::File::open(escrow).map_err(file_error(escrow))?;
    let plain = open_sealed(identity, file).map_err(|_| RecoveryError::Identity(escrow.to_owned()))?;
    let secret = plain.strip_prefix(TITLE).filter(|bytes| bytes.len() == KEY_BYTES).and_then(Secret::from_slice);
    let master = MasterKey::new(secret.ok_or_else(|| RecoveryError::Foreign(escrow.to_owned()))?)?;
    let print = fingerprint(keys_dir, &master)?;
    let trial = keys_dir.join(format!("trial-{}", HEXLOWER.encode(&random::<8>()?)));
    files::new_private_dir(&trial).map_err(file_error(&trial))?;
    let tried = try_restore((data_dir, keys_dir), &trial, &master, identity, now);
    let removed = remove(&trial).map_err(file_error(&trial));
    tried?;
    removed?;
    note(keys_dir, &print, Some(now))
}

fn try_restore(
    (data_dir, keys_dir): (&Path, &Path),
    trial: &Path,
    master: &MasterKey,
    identity: &str,
    now: Timestamp,
) -> Result<(), RecoveryError> {
    let recipient = Recipient::of_identity(identity).ok_or_else(|| RecoveryError::Identity(trial.to_owned()))?;
    let (data, keys) = (trial.join("data-backup"), trial.join("keys-backup"));
    back_up_data(data_dir, &data, now)?;
    back_up_keys(keys_dir, master, &recipient, &keys, (now, std::time::Duration::ZERO))?;
    let feed = Files::new(data_dir, keys_dir).tombstones();
    let tombstones = feed.exists().then_some(feed.as_path());
    let backups = Backups { data: &data, keys: &keys, identity, tombstones, last_tombstone: None };
    let [data_dir, keys_dir, key_file] = ["data", "keys", "root/master.key"].map(|name| trial.join(name));
    restore(backups, Place { data_dir: &data_dir, keys_dir: &keys_dir, key_file: &key_file }, now)?;
    let secret = Secret::from_slice(master.expose()).ok_or(RecoveryError::MasterKey)?;
    let master_key = MasterKey::new(secret)?;
    let clock = Arc::new(ManualClock::new(now));
    drop(EmbeddedStore::open(StoreConfig { data_dir, keys_dir, master_key, clock })?);
    Ok(())
}

/// Overwrites and removes everything below a directory.
fn remove(dir: &Path) -> std::io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            remove(&path)?;
        } else {
            overwrite(&fs::OpenOptions::new().write(true).open(&path)?)?;
            fs::remove_file(&path)?;
        }
    }
    fs::remove_dir(dir)
}

/// Whether a loss of the key file can be made good.
///
/// # Errors
/// The key file cannot be read, or is not that of this master key.
pub fn recovery(keys_dir: &Path, master: &MasterKey) -> Result<Recovery, RecoveryError> {
    Ok(state(keys_dir, &fingerprint(keys_dir, master)?))
}

/// The same for an open key file, whose master key it is.
pub(in crate::store::embedded) fn present(keys: &Connection, keys_dir: &Path) -> rusqlite::Result<Recovery> {
    Ok(state(keys_dir, &print_of(keys)?))
}

fn state(keys_dir: &Path, print: &str) -> Recovery {
    let text = fs::read_to_string(state_file(keys_dir)).unwrap_or_default();
    let mut lines = text.lines();
    if lines.next() != Some(print) {
        return Recovery::NoEscrow;
    }
    let time = lines.next().and_then(|line| line.parse().ok());
    time.map_or(Recovery::Unproved, |micros| Recovery::Proved(Timestamp(micros)))
}

fn note(keys_dir: &Path, print: &str, proved: Option<Timestamp>) -> Result<(), RecoveryError> {
    let proved = proved.map_or_else(String::new, |time| format!("{}\n", time.0));
    let (path, new) = (state_file(keys_dir), keys_dir.join(format!("{STATE_FILE}.new")));
    drop(fs::remove_file(&new));
    write_new(&new, format!("{print}\n{proved}").as_bytes())?;
    fs::rename(&new, &path).map_err(file_error(&path))
}

fn state_file(keys_dir: &Path) -> PathBuf {
    keys_dir.join(STATE_FILE)
}

/// Says which master key it is without saying anything of it: the digest of what it has sealed. Another master key, and the
/// same one for another store, has another.
fn fingerprint(keys_dir: &Path, master: &MasterKey) -> Result<String, RecoveryError> {
    let path = Files::new(keys_dir, keys_dir).keys();
    if header::format(&path, schema::KEYS_FORMAT)? == 0 {
        return Err(RecoveryError::NoStore(path));
    }
    let keys = files::reader(&path)?;
    if !header::opens_with(&keys, master)? {
        return Err(RecoveryError::MasterKey);
    }
    Ok(print_of(&keys)?)
}

fn print_of(keys: &Connection) -> rusqlite::Result<String> {
    Ok(HEXLOWER.encode(&sha256(&[&header::probe(keys)?])))
}
