//! Records of acts that have ended: of erasures, orders, holds and recipients. They are kept as long as the audit events of
//! their tenant, from their end, and then deleted. What still holds, waits or can be used stays.

use rusqlite::{Connection, Row, ToSql, params};

use super::{holds::PROPOSED, retention::note};
use crate::{
    audit::Action,
    id::TenantId,
    policy::Retention,
    store::{
        StoreError, UPKEEP_MAX,
        embedded::{ring::KeyRing, write::Write},
        record::{ErasureRow, decode},
    },
    time::Timestamp,
};

/// A table of acts, and its rows that may have ended: number, tenant, time of the end.
struct Table {
    name: &'static str,
    ended: &'static str,
}

/// Every table of acts. `?1` is how long a hold waits for its approval.
const TABLES: [Table; 3] = [
    Table {
        name: "holds",
        ended: "SELECT number, tenant, IFNULL(release_time, iif(approver IS NULL, create_time + ?1, end_time)) FROM holds",
    },
    Table { name: "orders", ended: "SELECT number, tenant, create_time + 0 * ?1 FROM orders" },
    Table {
        name: "recipients",
        ended: "SELECT number, tenant, revoke_time + 0 * ?1 FROM recipients WHERE revoke_time IS NOT NULL",
    },
];

/// A record whose time is over.
#[derive(Debug)]
pub(super) enum Record {
    /// A row of a table, by its place in [`TABLES`] and its number.
    Numbered(usize, i64),
    /// An erasure.
    Erasure([u8; 16]),
}

/// Finds records whose time is over, at most a bounded number.
pub(super) fn find(
    data: &Connection,
    ring: &KeyRing,
    now: Timestamp,
    retention: &dyn Fn(TenantId) -> Retention,
) -> Result<Vec<Record>, StoreError> {
    let is_over = |tenant: i64, end: Timestamp| {
        // Of a tenant that has left, what it decided is gone with it.
        let of = ring.of_number(tenant).map_or_else(Retention::default, |tenant| retention(tenant.id));
        of.audit_end(end) <= now
    };
    let mut found = Vec::new();
    for (place, table) in TABLES.iter().enumerate() {
        let mut statement = data.prepare_cached(table.ended)?;
        let wait = i64::try_from(PROPOSED.as_micros()).unwrap_or(i64::MAX);
        let mut rows = statement.query([wait])?;
        while let Some(row) = rows.next()? {
            let (number, tenant, end) = (row.get(0)?, row.get(1)?, Timestamp(row.get(2)?));
            found.extend(is_over(tenant, end).then_some(Record::Numbered(place, number)));
        }
    }
    let mut statement = data.prepare_cached("SELECT erasure, tenant, record FROM erasures WHERE state = 3")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        found.extend(is_done(row, &is_over)?.map(Record::Erasure));
    }
    found.truncate(UPKEEP_MAX as usize);
    Ok(found)
}

/// The erasure of a row, where its time is over. One that cannot be read stays.
fn is_done(row: &Row<'_>, is_over: &dyn Fn(i64, Timestamp) -> bool) -> Result<Option<[u8; 16]>, StoreError> {
    let (id, tenant, record): (_, _, Vec<u8>) = (row.get(0)?, row.get(1)?, row.get(2)?);
    let end = decode::<ErasureRow>(&record).ok().and_then(|record| record.end());
    Ok(end.is_some_and(|end| is_over(tenant, end)).then_some(id))
}

/// Deletes what was found. None of it can have begun anew.
pub(super) fn delete(write: &Write<'_>, found: &[Record]) -> Result<(), StoreError> {
    let delete = |table: &str, key: &str, value: &dyn ToSql| {
        let sql = format!("DELETE FROM {table} WHERE {key} = ?1");
        write.data.prepare_cached(&sql)?.execute(params![value])
    };
    for record in found {
        match record {
            Record::Numbered(place, number) => {
                let Some(table) = TABLES.get(*place) else { continue };
                delete(table.name, "number", number)?;
            }
            Record::Erasure(id) => {
                delete("erasures", "erasure", id)?;
            }
        }
    }
    note(write, None, Action::EventsExpired, found.len() as u64)
}
