//! Policies: sealed rows, one a revision, never changed. Which one is live is told by the rows themselves: the newest that
//! was not made for the shadow. So a row that is edited or swapped brings no older policy back. Revision 1 is the shipped
//! policy; its row says only which lexicon it scores with, and tenants of an earlier release have none.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::event;
use crate::{
    audit::Action,
    crypto::Place,
    id::{PrincipalId, TenantId},
    lexicon::builtin,
    policy::{Former, Policy, retention::LINGERS},
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
        record::{Field, decode_policy, decode_shipped, encode_policy, encode_shipped},
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

    /// The row of a revision.
    fn find(data: &Connection, tenant: &Tenant, revision: u32) -> Result<Option<Self>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM policies p WHERE p.tenant = ?1 AND p.revision = ?2");
        let mut statement = data.prepare_cached(&sql)?;
        Ok(statement.query_row(params![tenant.number, revision], Self::read).optional()?)
    }

    fn plain(&self, ring: &KeyRing, tenant: &Tenant) -> Result<Zeroizing<Vec<u8>>, StoreError> {
        let place = place(ring, tenant, self.revision);
        let name = || damaged(&format!("policy {} of {}", self.revision, tenant.id));
        tenant.key.open(&place, &self.sealed).map_err(|_| name())
    }

    /// The revision, live or in shadow as it was made.
    fn open(self, ring: &KeyRing, tenant: &Tenant) -> Result<PolicyRecord, StoreError> {
        let (policy, shadow) = decode_policy(&self.plain(ring, tenant)?, self.revision)?;
        let stage = if shadow { PolicyStage::Shadow } else { PolicyStage::Live };
        let (create_time, creator) = (Some(self.create_time), Some(self.creator));
        Ok(PolicyRecord { policy, stage, create_time, creator, former: Vec::new() })
    }
}

fn place(ring: &KeyRing, tenant: &Tenant, revision: u32) -> Place {
    ring.place(tenant.id, tenant.id.0, Field::Policy, u64::from(revision))
}

/// The shipped policy of a tenant.
fn shipped(ring: &KeyRing, tenant: &Tenant, data: &Connection, stage: PolicyStage) -> Result<PolicyRecord, StoreError> {
    let row = Stored::find(data, tenant, SHIPPED)?;
    let plain = row.map(|row| row.plain(ring, tenant)).transpose()?;
    Ok(PolicyRecord {
        policy: decode_shipped(plain.as_ref().map(|plain| plain.as_slice()))?,
        ..PolicyRecord::shipped(stage)
    })
}

/// Notes with which lexicon a new tenant begins: that of this release.
pub(in super::super) fn begin(write: &Write<'_>, tenant: &Tenant) -> Result<(), StoreError> {
    let sealed = tenant.key.seal(&place(write.ring, tenant, SHIPPED), &encode_shipped(&Policy::default())?)?;
    let nobody = PrincipalId(Uuid::nil());
    insert(write, tenant, SHIPPED, nobody, &sealed)
}

fn insert(
    write: &Write<'_>,
    tenant: &Tenant,
    revision: u32,
    creator: PrincipalId,
    sealed: &[u8],
) -> Result<(), StoreError> {
    let mut insert = write.data.prepare_cached(
        "INSERT INTO policies(tenant, revision, create_time, creator, sealed) VALUES(?1, ?2, ?3, ?4, ?5)",
    )?;
    insert.execute(params![tenant.number, revision, write.now.0, creator.as_bytes(), sealed])?;
    Ok(())
}

/// The live revision, gathered from the newest to the oldest with those before it whose retention counts still.
#[derive(Default)]
struct Newest {
    record: Option<PolicyRecord>,
    /// Until when what comes next, which is older, counts still.
    until: Timestamp,
}

impl Newest {
    fn add(&mut self, older: PolicyRecord) {
        let made = older.create_time.unwrap_or_default();
        match &mut self.record {
            None => self.record = Some(older),
            Some(live) => live.former.push(Former { retention: older.policy.retention, until: self.until }),
        }
        self.until = made + LINGERS;
    }

    /// Whether nothing older counts.
    fn is_whole(&self, now: Timestamp) -> bool {
        self.record.is_some() && self.until <= now
    }
}

/// What a tenant has at present.
struct Present {
    live: PolicyRecord,
    shadow: Option<PolicyRecord>,
}

impl Present {
    fn read(ring: &KeyRing, tenant: &Tenant, data: &Connection, now: Timestamp) -> Result<Self, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM policies p WHERE p.tenant = ?1 AND p.revision > ?2 ORDER BY p.revision DESC"
        );
        let mut statement = data.prepare_cached(&sql)?;
        let (mut live, mut shadow) = (Newest::default(), None);
        for row in statement.query_map(params![tenant.number, SHIPPED], Stored::read)? {
            let record = row?.open(ring, tenant)?;
            if record.stage == PolicyStage::Live {
                live.add(record);
            } else if live.record.is_none() {
                shadow = shadow.or(Some(record));
            }
            if live.is_whole(now) {
                break;
            }
        }
        if !live.is_whole(now) {
            live.add(shipped(ring, tenant, data, PolicyStage::Live)?);
        }
        Ok(Self { live: live.record.ok_or(StoreError::NotFound)?, shadow })
    }

    /// Whether the tenant has anything but the shipped policy with the lexicon of this release.
    fn is_own(&self) -> bool {
        self.live.create_time.is_some() || self.live.policy.lexicon_revision != builtin::revision()
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
        let stage = self.stage(record.policy.revision);
        let former = if stage == PolicyStage::Live { self.live.former.clone() } else { Vec::new() };
        PolicyRecord { stage, former, ..record }
    }
}

