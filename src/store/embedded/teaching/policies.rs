//! Policies: sealed rows, one a revision, never changed. Which one is live is told by the rows themselves: the newest that
//! was not made for the shadow. So a row that is edited or swapped brings no older policy back. A tenant without a row has
//! the shipped policy, which is revision 1.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::event;
use crate::{
    audit::Action,
    id::{PrincipalId, TenantId},
    store::{
        NewPolicy, Page, PolicyRecord, PolicyStage, StoreError,
        embedded::{
            clocks,
            error::damaged,
            position,
            ring::{KeyRing, Tenant},
            sql::{Id, Time},
            write::Write,
        },
        record::{Field, decode_policy, encode_policy},
    },
    time::Timestamp,
};

const LIST: &str = "policies";
const COLUMNS: &str = "p.revision, p.create_time, p.creator, p.sealed";
/// Revision of the shipped policy.
const SHIPPED: u32 = 1;

/// A row of the table.
struct Stored {
    revision: u32,
    create_time: Timestamp,
    creator: PrincipalId,
    sealed: Vec<u8>,
}

impl Stored {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            revision: row.get(0)?,
            create_time: row.get::<_, Time>(1)?.0,
            creator: row.get::<_, Id<_>>(2)?.0,
            sealed: row.get(3)?,
        })
    }

    /// The revision, live or in shadow as it was made.
    fn open(self, ring: &KeyRing, tenant: &Tenant) -> Result<PolicyRecord, StoreError> {
        let name = || damaged(&format!("policy {} of {}", self.revision, tenant.id));
        let place = ring.place(tenant.id, tenant.id.0, Field::Policy, u64::from(self.revision));
        let plain = tenant.key.open(&place, &self.sealed).map_err(|_| name())?;
        let (policy, shadow) = decode_policy(&plain, self.revision)?;
        let stage = if shadow { PolicyStage::Shadow } else { PolicyStage::Live };
        Ok(PolicyRecord { policy, stage, create_time: Some(self.create_time), creator: Some(self.creator) })
    }
}

/// What a tenant has at present.
struct Present {
    live: PolicyRecord,
    shadow: Option<PolicyRecord>,
}

impl Present {
    fn read(ring: &KeyRing, tenant: &Tenant, data: &Connection) -> Result<Self, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM policies p WHERE p.tenant = ?1 ORDER BY p.revision DESC");
        let mut statement = data.prepare_cached(&sql)?;
        let mut shadow = None;
        for row in statement.query_map([tenant.number], Stored::read)? {
            let record = row?.open(ring, tenant)?;
            if record.stage == PolicyStage::Live {
                return Ok(Self { live: record, shadow });
            }
            shadow = shadow.or(Some(record));
        }
        Ok(Self { live: PolicyRecord::shipped(PolicyStage::Live), shadow })
    }

    /// What a revision is used for.
    fn stage(&self, revision: u32) -> PolicyStage {
        match &self.shadow {
            _ if revision == self.live.policy.revision => PolicyStage::Live,
            Some(shadow) if revision == shadow.policy.revision => PolicyStage::Shadow,
            _ => PolicyStage::Past,
        }
    }

    fn staged(&self, record: PolicyRecord) -> PolicyRecord {
        PolicyRecord { stage: self.stage(record.policy.revision), ..record }
    }
}

/// The live and shadow revisions of all tenants that have one of their own.
pub(super) fn present(ring: &KeyRing, data: &Connection) -> Result<Vec<(TenantId, PolicyRecord)>, StoreError> {
    let sql = "SELECT DISTINCT t.tenant FROM policies p JOIN tenants t ON t.number = p.tenant";
    let mut statement = data.prepare_cached(sql)?;
    let mut found = Vec::new();
    for row in statement.query_map([], |row| Ok(row.get::<_, Id<TenantId>>(0)?.0))? {
        let id = row?;
        let Present { live, shadow } = Present::read(ring, &*ring.tenant(id)?, data)?;
        let own = Some(live).filter(|live| live.create_time.is_some());
        found.extend(own.into_iter().chain(shadow).map(|record| (id, record)));
    }
    Ok(found)
}

