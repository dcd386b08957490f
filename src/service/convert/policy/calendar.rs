//! Calendars on the wire.

use crate::{
    calendar::{BusinessHours, Calendar, Period},
    service::{convert::scalar::wire_int, limits, pb},
};

/// A calendar; `None`: it is none.
pub(super) fn calendar(wanted: pb::WorkCalendar) -> Option<Calendar> {
    let pb::WorkCalendar { always, time_zone, periods, holidays } = wanted;
    if always {
        let alone = time_zone.is_empty() && periods.is_empty() && holidays.is_empty();
        return alone.then_some(Calendar::Always);
    }
    if holidays.len() > limits::POLICY_HOLIDAYS_MAX || periods.len() > 7 * limits::POLICY_PERIODS_MAX {
        return None;
    }
    let mut week: [Vec<Period>; 7] = Default::default();
    for pb::OpenPeriod { iso_weekday, open, close } in periods {
        let day = usize::try_from(iso_weekday).ok()?.checked_sub(1)?;
        week.get_mut(day)?.push(Period::new(clock(&open)?, clock(&close)?)?);
    }
    let holidays = BusinessHours::dates(holidays.iter().map(String::as_str))?;
    Some(Calendar::Business(Box::new(BusinessHours::new(&time_zone, week, holidays).ok()?)))
}

/// Hours and minutes of `HH:MM`.
fn clock(text: &str) -> Option<(u16, u16)> {
    let (hours, minutes) = text.split_once(':')?;
    let number =
        |text: &str| (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok());
    Some((number(hours)??, number(minutes)??))
}

/// The same on the wire.
pub(super) fn wire(calendar: &Calendar) -> pb::WorkCalendar {
    let Calendar::Business(hours) = calendar else {
        return pb::WorkCalendar { always: true, ..pb::WorkCalendar::default() };
    };
    let text = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let days = hours.week().iter().enumerate().flat_map(|(day, periods)| periods.iter().map(move |one| (day + 1, one)));
    let period = |(day, period): (usize, &Period)| {
        let (open, close) = period.minutes();
        pb::OpenPeriod { iso_weekday: wire_int(day), open: text(open), close: text(close) }
    };
    pb::WorkCalendar {
        always: false,
        time_zone: hours.zone().to_owned(),
        periods: days.map(period).collect(),
        holidays: hours.holidays().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn berlin(periods: &[(i32, &str, &str)], holidays: &[&str]) -> pb::WorkCalendar {
        let period = |(day, open, close): &(i32, &str, &str)| pb::OpenPeriod {
            iso_weekday: *day,
            open: (*open).to_owned(),
            close: (*close).to_owned(),
        };
        pb::WorkCalendar {
            always: false,
            time_zone: "Europe/Berlin".to_owned(),
            periods: periods.iter().map(period).collect(),
            holidays: holidays.iter().map(|&day| day.to_owned()).collect(),
        }
    }

    #[track_caller]
    fn check(wanted: &pb::WorkCalendar, good: bool) {
        let read = calendar(wanted.clone());
        assert_eq!(read.is_some(), good);
        if let Some(read) = read {
            assert!(wire(&read) == *wanted, "it leads back");
        }
    }

    #[test]
    fn calendars_lead_back() {
        check(&pb::WorkCalendar { always: true, ..Default::default() }, true);
        check(&berlin(&[(1, "09:00", "12:00"), (1, "13:30", "24:00"), (7, "00:00", "01:00")], &["2026-12-25"]), true);
    }

    #[test]
    fn what_is_no_calendar_is_refused() {
        check(&pb::WorkCalendar { always: true, time_zone: "UTC".into(), ..Default::default() }, false);
        check(&berlin(&[], &[]), false);
        for (day, open, close) in [
            (0, "09:00", "17:00"),
            (8, "09:00", "17:00"),
            (1, "9:00", "17:00"),
            (1, "17:00", "09:00"),
            (1, "09:00", "24:01"),
            (1, "09:60", "17:00"),
            (1, "+9:00", "17:00"),
            (1, "", "17:00"),
        ] {
            check(&berlin(&[(day, open, close)], &[]), false);
        }
        check(&berlin(&[(1, "09:00", "12:00"), (1, "11:00", "13:00")], &[]), false);
        check(&berlin(&[(1, "09:00", "12:00")], &["25.12.2026"]), false);
        check(&pb::WorkCalendar { time_zone: "Europe/Nowhere".into(), ..berlin(&[(1, "09:00", "12:00")], &[]) }, false);
    }
}
