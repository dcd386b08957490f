//! Rows of interactions and of their turns.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    ring::{KeyRing, Opener, Tenant},
    sql::{Coded, Id, Time, Tongue},
    teaching::corrections,
};
use crate::{
    assessment::Assessment,
    conversation::Channel,
    crypto::KeyKind,
    id::InteractionId,
    store::{
        Handling, InteractionRecord, StoreError,
        record::{AssessmentRow, FactsRow, Field, decode, decode_turns},
    },
    text::Language,
    time::Timestamp,
};

/// Bits of a segment's number that count the segments of one interaction.
const SEGMENT_BITS: u32 = 20;
/// Microseconds of a day.
const DAY_MICROS: i64 = 86_400_000_000;
/// The highest count of earlier days.
const REPEAT_DAYS_MAX: u16 = 30;

/// The columns that [`Interaction::read`] reads.
pub(super) const COLUMNS: &str = "number, interaction_id, receive_time, source_version, content_version, segments, \
    facts, assessment, recording IS NOT NULL";

/// The sealed values of an interaction.
#[derive(Debug)]
pub(super) struct Sealed {
    pub(super) turns: Vec<u8>,
    pub(super) facts: Vec<u8>,
    pub(super) recording: Option<Vec<u8>>,
}

/// The clear columns of an interaction beside those of its assessment.
#[derive(Debug)]
pub(super) struct Clear {
    pub(super) receive_time: Timestamp,
    pub(super) occur_time: Timestamp,
    pub(super) channel: Channel,
    pub(super) handling: Handling,
    /// It asks nobody for anything: a machine sent it, or it only says thanks.
    pub(super) automatic: bool,
    pub(super) language: Option<Language>,
    pub(super) source_version: i64,
}

/// Writes an interaction with its first segment of turns, in place of an earlier content where `number` names one.
pub(super) fn write(
    data: &Connection,
    number: Option<i64>,
    (case_number, id, content_version): (i64, InteractionId, u64),
    clear: &Clear,
    sealed: &Sealed,
    (assessment, sealed_assessment): (&Assessment, &[u8]),
) -> Result<i64, StoreError> {
    let mut statement = data.prepare_cached(
        "INSERT OR REPLACE INTO interactions(number, interaction_id, case_number, receive_time, occur_time, channel,
           handling, automatic, language, label, score, level, value, source_version, content_version, segments, facts,
           assessment, recording)
         VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, 1, ?16, ?17, ?18)",
    )?;
    let number = statement.insert(params![
        number,
        id.as_bytes(),
        case_number,
        clear.receive_time.0,
        clear.occur_time.0,
        Coded(clear.channel),
        Coded(clear.handling),
        clear.automatic,
        clear.language.map(Tongue),
        Coded(assessment.sentiment.label),
        assessment.sentiment.score_millis,
        Coded(assessment.priority.level),
        assessment.priority.value,
        clear.source_version,
        content_version,
        sealed.facts,
        sealed_assessment,
        sealed.recording,
    ])?;
    let (first, last) = segment_numbers(number);
    data.prepare_cached("DELETE FROM segments WHERE number BETWEEN ?1 AND ?2")?.execute([first, last])?;
    let mut segment = data.prepare_cached("INSERT INTO segments(number, turns) VALUES(?1, ?2)")?;
    segment.execute(params![first, sealed.turns])?;
    Ok(number)
}

/// The numbers that the segments of an interaction may have.
pub(super) fn segment_numbers(interaction: i64) -> (i64, i64) {
    let first = interaction << SEGMENT_BITS;
    (first, first | ((1 << SEGMENT_BITS) - 1))
}

/// An interaction as its row says, sealed.
#[derive(Debug)]
pub(super) struct Interaction {
    pub(super) number: i64,
    pub(super) id: InteractionId,
    pub(super) receive_time: Timestamp,
    pub(super) source_version: i64,
    pub(super) content_version: u64,
    pub(super) segments: u32,
    facts: Vec<u8>,
    assessment: Vec<u8>,
    has_recording: bool,
}

