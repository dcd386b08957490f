//! What a tenant's policy may change in redaction: keepable kinds that stay readable, allow-list patterns and extra
//! patterns. Broken rules are refused when the redactor is built, with their line and the reason.

use super::kind::{Class, Kind};

/// An extra pattern: what matches is redacted as `kind`.
#[derive(Clone, Debug)]
pub struct ExtraPattern {
    /// What a match is replaced as.
    pub kind: Kind,
    /// A regular expression in the syntax of the `regex-automata` crate (linear time).
    pub pattern: String,
}

/// What a policy asks the redactor to keep or to remove besides the built-in kinds. The default keeps nothing.
#[derive(Clone, Debug, Default)]
pub struct KeepRules {
    /// Kinds that stay readable; only kinds of [`Class::Keepable`].
    pub kinds: Vec<Kind>,
    /// Patterns whose matches stay readable, unless a kind of [`Class::Forbidden`] was found there.
    pub allow: Vec<String>,
    /// Patterns that are redacted after the built-in kinds.
    pub extra: Vec<ExtraPattern>,
}

/// Why a rule was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// The kind may not be kept readable.
    #[error("kept kind {line}: {} may not be kept readable", kind.name())]
    NotKeepable {
        /// Position of the kind in the list, from 1.
        line: usize,
        /// The kind.
        kind: Kind,
    },
    /// The pattern does not compile.
    #[error("{list} pattern {line}: {reason}")]
    Pattern {
        /// `allow` or `extra`.
        list: &'static str,
        /// Position of the pattern in its list, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
}

impl KeepRules {
    /// Refuses the first kind that may not be kept.
    pub(super) fn check_kinds(&self) -> Result<(), RuleError> {
        let refused = self.kinds.iter().position(|kind| kind.class() != Class::Keepable);
        match refused.and_then(|index| Some((index, *self.kinds.get(index)?))) {
            Some((index, kind)) => Err(RuleError::NotKeepable { line: index + 1, kind }),
            None => Ok(()),
        }
    }
}
