//! Numbers: which written or spoken digits identify a person or an account, and which are dates, prices and the like.

mod card;
mod dictated;
mod expiry;
mod letter;
mod loose;
mod near;
mod phone;
mod plan;
mod rows;
mod run;
mod spoken;
mod value;

pub(in crate::redact) use card::network as card_network;
pub(super) use letter::letter_at;
pub(super) use near::harmless_at;
pub(in crate::redact) use plan::Region;
pub(super) use rows::rows;

use super::{View, context::Labels, date, net};
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
        if index < done || is_plain_letter(turn, index, token) {
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
                let before = out.len();
                dictated::decide(view, &spoken, out);
                if out.len() == before {
                    written_within(view, spoken.first, spoken.last, out);
                }
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

/// Whether a token is a single letter or spells one, and is no more than a word where it stands: no number begins with
/// it.
fn is_plain_letter(turn: &NormalisedTurn<'_>, index: usize, token: &Token) -> bool {
    const COUNTS: Cues = Cues::of(&[Cue::Double, Cue::Triple, Cue::Month, Cue::DayWord]);
    let counts = token.word.number.is_some() || token.word.cues.any(COUNTS);
    token.is_word() && !counts && letter_at(turn, index).is_none()
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

/// Decides on the written numbers of a run that means nothing as a dictation: the words around them are no part of them.
fn written_within(view: &View<'_>, first: usize, last: usize, out: &mut Vec<Candidate>) {
    let mut at = first;
    while at <= last {
        let groups = run::written_at(view.turn, at);
        let next = groups.last().map_or(at, |group| group.token) + 1;
        if !groups.is_empty() {
            written(view, &groups, out);
        }
        at = next;
    }
}

/// Decides what a written run holds: apart what stands before a card number that begins within it.
fn written(view: &View<'_>, groups: &[Group], out: &mut Vec<Candidate>) {
    let mut rest = groups;
    while let Some((before, behind)) = card_within(view.turn, rest).and_then(|at| rest.split_at_checked(at)) {
        decide(view, before, out);
        rest = behind;
    }
    decide(view, rest, out);
}

/// The group behind the first at which a card number begins, if none begins at the first.
fn card_within(turn: &NormalisedTurn<'_>, groups: &[Group]) -> Option<usize> {
    let digits: usize = groups.iter().map(|group| group.digits).sum();
    let begins = |at: &usize| card::card_at(turn, groups, *at, false).is_some();
    if digits <= card::DIGITS_MIN || begins(&0) {
        return None;
    }
    (1..groups.len()).find(begins)
}

/// Decides group by group.
fn decide(view: &View<'_>, groups: &[Group], out: &mut Vec<Candidate>) {
    let mut first = 0;
    while let Some(group) = groups.get(first) {
        if net::is_ipv4(view.turn, group.token) {
            first += 4;
            continue;
        }
        let harmless = harmless_at(view.turn, group.token);
        let figure = value::is_figure(view, groups, first, harmless, out) && !value::is_numbered(view, groups, first);
        let last = if figure {
            value::phone_over(view, groups, first, out)
        } else {
            let end = groups.last().map_or(group.token, |last| last.token);
            let labels = Labels::around(view.turn, group.token, end, view.asked);
            value::written(view, groups, first, (&labels, harmless), out)
        };
        first = match last {
            Some(last) => last + 1,
            None => harmless.map_or(first + 1, |token| {
                let behind = groups.iter().rposition(|group| group.token <= token).map_or(first + 1, |at| at + 1);
                // `image-2026-03-14-10-25-51`: a date and what a hyphen binds to it are one.
                let bound = groups.get(behind - 1..).unwrap_or_default();
                behind + bound.iter().skip(1).take_while(|group| view.turn.gap_before(group.token) == "-").count()
            }),
        };
    }
}

/// Digits of a turn in one breath, written or spoken.
#[derive(Debug)]
pub(in crate::redact) struct DigitRun {
    /// First token.
    pub(in crate::redact) first: usize,
    /// Last token.
    pub(in crate::redact) last: usize,
    run: Run,
}

impl DigitRun {
    /// The digits.
    pub(in crate::redact) fn digits(&self, turn: &NormalisedTurn<'_>) -> String {
        let digit = |character: &char| character.is_ascii_digit();
        match &self.run {
            Run::Spoken(spoken) => spoken.value.chars().filter(digit).collect(),
            Run::Written(groups) => {
                groups.iter().map(|group| group.text(turn)).collect::<String>().chars().filter(digit).collect()
            }
        }
    }
}

/// All runs of digits of a turn, dates, prices and the like left out.
pub(in crate::redact) fn digit_runs<'t>(turn: &'t NormalisedTurn<'t>) -> impl Iterator<Item = DigitRun> + 't {
    let mut done = 0;
    turn.flagged(Flags::DIGITS.and(Flags::NUMBER)).filter_map(move |(index, token)| {
        if index < done {
            return None;
        }
        let starts = token.is_digits()
            || token.word.number.is_some()
            || token.word.cues.any(Cues::of(&[Cue::Double, Cue::Triple]));
        let harmless = if token.is_digits() { harmless_at(turn, index) } else { None };
        if let Some(last) = harmless {
            done = last + 1;
            return None;
        }
        let (run, next) = starts.then(|| run::run_at(turn, index)).flatten()?;
        done = next;
        let last = match &run {
            Run::Spoken(spoken) => spoken.last,
            Run::Written(_) => next - 1,
        };
        Some(DigitRun { first: index, last, run })
    })
}
