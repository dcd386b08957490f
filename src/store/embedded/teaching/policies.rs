//! Policies: sealed rows, one a revision, never changed but for their stage. A tenant without a row has the shipped
//! policy, which is revision 1.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::event;
use crate::{
    audit::Action,
    id::{PrincipalId, TenantId},
    store::{
        NewPolicy, Page, PolicyRecord, PolicyStage, StoreError,
        embedded::{
            commit::Write,
            error::damaged,
            position,
            ring::{KeyRing, Tenant},
            sql::{Coded, Id, Time},
        },
        record::{Field, PolicyRow, decode, encode},
    },
    time::Timestamp,
};

const LIST: &str = "policies";
const COLUMNS: &str = "p.revision, p.stage, p.create_time, p.creator, p.sealed";
/// Revision of the shipped policy.
const SHIPPED: u32 = 1;

/// A row of the table.
struct Stored {
    revision: u32,
    stage: PolicyStage,
    create_time: Timestamp,
    creator: PrincipalId,
    sealed: Vec<u8>,
}

impl Stored {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            revision: row.get(0)?,
            stage: row.get::<_, Coded<_>>(1)?.0,
            create_time: row.get::<_, Time>(2)?.0,
            creator: row.get::<_, Id<_>>(3)?.0,
            sealed: row.get(4)?,
        })
    }

    fn open(self, ring: &KeyRing, tenant: &Tenant) -> Result<PolicyRecord, StoreError> {
        let name = || damaged(&format!("policy {} of {}", self.revision, tenant.id));
        let place = ring.place(tenant.id, tenant.id.0, Field::Policy, u64::from(self.revision));
        let plain = tenant.key.open(&place, &self.sealed).map_err(|_| name())?;
        let policy = decode::<PolicyRow>(&plain)?.into_policy(self.revision)?;
        let (create_time, creator) = (Some(self.create_time), Some(self.creator));
        Ok(PolicyRecord { policy, stage: self.stage, create_time, creator })
    }
}

/// The live and shadow revisions of all tenants.
pub(super) fn present(ring: &KeyRing, data: &Connection) -> Result<Vec<(TenantId, PolicyRecord)>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS}, t.tenant FROM policies p JOIN tenants t ON t.number = p.tenant WHERE p.stage IN (?1, ?2)"
    );
    let mut statement = data.prepare_cached(&sql)?;
    let stages = params![Coded(PolicyStage::Live), Coded(PolicyStage::Shadow)];
    let rows = statement.query_map(stages, |row| Ok((Stored::read(row)?, row.get::<_, Id<TenantId>>(5)?.0)))?;
    rows.map(|row| {
        let (stored, tenant) = row?;
        Ok((tenant, stored.open(ring, &*ring.tenant(tenant)?)?))
    })
    .collect()
}

/// A revision; `None`: the live one.
pub(super) fn get(
    ring: &KeyRing,
    tenant: &Tenant,
    data: &Connection,
    revision: Option<u32>,
) -> Result<PolicyRecord, StoreError> {
    let live = live(data, tenant)?;
    let wanted = revision.unwrap_or(live);
    if wanted == SHIPPED {
        return Ok(shipped(live));
    }
    let sql = format!("SELECT {COLUMNS} FROM policies p WHERE p.tenant = ?1 AND p.revision = ?2");
    let mut statement = data.prepare_cached(&sql)?;
    let stored = statement.query_row(params![tenant.number, wanted], Stored::read).optional()?;
    stored.ok_or(StoreError::NotFound)?.open(ring, tenant)
}

/// The number of the live revision.
fn live(data: &Connection, tenant: &Tenant) -> Result<u32, StoreError> {
    let mut statement = data.prepare_cached("SELECT revision FROM policies WHERE tenant = ?1 AND stage = ?2")?;
    let live = statement.query_row(params![tenant.number, Coded(PolicyStage::Live)], |row| row.get(0));
    Ok(live.optional()?.unwrap_or(SHIPPED))
}

fn shipped(live: u32) -> PolicyRecord {
    PolicyRecord::shipped(if live == SHIPPED { PolicyStage::Live } else { PolicyStage::Past })
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
    let live = live(data, tenant)?;
    let number = |row: &Option<Stored>| i64::from(row.as_ref().map_or(SHIPPED, |row| row.revision));
    position::page(tenant, LIST, rows, limit, number, |row| match row {
        Some(stored) => stored.open(ring, tenant),
        None => Ok(shipped(live)),
    })
}

/// Makes a revision.
pub(super) fn put(write: &mut Write<'_>, tenant: &Tenant, new: NewPolicy) -> Result<PolicyRecord, StoreError> {
    let NewPolicy { tenant: _, principal, expected, mut policy, shadow } = new;
    if expected.is_some_and(|expected| Ok(expected) != live(write.data, tenant).map_err(drop)) {
        return Err(StoreError::Changed);
    }
    let newest = "SELECT COALESCE(MAX(revision), ?2) + 1 FROM policies WHERE tenant = ?1";
    policy.revision = write.data.query_row(newest, params![tenant.number, SHIPPED], |row| row.get(0))?;
    let stage = if shadow { PolicyStage::Shadow } else { PolicyStage::Live };
    // A new live revision ends the shadow too: what was compared with the old one says nothing of the new one.
    let mut end = write
        .data
        .prepare_cached("UPDATE policies SET stage = ?2 WHERE tenant = ?1 AND (stage = ?3 OR (stage = ?4 AND ?5))")?;
    let (past, shadows, lives) = (PolicyStage::Past, PolicyStage::Shadow, PolicyStage::Live);
    end.execute(params![tenant.number, Coded(past), Coded(shadows), Coded(lives), !shadow])?;
    let place = write.ring.place(tenant.id, tenant.id.0, Field::Policy, u64::from(policy.revision));
    let sealed = tenant.key.seal(&place, &encode(&PolicyRow::new(&policy))?)?;
    let mut insert = write.data.prepare_cached(
        "INSERT INTO policies(tenant, revision, stage, create_time, creator, sealed) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let (number, revision) = (tenant.number, policy.revision);
    insert.execute(params![number, revision, Coded(stage), write.now.0, principal.as_bytes(), sealed])?;
    let mut event = event(Action::PolicyUpdated, tenant, principal, write.now);
    event.count = u64::from(policy.revision);
    write.audit(Some(tenant.number), &event)?;
    Ok(PolicyRecord { policy, stage, create_time: Some(write.now), creator: Some(principal) })
}
