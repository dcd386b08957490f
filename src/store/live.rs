//! A conversation that is stored while it runs: what a stream finds when it opens one, and what it changes. Knows no
//! engine, no key and no stream.

use std::fmt;

use super::{Decide, Handling, InteractionContent};
use crate::id::{InteractionId, PrincipalId, TenantId};

/// How far a live interaction is written. Every change states the one it follows, so that of two streams that write to
/// one interaction the second is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LivePosition {
    /// Version of the content: grows when everything is sealed anew.
    pub version: u64,
    /// Segments of turns under this version.
    pub segments: u32,
    /// Earlier days of contact that were counted in; told, not compared.
    pub repeat_days: u16,
}

/// A live interaction as a stream finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveInteraction {
    /// Random handle of the submission, and the interaction.
    pub submission: InteractionId,
    /// How far it is written.
    pub position: LivePosition,
    /// What is stored of it.
    pub content: InteractionContent,
}

/// What one message of a stream changes.
pub struct LiveChange {
    /// Whose it is.
    pub tenant: TenantId,
    /// Who streams it.
    pub principal: PrincipalId,
    /// The interaction.
    pub interaction: InteractionId,
    /// The position that this change follows.
    pub after: LivePosition,
    /// The whole content as it is from now on.
    pub content: InteractionContent,
    /// Turns from here on are new.
    pub new_from: usize,
    /// Turns that are stored have changed: everything is sealed under a new key, the old one is destroyed before the
    /// answer.
    pub reseals: bool,
    /// What is to be done with it from now on, where nothing more will be said.
    pub closes: Option<Handling>,
    /// The assessment rules.
    pub decide: Decide,
}

impl fmt::Debug for LiveChange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("LiveChange").field("interaction", &self.interaction).finish_non_exhaustive()
    }
}
