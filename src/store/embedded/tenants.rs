//! Tenants: a sealed name, found by its keyed hash.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use super::{
    ring::{KeyRing, first},
    teaching::policies,
    write::Write,
};
use crate::{
    audit::{Action, Event},
    crypto::{KeyKind, Purpose, new_id},
    id::TenantId,
    store::{
        StoreError,
        record::{Field, encode},
    },
};

/// The tenant of that name, where there is one.
pub(super) fn find(data: &Connection, ring: &KeyRing, name: &str) -> Result<Option<TenantId>, StoreError> {
    let name_hash = ring.lookup.short(Purpose::TenantName, &[name.as_bytes()]);
    let mut statement = data.prepare_cached("SELECT tenant FROM tenants WHERE name_hash = ?1")?;
    let known: Option<[u8; 16]> = statement.query_row([name_hash], |row| row.get(0)).optional()?;
    Ok(known.map(TenantId::from))
}

/// The tenant of that name, made with its keys if there is none.
pub(super) fn ensure(write: &mut Write<'_>, ring: &Arc<KeyRing>, name: &str) -> Result<TenantId, StoreError> {
    if let Some(known) = find(write.data, ring, name)? {
        return Ok(known);
    }
    let name_hash = ring.lookup.short(Purpose::TenantName, &[name.as_bytes()]);
    let id = TenantId(new_id(write.now)?);
    let number: i64 = write.data.query_row("SELECT COALESCE(MAX(number), 0) + 1 FROM tenants", [], |row| row.get(0))?;
    let tenant = ring.draw_tenant(write.keys, number, id)?;
    debug_assert_eq!(tenant.key.name(), first(KeyKind::Tenant, id.0));
    let sealed = tenant.key.seal(&ring.place(id, id.0, Field::TenantName, 1), &encode(&name)?)?;
    let mut statement = write.data.prepare_cached(
        "INSERT INTO tenants(number, tenant, name_hash, name, create_time) VALUES(?1, ?2, ?3, ?4, ?5)",
    )?;
    statement.execute(params![number, id.as_bytes(), name_hash, sealed, write.now.0])?;
    policies::begin(write, &tenant)?;
    let object: Option<Uuid> = Some(id.0);
    write.audit(Some(number), &Event { tenant: Some(id), object, ..Event::new(Action::TenantCreated, write.now) })?;
    let ring = Arc::clone(ring);
    write.after(move || ring.add(tenant));
    Ok(id)
}
