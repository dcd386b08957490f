//! The finders: each reads a normalised turn and hands in candidates. Knows nothing of placeholders or of how overlaps
//! are settled.

mod email;
mod number;

use super::{candidate::Candidate, dialogue::Asked, token::NormalisedTurn};
use crate::conversation::{Part, Role};

/// What a finder may look at.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    /// The turn itself.
    pub(super) turn: &'a NormalisedTurn<'a>,
    /// Who speaks.
    pub(super) role: Role,
    /// Subject, body or quoted text.
    pub(super) part: Part,
    /// What earlier turns asked for.
    pub(super) asked: &'a Asked,
}

/// Every finder, in no particular order: [`super::resolve`] chooses among what they hand in.
const FINDERS: &[fn(&View<'_>, &mut Vec<Candidate>)] = &[email::find, number::find];

/// All candidates of a turn.
pub(super) fn all(view: &View<'_>) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for find in FINDERS {
        find(view, &mut candidates);
    }
    candidates
}
