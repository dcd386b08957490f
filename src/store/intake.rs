//! What a submission brings and what of it is stored: redacted turns, findings without their place in the received
//! text, join and subject keys that are kept only as keyed hashes. Knows no engine and no key.

use std::{collections::BTreeMap, fmt, sync::Arc};

use uuid::Uuid;

use crate::{
    assessment::{Assessment, AssessmentInput, Label, Level},
    conversation::{Part, RawText, Role},
    id::{InteractionId, PrincipalId, TenantId},
    queue::WorkClass,
    redact::{Kind, Likelihood, RedactedText},
    text::Span,
    time::Timestamp,
};

/// A reference into the caller's own system, checked at the edge.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceRef {
    /// The system, such as `zendesk`.
    pub system: String,
    /// The opaque id there.
    pub id: String,
}

/// What the caller wants done with an interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Handling {
    /// Queued: somebody must answer.
    Waiting,
    /// Somebody is talking to the customer: scored, not queued.
    InProgress,
    /// The conversation is over, work remains: queued.
    FollowUp,
    /// Done: scored only.
    Closed,
    /// From an archive: scored only, no due time.
    Historical,
    /// The same, of a case that was not done there.
    HistoricalUnresolved,
}

impl Handling {
    /// Whether it is from an archive.
    pub fn is_historical(self) -> bool {
        matches!(self, Self::Historical | Self::HistoricalUnresolved)
    }
}

/// Why the text of an interaction was not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextState {
    /// Redacted and stored.
    Redacted,
    /// Redaction failed; nothing of the text was kept.
    Withheld,
    /// It was stored, and its time was over.
    Expired,
}

/// One redacted turn with the facts of its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredTurn {
    /// Who speaks.
    pub role: Role,
    /// Which part of the interaction it is.
    pub part: Part,
    /// What remains of the text.
    pub text: RedactedText,
    /// When it was said.
    pub time: Option<Timestamp>,
    /// Where it begins and ends in the recording, in milliseconds.
    pub offset_millis: Option<(u64, u64)>,
}

/// A finding without the place in the received text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFinding {
    /// Position of the turn, from 0.
    pub turn: u32,
    /// What it was.
    pub kind: Kind,
    /// Where its placeholder stands.
    pub span: Span,
    /// How sure it is.
    pub likelihood: Likelihood,
    /// Why.
    pub reasons: Vec<String>,
}

/// Something attached; never its bytes or its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredAttachment {
    /// Media type.
    pub media_type: String,
    /// Size in bytes.
    pub size_bytes: u64,
    /// The caller's reference; empty: none.
    pub reference: String,
}

/// Everything of an interaction that is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InteractionContent {
    /// The caller's reference of the interaction.
    pub source_ref: Option<SourceRef>,
    /// Version in the source system.
    pub source_version: i64,
    /// What is to be done with it.
    pub handling: Handling,
    /// When it took place.
    pub occur_time: Timestamp,
    /// Queue.
    pub queue: String,
    /// Skills a worker must have.
    pub required_skills: Vec<String>,
    /// The turns, redacted.
    pub turns: Vec<StoredTurn>,
    /// What was removed.
    pub findings: Vec<StoredFinding>,
    /// Allowed attributes, redacted.
    pub attributes: BTreeMap<String, RedactedText>,
    /// What was attached.
    pub attachments: Vec<StoredAttachment>,
    /// Whether the text is there.
    pub text_state: TextState,
    /// The input of the assessment beside the turns: its `turns` are left empty here and filled from `turns` when
    /// the record is read, so that no text is stored twice.
    pub input: AssessmentInput,
}

/// What a submission is joined to a case by. Kept only as keyed hashes.
#[derive(Debug, Default)]
pub struct JoinKeys {
    /// The caller's reference of the case.
    pub case_source_ref: Option<SourceRef>,
    /// Message-IDs of the mails in this interaction, normalised.
    pub message_ids: Vec<RawText>,
    /// Message-IDs they answer, normalised.
    pub references: Vec<RawText>,
}

/// Identifiers of the customer, normalised, strongest first within each kind. Kept only as keyed hashes, beside the
/// keys.
#[derive(Debug, Default)]
pub struct SubjectKeys {
    /// The caller's reference of the customer; also kept sealed with the case.
    pub customer_ref: Option<String>,
    /// E-mail addresses.
    pub emails: Vec<RawText>,
    /// Telephone numbers.
    pub phones: Vec<RawText>,
}

/// What is decided about an interaction once its history is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The assessment with the factors of history.
    pub assessment: Assessment,
    /// When it should be answered, were it queued at the given time.
    pub due_time: Timestamp,
    /// What the policy in shadow says; it is only counted.
    pub shadow: Option<ShadowVerdict>,
}

/// What a policy in shadow says of an interaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShadowVerdict {
    /// Its revision.
    pub revision: u32,
    /// Its label.
    pub label: Label,
    /// Its level.
    pub level: Level,
}

/// Decides from an input, with its history filled in, and the time of entering the queue. Pure.
pub type Decide = Arc<dyn Fn(&AssessmentInput, Timestamp) -> Decision + Send + Sync>;

/// A method whose requests are idempotent by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum IdempotentMethod {
    /// `SubmitInteraction`, alone or in a stream.
    Submit = 1,
    /// `LeaseItems`.
    Lease = 2,
    /// `StreamTurns`.
    Live = 3,
    /// `EraseSubject`.
    Erase = 20,
    /// `BumpItem`.
    Bump = 40,
    /// `UpdateCase`.
    UpdateCase = 50,
    /// `MergeCases`.
    MergeCases = 51,
    /// `SplitInteraction`.
    SplitInteraction = 52,
}

/// One interaction to be stored.
pub struct Submission {
    /// Whose it is.
    pub tenant: TenantId,
    /// Who submits it.
    pub principal: PrincipalId,
    /// How soon it is to be stored where others wait too.
    pub class: WorkClass,
    /// The caller's request id.
    pub request_id: Option<Uuid>,
    /// What is stored.
    pub content: InteractionContent,
    /// Link to the recording; sealed in a field of its own.
    pub recording_uri: Option<RawText>,
    /// What joins it to a case.
    pub join: JoinKeys,
    /// Whose matter it is.
    pub subject: SubjectKeys,
    /// What was said last asks for nobody: a machine said it, or it only says thanks. It raises and reopens nothing.
    pub quiet: bool,
    /// The assessment rules.
    pub decide: Decide,
}

impl fmt::Debug for Submission {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Submission").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

/// What a submission came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Submitted {
    /// Random handle of the submission.
    pub submission: InteractionId,
}
