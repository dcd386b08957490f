//! Which bytes of a text are letters, digits and capitals, as bits, sixty-four bytes at a time: branch-free loops that
//! compilers turn into vector instructions. ASCII only. Knows nothing of tokens.

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
    /// The masks of a block.
    #[inline]
    pub(super) fn of(block: &[u8; BLOCK]) -> Self {
        let letters = bits(block, |byte| (byte | 0x20).wrapping_sub(b'a') < 26);
        let digits = bits(block, |byte| byte.wrapping_sub(b'0') < 10);
        let upper = bits(block, |byte| byte.wrapping_sub(b'A') < 26);
        Self { alphanumeric: letters | digits, digits, upper }
    }
}

/// One bit for every byte that passes the test.
#[inline]
fn bits(block: &[u8; BLOCK], test: impl Fn(u8) -> bool) -> u64 {
    let mut flags = [0; BLOCK];
    for (flag, byte) in flags.iter_mut().zip(block) {
        *flag = u8::from(test(*byte));
    }
    let (eights, _) = flags.as_chunks::<8>();
    eights.iter().enumerate().fold(0, |bits, (index, eight)| bits | gather(*eight) << (8 * index))
}

/// The lowest bits of eight bytes side by side: the product moves the bit of byte `i` to bit `56 + i`, and no two of its
/// terms meet.
#[inline]
fn gather(flags: [u8; 8]) -> u64 {
    u64::from_le_bytes(flags).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// The runs of letters and digits of an ASCII text: start, length, and the bits of its digits and capitals.
#[derive(Debug)]
pub(super) struct Runs<'t> {
    text: &'t [u8],
    /// Where the present block begins.
    base: usize,
    /// Borders of runs in the present block that are still to be read.
    edges: u64,
    before: Masks,
    block: Masks,
    /// Where the run that is open began.
    open: Option<usize>,
}

/// A run of letters and digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// Its first byte.
    pub(super) start: usize,
    /// The byte behind it.
    pub(super) end: usize,
    /// Bits of its digits and capitals; `None` if it is too long for them.
    pub(super) bits: Option<(u64, u64)>,
}

impl<'t> Runs<'t> {
    /// The runs of a text.
    pub(super) fn new(text: &'t [u8]) -> Self {
        let mut runs = Self { text, base: 0, edges: 0, before: Masks::default(), block: Masks::default(), open: None };
        runs.read(0);
        runs
    }

    /// Reads the block at `base`; behind the text nothing is a letter.
    fn read(&mut self, base: usize) {
        self.before = self.block;
        self.base = base;
        let rest = self.text.get(base..).unwrap_or_default();
        self.block = match rest.first_chunk::<BLOCK>() {
            Some(block) => Masks::of(block),
            None => {
                let mut padded = [0; BLOCK];
                if let Some(part) = padded.get_mut(..rest.len()) {
                    part.copy_from_slice(rest);
                }
                Masks::of(&padded)
            }
        };
        let carried = u64::from(self.open.is_some());
        self.edges = self.block.alphanumeric ^ (self.block.alphanumeric << 1 | carried);
    }

    /// The digits and capitals of the run.
    #[inline]
    fn bits(&self, start: usize, end: usize) -> Option<(u64, u64)> {
        let len = end - start;
        if let Some(from) = start.checked_sub(self.base).filter(|_| len <= BLOCK) {
            let part = |block: u64| block >> from & (u64::MAX >> (BLOCK - len));
            return Some((part(self.block.digits), part(self.block.upper)));
        }
        self.bits_over(start, end)
    }

    /// The same where the run began in the block before.
    #[cold]
    fn bits_over(&self, start: usize, end: usize) -> Option<(u64, u64)> {
        let len = end - start;
        let from = (start + BLOCK).checked_sub(self.base)?;
        if len > BLOCK || from >= 2 * BLOCK {
            return None;
        }
        let part = |before: u64, block: u64| {
            let both = u128::from(block) << BLOCK | u128::from(before);
            let window = both >> from & u128::from(u64::MAX);
            u64::try_from(window).unwrap_or(0) & (u64::MAX >> (BLOCK - len))
        };
        Some((part(self.before.digits, self.block.digits), part(self.before.upper, self.block.upper)))
    }
}

impl Iterator for Runs<'_> {
    type Item = Run;

    #[inline]
    fn next(&mut self) -> Option<Run> {
        loop {
            while self.edges == 0 {
                if self.base + BLOCK > self.text.len() {
                    let start = self.open.take()?;
                    return Some(Run { start, end: self.text.len(), bits: self.bits(start, self.text.len()) });
                }
                self.read(self.base + BLOCK);
            }
            let at = self.base + usize::try_from(self.edges.trailing_zeros()).unwrap_or(0);
            self.edges &= self.edges - 1;
            match self.open.take() {
                None => self.open = Some(at),
                Some(start) => return Some(Run { start, end: at, bits: self.bits(start, at) }),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn runs_are_those_of_a_plain_loop(text in "([a-zA-Z0-9]{0,9}[ .,-]{0,3}){0,30}|[a-zA-Z0-9]{60,200}") {
            let bytes = text.as_bytes();
            let mut expected = Vec::new();
            let mut at = 0;
            while at < bytes.len() {
                let len = bytes[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
                if len > 0 {
                    expected.push((at, at + len));
                }
                at += len.max(1);
            }
            let runs: Vec<Run> = Runs::new(bytes).collect();
            prop_assert_eq!(runs.iter().map(|run| (run.start, run.end)).collect::<Vec<_>>(), expected);
            for run in runs {
                let Some((digits, upper)) = run.bits else { continue };
                for (index, byte) in bytes[run.start..run.end].iter().enumerate() {
                    prop_assert_eq!(digits >> index & 1 == 1, byte.is_ascii_digit());
                    prop_assert_eq!(upper >> index & 1 == 1, byte.is_ascii_uppercase());
                }
            }
        }
    }
}
