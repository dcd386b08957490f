//! Adds up what speaks for a run of tokens being the name of a person: integers, so that every platform agrees.

use super::{
    ASKED,
    cue::{self, Left},
    family,
    run::{OTHERS, Run, ends_name, is_initial, is_usable, value},
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
    let parts: Vec<usize> = (run.first..=run.last).filter(|at| is_part(reading, run, *at, left)).collect();
    let known = parts.iter().filter(|at| reading.entry(**at).is_name()).count();
    // A word behind a given name of lower case was let in for its place; that it is ordinary says nothing more.
    let let_in = |at: usize| {
        at > run.first
            && (reading.mark(run.first).shape == Shape::Plain || family::follows(reading, run.first, at, left))
    };
    // `hope sharp here`: an ordinary word that is a common given name loses nothing where a name is told.
    let led = told(reading, run, left);
    let floor = |at: usize| if let_in(at) || led && at == run.first { 0 } else { i32::MIN };
    let points = |at: usize| value(reading, at, at == run.first).max(floor(at));
    let own: i32 = parts.iter().map(|at| points(*at)).sum();
    let weight = if known == 0 && !left.opens && left.weight < 4 { left.weight.min(2) } else { left.weight };
    let points = own
        + spelling(reading, run, parts.len(), known)
        + weight
        + right(reading, run)
        + surroundings(reading, run, left, known);
    let reason = match (left.opens || left.weight > 3, known) {
        (true, _) => "context:name",
        (false, 0) => "name:shape",
        (false, _) => "name:known",
    };
    Score { points, reason }
}

/// Whether a common given name stands where nothing but a name does.
fn told(reading: &Reading<'_>, run: Run, left: Left) -> bool {
    let paired = run.last == run.first + 1 && family::follows(reading, run.first, run.last, left);
    let alone = run.first == run.last && left.opens && left.weight > 4 && ends_name(reading, run.last + 1);
    // `Mein Name ist Lang.`: where nouns have capitals too, only the phrase tells.
    let entry = reading.entry(run.first);
    let ends = run.last + 1 >= reading.len() || !reading.before(run.last + 1).only(Gap::SPACE);
    let surname = entry.surname > 1 && left.weight > 7 && ends && reading.mark(run.first).shape != Shape::Plain;
    let joined = left.opens && reading.before(run.first + 1) == Gap::HYPHEN && run.last > run.first + 1;
    joined || entry.given > 1 && (paired || alone) || run.first == run.last && surname
}

/// What stands behind the run; behind a word that is also an ordinary one of lower case it tells little.
fn right(reading: &Reading<'_>, run: Run) -> i32 {
    let mark = reading.mark(run.first);
    let points = cue::right(reading, run.last + 1);
    let single = run.first == run.last;
    if single && mark.shape == Shape::Plain && mark.entry.ordinary > 0 {
        return points.min(1);
    }
    let behind = reading.mark(run.last + 1);
    let spoken_to = reading.before(run.last + 1).only(Gap::SPACE.and(Gap::COMMA))
        && behind.shape == Shape::Plain
        && behind.entry.ordinary > 1;
    let begins = single && mark.shape == Shape::Initial && mark.entry.given > 1 && mark.entry.ordinary == 0;
    let told = single
        && mark.shape == Shape::Initial
        && mark.entry.is_unknown()
        && reading.entry(run.last + 1).is(Class::Said);
    let unknown = i32::from(told && !reading.has_capital_nouns() && reading.turn.raw(run.first).len() > 3);
    (points + unknown).max(i32::from(begins && spoken_to && !reading.has_capital_nouns()))
}

