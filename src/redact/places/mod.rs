//! Finds street addresses and postal codes by house numbers, words for streets and what stands around them. Knows
//! nothing of placeholders or of other kinds.

mod chain;
mod edges;
mod ending;
mod extend;
mod number;
mod postcode;
mod said;
mod spoken;
mod street;
mod told;
mod typed;
mod unit;
mod written;

use std::cmp::Reverse;

use super::{
    Kind, Likelihood,
    candidate::Candidate,
    find::View,
    flags::Flags,
    gazetteer::{Class, Classes, Entry, Gap, Reading, Shape},
    token::Token,
    words::{Cue, Cues},
};
use street::{Core, Strength};

/// Most tokens of a street's name before its number.
const LOOK_BACK: usize = 8;

/// How far before an address a word such as "live" or "deliver" speaks for it, in tokens.
const CONTEXT: usize = 7;

/// The same for words and a number that are an address only by that.
const NEAR: usize = 3;

/// Whether a word (lower case) may make a street of a number beside it.
pub(super) fn may_name_street(word: &str, entry: Entry) -> bool {
    street::may_name(word, entry)
}

/// Hands in the addresses and postal codes of a turn.
pub(super) fn find(view: &View<'_>, reading: &Reading<'_>, out: &mut Vec<Candidate>) {
    let mut done = 0;
    if let Some((first, last)) = answer(view, reading).or_else(|| spoken::answer(view, reading)) {
        out.push(Candidate::new(reading.turn.span(first, last), Kind::Address, Likelihood::Likely, "asked:address"));
        return;
    }
    for (at, token) in reading.turn.flagged(Flags::DIGITS.and(Flags::NUMBER).and(Flags::PLACEHOLDER)) {
        let number = !token.is_word() || token.word.number.is_some() && reading.mark(at).shape != Shape::Capital;
        if at < done || !number {
            continue;
        }
        let told = told::address(view, reading, done, at);
        let written = address(view, reading, done, at).or_else(|| told::coded(reading, at));
        let written = written.map(|found| told::widened(reading, done, found));
        if let Some((first, last)) =
            joined(written, told).map(|(first, last)| (edges::lead(reading, done, first), edges::tail(reading, last)))
        {
            out.push(Candidate::new(reading.turn.span(first, last), Kind::Address, Likelihood::VeryLikely, "address"));
            done = last + 1;
        } else if let Some((last, reason)) = postal_code(view, reading, at) {
            out.push(Candidate::new(reading.turn.span(at, last), Kind::Postcode, Likelihood::Likely, reason));
            done = last + 1;
        }
    }
    named(view, reading, out);
}

/// Hands in the addresses that have no number.
fn named(view: &View<'_>, reading: &Reading<'_>, out: &mut Vec<Candidate>) {
    if !reading.turn.has_gap(Gap::COMMA) {
        return;
    }
    let addresses = out.iter().filter(|found| found.kind == Kind::Address);
    let mut taken: Vec<_> = addresses.map(|found| (found.span.start, found.span.end)).collect();
    taken.sort_unstable();
    let mut done = 0;
    for at in (0..reading.len()).filter(|at| reading.turn.flags(*at).any(Flags::STREET)) {
        let start = reading.turn.span(at, at).start;
        let before = taken.partition_point(|(first, _)| *first <= start).checked_sub(1);
        let found = before.and_then(|before| taken.get(before)).is_some_and(|(_, end)| start < *end);
        if at < done || found {
            continue;
        }
        if let Some((first, last)) = told::named(view, reading, done, at) {
            out.push(Candidate::new(reading.turn.span(first, last), Kind::Address, Likelihood::VeryLikely, "address"));
            done = last + 1;
        }
    }
}

/// The stretch that two readings of one address cover together.
fn joined(left: Option<(usize, usize)>, right: Option<(usize, usize)>) -> Option<(usize, usize)> {
    match (left, right) {
        (Some(left), Some(right)) => Some((left.0.min(right.0), left.1.max(right.1))),
        (left, right) => left.or(right),
    }
}

