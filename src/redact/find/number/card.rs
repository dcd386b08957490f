//! Payment card numbers: 13 to 19 digits with a Luhn check and a prefix that a network uses.

use super::run::Group;
use crate::{
    redact::{Kind, Likelihood, candidate::Candidate, check::luhn, token::NormalisedTurn},
    text::Span,
};

/// Fewest digits of a card number.
pub(super) const DIGITS_MIN: usize = 13;

/// The card number that begins at group `first`: the index of its last group. Without context only the groupings in
/// print on cards count.
pub(super) fn card_at(turn: &NormalisedTurn<'_>, groups: &[Group], first: usize, in_context: bool) -> Option<usize> {
    let total: usize = groups.iter().skip(first).map(|group| group.digits).sum();
    if total < DIGITS_MIN {
        return None;
    }
    let mut digits = String::new();
    let mut shape = Vec::new();
    let mut found = None;
    for (index, group) in groups.iter().enumerate().skip(first) {
        digits.push_str(&group.text(turn));
        shape.push(group.digits);
        if digits.len() > 19 {
            break;
        }
        let grouped = in_context || printed(&shape);
        if digits.len() >= DIGITS_MIN && grouped && luhn(&digits) && network(&digits) && !single_value(&digits) {
            found = Some(index);
        }
        let gap = turn.gap(group.token);
        if gap.contains('+') || (gap.contains([':', '|']) && !in_context) {
            break;
        }
    }
    found
}

/// A card number glued to letters: `CARD4111111111111111END`.
pub(super) fn inside(turn: &NormalisedTurn<'_>, index: usize, out: &mut Vec<Candidate>) {
    let word = turn.word(index);
    if word.len() < 14 || word.len() > 64 {
        return;
    }
    let start = word.find(|character: char| character.is_ascii_digit()).unwrap_or(0);
    let rest = word.get(start..).unwrap_or_default();
    let digits = rest.split(|character: char| !character.is_ascii_digit()).next().unwrap_or_default();
    let offset = turn.span(index, index).range().start + start;
    let lettered = start == 0 || start >= 3;
    if lettered && (13..=19).contains(&digits.len()) && luhn(digits) && network(digits) {
        let span = Span::new(offset, offset + digits.len());
        out.push(Candidate::new(span, Kind::CreditCard, Likelihood::VeryLikely, "luhn"));
    }
}

/// The groupings in print: none, fours, 4-6-5, 4-6-4, and digit by digit.
fn printed(shape: &[usize]) -> bool {
    let fours = shape.split_last().is_some_and(|(last, rest)| rest.iter().all(|size| *size == 4) && *last <= 4);
    let singles = shape.iter().all(|size| *size == 1);
    shape.len() == 1
        || fours
        || singles
        || matches!(
            shape,
            [4, 6, 5 | 4] | [8, 8] | [6, 13] | [2, 2, 2, 2, 2, 2, 2, 2] | [4, 4, 8] | [4, 8, 4] | [8, 4, 4]
        )
}

/// Whether the number begins like a payment card and has a length that its network uses (ISO/IEC 7812 ranges as the
/// networks publish them).
pub(crate) fn network(digits: &str) -> bool {
    let prefix = |length: usize| digits.get(..length).and_then(|start| start.parse::<u32>().ok()).unwrap_or(0);
    let length = digits.len();
    match (prefix(1), prefix(2), prefix(3), prefix(4)) {
        (4, ..) => matches!(length, 13 | 16 | 18 | 19),
        (_, 34 | 37, ..) => length == 15,
        (_, 51..=55, ..) | (_, _, _, 2221..=2720) => length == 16,
        (_, 36 | 38 | 39, ..) | (_, _, 300..=305 | 309, _) => (14..=19).contains(&length),
        (_, 35, ..) => (16..=19).contains(&length),
        (_, 50 | 56..=59 | 60..=69, ..) => (12..=19).contains(&length),
        (_, _, _, 1800 | 2131) => length == 15,
        (_, _, _, 2014 | 2149 | 2200..=2204 | 2205) => (15..=19).contains(&length),
        (_, 81 | 82, ..) => (16..=19).contains(&length),
        (_, _, _, 9792) => length == 16,
        _ => false,
    }
}

fn single_value(digits: &str) -> bool {
    digits.bytes().all(|byte| Some(&byte) == digits.as_bytes().first())
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check;

    #[test]
    fn cards_go() {
        check("4111 1111 1111 1111", "[CREDIT_CARD]");
        check("4111111111111111, exp 12/27, cvv 123", "[CREDIT_CARD], exp [CARD_EXPIRY], cvv [CVV]");
        check("card 4111 1111 1111 1112", "card [CREDIT_CARD]");
        check("CARD4111111111111111END", "CARD[CREDIT_CARD]END");
    }

    #[test]
    fn serial_numbers_stay() {
        check("serial number 4111111111111111", "serial number 4111111111111111");
    }
}
