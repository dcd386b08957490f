//! An address as a chain of parts between commas: flats, streets, names of houses, quarters, landmarks, towns, codes. Knows
//! nothing of what announces it; says how much of the chain only an address has.

use super::{
    ending::ends_like_street,
    number::is_number,
    postcode, unit,
    written::{STREETS, belongs, is_code_label, is_flat, is_shaped, joins},
};
use crate::redact::{
    gazetteer::{Class, Classes, Gap, Reading},
    token::Case,
    words::Cues,
};

/// Most tokens of a chain, and of a name in it.
const TOKENS_MAX: usize = 32;
const NAME_MAX: usize = 8;

/// Weight of a chain that is an address without an announcement.
const WEIGHT_MIN: u8 = 4;

/// A chain of parts of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chain {
    /// Its last token.
    pub(super) last: usize,
    /// Its last token that only an address has: a code, the town behind it, a flat.
    pub(super) sure: Option<usize>,
    /// How much of it only an address has.
    pub(super) weight: u8,
    /// What it has, a bit a kind of parts.
    pub(super) kinds: u8,
    /// How many parts it has.
    pub(super) parts: u8,
    /// Whether letter case tells nothing there.
    pub(super) flat: bool,
}

impl Chain {
    /// Whether it is an address where something announces one: without capitals that tell, a street or a code must stand in it.
    pub(super) fn is_likely(&self) -> bool {
        let street = self.kinds & (1 << Kind::Street as u8 | 1 << Kind::Code as u8) != 0;
        !self.flat || street && self.weight > 1
    }

    /// Whether a town, a county or a landmark is in it.
    pub(super) fn has_place(&self) -> bool {
        self.kinds & (1 << Kind::Place as u8) != 0
    }

    /// Whether it is an address without an announcement: more than one kind of parts that only addresses have.
    pub(super) fn is_sure(&self) -> bool {
        let kinds = self.kinds & !(1 << Kind::Name as u8);
        let street = kinds & (1 << Kind::Street as u8 | 1 << Kind::Code as u8) != 0;
        let sure = kinds & !(1 << Kind::Numbered as u8);
        let enough = self.weight >= WEIGHT_MIN && (!self.flat || street && sure.count_ones() > 1);
        enough && self.parts > 1 && kinds.count_ones() > 1
    }
}

/// A part: its last token, its weight, and what it is.
#[derive(Clone, Copy, Debug)]
struct Part {
    last: usize,
    weight: u8,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Name,
    Numbered,
    Code,
    Unit,
    Place,
    Street,
}

/// Towns, regions and countries.
const PLACES: Classes = Classes::of(&[Class::City, Class::Place, Class::Blocked]);

/// The chain that begins with token `first`.
pub(super) fn chain(reading: &Reading<'_>, first: usize) -> Chain {
    let mut chain = Chain { last: first, sure: None, weight: 0, kinds: 0, parts: 0, flat: is_flat(reading, first) };
    let (mut at, mut coded, mut behind_code) = (first, false, 0);
    let lower = chain.flat;
    while at < reading.len() && at < first + TOKENS_MAX && (at == first || joins(reading, at)) {
        let Some(part) = part(reading, first, at) else { break };
        let apart = reading.before(at).has(Gap::COMMA.and(Gap::HYPHEN).and(Gap::GLUE).and(Gap::MARK));
        if coded && at > first && part.kind != Kind::Code && !follows_code(reading, at, part, apart, behind_code == at)
        {
            break;
        }
        // Without capitals only what follows confirms a name.
        let pending = lower && at > first && matches!(part.kind, Kind::Name | Kind::Numbered);
        chain.last = if pending { chain.last } else { part.last };
        let again = part.kind == Kind::Numbered && chain.kinds & (1 << Kind::Numbered as u8) != 0;
        let hashed = part.kind == Kind::Unit && !reading.entry(at).is(Class::Unit);
        // A list of counted things is no address, however long.
        let weight = match (again, hashed) {
            (true, _) => 0,
            (_, true) => 1,
            _ => part.weight,
        };
        chain.weight = chain.weight.saturating_add(weight);
        chain.kinds |= 1 << part.kind as u8;
        chain.parts += u8::from(at == first || reading.before(at).has(Gap::COMMA));
        let town = coded && (!apart || behind_code == at) && part.kind != Kind::Street;
        let county = part.kind == Kind::Place && matches!(reading.turn.word(at), "co" | "county");
        if matches!(part.kind, Kind::Code | Kind::Unit) || town || county || coded && part.kind == Kind::Place {
            chain.sure = Some(part.last);
        }
        if part.kind == Kind::Code {
            (coded, behind_code) = (true, part.last + 1);
        }
        at = part.last + 1;
    }
    chain
}

