//! What a text is cut into: its tokens, and lists of those that may interest a finder. Knows nothing of how it is cut.

use super::{flags::Flags, marks::Marks, token::Token, words::Cues};
use crate::text::Span;

/// Shortest run of key bytes that is kept, in bytes.
pub(super) const CHUNK_BYTES_MIN: usize = 12;

/// What the letter case of a whole text tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct LetterCase {
    /// Whether nouns are written with capitals.
    pub(super) nouns: bool,
    /// Whether a line has so many capitals that they tell little.
    pub(super) shouted: bool,
}

/// What a text is cut into. Used again for the next text, so that a conversation allocates once.
#[derive(Debug, Default)]
pub(super) struct Cut {
    /// The tokens.
    pub(super) tokens: Vec<Token>,
    /// Which finders each of them may interest.
    pub(super) flags: Vec<Flags>,
    /// The tokens that may interest a finder.
    pub(super) triggers: Vec<u32>,
    /// Runs of bytes that a key may be made of, if they are long enough.
    pub(super) chunks: Vec<Span>,
    /// The first letters and digits from every token on.
    pub(super) heads: Vec<u64>,
    /// Tokens at which a phrase of the cue tables may begin.
    pub(super) phrases: Vec<u32>,
    /// Whether a listed phrase that is no name may begin somewhere.
    pub(super) starts_name_phrase: bool,
    /// All marks of the text.
    pub(super) marks: Marks,
    /// All flags of its tokens.
    pub(super) all: Flags,
    /// All cues of its tokens.
    pub(super) cues: Cues,
    /// The tokens that a name may begin with.
    pub(super) names: Vec<u32>,
    /// Whether the text is ASCII.
    pub(super) ascii: bool,
    /// What its letter case tells.
    pub(super) case: LetterCase,
}

impl Cut {
    /// Forgets the text before.
    pub(super) fn clear(&mut self) {
        self.tokens.clear();
        self.flags.clear();
        self.triggers.clear();
        self.chunks.clear();
        self.heads.clear();
        self.phrases.clear();
        self.names.clear();
        self.cues = Cues::default();
        (self.marks, self.all) = (Marks::default(), Flags::default());
        (self.starts_name_phrase, self.case) = (false, LetterCase::default());
    }

    /// The runs of key bytes of a text whose tokens hold other letters than those of ASCII.
    pub(super) fn read_chunks(&mut self, text: &str) {
        self.chunks.clear();
        let mut from = 0;
        for (at, byte) in text.bytes().enumerate().chain(std::iter::once((text.len(), b' '))) {
            if Marks(Marks::of_byte(byte)).any(Marks::BREAK) {
                if at >= from + CHUNK_BYTES_MIN {
                    self.chunks.push(Span::new(from, at));
                }
                from = at + 1;
            }
        }
    }

    /// Lists the tokens that may interest a finder.
    pub(super) fn find_triggers(&mut self) {
        for (index, flags) in (0..).zip(&self.flags) {
            self.all.add(*flags);
            if !flags.any(Flags::TRIGGERS.and(Flags::NAME)) {
                continue;
            }
            if flags.any(Flags::TRIGGERS) {
                self.triggers.push(index);
            }
            if flags.any(Flags::NAME) {
                self.names.push(index);
            }
        }
    }
}
