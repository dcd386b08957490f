//! How the words of a turn are written, where letter case tells something, and which of them are no names because they
//! stand in a listed phrase. One pass over the tokens. Knows nothing of how finders weigh it.

use super::{Class, Classes, Entry, Gap, look_up, phrase_len};
use crate::redact::{
    flags::Flags,
    people,
    token::{Case, Class as TokenClass, Token},
};

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

/// Capitals of the line that is being read.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Line {
    first: usize,
    words: usize,
    upper: usize,
    capital: usize,
}

impl Line {
    /// A line that begins with token `first`.
    pub(crate) fn from(first: usize) -> Self {
        Self { first, ..Self::default() }
    }

    /// Takes note of a token.
    #[inline]
    pub(crate) fn add(&mut self, token: &Token) {
        if token.is_word() && token.span.len() > 1 {
            self.words += 1;
            self.upper += usize::from(token.case == Case::Upper);
            self.capital += usize::from(token.case == Case::Capital);
        }
    }

    /// Takes note of a word of `len` bytes in lower case.
    #[inline]
    pub(crate) fn plain(&mut self, len: usize) {
        self.words += usize::from(len > 1);
    }

    /// Capitals tell little in a headline and nothing in a line of capitals; whether it is either. `whole`: there is no
    /// other line.
    pub(crate) fn weigh(self, tokens: &mut [Token], whole: bool) -> bool {
        let Self { first, words, upper, capital } = self;
        let shouted = upper * 2 > words && (words > 2 || whole && tokens.len() == words);
        let headline = words > 5 && capital * 5 >= words * 4;
        if !shouted && !headline {
            return false;
        }
        for token in tokens.iter_mut().skip(first) {
            if shouted && token.case == Case::Upper {
                token.shape = Shape::Plain;
            } else if headline {
                token.shape = token.shape.at_most_initial();
            }
        }
        true
    }
}

impl Shape {
    /// The same where capitals tell little.
    pub(crate) fn at_most_initial(self) -> Self {
        if self == Self::Capital { Self::Initial } else { self }
    }
}

/// Writes down how a token is written and what the lists say of a word with an apostrophe; whether a name may begin
/// with it. `cued`: the word before it says so.
#[inline]
pub(crate) fn mark(token: &mut Token, previous: Option<&Token>, cued: bool, lower: &str) -> bool {
    if matches!(token.class, TokenClass::Digits) {
        return false;
    }
    if token.case != Case::Lower {
        let starts = starts_sentence(token.before, previous);
        token.shape = if starts { Shape::Initial } else { Shape::Capital };
    }
    if token.before == Gap::QUOTE && !token.entry.is_name() {
        token.entry = joined(token, previous, lower).unwrap_or(token.entry);
    }
    let lower = token.case == Case::Lower;
    token.is_word()
        && (!lower || people::may_be_lower(token.entry, token.span.len()))
        && people::may_begin(token.entry, !lower, true, cued)
}

/// What the lists say of a word and the single letter before its apostrophe: "o'neill".
fn joined(token: &Token, previous: Option<&Token>, lower: &str) -> Option<Entry> {
    let letter = previous.filter(|letter| letter.span.len() == 1 && token.span.len() > 2)?;
    let text = lower.get(letter.span.start as usize..token.span.end as usize)?;
    Some(look_up(&text.replace('\'', ""))).filter(|entry| entry.is_name())
}

/// A full stop behind one letter or a short title ends no sentence.
fn starts_sentence(before: Gap, previous: Option<&Token>) -> bool {
    const ENDS: Gap = Gap::LINE.and(Gap::ASK).and(Gap::STOP).and(Gap::COLON).and(Gap::OTHER).and(Gap::MARK);
    const TITLES: Classes = Classes::of(&[Class::Title, Class::WeakTitle]);
    let Some(previous) = previous.filter(|_| !before.has(ENDS)) else { return true };
    if !before.has(Gap::DOT) {
        return before.has(Gap::HYPHEN) && before.has(Gap::SPACE);
    }
    previous.span.len() > 1 && !previous.entry.classes.any(TITLES)
}

/// Words of a listed phrase (a city of several words, a brand) are no words of a name. `flags` are those of the tokens.
pub(crate) fn block_phrases(tokens: &mut [Token], flags: &[Flags], lower: &str) {
    let mut index = 0;
    while index < tokens.len() {
        let has = |index: usize, flag: Flags| flags.get(index).is_some_and(|flags| flags.any(flag));
        let mut len = 0;
        if has(index, Flags::STARTS_NAME_PHRASE) && has(index + 1, Flags::CONTINUES_NAME_PHRASE) {
            let word = |offset: usize| tokens.get(index + offset).map_or("", |token| token.span.of(lower));
            len = phrase_len(word(0), word);
        }
        for token in tokens.iter_mut().skip(index).take(len) {
            token.entry.classes.add(Class::Blocked);
        }
        index += len.max(1);
    }
}
