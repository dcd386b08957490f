//! Family names behind a given name, where the words around say that a person is named: there a capital makes a name of
//! any word, and so does its place where letter case tells nothing. Knows nothing of how a run is scored.

use super::{
    cue::{self, Left},
    run::{self, NEVER, ends_name, is_usable},
};
use crate::redact::{
    gazetteer::{Class, Classes, Gap, Reading, Shape},
    token::Case,
    words::Cues,
};

/// Words of these classes are no family name where a person is named, unless many bear them.
const OTHERS: Classes = Classes::of(&[Class::Calendar, Class::Role, Class::Greeting, Class::Relation, Class::Org]);

/// Whether token `next` is a family name for its place behind a given name of the run that begins at `first`.
pub(super) fn follows(reading: &Reading<'_>, first: usize, next: usize, left: Left) -> bool {
    let (mark, given) = (reading.mark(next), reading.entry(next - 1).given);
    let joined = reading.before(next - 1) == Gap::HYPHEN;
    let behind_given = given > 1 || ((given > 0 || joined) && left.opens);
    let free = reading.before(next) == Gap::SPACE
        && next < first + 5
        && reading.turn.raw(next).len() > 1
        && !mark.entry.is(Class::NoFamily)
        && (mark.entry.surname > 1 || cue::right(reading, next) < 4)
        && is_usable(reading, next);
    if !behind_given || !free || names_a_value(reading, next) {
        return false;
    }
    let promise = promise(reading, first, next, left);
    if mark.shape == Shape::Plain {
        reading.mark(first).shape == Shape::Plain && plain(reading, next, promise)
    } else {
        capital(reading, first, next, promise)
    }
}

/// How surely a person is named: by the words before the run or behind token `next`.
fn promise(reading: &Reading<'_>, first: usize, next: usize, left: Left) -> i32 {
    let related = first > 0 && reading.previous(first).is(Class::Relation);
    let spoken = if cue::right(reading, next + 1) > 3 { 5 } else { 0 };
    let opened = if left.opens { 5 } else { 0 };
    left.weight.max(spoken).max(opened).max(if related { 5 } else { 0 })
}

/// `Anna Kundennummer 4711`: a word that says what the number behind it means is no name.
fn names_a_value(reading: &Reading<'_>, next: usize) -> bool {
    let means = reading.turn.token(next).is_some_and(|token| token.word.cues.any(Cues::MEANING));
    means && reading.entry(next).surname < 2
}

fn capital(reading: &Reading<'_>, first: usize, next: usize, promise: i32) -> bool {
    let entry = reading.entry(next);
    let greeted = first > 0 && reading.previous(first).is(Class::Greeting);
    let known = entry.surname > 0 || entry.ordinary == 0;
    // A day is a family name where nothing else but a name is said.
    let dated = entry.is(Class::Calendar) && entry.surname > 0 && promise > 5;
    let fits = !entry.classes.any(OTHERS) || (entry.surname > 1 && !greeted) || dated;
    fits && (promise > 4 && (known || !greeted) || promise > 2 && known)
}

fn plain(reading: &Reading<'_>, next: usize, promise: i32) -> bool {
    let entry = reading.entry(next);
    let ends = ends_name(reading, next + 1) || cue::right(reading, next + 1) > 3;
    let behind = reading.entry(next + 1);
    let goes_on = behind.ordinary > 1 || behind.is(Class::Said);
    let fits = match entry.ordinary {
        0 => (ends || goes_on) && (entry.surname > 0 || promise > 4),
        1 => ends && (entry.surname > 0 || promise > 4) || goes_on && entry.surname > 0,
        2 => entry.surname > 0 && ends || entry.surname > 1 && goes_on,
        _ => {
            entry.surname > 0 && ends && promise > 5
                || entry.surname > 1 && (ends || promise > 4 && goes_on || behind.is(Class::Said))
        }
    };
    let dated = entry.is(Class::Calendar) && promise < 6;
    fits && promise > 2 && !dated && !(entry.classes.any(NEVER) && entry.surname < 2 && promise < 6)
}

