//! An address that the words before it announce: `Address: …`, `I live at …`, `vivo en …`, or the question for it. Then
//! everything that is written as in an address belongs to it, whatever the country's order of street, flat and town.

use super::{
    chain::chain,
    extend, number, postcode, unit,
    written::{PARTS, belongs, is_digits, is_shaped, joins},
};
use crate::redact::{
    find::View,
    gazetteer::{Class, Classes, Gap, Reading, Shape},
    token::Case,
    words::Cue,
};

/// Most tokens of an announced address, and most small words between the announcement and it.
const TOKENS_MAX: usize = 28;
const SMALL_MAX: usize = 4;

/// Words right before an address that nothing announces.
const LEADS: [&str; 26] = [
    "an", "in", "at", "to", "bei", "from", "auf", "vor", "nach", "and", "und", "na", "em", "en", "op", "till", "do",
    "w", "su", "sur", "au", "chez", "do", "nel", "is", "of",
];

/// The announced address around the number at token `at`, not before token `from`.
pub(super) fn address(view: &View<'_>, reading: &Reading<'_>, from: usize, at: usize) -> Option<(usize, usize)> {
    if reading.is_word(at) {
        return None;
    }
    let mut first = at;
    while first > from && at - first < TOKENS_MAX && belongs(reading, first - 1) && joins(reading, first) {
        first -= 1;
    }
    let announced = announced(view, reading, first, at);
    // Without an announcement parts between commas must tell.
    if announced.is_none() && !has_comma(reading, first, at) {
        return None;
    }
    let dit = first >= 2 && reading.turn.word(first - 1) == "dit" && reading.turn.word(first - 2) == "lieu";
    let announced = announced.or_else(|| dit.then_some(first));
    let leads = |index: &usize| {
        let word = LEADS.contains(&reading.turn.word(*index));
        let begins =
            *index <= first + 1 || reading.turn.token(*index - 1).is_some_and(|token| token.case == Case::Lower);
        word && begins && reading.mark(*index).shape == Shape::Plain
    };
    let behind = (first..at).rev().find(leads).map_or(first, |lead| lead + 1);
    let begin = announced.unwrap_or_else(|| begin(reading, behind, at));
    let first = (begin..at).find(|begin| !is_lead(reading, *begin)).unwrap_or(at);
    let chain = chain(reading, first);
    if announced.is_none() && !chain.is_sure() || !chain.is_likely() {
        return None;
    }
    let last = chain.last;
    let reach = extend::reach(reading, last);
    let last = if reach.more { reach.last } else { last };
    let capital =
        (first..=last).any(|at| reading.is_word(at) && is_shaped(reading, at) && reading.turn.raw(at).len() > 1);
    (last >= at && capital).then_some((first, last))
}

/// Whether a comma stands in the stretch around the number at token `at`, with nothing before it that no address has.
fn has_comma(reading: &Reading<'_>, first: usize, at: usize) -> bool {
    const ENDS: Gap = Gap::LINE.and(Gap::ASK).and(Gap::STOP).and(Gap::AND);
    // `39.90`: nothing is joined to the first half.
    let figure =
        first == at && reading.before(at + 1) == Gap::DOT && is_digits(reading, at) && is_digits(reading, at + 1);
    let gaps = (first + 1..at + AHEAD).map(|next| reading.before(next));
    reading.turn.has_gap(Gap::COMMA) && !figure && gaps.take_while(|gap| !gap.has(ENDS)).any(|gap| gap.has(Gap::COMMA))
}

/// How far behind a number the next part of an address begins, in tokens.
const AHEAD: usize = 10;

/// The address without a number around the name of a house, a county or a landmark at token `at`: `The Mill House,
/// Castletown, Co. Kildare`.
pub(super) fn named(view: &View<'_>, reading: &Reading<'_>, from: usize, at: usize) -> Option<(usize, usize)> {
    let near = matches!(reading.turn.word(at), "nr" | "co");
    if !(near || is_shaped(reading, at) && reading.entry(at).classes.any(HOUSES)) {
        return None;
    }
    let mut first = at;
    while first > from && at - first < TOKENS_MAX && belongs(reading, first - 1) && joins(reading, first) {
        first -= 1;
    }
    let announced = announced(view, reading, first, at);
    let begin = announced.unwrap_or(first);
    let first = (begin..at).find(|begin| !is_lead(reading, *begin)).unwrap_or(at);
    let chain = chain(reading, first);
    let comma = (first + 1..=chain.last).find(|next| reading.before(*next).has(Gap::COMMA))?;
    let house = (first..comma).any(|word| reading.entry(word).classes.any(HOUSES) && is_shaped(reading, word));
    let titled = reading.turn.word(first) == "the" && is_shaped(reading, first);
    let marked = (first..=chain.last).any(|word| matches!(reading.turn.word(word), "co" | "county" | "nr"));
    let told = announced.is_some() && !matches!(reading.turn.word(first.wrapping_sub(1)), "in" | "en" | "em" | "a");
    let near = matches!(reading.turn.word(at), "nr") && is_shaped(reading, at) && is_shaped(reading, at + 1);
    let known = near || chain.has_place() && (told || marked && (house || titled));
    (chain.parts > 1 && chain.last > at && known && is_shaped(reading, first)).then_some((first, chain.last))
}

