//! Care signals: whether a text speaks of bereavement, illness or disability, so that whoever holds the case can be
//! considerate. These are special categories of personal data (GDPR, Regulation (EU) 2016/679, Article 9(1)): the answer is
//! yes or no, without phrase and place, it is worked out when it is asked for, and nothing keeps it, counts it or scores it.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use rustc_hash::FxHashMap;

use crate::text::{Language, Normalised};

/// `language<TAB>phrase`, folded and in lower case.
const PHRASES: &str = include_str!("../../data/care/phrases.tsv");

static TABLES: LazyLock<FxHashMap<&'static str, AhoCorasick>> = LazyLock::new(|| {
    let mut phrases: FxHashMap<&str, Vec<&str>> = FxHashMap::default();
    for (language, phrase) in rows() {
        phrases.entry(language).or_default().push(phrase);
    }
    let compiled = phrases.into_iter().map(|(language, phrases)| Some((language, AhoCorasick::new(phrases).ok()?)));
    compiled.flatten().collect()
});

fn rows() -> impl Iterator<Item = (&'static str, &'static str)> {
    PHRASES.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'))
}

/// Whether `text` has a phrase of the table of `language` as whole words. A language without a table has none.
pub fn is_mentioned(language: Language, text: &str) -> bool {
    let Some(phrases) = TABLES.get(language.code()) else { return false };
    let normalised = Normalised::new(text);
    let lower = normalised.lower();
    let is_whole = |start: usize, end: usize| {
        let before = lower.get(..start).and_then(|before| before.chars().next_back());
        let behind = lower.get(end..).and_then(|behind| behind.chars().next());
        ![before, behind].into_iter().flatten().any(char::is_alphanumeric)
    };
    phrases.find_overlapping_iter(lower).any(|found| is_whole(found.start(), found.end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(language: Language, text: &str, expected: bool) {
        assert_eq!(is_mentioned(language, text), expected, "{text}");
    }

    #[test]
    fn the_table_is_folded_and_its_languages_are_known() {
        for (language, phrase) in rows() {
            assert!(Language::from_tag(language).is_some(), "{language}");
            assert_eq!(Normalised::new(phrase).lower(), phrase, "not folded");
        }
        assert_eq!(TABLES.len(), 6);
    }

    #[test]
    fn what_is_said_of_people_is_told_from_what_is_said_of_things() {
        check(Language::English, "My husband PASSED AWAY in March, please close his line", true);
        check(Language::English, "I use a wheelchair and the lift is broken", true);
        check(Language::English, "the battery died and I am sick of waiting", false);
        check(Language::English, "cancerous growth of fees", false);
        check(Language::German, "Meine Mutter ist verstorben", true);
        check(Language::German, "Der Router ist tot", false);
        check(Language::French, "Il est à l'hôpital", true);
        check(Language::Spanish, "Mi padre falleció ayer", true);
        check(Language::Portuguese, "meu pai faleceu", true);
        check(Language::Italian, "sono ricoverata in ospedale", true);
        check(Language::Turkish, "passed away", false);
    }
}
