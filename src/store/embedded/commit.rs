//! The one thread that writes. It takes what waits, runs it as one transaction over both files, each job in a savepoint
//! of its own, commits keys before data, and only then answers. After a failed commit it never writes again.

use std::{cell::RefCell, sync::Arc, time::Duration};

use rusqlite::Connection;
use tokio::sync::{broadcast, watch};

use super::{
    doomed::Destroyer,
    files::{Files, Mark},
    header, items,
    job::{Failure, Job, Task},
    jobs::{Company, Group, Jobs, Next, Turn, Waited},
    manifest::{self, Tracker},
    ready::ReadyIndex,
    reserve::Reserve,
    ring::KeyRing,
    scrub::Scrubber,
    wake::Wakes,
    watch::Watches,
    write::{Effects, Write},
};
use crate::{id::InteractionId, time::ServiceTime};

/// The least time between two looks for leases and delays that ended.
const REVIVE_INTERVAL_MIN: Duration = Duration::from_millis(5);

/// What the thread owns.
pub(super) struct Engine {
    pub(super) files: Files,
    pub(super) data: Connection,
    pub(super) keys: Connection,
    /// Goes over the pages of the data file; closed after the connections.
    pub(super) scrubber: Scrubber,
    pub(super) ring: Arc<KeyRing>,
    pub(super) time: ServiceTime,
    pub(super) wakes: Arc<Wakes>,
    pub(super) watches: Arc<Watches>,
    pub(super) index: RefCell<ReadyIndex>,
    /// Told when the index is filled.
    pub(super) filled: watch::Sender<bool>,
    pub(super) generation: i64,
    /// The rows of cases that jobs change.
    pub(super) tracker: Tracker,
    /// How often the data file was committed.
    pub(super) commits: i64,
    /// Where that is marked.
    pub(super) mark: Mark,
    /// Room that is kept on both disks.
    pub(super) reserve: Reserve,
    /// Destroys keys.
    pub(super) destroyer: Destroyer,
    /// Keys are noted that could not be destroyed for want of room.
    pub(super) owes: bool,
    /// How long the last commit took.
    pub(super) commit_duration: Duration,
    /// Whose jobs it has done of late.
    pub(super) company: Company,
    /// Told what is erased.
    pub(super) erased: broadcast::Sender<Arc<Vec<InteractionId>>>,
    /// When it was last looked for leases and delays that ended.
    pub(super) revive_elapsed: Duration,
}

impl Engine {
    /// Does the jobs as they come, until nobody can send one any more.
    pub(super) fn work(mut self, jobs: &Jobs, poison: &watch::Sender<bool>) {
        loop {
            if !*poison.borrow() {
                self.fill().unwrap_or_else(|failure| judge(failure, poison));
            }
            let first = match self.wait(jobs) {
                Waited::Job(first) => first,
                Waited::Nothing => continue,
                Waited::Closed => break,
            };
            if *poison.borrow() {
                first.1.answer(Err(Failure::Poisoned));
                continue;
            }
            self.reserve.hold();
            let Some(first) = self.admit(first) else { continue };
            match self.destroy_doomed(false) {
                Ok(()) => self.carry_out(first, jobs, poison),
                Err(failure) => {
                    self.make_room(failure).unwrap_or_else(|failure| judge(failure, poison));
                    first.1.answer(Err(failure));
                }
            }
        }
        if !*poison.borrow() {
            self.truncate_logs().unwrap_or_else(|failure| judge(failure, poison));
        }
    }

    /// The job, if it may be written now; without room on the disk it is refused.
    fn admit(&self, (turn, job): Next) -> Option<Next> {
        if self.reserve.is_held() || job.is_essential() {
            return Some((turn, job));
        }
        job.answer(Err(Failure::Full));
        None
    }

