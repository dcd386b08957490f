//! What is ready, in memory: an index over the rows of the queue, kept by the thread that writes. It says which item is
//! next; what the item is, its row says. A job that fails takes its changes back. After a start it is filled chunk by
//! chunk behind the work; until then nothing is leased, and changes of rows not yet read are left to their reading.

use std::collections::HashMap;

use rusqlite::Connection;

use super::items::{COLUMNS, Item};
use crate::{
    queue::{Lane, OrderKey, ReadyLane},
    store::StoreError,
    text::Language,
};

/// How many rows are read at a time while the index is filled.
const CHUNK_ROWS: u32 = 8192;

/// What a worker must bring for the items of a shard.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Traits {
    /// Language, where known.
    pub(super) language: Option<Language>,
    /// Keyed hashes of the required skills, one after the other.
    pub(super) skills: Vec<u8>,
}

/// A queue: number of the tenant and name.
type QueueName = (i64, String);

/// The ready items of one queue that ask for the same traits.
#[derive(Debug)]
struct Shard {
    lanes: [ReadyLane; 3],
    queue: QueueName,
    traits: Traits,
}

impl Shard {
    fn lane(&mut self, lane: Lane) -> &mut ReadyLane {
        let [emergency, express, regular] = &mut self.lanes;
        match lane {
            Lane::Emergency => emergency,
            Lane::Express => express,
            Lane::Regular => regular,
        }
    }
}

/// Where an item stands in the index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    shard: usize,
    lane: Lane,
    key: OrderKey,
}

/// A change, as it is taken back.
#[derive(Debug)]
enum Change {
    Added(Standing),
    Removed(Standing),
}

/// The index.
#[derive(Debug, Default)]
pub(super) struct ReadyIndex {
    shards: Vec<Shard>,
    numbers: HashMap<QueueName, HashMap<Traits, usize>>,
    /// Numbers of shards that stand for nothing now.
    free: Vec<usize>,
    /// Shards that were made or that lost an item since the last settling.
    thinned: Vec<usize>,
    journal: Vec<Change>,
    /// Rows up to this case number are in the index; `None`: all are.
    filling: Option<i64>,
}

impl ReadyIndex {
    /// An index that is yet to be filled.
    pub(super) fn unfilled() -> Self {
        Self { filling: Some(i64::MIN), ..Self::default() }
    }

    /// Whether every row was read.
    pub(super) fn is_filled(&self) -> bool {
        self.filling.is_none()
    }

    /// Reads the next rows; false: there are more.
    pub(super) fn fill(&mut self, data: &Connection) -> Result<bool, StoreError> {
        let Some(after) = self.filling else { return Ok(true) };
        let sql = format!("SELECT {COLUMNS} FROM items WHERE case_number > ?1 ORDER BY case_number LIMIT ?2");
        let mut statement = data.prepare_cached(&sql)?;
        let mut rows = statement.query((after, CHUNK_ROWS))?;
        let (mut last, mut count) = (after, 0);
        while let Some(row) = rows.next()? {
            (last, count) = (row.get(0)?, count + 1);
            if let Some(standing) = Item::read_sound(row)?.and_then(|item| item.stands(self)) {
                self.put(&standing);
            }
        }
        self.filling = (count == CHUNK_ROWS).then_some(last);
        Ok(self.is_filled())
    }

    /// Where an item with these properties stands.
    pub(super) fn standing(
        &mut self,
        (tenant, queue): (i64, &str),
        traits: Traits,
        lane: Lane,
        key: OrderKey,
    ) -> Standing {
        let queue = (tenant, queue.to_owned());
        let known = self.numbers.get(&queue).and_then(|shards| shards.get(&traits)).copied();
        let shard = known.unwrap_or_else(|| self.make(queue, traits));
        Standing { shard, lane, key }
    }

    /// A shard for what no item asked for until now.
    fn make(&mut self, queue: QueueName, traits: Traits) -> usize {
        let shard = Shard { lanes: Default::default(), queue: queue.clone(), traits: traits.clone() };
        let number = self.free.pop().unwrap_or(self.shards.len());
        match self.shards.get_mut(number) {
            Some(place) => *place = shard,
            None => self.shards.push(shard),
        }
        self.numbers.entry(queue).or_default().insert(traits, number);
        self.thinned.push(number);
        number
    }

    /// Lets go of shards in which nothing is left: traits are what callers make of them, and would grow for ever.
    fn release_empty(&mut self) {
        while let Some(number) = self.thinned.pop() {
            let Some(Shard { lanes, queue, traits }) = self.shards.get(number) else { continue };
            if lanes.iter().any(|lane| !lane.is_empty()) {
                continue;
            }
            // A shard that was let go before stands under no traits any more.
            let Some(shards) = self.numbers.get_mut(queue) else { continue };
            if shards.get(traits) != Some(&number) {
                continue;
            }
            shards.remove(traits);
            if shards.is_empty() {
                self.numbers.remove(queue);
            }
            self.free.push(number);
        }
    }

    /// Moves the item of a row from where it stood to where it stands now.
    pub(super) fn change(&mut self, case_number: i64, before: Option<Standing>, after: Option<Standing>) {
        if before == after || self.filling.is_some_and(|read| case_number > read) {
            return;
        }
        if let Some(before) = before {
            self.take(&before);
            self.journal.push(Change::Removed(before));
        }
        if let Some(after) = after {
            self.put(&after);
            self.journal.push(Change::Added(after));
        }
    }

