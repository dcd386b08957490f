//! What a finder hands in: a stretch of a normalised turn that may be PII. Knows nothing of placeholders or of other
//! candidates.

use super::{Kind, Likelihood, Reason};
use crate::text::Span;

/// A stretch of a normalised turn that a finder takes for PII.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// Where it stands in the normalised text.
    pub(super) span: Span,
    /// What it is taken for.
    pub(super) kind: Kind,
    /// How sure the finder is. Where candidates overlap the surer wins, then the longer.
    pub(super) likelihood: Likelihood,
    /// Why.
    pub(super) reasons: Vec<Reason>,
    /// The normal form of the value where it is not the letters and digits of the span: equal values share a number.
    pub(super) value: Option<String>,
}

impl Candidate {
    /// A candidate with one reason.
    pub(super) fn new(span: Span, kind: Kind, likelihood: Likelihood, reason: Reason) -> Self {
        Self { span, kind, likelihood, reasons: vec![reason], value: None }
    }

    /// The same, standing for `value`.
    pub(super) fn standing_for(mut self, value: &str) -> Self {
        self.value = Some(value.to_owned());
        self
    }

    /// The same with one more reason.
    pub(super) fn because(mut self, reason: Reason) -> Self {
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
        self
    }
}
