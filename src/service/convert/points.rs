//! Byte offsets of a text as offsets in code points, in time that does not grow with the number of offsets times the
//! length of the text.

use super::scalar::wire_int;
use crate::{service::pb, text::Span};

/// Bytes from one counted place to the next.
const STEP: usize = 256;

/// A text whose code points are counted.
#[derive(Debug)]
pub struct Points<'t> {
    text: &'t str,
    /// Code points before every [`STEP`]th byte; empty where all are single bytes.
    counted: Vec<u32>,
}

impl<'t> Points<'t> {
    /// Counts a text.
    pub fn new(text: &'t str) -> Self {
        let mut counted = Vec::new();
        if !text.is_ascii() {
            let mut before = 0u32;
            for step in text.as_bytes().chunks(STEP) {
                counted.push(before);
                before = before.saturating_add(starts(step));
            }
        }
        Self { text, counted }
    }

    /// The text.
    pub fn text(&self) -> &'t str {
        self.text
    }

    /// A span of the text on the wire.
    pub fn span(&self, span: Span) -> pb::Span {
        pb::Span {
            start_byte: wire_int(span.start),
            end_byte: wire_int(span.end),
            start_code_point: wire_int(self.before(span.start)),
            end_code_point: wire_int(self.before(span.end)),
        }
    }

    /// Code points before a byte offset.
    fn before(&self, offset: u32) -> u32 {
        if self.counted.is_empty() {
            return offset;
        }
        let end = (offset as usize).min(self.text.len());
        let step = (end / STEP).min(self.counted.len().saturating_sub(1));
        let rest = self.text.as_bytes().get(step * STEP..end).unwrap_or_default();
        self.counted.get(step).copied().unwrap_or_default().saturating_add(starts(rest))
    }
}

/// How many code points begin in these bytes of UTF-8.
fn starts(bytes: &[u8]) -> u32 {
    let starts = bytes.iter().filter(|byte| **byte & 0xc0 != 0x80).count();
    u32::try_from(starts).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn offsets_are_those_that_counting_one_by_one_gives(text in "[a-zé😀\u{301}]{0,700}", places in any::<[u16; 2]>()) {
            let boundary = |place: u16| {
                let mut at = usize::from(place) % (text.len() + 1);
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                at
            };
            let [one, other] = places.map(boundary);
            let span = Span::new(one.min(other), one.max(other));
            let expected = span.code_points(&text);
            let found = Points::new(&text).span(span);
            prop_assert_eq!(found.start_code_point, wire_int(expected.start));
            prop_assert_eq!(found.end_code_point, wire_int(expected.end));
        }
    }
}
