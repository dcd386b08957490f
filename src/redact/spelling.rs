//! How a token ends and what it is made of.

use super::token::{Case, Class};

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

/// What a token is made of.
pub(super) fn classify(raw: &str) -> (Class, Case) {
    let (digits, upper, letters) = if raw.is_ascii() { count_bytes(raw) } else { count(raw) };
    let class = match (digits, letters) {
        (0, _) => Class::Word,
        (_, 0) => Class::Digits,
        _ => Class::Mixed,
    };
    let first_upper = || raw.chars().find(|character| character.is_alphabetic()).is_some_and(char::is_uppercase);
    let case = match upper {
        0 => Case::Lower,
        1 if first_upper() => Case::Capital,
        _ if upper == letters => Case::Upper,
        _ => Case::Mixed,
    };
    (class, case)
}

/// How many digits, capitals and letters there are.
fn count(raw: &str) -> (usize, usize, usize) {
    let (mut digits, mut upper, mut letters) = (0, 0, 0);
    for character in raw.chars() {
        if character.is_ascii_digit() {
            digits += 1;
        } else {
            letters += 1;
            upper += usize::from(character.is_uppercase());
        }
    }
    (digits, upper, letters)
}

/// The same of letters and digits of ASCII.
fn count_bytes(raw: &str) -> (usize, usize, usize) {
    let (mut digits, mut upper) = (0, 0);
    for byte in raw.bytes() {
        digits += usize::from(byte.is_ascii_digit());
        upper += usize::from(byte.is_ascii_uppercase());
    }
    (digits, upper, raw.len() - digits)
}
