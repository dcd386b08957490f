//! The only composition of the pure core: redact, then score what remains, then set the priority. Takes values and gives
//! values; what is stored, sent or queued is decided elsewhere.

use crate::{
    assessment::{Assessment, AssessmentInput, Factor, InputTurn, Level},
    conversation::{Channel, Party, RawTurn, Role},
    lexicon::{LexiconError, Lexicons, NotShipped},
    policy::Policy,
    priority,
    redact::{Fold, KeepRules, REDACTOR_REVISION, Redaction, Redactor, RuleError},
    sentiment,
};

/// Redactor and lexicons, compiled once and shared by all threads.
#[derive(Debug)]
pub struct Triage {
    redactor: Redactor,
    lexicons: Lexicons,
}

/// Why a policy cannot be carried out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PolicyError {
    /// A rule of redaction is not allowed or does not compile.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// A row of the tenant's lexicon is wrong.
    #[error(transparent)]
    Lexicon(#[from] LexiconError),
    /// This release does not ship the lexicon that the policy names.
    #[error(transparent)]
    Revision(#[from] NotShipped),
}

impl Triage {
    /// The built-in redactor and lexicons. Their tables are built here, not at the first conversation.
    ///
    /// # Errors
    /// A built-in table is wrong; the error names file and line.
    pub fn new() -> Result<Self, RuleError> {
        let triage = Self { redactor: Redactor::new(&KeepRules::default())?, lexicons: Lexicons::builtin().clone() };
        triage.warm();
        Ok(triage)
    }

    /// Redactor and lexicons as a policy wants them: its kept kinds and patterns, its layer over the
    /// shipped lexicons that it names.
    ///
    /// # Errors
    /// A rule that is not allowed, or a bad row, with its place; a lexicon that this release does not ship.
    pub fn of_policy(policy: &Policy) -> Result<Self, PolicyError> {
        let redactor = Redactor::new(&policy.keep)?;
        let layer: Vec<_> =
            policy.lexicon.iter().map(|layer| (format!("{}/tenant.tsv", layer.language.code()), &layer.rows)).collect();
        let layer: Vec<_> = layer.iter().map(|(name, rows)| (name.as_str(), rows.as_str())).collect();
        Ok(Self { redactor, lexicons: Lexicons::shipped(&policy.lexicon_revision)?.layered(&layer)? })
    }

    /// Runs a text that touches every table once.
    fn warm(&self) {
        let turns = [RawTurn::body(Role::Customer, "My name is Jo Hall, I live at 1 High Street, my card is 4111.")];
        let redaction = self.redact(&[], &turns);
        let input = AssessmentInput { turns: input_turns(&turns, &redaction), ..AssessmentInput::new(Channel::Chat) };
        self.assess(&Policy::default(), &input);
    }

    /// Removes PII from a whole conversation.
    pub fn redact(&self, parties: &[Party], turns: &[RawTurn]) -> Redaction {
        self.redactor.redact(parties, turns)
    }

    /// Begins to remove PII from a conversation that comes turn by turn.
    pub fn fold(&self, parties: &[Party]) -> Fold<'_> {
        self.redactor.fold(parties)
    }

    /// Scores redacted text: the same input at the same revisions gives the same assessment for ever.
    pub fn assess(&self, policy: &Policy, input: &AssessmentInput) -> Assessment {
        let sentiment = sentiment::assess(&self.lexicons, &policy.sentiment, input);
        let priority = priority::prioritise(&policy.priority, input, &sentiment);
        Assessment {
            sentiment,
            priority,
            lexicon_revision: self.lexicons.revision().to_owned(),
            policy_revision: policy.revision,
        }
    }

    /// Scores an interaction of which nobody could read the text: nothing speaks for it, so that it is lifted to HIGH.
    pub fn assess_withheld(&self, policy: &Policy, input: &AssessmentInput) -> Assessment {
        let mut assessment = self.assess(policy, input);
        let priority = &mut assessment.priority;
        if priority.level < Level::High {
            let [_, high, _] = policy.priority.bands;
            let points = high.saturating_sub(i32::from(priority.value));
            priority.value = u16::try_from(high).unwrap_or(priority.value);
            priority.level = Level::High;
            priority.factors.push(Factor { signal: "text_withheld", points });
        }
        assessment
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
