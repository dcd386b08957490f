//! What stands between the tokens of a text, as a set of marks. Knows nothing of what finders make of them.

use super::gazetteer::Gap;

/// What a text is made of, for finders that can do without the rest.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Marks(pub(super) u32);

impl Marks {
    /// `@`.
    pub(super) const AT: Self = Self(1 << 16);
    /// `/`.
    pub(super) const SLASH: Self = Self(1 << 17);
    /// A space.
    pub(super) const SPACE: Self = Self(Self::of_byte(b' '));
    /// `[`.
    pub(super) const BRACKET: Self = Self(1 << 18);
    /// What never stands in a key.
    pub(super) const BREAK: Self = Self(1 << 19);

    pub(super) const fn of_byte(byte: u8) -> u32 {
        let more = match byte {
            b'@' => Self::AT.0 | Self::BREAK.0,
            b'/' => Self::SLASH.0,
            b'[' => Self::BRACKET.0 | Self::BREAK.0,
            b'_' | b'-' | b'.' | b'+' | b'=' | b'~' | b':' | b'$' | b'|' => 0,
            _ if byte.is_ascii_alphanumeric() => 0,
            _ => Self::BREAK.0,
        };
        Gap::of_byte(byte).bits() as u32 | more
    }

    /// The marks of a gap.
    #[inline]
    pub(super) fn of(gap: &[u8]) -> Self {
        Self(gap.iter().fold(0, |marks, byte| marks | TABLE.get(usize::from(*byte)).copied().unwrap_or(0)))
    }

    /// Whether the two share a mark.
    #[inline]
    pub(super) fn any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The marks that stand between tokens, as names and addresses are read.
    #[inline]
    pub(super) fn gap(self) -> Gap {
        Gap::from_bits(u16::try_from(self.0 & 0xffff).unwrap_or(0))
    }
}

static TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "evaluated at compile time")]
        {
            table[byte] = Marks::of_byte(byte as u8);
        }
        byte += 1;
    }
    table
};
