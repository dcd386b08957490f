//! The service-level clocks of a case: which targets run, since when and until when, how they stop while nobody waits for
//! the company, and what they came to. Values only: the times are given, the calendar is that of the level.

use std::time::Duration;

use crate::{calendar::Calendar, policy::Target, time::Timestamp};

/// A target that runs, or stands still with the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Running {
    /// Which.
    pub target: Target,
    /// When it began.
    pub start: Timestamp,
    /// When it is due; moved by every pause.
    pub due: Timestamp,
    /// Open time of its pauses so far.
    pub paused: Duration,
}

/// A target that came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ServiceTime {
    /// Which.
    pub target: Target,
    /// When it began.
    pub start: Timestamp,
    /// When it was due.
    pub due: Timestamp,
    /// When it ended.
    pub end: Timestamp,
    /// Open time it took, its pauses left out.
    pub open: Duration,
    /// Open time of its pauses.
    pub paused: Duration,
}

impl ServiceTime {
    /// Whether it was met.
    pub fn is_met(&self) -> bool {
        self.end <= self.due
    }

    /// Time it took round the clock, its pauses included.
    pub fn wall(&self) -> Duration {
        self.end.since(self.start)
    }
}

/// Why a due time became another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DueCause {
    /// The customer wrote again, more urgently.
    Contact,
    /// The clocks went on after a pause.
    Resumed,
    /// The case was scored anew or corrected, or its tier or the policy is another.
    Assessed,
    /// Another case was merged into this one.
    Merged,
}

impl DueCause {
    /// The lower-case name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Resumed => "resumed",
            Self::Assessed => "assessed",
            Self::Merged => "merged",
        }
    }
}

/// A due time that became another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueChange {
    /// Of which target.
    pub target: Target,
    /// Why.
    pub cause: DueCause,
    /// When.
    pub time: Timestamp,
    /// When it was due before.
    pub before: Timestamp,
    /// When it is due now.
    pub due: Timestamp,
}

/// The clocks of a case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clocks {
    /// First response or next reply, while one is owed.
    pub reply: Option<Running>,
    /// The resolution. A resolved case keeps it, so that it goes on should the case be opened again.
    pub resolution: Option<Running>,
    /// Somebody has answered: what is owed from now on is a next reply.
    pub answered: bool,
    /// Since when all of them stand still.
    pub stopped: Option<Timestamp>,
}

impl Clocks {
    /// The target that decides the place in the queue: the reply that is owed, else the resolution.
    pub fn leading(&self) -> Option<Running> {
        self.reply.or(self.resolution)
    }

    /// Which reply the next contact of the customer asks for.
    pub fn owed(&self) -> Target {
        let next = if self.answered { Target::NextReply } else { Target::FirstResponse };
        self.reply.map_or(next, |reply| reply.target)
    }

    /// The customer waits for an answer, from `now` until `reply_due`. Who waited already goes on waiting, and no longer
    /// than before; clocks that stood still go on first, by [`Clocks::go_on`].
    pub fn contact(&mut self, now: Timestamp, reply_due: Timestamp, resolution_due: Timestamp) -> Option<DueChange> {
        let begun = |target, due| Running { target, start: now, due, paused: Duration::ZERO };
        self.resolution.get_or_insert(begun(Target::Resolution, resolution_due));
        let target = self.owed();
        let Some(reply) = &mut self.reply else {
            self.reply = Some(begun(target, reply_due));
            return None;
        };
        let due = reply.due.min(reply_due);
        change(reply, due, DueCause::Contact, now)
    }

    /// Somebody has answered the customer.
    pub fn answer(&mut self, calendar: &Calendar, now: Timestamp) -> Option<ServiceTime> {
        self.answered = true;
        self.reply.take().map(|reply| ended(&reply, calendar, now))
    }

    /// Nobody waits for the company: the clocks stand still.
    pub fn stop(&mut self, now: Timestamp) {
        self.stopped.get_or_insert(now);
    }

    /// The clocks go on: every due time moves by the open time of the pause.
    pub fn go_on(&mut self, calendar: &Calendar, now: Timestamp) -> Vec<DueChange> {
        let Some(since) = self.stopped.take() else { return Vec::new() };
        let paused = calendar.open_between(since, now);
        if paused.is_zero() {
            return Vec::new();
        }
        let running = self.reply.iter_mut().chain(&mut self.resolution);
        let moved = running.filter_map(|running| {
            running.paused += paused;
            change(running, calendar.add(running.due, paused), DueCause::Resumed, now)
        });
        moved.collect()
    }

