//! The core of an address: a street with a house number, or a post-office box.

use super::number::{house_number, is_number, is_ordinal, spoken_number};
use super::typed;
use crate::redact::{
    flags::Flags,
    gazetteer::{Class, Classes, Entry, Gap, Reading, Shape},
    token::{Case, Token},
    words::{Cue, Cues},
};

/// How sure a core is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// Words and a number, no more.
    Bare,
    /// An address only where more of one stands around it.
    Weak,
    /// An address by itself.
    Strong,
}

/// A street with its number, or a box: tokens, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Core {
    /// First token.
    pub(super) first: usize,
    /// Last token.
    pub(super) last: usize,
    /// How sure it is.
    pub(super) strength: Strength,
}

/// Longest name of a street, in words.
pub(super) const NAME_MAX: usize = 6;

/// Whether a word (lower case) may be what makes a street or a box of a number beside it; words with capitals may be
/// too. A core without such a word is none.
pub(super) fn may_name(word: &str, entry: Entry) -> bool {
    const STREETS: Classes =
        Classes::of(&[Class::Street, Class::WeakStreet, Class::StreetFirst, Class::WeakStreetFirst, Class::Box]);
    entry.classes.any(STREETS)
        || matches!(
            word,
            "psc" | "unit" | "rr" | "hc" | "p" | "po" | "post" | "c" | "u" | "nr" | "co" | "v" | "l" | "jr"
        )
        || entry.ordinary < 2 && super::ending::ends_like_street(word)
}

/// The core that begins at token `at`: with a number, a capital, or a word of streets or boxes.
pub(super) fn core(reading: &Reading<'_>, at: usize) -> Option<Core> {
    let flags = reading.turn.flags(at);
    let (named, numbered) = (flags.any(Flags::STREET), flags.any(Flags::DIGITS.and(Flags::NUMBER)));
    let shaped = reading.mark(at).shape != Shape::Plain;
    let whole = |(last, strength)| Core { first: at, last: second_number(reading, last), strength };
    named
        .then(|| post_box(reading, at))
        .flatten()
        .or_else(|| numbered.then(|| number_first(reading, at)).flatten())
        .or_else(|| named.then(|| type_first(reading, at)).flatten())
        .or_else(|| named.then(|| typed::numbered_street(reading, at)).flatten())
        .or_else(|| (named || shaped).then(|| super::ending::ending(reading, at)).flatten())
        .or_else(|| shaped.then(|| bare(reading, at)).flatten().map(whole))
}

/// "P.O. Box 123", "Postfach 1234", "PSC 7951, Box 9972".
fn post_box(reading: &Reading<'_>, at: usize) -> Option<Core> {
    if matches!(reading.turn.word(at), "psc" | "unit" | "rr" | "hc") {
        let second = at + 2;
        let fits = is_number(reading, at + 1) && reading.turn.word(second) == "box" && is_number(reading, second + 1);
        return fits.then_some(Core { first: at, last: second + 1, strength: Strength::Strong });
    }
    let mut last = at;
    if reading.turn.word(at) == "p" || reading.turn.word(at) == "po" || reading.turn.word(at) == "post" {
        let initials = usize::from(reading.turn.word(at) == "p" && reading.turn.word(at + 1) == "o");
        last = at + initials + 1 + usize::from(reading.turn.word(at + 1) == "office");
        if reading.turn.word(last) != "box" {
            return None;
        }
    } else if !reading.entry(at).is(Class::Box)
        || reading.turn.word(at) == "box"
        || (reading.turn.raw(at).len() == 2 && reading.mark(at).shape == Shape::Plain)
    {
        return None;
    }
    let sign = usize::from(reading.entry(last + 1).is(Class::NumberSign));
    let gap = reading.before(last + 1).only(Gap::SPACE.and(Gap::HASH).and(Gap::COLON).and(Gap::DOT));
    let said = spoken_number(reading, last + 1 + sign);
    let numbered = gap && (is_number(reading, last + 1 + sign) || said.is_some());
    let number = said.unwrap_or(last + 1 + sign);
    let grouped = |at: &usize| {
        reading.before(*at) == Gap::SPACE
            && reading.turn.raw(*at).len() <= 3
            && reading.turn.token(*at).is_some_and(Token::is_digits)
    };
    let last = (number + 1..number + 3).take_while(grouped).last().unwrap_or(number);
    numbered.then_some(Core { first: at, last, strength: Strength::Strong })
}

