//! A tenant that leaves: everything it has stored is read once more, for a recipient of its own, and then destroyed with
//! the tenant's key. Two people, and nothing that came between the reading and the destruction. Knows no engine and no key.

use async_trait::async_trait;

use super::{CaseRecord, ErasureRecord, Holdings, InteractionRecord, Officer, RecipientRecord, StoreError};
use crate::{
    id::{CaseId, OffboardingId, PrincipalId, RecipientId},
    time::Timestamp,
};

/// An off-boarding that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffboardingRecord {
    /// The off-boarding.
    pub offboarding: OffboardingId,
    /// To whom everything is sealed.
    pub recipient: RecipientRecord,
    /// How much it was when it was asked for.
    pub holdings: Holdings,
    /// To be sent by the second person.
    pub etag: String,
    /// Who asked for it.
    pub creator: PrincipalId,
    /// When it was asked for.
    pub create_time: Timestamp,
}

/// A confirmation: which off-boarding, as it was shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Confirmation {
    /// Who confirms.
    pub officer: Officer,
    /// The off-boarding.
    pub offboarding: OffboardingId,
    /// What the first call showed.
    pub etag: String,
}

/// Where the store stood when an export began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ExportMark(pub i64);

/// How far an export has come; the default is its beginning.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ExportCursor {
    /// The last case.
    pub(crate) case: i64,
    /// The last interaction of it; `None`: the case is done.
    pub(crate) interaction: Option<i64>,
}

/// A part of what is exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExportedItem {
    /// A case; its interactions follow.
    Case(Box<CaseRecord>),
    /// An interaction, with its case.
    Interaction(CaseId, Box<InteractionRecord>),
}

/// An export that was read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Where the store stood when it began.
    pub mark: ExportMark,
    /// SHA-256 of the sealed bytes.
    pub receipt: [u8; 32],
    /// Cases in it.
    pub cases: u64,
    /// Interactions in it.
    pub interactions: u64,
}

/// The end of a tenant.
#[async_trait]
pub trait Offboarding: Send + Sync + 'static {
    /// Notes that the officer's tenant leaves, and counts what it has. The recipient must have been registered for 72
    /// hours. Audited.
    async fn request_offboarding(
        &self,
        officer: Officer,
        recipient: RecipientId,
    ) -> Result<OffboardingRecord, StoreError>;

    /// Begins to read everything; not for who asked for it. May be begun again. Audited before it answers.
    async fn begin_offboarding(&self, by: Confirmation) -> Result<(OffboardingRecord, ExportMark), StoreError>;

    /// Reads a bounded part, and where to go on; `None`: that was all.
    async fn read_offboarding(
        &self,
        officer: Officer,
        after: ExportCursor,
    ) -> Result<(Vec<ExportedItem>, Option<ExportCursor>), StoreError>;

    /// Notes that everything was read and sealed.
    async fn seal_offboarding(&self, by: Confirmation, sealed: Sealed) -> Result<(), StoreError>;

    /// Destroys everything of the tenant, where `receipt` is that of the newest sealed export and nothing has changed
    /// since that began. Answers when every key is gone from the file; from then on no credential of the tenant opens
    /// anything. Audited.
    async fn offboard_tenant(&self, by: Confirmation, receipt: [u8; 32]) -> Result<ErasureRecord, StoreError>;
}
