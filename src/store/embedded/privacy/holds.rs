//! Legal holds: placed by one person, approved by another, ended by time or by release. While one holds, nothing of its
//! target is destroyed.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::{
    erase::audit,
    scope::{self, Scope},
    second,
};
use crate::{
    audit::Action,
    crypto::{KeyKind, new_id},
    id::{CaseId, HoldId, PrincipalId, SubjectId},
    store::{
        HoldReason, HoldRecord, HoldState, HoldTarget, NewHold, Officer, StoreError,
        embedded::{
            cases::Case,
            ring::Tenant,
            sql::{Coded, Id, Time},
            write::Write,
        },
    },
    time::Timestamp,
};

/// How long a hold waits for its approval.
pub(super) const PROPOSED: std::time::Duration = std::time::Duration::from_hours(24);

/// How many holds are listed.
const LISTED_MAX: u32 = 1000;

const COLUMNS: &str = "hold, kind, object, reason, placer, approver, create_time, end_time, release_time";

fn read(now: Timestamp) -> impl Fn(&Row<'_>) -> rusqlite::Result<HoldRecord> {
    move |row| {
        let object: [u8; 16] = row.get(2)?;
        let is_case = row.get::<_, u8>(1)? == KeyKind::Case as u8;
        let target =
            if is_case { HoldTarget::Case(CaseId::from(object)) } else { HoldTarget::Subject(SubjectId::from(object)) };
        let approver: Option<PrincipalId> = row.get::<_, Option<Id<_>>>(5)?.map(|id| id.0);
        let (create_time, end_time) = (row.get::<_, Time>(6)?.0, row.get::<_, Time>(7)?.0);
        let is_released = row.get::<_, Option<i64>>(8)?.is_some();
        let ends = if approver.is_some() { end_time } else { end_time.min(create_time + PROPOSED) };
        let state = match approver {
            _ if is_released => HoldState::Released,
            _ if ends <= now => HoldState::Ended,
            Some(_) => HoldState::Active,
            None => HoldState::Proposed,
        };
        let (hold, reason) = (row.get::<_, Id<_>>(0)?.0, row.get::<_, Coded<HoldReason>>(3)?.0);
        let placer = row.get::<_, Id<_>>(4)?.0;
        Ok(HoldRecord { hold, target, reason, state, placer, approver, create_time, end_time })
    }
}

/// The hold of an id.
fn get(write: &Write<'_>, tenant: &Tenant, hold: HoldId) -> Result<HoldRecord, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM holds WHERE hold = ?1 AND tenant = ?2");
    let mut statement = write.data.prepare_cached(&sql)?;
    let found = statement.query_row(params![hold.as_bytes(), tenant.number], read(write.now)).optional()?;
    found.ok_or(StoreError::NotFound)
}

/// The newest holds of a tenant.
pub(super) fn list(data: &Connection, tenant: &Tenant, now: Timestamp) -> Result<Vec<HoldRecord>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM holds WHERE tenant = ?1 ORDER BY number DESC LIMIT ?2");
    let mut statement = data.prepare_cached(&sql)?;
    let rows = statement.query_map(params![tenant.number, LISTED_MAX], read(now))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Places a hold.
