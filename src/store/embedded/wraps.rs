//! The wrapped keys of the key file, one statement at a time.

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::{
    crypto::{CryptoError, Key, KeyKind, KeyName, StoreId},
    id::{SubjectId, TenantId},
    store::{
        StoreError,
        embedded::{error::damaged, slots},
    },
};

/// Stores a key, wrapped under its parent.
pub(super) fn insert(
    keys: &Connection,
    store: StoreId,
    tenant: TenantId,
    parent: &impl Parent,
    child: &Key,
) -> Result<(), StoreError> {
    let (above, wrapped) = parent.wrap_child(store, tenant, child)?;
    let name = child.name();
    let slot = slots::fill(keys, &wrapped)?;
    let mut statement = keys.prepare_cached(
        "INSERT INTO wraps(id, kind, version, parent, parent_version, slot) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    statement.execute(params![
        name.id.as_bytes(),
        name.kind as u8,
        name.version,
        above.id.as_bytes(),
        above.version,
        slot,
    ])?;
    parent.note_seals(keys)
}

/// Wraps a stored key anew: under the newest version of its parent, or under another parent. Its other versions stay.
pub(super) fn rewrap(
    keys: &Connection,
    store: StoreId,
    tenant: TenantId,
    parent: &impl Parent,
    child: &Key,
) -> Result<(), StoreError> {
    let (above, wrapped) = parent.wrap_child(store, tenant, child)?;
    let name = child.name();
    let mut statement = keys.prepare_cached(
        "UPDATE wraps SET parent = ?4, parent_version = ?5 WHERE id = ?1 AND kind = ?2 AND version = ?3 RETURNING slot",
    )?;
    let (id, parent_id) = (name.id.as_bytes(), above.id.as_bytes());
    let row = params![id, name.kind as u8, name.version, parent_id, above.version];
    let slot = statement.query_row(row, |row| row.get(0))?;
    slots::overwrite(keys, slot, &wrapped)?;
    parent.note_seals(keys)
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
        "SELECT w.parent, w.parent_version, s.wrapped FROM wraps w JOIN slots s ON s.number = w.slot
         WHERE w.id = ?1 AND w.kind = ?2 AND w.version = ?3",
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
    parent: &impl Parent,
    name: KeyName,
) -> Result<Key, StoreError> {
    let key = parent.unwrap_child(store, tenant, wrap.parent_version, name, &wrap.wrapped);
    key.map_err(|_| damaged(&format!("wrap of {}", name.id)))
}

/// A key that wraps others: one version of it, or all that are in use.
pub(super) trait Parent {
    /// Wraps a key, and says under which name it was done.
    fn wrap_child(&self, store: StoreId, tenant: TenantId, child: &Key) -> Result<(KeyName, Vec<u8>), CryptoError>;

    /// Gives back a key that was wrapped under `version` of this one.
    fn unwrap_child(
        &self,
        store: StoreId,
        tenant: TenantId,
        version: u32,
        child: KeyName,
        wrapped: &[u8],
    ) -> Result<Key, CryptoError>;

    /// Notes how often this key has sealed, where that is counted over restarts.
    fn note_seals(&self, _keys: &Connection) -> Result<(), StoreError> {
        Ok(())
    }
}

impl Parent for Key {
    fn wrap_child(&self, store: StoreId, tenant: TenantId, child: &Key) -> Result<(KeyName, Vec<u8>), CryptoError> {
        Ok((self.name(), self.wrap(store, tenant, child)?))
    }

    fn unwrap_child(
        &self,
        store: StoreId,
        tenant: TenantId,
        _version: u32,
        child: KeyName,
        wrapped: &[u8],
    ) -> Result<Key, CryptoError> {
        self.unwrap_key(store, tenant, child, wrapped)
    }
}

/// The latest version of a key; `None`: it was destroyed, or never was.
pub(super) fn latest_version(keys: &Connection, kind: KeyKind, id: Uuid) -> Result<Option<u32>, StoreError> {
    let mut statement = keys.prepare_cached("SELECT MAX(version) FROM wraps WHERE id = ?1 AND kind = ?2")?;
    Ok(statement.query_row(params![id.as_bytes(), kind as u8], |row| row.get(0))?)
}

/// The versions of a key, oldest first.
pub(super) fn versions(keys: &Connection, kind: KeyKind, id: Uuid) -> Result<Vec<u32>, StoreError> {
    let mut statement =
        keys.prepare_cached("SELECT version FROM wraps WHERE id = ?1 AND kind = ?2 ORDER BY version")?;
    let rows = statement.query_map(params![id.as_bytes(), kind as u8], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Destroys a wrap and those of all earlier versions of the key: one that a crash left unused between the commits of the
/// two files must not outlive the version that took its place. They are gone from the file only after the log was
/// truncated.
pub(super) fn destroy(keys: &Connection, name: KeyName) -> rusqlite::Result<()> {
    let mut statement = keys.prepare_cached("DELETE FROM wraps WHERE id = ?1 AND kind = ?2 AND version <= ?3")?;
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