/// The address around the number at `at`, from token `from` on.
fn address(view: &View<'_>, reading: &Reading<'_>, from: usize, at: usize) -> Option<(usize, usize)> {
    let start = at.saturating_sub(LOOK_BACK).max(from);
    let end = if may_be_street(reading, start, at) { at + 1 } else { start };
    let cores = (start..end).filter_map(|first| street::core(reading, first)).filter(|core| core.last >= at);
    let core = cores.max_by_key(|core| (core.strength, Reverse(core.first)));
    let core = core.or_else(|| before_unit(reading, from, at)).or_else(|| military(reading, from, at));
    let core = core.filter(|core| core.strength == Strength::Strong).or_else(|| said::core(reading, from, at)).or(core);
    let core = core.or_else(|| named_house(reading, from, at))?;
    if is_platform(reading, core) {
        return None;
    }
    let (first, corner) = before(reading, from, core.first);
    let reach = extend::reach(reading, if corner { behind_and(reading, core.last) } else { core.last });
    let article = matches!(reading.turn.word(core.first), "an" | "am" | "im") && core.strength == Strength::Bare;
    if article && !reach.more {
        return None;
    }
    let near = if core.strength == Strength::Bare { NEAR } else { CONTEXT };
    // `at 14 hill view`: a place is told.
    let number = matches!(reading.turn.word(first.wrapping_sub(1)), "number" | "no");
    let told =
        reading.turn.word(first.wrapping_sub(1 + usize::from(number))) == "at" && core.strength == Strength::Weak;
    let told = told || said::is_placed(reading, first, core);
    let more = reach.coded || reach.more && core.strength != Strength::Bare;
    let sure = told || core.strength == Strength::Strong || more || corner || lives(view, reading, first, near);
    sure.then_some((first, reach.last))
}

/// Whether the number counts platforms, gates or exits: `Am Hauptbahnhof Gleis 14`.
fn is_platform(reading: &Reading<'_>, core: Core) -> bool {
    const COUNTED: [&str; 13] = [
        "gleis",
        "bahnsteig",
        "bahnsteige",
        "platform",
        "terminal",
        "anden",
        "binario",
        "voie",
        "spoor",
        "peron",
        "gate",
        "tor",
        "ausgang",
    ];
    (core.first..core.last).any(|at| COUNTED.contains(&reading.turn.word(at)))
}

/// Whether a word near the number at `at` may make a street of it: a word of streets, or a long one with a capital that is
/// in no list.
fn may_be_street(reading: &Reading<'_>, start: usize, at: usize) -> bool {
    let tokens = reading.turn.tokens().iter().take(at + LOOK_BACK + 1).skip(start);
    let unlisted = |token: &Token| token.entry.ordinary == 0 && token.is_word() && token.span.len() > 3;
    reading.turn.has_near(start..at + LOOK_BACK + 1, Flags::STREET)
        || tokens.into_iter().any(|token| token.shape != Shape::Plain && unlisted(token))
}

/// Longest answer to a question for a street, in tokens.
const ANSWER_MAX: usize = 6;

/// The whole turn, where it answers a question for a street or a house number.
fn answer(view: &View<'_>, reading: &Reading<'_>) -> Option<(usize, usize)> {
    let len = reading.len();
    if !view.asked.has(Cue::Address) || len == 0 || len > ANSWER_MAX {
        return None;
    }
    let leads = |at: &usize| {
        let role = Cues::of(&[Cue::Acknowledge, Cue::Filler, Cue::Copula, Cue::Correction]);
        *at + 1 < len
            && reading.turn.token(*at).is_some_and(|token| token.word.cues.any(role) && token.word.number.is_none())
    };
    let begin = (0..len).take_while(leads).count();
    let number = number::house_number(reading, begin)
        .or_else(|| number::spoken_number(reading, begin))
        .is_some_and(|last| last + 1 == len);
    let numbered = len > 1 && reading.is_word(0) && (1..len).any(|at| number::is_number(reading, at));
    let street = Classes::of(&[Class::Street, Class::WeakStreet]);
    let named = len > 1
        && reading.entry(len - 1).classes.any(street)
        && (0..len - 1).all(|at| reading.is_word(at) && reading.entry(at).ordinary < 3);
    (number || numbered || named).then_some((if number { begin } else { 0 }, len - 1))
}

