//! Texts stay closed after a restore whose tombstones may be incomplete: somebody who was erased might be in it. Two privacy
//! officers of a tenant may accept that for their own tenant, by name; nobody else can answer for its people.

use std::sync::Arc;

use dashmap::DashSet;
use rusqlite::Connection;

use crate::{
    audit::{Action, Event},
    id::{PrincipalId, TenantId},
    store::{
        StoreError,
        embedded::{EmbeddedStore, header, privacy::second, sql::Id, write::Write},
    },
};

/// In the header of the data file: of each tenant whose texts stay closed a value of this name and its id.
const OF_TENANT: &str = "closed ";

/// A value that stood for all tenants, in what an earlier release restored.
const OF_ALL: &str = "closed";

/// The tenants whose texts are closed.
pub(in super::super) type Closed = Arc<DashSet<TenantId>>;

/// Notes that the texts of all tenants that are there stay closed.
pub(super) fn close(data: &Connection) -> rusqlite::Result<()> {
    let sql = "INSERT OR REPLACE INTO meta(name, value) SELECT ?1 || hex(tenant), 1 FROM tenants WHERE name != x''";
    data.execute(sql, [OF_TENANT]).map(drop)
}

/// The tenants whose texts stay closed.
pub(in super::super) fn load(data: &Connection) -> rusqlite::Result<Closed> {
    if header::meta::<i64>(data, OF_ALL)?.is_some() {
        close(data)?;
        header::remove(data, OF_ALL)?;
    }
    let mut statement = data
        .prepare("SELECT tenant FROM tenants WHERE EXISTS(SELECT 1 FROM meta WHERE meta.name = ?1 || hex(tenant))")?;
    let rows = statement.query_map([OF_TENANT], |row| Ok(row.get::<_, Id<_>>(0)?.0))?;
    rows.collect::<Result<DashSet<_>, _>>().map(Arc::new)
}

/// Whether the texts of any tenant stay closed.
pub(super) fn is_any_closed(data: &Connection) -> rusqlite::Result<bool> {
    data.prepare("SELECT 1 FROM meta WHERE name = ?1 OR name LIKE ?2 || '%'")?.exists([OF_ALL, OF_TENANT])
}

/// Forgets that the texts of a tenant are closed.
pub(in super::super) fn open(data: &Connection, tenant: TenantId) -> rusqlite::Result<()> {
    let sql = "DELETE FROM meta WHERE name = ?1 || hex(?2)";
    data.execute(sql, (OF_TENANT, tenant.as_bytes())).map(drop)
}

/// Opens the texts of a tenant again: two people of it answer for it.
pub(in super::super) async fn accept(
    store: &EmbeddedStore,
    tenant: TenantId,
    officers: [PrincipalId; 2],
) -> Result<(), StoreError> {
    let (closed, of) = (Arc::clone(&store.closed), store.ring.tenant(tenant)?);
    let work = move |write: &mut Write<'_>| {
        let [one, other] = officers;
        // Both act now, so that either might be the one who was made for the other.
        for (first, next) in [(one, other), (other, one)] {
            second::check(write, &of, (first, write.now), next)?;
        }
        open(write.data, tenant)?;
        for officer in officers {
            let event = Event {
                tenant: Some(tenant),
                principal: Some(officer),
                ..Event::new(Action::RestoreAccepted, write.now)
            };
            write.audit(Some(of.number), &event)?;
        }
        write.after(move || {
            closed.remove(&tenant);
        });
        Ok(())
    };
    store.committer.run(work).await
}
