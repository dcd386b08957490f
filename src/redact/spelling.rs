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
    let Counts { digits, upper, letters, begins_upper } =
        if raw.is_ascii() { Counts::narrow(raw) } else { Counts::wide(raw) };
    let class = match (digits, letters) {
        (0, _) => Class::Word,
        (_, 0) => Class::Digits,
        _ => Class::Mixed,
    };
    let case = match upper {
        0 => Case::Lower,
        1 if begins_upper => Case::Capital,
        _ if upper == letters => Case::Upper,
        _ => Case::Mixed,
    };
    (class, case)
}

/// How many digits, capitals and letters a token has, and whether its first letter is a capital.
#[derive(Default)]
struct Counts {
    digits: usize,
    upper: usize,
    letters: usize,
    begins_upper: bool,
}

impl Counts {
    /// Of any letters and digits.
    fn wide(raw: &str) -> Self {
        let mut counts = Self::default();
        for character in raw.chars() {
            if character.is_ascii_digit() {
                counts.digits += 1;
            } else {
                counts.letters += 1;
                counts.upper += usize::from(character.is_uppercase());
            }
        }
        counts.begins_upper = raw.chars().find(|character| character.is_alphabetic()).is_some_and(char::is_uppercase);
        counts
    }

    /// Of those of ASCII.
    fn narrow(raw: &str) -> Self {
        let (mut digits, mut upper) = (0, 0);
        for byte in raw.bytes() {
            digits += usize::from(byte.is_ascii_digit());
            upper += usize::from(byte.is_ascii_uppercase());
        }
        let begins_upper = raw.bytes().find(u8::is_ascii_alphabetic).is_some_and(|first| first.is_ascii_uppercase());
        Self { digits, upper, letters: raw.len() - digits, begins_upper }
    }
}
