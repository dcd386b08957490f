//! Byte offsets of one text counted in Unicode code points, fast for many offsets of a long text.

use super::Span;

/// Distance of the checkpoints, in bytes.
const STRIDE: usize = 256;

/// Converts spans of one text from bytes to code points, each in constant time.
#[derive(Debug)]
pub struct CodePoints<'t> {
    text: &'t str,
    /// Code points before each multiple of [`STRIDE`]; empty where the text is ASCII and nothing needs converting.
    checkpoints: Vec<u32>,
}

impl<'t> CodePoints<'t> {
    /// Counts `text` once.
    pub fn new(text: &'t str) -> Self {
        if text.is_ascii() {
            return Self { text, checkpoints: Vec::new() };
        }
        let mut count = 0;
        let checkpoints = text.as_bytes().chunks(STRIDE).map(|chunk| {
            let before = count;
            count += starts(chunk);
            before
        });
        Self { text, checkpoints: checkpoints.collect() }
    }

    fn count(&self, offset: u32) -> u32 {
        let at = offset as usize;
        let Some(before) = self.checkpoints.get(at / STRIDE) else { return offset.min(self.end()) };
        let rest = self.text.as_bytes().get(at / STRIDE * STRIDE..at).unwrap_or_default();
        before + starts(rest)
    }

    fn end(&self) -> u32 {
        match self.checkpoints.last() {
            None => u32::try_from(self.text.len()).unwrap_or(u32::MAX),
            Some(before) => before + starts(self.text.as_bytes().chunks(STRIDE).next_back().unwrap_or_default()),
        }
    }

    /// The span counted in code points.
    pub fn convert(&self, span: Span) -> Span {
        Span { start: self.count(span.start), end: self.count(span.end) }
    }
}

/// How many characters begin in these bytes of UTF-8: those that are not continuation bytes.
fn starts(bytes: &[u8]) -> u32 {
    let count = bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn agrees_with_counting_from_the_start(text in "(\\PC{0,80}[a-zß😀\u{301}]{0,300}){0,4}") {
            let points = CodePoints::new(&text);
            let offsets: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            for (index, start) in offsets.iter().enumerate() {
                for end in offsets.get(index..).unwrap().iter().step_by(37) {
                    let span = Span::new(*start, *end);
                    prop_assert_eq!(points.convert(span), span.code_points(&text));
                }
            }
        }
    }
}