pub(super) fn place(write: &mut Write<'_>, tenant: &Tenant, new: &NewHold) -> Result<HoldRecord, StoreError> {
    let NewHold { officer, target, reason, end_time } = *new;
    let (kind, object) = match target {
        HoldTarget::Subject(id) => {
            scope::existing(write.keys, tenant, id)?.ok_or(StoreError::NotFound)?;
            (KeyKind::Subject, id.0)
        }
        HoldTarget::Case(id) => {
            Case::find(write.data, tenant.number, id)?.ok_or(StoreError::NotFound)?;
            (KeyKind::Case, id.0)
        }
    };
    let hold = HoldId(new_id(write.now)?);
    let mut statement = write.data.prepare_cached(
        "INSERT INTO holds(hold, tenant, kind, object, reason, placer, create_time, end_time)
         VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    statement.execute(params![
        hold.as_bytes(),
        tenant.number,
        kind as u8,
        object.as_bytes(),
        Coded(reason),
        officer.principal.as_bytes(),
        write.now.0,
        end_time.0,
    ])?;
    audit(write, tenant, Some(officer.principal), Action::HoldPlaced, object, 1)?;
    get(write, tenant, hold)
}

/// Lets a hold begin. Whoever placed it cannot approve it.
pub(super) fn approve(
    write: &mut Write<'_>,
    tenant: &Tenant,
    officer: Officer,
    hold: HoldId,
) -> Result<HoldRecord, StoreError> {
    let found = get(write, tenant, hold)?;
    second::check(write, tenant, (found.placer, found.create_time), officer.principal)?;
    match found.state {
        HoldState::Proposed => {}
        HoldState::Active if found.approver == Some(officer.principal) => return Ok(found),
        HoldState::Active | HoldState::Released | HoldState::Ended => return Err(StoreError::Changed),
    }
    let mut statement = write.data.prepare_cached("UPDATE holds SET approver = ?2 WHERE hold = ?1")?;
    statement.execute(params![hold.as_bytes(), officer.principal.as_bytes()])?;
    audit(write, tenant, Some(officer.principal), Action::HoldApproved, object(found.target), 1)?;
    get(write, tenant, hold)
}

/// Ends a hold. What waited for it alone is erased by the caller.
pub(super) fn release(
    write: &mut Write<'_>,
    tenant: &Tenant,
    officer: Officer,
    hold: HoldId,
) -> Result<HoldRecord, StoreError> {
    let found = get(write, tenant, hold)?;
    if matches!(found.state, HoldState::Released | HoldState::Ended) {
        return Ok(found);
    }
    let mut statement = write.data.prepare_cached("UPDATE holds SET release_time = ?2 WHERE hold = ?1")?;
    statement.execute(params![hold.as_bytes(), write.now.0])?;
    audit(write, tenant, Some(officer.principal), Action::HoldReleased, object(found.target), 1)?;
    get(write, tenant, hold)
}

fn object(target: HoldTarget) -> Uuid {
    match target {
        HoldTarget::Subject(id) => id.0,
        HoldTarget::Case(id) => id.0,
    }
}

/// The holds that are in force: what they hold, and when they end.
fn in_force(write: &Write<'_>, tenant: &Tenant) -> Result<Vec<(u8, [u8; 16], Timestamp)>, StoreError> {
    let mut statement = write.data.prepare_cached(
        "SELECT kind, object, end_time FROM holds
         WHERE tenant = ?1 AND approver IS NOT NULL AND release_time IS NULL AND end_time > ?2",
    )?;
    let rows = statement.query_map(params![tenant.number, write.now.0], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get::<_, Time>(2)?.0))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// When the last hold ends that stands against erasing these people or cases; `None`: none does.
pub(super) fn end_of(write: &Write<'_>, tenant: &Tenant, scope: &Scope) -> Result<Option<Timestamp>, StoreError> {
    let mut last = None;
    for (_, object, end) in in_force(write, tenant)? {
        // A link is durable in the key file first: who was held is found there, should the row here not know of it.
        let subject = SubjectId::from(object);
        let stands = scope.subjects.contains(&subject)
            || scope.subjects.contains(&scope::main_of(write.keys, subject)?)
            || scope.cases.contains(&CaseId::from(object))
            || holds_interaction(write, scope, &object)?;
        if stands {
            last = last.max(Some(end));
        }
    }
    Ok(last)
}

/// When the last hold ends that stands against erasing these people, told without looking at everything of them: by the
/// people and cases that are held.
pub(super) fn end_against(
    write: &Write<'_>,
    tenant: &Tenant,
    subjects: &BTreeSet<SubjectId>,
) -> Result<Option<Timestamp>, StoreError> {
    let mut last = None;
    for (kind, object, end) in in_force(write, tenant)? {
        let held = if kind == KeyKind::Case as u8 {
            people_in(write, CaseId::from(object))?
        } else {
            [scope::main_of(write.keys, SubjectId::from(object))?].into()
        };
        if !held.is_disjoint(subjects) {
            last = last.max(Some(end));
        }
    }
    Ok(last)
}

/// Whose a case and the interactions in it are.
fn people_in(write: &Write<'_>, case: CaseId) -> Result<BTreeSet<SubjectId>, StoreError> {
    let mut people = BTreeSet::new();
    people.extend(scope::of_record(write.keys, KeyKind::Case, case.as_bytes())?);
    let mut statement = write.data.prepare_cached(
        "SELECT i.interaction_id FROM interactions i JOIN cases c ON c.number = i.case_number WHERE c.case_id = ?1",
    )?;
    for row in statement.query_map([case.as_bytes()], |row| row.get::<_, [u8; 16]>(0))? {
        people.extend(scope::of_record(write.keys, KeyKind::Interaction, &row?)?);
    }
    Ok(people)
}

/// When the last hold of a tenant ends; `None`: nothing of it is held.
pub(super) fn last_end(write: &Write<'_>, tenant: &Tenant) -> Result<Option<Timestamp>, StoreError> {
    let mut statement = write.data.prepare_cached(
        "SELECT MAX(end_time) FROM holds
         WHERE tenant = ?1 AND approver IS NOT NULL AND release_time IS NULL AND end_time > ?2",
    )?;
    let end: Option<Time> = statement.query_row(params![tenant.number, write.now.0], |row| row.get(0))?;
    Ok(end.map(|end| end.0))
}

/// Whether a held case has interactions of these people, though it is another's.
fn holds_interaction(write: &Write<'_>, scope: &Scope, case: &[u8; 16]) -> Result<bool, StoreError> {
    let mut statement = write.data.prepare_cached(
        "SELECT i.interaction_id FROM interactions i JOIN cases c ON c.number = i.case_number WHERE c.case_id = ?1",
    )?;
    let rows = statement.query_map([case], |row| row.get::<_, Id<_>>(0))?;
    for row in rows {
        if scope.interactions.contains(&row?.0) {
            return Ok(true);
        }
    }
    Ok(false)
}