/// `annarita de santis`, `thierry de la tour`: the last token of a family name with particles behind a given name where
/// a person is named and the name ends there.
pub(super) fn behind_particle(reading: &Reading<'_>, first: usize, particle: usize, left: Left) -> Option<usize> {
    let is_particle = |at: usize| reading.entry(at).is(Class::Particle) && reading.turn.raw(at).len() > 1;
    let name = (particle + 1..particle + 3).find(|at| !is_particle(*at))?;
    let spaced = (particle..=name).all(|at| reading.before(at).only(Gap::SPACE.and(Gap::QUOTE)));
    let (mark, entry) = (reading.mark(name), reading.entry(name));
    let written = if mark.shape == Shape::Plain {
        let lower = reading.mark(first).shape == Shape::Plain;
        let ends = ends_name(reading, name + 1) || cue::right(reading, name + 1) > 3;
        let known = entry.surname > 0 && (ends || entry.ordinary < 3);
        lower && !entry.is(Class::NoFamily) && (known || ends && (entry.ordinary < 3 || left.opens))
    } else {
        // `Svenja vom WohnGut`: a name of a company.
        let branded = reading.turn.token(name).is_some_and(|token| token.case == Case::Mixed) && !entry.is_name();
        !entry.classes.any(run::OTHERS) && !branded
    };
    let promised = promise(reading, first, name, left) > 3;
    let fits = is_particle(particle) && spaced && written && promised && reading.entry(particle - 1).given > 1;
    (fits && reading.is_word(name) && reading.turn.raw(name).len() > 2).then_some(name)
}

/// `Ciarán Mac Suibhne`, `Aoife Ní Bhriain`: the last token of a Gaelic family name that begins at token `at`.
pub(super) fn gaelic(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let capital = |at: usize| reading.before(at) == Gap::SPACE && reading.mark(at).shape == Shape::Capital;
    let prefix = matches!(reading.turn.word(at), "mac" | "nic" | "ni" | "ui" | "o");
    let fits = prefix && capital(at) && capital(at + 1) && reading.previous(at).given > 1;
    (fits && is_usable(reading, at + 1)).then_some(at + 1)
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check;

    #[test]
    fn capitals_behind_a_given_name() {
        check("Mein Name ist Jürgen Schäuble", "Mein Name ist [PERSON_1]");
        check("Ich heiße Monika Kern und habe eine Frage", "Ich heiße [PERSON_1] und habe eine Frage");
        check("hello this is Siobhan Church calling", "hello this is [PERSON_1] calling");
        check("Thanks\nGrace Wood", "Thanks\n[PERSON_1]");
        check("Name: Liz Park", "Name: [PERSON_1]");
        check("Titulaire : Solène Noir", "Titulaire : [PERSON_1]");
        check("Intestatario: Giulia Lungo", "Intestatario: [PERSON_1]");
    }

    #[test]
    fn lower_case_behind_a_given_name() {
        check("my name is danielle price and my router is broken", "my name is [PERSON_1] and my router is broken");
        check("hier ist uwe kraft aus passau", "hier ist [PERSON_1] aus passau");
        check("me llamo lourdes blanco", "me llamo [PERSON_1]");
        check("je m'appelle thierry de la tour", "je m'appelle [PERSON_1]");
    }

    #[test]
    fn other_words_behind_a_given_name_stay() {
        check("my name is tom and i am late", "my name is [PERSON_1] and i am late");
        check("this is karen still waiting", "this is [PERSON_1] still waiting");
        check("Mein Name ist Petra, Kundennummer folgt", "Mein Name ist [PERSON_1], Kundennummer folgt");
        check("Hi Anna Order status please", "Hi [PERSON_1] Order status please");
        check("thanks mark good to know", "thanks [PERSON_1] good to know");
    }
}
