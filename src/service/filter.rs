//! The filter of `ListCases`: a subset of AIP-160, comparisons joined by `AND`. A field may be bounded once from each
//! side; anything else is no filter, so that nothing is silently left out.

use super::limits;
use crate::{
    assessment::{Label, Level},
    conversation::Channel,
    store::{CaseFilter, CaseState},
    text::Language,
    time::Timestamp,
};

/// How a field is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    AtLeast,
    MoreThan,
    AtMost,
    LessThan,
}

use Comparison::{AtLeast, AtMost, Equal, LessThan, MoreThan};

/// The operators; a longer one stands before its prefix.
const OPERATORS: [(&str, Comparison); 5] =
    [(">=", AtLeast), ("<=", AtMost), ("=", Equal), (">", MoreThan), ("<", LessThan)];

/// The names of states, as on the wire.
const STATES: [(&str, CaseState); 5] = [
    ("OPEN", CaseState::Open),
    ("ACTIVE", CaseState::Active),
    ("PENDING", CaseState::Pending),
    ("RESOLVED", CaseState::Resolved),
    ("MERGED", CaseState::Merged),
];

/// The conditions of a filter. `None`: it is not of the documented form.
pub fn parse(filter: &str) -> Option<CaseFilter> {
    let mut conditions = CaseFilter::default();
    if filter.len() > limits::FILTER_BYTES_MAX {
        return None;
    }
    if filter.trim().is_empty() {
        return Some(conditions);
    }
    for term in filter.split(" AND ") {
        let (field, comparison, value) = split(term)?;
        condition(&mut conditions, field, comparison, value)?;
    }
    Some(conditions)
}

fn split(term: &str) -> Option<(&str, Comparison, &str)> {
    let at = term.find(['<', '>', '='])?;
    let (field, rest) = term.split_at_checked(at)?;
    let (comparison, value) =
        OPERATORS.iter().find_map(|(sign, comparison)| Some((*comparison, rest.strip_prefix(sign)?)))?;
    let value = value.trim();
    let value = value.strip_prefix('"').map_or(Some(value), |open| open.strip_suffix('"'))?;
    (!value.is_empty() && !value.contains('"')).then_some((field.trim(), comparison, value))
}

fn condition(conditions: &mut CaseFilter, field: &str, comparison: Comparison, value: &str) -> Option<()> {
    let equal = (comparison == Equal).then_some(value);
    match field {
        "state" => set(&mut conditions.state, named(&STATES, equal?)?),
        "queue" => set(&mut conditions.queue, equal?.to_owned()),
        "channel" => set(&mut conditions.channel, Channel::from_name(equal?)?),
        "label" => set(&mut conditions.label, label(equal?)?),
        "language_code" => set(&mut conditions.language, Language::from_tag(equal?)?),
        "level" => level(conditions, comparison, level_named(value)?),
        "create_time" => create_time(conditions, comparison, time(value)?),
        _ => None,
    }
}

/// Sets a condition that was not set before.
fn set<T>(condition: &mut Option<T>, value: T) -> Option<()> {
    condition.replace(value).is_none().then_some(())
}

fn named<T: Copy>(table: &[(&str, T)], name: &str) -> Option<T> {
    table.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
}

fn label(name: &str) -> Option<Label> {
    named(&[("NEUTRAL", Label::Neutral), ("NEGATIVE", Label::Negative)], name)
}

fn level_named(name: &str) -> Option<Level> {
    Level::ALL.into_iter().find(|level| level.name().to_ascii_uppercase() == name)
}

fn level(conditions: &mut CaseFilter, comparison: Comparison, level: Level) -> Option<()> {
    let place = Level::ALL.iter().position(|known| *known == level)?;
    match comparison {
        Equal => {
            set(&mut conditions.level_min, level)?;
            set(&mut conditions.level_max, level)
        }
        AtLeast => set(&mut conditions.level_min, level),
        AtMost => set(&mut conditions.level_max, level),
        MoreThan => set(&mut conditions.level_min, *Level::ALL.get(place + 1)?),
        LessThan => set(&mut conditions.level_max, *Level::ALL.get(place.checked_sub(1)?)?),
    }
}

