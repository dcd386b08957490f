//! One language's rows, compiled: a vocabulary and an automaton over word numbers. Knows nothing of texts.

use super::{
    automaton::{Automaton, Chains, Entry, Readings},
    phrase::{self, Classes, Element, Step},
    row::{LexiconError, Problem, Row, rows},
    signal::Cue,
    vocabulary::{ANY, GAP, NONE, NUMBER, Vocabulary, WordId},
};
use crate::text::Language;

/// The compiled lexicon of one language.
#[derive(Debug)]
pub(super) struct Compiled {
    pub(super) vocabulary: Vocabulary,
    /// By word number: whether it stands for a number.
    numbers: Vec<bool>,
    /// By word number: whether it names the speaker or the one addressed. Empty where the language has no such rows.
    persons: Vec<bool>,
    pub(super) phrases: Automaton,
    /// The rows that were learnt; they are found beside the others and hide none of them.
    pub(super) learned: Automaton,
}

impl Compiled {
    /// Compiles the files of a language; where two rows hold the same form, the later one wins.
    pub(super) fn new(language: Language, files: &[(&str, &str)]) -> Result<Self, LexiconError> {
        let mut builder = Builder {
            language,
            classes: classes(files),
            vocabulary: Vocabulary::new(language),
            numbers: Vec::new(),
            persons: Vec::new(),
            order: 0,
            phrases: Chains::new(),
            learned: Chains::new(),
        };
        for (file, text) in files {
            for (line, row) in rows(text) {
                row.and_then(|row| builder.add(row)).map_err(|problem| LexiconError {
                    file: (*file).to_owned(),
                    line,
                    problem,
                })?;
            }
        }
        Ok(builder.build())
    }

    /// Whether the language can tell who is meant, and the word names the speaker or the one addressed.
    pub(super) fn is_person(&self, word: WordId) -> bool {
        self.persons.is_empty() || self.persons.get(word as usize).copied().unwrap_or(false)
    }

    pub(super) fn is_number(&self, word: WordId) -> bool {
        self.numbers.get(word as usize).copied().unwrap_or(false)
    }
}

struct Builder<'t> {
    language: Language,
    classes: Classes<'t>,
    vocabulary: Vocabulary,
    numbers: Vec<WordId>,
    persons: Vec<WordId>,
    order: u32,
    phrases: Chains,
    learned: Chains,
}

impl Builder<'_> {
    fn add(&mut self, row: Row<'_>) -> Result<(), Problem> {
        self.order += 1;
        let (phrase, entry) = match row {
            Row::Phrase { phrase, weight, cue } => (phrase, Entry { weight, cue, order: self.order }),
            Row::Class { alternatives, .. } => {
                return phrase::elements(alternatives, self.language, &self.classes).map(|_| ());
            }
        };
        let elements = phrase::elements(phrase, self.language, &self.classes)?;
        let words: Vec<_> = elements.iter().map(|element| (self.words(element), element.optional)).collect();
        let mut all = words.iter().flat_map(|(alternatives, _)| alternatives).flatten().copied();
        match entry.cue {
            Cue::Number => self.numbers.extend(&mut all),
            Cue::Person => self.persons.extend(&mut all),
            Cue::Learned => self.learned.add(&words, entry),
            _ => self.phrases.add(&words, entry),
        }
        Ok(())
    }

    fn words(&mut self, element: &Element) -> Vec<Vec<WordId>> {
        let word = |step: &Step| match step {
            Step::Exact(word) => self.vocabulary.add_exact(word),
            Step::Stem(word) => self.vocabulary.add_stem(word),
            Step::Number => NUMBER,
            Step::Any => ANY,
            Step::Gap => GAP,
        };
        let mut word = word;
        element.alternatives.iter().map(|steps| steps.iter().map(&mut word).collect()).collect()
    }

    fn build(self) -> Compiled {
        let words = self.vocabulary.len();
        let (mut numbers, mut persons) = (flags(words, &self.numbers), flags(words, &self.persons));
        for (word, ids) in self.vocabulary.exact_words() {
            inherit(&mut numbers, ids.exact, ids.stem, word.starts_with(|first: char| first.is_ascii_digit()));
            inherit(&mut persons, ids.exact, ids.stem, false);
        }
        Compiled {
            phrases: self.phrases.automaton(&readings(&self.vocabulary, &numbers)),
            learned: self.learned.automaton(&Readings::plain(words)),
            numbers,
            persons,
            vocabulary: self.vocabulary,
        }
    }
}

/// Flags an exact word as its stem is, or where `known`.
fn inherit(flags: &mut [bool], exact: WordId, stem: WordId, known: bool) {
    let of_stem = stem != NONE && flags.get(stem as usize).copied().unwrap_or(false);
    flags.get_mut(exact as usize).into_iter().for_each(|flag| *flag |= of_stem || known);
}

/// The tokens that each word of a row stands for.
fn readings(vocabulary: &Vocabulary, numbers: &[bool]) -> Readings {
    let mut readings = Readings::plain(vocabulary.len());
    for (_, ids) in vocabulary.exact_words().filter(|(_, ids)| ids.stem != NONE) {
        readings.add(ids.stem, ids.exact);
    }
    for (word, _) in (0..).zip(numbers).filter(|(_, flag)| **flag) {
        readings.add(NUMBER, word);
    }
    readings
}

/// Flags by word number; none at all where no word is flagged.
fn flags(words: usize, flagged: &[WordId]) -> Vec<bool> {
    let mut flags = vec![false; if flagged.is_empty() { 0 } else { words }];
    for word in flagged {
        if let Some(flag) = flags.get_mut(*word as usize) {
            *flag = true;
        }
    }
    flags
}

fn classes<'t>(files: &[(&'t str, &'t str)]) -> Classes<'t> {
    let all = files.iter().flat_map(|(_, text)| rows(text));
    all.filter_map(|(_, row)| match row {
        Ok(Row::Class { name, alternatives }) => Some((name, alternatives)),
        _ => None,
    })
    .collect()
}
