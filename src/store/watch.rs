//! A queue under observation: its changes as they become durable, put together by item. Knows no engine and no wire.

use std::{fmt, sync::Arc};

use tokio::sync::broadcast;

use super::{QueueEntry, StoreError};
use crate::id::CaseId;

/// Changes of a queue: each item as it is now, whatever happened to it in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueChanges {
    /// Grows by one with each of them.
    pub sequence: u64,
    /// Items that entered or changed.
    pub items: Vec<QueueEntry>,
    /// Cases that left the queue.
    pub removed: Vec<CaseId>,
}

/// Makes the position of a watcher from a sequence number.
pub type Position = Box<dyn Fn(u64) -> Result<Vec<u8>, StoreError> + Send + Sync>;

/// A queue under observation.
pub struct QueueWatch {
    /// The sequence before the first change that will be seen.
    pub after: u64,
    /// Changes since the position that was resumed; `None`: none was given, so that the queue is to be listed first.
    pub missed: Option<Vec<Arc<QueueChanges>>>,
    /// Changes from now on. Who falls too far behind is told so.
    pub changes: broadcast::Receiver<Arc<QueueChanges>>,
    /// The position to resume from.
    pub position: Position,
}

impl fmt::Debug for QueueWatch {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("QueueWatch").field("after", &self.after).finish_non_exhaustive()
    }
}
