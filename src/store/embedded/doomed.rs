//! Keys that are to be destroyed: noted with the rows that no longer need them, destroyed once those are durable, and
//! again at the next start where a crash came between. A destruction is complete only when the log of the key file is
//! empty. What is buried for good is in the tombstone feed before its keys are destroyed.

use std::sync::Arc;

use rusqlite::{Connection, params};
use uuid::Uuid;

use super::{error::damaged, graves, header, privacy::rows, wraps, write::insert_event};
use crate::{
    audit::{Action, Event},
    crypto::{KeyKind, KeyName, SigningKey},
    store::{
        StoreError,
        tombstone::{AppendError, Feed, Mark, Tombstone},
    },
    time::Timestamp,
};

/// How often a truncation is tried while a reader stands in its way; each try waits for the busy timeout.
const TRIES: u32 = 6;

/// Notes a key in the transaction that stops needing it.
pub(super) fn note(data: &Connection, name: KeyName) -> rusqlite::Result<()> {
    let mut statement = data.prepare_cached("INSERT OR IGNORE INTO doomed(id, kind, version) VALUES(?1, ?2, ?3)")?;
    statement.execute(params![name.id.as_bytes(), name.kind as u8, name.version]).map(drop)
}

/// What destroys: the tombstone feed and the key that signs it.
#[derive(Debug)]
pub(super) struct Destroyer {
    /// The feed.
    pub(super) feed: Feed,
    /// The key.
    pub(super) key: Arc<SigningKey>,
}

impl Destroyer {
    /// Destroys every noted key and gives the new generation of the key file.
    pub(super) fn destroy(&mut self, data: &Connection, keys: &Connection, generation: i64) -> Result<i64, StoreError> {
        let (names, burials) = (noted(data)?, graves::noted(data)?);
        if names.is_empty() && burials.is_empty() {
            return Ok(generation);
        }
        if !burials.is_empty() {
            self.feed.append(&self.key, burials.clone())?;
        }
        let transaction = keys.unchecked_transaction()?;
        for name in names {
            wraps::destroy(&transaction, name)?;
        }
        burials.iter().try_for_each(|burial| graves::destroy(&transaction, burial))?;
        graves::put_carried_out(&transaction, self.feed.last())?;
        header::put_generation(&transaction, generation + 1)?;
        transaction.commit()?;
        truncate_log(keys)?;
        let transaction = data.unchecked_transaction()?;
        // The data must know of this generation: older keys would bring the destroyed ones back.
        header::put_generation(&transaction, generation + 1)?;
        transaction.execute("DELETE FROM doomed", [])?;
        if !burials.is_empty() {
            transaction.execute("DELETE FROM burials", [])?;
            graves::put_indexed(&transaction, self.feed.last().sequence)?;
        }
        transaction.commit()?;
        Ok(generation + 1)
    }
}

/// Carries out the tombstones that either file has not seen, as after a restore of an older one, and gives the new
/// generation of the key file. `tombstones` are those that follow the last one that both have seen.
pub(super) fn catch_up(
    data: &Connection,
    keys: &Connection,
    tombstones: &[Tombstone],
    (last, generation): (Mark, i64),
    now: Timestamp,
) -> Result<i64, StoreError> {
    let done = graves::carried_out(keys)?.map_or(0, |mark| mark.sequence);
    let indexed = graves::indexed(data)?;
    let unseen = |after: u64| tombstones.iter().filter(move |one| one.sequence > after);
    if unseen(indexed).next().is_some() {
        let transaction = data.unchecked_transaction()?;
        unseen(indexed).try_for_each(|one| graves::note_sweeps(&transaction, &one.burial))?;
        rows::hide_restored(&transaction)?;
        let count = unseen(indexed).count() as u64;
        insert_event(&transaction, None, &Event { count, ..Event::new(Action::TombstonesCarriedOut, now) })?;
        graves::put_indexed(&transaction, last.sequence)?;
        transaction.commit()?;
    }
    if unseen(done).next().is_none() {
        return Ok(generation);
    }
    let transaction = keys.unchecked_transaction()?;
    unseen(done).try_for_each(|one| graves::destroy(&transaction, &one.burial))?;
    graves::put_carried_out(&transaction, last)?;
    header::put_generation(&transaction, generation + 1)?;
    transaction.commit()?;
    truncate_log(keys)?;
    Ok(generation + 1)
}

impl From<AppendError> for StoreError {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::File(error) if error.kind() == std::io::ErrorKind::StorageFull => {
                Self::Exhausted(super::error::DISK_FULL)
            }
            error => Self::Engine(error.to_string()),
        }
    }
}

fn noted(data: &Connection) -> Result<Vec<KeyName>, StoreError> {
    let mut statement = data.prepare_cached("SELECT id, kind, version FROM doomed")?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, [u8; 16]>(0)?, row.get::<_, u8>(1)?, row.get(2)?)))?;
    let name = |(id, kind, version)| {
        let kinds = [KeyKind::Tenant, KeyKind::Subject, KeyKind::Case, KeyKind::Interaction];
        let kind = kinds.into_iter().find(|known| *known as u8 == kind).ok_or_else(|| damaged(&"a doomed key"))?;
        Ok(KeyName { kind, id: Uuid::from_bytes(id), version })
    };
    rows.map(|row| name(row?)).collect()
}

/// Writes the log of the key file back and empties it; fails where readers keep standing in the way.
pub(super) fn truncate_log(keys: &Connection) -> rusqlite::Result<()> {
    for _ in 0..TRIES {
        let busy: i64 = keys.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if busy == 0 {
            return Ok(());
        }
    }
    Err(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY), None))
}
