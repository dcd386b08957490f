//! Moving an item forward: why a person may, in codes. It never makes an emergency; a regular item goes to the express
//! lane, with the due time it has.

/// Why an item is moved forward. Codes only: nothing is written in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BumpReason {
    /// The customer or a manager asked for it.
    Escalation,
    /// Somebody promised an earlier answer.
    Promise,
    /// It waits for the wrong reason: lost, mistaken, passed around.
    Mishandled,
    /// It is worse than its level says.
    Severity,
    /// Another matter waits for this one.
    Dependency,
    /// Something else.
    Other,
}

impl BumpReason {
    /// Every reason.
    pub const ALL: [Self; 6] =
        [Self::Escalation, Self::Promise, Self::Mishandled, Self::Severity, Self::Dependency, Self::Other];

    /// Its name in the reasons of a place.
    pub fn name(self) -> &'static str {
        match self {
            Self::Escalation => "escalation",
            Self::Promise => "promise",
            Self::Mishandled => "mishandled",
            Self::Severity => "severity",
            Self::Dependency => "dependency",
            Self::Other => "other",
        }
    }
}
