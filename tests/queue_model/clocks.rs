//! Cases as the definition sees them: their state, what speaks for them, and clocks that run round the clock.

use std::time::Duration;

use triaged::{
    assessment::Level,
    calendar::Calendar,
    policy::Policy,
    queue::{Lane, lane},
    store::CaseState,
    time::Timestamp,
};

/// Minutes of a next reply and of a resolution, by level from LOW to URGENT.
const NEXT_REPLY: [u32; 4] = [40, 30, 20, 10];
const RESOLUTION: [u32; 4] = [400, 300, 200, 100];

/// The policy with these targets.
pub(crate) fn policy() -> Policy {
    let mut policy = Policy::default();
    let targets = &mut policy.targets;
    targets.next_reply_minutes.iter_mut().for_each(|row| row.1 = NEXT_REPLY);
    targets.resolution_minutes.iter_mut().for_each(|row| row.1 = RESOLUTION);
    (targets.urgent, targets.other) = (Calendar::Always, Calendar::Always);
    policy
}

/// When a target began and when it is due.
pub(crate) type Running = (Timestamp, Timestamp);

/// A case.
#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) ticket: &'static str,
    pub(crate) queue: usize,
    pub(crate) state: CaseState,
    pub(crate) level: Level,
    pub(crate) value: u16,
    pub(crate) emergency: bool,
    /// Fence of its latest lease.
    pub(crate) epoch: u64,
    pub(crate) reply: Option<Running>,
    pub(crate) resolution: Option<Running>,
    pub(crate) answered: bool,
    /// The reply that is owed is a next one.
    pub(crate) owes_next: bool,
    pub(crate) stopped: Option<Timestamp>,
}

/// What a customer brings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Voice {
    pub(crate) level: Level,
    pub(crate) value: u16,
    pub(crate) emergency: bool,
    pub(crate) target: Duration,
}

impl Case {
    pub(crate) fn new(ticket: &'static str, queue: usize, voice: Voice) -> Self {
        let Voice { level, value, emergency, .. } = voice;
        Self {
            ticket,
            queue,
            state: CaseState::Resolved,
            level,
            value,
            emergency,
            epoch: 0,
            reply: None,
            resolution: None,
            answered: false,
            owes_next: false,
            stopped: None,
        }
    }

    pub(crate) fn lane(&self) -> Lane {
        lane(self.emergency, self.level)
    }

    /// What decides the place of its item.
    pub(crate) fn leading(&self) -> Running {
        self.reply.or(self.resolution).unwrap()
    }

    /// A customer waits from now on, unless they waited already.
    pub(crate) fn contact(&mut self, voice: Voice, now: Timestamp) {
        let waits = self.state == CaseState::Open;
        self.level = if waits { self.level.max(voice.level) } else { voice.level };
        self.value = if waits { self.value.max(voice.value) } else { voice.value };
        self.emergency = voice.emergency || (waits && self.emergency);
        self.state = CaseState::Open;
        self.go_on(now);
        let minutes = |table: [u32; 4]| Duration::from_secs(u64::from(table[self.level as usize]) * 60);
        if self.reply.is_none() {
            self.owes_next = self.answered;
        }
        let due = now + if self.owes_next { minutes(NEXT_REPLY) } else { voice.target };
        self.resolution.get_or_insert((now, now + minutes(RESOLUTION)));
        let reply = self.reply.get_or_insert((now, due));
        reply.1 = reply.1.min(due);
    }

    /// The clocks go on: what was due is due later by the pause.
    pub(crate) fn go_on(&mut self, now: Timestamp) {
        if let Some(since) = self.stopped.take() {
            for running in self.reply.iter_mut().chain(&mut self.resolution) {
                running.1 = running.1 + now.since(since);
            }
        }
    }

    /// The case takes a state in which nobody waits.
    pub(crate) fn rest(&mut self, state: CaseState, answered: bool, now: Timestamp) {
        self.state = state;
        if state == CaseState::Resolved {
            self.go_on(now);
        }
        if answered || state == CaseState::Resolved {
            (self.reply, self.answered) = (None, true);
        }
        self.stopped.get_or_insert(now);
    }

    /// Takes in what another case says and owes.
    pub(crate) fn merge(&mut self, mut other: Self, now: Timestamp) {
        let both = self.state == CaseState::Open;
        if other.state == CaseState::Open {
            self.level = if both { self.level.max(other.level) } else { other.level };
            self.value = if both { self.value.max(other.value) } else { other.value };
            self.emergency = other.emergency || (both && self.emergency);
        }
        if other.state != CaseState::Resolved {
            self.go_on(now);
            other.go_on(now);
            self.answered |= other.answered;
            self.owes_next = if self.reply.is_some() { self.owes_next } else { other.owes_next };
            for (own, other) in [(&mut self.reply, other.reply), (&mut self.resolution, other.resolution)] {
                *own = match (*own, other) {
                    (Some(own), Some(other)) => Some((own.0.min(other.0), own.1.min(other.1))),
                    (own, other) => own.or(other),
                };
            }
        }
        let states = [self.state, other.state];
        let first = |state: &CaseState| states.contains(state);
        self.state = [CaseState::Open, CaseState::Pending].into_iter().find(first).unwrap_or(CaseState::Resolved);
        if self.state != CaseState::Open {
            self.stopped.get_or_insert(now);
        }
    }
}
