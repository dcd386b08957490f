//! Writing a submission: idempotency, joining, the subject, history, the case, the queue and the audit event, all in
//! one transaction.

use super::{
    cases::Case,
    clocks, graves,
    interactions::{self, Interaction, Sealed},
    items::{self, Item, Wanted},
    joins::{self, Target},
    prepare::{FIRST_VERSION, Prepared},
    privacy,
    ring::Tenant,
    subjects,
    teaching::{corrections, shadows},
    transition::{Transition, transition},
    wraps,
    write::Write,
};
use crate::{
    assessment::AssessmentInput,
    audit::{Action, Event},
    crypto::{Key, KeyKind, KeyName},
    id::{CaseId, InteractionId, SubjectId},
    queue::{self, ItemState},
    store::{
        CaseState, Decision, Handling, StoreError, Submitted,
        record::{AssessmentRow, Field, encode},
    },
    time::Timestamp,
};

/// How many cases of a person are looked at for one that is open.
const DUPLICATES_MAX: u32 = 32;

/// Writes a prepared submission.
pub(super) fn store(write: &mut Write<'_>, prepared: &Prepared) -> Result<Submitted, StoreError> {
    let earlier = match &prepared.request {
        Some(request) => request.earlier(write.data, write.now)?,
        None => None,
    };
    if let Some(earlier) = earlier {
        let id = <[u8; 16]>::try_from(earlier).map_err(|_| super::error::damaged(&"a remembered request"))?;
        if graves::is_erased(write.keys, uuid::Uuid::from_bytes(id), 0)? {
            return Err(StoreError::RecordGone);
        }
        return Ok(Submitted { submission: InteractionId::from(id) });
    }
    let submission = place(write, prepared)?;
    if let Some(request) = &prepared.request {
        request.remember(write.data, write.now, submission.as_bytes())?;
    }
    Ok(Submitted { submission })
}

/// Finds where the submission belongs: an interaction that is known, a case that is known, or a new case.
fn place(write: &mut Write<'_>, prepared: &Prepared) -> Result<InteractionId, StoreError> {
    let tenant = prepared.tenant.number;
    let known = match &prepared.joins.interaction {
        Some(hash) => joins::find(write.data, tenant, hash)?,
        None => None,
    };
    if let Some(Target { case_number, interaction_number: Some(number) }) = known {
        let old = Interaction::get(write.data, number)?;
        if prepared.clear.source_version <= old.source_version {
            return Ok(old.id);
        }
        return replace(write, prepared, case_number, &old);
    }
    match prepared.joins.case_number(write.data, tenant)? {
        Some(case_number) => join(write, prepared, case_number),
        None => open(write, prepared),
    }
}

/// Opens a new case with its first interaction.
fn open(write: &mut Write<'_>, prepared: &Prepared) -> Result<InteractionId, StoreError> {
    let Prepared { tenant, fresh, clear, .. } = prepared;
    let effect = transition(None, clear.handling, clear.automatic);
    let mut case = new_case(write, prepared, effect.state)?;
    let speaker = Speaker::of(prepared);
    let due_time = run_clocks(write, &speaker, &mut case, effect, &prepared.first)?;
    case.insert(write.data, tenant.number)?;
    let known = subjects::of_identifiers(write, tenant, &prepared.identifiers, &fresh.subject_key)?;
    let subject = known.as_ref().unwrap_or(&fresh.subject_key);
    wraps::insert(write.keys, write.ring.store, tenant.id, subject, &fresh.case_key)?;
    wraps::insert(write.keys, write.ring.store, tenant.id, subject, &fresh.interaction_key)?;
    let decided = Decided { decision: prepared.first.clone(), repeat_days: 0 };
    add(write, prepared, &case, &decided)?;
    queue_case(write, &speaker, &mut case, effect, due_time)?;
    Ok(fresh.interaction)
}

