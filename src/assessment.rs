//! What is scored and what comes out: the input of an assessment (stored with the interaction, so that it can be
//! repeated) and its result with every reason. Values only; the scoring itself is in `sentiment` and `priority`.

use crate::{
    conversation::{Channel, Part, Role},
    redact::RedactedText,
    text::{Language, Span},
};

/// One redacted turn, as it is scored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputTurn {
    /// Who speaks.
    pub role: Role,
    /// Which part of the interaction it is.
    pub part: Part,
    /// What remains of its text after redaction.
    pub text: RedactedText,
}

/// Service tier of the customer, a fact that the caller states.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Tier {
    /// The usual one.
    #[default]
    Standard,
    /// Better service is promised.
    Premium,
    /// The best service that is promised.
    Vip,
}

/// The sender's `Importance` or `X-Priority` of a mail (RFC 4021).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Importance {
    /// Marked low.
    Low,
    /// Not marked.
    #[default]
    Normal,
    /// Marked high.
    High,
}

/// Everything an assessment depends on beside the lexicon and the policy. No clock, no store and no identity of a
/// person: the same input at the same revisions gives the same assessment for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssessmentInput {
    /// How the customer reached the company.
    pub channel: Channel,
    /// The language the caller stated, where there is a lexicon for it.
    pub language: Option<Language>,
    /// The redacted turns in order.
    pub turns: Vec<InputTurn>,
    /// Time the customer was on hold, in seconds.
    pub hold_seconds: u32,
    /// Time the customer waited before the contact began, in seconds.
    pub wait_seconds: u32,
    /// Service tier as it was.
    pub tier: Tier,
    /// On how many other days the same case was contacted before, as it was.
    pub repeat_contact_days: u16,
    /// Importance that the sender of a mail chose.
    pub importance: Importance,
    /// The mail was sent by a machine (RFC 3834), or is a bounce: it never raises the priority.
    pub automatic: bool,
}

impl AssessmentInput {
    /// An input without turns in which nothing is out of the ordinary.
    pub fn new(channel: Channel) -> Self {
        Self {
            channel,
            language: None,
            turns: Vec::new(),
            hold_seconds: 0,
            wait_seconds: 0,
            tier: Tier::Standard,
            repeat_contact_days: 0,
            importance: Importance::Normal,
            automatic: false,
        }
    }
}

/// The two sentiment labels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Label {
    /// Nothing speaks for dissatisfaction, or not enough.
    Neutral,
    /// The customer is dissatisfied.
    Negative,
}

impl Label {
    /// The lower-case name used in files and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Neutral => "neutral",
            Self::Negative => "negative",
        }
    }
}

/// The four priority levels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Can wait.
    Low,
    /// The usual.
    Normal,
    /// Before the usual.
    High,
    /// Now.
    Urgent,
}

impl Level {
    /// Every level, rising.
    pub const ALL: [Self; 4] = [Self::Low, Self::Normal, Self::High, Self::Urgent];

    /// The lower-case name used in files and metrics.
    pub fn name(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Normal => "normal",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }
}

/// What a piece of evidence or a factor stands for: a short name in `snake_case` from a fixed list, such as
/// `no_reply` or `hold_time`.
pub type Signal = &'static str;

/// One part of the sentiment score.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// Position of the turn in its conversation, from 0.
    pub turn: u32,
    /// Where it stands in the redacted text.
    pub span: Span,
    /// What it stands for.
    pub signal: Signal,
    /// What it adds to the score, in thousandths; positive is more negative sentiment.
    pub millis: i32,
}

/// One part of the priority value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factor {
    /// What it stands for.
    pub signal: Signal,
    /// What it adds to the value, in points; may be negative.
    pub points: i32,
}

/// The sentiment of a conversation with its reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentiment {
    /// The label: the score held against the threshold.
    pub label: Label,
    /// The sum of the evidence, in thousandths; higher is more negative.
    pub score_millis: i32,
    /// The parts of the score.
    pub evidence: Vec<Evidence>,
    /// The language whose lexicon was used; `None`: no lexicon covers the text.
    pub language: Option<Language>,
}

/// The priority of an interaction with its reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priority {
    /// The level.
    pub level: Level,
    /// The sum of the factors, clamped to 0..=10000.
    pub value: u16,
    /// An emergency rule held, and which.
    pub emergency: Option<Signal>,
    /// The parts of the value.
    pub factors: Vec<Factor>,
}

/// The whole assessment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assessment {
    /// The sentiment.
    pub sentiment: Sentiment,
    /// The priority.
    pub priority: Priority,
    /// Revision of the lexicon that was used.
    pub lexicon_revision: String,
    /// Revision of the policy that was used.
    pub policy_revision: u32,
}
