//! An address told in words as the answer to the question for it: `calle mayor treinta y uno tercero derecha`. Speech has no
//! marks and no capitals, so all that may be said in an address belongs to it, up to a word that goes on with something else.

use super::unit;
use crate::redact::{
    find::View,
    gazetteer::{Class, Classes, Gap, Reading, Shape},
    token::Class as TokenClass,
    words::{Cue, Cues},
};

/// Longest answer, in tokens.
const TOKENS_MAX: usize = 40;

/// Words of these classes belong to an address whatever else they are.
const PARTS: Classes = Classes::of(&[
    Class::Particle,
    Class::Unit,
    Class::Floor,
    Class::Street,
    Class::WeakStreet,
    Class::StreetFirst,
    Class::WeakStreetFirst,
    Class::Compass,
    Class::Box,
    Class::NumberSign,
    Class::City,
    Class::Place,
    Class::Blocked,
]);

/// The address told in the turn, where one was asked for: its first and last token.
pub(super) fn answer(view: &View<'_>, reading: &Reading<'_>) -> Option<(usize, usize)> {
    let len = reading.len();
    let opaque =
        |at: usize| reading.turn.token(at).is_some_and(|token| matches!(token.class, TokenClass::Placeholder(_)));
    if !view.asked.has(Cue::Address) || len == 0 || len > TOKENS_MAX || (0..len).any(opaque) {
        return None;
    }
    // `a hundred and twelve old mill lane`
    let counts =
        |at: usize| reading.turn.word(at) == "a" && matches!(reading.turn.word(at + 1), "hundred" | "thousand");
    let lower = (0..len).filter(|at| reading.is_word(*at)).all(|at| reading.mark(at).shape == Shape::Plain);
    let first = (0..len).find(|at| counts(*at) || !leads(reading, *at)).filter(|_| lower)?;
    let mut last = None;
    let (mut numbers, mut words) = (0, 0);
    for at in first..len {
        let close = at == first || reading.before(at).only(Gap::SPACE.and(Gap::COMMA).and(Gap::HYPHEN).and(Gap::QUOTE));
        let named = reading.entry(first).is(Class::WeakStreetFirst) && at < first + 4 && reading.turn.raw(at).len() > 3;
        if !close || ends(reading, at) && !named {
            break;
        }
        let number = is_number(reading, at);
        numbers += usize::from(number);
        words += usize::from(!number && reading.turn.raw(at).len() > 2 && !is_link(reading, at));
        if number || !is_link(reading, at) {
            last = Some(at);
        }
    }
    let street = Classes::of(&[Class::Street, Class::StreetFirst]);
    // `an der alten mühle fünf`
    let located = reading.entry(first).is(Class::WeakStreetFirst) && last.is_some_and(|last| is_number(reading, last));
    let typed = located
        || (first..len)
            .any(|at| reading.entry(at).classes.any(street) || super::ending::ends_like_street(reading.turn.word(at)));
    let numbered =
        |last: &usize| numbers > 0 && (is_number(reading, first) || counts(first)) && is_named(reading, first, *last);
    last.filter(|last| words > 0 && (typed || numbered(last))).map(|last| (first, last))
}

/// Whether the words that are told may be names: one at least is little else, or a word of addresses.
fn is_named(reading: &Reading<'_>, first: usize, last: usize) -> bool {
    let words = || (first..=last).filter(|at| !is_number(reading, *at) && !is_link(reading, *at));
    let part = |at: usize| reading.entry(at).classes.any(PARTS) && !is_link(reading, at);
    let unit = |at: usize| reading.turn.token(at).is_some_and(|token| token.word.cues.has(Cue::Unit));
    let few = words().count() < 4 && !words().any(unit);
    words().any(part) || few && words().any(|at| reading.entry(at).ordinary < 2)
}

/// Whether token `at` leads to the answer: `okay it's`, `sí`.
fn leads(reading: &Reading<'_>, at: usize) -> bool {
    const LEADS: Cues = Cues::of(&[Cue::Acknowledge, Cue::Filler, Cue::Copula, Cue::Possessive, Cue::Address]);
    let entry = reading.entry(at);
    let cued = reading.turn.token(at).is_some_and(|token| token.word.cues.any(LEADS) && token.word.number.is_none());
    (cued || entry.classes.any(Classes::of(&[Class::Lead, Class::Live, Class::Greeting]))) && !is_type(reading, at)
}

/// Whether a word is the type of a street that names it in front: `rua`, `am`.
fn is_type(reading: &Reading<'_>, at: usize) -> bool {
    let types = Classes::of(&[Class::StreetFirst, Class::WeakStreetFirst, Class::Unit]);
    reading.entry(at).classes.any(types) && reading.turn.raw(at).len() > 1
}

fn is_number(reading: &Reading<'_>, at: usize) -> bool {
    reading.turn.token(at).is_some_and(|token| token.class != TokenClass::Word || token.word.number.is_some())
}

/// Small words between the parts of an address.
fn is_link(reading: &Reading<'_>, at: usize) -> bool {
    let word = matches!(
        reading.turn.word(at),
        "and"
            | "y"
            | "e"
            | "et"
            | "und"
            | "in"
            | "at"
            | "a"
            | "of"
            | "the"
            | "en"
            | "i"
            | "og"
            | "och"
            | "uh"
            | "um"
            | "eh"
    );
    word || reading.entry(at).is(Class::Particle)
}

/// Whether token `at` goes on with something else: a pronoun, a verb, a conjunction.
fn ends(reading: &Reading<'_>, at: usize) -> bool {
    let entry = reading.entry(at);
    let said = reading.turn.token(at).is_some_and(|token| token.word.number.is_some() || token.word.letter != 0);
    let part = said
        || unit::ends_part(reading, at)
        || is_link(reading, at)
        || entry.classes.any(PARTS)
        || is_number(reading, at);
    let function = entry.ordinary > 2 && (entry.is(Class::NoFamily) || entry.surname == 0);
    let named = Classes::of(&[Class::StreetFirst, Class::Unit]);
    let behind = |at: usize| reading.previous(at).classes.any(named);
    let name = behind(at) || at > 0 && reading.previous(at).is(Class::Particle) && behind(at - 1);
    let name = name && entry.given == 0 && reading.turn.raw(at).len() > 3;
    let goes = matches!(
        reading.turn.word(at),
        "going" | "heading" | "leaving" | "please" | "thanks" | "thank" | "bitte" | "gracias" | "merci" | "grazie"
    );
    goes || !part && !name && (function || entry.is(Class::Role))
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check_answer as check;

    #[test]
    fn told_addresses_go_whole() {
        check("y su domicilio", "sí calle olmo treinta y uno tercero derecha", "sí [ADDRESS_1]");
        check("e o endereço", "rua das pedras quarenta e dois fundos", "[ADDRESS_1]");
        check("wie lautet die adresse", "ahornstraße siebzehn b in ulm", "[ADDRESS_1]");
        check("and the address", "it's nineteen eighty six county road twelve", "it's [ADDRESS_1]");
    }

    #[test]
    fn other_answers_stay() {
        check("and the address", "i do not know it by heart", "i do not know it by heart");
        check("what is the address", "why do you need that", "why do you need that");
        check("is this a new address", "no we moved two years ago", "no we moved two years ago");
    }
}
