//! A turn read with the lists: per token what the lists say, how it is written where letter case tells something, and
//! what stands before it. Both finders of names read the same.

use super::{Class, Entry, look_up, phrase_len};
use crate::redact::token::{Case, Class as TokenClass, NormalisedTurn, Token};

/// How a word is written, as far as that tells a name from other words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Lower case, or upper case in a line of upper case: case tells nothing.
    Plain,
    /// A capital at the start of a sentence or in a headline.
    Initial,
    /// A capital inside a sentence.
    Capital,
}

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

    fn of(gap: &str) -> Self {
        gap.bytes().fold(Self::default(), |set, byte| Self(set.0 | Self::of_byte(byte).0))
    }

    fn of_byte(byte: u8) -> Self {
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
            b'@' | b'_' | b'\\' | b'=' | b'/' => Self::GLUE,
            b'#' => Self::HASH,
            b'"' | b'*' | b'>' | b'(' | b')' => Self::MARK,
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

/// A turn with the marks of its tokens.
#[derive(Debug)]
pub(crate) struct Reading<'a> {
    /// The turn.
    pub(crate) turn: &'a NormalisedTurn<'a>,
    marks: Vec<Mark>,
    capital_nouns: bool,
}

const NOTHING: Mark = Mark {
    entry: Entry { given: 0, surname: 0, ordinary: 0, classes: super::Classes::of(&[]) },
    before: Gap::OTHER,
    shape: Shape::Plain,
};

impl<'a> Reading<'a> {
    /// Looks every word up.
    pub(crate) fn new(turn: &'a NormalisedTurn<'a>) -> Self {
        let mut marks = Vec::with_capacity(turn.tokens().len());
        for index in 0..turn.tokens().len() {
            marks.push(mark(turn, index));
        }
        let capital_nouns = has_capital_nouns(&marks);
        let mut reading = Self { turn, marks, capital_nouns };
        reading.weigh_lines();
        reading.block_phrases();
        reading
    }

    /// Whether nouns are written with capitals, as in German: then a capital tells little.
    pub(crate) fn has_capital_nouns(&self) -> bool {
        self.capital_nouns
    }

    /// Number of tokens.
    pub(crate) fn len(&self) -> usize {
        self.marks.len()
    }

    /// The mark of token `index`; beyond the end, of nothing.
    pub(crate) fn mark(&self, index: usize) -> &Mark {
        self.marks.get(index).unwrap_or(&NOTHING)
    }

    /// What the lists say of token `index`.
    pub(crate) fn entry(&self, index: usize) -> Entry {
        self.mark(index).entry
    }

    /// The entry of the token before `index`.
    pub(crate) fn previous(&self, index: usize) -> Entry {
        index.checked_sub(1).map_or(NOTHING.entry, |previous| self.entry(previous))
    }

    /// What follows the last token of the text or stands before token `index`.
    pub(crate) fn before(&self, index: usize) -> Gap {
        if index < self.len() { self.mark(index).before } else { Gap::of(self.turn.gap_before(index)).and(Gap::LINE) }
    }

    /// Whether token `index` is a word of letters.
    pub(crate) fn is_word(&self, index: usize) -> bool {
        self.turn.token(index).is_some_and(Token::is_word)
    }

    /// Whether token `index` begins a line.
    pub(crate) fn starts_line(&self, index: usize) -> bool {
        index == 0 || self.before(index).has(Gap::LINE)
    }

    /// Capitals tell little in a headline and nothing in a line of capitals.
    fn weigh_lines(&mut self) {
        let mut first = 0;
        while first < self.marks.len() {
            let mut last = first + 1;
            while last < self.marks.len() && !self.starts_line(last) {
                last += 1;
            }
            self.weigh_line(first, last);
            first = last;
        }
    }

    fn weigh_line(&mut self, first: usize, last: usize) {
        let (mut upper, mut capital, mut words) = (0, 0, 0);
        for token in self.turn.tokens().get(first..last).unwrap_or_default() {
            if token.is_word() && token.span.len() > 1 {
                words += 1;
                upper += usize::from(token.case == Case::Upper);
                capital += usize::from(token.case == Case::Capital);
            }
        }
        let shouted = upper * 2 > words && (words > 2 || self.turn.tokens().len() == words);
        let headline = words > 5 && capital * 5 >= words * 4;
        for index in first..last {
            let case = self.turn.token(index).map(|token| token.case);
            let Some(mark) = self.marks.get_mut(index) else { return };
            if shouted && case == Some(Case::Upper) {
                mark.shape = Shape::Plain;
            } else if (headline || self.capital_nouns) && mark.shape == Shape::Capital {
                mark.shape = Shape::Initial;
            }
        }
    }

    /// Words of a listed phrase (a city of several words, a brand) are no words of a name.
    fn block_phrases(&mut self) {
        let mut index = 0;
        while index < self.marks.len() {
            let mut len = 0;
            if self.entry(index).is(Class::StartsPhrase) {
                len = phrase_len(self.turn.word(index), |offset| self.turn.word(index + offset));
            }
            for mark in self.marks.iter_mut().skip(index).take(len) {
                mark.entry.classes.add(Class::Blocked);
            }
            index += len.max(1);
        }
    }
}

/// One word in six is a German function word.
fn has_capital_nouns(marks: &[Mark]) -> bool {
    let german = marks.iter().filter(|mark| mark.entry.is(Class::German)).count();
    german > 1 && german * 6 > marks.len()
}

fn mark(turn: &NormalisedTurn<'_>, index: usize) -> Mark {
    let before = Gap::of(turn.gap_before(index));
    let Some(token) = turn.token(index).filter(|token| token.class != TokenClass::Digits) else {
        return Mark { before, ..NOTHING };
    };
    let mut entry = if token.class == TokenClass::Word { look_up(turn.word(index)) } else { Entry::default() };
    if before == Gap::QUOTE
        && !entry.is_name()
        && index > 0
        && turn.word(index - 1).len() == 1
        && turn.word(index).len() > 2
    {
        let text = turn.lower().get(turn.span(index - 1, index).range()).unwrap_or_default();
        let joined = look_up(&text.replace('\'', ""));
        entry = if joined.is_name() { joined } else { entry };
    }
    let shape = match token.case {
        Case::Lower => Shape::Plain,
        _ if starts_sentence(turn, index, before) => Shape::Initial,
        _ => Shape::Capital,
    };
    Mark { entry, before, shape }
}

/// A full stop behind one letter or a short title ends no sentence.
fn starts_sentence(turn: &NormalisedTurn<'_>, index: usize, before: Gap) -> bool {
    if index == 0 || before.has(Gap::LINE.and(Gap::ASK).and(Gap::STOP).and(Gap::COLON).and(Gap::OTHER).and(Gap::MARK)) {
        return true;
    }
    if !before.has(Gap::DOT) {
        return before.has(Gap::HYPHEN) && before.has(Gap::SPACE);
    }
    let previous = turn.word(index - 1);
    previous.len() > 1 && !look_up(previous).classes.any(super::Classes::of(&[Class::Title, Class::WeakTitle]))
}

#[cfg(test)]
mod tests {
    use super::*;

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
