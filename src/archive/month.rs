//! Months of the source's own times, for statistics by month. Knows nothing of clocks.

use std::fmt;

use jiff::{Timestamp, civil, tz::TimeZone};
use serde::{Deserialize, Serialize};

/// Numbers of at least this many are milliseconds since 1970, smaller ones seconds.
const MILLISECONDS_MIN: i64 = 100_000_000_000;

/// A month of the calendar: months since January of the year 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Month(u32);

impl Month {
    /// The month of a time, in UTC.
    pub fn of(time: Timestamp) -> Option<Self> {
        let date = TimeZone::UTC.to_datetime(time);
        let (year, month) = (u32::try_from(date.year()).ok()?, u32::try_from(date.month()).ok()?);
        Some(Self(year * 12 + month - 1))
    }
}

impl fmt::Display for Month {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}", self.0 / 12, self.0 % 12 + 1)
    }
}

/// A time as exports write it: RFC 3339, a date with or without a time of day (taken as UTC), or seconds or
/// milliseconds since 1970.
pub(super) fn instant(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(number) = text.parse::<i64>() {
        let large = number.checked_abs()? >= MILLISECONDS_MIN;
        return if large { Timestamp::from_millisecond(number) } else { Timestamp::from_second(number) }.ok();
    }
    let zoned = text.strip_suffix(" UTC").unwrap_or(text);
    let local =
        || zoned.parse::<civil::DateTime>().ok().or_else(|| Some(zoned.parse::<civil::Date>().ok()?.at(0, 0, 0, 0)));
    zoned.parse().ok().or_else(|| TimeZone::UTC.to_timestamp(local()?).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        assert_eq!(instant(text).and_then(Month::of).map(|month| month.to_string()).as_deref(), expected, "{text}");
    }

    #[test]
    fn the_notations_of_exports() {
        check("2026-11-22T01:23:45Z", Some("2026-11"));
        check("2026-12-01T00:30:00+02:00", Some("2026-11"));
        check("2026-01-31 23:59:59", Some("2026-01"));
        check("2026-01-31 23:59:59 UTC", Some("2026-01"));
        check("2026-02-03", Some("2026-02"));
        check("1700000000", Some("2023-11"));
        check("1700000000000", Some("2023-11"));
    }

    #[test]
    fn what_is_no_time_has_no_month() {
        for text in ["", "yesterday", "2026-13-01", "9223372036854775807", "-9223372036854775808", "-99999999999"] {
            check(text, None);
        }
    }
}