/// "12 Oak Street", "5 bis rue de la Paix", "forty two wallaby way".
fn number_first(reading: &Reading<'_>, at: usize) -> Option<Core> {
    let written = house_number(reading, at);
    let number = written.or_else(|| spoken_number(reading, at))?;
    // "thirty eight a mostyn street"
    let letter = written.is_none()
        && reading.turn.raw(number + 1).len() == 1
        && reading.is_word(number + 1)
        && reading.before(number + 1) == Gap::SPACE
        && reading.before(number + 2) == Gap::SPACE;
    let name = number + 1 + usize::from(letter);
    if is_labelled(reading, at) {
        return None;
    }
    if !reading.before(name).only(Gap::SPACE.and(Gap::COMMA)) || reading.before(name).is_empty() {
        return None;
    }
    if matches!(reading.turn.word(name), "am" | "pm") && reading.mark(name).shape == Shape::Plain {
        return None;
    }
    let via = reading.turn.word(name) == "via" && reading.mark(name).shape == Shape::Plain;
    let typed = if via { None } else { typed(reading, name) };
    // `12, Park 8, Lane 4` is a list.
    if typed.is_none()
        && reading.before(name).has(Gap::COMMA)
        && reading.entry(name).is(Class::Street)
        && is_number(reading, name + 1)
        && !reading.entry(at).is(Class::Unit)
        && !reading.previous(at).is(Class::Unit)
    {
        return None;
    }
    let (last, strength) = typed.or_else(|| suffixed(reading, name)).or_else(|| bare(reading, name))?;
    let placed = reading.previous(at).classes.any(Classes::of(&[Class::InPlace, Class::Unit]));
    let strength = if written.is_none() && !placed { Strength::Weak } else { strength };
    Some(Core { first: at, last: second_number(reading, last), strength })
}

/// Cues of nouns that take a number themselves: "Chapter 5", "Ticket 4521".
const LABELS: Cues =
    Cues::of(&[Cue::Order, Cue::Product, Cue::Travel, Cue::Ordinal, Cue::Version, Cue::ErrorCode, Cue::Tracking]);

/// Whether the number belongs to the noun before it.
fn is_labelled(reading: &Reading<'_>, at: usize) -> bool {
    let Some(noun) = at.checked_sub(1).and_then(|before| reading.turn.token(before)) else { return false };
    noun.word.cues.any(LABELS)
        && !reading.previous(at).is(Class::Unit)
        && reading.before(at) == Gap::SPACE
        && noun.case != Case::Lower
}

/// Generated addresses number the building and the street: "85199 Avda. Rio Nalon 58".
fn second_number(reading: &Reading<'_>, last: usize) -> usize {
    let close = reading.before(last + 1).only(Gap::SPACE.and(Gap::DOT)) && reading.turn.raw(last + 1).len() <= 4;
    number_behind(reading, last).filter(|_| close).unwrap_or(last)
}

/// Capitals of no other meaning before a number, as in "Kuusiku 7": the last word.
fn bare(reading: &Reading<'_>, name: usize) -> Option<(usize, Strength)> {
    let named = |at: usize| {
        let entry = reading.entry(at);
        let other = Classes::of(&[
            Class::Calendar,
            Class::Brand,
            Class::Blocked,
            Class::Role,
            Class::Org,
            Class::Unit,
            Class::Title,
        ]);
        let particle = at > name && entry.is(Class::Particle);
        // `VLAN 210` is no street.
        let short = reading.turn.token(at).is_some_and(|token| token.case == Case::Upper && token.span.len() < 6);
        let shaped = reading.mark(at).shape != Shape::Plain && !short;
        let capital = shaped && entry.ordinary == 0 && !entry.classes.any(other);
        reading.is_word(at) && (at == name || is_inside(reading, at)) && (capital || particle)
    };
    let last = (name..name + 4).take_while(|at| named(*at)).last()?;
    let close = reading.before(last + 1) == Gap::SPACE && reading.turn.raw(last + 1).len() <= 4;
    (close && number_behind(reading, last).is_some() && reading.turn.raw(name).len() > 3)
        .then_some((last, Strength::Bare))
}

