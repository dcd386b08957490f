//! A map from words to small numbers that is one cache line away: open addressing over words of at most fourteen bytes,
//! which are compared as one integer; longer words are few and stand in a map of their own. Knows nothing of what the
//! numbers mean.

use rustc_hash::FxHashMap;

/// Longest word that is kept in place, in bytes.
pub(super) const SHORT_BYTES_MAX: usize = 14;

/// The bits of a slot that hold the word; the number stands above.
const WORD_BITS: u32 = 112;

/// The bits of the first bytes, by their number.
static MASKS: [u128; SHORT_BYTES_MAX + 1] = {
    let mut masks = [0; SHORT_BYTES_MAX + 1];
    let mut len = 1;
    while len <= SHORT_BYTES_MAX {
        #[expect(clippy::indexing_slicing, reason = "evaluated at compile time")]
        {
            masks[len] = u128::MAX >> (128 - 8 * len);
        }
        len += 1;
    }
    masks
};

const WORD_MASK: u128 = (1 << WORD_BITS) - 1;

/// A word of at most [`SHORT_BYTES_MAX`] bytes, filled up with zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Key(u128);

impl Key {
    /// The word of `len` bytes at `start`, if it is short enough.
    #[inline]
    pub(super) fn at(text: &[u8], start: usize, len: usize) -> Option<Self> {
        let mask = MASKS.get(len)?;
        if let Some(near) = text.get(start..).and_then(<[u8]>::first_chunk::<16>) {
            return Some(Self(u128::from_le_bytes(*near) & mask));
        }
        let word = text.get(start..start + len)?;
        let mut bytes = [0; 16];
        bytes.get_mut(..len)?.copy_from_slice(word);
        Some(Self(u128::from_le_bytes(bytes)))
    }

    /// Whether a word of `len` letters and digits of ASCII holds small letters alone: they alone have both of two bits.
    #[inline]
    pub(super) fn is_small(self, len: usize) -> bool {
        const SMALL: u128 = u128::from_ne_bytes([0x60; 16]);
        MASKS.get(len).is_some_and(|mask| !self.0 & SMALL & mask == 0)
    }

    /// Its first eight bytes.
    #[inline]
    pub(super) fn head(self) -> u64 {
        self.halves().0
    }

    #[inline]
    fn halves(self) -> (u64, u64) {
        let low = u64::try_from(self.0 & u128::from(u64::MAX)).unwrap_or(0);
        (low, u64::try_from(self.0 >> 64).unwrap_or(0))
    }

    /// Bits of the word, the highest ones well mixed: the two halves multiplied by odd numbers.
    #[inline]
    fn hash(self) -> u64 {
        let (low, high) = self.halves();
        let mixed = low.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed ^ mixed >> 32 ^ high).wrapping_mul(0xd1b5_4a32_d192_ed03)
    }
}

/// Words and their numbers, from 1.
pub(super) struct Table {
    slots: Vec<u128>,
    shift: u32,
    used: usize,
    long: FxHashMap<&'static str, u16>,
}

impl Table {
    /// Room for about `words` words at half load.
    pub(super) fn with_capacity(words: usize) -> Self {
        let size = (words * 2).next_power_of_two();
        Self { slots: vec![0; size], shift: 64 - size.trailing_zeros(), used: 0, long: FxHashMap::default() }
    }

    /// The number of a word; 0 for none.
    #[inline]
    pub(super) fn get(&self, word: &str) -> u16 {
        match Key::at(word.as_bytes(), 0, word.len()) {
            Some(key) => self.get_short(key),
            None => self.long.get(word).copied().unwrap_or(0),
        }
    }

    /// The number of a short word; 0 for none.
    #[inline]
    pub(super) fn get_short(&self, key: Key) -> u16 {
        let mut at = self.home(key);
        loop {
            let slot = self.slots.get(at).copied().unwrap_or(0);
            if slot & WORD_MASK == key.0 || slot == 0 {
                return u16::try_from(slot >> WORD_BITS).unwrap_or(0);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    /// Gives a word a number, in place of the one it has.
    pub(super) fn set(&mut self, word: &'static str, number: u16) {
        match Key::at(word.as_bytes(), 0, word.len()) {
            Some(key) => self.set_short(key, number),
            None => drop(self.long.insert(word, number)),
        }
    }

    /// The short words with their numbers.
    pub(super) fn short_words(&self) -> impl Iterator<Item = (Key, u16)> + '_ {
        let used = self.slots.iter().filter(|slot| **slot != 0);
        used.map(|slot| (Key(slot & WORD_MASK), u16::try_from(slot >> WORD_BITS).unwrap_or(0)))
    }

    /// Gives a short word a number, in place of the one it has.
    pub(super) fn set_short(&mut self, key: Key, number: u16) {
        if self.used * 4 > self.slots.len() * 3 {
            self.grow();
        }
        self.put(key.0 | u128::from(number) << WORD_BITS);
    }

    /// Gives every word the number that stands at the place of its old one.
    pub(super) fn renumber(&mut self, numbers: &[u16]) {
        let new =
            |old: u128| u16::try_from(old).ok().and_then(|old| numbers.get(usize::from(old))).copied().unwrap_or(0);
        for slot in self.slots.iter_mut().filter(|slot| **slot != 0) {
            *slot = *slot & WORD_MASK | u128::from(new(*slot >> WORD_BITS)) << WORD_BITS;
        }
        for number in self.long.values_mut() {
            *number = new(u128::from(*number));
        }
    }

    fn home(&self, key: Key) -> usize {
        usize::try_from(key.hash() >> self.shift).unwrap_or(0)
    }

    fn put(&mut self, new: u128) {
        let word = new & WORD_MASK;
        let mut at = self.home(Key(word));
        let last = self.slots.len() - 1;
        while let Some(slot) = self.slots.get_mut(at) {
            if *slot == 0 || *slot & WORD_MASK == word {
                self.used += usize::from(*slot == 0);
                *slot = new;
                return;
            }
            at = (at + 1) & last;
        }
    }

    fn grow(&mut self) {
        let old = std::mem::replace(self, Self::with_capacity(self.slots.len()));
        self.long = old.long;
        for slot in old.slots.into_iter().filter(|slot| *slot != 0) {
            self.put(slot);
        }
    }
}

impl std::fmt::Debug for Table {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Table({} words)", self.used + self.long.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_keep_their_numbers_while_the_table_grows() {
        let mut table = Table::with_capacity(4);
        let words: Vec<&'static str> = (0..5_000)
            .map(|n: u32| &*format!("{}{n}", if n.is_multiple_of(7) { "a-rather-long-word" } else { "w" }).leak())
            .collect();
        for (number, word) in (1..).zip(&words) {
            table.set(word, number);
        }
        table.set(words.first().unwrap(), 9_999);
        for (number, word) in (1..).zip(&words).skip(1) {
            assert_eq!(table.get(word), number, "{word}");
        }
        assert_eq!(table.get(words.first().unwrap()), 9_999);
        assert_eq!((table.get("w5001"), table.get(""), table.get("a-rather-long-wordx")), (0, 0, 0));
    }

    #[test]
    fn a_key_is_the_word_wherever_it_stands() {
        let alone = Key::at(b"card", 0, 4);
        assert_eq!(Key::at(b"my card is here somewhere", 3, 4), alone);
        assert_eq!(Key::at(b"my card", 3, 4), alone);
        assert_eq!(Key::at(b"fifteen letters", 0, 15), None);
    }
}
