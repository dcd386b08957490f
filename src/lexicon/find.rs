//! Finds the phrases of a lexicon in a text: from left to right, the form with the most words first. Knows nothing of
//! what the phrases mean.

use std::cmp::Reverse;

use super::{
    automaton::NodeId,
    compile::{Compiled, Entry},
    vocabulary::{ANY, GAP, NONE, NUMBER},
};
use crate::text::{
    Language, Span,
    words::{WordKind, Words},
};

/// Most arbitrary words that `~` stands for.
const GAP_WORDS_MAX: usize = 3;

/// One piece of the text with its numbers in the vocabulary.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "four independent facts of one word")]
pub struct Token {
    /// Where it stands in the text.
    pub span: Span,
    /// What it is.
    pub kind: WordKind,
    /// Three capitals or more and nothing else.
    pub shouted: bool,
    /// A letter three times or more in a row.
    pub elongated: bool,
    exact: u32,
    stem: u32,
    number: bool,
    taken: bool,
}

/// A phrase in the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// What it says.
    pub entry: Entry,
    /// Its first token.
    pub first: usize,
    /// Its last token.
    pub last: usize,
    /// How many words it holds beside the arbitrary ones.
    pub words: usize,
}

/// A text cut into tokens, with the phrases found in it in order of their first token.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The tokens.
    pub tokens: Vec<Token>,
    /// The phrases.
    pub hits: Vec<Hit>,
    /// It speaks of the one who wrote it or to the one who reads it; also where the language cannot tell.
    pub personal: bool,
}

/// A way through the automaton.
#[derive(Clone, Copy, Default)]
struct Path {
    words: usize,
    /// The tokens it takes, relative to the first one, as bits; a form of more than 64 tokens is never found.
    taken: u64,
    last: usize,
}

impl Compiled {
    /// Reads the parts of `text` that `spans` name.
    pub(super) fn read(&self, text: &str, language: Language, spans: &[Span]) -> Reading {
        let mut reading = Reading { tokens: Vec::with_capacity(text.len() / 5 + 1), ..Reading::default() };
        for span in spans {
            self.cut(span.of(text), span.start, language, &mut reading.tokens);
        }
        reading.personal = reading.tokens.iter().any(|token| self.is_person(token.exact) || self.is_person(token.stem));
        for first in 0..reading.tokens.len() {
            if let Some((entry, path)) = self.longest(&reading.tokens, first) {
                for (offset, token) in reading.tokens.iter_mut().skip(first).take(64).enumerate() {
                    token.taken |= path.taken >> offset & 1 == 1;
                }
                reading.hits.push(Hit { entry, first, last: path.last, words: path.words });
            }
        }
        reading
    }

    fn cut(&self, text: &str, offset: u32, language: Language, tokens: &mut Vec<Token>) {
        let mut words = Words::new(text, language);
        let mut folded = String::with_capacity(32);
        while let Some(word) = words.next(&mut folded) {
            let known = matches!(word.kind, WordKind::Word | WordKind::Emoji | WordKind::Number);
            let ids = if known {
                self.vocabulary.look_up(&folded, word.elongated)
            } else {
                super::vocabulary::Ids::default()
            };
            tokens.push(Token {
                span: Span { start: word.span.start + offset, end: word.span.end + offset },
                kind: word.kind,
                shouted: word.shouted,
                elongated: word.elongated,
                exact: ids.exact,
                stem: ids.stem,
                number: word.kind == WordKind::Number || self.is_number(ids.exact) || self.is_number(ids.stem),
                taken: false,
            });
        }
    }

    /// The form that begins at token `first` and holds the most words; of equal ones the shorter stretch.
    fn longest(&self, tokens: &[Token], first: usize) -> Option<(Entry, Path)> {
        let token = tokens.get(first).filter(|token| !token.taken)?;
        let mut best = None;
        let start = Path { words: 1, taken: 1, last: first };
        let number = if token.number { NUMBER } else { NONE };
        for word in [token.exact, token.stem, number] {
            if let Some(node) = self.first(word) {
                self.follow(tokens, first, node, start, &mut best);
            }
        }
        best
    }

    fn follow(&self, tokens: &[Token], first: usize, at: NodeId, path: Path, best: &mut Option<(Entry, Path)>) {
        let node = self.node(at);
        if let Some(entry) = node.entry
            && best.is_none_or(|(other, found)| {
                (path.words, Reverse(path.last), entry.order) > (found.words, Reverse(found.last), other.order)
            })
        {
            *best = Some((entry, path));
        }
        if !node.goes_on {
            return;
        }
        let mut next = path.last;
        self.step(tokens, first, next, at, path, best);
        let Some(gap) = self.edge(at, GAP) else { return };
        self.step(tokens, first, next, gap, path, best);
        for _ in 0..GAP_WORDS_MAX {
            let Some(skipped) = next_word(tokens, next) else { return };
            next = skipped;
            self.step(tokens, first, next, gap, path, best);
        }
    }

    /// Takes the word after token `after`, in every way that a form allows.
    fn step(
        &self,
        tokens: &[Token],
        first: usize,
        after: usize,
        at: NodeId,
        path: Path,
        best: &mut Option<(Entry, Path)>,
    ) {
        let Some(next) = next_word(tokens, after) else { return };
        let Some(token) = tokens.get(next).filter(|token| !token.taken && next - first < 64) else { return };
        let taken = Path { words: path.words + 1, taken: path.taken | 1 << (next - first), last: next };
        let number = if token.number { NUMBER } else { NONE };
        for word in [token.exact, token.stem, number] {
            if word != NONE
                && let Some(node) = self.edge(at, word)
            {
                self.follow(tokens, first, node, taken, best);
            }
        }
        if let Some(node) = self.edge(at, ANY) {
            self.follow(tokens, first, node, Path { words: path.words, taken: path.taken, last: next }, best);
        }
    }
}

/// The next token that takes a place in a phrase, over commas but within the sentence.
fn next_word(tokens: &[Token], after: usize) -> Option<usize> {
    let (offset, token) = tokens.iter().skip(after + 1).enumerate().find(|(_, token)| token.kind != WordKind::Comma)?;
    token.kind.is_word().then_some(after + 1 + offset)
}
