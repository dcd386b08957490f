//! Splitting an interaction off into a case of its own, as if it had come alone. It keeps its key, its subject and its age.

use super::{audit, open};
use crate::{
    audit::Action,
    crypto::{Key, KeyKind, KeyName, new_id},
    id::{CaseId, InteractionId},
    policy::Standing,
    queue,
    store::{
        Actor, CaseVersion, InteractionRecord, StoreError,
        embedded::{
            cases::{Case, REFS_VERSION},
            clocks,
            interactions::{self, Interaction},
            items::{self, Wanted},
            joins, prepare, privacy,
            ring::{Tenant, first},
            subjects,
            teaching::place,
            transition::{Transition, transition},
            wraps,
            write::Write,
        },
        record::{CaseRow, Field, encode},
    },
};

/// Splits an interaction off.
pub(super) fn split(
    write: &mut Write<'_>,
    tenant: &Tenant,
    actor: &Actor,
    at: CaseVersion,
    interaction: InteractionId,
) -> Result<CaseId, StoreError> {
    let (case, _) = open(write, tenant, actor, at)?;
    let found = Interaction::find(write.data, case.number, interaction)?.ok_or(StoreError::NotFound)?;
    let number = found.number;
    privacy::refuse_while_held(write, tenant, case.id)?;
    if !interactions::has_others(write.data, case.number, number)? {
        return Err(StoreError::LastInteraction);
    }
    let quiet = interactions::is_quiet(write.data, number)?;
    let record = found.into_record(write.ring, tenant, write.data, write.keys)?;
    let effect = transition(None, record.content.handling, quiet);
    let correction = record.correction.map(|correction| correction.correction);
    let standing = actor.policy.standing(&record.assessment, correction);
    let mut new = new_case(write, tenant, &case, &record, (effect, standing))?;
    let due = actor.policy.due_time(record.receive_time, new.channel, new.level, new.tier);
    let due = if effect.raised { clocks::contact(write, tenant, &mut new, (record.receive_time, due))? } else { due };
    new.insert(write.data, tenant.number)?;
    let mut statement = write.data.prepare_cached("UPDATE interactions SET case_number = ?1 WHERE number = ?2")?;
    statement.execute([new.number, number])?;
    joins::lead_to(write.data, (case.number, Some(number)), new.number)?;
    if effect.raised {
        let wanted = Wanted {
            lane: queue::lane(new.emergency, new.level),
            enter_time: record.receive_time,
            due_time: due,
            value: new.value,
            skills: prepare::skills(tenant, &record.content.required_skills),
        };
        items::raise(write, tenant, &new, wanted)?;
    }
    audit(write, tenant, actor, Action::InteractionSplit, (case.id, Some(interaction.0)))?;
    audit(write, tenant, actor, Action::InteractionSplit, (new.id, Some(interaction.0)))?;
    write.changed(tenant.number, &case.queue, case.id);
    place::anew(write, tenant, case, &actor.policy)?;
    Ok(new.id)
}

/// The case of an interaction that stands alone, with a key of its own under the interaction's subject.
fn new_case(
    write: &Write<'_>,
    tenant: &Tenant,
    old: &Case,
    record: &InteractionRecord,
    (effect, standing): (Transition, Standing),
) -> Result<Case, StoreError> {
    let id = CaseId(new_id(write.now)?);
    let key = Key::draw(first(KeyKind::Case, id.0))?;
    let newest = |kind, id| -> Result<Option<KeyName>, StoreError> {
        Ok(wraps::latest_version(write.keys, kind, id)?.map(|version| KeyName { kind, id, version }))
    };
    let own = newest(KeyKind::Interaction, record.interaction.0)?.ok_or(StoreError::RecordGone)?;
    let own = subjects::of_data_key(write, tenant, own)?;
    let of_case = newest(KeyKind::Case, old.id.0)?.map(|name| wraps::get(write.keys, name)).transpose()?.flatten();
    let is_same_person = of_case.is_some_and(|wrap| wrap.parent == own.name().id);
    wraps::insert(write.keys, write.ring.store, tenant.id, &own, &key)?;
    let (_, customer_ref) = if is_same_person { old.references(write.ring, tenant, write.keys)? } else { (None, None) };
    let place = write.ring.place(tenant.id, id.0, Field::Case, REFS_VERSION);
    let sealed = key.seal(&place, &encode(&CaseRow::new(None, customer_ref.as_deref()))?)?;
    let input = &record.content.input;
    Ok(Case {
        number: 0,
        id,
        state: effect.state,
        queue: record.content.queue.clone(),
        tier: input.tier,
        language: input.language.or(record.assessment.sentiment.language),
        channel: input.channel,
        label: standing.label,
        level: standing.level,
        value: standing.value,
        emergency: standing.emergency,
        create_time: write.now,
        update_time: write.now,
        version: 1,
        epoch: 0,
        duplicate_of: None,
        sealed,
        clocks: None,
        merged_into: None,
    })
}
