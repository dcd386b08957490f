//! The terms of labelled texts: stems, and pairs of them within a sentence, that enough authors used. Nothing that one
//! person wrote can become a term, neither its stem nor the form in which it is shown.

use std::{cmp::Reverse, hash::Hash};

use rustc_hash::FxHashMap;

use super::Example;
use crate::text::{
    Language, quote,
    stem::Stemmer,
    words::{WordKind, Words},
};

/// Stands for any number in a term.
const NUMBER: &str = "#";

/// Number of a stem, and of a form in which it is written.
type Stem = usize;
type Form = usize;

/// A term: a stem, or two in sequence.
type Key = (Stem, Option<Stem>);

/// A text as its sentences of forms; `None` stands for a word that no term may hold.
type Text = Vec<Vec<Option<Form>>>;

/// A term that enough authors used.
#[derive(Clone, Debug)]
pub(super) struct Term {
    /// As a row writes it.
    pub(super) phrase: String,
    /// Authors who used it in negative conversations and in others.
    pub(super) authors: [usize; 2],
}

/// The terms, and which conversation holds which.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) terms: Vec<Term>,
    /// By conversation: the numbers of its terms, rising.
    pub(super) found: Vec<Vec<usize>>,
}

/// Counts authors, given that those of one author come together.
#[derive(Clone, Copy, Debug, Default)]
struct Authors {
    all: usize,
    labelled: [usize; 2],
    last: [Option<u32>; 2],
}

impl Authors {
    fn add(&mut self, author: u32, negative: bool) {
        let label = usize::from(!negative);
        self.all += usize::from(!self.last.contains(&Some(author)));
        if let (Some(last), Some(count)) = (self.last.get_mut(label), self.labelled.get_mut(label))
            && *last != Some(author)
        {
            *last = Some(author);
            *count += 1;
        }
    }
}