/// A name that ends in a word for a street: its last token.
fn suffixed(reading: &Reading<'_>, name: usize) -> Option<(usize, Strength)> {
    let mut at = name;
    let mut plain = false;
    while at < name + NAME_MAX {
        if at > name && !is_inside(reading, at) || !is_name_word(reading, at) {
            return None;
        }
        let entry = reading.entry(at);
        plain |= reading.mark(at).shape == Shape::Plain && !entry.is(Class::Particle);
        let sure = entry.is(Class::Street);
        let named = at > name || (sure && reading.mark(at).shape != Shape::Plain);
        if named && (sure || entry.is(Class::WeakStreet)) && is_own_word(reading, name, at, plain) {
            let last = more_types(reading, at);
            return Some((last, if sure || !plain { Strength::Strong } else { Strength::Weak }));
        }
        if plain && at >= name + 3 {
            return None;
        }
        at += 1;
    }
    None
}

/// "Street North", "Street Kishiev Squares": what may follow the word for a street.
fn more_types(reading: &Reading<'_>, at: usize) -> usize {
    let mut last = at;
    if reading.before(last + 1).only(Gap::SPACE.and(Gap::DOT))
        && reading.entry(last + 1).is(Class::Compass)
        && (reading.mark(last + 1).shape != Shape::Plain
            || reading.before(last + 2).has(Gap::COMMA)
            || reading.mark(at).shape == Shape::Plain && reading.turn.word(last + 2) != "of")
    {
        last += 1;
    }
    if reading.before(last + 1) == Gap::SPACE
        && reading.entry(last + 1).is(Class::Street)
        && reading.turn.raw(last + 1).len() < 5
    {
        last += 1;
    }
    let types = Classes::of(&[Class::Street, Class::WeakStreet]);
    for next in last + 1..last + 4 {
        if !reading.before(next).only(Gap::SPACE)
            || reading.mark(next).shape == Shape::Plain
            || reading.entry(next).is(Class::Unit)
        {
            break;
        }
        if reading.entry(next).classes.any(types) {
            return next;
        }
    }
    last
}

/// Whether the words before a word for a street can be a street's name rather than an ordinary phrase.
fn is_own_word(reading: &Reading<'_>, name: usize, at: usize, plain: bool) -> bool {
    // `nine the crescent`
    if reading.turn.word(name) == "the" && at == name + 1 && may_follow_the(reading.turn.word(at)) {
        return true;
    }
    if reading.entry(name).is(Class::NoStreet) && (plain || at == name + 1 && reading.entry(at).is(Class::WeakStreet)) {
        return false;
    }
    let weak = !reading.entry(at).is(Class::Street);
    let odd = |index: usize| reading.entry(index).is(Class::NoStreet) || (weak && reading.entry(index).ordinary > 2);
    !plain || !(name..at).any(odd)
}

/// Words that make a street of `the`.
pub(super) fn is_inside(reading: &Reading<'_>, at: usize) -> bool {
    let gap = reading.before(at);
    let types = Classes::of(&[Class::StreetFirst, Class::WeakStreetFirst]);
    let abbreviated = reading.turn.raw(at - 1).len() <= 3 || reading.previous(at).classes.any(types);
    gap.only(Gap::SPACE.and(Gap::HYPHEN).and(Gap::QUOTE)) || (abbreviated && gap.only(Gap::SPACE.and(Gap::DOT)))
}

fn may_follow_the(word: &str) -> bool {
    const WORDS: [&str; 14] = [
        "crescent", "green", "mews", "close", "avenue", "drive", "grove", "square", "terrace", "paddock", "paddocks",
        "orchard", "ridings", "parade",
    ];
    WORDS.contains(&word)
}

/// A word of a street's name: no placeholder, no full stop or line end inside.
fn is_name_word(reading: &Reading<'_>, at: usize) -> bool {
    reading.is_word(at) || is_ordinal(reading.turn.raw(at))
}

