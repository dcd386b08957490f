//! Merging cases. Interactions change the case they stand in and nothing else: their keys hang from their own subjects and
//! what is sealed is bound to the interaction, not to the case. So nothing is sealed anew, and erasing one person still
//! erases exactly what is theirs.

use rusqlite::params;

use super::{audit, open};
use crate::{
    audit::Action,
    id::CaseId,
    queue,
    store::{
        Actor, CaseState, CaseVersion, ReadScope, StoreError,
        embedded::{
            cases::Case,
            clocks,
            items::{self, Item, Wanted},
            joins, privacy,
            ring::Tenant,
            write::Write,
        },
    },
    time::Timestamp,
};

/// Merges the sources into the target.
pub(super) fn merge(
    write: &mut Write<'_>,
    tenant: &Tenant,
    actor: &Actor,
    target: CaseVersion,
    sources: &[CaseVersion],
) -> Result<CaseId, StoreError> {
    let (mut into, mut held) = open(write, tenant, actor, target)?;
    for source in sources {
        // Merged into itself, or named twice: by then the source is no longer what it was read as.
        let (from, also) = open(write, tenant, actor, *source)?;
        if from.number == into.number {
            return Err(StoreError::CaseMerged);
        }
        held |= also;
        privacy::refuse_while_held(write, tenant, source.case)?;
        take_in(write, tenant, &mut into, from)?;
        audit(write, tenant, actor, Action::CasesMerged, (into.id, Some(source.case.0)))?;
    }
    if actor.reader.scope != ReadScope::Tenant && !held {
        return Err(StoreError::LeaseRequired);
    }
    write.changed(tenant.number, &into.queue, into.id);
    into.update(write.data, write.now)?;
    Ok(target.case)
}

/// Takes one case into another.
fn take_in(write: &mut Write<'_>, tenant: &Tenant, into: &mut Case, mut from: Case) -> Result<(), StoreError> {
    let waits = from.state == CaseState::Open;
    let item = Item::get(write.data, from.number)?;
    if let Some(item) = &item {
        items::withdraw(write, &mut from, item)?;
    }
    speak(into, &from);
    if from.state.is_open() {
        clocks::merge(write, tenant, into, &mut from)?;
    }
    move_interactions(write, into, &from)?;
    into.state = state(into.state, from.state);
    clocks::stand(into, write.now);
    (from.state, from.merged_into, from.clocks) = (CaseState::Merged, Some(into.id), None);
    write.changed(tenant.number, &from.queue, from.id);
    from.update(write.data, write.now)?;
    let due = into.clocks.and_then(|clocks| clocks.leading()).map(|leading| leading.due);
    let Some(item) = item.filter(|_| waits) else { return bring_forward(write, into, due) };
    let wanted = Wanted {
        lane: queue::lane(into.emergency, into.level).min(item.lane),
        enter_time: item.enter_time,
        due_time: due.map_or(item.due_time, |due| due.min(item.due_time)),
        value: into.value,
        skills: item.skills,
    };
    items::raise(write, tenant, into, wanted)
}

/// The item of a case is due no later than its clocks say.
fn bring_forward(write: &Write<'_>, case: &Case, due: Option<Timestamp>) -> Result<(), StoreError> {
    let (Some(mut item), Some(due)) = (Item::get(write.data, case.number)?, due) else { return Ok(()) };
    if due < item.due_time {
        item.due_time = due;
        item.update(write)?;
    }
    Ok(())
}

/// What waits in the source speaks for the target too.
fn speak(into: &mut Case, from: &Case) {
    if from.state != CaseState::Open {
        return;
    }
    let both = into.state == CaseState::Open;
    into.level = if both { into.level.max(from.level) } else { from.level };
    into.value = if both { into.value.max(from.value) } else { from.value };
    into.emergency = from.emergency || (both && into.emergency);
    if !both {
        (into.tier, into.channel, into.label) = (from.tier, from.channel, from.label);
        into.language = from.language.or(into.language);
    }
}

/// The state of the whole: whoever waits goes on waiting, whoever talks goes on talking.
fn state(into: CaseState, from: CaseState) -> CaseState {
    let first = |state| [into, from].contains(&state).then_some(state);
    let open = first(CaseState::Open).or(first(CaseState::Active)).or(first(CaseState::Pending));
    open.unwrap_or(CaseState::Resolved)
}

/// Lets everything that stands in or leads to the source stand in or lead to the target.
fn move_interactions(write: &Write<'_>, into: &mut Case, from: &Case) -> Result<(), StoreError> {
    let mut statement = write.data.prepare_cached("UPDATE interactions SET case_number = ?1 WHERE case_number = ?2")?;
    statement.execute([into.number, from.number])?;
    joins::lead_to(write.data, (from.number, None), into.number)?;
    let mut statement = write.data.prepare_cached("UPDATE cases SET merged_into = ?1 WHERE merged_into = ?2")?;
    statement.execute(params![into.id.as_bytes(), from.id.as_bytes()])?;
    if into.duplicate_of == Some(from.id) {
        into.duplicate_of = None;
        write.data.execute("UPDATE cases SET duplicate_of = NULL WHERE number = ?1", [into.number])?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use CaseState::{Active, Open, Pending, Resolved};

    use super::*;

    #[test]
    fn whoever_waits_goes_on_waiting() {
        for (into, from, expected) in [
            (Open, Resolved, Open),
            (Resolved, Open, Open),
            (Pending, Open, Open),
            (Active, Open, Open),
            (Pending, Active, Active),
            (Resolved, Pending, Pending),
            (Pending, Resolved, Pending),
            (Resolved, Resolved, Resolved),
        ] {
            assert_eq!(state(into, from), expected, "{from:?} into {into:?}");
        }
    }
}
