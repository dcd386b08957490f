//! The index of what is ready in one lane, in memory: keys in order, packed into blocks. It holds no more than the order
//! needs, so that a million items take some fifty bytes each; everything else of an item is read where it is stored.

use std::collections::{BTreeMap, VecDeque};

use uuid::Uuid;

use super::OrderKey;
use crate::{id::CaseId, time::Timestamp};

/// Keys in a block. Larger blocks move more bytes at an insertion, smaller ones make the directory longer.
const BLOCK_ENTRIES: usize = 128;

/// A key in 34 bytes, without the padding that the alignment of its numbers would cost. Its fields stand in the order in
/// which keys compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(Rust, packed(2))]
struct Packed {
    due: i64,
    value: u16,
    enter: i64,
    case: u128,
}

impl From<&OrderKey> for Packed {
    fn from(key: &OrderKey) -> Self {
        Self { due: key.due_time.0, value: key.value_descending, enter: key.enter_time.0, case: key.case.0.as_u128() }
    }
}

impl From<&Packed> for OrderKey {
    fn from(packed: &Packed) -> Self {
        Self {
            due_time: Timestamp(packed.due),
            value_descending: packed.value,
            enter_time: Timestamp(packed.enter),
            case: CaseId(Uuid::from_u128(packed.case)),
        }
    }
}

/// What is ready in one lane, in order.
#[derive(Clone, Debug, Default)]
pub struct ReadyLane {
    /// Blocks of sorted keys, by a key that none of their own is less than. No block is empty.
    blocks: BTreeMap<Packed, VecDeque<Packed>>,
    entries: usize,
}

impl ReadyLane {
    /// How many keys it holds.
    pub fn len(&self) -> usize {
        self.entries
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.entries == 0
    }

    /// Adds a key; false: it was there.
    pub fn insert(&mut self, key: &OrderKey) -> bool {
        let key = Packed::from(key);
        let Some(block) = self.block(&key) else {
            self.add_block(key);
            return true;
        };
        let Err(at) = block.binary_search(&key) else { return false };
        if block.len() < BLOCK_ENTRIES {
            block.insert(at, key);
            self.entries += 1;
            return true;
        }
        if at == BLOCK_ENTRIES {
            // Behind a full block a new one begins, so that keys that come in order fill blocks to the brim.
            self.add_block(key);
            return true;
        }
        self.split(&key);
        self.insert(&OrderKey::from(&key))
    }

    /// Takes a key out; false: it was not there.
    pub fn remove(&mut self, key: &OrderKey) -> bool {
        let key = Packed::from(key);
        let Some((name, block)) = self.blocks.range_mut(..=key).next_back() else { return false };
        let Ok(at) = block.binary_search(&key) else { return false };
        block.remove(at);
        if block.len() * 4 <= block.capacity() {
            block.shrink_to(block.len() * 2);
        }
        if block.is_empty() {
            let name = *name;
            self.blocks.remove(&name);
        }
        self.entries -= 1;
        true
    }

    /// The first key.
    pub fn first(&self) -> Option<OrderKey> {
        let (_, block) = self.blocks.first_key_value()?;
        block.front().map(OrderKey::from)
    }

    /// Takes the first key out.
    pub fn pop(&mut self) -> Option<OrderKey> {
        let mut entry = self.blocks.first_entry()?;
        let first = entry.get_mut().pop_front();
        if entry.get().is_empty() {
            entry.remove();
        }
        self.entries -= usize::from(first.is_some());
        first.as_ref().map(OrderKey::from)
    }

    /// All keys in order.
    pub fn iter(&self) -> impl Iterator<Item = OrderKey> + '_ {
        self.blocks.values().flatten().map(OrderKey::from)
    }

    /// The block that a key belongs to; `None`: there is none at all.
    fn block(&mut self, key: &Packed) -> Option<&mut VecDeque<Packed>> {
        let first = *self.blocks.first_key_value()?.0;
        if *key < first {
            let block = self.blocks.remove(&first)?;
            return Some(self.blocks.entry(*key).or_insert(block));
        }
        self.blocks.range_mut(..=*key).next_back().map(|(_, block)| block)
    }

    fn add_block(&mut self, key: Packed) {
        let mut block = VecDeque::with_capacity(BLOCK_ENTRIES);
        block.push_back(key);
        self.blocks.insert(key, block);
        self.entries += 1;
    }

    /// Halves the full block of a key.
    fn split(&mut self, key: &Packed) {
        let Some((_, block)) = self.blocks.range_mut(..=*key).next_back() else { return };
        let half = block.split_off(block.len() / 2);
        let mut upper = VecDeque::with_capacity(BLOCK_ENTRIES);
        upper.extend(half);
        if let Some(first) = upper.front() {
            self.blocks.insert(*first, upper);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn key((due, value, enter, id): (i64, u16, i64, u8)) -> OrderKey {
        OrderKey::new(Timestamp(due), value, Timestamp(enter), CaseId(Uuid::from_u128(id.into())))
    }

    fn part() -> impl Strategy<Value = (i64, u16, i64, u8)> {
        let time = prop_oneof![-3..3i64, Just(i64::MIN), Just(i64::MAX)];
        (time, 0..3u16, -2..2i64, any::<u8>())
    }

    proptest! {
        #[test]
        fn packed_keys_compare_as_keys(one in part(), other in part()) {
            let (one, other) = (key(one), key(other));
            prop_assert_eq!(OrderKey::from(&Packed::from(&one)), one);
            prop_assert_eq!(Packed::from(&one).cmp(&Packed::from(&other)), one.cmp(&other));
        }

        #[test]
        fn it_is_a_sorted_set(acts in proptest::collection::vec((0..4u8, part()), 0..900)) {
            let (mut lane, mut model) = (ReadyLane::default(), BTreeSet::new());
            for (act, parts) in acts {
                let key = key(parts);
                match act {
                    0 | 1 => prop_assert_eq!(lane.insert(&key), model.insert(key)),
                    2 => prop_assert_eq!(lane.remove(&key), model.remove(&key)),
                    _ => prop_assert_eq!(lane.pop(), model.pop_first()),
                }
                prop_assert_eq!((lane.len(), lane.first()), (model.len(), model.first().copied()));
            }
            prop_assert!(lane.iter().eq(model));
        }
    }

    #[test]
    fn keys_that_come_in_order_fill_their_blocks() {
        let mut lane = ReadyLane::default();
        for due in 0..10_000 {
            assert!(lane.insert(&key((due, 0, 0, 0))));
        }
        assert_eq!(lane.blocks.len(), 10_000_usize.div_ceil(BLOCK_ENTRIES));
    }
}
