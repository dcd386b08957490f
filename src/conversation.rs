//! What a customer and a company said to each other, as received: the only place where raw text has a type.
//! Knows nothing of the wire, of files or of what is done with the text.

pub mod automatic;
pub mod closing;

use std::fmt;

use zeroize::Zeroizing;

/// Text as a customer or an agent wrote it. It can be neither printed, cloned nor serialised, and its memory is wiped
/// when it is dropped; `Debug` tells only its length.
pub struct RawText(Zeroizing<String>);

impl RawText {
    /// Takes ownership of received text.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself, for the redactor.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for RawText {
    fn from(text: &str) -> Self {
        Self::new(text.to_owned())
    }
}

impl fmt::Debug for RawText {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RawText({} bytes)", self.0.len())
    }
}

/// How the customer reached the company.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// A web form.
    Query,
    /// A chat, line by line.
    Chat,
    /// A thread of e-mail messages.
    Email,
    /// A telephone call, as its transcript.
    Call,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 4] = [Self::Query, Self::Chat, Self::Email, Self::Call];

    /// The lower-case name used in files and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Chat => "chat",
            Self::Email => "email",
            Self::Call => "call",
        }
    }

    /// The channel of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.name() == name)
    }
}

/// Who speaks in a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// The person who contacted the company.
    Customer,
    /// A member of the company's staff.
    Agent,
    /// A bot, an auto-reply or a recorded announcement.
    Automated,
}

impl Role {
    /// Every role.
    pub const ALL: [Self; 3] = [Self::Customer, Self::Agent, Self::Automated];

    /// The lower-case name used in files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Agent => "agent",
            Self::Automated => "automated",
        }
    }

    /// The role of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// Which part of an interaction a turn is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The subject line of a form or a mail.
    Subject,
    /// What was said or written in this turn.
    Body,
    /// Text repeated from an earlier message: redacted and shown, never scored.
    Quoted,
}

/// One line, message or utterance.
#[derive(Debug)]
pub struct RawTurn {
    /// Who speaks.
    pub role: Role,
    /// Which part of the interaction it is.
    pub part: Part,
    /// What was said.
    pub text: RawText,
}

impl RawTurn {
    /// A body turn.
    pub fn body(role: Role, text: &str) -> Self {
        Self { role, part: Part::Body, text: RawText::from(text) }
    }
}

/// A person known beforehand: the contact record or a participant. Used in memory to find these identifiers in the
/// text; never stored.
#[derive(Debug, Default)]
pub struct Party {
    /// Full, given or family names, nicknames.
    pub names: Vec<RawText>,
    /// E-mail addresses.
    pub emails: Vec<RawText>,
    /// Telephone numbers in any notation.
    pub phones: Vec<RawText>,
    /// Other identifiers of this person: customer, account or policy numbers.
    pub identifiers: Vec<RawText>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_of_raw_text_tells_its_length_only() {
        let turn = RawTurn::body(Role::Customer, "my pin is 4471");
        assert_eq!(format!("{:?}", turn.text), "RawText(14 bytes)");
        assert!(!format!("{turn:?}").contains("4471"));
    }

    #[test]
    fn names_lead_back() {
        for channel in Channel::ALL {
            assert_eq!(Channel::from_name(channel.name()), Some(channel));
        }
        for role in Role::ALL {
            assert_eq!(Role::from_name(role.name()), Some(role));
        }
    }
}
