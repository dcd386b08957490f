//! State, queue and tier of a case, as a person sets them.

use super::{audit, open};
use crate::{
    audit::Action,
    id::CaseId,
    queue,
    store::{
        Actor, CaseChange, CaseState, CaseVersion, StoreError,
        embedded::{
            cases::Case,
            clocks,
            interactions::Interaction,
            items::{self, Item, Wanted},
            prepare,
            ring::Tenant,
            teaching::place,
            write::Write,
        },
    },
};

/// Changes a case.
pub(super) fn update(
    write: &mut Write<'_>,
    tenant: &Tenant,
    actor: &Actor,
    at: CaseVersion,
    change: &CaseChange,
) -> Result<CaseId, StoreError> {
    let (mut case, _) = open(write, tenant, actor, at)?;
    let CaseChange { state, queue, tier } = change;
    if let Some(queue) = queue.as_ref().filter(|queue| **queue != case.queue) {
        move_to(write, &mut case, queue)?;
    }
    case.tier = tier.unwrap_or(case.tier);
    if let Some(state) = state.filter(|state| *state != case.state) {
        set_state(write, tenant, &mut case, state)?;
    }
    audit(write, tenant, actor, Action::CaseUpdated, (case.id, None))?;
    write.changed(tenant.number, &case.queue, case.id);
    case.update(write.data, write.now)?;
    if tier.is_some() {
        place::anew(write, tenant, case, &actor.policy)?;
    }
    Ok(at.case)
}

/// Moves a case to another queue; its item keeps its age, its attempts and its lease.
fn move_to(write: &mut Write<'_>, case: &mut Case, queue: &str) -> Result<(), StoreError> {
    queue.clone_into(&mut case.queue);
    let Some(item) = Item::get(write.data, case.number)? else { return Ok(()) };
    let tenant = item.tenant;
    items::move_to(write, case, item, queue)?;
    write.ready(tenant, queue);
    Ok(())
}

fn set_state(write: &mut Write<'_>, tenant: &Tenant, case: &mut Case, state: CaseState) -> Result<(), StoreError> {
    if state == CaseState::Open {
        return reopen(write, tenant, case);
    }
    if let Some(item) = Item::get(write.data, case.number)? {
        items::withdraw(write, case, &item)?;
    }
    case.state = state;
    if state == CaseState::Resolved {
        return clocks::resolve(write, tenant, case);
    }
    clocks::stop(case, write.now);
    Ok(())
}

/// Puts a case back in the queue: with the due time that it had, moved by the pause, and the age of who waits for an
/// answer. One whose clocks never ran begins them.
fn reopen(write: &mut Write<'_>, tenant: &Tenant, case: &mut Case) -> Result<(), StoreError> {
    clocks::go_on(write, tenant, case)?;
    let (enter_time, due_time) = match case.clocks.and_then(|clocks| clocks.leading()) {
        Some(leading) => (leading.start, leading.due),
        None => (write.now, clocks::contact_now(write, tenant, case)?),
    };
    case.state = CaseState::Open;
    let wanted = Wanted {
        lane: queue::lane(case.emergency, case.level),
        enter_time,
        due_time,
        value: case.value,
        skills: skills(write, tenant, case.number)?,
    };
    items::raise(write, tenant, case, wanted)
}

/// Keyed hashes of the skills that the latest interaction of a case asks for.
fn skills(write: &Write<'_>, tenant: &Tenant, case_number: i64) -> Result<Vec<u8>, StoreError> {
    let Some(latest) = Interaction::of_case(write.data, case_number, 1)?.pop() else { return Ok(Vec::new()) };
    match latest.into_record(write.ring, tenant, write.data, write.keys) {
        Ok(record) => Ok(prepare::skills(tenant, &record.content.required_skills)),
        Err(StoreError::RecordGone) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}
