//! Which item is next: the lane an item stands in, the key that sorts a lane, and how the lanes of one queue or of
//! several share the leases. Values only.

use crate::{assessment::Level, id::CaseId, time::Timestamp};

/// The lane an item stands in, the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// An emergency rule held.
    Emergency,
    /// Its level is URGENT, or somebody moved it forward.
    Express,
    /// Everything else.
    Regular,
}

impl Lane {
    /// Every lane, the most urgent first.
    pub const ALL: [Self; 3] = [Self::Emergency, Self::Express, Self::Regular];
}

/// The lane of an assessment.
pub fn lane(emergency: bool, level: Level) -> Lane {
    match level {
        _ if emergency => Lane::Emergency,
        Level::Urgent => Lane::Express,
        Level::High | Level::Normal | Level::Low => Lane::Regular,
    }
}

/// Of four consecutive leases at most three come from the emergency lane of a queue while others wait.
pub const STREAK_MAX: u8 = 3;

/// Of four consecutive leases that are no emergencies at most three come from the express lane of a queue while regular
/// items wait.
pub const EXPRESS_STREAK_MAX: u8 = 3;

/// How many leases in a row a queue has given from its emergency lane, and from its express lane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct LaneStreak {
    /// From the emergency lane.
    pub emergency: u8,
    /// From the express lane, emergencies between them not counted.
    pub express: u8,
}

impl LaneStreak {
    /// Both counts in one number.
    pub fn code(self) -> u8 {
        self.emergency.min(STREAK_MAX) | (self.express.min(EXPRESS_STREAK_MAX) << 2)
    }

    /// The counts in a number.
    pub fn from_code(code: u8) -> Self {
        Self { emergency: code & 3, express: (code >> 2) & 3 }
    }

    /// The counts after a lease from `lane`.
    fn after(self, lane: Lane) -> Self {
        match lane {
            Lane::Emergency => Self { emergency: (self.emergency + 1).min(STREAK_MAX), ..self },
            Lane::Express => Self { emergency: 0, express: (self.express + 1).min(EXPRESS_STREAK_MAX) },
            Lane::Regular => Self::default(),
        }
    }
}

/// What a queue offers a worker: the lanes that hold an item for it, in the order of [`Lane::ALL`], and the streak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueHead {
    /// The lanes that hold an item.
    pub waits: [bool; 3],
    /// Leases in a row.
    pub streak: LaneStreak,
}

impl QueueHead {
    fn has(&self, lane: Lane) -> bool {
        let [emergency, express, regular] = self.waits;
        match lane {
            Lane::Emergency => emergency,
            Lane::Express => express,
            Lane::Regular => regular,
        }
    }

    /// Whether the lane has had its share while something less urgent waits.
    fn owes(&self, lane: Lane) -> bool {
        match lane {
            Lane::Emergency => self.streak.emergency >= STREAK_MAX,
            Lane::Express => self.streak.express >= EXPRESS_STREAK_MAX,
            Lane::Regular => false,
        }
    }
}

/// The queue and the lane that a worker's next lease comes from, given its queues in order of preference; their streaks
/// are moved on. `None`: nothing waits.
///
/// An emergency in any of the queues comes before an express item in any, and that before a regular one; within a lane
/// the preferred queue comes first. A lane that has had its share in a queue gives one lease to what is less urgent, in
/// any of the queues: so no emergency waits behind a backlog of another queue, and no flood of them starves the rest.
pub fn choose(queues: &mut [QueueHead]) -> Option<(usize, Lane)> {
    for lane in Lane::ALL {
        let Some(at) = queues.iter().position(|queue| queue.has(lane)) else { continue };
        let lesser = |queue: &QueueHead| Lane::ALL.into_iter().any(|other| other > lane && queue.has(other));
        let others_wait = queues.iter().any(lesser);
        let Some(queue) = queues.get_mut(at) else { continue };
        if others_wait && queue.owes(lane) {
            match lane {
                Lane::Emergency => queue.streak.emergency = 0,
                Lane::Express | Lane::Regular => queue.streak.express = 0,
            }
            continue;
        }
        queue.streak = queue.streak.after(lane);
        return Some((at, lane));
    }
    None
}

/// The lane the next lease of one queue comes from, and the streak afterwards. `None`: all lanes are empty.
pub fn next_lane(streak: LaneStreak, waits: [bool; 3]) -> Option<(Lane, LaneStreak)> {
    let mut queue = [QueueHead { waits, streak }];
    let (_, lane) = choose(&mut queue)?;
    let [QueueHead { streak, .. }] = queue;
    Some((lane, streak))
}

