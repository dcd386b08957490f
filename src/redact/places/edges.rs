//! What belongs to a found address before its first part and behind its last one: who it is in care of, a short word for the
//! street, the line of a flat, a region in brackets. Knows nothing of what the address holds.

use super::{number, unit, written};
use crate::redact::gazetteer::{Class, Gap, Reading};

/// Words for streets that are written short before a dot, and the first letters of some: `al.`, `P.zza`, `c.so`.
const SHORT: [&str; 22] = [
    "al", "os", "pl", "ul", "r", "jr", "cl", "av", "st", "ch", "bd", "p", "v", "c", "res", "lt", "sk", "mah", "urb",
    "pje", "psje", "cra",
];

/// Where an address begins whose first parts are not written as others: `c/o Wiesner, …`, `al. Jerozolimskie 44`; without
/// the word for the home it may follow.
pub(super) fn lead(reading: &Reading<'_>, from: usize, first: usize) -> usize {
    if reading.turn.word(first) == "wohnung" && reading.is_word(first + 1) && first + 1 < reading.len() {
        return first + 1;
    }
    let line = first.checked_sub(2).filter(|_| reading.before(first).has(Gap::LINE));
    let begins = |at: &usize| reading.before(*at).has(Gap::LINE) && unit::unit(reading, *at).is_some();
    if let Some(line) = line.and_then(|end| (end.saturating_sub(5).max(from)..=end).rev().find(begins)) {
        return line;
    }
    // `Bahçelievler Mah. 7. Cad.`
    let counted = first > from + 1
        && matches!(reading.turn.word(first), "sok" | "sk" | "cad" | "cd" | "sokak" | "cadde")
        && reading.before(first).has(Gap::DOT)
        && number::is_number(reading, first - 1);
    let first = first - usize::from(counted);
    let quarter = first.checked_sub(1).filter(|mah| matches!(reading.turn.word(*mah), "mah" | "mahallesi" | "mh"));
    if let Some(quarter) = quarter.filter(|mah| *mah > from && reading.before(first).only(Gap::DOT.and(Gap::SPACE))) {
        let named = |at: &usize| written::is_shaped(reading, *at) && reading.before(*at + 1) == Gap::SPACE;
        return (quarter.saturating_sub(2).max(from)..quarter).rev().take_while(named).last().unwrap_or(quarter);
    }
    let sign = first.checked_sub(1).filter(|sign| *sign >= from && reading.entry(*sign).is(Class::NumberSign));
    if let Some(sign) =
        sign.filter(|sign| reading.before(first).only(Gap::DOT.and(Gap::SPACE)) && reading.turn.raw(*sign).len() < 4)
    {
        return sign;
    }
    let hundred = first > from && reading.turn.word(first - 1) == "a" && reading.turn.word(first) == "hundred";
    if hundred {
        return first - 1;
    }
    let said = first >= 2 && reading.turn.word(first - 1) == "dit" && reading.turn.word(first - 2) == "lieu";
    if said {
        return first - 2;
    }
    let short = first.checked_sub(1).filter(|short| *short >= from && SHORT.contains(&reading.turn.word(*short)));
    if let Some(short) =
        short.filter(|_| reading.before(first).has(Gap::DOT) && reading.before(first).only(Gap::DOT.and(Gap::SPACE)))
    {
        return short;
    }
    let care = |at: &usize| {
        let mark = reading.turn.word(*at) == "c" && reading.turn.gap(*at) == "/" && reading.turn.word(*at + 1) == "o";
        mark && (*at + 2..first).all(|name| written::is_shaped(reading, name))
    };
    (first.saturating_sub(CARE_MAX).max(from)..first.saturating_sub(1)).find(care).unwrap_or(first)
}

/// Where an address ends whose town is followed by its region: `Curitiba/PR`, `Seregno (MB)`.
pub(super) fn tail(reading: &Reading<'_>, last: usize) -> usize {
    let next = last + 1;
    let gap = reading.turn.gap(last);
    let upper =
        reading.turn.raw(next).len() == 2 && reading.turn.raw(next).bytes().all(|byte| byte.is_ascii_uppercase());
    let town = reading.is_word(last) && written::is_shaped(reading, last);
    let joined = gap == "/" && (upper || written::is_shaped(reading, next) && reading.entry(next).is(Class::City));
    let inside = gap == " (" && upper && reading.turn.gap(next).starts_with(')');
    last + usize::from(town && reading.is_word(next) && (joined || inside))
}

/// Longest name of who the address is in care of, with the mark, in tokens.
const CARE_MAX: usize = 6;
