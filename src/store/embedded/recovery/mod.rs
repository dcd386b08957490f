//! Backups and the way back: the data file without keys, the key file sealed for an offline recipient, and a restore that
//! destroys what was erased before anything is written. Knows no command line.

mod backup;
mod backup_times;
mod closed;
mod escrow;
mod manifest;
mod restore;
mod standing;

use std::{io, path::PathBuf};

pub use self::{
    backup::{DATA_FILE, MANIFEST_FILE, back_up_data, back_up_keys},
    backup_times::{backup_times, note_backup},
    escrow::{escrow, recovery, verify_escrow},
    manifest::{Contents, Manifest},
    restore::{Backups, Place, Restored, restore},
    standing::{Standing, standing},
};
pub(super) use self::{
    closed::{Closed, accept, load as closed, open as open_texts},
    escrow::present,
};
use super::OpenError;
use crate::{crypto::CryptoError, store::tombstone::FeedError};

/// Why there is no backup, or no restore. The text says what to do; nothing was overwritten.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryError {
    /// What is to be made exists.
    #[error("{0} exists: give a new place; nothing is overwritten")]
    Exists(PathBuf),
    /// There is no store to copy.
    #[error("there is no store at {0}: give the directories of the store")]
    NoStore(PathBuf),
    /// The file is no backup, or one of another release.
    #[error("{0} is no backup of this kind: give what `triaged backup` or `triaged key backup` has written")]
    Foreign(PathBuf),
    /// The file is not what was written.
    #[error("{0} is not what was backed up (its digest differs): give another copy")]
    Changed(PathBuf),
    /// The two backups are not of one store.
    #[error("the two backups are of different stores: give both of one store")]
    OtherStore,
    /// The key backup is older than the data backup.
    #[error(
        "the key backup (generation {keys}) is older than the data backup ({data}): it lacks keys of the newest rows; give a key \
         backup that was made after it"
    )]
    OlderKeys {
        /// Generation in the key backup.
        keys: i64,
        /// The generation that the data has seen.
        data: i64,
    },
    /// The identity does not open the key backup.
    #[error("the identity does not open {0}: give the identity of the recipient that it was sealed for")]
    Identity(PathBuf),
    /// The master key does not open the keys.
    #[error("the master key does not open the key file: give the key of this store")]
    MasterKey,
    /// The copy is damaged inside.
    #[error("{0} is damaged: {1}")]
    Damaged(PathBuf, String),
    /// The tombstones are of another store, or no tombstones.
    #[error(transparent)]
    Feed(#[from] FeedError),
    /// A file could not be read or written.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// A fault of the cipher.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
    /// A header could not be read.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A fault of SQLite.
    #[error("storage engine: {0}")]
    Engine(#[from] rusqlite::Error),
    /// Keys or rows could not be read.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
}

/// An error of the file at this path.
fn file_error(path: &std::path::Path) -> impl FnOnce(io::Error) -> RecoveryError {
    let path = path.to_owned();
    |error| match error.kind() {
        io::ErrorKind::AlreadyExists => RecoveryError::Exists(path),
        _ => RecoveryError::File(path, error),
    }
}
