//! The versions of a key that lives long: the newest seals and wraps, the older ones still open until a rotation has
//! found no more use of them. How often the newest has sealed is kept in the key file, so that it is known over restarts.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use arc_swap::ArcSwap;
use rusqlite::{Connection, OptionalExtension, params};
use zeroize::Zeroizing;

use super::wraps::Parent;
use crate::{
    crypto::{CryptoError, Key, KeyName, Place, StoreId, key::key_version},
    id::TenantId,
    store::StoreError,
};

/// After how many seals their count is noted in the key file.
const NOTED_EVERY: u64 = 1 << 10;
/// What a start adds to the noted count: more than can have been sealed since the last note, by far.
const UNNOTED: u64 = 1 << 16;

/// Makes the table of counts in the key file.
pub(super) fn prepare(keys: &Connection) -> rusqlite::Result<()> {
    keys.execute_batch(
        "CREATE TABLE IF NOT EXISTS seals(
           id BLOB NOT NULL, kind INTEGER NOT NULL, version INTEGER NOT NULL, count INTEGER NOT NULL,
           PRIMARY KEY(id, kind, version)) STRICT, WITHOUT ROWID",
    )
}

/// All versions of one key that something may be sealed under.
#[derive(Debug)]
pub(super) struct Versions {
    held: ArcSwap<Held>,
    noted: AtomicU64,
}

#[derive(Debug)]
struct Held {
    newest: Arc<Key>,
    older: Vec<Arc<Key>>,
}

impl Versions {
    /// A key with one version.
    pub(super) fn new(key: Key) -> Self {
        let (newest, older) = (Arc::new(key.pinned()), Vec::new());
        Self { noted: AtomicU64::new(newest.seals()), held: ArcSwap::from_pointee(Held { newest, older }) }
    }

    /// The version that seals.
    pub(super) fn newest(&self) -> Arc<Key> {
        Arc::clone(&self.held.load().newest)
    }

    /// A version, while it is held.
    pub(super) fn of(&self, version: u32) -> Option<Arc<Key>> {
        let held = self.held.load();
        let mut all = std::iter::once(&held.newest).chain(&held.older);
        all.find(|key| key.name().version == version).cloned()
    }

    /// Takes up a newer version, which seals from now on; in the place of one of the same number, which was never
    /// committed.
    pub(super) fn add(&self, key: Key) {
        let held = self.held.load();
        let mut older = held.older.clone();
        if held.newest.name() != key.name() {
            older.push(Arc::clone(&held.newest));
        }
        self.noted.store(key.seals(), Ordering::Relaxed);
        self.held.store(Arc::new(Held { newest: Arc::new(key.pinned()), older }));
    }

    /// Forgets all versions but the newest.
    pub(super) fn forget_older(&self) {
        let newest = self.newest();
        self.held.store(Arc::new(Held { newest, older: Vec::new() }));
    }

    /// The name of the newest version.
    pub(super) fn name(&self) -> KeyName {
        self.held.load().newest.name()
    }

    /// Seals under the newest version.
    pub(super) fn seal(&self, place: &Place, plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.newest().seal(place, plain)
    }

    /// Opens what was sealed under any version that is held.
    pub(super) fn open(&self, place: &Place, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let version = key_version(sealed).ok_or(CryptoError::Open)?;
        self.of(version).ok_or(CryptoError::Open)?.open(place, sealed)
    }
}

impl Parent for Versions {
    fn wrap_child(&self, store: StoreId, tenant: TenantId, child: &Key) -> Result<(KeyName, Vec<u8>), CryptoError> {
        let newest = self.newest();
        Ok((newest.name(), newest.wrap(store, tenant, child)?))
    }

    fn unwrap_child(
        &self,
        store: StoreId,
        tenant: TenantId,
        version: u32,
        child: KeyName,
        wrapped: &[u8],
    ) -> Result<Key, CryptoError> {
        self.of(version).ok_or(CryptoError::Open)?.unwrap_key(store, tenant, child, wrapped)
    }

