//! Where the bytes of the wraps lie: slots of one width, written over in place and never moved or deleted. SQLite's
//! `secure_delete` zeroes what a row leaves behind when it is deleted, but not the copies that the balancing of its pages
//! leaves in the gaps between rows (of 18,001 deleted rows of varying width 1 to 3 were still in the file after a truncating
//! checkpoint); so a wrap must never lie in a row that moves. Rows are appended with rising numbers,
//! which starts new pages without moving old ones, and an overwrite of the same width stays where it is.

use rusqlite::{Connection, OptionalExtension, params};

use super::schema;
use crate::store::StoreError;

/// Width of every wrap, in bytes: head, key, tag.
const WRAP_BYTES: usize = 17 + 32 + 16;
/// Slots that a new file begins with, so that the first page has been split before anything lies in it.
const FIRST_SLOTS: u32 = 256;

/// The slots, and which of them are free.
const SLOTS: &str = "
CREATE TABLE slots(number INTEGER PRIMARY KEY, wrapped BLOB NOT NULL) STRICT;
CREATE TABLE free_slots(number INTEGER PRIMARY KEY) STRICT;
";

/// The names of the keys, and what ties them to the slots: a name that goes takes its bytes along. That no two names share
/// a slot is not held by an index, which would take a tenth of the file; [`shared`] looks for it. Of which tenant a key is
/// follows from those above it, as the view says: 2 is the key of a tenant, 3 of a subject, 4 and 5 of data, 7 looks up.
const NAMES: &str = "
CREATE TABLE wraps(
  id BLOB NOT NULL, kind INTEGER NOT NULL, version INTEGER NOT NULL,
  parent BLOB NOT NULL, parent_version INTEGER NOT NULL, slot INTEGER NOT NULL,
  PRIMARY KEY(id, kind, version)) STRICT, WITHOUT ROWID;
CREATE INDEX wraps_parent ON wraps(parent, kind, id);
CREATE TRIGGER wraps_gone AFTER DELETE ON wraps BEGIN
  UPDATE slots SET wrapped = zeroblob(65) WHERE number = OLD.slot;
  INSERT INTO free_slots(number) VALUES(OLD.slot);
END;
CREATE VIEW wrapped_keys AS SELECT w.*, s.wrapped, CASE
  WHEN w.kind = 2 THEN w.id
  WHEN w.kind IN (3, 7) THEN w.parent
  WHEN w.kind IN (4, 5) THEN (SELECT parent FROM wraps WHERE id = w.parent AND kind = 3)
  ELSE zeroblob(16) END AS tenant
FROM wraps w JOIN slots s ON s.number = w.slot;
";

/// Makes the tables of a new file, with the first slots.
pub(super) fn make(keys: &Connection) -> rusqlite::Result<()> {
    make_slots(keys)?;
    keys.execute_batch(NAMES)
}

fn make_slots(keys: &Connection) -> rusqlite::Result<()> {
    keys.execute_batch(SLOTS)?;
    for number in 1..=FIRST_SLOTS {
        keys.execute("INSERT INTO slots(number, wrapped) VALUES(?1, zeroblob(?2))", params![number, WRAP_BYTES])?;
        keys.execute("INSERT INTO free_slots(number) VALUES(?1)", [number])?;
    }
    Ok(())
}

