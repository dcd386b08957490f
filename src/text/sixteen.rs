//! The word that sixteen bytes of ASCII begin with, all at once. A mask has the highest bit of every byte that belongs to
//! it. Knows nothing of tokens.

use super::eight;

/// The lowest bit of each of sixteen bytes.
const LOW: u128 = 0x0101_0101_0101_0101_0101_0101_0101_0101;

/// The highest bit of each of sixteen bytes.
const HIGH: u128 = LOW << 7;

/// `www`, which begins a link.
pub(super) const WWW: u128 = 0x77_7777;

/// A run of letters and apostrophes.
#[derive(Clone, Copy)]
pub(super) struct Run {
    /// Bytes it takes.
    pub(super) length: u32,
    /// Whether it holds a capital.
    pub(super) capital: bool,
    /// Three capitals or more and no small letter.
    pub(super) shouted: bool,
    /// A letter three times or more in a row.
    pub(super) elongated: bool,
    /// Its bytes in small letters.
    pub(super) packed: u128,
}

/// The letters that the bytes from `at` on begin with, and where `joined` apostrophes between them; `None` where they begin
/// with none, go on to the sixteenth byte, or would have to be looked at one by one.
#[inline]
pub(super) fn run(bytes: &[u8], at: usize, joined: bool) -> Option<Run> {
    let rest = bytes.get(at..)?;
    #[expect(clippy::cast_possible_truncation, reason = "the first eight")]
    let eight = rest.first_chunk().map_or_else(|| padded(rest) as u64, |eight| u64::from_le_bytes(*eight));
    let letters = eight::letters(eight) & eight::HIGH;
    let length = (letters ^ eight::HIGH).trailing_zeros() / 8;
    if length == 0 {
        return None;
    }
    if length == 8 || joined && eight >> (8 * length) & 0xFF == u64::from(b'\'') {
        return long_run(rest, joined);
    }
    let first = eight::first(length);
    let packed = (eight | eight::LOW << 5) & first;
    let capitals = eight::capitals(eight, letters) & first;
    Some(Run {
        length,
        capital: capitals != 0,
        shouted: length >= 3 && capitals == letters & first,
        elongated: eight::is_elongated(packed),
        packed: packed.into(),
    })
}

/// The same of more than seven letters, or with an apostrophe.
#[inline(never)]
fn long_run(rest: &[u8], joined: bool) -> Option<Run> {
    let sixteen = rest.first_chunk().map_or_else(|| padded(rest), |sixteen| u128::from_le_bytes(*sixteen));
    let small = sixteen | LOW << 5;
    let letters = between(sixteen, small & !HIGH, b'a', b'z');
    let apostrophes = between(sixteen, sixteen & !HIGH, b'\'', b'\'');
    let inner = if joined { apostrophes & letters << 8 & letters >> 8 } else { 0 };
    let length = ((letters | inner) ^ HIGH).trailing_zeros() / 8;
    if length >= 16 {
        return None;
    }
    let first = (1 << (8 * length)) - 1;
    let (packed, letters, inner) = (small & first, letters & first, inner & first);
    // The same letter on both sides of an apostrophe may be one of three in a row.
    if inner & equal(packed << 8, packed >> 8) != 0 {
        return None;
    }
    let capitals = letters & !(sixteen << 2);
    let same = equal(packed, packed >> 8) & letters;
    Some(Run {
        length,
        capital: capitals != 0,
        shouted: letters.count_ones() >= 3 && capitals == letters,
        elongated: same & same >> 8 != 0,
        packed,
    })
}

/// Fewer than sixteen bytes, with zeros behind them.
fn padded(rest: &[u8]) -> u128 {
    rest.iter().take(16).rev().fold(0, |sixteen, byte| sixteen << 8 | u128::from(*byte))
}

/// The bytes between two of ASCII. Seven bits a byte are added, so that none is carried into the next byte.
fn between(sixteen: u128, seven: u128, first: u8, last: u8) -> u128 {
    (seven + LOW * u128::from(0x80 - first)) & !(seven + LOW * u128::from(0x7f - last)) & !sixteen & HIGH
}

/// The bytes of ASCII that are equal.
fn equal(one: u128, other: u128) -> u128 {
    !((one ^ other) + LOW * 0x7F) & HIGH
}

/// The text of a packed word.
pub(crate) fn unpacked(bytes: &[u8; 16]) -> &str {
    let length = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    bytes.get(..length).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, joined: bool, expected: Option<(&str, bool, bool, bool)>) {
        let run = run(text.as_bytes(), 0, joined);
        let bytes = run.map(|run| run.packed.to_le_bytes()).unwrap_or_default();
        let found = run.map(|run| (unpacked(&bytes), run.capital, run.shouted, run.elongated));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn runs_are_cut_and_folded() {
        check("Waiting for it all day", true, Some(("waiting", true, false, false)));
        check("DON'T do it", true, Some(("don't", true, true, false)));
        check("I'M here", true, Some(("i'm", true, false, false)));
        check("don't do it", false, Some(("don", false, false, false)));
        check("users' words", true, Some(("users", false, false, false)));
        check("a", true, Some(("a", false, false, false)));
        check("soOo", true, Some(("sooo", true, false, true)));
        check("UNBELIEVABLYYY bad", true, Some(("unbelievablyyy", true, true, true)));
        check("bookkeeper", true, Some(("bookkeeper", false, false, false)));
        check("abcdefghijklmno pq", true, Some(("abcdefghijklmno", false, false, false)));
        check("abcdefghijklmnop q", true, None);
        check("aa'a", true, None);
        check("4th", true, None);
        check("caf\u{e9} noir et plus", true, Some(("caf", false, false, false)));
        check("", true, None);
        let www = run(b"www", 0, true).map(|run| run.packed);
        assert_eq!(www, Some(WWW));
    }
}
