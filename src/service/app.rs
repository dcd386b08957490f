//! What every service works with: the store, the core, the policy, the time, and the news that the server shuts down.

use std::sync::Arc;

use tokio::sync::watch;

use super::{
    limits,
    metrics::Metrics,
    rules::{Rules, TenantRules},
    shares::Shares,
    status::{Failure, Outcome, Reason},
};
use crate::{
    access::Caller,
    id::TenantId,
    queue::WorkClass,
    store::{AccessRole, ReadScope, Reader, Store, turns::Turns},
    time::{ServiceTime, Timestamp},
};

/// How long after its last lease an agent may still read a case.
const HANDLED: std::time::Duration = std::time::Duration::from_hours(24);

/// The parts that all services share. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// What is kept.
    pub store: Arc<dyn Store>,
    /// The core, by tenant.
    pub rules: Arc<TenantRules>,
    /// Counters.
    pub metrics: Arc<Metrics>,
    /// What each tenant may take.
    pub shares: Arc<Shares>,
    turns: Arc<Turns<TenantId>>,
    time: ServiceTime,
    draining: watch::Receiver<bool>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("App").field("time", &self.time).finish_non_exhaustive()
    }
}

impl App {
    /// The parts together. `draining` turns true when the server shuts down.
    pub fn new(store: Arc<dyn Store>, rules: TenantRules, time: ServiceTime, draining: watch::Receiver<bool>) -> Self {
        let (metrics, rules) = (Arc::new(Metrics::new()), Arc::new(rules));
        let (shares, turns) = (Arc::new(Shares::new(time.clone())), Turns::of_machine());
        Self { store, rules, metrics, shares, turns, time, draining }
    }

    /// The time that judges every expiry.
    pub fn now(&self) -> Timestamp {
        self.time.now()
    }

    /// The policy of a tenant and what carries it out.
    ///
    /// # Errors
    /// The policy does not compile any more.
    pub fn rules(&self, tenant: TenantId) -> Outcome<Arc<Rules>> {
        self.rules.of(tenant)
    }

    /// Runs work on the processor: here where the input is small; when it is its tenant's turn, and on a thread of its
    /// own, where it is not.
    ///
    /// # Errors
    /// The work panicked.
    pub async fn compute<T: Send + 'static>(
        &self,
        (tenant, class): (TenantId, WorkClass),
        bytes: usize,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Outcome<T> {
        if bytes <= limits::INLINE_TEXT_BYTES_MAX {
            return Ok(work());
        }
        let turn = self.turns.turn(tenant, class).await;
        let done = tokio::task::spawn_blocking(move || (work(), turn)).await;
        done.map(|(done, _)| done).map_err(|_| Failure::of(Reason::Internal))
    }

    /// Whether the server shuts down.
    pub fn is_draining(&self) -> bool {
        *self.draining.borrow()
    }

    /// Ends when the server shuts down.
    pub async fn drained(&self) {
        let mut draining = self.draining.clone();
        // An error means that the server itself is gone, which is the same news.
        drop(draining.wait_for(|draining| *draining).await);
    }

    /// What a caller may read: a supervisor all of its tenant, others what they handle or handled lately.
    pub fn reader(&self, caller: &Caller) -> Reader {
        let scope = if caller.roles.contains(&AccessRole::Supervisor) {
            ReadScope::Tenant
        } else {
            ReadScope::HandledBy { since: self.now() - HANDLED }
        };
        Reader { tenant: caller.tenant, principal: caller.principal, scope }
    }
}

/// Who sent a request. The gate put it there; a request that did not pass the gate is refused.
///
/// # Errors
/// There is no caller.
pub fn caller<T>(request: &tonic::Request<T>) -> Outcome<Caller> {
    request.extensions().get::<Caller>().cloned().ok_or_else(|| Failure::of(Reason::CredentialInvalid))
}
