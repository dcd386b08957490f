//! `GetStatistics`: whole days that are over, one property at a time, so that no two answers differ by a person.

use jiff::{ToSpan, civil::Date, tz::TimeZone};

use crate::{
    access::Caller,
    policy::Target,
    service::{
        app::App,
        convert::scalar::wire_long,
        limits,
        path::{Path, Violations},
        pb,
        status::{Failure, Outcome, Reason},
    },
    store::{Breakdown, Cell, Period, StatisticsRequest},
    time::Timestamp,
};

/// Microseconds of a day.
const DAY_MICROS: i64 = 86_400_000_000;

/// Counts.
pub(super) async fn statistics(
    app: &App,
    caller: &Caller,
    request: pb::GetStatisticsRequest,
) -> Outcome<pb::GetStatisticsResponse> {
    let request = parse(request, caller, app.now())?;
    let tally = app.store.count_interactions(request).await;
    let tally = tally.map_err(|error| Failure::of_store(&error, Reason::Internal))?;
    Ok(pb::GetStatisticsResponse { days: tally.publish().into_iter().map(day).collect() })
}

fn parse(request: pb::GetStatisticsRequest, caller: &Caller, now: Timestamp) -> Outcome<StatisticsRequest> {
    let pb::GetStatisticsRequest { start_date, end_date, breakdown } = request;
    let (root, mut violations) = (Path::Root, Violations::default());
    let start = date(&start_date, &root.field("start_date"), &mut violations);
    let last = date(&end_date, &root.field("end_date"), &mut violations);
    let breakdown = property(breakdown, &root.field("breakdown"), &mut violations);
    let days = start.zip(last).map(|(start, last)| last.since(start).map_or(0, |span| i64::from(span.get_days())) + 1);
    let max = i64::try_from(limits::STATISTIC_DAYS_MAX).unwrap_or(i64::MAX);
    let within = days.is_none_or(|days| (1..=max).contains(&days));
    violations.check(within, &root.field("end_date"), Reason::FieldOutOfRange);
    let days = violations.finish_some(start.zip(last).zip(breakdown))?;
    let ((start, last), breakdown) = days;
    // A day that is not over would tell by its growth who wrote just now.
    let today = Timestamp(now.0 - now.0.rem_euclid(DAY_MICROS));
    let end = last.checked_add(1.day()).ok().and_then(midnight).unwrap_or(today).min(today);
    let start = midnight(start).unwrap_or(end);
    Ok(StatisticsRequest { tenant: caller.tenant, principal: caller.principal, start, end, breakdown })
}

fn date(text: &str, path: &Path<'_>, violations: &mut Violations) -> Option<Date> {
    violations.check(!text.is_empty(), path, Reason::FieldRequired);
    let date = text.parse().ok().filter(|_| text.len() == "2026-11-01".len());
    violations.check(date.is_some() || text.is_empty(), path, Reason::FieldOutOfRange);
    date
}

fn midnight(date: Date) -> Option<Timestamp> {
    Some(Timestamp(date.to_zoned(TimeZone::UTC).ok()?.timestamp().as_microsecond()))
}

fn property(number: i32, path: &Path<'_>, violations: &mut Violations) -> Option<Breakdown> {
    use pb::StatisticsBreakdown as Wire;
    let breakdown = match crate::service::convert::enums::known(number, path, violations) {
        Wire::Unspecified => None,
        Wire::Channel => Some(Breakdown::Channel),
        Wire::Language => Some(Breakdown::Language),
        Wire::Label => Some(Breakdown::Label),
        Wire::Level => Some(Breakdown::Level),
        Wire::Correction => Some(Breakdown::Correction),
        Wire::ShadowDifference => Some(Breakdown::Shadow),
        Wire::FirstResponseOutcome => Some(Breakdown::Outcome(Target::FirstResponse)),
        Wire::NextReplyOutcome => Some(Breakdown::Outcome(Target::NextReply)),
        Wire::ResolutionOutcome => Some(Breakdown::Outcome(Target::Resolution)),
        Wire::FirstResponseTime => Some(Breakdown::Time(Target::FirstResponse)),
        Wire::NextReplyTime => Some(Breakdown::Time(Target::NextReply)),
        Wire::ResolutionTime => Some(Breakdown::Time(Target::Resolution)),
    };
    violations.check(breakdown.is_some() || number != 0, path, Reason::FieldRequired);
    breakdown
}

fn day(period: Period) -> pb::StatisticsDay {
    let Period { start, total, cells } = period;
    let date = jiff::Timestamp::from_microsecond(start.0).map(|at| at.to_zoned(TimeZone::UTC).date().to_string());
    pb::StatisticsDay {
        date: date.unwrap_or_default(),
        total: total.map(wire_long),
        cells: cells.into_iter().map(cell).collect(),
    }
}

fn cell(cell: Cell) -> pb::StatisticsCell {
    let Cell { key, count } = cell;
    pb::StatisticsCell { value: key, count: count.map(wire_long) }
}
