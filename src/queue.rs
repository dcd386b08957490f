//! The order of the work queue, as values: lanes, the key that sorts a lane, the share of the emergency lane, and the
//! state of an item. Knows nothing of storage or of the wire; a store carries it out, a simulation may too.

use crate::{assessment::Level, id::CaseId, time::Timestamp};

/// The lane an item stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// An emergency rule held.
    Emergency,
    /// Everything else.
    Regular,
}

/// What may be done with an item now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemState {
    /// It may be leased.
    Ready,
    /// Somebody works on it.
    Leased,
    /// It was given back and may be leased later.
    Delayed,
    /// It was leased too often without an end; a person must look.
    Parked,
}

/// Of four consecutive leases at most three come from the emergency lane while regular items wait.
pub const EMERGENCY_STREAK_MAX: u8 = 3;

/// How often an item may be leased before it is parked.
pub const ATTEMPTS_MAX: u32 = 10;

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

/// The lane the next lease comes from, given how many emergency leases were handed out in a row, and the count
/// afterwards. `None`: both lanes are empty.
pub fn next_lane(streak: u8, emergency_waits: bool, regular_waits: bool) -> Option<(Lane, u8)> {
    match (emergency_waits, regular_waits) {
        (true, true) if streak >= EMERGENCY_STREAK_MAX => Some((Lane::Regular, 0)),
        (true, _) => Some((Lane::Emergency, streak.saturating_add(1).min(EMERGENCY_STREAK_MAX))),
        (false, true) => Some((Lane::Regular, 0)),
        (false, false) => None,
    }
}

/// The lane of an assessment.
pub fn lane(emergency: bool) -> Lane {
    if emergency { Lane::Emergency } else { Lane::Regular }
}

/// Why an item stands where it stands, in a fixed vocabulary.
pub fn order_reasons(lane: Lane, level: Level, tier: &str, channel: &str, overdue: bool) -> Vec<String> {
    let lane = match lane {
        Lane::Emergency => "lane:emergency",
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
        Lane::{Emergency as E, Regular as R},
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

    #[test]
    fn every_fourth_lease_is_regular_while_both_lanes_wait() {
        let mut streak = 0;
        let mut lanes = Vec::new();
        for _ in 0..8 {
            let (lane, next) = next_lane(streak, true, true).unwrap();
            streak = next;
            lanes.push(lane);
        }
        assert_eq!(lanes, [E, E, E, R, E, E, E, R]);
    }

    #[test]
    fn an_empty_lane_gives_way() {
        assert_eq!(next_lane(3, true, false), Some((Lane::Emergency, 3)));
        assert_eq!(next_lane(0, false, true), Some((Lane::Regular, 0)));
        assert_eq!(next_lane(2, false, false), None);
    }
}
