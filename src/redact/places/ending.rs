//! Names of streets in one word, by their ending: `Hauptstrasse`, `Brixtonlaan`. Knows nothing of words for streets that
//! stand apart.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use super::street::{Core, Strength, is_inside, number_behind};
use crate::redact::gazetteer::{Class, Classes, Gap, Reading, Shape};

/// Endings of street names written as one word.
const ENDINGS: [&str; 44] = [
    "strasse",
    "straat",
    "gatan",
    "gata",
    "gaten",
    "gade",
    "vagen",
    "veien",
    "vegen",
    "svej",
    "vej",
    "gasse",
    "allee",
    "platz",
    "weg",
    "damm",
    "ufer",
    "laan",
    "plein",
    "kade",
    "katu",
    "kuja",
    "polku",
    "tie",
    "stien",
    "lei",
    "dreef",
    "singel",
    "gracht",
    "steig",
    "chaussee",
    "markt",
    "graben",
    "berg",
    "ring",
    "stieg",
    "promenade",
    "str",
    "hof",
    "braut",
    "vegur",
    "gotu",
    "utja",
    "ovej",
];

/// Endings that are those of few other words.
const SURE_ENDINGS: usize = 15;

/// Endings that no other words have but a few listed ones: they need no capital.
const LOWER_ENDINGS: usize = 13;

/// "Hauptstrasse 5", "Brixtonlaan 380", "Hoge Wei 32": a name in one word, or a word for a street at its end, and a
/// number.
pub(super) fn ending(reading: &Reading<'_>, at: usize) -> Option<Core> {
    for word in at..at + 3 {
        let label = reading.entry(word).classes.any(Classes::of(&[Class::Live, Class::Role, Class::Determiner]));
        if !reading.is_word(word) || label || (word > at && !is_inside(reading, word)) {
            return None;
        }
        let Some(strength) = compound(reading, word, word > at) else {
            if reading.mark(word).shape == Shape::Plain {
                return None;
            }
            continue;
        };
        let last = number_behind(reading, word)?;
        return Some(Core { first: at, last, strength });
    }
    None
}

/// Whether a word ends like the name of a street.
fn compound(reading: &Reading<'_>, at: usize, named: bool) -> Option<Strength> {
    let (word, entry, shape) = (reading.turn.word(at), reading.entry(at), reading.mark(at).shape);
    let shaped = shape != Shape::Plain
        || (named && reading.mark(at - 1).shape != Shape::Plain && reading.turn.raw(at - 1).len() > 2);
    if named && entry.is(Class::Street) && shaped {
        return Some(Strength::Strong);
    }
    let hungarian = named && word == "u" && reading.before(at + 1).has(Gap::DOT);
    if hungarian && shaped {
        return Some(Strength::Strong);
    }
    if !ends_like_street(word) {
        return None;
    }
    let index = ENDINGS.iter().position(|ending| word.len() > ending.len() + 2 && word.ends_with(ending))?;
    // `Kolonnenstr. 29`
    let short = word.ends_with("str") && reading.before(at + 1).has(Gap::DOT);
    let sure = (index < SURE_ENDINGS || short) && entry.ordinary < 2;
    match (sure, shape) {
        (true, Shape::Plain) if index < 2 || index < LOWER_ENDINGS && entry.ordinary == 0 && !entry.is_name() => {
            Some(Strength::Strong)
        }
        (_, Shape::Plain) if entry.ordinary == 0 => Some(Strength::Weak),
        (_, Shape::Plain) => None,
        (true, _) => Some(Strength::Strong),
        (false, _) if entry.ordinary < 2 => Some(Strength::Weak),
        (false, _) => None,
    }
}

/// Whether a word has one of the endings; most words are told by their last three letters that they have none.
pub(super) fn ends_like_street(word: &str) -> bool {
    static LAST: LazyLock<FxHashSet<[u8; 3]>> =
        LazyLock::new(|| ENDINGS.iter().filter_map(|ending| ending.as_bytes().last_chunk().copied()).collect());
    word.as_bytes().last_chunk().is_some_and(|last| LAST.contains(last))
        && ENDINGS.iter().any(|ending| word.ends_with(ending))
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
        let found = ending(&reading, 0).map(|core| (turn.span(core.first, core.last).of(turn.text()), core.strength));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn endings_of_streets() {
        check("Hauptstraße 5", Some(("Hauptstrasse 5", Strength::Strong)));
        check("lindenallee 44a", Some(("lindenallee 44a", Strength::Strong)));
        check("Lampe 5", None);
    }
}
