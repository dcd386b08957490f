//! What people do with a case itself: set its state, queue and tier, merge it with another, split an interaction off. Knows
//! no engine and no key.

use std::sync::Arc;

use async_trait::async_trait;
use uuid::Uuid;

use super::{CaseRecord, CaseState, Reader, StoreError};
use crate::{
    assessment::Tier,
    id::{CaseId, InteractionId},
    policy::Policy,
};

/// A case as somebody has read it: another version means that it was changed since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaseVersion {
    /// The case.
    pub case: CaseId,
    /// Its version.
    pub version: u64,
}

/// Who acts on cases, and what decides about their place. Somebody who sees only what they handle must hold the lease of
/// every case that is in the queue.
#[derive(Clone, Debug)]
pub struct Actor {
    /// Who, and what they may see.
    pub reader: Reader,
    /// The caller's request id: a retry changes nothing and gets the case as it is then.
    pub request_id: Option<Uuid>,
    /// The policy whose bands and targets place cases anew.
    pub policy: Arc<Policy>,
}

/// What becomes of a case; what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseChange {
    /// `Open`, `Pending` or `Resolved`.
    pub state: Option<CaseState>,
    /// Queue.
    pub queue: Option<String>,
    /// Service tier.
    pub tier: Option<Tier>,
}

/// Acts on cases. Each is one transaction with its audit event; each gives the case as it is afterwards.
#[async_trait]
pub trait Casework: Send + Sync + 'static {
    /// Changes a case. One that is resolved or waits for its customer leaves the queue, and a live lease of it ends.
    async fn update_case(&self, actor: Actor, at: CaseVersion, change: CaseChange) -> Result<CaseRecord, StoreError>;

    /// Moves every interaction of the sources into the target, which takes the earlier due time and the higher level. Each
    /// interaction keeps its key and its subject; no text is written a second time. References of a source lead to the
    /// target from then on.
    async fn merge_cases(
        &self,
        actor: Actor,
        target: CaseVersion,
        sources: Vec<CaseVersion>,
    ) -> Result<CaseRecord, StoreError>;

    /// Moves one interaction into a case of its own, as if it had come alone; gives the new case.
    async fn split_interaction(
        &self,
        actor: Actor,
        at: CaseVersion,
        interaction: InteractionId,
    ) -> Result<CaseRecord, StoreError>;
}