    fn note_seals(&self, keys: &Connection) -> Result<(), StoreError> {
        let newest = self.newest();
        let (seals, noted) = (newest.seals(), self.noted.load(Ordering::Relaxed));
        if seals.saturating_sub(noted) < NOTED_EVERY {
            return Ok(());
        }
        let name = newest.name();
        let mut statement =
            keys.prepare_cached("INSERT OR REPLACE INTO seals(id, kind, version, count) VALUES(?1, ?2, ?3, ?4)")?;
        statement.execute(params![name.id.as_bytes(), name.kind as u8, name.version, seals])?;
        self.noted.store(seals, Ordering::Relaxed);
        Ok(())
    }
}

/// Tells a key that was read from the file how often it has sealed, rounded up.
pub(super) fn recall_seals(keys: &Connection, key: &Key) -> Result<(), StoreError> {
    let name = key.name();
    let mut statement = keys.prepare_cached("SELECT count FROM seals WHERE id = ?1 AND kind = ?2 AND version = ?3")?;
    let row = statement.query_row(params![name.id.as_bytes(), name.kind as u8, name.version], |row| row.get(0));
    let noted: u64 = row.optional()?.unwrap_or(0);
    key.sealed_before(noted + UNNOTED);
    Ok(())
}

/// Forgets the counts of versions that are destroyed.
pub(super) fn forget_seals(keys: &Connection, before: KeyName) -> Result<(), StoreError> {
    let mut statement = keys.prepare_cached("DELETE FROM seals WHERE id = ?1 AND kind = ?2 AND version < ?3")?;
    statement.execute(params![before.id.as_bytes(), before.kind as u8, before.version])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{crypto::KeyKind, store::embedded::schema};

    fn key(version: u32) -> Key {
        Key::draw(KeyName { kind: KeyKind::Tenant, id: Uuid::from_u128(1), version }).unwrap()
    }

    fn place() -> Place {
        let (store, tenant) = (StoreId([1; 16]), TenantId(Uuid::from_u128(2)));
        Place { store, tenant, record: Uuid::from_u128(3), field: 1, segment: 0, version: 1 }
    }

    #[test]
    fn the_newest_seals_and_the_older_ones_open_until_they_are_forgotten() {
        let versions = Versions::new(key(1));
        let first = versions.seal(&place(), b"one").unwrap();
        versions.add(key(2));
        let lost = versions.seal(&place(), b"never committed").unwrap();
        versions.add(key(2));
        assert!(versions.open(&place(), &lost).is_err());
        let second = versions.seal(&place(), b"two").unwrap();
        assert_eq!((key_version(&first), key_version(&second)), (Some(1), Some(2)));
        assert_eq!(&**versions.open(&place(), &first).unwrap(), b"one");
        assert_eq!(&**versions.open(&place(), &second).unwrap(), b"two");
        versions.forget_older();
        assert!(versions.open(&place(), &first).is_err());
        assert!(versions.open(&place(), &second).is_ok());
    }

    #[test]
    fn seals_are_counted_over_restarts() {
        let keys = Connection::open_in_memory().unwrap();
        keys.execute_batch(schema::KEYS).unwrap();
        prepare(&keys).unwrap();
        let versions = Versions::new(key(1));
        for _ in 0..=NOTED_EVERY {
            versions.seal(&place(), b"x").unwrap();
        }
        versions.note_seals(&keys).unwrap();
        let again = key(1);
        recall_seals(&keys, &again).unwrap();
        assert_eq!(again.seals(), NOTED_EVERY + 1 + UNNOTED);
        let other = key(2);
        recall_seals(&keys, &other).unwrap();
        assert_eq!(other.seals(), UNNOTED);
        forget_seals(&keys, other.name()).unwrap();
        let count: i64 = keys.query_row("SELECT COUNT(*) FROM seals", [], |row| row.get(0)).unwrap();
        assert_eq!(count, 0);
    }
}
