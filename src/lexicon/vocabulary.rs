//! The words of one language's lexicon, and the fast exact way from a folded word of a text to them: a small cache per
//! thread from surface to numbers, with the stemmer only on a miss.

use std::{
    cell::RefCell,
    hash::Hasher,
    sync::atomic::{AtomicU32, Ordering},
};

use rustc_hash::{FxHashMap, FxHasher};

use crate::text::{
    Language,
    stem::{self, Stemmer},
};

/// Number of a word in its vocabulary; [`NONE`] stands for a word that no row holds.
pub(super) type WordId = u32;
pub(super) const NONE: WordId = 0;
pub(super) const NUMBER: WordId = 1;
pub(super) const ANY: WordId = 2;
pub(super) const GAP: WordId = 3;
const FIRST: WordId = 4;

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
    pub(super) fn look_up(&self, word: &str, elongated: bool) -> Ids {
        let Some(key) = Key::new(self.serial, word) else { return self.find(word, elongated) };
        CACHE.with_borrow_mut(|cache| {
            let slot = cache.slot(&key);
            if slot.key != key {
                *slot = Slot { key, ids: self.find(word, elongated) };
            }
            slot.ids
        })
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

const KEY_BYTES: usize = 27;
const SLOTS: usize = 1 << 14;

/// A word of a vocabulary as the caches keep it: exact, so that no two words are ever taken for each other.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Key {
    serial: u32,
    length: u8,
    bytes: [u8; KEY_BYTES],
}

impl Key {
    /// `None`: the word is too long to be kept.
    fn new(serial: u32, word: &str) -> Option<Self> {
        let mut bytes = [0; KEY_BYTES];
        bytes.get_mut(..word.len())?.copy_from_slice(word.as_bytes());
        Some(Self { serial, length: u8::try_from(word.len()).ok()?, bytes })
    }

    fn hash(&self) -> u64 {
        let mut hasher = FxHasher::default();
        hasher.write_u32(self.serial);
        hasher.write(&self.bytes);
        hasher.finish()
    }
}

#[derive(Clone, Copy)]
struct Slot {
    key: Key,
    ids: Ids,
}

struct Cache(Vec<Slot>);

impl Cache {
    #[expect(clippy::indexing_slicing, reason = "the index is masked to the length; 4 % of the look-up")]
    #[expect(clippy::cast_possible_truncation, reason = "only the low bits are used")]
    fn slot(&mut self, key: &Key) -> &mut Slot {
        let hash = key.hash();
        &mut self.0[(hash ^ hash >> 32) as usize & (SLOTS - 1)]
    }
}

thread_local! {
    static CACHE: RefCell<Cache> = RefCell::new(Cache(vec![
        Slot { key: Key { serial: 0, length: 0, bytes: [0; KEY_BYTES] }, ids: Ids { exact: NONE, stem: NONE } };
        SLOTS
    ]));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_by_form_stem_and_spelling() {
        let mut words = Vocabulary::new(Language::Portuguese);
        let nao = words.add_stem("não");
        let um = words.add_exact("um");
        assert_eq!(words.look_up("não", false), Ids { exact: NONE, stem: nao });
        assert_eq!(words.look_up("nao", false), Ids { exact: NONE, stem: nao });
        assert_eq!(words.look_up("um", false), Ids { exact: um, stem: NONE });
        assert_eq!(words.look_up("naaaao", true), Ids { exact: NONE, stem: nao });
    }

    #[test]
    fn two_vocabularies_share_the_cache_and_nothing_else() {
        let mut one = Vocabulary::new(Language::English);
        let other = Vocabulary::new(Language::English);
        let id = one.add_stem("waiting");
        assert_eq!(one.look_up("waited", false).stem, id);
        assert_eq!(other.look_up("waited", false).stem, NONE);
        let long = "a".repeat(60);
        assert_eq!(one.look_up(&long, false), Ids::default());
    }
}
