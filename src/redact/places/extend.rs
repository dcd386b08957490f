//! What may follow the street of an address: flat, town, region, postal code, country, on one line or over lines.

use super::{
    number::{is_number, is_ordinal},
    postcode, unit,
};
use crate::redact::{
    gazetteer::{Class, Classes, Gap, Reading, Shape},
    token::{Case, Token},
    words::{Cue, Cues},
};

/// How far an address reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reach {
    /// Its last token.
    pub(super) last: usize,
    /// Whether more than the street was found.
    pub(super) more: bool,
    /// Whether a flat or a code was.
    pub(super) coded: bool,
}

/// A part of an address behind its street.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// A flat, floor, box, region, country or code: unmistakable here.
    Sure(usize),
    /// Words that may be a town.
    Town(usize),
}

/// Most parts behind a street, and most towns (district, town) in a row.
const PARTS_MAX: usize = 10;
const TOWNS_MAX: usize = 3;

const BETWEEN: Gap = Gap::SPACE.and(Gap::COMMA).and(Gap::LINE).and(Gap::DOT).and(Gap::MARK).and(Gap::HYPHEN);

/// How far the address goes whose street ends with token `street`.
pub(super) fn reach(reading: &Reading<'_>, street: usize) -> Reach {
    let mut reach = Reach { last: street, more: false, coded: false };
    let (mut end, mut towns, mut placed, mut coded) = (street, 0, false, false);
    for _ in 0..PARTS_MAX {
        match part(reading, end + 1, placed) {
            Some(Part::Sure(last)) => {
                placed = unit::unit(reading, end + 1).is_none();
                coded |=
                    placed && reading.turn.token(last).is_some_and(|token| !token.is_word() && token.span.len() > 2);
                let parted = reading.before(end + 1).has(Gap::COMMA.and(Gap::LINE));
                let sure = reach.coded || parted || !placed || is_code(reading, end + 1, last);
                (end, towns) = (last, 0);
                reach = Reach { last, more: true, coded: sure };
            }
            Some(Part::Town(last)) if towns < TOWNS_MAX => {
                let first = end + 1;
                let known = reading.entry(last).classes.any(CITIES) || !reading.is_word(last);
                let lower = shape(reading, first) == Shape::Plain && !is_lower(reading, street);
                let comma = reading.before(first).has(Gap::COMMA);
                let lower = lower && reading.before(first) != Gap::HYPHEN && postcode::any(reading, last + 1).is_none();
                if lower && (comma || !known) || coded && reading.is_word(end) && !known {
                    break;
                }
                if is_certain_town(reading, first, last, reach.more && end == reach.last)
                    || (end == reach.last && is_town_behind(reading, first, last))
                {
                    reach.last = last;
                }
                (end, placed) = (last, true);
                towns += 1;
            }
            _ => break,
        }
    }
    reach
}

/// Whether `first..=last` is a code: it has a number.
fn is_code(reading: &Reading<'_>, first: usize, last: usize) -> bool {
    (first..=last).any(|at| !reading.is_word(at))
}

/// Whether the street that ends with token `street` is written without capitals.
fn is_lower(reading: &Reading<'_>, street: usize) -> bool {
    (street.saturating_sub(3)..=street).all(|at| !reading.is_word(at) || shape(reading, at) == Shape::Plain)
}

/// Whether only separators stand before token `at`; a new line may begin with any marks of quotation.
fn is_between(reading: &Reading<'_>, at: usize) -> bool {
    let gap = reading.before(at);
    gap.only(BETWEEN.and(Gap::HASH)) || gap.has(Gap::LINE) && gap.only(BETWEEN.and(Gap::ASK).and(Gap::OTHER))
}

fn part(reading: &Reading<'_>, at: usize, behind_town: bool) -> Option<Part> {
    if at >= reading.len() || !is_between(reading, at) {
        return None;
    }
    if let Some(last) =
        unit::unit(reading, at).or_else(|| military(reading, at)).or_else(|| code(reading, at, behind_town))
    {
        return Some(Part::Sure(last));
    }
    // "5th Cross", "2nd Main": Indian streets have numbers themselves.
    if is_ordinal(reading.turn.raw(at))
        && reading.entry(at + 1).classes.any(STREETS)
        && reading.before(at + 1) == Gap::SPACE
    {
        return Some(Part::Sure(at + 1));
    }
    if reading.before(at).has(Gap::DOT) && !reading.before(at).has(Gap::COMMA.and(Gap::LINE)) {
        return None;
    }
    if behind_town && reading.before(at) == Gap::SPACE && is_number(reading, at) && reading.turn.raw(at).len() < 3 {
        return Some(Part::Town(at));
    }
    region(reading, at, behind_town).map(Part::Sure).or_else(|| town(reading, at).map(Part::Town))
}

/// How a word is written; in an address a word of capitals is one with a capital in any line.
pub(super) fn shape(reading: &Reading<'_>, at: usize) -> Shape {
    let upper = reading.turn.token(at).is_some_and(|token| token.case == Case::Upper);
    match reading.mark(at).shape {
        Shape::Plain if upper => Shape::Initial,
        shape => shape,
    }
}

