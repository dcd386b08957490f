//! What is read back, by whom, and by which conditions. Knows no engine and no key.

use super::{CorrectionRecord, InteractionContent, SourceRef};
use crate::{
    assessment::{Assessment, Label, Level, Tier},
    conversation::{Channel, RawText},
    id::{CaseId, InteractionId, PrincipalId, TenantId},
    queue::{Clocks, DueChange, ServiceTime},
    text::Language,
    time::Timestamp,
};

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
    /// Merged into another case, which has its interactions now.
    Merged,
}

impl CaseState {
    /// Whether there is still something to do.
    pub fn is_open(self) -> bool {
        !matches!(self, Self::Resolved | Self::Merged)
    }
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
    /// The case that it was merged into.
    pub merged_into: Option<CaseId>,
    /// Its clocks; `None`: it never waited in the queue.
    pub clocks: Option<Clocks>,
    /// What its targets came to, oldest first, at most the newest 100. Told by `get_case` only.
    pub service_times: Vec<ServiceTime>,
    /// How its due times changed, oldest first, at most the newest 100. Told by `get_case` only.
    pub due_changes: Vec<DueChange>,
    /// The reader holds its lease now. Told by `get_case` only.
    pub is_leased_by_reader: bool,
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
    /// What a person said of the assessment; it stands beside it and wins.
    pub correction: Option<CorrectionRecord>,
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

/// A page: its items and, where there are more, the position after the last one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Opaque position to go on from.
    pub next: Option<Vec<u8>>,
}
