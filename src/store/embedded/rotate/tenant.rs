//! A new key for a tenant. From the moment it is durable everything new is wrapped and sealed under it; what lies under
//! the older ones follows in batches.

use std::{collections::BTreeMap, sync::Arc};

use rusqlite::{Connection, params};
use uuid::Uuid;

use super::{
    audit,
    state::{Kind, Rotation},
};
use crate::{
    audit::Action,
    crypto::{Key, KeyKind, KeyName},
    store::{
        Rotated, StoreError,
        embedded::{
            EmbeddedStore,
            error::damaged,
            header,
            jobs::Turn,
            logs::Cleaning,
            ring::Tenant,
            sealed,
            versions::{Versions, forget_seals},
            wraps,
            write::Write,
        },
    },
};

/// How many wraps a batch looks at.
const BATCH: u32 = 512;

/// Where a batch begins: kind and id of the wrap before it.
type Cursor = (u8, [u8; 16]);

/// Carries a rotation out, from where it stands.
pub(super) async fn rotate(store: &EmbeddedStore, tenant: &Arc<Tenant>) -> Result<Rotated, StoreError> {
    let begun = Arc::clone(tenant);
    store.committer.run(move |write| begin(write, &begun)).await?;
    let mut done = Rotated { keys: 1, ..Rotated::default() };
    let mut cursor = Some((0, [0; 16]));
    while let Some(after) = cursor {
        let batch = Arc::clone(tenant);
        let (count, next) = store.committer.run(move |write| rewrap(write, &batch, after)).await?;
        done.wraps += count;
        cursor = next;
    }
    let sealing = Arc::clone(tenant);
    done.values += store.committer.run(move |write| reseal(write, &sealing)).await?;
    // Whoever read under the old key has ended when the logs are empty, and so have the old wraps.
    store.empty_logs(Cleaning::Logs).await?;
    scan(store, tenant).await?;
    let ended = Arc::clone(tenant);
    let count = done.wraps + done.values;
    store.committer.run(move |write| end(write, &ended, count)).await?;
    Ok(done)
}

/// Draws the new key, unless a rotation that was cut short has.
fn begin(write: &mut Write<'_>, tenant: &Arc<Tenant>) -> Result<(), StoreError> {
    if Rotation::get(write.data, Kind::Tenant, tenant.number)?.is_some() {
        return Ok(());
    }
    let newest = wraps::latest_version(write.keys, KeyKind::Tenant, tenant.id.0)?;
    let version = newest.ok_or(StoreError::RecordGone)? + 1;
    let master = write.ring.master().of(header::master_version(write.keys)?);
    let master = master.ok_or_else(|| damaged(&"the master key's version"))?;
    let key = Key::draw(KeyName { version, ..tenant.key.name() })?;
    wraps::insert(write.keys, write.ring.store, tenant.id, &*master, &key)?;
    Rotation::begin(write.data, Kind::Tenant, tenant.number)?;
    audit(write, Some(tenant), Action::KeyRotationBegun, 1)?;
    let tenant = Arc::clone(tenant);
    write.after(move || tenant.key.add(key));
    Ok(())
}

/// A wrap below a tenant's key.
struct Below {
    kind: u8,
    id: [u8; 16],
    version: u32,
    under: u32,
}

/// The next wraps that hang from a tenant, whatever version they are under.
fn below(keys: &Connection, tenant: &Tenant, (kind, id): Cursor) -> Result<Vec<Below>, StoreError> {
    let mut statement = keys.prepare_cached(
        "SELECT kind, id, version, parent_version FROM wraps
         WHERE parent = ?1 AND (kind, id) > (?2, ?3) ORDER BY kind, id LIMIT ?4",
    )?;
    let rows = statement.query_map(params![tenant.id.as_bytes(), kind, id, BATCH], |row| {
        Ok(Below { kind: row.get(0)?, id: row.get(1)?, version: row.get(2)?, under: row.get(3)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn next(batch: &[Below]) -> Option<Cursor> {
    batch.last().filter(|_| batch.len() == BATCH as usize).map(|last| (last.kind, last.id))
}

/// Wraps the next keys anew and gives their count and where to go on.
fn rewrap(write: &Write<'_>, tenant: &Tenant, after: Cursor) -> Result<(u64, Option<Cursor>), StoreError> {
    let batch = below(write.keys, tenant, after)?;
    let newest = tenant.key.name().version;
    let mut count = 0;
    for one in batch.iter().filter(|one| one.under != newest) {
        let name = one.name()?;
        let Some(wrap) = wraps::get(write.keys, name)? else { continue };
        let key = wraps::open(&wrap, write.ring.store, tenant.id, &tenant.key, name)?;
        wraps::rewrap(write.keys, write.ring.store, tenant.id, &tenant.key, &key)?;
        count += 1;
    }
    Ok((count, next(&batch)))
}

impl Below {
    fn name(&self) -> Result<KeyName, StoreError> {
        let kinds = [KeyKind::Subject, KeyKind::TenantLookup];
        let kind = kinds.into_iter().find(|known| *known as u8 == self.kind);
        let kind = kind.ok_or_else(|| damaged(&"the kind of a key below a tenant"))?;
        Ok(KeyName { kind, id: Uuid::from_bytes(self.id), version: self.version })
    }
}

/// Seals the rows of the tenant itself anew.
fn reseal(write: &Write<'_>, tenant: &Tenant) -> Result<u64, StoreError> {
    let new = tenant.key.newest();
    let old = |version| tenant.key.of(version).ok_or_else(|| damaged(&tenant.id));
    sealed::reseal(write.data, write.ring, (tenant.id, KeyKind::Tenant, tenant.number), &new, old)
}

/// Looks at every wrap and value of the tenant: nothing may be left under an older key.
async fn scan(store: &EmbeddedStore, tenant: &Arc<Tenant>) -> Result<(), StoreError> {
    let mut left: BTreeMap<u32, u64> = BTreeMap::new();
    let newest = tenant.key.name().version;
    let mut cursor = Some((0, [0; 16]));
    while let Some(after) = cursor {
        let looked = Arc::clone(tenant);
        let batch =
            store.readers.run(Turn::bulk(tenant.number), move |read| below(read.data()?.1, &looked, after)).await?;
        batch.iter().filter(|one| one.under != newest).for_each(|one| *left.entry(one.under).or_default() += 1);
        cursor = next(&batch);
    }
    let number = tenant.number;
    let clean = store
        .readers
        .run(Turn::bulk(number), move |read| sealed::all_under(&read.data()?.0, KeyKind::Tenant, number, newest))
        .await?;
    if left.is_empty() && clean {
        return Ok(());
    }
    Err(damaged(&format!("keys of {}: older versions are still in use after a rotation", tenant.id)))
}

/// Destroys the older keys.
fn end(write: &mut Write<'_>, tenant: &Arc<Tenant>, count: u64) -> Result<(), StoreError> {
    let newest = tenant.key.name();
    write.doom(KeyName { version: newest.version - 1, ..newest })?;
    forget_seals(write.keys, newest)?;
    if let Some(rotation) = Rotation::get(write.data, Kind::Tenant, tenant.number)? {
        rotation.end(write.data)?;
    }
    audit(write, Some(tenant), Action::KeyRotated, count)?;
    let tenant = Arc::clone(tenant);
    write.after(move || Versions::forget_older(&tenant.key));
    Ok(())
}
