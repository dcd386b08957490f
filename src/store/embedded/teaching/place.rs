//! Where a case stands once an assessment in it became another: label, level and value of the case, and lane, due time
//! and value of its item. The item keeps its age.

use std::time::Duration;

use rusqlite::{Row, params};

use super::corrections;
use crate::{
    conversation::Channel,
    crypto::KeyKind,
    id::InteractionId,
    policy::{Policy, Standing, Target},
    queue::{self, DueCause, Lane},
    store::{
        Handling, StoreError,
        embedded::{
            cases::Case,
            clocks,
            items::Item,
            ring::{Opener, Tenant},
            sql::{Coded, Id, Time},
            write::Write,
        },
        record::{AssessmentRow, Field, decode},
    },
    time::Timestamp,
};

/// How many interactions of a case are looked at, the newest.
const LOOKED_MAX: u32 = 100;

/// What of an interaction counts for its case.
struct Voice {
    receive_time: Timestamp,
    channel: Channel,
    waits: bool,
    speaks: bool,
    standing: Standing,
}

/// A row of an interaction before its assessment is opened.
struct Sealed {
    number: i64,
    id: InteractionId,
    version: u64,
    assessment: Vec<u8>,
    receive_time: Timestamp,
    channel: Channel,
    handling: Handling,
    automatic: bool,
}

impl Sealed {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            number: row.get(0)?,
            id: row.get::<_, Id<_>>(1)?.0,
            version: row.get(2)?,
            assessment: row.get(3)?,
            receive_time: row.get::<_, Time>(4)?.0,
            channel: row.get::<_, Coded<_>>(5)?.0,
            handling: row.get::<_, Coded<_>>(6)?.0,
            automatic: row.get(7)?,
        })
    }

    fn open(self, write: &Write<'_>, tenant: &Tenant, policy: &Policy) -> Result<Voice, StoreError> {
        let mut opener = Opener::new(write.ring, write.keys, tenant, KeyKind::Interaction, self.id.0);
        let plain = opener.open(Field::Assessment, 0, self.version, &self.assessment)?;
        let (assessment, _) = decode::<AssessmentRow>(&plain)?.into_assessment()?;
        let correction = corrections::of(write.data, self.number)?.map(|record| record.correction);
        Ok(Voice {
            receive_time: self.receive_time,
            channel: self.channel,
            waits: matches!(self.handling, Handling::Waiting | Handling::FollowUp),
            speaks: !self.automatic && !self.handling.is_historical(),
            standing: policy.standing(&assessment, correction),
        })
    }
}

/// Places a case anew by what its interactions say now.
pub(in super::super) fn anew(
    write: &mut Write<'_>,
    tenant: &Tenant,
    mut case: Case,
    policy: &Policy,
) -> Result<(), StoreError> {
    let item = Item::get(write.data, case.number)?;
    let voices = voices(write, tenant, &case, policy)?;
    let since = item.as_ref().map(|item| item.enter_time);
    let Some(latest) = voices.first() else { return Ok(()) };
    let waiting = || voices.iter().filter(|voice| since.is_some_and(|since| voice.receive_time >= since));
    let heard = || waiting().chain((waiting().count() == 0).then_some(latest)).map(|voice| voice.standing);
    case.label = latest.standing.label;
    case.level = heard().map(|one| one.level).max().unwrap_or(latest.standing.level);
    case.value = heard().map(|one| one.value).max().unwrap_or(latest.standing.value);
    case.emergency = heard().any(|one| one.emergency);
    if let Some(mut item) = item {
        let waiting: Vec<_> = waiting().filter(|voice| voice.waits).collect();
        item.due_time = due_again(write, &mut case, &waiting, policy)?.unwrap_or(item.due_time);
        let lane = queue::lane(case.emergency, case.level);
        // Somebody moved it forward: that stands, whatever the words say.
        item.lane = if item.bump.is_some() { lane.min(Lane::Express) } else { lane };
        item.value_descending = 10_000u16.saturating_sub(case.value);
        item.update(write)?;
        write.ready(tenant.number, &item.queue);
    }
    case.update(write.data, write.now)
}

/// Works out anew when the targets of a case are due; gives the due time of its item.
fn due_again(
    write: &Write<'_>,
    case: &mut Case,
    waiting: &[&Voice],
    policy: &Policy,
) -> Result<Option<Timestamp>, StoreError> {
    let (targets, tier) = (&policy.targets, case.tier);
    let owed = case.clocks.unwrap_or_default().owed();
    let due = |voice: &&Voice| targets.due(owed, voice.receive_time, voice.channel, voice.standing.level, tier);
    let reply_due = waiting.iter().map(due).min();
    let Some(clocks) = &mut case.clocks else { return Ok(reply_due) };
    let calendar = targets.calendar(case.level);
    let later = |due, paused: Duration| if paused.is_zero() { due } else { calendar.add(due, paused) };
    let mut changes = Vec::new();
    if let (Some(reply), Some(due)) = (&mut clocks.reply, reply_due) {
        let due = later(due, reply.paused);
        changes.extend(queue::change(reply, due, DueCause::Assessed, write.now));
    }
    if let Some(resolution) = &mut clocks.resolution {
        let due = targets.due(Target::Resolution, resolution.start, case.channel, case.level, tier);
        let due = later(due, resolution.paused);
        changes.extend(queue::change(resolution, due, DueCause::Assessed, write.now));
    }
    let due = clocks.leading().map(|leading| leading.due);
    clocks::note_changes(write.data, case.number, &changes)?;
    Ok(due)
}

/// The interactions that speak for a case, newest first; where none does, the first of all.
fn voices(write: &Write<'_>, tenant: &Tenant, case: &Case, policy: &Policy) -> Result<Vec<Voice>, StoreError> {
    let mut statement = write.data.prepare_cached(
        "SELECT number, interaction_id, content_version, assessment, receive_time, channel, handling, automatic
         FROM interactions WHERE case_number = ?1 ORDER BY number DESC LIMIT ?2",
    )?;
    let rows = statement.query_map(params![case.number, LOOKED_MAX], Sealed::read)?;
    let mut voices = Vec::new();
    for row in rows {
        match row?.open(write, tenant, policy) {
            Ok(voice) => voices.push(voice),
            // It was erased: it says nothing any more.
            Err(StoreError::RecordGone) => {}
            Err(error) => return Err(error),
        }
    }
    if voices.iter().any(|voice| voice.speaks) {
        voices.retain(|voice| voice.speaks);
    } else {
        voices.drain(..voices.len().saturating_sub(1));
    }
    Ok(voices)
}
