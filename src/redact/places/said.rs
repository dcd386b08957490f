//! Streets and flats as they are said or typed without capitals, where only the name and the word before them tell that
//! they are a place: `a bill for fourteen larch close`, `goes to eight the maltings`, `ich wohne in der au neun`.

use super::{
    extend,
    number::{house_number, is_number, spoken_number},
    street::{Core, Strength},
};
use crate::redact::{
    gazetteer::{Class, Classes, Gap, Reading, Shape},
    words::{Cue, Cues},
};

/// Words right before a place.
const BEFORE: [&str; 22] = [
    "at", "for", "from", "to", "outside", "near", "opposite", "is", "s", "its", "number", "of", "into", "addr", "addy",
    "calle", "en", "na", "a", "in", "av", "address",
];

/// Words that may follow a place which nothing else marks.
const BEHIND: [&str; 45] = [
    "in", "and", "not", "please", "near", "off", "by", "no", "sorry", "but", "or", "since", "thanks", "if", "so",
    "flat", "postcode", "und", "seit", "i", "we", "yeah", "yes", "with", "the", "to", "they", "my", "on", "bitte",
    "mit", "which", "it", "its", "he", "she", "there", "that", "because", "about", "over", "until", "where", "who",
    "this",
];

/// Names of closes and courts that stand behind "the".
const NAMES: [&str; 30] = [
    "maltings",
    "paddocks",
    "paddock",
    "spinney",
    "glebe",
    "oaks",
    "elms",
    "limes",
    "hollies",
    "cedars",
    "firs",
    "willows",
    "laurels",
    "poplars",
    "hawthorns",
    "beeches",
    "birches",
    "pines",
    "stables",
    "granary",
    "rectory",
    "vicarage",
    "mews",
    "crescent",
    "avenue",
    "lane",
    "green",
    "close",
    "grove",
    "terrace",
];

/// Whether a street whose words could mean something else is one by its name and what stands before it.
pub(super) fn is_placed(reading: &Reading<'_>, first: usize, core: Core) -> bool {
    core.strength == Strength::Weak && is_introduced(reading, first) && is_rare(reading, core)
}

/// Whether a word that leads to a place stands before token `first`, or nothing.
fn is_introduced(reading: &Reading<'_>, first: usize) -> bool {
    let Some(mut before) = first.checked_sub(1) else { return true };
    if reading.turn.word(before) == "a" && matches!(reading.turn.word(first), "hundred" | "thousand") {
        let Some(earlier) = before.checked_sub(1) else { return true };
        before = earlier;
    }
    let parted = reading.before(first).has(Gap::LINE.and(Gap::COMMA).and(Gap::COLON));
    parted || BEFORE.contains(&reading.turn.word(before)) || reading.entry(before).is(Class::Live)
}

/// Whether the name of a street has words that are little else.
fn is_rare(reading: &Reading<'_>, core: Core) -> bool {
    let name =
        |at: &usize| reading.is_word(*at) && reading.turn.token(*at).is_some_and(|token| token.word.number.is_none());
    let begin = numbered(reading, core.first).map_or(core.first, |number| number + 1);
    let words = || (begin..core.last).filter(name);
    let sure = reading.entry(core.last).is(Class::Street) || words().any(|at| is_type(reading, at));
    let rare = |at: usize| reading.entry(at).ordinary < 2 && (reading.turn.raw(at).len() > 2);
    if sure { words().any(rare) } else { words().count() > 0 && words().all(rare) }
}

/// Whether a word is the type of a street in front of its name and nothing else: `impasse`, `calle`.
fn is_type(reading: &Reading<'_>, at: usize) -> bool {
    let word = reading.turn.word(at);
    reading.entry(at).is(Class::StreetFirst) && (word.len() > 4 && word != "place" || matches!(word, "rue" | "rua"))
}

/// What is said to be a place by the words around it: tokens, both ends included.
pub(super) fn core(reading: &Reading<'_>, from: usize, at: usize) -> Option<Core> {
    behind_the(reading, at)
        .or_else(|| unknown(reading, at))
        .or_else(|| german(reading, from, at))
        .or_else(|| flat(reading, from, at))
}

fn strong(first: usize, last: usize) -> Option<Core> {
    Some(Core { first, last, strength: Strength::Strong })
}

/// The last token of the number at `at`, in words or in digits.
fn numbered(reading: &Reading<'_>, at: usize) -> Option<usize> {
    spoken_number(reading, at).or_else(|| house_number(reading, at))
}

/// Whether the place that ends with `last` is not the beginning of a phrase.
fn ends(reading: &Reading<'_>, last: usize) -> bool {
    let next = last + 1;
    let parted = next >= reading.len() || reading.before(next) != Gap::SPACE;
    let asks = reading.turn.word(next) == "is" && matches!(reading.turn.word(next + 1), "that" | "it" | "right");
    let town = reading.entry(next).is(Class::City) && reading.entry(next).ordinary < 2;
    parted || asks || town || BEHIND.contains(&reading.turn.word(next))
}

