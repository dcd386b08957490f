//! An interaction as it was parsed: raw, in memory, not yet redacted. Here texts are counted against their limits; one
//! that is too long withholds them all, since a conversation with a hole would be scored wrongly.

use crate::{
    assessment::Importance,
    conversation::{Channel, Part, Party, RawText, RawTurn, Role},
    service::limits,
    store::{Handling, JoinKeys, SourceRef, StoredAttachment, SubjectKeys},
    text::Language,
    time::Timestamp,
};

/// Why the text of an interaction is not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Withheld {
    /// A text, or all of them together, is too long, or its HTML too deep.
    OverLimit,
    /// The redactor failed.
    RedactionFailed,
}

impl Withheld {
    /// The name in logs and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::OverLimit => "over_limit",
            Self::RedactionFailed => "redaction_failed",
        }
    }
}

/// When a turn was said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TurnTime {
    /// By the clock of the source.
    pub time: Option<Timestamp>,
    /// In the recording, in milliseconds.
    pub offset_millis: Option<(u64, u64)>,
}

/// A name that no allow-list can hold, for facts that are never kept.
pub(super) const NEVER_KEPT: &str = "";

/// A parsed interaction.
#[derive(Debug)]
pub struct Draft {
    /// How the customer reached the company.
    pub channel: Channel,
    /// What was said, in order.
    pub turns: Vec<RawTurn>,
    /// When, turn by turn.
    pub times: Vec<TurnTime>,
    /// Everybody known beforehand.
    pub parties: Vec<Party>,
    /// Attributes that the policy keeps.
    pub attributes: Vec<(String, RawText)>,
    /// How many the policy does not keep.
    pub dropped_attributes: u32,
    /// What was attached.
    pub attachments: Vec<StoredAttachment>,
    /// The caller's reference.
    pub source_ref: Option<SourceRef>,
    /// Version in the source system.
    pub source_version: i64,
    /// What is to be done.
    pub handling: Handling,
    /// When it took place, where the source told.
    pub occur_time: Option<Timestamp>,
    /// Queue.
    pub queue: String,
    /// Skills that a worker must have.
    pub required_skills: Vec<String>,
    /// Language that the caller stated.
    pub language: Option<Language>,
    /// Service tier.
    pub tier: crate::assessment::Tier,
    /// Time on hold.
    pub hold_seconds: u32,
    /// Time waited.
    pub wait_seconds: u32,
    /// Importance of a mail.
    pub importance: Importance,
    /// Sent by a machine.
    pub automatic: bool,
    /// What was said last asks for nobody: it came from a machine.
    pub quiet: bool,
    /// Link to the recording.
    pub recording_uri: Option<RawText>,
    /// What it is joined by.
    pub join: JoinKeys,
    /// Whose matter it is.
    pub subject: SubjectKeys,
    /// Why its text will not be stored.
    pub withheld: Option<Withheld>,
    text_bytes: usize,
}

impl Draft {
    /// An interaction of which only the channel is known.
    pub fn new(channel: Channel) -> Self {
        Self {
            channel,
            turns: Vec::new(),
            times: Vec::new(),
            parties: Vec::new(),
            attributes: Vec::new(),
            dropped_attributes: 0,
            attachments: Vec::new(),
            source_ref: None,
            source_version: 0,
            handling: Handling::Waiting,
            occur_time: None,
            queue: String::new(),
            required_skills: Vec::new(),
            language: None,
            tier: crate::assessment::Tier::default(),
            hold_seconds: 0,
            wait_seconds: 0,
            importance: Importance::default(),
            automatic: false,
            quiet: false,
            recording_uri: None,
            join: JoinKeys::default(),
            subject: SubjectKeys::default(),
            withheld: None,
            text_bytes: 0,
        }
    }

    /// Adds a turn. A text that is too long withholds the whole.
    pub fn push(&mut self, role: Role, part: Part, text: String, time: TurnTime) {
        self.text_bytes = self.text_bytes.saturating_add(text.len());
        let text = RawText::new(text);
        if text.expose().len() > limits::TEXT_BYTES_MAX || self.text_bytes > limits::INTERACTION_TEXT_BYTES_MAX {
            self.withhold(Withheld::OverLimit);
        }
        if self.withheld.is_none() {
            self.turns.push(RawTurn { role, part, text });
            self.times.push(time);
        }
    }

    /// Adds a turn unless its text is empty.
    pub fn push_unless_empty(&mut self, role: Role, part: Part, text: String, time: TurnTime) {
        if !text.is_empty() {
            self.push(role, part, text, time);
        }
    }

    /// Drops all texts.
    pub fn withhold(&mut self, why: Withheld) {
        self.withheld = Some(why);
        self.turns.clear();
        self.times.clear();
        self.attributes.clear();
    }

    /// Length of all texts together, in bytes.
    pub fn text_bytes(&self) -> usize {
        self.text_bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(lengths: &[usize], withheld: Option<Withheld>) {
        let mut draft = Draft::new(Channel::Chat);
        for length in lengths {
            draft.push(Role::Customer, Part::Body, "x".repeat(*length), TurnTime::default());
        }
        assert_eq!(draft.withheld, withheld, "{lengths:?}");
        assert_eq!(draft.turns.len(), if withheld.is_some() { 0 } else { lengths.len() });
        assert_eq!(draft.times.len(), draft.turns.len());
    }

    #[test]
    fn a_text_at_the_limit_is_kept_and_one_byte_more_withholds_all() {
        check(&[10, limits::TEXT_BYTES_MAX], None);
        check(&[10, limits::TEXT_BYTES_MAX + 1, 3], Some(Withheld::OverLimit));
        check(&[limits::TEXT_BYTES_MAX, limits::INTERACTION_TEXT_BYTES_MAX - limits::TEXT_BYTES_MAX], None);
        check(&[limits::TEXT_BYTES_MAX, limits::TEXT_BYTES_MAX, 1], Some(Withheld::OverLimit));
    }
}
