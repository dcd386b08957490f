//! The way back from two backups: the keys that the tombstones name are destroyed in memory, before a byte of the key file
//! is written. What is restored is stamped anew, so that neither older file fits beside it.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags};
use zeroize::Zeroizing;

use super::{
    Contents, DATA_FILE, MANIFEST_FILE, Manifest, RecoveryError,
    backup::{RULE, beside, copy_all, private_new, write_new},
    closed, file_error,
};
use crate::{
    audit::{Action, Event},
    crypto::{MasterKey, Secret, lookup::digest, recipient::open_sealed, secret::KEY_BYTES},
    store::{
        embedded::{
            EmbeddedStore,
            files::{self, Files},
            graves, header, residence, schema,
            write::insert_event,
        },
        tombstone::{self, FeedError, Mark, Tombstone},
    },
    time::Timestamp,
};

/// Where the header of a database file has its write and read versions (SQLite file format, section 1.3.4).
const FORMAT_VERSIONS_AT: usize = 18;
/// The version without a write-ahead log.
const ROLLBACK_JOURNAL: u8 = 1;

/// What there is to restore from.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "it holds the text of an identity")]
pub struct Backups<'a> {
    /// Directory of the data backup.
    pub data: &'a Path,
    /// File of the key backup.
    pub keys: &'a Path,
    /// Text of the identity file that opens the key backup.
    pub identity: &'a str,
    /// The newest tombstone feed; `None`: it is lost.
    pub tombstones: Option<&'a Path>,
    /// Number of the last tombstone that is known from elsewhere; `None`: nobody knows.
    pub last_tombstone: Option<u64>,
}

/// Where it is restored to; nothing may be there.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Directory of the data file.
    pub data_dir: &'a Path,
    /// Directory of the key file.
    pub keys_dir: &'a Path,
    /// File of the master key.
    pub key_file: &'a Path,
}

/// What a restore came to.
#[derive(Clone, Copy, Debug)]
pub struct Restored {
    /// The data backup.
    pub data: Manifest,
    /// The key backup.
    pub keys: Manifest,
    /// How many tombstones were carried out that the key backup did not know.
    pub carried_out: usize,
    /// Whether no tombstone can be missing. If not, texts stay closed until two privacy officers of their tenant accept.
    pub complete: bool,
}

/// Restores both files and the master key.
///
/// # Errors
/// Something is in the way, a backup is not what it should be, or a file could not be written. What was begun is removed.
pub fn restore(backups: Backups<'_>, place: Place<'_>, now: Timestamp) -> Result<Restored, RecoveryError> {
    check_free(place)?;
    let data = check_data(backups.data)?;
    let OpenedKeys { manifest, master, mut database } = open_keys(backups)?;
    if manifest.store != data.store {
        return Err(RecoveryError::OtherStore);
    }
    if manifest.generation < data.generation {
        return Err(RecoveryError::OlderKeys { keys: manifest.generation, data: data.generation });
    }
    let known = manifest.tombstones.max(data.tombstones);
    let feed = Known::read(backups, &database, &manifest, known, &master)?;
    let unseen = feed.tombstones.iter().filter(|one| one.sequence > manifest.tombstones);
    let carried_out = unseen.count();
    destroy(&mut database, &feed)?;
    let generation = manifest.generation + 1;
    header::put_generation(&database, generation)?;
    residence::forget(&database)?;
    header::put_commits(&database, data.commits)?;
    let written = write(backups, place, (&mut database, &master), &feed, generation, now);
    if written.is_err() {
        clear(place);
    }
    written?;
    Ok(Restored { data, keys: manifest, carried_out, complete: feed.complete })
}

fn check_free(place: Place<'_>) -> Result<(), RecoveryError> {
    let files = Files::new(place.data_dir, place.keys_dir);
    let [data_log, keys_log] = files.logs();
    let occupied = [files.data(), files.keys(), data_log, keys_log, files.tombstones(), place.key_file.to_owned()];
    match occupied.into_iter().find(|path| path.exists()) {
        Some(path) => Err(RecoveryError::Exists(path)),
        None => Ok(()),
    }
}

