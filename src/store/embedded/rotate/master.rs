//! A new master key. What it wraps is little (the keys of the tenants and of the instance), so that one commit of the key
//! file does it all: before it the old key opens the store, after it the new one, and at no time both are needed.

use rusqlite::Connection;
use uuid::Uuid;

use super::audit;
use crate::{
    audit::Action,
    crypto::{KeyKind, KeyName, MasterKey},
    id::TenantId,
    store::{
        Rotated, StoreError,
        embedded::{
            EmbeddedStore, error::damaged, header, logs::Cleaning, versions::forget_seals, wraps, write::Write,
        },
    },
};

/// What hangs from the master key.
const KINDS: [KeyKind; 3] = [KeyKind::Tenant, KeyKind::InstanceLookup, KeyKind::Signing];

/// Carries it out.
pub(super) async fn rotate(store: &EmbeddedStore, new: MasterKey) -> Result<Rotated, StoreError> {
    let wraps = store.committer.run(move |write| replace(write, new)).await?;
    store.empty_logs(Cleaning::Logs).await?;
    store.ring.master().forget_older();
    Ok(Rotated { keys: 1, wraps, ..Rotated::default() })
}

fn replace(write: &mut Write<'_>, new: MasterKey) -> Result<u64, StoreError> {
    let ring = write.ring;
    let version = header::master_version(write.keys)?;
    let new = new.of_version(version + 1)?.into_key();
    let mut count = 0;
    for (name, tenant) in below(write.keys)? {
        let wrap = wraps::get(write.keys, name)?.ok_or_else(|| damaged(&name.id))?;
        let key = wraps::open(&wrap, ring.store, tenant, ring.master(), name)?;
        wraps::rewrap(write.keys, ring.store, tenant, &new, &key)?;
        count += 1;
    }
    header::put_master(write.keys, ring.store, &new)?;
    forget_seals(write.keys, new.name())?;
    audit(write, None, Action::KeyRotated, count)?;
    // Known from here on, used only where the key file says so: a job of the same group may make a tenant.
    ring.master().add(new);
    Ok(count)
}

/// Every wrap below the master key, with the tenant it is bound to.
fn below(keys: &Connection) -> Result<Vec<(KeyName, TenantId)>, StoreError> {
    let mut statement = keys.prepare_cached("SELECT kind, id, version FROM wraps WHERE parent = ?1")?;
    let rows = statement.query_map([Uuid::nil().as_bytes()], |row| {
        Ok((row.get::<_, u8>(0)?, row.get::<_, [u8; 16]>(1)?, row.get(2)?))
    })?;
    let known = |kind| KINDS.into_iter().find(|known| *known as u8 == kind);
    let name = |(kind, id, version)| {
        let kind = known(kind).ok_or_else(|| damaged(&"the kind of a key below the master key"))?;
        // Those of the instance have no id, and are of no tenant.
        Ok((KeyName { kind, id: Uuid::from_bytes(id), version }, TenantId::from(id)))
    };
    rows.map(|row| name(row?)).collect()
}