/// Whether a part may stand behind the code: its town, a place that is known, an unknown word that ends the chain.
fn follows_code(reading: &Reading<'_>, at: usize, part: Part, apart: bool, behind: bool) -> bool {
    let next = part.last + 1;
    let ends = next >= reading.len() || !reading.before(next).only(Gap::SPACE);
    if apart && reading.is_word(at) {
        let town = behind && is_shaped(reading, at) && ends && (at..=part.last).all(|word| is_town(reading, word));
        let short = is_shaped(reading, at)
            && part.last == at
            && reading.turn.raw(at).len() <= 4
            && reading.before(next).has(Gap::DOT);
        if town || short && reading.entry(at).ordinary < 3 {
            return true;
        }
        let bare = part.last == at && reading.entry(at).is_unknown() && !reading.before(at).has(Gap::HYPHEN);
        return part.kind == Kind::Place || part.kind == Kind::Unit || bare && ends && reading.is_word(at);
    }
    !apart && reading.is_word(at) && is_shaped(reading, at)
}

/// Whether a word may stand in the name of a town that no list holds.
fn is_town(reading: &Reading<'_>, at: usize) -> bool {
    let meant = reading.turn.token(at).is_some_and(|token| token.word.cues.any(Cues::MEANING));
    reading.is_word(at) && !meant && (reading.entry(at).ordinary < 2 || reading.entry(at).is(Class::Particle))
}

/// The part that begins with token `at`.
fn part(reading: &Reading<'_>, first: usize, at: usize) -> Option<Part> {
    let found = |last: Option<usize>, weight, kind| last.map(|last| Part { last, weight, kind });
    let sure = postcode::by_form(reading, at).is_some();
    found(code(reading, first, at), 2 + u8::from(sure), Kind::Code)
        .or_else(|| found(care_of(reading, at), 1, Kind::Name))
        .or_else(|| found(door(reading, at), 2, Kind::Unit))
        .or_else(|| found(landmark(reading, at), 1, Kind::Place))
        .or_else(|| found(county(reading, at), 3, Kind::Place))
        .or_else(|| found(region(reading, at), 1, Kind::Place))
        .or_else(|| name(reading, at))
}

/// A postal code: one whose form is sure, or digits that are no house number.
fn code(reading: &Reading<'_>, first: usize, at: usize) -> Option<usize> {
    if at == first {
        return postcode::by_form(reading, at);
    }
    let labelled =
        is_code_label(reading.turn.word(at)) && reading.before(at + 1).only(Gap::SPACE.and(Gap::COLON).and(Gap::DOT));
    if labelled && let Some(last) = postcode::any(reading, at + 1) {
        return Some(last);
    }
    if reading.turn.word(at) == "s" && reading.turn.gap(at) == "(" {
        return postcode::any(reading, at + 1).filter(|last| *last == at + 1);
    }
    if !reading.before(at).has(Gap::SPACE.and(Gap::COMMA).and(Gap::LINE).and(Gap::MARK)) {
        return None;
    }
    let last = postcode::any(reading, at)?;
    let apart = !reading.before(at).only(Gap::SPACE);
    let places = Classes::of(&[Class::City, Class::Place, Class::Region, Class::Blocked]);
    let town = reading.entry(last + 1).classes.any(PLACES) && is_shaped(reading, last + 1);
    let after = reading.previous(at).classes.any(places) || town;
    let year = last == at
        && ["19", "20"].iter().any(|century| reading.turn.raw(at).starts_with(century))
        && reading.turn.raw(at).len() == 4;
    if year && !town {
        return None;
    }
    let grouped = last > at || reading.turn.raw(at).len() > 4;
    let sure = postcode::by_form(reading, at).is_some();
    (sure || (apart || after) && (grouped || reading.is_word(last + 1) && is_shaped(reading, last + 1) || after))
        .then_some(last)
}

