//! A turn read with the lists: per token what the lists say, how it is written where letter case tells something, and
//! what stands before it. Both finders of names read the same.

use super::{Entry, shape::Shape};
use crate::redact::token::{NormalisedTurn, Token};

/// What stands between a token and the one before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Gap(u16);

impl Gap {
    pub(crate) const SPACE: Self = Self(1);
    pub(crate) const LINE: Self = Self(2);
    pub(crate) const COMMA: Self = Self(4);
    pub(crate) const DOT: Self = Self(8);
    pub(crate) const ASK: Self = Self(16);
    pub(crate) const STOP: Self = Self(32);
    pub(crate) const COLON: Self = Self(64);
    pub(crate) const HYPHEN: Self = Self(128);
    pub(crate) const QUOTE: Self = Self(256);
    pub(crate) const AND: Self = Self(512);
    pub(crate) const GLUE: Self = Self(1024);
    pub(crate) const OTHER: Self = Self(2048);
    pub(crate) const HASH: Self = Self(4096);
    pub(crate) const MARK: Self = Self(8192);

    /// What stands in a gap.
    pub(crate) fn of(gap: &str) -> Self {
        gap.bytes().fold(Self::default(), |set, byte| Self(set.0 | Self::of_byte(byte).0))
    }

    /// The set as bits.
    pub(crate) const fn bits(self) -> u16 {
        self.0
    }

    /// The set of these bits.
    pub(crate) const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    /// What a byte is.
    pub(crate) const fn of_byte(byte: u8) -> Self {
        match byte {
            b' ' | b'\t' => Self::SPACE,
            b'\n' | b'\r' => Self::LINE,
            b',' => Self::COMMA,
            b'.' => Self::DOT,
            b'?' => Self::ASK,
            b'!' | b';' => Self::STOP,
            b':' => Self::COLON,
            b'-' => Self::HYPHEN,
            b'\'' => Self::QUOTE,
            b'&' => Self::AND,
            b'@' | b'_' | b'\\' | b'/' => Self::GLUE,
            b'#' => Self::HASH,
            b'"' | b'*' | b'>' | b'(' | b')' | b'=' | b'<' => Self::MARK,
            _ => Self::OTHER,
        }
    }

    /// Both.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it holds a character of `other`.
    pub(crate) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Whether it holds nothing but characters of `others` (an empty gap does).
    pub(crate) fn only(self, others: Self) -> bool {
        self.0 & !others.0 == 0
    }

    /// Whether nothing stands between.
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }
}

/// What is known of one token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    /// What the lists say of it.
    pub(crate) entry: Entry,
    /// What stands before it.
    pub(crate) before: Gap,
    /// How it is written.
    pub(crate) shape: Shape,
}

/// A turn read with the lists.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading<'a> {
    /// The turn.
    pub(crate) turn: &'a NormalisedTurn<'a>,
}

const NOTHING: Mark = Mark {
    entry: Entry { given: 0, surname: 0, ordinary: 0, classes: super::Classes::of(&[]) },
    before: Gap::OTHER,
    shape: Shape::Plain,
};

impl<'a> Reading<'a> {
    /// Reads a turn.
    pub(crate) fn new(turn: &'a NormalisedTurn<'a>) -> Self {
        Self { turn }
    }

    /// Whether nouns are written with capitals, as in German: then a capital tells little.
    pub(crate) fn has_capital_nouns(&self) -> bool {
        self.turn.has_capital_nouns()
    }

    /// Number of tokens.
    pub(crate) fn len(&self) -> usize {
        self.turn.tokens().len()
    }

    /// The mark of token `index`; beyond the end, of nothing.
    pub(crate) fn mark(&self, index: usize) -> Mark {
        self.turn.token(index).map_or(NOTHING, |token| Mark {
            entry: token.entry,
            before: token.before,
            shape: token.shape,
        })
    }

    /// What the lists say of token `index`.
    pub(crate) fn entry(&self, index: usize) -> Entry {
        self.turn.token(index).map_or(NOTHING.entry, |token| token.entry)
    }

    /// The entry of the token before `index`.
    pub(crate) fn previous(&self, index: usize) -> Entry {
        index.checked_sub(1).map_or(NOTHING.entry, |previous| self.entry(previous))
    }

    /// What follows the last token of the text or stands before token `index`.
    pub(crate) fn before(&self, index: usize) -> Gap {
        match self.turn.token(index) {
            Some(token) => token.before,
            None => Gap::of(self.turn.gap_before(index)).and(Gap::LINE),
        }
    }

    /// Whether token `index` is a word of letters.
    pub(crate) fn is_word(&self, index: usize) -> bool {
        self.turn.token(index).is_some_and(Token::is_word)
    }

    /// Whether token `index` begins a line.
    pub(crate) fn starts_line(&self, index: usize) -> bool {
        index == 0 || self.before(index).has(Gap::LINE)
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Class, *};

    #[track_caller]
    fn check(text: &str, expected: &[Shape]) {
        let turn = NormalisedTurn::new(text);
        let reading = Reading::new(&turn);
        let shapes: Vec<Shape> = (0..reading.len()).map(|index| reading.mark(index).shape).collect();
        assert_eq!(shapes, expected, "{text}");
    }

    #[test]
    fn shapes_tell_where_case_tells() {
        use Shape::{Capital, Initial, Plain};
        check("Hi Anna. Are you", &[Initial, Capital, Initial, Plain]);
        check("ask Mr. Hall", &[Plain, Capital, Capital]);
        check("MY NAME IS ANNA", &[Plain; 4]);
        check("ok\nAnna", &[Plain, Initial]);
    }

    #[test]
    fn phrases_are_blocked() {
        let turn = NormalisedTurn::new("we flew to San Francisco and Los Angeles");
        let reading = Reading::new(&turn);
        let blocked: Vec<usize> = (0..reading.len()).filter(|index| reading.entry(*index).is(Class::Blocked)).collect();
        assert_eq!(blocked, [3, 4, 6, 7]);
    }
}
