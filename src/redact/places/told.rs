//! An address that the words before it announce: `Address: …`, `I live at …`, `vivo en …`, or the question for it. Then
//! everything that is written as in an address belongs to it, whatever the country's order of street, flat and town.

use super::{ending, extend, number, postcode};
use crate::redact::{
    find::View,
    gazetteer::{Class, Classes, Gap, Reading, Shape},
    token::{Case, Token},
    words::{Cue, Cues},
};

/// Most tokens of an announced address, and most small words between the announcement and it.
const TOKENS_MAX: usize = 28;
const SMALL_MAX: usize = 4;

/// Marks inside an address; a dot only behind a short word.
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

/// Words of these classes belong to an address in lower case too.
const PARTS: Classes = Classes::of(&[
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

/// Words of these classes begin something else.
const OTHERS: Classes = Classes::of(&[Class::Role, Class::Greeting, Class::Title, Class::Calendar, Class::Live]);

/// Words that make a street of what stands beside them.
const STREETS: Classes = Classes::of(&[Class::Street, Class::StreetFirst, Class::Unit, Class::Box]);

/// A turn as this finder reads it.
#[derive(Clone, Copy, Debug)]
struct Page<'a> {
    reading: Reading<'a>,
    /// Whether all letters around are of lower case, so that capitals tell nothing.
    lower: bool,
}

impl<'a> Page<'a> {
    /// The turn around token `at`.
    fn around(reading: &Reading<'a>, at: usize) -> Self {
        let near = at.saturating_sub(TOKENS_MAX / 2)..at + TOKENS_MAX / 2;
        let lower = near.filter_map(|at| reading.turn.token(at)).all(|token| token.case == Case::Lower);
        Self { reading: *reading, lower }
    }
}

/// The announced address around the number at token `at`, not before token `from`.
pub(super) fn address(view: &View<'_>, reading: &Reading<'_>, from: usize, at: usize) -> Option<(usize, usize)> {
    if reading.is_word(at) {
        return None;
    }
    let page = Page::around(reading, at);
    let mut first = at;
    while first > from && at - first < TOKENS_MAX && belongs(page, first - 1) && joins(reading, first) {
        first -= 1;
    }
    let first = announced(view, reading, first, at)?;
    let first = (first..at).find(|begin| !is_lead(page, *begin)).unwrap_or(at);
    let last = stretch(page, first).last;
    let reach = extend::reach(reading, last);
    let last = if reach.more { reach.last } else { last };
    let named = |at: usize| {
        let street = reading.entry(at).classes.any(STREETS) || ending::ends_like_street(reading.turn.word(at));
        let code = || reading.turn.raw(at).len() > 3 && postcode::any(reading, at).is_some();
        !page.lower || street || code()
    };
    let word = |at: usize| reading.is_word(at) && shaped(page, at) && reading.turn.raw(at).len() > 1;
    (last >= at && (first..=last).any(named) && (first..=last).any(word)).then_some((first, last))
}

/// Where the announced address begins, if an announcement stands before token `first` or among the words behind it.
fn announced(view: &View<'_>, reading: &Reading<'_>, first: usize, at: usize) -> Option<usize> {
    let asked = view.asked.has(Cue::Address) || view.asked.has(Cue::Postcode);
    let mut small = first;
    while small > 0 && first - small < SMALL_MAX && is_small(reading, small) {
        small -= 1;
    }
    let before = |index: usize| index.checked_sub(1).is_some_and(|word| announces(reading, word, index));
    let begins = (small..=first).rev().any(before) || asked && small == 0;
    begins.then(|| begin(reading, first, at)).filter(|begin| *begin <= at)
}

/// Whether the small word at token `index - 1` may stand between an announcement and the address.
fn is_small(reading: &Reading<'_>, index: usize) -> bool {
    let word = index - 1;
    let gap = reading.before(index);
    let small = reading.entry(word).ordinary > 2 && reading.mark(word).shape != Shape::Capital;
    reading.is_word(word) && small && gap.only(Gap::SPACE.and(Gap::COLON).and(Gap::COMMA))
}

/// Whether token `word` announces an address that begins at `index`.
fn announces(reading: &Reading<'_>, word: usize, index: usize) -> bool {
    let Some(token) = reading.turn.token(word) else { return false };
    if !reading.before(word + 1).only(Gap::SPACE.and(Gap::COLON).and(Gap::COMMA).and(Gap::HYPHEN).and(Gap::MARK)) {
        return false;
    }
    let marked = reading.before(word + 1).has(Gap::COLON) || reading.before(word + 1) == Gap::SPACE.and(Gap::HYPHEN);
    let named = token.word.cues.has(Cue::Address) || reading.entry(word).is(Class::Live);
    let label = token.word.cues.has(Cue::Postcode) || reading.entry(word).classes.any(Classes::of(&[Class::Street]));
    let led = index > word + 1 || reading.entry(word).is(Class::Dwell);
    named && (marked || led || token.word.cues.has(Cue::Address)) || label && marked
}

/// Whether a small word before the address leads to it: `in der`, `na`, `è`.
fn is_lead(page: Page<'_>, at: usize) -> bool {
    let reading = &page.reading;
    const OWN: Classes = Classes::of(&[Class::Unit, Class::Street, Class::StreetFirst, Class::Compass, Class::Box]);
    let entry = reading.entry(at);
    let small = reading.mark(at).shape == Shape::Plain && (entry.ordinary > 2 || entry.is(Class::Particle));
    let own = entry.classes.any(OWN) && (shaped(page, at) || reading.turn.raw(at).len() > 3);
    reading.is_word(at) && small && !own
}

/// Leaves out leading parts that are a person's name: `ship to Ana Sy, RR 2`.
fn begin(reading: &Reading<'_>, first: usize, at: usize) -> usize {
    let mut begin = first;
    while begin < at && (reading.entry(begin).given > 1 || reading.entry(begin).is(Class::Particle)) {
        let Some(comma) = (begin + 1..=at).find(|next| reading.before(*next).has(Gap::COMMA)) else { break };
        let plain = (begin..comma).all(|word| reading.is_word(word) && !reading.entry(word).classes.any(PARTS));
        if !plain {
            break;
        }
        begin = comma;
    }
    begin
}

/// How far a stretch reaches that is written as an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    /// Its last token.
    last: usize,
    /// Its last token that only an address has: a code, the town behind it, a flat.
    sure: Option<usize>,
}

