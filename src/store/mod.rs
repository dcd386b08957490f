//! What is kept and how it is asked for: the [`Store`] trait, its values and its errors. An engine seals every text
//! before it writes; this module knows neither SQL nor keys, and no text but redacted text.

pub mod record;

pub mod embedded;

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use uuid::Uuid;

use crate::{
    assessment::{Assessment, AssessmentInput, Label, Level, Tier},
    conversation::{Channel, Part, RawText, Role},
    id::{CaseId, CredentialId, InteractionId, LeaseId, PrincipalId, TenantId},
    queue::{ItemState, Lane},
    redact::{Kind, Likelihood, RedactedText},
    text::{Language, Span},
    time::Timestamp,
};

// ---- intake --------------------------------------------------------------------------------------------------

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
}

/// Why the text of an interaction was not stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TextState {
    /// Redacted and stored.
    Redacted,
    /// Redaction failed; nothing of the text was kept.
    Withheld,
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
}

/// One interaction to be stored.
pub struct Submission {
    /// Whose it is.
    pub tenant: TenantId,
    /// Who submits it.
    pub principal: PrincipalId,
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

// ---- reading -------------------------------------------------------------------------------------------------

/// Which cases a reader may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadScope {
    /// All of the tenant.
    Tenant,
    /// Those this principal leases now, or leased at or after `since`.
    HandledBy {
        /// Start of the period.
        since: Timestamp,
    },
}

/// Who reads, for the audit log and the scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reader {
    /// The tenant of the credential.
    pub tenant: TenantId,
    /// The principal of the credential.
    pub principal: PrincipalId,
    /// What it may see.
    pub scope: ReadScope,
}

/// State of the work on a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CaseState {
    /// Waits in the queue, or is leased.
    Open,
    /// Somebody is talking to the customer.
    Active,
    /// Waits for the customer.
    Pending,
    /// Done.
    Resolved,
}

/// A case as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRecord {
    /// The case.
    pub case: CaseId,
    /// The caller's reference.
    pub source_ref: Option<SourceRef>,
    /// The caller's reference of the customer.
    pub customer_ref: Option<String>,
    /// State of the work.
    pub state: CaseState,
    /// Queue.
    pub queue: String,
    /// Service tier.
    pub tier: Tier,
    /// Language, where known.
    pub language: Option<Language>,
    /// Channel of the latest interaction.
    pub channel: Channel,
    /// Label of the latest interaction.
    pub label: Label,
    /// Level.
    pub level: Level,
    /// Priority value behind the level.
    pub value: u16,
    /// It stands in the emergency lane.
    pub emergency: bool,
    /// When it was opened.
    pub create_time: Timestamp,
    /// When it last changed.
    pub update_time: Timestamp,
    /// When it entered the queue and when it should be answered, while it is queued.
    pub queued: Option<(Timestamp, Timestamp)>,
    /// Grows with every change.
    pub version: u64,
    /// An older open case of the same customer.
    pub possible_duplicate_of: Option<CaseId>,
}

/// A stored interaction as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InteractionRecord {
    /// The interaction.
    pub interaction: InteractionId,
    /// When it was received.
    pub receive_time: Timestamp,
    /// Everything stored; with `input.turns` filled.
    pub content: InteractionContent,
    /// The assessment with the factors of history.
    pub assessment: Assessment,
    /// There is a link to a recording.
    pub has_recording: bool,
}

/// Conditions on cases; all must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// State is this.
    pub state: Option<CaseState>,
    /// Queue is this.
    pub queue: Option<String>,
    /// Channel of the latest interaction is this.
    pub channel: Option<Channel>,
    /// Level is at least this.
    pub level_min: Option<Level>,
    /// Level is at most this.
    pub level_max: Option<Level>,
    /// Label is this.
    pub label: Option<Label>,
    /// Language is this.
    pub language: Option<Language>,
    /// Opened at or after.
    pub created_from: Option<Timestamp>,
    /// Opened before.
    pub created_before: Option<Timestamp>,
}

