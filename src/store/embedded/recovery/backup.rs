//! Copies of both files while a server writes to them: SQLite's online backup within one read transaction, so that a copy is
//! one moment of the store. The data copy holds no key; the key copy leaves this process only sealed.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{
    Connection, OpenFlags,
    backup::{Backup, StepResult},
};

use super::{Contents, Manifest, RecoveryError, file_error};
use crate::{
    crypto::{MasterKey, Recipient, StoreId, lookup::digest},
    store::embedded::{
        files::{self, Files},
        graves, header, schema,
    },
    time::Timestamp,
};

/// The file of a data backup, in its directory.
pub const DATA_FILE: &str = "data.db";
/// The file that says what a data backup is.
pub const MANIFEST_FILE: &str = "MANIFEST";
/// How often a copy is begun again while the file is busy; each try waits as long as a connection waits.
const TRIES: u32 = 6;
/// Between manifest and keys within a key backup.
pub(super) const RULE: &[u8] = b"\n";

/// Copies the data file into a new directory, with its manifest. A server may write meanwhile.
///
/// # Errors
/// The directory exists, there is no store, the copy is damaged, or a file could not be written.
pub fn back_up_data(data_dir: &Path, to: &Path, now: Timestamp) -> Result<Manifest, RecoveryError> {
    let from = source(&Files::new(data_dir, data_dir).data(), schema::FORMAT)?;
    files::new_private_dir(to).map_err(file_error(to))?;
    let path = to.join(DATA_FILE);
    let numbers = copy_to_file(&from, &path)?;
    let (sha256, bytes) = File::open(&path).and_then(digest).map_err(file_error(&path))?;
    let manifest = numbers.manifest(Contents::Data, now, (sha256, bytes));
    write_new(&to.join(MANIFEST_FILE), manifest.to_string().as_bytes())?;
    Ok(manifest)
}

/// Copies the key file and the master key, sealed for an offline recipient, into a new file, with its manifest beside it
/// in the clear. A server may write meanwhile.
///
/// # Errors
/// The file exists, there is no store, the master key is not that of the store, or a file could not be written.
pub fn back_up_keys(
    keys_dir: &Path,
    master: &MasterKey,
    recipient: &Recipient,
    to: &Path,
    (now, kept): (Timestamp, Duration),
) -> Result<Manifest, RecoveryError> {
    let from = source(&Files::new(keys_dir, keys_dir).keys(), schema::KEYS_FORMAT)?;
    if !header::opens_with(&from, master)? {
        return Err(RecoveryError::MasterKey);
    }
    let mut copy = Connection::open_in_memory()?;
    copy_all(&from, &mut copy)?;
    let numbers = Numbers::of(&copy)?;
    let expire_time = now + kept.min(Manifest::KEYS_RETENTION_MAX);
    let bytes = copy.serialize("main")?;
    let plain_digest = crate::crypto::sha256(&[&bytes]);
    let contents = Contents::Keys { expire_time };
    let inner = numbers.manifest(contents, now, (plain_digest, bytes.len() as u64));
    let file = private_new(to).map_err(file_error(to))?;
    let inner = inner.to_string();
    let parts = [inner.as_bytes(), RULE, master.expose(), &bytes];
    let sealed = recipient.seal(file, &parts).map_err(file_error(to))?;
    sealed.sync_all().map_err(file_error(to))?;
    let (sha256, length) = File::open(to).and_then(digest).map_err(file_error(to))?;
    let manifest = numbers.manifest(contents, now, (sha256, length));
    write_new(&beside(to), manifest.to_string().as_bytes())?;
    Ok(manifest)
}

/// The manifest of a key backup lies beside it.
pub(super) fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".manifest");
    PathBuf::from(name)
}

/// The file of a store that is there, opened to be read.
fn source(path: &Path, known: i64) -> Result<Connection, RecoveryError> {
    if header::format(path, known)? == 0 {
        return Err(RecoveryError::NoStore(path.to_owned()));
    }
    Ok(files::reader(path)?)
}

/// What a copy says about itself.
struct Numbers {
    store: StoreId,
    generation: i64,
    commits: i64,
    tombstones: u64,
}

impl Numbers {
    fn of(copy: &Connection) -> Result<Self, RecoveryError> {
        let damaged = || RecoveryError::Damaged(PathBuf::from("the copy"), "its header lacks a part".to_owned());
        let stamp = header::stamp(copy)?.ok_or_else(damaged)?;
        let header::Stamp { store, generation, commits } = stamp;
        // The key file has the mark of the feed, the data file its number.
        let tombstones = match graves::carried_out(copy) {
            Ok(mark) => mark.map_or(0, |mark| mark.sequence),
            Err(_) => graves::indexed(copy)?,
        };
        Ok(Self { store, generation, commits, tombstones })
    }

    fn manifest(&self, contents: Contents, time: Timestamp, (sha256, bytes): ([u8; 32], u64)) -> Manifest {
        let Self { store, generation, commits, tombstones } = *self;
        Manifest { contents, store, generation, commits, tombstones, time, bytes, sha256 }
    }
}

/// Copies a database into a new file of its own, whole and durable.
fn copy_to_file(from: &Connection, path: &Path) -> Result<Numbers, RecoveryError> {
    drop(private_new(path).map_err(file_error(path))?);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut copy = Connection::open_with_flags(path, flags)?;
    copy_all(from, &mut copy)?;
    // One file: without a log beside it.
    if !files::change_journal(&copy, "delete")? {
        return Err(file_error(path)(io::Error::other("the copy keeps a log beside it")));
    }
    let found: String = copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        return Err(RecoveryError::Damaged(path.to_owned(), found));
    }
    let numbers = Numbers::of(&copy)?;
    drop(copy);
    File::open(path).and_then(|file| file.sync_all()).map_err(file_error(path))?;
    Ok(numbers)
}

/// Copies every page in one step, so that no commit comes between.
pub(super) fn copy_all(from: &Connection, to: &mut Connection) -> rusqlite::Result<()> {
    let backup = Backup::new(from, to)?;
    for _ in 0..TRIES {
        if backup.step(-1)? == StepResult::Done {
            return Ok(());
        }
    }
    Err(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY), None))
}

/// Makes a file that must not exist, readable by its owner only.
pub(super) fn private_new(path: &Path) -> std::io::Result<File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Writes a file that must not exist, durably with its directory entry.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), RecoveryError> {
    let written = private_new(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        files::sync_dir(path)
    });
    written.map_err(file_error(path))
}
