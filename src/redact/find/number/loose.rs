//! National telephone numbers that nothing names, by their groups alone: `78 651 450`, `668 5702`, `71-33-52-22`. Knows
//! nothing of regions or of context.

use super::run::Group;
use crate::redact::{
    token::{NormalisedTurn, Token},
    words::{Cue, Cues},
};

/// Fewest and most digits of a number in three groups or more.
const DIGITS: std::ops::RangeInclusive<usize> = 8..=12;

/// Fewest and most digits of a number whose digits stand apart.
const SINGLE_DIGITS: std::ops::RangeInclusive<usize> = 7..=15;

/// What a group measures or counts is no telephone number.
const COUNTED: Cues = Cues::of(&[Cue::Unit, Cue::Currency, Cue::Money]);

/// The last group of the number that begins at group `first`.
pub(super) fn phone_at(turn: &NormalisedTurn<'_>, groups: &[Group], first: usize) -> Option<usize> {
    let window = groups.get(first..)?;
    let gap = turn.gap(window.first()?.token);
    let starts = first == 0 || !matches!(turn.gap(groups.get(first - 1)?.token), " " | "-" | "." | "/" | ",");
    if !starts || !matches!(gap, " " | "-" | ".") {
        return None;
    }
    let joined = window.windows(2).take_while(|pair| pair.first().is_some_and(|left| turn.gap(left.token) == gap));
    let count = joined.count() + 1;
    let window = window.get(..count)?;
    let last = window.last()?;
    let measured = turn.token(last.token + 1).filter(|_| turn.gap(last.token).trim().is_empty());
    if measured.is_some_and(|token| token.word.cues.any(COUNTED)) || glued(turn, window) {
        return None;
    }
    let sizes: Vec<usize> = window.iter().map(|group| group.digits).collect();
    let shaped = match sizes.as_slice() {
        [3, 4] => local(turn, window, gap),
        [4, 4] => local(turn, window, gap) && !matches!(turn.raw(window.first()?.token).as_bytes(), [b'0' | b'1', ..]),
        sizes if sizes.iter().all(|size| *size == 1) => digit_by_digit(turn, window),
        sizes => long(turn, window, sizes, gap),
    };
    shaped.then_some(first + count - 1)
}

/// Whether a sign or a letter stands directly before or behind: a part of a code, a price, a decimal.
fn glued(turn: &NormalisedTurn<'_>, window: &[Group]) -> bool {
    let (Some(first), Some(last)) = (window.first(), window.last()) else { return true };
    let before = turn.gap_before(first.token);
    let behind = turn.gap(last.token);
    let sign = |mark: char| matches!(mark, '-' | '/' | '_' | '#' | '=' | '.' | '$' | '€' | '£' | '+' | '*');
    let joined = behind.starts_with(['-', '/', '_', ':', '%', '€', '$', '£', '*']) && behind.len() == 1;
    let decimal = matches!(behind, "." | ",") && turn.token(last.token + 1).is_some_and(Token::is_digits);
    before.ends_with(sign) || joined || decimal || (before.is_empty() && first.token > 0)
}

/// Two groups: no range of round figures, no years.
fn local(turn: &NormalisedTurn<'_>, window: &[Group], gap: &str) -> bool {
    let [left, right] = window else { return false };
    let (left, right) = (turn.raw(left.token), turn.raw(right.token));
    let year = |raw: &str| raw.len() == 4 && (raw.starts_with("19") || raw.starts_with("20"));
    let round = |raw: &str| raw.ends_with("00");
    let harmless = gap == "." || left.starts_with(['0', '1']) || year(left) || year(right);
    !(harmless || round(left) && round(right))
}

/// Digits set apart one by one, as they are dictated or disguised: `0 8 0 0 5 5 5 1 2 3 4`. Counting and marks out of
/// five are rows of figures.
fn digit_by_digit(turn: &NormalisedTurn<'_>, window: &[Group]) -> bool {
    let digits: Vec<&str> = window.iter().map(|group| turn.raw(group.token)).collect();
    let different = ('0'..='9').filter(|digit| digits.iter().any(|raw| raw.starts_with(*digit))).count();
    SINGLE_DIGITS.contains(&digits.len()) && different > 3 && !digits.is_sorted()
}

/// Three groups and more of two to four digits.
fn long(turn: &NormalisedTurn<'_>, window: &[Group], sizes: &[usize], gap: &str) -> bool {
    let digits: usize = sizes.iter().sum();
    let pairs = sizes.iter().all(|size| *size == 2);
    let even = sizes.len() >= 3 && sizes.iter().all(|size| (2..=4).contains(size)) && DIGITS.contains(&digits);
    let figure = |group: &Group| turn.raw(group.token).parse::<u32>().unwrap_or(0);
    let round = window.iter().all(|group| figure(group).is_multiple_of(10));
    let rising = window.windows(2).all(|pair| match pair {
        [left, right] => figure(left) < figure(right),
        _ => false,
    });
    let thousands = sizes.iter().skip(1).all(|size| *size == 3) && gap == ".";
    let four = sizes.iter().all(|size| *size == 4);
    let listed = round || (rising && sizes.len() > 3);
    even && !listed && !(pairs && (rising || sizes.len() < 4)) && !thousands && !four && (gap != "." || pairs)
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check;

    #[test]
    fn national_numbers_go_by_their_groups() {
        check("78 651 450", "[PHONE_1]");
        check("on my registered 668 5702 please", "on my registered [PHONE_1] please");
        check("71-33-52-22", "[PHONE_1]");
        check("22 447 18 82", "[PHONE_1]");
        check("0 8 0 0 5 5 5 1 2 3 4", "[PHONE_1]");
    }

    #[test]
    fn figures_in_rows_stay() {
        check("sizes 38 40 42 44", "sizes 38 40 42 44");
        check("marks 5 4 5 5 3 5 4 4", "marks 5 4 5 5 3 5 4 4");
        check("1 2 3 4 5 6 7 8", "1 2 3 4 5 6 7 8");
        check("3000-4000 users", "3000-4000 users");
        check("250 1000 rows", "250 1000 rows");
        check("between 2019 2021", "between 2019 2021");
        check("1.204.882 views", "1.204.882 views");
    }
}
