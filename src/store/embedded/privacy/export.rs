//! Exporting what is kept of a person: recipients that were registered a day before, orders of two people, and the
//! reading itself.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    erase::audit,
    orders::{Kind, Order},
    scope::{self, Scope},
};
use crate::{
    audit::Action,
    crypto::{KeyKind, new_id},
    id::{CaseId, ExportId, InteractionId, RecipientId, SubjectId},
    store::{
        ExportRecord, ExportedCase, Holdings, InteractionRecord, Officer, RecipientRecord, StoreError, SubjectSelector,
        embedded::{
            EmbeddedStore,
            again::{self, Look},
            cases::{self, Case},
            graves,
            interactions::Interaction,
            jobs::Turn,
            manifest,
            readers::Read,
            ring::{KeyRing, Tenant},
            sql::{Id, Time},
            write::Write,
        },
        record::ExportRow,
    },
    time::Timestamp,
};

/// How long a recipient is registered before anything is sealed to it.
const WAIT: Duration = Duration::from_hours(24);
/// How long before everything of a tenant is.
pub(super) const OFFBOARDING_WAIT: Duration = Duration::from_hours(72);
/// How many recipients are listed.
const LISTED_MAX: u32 = 1000;

const COLUMNS: &str = "recipient, key, creator, create_time, revoke_time";

fn read(row: &Row<'_>) -> rusqlite::Result<RecipientRecord> {
    let create_time: Timestamp = row.get::<_, Time>(3)?.0;
    Ok(RecipientRecord {
        recipient: row.get::<_, Id<_>>(0)?.0,
        key: row.get(1)?,
        creator: row.get::<_, Id<_>>(2)?.0,
        create_time,
        usable_time: create_time + WAIT,
        revoke_time: row.get::<_, Option<Time>>(4)?.map(|time| time.0),
    })
}

fn recipient(data: &Connection, tenant: &Tenant, id: RecipientId) -> Result<RecipientRecord, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM recipients WHERE recipient = ?1 AND tenant = ?2");
    let found = data.prepare_cached(&sql)?.query_row(params![id.as_bytes(), tenant.number], read).optional()?;
    found.ok_or(StoreError::NotFound)
}

/// The newest recipients of a tenant.
pub(super) fn list(data: &Connection, tenant: &Tenant) -> Result<Vec<RecipientRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM recipients WHERE tenant = ?1 ORDER BY number DESC LIMIT ?2");
    let mut statement = data.prepare_cached(&sql)?;
    let rows = statement.query_map(params![tenant.number, LISTED_MAX], read)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Registers a recipient.
pub(super) fn register(
    write: &Write<'_>,
    tenant: &Tenant,
    officer: Officer,
    key: &str,
) -> Result<RecipientRecord, StoreError> {
    let id = RecipientId(new_id(write.now)?);
    let mut statement = write.data.prepare_cached(
        "INSERT INTO recipients(recipient, tenant, key, creator, create_time) VALUES(?1, ?2, ?3, ?4, ?5)",
    )?;
    statement.execute(params![id.as_bytes(), tenant.number, key, officer.principal.as_bytes(), write.now.0])?;
    audit(write, tenant, Some(officer.principal), Action::RecipientRegistered, id.0, 1)?;
    recipient(write.data, tenant, id)
}

/// Revokes a recipient.
pub(super) fn revoke(
    write: &Write<'_>,
    tenant: &Tenant,
    officer: Officer,
    id: RecipientId,
) -> Result<RecipientRecord, StoreError> {
    recipient(write.data, tenant, id)?;
    let mut statement = write
        .data
        .prepare_cached("UPDATE recipients SET revoke_time = IFNULL(revoke_time, ?2) WHERE recipient = ?1")?;
    statement.execute(params![id.as_bytes(), write.now.0])?;
    audit(write, tenant, Some(officer.principal), Action::RecipientRevoked, id.0, 1)?;
    recipient(write.data, tenant, id)
}

/// The recipient, where something may be sealed now to who was registered for so long.
pub(super) fn usable(
    write: &Write<'_>,
    tenant: &Tenant,
    id: RecipientId,
    wait: Duration,
) -> Result<RecipientRecord, StoreError> {
    let found = recipient(write.data, tenant, id)?;
    if found.revoke_time.is_some() || found.create_time + wait > write.now {
        return Err(StoreError::RecipientUnusable);
    }
    Ok(found)
}

/// Notes that everything of these people is to be exported.
pub(super) fn place(
    write: &Write<'_>,
    tenant: &Tenant,
    officer: Officer,
    selectors: &[SubjectSelector],
    id: RecipientId,
) -> Result<ExportRecord, StoreError> {
    let recipient = usable(write, tenant, id, WAIT)?;
    let subjects = scope::select(write.data, write.keys, tenant, selectors)?;
    if subjects.is_empty() {
        return Err(StoreError::SubjectNotFound);
    }
    let holdings = Scope::of(write.keys, subjects.clone())?.holdings();
    let Holdings { cases, interactions, identifiers } = holdings;
    let row = ExportRow {
        subjects: subjects.iter().map(|one| *one.as_bytes()).collect(),
        recipient: *id.as_bytes(),
        holdings: [cases, interactions, identifiers],
    };
    let order = Order::place(write, tenant, officer, Kind::Export, row)?;
    audit(write, tenant, Some(officer.principal), Action::ExportRequested, order.id, subjects.len())?;
    Ok(shown(tenant, &order, recipient))
}

fn shown(tenant: &Tenant, order: &Order<ExportRow>, recipient: RecipientRecord) -> ExportRecord {
    let [cases, interactions, identifiers] = order.record.holdings;
    ExportRecord {
        export: ExportId(order.id),
        subjects: order.record.subjects.iter().map(|id| SubjectId::from(*id)).collect(),
        recipient,
        holdings: Holdings { cases, interactions, identifiers },
        etag: order.etag(tenant),
        creator: order.creator,
        create_time: order.create_time,
    }
}

