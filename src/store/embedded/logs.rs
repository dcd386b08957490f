//! The write-ahead logs of both files: when they are written back, and when they must be empty.

use std::{
    fs,
    io::ErrorKind,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rusqlite::Connection;

use super::{commit::Engine, files::BUSY_DURATION, job::Failure};

/// Size of a write-ahead log from which it is written back to its file, in bytes.
const LOG_BYTES_MAX: u64 = 32 << 20;
/// The same while the disk is full.
const FULL_LOG_BYTES_MAX: u64 = 1 << 20;

/// What is done while the logs are empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cleaning {
    /// Nothing more.
    Logs,
    /// Before that, the key file is rewritten, so that no copy of what was written over is left between its rows.
    RewriteKeys,
    /// So many pages of the data file are scrubbed, from this number on.
    Scrub {
        /// The first page.
        from: u32,
        /// How many.
        count: u32,
    },
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Emptied {
    /// Somebody reads; nothing was done.
    Busy,
    /// It is done. The page to go on from.
    Done(Option<u32>),
    /// The data file is damaged in this way.
    Damaged(String),
    /// The data file is too large to be scrubbed.
    TooLarge,
}

impl Engine {
    /// Empties the logs, without waiting for readers, and tells what came of it.
    pub(super) fn empty_logs(&self, asked: &[(Arc<Mutex<Emptied>>, Cleaning)]) -> Result<(), Failure> {
        for (told, cleaning) in asked {
            if *cleaning == Cleaning::RewriteKeys {
                self.keys.execute_batch("VACUUM")?;
            }
            self.take_down()?;
            let emptied = match *cleaning {
                Cleaning::Scrub { from, count } if Self::truncate(&self.data)? => self.scrub(from, count)?,
                Cleaning::Scrub { .. } => Emptied::Busy,
                Cleaning::Logs | Cleaning::RewriteKeys => {
                    let both = [Self::truncate(&self.keys)?, Self::truncate(&self.data)?];
                    if both == [true, true] { Emptied::Done(None) } else { Emptied::Busy }
                }
            };
            *told.lock().unwrap_or_else(PoisonError::into_inner) = emptied;
        }
        Ok(())
    }

    /// Has a scrub that is under way know what was written since its last window. To be called before the log of the data file
    /// is written back.
    fn take_down(&self) -> Result<(), Failure> {
        self.scrubber.take_down().map_err(|error| {
            tracing::error!(%error, "the log of the data file cannot be read; nothing more is written");
            Failure::Poisoned
        })
    }

    /// Truncates a log; false: somebody reads from it.
    fn truncate(connection: &Connection) -> Result<bool, Failure> {
        connection.busy_timeout(Duration::ZERO)?;
        let busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0));
        connection.busy_timeout(BUSY_DURATION)?;
        Ok(busy? == 0)
    }

    /// Scrubs pages of the data file, whose log is empty, and forgets what this connection holds of them in memory: it would
    /// be written back with the next change.
    fn scrub(&self, from: u32, count: u32) -> Result<Emptied, Failure> {
        let scrubbed = self.scrubber.scrub(from, count);
        self.data.execute_batch("PRAGMA shrink_memory")?;
        match scrubbed {
            Ok(next) => Ok(Emptied::Done(next)),
            Err(error) if error.kind() == ErrorKind::InvalidData => Ok(Emptied::Damaged(error.to_string())),
            Err(error) if error.kind() == ErrorKind::FileTooLarge => Ok(Emptied::TooLarge),
            Err(error) => {
                tracing::error!(%error, "the data file could not be scrubbed; nothing more is written");
                Err(Failure::Poisoned)
            }
        }
    }

    /// Writes a long log back to its file. A full disk leaves it long.
    pub(super) fn write_back(&self) -> Result<(), Failure> {
        let bytes_max = if self.reserve.is_held() { LOG_BYTES_MAX } else { FULL_LOG_BYTES_MAX };
        for (path, connection) in [(self.files.data(), &self.data), (self.files.keys(), &self.keys)] {
            if log_bytes(path) > bytes_max {
                self.take_down()?;
                connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
            }
        }
        Ok(())
    }

    /// Writes both logs back at the end. What does not fit on the disk stays in them, for the next start.
    pub(super) fn truncate_logs(&self) -> Result<(), Failure> {
        self.take_down()?;
        for connection in [&self.keys, &self.data] {
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        }
        Ok(())
    }
}

fn log_bytes(database: PathBuf) -> u64 {
    let mut path = database.into_os_string();
    path.push("-wal");
    fs::metadata(path).map_or(0, |about| about.len())
}
