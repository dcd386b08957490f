//! What is kept and how it is asked for: the [`Store`] trait, its values and its errors. An engine seals every text
//! before it writes; this module knows neither SQL nor keys, and no text but redacted text.

mod casework;
mod credentials;
mod intake;
mod live;
mod offboarding;
mod orders;
mod posture;
mod privacy;
mod queue;
mod reading;
pub mod record;
mod rotation;
mod statistics;
mod teaching;
pub mod tombstone;
pub mod turns;
mod watch;

pub mod embedded;

use std::time::Duration;

use async_trait::async_trait;

pub use self::{
    casework::{Actor, CaseChange, CaseVersion, Casework},
    credentials::{AccessRole, CredentialRecord, NewCredential},
    intake::{
        Decide, Decision, Handling, IdempotentMethod, InteractionContent, JoinKeys, ShadowVerdict, SourceRef,
        StoredAttachment, StoredFinding, StoredTurn, SubjectKeys, Submission, Submitted, TextState,
    },
    live::{LiveChange, LiveInteraction, LivePosition},
    offboarding::{Confirmation, ExportCursor, ExportMark, ExportedItem, Offboarding, OffboardingRecord, Sealed},
    orders::{ExportRecord, ExportedCase, Orders, PurgeFilter, PurgeRecord, PurgeState, RecipientRecord},
    posture::{BackupTimes, KeyUse, LeftoverCounts, Posture, PostureRecord, Recovery, RetentionState},
    privacy::{
        Assurance, Attestation, BACKUP_RETENTION, CASES_LISTED_MAX, DeleteCaseRequest, ErasureRecord, ErasureRequest,
        ErasureState, HoldReason, HoldRecord, HoldState, HoldTarget, Holdings, NewHold, Officer, Privacy, RetentionOf,
        SubjectRecord, SubjectSelector, UPKEEP_MAX, Upkeep,
    },
    queue::{BumpRequest, Bumped, LeaseHandle, LeaseRequest, QueueEntry},
    reading::{CaseFilter, CaseLookup, CaseRecord, CaseState, InteractionRecord, OpenCase, Page, ReadScope, Reader},
    rotation::Rotated,
    statistics::{Breakdown, Cell, Period, SUBJECTS_MIN, StatisticsRequest, Tally, bucket},
    teaching::{
        CorrectionReason, CorrectionRecord, CorrectionRequest, Flip, NewPolicy, PolicyRecord, PolicyStage, RedactAgain,
        Rescore, RescoreRequest, Rescored, Sample, SamplesRequest, Teaching,
    },
    watch::{Position, QueueChanges, QueueWatch},
};
use crate::{
    conversation::RawText,
    id::{CaseId, CredentialId, InteractionId, PrincipalId, TenantId},
    time::Timestamp,
};

/// Why a store did not do what it was asked for. No variant carries customer text.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Absent, of another tenant, or not open to the caller: one answer for all three.
    #[error("not found")]
    NotFound,
    /// The request id came before with another content.
    #[error("request id reused with another content")]
    RequestIdReused,
    /// The policy was changed since it was read.
    #[error("changed since it was read")]
    Changed,
    /// The lease ended and was given to another, or its epoch is stale.
    #[error("lease lost")]
    LeaseLost,
    /// The case was resolved, set to wait for its customer, or merged while it was leased.
    #[error("case closed")]
    CaseClosed,
    /// The case was merged into another.
    #[error("case merged")]
    CaseMerged,
    /// The case is in the queue and the caller does not hold its lease.
    #[error("lease required")]
    LeaseRequired,
    /// A case is never left without an interaction.
    #[error("last interaction of its case")]
    LastInteraction,
    /// The case does not wait in the queue.
    #[error("not queued")]
    NotQueued,
    /// Whoever asks has moved as many items forward as the policy allows.
    #[error("budget spent")]
    BudgetSpent,
    /// Whoever asks holds as many leases as it may.
    #[error("capacity reached")]
    CapacityReached,
    /// The record was erased.
    #[error("record gone")]
    RecordGone,
    /// A legal hold that ends then keeps it from being destroyed.
    #[error("on hold")]
    OnHold(Timestamp),
    /// Nothing is kept of anybody these lead to.
    #[error("nobody found")]
    SubjectNotFound,
    /// The recipient is revoked, or not registered for long enough.
    #[error("recipient not usable")]
    RecipientUnusable,
    /// The act needs a second person.
    #[error("the same person")]
    SamePerson,
    /// The credential of the second person is too new to speak for another person.
    #[error("credential too new")]
    NewCredential,
    /// The reference of an interaction came before, under another request id.
    #[error("source reference known")]
    SourceRefKnown,
    /// Another stream has written to this interaction since.
    #[error("superseded by another stream")]
    Superseded,
    /// The position of a watcher is too old to go on from.
    #[error("position too old")]
    TooOld,
    /// The position of a page is not one of this store.
    #[error("invalid page position")]
    InvalidPosition,
    /// The disk is full or a queue inside is; nothing was written.
    #[error("no capacity: {0}")]
    Exhausted(&'static str),
    /// The store shuts down or has stopped writing after a failed fsync.
    #[error("unavailable: {0}")]
    Unavailable(&'static str),
    /// Texts stay closed since a restore, because tombstones may be missing.
    #[error("closed since a restore whose tombstones may be incomplete")]
    Closed,
    /// Stored bytes are not what was written; the record is named by id.
    #[error("damaged: {0}")]
    Damaged(String),
    /// A fault of the engine underneath; for the log, never for a caller.
    #[error("storage engine: {0}")]
    Engine(String),
}

/// A durable, sealed store. Whatever a method has answered survives the loss of the process and of power.
#[async_trait]
pub trait Store: Teaching + Privacy + Orders + Offboarding + Posture + Casework + Send + Sync + 'static {
    /// Stores an interaction, joins it to its case and queues the case as far as its handling says.
    async fn submit(&self, submission: Submission) -> Result<Submitted, StoreError>;

    /// Opens a live interaction that has no turns yet, or finds the one that the same request opened before.
    async fn open_live(&self, submission: Submission) -> Result<LiveInteraction, StoreError>;

    /// Adds turns to a live interaction, or puts its whole content in its place under a new key.
    async fn change_live(&self, change: LiveChange) -> Result<LivePosition, StoreError>;

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

    /// Moves an item forward.
    async fn bump_item(&self, request: BumpRequest) -> Result<Bumped, StoreError>;

    /// Lists the items of a queue in the order of leasing.
    async fn list_items(
        &self,
        tenant: TenantId,
        queue: String,
        limit: u32,
        after: Option<Vec<u8>>,
    ) -> Result<Page<QueueEntry>, StoreError>;

    /// Watches a queue, from a position of this principal on where one is given.
    async fn watch_queue(
        &self,
        tenant: TenantId,
        principal: PrincipalId,
        queue: String,
        after: Option<Vec<u8>>,
    ) -> Result<QueueWatch, StoreError>;

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

    /// Ends when the store has stopped for good after a fault of the disk; never otherwise.
    async fn failed(&self);

    /// Waits until everything acknowledged is written, and closes. After a fault of the disk it says so. Later calls answer `Unavailable`.
    async fn close(&self) -> Result<(), StoreError>;
}
