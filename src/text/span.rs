//! Half-open byte ranges of a text, and their counterparts in Unicode code points.

/// A half-open range `start..end` of UTF-8 byte offsets; both ends lie on character boundaries of the text it
/// belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte of the range.
    pub start: u32,
    /// First byte after the range.
    pub end: u32,
}

impl Span {
    /// The range `start..end`. Texts are bounded far below 4 GiB at the edge; an offset beyond `u32` saturates.
    pub fn new(start: usize, end: usize) -> Self {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Self { start: clamp(start), end: clamp(end) }
    }

    /// The range as `usize`, to slice with.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// Length in bytes.
    pub fn len(self) -> usize {
        self.range().len()
    }

    /// Whether the range holds no byte.
    pub fn is_empty(self) -> bool {
        self.start >= self.end
    }

    /// Whether the two ranges share a byte.
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }

    /// The same range counted in Unicode code points of `text`.
    pub fn code_points(self, text: &str) -> Self {
        let until = |offset: usize| text.char_indices().take_while(|(at, _)| *at < offset).count();
        Self::new(until(self.start as usize), until(self.end as usize))
    }

    /// The part of `text` in this range, or `""` where the range does not fit the text.
    pub fn of(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_points_count_characters_not_bytes() {
        let text = "né 😀 x";
        assert_eq!(Span::new(4, 8).of(text), "😀");
        assert_eq!(Span::new(4, 8).code_points(text), Span::new(3, 4));
    }

    #[test]
    fn touching_ranges_do_not_overlap() {
        assert!(!Span::new(0, 3).overlaps(Span::new(3, 5)));
        assert!(Span::new(0, 4).overlaps(Span::new(3, 5)));
    }
}
