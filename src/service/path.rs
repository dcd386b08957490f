//! Where in a request something stands. A path is a chain on the stack and becomes text only when it is reported.

use std::fmt;

use super::status::{Failure, Outcome, Reason, Violation};

/// A place in a request, such as `interaction.chat.turns[3].role`.
#[derive(Clone, Copy, Debug)]
pub enum Path<'p> {
    /// The request itself.
    Root,
    /// A field of the message before.
    Field(&'p Path<'p>, &'static str),
    /// An element of the list before.
    Element(&'p Path<'p>, usize),
}

impl<'p> Path<'p> {
    /// A field of the message at this place.
    pub fn field(&'p self, name: &'static str) -> Self {
        Self::Field(self, name)
    }

    /// An element of the list at this place.
    pub fn at(&'p self, index: usize) -> Self {
        Self::Element(self, index)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Field(Self::Root, name) => formatter.write_str(name),
            Self::Field(parent, name) => write!(formatter, "{parent}.{name}"),
            Self::Element(parent, index) => write!(formatter, "{parent}[{index}]"),
        }
    }
}

/// How many violations are reported at most; the rest would only make the answer long.
const REPORTED_MAX: usize = 20;

/// Collects what is wrong with a request, so that a caller learns it all at once.
#[derive(Debug, Default)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// Notes a wrong field.
    pub fn push(&mut self, path: &Path<'_>, reason: Reason) {
        if self.0.len() < REPORTED_MAX {
            self.0.push(Violation { field: path.to_string(), reason });
        }
    }

    /// Notes a wrong field where `good` does not hold.
    pub fn check(&mut self, good: bool, path: &Path<'_>, reason: Reason) {
        if !good {
            self.push(path, reason);
        }
    }

    /// The value where nothing was wrong.
    ///
    /// # Errors
    /// What was noted.
    pub fn finish<T>(self, value: T) -> Outcome<T> {
        if self.0.is_empty() { Ok(value) } else { Err(Failure::fields(self.0)) }
    }

    /// The value where nothing was wrong, for parsers that give none only where they noted something.
    ///
    /// # Errors
    /// What was noted.
    pub fn finish_some<T>(self, value: Option<T>) -> Outcome<T> {
        self.finish(())?;
        value.ok_or_else(|| Failure::of(Reason::MalformedRequest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_as_in_the_request() {
        let root = Path::Root;
        let (interaction, mut violations) = (root.field("interaction"), Violations::default());
        let turns = interaction.field("turns");
        violations.push(&turns.at(3).field("role"), Reason::FieldRequired);
        let failure = violations.finish(()).unwrap_err();
        assert_eq!(failure.violations[0].field, "interaction.turns[3].role");
        assert_eq!(failure.reason, Reason::FieldRequired);
    }
}
