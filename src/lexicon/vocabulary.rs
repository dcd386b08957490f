//! The words of one language's lexicon, and the fast exact way from a folded word of a text to them: a small cache per
//! thread from surface to numbers, with the stemmer only on a miss.

use std::{
    cell::RefCell,
    sync::atomic::{AtomicU32, Ordering},
};

use rustc_hash::FxHashMap;

use crate::text::{
    Language, sixteen,
    stem::{self, Stemmer},
};

/// Number of a word in its vocabulary; [`NONE`] stands for a word that no row holds.
pub(super) type WordId = u32;
pub(super) const NONE: WordId = 0;
pub(super) const NUMBER: WordId = 1;
pub(super) const ANY: WordId = 2;
pub(super) const GAP: WordId = 3;
/// The first number of a word; those below stand for no single word.
pub(super) const FIRST: WordId = 4;

/// The numbers of one word: as it is written, and by its stem.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ids {
    pub(super) exact: WordId,
    pub(super) stem: WordId,
}

/// Tells vocabularies apart in the caches; of no meaning beyond that.
static SERIAL: AtomicU32 = AtomicU32::new(1);

#[derive(Debug)]
pub(super) struct Vocabulary {
    serial: u32,
    language: Language,
    stemmer: Stemmer,
    exact: FxHashMap<Box<str>, WordId>,
    stems: FxHashMap<Box<str>, WordId>,
    /// Stems of other spellings; they never hide a stem of the first rank.
    spellings: FxHashMap<Box<str>, WordId>,
    next: WordId,
}

impl Vocabulary {
    pub(super) fn new(language: Language) -> Self {
        Self {
            serial: SERIAL.fetch_add(1, Ordering::Relaxed),
            language,
            stemmer: Stemmer::new(language),
            exact: FxHashMap::default(),
            stems: FxHashMap::default(),
            spellings: FxHashMap::default(),
            next: FIRST,
        }
    }

    /// How many numbers are in use.
    pub(super) fn len(&self) -> usize {
        self.next as usize
    }

    /// Every exact word with its numbers.
    pub(super) fn exact_words(&self) -> impl Iterator<Item = (&str, Ids)> {
        self.exact.keys().map(|word| (&**word, self.find_plain(word)))
    }

    /// The number of exactly this word, new if need be.
    pub(super) fn add_exact(&mut self, word: &str) -> WordId {
        add(&mut self.exact, &mut self.next, word)
    }

    /// The number of the stem of this word, new if need be.
    pub(super) fn add_stem(&mut self, word: &str) -> WordId {
        let id = add(&mut self.stems, &mut self.next, &self.stemmer.stem(word));
        for spelling in stem::spellings(word, self.language) {
            self.spellings.entry(self.stemmer.stem(&spelling).into()).or_insert(id);
        }
        id
    }

    /// The numbers of a folded word.
    pub(super) fn look_up(&self, cache: &mut Cache, word: &str, elongated: bool) -> Ids {
        let Some(key) = key(self.serial, word, elongated) else { return self.find(word, elongated) };
        let slot = cache.near.slot(hash(key));
        if slot.key == key { slot.ids } else { self.fetch(cache, key, word, elongated) }
    }

    /// The same of a word of at most sixteen bytes, packed.
    #[inline]
    pub(super) fn look_up_packed(&self, cache: &mut Cache, packed: u128, elongated: bool) -> Ids {
        let key = packed_key(self.serial, packed, elongated);
        let slot = cache.near.slot(hash(key));
        if slot.key == key {
            return slot.ids;
        }
        self.fetch(cache, key, sixteen::unpacked(&packed.to_le_bytes()), elongated)
    }

    /// Brings a word into the near cache.
    #[cold]
    fn fetch(&self, cache: &mut Cache, key: Key, word: &str, elongated: bool) -> Ids {
        let hash = hash(key);
        let slot = cache.near.slot(hash);
        *slot = cache.far.find(hash >> 17, key).unwrap_or_else(|| Slot { key, ids: self.find(word, elongated) });
        cache.far.keep(hash >> 17, *slot);
        slot.ids
    }

    fn find(&self, word: &str, elongated: bool) -> Ids {
        let ids = self.find_plain(word);
        if !elongated || ids != Ids::default() {
            return ids;
        }
        [2, 1]
            .iter()
            .map(|run| self.find_plain(&shortened(word, *run)))
            .find(|ids| *ids != Ids::default())
            .unwrap_or_default()
    }

    fn find_plain(&self, word: &str) -> Ids {
        let stem = self.stemmer.stem(word);
        let by_stem = self.stems.get(&*stem).or_else(|| self.spellings.get(&*stem));
        Ids { exact: self.exact.get(word).copied().unwrap_or(NONE), stem: by_stem.copied().unwrap_or(NONE) }
    }
}

fn add(words: &mut FxHashMap<Box<str>, WordId>, next: &mut WordId, word: &str) -> WordId {
    *words.entry(word.into()).or_insert_with(|| {
        *next += 1;
        *next - 1
    })
}

/// The word with no letter more than `run` times in a row.
fn shortened(word: &str, run: usize) -> String {
    let mut short = String::with_capacity(word.len());
    let (mut last, mut seen) = ('\0', 0);
    for letter in word.chars() {
        seen = if letter == last { seen + 1 } else { 1 };
        last = letter;
        if seen <= run {
            short.push(letter);
        }
    }
    short
}

