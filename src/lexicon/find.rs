//! Finds the phrases of a lexicon in a text: from left to right, the form with the most words first. Knows nothing of
//! what the phrases mean.

use std::cmp::Reverse;

use super::{
    automaton::{Automaton, Ending, Entry, Node, NodeId, bit},
    compile::Compiled,
    vocabulary::{ANY, CACHE, Cache, GAP, Ids, NONE, NUMBER},
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
    /// Its number in the automaton of the phrases; [`NONE`] where no row holds it.
    word: u32,
    exact: u32,
    stem: u32,
    number: bool,
    taken: bool,
    /// Place of the token that takes the next place in a phrase; [`LAST`] where none does.
    next: u32,
}

/// No token follows.
const LAST: u32 = u32::MAX;

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

impl Hit {
    /// Where it stands in the text of these tokens.
    pub fn span(&self, tokens: &[Token]) -> Span {
        let at = |index: usize| tokens.get(index).map(|token| token.span).unwrap_or_default();
        Span { start: at(self.first).start, end: at(self.last).end }
    }
}

/// A text cut into tokens, with the phrases found in it in order of their first token.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The tokens.
    pub tokens: Vec<Token>,
    /// The phrases.
    pub hits: Vec<Hit>,
    /// The learnt phrases, wherever they stand: they may share words with each other and with the rest.
    pub learned: Vec<Hit>,
    /// How many words it has, placeholders and emoji among them.
    pub words: usize,
    /// Most of its words of three bytes and more are in capitals, so that capitals say nothing.
    pub shouting: bool,
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
        CACHE.with_borrow_mut(|cache| {
            for span in spans {
                self.cut(cache, span.of(text), span.start, language, &mut reading.tokens);
            }
        });
        self.link(&mut reading);
        reading.hits.reserve(reading.tokens.len() / 4 + 4);
        for first in 0..reading.tokens.len() {
            if let Some((entry, path)) = self.longest(&reading.tokens, first) {
                for (offset, token) in reading.tokens.iter_mut().skip(first).take(path.last + 1 - first).enumerate() {
                    token.taken |= path.taken >> offset & 1 == 1;
                }
                reading.hits.push(Hit { entry, first, last: path.last, words: path.words });
            }
        }
        if !self.learned.is_empty() {
            reading.learned = all(&self.learned, &reading.tokens);
        }
        reading
    }

    fn cut(&self, cache: &mut Cache, text: &str, offset: u32, language: Language, tokens: &mut Vec<Token>) {
        let mut words = Words::new(text, language);
        let mut folded = std::mem::take(&mut cache.folded);
        while let Some(word) = words.next_packed(&mut folded) {
            let known = matches!(word.kind, WordKind::Word | WordKind::Emoji | WordKind::Number);
            let ids = if word.packed != 0 {
                self.vocabulary.look_up_packed(cache, word.packed, word.elongated)
            } else if known {
                self.vocabulary.look_up(cache, &folded, word.elongated)
            } else {
                Ids::default()
            };
            let token = if ids.exact == NONE { ids.stem } else { ids.exact };
            let number = word.kind == WordKind::Number || self.is_number(token);
            tokens.push(Token {
                span: Span { start: word.span.start + offset, end: word.span.end + offset },
                kind: word.kind,
                shouted: word.shouted,
                elongated: word.elongated,
                word: if token == NONE && number { NUMBER } else { token },
                exact: ids.exact,
                stem: ids.stem,
                number,
                taken: false,
                next: LAST,
            });
        }
        cache.folded = folded;
    }

    /// Notes for every token which one takes the next place in a phrase, over commas, but within the sentence; and what is
    /// said of all words together.
    fn link(&self, reading: &mut Reading) {
        let (mut next, mut long, mut shouted) = (LAST, 0, 0);
        for (index, token) in reading.tokens.iter_mut().enumerate().rev() {
            token.next = next;
            if token.kind.is_word() {
                next = u32::try_from(index).unwrap_or(LAST);
                reading.words += 1;
                long += usize::from(token.kind == WordKind::Word && token.span.len() > 2);
                shouted += usize::from(token.shouted && token.span.len() > 2);
            } else if token.kind != WordKind::Comma {
                next = LAST;
            }
            reading.personal |= self.is_person(token.word);
        }
        reading.shouting = shouted * 2 > long;
    }

    /// The form that begins at token `first` and holds the most words; of equal ones the shorter stretch.
    fn longest(&self, tokens: &[Token], first: usize) -> Option<(Entry, Path)> {
        let token = tokens.get(first).filter(|token| !token.taken && token.word != NONE)?;
        let at = self.phrases.first(token.word)?;
        let mut best: Option<(Ending, Path)> = None;
        let order = |ending| self.phrases.entry(ending).map(|entry| entry.order);
        let mut keep = |ending: Ending, path: Path| {
            let wins = best.is_none_or(|(other, found)| {
                let (one, best_so_far) = ((path.words, Reverse(path.last)), (found.words, Reverse(found.last)));
                one > best_so_far || one == best_so_far && order(ending) > order(other)
            });
            if wins {
                best = Some((ending, path));
            }
        };
        let start = Path { words: 1, taken: 1, last: first };
        Search::<_, true> { automaton: &self.phrases, tokens, first, found: &mut keep }.follow(
            at,
            self.phrases.node(at),
            start,
        );
        let (ending, path) = best?;
        Some((self.phrases.entry(ending)?, path))
    }
}

