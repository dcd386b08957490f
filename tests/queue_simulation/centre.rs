//! The contact centre: 20 agents, three queues, eight hours from Monday 9 o'clock. Arrivals follow a day with two humps,
//! work takes six minutes on average; both come from a seed.

use std::{cmp::Reverse, collections::BinaryHeap, time::Duration};

use triaged::{
    assessment::{Level, Tier},
    conversation::Channel,
    id::CaseId,
    policy::Policy,
    queue::{Lane, OrderKey},
    time::Timestamp,
};
use uuid::Uuid;

use super::discipline::{self, Order};

/// 2026-03-02T09:00:00Z, a Monday.
pub(crate) const START: Timestamp = Timestamp(1_772_442_000_000_000);
pub(crate) const HOURS: u64 = 8;
pub(crate) const AGENTS: usize = 20;
/// Mean time of work on one item, in seconds.
const WORK_SECONDS: f64 = 360.0;
/// Arrivals of each half hour, in per mille of the mean.
const DAY_PROFILE: [u32; 16] =
    [700, 900, 1_150, 1_350, 1_400, 1_300, 1_050, 800, 750, 900, 1_150, 1_300, 1_200, 950, 700, 400];
/// Share of arrivals by queue, in per cent, and how many agents prefer it.
const QUEUES: [(u32, usize); 3] = [(45, 9), (30, 6), (25, 5)];

/// What an item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    Emergency,
    Urgent,
    High,
    Normal,
    Low,
}

impl Class {
    pub(crate) const ALL: [Self; 5] = [Self::Emergency, Self::Urgent, Self::High, Self::Normal, Self::Low];
    /// Share of arrivals, in per mille.
    const SHARES: [(Self, u32); 5] =
        [(Self::Emergency, 10), (Self::Urgent, 50), (Self::High, 150), (Self::Normal, 540), (Self::Low, 250)];

    fn level(self) -> Level {
        match self {
            Self::Emergency | Self::Urgent => Level::Urgent,
            Self::High => Level::High,
            Self::Normal => Level::Normal,
            Self::Low => Level::Low,
        }
    }

    pub(crate) fn lane(self) -> Lane {
        triaged::queue::lane(self == Self::Emergency, self.level())
    }
}

/// An item of the queue.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Item {
    pub(crate) class: Class,
    pub(crate) queue: usize,
    pub(crate) key: OrderKey,
    pub(crate) work: Duration,
}

/// `SplitMix64` (Steele, Lea, Flood 2014).
struct Seed(u64);

impl Seed {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u32) -> u32 {
        u32::try_from(self.next() % u64::from(bound)).unwrap()
    }

    /// Exponential with this mean, in seconds, to the millisecond.
    fn exponential(&mut self, mean: f64) -> Duration {
        let uniform = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        Duration::from_millis(Duration::from_secs_f64(-(1.0 - uniform).ln() * mean).as_millis().try_into().unwrap())
    }

    fn pick<T: Copy>(&mut self, shares: impl IntoIterator<Item = (T, u32)>, whole: u32) -> T {
        let mut left = self.below(whole);
        for (value, share) in shares {
            match left.checked_sub(share) {
                Some(rest) => left = rest,
                None => return value,
            }
        }
        unreachable!("the shares add up to the whole")
    }
}

/// What happens on a day: every item in the order of entering.
pub(crate) struct Day(Vec<Item>);

impl Day {
    /// A day at this load in per cent, with overdue items at its start.
    pub(crate) fn new(load: u32, overdue: usize) -> Self {
        let mut seed = Seed(2_026);
        let mut items = Vec::new();
        for number in 0..overdue {
            // Entered over the two working days before, and due before the day began.
            let before = Duration::from_secs(3_600 * 2 + u64::from(seed.below(3_600 * 40)));
            let classes = [(Class::High, 150), (Class::Normal, 600), (Class::Low, 250)];
            let class = seed.pick(classes, 1_000);
            let mut item = item(&mut seed, class, START - before - Duration::from_hours(1), number);
            item.key.due_time = START - before;
            items.push(item);
        }
        items.sort_by_key(|item| item.key.enter_time);
        let per_second = f64::from(load) / 100.0 * AGENTS as f64 / WORK_SECONDS;
        let mut now = START;
        loop {
            let half_hour = usize::try_from(now.since(START).as_secs() / 1_800).unwrap();
            let Some(profile) = DAY_PROFILE.get(half_hour) else { break };
            now = now + seed.exponential(1_000.0 / f64::from(*profile) / per_second);
            let class = seed.pick(Class::SHARES, 1_000);
            let number = items.len();
            items.push(item(&mut seed, class, now, number));
        }
        Self(items)
    }
}

