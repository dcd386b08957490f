//! Names in an order or a spelling of their own: family name first, initials of lower case.

use super::{
    cue,
    run::{OTHERS, Run, ends_name, is_usable},
};
use crate::redact::gazetteer::{Class, Gap, Reading, Shape};

/// The run of a passenger's name, `HALVORSEN/KNUT MR`.
pub(super) fn from_slash(reading: &Reading<'_>, first: usize) -> Option<Run> {
    let last = first + 1;
    let glued = reading.before(last) == Gap::GLUE;
    let slashed = glued && reading.turn.gap(first) == "/" && reading.is_word(first) && reading.is_word(last);
    if !slashed || reading.turn.gap(last) == "/" || reading.before(first).has(Gap::GLUE) {
        return None;
    }
    let titled = reading.before(last + 1) == Gap::SPACE
        && matches!(reading.turn.word(last + 1), "mr" | "mrs" | "ms" | "miss" | "mstr" | "dr");
    let named =
        cue::left(reading, first).weight > 3 && reading.entry(last).given > 1 && reading.entry(last).ordinary < 2;
    let long = reading.turn.raw(first).len() > 1 && reading.turn.raw(last).len() > 1;
    (long && (titled || named)).then_some(Run { first, last })
}

/// The run of a family name, a comma and a given name, `okafor, chidi`, where nothing else stands around.
pub(super) fn from_comma(reading: &Reading<'_>, first: usize) -> Option<Run> {
    let last = first + 1;
    let (surname, given) = (reading.entry(first), reading.entry(last));
    if surname.surname == 0 || surname.ordinary > 0 || given.given < 2 || given.ordinary > 0 {
        return None;
    }
    let apart = reading.before(last).has(Gap::COMMA) && reading.before(last).only(Gap::COMMA.and(Gap::SPACE));
    let begins = first == 0
        || !reading.before(first).only(Gap::SPACE.and(Gap::COMMA))
        || reading.previous(first).is(Class::CueEnd);
    let ends = last + 1 >= reading.len() || !reading.before(last + 1).only(Gap::SPACE.and(Gap::COMMA));
    let plain = reading.mark(first).shape == Shape::Plain && reading.mark(last).shape == Shape::Plain;
    let usable = is_usable(reading, first) && is_usable(reading, last);
    (apart && begins && ends && plain && usable).then_some(Run { first, last })
}

/// The last token of a name that begins with initials of lower case, `p. venkataraman`, `p l hargreaves`.
pub(super) fn from_initials(reading: &Reading<'_>, first: usize) -> Option<Run> {
    // `a mister patel`, `è rossi`: words of one letter are initials only before a dot.
    let letter = |at: usize| {
        let word = matches!(reading.turn.word(at), "a" | "e" | "i" | "o" | "y" | "s" | "u");
        reading.is_word(at) && reading.turn.raw(at).len() == 1 && (!word || reading.before(at + 1).has(Gap::DOT))
    };
    let close = |at: usize| reading.before(at).only(Gap::SPACE.and(Gap::DOT));
    let name = (first..=first + INITIALS_MAX).find(|at| !letter(*at))?;
    let fits = name > first
        && (first + 1..=name).all(close)
        && is_usable(reading, name)
        && reading.turn.raw(name).len() > 2
        && reading.entry(name).ordinary < 3
        && !reading.entry(name).classes.any(OTHERS)
        && (reading.entry(name).surname > 1 || ends_name(reading, name + 1));
    fits.then_some(Run { first, last: name })
}

/// Most initials before a name.
const INITIALS_MAX: usize = 3;
