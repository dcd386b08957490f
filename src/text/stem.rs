//! Snowball stems of folded words, and the spellings people use for them. Knows nothing of lexicons.

use std::{borrow::Cow, fmt};

use rust_stemmers::Algorithm;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::Language;

/// The stemmer of one language.
pub struct Stemmer(rust_stemmers::Stemmer);

impl fmt::Debug for Stemmer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Stemmer")
    }
}

impl Stemmer {
    /// The stemmer of `language`.
    pub fn new(language: Language) -> Self {
        Self(rust_stemmers::Stemmer::create(algorithm(language)))
    }

    /// The stem of a folded word.
    pub fn stem<'w>(&self, word: &'w str) -> Cow<'w, str> {
        self.0.stem(word)
    }
}

/// Other ways in which people type a folded word: without diacritics ("nao" for "não") and, in German, with `ae` for
/// `ä`. Empty where the word is plain.
pub fn spellings(word: &str, language: Language) -> Vec<String> {
    if word.is_ascii() {
        return Vec::new();
    }
    let plain: String = word.nfd().filter(|c| !is_combining_mark(*c) || *c >= '\u{600}').nfc().collect();
    let mut spellings = vec![plain];
    if language == Language::German {
        spellings.push(word.replace('ä', "ae").replace('ö', "oe").replace('ü', "ue").replace('ß', "ss"));
    }
    spellings.retain(|spelling| spelling != word);
    spellings
}

fn algorithm(language: Language) -> Algorithm {
    match language {
        Language::Arabic => Algorithm::Arabic,
        Language::Danish => Algorithm::Danish,
        Language::Dutch => Algorithm::Dutch,
        Language::English => Algorithm::English,
        Language::Finnish => Algorithm::Finnish,
        Language::French => Algorithm::French,
        Language::German => Algorithm::German,
        Language::Greek => Algorithm::Greek,
        Language::Hungarian => Algorithm::Hungarian,
        Language::Italian => Algorithm::Italian,
        Language::Norwegian => Algorithm::Norwegian,
        Language::Portuguese => Algorithm::Portuguese,
        Language::Romanian => Algorithm::Romanian,
        Language::Russian => Algorithm::Russian,
        Language::Spanish => Algorithm::Spanish,
        Language::Swedish => Algorithm::Swedish,
        Language::Tamil => Algorithm::Tamil,
        Language::Turkish => Algorithm::Turkish,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(language: Language, words: &[&str], stem: &str) {
        for word in words {
            assert_eq!(Stemmer::new(language).stem(word), stem, "{word}");
        }
    }

    #[test]
    fn words_are_typed_without_diacritics() {
        assert_eq!(spellings("não", Language::Portuguese), ["nao"]);
        assert_eq!(spellings("verspätung", Language::German), ["verspatung", "verspaetung"]);
        assert_eq!(spellings("late", Language::English), [""; 0]);
    }

    #[test]
    fn forms_of_a_word_share_a_stem() {
        check(Language::English, &["waiting", "waited", "waits"], "wait");
        check(Language::German, &["verspätung", "verspätungen"], "verspat");
        check(Language::Russian, &["задержка", "задержки"], "задержк");
    }
}