/// German words that begin the name of a street only where they are written with a capital: "Am Markt 5".
fn is_preposition(reading: &Reading<'_>, at: usize) -> bool {
    let word = reading.turn.word(at);
    matches!(word, "an" | "am" | "im" | "auf" | "zum" | "zur" | "unter" | "alte" | "alter" | "grosse" | "kleine")
}

/// A word for a street and a name behind it, "rue de la Paix": its last token.
fn typed(reading: &Reading<'_>, at: usize) -> Option<(usize, Strength)> {
    let entry = reading.entry(at);
    let slashed = reading.turn.word(at) == "c" && reading.turn.gap(at).starts_with('/');
    if !entry.is(Class::StreetFirst) && !entry.is(Class::WeakStreetFirst) && !slashed {
        return None;
    }
    let short = matches!(reading.turn.word(at), "os" | "r") || reading.turn.word(at) == "c" && !slashed;
    if short && !reading.before(at + 1).has(Gap::DOT)
        || matches!(reading.turn.word(at), "cl" | "cll" | "kr" | "kra" | "dg")
    {
        return None;
    }
    let plain = is_preposition(reading, at) && reading.mark(at).shape == Shape::Plain;
    let first = entry.is(Class::StreetFirst) || slashed;
    let numbered_before = at > 0 && is_number(reading, at - 1)
        || matches!(at.checked_sub(1).map(|bis| reading.turn.word(bis)), Some("bis" | "ter"));
    let mut last = at;
    let mut capital = false;
    for next in at + 1..=at + NAME_MAX {
        let shaped = reading.mark(next).shape != Shape::Plain;
        let opened = next == at + 1 || reading.previous(next).is(Class::Particle);
        let common = reading.entry(next).ordinary > 1 + u8::from(reading.previous(next).is(Class::Particle))
            || !(first || numbered_before || plain || reading.previous(next).is(Class::Particle));
        let numbered = reading.before(next + 1) == Gap::SPACE
            && (is_number(reading, next + 1) || first && spoken_number(reading, next + 1).is_some());
        let lower = reading.entry(next).is(Class::Particle)
            || ((opened || numbered_before) && (!common || numbered && (first || plain)));
        if !reading.is_word(next)
            || !(is_inside(reading, next) || slashed && next == at + 1)
            || is_end(reading, next)
            || !(shaped || lower)
        {
            break;
        }
        if shaped || !reading.entry(next).is(Class::Particle) {
            last = next;
        }
        capital |= shaped;
    }
    let strong = !plain && (first || capital);
    let linked = last > at + 1 && reading.entry(at + 1).is(Class::Particle);
    let strength = match (strong, plain) {
        _ if reading.turn.word(at) == "r" => Strength::Bare,
        (true, _) => Strength::Strong,
        (false, true) => Strength::Bare,
        (false, false) => Strength::Weak,
    };
    (last > at && (strong || linked || numbered_before || plain)).then_some((last, strength))
}

/// A flat or a number ends the name of a street.
fn is_end(reading: &Reading<'_>, at: usize) -> bool {
    let said = reading.turn.token(at).is_some_and(|token| token.word.number.is_some());
    reading.entry(at).is(Class::Unit)
        || (said && reading.mark(at).shape == Shape::Plain)
        || (reading.entry(at).is(Class::NumberSign) && reading.turn.raw(at).len() > 1)
}

/// "Calle Mayor 3", "ul. Narewska 94", "Via Roma, 10".
fn type_first(reading: &Reading<'_>, at: usize) -> Option<Core> {
    if let Some(core) = typed::cut_type(reading, at) {
        return Some(core);
    }
    let (name, sure) = typed(reading, at)?;
    let last = number_behind(reading, name)?;
    let said = reading.is_word(last) && reading.turn.raw(last).len() > 1;
    let year = is_preposition(reading, at) && reading.turn.raw(last).len() == 4;
    if year {
        return None;
    }
    Some(Core {
        first: at,
        last,
        strength: if said && !typed::is_led(reading, at, name) { Strength::Weak } else { sure },
    })
}