/// What an open case is looked up by.
#[derive(Debug)]
pub enum CaseLookup {
    /// Reference of a case or of an interaction.
    SourceRef(SourceRef),
    /// Reference of the customer.
    CustomerRef(String),
    /// E-mail address, normalised.
    Email(RawText),
    /// Telephone number, normalised.
    Phone(RawText),
}

/// An open case that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenCase {
    /// The case.
    pub case: CaseId,
    /// Level.
    pub level: Level,
    /// State.
    pub state: CaseState,
}

// ---- queue ---------------------------------------------------------------------------------------------------

/// What a worker asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseRequest {
    /// The tenant.
    pub tenant: TenantId,
    /// Who asks.
    pub principal: PrincipalId,
    /// The caller's request id: a retry gets the same leases.
    pub request_id: Option<Uuid>,
    /// Queues in order of preference.
    pub queues: Vec<String>,
    /// How many at most.
    pub max_items: u32,
    /// How long the leases last.
    pub lease_duration: Duration,
    /// How long to wait for an item.
    pub wait_duration: Duration,
    /// Skills of the worker.
    pub skills: Vec<String>,
    /// Languages of the worker; empty: any.
    pub languages: Vec<Language>,
}

/// A lease as its holder names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseHandle {
    /// The tenant.
    pub tenant: TenantId,
    /// Who holds it.
    pub principal: PrincipalId,
    /// The lease.
    pub lease: LeaseId,
    /// The fence that came with it.
    pub epoch: u64,
}

/// An item of the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueEntry {
    /// The case.
    pub case: CaseId,
    /// The lease and when it ends, while there is one.
    pub lease: Option<(LeaseId, Timestamp)>,
    /// Fence of the latest lease; 0: never leased.
    pub epoch: u64,
    /// Queue.
    pub queue: String,
    /// Lane.
    pub lane: Lane,
    /// State.
    pub state: ItemState,
    /// When it entered.
    pub enter_time: Timestamp,
    /// When it should be answered.
    pub due_time: Timestamp,
    /// Level.
    pub level: Level,
    /// Priority value.
    pub value: u16,
    /// Label.
    pub label: Label,
    /// Channel.
    pub channel: Channel,
    /// Tier.
    pub tier: Tier,
    /// Language, where known.
    pub language: Option<Language>,
    /// How often it was leased.
    pub attempts: u32,
}

// ---- credentials ---------------------------------------------------------------------------------------------

/// What a principal may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum AccessRole {
    /// Submits.
    Intake = 1,
    /// Analyses without storing.
    Analyst = 2,
    /// Works the queue.
    Agent = 3,
    /// Reads the tenant's cases.
    Supervisor = 4,
    /// Manages credentials.
    TenantAdmin = 5,
}

impl AccessRole {
    /// Every role.
    pub const ALL: [Self; 5] = [Self::Intake, Self::Analyst, Self::Agent, Self::Supervisor, Self::TenantAdmin];
}

/// A credential to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCredential {
    /// The tenant.
    pub tenant: TenantId,
    /// Who makes it; `None`: somebody on the host.
    pub creator: Option<PrincipalId>,
    /// Roles, at least one.
    pub roles: Vec<AccessRole>,
    /// A label for people.
    pub label: String,
    /// How long it is valid.
    pub valid_duration: Duration,
}

/// A credential as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialRecord {
    /// The credential.
    pub credential: CredentialId,
    /// The principal it belongs to.
    pub principal: PrincipalId,
    /// The tenant.
    pub tenant: TenantId,
    /// Roles.
    pub roles: Vec<AccessRole>,
    /// A label for people.
    pub label: String,
    /// When it was made.
    pub create_time: Timestamp,
    /// When it ends.
    pub expire_time: Timestamp,
    /// When it was revoked.
    pub revoke_time: Option<Timestamp>,
}

/// A page: its items and, where there are more, the position after the last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Opaque position to go on from.
    pub next: Option<Vec<u8>>,
}

// ---- the trait -----------------------------------------------------------------------------------------------

