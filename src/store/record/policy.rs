//! The record of a policy: what a tenant decided, in numbers and texts. What a policy leaves to the program is not
//! stored.

use serde::{Deserialize, Serialize};

use super::{
    RecordError,
    code::{self, Code},
    decode, decode_as, encode, encode_as,
};
use crate::{
    calendar::{BusinessHours, Calendar, Period},
    lexicon::{Cue, released},
    policy::{LexiconLayer, Minutes, Policy, Retention, ServiceTargets, WorkRules},
    priority::{CueWeight, PriorityRules},
    redact::{ExtraPattern, KeepRules},
    sentiment::SentimentRules,
    text::Language,
};

/// Number of the records that hold all three targets, the bounds of those who work the queue and the periods of retention.
const COMPLETE: u8 = 2;

/// Number of the records that say which shipped lexicon the policy scores with as well.
const PINNED: u8 = 3;

/// A record of version 3: that of version 2, and the revision of the lexicon.
type PinnedRow = (CompleteRow, String);

/// A record of version 2: the policy as before; how many bumps and how many leases; open minutes until each further reply
/// and until the resolution; days that text, facts and audit events are kept.
type CompleteRow = (PolicyRow, (u32, u32), MinutesRow, MinutesRow, (u32, u32, u32));

/// Open minutes by channel and level.
type MinutesRow = Vec<(u8, [u32; 4])>;

/// The bytes of a policy, made to decide or for the shadow.
pub(crate) fn encode_policy(policy: &Policy, shadow: bool) -> Result<Vec<u8>, RecordError> {
    let WorkRules { bumps_per_day_max, leases_max } = policy.work;
    let ServiceTargets { next_reply_minutes, resolution_minutes, .. } = &policy.targets;
    let (next_reply, resolution) = (minutes(next_reply_minutes), minutes(resolution_minutes));
    let Retention { text_days, facts_days, audit_days } = policy.retention;
    let kept = (text_days, facts_days, audit_days);
    let row: CompleteRow =
        (PolicyRow::new(policy, shadow), (bumps_per_day_max, leases_max), next_reply, resolution, kept);
    let row: PinnedRow = (row, policy.lexicon_revision.clone());
    encode_as(PINNED, &row)
}

/// The bytes that stand for the shipped policy, which is the first one of a tenant: the lexicon it scores with.
pub(crate) fn encode_shipped(policy: &Policy) -> Result<Vec<u8>, RecordError> {
    encode(&policy.lexicon_revision)
}

/// The shipped policy of a tenant with these bytes; without, where the tenant is older than they are, it scores with the
/// lexicon of the release before policies named one.
pub(crate) fn decode_shipped(bytes: Option<&[u8]>) -> Result<Policy, RecordError> {
    let lexicon_revision = bytes.map(decode).transpose()?.unwrap_or_else(|| released::UNNAMED.to_owned());
    Ok(Policy { lexicon_revision, ..Policy::default() })
}

/// The policy in these bytes, and whether it was made for the shadow. What a record of version 1 does not hold has its
/// shipped value; a record of version 1 or 2 names no lexicon.
pub(crate) fn decode_policy(bytes: &[u8], revision: u32) -> Result<(Policy, bool), RecordError> {
    if let Ok((row, lexicon_revision)) = decode_as::<PinnedRow>(PINNED, bytes) {
        let (policy, shadow) = complete(row, revision)?;
        return Ok((Policy { lexicon_revision, ..policy }, shadow));
    }
    if let Ok(row) = decode_as::<CompleteRow>(COMPLETE, bytes) {
        return complete(row, revision);
    }
    decode::<PolicyRow>(bytes)?.into_policy(revision)
}

fn complete(row: CompleteRow, revision: u32) -> Result<(Policy, bool), RecordError> {
    let (row, (bumps_per_day_max, leases_max), next_reply, resolution, (text_days, facts_days, audit_days)) = row;
    let (mut policy, shadow) = row.into_policy(revision)?;
    policy.work = WorkRules { bumps_per_day_max, leases_max };
    policy.retention = Retention { text_days, facts_days, audit_days };
    place(&mut policy.targets.next_reply_minutes, next_reply)?;
    place(&mut policy.targets.resolution_minutes, resolution)?;
    Ok((policy, shadow))
}