fn new_case(write: &Write<'_>, prepared: &Prepared, state: CaseState) -> Result<Case, StoreError> {
    let Prepared { fresh, input, first, .. } = prepared;
    Ok(Case {
        number: 0,
        id: fresh.case,
        state,
        queue: prepared.queue.clone(),
        tier: input.tier,
        language: input.language.or(first.assessment.sentiment.language),
        channel: input.channel,
        label: first.assessment.sentiment.label,
        level: first.assessment.priority.level,
        value: first.assessment.priority.value,
        emergency: first.assessment.priority.emergency.is_some(),
        create_time: prepared.clear.receive_time,
        update_time: prepared.clear.receive_time,
        version: 1,
        epoch: 0,
        duplicate_of: duplicate_of(write, prepared)?,
        sealed: prepared.case_refs.clone(),
        clocks: None,
        merged_into: None,
    })
}

/// An older case of the same person that is not resolved, the newest of them.
fn duplicate_of(write: &Write<'_>, prepared: &Prepared) -> Result<Option<CaseId>, StoreError> {
    let Some(strongest) = prepared.identifiers.first() else { return Ok(None) };
    let Some(subject) = subjects::find(write.keys, strongest)? else { return Ok(None) };
    unresolved(write, prepared.tenant.number, subject)
}

fn unresolved(write: &Write<'_>, tenant: i64, subject: SubjectId) -> Result<Option<CaseId>, StoreError> {
    for id in wraps::records_of(write.keys, subject, KeyKind::Case, DUPLICATES_MAX)? {
        let case = Case::find(write.data, tenant, CaseId::from(id))?;
        if let Some(case) = case.filter(|case| case.state.is_open()) {
            return Ok(Some(case.id));
        }
    }
    Ok(None)
}

/// Joins a new interaction to a case that is known.
fn join(write: &mut Write<'_>, prepared: &Prepared, case_number: i64) -> Result<InteractionId, StoreError> {
    let Prepared { tenant, fresh, clear, .. } = prepared;
    let mut case = Case::get(write.data, case_number)?;
    let version = wraps::latest_version(write.keys, KeyKind::Case, case.id.0)?;
    let case_key = version.map(|version| KeyName { kind: KeyKind::Case, id: case.id.0, version });
    let known = subject(write, prepared, case_key)?;
    let parent = known.as_ref().unwrap_or(&fresh.subject_key);
    wraps::insert(write.keys, write.ring.store, tenant.id, parent, &fresh.interaction_key)?;
    let decided = decide(write, prepared, case_number, None)?;
    add(write, prepared, &case, &decided)?;
    let effect = transition(Some(case.state), clear.handling, clear.automatic);
    speak(write, &Speaker::of(prepared), &mut case, effect, &decided.decision)?;
    Ok(fresh.interaction)
}

/// Puts a newer version in the place of an interaction's content, under a new key; the old key is destroyed.
fn replace(
    write: &mut Write<'_>,
    prepared: &Prepared,
    case_number: i64,
    old: &Interaction,
) -> Result<InteractionId, StoreError> {
    let Prepared { tenant, fresh, clear, .. } = prepared;
    let mut case = Case::get(write.data, case_number)?;
    let version = wraps::latest_version(write.keys, KeyKind::Interaction, old.id.0)?.unwrap_or_default();
    let old_key = KeyName { kind: KeyKind::Interaction, id: old.id.0, version };
    if version == 0 {
        return Err(graves::keyless(write.keys, old_key));
    }
    let before = wraps::get(write.keys, old_key)?.map(|wrap| SubjectId(wrap.parent));
    let known = subject(write, prepared, Some(old_key))?;
    let key = Key::draw(KeyName { version: version + 1, ..old_key })?;
    wraps::insert(write.keys, write.ring.store, tenant.id, known.as_ref().unwrap_or(&fresh.subject_key), &key)?;
    write.doom(old_key)?;
    if let Some(before) = before.filter(|before| known.as_ref().is_none_or(|key| key.name().id != before.0)) {
        privacy::bury_if_bare(write, tenant, before, old.id)?;
    }
    let content_version = old.content_version + 1;
    let decided = decide(write, prepared, case_number, Some(old.number))?;
    let sealed = prepared.plain.seal(write.ring, tenant, &key, content_version)?;
    let place = Place { number: Some(old.number), id: old.id, key: &key, content_version };
    write_content(write, prepared, &case, &place, &sealed, &decided)?;
    corrections::forget(write.data, old.number)?;
    audit(write, prepared, Action::InteractionReplaced, case.id, old.id)?;
    let alone = !interactions::has_others(write.data, case_number, old.number)?;
    // What asks for nobody ends nobody's waiting either.
    let state = if clear.automatic { case.state } else { present(write, &case, alone)? };
    let effect = transition(Some(state), clear.handling, clear.automatic);
    speak(write, &Speaker::of(prepared), &mut case, effect, &decided.decision)?;
    Ok(old.id)
}

