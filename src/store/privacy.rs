//! What a privacy officer does: finds a person, links two, erases, holds. Knows no engine and no key; identifiers pass
//! through and are kept nowhere.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use tokio::sync::broadcast;
use uuid::Uuid;

use super::{SourceRef, StoreError, tombstone::Cause};
use crate::{
    conversation::RawText,
    crypto::{PublicKey, Signature, StoreId},
    id::{CaseId, ErasureId, HoldId, InteractionId, PrincipalId, SubjectId, TenantId},
    policy::Retention,
    time::Timestamp,
};

/// The longest time that a backup may be kept: after it, no copy of a destroyed key is left.
pub const BACKUP_RETENTION: Duration = Duration::from_hours(35 * 24);

/// Who acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Officer {
    /// The tenant of the credential.
    pub tenant: TenantId,
    /// The principal of the credential.
    pub principal: PrincipalId,
}

/// What leads to a person.
#[derive(Debug)]
pub enum SubjectSelector {
    /// The random id.
    Subject(SubjectId),
    /// Whose matter a case is.
    Case(CaseId),
    /// Whose matter the case or the interaction of this reference is.
    SourceRef(SourceRef),
    /// The caller's reference of the customer.
    CustomerRef(String),
    /// E-mail address, normalised.
    Email(RawText),
    /// Telephone number, normalised.
    Phone(RawText),
}

/// How much is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Holdings {
    /// Cases whose own fields are of these people.
    pub cases: u64,
    /// Interactions.
    pub interactions: u64,
    /// Keyed hashes that lead to them.
    pub identifiers: u64,
}

/// A person by the random id, with what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubjectRecord {
    /// The person.
    pub subject: SubjectId,
    /// What is kept.
    pub holdings: Holdings,
    /// A legal hold keeps it from being erased at present.
    pub is_held: bool,
}

/// An erasure that is asked for.
#[derive(Debug)]
pub struct ErasureRequest {
    /// Who asks.
    pub officer: Officer,
    /// Who is to be erased: all that these lead to.
    pub selectors: Vec<SubjectSelector>,
    /// What the first call showed; `None`: show it.
    pub etag: Option<String>,
    /// The caller's request id.
    pub request_id: Option<Uuid>,
}

/// How far an erasure has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ErasureState {
    /// Shown; nothing was done.
    Shown,
    /// It waits for a legal hold to end, and then runs by itself.
    OnHold,
    /// Done: every key is destroyed.
    Erased,
    /// Under way, a part at a time; it runs to its end by itself.
    Erasing,
}

/// What a destroyed key promises about copies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Assurance {
    /// The wraps are overwritten in the live files; the medium or a snapshot may still hold old blocks, which open only
    /// with the master key.
    Logical,
    /// Beyond that, the version of the root key that wrapped them was destroyed where it was kept.
    Cryptographic,
}

/// An erasure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasureRecord {
    /// Its name; `None`: it was only shown.
    pub erasure: Option<ErasureId>,
    /// How far it has come.
    pub state: ErasureState,
    /// Why.
    pub cause: Cause,
    /// The people.
    pub subjects: Vec<SubjectId>,
    /// Cases that went as a whole.
    pub cases: Vec<CaseId>,
    /// How much it is.
    pub holdings: Holdings,
    /// To be sent with the call that acts; where nothing was done.
    pub etag: Option<String>,
    /// When it was asked for.
    pub create_time: Timestamp,
    /// When the last hold in its way ends, as far as is known.
    pub hold_end_time: Option<Timestamp>,
    /// From when on nothing of it could be read any more.
    pub erase_time: Option<Timestamp>,
}

/// A certificate of an erasure, as far as the store knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attestation {
    /// The store.
    pub store: StoreId,
    /// What its destruction promises.
    pub assurance: Assurance,
    /// The key that signs for the store.
    pub public: PublicKey,
}

/// A case to be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeleteCaseRequest {
    /// Who asks.
    pub officer: Officer,
    /// The case.
    pub case: CaseId,
    /// Its version as it was read.
    pub version: u64,
    /// The caller's id of the request: a retry gets the same erasure.
    pub request_id: Option<Uuid>,
}

/// What is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HoldTarget {
    /// Everything of a person.
    Subject(SubjectId),
    /// A case, and through it the people whose data keys are in it.
    Case(CaseId),
}