fn minutes(minutes: &Minutes) -> MinutesRow {
    minutes.iter().map(|(channel, minutes)| (channel.code(), *minutes)).collect()
}

/// A policy but for its revision, which stands beside it and in the place it is sealed for.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct PolicyRow {
    /// It was made to run beside the live one, and never decided.
    shadow: bool,
    threshold: i32,
    turn_step: i32,
    turn_steps_max: i32,
    priority: PriorityRow,
    minutes: MinutesRow,
    tier_percent: Vec<(u8, u32)>,
    urgent: CalendarRow,
    other: CalendarRow,
    attributes: Vec<String>,
    kept_kinds: Vec<u8>,
    allow: Vec<String>,
    extra: Vec<(u8, String)>,
    phone_regions: Vec<String>,
    lexicon: Vec<(String, String)>,
    care: Option<u8>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct PriorityRow {
    base: i32,
    cues: Vec<(String, i32, i32)>,
    repeats_max: i32,
    negativity: (i32, i32),
    hold: (i32, i32),
    repeat_days: (i32, i32),
    premium: i32,
    vip: i32,
    importance: i32,
    emergency: i32,
    bands: [i32; 3],
}

/// `None`: round the clock. Otherwise zone, periods of the week from Monday in minutes, and holidays.
type CalendarRow = Option<(String, Vec<Vec<(u16, u16)>>, Vec<String>)>;

impl PolicyRow {
    /// The record of a policy, made to decide or for the shadow.
    fn new(policy: &Policy, shadow: bool) -> Self {
        let Policy {
            revision: _,
            sentiment,
            priority,
            targets,
            attribute_allow_list,
            keep,
            lexicon_revision: _,
            lexicon,
            care,
            work: _,
            retention: _,
        } = policy;
        let ServiceTargets {
            minutes: first,
            tier_percent,
            urgent,
            other,
            next_reply_minutes: _,
            resolution_minutes: _,
        } = targets;
        let KeepRules { kinds, allow, extra, phone_regions } = keep;
        Self {
            shadow,
            threshold: sentiment.negative_threshold_millis,
            turn_step: sentiment.turn_step,
            turn_steps_max: sentiment.turn_steps_max,
            priority: PriorityRow::new(priority),
            minutes: minutes(first),
            tier_percent: tier_percent.iter().map(|(tier, percent)| (tier.code(), *percent)).collect(),
            urgent: calendar_row(urgent),
            other: calendar_row(other),
            attributes: attribute_allow_list.iter().cloned().collect(),
            kept_kinds: kinds.iter().map(|kind| code::kind_code(*kind)).collect(),
            allow: allow.clone(),
            phone_regions: phone_regions.clone(),
            extra: extra.iter().map(|rule| (code::kind_code(rule.kind), rule.pattern.clone())).collect(),
            lexicon: lexicon.iter().map(|layer| (layer.language.code().to_owned(), layer.rows.clone())).collect(),
            care: care.map(Code::code),
        }
    }

    /// The policy of the record, and whether it was made for the shadow.
    fn into_policy(self, revision: u32) -> Result<(Policy, bool), RecordError> {
        let sentiment = SentimentRules {
            negative_threshold_millis: self.threshold,
            turn_step: self.turn_step,
            turn_steps_max: self.turn_steps_max,
            ..SentimentRules::default()
        };
        let mut targets = ServiceTargets {
            urgent: calendar(self.urgent)?,
            other: calendar(self.other)?,
            ..ServiceTargets::default()
        };
        place(&mut targets.minutes, self.minutes)?;
        place(&mut targets.tier_percent, self.tier_percent)?;
        let extra = |(kind, pattern)| Ok(ExtraPattern { kind: code::kind(kind)?, pattern });
        let keep = KeepRules {
            kinds: self.kept_kinds.into_iter().map(code::kind).collect::<Result<_, _>>()?,
            allow: self.allow,
            extra: self.extra.into_iter().map(extra).collect::<Result<_, _>>()?,
            phone_regions: self.phone_regions,
        };
        let layer = |(language, rows): (String, String)| {
            Ok(LexiconLayer { language: Language::from_tag(&language).ok_or(RecordError)?, rows })
        };
        let shadow = self.shadow;
        let policy = Policy {
            revision,
            sentiment,
            priority: self.priority.into_rules(),
            targets,
            attribute_allow_list: self.attributes.into_iter().collect(),
            keep,
            lexicon_revision: released::UNNAMED.to_owned(),
            lexicon: self.lexicon.into_iter().map(layer).collect::<Result<_, _>>()?,
            care: self.care.map(Code::from_code).transpose()?,
            work: WorkRules::default(),
            retention: Retention::default(),
        };
        Ok((policy, shadow))
    }
}