    /// Runs a job and those that may share its transaction, makes them durable, and answers.
    fn carry_out(&mut self, first: Next, jobs: &Jobs, poison: &watch::Sender<bool>) {
        let (mut group, mut effects) = (Vec::new(), Effects::default());
        let committed = self.commit(first, jobs, &mut group, &mut effects);
        if let Err(failure) = committed {
            self.make_room(failure).unwrap_or_else(|failure| judge(failure, poison));
            return answer(group, Err(failure));
        }
        if let Err(failure) = self.destroy_doomed(!effects.doomers.is_empty()) {
            self.make_room(failure).unwrap_or_else(|failure| judge(failure, poison));
            // The rows are durable; what was to be destroyed is not gone yet, so that these must not be told so.
            for at in effects.doomers {
                group.get_mut(at).into_iter().for_each(|job| job.withhold(failure));
            }
        } else {
            self.empty_logs(&effects.empties).unwrap_or_else(|failure| judge(failure, poison));
        }
        effects.after.into_iter().for_each(|act| act());
        if !effects.erased.is_empty() {
            // Nobody listens where no conversation is live.
            drop(self.erased.send(Arc::new(effects.erased)));
        }
        self.watches.mark(effects.changed.into_inner());
        effects.ready.iter().for_each(|(tenant, queue)| self.wakes.wake(*tenant, queue));
        answer(group, Ok(()));
        if !*poison.borrow() {
            self.write_back().unwrap_or_else(|failure| judge(failure, poison));
        }
    }

    /// Reads some more rows into the index; all of them are read between the jobs.
    fn fill(&mut self) -> Result<(), Failure> {
        if !*self.filled.borrow() {
            let filled = self.index.get_mut().fill(&self.data).map_err(|error| {
                tracing::error!(%error, "the queue could not be read; nothing is written");
                Failure::Poisoned
            })?;
            self.filled.send_if_modified(|known| std::mem::replace(known, filled) != filled);
        }
        Ok(())
    }