    /// The case is done: every target ends. Should it be opened again, the time until then is a pause of the resolution.
    pub fn resolve(&mut self, calendar: &Calendar, now: Timestamp) -> (Vec<DueChange>, Vec<ServiceTime>) {
        let moved = self.go_on(calendar, now);
        let reply = self.answer(calendar, now);
        let resolution = self.resolution.map(|resolution| ended(&resolution, calendar, now));
        self.stop(now);
        (moved, reply.into_iter().chain(resolution).collect())
    }

    /// Takes in the clocks of a case that was merged into this one: who waited longest counts, and so does the earlier due
    /// time.
    pub fn merge(&mut self, other: &Self, now: Timestamp) -> Vec<DueChange> {
        self.answered |= other.answered;
        let pairs = [(&mut self.reply, other.reply), (&mut self.resolution, other.resolution)];
        let joined = pairs.into_iter().filter_map(|(own, other)| match (own.as_mut(), other) {
            (_, None) => None,
            (None, Some(_)) => {
                *own = other;
                None
            }
            (Some(own), Some(other)) => {
                own.start = own.start.min(other.start);
                let due = own.due.min(other.due);
                change(own, due, DueCause::Merged, now)
            }
        });
        joined.collect()
    }
}

/// Gives a target another due time; `None`: it is the same.
pub fn change(running: &mut Running, due: Timestamp, cause: DueCause, time: Timestamp) -> Option<DueChange> {
    let before = std::mem::replace(&mut running.due, due);
    (before != due).then_some(DueChange { target: running.target, cause, time, before, due })
}

fn ended(running: &Running, calendar: &Calendar, end: Timestamp) -> ServiceTime {
    let Running { target, start, due, paused } = *running;
    let open = calendar.open_between(start, end).saturating_sub(paused);
    ServiceTime { target, start, due, end, open, paused }
}

/// Why a target is due when it is, in a fixed vocabulary: which target it is, and how long it stood still.
pub fn clock_reasons(target: Target, paused: Duration) -> Vec<String> {
    let mut reasons = vec![format!("target:{}", target.name())];
    if !paused.is_zero() {
        reasons.push(format!("paused:seconds={}", paused.as_secs()));
    }
    reasons
}

#[cfg(test)]
mod tests {
    // The clocks in tables: over daylight saving time in three zones, holidays, lunch breaks, days of three periods, pauses
    // and ends. The reply is promised within 240 open minutes, the resolution within 960.

    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::calendar::{BusinessHours, Period};

    const REPLY: Duration = Duration::from_hours(4);
    const RESOLUTION: Duration = Duration::from_hours(16);

    #[derive(Clone, Copy, Debug)]
    enum Act {
        Contact,
        Answer,
        Stop,
        GoOn,
        Resolve,
    }

    use Act::{Answer, Contact, GoOn, Resolve, Stop};
    use Target::{FirstResponse, NextReply, Resolution};

    /// Monday to Friday from 9 to 12 and from 13 to 17 o'clock, on Saturday three short periods.
    fn hours(zone: &str, holidays: &[&str]) -> Calendar {
        let periods = |periods: &[(u16, u16)]| -> Vec<Period> {
            periods.iter().map(|(open, close)| Period::new((*open, 0), (*close, 0)).unwrap()).collect()
        };
        let mut week: [Vec<Period>; 7] = std::array::from_fn(|_| periods(&[(9, 12), (13, 17)]));
        week[5] = periods(&[(8, 9), (11, 12), (20, 24)]);
        week[6] = Vec::new();
        let holidays: BTreeSet<_> = holidays.iter().map(|day| day.parse().unwrap()).collect();
        Calendar::Business(Box::new(BusinessHours::new(zone, week, holidays).unwrap()))
    }

