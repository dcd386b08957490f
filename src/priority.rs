//! Priority: what the evidence and the stated facts say of urgency, as factors that add up to a value, and the level
//! that value lies in. Reads no text and no clock: the evidence of the sentiment holds all that was said.

use std::iter;

use crate::{
    assessment::{AssessmentInput, Factor, Importance, Level, Priority, Sentiment, Signal, Tier},
    lexicon::{CUES, Cue, Group},
};

/// Greatest value.
pub const VALUE_MAX: i32 = 10_000;

/// What a cue adds to the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CueWeight {
    /// The cue.
    pub cue: Cue,
    /// Points for the first time it is found; may be negative.
    pub first: i32,
    /// Points for each further time, up to [`PriorityRules::repeats_max`].
    pub further: i32,
}

/// Weights and bands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriorityRules {
    /// Where every value starts.
    pub base_points: i32,
    /// Points by cue.
    pub cues: Vec<CueWeight>,
    /// How many further findings of a cue count.
    pub repeats_max: i32,
    /// Points for each 1,000 of sentiment score above zero.
    pub negativity_points: i32,
    /// Most points for negativity.
    pub negativity_points_max: i32,
    /// Points for each minute on hold or waited before the contact.
    pub hold_minute_points: i32,
    /// Most points for hold and wait together.
    pub hold_points_max: i32,
    /// Points for each earlier day of contact in the same case.
    pub repeat_day_points: i32,
    /// How many earlier days count.
    pub repeat_days_max: i32,
    /// Points for [`Tier::Premium`].
    pub premium_points: i32,
    /// Points for [`Tier::Vip`].
    pub vip_points: i32,
    /// Points for a mail marked important; the same is taken from one marked unimportant.
    pub importance_points: i32,
    /// Points for an emergency.
    pub emergency_points: i32,
    /// Least value of [`Level::Normal`], [`Level::High`] and [`Level::Urgent`].
    pub bands: [i32; 3],
}

const fn cue(cue: Cue, first: i32, further: i32) -> CueWeight {
    CueWeight { cue, first, further }
}

/// Points by cue as shipped.
const CUE_WEIGHTS: [CueWeight; 30] = [
    cue(Cue::Urgency, 1500, 300),
    cue(Cue::Deadline, 900, 200),
    cue(Cue::Scope, 1200, 300),
    cue(Cue::Harm, 1600, 300),
    cue(Cue::Safety, 1600, 300),
    cue(Cue::Fraud, 1500, 300),
    cue(Cue::Outage, 1500, 300),
    cue(Cue::DataLoss, 1300, 300),
    cue(Cue::BlockedAccess, 1100, 200),
    cue(Cue::NotWorking, 1000, 250),
    cue(Cue::Cannot, 900, 250),
    cue(Cue::Legal, 1000, 200),
    cue(Cue::Regulator, 900, 200),
    cue(Cue::MediaThreat, 500, 100),
    cue(Cue::Escalation, 700, 200),
    cue(Cue::NoReply, 700, 200),
    cue(Cue::RepeatContact, 700, 200),
    cue(Cue::Waiting, 500, 150),
    cue(Cue::Duration, 200, 100),
    cue(Cue::Delay, 500, 150),
    cue(Cue::Cancelled, 500, 150),
    cue(Cue::Lost, 600, 150),
    cue(Cue::Damaged, 500, 150),
    cue(Cue::WrongItem, 400, 100),
    cue(Cue::Refund, 400, 100),
    cue(Cue::Overcharge, 600, 150),
    cue(Cue::Churn, 400, 100),
    cue(Cue::Question, -300, -100),
    cue(Cue::Request, -400, -100),
    cue(Cue::Minor, -600, -200),
];

impl Default for PriorityRules {
    fn default() -> Self {
        Self {
            base_points: 2000,
            cues: CUE_WEIGHTS.to_vec(),
            repeats_max: 3,
            negativity_points: 150,
            negativity_points_max: 500,
            hold_minute_points: 20,
            hold_points_max: 1000,
            repeat_day_points: 300,
            repeat_days_max: 4,
            premium_points: 400,
            vip_points: 800,
            importance_points: 500,
            emergency_points: 6000,
            bands: [1500, 4000, 6500],
        }
    }
}

