//! Streets whose type stands in front in forms of their own: cut within the word, numbered, said in a sentence. Knows nothing
//! of types behind the name.

use super::{
    number::is_number,
    street::{Core, NAME_MAX, Strength, number_behind},
};
use crate::redact::gazetteer::{Class, Classes, Gap, Reading, Shape};

/// "c.so Francia 77", "P.zza Duomo 4": Italian types that are cut within the word.
pub(super) fn cut_type(reading: &Reading<'_>, at: usize) -> Option<Core> {
    let cut = matches!(
        (reading.turn.word(at), reading.turn.word(at + 1)),
        ("c", "so") | ("p", "zza" | "za" | "le" | "zale") | ("v", "le" | "lo") | ("l", "go") | ("str", "da")
    );
    // `Jr. Ayacucho 320`
    let jiron = reading.turn.word(at) == "jr"
        && reading.before(at + 1).has(Gap::DOT)
        && (at == 0 || reading.before(at) != Gap::SPACE || reading.mark(at - 1).shape == Shape::Plain);
    if !jiron && (!cut || reading.turn.gap(at) != ".") {
        return None;
    }
    let named = |name: &usize| {
        let close = reading.before(*name).only(Gap::SPACE.and(Gap::QUOTE).and(Gap::DOT));
        let written = reading.mark(*name).shape != Shape::Plain || reading.entry(*name).is(Class::Particle);
        reading.is_word(*name) && close && written
    };
    let begin = at + 1 + usize::from(!jiron);
    let name = (begin..begin + NAME_MAX).take_while(named).last()?;
    let last = number_behind(reading, name)?;
    Some(Core { first: at, last, strength: Strength::Strong })
}

/// Whether what stands before or behind the name of a street leaves no doubt that it is one: `en la calle del pez`,
/// `rua das flores número dois`.
pub(super) fn is_led(reading: &Reading<'_>, at: usize, name: usize) -> bool {
    let before = at.checked_sub(1).map_or("", |before| reading.turn.word(before));
    let led =
        matches!(before, "la" | "en" | "na" | "a" | "al" | "nella" | "da" | "de" | "della" | "du" | "au" | "pela");
    let signed = reading.entry(name + 1).is(Class::NumberSign) && reading.turn.raw(name + 1).len() > 4;
    let kind = reading.turn.word(at);
    let street = kind.len() > 4 && kind != "place" || matches!(kind, "rua" | "rue");
    street && reading.entry(at).is(Class::StreetFirst) && (led || signed || at == 0)
}

/// "Cra. 7 # 45-12", "Calle 5 de Mayo #218": a street whose name is or begins with a number.
pub(super) fn numbered_street(reading: &Reading<'_>, at: usize) -> Option<Core> {
    let number = at + 1;
    let gap = reading.before(number);
    if !reading.entry(at).is(Class::StreetFirst) || !gap.only(Gap::SPACE.and(Gap::DOT)) || !is_number(reading, number) {
        return None;
    }
    let small = |at: usize| reading.entry(at).classes.any(Classes::of(&[Class::Particle, Class::Compass]));
    let inside = |at: &usize| reading.is_word(*at) && reading.before(*at).only(Gap::SPACE) && *at < number + 4;
    let named = |at: &usize| {
        !reading.entry(*at).is(Class::NumberSign) && (small(*at) || reading.mark(*at).shape != Shape::Plain)
    };
    let name = (number + 1..number + 4).take_while(|at| inside(at) && named(at)).last().unwrap_or(number);
    let last = number_behind(reading, name).filter(|_| {
        reading.before(name + 1).has(Gap::HASH) || reading.entry(name + 1).is(Class::NumberSign) || name > number + 1
    })?;
    Some(Core { first: at, last, strength: Strength::Strong })
}