/// The author of every conversation as a small number, in order of appearance.
pub(super) fn authors(examples: &[Example<'_>]) -> Vec<u32> {
    let mut known: FxHashMap<u64, u32> = FxHashMap::default();
    let mut next = 0;
    let mut new = || {
        next += 1;
        next - 1
    };
    examples
        .iter()
        .map(|example| match example.author {
            Some(author) => *known.entry(author).or_insert_with(&mut new),
            None => new(),
        })
        .collect()
}

impl Table {
    /// The terms of the examples that at least `authors_min` authors used.
    pub(super) fn new(examples: &[Example<'_>], language: Language, authors_min: usize) -> Self {
        let mut forms = Forms::new(language);
        let texts: Vec<Text> = examples.iter().map(|example| forms.text(example)).collect();
        let texts: Vec<(Vec<Form>, Vec<Key>)> = texts.iter().map(|text| (singles(text), forms.keys(text))).collect();
        let authors = authors(examples);
        let used_forms = count(examples, &authors, texts.iter().map(|(forms, _)| forms.as_slice()));
        let used_terms = count(examples, &authors, texts.iter().map(|(_, keys)| keys.as_slice()));
        let written = forms.written(&used_forms, authors_min);
        let often = used_terms.into_iter().filter(|(_, authors)| authors.all >= authors_min);
        let mut terms: Vec<(Key, Term)> = often
            .filter_map(|(key, authors)| {
                Some((key, Term { phrase: phrase(key, &written)?, authors: authors.labelled }))
            })
            .collect();
        terms.sort_by(|(_, one), (_, other)| one.phrase.cmp(&other.phrase));
        let numbers: FxHashMap<Key, usize> =
            terms.iter().enumerate().map(|(number, (key, _))| (*key, number)).collect();
        let found = |keys: &[Key]| {
            let mut found: Vec<usize> = keys.iter().filter_map(|key| numbers.get(key).copied()).collect();
            found.sort_unstable();
            found
        };
        let found = texts.iter().map(|(_, keys)| found(keys)).collect();
        Self { terms: terms.into_iter().map(|(_, term)| term).collect(), found }
    }

    /// Drops the terms whose phrase `is_kept` does not want.
    pub(super) fn keep(&mut self, is_kept: impl Fn(&str) -> bool) {
        let kept: Vec<bool> = self.terms.iter().map(|term| is_kept(&term.phrase)).collect();
        let is_kept = |term: &usize| kept.get(*term).copied().unwrap_or(false);
        self.found.iter_mut().for_each(|found| found.retain(is_kept));
    }
}

/// By how many authors each thing was used; `used` names those of each example, each once.
fn count<'u, T: Copy + Eq + Hash + 'u>(
    examples: &[Example<'_>],
    authors: &[u32],
    used: impl Iterator<Item = &'u [T]>,
) -> FxHashMap<T, Authors> {
    let mut all: Vec<_> = examples.iter().zip(authors).zip(used).collect();
    all.sort_by_key(|((_, author), _)| *author);
    let mut counts: FxHashMap<T, Authors> = FxHashMap::default();
    for ((example, author), used) in all {
        for thing in used {
            counts.entry(*thing).or_default().add(*author, example.negative);
        }
    }
    counts
}

/// The phrase of a term; `None` where a word of it may not be shown, or where it is nothing but numbers.
fn phrase((one, other): Key, written: &FxHashMap<Stem, String>) -> Option<String> {
    let first = written.get(&one)?;
    let phrase = match other {
        None => first.clone(),
        Some(other) => format!("{first} {}", written.get(&other)?),
    };
    phrase.split(' ').any(|word| word != NUMBER).then_some(phrase)
}

/// The forms of a text, each once.
fn singles(text: &Text) -> Vec<Form> {
    let mut forms: Vec<Form> = text.iter().flatten().flatten().copied().collect();
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// The forms of a language's texts with their stems.
struct Forms {
    language: Language,
    stemmer: Stemmer,
    numbers: FxHashMap<String, Form>,
    stems: FxHashMap<String, Stem>,
    /// By number.
    stem_of: Vec<Stem>,
}

impl Forms {
    fn new(language: Language) -> Self {
        Self {
            language,
            stemmer: Stemmer::new(language),
            numbers: FxHashMap::default(),
            stems: FxHashMap::default(),
            stem_of: Vec::new(),
        }
    }

    fn text(&mut self, example: &Example<'_>) -> Text {
        let mut sentences = Vec::new();
        for text in &example.texts {
            for span in quote::own_words(text.as_str()) {
                self.sentences(span.of(text.as_str()), &mut sentences);
            }
        }
        sentences
    }

    fn sentences(&mut self, text: &str, sentences: &mut Text) {
        let mut words = Words::new(text, self.language);
        let mut folded = String::new();
        let mut sentence = Vec::new();
        while let Some(word) = words.next(&mut folded) {
            match word.kind {
                WordKind::Comma => {}
                WordKind::Number => sentence.push(Some(self.form(NUMBER))),
                WordKind::Placeholder => sentence.push(None),
                WordKind::Word | WordKind::Emoji => {
                    let may_show =
                        !folded.contains(|c: char| c.is_numeric() || c == '*') && is_plain(&folded, self.language);
                    sentence.push(may_show.then(|| self.form(&folded)));
                }
                _ => sentences.push(std::mem::take(&mut sentence)),
            }
        }
        sentences.push(sentence);
    }

    fn form(&mut self, form: &str) -> Form {
        if let Some(number) = self.numbers.get(form) {
            return *number;
        }
        let next = self.stems.len();
        let stem = *self.stems.entry(self.stemmer.stem(form).into_owned()).or_insert(next);
        self.numbers.insert(form.to_owned(), self.stem_of.len());
        self.stem_of.push(stem);
        self.stem_of.len() - 1
    }

    fn stem(&self, form: Form) -> Stem {
        self.stem_of.get(form).copied().unwrap_or(form)
    }

    /// The terms of a text, each once.
    fn keys(&self, text: &Text) -> Vec<Key> {
        let single = singles(text).into_iter().map(|form| (self.stem(form), None));
        let pairs = text.iter().flat_map(|sentence| sentence.windows(2)).filter_map(|pair| match pair {
            [Some(one), Some(other)] => Some((self.stem(*one), Some(self.stem(*other)))),
            _ => None,
        });
        let mut keys: Vec<Key> = single.chain(pairs).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Of every stem the form that most authors used, if they are enough.
    fn written(&self, used: &FxHashMap<Form, Authors>, authors_min: usize) -> FxHashMap<Stem, String> {
        let mut best: FxHashMap<Stem, (usize, Reverse<&str>)> = FxHashMap::default();
        for (text, form) in &self.numbers {
            let authors = used.get(form).map_or(0, |authors| authors.all);
            if authors >= authors_min {
                let best = best.entry(self.stem(*form)).or_insert((0, Reverse(text)));
                *best = (*best).max((authors, Reverse(text)));
            }
        }
        best.into_iter().map(|(stem, (_, Reverse(text)))| (stem, text.to_owned())).collect()
    }
}

/// Whether a row that holds this word reads it as the same single word.
fn is_plain(word: &str, language: Language) -> bool {
    let mut words = Words::new(word, language);
    let mut folded = String::new();
    words.next(&mut folded).is_some_and(|first| first.kind.is_word())
        && folded == word
        && words.next(&mut folded).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        conversation::{RawTurn, Role},
        redact::{KeepRules, RedactedText, Redactor},
    };

    /// The terms of texts, each by an author of its own or by one for all.
    #[track_caller]
    fn check(texts: &[&str], one_author: bool, authors_min: usize, expected: &[&str]) {
        let redactor = Redactor::new(&KeepRules::default()).unwrap();
        let redacted: Vec<RedactedText> = texts
            .iter()
            .flat_map(|text| redactor.redact(&[], &[RawTurn::body(Role::Customer, text)]).turns)
            .map(|turn| turn.text)
            .collect();
        let example =
            |text| Example { texts: vec![text], score_millis: 0, negative: true, author: one_author.then_some(1) };
        let examples: Vec<_> = redacted.iter().map(example).collect();
        let table = Table::new(&examples, Language::English, authors_min);
        let phrases: Vec<_> = table.terms.iter().map(|term| term.phrase.as_str()).collect();
        assert_eq!(phrases, expected, "{texts:?}");
    }

    #[test]
    fn stems_and_pairs_that_enough_authors_used() {
        check(&["The parcels, lost.", "parcels lost!", "my parcel"], false, 2, &["lost", "parcels", "parcels lost"]);
        check(&["lost parcel. Late", "parcel. Late"], false, 2, &["late", "parcel"]);
        check(&["waited 3 hours", "waited 4 hours"], false, 2, &["# hours", "hours", "waited", "waited #"]);
    }

    #[test]
    fn one_author_is_one_however_much_they_write() {
        check(&["lost parcel", "lost parcel", "lost parcel"], true, 2, &[]);
    }

    #[test]
    fn a_form_is_shown_only_if_enough_authors_wrote_it() {
        check(&["delay", "delayed", "delaying"], false, 2, &[]);
        check(&["delay", "delayed", "delay"], false, 2, &["delay"]);
    }

    #[test]
    fn placeholders_and_words_with_digits_are_no_terms() {
        check(&["mail jo@example.com now", "mail al@example.com now"], false, 2, &["mail", "now"]);
        check(&["order ab12c lost", "order ab12c lost"], false, 2, &["lost", "order"]);
    }
}