fn item(seed: &mut Seed, class: Class, enter: Timestamp, number: usize) -> Item {
    let queue = seed.pick(QUEUES.iter().enumerate().map(|(at, (share, _))| (at, *share)), 100);
    let channel = seed.pick([(Channel::Chat, 30), (Channel::Email, 50), (Channel::Query, 20)], 100);
    let due_time = Policy::default().due_time(enter, channel, class.level(), Tier::Standard);
    let value = match class {
        Class::Emergency => 9_000,
        Class::Urgent => 7_000,
        Class::High => 5_000,
        Class::Normal => 2_000,
        Class::Low => 1_000,
    } + u16::try_from(seed.below(900)).unwrap();
    let key = OrderKey::new(due_time, value, enter, CaseId(Uuid::from_u128(number as u128)));
    Item { class, queue, key, work: seed.exponential(WORK_SECONDS) }
}

/// What a day came to.
pub(crate) struct Outcome {
    /// Waiting times in minutes of those who entered during the day, by class, sorted; who still waits at the end waits
    /// at least so long.
    pub(crate) waits: Vec<(Class, Vec<f64>)>,
    unserved: Vec<Class>,
    /// Regular items that were served after a regular one of their queue that entered later than their due time, pairs
    /// counted once for each item that was passed.
    pub(crate) overtaken: usize,
    /// The longest row of leases of one queue from its urgent lanes while regular items waited there.
    pub(crate) longest_streak: usize,
    /// How long the oldest item that was left had waited, in minutes.
    pub(crate) oldest_left: f64,
    /// Items waiting at the end of each five minutes.
    pub(crate) backlog: Vec<usize>,
}

impl Outcome {
    fn of(&self, class: Class) -> &[f64] {
        &self.waits.iter().find(|(one, _)| *one == class).unwrap().1
    }

    /// The time within which this share of a class, in per cent, was served.
    pub(crate) fn quantile(&self, class: Class, percent: usize) -> f64 {
        let waits = self.of(class);
        waits[(waits.len() * percent / 100).min(waits.len() - 1)]
    }

    pub(crate) fn p95(&self, class: Class) -> f64 {
        self.quantile(class, 95)
    }

    pub(crate) fn arrived(&self, class: Class) -> usize {
        self.of(class).len()
    }

    pub(crate) fn never_served(&self, class: Class) -> usize {
        self.unserved.iter().filter(|one| **one == class).count()
    }
}

/// Runs a day under an order.
pub(crate) fn run(day: &Day, order: Order) -> Outcome {
    let mut queues = discipline::new(order);
    let end = START + Duration::from_hours(HOURS);
    // Who is free when; an agent prefers its own queue and then the others.
    let preferred = QUEUES.iter().enumerate().flat_map(|(queue, (_, agents))| vec![queue; *agents]);
    let mut agents: BinaryHeap<Reverse<(Timestamp, usize, usize)>> =
        preferred.enumerate().map(|(agent, queue)| Reverse((START, agent, queue))).collect();
    let mut arrivals = day.0.iter().copied().peekable();
    let (mut served, mut backlog, mut watch) = (Vec::new(), Vec::new(), discipline::Watch::default());
    while let Some(Reverse((free, agent, prefers))) = agents.pop() {
        if free >= end {
            break;
        }
        while let Some(item) = arrivals.next_if(|item| item.key.enter_time <= free) {
            queues.push(item);
            watch.entered(&item);
        }
        while START + Duration::from_mins(5) * u32::try_from(backlog.len()).unwrap() <= free {
            backlog.push(watch.waiting());
        }
        let preference = [prefers, (prefers + 1) % 3, (prefers + 2) % 3];
        if let Some(item) = queues.pop(preference) {
            watch.served(&item);
            agents.push(Reverse((free + item.work, agent, prefers)));
            served.push((item, free.max(item.key.enter_time)));
        } else {
            let next = arrivals.peek().map_or(end, |item| item.key.enter_time);
            agents.push(Reverse((next.max(free + Duration::from_millis(1)), agent, prefers)));
        }
    }
    finish(served, &watch, backlog, end)
}

fn finish(served: Vec<(Item, Timestamp)>, watch: &discipline::Watch, backlog: Vec<usize>, end: Timestamp) -> Outcome {
    let left: Vec<Item> = watch.left();
    let minutes = |from: Timestamp, until: Timestamp| until.since(from).as_secs_f64() / 60.0;
    let all: Vec<(Item, Timestamp)> = served.into_iter().chain(left.iter().map(|item| (*item, end))).collect();
    let waits = Class::ALL.map(|class| {
        let of_day = all.iter().filter(|(item, _)| item.class == class && item.key.enter_time >= START);
        let mut waits: Vec<f64> = of_day.map(|(item, at)| minutes(item.key.enter_time, *at)).collect();
        waits.sort_by(f64::total_cmp);
        (class, waits)
    });
    let of_day = left.iter().filter(|item| item.key.enter_time >= START);
    Outcome {
        waits: waits.into(),
        unserved: of_day.map(|item| item.class).collect(),
        overtaken: watch.overtaken(),
        longest_streak: watch.longest_streak(),
        oldest_left: left.iter().map(|item| minutes(item.key.enter_time, end)).fold(0.0, f64::max),
        backlog,
    }
}