    fn put(&mut self, standing: &Standing) {
        if let Some(shard) = self.shards.get_mut(standing.shard) {
            shard.lane(standing.lane).insert(&standing.key);
        }
    }

    fn take(&mut self, standing: &Standing) {
        if let Some(shard) = self.shards.get_mut(standing.shard) {
            shard.lane(standing.lane).remove(&standing.key);
            self.thinned.push(standing.shard);
        }
    }

    /// How many changes there are to take back.
    pub(super) fn mark(&self) -> usize {
        self.journal.len()
    }

    /// Takes back every change since a mark.
    pub(super) fn undo(&mut self, mark: usize) {
        while self.journal.len() > mark {
            match self.journal.pop() {
                Some(Change::Added(standing)) => self.take(&standing),
                Some(Change::Removed(standing)) => self.put(&standing),
                None => return,
            }
        }
    }

    /// The changes are durable.
    pub(super) fn settle(&mut self) {
        self.journal.clear();
        self.release_empty();
    }

    /// The shards of a queue whose items suit a worker.
    pub(super) fn suiting(&self, tenant: i64, queue: &str, suits: impl Fn(&Traits) -> bool) -> Vec<usize> {
        let Some(queue) = self.numbers.get(&(tenant, queue.to_owned())) else { return Vec::new() };
        queue.iter().filter(|(traits, _)| suits(traits)).map(|(_, shard)| *shard).collect()
    }

    /// Which lanes of these shards hold an item.
    pub(super) fn waits(&self, shards: &[usize]) -> [bool; 3] {
        let mut waits = [false; 3];
        for shard in shards.iter().filter_map(|shard| self.shards.get(*shard)) {
            for (waits, lane) in waits.iter_mut().zip(&shard.lanes) {
                *waits |= !lane.is_empty();
            }
        }
        waits
    }

    /// The first item of a lane of these shards.
    pub(super) fn first(&mut self, shards: &[usize], lane: Lane) -> Option<OrderKey> {
        shards.iter().filter_map(|shard| self.shards.get_mut(*shard)?.lane(lane).first()).min()
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{id::CaseId, time::Timestamp};

    fn key(due: i64) -> OrderKey {
        OrderKey::new(Timestamp(due), 0, Timestamp(0), CaseId(Uuid::from_u128(1)))
    }

    fn traits(language: Option<Language>) -> Traits {
        Traits { language, skills: Vec::new() }
    }

    #[test]
    fn what_failed_is_taken_back() {
        let mut index = ReadyIndex::default();
        let at = |index: &mut ReadyIndex, due| Some(index.standing((1, "q"), traits(None), Lane::Regular, key(due)));
        let (one, two) = (at(&mut index, 1), at(&mut index, 2));
        index.change(1, None, one.clone());
        index.settle();
        let mark = index.mark();
        index.change(1, one, two.clone());
        index.change(1, two, None);
        let all = index.suiting(1, "q", |_| true);
        assert_eq!(index.waits(&all), [false; 3]);
        index.undo(mark);
        assert_eq!(index.first(&all, Lane::Regular), Some(key(1)));
        assert_eq!(index.mark(), 0);
    }

    #[test]
    fn traits_that_nothing_asks_for_any_more_are_forgotten() {
        let mut index = ReadyIndex::default();
        for number in 0..100_u8 {
            let skill = Traits { skills: vec![number], ..traits(None) };
            let standing = Some(index.standing((1, "q"), skill, Lane::Regular, key(1)));
            index.change(1, None, standing.clone());
            index.settle();
            assert_eq!(index.suiting(1, "q", |_| true).len(), 1);
            index.change(1, standing, None);
            index.settle();
        }
        assert_eq!((index.shards.len(), index.free.len(), index.numbers.len()), (1, 1, 0));
        index.standing((1, "q"), traits(None), Lane::Regular, key(1));
        assert_eq!((index.shards.len(), index.free.len()), (1, 0));
    }

    #[test]
    fn shards_of_a_queue_are_one_order_for_those_they_suit() {
        let mut index = ReadyIndex::default();
        for (due, language) in [(3, None), (1, Some(Language::German)), (2, Some(Language::English))] {
            let standing = index.standing((1, "q"), traits(language), Lane::Express, key(due));
            index.change(due, None, Some(standing));
        }
        let suiting = |spoken| index.suiting(1, "q", |traits| traits.language.is_none_or(|one| one == spoken));
        let (german, english) = (suiting(Language::German), suiting(Language::English));
        assert_eq!(index.first(&german, Lane::Express), Some(key(1)));
        assert_eq!(index.first(&english, Lane::Express), Some(key(2)));
        assert_eq!(index.suiting(2, "q", |_| true), [0; 0]);
        assert_eq!(index.waits(&english), [false, true, false]);
    }

    #[test]
    fn rows_that_are_not_read_yet_are_left_to_their_reading() {
        let mut index = ReadyIndex { filling: Some(5), ..ReadyIndex::default() };
        let standing = index.standing((1, "q"), traits(None), Lane::Regular, key(1));
        index.change(6, None, Some(standing.clone()));
        let all = index.suiting(1, "q", |_| true);
        assert_eq!((index.first(&all, Lane::Regular), index.is_filled()), (None, false));
        index.change(5, None, Some(standing));
        assert_eq!(index.first(&all, Lane::Regular), Some(key(1)));
    }
}
