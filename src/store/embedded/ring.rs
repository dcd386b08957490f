//! The keys in memory: master, instance and tenants. Subject and data keys are unwrapped for each use and forgotten,
//! so that a destroyed wrap takes effect at once.

use std::sync::Arc;

use arc_swap::ArcSwapOption;
use dashmap::{DashMap, DashSet};
use rusqlite::Connection;
use uuid::Uuid;

use super::{
    error::damaged,
    graves,
    header::{self, Header},
    manifest::Layout,
    versions::{Versions, recall_seals},
    wraps,
};
use crate::{
    crypto::{Key, KeyKind, KeyName, LookupKey, MasterKey, Place, StoreId, key::key_version},
    id::{SubjectId, TenantId},
    policy::ServiceTargets,
    store::{StoreError, record::Field},
};

/// The tenant that keys and values of the whole instance are bound to.
pub(super) const INSTANCE: TenantId = TenantId(Uuid::nil());

/// How often a data key is looked up while the key above it changes.
const LOOK_UPS: u32 = 3;

/// A tenant with its keys.
#[derive(Debug)]
pub(super) struct Tenant {
    /// Its id.
    pub(super) id: TenantId,
    /// Its number in the tables of the data file.
    pub(super) number: i64,
    /// Its key: it seals under the newest version and opens under every one that is in use.
    pub(super) key: Versions,
    /// Its key for hashes.
    pub(super) lookup: LookupKey,
    /// The targets of its live policy, once they were needed.
    pub(super) targets: Arc<ArcSwapOption<ServiceTargets>>,
}

/// The keys that are held while the store is open.
#[derive(Debug)]
pub(super) struct KeyRing {
    /// The store they belong to.
    pub(super) store: StoreId,
    /// For hashes of the instance: tokens and names of tenants.
    pub(super) lookup: LookupKey,
    /// The rows of which the manifests of cases are made.
    pub(super) layout: Layout,
    master: Versions,
    tenants: DashMap<TenantId, Arc<Tenant>>,
    /// Numbers of the tenants that have left.
    departed: DashSet<i64>,
}

