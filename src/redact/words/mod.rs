//! What the word tables say of a word: a number, a spelling letter, a cue for a kind of PII. One look-up a token.
//! Knows nothing of how finders weigh it.

pub(super) mod cue;
mod cues;
mod letters;
mod numbers;

use std::{cmp::Ordering, sync::LazyLock};

use rustc_hash::{FxHashMap, FxHashSet};

pub(super) use cue::{Cue, Cues};
pub(super) use numbers::{Languages, Number};

use super::{flags::Flags, heads, token::Token, vocabulary::vocabulary};

/// What the tables say of one word.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Word {
    /// Its value as a number word, with the languages in which it is one.
    pub(super) number: Option<Number>,
    /// The letter or mark it spells (`alpha` → `a`), as ASCII; 0 for none.
    pub(super) letter: u8,
    /// What it hints at.
    pub(super) cues: Cues,
    /// Whether a phrase of the tables begins with it.
    starts_phrase: bool,
    /// Whether it is the second word of one.
    continues_phrase: bool,
}

impl Word {
    /// Whether a phrase of the tables begins with it.
    pub(super) fn starts_phrase(&self) -> bool {
        self.starts_phrase
    }

    /// Whether it is the second word of a phrase of the tables.
    pub(super) fn continues_phrase(&self) -> bool {
        self.continues_phrase
    }
}

/// A phrase of several words, and the cues that its last word takes.
#[derive(Debug)]
struct Phrase {
    words: Vec<&'static str>,
    cues: Cues,
}

