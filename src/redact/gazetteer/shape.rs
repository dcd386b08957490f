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

/// Capitals of a line.
#[derive(Clone, Copy, Debug, Default)]
struct Line {
    first: usize,
    words: usize,
    upper: usize,
    capital: usize,
}

/// Writes down how every token is written, what the lists say of words with an apostrophe and of phrases, and which
/// tokens a name may begin with. Gives whether nouns are written with capitals.
pub(crate) fn weigh(tokens: &mut [Token], phrases: bool, lower: &str) -> bool {
    let total = tokens.len();
    let (mut line, mut german) = (Line::default(), 0);
    let mut previous: Option<Token> = None;
    for index in 0..total {
        if index > 0 && tokens.get(index).is_some_and(|token| token.before.has(Gap::LINE)) {
            weigh_line(tokens, line, index);
            line = Line { first: index, ..Line::default() };
        }
        let Some(token) = tokens.get_mut(index) else { break };
        mark(token, previous.as_ref(), lower);
        german += usize::from(token.entry.is(Class::German));
        if token.is_word() && token.span.len() > 1 {
            line.words += 1;
            line.upper += usize::from(token.case == Case::Upper);
            line.capital += usize::from(token.case == Case::Capital);
        }
        previous = Some(*token);
    }
    weigh_line(tokens, line, total);
    // One word in six is a German function word.
    let capital_nouns = german > 1 && german * 6 > total;
    if capital_nouns {
        tokens.iter_mut().for_each(|token| token.shape = token.shape.at_most_initial());
    }
    if phrases {
        block_phrases(tokens, lower);
    }
    capital_nouns
}

impl Shape {
    fn at_most_initial(self) -> Self {
        if self == Self::Capital { Self::Initial } else { self }
    }
}

#[inline]
fn mark(token: &mut Token, previous: Option<&Token>, lower: &str) {
    if token.class == TokenClass::Digits {
        return;
    }
    if token.case != Case::Lower {
        let starts = starts_sentence(token.before, previous);
        token.shape = if starts { Shape::Initial } else { Shape::Capital };
    }
    if token.before == Gap::QUOTE && !token.entry.is_name() {
        token.entry = joined(token, previous, lower).unwrap_or(token.entry);
    }
    let before = previous.map(|previous| previous.entry).unwrap_or_default();
    if token.is_word() && people::may_begin(token.entry, token.case != Case::Lower, before) {
        token.flags.add(Flags::NAME);
    }
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

/// Capitals tell little in a headline and nothing in a line of capitals.
fn weigh_line(tokens: &mut [Token], line: Line, end: usize) {
    let Line { first, words, upper, capital } = line;
    let shouted = upper * 2 > words && (words > 2 || tokens.len() == words);
    let headline = words > 5 && capital * 5 >= words * 4;
    if !shouted && !headline {
        return;
    }
    for token in tokens.get_mut(first..end).unwrap_or_default() {
        if shouted && token.case == Case::Upper {
            token.shape = Shape::Plain;
        } else if headline {
            token.shape = token.shape.at_most_initial();
        }
    }
}

/// Words of a listed phrase (a city of several words, a brand) are no words of a name.
fn block_phrases(tokens: &mut [Token], lower: &str) {
    let mut index = 0;
    while index < tokens.len() {
        let has = |index: usize, flag: Flags| tokens.get(index).is_some_and(|token| token.flags.any(flag));
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
