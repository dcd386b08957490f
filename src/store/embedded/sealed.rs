//! Every sealed column of the data file: under which key it lies and at which place. Whatever seals all values of a record
//! anew goes by this table; a test holds it against the tables of the file, so that no column is forgotten.

use std::sync::Arc;

use rusqlite::{Connection, params};
use uuid::Uuid;

use super::{cases::REFS_VERSION, error::damaged, ring::KeyRing, sql::Id};
use crate::{
    crypto::{Key, KeyKind, Place, key::key_version},
    id::TenantId,
    store::{StoreError, record::Field},
};

/// A sealed column.
#[derive(Debug)]
pub(super) struct Column {
    /// Kind of the key it is sealed under.
    pub(super) key: KeyKind,
    field: Field,
    table: &'static str,
    name: &'static str,
    /// What is read from; the table itself is `t`.
    from: &'static str,
    /// Which rows belong to number `?1` of a tenant, case or interaction.
    among: &'static str,
    /// The record of the place.
    record: &'static str,
    segment: &'static str,
    version: &'static str,
}

const fn of_interaction(field: Field, column: &'static str) -> Column {
    Column {
        key: KeyKind::Interaction,
        field,
        table: "interactions",
        name: column,
        from: "interactions t",
        among: "t.number = ?1",
        record: "t.interaction_id",
        segment: "0",
        version: "t.content_version",
    }
}

const fn of_tenant(field: Field, table: &'static str, column: &'static str) -> Column {
    Column {
        key: KeyKind::Tenant,
        field,
        table,
        name: column,
        from: "",
        among: "t.tenant = ?1",
        record: "",
        segment: "0",
        version: "1",
    }
}

/// All of them.
pub(super) const COLUMNS: [Column; 8] = [
    Column {
        from: "tenants t",
        among: "t.number = ?1",
        record: "t.tenant",
        ..of_tenant(Field::TenantName, "tenants", "name")
    },
    Column {
        from: "credentials t",
        record: "t.credential",
        version: "t.version",
        ..of_tenant(Field::Credential, "credentials", "sealed")
    },
    Column {
        from: "policies t JOIN tenants o ON o.number = t.tenant",
        record: "o.tenant",
        version: "t.revision",
        ..of_tenant(Field::Policy, "policies", "sealed")
    },
    Column {
        key: KeyKind::Case,
        field: Field::Case,
        table: "cases",
        name: "sealed",
        from: "cases t",
        among: "t.number = ?1",
        record: "t.case_id",
        segment: "0",
        version: CASE_VERSION,
    },
    of_interaction(Field::Facts, "facts"),
    of_interaction(Field::Assessment, "assessment"),
    of_interaction(Field::Recording, "recording"),
    Column {
        table: "segments",
        from: "segments t JOIN interactions i ON i.number = t.number >> 20",
        among: "t.number BETWEEN ?1 << 20 AND (?1 << 20) | 1048575",
        record: "i.interaction_id",
        segment: "t.number & 1048575",
        version: "i.content_version",
        ..of_interaction(Field::Turns, "turns")
    },
];

/// [`REFS_VERSION`] in SQL.
const CASE_VERSION: &str = "1";
const _: () = assert!(REFS_VERSION == 1, "the table says so in SQL");

/// A sealed value with its place.
struct Value {
    number: i64,
    record: Uuid,
    segment: u32,
    version: u64,
    sealed: Vec<u8>,
}

