//! What telephone numbers look like: international by country code (ITU E.164), national by the trunk prefix and the
//! groupings in use. Knows nothing of context.

use super::run::Group;
use crate::redact::{Likelihood, token::NormalisedTurn};

/// Most digits of an international number with its prefix (E.164 allows 15, `00` or `011` stand before).
const DIGITS_MAX: usize = 18;

/// A telephone number in written groups.
#[derive(Clone, Copy, Debug)]
pub(super) struct Phone {
    /// Index of its last group.
    pub(super) last: usize,
    /// How sure its form is.
    pub(super) likelihood: Likelihood,
    /// Whether a plus stands before it.
    pub(super) plus: bool,
}

/// The telephone number that begins at group `first`.
pub(super) fn phone_at(turn: &NormalisedTurn<'_>, groups: &[Group], first: usize) -> Option<Phone> {
    let plus = groups.get(first).is_some_and(|group| {
        turn.gap_before(group.token).ends_with('+') || turn.gap_before(group.token).ends_with("+(")
    });
    let ends = windows(turn, groups, first);
    ends.iter().rev().find_map(|last| {
        let window = groups.get(first..=*last)?;
        let digits: String = window.iter().map(|group| group.text(turn)).collect();
        let shape: Vec<usize> = window.iter().map(|group| group.digits).collect();
        let likelihood = if plus { international(&digits) } else { by_form(turn, window, &digits, &shape) }?;
        Some(Phone { last: *last, likelihood, plus })
    })
}

/// The groups at which a number that begins at `first` may end.
fn windows(turn: &NormalisedTurn<'_>, groups: &[Group], first: usize) -> Vec<usize> {
    let mut ends = Vec::new();
    let mut digits = 0;
    for (index, group) in groups.iter().enumerate().skip(first) {
        digits += group.digits;
        if digits > DIGITS_MAX {
            break;
        }
        ends.push(index);
        if !matches!(
            turn.gap(group.token),
            " " | "-"
                | "."
                | "/"
                | ")"
                | ") "
                | " ("
                | "("
                | " - "
                | "-("
                | ")-"
                | ".("
                | "  "
                | ", "
                | ". "
                | " / "
                | "(-"
                | " (0)"
                | ") ("
                | ")."
        ) {
            break;
        }
    }
    ends
}

/// Country codes in use (ITU E.164 list of assigned codes), as prefixes.
const COUNTRY_CODES: &[&str] = &[
    "1", "7", "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48",
    "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84",
    "86", "90", "91", "92", "93", "94", "95", "98", "21", "22", "23", "24", "25", "26", "29", "35", "37", "38", "42",
    "50", "59", "67", "68", "69", "80", "85", "87", "88", "96", "97", "99",
];

fn international(digits: &str) -> Option<Likelihood> {
    let known = COUNTRY_CODES.iter().any(|code| digits.starts_with(code));
    ((7..=16).contains(&digits.len()) && known).then_some(Likelihood::VeryLikely)
}

fn by_form(turn: &NormalisedTurn<'_>, window: &[Group], digits: &str, shape: &[usize]) -> Option<Likelihood> {
    if let Some(rest) = digits.strip_prefix("00").or_else(|| digits.strip_prefix("011")) {
        if digits.len() >= 11 && international(rest).is_some() && !rest.starts_with('0') {
            return Some(Likelihood::Likely);
        }
    }
    let dated =
        window.len() > 1 && window.first().is_some_and(|group| super::near::harmless_at(turn, group.token).is_some());
    north_american(turn, window, digits, shape)
        .or_else(|| (!dated).then(|| trunk(digits, shape)).flatten())
        .or_else(|| (!dated).then(|| without_trunk(digits, shape)).flatten())
}

/// `(212) 555-0143`, `212-555-0143`, `1 212 555 0143`, ten digits in a row.
fn north_american(turn: &NormalisedTurn<'_>, window: &[Group], digits: &str, shape: &[usize]) -> Option<Likelihood> {
    let national = if digits.len() == 11 { digits.strip_prefix('1')? } else { digits };
    let valid =
        matches!((national.as_bytes().first(), national.as_bytes().get(3)), (Some(b'2'..=b'9'), Some(b'2'..=b'9')));
    let bracket = window.first().is_some_and(|group| turn.gap_before(group.token).ends_with('('));
    match shape {
        [3, 3, 4] | [1, 3, 3, 4] if valid || bracket => Some(Likelihood::Likely),
        [3, 3, 4] | [1, 3, 3, 4] => Some(Likelihood::Possible),
        [3, 7] | [1, 3, 7] | [6, 4] if valid => Some(Likelihood::Possible),
        [10] | [11] if valid => Some(Likelihood::Possible),
        _ => None,
    }
}

/// National numbers with a trunk zero: `020 7946 0958`, `06 12 34 56 78`, `0171/1234567`, `07700900123`.
fn trunk(digits: &str, shape: &[usize]) -> Option<Likelihood> {
    let second = digits.as_bytes().get(1)?;
    if !digits.starts_with('0') || *second == b'0' || !(9..=12).contains(&digits.len()) {
        return None;
    }
    match shape {
        [_] => ((10..=11).contains(&digits.len())).then_some(Likelihood::Possible),
        [first, ..] if (2..=6).contains(first) => Some(Likelihood::Likely),
        _ => None,
    }
}

/// Grouped national numbers of countries without a trunk prefix, by their first digits and groups.
fn without_trunk(digits: &str, shape: &[usize]) -> Option<Likelihood> {
    let first = digits.as_bytes().first()?;
    let possible = match shape {
        // Spain, Portugal, Poland.
        [3, 3, 3] | [3, 2, 2, 2] | [2, 3, 2, 2] => matches!(first, b'6'..=b'9'),
        // Italian mobiles, Mexico, India, Brazil with area code.
        [3, 7] | [3, 3, 2, 2] | [3, 4, 3] => *first == b'3',
        [2, 4, 4] | [5, 5] => matches!(first, b'5'..=b'9'),
        [2, 5, 4] => true,
        // Belgium, Switzerland, Denmark and Norway in pairs come with a zero or a plus, or by context.
        _ => false,
    };
    possible.then_some(Likelihood::Possible)
}