/// Why something is held. Codes only: nothing is written in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HoldReason {
    /// A dispute before a court, or one that is expected.
    Litigation,
    /// A regulator asks.
    Regulator,
    /// An investigation within the company.
    Investigation,
    /// Something else.
    Other,
}

/// A hold to be placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewHold {
    /// Who places it.
    pub officer: Officer,
    /// What.
    pub target: HoldTarget,
    /// Why.
    pub reason: HoldReason,
    /// When it ends by itself.
    pub end_time: Timestamp,
}

/// How far a hold has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum HoldState {
    /// It waits for a second person; it holds nothing yet.
    Proposed,
    /// It holds.
    Active,
    /// Somebody released it.
    Released,
    /// Its time is over, or nobody approved it in time.
    Ended,
}

/// A hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HoldRecord {
    /// The hold.
    pub hold: HoldId,
    /// What is held.
    pub target: HoldTarget,
    /// Why.
    pub reason: HoldReason,
    /// How far it has come.
    pub state: HoldState,
    /// Who placed it.
    pub placer: PrincipalId,
    /// Who approved it: another person.
    pub approver: Option<PrincipalId>,
    /// When it was placed.
    pub create_time: Timestamp,
    /// When it ends by itself.
    pub end_time: Timestamp,
}

/// The periods of retention of a tenant. Pure.
pub type RetentionOf = Arc<dyn Fn(TenantId) -> Retention + Send + Sync>;

/// How much one round of upkeep does at most.
pub const UPKEEP_MAX: u32 = 256;

/// How many cases the record of an erasure lists; it counts all of them.
pub const CASES_LISTED_MAX: usize = 10_000;

/// What a round of upkeep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Upkeep {
    /// Erasures that were on hold and ran.
    pub erasures: u64,
    /// Texts, interactions and audit events whose time was over.
    pub expired: u64,
    /// Rows without a key that were swept.
    pub swept: u64,
    /// There is more to do at once.
    pub more: bool,
}

/// People and what is kept of them.
#[async_trait]
pub trait Privacy: Send + Sync + 'static {
    /// Finds the people that these lead to, without any identifier. Audited.
    async fn lookup_subjects(
        &self,
        officer: Officer,
        selectors: Vec<SubjectSelector>,
    ) -> Result<Vec<SubjectRecord>, StoreError>;

    /// Makes two people one: everything of `from` is of `into` from now on. It cannot be undone. Audited.
    async fn link_subjects(
        &self,
        officer: Officer,
        into: SubjectId,
        from: SubjectId,
    ) -> Result<SubjectRecord, StoreError>;

    /// Shows, and with the etag of what was shown erases. Answers `Erased` only when every key is gone from the file.
    /// Audited.
    async fn erase_subjects(&self, request: ErasureRequest) -> Result<ErasureRecord, StoreError>;

    /// Deletes a case with its interactions, and who has nothing else. Audited.
    async fn delete_case(&self, request: DeleteCaseRequest) -> Result<ErasureRecord, StoreError>;

    /// Reads an erasure.
    async fn get_erasure(&self, officer: Officer, erasure: ErasureId) -> Result<ErasureRecord, StoreError>;

    /// Places a hold, which another person has to approve. Audited.
    async fn place_hold(&self, new: NewHold) -> Result<HoldRecord, StoreError>;

    /// Approves a hold, which holds from now on. Not by who placed it. Audited.
    async fn approve_hold(&self, officer: Officer, hold: HoldId) -> Result<HoldRecord, StoreError>;

    /// Releases a hold; erasures that wait for it alone run at once. Audited.
    async fn release_hold(&self, officer: Officer, hold: HoldId) -> Result<HoldRecord, StoreError>;

    /// Lists holds, newest first, at most 1000.
    async fn list_holds(&self, officer: Officer) -> Result<Vec<HoldRecord>, StoreError>;

    /// Does a bounded part of what time brings: runs erasures whose holds have ended, sweeps rows without a key, destroys
    /// what is kept long enough.
    async fn upkeep(&self, retention: RetentionOf) -> Result<Upkeep, StoreError>;

    /// Tells the interactions that are erased from now on, as they are.
    fn erased(&self) -> broadcast::Receiver<Arc<Vec<InteractionId>>>;

    /// What the store says of itself in a certificate.
    fn attestation(&self) -> Attestation;

    /// Signs a certificate.
    ///
    /// # Errors
    /// The library refused to sign.
    fn sign(&self, certificate: &[u8]) -> Result<Signature, StoreError>;
}