impl Column {
    fn values(&self, data: &Connection, of: i64) -> Result<Vec<Value>, StoreError> {
        let Self { name: column, from, among, record, segment, version, .. } = self;
        let sql = format!(
            "SELECT t.number, {record}, {segment}, {version}, t.{column} FROM {from}
             WHERE {among} AND t.{column} IS NOT NULL"
        );
        let mut statement = data.prepare_cached(&sql)?;
        let rows = statement.query_map([of], |row| {
            let record = row.get::<_, Id<[u8; 16]>>(1)?.0;
            Ok(Value {
                number: row.get(0)?,
                record: Uuid::from_bytes(record),
                segment: row.get(2)?,
                version: row.get(3)?,
                sealed: row.get(4)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn put(&self, data: &Connection, number: i64, sealed: &[u8]) -> Result<(), StoreError> {
        let sql = format!("UPDATE {} SET {} = ?2 WHERE number = ?1", self.table, self.name);
        data.prepare_cached(&sql)?.execute(params![number, sealed])?;
        Ok(())
    }
}

/// The columns under one kind of key.
fn columns(kind: KeyKind) -> impl Iterator<Item = &'static Column> {
    COLUMNS.iter().filter(move |column| column.key == kind)
}

/// Seals every value of number `of` that lies under another version of its key anew, and gives their count. `old` gives
/// the other versions.
pub(super) fn reseal(
    data: &Connection,
    ring: &KeyRing,
    (tenant, kind, of): (TenantId, KeyKind, i64),
    new: &Key,
    mut old: impl FnMut(u32) -> Result<Arc<Key>, StoreError>,
) -> Result<u64, StoreError> {
    let mut count = 0;
    for column in columns(kind) {
        for Value { number, record, segment, version, sealed } in column.values(data, of)? {
            let name = || damaged(&format!("{:?} of {record}", column.field));
            let present = key_version(&sealed).ok_or_else(name)?;
            if present == new.name().version {
                continue;
            }
            let place = Place { segment, ..ring.place(tenant, record, column.field, version) };
            let plain = old(present)?.open(&place, &sealed).map_err(|_| name())?;
            column.put(data, number, &new.seal(&place, &plain)?)?;
            count += 1;
        }
    }
    Ok(count)
}

/// Whether every value of number `of` lies under this version of its key.
pub(super) fn all_under(data: &Connection, kind: KeyKind, of: i64, version: u32) -> Result<bool, StoreError> {
    for Column { name: column, from, among, .. } in columns(kind) {
        let sql = format!(
            "SELECT 1 FROM {from} WHERE {among} AND t.{column} IS NOT NULL AND substr(t.{column}, 2, 4) != ?2 LIMIT 1"
        );
        if data.prepare_cached(&sql)?.exists(params![of, version.to_be_bytes()])? {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::store::embedded::{migrate, schema};

    /// Columns of bytes that are not sealed: ids, keyed hashes, audit events. What is added to a table is added here or
    /// above.
    const CLEAR: &[&str] = &[
        "tenants.tenant",
        "tenants.name_hash",
        "credentials.credential",
        "credentials.token_hash",
        "cases.case_id",
        "cases.duplicate_of",
        "interactions.interaction_id",
        "joins.hash",
        "requests.principal",
        "requests.request_id",
        "requests.digest",
        "requests.result",
        "items.case_id",
        "items.skills",
        "items.lease",
        "leases.lease",
        "leases.principal",
        "events.salt",
        "events.event",
        "events.hash",
        "doomed.id",
        "policies.creator",
        "corrections.principal",
        "cases.clocks",
        "cases.manifest",
        "cases.merged_into",
        "burials.burial",
        "bumps.principal",
        "erasures.erasure",
        "erasures.record",
        "holds.hold",
        "holds.object",
        "holds.placer",
        "holds.approver",
        "orders.id",
        "orders.creator",
        "orders.approver",
        "orders.record",
        "recipients.recipient",
        "recipients.creator",
    ];

    #[test]
    fn every_column_of_bytes_is_sealed_by_the_table_or_known_to_be_clear() {
        let mut data = Connection::open_in_memory().unwrap();
        data.execute_batch(schema::DATA).unwrap();
        migrate::migrate(&mut data, schema::FIRST).unwrap();
        let mut statement = data
            .prepare(
                "SELECT m.name || '.' || c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c
                 WHERE m.type = 'table' AND c.type = 'BLOB'",
            )
            .unwrap();
        let found: BTreeSet<String> = statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let sealed = COLUMNS.iter().map(|Column { table, name, .. }| format!("{table}.{name}"));
        let known: BTreeSet<String> =
            sealed.chain(CLEAR.iter().map(|&name| name.to_owned())).chain(["sweeps.id".to_owned()]).collect();
        assert_eq!(found, known, "left: in the file, right: in the tables here");
    }
}