/// Slots that more than one name leads to: none, in a file that nobody has changed.
pub(super) fn shared(keys: &Connection) -> Result<Vec<i64>, StoreError> {
    let mut statement = keys.prepare("SELECT slot FROM wraps GROUP BY slot HAVING COUNT(*) > 1")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Puts a wrap into a free slot and gives its number.
pub(super) fn fill(keys: &Connection, wrapped: &[u8]) -> Result<i64, StoreError> {
    debug_assert_eq!(wrapped.len(), WRAP_BYTES, "slots have one width");
    let mut free = keys.prepare_cached("SELECT number FROM free_slots ORDER BY number LIMIT 1")?;
    let Some(number) = free.query_row([], |row| row.get(0)).optional()? else {
        return Ok(keys.prepare_cached("INSERT INTO slots(wrapped) VALUES(?1)")?.insert([wrapped])?);
    };
    keys.prepare_cached("DELETE FROM free_slots WHERE number = ?1")?.execute([number])?;
    overwrite(keys, number, wrapped)?;
    Ok(number)
}

/// Writes a wrap over the one in a slot.
pub(super) fn overwrite(keys: &Connection, number: i64, wrapped: &[u8]) -> Result<(), StoreError> {
    debug_assert_eq!(wrapped.len(), WRAP_BYTES, "slots have one width");
    keys.prepare_cached("UPDATE slots SET wrapped = ?2 WHERE number = ?1")?.execute(params![number, wrapped])?;
    Ok(())
}

/// Brings a file of an earlier format to the present one. Out of the first, which had no slots, the wraps are moved into
/// slots and the file is rewritten, so that nothing of what was deleted before is left in it; out of later ones, the names
/// are written anew.
pub(super) fn migrate(keys: &mut Connection, format: i64) -> rusqlite::Result<()> {
    let is_first = format == schema::FIRST;
    if !(schema::FIRST..schema::KEYS_FORMAT).contains(&format) {
        return Ok(());
    }
    let transaction = keys.transaction()?;
    if !is_first {
        transaction.execute_batch("DROP VIEW wrapped_keys; DROP TRIGGER wraps_gone")?;
    }
    transaction.execute_batch("DROP INDEX wraps_parent; ALTER TABLE wraps RENAME TO old_wraps")?;
    if is_first {
        make_slots(&transaction)?;
    }
    transaction.execute_batch(NAMES)?;
    transaction.execute_batch(if is_first { OUT_OF_FIRST } else { OUT_OF_LATER })?;
    transaction.execute_batch("DROP TABLE old_wraps")?;
    transaction.pragma_update(None, "user_version", schema::KEYS_FORMAT)?;
    transaction.commit()?;
    if is_first { keys.execute_batch("VACUUM") } else { Ok(()) }
}

const OUT_OF_FIRST: &str = "
INSERT INTO slots(wrapped) SELECT wrapped FROM old_wraps ORDER BY id, kind, version;
INSERT INTO wraps(id, kind, version, parent, parent_version, slot)
  SELECT id, kind, version, parent, parent_version,
         (SELECT MAX(number) FROM free_slots) + row_number() OVER (ORDER BY id, kind, version) FROM old_wraps;
";

const OUT_OF_LATER: &str = "INSERT INTO wraps SELECT id, kind, version, parent, parent_version, slot FROM old_wraps;";

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::crypto::random;

    fn wrapped(seed: u32) -> Vec<u8> {
        let mut bytes = random::<WRAP_BYTES>().unwrap().to_vec();
        bytes[..4].copy_from_slice(&seed.to_be_bytes());
        bytes
    }

    /// What is deleted in any order, between inserts and overwrites, is in no page of the file afterwards.
    #[test]
    fn nothing_of_a_deleted_wrap_is_left_in_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("keys.db");
        let keys = Connection::open(&path).unwrap();
        keys.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(())).unwrap();
        keys.pragma_update(None, "secure_delete", true).unwrap();
        keys.execute_batch("BEGIN").unwrap();
        make(&keys).unwrap();
        let (mut live, mut gone) = (BTreeMap::new(), Vec::new());
        for step in 0..4_000_u32 {
            let bytes = wrapped(step);
            let slot = fill(&keys, &bytes).unwrap();
            let id = bytes[5..21].to_vec();
            let insert = "INSERT INTO wraps VALUES(?1, 5, 1, zeroblob(16), 1, ?2)";
            keys.execute(insert, params![id, slot]).unwrap();
            live.insert(id, (slot, bytes));
            if step % 3 == 0 {
                let (id, (slot, bytes)) = live.pop_first().unwrap();
                gone.push(bytes);
                if step % 2 == 0 {
                    keys.execute("DELETE FROM wraps WHERE id = ?1", [&id]).unwrap();
                } else {
                    let newer = wrapped(step);
                    overwrite(&keys, slot, &newer).unwrap();
                    live.insert(id, (slot, newer));
                }
            }
        }
        keys.execute_batch("COMMIT").unwrap();
        keys.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
        let file = std::fs::read(&path).unwrap();
        let is_there = |bytes: &Vec<u8>| memchr::memmem::find(&file, bytes).is_some();
        assert!(live.values().all(|(_, bytes)| is_there(bytes)), "the search finds what is there");
        assert_eq!(gone.iter().filter(|bytes| is_there(bytes)).count(), 0);
        assert!(gone.len() > 1_000);
    }
}
