//! Rows of a tenant that has left. Its key is destroyed, so that they open with nothing; what leads to it goes with the
//! act, the rest in bounded parts.

use rusqlite::{Connection, OptionalExtension, params};

use super::rows;
use crate::{
    crypto::KeyKind,
    id::{CaseId, TenantId},
    store::{StoreError, embedded::recovery},
};

/// Rows that go when no case is left; the records of its erasures and its number stay.
const LAST: [&str; 8] = [
    "DELETE FROM joins WHERE tenant = ?1",
    "DELETE FROM corrections WHERE tenant = ?1",
    "DELETE FROM holds WHERE tenant = ?1",
    "DELETE FROM orders WHERE tenant = ?1",
    "DELETE FROM recipients WHERE tenant = ?1",
    "DELETE FROM streaks WHERE tenant = ?1",
    "DELETE FROM leases WHERE tenant = ?1",
    "DELETE FROM service_times WHERE tenant = ?1",
];

fn number_of(data: &Connection, tenant: TenantId) -> rusqlite::Result<Option<i64>> {
    let mut statement = data.prepare_cached("SELECT number FROM tenants WHERE tenant = ?1")?;
    statement.query_row([tenant.as_bytes()], |row| row.get(0)).optional()
}

/// Takes away what leads to a tenant: its name, its credentials, what would act by itself. The row keeps its number, which
/// is never given again.
pub(super) fn forget(data: &Connection, tenant: TenantId) -> rusqlite::Result<()> {
    let Some(number) = number_of(data, tenant)? else { return Ok(()) };
    data.execute("UPDATE tenants SET name_hash = tenant, name = x'' WHERE number = ?1", [number])?;
    for sql in [
        "DELETE FROM credentials WHERE tenant = ?1",
        "DELETE FROM policies WHERE tenant = ?1",
        "DELETE FROM rotations WHERE tenant = ?1",
        "DELETE FROM erasures WHERE tenant = ?1 AND state = 2",
        "DELETE FROM items WHERE tenant = ?1 AND ready_time IS NOT NULL",
    ] {
        data.execute(sql, [number])?;
    }
    recovery::open_texts(data, tenant)
}

/// The same for every tenant that a restored file still shows.
pub(super) fn forget_restored(data: &Connection) -> rusqlite::Result<()> {
    noted(data)?.into_iter().try_for_each(|tenant| forget(data, tenant))
}

fn noted(data: &Connection) -> rusqlite::Result<Vec<TenantId>> {
    let mut statement = data.prepare_cached("SELECT id FROM sweeps WHERE kind = ?1")?;
    let rows = statement.query_map([KeyKind::Tenant as u8], |row| row.get::<_, [u8; 16]>(0))?;
    Ok(rows.collect::<Result<Vec<_>, _>>()?.into_iter().map(TenantId::from).collect())
}

/// Deletes rows of tenants that have left, at most `limit` cases; gives how many there were.
pub(super) fn sweep(data: &Connection, limit: u32) -> Result<u64, StoreError> {
    let mut swept = 0;
    for tenant in noted(data)? {
        let left = u64::from(limit).saturating_sub(swept);
        swept += match number_of(data, tenant)? {
            Some(number) if left > 0 => sweep_cases(data, number, left)?,
            _ => 0,
        };
        if swept < u64::from(limit) && end(data, tenant)? {
            data.prepare_cached("DELETE FROM sweeps WHERE kind = ?1 AND id = ?2")?
                .execute(params![KeyKind::Tenant as u8, tenant.as_bytes()])?;
        }
    }
    Ok(swept)
}

/// Deletes cases with everything in them; the newest of all stays, as in [`rows::sweep`], without its interactions.
fn sweep_cases(data: &Connection, number: i64, limit: u64) -> Result<u64, StoreError> {
    let mut statement = data.prepare_cached(
        "SELECT case_id FROM cases WHERE tenant IN (?1, -?1) AND number < (SELECT MAX(number) FROM cases) LIMIT ?2",
    )?;
    let found = statement.query_map(params![number, limit], |row| row.get::<_, [u8; 16]>(0))?;
    let found: Vec<[u8; 16]> = found.collect::<Result<_, _>>()?;
    for id in &found {
        rows::delete_case(data, CaseId::from(*id))?;
    }
    Ok(found.len() as u64)
}

/// Deletes what is left when the cases are gone; whether that is all.
fn end(data: &Connection, tenant: TenantId) -> Result<bool, StoreError> {
    let Some(number) = number_of(data, tenant)? else { return Ok(true) };
    let mut statement = data.prepare_cached("SELECT number FROM cases WHERE tenant IN (?1, -?1)")?;
    let newest: Option<i64> = statement.query_row([number], |row| row.get(0)).optional()?;
    if let Some(case) = newest {
        for interaction in rows::interactions_of(data, case)? {
            rows::delete_interaction(data, interaction)?;
        }
    }
    for sql in LAST {
        data.prepare_cached(sql)?.execute([number])?;
    }
    Ok(newest.is_none())
}
