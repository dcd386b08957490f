//! The three orders that are compared, and what is watched while they serve.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use triaged::{
    id::CaseId,
    queue::{Lane, OrderKey, QueueHead, ReadyLane, choose},
    time::Timestamp,
};

use super::centre::Item;

/// An order of serving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// The one of this project.
    Lanes,
    /// By the time of entering.
    FirstCome,
    /// By level, then by the time of entering.
    Strict,
}

impl Order {
    pub(crate) const ALL: [Self; 3] = [Self::Lanes, Self::FirstCome, Self::Strict];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Lanes => "lanes",
            Self::FirstCome => "first come, first served",
            Self::Strict => "strict priority",
        }
    }
}

/// What gives out items to an agent with queues in order of preference.
pub(crate) trait Discipline {
    fn push(&mut self, item: Item);
    fn pop(&mut self, queues: [usize; 3]) -> Option<Item>;
}

pub(crate) fn new(order: Order) -> Box<dyn Discipline> {
    match order {
        Order::Lanes => Box::new(Lanes::default()),
        Order::FirstCome => Box::new(Sorted { key: |item| (0, item.key.enter_time), ..Sorted::default() }),
        Order::Strict => Box::new(Sorted { key: |item| (item.class as u8, item.key.enter_time), ..Sorted::default() }),
    }
}

/// The order of this project, from the parts that the store uses.
#[derive(Default)]
struct Lanes {
    ready: [[ReadyLane; 3]; 3],
    heads: [QueueHead; 3],
    items: HashMap<CaseId, Item>,
}

fn place(lane: Lane) -> usize {
    Lane::ALL.iter().position(|one| *one == lane).unwrap()
}

impl Discipline for Lanes {
    fn push(&mut self, item: Item) {
        assert!(self.ready[item.queue][place(item.class.lane())].insert(&item.key));
        self.items.insert(item.key.case, item);
    }

    fn pop(&mut self, queues: [usize; 3]) -> Option<Item> {
        let mut heads = queues.map(|queue| {
            let mut head = self.heads[queue];
            head.waits = std::array::from_fn(|lane| !self.ready[queue][lane].is_empty());
            head
        });
        let chosen = choose(&mut heads);
        queues.iter().zip(heads).for_each(|(queue, head)| self.heads[*queue] = head);
        let (at, lane) = chosen?;
        let key = self.ready[queues[at]][place(lane)].pop()?;
        self.items.remove(&key.case)
    }
}

/// Sorted by a key, each queue by itself.
struct Sorted {
    key: fn(&Item) -> (u8, Timestamp),
    queues: [BTreeMap<(u8, Timestamp, CaseId), Item>; 3],
}

impl Default for Sorted {
    fn default() -> Self {
        Self { key: |_| (0, Timestamp(0)), queues: Default::default() }
    }
}

impl Discipline for Sorted {
    fn push(&mut self, item: Item) {
        let (class, time) = (self.key)(&item);
        self.queues[item.queue].insert((class, time, item.key.case), item);
    }

    fn pop(&mut self, queues: [usize; 3]) -> Option<Item> {
        queues.into_iter().find_map(|queue| self.queues[queue].pop_first()).map(|(_, item)| item)
    }
}

/// Watches who waits and who is passed.
#[derive(Default)]
pub(crate) struct Watch {
    waiting: BTreeMap<CaseId, Item>,
    /// Waiting regular items by queue and due time.
    due: [BTreeSet<OrderKey>; 3],
    passed: BTreeSet<CaseId>,
    streaks: [usize; 3],
    longest: usize,
}

impl Watch {
    pub(crate) fn entered(&mut self, item: &Item) {
        self.waiting.insert(item.key.case, *item);
        if item.class.lane() == Lane::Regular {
            self.due[item.queue].insert(item.key);
        }
    }

    pub(crate) fn served(&mut self, item: &Item) {
        self.waiting.remove(&item.key.case);
        let due = &mut self.due[item.queue];
        let regular = item.class.lane() == Lane::Regular;
        if regular {
            due.remove(&item.key);
            let late = due.iter().take_while(|waiting| waiting.due_time < item.key.enter_time);
            self.passed.extend(late.map(|waiting| waiting.case));
        }
        let streak = &mut self.streaks[item.queue];
        *streak = if regular || due.is_empty() { 0 } else { *streak + 1 };
        self.longest = self.longest.max(*streak);
    }

    pub(crate) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    pub(crate) fn left(&self) -> Vec<Item> {
        self.waiting.values().copied().collect()
    }

    pub(crate) fn overtaken(&self) -> usize {
        self.passed.len()
    }

    pub(crate) fn longest_streak(&self) -> usize {
        self.longest
    }
}
