//! Faults of SQLite, of the cipher and of records as errors of the store. A full disk is told apart from damage, and
//! damage from the rest; no text of a row is carried along.

use rusqlite::ErrorCode;

use crate::{
    crypto::CryptoError,
    store::{StoreError, record::RecordError},
};

/// What a full disk is called.
pub(super) const DISK_FULL: &str = "the disk is full";

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        if let Some(column) = unreadable(&error) {
            return Self::Damaged(format!("column {column} of a row holds no value of its kind"));
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Exhausted(DISK_FULL),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
                Self::Damaged("a page of the database file".to_owned())
            }
            _ => Self::Engine(error.to_string()),
        }
    }
}

/// The column whose value cannot be what was written.
fn unreadable(error: &rusqlite::Error) -> Option<usize> {
    match error {
        rusqlite::Error::FromSqlConversionFailure(column, ..)
        | rusqlite::Error::IntegralValueOutOfRange(column, _)
        | rusqlite::Error::InvalidColumnType(column, ..) => Some(*column),
        _ => None,
    }
}

impl From<CryptoError> for StoreError {
    fn from(error: CryptoError) -> Self {
        Self::Engine(error.to_string())
    }
}

impl From<RecordError> for StoreError {
    fn from(error: RecordError) -> Self {
        Self::Damaged(error.to_string())
    }
}

/// The error of a record that does not open or read, by its name.
pub(super) fn damaged(record: &impl ToString) -> StoreError {
    StoreError::Damaged(record.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_and_damage_are_told_apart() {
        let fault = |code| rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(code), None);
        assert!(matches!(StoreError::from(fault(rusqlite::ffi::SQLITE_FULL)), StoreError::Exhausted(_)));
        assert!(matches!(StoreError::from(fault(rusqlite::ffi::SQLITE_CORRUPT)), StoreError::Damaged(_)));
        assert!(matches!(StoreError::from(fault(rusqlite::ffi::SQLITE_IOERR)), StoreError::Engine(_)));
        let wide = rusqlite::Error::IntegralValueOutOfRange(4, 300);
        assert_eq!(StoreError::from(wide).to_string(), "damaged: column 4 of a row holds no value of its kind");
    }
}
