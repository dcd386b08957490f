//! The wrapped keys of the key file, one statement at a time.

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::{
    crypto::{Key, KeyKind, KeyName, StoreId},
    id::{SubjectId, TenantId},
    store::{StoreError, embedded::error::damaged},
};

/// Stores a key, wrapped under its parent.
pub(super) fn insert(
    keys: &Connection,
    store: StoreId,
    tenant: TenantId,
    parent: &Key,
    child: &Key,
) -> Result<(), StoreError> {
    let wrapped = parent.wrap(store, tenant, child)?;
    let (name, above) = (child.name(), parent.name());
    let mut statement = keys.prepare_cached(
        "INSERT INTO wraps(id, kind, version, tenant, parent, parent_version, wrapped) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    statement.execute(params![
        name.id.as_bytes(),
        name.kind as u8,
        name.version,
        tenant.as_bytes(),
        above.id.as_bytes(),
        above.version,
        wrapped,
    ])?;
    Ok(())
}

/// Wraps a stored key anew, under another parent.
pub(super) fn rewrap(
    keys: &Connection,
    store: StoreId,
    tenant: TenantId,
    parent: &Key,
    child: &Key,
) -> Result<(), StoreError> {
    destroy(keys, child.name())?;
    insert(keys, store, tenant, parent, child)
}

/// A wrap as it lies in the file.
pub(super) struct Wrap {
    /// Id of the parent.
    pub(super) parent: Uuid,
    /// Version of the parent.
    pub(super) parent_version: u32,
    /// The wrapped bytes.
    pub(super) wrapped: Vec<u8>,
}

/// Reads a wrap; `None`: it was destroyed, or never was.
pub(super) fn get(keys: &Connection, name: KeyName) -> Result<Option<Wrap>, StoreError> {
    let mut statement = keys.prepare_cached(
        "SELECT parent, parent_version, wrapped FROM wraps WHERE id = ?1 AND kind = ?2 AND version = ?3",
    )?;
    let wrap = statement.query_row(params![name.id.as_bytes(), name.kind as u8, name.version], |row| {
        let parent: [u8; 16] = row.get(0)?;
        Ok(Wrap { parent: Uuid::from_bytes(parent), parent_version: row.get(1)?, wrapped: row.get(2)? })
    });
    Ok(wrap.optional()?)
}

/// Gives back the key of a wrap that is there.
pub(super) fn open(
    wrap: &Wrap,
    store: StoreId,
    tenant: TenantId,
    parent: &Key,
    name: KeyName,
) -> Result<Key, StoreError> {
    let key = parent.unwrap_key(store, tenant, name, &wrap.wrapped);
    key.map_err(|_| damaged(&format!("wrap of {}", name.id)))
}

/// The latest version of a key; `None`: it was destroyed, or never was.
pub(super) fn latest_version(keys: &Connection, kind: KeyKind, id: Uuid) -> Result<Option<u32>, StoreError> {
    let mut statement = keys.prepare_cached("SELECT MAX(version) FROM wraps WHERE id = ?1 AND kind = ?2")?;
    Ok(statement.query_row(params![id.as_bytes(), kind as u8], |row| row.get(0))?)
}

/// Destroys a wrap. It is gone from the file only after the log was truncated.
pub(super) fn destroy(keys: &Connection, name: KeyName) -> rusqlite::Result<()> {
    let mut statement = keys.prepare_cached("DELETE FROM wraps WHERE id = ?1 AND kind = ?2 AND version = ?3")?;
    statement.execute(params![name.id.as_bytes(), name.kind as u8, name.version]).map(drop)
}

/// The records of one kind whose data keys hang from a subject, newest first, at most `limit`.
pub(super) fn records_of(
    keys: &Connection,
    subject: SubjectId,
    kind: KeyKind,
    limit: u32,
) -> Result<Vec<[u8; 16]>, StoreError> {
    let mut statement =
        keys.prepare_cached("SELECT DISTINCT id FROM wraps WHERE parent = ?1 AND kind = ?2 ORDER BY id DESC LIMIT ?3")?;
    let rows = statement.query_map(params![subject.as_bytes(), kind as u8, limit], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
