//! Adds up what speaks for a run of tokens being the name of a person: integers, so that every platform agrees.

use super::{
    cue::{self, Left},
    run::{Run, is_initial, is_usable, value},
};
use crate::redact::{
    Reason,
    gazetteer::{Class, Classes, Gap, Reading, Shape},
};

/// From this score on a run is taken for a name.
pub(super) const THRESHOLD: i32 = 5;

/// What a run scored, and what spoke for it most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Score {
    /// The sum.
    pub(super) points: i32,
    /// The strongest reason.
    pub(super) reason: Reason,
}

/// The score of a run behind `left`.
pub(super) fn score(reading: &Reading<'_>, run: Run, left: Left) -> Score {
    let parts: Vec<usize> = (run.first..=run.last).filter(|at| is_part(reading, *at)).collect();
    let known = parts.iter().filter(|at| reading.entry(**at).is_name()).count();
    let own: i32 = parts.iter().map(|at| value(reading, *at, *at == run.first)).sum();
    let points = own
        + spelling(reading, run, parts.len(), known)
        + left.weight
        + cue::right(reading, run.last + 1)
        + surroundings(reading, run, left, known);
    let reason = match (left.opens || left.weight > 3, known) {
        (true, _) => "context:name",
        (false, 0) => "name:shape",
        (false, _) => "name:known",
    };
    Score { points, reason }
}

/// Initials, particles and suffixes carry no points of their own.
fn is_part(reading: &Reading<'_>, at: usize) -> bool {
    !is_initial(reading, at) && !reading.entry(at).is(Class::Suffix)
}

/// Capitals, and two names in a row, speak for a name.
fn spelling(reading: &Reading<'_>, run: Run, parts: usize, known: usize) -> i32 {
    let capitals = (run.first..=run.last).any(|at| reading.mark(at).shape == Shape::Capital);
    let plain = reading.mark(run.first).shape == Shape::Plain;
    let pair = match (parts, parts == known, plain) {
        (0 | 1, ..) => 0,
        (_, true, false) => 2,
        (_, false, false) | (_, true, true) => 1,
        _ => 0,
    };
    let initials = (run.first..=run.last).filter(|at| is_initial(reading, *at)).count().min(2);
    i32::from(capitals) + pair + i32::try_from(initials).unwrap_or(0)
}

const PLACES: Classes = Classes::of(&[Class::Place, Class::City]);

/// What stands around a run and speaks against a name, or for one that fills a line.
fn surroundings(reading: &Reading<'_>, run: Run, left: Left, known: usize) -> i32 {
    let previous = reading.previous(run.first);
    let spaced = reading.before(run.first).only(Gap::SPACE);
    let single = run.first == run.last;
    let mut points = 0;
    if spaced && previous.is(Class::Determiner) && left.weight < 5 {
        points -= if single || known < 2 { 4 } else { 1 };
    }
    if single && left.weight < 4 && reading.entry(run.first).is(Class::Place) {
        points -= 4;
    }
    if spaced && previous.is(Class::InPlace) && left.weight < 5 {
        points -= if reading.entry(run.last).classes.any(PLACES) { 6 } else { 2 };
    }
    if spaced && single && previous.is(Class::FromPlace) && reading.entry(run.first).classes.any(PLACES) {
        points -= 3;
    }
    points + behind(reading, run) + whole_line(reading, run, known)
}

/// An organisation's noun, an ampersand or a number behind the run make it something else.
fn behind(reading: &Reading<'_>, run: Run) -> i32 {
    let next = run.last + 1;
    let gap = reading.before(next);
    let mut points = 0;
    if gap.only(Gap::SPACE) && reading.entry(next).is(Class::Org) && reading.mark(next).shape != Shape::Plain {
        points -= 6;
    }
    if gap.has(Gap::AND) || (run.first > 0 && reading.before(run.first).has(Gap::AND)) {
        points -= 4;
    }
    if gap == Gap::HYPHEN && !is_usable(reading, next) {
        points -= 3;
    }
    if gap == Gap::HYPHEN && reading.mark(next).shape == Shape::Plain && reading.entry(next).ordinary > 0 {
        points -= 3;
    }
    let number = reading.turn.token(next).is_some_and(|token| !token.is_word());
    if run.first == run.last && gap == Gap::SPACE && number && reading.entry(run.first).given < 3 {
        points -= 2;
    }
    points
}

/// A line of its own (a signature) or a speaker's label at its start.
fn whole_line(reading: &Reading<'_>, run: Run, known: usize) -> i32 {
    if !reading.starts_line(run.first) || reading.mark(run.first).shape == Shape::Plain {
        return 0;
    }
    let gap = reading.before(run.last + 1);
    if run.last + 1 < reading.len() && gap.has(Gap::LINE) && run.last > run.first {
        return 2;
    }
    if gap.has(Gap::COLON) && known > 0 { 2 } else { 0 }
}