/// The live and shadow revisions of all tenants that have one of their own, or score with the lexicon of another release.
pub(super) fn present(
    ring: &KeyRing,
    data: &Connection,
    now: Timestamp,
) -> Result<Vec<(TenantId, PolicyRecord)>, StoreError> {
    let mut statement = data.prepare_cached("SELECT tenant FROM tenants")?;
    let mut found = Vec::new();
    for row in statement.query_map([], |row| Ok(row.get::<_, Id<TenantId>>(0)?.0))? {
        let id = row?;
        let present = Present::read(ring, &*ring.tenant(id)?, data, now)?;
        let own = present.is_own();
        let Present { live, shadow } = present;
        found.extend(Some(live).filter(|_| own).into_iter().chain(shadow).map(|record| (id, record)));
    }
    Ok(found)
}

/// A revision; `None`: the live one.
pub(in super::super) fn get(
    ring: &KeyRing,
    tenant: &Tenant,
    data: &Connection,
    revision: Option<u32>,
    now: Timestamp,
) -> Result<PolicyRecord, StoreError> {
    let present = Present::read(ring, tenant, data, now)?;
    let Some(revision) = revision else { return Ok(present.live) };
    if revision == SHIPPED {
        return Ok(present.staged(shipped(ring, tenant, data, PolicyStage::Past)?));
    }
    let stored = Stored::find(data, tenant, revision)?;
    Ok(present.staged(stored.ok_or(StoreError::NotFound)?.open(ring, tenant)?))
}

/// Lists revisions, newest first.
pub(super) fn list(
    ring: &KeyRing,
    tenant: &Tenant,
    data: &Connection,
    (limit, after): (u32, Option<&[u8]>),
    now: Timestamp,
) -> Result<Page<PolicyRecord>, StoreError> {
    let below: i64 = after.map_or(Ok(i64::MAX), |after| position::decode(tenant, LIST, after))?;
    let sql = format!(
        "SELECT {COLUMNS} FROM policies p WHERE p.tenant = ?1 AND p.revision > ?2 AND p.revision < ?3 ORDER BY p.revision DESC \
         LIMIT ?4"
    );
    let mut statement = data.prepare_cached(&sql)?;
    let rows = statement.query_map(params![tenant.number, SHIPPED, below, u64::from(limit) + 1], Stored::read)?;
    let mut rows: Vec<Option<Stored>> = rows.map(|row| row.map(Some)).collect::<Result<_, _>>()?;
    if below > i64::from(SHIPPED) {
        rows.push(None);
    }
    let present = Present::read(ring, tenant, data, now)?;
    let number = |row: &Option<Stored>| i64::from(row.as_ref().map_or(SHIPPED, |row| row.revision));
    position::page(tenant, LIST, rows, limit, number, |row| match row {
        Some(stored) => Ok(present.staged(stored.open(ring, tenant)?)),
        None => Ok(present.staged(shipped(ring, tenant, data, PolicyStage::Past)?)),
    })
}

/// Makes a revision.
pub(super) fn put(write: &mut Write<'_>, tenant: &Tenant, new: NewPolicy) -> Result<PolicyRecord, StoreError> {
    let NewPolicy { tenant: _, principal, expected, mut policy, shadow } = new;
    let before = Present::read(write.ring, tenant, write.data, write.now)?.live;
    if expected.is_some_and(|expected| expected != before.policy.revision) {
        return Err(StoreError::Changed);
    }
    let newest = "SELECT COALESCE(MAX(revision), ?2) + 1 FROM policies WHERE tenant = ?1";
    policy.revision = write.data.query_row(newest, params![tenant.number, SHIPPED], |row| row.get(0))?;
    let sealed = tenant.key.seal(&place(write.ring, tenant, policy.revision), &encode_policy(&policy, shadow)?)?;
    insert(write, tenant, policy.revision, principal, &sealed)?;
    let mut event = event(Action::PolicyUpdated, tenant, principal, write.now);
    event.count = u64::from(policy.revision);
    write.audit(Some(tenant.number), &event)?;
    let stage = if shadow { PolicyStage::Shadow } else { PolicyStage::Live };
    if stage == PolicyStage::Live {
        clocks::keep(write, tenant, &Arc::new(policy.targets.clone()));
    }
    let former = if shadow { Vec::new() } else { before.followed(write.now) };
    Ok(PolicyRecord { policy, stage, create_time: Some(write.now), creator: Some(principal), former })
}