/// `c/o Wiesner`
fn care_of(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let care = reading.turn.word(at) == "c" && reading.turn.gap(at) == "/" && reading.turn.word(at + 1) == "o";
    if !care {
        return None;
    }
    let named = |at: &usize| {
        reading.is_word(*at) && is_shaped(reading, *at) && reading.before(*at).only(Gap::SPACE.and(Gap::DOT))
    };
    (at + 2..at + 6).take_while(named).last()
}

/// `Apt 4B`, `Sector 18-C`, `B-204`, `s/n`, `Mz 7 Lt 3`.
fn door(reading: &Reading<'_>, at: usize) -> Option<usize> {
    if let Some(last) = unit::unit(reading, at) {
        let joined = reading.before(last + 1).only(Gap::HYPHEN.and(Gap::GLUE))
            && !reading.before(last + 1).is_empty()
            && reading.turn.raw(last + 1).len() <= 3
            && reading.turn.token(last + 1).is_some();
        let paired = joined && !reading.entry(last + 1).is(Class::Unit);
        return Some(last + usize::from(paired));
    }
    let door = reading.turn.raw(at).len() == 1
        && reading.is_word(at)
        && is_shaped(reading, at)
        && reading.before(at + 1) == Gap::HYPHEN
        && is_number(reading, at + 1);
    let none = reading.turn.word(at) == "s" && reading.turn.gap(at) == "/" && reading.turn.word(at + 1) == "n";
    (door || none).then_some(at + 1)
}

/// `Near Hanuman Mandir`, `opp. City Hall`.
fn landmark(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let near =
        matches!(reading.turn.word(at), "near" | "nr" | "opp" | "opposite" | "behind" | "beside" | "frente" | "junto");
    if !near {
        return None;
    }
    let named = |at: &usize| {
        reading.is_word(*at) && is_shaped(reading, *at) && reading.before(*at).only(Gap::SPACE.and(Gap::DOT))
    };
    (at + 1..at + 6).take_while(named).last()
}

/// `Co. Cork`, `(BL)`, `/PR`, `- GO`: a county, a province, a state.
fn region(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let upper = reading.turn.token(at).is_some_and(|token| token.case == Case::Upper && token.is_word());
    let marked = reading.before(at).has(Gap::MARK.and(Gap::GLUE).and(Gap::HYPHEN).and(Gap::COMMA))
        || reading.before(at) == Gap::SPACE;
    let word = || reading.entry(at).ordinary > 1 && is_flat(reading, at);
    if upper && !word() && marked && reading.turn.raw(at).len() == 2 && !reading.before(at + 1).has(Gap::GLUE) {
        let ends =
            !reading.is_word(at + 1) || reading.before(at + 1) != Gap::SPACE || reading.entry(at).is(Class::Region);
        return ends.then_some(at);
    }
    None
}

/// `Co. Cork`, `County Down`
pub(super) fn county(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let dotted = reading.before(at + 1).has(Gap::DOT) && reading.before(at).has(Gap::COMMA);
    let county = matches!(reading.turn.word(at), "co" | "county") && (is_shaped(reading, at) || dotted);
    let named = |at: &usize| {
        let inside = reading.entry(*at).is(Class::Particle) || is_shaped(reading, *at);
        reading.is_word(*at)
            && inside
            && reading.before(*at).only(Gap::SPACE.and(Gap::DOT))
            && postcode::by_form(reading, *at).is_none()
    };
    let close = |name: &usize| *name == at + 1 || reading.before(*name) == Gap::SPACE;
    county.then(|| (at + 1..at + 5).take_while(|name| named(name) && close(name)).last())?
}

