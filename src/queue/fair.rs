//! Whose turn it is where many want one thing: those who wait are served tenant by tenant, and what a person waits for
//! before what is worked off in bulk. Values only; who waits for what is the caller's business.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
};

/// Of sixteen consecutive turns at most fifteen go to live work while bulk work waits, so that bulk never starves.
pub const LIVE_STREAK_MAX: u8 = 15;

/// How soon somebody wants an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum WorkClass {
    /// A person or a conversation waits for it.
    Live,
    /// Part of many that are worked off.
    Bulk,
}

/// Those who wait within one class: one line a tenant, the tenants in turn.
#[derive(Clone, Debug)]
struct Lines<K, T> {
    turns: VecDeque<K>,
    lines: HashMap<K, VecDeque<T>>,
}

impl<K: Copy + Eq + Hash, T> Lines<K, T> {
    fn push(&mut self, tenant: K, waiting: T) {
        let line = self.lines.entry(tenant).or_insert_with(|| {
            self.turns.push_back(tenant);
            VecDeque::new()
        });
        line.push_back(waiting);
    }

    /// The first of the tenant whose turn it is; the tenant goes to the end.
    fn pop(&mut self) -> Option<(K, T)> {
        let tenant = self.turns.pop_front()?;
        let line = self.lines.get_mut(&tenant)?;
        let waiting = line.pop_front()?;
        if line.is_empty() {
            self.lines.remove(&tenant);
        } else {
            self.turns.push_back(tenant);
        }
        Some((tenant, waiting))
    }

    fn of(&self, tenant: K) -> usize {
        self.lines.get(&tenant).map_or(0, VecDeque::len)
    }
}

/// Those who wait, in the order in which it is their turn.
#[derive(Clone, Debug)]
pub struct FairQueue<K, T> {
    live: Lines<K, T>,
    bulk: Lines<K, T>,
    /// Turns in a row that went to live work while bulk work waited.
    streak: u8,
    entries: usize,
}

impl<K, T> Default for FairQueue<K, T> {
    fn default() -> Self {
        let lines = || Lines { turns: VecDeque::new(), lines: HashMap::new() };
        Self { live: lines(), bulk: lines(), streak: 0, entries: 0 }
    }
}

impl<K: Copy + Eq + Hash, T> FairQueue<K, T> {
    /// Lets somebody wait.
    pub fn push(&mut self, tenant: K, class: WorkClass, waiting: T) {
        self.entries += 1;
        match class {
            WorkClass::Live => self.live.push(tenant, waiting),
            WorkClass::Bulk => self.bulk.push(tenant, waiting),
        }
    }

    /// Whose turn it is next, without taking it.
    pub fn peek(&self) -> Option<(K, WorkClass)> {
        let class = self.class();
        let turns = match class {
            WorkClass::Live => &self.live.turns,
            WorkClass::Bulk => &self.bulk.turns,
        };
        turns.front().map(|tenant| (*tenant, class))
    }

    /// Takes the next.
    pub fn pop(&mut self) -> Option<(K, WorkClass, T)> {
        let class = self.class();
        let (tenant, waiting) = match class {
            WorkClass::Live => self.live.pop()?,
            WorkClass::Bulk => self.bulk.pop()?,
        };
        let live_over_bulk = class == WorkClass::Live && !self.bulk.turns.is_empty();
        self.streak = if live_over_bulk { self.streak + 1 } else { 0 };
        self.entries -= 1;
        Some((tenant, class, waiting))
    }

    fn class(&self) -> WorkClass {
        let bulk_is_owed = self.streak >= LIVE_STREAK_MAX && !self.bulk.turns.is_empty();
        if self.live.turns.is_empty() || bulk_is_owed { WorkClass::Bulk } else { WorkClass::Live }
    }

    /// How many wait.
    pub fn len(&self) -> usize {
        self.entries
    }

    /// Whether nobody waits.
    pub fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// How many of a tenant wait.
    pub fn len_of(&self, tenant: K) -> usize {
        self.live.of(tenant) + self.bulk.of(tenant)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{
        WorkClass::{Bulk, Live},
        *,
    };

    /// What comes out, as tenant and number, where these come in in this order.
    #[track_caller]
    fn check(pushed: &[(char, WorkClass)], expected: &str) {
        let mut queue = FairQueue::default();
        for (number, (tenant, class)) in pushed.iter().enumerate() {
            queue.push(*tenant, *class, number);
        }
        let mut order = Vec::new();
        while let Some((tenant, class)) = queue.peek() {
            let (of, taken, number) = queue.pop().unwrap();
            assert_eq!((of, taken), (tenant, class));
            order.push(format!("{tenant}{number}"));
        }
        assert_eq!(order.join(" "), expected);
        assert!(queue.is_empty());
    }

    #[test]
    fn tenants_take_turns_and_each_keeps_its_order() {
        check(&[], "");
        check(&[('a', Live), ('a', Live), ('a', Live), ('b', Live)], "a0 b3 a1 a2");
        check(&[('a', Bulk), ('a', Bulk), ('b', Bulk), ('c', Bulk), ('b', Bulk)], "a0 b2 c3 a1 b4");
    }

    #[test]
    fn live_work_goes_before_bulk() {
        check(&[('a', Bulk), ('a', Bulk), ('b', Live), ('a', Live)], "b2 a3 a0 a1");
    }

    #[test]
    fn bulk_is_owed_one_turn_in_sixteen() {
        let mut queue = FairQueue::default();
        (0..40).for_each(|number| queue.push('a', Live, number));
        (0..2).for_each(|number| queue.push('b', Bulk, number));
        let classes: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|(_, class, _)| class).collect();
        let bulk: Vec<_> = (0..classes.len()).filter(|at| classes[*at] == Bulk).collect();
        assert_eq!(bulk, [15, 31]);
    }

    proptest! {
        #[test]
        fn none_is_lost_and_nobody_waits_for_more_than_one_turn_of_each_other(
            pushed in prop::collection::vec((0_u8..5, any::<bool>()), 0..200)
        ) {
            let mut queue = FairQueue::default();
            for (number, (tenant, live)) in pushed.iter().enumerate() {
                queue.push(*tenant, if *live { Live } else { Bulk }, number);
            }
            prop_assert_eq!(queue.len(), pushed.len());
            let mut seen = Vec::new();
            while let Some((tenant, class, number)) = queue.pop() {
                seen.push((tenant, class, number));
            }
            let mut numbers: Vec<_> = seen.iter().map(|(_, _, number)| *number).collect();
            numbers.sort_unstable();
            prop_assert_eq!(numbers, (0..pushed.len()).collect::<Vec<_>>());
            for class in [Live, Bulk] {
                let of: Vec<u8> = seen.iter().filter(|one| one.1 == class).map(|one| one.0).collect();
                for tenant in 0..5 {
                    let first = of.iter().position(|one| *one == tenant).unwrap_or(0);
                    prop_assert!(first < 5, "{tenant} waited for {first} turns: {of:?}");
                }
            }
        }
    }
}