/// The state that a newer version of an interaction meets. What waits only because of that interaction's older version
/// does not hold the case open, unless somebody has leased it.
pub(super) fn present(write: &Write<'_>, case: &Case, alone: bool) -> Result<CaseState, StoreError> {
    let leased = Item::get(write.data, case.number)?.is_some_and(|item| item.state == ItemState::Leased);
    let own = alone && !leased && case.state == CaseState::Open;
    Ok(if own { CaseState::Active } else { case.state })
}

/// The key of the subject an interaction belongs to: by its identifiers, or where it has none as `fallback` hangs.
/// `None`: a new subject.
fn subject(write: &Write<'_>, prepared: &Prepared, fallback: Option<KeyName>) -> Result<Option<Key>, StoreError> {
    let Prepared { tenant, identifiers, fresh, .. } = prepared;
    match fallback {
        Some(fallback) if identifiers.is_empty() => subjects::of_data_key(write, tenant, fallback).map(Some),
        _ => subjects::of_identifiers(write, tenant, identifiers, &fresh.subject_key),
    }
}

/// What was decided, and from how many earlier days.
struct Decided {
    decision: Decision,
    repeat_days: u16,
}

/// Decides with the history of the case filled in; interaction `except` is not its own history.
fn decide(
    write: &Write<'_>,
    prepared: &Prepared,
    case_number: i64,
    except: Option<i64>,
) -> Result<Decided, StoreError> {
    let repeat_days = interactions::repeat_days(write.data, case_number, except, prepared.clear.occur_time)?;
    if repeat_days == 0 {
        return Ok(Decided { decision: prepared.first.clone(), repeat_days });
    }
    let input = AssessmentInput { repeat_contact_days: repeat_days, ..prepared.input.clone() };
    Ok(Decided { decision: (prepared.decide)(&input, prepared.clear.receive_time), repeat_days })
}

/// Where the content of an interaction is written.
struct Place<'a> {
    number: Option<i64>,
    id: InteractionId,
    key: &'a Key,
    content_version: u64,
}

/// Writes a new interaction and the hashes that lead to it.
fn add(write: &Write<'_>, prepared: &Prepared, case: &Case, decided: &Decided) -> Result<(), StoreError> {
    let Prepared { fresh, sealed, .. } = prepared;
    let (id, key) = (fresh.interaction, &fresh.interaction_key);
    let place = Place { number: None, id, key, content_version: FIRST_VERSION };
    write_content(write, prepared, case, &place, sealed, decided)?;
    audit(write, prepared, Action::InteractionStored, case.id, id)
}

fn write_content(
    write: &Write<'_>,
    prepared: &Prepared,
    case: &Case,
    place: &Place<'_>,
    sealed: &Sealed,
    decided: &Decided,
) -> Result<(), StoreError> {
    let Prepared { tenant, joins, clear, .. } = prepared;
    let assessment = &decided.decision.assessment;
    let plain = encode(&AssessmentRow::new(assessment, decided.repeat_days))?;
    let field = write.ring.place(tenant.id, place.id.0, Field::Assessment, place.content_version);
    let sealed_assessment = place.key.seal(&field, &plain)?;
    let row = (case.number, place.id, place.content_version);
    let number = interactions::write(write.data, place.number, row, clear, sealed, (assessment, &sealed_assessment))?;
    shadows::note(write.data, number, decided.decision.shadow.as_ref())?;
    joins.insert(write.data, tenant.number, Target { case_number: case.number, interaction_number: Some(number) })
}