/// Whether a word before `first` says that somebody lives there or something goes there.
fn lives(view: &View<'_>, reading: &Reading<'_>, first: usize, near: usize) -> bool {
    let apart = |at: usize| {
        let placeholder = reading.turn.flags(at - 1).any(Flags::PLACEHOLDER);
        let gap = reading.before(at);
        let sentence = gap.has(Gap::DOT) && gap.has(Gap::SPACE) && reading.turn.raw(at - 1).len() > 4;
        placeholder || gap.has(Gap::LINE) && !gap.has(Gap::COLON) || gap.has(Gap::STOP.and(Gap::ASK)) || sentence
    };
    let begin = (first.saturating_sub(near) + 1..=first).rev().find(|at| apart(*at));
    let words = (begin.unwrap_or(first.saturating_sub(near))..first).any(|at| reading.entry(at).is(Class::Live));
    words || view.asked.has(Cue::Address)
}

/// Further numbers before the core, and "the corner of": the first token, and whether it is a corner.
fn before(reading: &Reading<'_>, from: usize, first: usize) -> (usize, bool) {
    let mut first = first;
    while first > from
        && reading.before(first) == Gap::SPACE
        && number::house_number(reading, first - 1) == Some(first - 1)
    {
        first -= 1;
    }
    let unit = first.checked_sub(2).filter(|unit| *unit >= from && unit::unit(reading, *unit) == Some(first - 1));
    first = unit.filter(|_| reading.before(first).only(Gap::SPACE.and(Gap::COMMA).and(Gap::LINE))).unwrap_or(first);
    if first > from
        && reading.previous(first).is(Class::Unit)
        && reading.before(first) == Gap::SPACE
        && reading.is_word(first)
    {
        first -= 1;
    }
    let floor = first.checked_sub(3).filter(|floor| *floor >= from && unit::unit(reading, *floor) == Some(first - 2));
    first = floor.filter(|_| reading.before(first).has(Gap::COMMA)).unwrap_or(first);
    if first > from
        && reading.before(first) == Gap::HYPHEN
        && reading.turn.raw(first - 1).len() == 1
        && reading.is_word(first - 1)
    {
        first -= 1;
    }
    if first > from
        && reading.before(first) == Gap::SPACE
        && matches!(reading.turn.word(first - 1), "blk" | "block" | "plot" | "house")
    {
        first -= 1;
    }
    let corner = first >= from + 2 && reading.turn.word(first - 1) == "of" && reading.turn.word(first - 2) == "corner";
    if !corner {
        return (first, false);
    }
    let article = first >= from + 3 && reading.turn.word(first - 3) == "the";
    (first - 2 - usize::from(article), true)
}

/// "… and Philip Bypass": the last word of the second street of a corner.
fn behind_and(reading: &Reading<'_>, last: usize) -> usize {
    if reading.turn.word(last + 1) != "and" {
        return last;
    }
    let capital = |at: &usize| reading.mark(*at).shape == Shape::Capital && reading.before(*at) == Gap::SPACE;
    (last + 2..last + 6).take_while(capital).last().unwrap_or(last)
}

