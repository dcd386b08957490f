//! Text as values: spans, languages, normalisation and words. Knows nothing of PII, scores or storage.

pub mod language;
pub mod normalize;
pub mod offsets;
pub mod span;

mod chars;
pub mod detect;
pub(crate) mod eight;
mod folding;
pub mod quote;
pub(crate) mod sixteen;
pub mod stem;
pub mod words;

pub use language::Language;
pub use normalize::Normalised;
pub use offsets::CodePoints;
pub use span::Span;
