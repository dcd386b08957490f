//! Which turns hold which beginnings of values, so that a value that becomes known late is looked for only where it can
//! stand. Recent turns are scanned, older ones are indexed, so that a short conversation pays for no index and a long one
//! stays linear.

use super::heads;

/// So many tokens are scanned before they are indexed.
const SCANNED_MAX: usize = 4096;

/// So many tokens are scanned at once.
const BLOCK: usize = 16;

/// The beginnings of values in all turns so far.
#[derive(Debug, Default)]
pub(super) struct Mentions {
    /// The head of every token of every turn.
    heads: Vec<u64>,
    /// Where the tokens of each turn end.
    ends: Vec<usize>,
    short: Index,
    long: Index,
}

/// Tokens by a hash of their heads: chains of token numbers, from 1.
#[derive(Debug, Default)]
struct Index {
    first: Vec<u32>,
    next: Vec<u32>,
}

impl Mentions {
    /// Takes note of the next turn.
    pub(super) fn add(&mut self, heads: &[u64]) {
        self.heads.extend_from_slice(heads);
        self.ends.push(self.heads.len());
    }

    /// Takes note of what else stands in the last turn: what is left of a word of which a part was removed.
    pub(super) fn also(&mut self, heads: &[u64]) {
        self.heads.extend_from_slice(heads);
        if let Some(end) = self.ends.last_mut() {
            *end = self.heads.len();
        }
    }

    /// The turns in which values with these heads may stand, each once, in order.
    pub(super) fn of(&mut self, wanted: impl Iterator<Item = u64>) -> Vec<u32> {
        let mut turns = Vec::new();
        for head in wanted {
            self.index();
            let index = if heads::is_long(head) { &self.long } else { &self.short };
            let mask = heads::mask(head);
            let fits = |own: &u64| own & mask == head;
            let turn = |token: usize| u32::try_from(self.ends.partition_point(|end| *end <= token)).ok();
            turns.extend(index.chain(head).filter(|token| self.heads.get(*token).is_some_and(fits)).filter_map(turn));
            let (mut from, recent) = (index.next.len(), self.heads.get(index.next.len()..).unwrap_or_default());
            for block in recent.chunks(BLOCK) {
                // Most blocks hold none: without a branch a token they are passed over.
                if block.iter().fold(false, |found, own| found | fits(own)) {
                    turns.extend((from..).zip(block).filter(|(_, own)| fits(own)).filter_map(|(token, _)| turn(token)));
                }
                from += block.len();
            }
        }
        turns.sort_unstable();
        turns.dedup();
        turns
    }

    fn index(&mut self) {
        if self.heads.len() - self.long.next.len() > SCANNED_MAX {
            self.long.extend(&self.heads, heads::long);
            self.short.extend(&self.heads, heads::short);
        }
    }
}

impl Index {
    /// Takes in the tokens that are not indexed yet.
    fn extend(&mut self, heads: &[u64], own: fn(u64) -> Option<u64>) {
        if self.first.len() < heads.len() {
            self.first = vec![0; (2 * heads.len()).next_power_of_two()];
            self.next.clear();
        }
        for (token, head) in heads.iter().enumerate().skip(self.next.len()) {
            let size = self.first.len();
            let place = own(*head).and_then(|head| self.first.get_mut(bucket(head, size)));
            let number = u32::try_from(token + 1).unwrap_or(0);
            let before = place.map_or(0, |place| std::mem::replace(place, number));
            self.next.push(before);
        }
    }

    /// The tokens in the chain of a head.
    fn chain(&self, head: u64) -> impl Iterator<Item = usize> + '_ {
        let first = if self.first.is_empty() { None } else { self.first.get(bucket(head, self.first.len())) };
        let number = |number: u32| (number as usize).checked_sub(1);
        let next = move |token: &usize| self.next.get(*token).copied().and_then(number);
        std::iter::successors(first.copied().and_then(number), next)
    }
}

fn bucket(head: u64, size: usize) -> usize {
    usize::try_from(heads::hash(head) >> 32).unwrap_or(0) & (size - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::token::NormalisedTurn;

    #[test]
    fn turns_are_found_by_what_stands_in_them_scanned_or_indexed() {
        let mut mentions = Mentions::default();
        let texts =
            |turn: usize| if turn % 1000 == 3 { "Anna Gonzalez 4111 1111 again" } else { "nothing to see here" };
        for turn in 0..5_000 {
            mentions.add(NormalisedTurn::new(texts(turn)).heads());
            if turn % 700 == 0 {
                let expected: Vec<u32> =
                    (0..=turn).filter(|turn| turn % 1000 == 3).map(|t| u32::try_from(t).unwrap()).collect();
                for value in ["gonzalez", "41111111", "ann"] {
                    assert_eq!(mentions.of(heads::of(value).into_iter()), expected, "{value}");
                }
                assert!(mentions.of(heads::of("gonzalo").into_iter()).len() == expected.len());
                assert!(mentions.of(heads::of("gonzalos").into_iter()).is_empty());
            }
        }
    }
}
