//! Burials: keys that are destroyed for good. Noted with the rows and the audit event of the act; then, in this order,
//! written to the tombstone feed, destroyed in the key file together with the mark of the feed, and forgotten here. A
//! crash anywhere in between is made good at the next start, since what is noted is carried out again.

use rusqlite::{Connection, params};
use uuid::Uuid;

use super::{error::damaged, header, wraps};
use crate::{
    crypto::{Key, KeyKind, KeyName, MasterKey, SigningKey, StoreId},
    store::{
        StoreError,
        embedded::{
            OpenError,
            ring::{INSTANCE, first},
        },
        tombstone::{Burial, GRAVES_MAX, Grave, Mark},
    },
};

/// Makes two tables in the key file, where a row and the keys it is about change in one transaction: erased ids, and who
/// was made one with whom.
pub(super) fn prepare(keys: &Connection) -> rusqlite::Result<()> {
    keys.execute_batch(
        "CREATE TABLE IF NOT EXISTS tombstones(
           id BLOB NOT NULL, version INTEGER NOT NULL, erase_time INTEGER NOT NULL, PRIMARY KEY(id, version)) STRICT,
           WITHOUT ROWID;
         CREATE TABLE IF NOT EXISTS links(subject BLOB PRIMARY KEY, main BLOB NOT NULL) STRICT, WITHOUT ROWID;
         CREATE INDEX IF NOT EXISTS links_main ON links(main);",
    )
}

/// Notes a burial in the transaction of the act.
pub(super) fn note(data: &Connection, burial: Burial) -> Result<(), StoreError> {
    note_sweeps(data, &burial)?;
    let mut statement = data.prepare_cached("INSERT INTO burials(burial) VALUES(?1)")?;
    let Burial { tenant, time, cause, graves } = burial;
    for graves in graves.chunks(GRAVES_MAX) {
        let part = Burial { tenant, time, cause, graves: graves.to_vec() };
        statement.execute([part.encode()])?;
    }
    Ok(())
}

/// Notes whose rows are to be swept.
pub(super) fn note_sweeps(data: &Connection, burial: &Burial) -> rusqlite::Result<()> {
    let mut statement = data.prepare_cached("INSERT OR IGNORE INTO sweeps(kind, id) VALUES(?1, ?2)")?;
    let has_rows = |kind| matches!(kind, KeyKind::Case | KeyKind::Interaction | KeyKind::Tenant);
    for grave in burial.graves.iter().filter(|grave| grave.version == 0 && has_rows(grave.kind)) {
        statement.execute(params![grave.kind as u8, grave.id.as_bytes()])?;
    }
    Ok(())
}

/// Whether something was erased, or with a version other than 0, whether that version of its key was.
pub(super) fn is_erased(keys: &Connection, id: Uuid, version: u32) -> Result<bool, StoreError> {
    let mut statement = keys.prepare_cached("SELECT 1 FROM tombstones WHERE id = ?1 AND version IN (0, ?2)")?;
    Ok(statement.exists(params![id.as_bytes(), version])?)
}

/// Why a record has no key: it was erased, or it is damaged and named. A record whose key has a later version was
/// written anew while it was read.
pub(super) fn keyless(keys: &Connection, name: KeyName) -> StoreError {
    let KeyName { kind, id, version } = name;
    let known = is_erased(keys, id, version).and_then(|erased| {
        let newer = wraps::latest_version(keys, kind, id)?.is_some_and(|latest| latest > version);
        Ok(erased || newer)
    });
    match known {
        Ok(true) => StoreError::RecordGone,
        Ok(false) => damaged(&format!("{kind:?} {id}: its key is missing, and no tombstone names it")),
        Err(error) => error,
    }
}

/// What is noted and not yet carried out, oldest first.
pub(super) fn noted(data: &Connection) -> Result<Vec<Burial>, StoreError> {
    let mut statement = data.prepare_cached("SELECT burial FROM burials ORDER BY number")?;
    let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0))?;
    let read = |bytes: Vec<u8>| Burial::decode(&bytes).ok_or_else(|| damaged(&"a noted burial"));
    rows.map(|row| read(row?)).collect()
}