impl PriorityRules {
    /// Gives a cue another weight.
    pub fn set(&mut self, weight: CueWeight) {
        match self.cues.iter_mut().find(|row| row.cue == weight.cue) {
            Some(row) => *row = weight,
            None => self.cues.push(weight),
        }
    }
}

/// Words for factors that are no cues.
mod name {
    use super::Signal;

    pub(super) const BASE: Signal = "base";
    pub(super) const NEGATIVITY: Signal = "negativity";
    pub(super) const HOLD_TIME: Signal = "hold_time";
    pub(super) const REPEAT_DAYS: Signal = "repeat_days";
    pub(super) const TIER: Signal = "tier";
    pub(super) const IMPORTANCE: Signal = "importance";
    pub(super) const AUTOMATIC: Signal = "automatic_mail";
    pub(super) const UNCOVERED: Signal = "uncovered_language";
}

/// Room for as many factors as most inputs have.
const FACTORS: usize = 8;

/// The priority of a conversation: the factors, clamped to 0..=10000, and the level of that value.
pub fn prioritise(rules: &PriorityRules, input: &AssessmentInput, sentiment: &Sentiment) -> Priority {
    let emergency = emergency(sentiment).filter(|_| !input.automatic);
    let base = Factor { signal: name::BASE, points: rules.base_points };
    let found = cue_factors(rules, sentiment).chain(stated_factors(rules, input, sentiment));
    let all = iter::once(base).chain(found);
    let all = all.chain(emergency.map(|signal| Factor { signal, points: rules.emergency_points }));
    let mut factors = Vec::with_capacity(FACTORS);
    factors.extend(all.filter(|factor| factor.points != 0));
    bound(rules, input, sentiment, &mut factors);
    let value = sum(&factors).clamp(0, VALUE_MAX);
    let level = if emergency.is_some() { Level::Urgent } else { level(rules, value) };
    Priority { level, value: u16::try_from(value).unwrap_or(u16::MAX), emergency, factors }
}

fn emergency(sentiment: &Sentiment) -> Option<Signal> {
    let mut signals = sentiment.evidence.iter().map(|evidence| evidence.signal);
    let is_rule = |signal: &Signal| Cue::from_name(signal).is_some_and(|cue| cue.group() == Group::Emergency);
    signals.find(|signal| signal.starts_with("emergency_") && is_rule(signal))
}

fn cue_factors<'r>(rules: &'r PriorityRules, sentiment: &'r Sentiment) -> impl Iterator<Item = Factor> + 'r {
    let mut found = [0_i32; CUES.len()];
    for cue in sentiment.evidence.iter().filter_map(|evidence| Cue::from_name(evidence.signal)) {
        found.get_mut(cue as usize).into_iter().for_each(|count| *count += 1);
    }
    rules.cues.iter().filter_map(move |weight| {
        let found = found.get(weight.cue as usize).copied().filter(|found| *found > 0)?;
        let further = (found - 1).min(rules.repeats_max);
        Some(Factor { signal: weight.cue.name(), points: weight.first + further * weight.further })
    })
}

fn stated_factors(rules: &PriorityRules, input: &AssessmentInput, sentiment: &Sentiment) -> [Factor; 5] {
    let negativity = i64::from(sentiment.score_millis.max(0)) * i64::from(rules.negativity_points) / 1000;
    let minutes = (u64::from(input.hold_seconds) + u64::from(input.wait_seconds)) / 60;
    let hold = i64::try_from(minutes).unwrap_or(i64::MAX).saturating_mul(rules.hold_minute_points.into());
    let days = i32::from(input.repeat_contact_days).min(rules.repeat_days_max);
    let tier = match input.tier {
        Tier::Standard => 0,
        Tier::Premium => rules.premium_points,
        Tier::Vip => rules.vip_points,
    };
    let importance = match input.importance {
        Importance::Low => -rules.importance_points,
        Importance::Normal => 0,
        Importance::High => rules.importance_points,
    };
    [
        Factor { signal: name::NEGATIVITY, points: capped(negativity, rules.negativity_points_max) },
        Factor { signal: name::HOLD_TIME, points: capped(hold, rules.hold_points_max) },
        Factor { signal: name::REPEAT_DAYS, points: days * rules.repeat_day_points },
        Factor { signal: name::TIER, points: tier },
        Factor { signal: name::IMPORTANCE, points: importance },
    ]
}

