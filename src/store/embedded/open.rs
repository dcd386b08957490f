//! Opening a store: locks, formats, headers, keys; each refusal says what is wrong and what to do.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use rusqlite::Connection;
use tokio::sync::{broadcast, watch};

use super::{
    EmbeddedStore, StoreConfig,
    commit::Engine,
    committer::Committer,
    doomed::{self, Destroyer},
    files::{self, Files},
    graves, header,
    manifest::{self, Tracker},
    migrate,
    readers::Readers,
    ready::ReadyIndex,
    recovery,
    reserve::Reserve,
    residence,
    ring::KeyRing,
    schema,
    scrub::Scrubber,
    shape, slots, versions,
    write::insert_event,
};
use crate::{
    audit::{Action, Event},
    crypto::{CryptoError, MasterKey},
    store::{
        StoreError,
        tombstone::{Feed, FeedError},
    },
    time::{ServiceTime, Timestamp},
};

/// How many erasures a live conversation may be behind before it looks for itself.
const ERASED_MAX: usize = 64;

/// Why a store was not opened. Nothing was written to it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another server runs on it.
    #[error("another server uses {0}: stop it, or give this one directories of its own")]
    InUse(PathBuf),
    /// One of the two files is missing.
    #[error("{missing} is missing beside {present}: put it back from where it went; without it nothing can be read")]
    Missing {
        /// What is missing.
        missing: PathBuf,
        /// What is there.
        present: PathBuf,
    },
    /// It was served from elsewhere.
    #[error(
        "{dir} is not where this store lives, which is {home}: a copy is not served. Where the store was moved or restored, \
         run `triaged adopt`"
    )]
    Elsewhere {
        /// The directory that was given.
        dir: PathBuf,
        /// The one it was served from.
        home: PathBuf,
    },
    /// It is to be adopted, while what it was copied from is still there.
    #[error("the store still lies in {0}: remove it there first, or leave this copy alone; two would go apart")]
    StillThere(PathBuf),
    /// The two files are not of one store.
    #[error("{data} and {keys} belong to different stores: give both directories of one store")]
    OtherStore {
        /// The data file.
        data: PathBuf,
        /// The key file.
        keys: PathBuf,
    },
    /// The key file is an older copy.
    #[error(
        "{keys} is older (generation {found}) than the data beside it ({needed}): put the newest key file back; an older \
         one lacks keys and may bring destroyed ones back"
    )]
    OlderKeys {
        /// The key file.
        keys: PathBuf,
        /// Its generation.
        found: i64,
        /// The generation the data has seen.
        needed: i64,
    },
    /// The data file is an older copy, or the end of its log was lost.
    #[error(
        "{data} is older (commit {found}) than what was acknowledged ({needed}): an older copy was put there, or its log is \
         damaged; put the newest files back or restore a backup"
    )]
    OlderData {
        /// The data file.
        data: PathBuf,
        /// How often it was committed.
        found: i64,
        /// How often it was committed before.
        needed: i64,
    },
    /// The master key is not the one of this store.
    #[error("the master key is not the one this store was made with: give the right key file")]
    WrongMasterKey,
    /// A later release wrote it.
    #[error("{file} has format {found}, this release knows {known}: run the newer release; nothing was changed")]
    Newer {
        /// The file.
        file: PathBuf,
        /// Its format.
        found: i64,
        /// The newest known format.
        known: i64,
    },
    /// A file of another program.
    #[error("{0} is not a file of triaged: give another directory")]
    Foreign(PathBuf),
    /// A header lacks a part.
    #[error("{0} is damaged: restore it from a backup")]
    Damaged(PathBuf),
    /// The tables of a file are not those that this release makes.
    #[error("{file}: {changed}; a hand or a fault of the disk changed the file: restore it from a backup")]
    Shape {
        /// The file.
        file: PathBuf,
        /// What differs.
        changed: String,
    },
    /// A file could not be read or written.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// The tombstone feed is missing, damaged, of another store, or an older copy.
    #[error(transparent)]
    Feed(#[from] FeedError),
    /// A fault of the cipher.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    /// A fault of SQLite.
    #[error("storage engine: {0}")]
    Engine(#[from] rusqlite::Error),
    /// Keys or rows could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl EmbeddedStore {
    /// Whether a store, or a part of one, lies in these directories.
    pub fn exists(data_dir: &Path, keys_dir: &Path) -> bool {
        let files = Files::new(data_dir, keys_dir);
        files::has_content(&files.data()) || files::has_content(&files.keys())
    }

    /// Whether these directories are where the store in them lives, as far as its key file tells.
    ///
    /// # Errors
    /// It was served from elsewhere; a file could not be read.
    pub fn check_residence(data_dir: &Path, keys_dir: &Path) -> Result<(), OpenError> {
        residence::check(&Files::new(data_dir, keys_dir))
    }

    /// Opens a store that was moved or restored to these directories, and records that it lives here now.
    ///
    /// # Errors
    /// What [`Self::open`] refuses; a copy of a store that is still where it was.
    pub fn adopt(config: StoreConfig) -> Result<Self, OpenError> {
        residence::check_left(&Files::new(&config.data_dir, &config.keys_dir))?;
        Self::open_as(config, true)
    }

    /// Opens the store in these directories; makes it where there is none.
    ///
    /// # Errors
    /// Whatever makes it unsafe to go on, with what to do about it.
    pub fn open(config: StoreConfig) -> Result<Self, OpenError> {
        Self::open_as(config, false)
    }

    fn open_as(config: StoreConfig, adopts: bool) -> Result<Self, OpenError> {
        let StoreConfig { data_dir, keys_dir, master_key, clock } = config;
        let files = Files::new(&data_dir, &keys_dir);
        let locks = files.lock()?;
        let (mut data, mut keys, data_format, keys_format) = connect(&files, &master_key)?;
        let master_key = master_key.of_version(header::master_version(&keys)?)?;
        let header = header::check(&files, &data, &keys, &master_key)?;
        slots::migrate(&mut keys, keys_format)?;
        versions::prepare(&keys)?;
        graves::prepare(&keys)?;
        migrate::migrate(&mut data, data_format.max(schema::FIRST))?;
        shape::check(&files, &data, &keys)?;
        let (destroyer, generation) = settle(&files, &header, &master_key, &data, &keys)?;
        reside(&files, (&data, &keys), header.service_time, adopts)?;
        let ring = Arc::new(KeyRing::load(&header, master_key, &data, &keys)?);
        manifest::complete(&data, &keys, &ring)?;
        let tracker = Tracker::watch(&data, &ring)?;
        let time = ServiceTime::new(clock, header.service_time);
        let (wakes, watches) = (Arc::default(), Arc::default());
        let (filled, is_filled) = watch::channel(false);
        let closed = recovery::closed(&data)?;
        let ((erased, _), signing) = (broadcast::channel(ERASED_MAX), Arc::clone(&destroyer.key));
        let engine = Engine {
            files: files.clone(),
            data,
            keys,
            scrubber: Scrubber::open(&files)?,
            ring: Arc::clone(&ring),
            time: time.clone(),
            wakes: Arc::clone(&wakes),
            watches: Arc::clone(&watches),
            index: ReadyIndex::unfilled().into(),
            filled,
            generation,
            tracker,
            commits: header.commits,
            mark: files.mark()?,
            reserve: Reserve::new(&files),
            destroyer,
            owes: false,
            commit_duration: std::time::Duration::ZERO,
            company: super::jobs::Company::default(),
            erased: erased.clone(),
            revive_elapsed: std::time::Duration::ZERO,
        };
        // SQLite passes over an error when it makes the names of its logs durable (`unixSync`): here it counts, before
        // anything is acknowledged.
        for path in [files.data(), files.keys()] {
            files::sync_dir(&path).map_err(|error| OpenError::File(path, error))?;
        }
        let committer = Committer::start(engine).map_err(|error| OpenError::File(files.data(), error))?;
        let readers = Readers::new(files.clone());
        Ok(Self {
            committer,
            readers,
            ring,
            time,
            wakes,
            watches,
            is_filled,
            cache: Arc::default(),
            closed,
            erased,
            signing,
            pass: std::sync::Mutex::default(),
            files,
            locks: Some(locks).into(),
            rotating: tokio::sync::Mutex::default(),
        })
    }
}

/// Opens both files to write, makes them where there is no store yet, and gives the formats they had.
fn connect(files: &Files, master_key: &MasterKey) -> Result<(Connection, Connection, i64, i64), OpenError> {
    let (data_format, keys_format) =
        (header::format(&files.data(), schema::FORMAT)?, header::format(&files.keys(), schema::KEYS_FORMAT)?);
    if data_format != 0 && keys_format == 0 {
        return Err(OpenError::Missing { missing: files.keys(), present: files.data() });
    }
    let mut keys = files::writer(&files.keys(), files::KEYS_PAGE_BYTES)?;
    keys.pragma_update(None, "secure_delete", true)?;
    if data_format == 0 && keys_format != 0 && !header::keys_are_new(&keys)? {
        return Err(OpenError::Missing { missing: files.data(), present: files.keys() });
    }
    let mut data = files::writer(&files.data(), files::DATA_PAGE_BYTES)?;
    // What was sealed under a key that may have leaked must be gone after a rotation.
    data.pragma_update(None, "secure_delete", true)?;
    if data_format == 0 {
        header::create(files, &mut data, &mut keys, master_key)?;
    }
    Ok((data, keys, data_format, keys_format))
}

/// Records where the store lives: where nothing is recorded yet, or anew where it is adopted.
fn reside(
    files: &Files,
    (data, keys): (&Connection, &Connection),
    now: Timestamp,
    adopts: bool,
) -> Result<(), OpenError> {
    if adopts {
        let count = u64::from(residence::adopt(files, keys)?);
        insert_event(data, None, &Event { count, ..Event::new(Action::StoreAdopted, now) })?;
    }
    residence::settle(files, keys)
}

/// Carries out what the tombstone feed holds beyond what the key file has seen, as after a restore of an older key file,
/// and what was noted before a crash.
fn settle(
    files: &Files,
    header: &header::Header,
    master: &MasterKey,
    data: &Connection,
    keys: &Connection,
) -> Result<(Destroyer, i64), OpenError> {
    let key = graves::signing_key(keys, header.store, master)?;
    let known = graves::carried_out(keys)?;
    let seen = known.map_or(0, |mark| mark.sequence).min(graves::indexed(data)?);
    let mut unseen = Vec::new();
    let feed = Feed::open(&files.tombstones(), header.store, &key, known, |tombstone| {
        unseen.extend((tombstone.sequence > seen).then(|| tombstone.clone()));
    })?;
    let at = (feed.last(), header.generation);
    let generation = doomed::catch_up(data, keys, &unseen, at, header.service_time)?;
    let mut destroyer = Destroyer { feed, key: Arc::new(key) };
    let generation = destroyer.destroy(data, keys, generation)?;
    // A crash may have left wraps in the log that were written over since.
    doomed::truncate_log(keys)?;
    Ok((destroyer, generation))
}