/// "APO AA 69974".
pub(super) fn military(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let post = matches!(reading.turn.word(at), "apo" | "fpo" | "dpo") && reading.turn.raw(at + 1).len() == 2;
    let code = reading.turn.token(at + 2).is_some_and(|token| token.is_digits() && token.span.len() == 5);
    (post && code).then_some(at + 2)
}

/// Fewest digits of a code that is said in words.
const SAID_MIN: usize = 4;

/// `… burbank california nine one five oh six`: a code in words behind a town or a region.
fn said_code(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let said = |at: &usize| {
        let token = reading.turn.token(*at);
        reading.before(*at) == Gap::SPACE
            && token.is_some_and(|token| {
                token.is_word()
                    && (token.word.number.is_some() || token.word.cues.any(Cues::of(&[Cue::Double, Cue::Triple])))
            })
    };
    let last = (at..at + 10).take_while(said).last()?;
    (reading.previous(at).classes.any(CITIES) && last + 1 >= at + SAID_MIN).then_some(last)
}

fn code(reading: &Reading<'_>, at: usize, behind_town: bool) -> Option<usize> {
    if reading.is_word(at)
        && let Some(last) = said_code(reading, at)
    {
        return Some(last);
    }
    let last = postcode::any(reading, at)?;
    let gap = reading.before(at);
    let apart = gap.has(Gap::COMMA.and(Gap::LINE))
        || behind_town
        || reading.previous(at).classes.any(Classes::of(&[Class::Region, Class::Place, Class::City]));
    let listed = reading.entry(last + 1).classes.any(Classes::of(&[Class::Place, Class::City]));
    let before_town = (shape(reading, last + 1) != Shape::Plain || listed)
        && reading.before(last + 1) == Gap::SPACE
        && reading.turn.raw(last + 1).len() > 2;
    let year = last == at
        && reading.turn.raw(at).len() == 4
        && ["19", "20"].iter().any(|century| reading.turn.raw(at).starts_with(century));
    if year && !listed && !apart {
        return None;
    }
    let short = last == at && reading.turn.raw(at).len() < 5;
    let by_form = postcode::by_form(reading, at).is_some();
    (by_form || (before_town && (apart || !short)) || (apart && (!short || behind_town))).then_some(last)
}

/// A state's letters or a region's or country's name.
fn region(reading: &Reading<'_>, at: usize, behind_town: bool) -> Option<usize> {
    let (entry, gap, shape) = (reading.entry(at), reading.before(at), reading.mark(at).shape);
    let letters = reading.is_word(at) && reading.turn.raw(at).len() <= 3;
    let upper = reading.turn.token(at).is_some_and(|token| token.case == Case::Upper);
    let code_next = postcode::any(reading, at + 1).is_some() && reading.before(at + 1).only(BETWEEN);
    if letters && entry.is(Class::Region) && (shape == Shape::Plain || !upper) {
        let sure = postcode::by_form(reading, at + 1).is_some();
        // `burwood east vic 3151`
        let australian = behind_town && reading.turn.raw(at).len() == 3;
        return (code_next && (sure || australian || reading.turn.raw(at + 1).len() >= 5)).then_some(at);
    }
    let long_code = code_next && reading.turn.raw(at + 1).len() >= 5;
    let stated =
        letters && upper && (entry.is(Class::Region) || gap.has(Gap::LINE) || long_code) && (behind_town || code_next);
    if stated && gap.only(BETWEEN) {
        return Some(at);
    }
    if gap.has(Gap::LINE)
        && gap.has(Gap::COMMA)
        && is_number(reading, at)
        && reading.turn.raw(at).len() < 3
        && code_next
    {
        return Some(at);
    }
    if let Some(last) = super::chain::county(reading, at) {
        return Some(last);
    }
    let last = place_words(reading, at)?;
    let ends = gap.has(Gap::COMMA.and(Gap::LINE)) || behind_town || code_next;
    ends.then_some(last)
}

/// The last token of a country's or region's name of one or two words.
fn place_words(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let entry = reading.entry(at);
    let capital = shape(reading, at) != Shape::Plain;
    let phrase =
        entry.is(Class::Blocked) && reading.entry(at + 1).is(Class::Blocked) && reading.before(at + 1) == Gap::SPACE;
    if phrase {
        return Some(at + 1);
    }
    (entry.is(Class::Place) && (capital || entry.ordinary < 2) && !entry.is(Class::Calendar)).then_some(at)
}