/// `eight the maltings`
fn behind_the(reading: &Reading<'_>, at: usize) -> Option<Core> {
    let the = numbered(reading, at)? + 1;
    let name = the + 1;
    let close = reading.before(the) == Gap::SPACE && reading.before(name) == Gap::SPACE;
    let named = reading.turn.word(the) == "the" && NAMES.contains(&reading.turn.word(name));
    let before = at.checked_sub(1).map_or("at", |before| reading.turn.word(before));
    let leads = matches!(before, "from" | "to" | "for" | "number");
    if !close || !named || !leads && !ends(reading, name) {
        return None;
    }
    let first = at - usize::from(before == "number" && at > 0);
    matches!(before, "at" | "for" | "from" | "to" | "is" | "s" | "its" | "number" | "of")
        .then(|| strong(first, name))?
}

/// `i'm at forty five ashgrove`
fn unknown(reading: &Reading<'_>, at: usize) -> Option<Core> {
    let begin = at - usize::from(at > 0 && reading.turn.word(at - 1) == "number");
    let dwells = begin >= 2
        && reading.turn.word(begin - 1) == "at"
        && (matches!(reading.turn.word(begin - 2), "m" | "am" | "re" | "are" | "based")
            || reading.entry(begin - 2).is(Class::Dwell));
    if !dwells {
        return None;
    }
    let name = numbered(reading, at)? + 1;
    let free = |index: usize| {
        let token = reading.turn.token(index);
        let meant = token.is_some_and(|token| !token.word.cues.is_empty() || token.word.number.is_some());
        reading.is_word(index)
            && reading.before(index) == Gap::SPACE
            && reading.turn.raw(index).len() > 3
            && reading.entry(index).ordinary < 2
            && !reading.entry(index).is(Class::Calendar)
            && !meant
    };
    let last = (name..name + 2).take_while(|index| free(*index)).last()?;
    ends(reading, last).then(|| strong(begin, last))?
}

/// `ich wohne in der au neun`, `In der Au 9, 89073 Ulm`
fn german(reading: &Reading<'_>, from: usize, at: usize) -> Option<Core> {
    let last = numbered(reading, at)?;
    let name = at.checked_sub(1).filter(|name| reading.is_word(*name) && reading.before(at) == Gap::SPACE)?;
    let article = name.checked_sub(1).filter(|article| matches!(reading.turn.word(*article), "der" | "dem" | "den"))?;
    let first = article.checked_sub(1).filter(|first| *first >= from)?;
    let leads = matches!(reading.turn.word(first), "in" | "an" | "auf" | "unter" | "hinter" | "vor" | "bei");
    let close = reading.before(name) == Gap::SPACE && reading.before(article) == Gap::SPACE;
    let lives = (first.saturating_sub(3)..first).any(|near| reading.entry(near).is(Class::Dwell));
    let shaped = reading.mark(name).shape != Shape::Plain && reading.turn.raw(first).starts_with(char::is_uppercase);
    let said = lives && reading.mark(name).shape == Shape::Plain && spoken_number(reading, at).is_some();
    let named = reading.entry(name).ordinary < 3 || reading.turn.raw(name).len() < 3;
    let year = !reading.is_word(at) && reading.turn.raw(at).len() == 4;
    if !leads || !close || year || !ends(reading, last) || !named && !said {
        return None;
    }
    if said {
        return strong(first, last);
    }
    (shaped && (lives || extend::reach(reading, last).more)).then(|| strong(first, last))?
}

/// `he lives in unit four`, `buzz flat 33`
fn flat(reading: &Reading<'_>, from: usize, at: usize) -> Option<Core> {
    let unit = at.checked_sub(1).filter(|unit| *unit >= from)?;
    let door = matches!(reading.turn.word(unit), "flat" | "apartment" | "apt" | "unit" | "appartement" | "apartamento");
    if !door || !reading.before(at).only(Gap::SPACE.and(Gap::HASH)) {
        return None;
    }
    let last = extend::unit(reading, unit).or_else(|| is_number(reading, at).then_some(at))?;
    let before = unit.checked_sub(1)?;
    let rung = matches!(reading.turn.word(before), "buzz" | "ring" | "intercom");
    let led = matches!(reading.turn.word(before), "in" | "at" | "to")
        && before.checked_sub(1).is_some_and(|lives| {
            reading.entry(lives).is(Class::Dwell) || matches!(reading.turn.word(lives), "m" | "re" | "s" | "live")
        });
    let said = reading.turn.cues().any(Cues::of(&[Cue::Product, Cue::Version]));
    let classes = reading.entry(last + 1).classes.any(Classes::of(&[Class::Brand, Class::Org]));
    ((rung || led) && !said && !classes).then(|| strong(unit, last))?
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check_turns;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        check_turns(&[&format!("C:{text}")].map(String::as_str), &[expected]);
    }

    #[test]
    fn said_streets_are_places_by_the_words_around_them() {
        check("there is a letter for thirty birch close", "there is a letter for [ADDRESS_1]");
        check("the card goes to nine the maltings is that right", "the card goes to [ADDRESS_1] is that right");
        check("i'm at sixty two thornfield", "i'm at [ADDRESS_1]");
        check("ich wohne in der heide elf und warte", "ich wohne [ADDRESS_1] und warte");
        check("she lives in flat nine", "she lives in [ADDRESS_1]");
    }

    #[test]
    fn times_counts_and_parts_stay() {
        for text in [
            "at nine the bridge was closed",
            "it took ten minute walk to the shop",
            "we met at eight the lane was dark",
            "i'm at forty five percent",
            "ich wohne in der dritten etage",
            "the outdoor unit 4 is loud",
        ] {
            check(text, text);
        }
    }
}
