//! What the conversation has asked for: a question arms kinds for the answers that follow, and the arming decays.
//! Knows nothing of how answers are found.

use super::words::{Cue, Cues};

/// How many turns of the other side an unanswered question stays armed.
const TURNS_ARMED_MAX: u8 = 3;

/// The kinds that earlier turns asked for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Asked {
    cues: Cues,
    left: u8,
}

impl Asked {
    /// Arms the cues of a question.
    pub(super) fn arm(&mut self, cues: Cues) {
        *self = Self { cues, left: TURNS_ARMED_MAX };
    }

    /// Lets one answering turn pass.
    pub(super) fn decay(&mut self) {
        self.left = self.left.saturating_sub(1);
    }

    /// What is armed now.
    pub(super) fn cues(&self) -> Cues {
        if self.left == 0 { Cues::default() } else { self.cues }
    }

    /// Whether `cue` was asked for.
    pub(super) fn has(&self, cue: Cue) -> bool {
        self.cues().has(cue)
    }
}