/// Destroys the keys that a burial names, in the transaction of the caller: their wraps, those of the keys below them,
/// and what leads from identifiers to a person.
pub(super) fn destroy(keys: &Connection, burial: &Burial) -> rusqlite::Result<()> {
    let mut statement =
        keys.prepare_cached("INSERT OR IGNORE INTO tombstones(id, version, erase_time) VALUES(?1, ?2, ?3)")?;
    for grave in &burial.graves {
        statement.execute(params![grave.id.as_bytes(), grave.version, burial.time.0])?;
        destroy_one(keys, grave)?;
    }
    Ok(())
}

fn destroy_one(keys: &Connection, grave: &Grave) -> rusqlite::Result<()> {
    let Grave { kind, id, version } = *grave;
    if version != 0 {
        return wraps::destroy(keys, KeyName { kind, id, version });
    }
    let id = id.as_bytes();
    keys.prepare_cached("DELETE FROM wraps WHERE id = ?1 AND kind = ?2")?.execute(params![id, kind as u8])?;
    if kind == KeyKind::Tenant {
        return destroy_tenant(keys, id);
    }
    if kind == KeyKind::Subject {
        keys.prepare_cached("DELETE FROM wraps WHERE parent = ?1")?.execute([id])?;
        keys.prepare_cached("DELETE FROM identifiers WHERE subject = ?1")?.execute([id])?;
        keys.prepare_cached("DELETE FROM links WHERE subject = ?1 OR main = ?1")?.execute([id])?;
    }
    Ok(())
}

fn destroy_tenant(keys: &Connection, tenant: &[u8; 16]) -> rusqlite::Result<()> {
    let mut statement = keys.prepare_cached(
        "DELETE FROM identifiers WHERE subject IN (SELECT id FROM wraps WHERE parent = ?1 AND kind = ?2)",
    )?;
    statement.execute(params![tenant, KeyKind::Subject as u8])?;
    let mut statement =
        keys.prepare_cached("DELETE FROM links WHERE main IN (SELECT id FROM wraps WHERE parent = ?1 AND kind = ?2)")?;
    statement.execute(params![tenant, KeyKind::Subject as u8])?;
    let mut statement = keys
        .prepare_cached("DELETE FROM wraps WHERE parent IN (SELECT id FROM wraps WHERE parent = ?1 AND kind = ?2)")?;
    statement.execute(params![tenant, KeyKind::Subject as u8])?;
    keys.prepare_cached("DELETE FROM wraps WHERE parent = ?1")?.execute([tenant]).map(drop)
}

/// The last tombstone that the key file has carried out.
pub(super) fn carried_out(keys: &Connection) -> Result<Option<Mark>, StoreError> {
    let bytes: Option<[u8; Mark::BYTES]> = header::meta(keys, MARK)?;
    bytes.map(|bytes| Mark::decode(bytes).ok_or_else(|| damaged(&"the mark of the tombstones"))).transpose()
}

/// Notes that every tombstone up to this one is carried out.
pub(super) fn put_carried_out(keys: &Connection, mark: Mark) -> rusqlite::Result<()> {
    header::put(keys, MARK, mark.encode())
}

/// Forgets the mark: the feed is lost, and a new one is begun.
pub(super) fn forget_carried_out(keys: &Connection) -> rusqlite::Result<()> {
    header::remove(keys, MARK)
}

/// Number of the last tombstone that the data file knows.
pub(super) fn indexed(data: &Connection) -> Result<u64, StoreError> {
    Ok(header::meta(data, MARK)?.unwrap_or_default())
}

/// Notes the last tombstone that the data file knows.
pub(super) fn put_indexed(data: &Connection, sequence: u64) -> rusqlite::Result<()> {
    header::put(data, MARK, sequence)
}

const MARK: &str = "tombstones";

/// The key that signs for this store; drawn where there is none yet.
pub(super) fn signing_key(keys: &Connection, store: StoreId, master: &MasterKey) -> Result<SigningKey, OpenError> {
    let name = first(KeyKind::Signing, Uuid::nil());
    let key = if let Some(wrap) = wraps::get(keys, name)? {
        wraps::open(&wrap, store, INSTANCE, master.key(), name)?
    } else {
        let key = Key::draw(name)?;
        wraps::insert(keys, store, INSTANCE, master.key(), &key)?;
        key
    };
    Ok(SigningKey::new(&key.into_secret())?)
}
