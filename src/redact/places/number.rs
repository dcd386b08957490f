//! House numbers: "12", "12b", "12-14", "12/3", and said in words "forty two". Knows nothing of streets.

use crate::redact::{
    gazetteer::{Gap, Reading, Shape},
    token::Class as TokenClass,
};

/// Whether token `at` is written with digits as a house number is: up to five, at most two letters.
pub(super) fn is_number(reading: &Reading<'_>, at: usize) -> bool {
    let Some(token) = reading.turn.token(at) else { return false };
    match token.class {
        TokenClass::Digits => token.span.len() <= 5,
        TokenClass::Mixed => {
            let raw = reading.turn.raw(at);
            let digits = raw.bytes().take_while(u8::is_ascii_digit).count();
            (1..=4).contains(&digits) && raw.len() - digits <= 2 && !is_ordinal(raw)
        }
        _ => false,
    }
}

/// "5th", "42nd": a street's name, not its house number.
pub(super) fn is_ordinal(raw: &str) -> bool {
    let ending = raw.trim_start_matches(|letter: char| letter.is_ascii_digit());
    ending.len() < raw.len() && ["st", "nd", "rd", "th"].iter().any(|own| ending.eq_ignore_ascii_case(own))
}

/// The last token of the house number that begins at `at`: "12", "12-14", "12 / 3", "7 bis".
pub(super) fn house_number(reading: &Reading<'_>, at: usize) -> Option<usize> {
    if !is_number(reading, at) || is_fraction(reading, at) || !plain_before(reading, at) {
        return None;
    }
    let mut last = at;
    let joined = |index: usize| {
        let gap = reading.before(index);
        (gap == Gap::HYPHEN || gap == Gap::GLUE) && reading.turn.raw(index).len() <= 4
    };
    while last < at + 2 && joined(last + 1) && (is_number(reading, last + 1) || reading.turn.raw(last + 1).len() == 1) {
        last += 1;
    }
    let bis = matches!(reading.turn.word(last + 1), "bis" | "ter" | "quater");
    Some(if bis && reading.before(last + 1) == Gap::SPACE { last + 1 } else { last })
}

/// A day or a month of two digits, `08`, or a version, `5.2`.
pub(super) fn is_fraction(reading: &Reading<'_>, at: usize) -> bool {
    let raw = reading.turn.raw(at);
    let zero = raw.len() == 2 && raw.starts_with('0') && reading.turn.gap(at) != "/";
    let joined =
        reading.turn.token(at + 1).is_some_and(|next| !next.is_word() && next.before.has(Gap::DOT.and(Gap::COMMA)));
    zero || joined && matches!(reading.turn.gap(at), "." | ",")
}

/// No amount, no decimal, no part of a longer number stands before a house number.
fn plain_before(reading: &Reading<'_>, at: usize) -> bool {
    let gap = reading.turn.gap_before(at);
    if gap == " " {
        return true;
    }
    let number_before = at > 0 && reading.turn.token(at - 1).is_some_and(|token| !token.is_word());
    let glued = !gap.is_empty() && !gap.ends_with([' ', '\n', '\t', ',', '>', '(', '"', ':', '#', '.', '/', '-']);
    let decimal = number_before && matches!(gap, "." | "," | "-" | "/" | ":");
    let money = gap.trim_end().ends_with(['$', '€', '£']) || gap.contains(['$', '€', '£', '+', '%']);
    !(glued || decimal || money || gap.is_empty() && at > 0)
}

/// The last token of a number in words that begins at `at`, of at most four words.
pub(super) fn spoken_number(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let is_said = |index: usize| {
        reading.turn.token(index).is_some_and(|token| token.is_word() && token.word.number.is_some())
            && reading.mark(index).shape != Shape::Capital
    };
    if !is_said(at) || (at > 0 && is_said(at - 1) && reading.before(at).only(Gap::SPACE)) {
        return None;
    }
    let close = |index: usize| reading.before(index).only(Gap::SPACE.and(Gap::HYPHEN));
    let mut last = at;
    while last - at < 6 {
        let linked = matches!(reading.turn.word(last + 1), "and" | "y" | "e" | "et" | "und") && close(last + 1);
        let next = last + 1 + usize::from(linked);
        if !close(next) || !is_said(next) {
            break;
        }
        last = next;
    }
    Some(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::token::NormalisedTurn;

    /// The house number that begins with the first token of `text`.
    #[track_caller]
    fn check(text: &str, expected: Option<&str>) {
        let turn = NormalisedTurn::new(text);
        let reading = Reading::new(&turn);
        let last = house_number(&reading, 0).or_else(|| spoken_number(&reading, 0));
        assert_eq!(last.map(|last| turn.span(0, last).of(turn.text())), expected, "{text}");
    }

    #[test]
    fn written_numbers() {
        check("12 Oak Street", Some("12"));
        check("12b Oak Street", Some("12b"));
        check("7 bis rue", Some("7 bis"));
        check("12-14 Oak", Some("12-14"));
        check("7/2/11, Wien", Some("7/2/11"));
    }

    #[test]
    fn other_digits_are_none() {
        check("123456 Oak", None);
        check("5th Avenue", None);
        check("Oak", None);
    }

    #[test]
    fn said_numbers() {
        check("forty two wallaby way", Some("forty two"));
        check("two hundred and six north street", Some("two hundred and six"));
        check("Oak street", None);
    }
}
