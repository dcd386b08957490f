//! Conversations that are written while they run. A turn adds a segment under the present key; a turn that changes what
//! is stored seals everything anew under a new key, and the old one is destroyed before the answer.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use rusqlite::{OptionalExtension, params};

use super::{
    cases::Case,
    error::damaged,
    graves,
    interactions::{self, Interaction},
    items::Item,
    joins::{self, Target},
    prepare::{self, Plain, Prepared},
    ring::{Opener, Tenant},
    sql::{Coded, Tongue},
    subjects,
    submit::{self, Speaker},
    teaching::shadows,
    transition::transition,
    wraps,
    write::Write,
};
use crate::{
    assessment::{Assessment, AssessmentInput},
    audit::{Action, Event},
    conversation::RawText,
    crypto::{Key, KeyKind, KeyName, Place},
    id::{InteractionId, PrincipalId},
    queue::ItemState,
    store::{
        Decision, InteractionContent, LiveChange, LiveInteraction, LivePosition, StoreError,
        record::{AssessmentRow, FactsRow, Field, content::input_turns, encode, encode_turns},
    },
    time::Timestamp,
};

/// Opens an interaction, or finds the one that the same request opened. A reference that came before under another
/// request is refused: what is stored there may be another caller's.
pub(super) fn open(write: &mut Write<'_>, prepared: &Prepared) -> Result<LiveInteraction, StoreError> {
    let tenant = &prepared.tenant;
    let request = prepared.request.as_ref().ok_or(StoreError::NotFound)?;
    if request.earlier(write.data, write.now)?.is_none()
        && let Some(hash) = &prepared.joins.interaction
        && let Some(Target { interaction_number: Some(number), .. }) = joins::find(write.data, tenant.number, hash)?
        && prepared.clear.source_version <= Interaction::get(write.data, number)?.source_version
    {
        return Err(StoreError::SourceRefKnown);
    }
    let submission = submit::store(write, prepared)?.submission;
    let (row, _) = find(write, tenant, submission)?;
    let (version, segments) = (row.content_version, row.segments);
    let content = row.into_record(write.ring, tenant, write.data, write.keys)?.content;
    let position = LivePosition { version, segments, repeat_days: content.input.repeat_contact_days };
    Ok(LiveInteraction { submission, position, content })
}

/// The interaction of an id within a tenant, and the number of its case.
fn find(write: &Write<'_>, tenant: &Tenant, id: InteractionId) -> Result<(Interaction, i64), StoreError> {
    let mut statement = write.data.prepare_cached(
        "SELECT i.number, i.case_number FROM interactions i JOIN cases c ON c.number = i.case_number
         WHERE i.interaction_id = ?1 AND c.tenant = ?2",
    )?;
    let row = statement.query_row(params![id.as_bytes(), tenant.number], |row| Ok((row.get(0)?, row.get(1)?)));
    let (number, case_number) = row.optional()?.ok_or(StoreError::RecordGone)?;
    Ok((Interaction::get(write.data, number)?, case_number))
}

/// What was decided about a change before its turn to be written came, from the history as it was last seen.
pub(super) struct Foreseen {
    input: AssessmentInput,
    decision: Decision,
}

/// Text whose scoring is moved to a thread of its own.
const LONG_BYTES: usize = 64 << 10;

/// Scores a change; the thread that writes is for all.
pub(super) async fn foresee(change: &LiveChange, now: Timestamp) -> Result<Foreseen, StoreError> {
    let turns = input_turns(&change.content.turns);
    let bytes: usize = turns.iter().map(|turn| turn.text.as_str().len()).sum();
    let input =
        AssessmentInput { repeat_contact_days: change.after.repeat_days, turns, ..change.content.input.clone() };
    let decide = Arc::clone(&change.decide);
    let work = move || Foreseen { decision: decide(&input, now), input };
    let broken_off = || StoreError::Engine("a scoring was broken off".to_owned());
    if bytes > LONG_BYTES {
        return tokio::task::spawn_blocking(work).await.map_err(|_| broken_off());
    }
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| broken_off())
}