/// Puts stored values in the place of the shipped ones.
fn place<C: Code, V>(rows: &mut [(C, V)], stored: Vec<(u8, V)>) -> Result<(), RecordError> {
    for (code, value) in stored {
        let key = C::from_code(code)?;
        if let Some(row) = rows.iter_mut().find(|(known, _)| *known == key) {
            row.1 = value;
        }
    }
    Ok(())
}

impl PriorityRow {
    fn new(rules: &PriorityRules) -> Self {
        Self {
            base: rules.base_points,
            cues: rules.cues.iter().map(|row| (row.cue.name().to_owned(), row.first, row.further)).collect(),
            repeats_max: rules.repeats_max,
            negativity: (rules.negativity_points, rules.negativity_points_max),
            hold: (rules.hold_minute_points, rules.hold_points_max),
            repeat_days: (rules.repeat_day_points, rules.repeat_days_max),
            premium: rules.premium_points,
            vip: rules.vip_points,
            importance: rules.importance_points,
            emergency: rules.emergency_points,
            bands: rules.bands,
        }
    }

    /// A cue that the record does not name has the shipped weight; one that this release does not know is left out.
    fn into_rules(self) -> PriorityRules {
        let mut rules = PriorityRules {
            base_points: self.base,
            repeats_max: self.repeats_max,
            negativity_points: self.negativity.0,
            negativity_points_max: self.negativity.1,
            hold_minute_points: self.hold.0,
            hold_points_max: self.hold.1,
            repeat_day_points: self.repeat_days.0,
            repeat_days_max: self.repeat_days.1,
            premium_points: self.premium,
            vip_points: self.vip,
            importance_points: self.importance,
            emergency_points: self.emergency,
            bands: self.bands,
            ..PriorityRules::default()
        };
        for (name, first, further) in self.cues {
            if let Some(cue) = Cue::from_name(&name) {
                rules.set(CueWeight { cue, first, further });
            }
        }
        rules
    }
}

fn calendar_row(calendar: &Calendar) -> CalendarRow {
    let Calendar::Business(hours) = calendar else { return None };
    let day = |day: &Vec<Period>| day.iter().map(|period| period.minutes()).collect();
    Some((hours.zone().to_owned(), hours.week().iter().map(day).collect(), hours.holidays().collect()))
}

