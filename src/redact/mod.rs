//! Finds PII in conversations and replaces it by placeholders: a fold over turns, so that a live conversation and a
//! stored one come out byte for byte the same. The only module that makes a [`RedactedText`] from received text.
//! Knows nothing of scores, storage, clocks or languages detected elsewhere.

pub mod kind;

mod rules;

mod redactor;

mod fold;

mod again;
mod candidate;
mod check;
mod cut;
mod dialogue;
mod find;
mod flags;
mod gazetteer;
mod heads;
mod held;
mod known;
mod marks;
mod masks;
mod mentions;
mod near;
mod numbering;
mod pending;
mod people;
mod places;
mod resolve;
mod spelling;
mod split;
mod table;
#[cfg(test)]
mod testing;
mod token;
mod tokenise;
mod vocabulary;
mod words;

use std::fmt;

pub use fold::Fold;
pub use kind::{Class, Examples, KINDS, Kind, KindRow};
pub use redactor::{
    REDACTOR_REVISION, REFERENCE_BYTES_MAX, REFERENCE_FURTHER, Redaction, Redactor, is_reference, looks_like_identifier,
};
pub use rules::{ExtraPattern, KeepRules, RuleError};

use crate::text::Span;

/// Text from which all found PII was removed: the only form that is scored, stored and shown.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct RedactedText(String);

impl RedactedText {
    /// Wraps text that the redactor has just produced.
    fn from_redactor(text: String) -> Self {
        Self(text)
    }

    /// Gives back text that was sealed as redacted; only opening a sealed record may call this.
    pub(crate) fn from_sealed(text: String) -> Self {
        Self(text)
    }

    /// The redacted text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for RedactedText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RedactedText({} bytes)", self.0.len())
    }
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Likelihood {
    /// Its form alone speaks for it.
    Possible = 1,
    /// Form and context, or a strict form.
    Likely = 2,
    /// A check digit, an unmistakable form, or known from the contact record.
    VeryLikely = 3,
}

/// Why a piece of text was taken for PII: a short name from a fixed list, such as `luhn` or `context:card`; never a
/// word of the text.
pub type Reason = &'static str;

/// A piece of PII that was removed. It says what was found, never the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What it is.
    pub kind: Kind,
    /// Where its placeholder stands in the redacted text of its turn.
    pub span: Span,
    /// Where it stood in the received text of its turn; never stored.
    pub received: Span,
    /// How sure it is.
    pub likelihood: Likelihood,
    /// Why, in a fixed vocabulary.
    pub reasons: Vec<Reason>,
}

/// One turn after redaction.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RedactedTurn {
    /// Position of the turn in its conversation, from 0.
    pub index: u32,
    /// What remains of its text.
    pub text: RedactedText,
    /// What was removed, ordered by position.
    pub findings: Vec<Finding>,
}

/// What one pushed turn brought about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pushed {
    /// The turn itself; digits that may still grow into PII stand as `[NUMBER]`.
    pub turn: RedactedTurn,
    /// Earlier turns whose redacted text this turn changed.
    pub revised: Vec<RedactedTurn>,
    /// How many turns from the first on are so far without a finding, and therefore stored as they were received. A fold
    /// that begins anew with them ([`Redactor::resume`](Redactor::resume)) and is pushed the received turns from
    /// here on gives the same bytes as this one. From the first finding on it stands still: values, their numbers and
    /// the digits that wait are kept in memory alone, so that only received text can bring them back. Turns before it
    /// may still be revised, by a name that is introduced later.
    pub settled: u32,
}