/// Confirms an export and notes that it is read. It is read once.
pub(super) fn confirm(
    write: &Write<'_>,
    tenant: &Tenant,
    officer: Officer,
    (id, etag): (ExportId, &str),
) -> Result<ExportRecord, StoreError> {
    let mut order: Order<ExportRow> = Order::confirmed(write, tenant, officer, Kind::Export, (id.0, etag))?;
    if order.is_done {
        return Err(StoreError::Changed);
    }
    // Somebody may have been made one with another since: what is confirmed is what was shown, and no more.
    for subject in &mut order.record.subjects {
        *subject = *scope::main_of(write.keys, SubjectId::from(*subject))?.as_bytes();
    }
    let subjects = order.record.subjects.iter().map(|id| SubjectId::from(*id)).collect();
    let Holdings { cases, interactions, identifiers } = Scope::of(write.keys, subjects)?.holdings();
    if [cases, interactions, identifiers] != order.record.holdings {
        return Err(StoreError::Changed);
    }
    let recipient = usable(write, tenant, RecipientId::from(order.record.recipient), WAIT)?;
    let order = Order { is_done: true, ..order };
    order.update(write)?;
    for subject in &order.record.subjects {
        let count = usize::try_from(order.record.holdings.iter().sum::<u64>()).unwrap_or(usize::MAX);
        audit(
            write,
            tenant,
            Some(officer.principal),
            Action::SubjectExported,
            uuid::Uuid::from_bytes(*subject),
            count,
        )?;
    }
    Ok(shown(tenant, &order, recipient))
}

/// How many records are read at a time, so that others read between.
const PART: usize = 64;

/// Reads everything of these people, a part at a time. What is erased meanwhile is not in it.
pub(super) async fn read_all(
    store: &EmbeddedStore,
    tenant: &Arc<Tenant>,
    subjects: Vec<SubjectId>,
) -> Result<Vec<ExportedCase>, StoreError> {
    let turn = Turn::bulk(tenant.number);
    let look = move |read: &mut Read| Scope::of(read.data()?.1, subjects.into_iter().collect());
    let scope = store.readers.run(turn, look).await?;
    let mut found: BTreeMap<CaseId, ExportedCase> = BTreeMap::new();
    let cases: Vec<_> = scope.cases.into_iter().collect();
    for part in cases.chunks(PART) {
        let (ring, of, part) = (Arc::clone(&store.ring), Arc::clone(tenant), part.to_vec());
        let read = move |read: &mut Read| again::look(read, |look| own_cases(look, &ring, &of, &part));
        found.extend(store.readers.run(turn, read).await?.into_iter().map(|case| (case.case, case)));
    }
    let interactions: Vec<_> = scope.interactions.into_iter().collect();
    for part in interactions.chunks(PART) {
        let (ring, of, part) = (Arc::clone(&store.ring), Arc::clone(tenant), part.to_vec());
        let read = move |read: &mut Read| again::look(read, |look| interactions_of(look, &ring, &of, &part));
        for (case, record) in store.readers.run(turn, read).await? {
            let entry = found.entry(case).or_insert_with(|| ExportedCase { case, own: None, interactions: Vec::new() });
            entry.interactions.push(record);
        }
    }
    Ok(found.into_values().collect())
}

/// Cases whose own fields are theirs.
fn own_cases(
    look: &Look<'_>,
    ring: &KeyRing,
    tenant: &Tenant,
    ids: &[CaseId],
) -> Result<Vec<ExportedCase>, StoreError> {
    let mut found = Vec::new();
    for id in ids {
        let Some(case) = Case::find(look.data, tenant.number, *id)? else { continue };
        manifest::check(look.data, ring, case.number, manifest::Scope::Whole)?;
        let queued = cases::queued(look.data, case.number)?;
        match look.opened((KeyKind::Case, id.0), case.into_record(ring, tenant, look.keys, queued)) {
            Err(StoreError::RecordGone) if graves::is_erased(look.keys, id.0, 0)? => {}
            own => found.push(ExportedCase { case: *id, own: Some(own?), interactions: Vec::new() }),
        }
    }
    Ok(found)
}

/// Interactions that are theirs, with their cases.
fn interactions_of(
    look: &Look<'_>,
    ring: &KeyRing,
    tenant: &Tenant,
    ids: &[InteractionId],
) -> Result<Vec<(CaseId, InteractionRecord)>, StoreError> {
    let mut statement = look.data.prepare_cached(
        "SELECT c.case_id, i.number, c.number FROM interactions i JOIN cases c ON c.number = i.case_number
         WHERE i.interaction_id = ?1 AND c.tenant = ?2",
    )?;
    let (mut found, mut checked) = (Vec::new(), BTreeSet::new());
    for id in ids {
        let row = statement.query_row(params![id.as_bytes(), tenant.number], |row| {
            Ok((row.get::<_, Id<CaseId>>(0)?.0, row.get::<_, i64>(1)?, row.get::<_, i64>(2)?))
        });
        let Some((case, number, case_number)) = row.optional()? else { continue };
        if checked.insert(case_number) {
            manifest::check(look.data, ring, case_number, manifest::Scope::Whole)?;
        }
        let record = Interaction::get(look.data, number)?.into_record(ring, tenant, look.data, look.keys);
        match look.opened((KeyKind::Interaction, id.0), record) {
            Err(StoreError::RecordGone) if graves::is_erased(look.keys, id.0, 0)? => {}
            record => found.push((case, record?)),
        }
    }
    Ok(found)
}
