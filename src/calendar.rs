//! Business calendars: weekly opening periods in a time zone, with holidays, and the arithmetic of open time. Pure: the
//! time-zone database (IANA) is compiled in, the clock is never read.

use std::{collections::BTreeSet, time::Duration};

use jiff::{ToSpan, Zoned, civil::Date, tz::TimeZone};

use crate::time::Timestamp;

/// Minutes in a day.
const DAY_MINUTES: u16 = 24 * 60;

/// How many days ahead open time is looked for: ten years.
const HORIZON_DAYS: u32 = 3_653;

/// An opening period of a day, in minutes after local midnight, half-open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    open: u16,
    close: u16,
}

impl Period {
    /// A period from `open` to `close`, both as hours and minutes; `24:00` is midnight at the end of the day.
    /// `None` unless it opens before it closes, within one day.
    pub fn new(open: (u16, u16), close: (u16, u16)) -> Option<Self> {
        let minutes = |(hour, minute): (u16, u16)| (minute < 60).then(|| hour * 60 + minute);
        let (open, close) = (minutes(open)?, minutes(close)?);
        (open < close && close <= DAY_MINUTES).then_some(Self { open, close })
    }

    /// Opening and closing in minutes after local midnight.
    pub fn minutes(self) -> (u16, u16) {
        (self.open, self.close)
    }
}

/// Why a calendar was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarError {
    /// The IANA database holds no zone of that name.
    #[error("unknown time zone `{0}`: use an IANA name such as `Europe/Berlin`")]
    UnknownZone(String),
    /// No day of the week has an opening period.
    #[error("the calendar is never open: give at least one day a period")]
    NeverOpen,
    /// Periods of one day overlap.
    #[error("two opening periods of one day overlap")]
    Overlap,
}

/// When work is done.
#[derive(Clone, Debug)]
pub enum Calendar {
    /// Round the clock.
    Always,
    /// In opening periods.
    Business(Box<BusinessHours>),
}

/// Weekly opening periods in a time zone.
#[derive(Clone, Debug)]
pub struct BusinessHours {
    zone: TimeZone,
    /// Periods by day from Monday, each day sorted.
    week: [Vec<Period>; 7],
    holidays: BTreeSet<Date>,
}

impl BusinessHours {
    /// Hours of a week from Monday in an IANA time zone; on holidays it is closed all day.
    ///
    /// # Errors
    /// An unknown zone, overlapping periods, or a week without any.
    pub fn new(zone: &str, mut week: [Vec<Period>; 7], holidays: BTreeSet<Date>) -> Result<Self, CalendarError> {
        let zone = TimeZone::get(zone).map_err(|_| CalendarError::UnknownZone(zone.to_owned()))?;
        for periods in &mut week {
            periods.sort_unstable();
            if periods.windows(2).any(|pair| matches!(pair, [first, second] if second.open < first.close)) {
                return Err(CalendarError::Overlap);
            }
        }
        if week.iter().all(Vec::is_empty) {
            return Err(CalendarError::NeverOpen);
        }
        Ok(Self { zone, week, holidays })
    }

    /// Monday to Friday from 9 to 17 o'clock UTC.
    pub fn office_hours() -> Self {
        let day = || vec![Period { open: 9 * 60, close: 17 * 60 }];
        let week = [day(), day(), day(), day(), day(), Vec::new(), Vec::new()];
        Self { zone: TimeZone::UTC, week, holidays: BTreeSet::new() }
    }

    /// The IANA name of the time zone.
    pub fn zone(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// The periods by day from Monday.
    pub fn week(&self) -> &[Vec<Period>; 7] {
        &self.week
    }

    /// The days on which it is closed, as ISO 8601 dates.
    pub fn holidays(&self) -> impl Iterator<Item = String> + '_ {
        self.holidays.iter().map(ToString::to_string)
    }

    /// The days of ISO 8601 dates; `None`: one of them is none.
    pub fn dates<'t>(texts: impl IntoIterator<Item = &'t str>) -> Option<BTreeSet<Date>> {
        texts.into_iter().map(|text| text.parse().ok()).collect()
    }

    fn periods(&self, date: Date) -> &[Period] {
        let day = usize::try_from(date.weekday().to_monday_zero_offset()).unwrap_or(0);
        if self.holidays.contains(&date) { &[] } else { self.week.get(day).map_or(&[], Vec::as_slice) }
    }

    /// The instant of a local minute of a day. In a gap of daylight saving time it is moved past the gap, in a fold
    /// the first of the two is taken (RFC 5545, 3.3.5).
    fn instant(&self, date: Date, minute: u16) -> Option<Timestamp> {
        let (date, minute) = if minute >= DAY_MINUTES { (date.tomorrow().ok()?, 0) } else { (date, minute) };
        let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
        let zoned = date.at(hour, minute, 0, 0).to_zoned(self.zone.clone()).ok()?;
        Some(Timestamp(zoned.timestamp().as_microsecond()))
    }

    fn local_date(&self, at: Timestamp) -> Option<Date> {
        let instant = jiff::Timestamp::from_microsecond(at.0).ok()?;
        Some(Zoned::new(instant, self.zone.clone()).date())
    }

    /// The open stretches from `start` on, as instants.
    fn stretches(&self, start: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> + '_ {
        let first = self.local_date(start);
        (0..HORIZON_DAYS)
            .filter_map(move |offset| first?.checked_add(i64::from(offset).days()).ok())
            .flat_map(move |date| self.periods(date).iter().map(move |period| (date, *period)))
            .filter_map(move |(date, period)| {
                Some((self.instant(date, period.open)?.max(start), self.instant(date, period.close)?))
            })
            .filter(|(open, close)| open < close)
    }
}

