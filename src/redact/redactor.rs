//! The redactor: the compiled rules of one policy, shared by all interactions.

use super::{Fold, KeepRules, RedactedTurn, RuleError, rules::CompiledRules};
use crate::conversation::{Party, RawTurn};

/// The revision of the built-in rules. It changes whenever the same text may be redacted differently.
pub const REDACTOR_REVISION: &str = "2026-11-22.1";

/// The compiled rules. Cheap to share between threads; holds no text.
#[derive(Debug)]
pub struct Redactor {
    pub(super) rules: CompiledRules,
}

/// A whole interaction after redaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redaction {
    /// Every turn, in order.
    pub turns: Vec<RedactedTurn>,
}

impl Redactor {
    /// Compiles the rules of a policy.
    ///
    /// # Errors
    /// The first rule that is not allowed or does not compile, with its place in its list.
    pub fn new(keep: &KeepRules) -> Result<Self, RuleError> {
        Ok(Self { rules: CompiledRules::new(keep)? })
    }

    /// Begins the redaction of an interaction whose participants are known.
    pub fn fold(&self, parties: &[Party]) -> Fold<'_> {
        Fold::new(self, parties)
    }

    /// Redacts a whole interaction: the fold of push, then close.
    pub fn redact(&self, parties: &[Party], turns: &[RawTurn]) -> Redaction {
        let mut fold = self.fold(parties);
        let mut done: Vec<RedactedTurn> = Vec::with_capacity(turns.len());
        for turn in turns {
            let pushed = fold.push(turn);
            done.push(pushed.turn);
            replace(&mut done, pushed.revised);
        }
        replace(&mut done, fold.close());
        Redaction { turns: done }
    }
}

fn replace(done: &mut [RedactedTurn], revised: Vec<RedactedTurn>) {
    for turn in revised {
        if let Some(place) = done.get_mut(turn.index as usize) {
            *place = turn;
        }
    }
}

/// Whether a reference looks like an identifier of a person: an e-mail address, a phone, card, account or national
/// number. A prefix such as `zd:` keeps long numbers legal.
pub fn looks_like_identifier(value: &str) -> bool {
    if value.contains('@') {
        return true;
    }
    if value.split_once(':').is_some_and(|(prefix, _)| !prefix.is_empty()) {
        return false;
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    digits >= 9
}
