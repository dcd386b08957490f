//! Where a case stands by an assessment and by what a person said of it. A correction stands beside the machine's
//! assessment and wins; it never makes an emergency, and one below URGENT ends it.

use crate::assessment::{Assessment, Label, Level};

/// What a person says an assessment should have been. At least one of the two is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Correction {
    /// The label, where it was wrong.
    pub label: Option<Label>,
    /// The level, where it was wrong.
    pub level: Option<Level>,
}

/// What counts for the order of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The label.
    pub label: Label,
    /// The level.
    pub level: Level,
    /// The value, within the band of the level.
    pub value: u16,
    /// It stands in the emergency lane.
    pub emergency: bool,
}

impl Standing {
    /// Where an assessment stands, given the least values of NORMAL, HIGH and URGENT.
    pub fn new(bands: [i32; 3], assessment: &Assessment, correction: Option<Correction>) -> Self {
        let correction = correction.unwrap_or_default();
        let priority = &assessment.priority;
        let level = correction.level.unwrap_or(priority.level);
        Self {
            label: correction.label.unwrap_or(assessment.sentiment.label),
            level,
            value: if level == priority.level { priority.value } else { within(bands, level, priority.value) },
            emergency: priority.emergency.is_some() && level == Level::Urgent,
        }
    }
}

/// The value of the band of `level` that is nearest to `value`.
fn within(bands: [i32; 3], level: Level, value: u16) -> u16 {
    let [normal, high, urgent] = bands;
    let (least, most) = match level {
        Level::Low => (0, normal - 1),
        Level::Normal => (normal, high - 1),
        Level::High => (high, urgent - 1),
        Level::Urgent => (urgent, crate::priority::VALUE_MAX),
    };
    let least = least.max(0);
    u16::try_from(i32::from(value).clamp(least, most.max(least))).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assessment::{Priority, Sentiment};

    #[track_caller]
    fn check(machine: (Level, u16, bool), level: Option<Level>, expected: (Level, u16, bool)) {
        let sentiment = Sentiment { label: Label::Neutral, score_millis: 0, evidence: Vec::new(), language: None };
        let (own, value, emergency) = machine;
        let emergency = emergency.then_some("emergency_fraud");
        let priority = Priority { level: own, value, emergency, factors: Vec::new() };
        let assessment = Assessment { sentiment, priority, lexicon_revision: String::new(), policy_revision: 1 };
        let correction = level.map(|level| Correction { label: Some(Label::Negative), level: Some(level) });
        let standing = Standing::new([1500, 4000, 6500], &assessment, correction);
        assert_eq!((standing.level, standing.value, standing.emergency), expected);
        assert_eq!(standing.label == Label::Negative, level.is_some());
    }

    #[test]
    fn a_correction_moves_the_value_into_the_band_of_its_level() {
        check((Level::Normal, 2000, false), None, (Level::Normal, 2000, false));
        check((Level::Normal, 2000, false), Some(Level::Normal), (Level::Normal, 2000, false));
        check((Level::Normal, 2000, false), Some(Level::High), (Level::High, 4000, false));
        check((Level::Normal, 2000, false), Some(Level::Urgent), (Level::Urgent, 6500, false));
        check((Level::High, 5000, false), Some(Level::Low), (Level::Low, 1499, false));
        check((Level::High, 5000, false), Some(Level::Normal), (Level::Normal, 3999, false));
    }

    #[test]
    fn a_correction_ends_an_emergency_and_never_makes_one() {
        check((Level::Urgent, 8000, true), None, (Level::Urgent, 8000, true));
        check((Level::Urgent, 8000, true), Some(Level::Urgent), (Level::Urgent, 8000, true));
        check((Level::Urgent, 8000, true), Some(Level::High), (Level::High, 6499, false));
        check((Level::Low, 100, false), Some(Level::Urgent), (Level::Urgent, 6500, false));
    }
}