/// Carries out a change.
pub(super) fn change(
    write: &mut Write<'_>,
    tenant: &Tenant,
    change: &LiveChange,
    foreseen: Foreseen,
) -> Result<LivePosition, StoreError> {
    let (row, case_number) = find(write, tenant, change.interaction)?;
    if (row.content_version, row.segments) != (change.after.version, change.after.segments) {
        return Err(StoreError::Superseded);
    }
    let mut case = Case::get(write.data, case_number)?;
    let content = &change.content;
    let earlier_days = interactions::repeat_days(write.data, case_number, Some(row.number), content.occur_time)?;
    let Foreseen { mut input, mut decision } = foreseen;
    if input.repeat_contact_days != earlier_days {
        input.repeat_contact_days = earlier_days;
        decision = (change.decide)(&input, write.now);
    }
    let assessment = encode(&AssessmentRow::new(&decision.assessment, earlier_days))?;
    let position = if change.reseals {
        let count = change.content.turns.len().saturating_sub(change.new_from) as u64;
        let content = Resealed { principal: change.principal, content: &change.content, count };
        reseal(write, tenant, content, &row, case.number, (&decision.assessment, &assessment))?
    } else {
        append(write, tenant, change, &row, (&decision, &assessment))?
    };
    shadows::note(write.data, row.number, decision.shadow.as_ref())?;
    speak(write, tenant, change, &row, &mut case, (&input, &decision))?;
    Ok(LivePosition { repeat_days: earlier_days, ..position })
}

/// Lets the conversation speak for its case as far as it has come.
fn speak(
    write: &mut Write<'_>,
    tenant: &Tenant,
    change: &LiveChange,
    row: &Interaction,
    case: &mut Case,
    (input, decision): (&AssessmentInput, &Decision),
) -> Result<(), StoreError> {
    let present = if change.closes.is_some() {
        let alone = !interactions::has_others(write.data, case.number, row.number)?;
        submit::present(write, case, alone)?
    } else {
        case.state
    };
    let handling = change.closes.unwrap_or(change.content.handling);
    let mut effect = transition(Some(present), handling, input.automatic);
    // Who has leased the case is in this very conversation; it does not wait for anybody else.
    effect.raised &= Item::get(write.data, case.number)?.is_none_or(|item| item.state != ItemState::Leased);
    let skills = prepare::skills(tenant, &change.content.required_skills);
    let (queue, enter_time) = (&change.content.queue, write.now);
    let speaker = Speaker { tenant, input, queue, handling, skills: &skills, enter_time };
    submit::speak(write, &speaker, case, effect, decision)
}

/// The key that an interaction is sealed under now.
fn present_key(write: &Write<'_>, tenant: &Tenant, id: InteractionId) -> Result<Key, StoreError> {
    let version = wraps::latest_version(write.keys, KeyKind::Interaction, id.0)?.unwrap_or_default();
    let name = KeyName { kind: KeyKind::Interaction, id: id.0, version };
    write.ring.data_key(write.keys, tenant, name)?.ok_or_else(|| graves::keyless(write.keys, name))
}

