//! How the words and marks of an address are written: what belongs to one, what joins its parts, where letter case tells.
//! Knows nothing of the order of the parts.

use super::{
    number::{is_fraction, is_number, is_ordinal},
    unit,
};
use crate::redact::{
    gazetteer::{Class, Classes, Gap, Reading, Shape},
    token::{Case, Token},
    words::{Cue, Cues},
};

/// Marks between the parts and within them.
const INSIDE: Gap = Gap::SPACE
    .and(Gap::COMMA)
    .and(Gap::HYPHEN)
    .and(Gap::GLUE)
    .and(Gap::HASH)
    .and(Gap::OTHER)
    .and(Gap::MARK)
    .and(Gap::QUOTE)
    .and(Gap::DOT)
    .and(Gap::COLON);

/// Marks that no address has.
const OPAQUE: [char; 16] = ['"', '=', '<', '>', '*', '@', '€', '$', '£', '+', '|', '%', '[', ']', '{', '\\'];

/// Words of these classes belong to an address in lower case too.
pub(super) const PARTS: Classes = Classes::of(&[
    Class::Particle,
    Class::Unit,
    Class::Floor,
    Class::Street,
    Class::StreetFirst,
    Class::Compass,
    Class::Box,
    Class::NumberSign,
    Class::Near,
]);

/// Words for streets.
pub(super) const STREETS: Classes = Classes::of(&[Class::Street, Class::WeakStreet, Class::StreetFirst]);

/// Words of these classes begin something else.
const OTHERS: Classes = Classes::of(&[Class::Role, Class::Greeting, Class::Title, Class::Calendar, Class::Live]);

/// Short words for streets that are not abbreviations.
const WHOLE: [&str; 38] = [
    "road", "lane", "way", "walk", "park", "row", "mews", "rise", "hill", "view", "gate", "yard", "close", "court",
    "drive", "green", "grove", "place", "plaza", "rue", "via", "vej", "weg", "platz", "allee", "gasse", "calle", "rua",
    "quai", "cours", "largo", "corso", "laan", "plein", "kade", "dijk", "gata", "gade",
];

/// Words that announce a code inside an address.
pub(super) fn is_code_label(word: &str) -> bool {
    matches!(word, "cp" | "cep" | "plz" | "cap" | "eircode" | "zip" | "postcode" | "pincode" | "pin")
}

/// Whether the marks before token `at` may stand inside an address.
pub(super) fn joins(reading: &Reading<'_>, at: usize) -> bool {
    let gap = reading.before(at);
    if !gap.only(INSIDE) || reading.turn.gap_before(at).contains(OPAQUE) {
        return false;
    }
    let Some(previous) = at.checked_sub(1) else { return true };
    let marker = reading.entry(previous).classes.any(PARTS);
    let numbered = reading.entry(previous).classes.any(Classes::of(&[Class::Unit, Class::NumberSign, Class::Box]));
    let word = reading.turn.word(previous);
    if gap.has(Gap::COLON) {
        let flat = numbered || is_code_label(word) || matches!(word, "d" | "k" | "no");
        return flat && !reading.is_word(at) && gap.only(Gap::COLON.and(Gap::SPACE));
    }
    let text = reading.turn.gap_before(at);
    if text == "," && is_digits(reading, previous) && is_digits(reading, at) || text.contains("..") {
        return false;
    }
    if !gap.has(Gap::DOT) {
        return true;
    }
    if !reading.is_word(previous) {
        let floor = matches!(reading.turn.word(at), "o" | "a")
            || unit::ends_part(reading, at)
            || reading.entry(at).classes.any(STREETS);
        return floor && reading.turn.raw(previous).len() <= 2;
    }
    let state = reading.turn.token(previous).is_some_and(|token| token.case == Case::Upper && token.span.len() == 2);
    let particle = reading.entry(previous).is(Class::Particle);
    let len = reading.turn.raw(previous).len();
    // `Oak Road. Never mind`: behind a whole word the dot ends the sentence.
    let whole = WHOLE.contains(&word) && reading.is_word(at);
    !whole && (len <= 3 && !state || marker && !particle && len <= 5)
}

pub(super) fn is_digits(reading: &Reading<'_>, at: usize) -> bool {
    reading.turn.token(at).is_some_and(Token::is_digits)
}