/// "Dobrovského 1394 Apt. 066": a flat says that what stands before it is a street.
fn before_unit(reading: &Reading<'_>, from: usize, at: usize) -> Option<Core> {
    let unit = at.checked_sub(1)?;
    if !matches!(reading.turn.word(unit), "apt" | "apartment" | "suite" | "ste" | "flat" | "apto")
        || unit::unit(reading, unit) != Some(at)
    {
        return None;
    }
    let mut first = unit;
    let (mut numbers, mut words) = (0, 0);
    let inside = Gap::SPACE.and(Gap::HYPHEN).and(Gap::DOT).and(Gap::COMMA);
    let fits = |at: usize| reading.before(at).only(if at == unit { inside.and(Gap::LINE) } else { inside });
    while first > from && unit - first < LOOK_BACK && fits(first) {
        let previous = first - 1;
        let number = number::is_number(reading, previous);
        let word = reading.is_word(previous)
            && (reading.mark(previous).shape != Shape::Plain
                || reading.entry(previous).ordinary < 2
                || reading.entry(previous).is(Class::Particle));
        if !number && !word {
            break;
        }
        numbers += usize::from(number);
        words += usize::from(word);
        first = previous;
    }
    (numbers > 0 && words > 0).then_some(Core { first, last: at, strength: Strength::Strong })
}

/// Most parts of an address before its code, and most words of a part.
const PARTS_MAX: usize = 4;
const PART_WORDS_MAX: usize = 5;

/// "Rowan Cottage, Mill Road, Bakewell DE45 1BX": a street without a number before a code whose form is sure.
fn named_house(reading: &Reading<'_>, from: usize, at: usize) -> Option<Core> {
    let last = postcode::by_form(reading, at)?;
    let (mut first, mut part, mut parts, mut words) = (None, at, 0, 0);
    let mut street = false;
    let streets = Classes::of(&[Class::Street, Class::WeakStreet]);
    while part > from && parts < PARTS_MAX {
        let word = part - 1;
        let number = number::is_number(reading, word);
        if !(number || reading.is_word(word) && is_named(reading, word)) || words == PART_WORDS_MAX {
            first = if street { Some(part) } else { first };
            break;
        }
        street |= reading.entry(word).classes.any(streets) && words < PART_WORDS_MAX;
        (part, words) = (word, words + 1);
        let gap = reading.before(word);
        if gap.has(Gap::COMMA.and(Gap::LINE)) || word == from || !gap.only(Gap::SPACE.and(Gap::HYPHEN)) {
            first = if street { Some(word) } else { first };
            (street, words, parts) = (false, 0, parts + 1);
        }
        if !gap.only(Gap::SPACE.and(Gap::COMMA).and(Gap::LINE).and(Gap::HYPHEN)) {
            break;
        }
    }
    first.map(|first| Core { first, last, strength: Strength::Strong })
}

/// Whether a word is written as in the name of a house, a street or a town.
fn is_named(reading: &Reading<'_>, at: usize) -> bool {
    let entry = reading.entry(at);
    let shaped = reading.mark(at).shape != Shape::Plain || entry.is(Class::Particle) || reading.turn.word(at) == "the";
    shaped && !entry.is(Class::Role) && !entry.is(Class::Greeting) && !entry.is(Class::Live)
}

/// "USCGC Hamilton\nFPO AA 65607".
fn military(reading: &Reading<'_>, from: usize, at: usize) -> Option<Core> {
    let post = at.checked_sub(2).filter(|post| extend::military(reading, *post) == Some(at))?;
    let ship = (post.saturating_sub(4).max(from)..post)
        .find(|first| matches!(reading.turn.word(*first), "uss" | "usns" | "uscgc" | "usnv"));
    Some(Core { first: ship.unwrap_or(post), last: at, strength: Strength::Strong })
}

/// A postal code that stands alone: by its form, or by a word or a town beside it.
fn postal_code(view: &View<'_>, reading: &Reading<'_>, at: usize) -> Option<(usize, &'static str)> {
    if let Some(last) = postcode::by_form(reading, at) {
        return Some((last, "postcode:form"));
    }
    let last = postcode::any(reading, at)?;
    let near = (at.saturating_sub(4)..at)
        .any(|before| reading.turn.token(before).is_some_and(|token| token.word.cues.has(Cue::Postcode)));
    let asked = view.asked.has(Cue::Postcode) && (at < 4 || last + 1 == reading.len());
    let whole =
        !reading.before(at).has(Gap::GLUE) && !reading.turn.gap_before(at).ends_with(['.', '-', '+', '$', '€', '£']);
    if whole && (near || asked) {
        let last = last + usize::from(last == at && dutch_letters(reading, at));
        return Some((last, "context:postcode"));
    }
    (whole && postcode::has_place(reading, at, last)).then_some((last, "postcode:place"))
}

