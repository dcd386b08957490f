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
#[path = "clock_tests.rs"]
mod tests;
