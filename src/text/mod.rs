//! Text as values: spans, languages, normalisation and words. Knows nothing of PII, scores or storage.

pub mod language;
pub mod offsets;
pub mod normalize;
pub mod span;

pub use language::Language;
pub use offsets::CodePoints;
pub use normalize::Normalised;
pub use span::Span;
