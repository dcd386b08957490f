//! The arithmetic that check digits share: values, weights and parts of a number. Knows no single number.

/// The digit at each place; letters count as 10 and up.
pub(super) fn values(text: &str) -> Vec<u32> {
    text.chars().filter_map(|character| character.to_digit(36)).collect()
}

/// Sum of digit × weight over the places that have a weight.
pub(super) fn weighted(text: &str, weights: &[u32]) -> u32 {
    values(text).iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// The number that the text writes; 0 for none.
pub(super) fn number(text: &str) -> u64 {
    text.parse().unwrap_or(0)
}

/// The bytes of a range, or nothing where they do not fit.
pub(super) fn part(text: &str, range: std::ops::Range<usize>) -> &str {
    text.get(range).unwrap_or_default()
}

/// The value at a place; 99 where there is none.
pub(super) fn digit(text: &str, place: usize) -> u32 {
    text.chars().nth(place).and_then(|character| character.to_digit(36)).unwrap_or(99)
}

/// The character at a place; `?` where there is none.
pub(super) fn letter(text: &str, place: usize) -> char {
    text.chars().nth(place).unwrap_or('?')
}
