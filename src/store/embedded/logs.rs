//! The write-ahead logs of both files: when they are written back, and when they must be empty.

use std::{
    fs,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use super::{commit::Engine, files::BUSY_DURATION, job::Failure, rotate::Rewrite};

/// Size of a write-ahead log from which it is written back to its file, in bytes.
const LOG_BYTES_MAX: u64 = 32 << 20;
/// The same while the disk is full.
const FULL_LOG_BYTES_MAX: u64 = 1 << 20;

/// Size up to which the data file is rewritten after a rotation, in bytes; nothing else is written meanwhile.
const REWRITTEN_BYTES_MAX: u64 = 256 << 20;

impl Engine {
    /// Empties both logs, without waiting for readers, and tells whether it was done.
    pub(super) fn empty_logs(&self, asked: &[(Arc<AtomicBool>, Option<Rewrite>)]) -> Result<(), Failure> {
        if asked.is_empty() {
            return Ok(());
        }
        for rewrite in asked.iter().filter_map(|(_, rewrite)| *rewrite) {
            let small = fs::metadata(self.files.data()).is_ok_and(|about| about.len() <= REWRITTEN_BYTES_MAX);
            for (connection, wanted) in [(&self.keys, rewrite.keys), (&self.data, small)] {
                if wanted {
                    connection.execute_batch("VACUUM")?;
                }
            }
        }
        let mut emptied = true;
        for connection in [&self.keys, &self.data] {
            connection.busy_timeout(Duration::ZERO)?;
            let busy: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
            connection.busy_timeout(BUSY_DURATION)?;
            emptied &= busy == 0;
        }
        for (told, _) in asked {
            told.store(emptied, Ordering::SeqCst);
        }
        Ok(())
    }

    /// Writes a long log back to its file. A full disk leaves it long.
    pub(super) fn write_back(&self) -> Result<(), Failure> {
        let bytes_max = if self.reserve.is_held() { LOG_BYTES_MAX } else { FULL_LOG_BYTES_MAX };
        for (path, connection) in [(self.files.data(), &self.data), (self.files.keys(), &self.keys)] {
            if log_bytes(path) > bytes_max {
                connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
            }
        }
        Ok(())
    }

    /// Writes both logs back at the end. What does not fit on the disk stays in them, for the next start.
    pub(super) fn truncate_logs(&self) -> Result<(), Failure> {
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
