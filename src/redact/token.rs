//! Cuts a normalised turn into tokens and looks every word up once, so that the finders work on a short array of
//! small values. Knows nothing of what the finders look for.

use super::{
    kind::Kind,
    words::{self, Word},
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
    /// What the word tables say of it; empty for a word they do not list.
    pub(super) word: Word,
}

impl Token {
    /// Whether it is a word (letters only).
    pub(super) fn is_word(&self) -> bool {
        self.class == Class::Word
    }

    /// Whether it is a run of digits only.
    pub(super) fn is_digits(&self) -> bool {
        self.class == Class::Digits
    }
}

/// A turn that is ready for the finders.
#[derive(Debug)]
pub(super) struct NormalisedTurn<'a> {
    normalised: Normalised<'a>,
    tokens: Vec<Token>,
}

impl<'a> NormalisedTurn<'a> {
    /// Normalises and cuts a received text.
    pub(super) fn new(received: &'a str) -> Self {
        let normalised = Normalised::new(received);
        let tokens = tokenise(normalised.text(), normalised.lower());
        Self { normalised, tokens }
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
        &self.tokens
    }

    /// The token at `index`, if there is one.
    pub(super) fn token(&self, index: usize) -> Option<&Token> {
        self.tokens.get(index)
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
        self.tokens.partition_point(|token| token.span.end <= offset)
    }

    /// The bytes of the received text that gave `span`.
    pub(super) fn received(&self, span: Span) -> Span {
        self.normalised.received(span)
    }
}

fn tokenise(text: &str, lower: &str) -> Vec<Token> {
    let mut tokens = Vec::with_capacity(text.len() / 5 + 1);
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some((kind, len)) = placeholder(rest) {
            let span = Span::new(at, at + len);
            tokens.push(Token { span, class: Class::Placeholder(kind), case: Case::Upper, word: Word::default() });
            at += len;
            continue;
        }
        let len = run_len(rest);
        if len == 0 {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        }
        let raw = rest.get(..len).unwrap_or_default();
        let (class, case) = classify(raw);
        let span = Span::new(at, at + len);
        let word = if class == Class::Digits && len > 1 { Word::default() } else { words::look_up(span.of(lower)) };
        tokens.push(Token { span, class, case, word });
        at += len;
    }
    words::mark_phrases(&mut tokens, lower);
    tokens
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

/// Length of the run of letters and digits at the start of `rest`. Scripts written without spaces form runs of their
/// own, so that digits beside them stand alone.
fn run_len(rest: &str) -> usize {
    let mut kind = None;
    for (at, character) in rest.char_indices() {
        let own = if character.is_ascii_alphanumeric() {
            0
        } else if character.is_ascii() || !character.is_alphanumeric() {
            return at;
        } else {
            usize::from(is_spaceless(character))
        };
        if *kind.get_or_insert(own) != own {
            return at;
        }
    }
    rest.len()
}

/// Thai, Lao, Khmer, Japanese, Chinese and Korean letters.
fn is_spaceless(character: char) -> bool {
    matches!(u32::from(character), 0xe00..=0xeff | 0x1780..=0x17ff | 0x1100..=0x11ff | 0x2e80..=0xd7ff | 0x20000..=0x3ffff)
}

fn classify(raw: &str) -> (Class, Case) {
    let (mut digits, mut upper, mut letters) = (0, 0, 0);
    for character in raw.chars() {
        if character.is_ascii_digit() {
            digits += 1;
        } else {
            letters += 1;
            upper += usize::from(character.is_uppercase());
        }
    }
    let class = match (digits, letters) {
        (0, _) => Class::Word,
        (_, 0) => Class::Digits,
        _ => Class::Mixed,
    };
    let first_upper = raw.chars().find(|character| character.is_alphabetic()).is_some_and(char::is_uppercase);
    let case = match upper {
        0 => Case::Lower,
        1 if first_upper => Case::Capital,
        _ if upper == letters => Case::Upper,
        _ => Case::Mixed,
    };
    (class, case)
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
