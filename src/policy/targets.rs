//! Service targets: how soon an item should be answered, by channel, level and tier, and in which calendar of its level
//! that time runs. Values only.

use std::time::Duration;

use crate::{
    assessment::{Level, Tier},
    calendar::{BusinessHours, Calendar},
    conversation::Channel,
    time::Timestamp,
};

/// Open minutes by channel and level from LOW to URGENT, for tier STANDARD.
pub type Minutes = [(Channel, [u32; 4]); 4];

/// What is promised of a case: how soon somebody answers, answers again, and is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Target {
    /// From entering the queue to the first answer.
    FirstResponse,
    /// From a customer's further contact, once somebody has answered, to the next answer.
    NextReply,
    /// From entering the queue to the resolution.
    Resolution,
}

impl Target {
    /// Every target.
    pub const ALL: [Self; 3] = [Self::FirstResponse, Self::NextReply, Self::Resolution];

    /// The lower-case name used in order reasons.
    pub fn name(self) -> &'static str {
        match self {
            Self::FirstResponse => "first_response",
            Self::NextReply => "next_reply",
            Self::Resolution => "resolution",
        }
    }
}

/// Target of the first response. Common help-desk practice: live channels in minutes, mail and forms in hours to a
/// working day.
const TARGET_MINUTES: Minutes = [
    (Channel::Query, [1_440, 480, 240, 60]),
    (Channel::Chat, [480, 240, 60, 10]),
    (Channel::Email, [1_440, 480, 240, 60]),
    (Channel::Call, [480, 240, 60, 15]),
];

/// Target of every further reply: who is in a conversation already waits a little less long for its next step.
const NEXT_REPLY_MINUTES: Minutes = [
    (Channel::Query, [960, 480, 240, 60]),
    (Channel::Chat, [240, 120, 30, 5]),
    (Channel::Email, [960, 480, 240, 60]),
    (Channel::Call, [480, 240, 60, 15]),
];

/// Target of the resolution: ten, five and two working days of eight hours for what is written, one to three for what is
/// spoken; URGENT runs round the clock and is given half a day at most.
const RESOLUTION_MINUTES: Minutes = [
    (Channel::Query, [4_800, 2_400, 960, 480]),
    (Channel::Chat, [2_400, 1_440, 480, 240]),
    (Channel::Email, [4_800, 2_400, 960, 480]),
    (Channel::Call, [2_400, 1_440, 480, 240]),
];

/// Share of the standard target that a tier is given, in per cent.
const TIER_PERCENT: [(Tier, u32); 3] = [(Tier::Standard, 100), (Tier::Premium, 50), (Tier::Vip, 25)];

/// Targets and their calendars.
#[derive(Clone, Debug)]
pub struct ServiceTargets {
    /// Open minutes until the first response, by channel and level from LOW to URGENT, for tier STANDARD.
    pub minutes: Minutes,
    /// Open minutes until each further reply.
    pub next_reply_minutes: Minutes,
    /// Open minutes until the resolution.
    pub resolution_minutes: Minutes,
    /// Share of the standard target that a tier is given, in per cent.
    pub tier_percent: [(Tier, u32); 3],
    /// Calendar of URGENT.
    pub urgent: Calendar,
    /// Calendar of every other level.
    pub other: Calendar,
}

impl Default for ServiceTargets {
    fn default() -> Self {
        Self {
            minutes: TARGET_MINUTES,
            next_reply_minutes: NEXT_REPLY_MINUTES,
            resolution_minutes: RESOLUTION_MINUTES,
            tier_percent: TIER_PERCENT,
            urgent: Calendar::Always,
            other: Calendar::Business(Box::new(BusinessHours::office_hours())),
        }
    }
}

impl ServiceTargets {
    /// A target in open time.
    pub fn target(&self, target: Target, channel: Channel, level: Level, tier: Tier) -> Duration {
        let table = match target {
            Target::FirstResponse => &self.minutes,
            Target::NextReply => &self.next_reply_minutes,
            Target::Resolution => &self.resolution_minutes,
        };
        let levels = table.iter().find(|(row, _)| *row == channel).map(|(_, levels)| levels);
        let minutes = levels.and_then(|levels| levels.get(level as usize)).copied().unwrap_or(60);
        let percent = self.tier_percent.iter().find(|(row, _)| *row == tier).map_or(100, |(_, percent)| *percent);
        Duration::from_secs(u64::from(minutes) * 60 * u64::from(percent) / 100)
    }

    /// The calendar in which the targets of a level run.
    pub fn calendar(&self, level: Level) -> &Calendar {
        if level == Level::Urgent { &self.urgent } else { &self.other }
    }

    /// When a target that begins at `start` is due.
    pub fn due(&self, target: Target, start: Timestamp, channel: Channel, level: Level, tier: Tier) -> Timestamp {
        self.calendar(level).add(start, self.target(target, channel, level, tier))
    }

    /// When an item that enters the queue at `enter` should be answered.
    pub fn due_time(&self, enter: Timestamp, channel: Channel, level: Level, tier: Tier) -> Timestamp {
        self.due(Target::FirstResponse, enter, channel, level, tier)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_falls_with_the_level_and_with_the_tier() {
        let targets = ServiceTargets::default();
        for (channel, of) in Channel::ALL.into_iter().flat_map(|channel| Target::ALL.map(|of| (channel, of))) {
            for pair in Level::ALL.windows(2) {
                let target = |level, tier| targets.target(of, channel, level, tier);
                assert!(
                    target(pair[1], Tier::Standard) < target(pair[0], Tier::Standard),
                    "{channel:?} {of:?} {pair:?}"
                );
                assert!(target(pair[0], Tier::Vip) < target(pair[0], Tier::Premium));
                assert!(target(pair[0], Tier::Premium) < target(pair[0], Tier::Standard));
            }
        }
    }

    #[test]
    fn no_reply_is_due_after_the_resolution() {
        let targets = ServiceTargets::default();
        for (channel, level) in Channel::ALL.into_iter().flat_map(|channel| Level::ALL.map(|level| (channel, level))) {
            let target = |of| targets.target(of, channel, level, Tier::Standard);
            assert!(target(Target::NextReply) <= target(Target::FirstResponse), "{channel:?} {level:?}");
            assert!(target(Target::FirstResponse) < target(Target::Resolution), "{channel:?} {level:?}");
        }
    }

    #[test]
    fn urgent_runs_round_the_clock_and_the_rest_in_office_hours() {
        let saturday_noon = Timestamp("2026-11-28T12:00:00Z".parse::<jiff::Timestamp>().unwrap().as_microsecond());
        let hours = |level| {
            let due = ServiceTargets::default().due_time(saturday_noon, Channel::Email, level, Tier::Standard);
            due.since(saturday_noon).as_secs() / 3_600
        };
        assert_eq!(hours(Level::Urgent), 1);
        assert_eq!(hours(Level::High), 45 + 4);
    }
}