/// Words for streets and houses.
const HOUSES: Classes = Classes::of(&[Class::Street, Class::WeakStreet, Class::StreetFirst]);

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
    let small = small || matches!(reading.turn.word(word), "lieu" | "dit");
    reading.is_word(word) && small && gap.only(Gap::SPACE.and(Gap::COLON).and(Gap::COMMA).and(Gap::HYPHEN))
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
    // `to address the issue`
    let verb = reading.turn.word(word) == "address"
        && word.checked_sub(1).is_some_and(|before| {
            matches!(reading.turn.word(before), "to" | "we" | "will" | "should" | "would" | "must" | "and")
        });
    // `the address label`
    let thing = matches!(
        reading.turn.word(word + 1),
        "label" | "labels" | "book" | "field" | "bar" | "line" | "check" | "history"
    );
    if (verb || thing) && !marked {
        return false;
    }
    named && (marked || led || token.word.cues.has(Cue::Address)) || label && marked
}

/// Whether a small word before the address leads to it: `in der`, `na`, `è`.
fn is_lead(reading: &Reading<'_>, at: usize) -> bool {
    const OWN: Classes = Classes::of(&[Class::Unit, Class::Street, Class::StreetFirst, Class::Compass, Class::Box]);
    let entry = reading.entry(at);
    let small = reading.mark(at).shape == Shape::Plain && (entry.ordinary > 2 || entry.is(Class::Particle));
    let is = reading.turn.token(at).is_some_and(|token| token.word.cues.has(Cue::Copula));
    let own = entry.classes.any(OWN) && !is && (is_shaped(reading, at) || reading.turn.raw(at).len() > 2);
    reading.is_word(at) && small && !own
}

/// Leaves out leading parts that are a person's name: `ship to Ana Sy, RR 2`.
fn begin(reading: &Reading<'_>, first: usize, at: usize) -> usize {
    let mut begin = first;
    let names = |at: usize| {
        let entry = reading.entry(at);
        entry.given > 1 && entry.ordinary < 3 || entry.is(Class::Particle) && !is_shaped(reading, at)
    };
    while begin < at && names(begin) {
        let Some(comma) = (begin + 1..=at).find(|next| reading.before(*next).has(Gap::COMMA)) else { break };
        let plain = (begin..comma).all(|word| reading.is_word(word) && !reading.entry(word).classes.any(PARTS));
        if !plain {
            break;
        }
        begin = comma;
    }
    begin
}

/// The address `first..=last` with the flats before it and what only an address has behind it.
pub(super) fn widened(reading: &Reading<'_>, from: usize, (first, last): (usize, usize)) -> (usize, usize) {
    let sure = chain(reading, first).sure.filter(|sure| *sure > last);
    let (mut begin, mut at) = (first, first);
    while at > from && first - at < TOKENS_MAX / 2 && belongs(reading, at - 1) && joins(reading, at) {
        at -= 1;
        let starts =
            at == from || !joins(reading, at) || reading.before(at).has(Gap::COMMA) || !belongs(reading, at - 1);
        let flat = reading.entry(at).is(Class::Unit)
            && unit::unit(reading, at).is_some_and(|unit| unit < first || at + 1 == first);
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
    let name = number::house_number(reading, at)? + 1;
    let named = reading.before(name) == Gap::SPACE
        && reading.mark(name).shape != Shape::Plain
        && reading.is_word(name)
        && reading.turn.raw(name).len() > 2
        && belongs(reading, name);
    let sure = named.then(|| chain(reading, at).sure).flatten()?;
    let formed = (name + 1..=sure).any(|at| postcode::by_form(reading, at).is_some_and(|last| last <= sure));
    formed.then_some((at, sure))
}