/// Up to four words that may be a town: capitals with particles between, or words of lower case before a code.
fn town(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let mut last = None;
    for next in at..at + 4 {
        let gap = reading.before(next);
        let short = next > 0 && reading.turn.raw(next - 1).len() <= 3;
        let inside =
            gap.only(Gap::SPACE.and(Gap::HYPHEN).and(Gap::QUOTE)) || short && gap.only(Gap::SPACE.and(Gap::DOT));
        let possessive = gap == Gap::QUOTE && reading.turn.raw(next).len() == 1;
        let lowered = shape(reading, at) != Shape::Plain
            && shape(reading, next) == Shape::Plain
            && !reading.entry(next).is(Class::Particle);
        let fits = possessive || (is_town_word(reading, next) && !lowered);
        if !reading.is_word(next) || (next > at && !inside) || !fits {
            break;
        }
        if next > at && (unit::unit(reading, next).is_some() || region(reading, next, true).is_some()) {
            break;
        }
        if !reading.entry(next).is(Class::Particle) || shape(reading, next) != Shape::Plain {
            last = Some(next);
        }
    }
    last
}

/// Classes of words that stand in the name of a town in lower case.
const TOWNS: Classes = Classes::of(&[Class::Particle, Class::City, Class::Place, Class::Blocked]);

/// Cues of words that name something else than a town.
const MEANINGS: Cues = Cues::MEANING.without(Cue::Address).without(Cue::Postcode).without(Cue::Name);

fn is_town_word(reading: &Reading<'_>, at: usize) -> bool {
    let entry = reading.entry(at);
    let labels = reading.turn.token(at).is_some_and(|token| token.word.cues.any(MEANINGS)) && !entry.is(Class::City);
    if entry.is(Class::Greeting) || entry.is(Class::Calendar) || entry.is(Class::Title) || labels {
        return false;
    }
    match shape(reading, at) {
        Shape::Plain => entry.classes.any(TOWNS) || entry.ordinary < 2,
        Shape::Capital => reading.turn.raw(at).len() > 1 || shape(reading, at + 1) != Shape::Plain,
        Shape::Initial => {
            let upper = reading.turn.token(at).is_some_and(|token| token.case == Case::Upper && token.span.len() > 1);
            entry.ordinary < 3 || entry.is(Class::City) || entry.is(Class::Compass) || upper
        }
    }
}

/// A town that needs no code behind it: listed or unknown, with a capital, behind a comma or a flat, and nothing
/// follows directly.
fn is_certain_town(reading: &Reading<'_>, first: usize, last: usize, behind_unit: bool) -> bool {
    let entry = reading.entry(last);
    let listed = entry.is(Class::City)
        || entry.is(Class::Place)
        || entry.is(Class::Blocked)
        || (entry.ordinary == 0 && shape(reading, last) != Shape::Plain);
    let gap = reading.before(first);
    let comma = (gap.has(Gap::COMMA) || behind_unit && shape(reading, first) != Shape::Plain) && !gap.has(Gap::LINE);
    let ends = last + 1 >= reading.len()
        || !reading.before(last + 1).only(Gap::SPACE)
        || shape(reading, last + 1) == Shape::Plain;
    listed && comma && ends
}

/// A town right behind its code, `69008 lyon`, `110 00 Praha 1`, or a listed one right behind a street of lower case.
fn is_town_behind(reading: &Reading<'_>, first: usize, last: usize) -> bool {
    if reading.before(first) != Gap::SPACE {
        return false;
    }
    let small = Classes::of(&[Class::Particle, Class::InPlace, Class::FromPlace, Class::Determiner]);
    let listed =
        (first..=last).any(|at| reading.entry(at).classes.any(CITIES)) && !reading.entry(first).classes.any(small);
    let coded =
        first > 0 && reading.turn.token(first - 1).is_some_and(|token| token.is_digits() && token.span.len() > 1);
    let numbered =
        reading.turn.token(first).is_some_and(Token::is_digits) && reading.previous(first).classes.any(CITIES);
    let street = first > 0 && reading.previous(first).classes.any(STREETS);
    numbered || listed && (coded || street || shape(reading, first) == Shape::Plain)
}

/// Classes of towns and regions.
const CITIES: Classes = Classes::of(&[Class::City, Class::Place, Class::Blocked]);

/// Classes of words for streets.
const STREETS: Classes = Classes::of(&[Class::Street, Class::WeakStreet]);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::token::NormalisedTurn;

    /// What follows the first two tokens of `text`, its street.
    #[track_caller]
    fn check(text: &str, expected: &str, more: bool) {
        let turn = NormalisedTurn::new(text);
        let reading = Reading::new(&turn);
        let found = reach(&reading, 1);
        assert_eq!((turn.span(2, found.last.max(1)).of(turn.text()), found.more), (expected, more), "{text}");
    }

    #[test]
    fn flats_towns_and_codes() {
        check("Hauptstr 5, 10115 Berlin", "10115 Berlin", true);
        check("Broadway 5, Apt 4B, Albany, NY 12207", "Apt 4B, Albany, NY 12207", true);
        check("Broadway 5 Suite 200", "Suite 200", true);
        check("Broadway 5\nLeeds\nLS1 4AP", "Leeds\nLS1 4AP", true);
        check("Gasse 5, 2. Stock, 1060 Wien", "2. Stock, 1060 Wien", true);
    }

    #[test]
    fn sentences_are_no_towns() {
        check("Broadway 5. Please hurry", "", false);
        check("Broadway 5, please hurry", "", false);
        check("Broadway 5 and more", "", false);
    }
}
