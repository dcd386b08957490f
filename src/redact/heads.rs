//! The beginnings of values: the first letters and digits from a token on, over the borders of tokens, as one integer.
//! Values that are searched for again are filed under them. Knows nothing of values.

/// How many letters and digits a long head has.
pub(super) const LONG_BYTES: usize = 8;

/// How many a short head has.
pub(super) const SHORT_BYTES: usize = 3;

const SHORT_MASK: u64 = (1 << (8 * SHORT_BYTES)) - 1;

/// Makes the first letters and digits of every token reach over its border, into the tokens behind it; where fewer are
/// left, zeros follow.
pub(super) fn join(heads: &mut [u64]) {
    let mut next: u64 = 0;
    for head in heads.iter_mut().rev() {
        let free = head.leading_zeros() / 8;
        if free > 0 {
            *head |= next.checked_shl(64 - 8 * free).unwrap_or(0);
        }
        next = *head;
    }
}

/// The `len` bytes at `start`, at most eight, the first one lowest.
#[inline]
pub(super) fn first(text: &str, start: usize, len: usize) -> u64 {
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    if let Some(bytes) = rest.first_chunk::<LONG_BYTES>() {
        return u64::from_le_bytes(*bytes)
            & u64::MAX.checked_shr(64 - 8 * u32::try_from(len).unwrap_or(8)).unwrap_or(0);
    }
    rest.iter().take(len).rev().fold(0, |head, byte| head << 8 | u64::from(*byte))
}

/// The head that a value is filed under: long if it has as many letters and digits; `None` if it is too short for any.
pub(super) fn of(compact: &str) -> Option<u64> {
    match compact.len() {
        LONG_BYTES.. => Some(first(compact, 0, LONG_BYTES)),
        SHORT_BYTES.. => Some(first(compact, 0, SHORT_BYTES)),
        _ => None,
    }
}

/// Whether a head that a value is filed under is long.
#[inline]
pub(super) fn is_long(head: u64) -> bool {
    head > SHORT_MASK
}

/// The bytes of a token's head that are compared with the head that a value is filed under.
#[inline]
pub(super) fn mask(filed: u64) -> u64 {
    if is_long(filed) { u64::MAX } else { SHORT_MASK }
}

/// The short head of a token's head, if it has as many letters and digits.
#[inline]
pub(super) fn short(head: u64) -> Option<u64> {
    (head & SHORT_MASK >= 1 << (8 * (SHORT_BYTES - 1))).then_some(head & SHORT_MASK)
}

/// The long head of a token's head, if it has as many letters and digits.
#[inline]
pub(super) fn long(head: u64) -> Option<u64> {
    (head >= 1 << (8 * (LONG_BYTES - 1))).then_some(head)
}

/// Well-mixed bits of a head, the highest ones best.
#[inline]
pub(super) fn hash(head: u64) -> u64 {
    (head ^ head >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::token::NormalisedTurn;

    #[test]
    fn heads_reach_over_the_borders_of_tokens() {
        let turn = NormalisedTurn::new("41 11-1111 Anna");
        let heads = turn.heads();
        assert_eq!(heads.len(), 4);
        assert_eq!(heads.first().copied().and_then(long), of("41111111"));
        assert_eq!(heads.get(1).copied().and_then(short), of("111"));
        assert_eq!(heads.last().copied().and_then(long), None);
        assert_eq!(heads.last().copied().and_then(short), of("ann"));
        assert_eq!(of("an"), None);
        assert!(is_long(of("annalena").unwrap()) && !is_long(of("annalen").unwrap()));
    }
}
