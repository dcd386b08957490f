//! Keys that are to be destroyed: noted with the rows that no longer need them, destroyed once those are durable, and
//! again at the next start where a crash came between. A destruction is complete only when the log of the key file is
//! empty.

use rusqlite::{Connection, params};
use uuid::Uuid;

use super::{header, wraps};
use crate::crypto::{KeyKind, KeyName};

/// How often a truncation is tried while a reader stands in its way; each try waits for the busy timeout.
const TRIES: u32 = 6;

/// Notes a key in the transaction that stops needing it.
pub(super) fn note(data: &Connection, name: KeyName) -> rusqlite::Result<()> {
    let mut statement = data.prepare_cached("INSERT OR IGNORE INTO doomed(id, kind, version) VALUES(?1, ?2, ?3)")?;
    statement.execute(params![name.id.as_bytes(), name.kind as u8, name.version]).map(drop)
}

/// Destroys every noted key and gives the new generation of the key file.
pub(super) fn destroy(data: &Connection, keys: &Connection, generation: i64) -> rusqlite::Result<i64> {
    let names = noted(data)?;
    if names.is_empty() {
        return Ok(generation);
    }
    let transaction = keys.unchecked_transaction()?;
    for name in names {
        wraps::destroy(&transaction, name)?;
    }
    header::put_generation(&transaction, generation + 1)?;
    transaction.commit()?;
    truncate_log(keys)?;
    // The data must know of this generation: older keys would bring the destroyed ones back.
    let transaction = data.unchecked_transaction()?;
    transaction.execute("DELETE FROM doomed", [])?;
    header::put_generation(&transaction, generation + 1)?;
    transaction.commit()?;
    Ok(generation + 1)
}

fn noted(data: &Connection) -> rusqlite::Result<Vec<KeyName>> {
    let mut statement = data.prepare_cached("SELECT id, version FROM doomed WHERE kind = ?1")?;
    let rows = statement.query_map([KeyKind::Interaction as u8], |row| {
        let id: [u8; 16] = row.get(0)?;
        Ok(KeyName { kind: KeyKind::Interaction, id: Uuid::from_bytes(id), version: row.get(1)? })
    })?;
    rows.collect()
}

/// Writes the log of the key file back and empties it; fails where readers keep standing in the way.
fn truncate_log(keys: &Connection) -> rusqlite::Result<()> {
    for _ in 0..TRIES {
        let busy: i64 = keys.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if busy == 0 {
            return Ok(());
        }
    }
    Err(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_BUSY), None))
}