/// The manifest of a data backup whose file is what it says.
fn check_data(dir: &Path) -> Result<Manifest, RecoveryError> {
    let (path, file) = (dir.join(MANIFEST_FILE), dir.join(DATA_FILE));
    let text = fs::read_to_string(&path).map_err(file_error(&path))?;
    let manifest = Manifest::parse(&text).filter(|manifest| manifest.contents == Contents::Data);
    let manifest = manifest.ok_or(RecoveryError::Foreign(path))?;
    check_digest(&file, &manifest)?;
    header::format(&file, schema::FORMAT)?;
    Ok(manifest)
}

fn check_digest(path: &Path, manifest: &Manifest) -> Result<(), RecoveryError> {
    let found = File::open(path).and_then(digest).map_err(file_error(path))?;
    if found == (manifest.sha256, manifest.bytes) { Ok(()) } else { Err(RecoveryError::Changed(path.to_owned())) }
}

/// A key backup, opened.
struct OpenedKeys {
    manifest: Manifest,
    master: MasterKey,
    database: Connection,
}

fn open_keys(backups: Backups<'_>) -> Result<OpenedKeys, RecoveryError> {
    let path = backups.keys;
    let foreign = || RecoveryError::Foreign(path.to_owned());
    if let Ok(outer) = fs::read_to_string(beside(path)) {
        check_digest(path, &Manifest::parse(&outer).ok_or_else(foreign)?)?;
    }
    let file = File::open(path).map_err(file_error(path))?;
    let plain = open_sealed(backups.identity, file).map_err(|_| RecoveryError::Identity(path.to_owned()))?;
    let end = memchr::memmem::find(&plain, b"\n\n").ok_or_else(foreign)?;
    let (text, rest) = plain.split_at_checked(end + 1).ok_or_else(foreign)?;
    let manifest = std::str::from_utf8(text).ok().and_then(Manifest::parse).ok_or_else(foreign)?;
    let rest = rest.strip_prefix(RULE).ok_or_else(foreign)?;
    let (master, bytes) = rest.split_at_checked(KEY_BYTES).ok_or_else(foreign)?;
    let master = MasterKey::new(Secret::from_slice(master).ok_or_else(foreign)?)?;
    let mut bytes = Zeroizing::new(bytes.to_vec());
    // Memory has no write-ahead log: the file format says here who may read and write it.
    bytes.iter_mut().skip(FORMAT_VERSIONS_AT).take(2).for_each(|version| *version = ROLLBACK_JOURNAL);
    let mut database = Connection::open_in_memory()?;
    database.deserialize_read_exact("main", bytes.as_slice(), bytes.len(), false)?;
    if !header::opens_with(&database, &master)? {
        return Err(RecoveryError::MasterKey);
    }
    let master = master.of_version(header::master_version(&database)?)?;
    Ok(OpenedKeys { manifest, master, database })
}

/// The tombstones that are known.
struct Known {
    tombstones: Vec<Tombstone>,
    /// The last of them, with the bytes of the feed up to it; `None`: there is no feed.
    feed: Option<(Mark, Vec<u8>)>,
    complete: bool,
}

impl Known {
    /// Reads the feed. One that is cut short is used as far as it goes; one of another store is refused.
    fn read(
        backups: Backups<'_>,
        keys: &Connection,
        manifest: &Manifest,
        known: u64,
        master: &MasterKey,
    ) -> Result<Self, RecoveryError> {
        let Some(path) = backups.tombstones else {
            return Ok(Self { tombstones: Vec::new(), feed: None, complete: false });
        };
        graves::prepare(keys)?;
        let public = graves::signing_key(keys, manifest.store, master)?.public();
        let mut tombstones = Vec::new();
        let summary = tombstone::read(path, Some(public), |one| tombstones.push(one.clone()))?;
        if summary.store != manifest.store {
            return Err(FeedError::OtherStore(path.to_owned()).into());
        }
        let told = backups.last_tombstone.map(|last| last.max(known));
        let complete = told.is_some_and(|last| summary.reaches(path, last).is_ok());
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(file_error(path))?;
        file.take(summary.good_bytes).read_to_end(&mut bytes).map_err(file_error(path))?;
        Ok(Self { tombstones, feed: Some((summary.last, bytes)), complete })
    }
}