fn calendar(row: CalendarRow) -> Result<Calendar, RecordError> {
    let Some((zone, days, holidays)) = row else { return Ok(Calendar::Always) };
    let clock = |minutes: u16| (minutes / 60, minutes % 60);
    let period = |(open, close)| Period::new(clock(open), clock(close)).ok_or(RecordError);
    let day = |day: Vec<(u16, u16)>| day.into_iter().map(period).collect::<Result<Vec<_>, _>>();
    let week = days.into_iter().map(day).collect::<Result<Vec<_>, _>>()?.try_into().map_err(|_| RecordError)?;
    let holidays = BusinessHours::dates(holidays.iter().map(String::as_str)).ok_or(RecordError)?;
    let hours = BusinessHours::new(&zone, week, holidays).map_err(|_| RecordError)?;
    Ok(Calendar::Business(Box::new(hours)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::Kind;

    fn policy() -> Policy {
        let mut policy = Policy { revision: 7, ..Policy::default() };
        policy.sentiment.negative_threshold_millis = 650;
        policy.priority.bands = [1, 2, 3];
        policy.priority.set(CueWeight { cue: Cue::Refund, first: 1, further: -1 });
        policy.targets.urgent = policy.targets.other.clone();
        policy.targets.tier_percent[1].1 = 40;
        policy.targets.minutes[3].1 = [9, 8, 7, 6];
        policy.targets.next_reply_minutes[0].1 = [5, 4, 3, 2];
        policy.targets.resolution_minutes[2].1 = [90, 80, 70, 60];
        policy.retention = Retention { text_days: 7, facts_days: 40, audit_days: 200 };
        let week = std::array::from_fn(|_| vec![Period::new((0, 30), (24, 0)).unwrap()]);
        let holidays = BusinessHours::dates(["2026-12-25"]).unwrap();
        policy.targets.other =
            Calendar::Business(Box::new(BusinessHours::new("Europe/Berlin", week, holidays).unwrap()));
        policy.attribute_allow_list.insert("page".to_owned());
        policy.keep.kinds = vec![Kind::OrderNumber];
        policy.keep.allow = vec!["SKU-[0-9]+".to_owned()];
        policy.keep.extra = vec![ExtraPattern { kind: Kind::Username, pattern: "u:[a-z]+".to_owned() }];
        let rows = "gribble\t700\tnot_working".to_owned();
        policy.lexicon = vec![LexiconLayer { language: Language::English, rows }];
        policy.lexicon_revision = "0123456789abcdef".to_owned();
        policy.work = WorkRules { bumps_per_day_max: 0, leases_max: 3 };
        policy
    }

    #[test]
    fn a_policy_leads_back() {
        for (policy, shadow) in [(Policy::default(), false), (policy(), true)] {
            let bytes = encode_policy(&policy, shadow).unwrap();
            let (read, made_for) = decode_policy(&bytes, policy.revision).unwrap();
            assert_eq!(made_for, shadow);
            assert_eq!(format!("{read:?}"), format!("{policy:?}"));
        }
    }

    #[test]
    fn a_record_of_version_1_is_read_with_shipped_bounds_targets_and_periods() {
        let bytes = encode(&PolicyRow::new(&policy(), true)).unwrap();
        let (read, shadow) = decode_policy(&bytes, 7).unwrap();
        let ServiceTargets { next_reply_minutes, resolution_minutes, .. } = ServiceTargets::default();
        let targets = ServiceTargets { next_reply_minutes, resolution_minutes, ..policy().targets };
        let lexicon_revision = released::UNNAMED.to_owned();
        let (work, retention) = (WorkRules::default(), Retention::default());
        let expected = Policy { targets, lexicon_revision, work, retention, ..policy() };
        assert_eq!((format!("{read:?}"), shadow), (format!("{expected:?}"), true));
        assert_eq!(decode_policy(&[4, 0], 7).unwrap_err(), RecordError);
    }

    #[test]
    fn a_record_of_version_2_goes_on_with_the_lexicon_of_the_release_before() {
        let (row, _) = decode_as::<PinnedRow>(PINNED, &encode_policy(&policy(), true).unwrap()).unwrap();
        let (read, shadow) = decode_policy(&encode_as(COMPLETE, &row).unwrap(), 7).unwrap();
        let expected = Policy { lexicon_revision: released::UNNAMED.to_owned(), ..policy() };
        assert_eq!((format!("{read:?}"), shadow), (format!("{expected:?}"), true));
    }

    #[test]
    fn the_shipped_policy_keeps_the_lexicon_its_tenant_began_with() {
        let bytes = encode_shipped(&policy()).unwrap();
        let expected = Policy { lexicon_revision: policy().lexicon_revision, ..Policy::default() };
        assert_eq!(format!("{:?}", decode_shipped(Some(&bytes)).unwrap()), format!("{expected:?}"));
        assert_eq!(decode_shipped(None).unwrap().lexicon_revision, released::UNNAMED);
        assert_eq!(decode_shipped(Some(&[9])).unwrap_err(), RecordError);
    }

    #[test]
    fn what_a_later_release_adds_has_the_shipped_weight() {
        let mut row = PolicyRow::new(&policy(), false);
        row.priority.cues = vec![("refund".to_owned(), 5, 4), ("of_a_later_release".to_owned(), 1, 1)];
        let rules = row.into_policy(2).unwrap().0.priority;
        let weight = |cue| rules.cues.iter().find(|row| row.cue == cue).copied();
        assert_eq!(weight(Cue::Refund), Some(CueWeight { cue: Cue::Refund, first: 5, further: 4 }));
        let shipped = PriorityRules::default();
        assert_eq!(weight(Cue::Urgency), shipped.cues.iter().find(|row| row.cue == Cue::Urgency).copied());
        assert_eq!(rules.cues.len(), shipped.cues.len());
    }
}