/// The key that sorts a lane, smallest first: due time, then value descending, then enter time, then id. It is static:
/// items age without being sorted again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrderKey {
    /// When it should be answered.
    pub due_time: Timestamp,
    /// 10000 minus the priority value.
    pub value_descending: u16,
    /// When it entered.
    pub enter_time: Timestamp,
    /// The case.
    pub case: CaseId,
}

impl OrderKey {
    /// The key of an item with these properties.
    pub fn new(due_time: Timestamp, value: u16, enter_time: Timestamp, case: CaseId) -> Self {
        Self { due_time, value_descending: 10_000u16.saturating_sub(value), enter_time, case }
    }
}

/// Why an item stands where it stands, in a fixed vocabulary.
pub fn order_reasons(lane: Lane, level: Level, tier: &str, channel: &str, overdue: bool) -> Vec<String> {
    let lane = match lane {
        Lane::Emergency => "lane:emergency",
        Lane::Express => "lane:express",
        Lane::Regular => "lane:regular",
    };
    let mut reasons = vec![lane.to_owned(), format!("due:level={},tier={tier},channel={channel}", level.name())];
    if overdue {
        reasons.push("overdue".to_owned());
    }
    reasons
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{
        Lane::{Emergency as E, Express as X, Regular as R},
        *,
    };

    fn key(due: i64, value: u16, enter: i64, id: u128) -> OrderKey {
        OrderKey::new(Timestamp(due), value, Timestamp(enter), CaseId(Uuid::from_u128(id)))
    }

    #[test]
    fn due_time_then_value_then_age_then_id() {
        let sorted = [key(1, 0, 9, 9), key(2, 900, 5, 5), key(2, 100, 1, 7), key(2, 100, 2, 1), key(2, 100, 2, 2)];
        let mut shuffled = sorted;
        shuffled.reverse();
        shuffled.sort();
        assert_eq!(shuffled, sorted);
    }

    #[track_caller]
    fn check(waits: [bool; 3], expected: &[Lane]) {
        let mut streak = LaneStreak::default();
        for (turn, expected) in expected.iter().enumerate() {
            let (lane, next) = next_lane(streak, waits).unwrap();
            assert_eq!(lane, *expected, "lease {turn} of {waits:?}");
            assert_eq!(LaneStreak::from_code(next.code()), next);
            streak = next;
        }
    }

    #[test]
    fn every_fourth_lease_goes_to_the_lesser_lanes_while_they_wait() {
        check([true, false, true], &[E, E, E, R, E, E, E, R]);
        check([false, true, true], &[X, X, X, R, X, X, X, R]);
        check([true, true, false], &[E, E, E, X, E, E, E, X]);
        check([true, true, true], &[E, E, E, X, E, E, E, X, E, E, E, X, E, E, E, R, E, E, E, X]);
    }

    #[test]
    fn an_empty_lane_gives_way() {
        check([true, false, false], &[E; 9]);
        check([false, true, false], &[X; 9]);
        check([false, false, true], &[R; 9]);
        assert_eq!(next_lane(LaneStreak::default(), [false; 3]), None);
    }

    #[test]
    fn an_emergency_in_any_queue_comes_before_the_backlog_of_the_preferred_one() {
        let preferred = QueueHead { waits: [false, false, true], ..QueueHead::default() };
        let other = QueueHead { waits: [true, false, true], ..QueueHead::default() };
        let mut queues = [preferred, other];
        let order: Vec<_> = (0..8).map(|_| choose(&mut queues).unwrap()).collect();
        assert_eq!(order, [(1, E), (1, E), (1, E), (0, R), (1, E), (1, E), (1, E), (0, R)]);
        let mut queues = [preferred, QueueHead { waits: [false, true, false], ..QueueHead::default() }];
        assert_eq!(choose(&mut queues), Some((1, X)));
        assert_eq!(choose(&mut [preferred, preferred]), Some((0, R)));
        assert_eq!(choose(&mut []), None);
    }

    #[test]
    fn only_rules_make_emergencies() {
        assert_eq!(lane(true, Level::Low), E);
        assert_eq!(lane(false, Level::Urgent), X);
        assert_eq!(lane(false, Level::High), R);
    }
}
