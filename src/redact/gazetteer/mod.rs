//! What is known of a word as a name: how common it is as a given name, a family name and an ordinary word, and which
//! classes it belongs to (titles, months, brands, places, parts of an address). One look-up a word, no allocation.
//! Knows nothing of how finders weigh it.

mod class;
mod reading;

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

pub(super) use class::{Class, Classes};
pub(super) use reading::{Gap, Reading, Shape};

/// What the lists say of one word (folded, lower case). The default is a word in no list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Entry {
    /// How common it is as a given name: 0 (not listed) to 3.
    pub(super) given: u8,
    /// How common it is as a family name: 0 (not listed) to 3.
    pub(super) surname: u8,
    /// How common it is as an ordinary word: 0 (not listed) to 3 (a function word).
    pub(super) ordinary: u8,
    /// What else it is.
    pub(super) classes: Classes,
}

impl Entry {
    /// Whether it is in a list of names.
    pub(super) fn is_name(self) -> bool {
        self.given > 0 || self.surname > 0
    }

    /// Whether no list holds it.
    pub(super) fn is_unknown(self) -> bool {
        self == Self::default()
    }

    /// Whether it belongs to `class`.
    pub(super) fn is(self, class: Class) -> bool {
        self.classes.has(class)
    }
}

/// Phrases that are no names of persons though their words may be, by their first word.
type Phrases = FxHashMap<&'static str, Vec<Vec<&'static str>>>;

#[derive(Debug, Default)]
struct Tables {
    words: FxHashMap<&'static str, Entry>,
    phrases: Phrases,
}

const GIVEN: &str = include_str!("../../../data/names/given.txt");
const SURNAMES: &str = include_str!("../../../data/names/surnames.txt");
const WORDS: &str = include_str!("../../../data/names/words.txt");
const CLASSES: &str = include_str!("../../../data/names/classes.tsv");
const CITIES: &str = include_str!("../../../data/places/cities.txt");
const ADDRESS_WORDS: &str = include_str!("../../../data/places/classes.tsv");
const NO_NAMES: &str = include_str!("../../../data/names/phrases.txt");

static TABLES: LazyLock<Tables> = LazyLock::new(Tables::build);

/// What the lists say of `word`.
pub(super) fn look_up(word: &str) -> Entry {
    TABLES.words.get(word).copied().unwrap_or_default()
}

/// How many words a listed phrase has that begins with `first` and goes on with what `next` gives: the longest one.
fn phrase_len<'a>(first: &str, next: impl Fn(usize) -> &'a str) -> usize {
    let phrases = TABLES.phrases.get(first).map_or(&[][..], Vec::as_slice);
    let fits = |rest: &&Vec<&str>| rest.iter().enumerate().all(|(index, word)| next(index + 1) == *word);
    phrases.iter().filter(fits).map(|rest| rest.len() + 1).max().unwrap_or(0)
}

/// The lines of a list, without its comments.
pub(super) fn rows(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.lines().filter(|line| !line.starts_with('#') && !line.is_empty())
}

/// A line `word digit`.
fn graded(line: &'static str) -> (&'static str, u8) {
    let (word, grade) = line.split_once(' ').unwrap_or((line, "1"));
    (word, grade.parse().unwrap_or(1))
}

impl Tables {
    fn build() -> Self {
        let mut tables = Self::default();
        tables.words.reserve(1 << 18);
        for (word, grade) in rows(GIVEN).map(graded) {
            tables.words.entry(word).or_default().given = grade;
        }
        for (word, grade) in rows(SURNAMES).map(graded) {
            tables.words.entry(word).or_default().surname = grade;
        }
        for (word, grade) in rows(WORDS).map(graded) {
            tables.words.entry(word).or_default().ordinary = grade;
        }
        for row in rows(CLASSES).chain(rows(ADDRESS_WORDS)) {
            tables.add_class(row);
        }
        for city in rows(CITIES) {
            tables.add_phrase(city, Class::City);
        }
        for cue in rows(super::people::CUES).filter(|row| row.starts_with('<')) {
            let last = cue.rsplit([' ', '\t']).next().unwrap_or_default();
            tables.words.entry(last).or_default().classes.add(Class::CueEnd);
        }
        for phrase in rows(NO_NAMES) {
            tables.add_phrase(phrase, Class::Blocked);
        }
        tables
    }

    fn add_class(&mut self, row: &'static str) {
        let Some((name, words)) = row.split_once('\t') else { return };
        let Some(class) = Class::from_name(name) else { return };
        for word in words.split(' ') {
            self.words.entry(word).or_default().classes.add(class);
        }
    }

    /// A single word takes `class`; a phrase of several words is listed by its first word.
    fn add_phrase(&mut self, phrase: &'static str, class: Class) {
        let mut words = phrase.split(' ');
        let first = words.next().unwrap_or_default();
        let rest: Vec<&'static str> = words.collect();
        let entry = self.words.entry(first).or_default();
        if rest.is_empty() {
            entry.classes.add(class);
        } else {
            entry.classes.add(Class::StartsPhrase);
            self.phrases.entry(first).or_default().push(rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_folded_graded_and_their_classes_exist() {
        for line in rows(GIVEN).chain(rows(SURNAMES)).chain(rows(WORDS)) {
            let (word, grade) = graded(line);
            assert!((1..=3).contains(&grade), "{line}");
            assert_eq!(crate::text::Normalised::new(word).lower(), word, "not folded");
        }
        for row in rows(CLASSES).chain(rows(ADDRESS_WORDS)) {
            let (name, words) = row.split_once('\t').expect("a tab");
            assert!(Class::from_name(name).is_some(), "{name}");
            assert!(
                words.split(' ').all(|word| word.chars().all(char::is_alphanumeric)),
                "{name}: a word is not one token"
            );
        }
    }

    #[test]
    fn knows_names_and_ordinary_words() {
        assert_eq!((look_up("christopher").given, look_up("christopher").ordinary), (3, 0));
        assert_eq!((look_up("kowalski").surname, look_up("kowalski").ordinary), (2, 0));
        assert_eq!(look_up("would").ordinary, 3);
        assert!(look_up("monday").is(Class::Calendar));
        assert!(look_up("qqqq").is_unknown());
    }
}
