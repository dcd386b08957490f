//! What takes two people: records of a faulty intake are purged, and everything kept of a person is exported, only as one
//! officer asked for it and another confirmed it. Knows no engine and no key.

use async_trait::async_trait;

use super::{CaseRecord, Holdings, InteractionRecord, Officer, StoreError, SubjectSelector};
use crate::{
    conversation::Channel,
    id::{CaseId, ExportId, PrincipalId, PurgeId, RecipientId, SubjectId},
    time::Timestamp,
};

/// Which interactions are purged; all conditions hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurgeFilter {
    /// Received from then on.
    pub from: Timestamp,
    /// Received before then.
    pub until: Timestamp,
    /// Submitted by this principal.
    pub principal: Option<PrincipalId>,
    /// Of this channel.
    pub channel: Option<Channel>,
    /// With an attribute of this name.
    pub attribute: Option<String>,
    /// Assessed at this revision of the policy.
    pub policy_revision: Option<u32>,
}

/// How far a purge has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PurgeState {
    /// Counted; it waits for a second person.
    Counted,
    /// Under way: call again to go on.
    Purging,
    /// Done.
    Purged,
}

/// A purge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PurgeRecord {
    /// The purge.
    pub purge: PurgeId,
    /// How far it has come.
    pub state: PurgeState,
    /// What it purges.
    pub filter: PurgeFilter,
    /// Interactions that were counted.
    pub counted: u64,
    /// Interactions that are purged.
    pub purged: u64,
    /// Interactions that a legal hold kept.
    pub held: u64,
    /// To be sent by the second person.
    pub etag: String,
    /// Who asked for it.
    pub creator: PrincipalId,
    /// Who confirmed it.
    pub approver: Option<PrincipalId>,
    /// When it was asked for.
    pub create_time: Timestamp,
}

/// Somebody to whom exports are sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecipientRecord {
    /// The recipient.
    pub recipient: RecipientId,
    /// The public key, as age writes it.
    pub key: String,
    /// Who registered it.
    pub creator: PrincipalId,
    /// When.
    pub create_time: Timestamp,
    /// From when on exports may be sealed to it.
    pub usable_time: Timestamp,
    /// When it was revoked.
    pub revoke_time: Option<Timestamp>,
}

/// An export that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportRecord {
    /// The export.
    pub export: ExportId,
    /// Whose data.
    pub subjects: Vec<SubjectId>,
    /// To whom it is sealed.
    pub recipient: RecipientRecord,
    /// How much it is.
    pub holdings: Holdings,
    /// To be sent by the second person.
    pub etag: String,
    /// Who asked for it.
    pub creator: PrincipalId,
    /// When it was asked for.
    pub create_time: Timestamp,
}

/// What is kept of a person in one case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedCase {
    /// The case.
    pub case: CaseId,
    /// Its own fields, where they are this person's.
    pub own: Option<CaseRecord>,
    /// This person's interactions.
    pub interactions: Vec<InteractionRecord>,
}

/// Acts of two people.
#[async_trait]
pub trait Orders: Send + Sync + 'static {
    /// Counts what a filter matches and notes that it is to be purged. Audited.
    async fn count_purge(&self, officer: Officer, filter: PurgeFilter) -> Result<PurgeRecord, StoreError>;

    /// Purges a bounded part of what was counted; not for who asked for it. Audited.
    async fn run_purge(&self, officer: Officer, purge: PurgeId, etag: String) -> Result<PurgeRecord, StoreError>;

    /// Registers a recipient, usable a day later. Audited.
    async fn register_recipient(&self, officer: Officer, key: String) -> Result<RecipientRecord, StoreError>;

    /// Lists recipients, newest first, at most 1000.
    async fn list_recipients(&self, officer: Officer) -> Result<Vec<RecipientRecord>, StoreError>;

    /// Revokes a recipient at once. Audited.
    async fn revoke_recipient(&self, officer: Officer, recipient: RecipientId) -> Result<RecipientRecord, StoreError>;

    /// Notes that everything of these people is to be exported to a recipient that is usable. Audited.
    async fn request_export(
        &self,
        officer: Officer,
        selectors: Vec<SubjectSelector>,
        recipient: RecipientId,
    ) -> Result<ExportRecord, StoreError>;

    /// Reads what was asked for, once; not for who asked for it. Audited before it answers.
    async fn run_export(
        &self,
        officer: Officer,
        export: ExportId,
        etag: String,
    ) -> Result<(ExportRecord, Vec<ExportedCase>), StoreError>;
}