/// The stretch of an address that begins at `first`.
fn stretch(page: Page<'_>, first: usize) -> Stretch {
    let reading = &page.reading;
    let (mut found, mut coded, mut next) = (Stretch { last: first, sure: None }, false, first);
    while next < first + TOKENS_MAX && next < reading.len() && belongs(page, next) {
        let parted = reading.before(next).has(Gap::COMMA);
        if next > first && !joins(reading, next) || coded && !follows_code(page, next) {
            break;
        }
        let code = postcode::any(reading, next).filter(|_| next > first && reading.previous(next).is(Class::Unit));
        let code = code.or_else(|| {
            postcode::any(reading, next).filter(|last| next > first && reading.turn.span(next, *last).len() > 3)
        });
        let unit = extend::unit(reading, next).filter(|_| next > first);
        let end = code.or(unit).unwrap_or(next);
        if shaped(page, next) || !reading.is_word(next) || extend::ends_part(reading, next) {
            found.last = end.max(found.last);
            let town = coded && !parted && reading.is_word(next);
            if code.is_some() || unit.is_some() || town {
                found.sure = Some(found.last);
            }
        }
        coded |= code.is_some();
        next = end + 1;
    }
    found
}

/// The address `first..=last` with the flats before it and what only an address has behind it.
pub(super) fn widened(reading: &Reading<'_>, from: usize, (first, last): (usize, usize)) -> (usize, usize) {
    let page = Page { reading: *reading, lower: false };
    let sure = stretch(page, first).sure.filter(|sure| *sure > last);
    let (mut begin, mut at) = (first, first);
    while at > from && first - at < TOKENS_MAX / 2 && belongs(page, at - 1) && joins(reading, at) {
        at -= 1;
        let starts = at == from || !joins(reading, at) || reading.before(at).has(Gap::COMMA) || !belongs(page, at - 1);
        let flat = reading.entry(at).is(Class::Unit)
            && extend::unit(reading, at).is_some_and(|unit| unit < first || at + 1 == first);
        let numbered =
            number::house_number(reading, at).is_some_and(|last| last > at && reading.before(last + 1).has(Gap::COMMA));
        if flat || starts && numbered {
            begin = at;
        }
    }
    (begin, sure.unwrap_or(last))
}