/// Automatic mail never rises above the base; a language without lexicon never falls below NORMAL.
fn bound(rules: &PriorityRules, input: &AssessmentInput, sentiment: &Sentiment, factors: &mut Vec<Factor>) {
    let total = sum(factors);
    if input.automatic && total > rules.base_points {
        factors.push(Factor { signal: name::AUTOMATIC, points: rules.base_points - total });
    }
    let [normal, ..] = rules.bands;
    let total = sum(factors);
    if sentiment.language.is_none() && total < normal {
        factors.push(Factor { signal: name::UNCOVERED, points: normal - total });
    }
}

fn level(rules: &PriorityRules, value: i32) -> Level {
    let reached = rules.bands.iter().filter(|least| value >= **least).count();
    Level::ALL.get(reached).copied().unwrap_or(Level::Urgent)
}

fn sum(factors: &[Factor]) -> i32 {
    factors.iter().fold(0, |sum, factor| sum.saturating_add(factor.points))
}

fn capped(points: i64, max: i32) -> i32 {
    i32::try_from(points).unwrap_or(i32::MAX).min(max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        assessment::{Evidence, Label},
        conversation::Channel,
        text::{Language, Span},
    };

    #[track_caller]
    fn check(signals: &[Cue], score_millis: i32, expected: &[(&str, i32)], level: Level) {
        let evidence =
            signals.iter().map(|cue| Evidence { turn: 0, span: Span::new(0, 1), signal: cue.name(), millis: 0 });
        let language = Some(Language::English);
        let sentiment = Sentiment { label: Label::Neutral, score_millis, evidence: evidence.collect(), language };
        let input = AssessmentInput {
            channel: Channel::Query,
            language,
            turns: Vec::new(),
            hold_seconds: 0,
            wait_seconds: 0,
            tier: Tier::Standard,
            repeat_contact_days: 0,
            importance: Importance::Normal,
            automatic: false,
        };
        let priority = prioritise(&PriorityRules::default(), &input, &sentiment);
        let factors: Vec<_> = priority.factors.iter().map(|factor| (factor.signal, factor.points)).collect();
        assert_eq!((factors.as_slice(), priority.level), (expected, level));
    }

    #[test]
    fn signals_add_points_once_and_a_little_more_when_repeated() {
        check(&[], 0, &[("base", 2000)], Level::Normal);
        check(&[Cue::Urgency], 0, &[("base", 2000), ("urgency", 1500)], Level::Normal);
        check(&[Cue::Urgency, Cue::Urgency], 0, &[("base", 2000), ("urgency", 1800)], Level::Normal);
        check(&[Cue::Urgency, Cue::Scope], 0, &[("base", 2000), ("urgency", 1500), ("scope", 1200)], Level::High);
        check(&[Cue::Minor], 0, &[("base", 2000), ("minor", -600)], Level::Low);
    }

    #[test]
    fn negativity_is_a_small_term_and_no_emergency() {
        check(&[], 2000, &[("base", 2000), ("negativity", 300)], Level::Normal);
        check(&[], 90_000, &[("base", 2000), ("negativity", 500)], Level::Normal);
        check(&[], -2000, &[("base", 2000)], Level::Normal);
    }

    #[test]
    fn an_emergency_is_urgent() {
        let expected = [("base", 2000), ("emergency_fraud", 6000)];
        check(&[Cue::EmergencyFraud], 0, &expected, Level::Urgent);
    }
}
