//! Where the runs of letters and digits of a text of ASCII begin and end, sixty-four bytes at a time. Knows nothing of
//! tokens.

/// How many bytes are looked at together.
const BLOCK: usize = 64;

/// The runs of letters and digits of a text, first and last byte (exclusive), in order.
#[derive(Debug)]
pub(super) struct Runs<'t> {
    text: &'t [u8],
    /// Where the present block begins.
    base: usize,
    /// Where runs begin in it, one bit a byte, the first byte lowest; those that were given are cleared.
    starts: u64,
    /// The bytes behind runs, likewise.
    ends: u64,
    /// 1 if the last byte before the next block belongs to a run.
    inside: u64,
}

impl<'t> Runs<'t> {
    /// The runs of a text.
    pub(super) fn new(text: &'t [u8]) -> Self {
        let mut runs = Self { text, base: 0, starts: 0, ends: 0, inside: 0 };
        runs.read();
        runs
    }

    /// Goes on to the next block, if there is any; behind the last one stands an empty one.
    fn advance(&mut self) -> bool {
        if self.base > self.text.len() {
            return false;
        }
        self.base += BLOCK;
        self.read();
        true
    }

    fn read(&mut self) {
        let rest = self.text.get(self.base..).unwrap_or_default();
        let own = match rest.first_chunk() {
            Some(block) => mask(block),
            None if rest.is_empty() => 0,
            None => mask(&padded(rest)),
        };
        let before = own << 1 | self.inside;
        (self.starts, self.ends) = (own & !before, !own & before);
        self.inside = own >> (BLOCK - 1);
    }
}

impl Iterator for Runs<'_> {
    type Item = (usize, usize);

    #[inline]
    fn next(&mut self) -> Option<(usize, usize)> {
        while self.starts == 0 {
            if !self.advance() {
                return None;
            }
        }
        let start = self.base + self.starts.trailing_zeros() as usize;
        self.starts &= self.starts - 1;
        while self.ends == 0 {
            if !self.advance() {
                return None;
            }
        }
        let end = self.base + self.ends.trailing_zeros() as usize;
        self.ends &= self.ends - 1;
        Some((start, end))
    }
}

/// Which bytes of a block are letters or digits. The product brings the lowest bits of eight bytes side by side: that of
/// byte `i` comes to bit `56 + i`, and no two of its terms meet.
#[inline]
fn mask(block: &[u8; BLOCK]) -> u64 {
    let flags = block.map(|byte| u8::from(is_alphanumeric(byte)));
    let (eights, _) = flags.as_chunks::<8>();
    let gather = |eight: &[u8; 8]| u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
    eights.iter().zip((0..).step_by(8)).fold(0, |mask, (eight, shift)| mask | gather(eight) << shift)
}

/// Without a branch, so that a block takes a few vector instructions.
#[inline]
fn is_alphanumeric(byte: u8) -> bool {
    ((byte | 0x20).wrapping_sub(b'a') < 26) | (byte.wrapping_sub(b'0') < 10)
}

fn padded(rest: &[u8]) -> [u8; BLOCK] {
    let mut block = [0; BLOCK];
    if let Some(own) = block.get_mut(..rest.len()) {
        own.copy_from_slice(rest);
    }
    block
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn runs_are_those_of_a_plain_loop(text in "([a-zA-Z0-9]{0,9}[ .,-]{0,3}){0,30}|[a-zA-Z0-9]{60,200}|[a-z]{1,70} {60,140}[A-Z0-9]{1,9}") {
            let bytes = text.as_bytes();
            let mut last = 0;
            for (start, end) in Runs::new(bytes) {
                prop_assert!(start < end && (start > last || last == 0));
                prop_assert!(bytes[last..start].iter().all(|byte| !byte.is_ascii_alphanumeric()));
                prop_assert!(bytes[start..end].iter().all(u8::is_ascii_alphanumeric));
                prop_assert!(!bytes.get(end).is_some_and(u8::is_ascii_alphanumeric));
                last = end;
            }
            prop_assert!(bytes[last..].iter().all(|byte| !byte.is_ascii_alphanumeric()));
        }
    }
}
