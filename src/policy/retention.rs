//! How long what is stored is kept. Text goes first, then the facts, then what was noted of acts; a legal hold stops it.

use std::{ops::RangeInclusive, time::Duration};

use crate::time::Timestamp;

/// Days that texts may be kept after their case was resolved.
pub const TEXT_DAYS: RangeInclusive<u32> = 1..=395;
/// Days that the facts of an interaction may be kept after it took place.
pub const FACTS_DAYS: RangeInclusive<u32> = 30..=1_830;
/// Days that audit events may be kept.
pub const AUDIT_DAYS: RangeInclusive<u32> = 180..=3_650;

/// How long a period counts still after a revision made it shorter: time for somebody else to see it and to undo it.
pub const LINGERS: Duration = Duration::from_hours(72);

/// Periods of an earlier revision that count still, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Former {
    /// The periods.
    pub retention: Retention,
    /// When they cease to count.
    pub until: Timestamp,
}

/// Periods of retention, in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Texts, from the resolution of their case.
    pub text_days: u32,
    /// Everything else of an interaction, from when it took place; its text goes then at the latest.
    pub facts_days: u32,
    /// Audit events, from the act.
    pub audit_days: u32,
}

impl Default for Retention {
    /// 90 days, 13 months and 24 months.
    fn default() -> Self {
        Self { text_days: 90, facts_days: 396, audit_days: 730 }
    }
}

fn days(days: u32) -> Duration {
    Duration::from_hours(24 * u64::from(days))
}

impl Retention {
    /// What counts then: of each period the longest, of these and of those that count still.
    pub fn counting(self, former: &[Former], now: Timestamp) -> Self {
        let still = former.iter().filter(|one| one.until > now);
        still.fold(self, |counting, one| counting.longest(one.retention))
    }

    /// From when on these alone count, where something longer does until then.
    pub fn effect_time(self, former: &[Former], now: Timestamp) -> Option<Timestamp> {
        let longer = |one: &&Former| one.until > now && self.longest(one.retention) != self;
        former.iter().filter(longer).map(|one| one.until).max()
    }

    fn longest(self, other: Self) -> Self {
        Self {
            text_days: self.text_days.max(other.text_days),
            facts_days: self.facts_days.max(other.facts_days),
            audit_days: self.audit_days.max(other.audit_days),
        }
    }

    /// When the text of a case that was resolved then goes.
    pub fn text_end(&self, resolved: Timestamp) -> Timestamp {
        resolved + days(self.text_days)
    }

    /// When an interaction that took place then goes.
    pub fn facts_end(&self, occurred: Timestamp) -> Timestamp {
        occurred + days(self.facts_days)
    }

    /// When an audit event of then goes.
    pub fn audit_end(&self, noted: Timestamp) -> Timestamp {
        noted + days(self.audit_days)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_periods_are_within_their_ranges_and_text_goes_first() {
        let shipped = Retention::default();
        assert!(TEXT_DAYS.contains(&shipped.text_days));
        assert!(FACTS_DAYS.contains(&shipped.facts_days));
        assert!(AUDIT_DAYS.contains(&shipped.audit_days));
        assert!(shipped.text_days < shipped.facts_days && shipped.facts_days < shipped.audit_days);
        assert_eq!(shipped.text_end(Timestamp(0)), Timestamp(90 * 86_400_000_000));
    }

    const fn of(text_days: u32, facts_days: u32, audit_days: u32) -> Retention {
        Retention { text_days, facts_days, audit_days }
    }

    /// What counts at an hour, and from which hour on the policy alone does, of a policy (50, 500, 500).
    #[track_caller]
    fn check(former: &[(Retention, u64)], hour: u64, expected: (Retention, Option<u64>)) {
        let at = |hour| Timestamp(0) + Duration::from_hours(hour);
        let former: Vec<_> =
            former.iter().map(|(retention, hour)| Former { retention: *retention, until: at(*hour) }).collect();
        let (policy, now) = (of(50, 500, 500), at(hour));
        let found = (policy.counting(&former, now), policy.effect_time(&former, now));
        assert_eq!(found, (expected.0, expected.1.map(at)));
    }

    #[test]
    fn what_was_longer_counts_until_its_time_is_over() {
        let policy = of(50, 500, 500);
        check(&[], 0, (policy, None));
        check(&[(of(90, 400, 400), 72)], 0, (of(90, 500, 500), Some(72)));
        check(&[(of(90, 400, 400), 72)], 71, (of(90, 500, 500), Some(72)));
        check(&[(of(90, 400, 400), 72)], 72, (policy, None));
        check(&[(of(1, 30, 180), 72)], 0, (policy, None));
        check(&[(of(50, 500, 501), 72), (of(51, 30, 180), 60)], 0, (of(51, 500, 501), Some(72)));
        check(&[(of(50, 500, 501), 72), (of(51, 30, 180), 60)], 60, (of(50, 500, 501), Some(72)));
        check(&[(of(50, 500, 500), 72), (of(51, 30, 180), 60)], 0, (of(51, 500, 500), Some(60)));
    }
}
