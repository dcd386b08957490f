//! Calendar dates, written and spoken: what they look like, not what they mean.

use crate::redact::{
    token::{Class, NormalisedTurn, is_space},
    words::{Cue, Cues},
};

/// How many tokens a date may have.
const TOKENS_MAX: usize = 12;

/// How many number words a day or a year may have.
const DAY_WORDS_MAX: usize = 5;

/// A date that begins at some token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Date {
    /// Its last token.
    pub(super) last: usize,
    /// Whether day, month and year are all there.
    pub(super) full: bool,
    /// Whether it has the name of a month.
    pub(super) month: bool,
}

/// The date that begins at token `index`, in figures or with the name of a month.
pub(super) fn date_at(turn: &NormalisedTurn<'_>, index: usize) -> Option<Date> {
    let token = turn.token(index)?;
    let begins = || match token.class {
        Class::Digits | Class::Mixed => true,
        _ => {
            token.word.number.is_some()
                || is_turkish(turn, index)
                || token.word.cues.any(Cues::of(&[Cue::Month, Cue::DayWord]))
        }
    };
    let figures = if token.is_digits() { figures(turn, index) } else { None };
    figures.or_else(|| (turn.cues().has(Cue::Month) && begins()).then(|| with_month(turn, index)).flatten())
}

fn value(turn: &NormalisedTurn<'_>, index: usize) -> Option<u32> {
    let token = turn.token(index)?;
    if token.class == Class::Mixed {
        let word = turn.word(index);
        let digits = word.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let suffix = word.get(digits.len()..)?;
        return matches!(suffix, "st" | "nd" | "rd" | "th" | "er" | "o" | "a").then(|| digits.parse().ok()).flatten();
    }
    (token.is_digits() && token.span.len() <= 4).then(|| turn.raw(index).parse().ok()).flatten()
}

/// `12/05/1987`, `12.5.87`, `1987-05-12`.
fn figures(turn: &NormalisedTurn<'_>, index: usize) -> Option<Date> {
    let digits = (1..3).all(|offset| turn.token(index + offset).is_some_and(super::super::token::Token::is_digits));
    if !digits {
        return None;
    }
    let gap = turn.gap(index).trim();
    let same = turn.gap(index + 1).trim() == gap && matches!(gap, "/" | "-" | ".");
    if !same || continues(turn, index, gap) {
        return None;
    }
    let lengths = [turn.raw(index).len(), turn.raw(index + 1).len(), turn.raw(index + 2).len()];
    let parts = (value(turn, index)?, value(turn, index + 1)?, value(turn, index + 2)?);
    let day_month = |a: u32, b: u32| (1..=31).contains(&a) && (1..=31).contains(&b) && a.min(b) <= 12;
    let year = |y: u32, length: usize| length == 2 || (length == 4 && (1800..=2199).contains(&y));
    let valid = match lengths {
        [1 | 2, 1 | 2, 2 | 4] => day_month(parts.0, parts.1) && year(parts.2, lengths[2]),
        [4, 1 | 2, 1 | 2] => day_month(parts.1, parts.2) && year(parts.0, 4),
        _ => false,
    };
    valid.then_some(Date { last: index + 2, full: true, month: false })
}

/// Whether the same mark joins further digits before or behind, as in an IP address or a phone in pairs.
fn continues(turn: &NormalisedTurn<'_>, index: usize, gap: &str) -> bool {
    let after = turn.gap(index + 2) == gap && turn.token(index + 3).is_some_and(super::super::token::Token::is_digits);
    let before = index > 0
        && turn.gap(index - 1) == gap
        && turn.token(index - 1).is_some_and(super::super::token::Token::is_digits);
    after || before
}

/// `3 May 1990`, `May 3rd, 1990`, `the fourteenth of july nineteen seventy two`, `14 de julio de 1972`, `March 2024`.
fn with_month(turn: &NormalisedTurn<'_>, index: usize) -> Option<Date> {
    let mut months = 0;
    let mut last = None;
    let (mut parts, mut before) = (0, 0);
    for at in index..index + TOKENS_MAX {
        let Some(token) = turn.token(at) else { break };
        if at > index && !joins(turn.gap(at - 1)) {
            break;
        }
        let cues = token.word.cues;
        if parts - before > DAY_WORDS_MAX || (months == 0 && parts > DAY_WORDS_MAX) {
            break;
        }
        if cues.has(Cue::Month) && is_month(turn, at, parts > 0) {
            months += 1;
            before = parts;
        } else if is_part(turn, at, months)
            || cues.has(Cue::DayWord)
            || token.word.number.is_some()
            || is_turkish(turn, at)
        {
            parts += 1;
        } else if at > index
            && matches!(
                turn.word(at),
                "of" | "the" | "de" | "del" | "do" | "et" | "y" | "e" | "in" | "and" | "o" | "si" | "og" | "och"
            )
        {
            continue;
        } else {
            break;
        }
        if months > 1 {
            break;
        }
        last = Some(at);
    }
    (months == 1 && parts > 0).then_some(Date { last: last?, full: parts > 1, month: true })
}

