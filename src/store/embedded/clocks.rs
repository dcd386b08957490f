//! The clocks of cases: what contacts, answers, pauses and resolutions do to them, what they came to, and how due times
//! changed. The arithmetic is in `crate::queue`; here are its targets and its rows.

use std::sync::Arc;

use rusqlite::{Connection, params};

use super::{
    cases::Case,
    ring::Tenant,
    sql::{Coded, Time},
    teaching::policies,
    write::Write,
};
use crate::{
    policy::{ServiceTargets, Target},
    queue::{DueChange, ServiceTime},
    store::{CaseState, StoreError},
    time::Timestamp,
};

/// How many rows of a case are read, the newest.
const ROWS_MAX: u32 = 100;

/// The targets of the tenant's live policy, kept in memory once they were read.
pub(super) fn targets(write: &mut Write<'_>, tenant: &Tenant) -> Result<Arc<ServiceTargets>, StoreError> {
    if let Some(targets) = tenant.targets.load_full() {
        return Ok(targets);
    }
    let live = policies::get(write.ring, tenant, write.data, None, write.now)?;
    let targets = Arc::new(live.policy.targets);
    keep(write, tenant, &targets);
    Ok(targets)
}

/// Keeps the targets of a live policy in memory once it is durable.
pub(super) fn keep(write: &mut Write<'_>, tenant: &Tenant, targets: &Arc<ServiceTargets>) {
    let (place, targets) = (Arc::clone(&tenant.targets), Arc::clone(targets));
    write.after(move || place.store(Some(targets)));
}

/// The customer waits from `enter`, for a first response until `first_due`; clocks that stood still go on. Gives the due
/// time of the case's item.
pub(super) fn contact(
    write: &mut Write<'_>,
    tenant: &Tenant,
    case: &mut Case,
    (enter, first_due): (Timestamp, Timestamp),
) -> Result<Timestamp, StoreError> {
    let targets = targets(write, tenant)?;
    let (channel, level, tier) = (case.channel, case.level, case.tier);
    let mut clocks = case.clocks.unwrap_or_default();
    let due = |target| targets.due(target, enter, channel, level, tier);
    let reply_due = if clocks.owed() == Target::NextReply { due(Target::NextReply) } else { first_due };
    let mut changes = clocks.go_on(targets.calendar(level), enter);
    changes.extend(clocks.contact(enter, reply_due, due(Target::Resolution)));
    case.clocks = Some(clocks);
    note_changes(write.data, case.number, &changes)?;
    Ok(clocks.leading().map_or(first_due, |leading| leading.due))
}

/// As [`contact`], by hand and from now on.
pub(super) fn contact_now(write: &mut Write<'_>, tenant: &Tenant, case: &mut Case) -> Result<Timestamp, StoreError> {
    let targets = targets(write, tenant)?;
    let due = targets.due_time(write.now, case.channel, case.level, case.tier);
    contact(write, tenant, case, (write.now, due))
}

/// The case is worked on again: its clocks go on.
pub(super) fn go_on(write: &mut Write<'_>, tenant: &Tenant, case: &mut Case) -> Result<(), StoreError> {
    let Some(mut clocks) = case.clocks else { return Ok(()) };
    let targets = targets(write, tenant)?;
    let moved = clocks.go_on(targets.calendar(case.level), write.now);
    case.clocks = Some(clocks);
    note_changes(write.data, case.number, &moved)
}

/// Takes the clocks of a case into those of another; both go on first.
pub(super) fn merge(
    write: &mut Write<'_>,
    tenant: &Tenant,
    into: &mut Case,
    from: &mut Case,
) -> Result<(), StoreError> {
    go_on(write, tenant, into)?;
    go_on(write, tenant, from)?;
    let Some(other) = from.clocks else { return Ok(()) };
    let changes = into.clocks.get_or_insert_default().merge(&other, write.now);
    note_changes(write.data, into.number, &changes)
}

/// Lets the clocks of a case that waits for its customer, or is resolved, stand still.
pub(super) fn stand(case: &mut Case, now: Timestamp) {
    if matches!(case.state, CaseState::Pending | CaseState::Resolved) {
        stop(case, now);
    }
}

