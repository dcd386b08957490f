//! A normalised turn as the finders read it: a short array of small values, one a word or number, and lists of those
//! that may interest them. Knows nothing of what the finders look for.

use std::ops::Range;

use super::{
    cut::{Cut, LetterCase},
    flags::Flags,
    gazetteer::{Entry, Gap, Shape},
    kind::Kind,
    marks::Marks,
    near::Interest,
    words::{Cues, Word},
};
use crate::text::{Normalised, Span};

/// What a token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Letters only.
    Word,
    /// The digits 0–9 only.
    Digits,
    /// Letters and digits.
    Mixed,
    /// A placeholder that was already in the received text, brackets included: opaque.
    Placeholder(Kind),
}

/// How the letters of a token are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    /// No cased letter, or lower case.
    Lower,
    /// First letter upper, the others lower case (a single capital too).
    Capital,
    /// Two or more letters, all upper case.
    Upper,
    /// Any other mixture.
    Mixed,
}

/// A run of letters and digits, or a placeholder.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    /// Where it stands in the normalised text.
    pub(super) span: Span,
    /// What it is made of.
    pub(super) class: Class,
    /// How it is written.
    pub(super) case: Case,
    /// How it is written, as far as that tells a name from other words.
    pub(super) shape: Shape,
    /// What stands between it and the token before it.
    pub(super) before: Gap,
    /// What the lists of names and places say of it; empty for anything but a listed word.
    pub(super) entry: Entry,
    /// What the word tables say of it; empty for a word they do not list.
    pub(super) word: Word,
}

impl Token {
    /// Whether it is a word (letters only).
    pub(super) fn is_word(&self) -> bool {
        matches!(self.class, Class::Word)
    }

    /// Whether it is a run of digits only.
    pub(super) fn is_digits(&self) -> bool {
        matches!(self.class, Class::Digits)
    }
}

/// The memory of a turn, to be used again for the next one.
#[derive(Default)]
pub(super) struct Memory {
    cut: Cut,
    lower: String,
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Memory({} bytes)", self.lower.capacity())
    }
}

/// A turn that is ready for the finders.
#[derive(Debug)]
pub(super) struct NormalisedTurn<'a> {
    normalised: Normalised<'a>,
    cut: Cut,
}

impl<'a> NormalisedTurn<'a> {
    /// Normalises and cuts a received text.
    pub(super) fn new(received: &'a str) -> Self {
        Self::with(received, &mut Memory::default())
    }

    /// The same in the memory of an earlier turn.
    pub(super) fn with(received: &'a str, memory: &mut Memory) -> Self {
        let Memory { mut cut, lower } = std::mem::take(memory);
        let normalised = Normalised::with(received, lower);
        cut.read(normalised.text(), normalised.lower());
        Self { normalised, cut }
    }

    /// Gives the memory back.
    pub(super) fn recycle(self, memory: &mut Memory) {
        *memory = Memory { cut: self.cut, lower: self.normalised.into_lower() };
    }

    /// What the letter case of the whole text tells.
    pub(super) fn letter_case(&self) -> LetterCase {
        self.cut.case
    }

    /// Keeps only what stands near a placeholder among the tokens that finders begin with; gives all of them.
    pub(super) fn narrow(&mut self) -> Interest {
        self.cut.narrow()
    }

    /// Takes back what was put aside.
    pub(super) fn widen(&mut self, all: Interest) {
        self.cut.widen(all);
    }

    /// Whether nouns are written with capitals, as in German.
    pub(super) fn has_capital_nouns(&self) -> bool {
        self.cut.case.nouns
    }

    /// The first letters and digits from every token on (see [`heads`](super::heads)).
    pub(super) fn heads(&self) -> &[u64] {
        &self.cut.heads
    }

