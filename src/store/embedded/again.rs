//! A look at both files that are not of one moment: the view of the data file stands still, the key file goes on. A record
//! that was sealed anew in between has a key that the view does not know; a look with a fresh view finds it.

use std::cell::Cell;

use rusqlite::Connection;
use uuid::Uuid;

use super::{graves, readers::Read, wraps};
use crate::{crypto::KeyKind, store::StoreError};

/// How often it is looked. Who is revised each time between is answered as what could be read.
const LOOKS: u32 = 3;

/// One look.
pub(super) struct Look<'r> {
    /// The view of the data file.
    pub(super) data: &'r Connection,
    /// The key file.
    pub(super) keys: &'r Connection,
    is_stale: Cell<bool>,
}

impl Look<'_> {
    /// What came of opening a record; notes where it is there under a newer key.
    pub(super) fn opened<T>(
        &self,
        (kind, id): (KeyKind, Uuid),
        opened: Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        if matches!(opened, Err(StoreError::RecordGone)) {
            let is_there =
                !graves::is_erased(self.keys, id, 0)? && wraps::latest_version(self.keys, kind, id)?.is_some();
            self.is_stale.set(self.is_stale.get() || is_there);
        }
        opened
    }
}

/// Looks, and once more with a fresh view where something was sealed anew meanwhile.
pub(super) fn look<T>(read: &mut Read, work: impl Fn(&Look<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
    let mut looks = 1;
    loop {
        let (data, keys) = read.data()?;
        let look = Look { data: &data, keys, is_stale: Cell::new(false) };
        let found = work(&look);
        if looks == LOOKS || !look.is_stale.get() {
            return found;
        }
        looks += 1;
    }
}
