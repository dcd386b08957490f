//! How a token ends and what it is made of, by its characters or by the masks of its bytes.

use super::token::{Case, Class};

/// What a token of `len` bytes is made of, by the bits of its digits and capitals.
#[inline]
pub(super) fn by_bits(digits: u64, upper: u64, len: usize) -> (Class, Case) {
    let all = u64::MAX >> (64 - len);
    let letters = all & !digits;
    let class = match digits {
        0 => Class::Word,
        _ if digits == all => Class::Digits,
        _ => Class::Mixed,
    };
    let case = match upper {
        0 => Case::Lower,
        _ if upper == letters & letters.wrapping_neg() => Case::Capital,
        _ if upper == letters => Case::Upper,
        _ => Case::Mixed,
    };
    (class, case)
}

/// Length of the run of letters and digits at the start of `rest`. Scripts written without spaces form runs of their
/// own, so that digits beside them stand alone.
pub(super) fn run_len(rest: &str) -> usize {
    let mut kind = None;
    for (at, character) in rest.char_indices() {
        let own = if character.is_ascii_alphanumeric() {
            0
        } else if character.is_ascii() || !character.is_alphanumeric() {
            return at;
        } else {
            usize::from(is_spaceless(character))
        };
        if *kind.get_or_insert(own) != own {
            return at;
        }
    }
    rest.len()
}

/// Thai, Lao, Khmer, Japanese, Chinese and Korean letters.
fn is_spaceless(character: char) -> bool {
    matches!(u32::from(character), 0xe00..=0xeff | 0x1780..=0x17ff | 0x1100..=0x11ff | 0x2e80..=0xd7ff | 0x20000..=0x3ffff)
}

/// What a token is made of, character by character.
pub(super) fn classify(raw: &str) -> (Class, Case) {
    let (mut digits, mut upper, mut letters) = (0, 0, 0);
    for character in raw.chars() {
        if character.is_ascii_digit() {
            digits += 1;
        } else {
            letters += 1;
            upper += usize::from(character.is_uppercase());
        }
    }
    let class = match (digits, letters) {
        (0, _) => Class::Word,
        (_, 0) => Class::Digits,
        _ => Class::Mixed,
    };
    let first_upper = raw.chars().find(|character| character.is_alphabetic()).is_some_and(char::is_uppercase);
    let case = match upper {
        0 => Case::Lower,
        1 if first_upper => Case::Capital,
        _ if upper == letters => Case::Upper,
        _ => Case::Mixed,
    };
    (class, case)
}
