//! Eight bytes of ASCII at once, in one integer: which of them are letters and capitals. A mask has the highest bit
//! of every byte that belongs to it; its other bits mean nothing. Knows nothing of words or tokens.

/// The lowest bit of each of eight bytes.
pub(crate) const LOW: u64 = 0x0101_0101_0101_0101;

/// The highest bit of each of eight bytes.
pub(crate) const HIGH: u64 = LOW << 7;

/// The first so many of eight bytes.
pub(crate) fn first(bytes: u32) -> u64 {
    u64::MAX.checked_shr(64 - 8 * bytes).unwrap_or(0)
}

/// The ASCII letters. Seven bits a byte are added, so that none is carried into the next byte.
#[inline]
pub(crate) fn letters(eight: u64) -> u64 {
    let small = (eight | LOW << 5) & !HIGH;
    (small + LOW * u64::from(0x80 - b'a')) & !(small + LOW * u64::from(0x7f - b'z')) & !eight
}

/// Those of the letters that are capitals.
#[inline]
pub(crate) fn capitals(eight: u64, letters: u64) -> u64 {
    letters & !(eight << 2)
}

/// Whether three of the bytes in a row are the same letter.
pub(crate) fn is_elongated(packed: u64) -> bool {
    let differ = packed ^ packed >> 8;
    // A byte's highest bit is set where it equals the next one and is a letter; seven bits a byte: no carry crosses.
    let same = !(differ + LOW * 0x7F) & HIGH & ((packed & !HIGH) + LOW * 0x7F);
    same & same >> 8 != 0
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn masks_are_those_of_a_plain_loop(bytes: [u8; 8]) {
            let eight = u64::from_le_bytes(bytes);
            let letters = letters(eight);
            for (index, byte) in bytes.iter().enumerate() {
                let bit = |mask: u64| mask >> (8 * index + 7) & 1 == 1;
                prop_assert_eq!(bit(letters), byte.is_ascii_alphabetic());
                prop_assert_eq!(bit(capitals(eight, letters)), byte.is_ascii_uppercase());
            }
        }
    }

    #[test]
    fn three_letters_in_a_row_are_long() {
        let packed = |word: &str| word.bytes().rev().fold(0, |packed, byte| packed << 8 | u64::from(byte));
        assert!(is_elongated(packed("sooo")));
        assert!(!is_elongated(packed("soon")));
        assert_eq!(first(3), 0xff_ffff);
    }
}