const WORD_BYTES: usize = 19;
/// The frequent words, small enough for the first cache of a processor, and the rest.
const NEAR_SLOTS: usize = 1 << 12;
const FAR_SLOTS: usize = 1 << 15;

/// A word of a vocabulary as the caches keep it: exact, so that no two words are ever taken for each other. Three
/// machine words: 19 bytes of text, whether it was
/// elongated before it was folded, the vocabulary.
type Key = [u64; 3];

/// `None`: the word is too long to be kept.
fn key(serial: u32, word: &str, elongated: bool) -> Option<Key> {
    let bytes = word.as_bytes();
    let Some((first, third)) = bytes.split_first_chunk() else {
        return Some(packed_key(serial, packed(bytes), elongated));
    };
    if bytes.len() > WORD_BYTES {
        return None;
    }
    let [first, second, rest] = packed_key(serial, u128::from_le_bytes(*first), elongated);
    #[expect(clippy::cast_possible_truncation, reason = "three bytes at most")]
    Some([first, second, rest | packed(third) as u64])
}

/// The key of a word of at most sixteen bytes. No word holds a zero, so that its length need not be told.
#[expect(clippy::cast_possible_truncation, reason = "one half and the other")]
fn packed_key(serial: u32, packed: u128, elongated: bool) -> Key {
    [packed as u64, (packed >> 64) as u64, u64::from(elongated) << 31 | u64::from(serial) << 32]
}

/// Up to sixteen bytes in one number, the first one lowest.
fn packed(bytes: &[u8]) -> u128 {
    bytes.iter().rev().fold(0, |word, byte| word << 8 | u128::from(*byte))
}

/// Half a cache line, so that a look-up touches one.
#[derive(Clone, Copy)]
#[repr(align(32))]
struct Slot {
    key: Key,
    ids: Ids,
}

const EMPTY: Slot = Slot { key: [0; 3], ids: Ids { exact: NONE, stem: NONE } };

fn hash([first, second, third]: Key) -> u64 {
    const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
    let mixed = (first.wrapping_mul(ODD) ^ second).wrapping_mul(ODD) ^ third.wrapping_mul(ODD);
    (mixed ^ mixed >> 29).wrapping_mul(ODD) >> 20
}

/// A direct-mapped table of a power of two of slots.
struct Slots(Vec<Slot>);

impl Slots {
    #[expect(clippy::indexing_slicing, reason = "the index is masked to the length; checked access costs 3 %")]
    #[expect(clippy::cast_possible_truncation, reason = "only the low bits are used")]
    fn slot(&mut self, hash: u64) -> &mut Slot {
        let mask = self.0.len() - 1;
        &mut self.0[hash as usize & mask]
    }

    /// The slot of a key in its place or the one beside it.
    fn find(&mut self, hash: u64, key: Key) -> Option<Slot> {
        let first = *self.slot(hash);
        if first.key == key {
            return Some(first);
        }
        Some(*self.slot(hash ^ 1)).filter(|slot| slot.key == key)
    }

    /// Puts a slot in its place; what stood there moves beside it.
    fn keep(&mut self, hash: u64, slot: Slot) {
        let place = self.slot(hash);
        if place.key != slot.key {
            let before = std::mem::replace(place, slot);
            *self.slot(hash ^ 1) = before;
        }
    }
}

/// Words that were looked up lately, of any vocabulary.
pub(super) struct Cache {
    near: Slots,
    far: Slots,
    /// Room for one folded word.
    pub(super) folded: String,
}

thread_local! {
    /// The cache of this thread; borrowed for a whole text at a time.
    pub(super) static CACHE: RefCell<Cache> =
        RefCell::new(Cache {
            near: Slots(vec![EMPTY; NEAR_SLOTS]),
            far: Slots(vec![EMPTY; FAR_SLOTS]),
            folded: String::with_capacity(32),
        });
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Vocabulary {
        fn at_once(&self, word: &str, elongated: bool) -> Ids {
            CACHE.with_borrow_mut(|cache| self.look_up(cache, word, elongated))
        }
    }

    #[test]
    fn words_are_found_by_form_stem_and_spelling() {
        let mut words = Vocabulary::new(Language::Portuguese);
        let nao = words.add_stem("não");
        let um = words.add_exact("um");
        assert_eq!(words.at_once("não", false), Ids { exact: NONE, stem: nao });
        assert_eq!(words.at_once("nao", false), Ids { exact: NONE, stem: nao });
        assert_eq!(words.at_once("um", false), Ids { exact: um, stem: NONE });
        assert_eq!(words.at_once("naaaao", true), Ids { exact: NONE, stem: nao });
    }

    #[test]
    fn elongation_is_not_forgotten_between_two_look_ups() {
        let mut words = Vocabulary::new(Language::English);
        let id = words.add_stem("link");
        assert_eq!(words.at_once("linnnk", false).stem, NONE);
        assert_eq!(words.at_once("linnnk", true).stem, id);
        assert_eq!(words.at_once("linnnk", false).stem, NONE);
    }

    #[test]
    fn two_vocabularies_share_the_cache_and_nothing_else() {
        let mut one = Vocabulary::new(Language::English);
        let other = Vocabulary::new(Language::English);
        let id = one.add_stem("waiting");
        assert_eq!(one.at_once("waited", false).stem, id);
        assert_eq!(other.at_once("waited", false).stem, NONE);
        let long = "a".repeat(60);
        assert_eq!(one.at_once(&long, false), Ids::default());
    }
}