/// Words with capitals, particles between them and numbers before or behind: a street, a house, a quarter, a town.
fn name(reading: &Reading<'_>, at: usize) -> Option<Part> {
    let (mut last, mut words, mut numbers) = (None, 0, 0);
    let (mut street, mut place) = (false, false);
    let (lower, mut other) = (is_flat(reading, at), false);
    for next in at..at + NAME_MAX {
        let ends = next > at
            && (!within(reading, next)
                || door(reading, next).is_some()
                || postcode::by_form(reading, next).is_some()
                || words > 0 && (numbers > 0 || reading.turn.raw(next).len() > 4) && code(reading, at, next).is_some());
        if next >= reading.len() || ends || !belongs(reading, next) {
            break;
        }
        let (word, entry) = (reading.is_word(next), reading.entry(next));
        // `14 baker street last week`
        if lower && street && word && reading.previous(next).classes.any(SUFFIXES) && !entry.classes.any(BEHIND_STREET)
        {
            break;
        }
        other |= word && !entry.classes.any(PLACED);
        let shaped = is_shaped(reading, next);
        street |= word
            && (entry.classes.any(STREETS) && (shaped || entry.is(Class::Street))
                || shaped && ends_like_street(reading.turn.word(next)));
        place |= word && shaped && entry.classes.any(PLACES);
        words += usize::from(word && shaped);
        numbers += usize::from(!word);
        if shaped || !word || unit::ends_part(reading, next) {
            last = Some(next);
        }
    }
    let last = last.filter(|_| words > 0 || numbers > 0)?;
    place &= !lower || !other;
    let kind = if words > 0 && numbers > 0 && !street {
        Kind::Numbered
    } else if street && (words > 1 || numbers > 0) {
        Kind::Street
    } else if place {
        Kind::Place
    } else {
        Kind::Name
    };
    let weight = match kind {
        Kind::Street => 2,
        Kind::Place => 1,
        Kind::Numbered => 1 + u8::from(place),
        _ => 0,
    };
    Some(Part { last, weight, kind })
}

/// Words for streets behind their names, and what may follow them where no capitals tell.
const SUFFIXES: Classes = Classes::of(&[Class::Street, Class::WeakStreet]);
const BEHIND_STREET: Classes =
    Classes::of(&[Class::City, Class::Place, Class::Blocked, Class::Compass, Class::Street, Class::Region]);

/// Words of the name of a town.
const PLACED: Classes = Classes::of(&[Class::City, Class::Place, Class::Blocked, Class::Compass, Class::Particle]);

/// Whether token `at` goes on with the name before it.
fn within(reading: &Reading<'_>, at: usize) -> bool {
    let gap = reading.before(at);
    let dotted = gap.only(Gap::SPACE.and(Gap::DOT)) && joins(reading, at);
    let number =
        gap.only(Gap::SPACE.and(Gap::COLON).and(Gap::HASH).and(Gap::DOT)) && joins(reading, at) && !reading.is_word(at);
    let joined = matches!(gap, Gap::HYPHEN | Gap::GLUE | Gap::QUOTE)
        && (gap != Gap::GLUE || !reading.is_word(at) || reading.turn.raw(at).len() <= 3);
    gap == Gap::SPACE || dotted || number || joined
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::token::NormalisedTurn;

    /// How far the chain at the start of `text` reaches, and whether it is an address by itself.
    #[track_caller]
    fn check(text: &str, expected: &str, sure: bool) {
        let turn = NormalisedTurn::new(text);
        let reading = Reading::new(&turn);
        let found = chain(&reading, 0);
        assert_eq!((turn.span(0, found.last).of(turn.text()), found.is_sure()), (expected, sure), "{text}");
    }

    #[test]
    fn parts_of_many_countries_make_a_chain() {
        check(
            "Plot 6, Block D, Ogunlana Drive, Surulere, Lagos soon",
            "Plot 6, Block D, Ogunlana Drive, Surulere, Lagos",
            true,
        );
        check("Villa 3, Street 14, Al Quoz 2, Dubai. Thanks", "Villa 3, Street 14, Al Quoz 2, Dubai", true);
        check(
            "C-12, Lotus Park, Sarjapur Road, Bengaluru 560035",
            "C-12, Lotus Park, Sarjapur Road, Bengaluru 560035",
            true,
        );
        check("Seevogel 4, 26757 Borkum, danke", "Seevogel 4, 26757 Borkum", true);
    }

    #[test]
    fn lists_of_counted_things_are_no_address() {
        check("Figure 3, Table 4, Chapter 5", "Figure 3", false);
        check("Floor 3, Room 12", "Floor 3, Room 12", false);
    }
}
