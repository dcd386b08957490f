//! Numbers: which written or spoken digits identify a person or an account, and which are dates, prices and the like.

mod card;
mod expiry;
mod letter;
mod loose;
mod near;
mod phone;
mod rows;
mod run;
mod spoken;
mod value;

pub(in crate::redact) use card::network as card_network;
pub(super) use letter::letter_at;
pub(super) use near::harmless_at;
pub(super) use rows::rows;

use super::{View, context::Labels, date};
use crate::redact::{
    candidate::Candidate,
    flags::Flags,
    token::{Class, NormalisedTurn, Token},
    words::{Cue, Cues},
};
use run::{Group, Run};

/// Finds numbers that identify.
pub(in crate::redact) fn find(view: &View<'_>, out: &mut Vec<Candidate>) {
    let turn = view.turn;
    let mut done = 0;
    for (index, token) in turn.flagged(Flags::DIGITS.and(Flags::NUMBER).and(Flags::LETTER)) {
        if index < done {
            continue;
        }
        if token.class == Class::Mixed {
            card::inside(turn, index, out);
        }
        if let Some(date) = date::date_at(turn, index).filter(|date| date.month) {
            done = date.last + 1;
            continue;
        }
        if is_small(view, index, token) {
            continue;
        }
        let starts = token.is_digits()
            || token.class == Class::Mixed
            || token.word.number.is_some()
            || token.word.cues.has(Cue::Double)
            || token.word.cues.has(Cue::Triple)
            || (token.is_word() && letter_at(turn, index).is_some());
        match starts.then(|| run::run_at(turn, index)).flatten() {
            Some((Run::Spoken(spoken), next)) => {
                value::spoken(view, &spoken, out);
                done = next;
            }
            Some((Run::Written(groups), next)) => {
                written(view, &groups, out);
                done = next;
            }
            None => {}
        }
    }
}

/// Whether a number of one or two digits stands alone and nothing in the turn makes an identifier of so few.
fn is_small(view: &View<'_>, index: usize, token: &Token) -> bool {
    const GOES_ON: Flags = Flags::DIGITS.and(Flags::NUMBER).and(Flags::LETTER);
    const JOINS: Cues = Cues::of(&[Cue::Filler, Cue::Correction, Cue::Dash, Cue::Slash, Cue::Quadruple]);
    let digits = match token.word.number {
        Some(number) if number.value < 10 => 1,
        Some(number) if number.value < 100 => 2,
        None if token.is_digits() && token.span.len() <= 2 => token.span.len(),
        _ => return false,
    };
    let alone = view
        .turn
        .token(index + 1)
        .is_none_or(|next| !view.turn.flags(index + 1).any(GOES_ON) && !next.word.cues.any(JOINS));
    let cues = view.turn.cues() | view.asked.cues();
    alone && !rows(cues).any(|row| row.kind.is_some() && row.min <= digits)
}

/// Decides group by group what a written run holds.
fn written(view: &View<'_>, groups: &[Group], out: &mut Vec<Candidate>) {
    let mut first = 0;
    while let Some(group) = groups.get(first) {
        let labels =
            Labels::around(view.turn, group.token, groups.last().map_or(group.token, |last| last.token), view.asked);
        let before = out.len();
        let last = value::written(view, groups, first, &labels, out);
        first = match last {
            Some(last) => last + 1,
            None => harmless_at(view.turn, group.token).map_or(first + 1, |token| {
                let behind = groups.iter().rposition(|group| group.token <= token).map_or(first + 1, |at| at + 1);
                // `image-2026-03-14-10-25-51`: a date and what a hyphen binds to it are one.
                let bound = groups.get(behind - 1..).unwrap_or_default();
                behind + bound.iter().skip(1).take_while(|group| view.turn.gap_before(group.token) == "-").count()
            }),
        };
        debug_assert!(out.len() >= before);
    }
}

/// Digits of a turn in one breath, written or spoken.
#[derive(Debug)]
pub(in crate::redact) struct DigitRun {
    /// First token.
    pub(in crate::redact) first: usize,
    /// Last token.
    pub(in crate::redact) last: usize,
    /// The digits.
    pub(in crate::redact) digits: String,
}

/// All runs of digits of a turn, dates, prices and the like left out.
pub(in crate::redact) fn digit_runs(turn: &NormalisedTurn<'_>) -> Vec<DigitRun> {
    let mut runs = Vec::new();
    let mut done = 0;
    for (index, token) in turn.flagged(Flags::DIGITS.and(Flags::NUMBER)) {
        if index < done {
            continue;
        }
        let starts = token.is_digits()
            || token.word.number.is_some()
            || token.word.cues.any(Cues::of(&[Cue::Double, Cue::Triple]));
        let harmless = if token.is_digits() { harmless_at(turn, index) } else { None };
        if let Some(last) = harmless {
            done = last + 1;
            continue;
        }
        let found = starts.then(|| run::run_at(turn, index)).flatten();
        let Some((run, next)) = found else { continue };
        let (last, value) = match run {
            Run::Spoken(spoken) => (spoken.last, spoken.value),
            Run::Written(groups) => (next - 1, groups.iter().map(|group| group.text(turn)).collect()),
        };
        let digits: String = value.chars().filter(char::is_ascii_digit).collect();
        runs.push(DigitRun { first: index, last, digits });
        done = next;
    }
    runs
}
