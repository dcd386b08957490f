//! Everything the lists say of a word, found by one look-up: as a number, a letter or a cue, as a name, a place or an
//! ordinary word, and which finders it may interest. Knows nothing of how finders weigh it.

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use super::{
    flags::Flags,
    gazetteer::{self, Entry},
    places,
    table::{Key, Table},
    words::{self, Word},
};

/// What all lists say of one word. The default is a word in no list. It fills a cache line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(align(64))]
pub(super) struct Meaning {
    /// As a number, a letter or a cue.
    pub(super) word: Word,
    /// As a name, a place or an ordinary word.
    pub(super) entry: Entry,
    /// Which finders it may interest.
    pub(super) flags: Flags,
}

/// The words of all lists.
#[derive(Debug)]
pub(super) struct Vocabulary {
    /// The most frequent short words: few enough to stay in a cache.
    common: Table,
    /// All words.
    table: Table,
    meanings: Vec<Meaning>,
}

/// About as many words as the lists hold together, so that the table need not grow.
const WORDS: usize = 220_000;

/// Six times as many words as are frequent, so that nearly all are found at their first place, and a word that is not
/// frequent is known by an empty one.
const COMMON_WORDS: usize = 32_000;

/// How common a frequent word is.
const FREQUENT: u8 = 3;

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(Vocabulary::build);

/// The vocabulary.
pub(super) fn vocabulary() -> &'static Vocabulary {
    &VOCABULARY
}

impl Vocabulary {
    /// What the lists say of a word (folded, lower case); `None` for a word in no list.
    pub(super) fn get(&self, word: &str) -> Option<&Meaning> {
        self.meaning(self.table.get(word))
    }

    /// The same for a short word.
    #[inline]
    pub(super) fn get_short(&self, key: Key) -> Option<&Meaning> {
        match self.common.get_short(key) {
            0 => self.meaning(self.table.get_short(key)),
            number => self.meaning(number),
        }
    }

    #[inline]
    fn meaning(&self, number: u16) -> Option<&Meaning> {
        if number == 0 { None } else { self.meanings.get(usize::from(number)) }
    }

    fn build() -> Self {
        let mut builder = Builder::default();
        gazetteer::each(&mut |word, change| builder.change(word, |meaning| change(&mut meaning.entry)));
        words::each(|word, known| builder.change(word, |meaning| meaning.word = known));
        gazetteer::second_words().for_each(|word| builder.flag(word, Flags::CONTINUES_NAME_PHRASE));
        builder.finish()
    }
}

/// Numbers equal meanings once.
struct Builder {
    table: Table,
    meanings: Vec<Meaning>,
    numbers: FxHashMap<Meaning, u16>,
}

impl Default for Builder {
    fn default() -> Self {
        // Number 0 stands for no meaning.
        Self { table: Table::with_capacity(WORDS), meanings: vec![Meaning::default()], numbers: FxHashMap::default() }
    }
}

impl Builder {
    fn change(&mut self, word: &'static str, change: impl FnOnce(&mut Meaning)) {
        let known = self.meanings.get(usize::from(self.table.get(word))).copied();
        let mut meaning = known.unwrap_or_default();
        if self.table.get(word) == 0 {
            meaning.word = words::derived(word);
        }
        change(&mut meaning);
        meaning.flags = Flags::of(&meaning.word, word);
        meaning.flags.add(Flags::of_entry(meaning.entry));
        if places::may_name_street(word, meaning.entry) {
            meaning.flags.add(Flags::STREET);
        }
        self.set(word, meaning);
    }

    fn flag(&mut self, word: &'static str, flag: Flags) {
        self.change(word, |_| {});
        let known = self.meanings.get(usize::from(self.table.get(word))).copied();
        let mut meaning = known.unwrap_or_default();
        meaning.flags.add(flag);
        self.set(word, meaning);
    }

    fn set(&mut self, word: &'static str, meaning: Meaning) {
        let next = u16::try_from(self.meanings.len()).unwrap_or(0);
        let number = *self.numbers.entry(meaning).or_insert(next);
        if number == next {
            self.meanings.push(meaning);
        }
        self.table.set(word, number);
    }

    /// Sets the frequent words apart, and their meanings side by side before all others.
    fn finish(mut self) -> Vocabulary {
        let level =
            |meanings: &[Meaning], number: u16| meanings.get(usize::from(number)).map(|known| known.entry.ordinary);
        let mut order: Vec<u16> = (1..).take(self.meanings.len() - 1).collect();
        order.sort_by_key(|number| std::cmp::Reverse(level(&self.meanings, *number)));
        let mut renamed = vec![0; self.meanings.len()];
        let mut meanings = vec![Meaning::default()];
        for (number, old) in (1..).zip(order) {
            meanings.extend(self.meanings.get(usize::from(old)));
            if let Some(place) = renamed.get_mut(usize::from(old)) {
                *place = number;
            }
        }
        self.table.renumber(&renamed);
        let mut common = Table::with_capacity(COMMON_WORDS);
        for (key, number) in self.table.short_words().filter(|(_, number)| level(&meanings, *number) == Some(FREQUENT))
        {
            common.set_short(key, number);
        }
        Vocabulary { common, table: self.table, meanings }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_look_up_tells_all() {
        let known = |word: &str| *vocabulary().get(word).unwrap();
        assert_eq!((known("may").entry.given > 0, known("may").word.cues.has(words::Cue::Month)), (true, true));
        assert!(known("seven").flags.any(Flags::NUMBER));
        assert!(vocabulary().get("qqqq").is_none());
        let key = Key::at(b"please call me", 7, 4).unwrap();
        assert_eq!(vocabulary().get_short(key), vocabulary().get("call"));
    }

    #[test]
    fn meanings_are_few_enough_to_number() {
        assert!(vocabulary().meanings.len() < usize::from(u16::MAX));
    }
}