    /// The tokens that have one of these flags, in order, with their numbers.
    pub(super) fn flagged(&self, flags: Flags) -> impl Iterator<Item = (usize, &Token)> + '_ {
        let triggers = if self.cut.all.any(flags) { self.cut.triggers.as_slice() } else { &[] };
        triggers.iter().filter_map(move |index| {
            let index = *index as usize;
            if self.flags(index).any(flags) { self.cut.tokens.get(index).map(|token| (index, token)) } else { None }
        })
    }

    /// The tokens that have one of these cues, with their numbers.
    pub(super) fn cued(&self, cues: Cues) -> impl Iterator<Item = (usize, &Token)> + '_ {
        let tokens = if self.cut.cues.any(cues) { self.cut.tokens.as_slice() } else { &[] };
        tokens.iter().enumerate().filter(move |(_, token)| token.word.cues.any(cues))
    }

    /// The tokens that have a cue or stand before a mark that may end a sentence, or last; whether they do.
    pub(super) fn sentence_parts(&self) -> impl Iterator<Item = (usize, bool)> + '_ {
        let flags = self.cut.flags.as_slice();
        let marked = flags.iter().skip(1).map(|next| next.any(Flags::BEHIND_MARK)).chain(std::iter::once(true));
        let parts = flags.iter().zip(marked).enumerate();
        parts.filter(|(_, (own, marked))| *marked || own.any(Flags::CUED)).map(|(index, (_, marked))| (index, marked))
    }

    /// The tokens that a name may begin with.
    pub(super) fn names(&self) -> impl Iterator<Item = usize> + '_ {
        self.cut.names.iter().map(|index| *index as usize)
    }

    /// All cues of the turn.
    pub(super) fn cues(&self) -> Cues {
        self.cut.cues
    }

    /// Whether the text is ASCII.
    pub(super) fn is_ascii(&self) -> bool {
        self.cut.ascii
    }

    /// The flags of token `index`.
    pub(super) fn flags(&self, index: usize) -> Flags {
        self.cut.flags.get(index).copied().unwrap_or_default()
    }

    /// Whether one of the tokens `range` has one of these flags.
    pub(super) fn has_near(&self, range: Range<usize>, flags: Flags) -> bool {
        let end = range.end.min(self.cut.flags.len());
        self.cut.flags.get(range.start..end).is_some_and(|near| near.iter().any(|own| own.any(flags)))
    }

    /// Whether a token has one of these flags.
    pub(super) fn has(&self, flags: Flags) -> bool {
        self.cut.all.any(flags)
    }

    /// Whether the text has one of these marks between its tokens.
    pub(super) fn has_mark(&self, marks: Marks) -> bool {
        self.cut.marks.any(marks)
    }

    /// Whether one of these stands between its tokens.
    pub(super) fn has_gap(&self, gap: Gap) -> bool {
        self.cut.marks.gap().has(gap)
    }

    /// The runs of bytes that a key may be made of, if they are long enough.
    pub(super) fn chunks(&self) -> &[Span] {
        &self.cut.chunks
    }

    /// The comparable text (see [`Normalised::text`]).
    pub(super) fn text(&self) -> &str {
        self.normalised.text()
    }

    /// The comparable text in lower case, same offsets.
    pub(super) fn lower(&self) -> &str {
        self.normalised.lower()
    }

    /// All tokens, by position.
    pub(super) fn tokens(&self) -> &[Token] {
        &self.cut.tokens
    }

    /// The token at `index`, if there is one.
    pub(super) fn token(&self, index: usize) -> Option<&Token> {
        self.cut.tokens.get(index)
    }

    /// Token `index` as written, or `""`.
    pub(super) fn raw(&self, index: usize) -> &str {
        self.token(index).map_or("", |token| token.span.of(self.text()))
    }

    /// Token `index` in lower case, or `""`.
    pub(super) fn word(&self, index: usize) -> &str {
        self.token(index).map_or("", |token| token.span.of(self.lower()))
    }

    /// What stands between token `index` and the next one (or the end of the text).
    pub(super) fn gap(&self, index: usize) -> &str {
        let start = self.token(index).map_or(self.text().len(), |token| token.span.end as usize);
        let end = self.token(index + 1).map_or(self.text().len(), |token| token.span.start as usize);
        self.text().get(start..end).unwrap_or_default()
    }

    /// What stands before token `index`, back to the previous one (or the start of the text).
    pub(super) fn gap_before(&self, index: usize) -> &str {
        if let Some(previous) = index.checked_sub(1) {
            self.gap(previous)
        } else {
            let end = self.token(0).map_or(self.text().len(), |token| token.span.start as usize);
            self.text().get(..end).unwrap_or_default()
        }
    }

    /// The span from the start of token `first` to the end of token `last`.
    pub(super) fn span(&self, first: usize, last: usize) -> Span {
        let start = self.token(first).map_or(0, |token| token.span.start);
        Span { start, end: self.token(last).map_or(start, |token| token.span.end) }
    }

    /// Index of the first token that ends behind the byte `offset`.
    pub(super) fn token_at(&self, offset: u32) -> usize {
        self.cut.tokens.partition_point(|token| token.span.end <= offset)
    }

    /// The bytes of the received text that gave `span`.
    pub(super) fn received(&self, span: Span) -> Span {
        self.normalised.received(span)
    }
}

/// Whether two tokens stand beside each other with only blanks between: one, or several as in a pasted table.
pub(super) fn is_space(gap: &str) -> bool {
    !gap.is_empty() && gap.bytes().all(|byte| matches!(byte, b' ' | b'\t'))
}

/// The kind and length of a placeholder such as `[EMAIL_1]` or `[PIN]` at the start of `rest`.
pub(super) fn placeholder(rest: &str) -> Option<(Kind, usize)> {
    let inner = rest.strip_prefix('[')?;
    let end = inner.bytes().take(40).position(|byte| byte == b']')?;
    let name = inner.get(..end)?;
    let kind = Kind::from_name(name).or_else(|| {
        let (kind, number) = name.rsplit_once('_')?;
        number.bytes().all(|byte| byte.is_ascii_digit()).then(|| Kind::from_name(kind)).flatten()
    })?;
    Some((kind, end + 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let turn = NormalisedTurn::new(text);
        let tokens: Vec<&str> = (0..turn.tokens().len()).map(|index| turn.raw(index)).collect();
        assert_eq!(tokens, expected);
    }

    #[test]
    fn cuts_at_everything_but_letters_and_digits() {
        check("Don't call 555-0100!", &["Don", "t", "call", "555", "0100"]);
        check("[EMAIL_1] and [PIN], [sic]", &["[EMAIL_1]", "and", "[PIN]", "sic"]);
        check("我的电话13800138000", &["我的电话", "13800138000"]);
    }

    #[test]
    fn classes_and_cases() {
        let turn = NormalisedTurn::new("Anna MCDONALD iPhone 42 B2B x");
        let cases: Vec<Case> = turn.tokens().iter().map(|token| token.case).collect();
        assert_eq!(cases, [Case::Capital, Case::Upper, Case::Mixed, Case::Lower, Case::Upper, Case::Lower]);
        assert_eq!(turn.token(4).unwrap().class, Class::Mixed);
        assert_eq!(turn.gap(0), " ");
    }
}
