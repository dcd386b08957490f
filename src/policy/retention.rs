//! How long what is stored is kept. Text goes first, then the facts, then what was noted of acts; a legal hold stops it.

use std::{ops::RangeInclusive, time::Duration};

use crate::time::Timestamp;

/// Days that texts may be kept after their case was resolved.
pub const TEXT_DAYS: RangeInclusive<u32> = 1..=395;
/// Days that the facts of an interaction may be kept after it took place.
pub const FACTS_DAYS: RangeInclusive<u32> = 30..=1_830;
/// Days that audit events may be kept.
pub const AUDIT_DAYS: RangeInclusive<u32> = 180..=3_650;

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
}