fn audit(
    write: &Write<'_>,
    prepared: &Prepared,
    action: Action,
    case: CaseId,
    interaction: InteractionId,
) -> Result<(), StoreError> {
    let event = Event {
        tenant: Some(prepared.tenant.id),
        principal: Some(prepared.principal),
        object: Some(case.0),
        part: Some(interaction.0),
        ..Event::new(action, write.now)
    };
    write.audit(Some(prepared.tenant.number), &event)
}

/// What an interaction says for its case.
pub(super) struct Speaker<'a> {
    /// The tenant.
    pub(super) tenant: &'a Tenant,
    /// What was assessed.
    pub(super) input: &'a AssessmentInput,
    /// The queue it asks for.
    pub(super) queue: &'a str,
    /// What is to be done with it.
    pub(super) handling: Handling,
    /// Keyed hashes of the required skills.
    pub(super) skills: &'a [u8],
    /// When it enters the queue, should it wait.
    pub(super) enter_time: Timestamp,
}

impl<'a> Speaker<'a> {
    fn of(prepared: &'a Prepared) -> Self {
        let Prepared { tenant, input, queue, skills, clear, .. } = prepared;
        Self { tenant, input, queue, handling: clear.handling, skills, enter_time: clear.receive_time }
    }
}

/// Lets an interaction speak for its case, and moves the case in the queue.
pub(super) fn speak(
    write: &mut Write<'_>,
    speaker: &Speaker<'_>,
    case: &mut Case,
    effect: Transition,
    decision: &Decision,
) -> Result<(), StoreError> {
    if effect.speaks {
        let waits = case.state == CaseState::Open && effect.state == CaseState::Open;
        let priority = &decision.assessment.priority;
        case.tier = speaker.input.tier;
        case.channel = speaker.input.channel;
        case.language = speaker.input.language.or(decision.assessment.sentiment.language).or(case.language);
        case.label = decision.assessment.sentiment.label;
        case.level = if waits { case.level.max(priority.level) } else { priority.level };
        case.value = if waits { case.value.max(priority.value) } else { priority.value };
        case.emergency = priority.emergency.is_some() || (waits && case.emergency);
    }
    let due_time = run_clocks(write, speaker, case, effect, decision)?;
    case.state = effect.state;
    if case.state != CaseState::Open
        && let Some(item) = Item::get(write.data, case.number)?
    {
        items::withdraw(write, case, &item)?;
    }
    queue_case(write, speaker, case, effect, due_time)?;
    write.changed(speaker.tenant.number, &case.queue, case.id);
    case.update(write.data, write.now)
}

/// What an interaction does to the clocks of its case: one that waits asks for an answer, one that ends the matter ends
/// them all. Where work remains after a conversation, the
/// conversation was an answer, unless something older still waits for one. Gives the due time
/// of the case's item.
fn run_clocks(
    write: &mut Write<'_>,
    speaker: &Speaker<'_>,
    case: &mut Case,
    effect: Transition,
    decision: &Decision,
) -> Result<Timestamp, StoreError> {
    let tenant = speaker.tenant;
    if effect.raised {
        if speaker.handling == Handling::FollowUp {
            let clocks = case.clocks.get_or_insert_default();
            clocks.answered |= clocks.reply.is_none();
        }
        return clocks::contact(write, tenant, case, (speaker.enter_time, decision.due_time));
    }
    if effect.speaks && effect.state == CaseState::Resolved && case.state != CaseState::Resolved {
        clocks::resolve(write, tenant, case)?;
    }
    Ok(decision.due_time)
}

/// Puts the case in the queue where the interaction waits.
fn queue_case(
    write: &mut Write<'_>,
    speaker: &Speaker<'_>,
    case: &mut Case,
    effect: Transition,
    due_time: Timestamp,
) -> Result<(), StoreError> {
    if !effect.raised {
        return Ok(());
    }
    if Item::get(write.data, case.number)?.is_none() {
        speaker.queue.clone_into(&mut case.queue);
    }
    let wanted = Wanted {
        lane: queue::lane(case.emergency, case.level),
        enter_time: speaker.enter_time,
        due_time,
        value: case.value,
        skills: speaker.skills.to_vec(),
    };
    items::raise(write, speaker.tenant, case, wanted)
}
