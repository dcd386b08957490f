//! Service targets: how soon an item should be answered, by channel, level and tier, and in which calendar of its level
//! that time runs. Values only.

use std::time::Duration;

use crate::{
    assessment::{Level, Tier},
    calendar::{BusinessHours, Calendar},
    conversation::Channel,
    time::Timestamp,
};

/// Target of the first response in open minutes, by channel and level from LOW to URGENT, for tier STANDARD. Common
/// help-desk practice: live channels in minutes, mail and forms in hours to a working day.
const TARGET_MINUTES: [(Channel, [u32; 4]); 4] = [
    (Channel::Query, [1_440, 480, 240, 60]),
    (Channel::Chat, [480, 240, 60, 10]),
    (Channel::Email, [1_440, 480, 240, 60]),
    (Channel::Call, [480, 240, 60, 15]),
];

/// Share of the standard target that a tier is given, in per cent.
const TIER_PERCENT: [(Tier, u32); 3] = [(Tier::Standard, 100), (Tier::Premium, 50), (Tier::Vip, 25)];

/// Targets and their calendars.
#[derive(Clone, Debug)]
pub struct ServiceTargets {
    /// Open minutes until the first response, by channel and level from LOW to URGENT, for tier STANDARD.
    pub minutes: [(Channel, [u32; 4]); 4],
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
            tier_percent: TIER_PERCENT,
            urgent: Calendar::Always,
            other: Calendar::Business(Box::new(BusinessHours::office_hours())),
        }
    }
}

impl ServiceTargets {
    /// The target of the first response, in open time.
    pub fn target(&self, channel: Channel, level: Level, tier: Tier) -> Duration {
        let levels = self.minutes.iter().find(|(row, _)| *row == channel).map(|(_, levels)| levels);
        let minutes = levels.and_then(|levels| levels.get(level as usize)).copied().unwrap_or(60);
        let percent = self.tier_percent.iter().find(|(row, _)| *row == tier).map_or(100, |(_, percent)| *percent);
        Duration::from_secs(u64::from(minutes) * 60 * u64::from(percent) / 100)
    }

    /// When an item that enters the queue at `enter` should be answered.
    pub fn due_time(&self, enter: Timestamp, channel: Channel, level: Level, tier: Tier) -> Timestamp {
        let calendar = if level == Level::Urgent { &self.urgent } else { &self.other };
        calendar.add(enter, self.target(channel, level, tier))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_falls_with_the_level_and_with_the_tier() {
        let targets = ServiceTargets::default();
        for channel in Channel::ALL {
            for pair in Level::ALL.windows(2) {
                let target = |level, tier| targets.target(channel, level, tier);
                assert!(target(pair[1], Tier::Standard) < target(pair[0], Tier::Standard), "{channel:?} {pair:?}");
                assert!(target(pair[0], Tier::Vip) < target(pair[0], Tier::Premium));
                assert!(target(pair[0], Tier::Premium) < target(pair[0], Tier::Standard));
            }
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
