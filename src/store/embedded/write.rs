//! What a job of the thread that writes works with, and what follows of it. Knows nothing of groups or of commits.

use std::{
    cell::RefCell,
    sync::{Arc, Mutex},
};

use rusqlite::Connection;

use super::{
    doomed, graves,
    logs::{Cleaning, Emptied},
    ready::ReadyIndex,
    ring::KeyRing,
};
use crate::{
    audit::{Event, Leaf},
    id::{CaseId, InteractionId},
    store::{StoreError, tombstone::Burial},
    time::Timestamp,
};

/// What a job writes with.
pub(super) struct Write<'a> {
    /// The data file, within the transaction.
    pub(super) data: &'a Connection,
    /// The key file, within its own.
    pub(super) keys: &'a Connection,
    /// The keys in memory.
    pub(super) ring: &'a KeyRing,
    /// Service time of this job.
    pub(super) now: Timestamp,
    /// What is ready, as this job sees it.
    pub(super) index: &'a RefCell<ReadyIndex>,
    /// What follows of this job.
    pub(super) effects: Effects,
}

/// What follows a commit.
#[derive(Default)]
pub(super) struct Effects {
    /// Queues that have an item.
    pub(super) ready: Vec<(i64, String)>,
    /// Items that changed.
    pub(super) changed: RefCell<Vec<(i64, String, CaseId)>>,
    /// What is done once it is durable.
    pub(super) after: Vec<Box<dyn FnOnce() + Send>>,
    /// Those who wait until the logs are empty.
    pub(super) empties: Vec<(Arc<Mutex<Emptied>>, Cleaning)>,
    /// Whether the job is done only when the keys that it no longer needs are destroyed.
    pub(super) dooms: bool,
    /// Which jobs of the group wait for a key to be destroyed.
    pub(super) doomers: Vec<usize>,
    /// Whether keys are buried: whatever else waits is done after they are gone.
    pub(super) buries: bool,
    /// Interactions that are erased.
    pub(super) erased: Vec<InteractionId>,
}

impl Write<'_> {
    /// Writes an audit event. Since every act has one, no act on a tenant that has left comes through.
    pub(super) fn audit(&self, tenant: Option<i64>, event: &Event) -> Result<(), StoreError> {
        if tenant.is_some_and(|number| self.ring.has_left(number)) {
            return Err(StoreError::NotFound);
        }
        insert_event(self.data, tenant, event)
    }

    /// Does a part of a job in a savepoint of its own: where it fails, only what it has written is taken back.
    pub(super) fn attempt<T>(
        &mut self,
        part: impl FnOnce(&mut Self) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let both = [self.data, self.keys];
        for connection in both {
            connection.prepare_cached("SAVEPOINT part")?.execute([])?;
        }
        let done = part(self);
        for connection in both {
            if done.is_err() {
                connection.prepare_cached("ROLLBACK TO part")?.execute([])?;
            }
            connection.prepare_cached("RELEASE part")?.execute([])?;
        }
        done
    }

    /// Tells those who wait that a queue has an item, once it is durable.
    pub(super) fn ready(&mut self, tenant: i64, queue: &str) {
        self.effects.ready.push((tenant, queue.to_owned()));
    }

    /// Tells those who watch a queue that the item of a case has changed, once that is durable.
    pub(super) fn changed(&self, tenant: i64, queue: &str, case: CaseId) {
        self.effects.changed.borrow_mut().push((tenant, queue.to_owned(), case));
    }

    /// Does something once this job is durable, before it is answered.
    pub(super) fn after(&mut self, act: impl FnOnce() + Send + 'static) {
        self.effects.after.push(Box::new(act));
    }

    /// Empties the logs of both files once this job is durable, and tells what came of it.
    pub(super) fn empty_logs(&mut self, told: Arc<Mutex<Emptied>>, cleaning: Cleaning) {
        self.effects.empties.push((told, cleaning));
    }

    /// Destroys a key once the rows that no longer need it are durable, before this job is answered.
    pub(super) fn doom(&mut self, name: crate::crypto::KeyName) -> Result<(), StoreError> {
        self.await_destruction();
        Ok(doomed::note(self.data, name)?)
    }

    /// Destroys keys for good: written to the tombstone feed first, and before this job is answered.
    pub(super) fn bury(&mut self, burial: Burial) -> Result<(), StoreError> {
        self.await_destruction();
        self.effects.buries = true;
        graves::note(self.data, burial)
    }

    /// Tells those who still write to these interactions that they are erased, once that is durable.
    pub(super) fn erased(&mut self, interactions: impl IntoIterator<Item = InteractionId>) {
        self.effects.erased.extend(interactions);
    }

    /// Answers this job only when every key that is noted is destroyed.
    pub(super) fn await_destruction(&mut self) {
        self.effects.dooms = true;
    }
}

impl Effects {
    /// Takes in the effects of the job at this place of the group.
    pub(super) fn take_in(&mut self, of_job: Self, at: usize) {
        self.ready.extend(of_job.ready);
        self.changed.get_mut().extend(of_job.changed.into_inner());
        self.after.extend(of_job.after);
        self.empties.extend(of_job.empties);
        self.erased.extend(of_job.erased);
        self.doomers.extend(of_job.dooms.then_some(at));
    }
}

/// Writes an audit event, salted and hashed.
pub(super) fn insert_event(data: &Connection, tenant: Option<i64>, event: &Event) -> Result<(), StoreError> {
    let leaf = Leaf::new(event)?;
    let mut statement = data.prepare_cached("INSERT INTO events(tenant, salt, event, hash) VALUES(?1, ?2, ?3, ?4)")?;
    statement.execute((tenant, leaf.salt, leaf.event, leaf.hash))?;
    Ok(())
}