/// Initials, particles and suffixes carry no points of their own.
fn is_part(reading: &Reading<'_>, run: Run, at: usize, left: Left) -> bool {
    let entry = reading.entry(at);
    // `le goff` as the answer to a question for a name.
    let asked = left == ASKED && !reading.before(run.first).has(Gap::COLON);
    let leads = at > run.first || entry.given < 2 && asked;
    let particle = leads && at < run.last && entry.is(Class::Particle) && reading.mark(at).shape == Shape::Plain;
    !is_initial(reading, at) && !entry.is(Class::Suffix) && !particle
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
    let vocative = addressed(reading, run, left);
    let called = vocative > 2 || cue::right(reading, run.last + 1) > 5;
    let mut points = restored(reading, run, left) + vocative;
    if spaced && previous.is(Class::Determiner) && left.weight < 5 {
        points -= if single { 4 } else { 3 - i32::try_from(known.min(2)).unwrap_or(0) };
    }
    if single && left.weight < 4 && first_is_brand(reading, run) && !called {
        points -= 2;
    }
    if left.weight < 4 && is_place(reading, run) {
        points -= 4;
    }
    if single && left.weight < 4 && is_other_word(reading, run.first) && !called {
        points -= 3;
    }
    let first = reading.entry(run.first);
    if single && reading.mark(run.first).shape == Shape::Plain && first.given < 3 && left.weight < 3 {
        points -= 1;
    }
    let given = (run.first..=run.last).any(|at| reading.entry(at).given > 1);
    if reading.has_capital_nouns() && !given && left.weight < 4 {
        points -= 4;
    }
    if spaced && previous.is(Class::InPlace) && left.weight < 5 {
        let given = reading.entry(run.first).given > 2;
        points -= if reading.entry(run.last).classes.any(PLACES) { 6 } else { 2 * i32::from(!given) };
    }
    if spaced && single && previous.is(Class::FromPlace) && reading.entry(run.first).classes.any(PLACES) {
        points -= 3;
    }
    points + behind(reading, run) + whole_line(reading, run, known)
}

/// "Mr Price", "Hi Otto", "is called April": a strong phrase takes back what a month, brand or noun has lost.
fn restored(reading: &Reading<'_>, run: Run, left: Left) -> i32 {
    let entry = reading.entry(run.first);
    let titled = left.weight > 7 && reading.previous(run.first).is(Class::Title) && entry.surname > 1;
    let ends = run.last + 1 >= reading.len() || !reading.before(run.last + 1).only(Gap::SPACE);
    if titled && ends && reading.mark(run.first).shape == Shape::Plain && entry.ordinary > 1 {
        return 4;
    }
    let lost = entry.classes.any(OTHERS) && (entry.given > 1 || entry.surname > 1);
    if lost && left.weight > 3 && (left.opens || reading.mark(run.first).shape == Shape::Capital) { 6 } else { 0 }
}

/// "I'll refund it, Fern.": a name between a comma and the end of the sentence.
fn addressed(reading: &Reading<'_>, run: Run, left: Left) -> i32 {
    let (before, behind) = (reading.before(run.first), reading.before(run.last + 1));
    let comma = run.first > 0 && before.has(Gap::COMMA) && before.only(Gap::COMMA.and(Gap::SPACE));
    let ends = run.last + 1 >= reading.len() || behind.has(Gap::DOT.and(Gap::ASK).and(Gap::STOP).and(Gap::LINE));
    let named =
        run.first == run.last && reading.mark(run.first).shape == Shape::Capital && reading.entry(run.first).given > 1;
    let greeted =
        left.weight > 3 && reading.mark(run.first).shape == Shape::Capital && reading.entry(run.first).ordinary < 2;
    if comma && ends && named { 3 } else { 2 * i32::from(ends && greeted) }
}

/// `Chase is supported`: a name of a company that is also one of persons.
fn first_is_brand(reading: &Reading<'_>, run: Run) -> bool {
    reading.entry(run.first).is(Class::Brand)
}

/// Whether a place stands in the run and no other word that is mostly a name.
fn is_place(reading: &Reading<'_>, run: Run) -> bool {
    let entries = || (run.first..=run.last).map(|at| reading.entry(at));
    entries().any(|entry| entry.is(Class::Place))
        && !entries().any(|entry| !entry.is(Class::Place) && (entry.given > 1 || entry.surname > 1))
}

/// A function word or a word of addresses alone is seldom a name.
fn is_other_word(reading: &Reading<'_>, at: usize) -> bool {
    let entry = reading.entry(at);
    entry.ordinary > 2 || entry.classes.any(Classes::of(&[Class::Street, Class::Unit]))
}