impl Interaction {
    /// The interaction in a row of [`COLUMNS`].
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            number: row.get(0)?,
            id: row.get::<_, Id<_>>(1)?.0,
            receive_time: row.get::<_, Time>(2)?.0,
            source_version: row.get(3)?,
            content_version: row.get(4)?,
            segments: row.get(5)?,
            facts: row.get(6)?,
            assessment: row.get(7)?,
            has_recording: row.get(8)?,
        })
    }

    /// The interaction of a number.
    pub(super) fn get(data: &Connection, number: i64) -> Result<Self, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM interactions WHERE number = ?1");
        Ok(data.prepare_cached(&sql)?.query_row([number], Self::read)?)
    }

    /// The interaction of an id within a case.
    pub(super) fn find(data: &Connection, case_number: i64, id: InteractionId) -> Result<Option<Self>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM interactions WHERE interaction_id = ?1 AND case_number = ?2");
        Ok(data.prepare_cached(&sql)?.query_row(params![id.as_bytes(), case_number], Self::read).optional()?)
    }

    /// The newest interactions of a case, at most `limit`, oldest first.
    pub(super) fn of_case(data: &Connection, case_number: i64, limit: u32) -> Result<Vec<Self>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM interactions WHERE case_number = ?1 ORDER BY number DESC LIMIT ?2");
        let mut statement = data.prepare_cached(&sql)?;
        let rows = statement.query_map(params![case_number, limit], Self::read)?;
        let mut found: Vec<Self> = rows.collect::<Result<_, _>>()?;
        found.reverse();
        Ok(found)
    }

    /// Opens everything and gives the interaction as it is shown.
    pub(super) fn into_record(
        self,
        ring: &KeyRing,
        tenant: &Tenant,
        data: &Connection,
        keys: &Connection,
    ) -> Result<InteractionRecord, StoreError> {
        let mut opener = Opener::new(ring, keys, tenant, KeyKind::Interaction, self.id.0);
        let version = self.content_version;
        let mut turns = Vec::new();
        for (segment, sealed) in self.segments(data)? {
            let plain = opener.open(Field::Turns, segment, version, &sealed)?;
            turns.extend(decode_turns(&plain)?);
        }
        let plain = opener.open(Field::Assessment, 0, version, &self.assessment)?;
        let (assessment, repeat_days) = decode::<AssessmentRow>(&plain)?.into_assessment()?;
        let plain = opener.open(Field::Facts, 0, version, &self.facts)?;
        let content = decode::<FactsRow>(&plain)?.into_content(turns, repeat_days)?;
        let (interaction, receive_time, has_recording) = (self.id, self.receive_time, self.has_recording);
        let correction = corrections::of(data, self.number)?;
        Ok(InteractionRecord { interaction, receive_time, content, assessment, has_recording, correction })
    }

    fn segments(&self, data: &Connection) -> Result<Vec<(u32, Vec<u8>)>, StoreError> {
        let (first, last) = segment_numbers(self.number);
        let mut statement = data
            .prepare_cached("SELECT number - ?1, turns FROM segments WHERE number BETWEEN ?1 AND ?2 ORDER BY number")?;
        let rows = statement.query_map([first, last], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let found: Vec<_> = rows.collect::<Result<_, _>>()?;
        if found.len() == self.segments as usize {
            Ok(found)
        } else {
            Err(super::error::damaged(&format!("segments of {}", self.id)))
        }
    }
}

/// Whether an interaction asks nobody for anything: a machine sent it, or it only says thanks.
pub(super) fn is_quiet(data: &Connection, number: i64) -> Result<bool, StoreError> {
    let mut statement = data.prepare_cached("SELECT automatic FROM interactions WHERE number = ?1")?;
    Ok(statement.query_row([number], |row| row.get(0))?)
}

/// Whether a case has interactions beside this one.
pub(super) fn has_others(data: &Connection, case_number: i64, number: i64) -> Result<bool, StoreError> {
    let mut statement = data.prepare_cached("SELECT 1 FROM interactions WHERE case_number = ?1 AND number != ?2")?;
    Ok(statement.exists([case_number, number])?)
}

/// On how many earlier UTC days than `time` a person wrote in this case, beside interaction `except`.
pub(super) fn repeat_days(
    data: &Connection,
    case_number: i64,
    except: Option<i64>,
    time: Timestamp,
) -> Result<u16, StoreError> {
    let mut statement = data.prepare_cached(
        "SELECT DISTINCT occur_time / ?3 FROM interactions
         WHERE case_number = ?1 AND number IS NOT ?2 AND automatic = 0 AND occur_time < ?4 LIMIT ?5",
    )?;
    let today = time.0 - time.0.rem_euclid(DAY_MICROS);
    let mut rows = statement.query(params![case_number, except, DAY_MICROS, today, REPEAT_DAYS_MAX])?;
    let mut days = 0;
    while rows.next()?.is_some() {
        days += 1;
    }
    Ok(days)
}
