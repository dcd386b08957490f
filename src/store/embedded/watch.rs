//! Who watches which queue. The thread that writes marks the items it changed; a task for each watched queue reads them
//! once, a little later, and tells all its watchers.

use std::{
    collections::{HashSet, VecDeque},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use dashmap::DashMap;
use rusqlite::Connection;
use tokio::{
    sync::{Notify, broadcast},
    time::Instant,
};

use super::{EmbeddedStore, cases::Case, items::Item, jobs::Turn, position, readers::Readers, ring::Tenant};
use crate::{
    crypto::random,
    id::{CaseId, PrincipalId},
    store::{QueueChanges, QueueEntry, QueueWatch, StoreError},
};

/// How long changes are put together before they are told.
const COALESCE: Duration = Duration::from_millis(50);
/// How many messages a watcher may be behind.
const BEHIND_MAX: usize = 64;
/// How many messages are kept for watchers that resume.
const KEPT_MAX: usize = 256;

/// How long a task waits for changes before it looks whether anybody still watches.
const LOOK: Duration = Duration::from_secs(1);
/// For how long a queue that nobody watches is remembered for who resumes: where changes were told, and where there is
/// nothing to resume but the listing.
const REMEMBERED: (Duration, Duration) = (Duration::from_mins(10), Duration::from_secs(10));

/// A watched queue.
#[derive(Debug)]
struct Queue {
    /// Tells this run of the task from others: positions of another one are too old.
    run: u64,
    changed: Mutex<HashSet<CaseId>>,
    wake: Notify,
    told: Mutex<Told>,
    sender: broadcast::Sender<Arc<QueueChanges>>,
}

/// What was told lately.
#[derive(Debug, Default)]
struct Told {
    sequence: u64,
    kept: VecDeque<Arc<QueueChanges>>,
}

/// The watched queues by number of the tenant and name.
#[derive(Debug, Default)]
pub(super) struct Watches(DashMap<(i64, String), Arc<Queue>>);

/// Locks; a panic elsewhere leaves these values whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watches {
    /// Notes durable changes.
    pub(super) fn mark(&self, changes: impl IntoIterator<Item = (i64, String, CaseId)>) {
        if self.0.is_empty() {
            return;
        }
        for (tenant, queue, case) in changes {
            if let Some(queue) = self.0.get(&(tenant, queue)) {
                lock(&queue.changed).insert(case);
                queue.wake.notify_one();
            }
        }
    }

    /// Forgets a queue that nobody watches; false: somebody has come meanwhile.
    fn forget(&self, key: &(i64, String)) -> bool {
        // One is held here, one by the task that asks; a third is somebody who is about to watch.
        let idle = |queue: &Arc<Queue>| queue.sender.receiver_count() == 0 && Arc::strong_count(queue) <= 2;
        self.0.remove_if(key, |_, queue| idle(queue)).is_some()
    }

    /// How many queues are watched, or remembered.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Ends every watch of a tenant.
    pub(super) fn end(&self, tenant: i64) {
        self.0.retain(|(number, _), _| *number != tenant);
    }

    /// Ends every watch.
    pub(super) fn close(&self) {
        self.0.clear();
    }
}

/// What a position of a watcher holds: the run of the task and the sequence.
type Mark = (u64, u64);

/// Watches a queue, from a position on where one is given.
pub(super) fn watch(
    store: &EmbeddedStore,
    tenant: Arc<Tenant>,
    principal: PrincipalId,
    name: String,
    after: Option<Vec<u8>>,
) -> Result<QueueWatch, StoreError> {
    let list = format!("watch {principal} {name}");
    let mark: Option<Mark> = after.map(|after| position::decode(&tenant, &list, &after)).transpose()?;
    let queue = queue(store, &tenant, name)?;
    // While this is held nothing is told, so that nothing falls between what is kept and what comes.
    let told = lock(&queue.told);
    let changes = queue.sender.subscribe();
    let missed = mark.map(|mark| missed(queue.run, &told, mark)).transpose()?;
    let (run, after) = (queue.run, told.sequence);
    let position = Box::new(move |sequence: u64| position::encode(&tenant, &list, &(run, sequence)));
    Ok(QueueWatch { after, missed, changes, position })
}