/// Articles that are number words too.
const ARTICLES: [&str; 16] = [
    "ein", "eine", "einen", "einem", "einer", "un", "une", "una", "um", "uma", "een", "en", "ett", "et", "jeden", "bir",
];

/// The last token of a house number behind a street's name.
pub(super) fn number_behind(reading: &Reading<'_>, name: usize) -> Option<usize> {
    let sign = usize::from(reading.entry(name + 1).is(Class::NumberSign));
    let number = name + 1 + sign;
    let gap = Gap::SPACE.and(Gap::COMMA).and(Gap::DOT).and(Gap::HASH).and(Gap::OTHER).and(Gap::COLON);
    let spaced = (name + 1..=number).all(|at| reading.before(at).only(gap) && !reading.before(at).is_empty());
    if !spaced {
        return None;
    }
    let article = |said: usize| said == number && ARTICLES.contains(&reading.turn.word(said));
    if let Some(said) =
        spoken_number(reading, number).filter(|said| reading.before(number).only(Gap::SPACE) && !article(*said))
    {
        let letter = reading.turn.raw(said + 1);
        let apart = said + 2 >= reading.len() || matches!(letter, "b" | "c" | "d" | "f" | "g" | "h");
        let ends = apart && letter.len() == 1 && reading.is_word(said + 1);
        return Some(said + usize::from(ends && reading.before(said + 1) == Gap::SPACE));
    }
    let last = house_number(reading, number)?;
    let letter = reading.before(last + 1) == Gap::SPACE
        && reading.turn.raw(last + 1).len() == 1
        && reading.is_word(last + 1)
        && !matches!(reading.turn.raw(last + 1), "I" | "a" | "A" | "y" | "e" | "o" | "à");
    let stairs = reading.before(last + 1) == Gap::SPACE
        && reading.turn.raw(last + 1).len() == 1
        && reading.turn.token(last + 1).is_some_and(|token| token.is_word() && token.case != Case::Lower)
        && reading.before(last + 2) == Gap::SPACE
        && reading.turn.raw(last + 2).len() <= 3
        && reading.turn.token(last + 2).is_some_and(Token::is_digits);
    Some(last + if stairs { 2 } else { usize::from(letter) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::token::NormalisedTurn;

    /// The core at the start of `text`.
    #[track_caller]
    fn check(text: &str, expected: Option<(&str, Strength)>) {
        let turn = NormalisedTurn::new(text);
        let reading = Reading::new(&turn);
        let found = core(&reading, 0).map(|core| (turn.span(core.first, core.last).of(turn.text()), core.strength));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn number_first() {
        check("12 Oak Street", Some(("12 Oak Street", Strength::Strong)));
        check("12 N Main St NW", Some(("12 N Main St NW", Strength::Strong)));
        check("14 oak street is", Some(("14 oak street", Strength::Strong)));
        check("42 wallaby way", Some(("42 wallaby way", Strength::Weak)));
        check("5 bis rue de la Paix", Some(("5 bis rue de la Paix", Strength::Strong)));
    }

    #[test]
    fn type_first_and_endings() {
        check("Calle Mayor 3", Some(("Calle Mayor 3", Strength::Strong)));
        check("C/ Olmo 9", Some(("C/ Olmo 9", Strength::Strong)));
        check("Hauptstraße 5", Some(("Hauptstrasse 5", Strength::Strong)));
        check("Am Markt 5", Some(("Am Markt 5", Strength::Strong)));
        check("Lange Straße 12a", Some(("Lange Strasse 12a", Strength::Strong)));
    }

    #[test]
    fn boxes() {
        check("PO Box 123", Some(("PO Box 123", Strength::Strong)));
        check("P.O. Box 123", Some(("P.O. Box 123", Strength::Strong)));
        check("Postfach 1234", Some(("Postfach 1234", Strength::Strong)));
        check("box 12", None);
    }

    #[test]
    fn ordinary_phrases_are_none() {
        check("5 years street experience", None);
        check("24 hour road side", None);
        check("2 large drive bays", None);
        check("Im Jahr 1982", None);
        check("Main Street is open", None);
    }
}
