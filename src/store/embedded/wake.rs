//! Who waits for an item of which queue, and is woken when one becomes ready.

use std::sync::Arc;

use dashmap::DashMap;
use tokio::sync::{Notify, futures::OwnedNotified};

/// Waiting callers by number of the tenant and queue.
#[derive(Debug, Default)]
pub(super) struct Wakes(DashMap<(i64, String), Arc<Notify>>);

impl Wakes {
    /// Waits for the next item of a queue from now on: what comes between this call and the first poll counts.
    pub(super) fn wait(&self, tenant: i64, queue: &str) -> OwnedNotified {
        let entry = self.0.entry((tenant, queue.to_owned())).or_default();
        Arc::clone(&entry).notified_owned()
    }

    /// Wakes everybody who waits for this queue; each then looks for itself, since skills differ.
    pub(super) fn wake(&self, tenant: i64, queue: &str) {
        if let Some(entry) = self.0.get(&(tenant, queue.to_owned())) {
            entry.notify_waiters();
        }
    }
}
