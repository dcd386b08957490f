//! Numbers that are no identifiers: dates, times, prices, quantities, versions, years, ratios. Knows nothing of what
//! an identifier looks like.

use super::super::date;
use crate::redact::{
    token::{Class, NormalisedTurn},
    words::{Cue, Cues},
};

/// A quantity with more digits than this is none.
const QUANTITY_DIGITS_MAX: usize = 7;

/// So many parts of a figure or a version are read at once, so that hostile input costs no more than its length.
const PARTS_MAX: usize = 24;

/// The last token of the harmless number that begins at the digits of token `index`, if it is one.
pub(in crate::redact::find) fn harmless_at(turn: &NormalisedTurn<'_>, index: usize) -> Option<usize> {
    if let Some(date) = date::date_at(turn, index) {
        return Some(date.last);
    }
    clock(turn, index).or_else(|| amount(turn, index)).or_else(|| version(turn, index)).or_else(|| ratio(turn, index))
}

fn is_digits(turn: &NormalisedTurn<'_>, index: usize, lengths: std::ops::RangeInclusive<usize>) -> bool {
    turn.token(index).is_some_and(|token| token.is_digits() && lengths.contains(&token.span.len()))
}

/// `14:30`, `9:05:10`, and `4:3`.
fn clock(turn: &NormalisedTurn<'_>, index: usize) -> Option<usize> {
    if turn.gap(index) != ":" || !is_digits(turn, index, 1..=2) || !is_digits(turn, index + 1, 1..=2) {
        return None;
    }
    let seconds = turn.gap(index + 1) == ":" && is_digits(turn, index + 2, 2..=2);
    let last = if seconds { index + 2 } else { index + 1 };
    (turn.gap(last) != ":").then_some(last)
}

/// Whether an amount or a date begins at token `index`: what ends a number before it.
pub(super) fn amount_at(turn: &NormalisedTurn<'_>, index: usize) -> bool {
    date::date_at(turn, index).is_some() || amount(turn, index).is_some()
}

/// Prices, percentages and quantities, with decimals and thousands.
fn amount(turn: &NormalisedTurn<'_>, index: usize) -> Option<usize> {
    if !is_digits(turn, index, 1..=9) {
        return None;
    }
    let last = figure_end(turn, index);
    let grouped = last > index;
    let before = turn.gap_before(index).trim_end();
    let priced = before.ends_with(['$', '€', '£', '¥', '₹', '₩', '₽', '₺'])
        || turn.gap(last).trim_start().starts_with(['$', '€', '£', '¥', '%', '°', '₹', '₽', '₺']);
    if priced {
        return Some(last);
    }
    let next = turn.token(last + 1).filter(|_| matches!(turn.gap(last), " " | "-" | ""));
    let measured = next.is_some_and(|token| token.word.cues.any(Cues::of(&[Cue::Unit, Cue::Currency])));
    let money_before = index.checked_sub(1).and_then(|before| turn.token(before)).is_some_and(|token| {
        token.class == Class::Word
            && matches!(
                token.span.of(turn.lower()),
                "usd" | "eur" | "gbp" | "chf" | "rs" | "inr" | "aud" | "cad" | "r" | "sek" | "nok" | "dkk" | "pln"
            )
    });
    let small = is_digits(turn, index, 1..=QUANTITY_DIGITS_MAX);
    if small && (measured || money_before) {
        return Some(last);
    }
    // A decimal or a figure with thousands says by its form that it is an amount.
    (grouped && decimal(turn, index, last)).then_some(last)
}

/// The last token of a figure with thousands and decimals that begins at `index`.
fn figure_end(turn: &NormalisedTurn<'_>, index: usize) -> usize {
    let mut last = index;
    if is_digits(turn, index, 1..=3) {
        while last - index < PARTS_MAX
            && matches!(turn.gap(last), "," | "." | "'")
            && is_digits(turn, last + 1, 3..=3)
            && turn.gap(last) == turn.gap(index)
        {
            last += 1;
        }
    }
    let goes_on = turn.gap(last + 1) == turn.gap(last) && is_digits(turn, last + 2, 1..=19);
    let negative = turn.gap_before(index).ends_with('-');
    let places = if is_digits(turn, index, 1..=2) || negative { 1..=6 } else { 1..=2 };
    if matches!(turn.gap(last), "." | ",") && is_digits(turn, last + 1, places) && !goes_on {
        last += 1;
    }
    last
}

/// Whether tokens `index..=last` are a decimal number or have thousands separated by commas.
fn decimal(turn: &NormalisedTurn<'_>, index: usize, last: usize) -> bool {
    let joined_on = matches!(turn.gap(last), "-" | "/" | "." | "," | " ") && is_digits(turn, last + 1, 1..=19);
    let joined_before =
        index > 0 && matches!(turn.gap(index - 1), "-" | "/" | "." | ") ") && is_digits(turn, index - 1, 1..=19);
    let two_parts =
        last == index + 1 && (turn.gap(index) == "." || turn.gap(index) == ",") && is_digits(turn, last, 1..=6);
    let thousands = turn.gap(index) == ",";
    !joined_on && !joined_before && (two_parts || thousands)
}

/// `v1.2.3`, `10.0.19045`, `Windows 11`, `build 22631.3007`.
fn version(turn: &NormalisedTurn<'_>, index: usize) -> Option<usize> {
    let named = index > 0
        && matches!(turn.gap(index - 1), " " | "" | "." | ": ")
        && turn.token(index - 1).is_some_and(|token| token.word.cues.has(Cue::Version));
    let mut last = index;
    while last - index < PARTS_MAX && turn.gap(last) == "." && is_digits(turn, last + 1, 1..=6) {
        last += 1;
    }
    let dotted = last > index + 1
        && last - index != 3
        && (index..=last).all(|at| is_digits(turn, at, 1..=5))
        && is_digits(turn, index, 1..=2)
        && !pairs(turn, index, last);
    (named && is_digits(turn, index, 1..=6) || dotted && !pairs(turn, index, last)).then_some(last)
}

/// Four or more groups of two digits, or seven and more single ones, are no version.
fn pairs(turn: &NormalisedTurn<'_>, first: usize, last: usize) -> bool {
    let all = |size: usize| (first..=last).all(|at| is_digits(turn, at, size..=size));
    (last >= first + 3 && all(2)) || (last >= first + 6 && all(1))
}

/// `24/7`, `50/50`, `2-3 days`, `4 for 3`.
fn ratio(turn: &NormalisedTurn<'_>, index: usize) -> Option<usize> {
    let pair = matches!(turn.gap(index), "/" | "-" | " - ")
        && is_digits(turn, index, 1..=2)
        && is_digits(turn, index + 1, 1..=2);
    let alone = !matches!(turn.gap(index + 1), "-" | "/" | ".") || !is_digits(turn, index + 2, 1..=19);
    let before = index > 0 && matches!(turn.gap(index - 1), "-" | "/" | ".") && is_digits(turn, index - 1, 1..=19);
    (pair && alone && !before && turn.gap(index + 1) != " ").then_some(index + 1)
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check;

    #[test]
    fn near_misses_stay() {
        check("24/7 support", "24/7 support");
        check("4 for 3", "4 for 3");
        check("it cost $1,234.56 on 12.05.2024 at 14:30", "it cost $1,234.56 on 12.05.2024 at 14:30");
        check("Windows 11 build 22631.3007", "Windows 11 build 22631.3007");
        check("200 GB for 5 users", "200 GB for 5 users");
        check("3-5 days, 50%, 1920x1080", "3-5 days, 50%, 1920x1080");
    }
}
