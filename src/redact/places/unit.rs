//! Flats, floors, doors and sides of the stairs, as many countries write and say them. Knows nothing of streets.

use super::{
    extend::shape,
    number::{is_number, is_ordinal},
};
use crate::redact::gazetteer::{Class, Gap, Reading, Shape};

/// Whether a word is one for a floor, behind its number.
pub(super) fn is_floor_word(word: &str) -> bool {
    matches!(
        word,
        "floor"
            | "fl"
            | "og"
            | "stock"
            | "etage"
            | "andar"
            | "piso"
            | "planta"
            | "krs"
            | "tr"
            | "sal"
            | "tv"
            | "th"
            | "mf"
            | "etg"
            | "em"
            | "emelet"
            | "patro"
            | "pietro"
            | "vaning"
    )
}

/// Whether a word is one for a side of the stairs, behind the floor.
pub(super) fn is_side(word: &str) -> bool {
    matches!(
        word,
        "esq"
            | "esquerdo"
            | "dto"
            | "dir"
            | "direito"
            | "direita"
            | "esquerda"
            | "dcha"
            | "izq"
            | "izda"
            | "izqda"
            | "izquierda"
            | "derecha"
            | "links"
            | "rechts"
            | "left"
            | "right"
            | "fundos"
            | "gauche"
            | "droite"
            | "mitte"
            | "frente"
    )
}

/// Whether a word in lower case may end a part of an address: a floor, a side of the stairs, a country's word.
pub(super) fn ends_part(reading: &Reading<'_>, at: usize) -> bool {
    let word = reading.turn.word(at);
    reading.entry(at).is(Class::Floor)
        || is_floor_word(word)
        || is_side(word)
        || matches!(word, "cedex" | "bis" | "ter")
}

/// "Apt. 4B", "# 12", "2nd floor", "2º B", "Top 5": the last token of a flat or floor.
pub(super) fn unit(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let word = reading.turn.word(at);
    let behind_number = at > 0 && reading.before(at) == Gap::SPACE && is_number(reading, at - 1);
    if behind_number
        && matches!(word, "hs" | "bg" | "bajo" | "bajos" | "fundos" | "frente" | "atico" | "altos")
        && unit_word(reading, at).is_none()
    {
        return Some(at);
    }
    // `No: 14 D: 3`
    if word == "d"
        && reading.before(at + 1).has(Gap::COLON)
        && is_number(reading, at + 1)
        && reading.previous(at).is_unknown()
    {
        return Some(at + 1);
    }
    // `of. 804`
    if word == "of" && reading.before(at + 1).has(Gap::DOT) && is_number(reading, at + 1) {
        return Some(at + 1);
    }
    let side = is_side(reading.turn.word(at + 1)) && is_floor(reading, at);
    let hashed = reading.before(at).has(Gap::HASH) && is_number(reading, at);
    let joined = hashed && reading.before(at + 1) == Gap::HYPHEN && is_number(reading, at + 1);
    if side || hashed {
        return Some(at + usize::from(side || joined));
    }
    if reading.entry(at).is(Class::Unit) {
        return unit_word(reading, at);
    }
    let ordinal = is_ordinal(reading.turn.raw(at)) || is_number(reading, at) || reading.entry(at).is(Class::Floor);
    if ordinal && is_floor_word(reading.turn.word(at + 1)) {
        let side = reading.before(at + 2) == Gap::SPACE && is_side(reading.turn.word(at + 2));
        return Some(at + 1 + usize::from(side));
    }
    // "segundo be", as it is said.
    let letter = reading.turn.token(at + 1).is_some_and(|token| token.word.letter != 0 || token.span.len() == 1);
    let said = reading.entry(at).is(Class::Floor)
        && letter
        && reading.is_word(at + 1)
        && !matches!(reading.turn.word(at + 1), "a" | "y" | "e" | "o" | "i");
    if said && reading.before(at + 1) == Gap::SPACE {
        return Some(at + 1);
    }
    door(reading, at)
}

/// "Apt. 4B", "suite 12", "apartment four b".
fn unit_word(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let valued = |index: usize| {
        let raw = reading.turn.raw(index);
        let said = reading.turn.token(index).is_some_and(|token| token.word.number.is_some());
        let mixed = raw.len() <= 3 && raw.bytes().any(|byte| byte.is_ascii_digit());
        said || mixed || is_number(reading, index) || raw.len() == 1
    };
    let sign = usize::from(reading.entry(at + 1).is(Class::NumberSign) && valued(at + 2));
    let gap = Gap::SPACE.and(Gap::DOT).and(Gap::HASH).and(Gap::COLON).and(Gap::OTHER);
    let last = at + 1 + sign;
    if !reading.before(at + 1).only(gap) || !valued(last) {
        return None;
    }
    let letter = reading.turn.raw(last + 1);
    let lettered = letter.len() == 1 && reading.is_word(last + 1) && !matches!(letter, "I" | "i" | "a");
    Some(last + usize::from(lettered && reading.before(last + 1) == Gap::SPACE))
}

/// "3º B", as it is folded: a floor and the letter of a door.
fn door(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let raw = reading.turn.raw(at);
    let behind_comma = is_number(reading, at) && reading.before(at).has(Gap::COMMA) && raw.len() <= 3;
    let letter = reading.turn.raw(at + 1).len() == 1
        && reading.is_word(at + 1)
        && (shape(reading, at + 1) != Shape::Plain || spanish_floor(raw));
    let close = reading.before(at + 1).only(Gap::SPACE.and(Gap::OTHER));
    (letter && close && (behind_comma || spanish_floor(raw))).then_some(at + 1)
}

/// What stands before a side: a number, a folded ordinal, or the ground floor.
fn is_floor(reading: &Reading<'_>, at: usize) -> bool {
    is_number(reading, at) || matches!(reading.turn.word(at), "bajo" | "floor") || spanish_floor(reading.turn.raw(at))
}

/// "2º", as it is folded: "2o".
fn spanish_floor(raw: &str) -> bool {
    raw.len() < 4 && raw.ends_with(['o', 'a']) && raw.starts_with(|first: char| first.is_ascii_digit())
}
