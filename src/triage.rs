//! The only composition of the pure core: redact, then score what remains, then set the priority. Takes values and gives
//! values; what is stored, sent or queued is decided elsewhere.

use crate::{
    assessment::{Assessment, AssessmentInput, InputTurn},
    conversation::{Party, RawTurn},
    lexicon::Lexicons,
    policy::Policy,
    priority,
    redact::{KeepRules, REDACTOR_REVISION, Redaction, Redactor, RuleError},
    sentiment,
};

/// Redactor and lexicons, compiled once and shared by all threads.
#[derive(Debug)]
pub struct Triage {
    redactor: Redactor,
    lexicons: &'static Lexicons,
}

impl Triage {
    /// The built-in redactor and lexicons.
    ///
    /// # Errors
    /// A built-in table is wrong; the error names file and line.
    pub fn new() -> Result<Self, RuleError> {
        Ok(Self { redactor: Redactor::new(&KeepRules::default())?, lexicons: Lexicons::builtin() })
    }

    /// Removes PII from a whole conversation.
    pub fn redact(&self, parties: &[Party], turns: &[RawTurn]) -> Redaction {
        self.redactor.redact(parties, turns)
    }

    /// Scores redacted text: the same input at the same revisions gives the same assessment for ever.
    pub fn assess(&self, policy: &Policy, input: &AssessmentInput) -> Assessment {
        let sentiment = sentiment::assess(self.lexicons, &policy.sentiment, input);
        let priority = priority::prioritise(&policy.priority, input, &sentiment);
        Assessment {
            sentiment,
            priority,
            lexicon_revision: self.lexicons.revision().to_owned(),
            policy_revision: policy.revision,
        }
    }

    /// The revisions that a result depends on, as one word: redactor, lexicon, policy.
    pub fn revision(&self, policy: &Policy) -> String {
        format!("{REDACTOR_REVISION}+{}+p{}", self.lexicons.revision(), policy.revision)
    }
}

/// The turns of an assessment: who spoke, and what redaction left of it.
pub fn input_turns(turns: &[RawTurn], redaction: &Redaction) -> Vec<InputTurn> {
    let pairs = turns.iter().zip(&redaction.turns);
    pairs.map(|(raw, redacted)| InputTurn { role: raw.role, part: raw.part, text: redacted.text.clone() }).collect()
}