    /// A local time, with the offset of its zone.
    fn at(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    /// Runs the clocks through acts at their times; gives them and what ended.
    fn run(calendar: &Calendar, acts: &[(Timestamp, Act)]) -> (Clocks, Vec<ServiceTime>) {
        let (mut clocks, mut ended) = (Clocks::default(), Vec::new());
        for (now, act) in acts.iter().copied() {
            match act {
                Contact => {
                    clocks.go_on(calendar, now);
                    clocks.contact(now, calendar.add(now, REPLY), calendar.add(now, RESOLUTION));
                }
                Answer => ended.extend(clocks.answer(calendar, now)),
                Stop => clocks.stop(now),
                GoOn => drop(clocks.go_on(calendar, now)),
                Resolve => ended.extend(clocks.resolve(calendar, now).1),
            }
        }
        (clocks, ended)
    }

    /// What ended: target, open minutes, open minutes of its pauses, whether it was met.
    type Ended = (Target, u64, u64, bool);

    /// Acts at local times, when the reply (or else the resolution) is due after them, and what ended.
    #[track_caller]
    fn check(calendar: &Calendar, acts: &[(&str, Act)], due: &str, expected: &[Ended]) {
        let acts: Vec<_> = acts.iter().map(|(time, act)| (at(time), *act)).collect();
        let (clocks, ended) = run(calendar, &acts);
        assert_eq!(clocks.leading().unwrap().due, at(due));
        let row = |one: &ServiceTime| (one.target, one.open.as_secs() / 60, one.paused.as_secs() / 60, one.is_met());
        assert_eq!(ended.iter().map(row).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn berlin_in_spring_with_a_lunch_break_and_three_periods_on_saturday() {
        let berlin = hours("Europe/Berlin", &[]);
        let friday = ("2026-03-27T15:00:00+01:00", Contact);
        // 120 minutes on Friday, 60 + 60 on Saturday morning: the day before the clocks are put forward.
        check(&berlin, &[friday], "2026-03-28T12:00:00+01:00", &[]);
        // Stopped for the last hour of Friday and for both periods of Saturday morning: 180 of Saturday evening's 240.
        let stop = ("2026-03-27T16:00:00+01:00", Stop);
        let paused = [friday, stop, ("2026-03-28T13:00:00+01:00", GoOn)];
        check(&berlin, &paused, "2026-03-28T23:00:00+01:00", &[]);
        // The pause goes on until Monday at 10, summer time: 60 + 120 + 240 + 60 minutes.
        let paused = [friday, stop, ("2026-03-30T10:00:00+02:00", GoOn)];
        check(&berlin, &paused, "2026-03-30T14:00:00+02:00", &[]);
        let [contact, stop, go_on] = paused;
        let answered = [contact, stop, go_on, ("2026-03-30T13:30:00+02:00", Answer)];
        check(&berlin, &answered, "2026-04-01T11:00:00+02:00", &[(FirstResponse, 210, 480, true)]);
    }

    #[test]
    fn new_york_in_autumn_with_a_holiday() {
        let new_york = hours("America/New_York", &["2026-10-31", "2026-11-02"]);
        let friday = ("2026-10-30T16:00:00-04:00", Contact);
        check(&new_york, &[friday], "2026-11-03T12:00:00-05:00", &[]);
        // A pause in which nobody works costs nobody anything.
        let idle = [friday, ("2026-10-31T10:00:00-04:00", Stop), ("2026-11-02T15:00:00-05:00", GoOn)];
        check(&new_york, &idle, "2026-11-03T12:00:00-05:00", &[]);
        let [contact, stop, go_on] = idle;
        let late = [contact, stop, go_on, ("2026-11-03T14:00:00-05:00", Resolve)];
        let expected = [(FirstResponse, 300, 0, false), (Resolution, 300, 0, true)];
        check(&new_york, &late, "2026-11-05T10:00:00-05:00", &expected);
    }

    #[test]
    fn sydney_in_its_spring_with_a_holiday_on_monday() {
        let sydney = hours("Australia/Sydney", &["2026-10-03", "2026-10-05"]);
        let friday = ("2026-10-02T16:30:00+10:00", Contact);
        check(&sydney, &[friday], "2026-10-06T13:30:00+11:00", &[]);
        let stop = ("2026-10-06T11:00:00+11:00", Stop);
        let paused = [friday, stop, ("2026-10-07T09:30:00+11:00", GoOn)];
        check(&sydney, &paused, "2026-10-07T11:00:00+11:00", &[]);
        let [contact, stop, go_on] = paused;
        let answered = [contact, stop, go_on, ("2026-10-07T11:00:00+11:00", Answer)];
        check(&sydney, &answered, "2026-10-08T17:00:00+11:00", &[(FirstResponse, 240, 330, true)]);
    }

    #[test]
    fn round_the_clock_pauses_add_up_and_a_minute_too_late_is_late() {
        let row = |end, met, open| {
            let acts = [
                ("2026-05-01T10:00:00Z", Contact),
                ("2026-05-01T11:00:00Z", Stop),
                ("2026-05-01T11:20:00Z", Stop),
                ("2026-05-01T12:30:00Z", GoOn),
                ("2026-05-01T12:40:00Z", GoOn),
                ("2026-05-01T13:00:00Z", Stop),
                ("2026-05-01T13:15:00Z", GoOn),
                (end, Answer),
            ];
            check(&Calendar::Always, &acts, "2026-05-02T03:45:00Z", &[(FirstResponse, open, 105, met)]);
        };
        row("2026-05-01T15:45:00Z", true, 240);
        row("2026-05-01T15:46:00Z", false, 241);
    }

    #[test]
    fn who_writes_again_is_owed_a_next_reply_and_who_waits_goes_on_waiting() {
        let always = Calendar::Always;
        let first = ("2026-05-01T10:00:00Z", Contact);
        check(&always, &[first, ("2026-05-01T11:00:00Z", Contact)], "2026-05-01T14:00:00Z", &[]);
        let answered = ("2026-05-01T12:00:00Z", Answer);
        let again = [first, answered, ("2026-05-01T12:00:00Z", Stop), ("2026-05-02T12:00:00Z", Contact)];
        check(&always, &again, "2026-05-02T16:00:00Z", &[(FirstResponse, 120, 0, true)]);
        let [one, two, three, four] = again;
        let done = [one, two, three, four, ("2026-05-02T17:00:00Z", Resolve), ("2026-05-03T17:00:00Z", GoOn)];
        let expected = [(FirstResponse, 120, 0, true), (NextReply, 300, 0, false), (Resolution, 420, 24 * 60, true)];
        check(&always, &done, "2026-05-04T02:00:00Z", &expected);
    }

    #[test]
    fn a_merge_takes_the_older_start_and_the_earlier_due_time() {
        let of = |start: &str| run(&Calendar::Always, &[(at(start), Contact)]).0;
        let (mut young, old) = (of("2026-05-01T10:00:00Z"), of("2026-05-01T09:00:00Z"));
        let mut older = old;
        assert_eq!(older.merge(&young, at("2026-05-01T11:00:00Z")), []);
        assert_eq!(older, old);
        let changes = young.merge(&old, at("2026-05-01T11:00:00Z"));
        assert_eq!(young, old);
        let causes: Vec<_> =
            changes.iter().map(|change| (change.target, change.cause, change.due < change.before)).collect();
        assert_eq!(causes, [FirstResponse, Resolution].map(|target| (target, DueCause::Merged, true)));
        let mut none = Clocks::default();
        none.merge(&old, at("2026-05-01T11:00:00Z"));
        assert_eq!(none, old);
    }

    #[test]
    fn reasons_name_the_target_and_its_pause() {
        assert_eq!(clock_reasons(NextReply, Duration::ZERO), ["target:next_reply"]);
        assert_eq!(
            clock_reasons(Resolution, Duration::from_millis(90_500)),
            ["target:resolution", "paused:seconds=90"]
        );
    }

    proptest! {
        /// Whatever the pauses: between start and due time lie the promised open time and the open time of the pauses.
        #[test]
        fn a_pause_moves_the_due_time_by_its_open_time(
            start in 0i64..365 * 24 * 60,
            steps in prop::collection::vec((1i64..5_000, 1i64..5_000), 0..6),
            zone in prop::sample::select(vec!["Europe/Berlin", "America/New_York", "Australia/Sydney", "Asia/Kathmandu"]),
        ) {
            let calendar = hours(zone, &["2026-12-25", "2026-05-01"]);
            let minute = |minutes: i64| Timestamp(at("2026-01-01T00:00:00Z").0 + minutes * 60_000_000);
            let (mut now, mut acts) = (start, vec![(minute(start), Contact)]);
            for (run, pause) in steps {
                acts.push((minute(now + run), Stop));
                now += run + pause;
                acts.push((minute(now), GoOn));
            }
            let reply = run(&calendar, &acts).0.reply.unwrap();
            prop_assert_eq!(calendar.open_between(reply.start, reply.due), REPLY + reply.paused);
            let ended = run(&calendar, &[acts, vec![(reply.due.max(minute(now)), Answer)]].concat()).1;
            prop_assert_eq!(ended[0].open + ended[0].paused, calendar.open_between(ended[0].start, ended[0].end));
            prop_assert!(ended[0].open >= REPLY || ended[0].end < reply.due);
        }
    }
}
