//! The two directories: their modes, their locks, and how a database file in them is opened.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, OpenFlags, config::DbConfig};

use super::OpenError;

const DATA_FILE: &str = "data.db";
const KEYS_FILE: &str = "keys.db";
const LOCK_FILE: &str = "lock";
const MARK_FILE: &str = "commits";
const TOMBSTONES_FILE: &str = "tombstones";

/// How long a connection waits for another one's short lock.
pub(super) const BUSY_DURATION: Duration = Duration::from_secs(10);
/// Prepared statements kept by a connection; more than there are in this module.
const STATEMENTS: usize = 128;
/// A connection is used by one thread at a time, which Rust's types hold, so SQLite need not lock.
const ONE_THREAD: OpenFlags = OpenFlags::SQLITE_OPEN_NO_MUTEX;
/// Memory for the pages of a file that is written, in KiB: the inner pages of the indices stay there.
const CACHE_KIB: i64 = 64 << 10;
/// Page size of the data file, in bytes: sealed turns of 1 to 2 KB pack better into 8 KiB than into 4.
pub(super) const DATA_PAGE_BYTES: u32 = 8192;
/// Page size of the key file, in bytes: its rows are short.
pub(super) const KEYS_PAGE_BYTES: u32 = 4096;

/// The paths of a store.
#[derive(Clone, Debug)]
pub(super) struct Files {
    data_dir: PathBuf,
    keys_dir: PathBuf,
}

impl Files {
    /// The files of a store in these directories.
    pub(super) fn new(data_dir: &Path, keys_dir: &Path) -> Self {
        Self { data_dir: data_dir.to_owned(), keys_dir: keys_dir.to_owned() }
    }

    /// The directory of the data file.
    pub(super) fn data_dir(&self) -> &Path {
        &self.data_dir
    }

    /// The directory of the key file.
    pub(super) fn keys_dir(&self) -> &Path {
        &self.keys_dir
    }

    /// Path of the data file.
    pub(super) fn data(&self) -> PathBuf {
        self.data_dir.join(DATA_FILE)
    }

    /// Path of the key file.
    pub(super) fn keys(&self) -> PathBuf {
        self.keys_dir.join(KEYS_FILE)
    }

    /// How often the data file was committed, by a mark that lies beside the keys; 0 where there is none. It is written
    /// after a commit is durable and never synced itself: it may be behind, never ahead.
    pub(super) fn marked(&self) -> i64 {
        let bytes = fs::read(self.keys_dir.join(MARK_FILE)).unwrap_or_default();
        let (halves, _) = bytes.as_chunks::<8>();
        match halves {
            [count, check] if count.iter().zip(check).all(|(one, other)| *one == !*other) => i64::from_be_bytes(*count),
            _ => 0,
        }
    }

    /// The file of the mark, to be written to.
    pub(super) fn mark(&self) -> Result<Mark, OpenError> {
        let path = self.keys_dir.join(MARK_FILE);
        private_file(&path).map(Mark).map_err(|error| OpenError::File(path, error))
    }

    /// Forgets how often a data file was committed that lay here before.
    pub(super) fn forget_mark(&self) -> io::Result<()> {
        match fs::remove_file(self.keys_dir.join(MARK_FILE)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Paths of the logs of both files: SQLite reads what is left of one into whatever file lies beside it.
    pub(super) fn logs(&self) -> [PathBuf; 2] {
        [self.data(), self.keys()].map(|path| {
            let mut name = path.into_os_string();
            name.push("-wal");
            PathBuf::from(name)
        })
    }

    /// Path of the tombstone feed, beside the keys.
    pub(super) fn tombstones(&self) -> PathBuf {
        self.keys_dir.join(TOMBSTONES_FILE)
    }

    /// Makes both directories, open to their owner only, and locks them against a second server.
    pub(super) fn lock(&self) -> Result<[File; 2], OpenError> {
        for dir in [&self.data_dir, &self.keys_dir] {
            make_dir(dir).map_err(|error| OpenError::File(dir.clone(), error))?;
        }
        Ok([lock(&self.data_dir)?, lock(&self.keys_dir)?])
    }
}

/// The mark of how often the data file was committed.
#[derive(Debug)]
pub(super) struct Mark(File);

impl Mark {
    /// Marks a commit that is durable.
    pub(super) fn put(&self, commits: i64) -> io::Result<()> {
        use std::io::{Seek, Write};
        let mut file = &self.0;
        file.rewind()?;
        file.write_all(&[commits.to_be_bytes(), (!commits).to_be_bytes()].concat())
    }
}

fn make_dir(dir: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir)?;
    #[cfg(unix)]
    fs::set_permissions(dir, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
    Ok(())
}

fn lock(dir: &Path) -> Result<File, OpenError> {
    let path = dir.join(LOCK_FILE);
    let file = private_file(&path).map_err(|error| OpenError::File(path.clone(), error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(dir.to_owned())),
        Err(TryLockError::Error(error)) => Err(OpenError::File(path, error)),
    }
}

/// Makes a directory that must not exist, open to its owner only, with those above it.
pub(super) fn new_private_dir(dir: &Path) -> io::Result<()> {
    if dir.exists() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    make_dir(dir)
}

/// Opens or makes a file that only its owner can read. SQLite gives its companions the same mode.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Whether a database file has been begun.
pub(super) fn has_content(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|about| about.len() > 0)
}

/// Makes the directory entries of a file durable.
pub(super) fn sync_dir(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), |dir| File::open(dir)?.sync_all())
}

/// Opens a connection that writes, durable at every commit. Checkpoints are the committer's own business, so that an
/// error in one is seen.
pub(super) fn writer(path: &Path, page_bytes: u32) -> Result<Connection, OpenError> {
    private_file(path).map_err(|error| OpenError::File(path.to_owned(), error))?;
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | ONE_THREAD)?;
    connection.pragma_update(None, "page_size", page_bytes)?;
    if !change_journal(&connection, "wal")? {
        let why = io::Error::other("its write-ahead log could not be begun: look at the disk and start again");
        return Err(OpenError::File(path.to_owned(), why));
    }
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    configure(&connection)?;
    Ok(connection)
}

/// Changes how a file is journalled; false: SQLite stays with what was. The change is committed behind its answer, so that
/// the statement must run to its end for a failure to be seen.
pub(super) fn change_journal(connection: &Connection, mode: &str) -> rusqlite::Result<bool> {
    let mut statement = connection.prepare(&format!("PRAGMA journal_mode = {mode}"))?;
    let answers: Vec<String> = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(answers == [mode])
}

/// Opens and closes a file whose making was broken off, so that SQLite takes back what was begun.
pub(super) fn recover(path: &Path) -> rusqlite::Result<()> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | ONE_THREAD)?;
    connection.busy_timeout(BUSY_DURATION)?;
    connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0)).map(drop)
}

/// Opens a connection that can only read.
pub(super) fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY | ONE_THREAD)?;
    configure(&connection)?;
    Ok(connection)
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_DURATION)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.pragma_update(None, "trusted_schema", false)?;
    // The end of a connection writes nothing back by itself: after a failed sync nothing must be written any more.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.pragma_update(None, "temp_store", "memory")
}