/// Somebody has answered.
pub(super) fn answer(write: &mut Write<'_>, tenant: &Tenant, case: &mut Case) -> Result<(), StoreError> {
    let Some(mut clocks) = case.clocks else { return Ok(()) };
    let targets = targets(write, tenant)?;
    let calendar = targets.calendar(case.level);
    let moved = clocks.go_on(calendar, write.now);
    let ended = clocks.answer(calendar, write.now);
    case.clocks = Some(clocks);
    note_changes(write.data, case.number, &moved)?;
    note_ended(write.data, tenant, case.number, ended.as_slice())
}

/// The case waits for its customer.
pub(super) fn stop(case: &mut Case, now: Timestamp) {
    if let Some(clocks) = &mut case.clocks {
        clocks.stop(now);
    }
}

/// The case is done.
pub(super) fn resolve(write: &mut Write<'_>, tenant: &Tenant, case: &mut Case) -> Result<(), StoreError> {
    let Some(mut clocks) = case.clocks else { return Ok(()) };
    let targets = targets(write, tenant)?;
    let (moved, ended) = clocks.resolve(targets.calendar(case.level), write.now);
    case.clocks = Some(clocks);
    note_changes(write.data, case.number, &moved)?;
    note_ended(write.data, tenant, case.number, &ended)
}

/// Notes how due times changed.
pub(super) fn note_changes(data: &Connection, case_number: i64, changes: &[DueChange]) -> Result<(), StoreError> {
    for DueChange { target, cause, time, before, due } in changes {
        let mut statement = data.prepare_cached(
            "INSERT INTO due_changes(case_number, target, cause, change_time, before_time, due_time)
             VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        statement.execute(params![case_number, Coded(*target), Coded(*cause), time.0, before.0, due.0])?;
    }
    Ok(())
}

fn note_ended(data: &Connection, tenant: &Tenant, case_number: i64, ended: &[ServiceTime]) -> Result<(), StoreError> {
    let micros = |duration: &std::time::Duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
    for ServiceTime { target, start, due, end, open, paused } in ended {
        let mut statement = data.prepare_cached(
            "INSERT INTO service_times(case_number, tenant, target, start_time, due_time, end_time, open_micros,
               paused_micros) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        let (open, paused) = (micros(open), micros(paused));
        statement.execute(params![case_number, tenant.number, Coded(*target), start.0, due.0, end.0, open, paused])?;
    }
    Ok(())
}

/// What the targets of a case came to, oldest first.
pub(super) fn service_times(data: &Connection, case_number: i64) -> Result<Vec<ServiceTime>, StoreError> {
    let mut statement = data.prepare_cached(
        "SELECT target, start_time, due_time, end_time, open_micros, paused_micros FROM service_times
         WHERE case_number = ?1 ORDER BY number DESC LIMIT ?2",
    )?;
    let rows = statement.query_map([case_number, i64::from(ROWS_MAX)], |row| {
        let micros = |at| row.get(at).map(std::time::Duration::from_micros);
        Ok(ServiceTime {
            target: row.get::<_, Coded<_>>(0)?.0,
            start: row.get::<_, Time>(1)?.0,
            due: row.get::<_, Time>(2)?.0,
            end: row.get::<_, Time>(3)?.0,
            open: micros(4)?,
            paused: micros(5)?,
        })
    })?;
    let mut found: Vec<_> = rows.collect::<Result<_, _>>()?;
    found.reverse();
    Ok(found)
}

/// How the due times of a case changed, oldest first.
pub(super) fn due_changes(data: &Connection, case_number: i64) -> Result<Vec<DueChange>, StoreError> {
    let mut statement = data.prepare_cached(
        "SELECT target, cause, change_time, before_time, due_time FROM due_changes
         WHERE case_number = ?1 ORDER BY number DESC LIMIT ?2",
    )?;
    let rows = statement.query_map([case_number, i64::from(ROWS_MAX)], |row| {
        Ok(DueChange {
            target: row.get::<_, Coded<_>>(0)?.0,
            cause: row.get::<_, Coded<_>>(1)?.0,
            time: row.get::<_, Time>(2)?.0,
            before: row.get::<_, Time>(3)?.0,
            due: row.get::<_, Time>(4)?.0,
        })
    })?;
    let mut found: Vec<_> = rows.collect::<Result<_, _>>()?;
    found.reverse();
    Ok(found)
}