/// A revision; `None`: the live one.
pub(in super::super) fn get(
    ring: &KeyRing,
    tenant: &Tenant,
    data: &Connection,
    revision: Option<u32>,
) -> Result<PolicyRecord, StoreError> {
    let present = Present::read(ring, tenant, data)?;
    let Some(revision) = revision else { return Ok(present.live) };
    if revision == SHIPPED {
        return Ok(present.staged(PolicyRecord::shipped(PolicyStage::Past)));
    }
    let sql = format!("SELECT {COLUMNS} FROM policies p WHERE p.tenant = ?1 AND p.revision = ?2");
    let mut statement = data.prepare_cached(&sql)?;
    let stored = statement.query_row(params![tenant.number, revision], Stored::read).optional()?;
    Ok(present.staged(stored.ok_or(StoreError::NotFound)?.open(ring, tenant)?))
}

/// Lists revisions, newest first.
pub(super) fn list(
    ring: &KeyRing,
    tenant: &Tenant,
    data: &Connection,
    limit: u32,
    after: Option<&[u8]>,
) -> Result<Page<PolicyRecord>, StoreError> {
    let below: i64 = after.map_or(Ok(i64::MAX), |after| position::decode(tenant, LIST, after))?;
    let sql = format!(
        "SELECT {COLUMNS} FROM policies p WHERE p.tenant = ?1 AND p.revision < ?2 ORDER BY p.revision DESC LIMIT ?3"
    );
    let mut statement = data.prepare_cached(&sql)?;
    let rows = statement.query_map(params![tenant.number, below, u64::from(limit) + 1], Stored::read)?;
    let mut rows: Vec<Option<Stored>> = rows.map(|row| row.map(Some)).collect::<Result<_, _>>()?;
    if below > i64::from(SHIPPED) {
        rows.push(None);
    }
    let present = Present::read(ring, tenant, data)?;
    let number = |row: &Option<Stored>| i64::from(row.as_ref().map_or(SHIPPED, |row| row.revision));
    position::page(tenant, LIST, rows, limit, number, |row| match row {
        Some(stored) => Ok(present.staged(stored.open(ring, tenant)?)),
        None => Ok(present.staged(PolicyRecord::shipped(PolicyStage::Past))),
    })
}

/// Makes a revision.
pub(super) fn put(write: &mut Write<'_>, tenant: &Tenant, new: NewPolicy) -> Result<PolicyRecord, StoreError> {
    let NewPolicy { tenant: _, principal, expected, mut policy, shadow } = new;
    let live = Present::read(write.ring, tenant, write.data)?.live.policy.revision;
    if expected.is_some_and(|expected| expected != live) {
        return Err(StoreError::Changed);
    }
    let newest = "SELECT COALESCE(MAX(revision), ?2) + 1 FROM policies WHERE tenant = ?1";
    policy.revision = write.data.query_row(newest, params![tenant.number, SHIPPED], |row| row.get(0))?;
    let place = write.ring.place(tenant.id, tenant.id.0, Field::Policy, u64::from(policy.revision));
    let sealed = tenant.key.seal(&place, &encode_policy(&policy, shadow)?)?;
    let mut insert = write.data.prepare_cached(
        "INSERT INTO policies(tenant, revision, create_time, creator, sealed) VALUES(?1, ?2, ?3, ?4, ?5)",
    )?;
    insert.execute(params![tenant.number, policy.revision, write.now.0, principal.as_bytes(), sealed])?;
    let mut event = event(Action::PolicyUpdated, tenant, principal, write.now);
    event.count = u64::from(policy.revision);
    write.audit(Some(tenant.number), &event)?;
    let stage = if shadow { PolicyStage::Shadow } else { PolicyStage::Live };
    if stage == PolicyStage::Live {
        clocks::keep(write, tenant, &Arc::new(policy.targets.clone()));
    }
    Ok(PolicyRecord { policy, stage, create_time: Some(write.now), creator: Some(principal) })
}