#[derive(Debug, Default)]
struct Tables {
    words: FxHashMap<&'static str, Word>,
    /// By the heads of their first word and their second.
    phrases: FxHashMap<(u64, u64), Vec<Phrase>>,
    /// The second words of the phrases.
    seconds: FxHashSet<&'static str>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(Tables::build);

/// The longest word that the tables can hold, in bytes.
const WORD_BYTES_MAX: usize = 32;

/// What the tables say of `word` (lower case, folded).
pub(super) fn look_up(word: &str) -> Word {
    vocabulary().get(word).map_or_else(|| derived(word), |known| known.word)
}

/// What the tables say of a word that none of them lists.
pub(super) fn derived(word: &str) -> Word {
    if word.len() > WORD_BYTES_MAX { Word::default() } else { fallback(word) }
}

/// Calls `add` with every word of the tables.
pub(super) fn each(mut add: impl FnMut(&'static str, Word)) {
    for (word, known) in &TABLES.words {
        add(word, Word { continues_phrase: TABLES.seconds.contains(word), ..*known });
    }
    for word in TABLES.seconds.iter().filter(|word| !TABLES.words.contains_key(*word)) {
        add(word, Word { continues_phrase: true, ..derived(word) });
    }
}

/// Shortest word that can be put together of listed ones, in bytes: a number and the ending of an ordinal.
const DERIVED_BYTES_MIN: usize = 5;

/// Words that are put together of listed ones.
fn fallback(word: &str) -> Word {
    if !word.is_ascii() {
        return Word { cues: cues::spaceless(word), ..Word::default() };
    }
    if word.len() < DERIVED_BYTES_MIN {
        return Word::default();
    }
    match numbers::compound(word, |part| TABLES.words.get(part).and_then(|word| word.number)) {
        Some(number) => Word { number: Some(number), ..Word::default() },
        None if is_ordinal(word) => Word { cues: Cue::DayWord.into(), ..Word::default() },
        None => compound(word),
    }
}

/// German and Dutch ordinals: `siebzehnten`, `einundzwanzigster`.
fn is_ordinal(word: &str) -> bool {
    let stem = ["ten", "ter", "te"].iter().find_map(|ending| word.strip_suffix(ending));
    stem.is_some_and(|stem| {
        let stem = stem.strip_suffix('s').unwrap_or(stem);
        stem.len() >= 3 && TABLES.words.get(stem).is_some_and(|word| word.number.is_some())
    })
}

/// Endings that make a compound the label of a number (German, Dutch, Scandinavian).
const NUMBER_ENDINGS: &[&str] = &["nummern", "nummer", "nr", "numret", "kennung"];

/// A compound that ends in `nummer`: what its first part means, or else a number of the business.
fn compound(word: &str) -> Word {
    let stem = NUMBER_ENDINGS.iter().find_map(|ending| word.strip_suffix(ending)).filter(|stem| stem.len() >= 4);
    let Some(stem) = stem else { return Word::default() };
    let known = TABLES.words.get(stem).or_else(|| TABLES.words.get(stem.trim_end_matches(['s', 'n', 'e'])));
    let meaning = known.map(|word| word.cues & Cues::MEANING).filter(|cues| !cues.is_empty());
    let cues = meaning.unwrap_or_else(|| Cue::Order.into()) | Cue::NumberNoun.into();
    Word { cues, ..Word::default() }
}

/// Gives the last token of every phrase of the tables the cues of the phrase, in place of its own: the `card` of a
/// gift card is no payment card. Of two phrases that end at a token the longer one speaks.
/// `firsts` are the tokens at which one may begin, `heads` the beginnings of all. Gives the cues that were added.
pub(super) fn mark_phrases(
    tokens: &mut [Token],
    flags: &mut [Flags],
    heads: &[u64],
    firsts: &[u32],
    lower: &str,
) -> Cues {
    // The longest phrase so far at each last token that may still come.
    let mut longest: Vec<(usize, usize)> = Vec::new();
    let mut added = Cues::default();
    for first in firsts.iter().map(|first| *first as usize) {
        let Some([one, two]) = heads.get(first..).and_then(<[u64]>::first_chunk) else { continue };
        let Some(phrases) = TABLES.phrases.get(&(*one, *two)) else { continue };
        longest.retain(|(last, _)| *last > first);
        for phrase in phrases {
            if !phrase.fits(tokens, first, lower) {
                continue;
            }
            let length = phrase.words.len() - 1;
            let last = first + length;
            let known = longest.iter_mut().find(|(end, _)| *end == last);
            let order = length.cmp(&known.as_ref().map_or(0, |(_, known)| *known));
            match known {
                Some((_, known)) => *known = length.max(*known),
                None => longest.push((last, length)),
            }
            take(tokens, flags, last, phrase.cues, order);
            added |= phrase.cues;
        }
    }
    added
}

fn take(tokens: &mut [Token], flags: &mut [Flags], last: usize, cues: Cues, order: Ordering) {
    let Some(end) = tokens.get_mut(last) else { return };
    match order {
        Ordering::Greater => end.word.cues = (end.word.cues & Cues::STRUCTURE) | cues,
        Ordering::Equal => end.word.cues |= cues,
        Ordering::Less => {}
    }
    if let Some(own) = flags.get_mut(last) {
        own.add(Flags::of_cues(end.word.cues));
    }
}

impl Phrase {
    /// Whether its words stand from token `first` on.
    fn fits(&self, tokens: &[Token], first: usize, lower: &str) -> bool {
        let stands = |(word, token): (&&str, &Token)| token.span.of(lower) == *word;
        first + self.words.len() <= tokens.len() && self.words.iter().zip(tokens.iter().skip(first)).all(stands)
    }
}

impl Tables {
    fn build() -> Self {
        let mut tables = Self::default();
        numbers::each(|word, number| {
            let entry = tables.words.entry(word).or_default();
            let languages = entry.number.map_or(Languages::NONE, |known| known.languages);
            entry.number = Some(Number { languages: number.languages | languages, ..number });
        });
        for (word, letter) in letters::LETTERS {
            tables.words.entry(word).or_default().letter = *letter;
        }
        for (cue, list) in cues::CUES {
            for phrase in list.split(',').map(str::trim).filter(|phrase| !phrase.is_empty()) {
                tables.add_cue(phrase, *cue);
            }
        }
        tables
    }

    fn add_cue(&mut self, phrase: &'static str, cue: Cue) {
        let mut words = phrase.split(' ');
        let Some(first) = words.next() else { return };
        let entry = self.words.entry(first).or_default();
        let Some(second) = words.next() else {
            entry.cues |= cue.into();
            return;
        };
        entry.starts_phrase = true;
        self.seconds.insert(second);
        let head = |word: &str| heads::first(word, 0, word.len().min(heads::LONG_BYTES));
        let phrase = Phrase { words: [first, second].into_iter().chain(words).collect(), cues: cue.into() };
        self.phrases.entry((head(first), head(second))).or_default().push(phrase);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_folded_and_short_enough() {
        for word in TABLES
            .words
            .keys()
            .chain(&TABLES.seconds)
            .chain(TABLES.phrases.values().flatten().flat_map(|phrase| &phrase.words))
        {
            assert!(word.len() <= WORD_BYTES_MAX, "{word}");
            assert_eq!(crate::text::Normalised::new(word).lower(), *word, "not folded");
            assert!(word.chars().all(char::is_alphanumeric), "{word} is not one token");
        }
    }

    #[test]
    fn words_have_numbers_letters_and_cues() {
        assert_eq!(look_up("seven").number.map(|number| number.value), Some(7));
        assert_eq!(look_up("bravo").letter, b'b');
        assert!(look_up("cvv").cues.has(Cue::Cvv));
        assert_eq!(look_up("unlisted"), Word::default());
    }
}