/// An organisation's noun, an ampersand or a number behind the run make it something else.
fn behind(reading: &Reading<'_>, run: Run) -> i32 {
    let next = run.last + 1;
    let gap = reading.before(next);
    let mut points = 0;
    if gap.only(Gap::SPACE) && reading.entry(next).is(Class::Org) && reading.mark(next).shape != Shape::Plain {
        points -= 6;
    }
    let place =
        matches!(reading.turn.word(next), "county" | "hospital" | "airport" | "township" | "island" | "islands");
    if gap == Gap::SPACE && place {
        points -= 6;
    }
    let listed = |at: usize| reading.entry(at).given > 1;
    let joined = gap.has(Gap::AND) && !listed(next);
    if joined || run.first > 0 && reading.before(run.first).has(Gap::AND) && !listed(run.first - 1) {
        points -= 4;
    }
    if gap == Gap::HYPHEN && !is_usable(reading, next) {
        points -= 3;
    }
    if gap == Gap::HYPHEN && reading.mark(next).shape == Shape::Plain && !reading.entry(next).is_name() {
        points -= 3;
    }
    let plain = reading.mark(run.first).shape == Shape::Plain;
    if plain && reading.before(run.first) == Gap::HYPHEN && !reading.previous(run.first).is_name() {
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
    let line_ends = gap.has(Gap::LINE);
    if line_ends && run.last > run.first && (run.last + 1 < reading.len() || reading.before(run.first).has(Gap::LINE)) {
        return if is_initial(reading, run.first) { 3 } else { 2 };
    }
    // `Mark Price, Solicitor`: a name and what its bearer is, on a line of its own.
    let titled = gap.has(Gap::COMMA) && reading.entry(run.last + 1).is(Class::Role);
    if titled && run.last > run.first && reading.before(run.last + 2).has(Gap::LINE.and(Gap::COMMA)) {
        return 3;
    }
    if line_ends && run.first == run.last && alone(reading, run.first) {
        let apart = reading.turn.gap_before(run.first).contains("\n\n") && !reading.has_capital_nouns();
        return 3 + i32::from(apart);
    }
    if gap.has(Gap::COLON) && known > 0 { 2 } else { 0 }
}

/// Whether a word is the last line of a text of several lines, or a salutation on its own line: `Bev,`.
fn alone(reading: &Reading<'_>, at: usize) -> bool {
    let entry = reading.entry(at);
    let named = entry.ordinary < 2 && !entry.classes.any(OTHERS) && !entry.classes.any(PLACES);
    let signs = at + 1 >= reading.len() && reading.before(at).has(Gap::LINE);
    let greets = at + 1 < reading.len() && reading.before(at + 1).has(Gap::COMMA) && entry.given > 0;
    named && reading.turn.raw(at).len() > 2 && (signs || greets)
}

#[cfg(test)]
mod tests {
    use super::{
        super::{cue, run::extend},
        *,
    };
    use crate::redact::token::NormalisedTurn;

    /// Whether the run at token `at` of `text` scores as a name.
    #[track_caller]
    fn check(text: &str, at: usize, expected: bool) {
        let turn = NormalisedTurn::new(text);
        let reading = Reading::new(&turn);
        let left = cue::left(&reading, at);
        let found = score(&reading, extend(&reading, at, left), left);
        assert_eq!(found.points >= THRESHOLD, expected, "{text}: {found:?}");
    }

    #[test]
    fn capitals_and_lists_make_a_name() {
        check("we met Anna there", 2, true);
        check("we met Schmidt there", 2, true);
        check("the Anna there", 1, false);
        check("flew to Boston", 2, false);
        check("to Anna & Co", 1, false);
    }

    #[test]
    fn organisations_are_none() {
        check("at Johnson Bank today", 1, false);
        check("from Smith Insurance today", 1, false);
    }

    #[test]
    fn strong_phrases_restore_months_and_nouns() {
        check("Mr Price", 1, true);
        check("is called April", 2, true);
        check("in April", 1, false);
    }
}
