//! Counting interactions by day and one property, with the subjects behind each count.

use std::time::Duration;

use rusqlite::{Connection, Row, params};

use super::samples;
use crate::{
    assessment::{Label, Level},
    conversation::Channel,
    crypto::KeyKind,
    id::{CaseId, InteractionId},
    policy::Target,
    store::{
        Breakdown, StatisticsRequest, StoreError, Tally, bucket,
        embedded::{
            ring::Tenant,
            sql::{Coded, Id, Time},
        },
    },
    time::Timestamp,
};

/// Microseconds of a day.
const DAY_MICROS: i64 = 86_400_000_000;

/// A label and a level, either of which may not be said.
type Verdict = (Option<Label>, Option<Level>);

/// What is counted of an interaction.
struct Counted {
    id: InteractionId,
    occur_time: Timestamp,
    channel: Channel,
    language: Option<String>,
    label: Label,
    level: Level,
    corrected: Verdict,
    shadow: Verdict,
}

impl Counted {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let verdict = |label: usize, level: usize| -> rusqlite::Result<Verdict> {
            let label = row.get::<_, Option<Coded<_>>>(label)?.map(|label| label.0);
            Ok((label, row.get::<_, Option<Coded<_>>>(level)?.map(|level| level.0)))
        };
        Ok(Self {
            id: row.get::<_, Id<_>>(0)?.0,
            occur_time: row.get::<_, Time>(1)?.0,
            channel: row.get::<_, Coded<_>>(2)?.0,
            language: row.get(3)?,
            label: row.get::<_, Coded<_>>(4)?.0,
            level: row.get::<_, Coded<_>>(5)?.0,
            corrected: verdict(6, 7)?,
            shadow: verdict(8, 9)?,
        })
    }

    /// The value of a property; `None`: this interaction has none, and is not counted.
    fn key(&self, breakdown: Breakdown) -> Option<String> {
        match breakdown {
            Breakdown::Channel => Some(self.channel.name().to_owned()),
            Breakdown::Language => Some(self.language.clone().unwrap_or_else(|| "unknown".to_owned())),
            Breakdown::Label => Some(self.label.name().to_owned()),
            Breakdown::Level => Some(self.level.name().to_owned()),
            Breakdown::Correction => self.flip(self.corrected),
            Breakdown::Shadow => self.flip(self.shadow),
            Breakdown::Outcome(_) | Breakdown::Time(_) => None,
        }
    }

    /// Such as `neutral/low>negative/high`.
    fn flip(&self, (label, level): Verdict) -> Option<String> {
        if label.is_none() && level.is_none() {
            return None;
        }
        let (label, level) = (label.unwrap_or(self.label), level.unwrap_or(self.level));
        Some(format!("{}/{}>{}/{}", self.label.name(), self.level.name(), label.name(), level.name()))
    }
}

/// Counts the interactions that took place within the days of a request.
pub(super) fn count(
    tenant: &Tenant,
    data: &Connection,
    keys: &Connection,
    request: &StatisticsRequest,
) -> Result<Tally, StoreError> {
    let StatisticsRequest { start, end, breakdown, .. } = request;
    if let Breakdown::Outcome(target) | Breakdown::Time(target) = *breakdown {
        return targets(tenant, data, keys, request, target);
    }
    let mut statement = data.prepare_cached(
        "SELECT i.interaction_id, i.occur_time, i.channel, COALESCE(i.language, c.language), i.label, i.level,
           r.label, r.level, s.label, s.level
         FROM interactions i JOIN cases c ON c.number = i.case_number
           LEFT JOIN corrections r ON r.interaction_number = i.number
           LEFT JOIN shadows s ON s.interaction_number = i.number
         WHERE i.occur_time >= ?2 AND i.occur_time < ?3 AND c.tenant = ?1",
    )?;
    let mut tally = Tally::default();
    for row in statement.query_map(params![tenant.number, start.0, end.0], Counted::read)? {
        let counted = row?;
        let Some(key) = counted.key(*breakdown) else { continue };
        let Some(subject) = samples::subject(keys, KeyKind::Interaction, counted.id.0)? else { continue };
        tally.add(day(counted.occur_time), key, subject);
    }
    Ok(tally)
}

/// Midnight UTC before a time.
fn day(time: Timestamp) -> Timestamp {
    Timestamp(time.0 - time.0.rem_euclid(DAY_MICROS))
}

/// Counts the targets that came to their end within the days of a request, each for the subject of its case.
fn targets(
    tenant: &Tenant,
    data: &Connection,
    keys: &Connection,
    request: &StatisticsRequest,
    target: Target,
) -> Result<Tally, StoreError> {
    let mut statement = data.prepare_cached(
        "SELECT c.case_id, t.end_time, t.due_time, t.open_micros
         FROM service_times t JOIN cases c ON c.number = t.case_number
         WHERE t.tenant = ?1 AND t.target = ?2 AND t.end_time >= ?3 AND t.end_time < ?4",
    )?;
    let key = params![tenant.number, Coded(target), request.start.0, request.end.0];
    let rows = statement.query_map(key, |row| {
        let (end, due) = (row.get::<_, Time>(1)?.0, row.get::<_, Time>(2)?.0);
        Ok((row.get::<_, Id<CaseId>>(0)?.0, end, due, row.get(3).map(Duration::from_micros)?))
    })?;
    let mut tally = Tally::default();
    for row in rows {
        let (case, end, due, open) = row?;
        let Some(subject) = samples::subject(keys, KeyKind::Case, case.0)? else { continue };
        let key = match request.breakdown {
            Breakdown::Time(_) => bucket(open),
            _ if end <= due => "met",
            _ => "breached",
        };
        tally.add(day(end), key.to_owned(), subject);
    }
    Ok(tally)
}
