//! Thresholds, points and bands of a policy on the wire.

use std::ops::RangeInclusive;

use crate::{
    lexicon::Cue,
    priority::{CueWeight, PriorityRules, VALUE_MAX},
    sentiment::SentimentRules,
    service::{
        path::{Path, Violations},
        pb,
        status::Reason,
    },
};

/// Range of points.
const POINTS: RangeInclusive<i32> = -VALUE_MAX..=VALUE_MAX;

/// Reads the numbers of one message.
struct Numbers<'v, 'p> {
    path: &'p Path<'p>,
    violations: &'v mut Violations,
}

impl Numbers<'_, '_> {
    /// A number within its range; unset: as shipped.
    fn within(&mut self, name: &'static str, range: RangeInclusive<i32>, given: Option<i32>, shipped: i32) -> i32 {
        let value = given.unwrap_or(shipped);
        self.violations.check(range.contains(&value), &self.path.field(name), Reason::FieldOutOfRange);
        value
    }

    fn points(&mut self, name: &'static str, given: Option<i32>, shipped: i32) -> i32 {
        self.within(name, POINTS, given, shipped)
    }
}

/// The numbers of the sentiment score.
pub(super) fn sentiment(wanted: pb::SentimentPolicy, path: &Path<'_>, violations: &mut Violations) -> SentimentRules {
    let pb::SentimentPolicy { negative_threshold_millis, turn_step_millis, turn_steps_max } = wanted;
    let shipped = SentimentRules::default();
    let mut read = Numbers { path, violations };
    let threshold = shipped.negative_threshold_millis;
    SentimentRules {
        negative_threshold_millis: read.within(
            "negative_threshold_millis",
            -4_000..=40_000,
            negative_threshold_millis,
            threshold,
        ),
        turn_step: read.within("turn_step_millis", 0..=1_000, turn_step_millis, shipped.turn_step),
        turn_steps_max: read.within("turn_steps_max", 0..=100, turn_steps_max, shipped.turn_steps_max),
        ..shipped
    }
}

/// The same on the wire.
pub(super) fn wire_sentiment(rules: &SentimentRules) -> pb::SentimentPolicy {
    pb::SentimentPolicy {
        negative_threshold_millis: Some(rules.negative_threshold_millis),
        turn_step_millis: Some(rules.turn_step),
        turn_steps_max: Some(rules.turn_steps_max),
    }
}

/// Points and bands.
pub(super) fn priority(wanted: pb::PriorityPolicy, path: &Path<'_>, violations: &mut Violations) -> PriorityRules {
    let pb::PriorityPolicy {
        normal_value_min,
        high_value_min,
        urgent_value_min,
        base_points,
        repeats_max,
        negativity_points,
        negativity_points_max,
        hold_minute_points,
        hold_points_max,
        repeat_day_points,
        repeat_days_max,
        premium_points,
        vip_points,
        importance_points,
        emergency_points,
        signal_weights,
    } = wanted;
    let shipped = PriorityRules::default();
    let bands = bands([normal_value_min, high_value_min, urgent_value_min], shipped.bands, path, violations);
    let mut read = Numbers { path, violations };
    let (repeats, days) = (shipped.repeats_max, shipped.repeat_days_max);
    let (negativity, hold) = (shipped.negativity_points_max, shipped.hold_points_max);
    let mut rules = PriorityRules {
        bands,
        base_points: read.points("base_points", base_points, shipped.base_points),
        repeats_max: read.within("repeats_max", 0..=100, repeats_max, repeats),
        negativity_points: read.points("negativity_points", negativity_points, shipped.negativity_points),
        negativity_points_max: read.points("negativity_points_max", negativity_points_max, negativity),
        hold_minute_points: read.points("hold_minute_points", hold_minute_points, shipped.hold_minute_points),
        hold_points_max: read.points("hold_points_max", hold_points_max, hold),
        repeat_day_points: read.points("repeat_day_points", repeat_day_points, shipped.repeat_day_points),
        repeat_days_max: read.within("repeat_days_max", 0..=30, repeat_days_max, days),
        premium_points: read.points("premium_points", premium_points, shipped.premium_points),
        vip_points: read.points("vip_points", vip_points, shipped.vip_points),
        importance_points: read.points("importance_points", importance_points, shipped.importance_points),
        emergency_points: read.points("emergency_points", emergency_points, shipped.emergency_points),
        ..shipped
    };
    let list = path.field("signal_weights");
    for (index, weight) in signal_weights.into_iter().enumerate() {
        if let Some(weight) = signal_weight(weight, &list.at(index), violations) {
            rules.set(weight);
        }
    }
    rules
}

fn signal_weight(wanted: pb::SignalWeight, path: &Path<'_>, violations: &mut Violations) -> Option<CueWeight> {
    let pb::SignalWeight { signal, first_points, further_points } = wanted;
    let cue = Cue::from_name(&signal);
    violations.check(cue.is_some(), &path.field("signal"), Reason::FieldUnknownValue);
    let mut read = Numbers { path, violations };
    let first = read.points("first_points", Some(first_points), 0);
    let further = read.points("further_points", Some(further_points), 0);
    Some(CueWeight { cue: cue?, first, further })
}

/// Bands that rise.
fn bands(given: [Option<i32>; 3], shipped: [i32; 3], path: &Path<'_>, violations: &mut Violations) -> [i32; 3] {
    const NAMES: [&str; 3] = ["normal_value_min", "high_value_min", "urgent_value_min"];
    let [normal, high, urgent] = given;
    let [shipped_normal, shipped_high, shipped_urgent] = shipped;
    let bands = [normal.unwrap_or(shipped_normal), high.unwrap_or(shipped_high), urgent.unwrap_or(shipped_urgent)];
    let mut least = 1;
    for (value, name) in bands.iter().zip(NAMES) {
        violations.check((least..=VALUE_MAX).contains(value), &path.field(name), Reason::InvalidBands);
        least = value.saturating_add(1);
    }
    bands
}

/// The same on the wire.
pub(super) fn wire_priority(rules: &PriorityRules) -> pb::PriorityPolicy {
    let [normal, high, urgent] = rules.bands;
    let weight = |row: &CueWeight| pb::SignalWeight {
        signal: row.cue.name().to_owned(),
        first_points: row.first,
        further_points: row.further,
    };
    pb::PriorityPolicy {
        normal_value_min: Some(normal),
        high_value_min: Some(high),
        urgent_value_min: Some(urgent),
        base_points: Some(rules.base_points),
        repeats_max: Some(rules.repeats_max),
        negativity_points: Some(rules.negativity_points),
        negativity_points_max: Some(rules.negativity_points_max),
        hold_minute_points: Some(rules.hold_minute_points),
        hold_points_max: Some(rules.hold_points_max),
        repeat_day_points: Some(rules.repeat_day_points),
        repeat_days_max: Some(rules.repeat_days_max),
        premium_points: Some(rules.premium_points),
        vip_points: Some(rules.vip_points),
        importance_points: Some(rules.importance_points),
        emergency_points: Some(rules.emergency_points),
        signal_weights: rules.cues.iter().map(weight).collect(),
    }
}