/// Whether the figures at token `at` may be a day or a year; a year of two digits only behind a month.
fn is_part(turn: &NormalisedTurn<'_>, at: usize, months: usize) -> bool {
    value(turn, at).is_some_and(|value| value <= 31 || (1800..=2199).contains(&value) || (months == 1 && value < 100))
}

/// `on iki mart bin dokuz yüz`: the ten and the thousand of Turkish, which are words of other languages too.
pub(super) fn is_turkish(turn: &NormalisedTurn<'_>, at: usize) -> bool {
    let number = |at: usize| turn.token(at).and_then(|token| token.word.number);
    matches!(turn.word(at), "on" | "bin") && number(at + 1).is_some_and(|next| next.languages.local("on").is_some())
}

/// Figures and number words in a row that only context makes a date: `first of the seventh eighty eight`.
pub(super) fn loose(turn: &NormalisedTurn<'_>, index: usize) -> Option<Date> {
    let mut parts = 0;
    let mut days = 0;
    let mut last = index;
    for at in index..index + TOKENS_MAX {
        let Some(token) = turn.token(at) else { break };
        if at > index && !joins(turn.gap(at - 1)) {
            break;
        }
        if token.word.cues.has(Cue::DayWord) || (token.class == Class::Mixed && value(turn, at).is_some()) {
            days += 1;
        } else if token.word.number.is_some()
            || value(turn, at).is_some_and(|value| value <= 31 || (1800..=2199).contains(&value) || value < 100)
        {
            parts += 1;
        } else if at > index && matches!(turn.word(at), "of" | "the" | "de" | "del" | "do" | "y" | "e" | "et" | "und") {
            continue;
        } else {
            break;
        }
        last = at;
    }
    ((days > 0 && parts > 0) || parts > 2).then_some(Date { last, full: true, month: true })
}

/// `may`, `mar` and other months that are words too count only beside a number.
fn is_month(turn: &NormalisedTurn<'_>, at: usize, after_number: bool) -> bool {
    let number_too = turn.token(at).is_some_and(|token| token.word.number.is_some());
    if number_too
        && !(value(turn, at + 1).is_some() || at.checked_sub(1).is_some_and(|before| value(turn, before).is_some()))
    {
        return false;
    }
    after_number
        || value(turn, at + 1).is_some()
        || turn.token(at + 1).is_some_and(|next| next.word.number.is_some() || next.word.cues.has(Cue::DayWord))
        || (matches!(turn.word(at + 1), "the" | "de" | "del")
            && (value(turn, at + 2).is_some()
                || turn
                    .token(at + 2)
                    .is_some_and(|token| token.word.number.is_some() || token.word.cues.has(Cue::DayWord))))
}

fn joins(gap: &str) -> bool {
    is_space(gap) || matches!(gap, ", " | "-" | "." | ". " | "/" | "," | " - " | ", '" | " '")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let turn = NormalisedTurn::new(text);
        let found = date_at(&turn, 0).map(|date| turn.span(0, date.last).of(turn.text()));
        assert_eq!(found, expected);
    }

    #[test]
    fn dates_are_recognised_and_other_figures_are_not() {
        check("12/05/1987 x", Some("12/05/1987"));
        check("1987-05-12T10", Some("1987-05-12").filter(|_| false));
        check("31.12.99", Some("31.12.99"));
        check("01.02.03.04.05", None);
        check("45/13/2020", None);
        check("3rd of May, 1990 was", Some("3rd of May, 1990"));
        check("fourteenth of july nineteen seventy two ok", Some("fourteenth of july nineteen seventy two"));
        check("14 de julio de 1972", Some("14 de julio de 1972"));
        check("March 2024", Some("March 2024"));
        check("may I", None);
    }
}