fn missed(run: u64, told: &Told, (of_run, after): Mark) -> Result<Vec<Arc<QueueChanges>>, StoreError> {
    let oldest = told.kept.front().map_or(told.sequence, |first| first.sequence.saturating_sub(1));
    if of_run != run || after < oldest || after > told.sequence {
        return Err(StoreError::TooOld);
    }
    Ok(told.kept.iter().filter(|changes| changes.sequence > after).cloned().collect())
}

/// The watched queue of a name; its task is started with the first watcher and goes on for a while after the last, so
/// that watchers can resume.
fn queue(store: &EmbeddedStore, tenant: &Arc<Tenant>, name: String) -> Result<Arc<Queue>, StoreError> {
    let run = u64::from_be_bytes(random()?);
    let mut started = None;
    let key = (tenant.number, name);
    let queue = store.watches.0.entry(key.clone()).or_insert_with(|| {
        let (sender, _) = broadcast::channel(BEHIND_MAX);
        let (changed, wake, told) = (Mutex::default(), Notify::new(), Mutex::default());
        let queue = Arc::new(Queue { run, changed, wake, told, sender });
        started = Some(Arc::downgrade(&queue));
        queue
    });
    let queue = Arc::clone(&queue);
    if let Some(weak) = started {
        tokio::spawn(tell(weak, Arc::clone(&store.readers), Arc::clone(&store.watches), key));
    }
    Ok(queue)
}

/// Tells the changes of a queue until it is watched no more.
async fn tell(queue: Weak<Queue>, readers: Arc<Readers>, watches: Arc<Watches>, (tenant, name): (i64, String)) {
    let mut watched = Instant::now();
    while let Some(queue) = queue.upgrade() {
        if queue.sender.receiver_count() > 0 {
            watched = Instant::now();
        }
        if watched.elapsed() > queue.remembered() && watches.forget(&(tenant, name.clone())) {
            return;
        }
        if tokio::time::timeout(LOOK, queue.wake.notified()).await.is_err() {
            continue;
        }
        tokio::time::sleep(COALESCE).await;
        let cases = mem::take(&mut *lock(&queue.changed));
        let of_name = name.clone();
        let read = readers.run(Turn::live(tenant), move |read| read_items(&read.data()?.0, tenant, &of_name, cases));
        match read.await {
            Ok((items, removed)) => queue.tell(items, removed),
            // The store is closed, or cannot be read: its watchers are let go with the sender, and begin anew.
            Err(error) => {
                tracing::error!(%error, "a watched queue could not be read; its watchers are let go");
                watches.0.remove(&(tenant, name));
                return;
            }
        }
    }
}

impl Queue {
    /// For how long it is remembered.
    fn remembered(&self) -> Duration {
        let (told, untold) = REMEMBERED;
        if lock(&self.told).kept.is_empty() { untold } else { told }
    }

    fn tell(&self, items: Vec<QueueEntry>, removed: Vec<CaseId>) {
        let mut told = lock(&self.told);
        told.sequence += 1;
        let changes = Arc::new(QueueChanges { sequence: told.sequence, items, removed });
        told.kept.push_back(Arc::clone(&changes));
        if told.kept.len() > KEPT_MAX {
            told.kept.pop_front();
        }
        // Nobody listens: it is kept for who resumes.
        drop(self.sender.send(changes));
    }
}

/// The items of these cases in a queue as they are now, and the cases that are in it no more.
fn read_items(
    data: &Connection,
    tenant: i64,
    queue: &str,
    cases: HashSet<CaseId>,
) -> Result<(Vec<QueueEntry>, Vec<CaseId>), StoreError> {
    let (mut items, mut removed) = (Vec::new(), Vec::new());
    for id in cases {
        let case = Case::find(data, tenant, id)?;
        let item = case.as_ref().map(|case| Item::get(data, case.number)).transpose()?.flatten();
        match (case, item.filter(|item| item.queue == queue)) {
            (Some(case), Some(item)) => items.push(item.into_entry(&case)),
            _ => removed.push(id),
        }
    }
    items.sort_by_key(|item| item.case);
    removed.sort_unstable();
    Ok((items, removed))
}
