//! Leases and the items of a queue as a store gives them. The order itself is in `crate::queue`.

use std::time::Duration;

use uuid::Uuid;

use crate::{
    assessment::{Label, Level, Tier},
    conversation::Channel,
    id::{CaseId, LeaseId, PrincipalId, TenantId},
    policy::Target,
    queue::{BumpReason, ItemState, Lane},
    text::Language,
    time::Timestamp,
};

/// What a worker asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeaseRequest {
    /// The tenant.
    pub tenant: TenantId,
    /// Who asks.
    pub principal: PrincipalId,
    /// The caller's request id: a retry gets the same leases.
    pub request_id: Option<Uuid>,
    /// This case and no other, whatever it asks for; nothing is waited for.
    pub case: Option<CaseId>,
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
    /// How many live leases the principal may hold, these included.
    pub leases_max: u32,
}

/// What is asked for to move an item forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BumpRequest {
    /// The tenant.
    pub tenant: TenantId,
    /// Who asks.
    pub principal: PrincipalId,
    /// The caller's request id: a retry changes nothing more.
    pub request_id: Option<Uuid>,
    /// The case whose item it is.
    pub case: CaseId,
    /// Why.
    pub reason: BumpReason,
    /// Only where the principal holds the lease.
    pub leased_only: bool,
    /// How many items the principal may move forward within 24 hours.
    pub budget: u32,
}

/// What a bump came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bumped {
    /// The item as it stands now; `None`: it has left the queue since.
    pub entry: Option<QueueEntry>,
    /// How many more the principal may move forward now.
    pub left: u32,
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
    /// The target that its due time is of.
    pub target: Target,
    /// How long that target stood still, in open time.
    pub paused: Duration,
    /// Why somebody moved it forward.
    pub bump: Option<BumpReason>,
}