/// Whether a token is written as a part of an address.
pub(super) fn belongs(reading: &Reading<'_>, at: usize) -> bool {
    let Some(token) = reading.turn.token(at) else { return false };
    if !token.is_word() {
        let len = token.span.len();
        return is_number(reading, at) && !is_fraction(reading, at)
            || is_ordinal(reading.turn.raw(at))
            || len <= 7 && !matches!(token.class, crate::redact::token::Class::Placeholder(_));
    }
    let ordinal = matches!(token.span.of(reading.turn.lower()), "o" | "a")
        && reading.turn.token(at.wrapping_sub(1)).is_some_and(Token::is_digits);
    token.entry.classes.any(PARTS)
        || ordinal
        || unit::ends_part(reading, at)
        || is_shaped(reading, at) && !is_other(reading, at, token)
}

/// Whether a word with a capital, or in a text without any, is something else than a name in an address.
fn is_other(reading: &Reading<'_>, at: usize, token: &Token) -> bool {
    const MEANINGS: Cues = Cues::MEANING.without(Cue::Address).without(Cue::Postcode).without(Cue::Name);
    let entry = token.entry;
    let labels =
        reading.before(at + 1).has(Gap::COLON) || reading.turn.token(at + 1).is_some_and(|next| !next.is_word());
    let street = reading.before(at) == Gap::HYPHEN || entry.is(Class::WeakStreet);
    let state = token.case == Case::Upper && token.span.len() == 2;
    // `The Mill House`
    let house = (entry.is(Class::WeakStreet) || reading.turn.word(at) == "home")
        && at > 0
        && reading.before(at) == Gap::SPACE
        && is_shaped(reading, at - 1);
    let house = house || reading.turn.word(at) == "house" && is_digits(reading, at + 1);
    let other = (entry.classes.any(OTHERS) && !state && !house) || (token.word.cues.any(MEANINGS) && labels && !street);
    // `5 de Mayo`, `Rio de Janeiro`
    let dated =
        reading.previous(at).is(Class::Particle) && entry.classes.any(Classes::of(&[Class::Calendar, Class::Blocked]));
    // In a line of capitals a function word ends the address.
    let function = || token.shape == Shape::Plain && entry.ordinary > 2 && !is_flat(reading, at);
    other && !dated
        || matches!(reading.turn.word(at), "llp" | "ltd" | "inc" | "gmbh" | "plc" | "llc" | "dx")
        || function()
}

/// Words that a name follows whatever it is.
const LEADING: Classes = Classes::of(&[Class::StreetFirst, Class::WeakStreetFirst, Class::Particle]);

/// Whether a word is written with a capital, or is no function word where all around is written alike.
pub(super) fn is_shaped(reading: &Reading<'_>, at: usize) -> bool {
    let Some(token) = reading.turn.token(at).filter(|token| token.is_word()) else { return false };
    match token.case {
        Case::Lower => is_noun(reading, at, token) && is_flat(reading, at),
        Case::Upper => is_noun(reading, at, token) || !is_flat(reading, at),
        _ => true,
    }
}

/// Whether a word may be a name where letter case tells nothing: it is no function word.
fn is_noun(reading: &Reading<'_>, at: usize, token: &Token) -> bool {
    let behind = || reading.before(at) == Gap::SPACE && reading.previous(at).classes.any(LEADING);
    let noun = || !token.entry.is(Class::NoFamily) && token.word.cues.is_empty();
    let len = token.span.len();
    len > 2 && token.entry.ordinary < 3 || len > 3 && (noun() || behind())
}

/// How far around a word other letters are looked for, in tokens.
const AROUND: usize = 10;

/// Whether letter case tells nothing around token `at`: no capital stands there, or nothing else.
pub(super) fn is_flat(reading: &Reading<'_>, at: usize) -> bool {
    let near = at.saturating_sub(AROUND)..at + AROUND;
    let mut words = near
        .filter_map(|at| reading.turn.token(at))
        .filter(|token| token.is_word() && token.span.len() > 1)
        .map(|token| token.case);
    let Some(first) = words.next() else { return false };
    matches!(first, Case::Lower | Case::Upper) && words.all(|case| case == first)
}
