//! What is known of a word as a name: how common it is as a given name, a family name and an ordinary word, and which
//! classes it belongs to (titles, months, brands, places, parts of an address). One look-up a word, no allocation.
//! Knows nothing of how finders weigh it.

mod class;
mod reading;
mod shape;

use std::sync::LazyLock;

use rustc_hash::FxHashMap;

pub(super) use class::{Class, Classes};
pub(super) use reading::{Gap, Reading};
pub(super) use shape::{Line, Shape, block_phrases, mark};

use super::vocabulary::vocabulary;

/// What the lists say of one word (folded, lower case). The default is a word in no list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
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

/// Phrases that are no names of persons though their words may be, by their first word and their second; the words behind.
type Phrases = FxHashMap<&'static str, FxHashMap<&'static str, Vec<Vec<&'static str>>>>;

const GIVEN: &str = include_str!("../../../data/names/given.txt");
const SURNAMES: &str = include_str!("../../../data/names/surnames.txt");
const WORDS: &str = include_str!("../../../data/names/words.txt");
const CLASSES: &str = include_str!("../../../data/names/classes.tsv");
const CITIES: &str = include_str!("../../../data/places/cities.txt");
const ADDRESS_WORDS: &str = include_str!("../../../data/places/classes.tsv");
const NO_NAMES: &str = include_str!("../../../data/names/phrases.txt");

static PHRASES: LazyLock<Phrases> = LazyLock::new(phrases);

/// What the lists say of `word`.
pub(super) fn look_up(word: &str) -> Entry {
    vocabulary().get(word).map(|known| known.entry).unwrap_or_default()
}

/// How many words a listed phrase has that begins with `first` and goes on with what `next` gives: the longest one.
fn phrase_len<'a>(first: &str, next: impl Fn(usize) -> &'a str) -> usize {
    let phrases = PHRASES.get(first).and_then(|phrases| phrases.get(next(1))).map_or(&[][..], Vec::as_slice);
    let fits = |rest: &&Vec<&str>| rest.iter().enumerate().all(|(index, word)| next(index + 2) == *word);
    phrases.iter().filter(fits).map(|rest| rest.len() + 2).max().unwrap_or(0)
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

/// Calls `add` with every listed word and what a list changes in its entry.
pub(super) fn each(add: &mut impl FnMut(&'static str, &dyn Fn(&mut Entry))) {
    for (word, grade) in rows(GIVEN).map(graded) {
        add(word, &|entry| entry.given = grade);
    }
    for (word, grade) in rows(SURNAMES).map(graded) {
        add(word, &|entry| entry.surname = grade);
    }
    for (word, grade) in rows(WORDS).map(graded) {
        add(word, &|entry| entry.ordinary = grade);
    }
    for row in rows(CLASSES).chain(rows(ADDRESS_WORDS)) {
        let Some((name, words)) = row.split_once('\t') else { continue };
        let Some(class) = Class::from_name(name) else { continue };
        words.split(' ').for_each(|word| add(word, &|entry| entry.classes.add(class)));
    }
    for (phrase, class) in listed_phrases() {
        let (first, class) = phrase.split_once(' ').map_or((phrase, class), |(first, _)| (first, Class::StartsPhrase));
        add(first, &|entry| entry.classes.add(class));
    }
    for cue in rows(super::people::CUES).filter(|row| row.starts_with('<')) {
        let last = cue.rsplit([' ', '\t']).next().unwrap_or_default();
        add(last, &|entry| entry.classes.add(Class::CueEnd));
    }
}

/// Cities and other names that are none of persons, and what a single word of them is.
fn listed_phrases() -> impl Iterator<Item = (&'static str, Class)> {
    let cities = rows(CITIES).map(|city| (city, Class::City));
    cities.chain(rows(NO_NAMES).map(|phrase| (phrase, Class::Blocked)))
}

/// The second words of the listed phrases.
pub(super) fn second_words() -> impl Iterator<Item = &'static str> {
    listed_phrases().filter_map(|(phrase, _)| phrase.split(' ').nth(1))
}

fn phrases() -> Phrases {
    let mut phrases = Phrases::default();
    for (phrase, _) in listed_phrases() {
        let mut words = phrase.split(' ');
        if let (Some(first), Some(second)) = (words.next(), words.next()) {
            phrases.entry(first).or_default().entry(second).or_default().push(words.collect());
        }
    }
    phrases
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