/// Why a store did not do what it was asked for. No variant carries customer text.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Absent, of another tenant, or not open to the caller: one answer for all three.
    #[error("not found")]
    NotFound,
    /// The request id came before with another content.
    #[error("request id reused with another content")]
    RequestIdReused,
    /// The lease ended and was given to another, or its epoch is stale.
    #[error("lease lost")]
    LeaseLost,
    /// The record was erased.
    #[error("record gone")]
    RecordGone,
    /// The position of a page is not one of this store.
    #[error("invalid page position")]
    InvalidPosition,
    /// The disk is full or a queue inside is; nothing was written.
    #[error("no capacity: {0}")]
    Exhausted(&'static str),
    /// The store shuts down or has stopped writing after a failed fsync.
    #[error("unavailable: {0}")]
    Unavailable(&'static str),
    /// Stored bytes are not what was written; the record is named by id.
    #[error("damaged: {0}")]
    Damaged(String),
    /// A fault of the engine underneath; for the log, never for a caller.
    #[error("storage engine: {0}")]
    Engine(String),
}

/// A durable, sealed store. Whatever a method has answered survives the loss of the process and of power.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Stores an interaction, joins it to its case and queues the case as far as its handling says.
    async fn submit(&self, submission: Submission) -> Result<Submitted, StoreError>;

    /// Reads a case and its interactions, oldest first, at most the newest 100. Audited before it answers.
    async fn get_case(&self, reader: Reader, case: CaseId) -> Result<(CaseRecord, Vec<InteractionRecord>), StoreError>;

    /// Lists cases, newest first.
    async fn list_cases(
        &self,
        reader: Reader,
        filter: CaseFilter,
        limit: u32,
        after: Option<Vec<u8>>,
    ) -> Result<Page<CaseRecord>, StoreError>;

    /// Finds at most 10 open cases, most urgent first. Audited before it answers.
    async fn find_open_cases(&self, reader: Reader, lookup: CaseLookup) -> Result<Vec<OpenCase>, StoreError>;

    /// Reads one interaction of a case. Audited before it answers.
    async fn get_interaction(
        &self,
        reader: Reader,
        case: CaseId,
        interaction: InteractionId,
    ) -> Result<InteractionRecord, StoreError>;

    /// Leases the next items; waits as long as asked for while there is none.
    async fn lease_items(&self, request: LeaseRequest) -> Result<Vec<QueueEntry>, StoreError>;

    /// Extends a lease from now by `duration`.
    async fn renew_lease(&self, lease: LeaseHandle, duration: Duration) -> Result<QueueEntry, StoreError>;

    /// Ends the work: the item leaves the queue, the case takes `state` (`Pending` or `Resolved`).
    async fn acknowledge_item(&self, lease: LeaseHandle, state: CaseState) -> Result<(), StoreError>;

    /// Gives an item back, to be leased after `delay`; its place by age is kept.
    async fn release_item(&self, lease: LeaseHandle, delay: Duration) -> Result<(), StoreError>;

    /// Lists the items of a queue in the order of leasing.
    async fn list_items(
        &self,
        tenant: TenantId,
        queue: String,
        limit: u32,
        after: Option<Vec<u8>>,
    ) -> Result<Page<QueueEntry>, StoreError>;

    /// The tenant of that name, made if there is none.
    async fn ensure_tenant(&self, name: &str) -> Result<TenantId, StoreError>;

    /// Makes a credential and its token, which is not kept and cannot be shown again.
    async fn create_credential(&self, new: NewCredential) -> Result<(CredentialRecord, RawText), StoreError>;

    /// The credential behind a token, unless it ended or was revoked. Takes the same path for every wrong token.
    async fn authenticate(&self, token: &str) -> Result<Option<CredentialRecord>, StoreError>;

    /// Lists credentials, newest first.
    async fn list_credentials(
        &self,
        tenant: TenantId,
        limit: u32,
        after: Option<Vec<u8>>,
    ) -> Result<Page<CredentialRecord>, StoreError>;

    /// Revokes a credential at once.
    async fn revoke_credential(
        &self,
        tenant: TenantId,
        by: Option<PrincipalId>,
        credential: CredentialId,
    ) -> Result<CredentialRecord, StoreError>;

    /// Waits until everything acknowledged is written, and closes. Later calls answer `Unavailable`.
    async fn close(&self) -> Result<(), StoreError>;
}