    /// The next job, or one of its own when a lease or a delay ends, however many jobs wait.
    fn wait(&mut self, jobs: &Jobs) -> Waited {
        if !*self.filled.borrow() {
            return jobs.wait(Some(Duration::ZERO));
        }
        let next = items::next_ready(&self.data).unwrap_or_default();
        let left = next.map(|next| next.since(self.time.now()));
        let rested = self.time.elapsed().saturating_sub(self.revive_elapsed) >= REVIVE_INTERVAL_MIN;
        let waited = match left {
            Some(Duration::ZERO) if rested => Waited::Nothing,
            left => jobs.wait(left.map(|left| left.max(REVIVE_INTERVAL_MIN))),
        };
        let Waited::Nothing = waited else { return waited };
        self.revive_elapsed = self.time.elapsed();
        let (task, _) = Task::new(|write: &mut Write<'_>| items::revive(write, None), true);
        Waited::Job((Turn::INSTANCE, task))
    }

    /// Runs a job and those that may share its transaction, and makes them durable. `group` gets all of them.
    fn commit(
        &mut self,
        first: Next,
        jobs: &Jobs,
        group: &mut Vec<Box<dyn Job>>,
        effects: &mut Effects,
    ) -> Result<(), Failure> {
        let before = (self.data.total_changes(), self.keys.total_changes());
        let run = self.run(first, jobs, group, effects);
        let worked = self.time.elapsed();
        let done = run.and_then(|()| self.finish(before));
        self.commit_duration = self.time.elapsed().saturating_sub(worked);
        if done.is_ok() {
            self.index.get_mut().settle();
        } else {
            self.index.get_mut().undo(0);
            for connection in [&self.data, &self.keys] {
                if !connection.is_autocommit() {
                    // Where even this fails, SQLite has rolled back by itself.
                    drop(connection.execute_batch("ROLLBACK"));
                }
            }
        }
        done
    }

    /// Runs the jobs of a group, up to the first that buries: whatever else waits is done after the keys are gone.
    fn run(
        &mut self,
        first: Next,
        jobs: &Jobs,
        group: &mut Vec<Box<dyn Job>>,
        effects: &mut Effects,
    ) -> Result<(), Failure> {
        for connection in [&self.data, &self.keys] {
            connection.prepare_cached("BEGIN")?.execute([])?;
        }
        let mut shape = Group::new(self.time.elapsed(), self.commit_duration, self.company);
        let mut next = Some(first);
        while let Some((turn, mut job)) = next {
            self.company.see(turn, self.time.elapsed());
            let ran = self.run_one(job.as_mut());
            let at = group.len();
            group.push(job);
            shape.add(turn);
            let of_job = ran?.unwrap_or_default();
            let buries = of_job.buries;
            effects.take_in(of_job, at);
            next = if buries { None } else { self.next_of(jobs, &shape) };
        }
        Ok(())
    }

    /// The next job that shares the transaction and may be written.
    fn next_of(&self, jobs: &Jobs, shape: &Group) -> Option<Next> {
        loop {
            if let Some(next) = self.admit(jobs.next_of(shape, self.time.elapsed())?) {
                return Some(next);
            }
        }
    }

    /// Runs a job in a savepoint of its own and gives what follows of it; `None`: it failed and is rolled back.
    fn run_one(&self, job: &mut dyn Job) -> Result<Option<Effects>, Failure> {
        let (data, keys, ring, index) = (&self.data, &self.keys, &*self.ring, &self.index);
        for connection in [data, keys] {
            connection.prepare_cached("SAVEPOINT job")?.execute([])?;
        }
        let mark = index.borrow().mark();
        let mut write = Write { data, keys, ring, now: self.time.now(), index, effects: Effects::default() };
        let ran = job.run(&mut write);
        let of_job = write.effects;
        let done = ran && self.keep_manifests(job);
        if !done {
            self.tracker.forget();
            index.borrow_mut().undo(mark);
        }
        for connection in [data, keys] {
            if connection.is_autocommit() {
                // A fault made SQLite roll back the whole transaction, the other jobs with it.
                return Err(if job.is_exhausted() { Failure::Full } else { Failure::Poisoned });
            }
            if !done {
                connection.prepare_cached("ROLLBACK TO job")?.execute([])?;
            }
            connection.prepare_cached("RELEASE job")?.execute([])?;
        }
        Ok(done.then_some(of_job))
    }

    /// Brings the manifests in line with a job; false: the job failed with them.
    fn keep_manifests(&self, job: &mut dyn Job) -> bool {
        let kept = manifest::settle(&self.data, &self.ring, &self.tracker);
        kept.map_err(|error| job.fail(error)).is_ok()
    }

    /// Commits keys, then data. A file that nothing was written to is not touched.
    fn finish(&mut self, (data, keys): (u64, u64)) -> Result<(), Failure> {
        if self.keys.total_changes() == keys {
            self.keys.prepare_cached("ROLLBACK")?.execute([])?;
        } else {
            header::put_generation(&self.keys, self.generation + 1)?;
            header::put_commits(&self.keys, self.commits)?;
            self.keys.prepare_cached("COMMIT")?.execute([])?;
            // Not before: a generation that the key file never reached would make it look old.
            self.generation += 1;
        }
        if self.data.total_changes() == data {
            self.data.prepare_cached("ROLLBACK")?.execute([])?;
            return Ok(());
        }
        header::put_generation(&self.data, self.generation)?;
        header::put_service_time(&self.data, self.time.now())?;
        header::put_commits(&self.data, self.commits + 1)?;
        self.data.prepare_cached("COMMIT")?.execute([])?;
        self.commits += 1;
        if let Err(error) = self.mark.put(self.commits) {
            // It is then behind, which is no fault.
            tracing::warn!(%error, "the mark of commits was not written");
        }
        Ok(())
    }

    /// Destroys what the committed rows no longer need. A full disk leaves it noted, for the next group.
    fn destroy_doomed(&mut self, asked: bool) -> Result<(), Failure> {
        if !asked && !self.owes {
            return Ok(());
        }
        let destroyed = self.destroyer.destroy(&self.data, &self.keys, self.generation).map_err(Failure::from);
        self.owes = destroyed == Err(Failure::Full);
        self.generation = destroyed?;
        Ok(())
    }

    /// Where the disk is full, gives up the room that was kept and shortens the logs as far as their files can grow.
    fn make_room(&mut self, failure: Failure) -> Result<(), Failure> {
        if failure == Failure::Poisoned {
            return Err(failure);
        }
        self.reserve.release();
        match self.truncate_logs() {
            Err(Failure::Full) => Ok(()),
            done => done,
        }
    }
}

/// A full disk passes; anything else ends the writing for good.
fn judge(failure: Failure, poison: &watch::Sender<bool>) {
    if failure == Failure::Poisoned {
        poison.send_replace(true);
    }
}

fn answer(group: Vec<Box<dyn Job>>, commit: Result<(), Failure>) {
    for job in group {
        job.answer(commit);
    }
}
