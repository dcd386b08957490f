//! Which bytes of a text are letters, digits and capitals, as bits, sixty-four bytes at a time. ASCII only. Knows nothing of tokens.

use crate::text::eight::{self, HIGH, LOW};

/// How many bytes one set of masks covers.
pub(super) const BLOCK: usize = 64;

/// One bit for each byte of a block, the first byte lowest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Masks {
    /// Letters and digits.
    pub(super) alphanumeric: u64,
    /// Digits.
    pub(super) digits: u64,
    /// Capital letters.
    pub(super) upper: u64,
}

impl Masks {
    /// The masks of a block, eight bytes at a time.
    #[inline]
    pub(super) fn of(block: &[u8; BLOCK]) -> Self {
        let (eights, _) = block.as_chunks::<8>();
        let mut masks = Self::default();
        for (eight, shift) in eights.iter().zip((0..).step_by(8)) {
            let eight = u64::from_le_bytes(*eight);
            let (letters, digits) = (eight::letters(eight), eight::digits(eight));
            let capitals = eight::capitals(eight, letters);
            masks.alphanumeric |= gather(letters | digits) << shift;
            // Most of a text is small letters and spaces.
            if (digits | capitals) & HIGH != 0 {
                masks.digits |= gather(digits) << shift;
                masks.upper |= gather(capitals) << shift;
            }
        }
        masks
    }
}

/// The highest bits of eight bytes side by side: the product moves the bit of byte `i` to bit `56 + i`, and no two of its
/// terms meet.
#[inline]
fn gather(flags: u64) -> u64 {
    (flags >> 7 & LOW).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// The masks of a text, to be read from any byte on.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    /// One for every block, and an empty one behind them.
    blocks: Vec<Masks>,
    /// Length of the text in bytes.
    len: usize,
}

/// A run of letters and digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// Its first byte.
    pub(super) start: usize,
    /// The byte behind it.
    pub(super) end: usize,
    /// Whether it holds small letters alone; said of short runs only.
    pub(super) small: bool,
}

impl Blocks {
    /// Reads a text, in place of the one before.
    pub(super) fn read(&mut self, text: &[u8]) {
        self.len = text.len();
        self.blocks.clear();
        self.blocks.reserve(text.len() / BLOCK + 2);
        let (blocks, rest) = text.as_chunks::<BLOCK>();
        self.blocks.extend(blocks.iter().map(Masks::of));
        let mut padded = [0; BLOCK];
        if let Some(part) = padded.get_mut(..rest.len()) {
            part.copy_from_slice(rest);
        }
        self.blocks.extend([Masks::of(&padded), Masks::default()]);
    }

    /// Forgets the text.
    pub(super) fn clear(&mut self) {
        self.blocks.clear();
        self.len = 0;
    }

    /// The masks of the sixty-four bytes from `at` on.
    #[inline]
    fn from(&self, at: usize) -> Masks {
        let Some([low, high]) = self.blocks.get(at / BLOCK..).and_then(|rest| rest.first_chunk::<2>()) else {
            return Masks::default();
        };
        let shift = at % BLOCK;
        let join = |low: u64, high: u64| low >> shift | high << 1 << (BLOCK - 1 - shift);
        Masks {
            alphanumeric: join(low.alphanumeric, high.alphanumeric),
            digits: join(low.digits, high.digits),
            upper: join(low.upper, high.upper),
        }
    }

    /// The first letter or digit from `at` on.
    #[inline]
    pub(super) fn next(&self, mut at: usize) -> Option<usize> {
        while at < self.len {
            let here = self.from(at).alphanumeric;
            if here != 0 {
                return Some(at + here.trailing_zeros() as usize);
            }
            at += BLOCK;
        }
        None
    }

    /// The run of letters and digits that begins at `start`, and where the next one begins.
    #[inline]
    pub(super) fn run(&self, start: usize) -> (Run, Option<usize>) {
        let here = self.from(start);
        let len = here.alphanumeric.trailing_ones();
        if len as usize == BLOCK {
            return self.long_run(start);
        }
        let small = (here.digits | here.upper) & !(u64::MAX << len) == 0;
        let end = start + len as usize;
        let rest = here.alphanumeric >> len;
        let next = if rest == 0 { self.next(end) } else { Some(end + rest.trailing_zeros() as usize) };
        (Run { start, end, small }, next)
    }

    #[cold]
    fn long_run(&self, start: usize) -> (Run, Option<usize>) {
        let mut end = start;
        loop {
            let len = self.from(end).alphanumeric.trailing_ones() as usize;
            end += len;
            if len < BLOCK {
                return (Run { start, end, small: false }, self.next(end));
            }
        }
    }

    /// Bits of the digits and capitals of a run; `None` if it is too long for them.
    #[inline]
    pub(super) fn bits(&self, run: Run) -> Option<(u64, u64)> {
        let len = run.end - run.start;
        if run.start >= self.len {
            return None;
        }
        let own = u64::MAX.checked_shr(u32::try_from(BLOCK.checked_sub(len)?).ok()?)?;
        let here = self.from(run.start);
        Some((here.digits & own, here.upper & own))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn runs_are_those_of_a_plain_loop(text in "([a-zA-Z0-9]{0,9}[ .,-]{0,3}){0,30}|[a-zA-Z0-9]{60,200}|[a-z]{1,70} {60,140}[A-Z0-9]{1,9}") {
            let bytes = text.as_bytes();
            let mut blocks = Blocks::default();
            blocks.read(bytes);
            let mut at = blocks.next(0);
            let mut last = 0;
            while let Some(start) = at {
                let (run, next) = blocks.run(start);
                prop_assert_eq!(run.start, start);
                prop_assert!(bytes[last..run.start].iter().all(|byte| !byte.is_ascii_alphanumeric()));
                let own = &bytes[run.start..run.end];
                prop_assert!(own.iter().all(u8::is_ascii_alphanumeric));
                prop_assert!(!bytes.get(run.end).is_some_and(u8::is_ascii_alphanumeric));
                prop_assert!(own.len() >= BLOCK || run.small == own.iter().all(u8::is_ascii_lowercase));
                prop_assert_eq!(blocks.bits(run).is_some(), own.len() <= BLOCK);
                if let Some((digits, upper)) = blocks.bits(run) {
                    for index in 0..BLOCK {
                        prop_assert_eq!(digits >> index & 1 == 1, own.get(index).is_some_and(u8::is_ascii_digit));
                        prop_assert_eq!(upper >> index & 1 == 1, own.get(index).is_some_and(u8::is_ascii_uppercase));
                    }
                }
                (at, last) = (next, run.end);
            }
            prop_assert!(bytes[last..].iter().all(|byte| !byte.is_ascii_alphanumeric()));
        }
    }
}