/// Writes the new turns as a segment of their own.
fn append(
    write: &Write<'_>,
    tenant: &Tenant,
    change: &LiveChange,
    row: &Interaction,
    (decision, assessment): (&Decision, &[u8]),
) -> Result<LivePosition, StoreError> {
    let key = present_key(write, tenant, row.id)?;
    let at = |field, segment| Place { segment, ..write.ring.place(tenant.id, row.id.0, field, row.content_version) };
    let new = change.content.turns.get(change.new_from..).unwrap_or_default();
    let mut segments = row.segments;
    if !new.is_empty() {
        let turns = key.seal(&at(Field::Turns, segments), &encode_turns(new)?)?;
        let (first, last) = interactions::segment_numbers(row.number);
        let number = first + i64::from(segments);
        if number > last {
            return Err(damaged(&format!("segments of {}", row.id)));
        }
        let mut statement = write.data.prepare_cached("INSERT INTO segments(number, turns) VALUES(?1, ?2)")?;
        statement.execute(params![number, turns])?;
        segments += 1;
    }
    let facts = key.seal(&at(Field::Facts, 0), &encode(&FactsRow::new(&change.content))?)?;
    let sealed = key.seal(&at(Field::Assessment, 0), assessment)?;
    let (sentiment, priority) = (&decision.assessment.sentiment, &decision.assessment.priority);
    let mut statement = write.data.prepare_cached(
        "UPDATE interactions SET segments = ?2, facts = ?3, assessment = ?4, label = ?5, score = ?6, level = ?7,
           value = ?8, handling = ?9, language = ?10 WHERE number = ?1",
    )?;
    statement.execute(params![
        row.number,
        segments,
        facts,
        sealed,
        Coded(sentiment.label),
        sentiment.score_millis,
        Coded(priority.level),
        priority.value,
        Coded(change.content.handling),
        change.content.input.language.map(Tongue),
    ])?;
    audit(write, tenant, (change.principal, new.len() as u64), row, Action::TurnsAdded)?;
    Ok(LivePosition { version: row.content_version, segments, repeat_days: 0 })
}

/// Content that takes the place of what is stored of an interaction.
#[derive(Clone, Copy)]
pub(super) struct Resealed<'c> {
    /// Who asked for it.
    pub(super) principal: PrincipalId,
    /// All of it.
    pub(super) content: &'c InteractionContent,
    /// Turns that are other than before.
    pub(super) count: u64,
}

/// Puts the whole content in its place under a new key; the old one is destroyed before the answer.
pub(super) fn reseal(
    write: &mut Write<'_>,
    tenant: &Tenant,
    resealed: Resealed<'_>,
    row: &Interaction,
    case_number: i64,
    (assessment, encoded): (&Assessment, &[u8]),
) -> Result<LivePosition, StoreError> {
    let Resealed { principal, content, count } = resealed;
    let old = present_key(write, tenant, row.id)?.name();
    let recording = recording(write, tenant, row)?;
    let subject = subjects::of_data_key(write, tenant, old)?;
    let key = Key::draw(KeyName { version: old.version + 1, ..old })?;
    wraps::insert(write.keys, write.ring.store, tenant.id, &subject, &key)?;
    write.doom(old)?;
    let version = row.content_version + 1;
    let sealed = Plain::new(content, recording)?.seal(write.ring, tenant, &key, version)?;
    let encoded = key.seal(&write.ring.place(tenant.id, row.id.0, Field::Assessment, version), encoded)?;
    let clear = prepare::clear(content, row.receive_time);
    let place = (case_number, row.id, version);
    interactions::write(write.data, Some(row.number), place, &clear, &sealed, (assessment, &encoded))?;
    audit(write, tenant, (principal, count), row, Action::InteractionReplaced)?;
    Ok(LivePosition { version, segments: 1, repeat_days: 0 })
}

/// The link to the recording, which is sealed anew with the rest.
fn recording(write: &Write<'_>, tenant: &Tenant, row: &Interaction) -> Result<Option<RawText>, StoreError> {
    let mut statement = write.data.prepare_cached("SELECT recording FROM interactions WHERE number = ?1")?;
    let sealed: Option<Vec<u8>> = statement.query_row([row.number], |found| found.get(0))?;
    let Some(sealed) = sealed else { return Ok(None) };
    let mut opener = Opener::new(write.ring, write.keys, tenant, KeyKind::Interaction, row.id.0);
    let plain = opener.open(Field::Recording, 0, row.content_version, &sealed)?;
    let link = std::str::from_utf8(&plain).map_err(|_| damaged(&row.id))?;
    Ok(Some(RawText::from(link)))
}

fn audit(
    write: &Write<'_>,
    tenant: &Tenant,
    (principal, count): (PrincipalId, u64),
    row: &Interaction,
    action: Action,
) -> Result<(), StoreError> {
    let event = Event {
        tenant: Some(tenant.id),
        principal: Some(principal),
        object: Some(row.id.0),
        count,
        ..Event::new(action, write.now)
    };
    write.audit(Some(tenant.number), &event)
}