/// Every form of an automaton in a text, each at its place.
fn all(automaton: &Automaton, tokens: &[Token]) -> Vec<Hit> {
    let mut hits = Vec::new();
    for first in 0..tokens.len() {
        let mut keep = |ending, path: Path| {
            let hit = |entry| Hit { entry, first, last: path.last, words: path.words };
            hits.extend(automaton.entry(ending).map(hit));
        };
        Search::<_, false> { automaton, tokens, first, found: &mut keep }.run();
    }
    hits
}

/// The search for the forms that begin at one token.
///
/// Where `ONCE`, words that a phrase has taken are not taken again, and tokens have one number each.
struct Search<'r, F, const ONCE: bool> {
    automaton: &'r Automaton,
    tokens: &'r [Token],
    first: usize,
    /// Called with every form.
    found: F,
}

impl<F: FnMut(Ending, Path), const ONCE: bool> Search<'_, F, ONCE> {
    fn run(&mut self) {
        let Some(token) = self.tokens.get(self.first) else { return };
        let start = Path { words: 1, taken: 1, last: self.first };
        for word in Self::words(token).into_iter().filter(|word| *word != NONE) {
            if let Some(at) = self.automaton.first(word) {
                self.follow(at, self.automaton.node(at), start);
            }
        }
    }

    /// The numbers of a token, with [`NONE`] for those it has not.
    fn words(token: &Token) -> [u32; 3] {
        if ONCE {
            return [token.word, NONE, NONE];
        }
        [token.exact, token.stem, if token.number { NUMBER } else { NONE }]
    }

    fn follow(&mut self, at: NodeId, node: Node, path: Path) {
        if let Some(ending) = Automaton::ending(node) {
            (self.found)(ending, path);
        }
        if node.next == 0 {
            return;
        }
        let Some(mut place) = next_word(self.tokens, path.last) else { return };
        self.step(place, at, node, path);
        let Some(gap) = self.automaton.edge(at, node, GAP) else { return };
        let gap_node = self.automaton.node(gap);
        self.step(place, gap, gap_node, path);
        for _ in 0..GAP_WORDS_MAX {
            let Some(next) = next_word(self.tokens, place) else { return };
            place = next;
            self.step(place, gap, gap_node, path);
        }
    }

    /// Takes the token at `place` from a state, in every way that a phrase allows.
    fn step(&mut self, place: usize, at: NodeId, node: Node, path: Path) {
        let offset = place - self.first;
        let Some(token) = self.tokens.get(place) else { return };
        let words = Self::words(token);
        let bits = words.iter().fold(bit(ANY), |bits, word| bits | bit(*word));
        if node.next & bits == 0 || ONCE && token.taken || offset >= 64 {
            return;
        }
        let taken = Path { words: path.words + 1, taken: path.taken | 1 << offset, last: place };
        for word in words {
            if word != NONE
                && let Some(next) = self.automaton.edge(at, node, word)
            {
                self.follow(next, self.automaton.node(next), taken);
            }
        }
        if let Some(next) = self.automaton.edge(at, node, ANY) {
            self.follow(next, self.automaton.node(next), Path { last: place, ..path });
        }
    }
}

fn next_word(tokens: &[Token], after: usize) -> Option<usize> {
    tokens.get(after).map(|token| token.next).filter(|next| *next != LAST).map(|next| next as usize)
}