/// `14 Cherry Bank, Kirkcaldy KY2 5RP`: a house number and words with capitals up to a code whose form is sure.
pub(super) fn coded(reading: &Reading<'_>, at: usize) -> Option<(usize, usize)> {
    let page = Page { reading: *reading, lower: false };
    let name = number::house_number(reading, at)? + 1;
    let named = reading.before(name) == Gap::SPACE
        && reading.mark(name).shape != Shape::Plain
        && reading.is_word(name)
        && reading.turn.raw(name).len() > 2
        && belongs(page, name);
    let sure = stretch(page, at).sure.filter(|_| named)?;
    let formed = (name + 1..=sure).any(|at| postcode::by_form(reading, at).is_some_and(|last| last <= sure));
    formed.then_some((at, sure))
}

/// Whether token `at` may stand behind the code: its town, or another part.
fn follows_code(page: Page<'_>, at: usize) -> bool {
    let reading = &page.reading;
    let gap = reading.before(at);
    if gap.has(Gap::COMMA) {
        return goes_on(page, at);
    }
    let small = reading.is_word(at) && !shaped(page, at) && gap != Gap::HYPHEN;
    !gap.has(Gap::DOT) && !(small && (!reading.entry(at).is(Class::Particle) || gap.has(Gap::MARK)))
}

/// Whether behind the code another part follows: a town, a region, a country.
fn goes_on(page: Page<'_>, at: usize) -> bool {
    let reading = &page.reading;
    const PLACES: Classes = Classes::of(&[Class::City, Class::Place, Class::Region, Class::Blocked]);
    let ends = at + 1 >= reading.len() || !reading.before(at + 1).only(Gap::SPACE);
    let known = reading.entry(at).classes.any(PLACES) && shaped(page, at);
    known || (ends && shaped(page, at) && reading.entry(at).is_unknown())
}

/// Whether the marks before token `at` may stand inside an address.
fn joins(reading: &Reading<'_>, at: usize) -> bool {
    let gap = reading.before(at);
    if !gap.only(INSIDE) || reading.turn.gap_before(at).contains(['"', '=', '<', '>', '*', '@', '€', '$', '£']) {
        return false;
    }
    let Some(previous) = at.checked_sub(1) else { return true };
    let marker = reading.entry(previous).classes.any(PARTS);
    if gap.has(Gap::COLON) {
        let flat = marker || matches!(reading.turn.word(previous), "d" | "k");
        return flat && gap == Gap::COLON.and(Gap::SPACE);
    }
    let code = reading.turn.token(previous).is_some_and(Token::is_digits) && reading.turn.raw(previous).len() > 3;
    let short = reading.turn.raw(previous).len() <= 4 && !code;
    !gap.has(Gap::DOT) || short || marker
}

/// Whether a token is written as a part of an address.
fn belongs(page: Page<'_>, at: usize) -> bool {
    let reading = &page.reading;
    const MEANINGS: Cues = Cues::MEANING.without(Cue::Address).without(Cue::Postcode).without(Cue::Name);
    let Some(token) = reading.turn.token(at) else { return false };
    if !token.is_word() {
        let len = token.span.len();
        return number::is_number(reading, at)
            || len <= 7 && !matches!(token.class, crate::redact::token::Class::Placeholder(_));
    }
    let entry = token.entry;
    let part = entry.classes.any(PARTS);
    let labels =
        reading.before(at + 1).has(Gap::COLON) || reading.turn.token(at + 1).is_some_and(|next| !next.is_word());
    let street = reading.before(at) == Gap::HYPHEN || entry.is(Class::WeakStreet);
    let state = token.case == Case::Upper && token.span.len() == 2;
    let other = (entry.classes.any(OTHERS) && !state) || (token.word.cues.any(MEANINGS) && labels && !street);
    let ordinal = matches!(token.span.of(reading.turn.lower()), "o" | "a")
        && reading.turn.token(at.wrapping_sub(1)).is_some_and(Token::is_digits);
    // In a line of capitals a function word ends the address.
    let function = token.shape == Shape::Plain && entry.ordinary > 2;
    part || ordinal || (shaped(page, at) && !other && !function) || extend::ends_part(reading, at)
}

/// Whether a word is written with a capital, or is no function word where all is of lower case.
fn shaped(page: Page<'_>, at: usize) -> bool {
    let reading = &page.reading;
    let plain = |token: &Token| page.lower && token.is_word() && token.entry.ordinary < 3 && token.span.len() > 2;
    reading.turn.token(at).is_some_and(|token| token.case != Case::Lower || plain(token))
}