/// Destroys every key that is named, and leaves no trace of it in the pages.
fn destroy(keys: &mut Connection, known: &Known) -> Result<(), RecoveryError> {
    keys.pragma_update(None, "secure_delete", true)?;
    graves::prepare(keys)?;
    let transaction = keys.transaction()?;
    for one in &known.tombstones {
        graves::destroy(&transaction, &one.burial)?;
    }
    match &known.feed {
        Some((last, _)) => graves::put_carried_out(&transaction, *last)?,
        // A new feed is begun; that the old one is lost is why texts stay closed.
        None => graves::forget_carried_out(&transaction)?,
    }
    transaction.commit()?;
    Ok(keys.execute_batch("VACUUM")?)
}

/// Writes everything, the key that opens it last.
fn write(
    backups: Backups<'_>,
    place: Place<'_>,
    (keys, master): (&mut Connection, &MasterKey),
    known: &Known,
    generation: i64,
    now: Timestamp,
) -> Result<(), RecoveryError> {
    let files = Files::new(place.data_dir, place.keys_dir);
    let locks = files.lock()?;
    files.forget_mark().map_err(file_error(place.keys_dir))?;
    write_data(&backups.data.join(DATA_FILE), &files.data(), known, generation, now)?;
    drop(private_new(&files.keys()).map_err(file_error(&files.keys()))?);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut file = Connection::open_with_flags(files.keys(), flags)?;
    copy_all(keys, &mut file)?;
    drop(file);
    File::open(files.keys()).and_then(|file| file.sync_all()).map_err(file_error(&files.keys()))?;
    if let Some((_, bytes)) = &known.feed {
        write_new(&files.tombstones(), bytes)?;
    }
    if let Some(parent) = place.key_file.parent().filter(|parent| !parent.as_os_str().is_empty() && !parent.exists()) {
        files::new_private_dir(parent).map_err(file_error(parent))?;
    }
    master.write(place.key_file).map_err(file_error(place.key_file))?;
    for path in [files.data(), files.keys()] {
        files::sync_dir(&path).map_err(file_error(&path))?;
    }
    drop(locks);
    Ok(())
}

fn write_data(from: &Path, to: &Path, known: &Known, generation: i64, now: Timestamp) -> Result<(), RecoveryError> {
    let mut target = private_new(to).map_err(file_error(to))?;
    std::io::copy(&mut File::open(from).map_err(file_error(from))?, &mut target).map_err(file_error(to))?;
    target.sync_all().map_err(file_error(to))?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut data = Connection::open_with_flags(to, flags)?;
    let transaction = data.transaction()?;
    header::put_generation(&transaction, generation)?;
    let count = known.tombstones.len() as u64;
    insert_event(&transaction, None, &Event { count, ..Event::new(Action::Restored, now) })?;
    if !known.complete {
        closed::close(&transaction)?;
    }
    Ok(transaction.commit()?)
}

/// Removes what was begun, so that the next try finds nothing in its way.
fn clear(place: Place<'_>) {
    let files = Files::new(place.data_dir, place.keys_dir);
    let begun: [PathBuf; 3] = [files.data(), files.keys(), files.tombstones()];
    for path in begun {
        drop(fs::remove_file(path));
    }
}

impl EmbeddedStore {
    /// Whether texts of any tenant stay closed since a restore, because tombstones may be missing.
    pub fn is_closed(&self) -> bool {
        !self.closed.is_empty()
    }
}