/// "2513 ab", in lower case behind a cue: two letters that end the code.
fn dutch_letters(reading: &Reading<'_>, at: usize) -> bool {
    let (letters, next) = (at + 1, at + 2);
    let word = reading.is_word(letters) && reading.turn.raw(letters).len() == 2;
    let ends = next >= reading.len() || !reading.is_word(next) || !reading.before(next).only(Gap::SPACE);
    let other = matches!(reading.turn.word(letters), "is" | "in" | "to" | "am" | "pm" | "ok" | "so");
    reading.turn.raw(at).len() == 4 && word && ends && !other && reading.before(letters) == Gap::SPACE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conversation::{Part, Role};
    use crate::redact::{dialogue::Asked, token::NormalisedTurn};

    /// The addresses and codes of `text` are the marked parts: «…».
    #[track_caller]
    fn check(marked: &str) {
        let text = marked.replace(['«', '»'], "");
        let turn = NormalisedTurn::new(&text);
        let reading = Reading::new(&turn);
        let mut found = Vec::new();
        let view = View { turn: &turn, role: Role::Customer, part: Part::Body, asked: &Asked::default(), regions: &[] };
        find(&view, &reading, &mut found);
        let mut out = text.clone();
        for candidate in found.iter().rev() {
            let span = turn.received(candidate.span).range();
            out.insert(span.end, '»');
            out.insert(span.start, '«');
        }
        assert_eq!(out, marked);
    }

    #[test]
    fn streets_with_numbers_of_many_countries() {
        check("I live at «123 Main St, Apt 4B, Springfield, IL 62704» and need help");
        check("«221B Baker Street, London NW1 6XE»");
        check("«45 King St W, Toronto, ON M5H 1J8»");
        check("Lieferung an «Hauptstraße 5, 10115 Berlin», danke");
        check("Ich wohne in der «Goethestr. 12, 80336 München»");
        check("«12 rue de la Paix, 75002 Paris». Merci");
        check("vivo en «Calle Mayor 3, 2º B, 28013 Madrid»");
        check("abito in «Via Roma 10, 00184 Roma»");
        check("«Rua Augusta, 1500, apto 42, São Paulo - SP, 01305-100»");
        check("«ul. Marszałkowska 10/5, 00-590 Warszawa»");
        check("«Keizersgracht 123, 1015 CJ Amsterdam»");
        check("«Storgatan 12, 111 23 Stockholm»");
        check("«9092 Avda. Generalísimo 6 Apt. 868»");
    }

    #[test]
    fn boxes_and_lines() {
        check("send it to «PO Box 123, Austin TX 78701»");
        check("Ship to\n«742 Evergreen Terrace\nSpringfield, OR 97477\nUSA»\nThanks");
        check("«PSC 7951, Box 9972\nAPO AA 69974»");
    }

    #[test]
    fn lower_case_and_speech_need_context() {
        check("my address is «14 oak street springfield il 62704» thanks");
        check("I live at «fourteen oak street»");
        check("it is a one way street");
    }

    #[test]
    fn numbers_beside_other_words_stay() {
        check("5 years street experience");
        check("I read the Wall Street Journal, 3 copies");
        check("2 large drive bays");
        check("Main St opens at 5");
        check("24 hour road side assistance");
        check("we tried 3 hard drives and 2 test drives");
        check("it took 45 minutes to get there");
        check("iPhone 12 and Galaxy 21, version 2.4");
    }

    #[test]
    fn postal_codes_by_form_or_cue() {
        check("my postcode is «M1 1AE»");
        check("postal code «K1A 0B1» please");
        check("zip «62704»");
        check("PLZ «10115»");
        check("order 62704 is late");
    }
}