impl KeyRing {
    /// Loads the keys of the instance and of every tenant; draws the instance's where the store is new.
    pub(super) fn load(
        header: &Header,
        master: MasterKey,
        data: &Connection,
        keys: &Connection,
    ) -> Result<Self, StoreError> {
        let store = header.store;
        let name = first(KeyKind::InstanceLookup, Uuid::nil());
        let secret = if let Some(wrap) = wraps::get(keys, name)? {
            wraps::open(&wrap, store, INSTANCE, master.key(), name)?
        } else if header.generation > 0 {
            // Another one would find no tenant and no credential, as if there were none.
            return Err(damaged(&"keys.db: wraps: the lookup key of the instance is missing"));
        } else {
            let key = Key::draw(name)?;
            wraps::insert(keys, store, INSTANCE, master.key(), &key)?;
            key
        };
        recall_seals(keys, master.key())?;
        let ring = Self {
            store,
            lookup: LookupKey::new(&secret.into_secret()),
            layout: Layout::read(data)?,
            master: Versions::new(master.into_key()),
            tenants: DashMap::new(),
            departed: DashSet::new(),
        };
        let mut statement = data.prepare("SELECT number, tenant FROM tenants")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, [u8; 16]>(1)?)))?;
        for row in rows {
            let (number, tenant) = row?;
            if graves::is_erased(keys, Uuid::from_bytes(tenant), 0)? {
                ring.departed.insert(number);
            } else {
                ring.add(ring.load_tenant(keys, number, TenantId::from(tenant))?);
            }
        }
        Ok(ring)
    }

    fn load_tenant(&self, keys: &Connection, number: i64, id: TenantId) -> Result<Tenant, StoreError> {
        let missing = || damaged(&format!("keys of {id}"));
        let mut key: Option<Versions> = None;
        for version in wraps::versions(keys, KeyKind::Tenant, id.0)? {
            let name = KeyName { version, ..first(KeyKind::Tenant, id.0) };
            let wrap = wraps::get(keys, name)?.ok_or_else(missing)?;
            let opened = wraps::open(&wrap, self.store, id, &self.master, name)?;
            recall_seals(keys, &opened)?;
            match &key {
                Some(versions) => versions.add(opened),
                None => key = Some(Versions::new(opened)),
            }
        }
        let key = key.ok_or_else(missing)?;
        let name = first(KeyKind::TenantLookup, id.0);
        let wrap = wraps::get(keys, name)?.ok_or_else(missing)?;
        let lookup = LookupKey::new(&wraps::open(&wrap, self.store, id, &key, name)?.into_secret());
        Ok(Tenant { id, number, key, lookup, targets: Arc::default() })
    }

    /// The versions of the master key.
    pub(super) fn master(&self) -> &Versions {
        &self.master
    }

    /// The tenants, by number.
    pub(super) fn tenants(&self) -> Vec<Arc<Tenant>> {
        let mut all: Vec<_> = self.tenants.iter().map(|entry| Arc::clone(&entry)).collect();
        all.sort_unstable_by_key(|tenant| tenant.number);
        all
    }

    /// Draws and stores the keys of a new tenant.
    pub(super) fn draw_tenant(&self, keys: &Connection, number: i64, id: TenantId) -> Result<Tenant, StoreError> {
        let key = Key::draw(first(KeyKind::Tenant, id.0))?;
        let master =
            self.master.of(header::master_version(keys)?).ok_or_else(|| damaged(&"the master key's version"))?;
        let lookup = Key::draw(first(KeyKind::TenantLookup, id.0))?;
        wraps::insert(keys, self.store, id, &*master, &key)?;
        wraps::insert(keys, self.store, id, &key, &lookup)?;
        let key = Versions::new(key);
        Ok(Tenant { id, number, key, lookup: LookupKey::new(&lookup.into_secret()), targets: Arc::default() })
    }

    /// Takes up a tenant whose rows are durable.
    pub(super) fn add(&self, tenant: Tenant) {
        self.tenants.insert(tenant.id, Arc::new(tenant));
    }

    /// Forgets a tenant that has left, with its keys.
    pub(super) fn remove(&self, id: TenantId, number: i64) {
        self.departed.insert(number);
        self.tenants.remove(&id);
    }

    /// Whether the tenant of that number has left: what was under way for it must not be written any more.
    pub(super) fn has_left(&self, number: i64) -> bool {
        self.departed.contains(&number)
    }

    /// The tenant; an unknown one is not found, like everything below it.
    pub(super) fn tenant(&self, id: TenantId) -> Result<Arc<Tenant>, StoreError> {
        self.tenants.get(&id).map(|entry| Arc::clone(&entry)).ok_or(StoreError::NotFound)
    }

    /// The tenant of that number in the data file.
    pub(super) fn of_number(&self, number: i64) -> Option<Arc<Tenant>> {
        self.tenants.iter().find(|entry| entry.number == number).map(|entry| Arc::clone(&entry))
    }

    /// The key of a subject; `None`: it was destroyed.
    pub(super) fn subject(
        &self,
        keys: &Connection,
        tenant: &Tenant,
        subject: SubjectId,
        version: u32,
    ) -> Result<Option<Key>, StoreError> {
        let name = KeyName { kind: KeyKind::Subject, id: subject.0, version };
        let wrap = wraps::get(keys, name)?;
        wrap.map(|wrap| wraps::open(&wrap, self.store, tenant.id, &tenant.key, name)).transpose()
    }

    /// The data key of this name; `None`: it or its subject was destroyed.
    pub(super) fn data_key(
        &self,
        keys: &Connection,
        tenant: &Tenant,
        name: KeyName,
    ) -> Result<Option<Key>, StoreError> {
        // The subject's key may be replaced between the two look-ups; then the wrap is another one as well.
        for _ in 0..LOOK_UPS {
            let Some(wrap) = wraps::get(keys, name)? else { return Ok(None) };
            if let Some(subject) = self.subject(keys, tenant, SubjectId(wrap.parent), wrap.parent_version)? {
                return wraps::open(&wrap, self.store, tenant.id, &subject, name).map(Some);
            }
        }
        Ok(None)
    }

    /// The place of a field of a record.
    pub(super) fn place(&self, tenant: TenantId, record: Uuid, field: Field, version: u64) -> Place {
        Place { store: self.store, tenant, record, field: field as u16, segment: 0, version }
    }
}

/// The first version of a key.
pub(super) fn first(kind: KeyKind, id: Uuid) -> KeyName {
    KeyName { kind, id, version: 1 }
}

/// Opens the sealed values of one record, unwrapping each key version once.
pub(super) struct Opener<'a> {
    ring: &'a KeyRing,
    keys: &'a Connection,
    tenant: &'a Tenant,
    kind: KeyKind,
    record: Uuid,
    key: Option<Key>,
}

impl<'a> Opener<'a> {
    /// For the record of this kind and id.
    pub(super) fn new(
        ring: &'a KeyRing,
        keys: &'a Connection,
        tenant: &'a Tenant,
        kind: KeyKind,
        record: Uuid,
    ) -> Self {
        Self { ring, keys, tenant, kind, record, key: None }
    }

    /// Opens the value of a field.
    pub(super) fn open(
        &mut self,
        field: Field,
        segment: u32,
        version: u64,
        sealed: &[u8],
    ) -> Result<zeroize::Zeroizing<Vec<u8>>, StoreError> {
        let place = Place { segment, ..self.ring.place(self.tenant.id, self.record, field, version) };
        let record = self.record;
        let key = self.key(sealed)?;
        key.open(&place, sealed).map_err(|_| damaged(&format!("{field:?} of {record}")))
    }

    fn key(&mut self, sealed: &[u8]) -> Result<&Key, StoreError> {
        let version = key_version(sealed).ok_or_else(|| damaged(&self.record))?;
        let name = KeyName { kind: self.kind, id: self.record, version };
        let key = if let Some(key) = self.key.take().filter(|key| key.name() == name) {
            key
        } else {
            let key = self.ring.data_key(self.keys, self.tenant, name)?;
            key.ok_or_else(|| graves::keyless(self.keys, name))?
        };
        Ok(self.key.insert(key))
    }
}
