//! Why a transaction was not made: the disk is full, which passes, or what it holds is unknown, which ends all writing.

use rusqlite::ErrorCode;

use super::error::DISK_FULL;
use crate::store::StoreError;

/// Why nothing is written any more.
pub(super) const POISONED: &str = "a commit failed; restart the service and look at the disk";
/// Why nothing is taken any more.
pub(super) const CLOSED: &str = "the store is closed";

/// Why a whole group was not committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The disk is full; nothing was written, and the next group may succeed.
    Full,
    /// What the disk holds is unknown; nothing is written any more.
    Poisoned,
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Full => Self::Exhausted(DISK_FULL),
            Failure::Poisoned => Self::Unavailable(POISONED),
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        if error.sqlite_error_code() == Some(ErrorCode::DiskFull) {
            return Self::Full;
        }
        tracing::error!(%error, "a commit failed; nothing more is written");
        Self::Poisoned
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::Exhausted(_)) {
            return Self::Full;
        }
        tracing::error!(%error, "keys could not be destroyed; nothing more is written, the next start goes on");
        Self::Poisoned
    }
}
