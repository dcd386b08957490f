//! Service targets of a policy on the wire.

use super::calendar;
use crate::{
    assessment::{Level, Tier},
    conversation::Channel,
    policy::{Minutes, ServiceTargets},
    service::{
        convert::{enums, scalar::wire_int},
        path::{Path, Violations},
        pb,
        status::Reason,
    },
};

/// A target in minutes: up to thirty days round the clock.
const MINUTES: std::ops::RangeInclusive<i32> = 1..=43_200;

/// Targets and calendars.
pub(super) fn targets(wanted: pb::TargetPolicy, path: &Path<'_>, violations: &mut Violations) -> ServiceTargets {
    let pb::TargetPolicy {
        targets,
        premium_percent,
        vip_percent,
        urgent_calendar,
        other_calendar,
        next_reply_targets,
        resolution_targets,
    } = wanted;
    let mut read = ServiceTargets::default();
    for (name, list, minutes) in [
        ("targets", targets, &mut read.minutes),
        ("next_reply_targets", next_reply_targets, &mut read.next_reply_minutes),
        ("resolution_targets", resolution_targets, &mut read.resolution_minutes),
    ] {
        let path = path.field(name);
        for (index, target) in list.into_iter().enumerate().take(Channel::ALL.len() * Level::ALL.len()) {
            place(minutes, target, &path.at(index), violations);
        }
    }
    for (tier, name, percent) in
        [(Tier::Premium, "premium_percent", premium_percent), (Tier::Vip, "vip_percent", vip_percent)]
    {
        let Some(percent) = percent else { continue };
        violations.check((1..=100).contains(&percent), &path.field(name), Reason::FieldOutOfRange);
        if let Some(row) = read.tier_percent.iter_mut().find(|(row, _)| *row == tier) {
            row.1 = u32::try_from(percent).unwrap_or(row.1);
        }
    }
    let given =
        [("urgent_calendar", urgent_calendar, &mut read.urgent), ("other_calendar", other_calendar, &mut read.other)];
    for (name, wanted, place) in given {
        if let Some(wanted) = wanted {
            let calendar = calendar::calendar(wanted);
            violations.check(calendar.is_some(), &path.field(name), Reason::InvalidCalendar);
            *place = calendar.unwrap_or(crate::calendar::Calendar::Always);
        }
    }
    read
}

fn place(table: &mut Minutes, wanted: pb::ServiceTarget, path: &Path<'_>, violations: &mut Violations) {
    let pb::ServiceTarget { channel, level, minutes } = wanted;
    let channel = Channel::from_name(&channel);
    violations.check(channel.is_some(), &path.field("channel"), Reason::FieldUnknownValue);
    let level = enums::level(level, &path.field("level"), violations);
    violations.check(level.is_some(), &path.field("level"), Reason::FieldRequired);
    violations.check(MINUTES.contains(&minutes), &path.field("minutes"), Reason::FieldOutOfRange);
    let row = table.iter_mut().find(|(row, _)| Some(*row) == channel).map(|(_, levels)| levels);
    let slot = row.zip(level).and_then(|(levels, level)| levels.get_mut(level as usize));
    if let (Some(slot), Ok(minutes)) = (slot, u32::try_from(minutes)) {
        *slot = minutes;
    }
}

/// The same on the wire.
pub(super) fn wire(targets: &ServiceTargets) -> pb::TargetPolicy {
    let ServiceTargets { minutes, next_reply_minutes, resolution_minutes, tier_percent, urgent, other } = targets;
    let row = |(channel, levels): &(Channel, [u32; 4])| {
        let channel = channel.name().to_owned();
        let rows = Level::ALL.into_iter().zip(*levels).map(move |(level, minutes)| pb::ServiceTarget {
            channel: channel.clone(),
            level: enums::wire_level(level).into(),
            minutes: wire_int(minutes),
        });
        rows.collect::<Vec<_>>()
    };
    let percent = |tier| tier_percent.iter().find(|(row, _)| *row == tier).map(|(_, percent)| wire_int(*percent));
    pb::TargetPolicy {
        targets: minutes.iter().flat_map(row).collect(),
        next_reply_targets: next_reply_minutes.iter().flat_map(row).collect(),
        resolution_targets: resolution_minutes.iter().flat_map(row).collect(),
        premium_percent: percent(Tier::Premium),
        vip_percent: percent(Tier::Vip),
        urgent_calendar: Some(calendar::wire(urgent)),
        other_calendar: Some(calendar::wire(other)),
    }
}