impl Calendar {
    /// The time at which `target` of open time has passed since `start`. Beyond ten years it is the last moment looked
    /// at.
    pub fn add(&self, start: Timestamp, target: Duration) -> Timestamp {
        let hours = match self {
            Self::Always => return start + target,
            Self::Business(hours) => hours,
        };
        let mut left = target;
        let mut last = start;
        for (open, close) in hours.stretches(start) {
            let length = close.since(open);
            if left <= length {
                return open + left;
            }
            left -= length;
            last = close;
        }
        last
    }

    /// Open time between two instants.
    pub fn open_between(&self, start: Timestamp, end: Timestamp) -> Duration {
        match self {
            Self::Always => end.since(start),
            Self::Business(hours) => hours
                .stretches(start)
                .take_while(|(open, _)| *open < end)
                .map(|(open, close)| close.min(end).since(open))
                .sum(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    type Clock = (u16, u16);

    fn week(periods: &[(Clock, Clock)]) -> [Vec<Period>; 7] {
        let day: Vec<_> = periods.iter().map(|(open, close)| Period::new(*open, *close).unwrap()).collect();
        let mut week = std::array::from_fn(|_| day.clone());
        week[5] = Vec::new();
        week[6] = Vec::new();
        week
    }

    fn office(zone: &str, holidays: &[&str]) -> Calendar {
        let holidays = holidays.iter().map(|day| day.parse().unwrap()).collect();
        let lunch_break = week(&[((13, 0), (17, 0)), ((9, 0), (12, 0))]);
        Calendar::Business(Box::new(BusinessHours::new(zone, lunch_break, holidays).unwrap()))
    }

    #[track_caller]
    fn check(calendar: &Calendar, start: &str, minutes: u64, expected: &str) {
        let target = Duration::from_secs(minutes * 60);
        assert_eq!(calendar.add(at(start), target), at(expected), "{start} + {minutes} min");
        assert_eq!(calendar.open_between(at(start), at(expected)), target, "{start} to {expected}");
    }

    #[test]
    fn open_time_skips_nights_lunch_weekends_and_holidays() {
        let berlin = office("Europe/Berlin", &["2026-12-25"]);
        check(&berlin, "2026-11-23T08:00:00Z", 60, "2026-11-23T09:00:00Z");
        check(&berlin, "2026-11-23T10:30:00Z", 60, "2026-11-23T12:30:00Z");
        check(&berlin, "2026-11-23T15:30:00Z", 60, "2026-11-24T08:30:00Z");
        check(&berlin, "2026-11-27T15:30:00Z", 60, "2026-11-30T08:30:00Z");
        check(&berlin, "2026-11-28T10:00:00Z", 60, "2026-11-30T09:00:00Z");
        check(&berlin, "2026-12-24T15:30:00Z", 60, "2026-12-28T08:30:00Z");
    }

    #[test]
    fn daylight_saving_moves_the_hours_with_the_wall_clock() {
        let new_york = office("America/New_York", &[]);
        check(&new_york, "2026-03-06T21:30:00Z", 60, "2026-03-09T13:30:00Z");
        check(&new_york, "2026-10-30T20:30:00Z", 60, "2026-11-02T14:30:00Z");
        let sydney = office("Australia/Sydney", &[]);
        check(&sydney, "2026-10-02T06:30:00Z", 60, "2026-10-04T22:30:00Z");
    }

    #[test]
    fn a_night_shift_loses_the_hour_that_does_not_exist() {
        let night: [Vec<Period>; 7] = std::array::from_fn(|_| vec![Period::new((0, 0), (24, 0)).unwrap()]);
        let night = Calendar::Business(Box::new(BusinessHours::new("Europe/Berlin", night, BTreeSet::new()).unwrap()));
        check(&night, "2026-03-28T23:00:00Z", 23 * 60, "2026-03-29T22:00:00Z");
        check(&night, "2026-10-24T22:00:00Z", 25 * 60, "2026-10-25T23:00:00Z");
    }

    #[test]
    fn round_the_clock_is_plain_addition() {
        check(&Calendar::Always, "2026-11-28T10:00:00Z", 60, "2026-11-28T11:00:00Z");
    }

    #[test]
    fn what_cannot_be_a_calendar_is_refused() {
        let error = |zone: &str, week| BusinessHours::new(zone, week, BTreeSet::new()).unwrap_err();
        assert_eq!(
            error("Europe/Nowhere", week(&[((9, 0), (17, 0))])),
            CalendarError::UnknownZone("Europe/Nowhere".into())
        );
        assert_eq!(error("UTC", Default::default()), CalendarError::NeverOpen);
        assert_eq!(error("UTC", week(&[((9, 0), (12, 0)), ((11, 0), (13, 0))])), CalendarError::Overlap);
        assert_eq!(Period::new((12, 0), (12, 0)), None);
        assert_eq!(Period::new((12, 0), (24, 1)), None);
    }
}