fn create_time(conditions: &mut CaseFilter, comparison: Comparison, time: Timestamp) -> Option<()> {
    let next = Timestamp(time.0.checked_add(1)?);
    match comparison {
        Equal => None,
        AtLeast => set(&mut conditions.created_from, time),
        MoreThan => set(&mut conditions.created_from, next),
        LessThan => set(&mut conditions.created_before, time),
        AtMost => set(&mut conditions.created_before, next),
    }
}

/// An RFC 3339 timestamp.
fn time(value: &str) -> Option<Timestamp> {
    value.parse::<jiff::Timestamp>().ok().map(|time| Timestamp(time.as_microsecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(filter: &str, expected: CaseFilter) {
        assert_eq!(parse(filter), Some(expected), "{filter}");
    }

    #[track_caller]
    fn check_refused(filter: &str) {
        assert_eq!(parse(filter), None, "{filter}");
    }

    #[test]
    fn comparisons_are_joined_by_and() {
        let none = CaseFilter::default;
        check("", none());
        check("  ", none());
        check("state = OPEN", CaseFilter { state: Some(CaseState::Open), ..none() });
        check("state=PENDING", CaseFilter { state: Some(CaseState::Pending), ..none() });
        check("queue = \"billing-uk\"", CaseFilter { queue: Some("billing-uk".into()), ..none() });
        check("channel = email", CaseFilter { channel: Some(Channel::Email), ..none() });
        check("label = NEGATIVE", CaseFilter { label: Some(Label::Negative), ..none() });
        check("language_code = en-GB", CaseFilter { language: Some(Language::English), ..none() });
        check(
            "state = OPEN AND level >= HIGH",
            CaseFilter { state: Some(CaseState::Open), level_min: Some(Level::High), ..none() },
        );
    }

    #[test]
    fn levels_and_times_have_bounds() {
        let none = CaseFilter::default;
        let levels = |min, max| CaseFilter { level_min: min, level_max: max, ..none() };
        check("level = HIGH", levels(Some(Level::High), Some(Level::High)));
        check("level > NORMAL", levels(Some(Level::High), None));
        check("level < NORMAL", levels(None, Some(Level::Low)));
        check("level >= LOW AND level <= HIGH", levels(Some(Level::Low), Some(Level::High)));
        let times = |from, before| CaseFilter { created_from: from, created_before: before, ..none() };
        check("create_time >= \"1970-01-01T00:00:01Z\"", times(Some(Timestamp(1_000_000)), None));
        check("create_time > 1970-01-01T00:00:01Z", times(Some(Timestamp(1_000_001)), None));
        check("create_time < 1970-01-01T01:00:01+01:00", times(None, Some(Timestamp(1_000_000))));
        check("create_time <= 1970-01-01T00:00:01Z", times(None, Some(Timestamp(1_000_001))));
    }

    #[test]
    fn anything_else_is_no_filter() {
        for filter in [
            "open",
            "state",
            "state =",
            "state = open",
            "state = OPEN OR state = PENDING",
            "state = OPEN AND",
            "AND state = OPEN",
            "state = OPEN AND state = OPEN",
            "state != OPEN",
            "state > OPEN",
            "level > URGENT",
            "level < LOW",
            "level = HIGH AND level >= LOW",
            "create_time = 2026-01-01T00:00:00Z",
            "create_time > yesterday",
            "queue = \"a",
            "queue = a\"b",
            "subject = x",
            "state = OPEN; drop",
        ] {
            check_refused(filter);
        }
        check_refused(&format!("queue = {}", "a".repeat(limits::FILTER_BYTES_MAX)));
    }
}
