//! The one thread that writes. It takes what waits, runs it as one transaction over both files, each job in a savepoint
//! of its own, commits keys before data, and only then answers. After a failed commit it never writes again.

use std::{
    cell::RefCell,
    fs,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::Duration,
};

use rusqlite::{Connection, ErrorCode};
use tokio::sync::watch;

use super::{
    doomed::{self, Destroyer},
    error::DISK_FULL,
    files::{BUSY_DURATION, Files},
    graves, header, items,
    jobs::{Ending, Group, Job, Jobs, Next, Task, Turn, Waited},
    ready::ReadyIndex,
    ring::KeyRing,
    rotate::Rewrite,
    wake::Wakes,
    watch::Watches,
};
use crate::{
    audit::{Event, Leaf},
    id::CaseId,
    store::{StoreError, tombstone::Burial},
    time::{ServiceTime, Timestamp},
};

/// Size of a write-ahead log from which it is written back to its file, in bytes.
const LOG_BYTES_MAX: u64 = 32 << 20;

/// Size up to which the data file is rewritten after a rotation, in bytes; nothing else is written meanwhile.
const REWRITTEN_BYTES_MAX: u64 = 256 << 20;

/// The least time between two looks for leases and delays that ended.
const REVIVE_INTERVAL_MIN: Duration = Duration::from_millis(5);

const POISONED: &str = "a commit failed; restart the service and look at the disk";
pub(super) const CLOSED: &str = "the store is closed";

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
    effects: Effects,
}

/// What follows a commit.
#[derive(Default)]
struct Effects {
    ready: Vec<(i64, String)>,
    changed: RefCell<Vec<(i64, String, CaseId)>>,
    after: Vec<Box<dyn FnOnce() + Send>>,
    /// Those who wait until the logs are empty.
    empties: Vec<(Arc<AtomicBool>, Option<Rewrite>)>,
    /// Whether the job is done only when the keys that it no longer needs are destroyed.
    dooms: bool,
}

impl Write<'_> {
    /// Writes an audit event.
    pub(super) fn audit(&self, tenant: Option<i64>, event: &Event) -> Result<(), StoreError> {
        insert_event(self.data, tenant, event)
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

    /// Empties the logs of both files once this job is durable, and tells whether nobody's reading stood in the way.
    pub(super) fn empty_logs(&mut self, told: Arc<AtomicBool>, rewrite: Option<Rewrite>) {
        self.effects.empties.push((told, rewrite));
    }

    /// Destroys a key once the rows that no longer need it are durable, before this job is answered.
    pub(super) fn doom(&mut self, name: crate::crypto::KeyName) -> Result<(), StoreError> {
        self.await_destruction();
        Ok(doomed::note(self.data, name)?)
    }

    /// Destroys keys for good: written to the tombstone feed first, and before this job is answered.
    pub(super) fn bury(&mut self, burial: Burial) -> Result<(), StoreError> {
        self.await_destruction();
        graves::note(self.data, burial)
    }

    /// Answers this job only when every key that is noted is destroyed.
    pub(super) fn await_destruction(&mut self) {
        self.effects.dooms = true;
    }
}

/// Writes an audit event, salted and hashed.
pub(super) fn insert_event(data: &Connection, tenant: Option<i64>, event: &Event) -> Result<(), StoreError> {
    let leaf = Leaf::new(event)?;
    let mut statement = data.prepare_cached("INSERT INTO events(tenant, salt, event, hash) VALUES(?1, ?2, ?3, ?4)")?;
    statement.execute((tenant, leaf.salt, leaf.event, leaf.hash))?;
    Ok(())
}

/// Why a whole group was not committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    Full,
    Poisoned,
}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Full => Self::Exhausted(DISK_FULL),
            Failure::Poisoned => Self::Unavailable(POISONED),
        }
    }
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        if error.sqlite_error_code() == Some(ErrorCode::DiskFull) {
            return Self::Full;
        }
        tracing::error!(%error, "a commit failed; nothing more is written");
        Self::Poisoned
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::Exhausted(_)) {
            return Self::Full;
        }
        tracing::error!(%error, "keys could not be destroyed; nothing more is written, the next start goes on");
        Self::Poisoned
    }
}

/// The way to the thread that writes.
#[derive(Debug)]
pub(super) struct Committer {
    jobs: Arc<Jobs>,
    poisoned: Arc<AtomicBool>,
    thread: Mutex<Option<thread::JoinHandle<()>>>,
}

/// What the thread owns.
pub(super) struct Engine {
    pub(super) files: Files,
    pub(super) data: Connection,
    pub(super) keys: Connection,
    pub(super) ring: Arc<KeyRing>,
    pub(super) time: ServiceTime,
    pub(super) wakes: Arc<Wakes>,
    pub(super) watches: Arc<Watches>,
    pub(super) index: RefCell<ReadyIndex>,
    /// Told when the index is filled.
    pub(super) filled: watch::Sender<bool>,
    pub(super) generation: i64,
    /// Destroys keys.
    pub(super) destroyer: Destroyer,
    /// Keys are noted that could not be destroyed for want of room.
    pub(super) owes: bool,
    /// How long the last commit took.
    pub(super) commit_duration: Duration,
}

impl Committer {
    /// Starts the thread.
    pub(super) fn start(engine: Engine) -> std::io::Result<Self> {
        let (jobs, poisoned) = (Arc::new(Jobs::default()), Arc::new(AtomicBool::new(false)));
        let (ending, flag) = (Ending(Arc::clone(&jobs)), Arc::clone(&poisoned));
        let work = move || engine.work(&ending.0, &flag);
        let thread = thread::Builder::new().name("committer".to_owned()).spawn(work)?;
        Ok(Self { jobs, poisoned, thread: Some(thread).into() })
    }

    /// Runs a job of the instance and waits until it is durable.
    pub(super) async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Write<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.run_in(Turn::INSTANCE, work).await
    }

    /// Runs a job when it is its turn, and waits until it is durable.
    pub(super) async fn run_in<T, F>(&self, turn: Turn, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Write<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.check()?;
        let (task, answer) = Task::new(work);
        self.jobs.push(turn, task)?;
        answer.await.unwrap_or(Err(StoreError::Unavailable(CLOSED)))
    }

    /// Whether the store may still be used.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        if self.poisoned.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable(POISONED));
        }
        if self.jobs.is_closed() { Err(StoreError::Unavailable(CLOSED)) } else { Ok(()) }
    }

    /// Takes no more jobs and waits until the waiting ones are done.
    pub(super) fn close(&self) {
        self.jobs.close();
        if let Some(thread) = lock(&self.thread).take() {
            // A panic of the thread has already been reported by its own hook.
            drop(thread.join());
        }
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.close();
    }
}

/// Locks; a panic elsewhere leaves these values whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Engine {
    fn work(mut self, jobs: &Jobs, poisoned: &AtomicBool) {
        let mut group = Vec::new();
        loop {
            if !poisoned.load(Ordering::SeqCst) && self.fill() == Err(Failure::Poisoned) {
                poisoned.store(true, Ordering::SeqCst);
            }
            let first = match self.wait(jobs) {
                Waited::Job(first) => first,
                Waited::Nothing => continue,
                Waited::Closed => break,
            };
            if poisoned.load(Ordering::SeqCst) {
                first.1.answer(Err(Failure::Poisoned));
                continue;
            }
            let mut effects = Effects::default();
            let (committed, dooming) = self.commit(first, jobs, &mut group, &mut effects);
            let destroyed = committed.and_then(|()| self.destroy_doomed(!dooming.is_empty()));
            if destroyed == Err(Failure::Poisoned) {
                poisoned.store(true, Ordering::SeqCst);
            }
            if destroyed.is_ok() && self.empty_logs(&effects.empties) == Err(Failure::Poisoned) {
                poisoned.store(true, Ordering::SeqCst);
            }
            if committed.is_ok() {
                effects.after.into_iter().for_each(|act| act());
                self.watches.mark(effects.changed.into_inner());
                effects.ready.iter().for_each(|(tenant, queue)| self.wakes.wake(*tenant, queue));
            }
            for (number, job) in group.drain(..).enumerate() {
                job.answer(if dooming.contains(&number) { destroyed } else { committed });
            }
            if destroyed.is_ok() && self.write_back() == Err(Failure::Poisoned) {
                poisoned.store(true, Ordering::SeqCst);
            }
        }
        if !poisoned.load(Ordering::SeqCst) {
            self.truncate_logs();
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

    /// The next job, or one of its own when a lease or a delay ends.
    fn wait(&self, jobs: &Jobs) -> Waited {
        if !*self.filled.borrow() {
            return jobs.wait(Some(Duration::ZERO));
        }
        let next = items::next_ready(&self.data).unwrap_or_default();
        let left = next.map(|next| next.since(self.time.now()).max(REVIVE_INTERVAL_MIN));
        match jobs.wait(left) {
            Waited::Nothing => Waited::Job((Turn::INSTANCE, Task::new(items::revive).0)),
            waited => waited,
        }
    }

    /// Runs a job and those that may share its transaction, and makes them durable. `group` gets all of them. Gives the
    /// numbers of the jobs that wait for a destruction.
    fn commit(
        &mut self,
        first: Next,
        jobs: &Jobs,
        group: &mut Vec<Box<dyn Job>>,
        effects: &mut Effects,
    ) -> (Result<(), Failure>, Vec<usize>) {
        let before = (self.data.total_changes(), self.keys.total_changes());
        let mut dooming = Vec::new();
        let run = self.run(first, jobs, group, effects, &mut dooming);
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
        (done, dooming)
    }

    fn run(
        &self,
        first: Next,
        jobs: &Jobs,
        group: &mut Vec<Box<dyn Job>>,
        effects: &mut Effects,
        dooming: &mut Vec<usize>,
    ) -> Result<(), Failure> {
        for connection in [&self.data, &self.keys] {
            connection.prepare_cached("BEGIN")?.execute([])?;
        }
        let mut shape = Group::new(self.time.elapsed(), self.commit_duration);
        let mut next = Some(first);
        while let Some((turn, mut job)) = next {
            let ran = self.run_one(job.as_mut(), effects);
            dooming.extend(matches!(ran, Ok(true)).then_some(group.len()));
            group.push(job);
            ran?;
            shape.add(turn);
            next = jobs.next_of(&shape, self.time.elapsed());
        }
        Ok(())
    }

    /// Runs a job in a savepoint of its own. Whether it waits for a destruction.
    fn run_one(&self, job: &mut dyn Job, effects: &mut Effects) -> Result<bool, Failure> {
        let (data, keys, ring, index) = (&self.data, &self.keys, &*self.ring, &self.index);
        for connection in [data, keys] {
            connection.prepare_cached("SAVEPOINT job")?.execute([])?;
        }
        let mark = index.borrow().mark();
        let mut write = Write { data, keys, ring, now: self.time.now(), index, effects: Effects::default() };
        let done = job.run(&mut write);
        let of_job = write.effects;
        if !done {
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
        if done {
            effects.ready.extend(of_job.ready);
            effects.changed.get_mut().extend(of_job.changed.into_inner());
            effects.after.extend(of_job.after);
            effects.empties.extend(of_job.empties);
        }
        Ok(done && of_job.dooms)
    }

    /// Commits keys, then data. A file that nothing was written to is not touched.
    fn finish(&mut self, (data, keys): (u64, u64)) -> Result<(), Failure> {
        if self.keys.total_changes() == keys {
            self.keys.prepare_cached("ROLLBACK")?.execute([])?;
        } else {
            header::put_generation(&self.keys, self.generation + 1)?;
            self.generation += 1;
            self.keys.prepare_cached("COMMIT")?.execute([])?;
        }
        if self.data.total_changes() == data {
            self.data.prepare_cached("ROLLBACK")?.execute([])?;
            return Ok(());
        }
        header::put_generation(&self.data, self.generation)?;
        header::put_service_time(&self.data, self.time.now())?;
        self.data.prepare_cached("COMMIT")?.execute([])?;
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

    /// Empties both logs, without waiting for readers, and tells whether it was done.
    fn empty_logs(&self, asked: &[(Arc<AtomicBool>, Option<Rewrite>)]) -> Result<(), Failure> {
        if asked.is_empty() {
            return Ok(());
        }
        for rewrite in asked.iter().filter_map(|(_, rewrite)| *rewrite) {
            let small = fs::metadata(self.files.data()).is_ok_and(|about| about.len() <= REWRITTEN_BYTES_MAX);
            for (connection, wanted) in [(&self.keys, rewrite.keys), (&self.data, small)] {
                if wanted {
                    connection.execute_batch("VACUUM")?;
                }
            }
        }
        let mut emptied = true;
        for connection in [&self.keys, &self.data] {
            connection.busy_timeout(Duration::ZERO)?;
            let busy: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
            connection.busy_timeout(BUSY_DURATION)?;
            emptied &= busy == 0;
        }
        asked.iter().for_each(|(told, _)| told.store(emptied, Ordering::SeqCst));
        Ok(())
    }

    /// Writes a long log back to its file.
    fn write_back(&self) -> Result<(), Failure> {
        for (path, connection) in [(self.files.data(), &self.data), (self.files.keys(), &self.keys)] {
            if log_bytes(path) > LOG_BYTES_MAX {
                connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?;
            }
        }
        Ok(())
    }

    fn truncate_logs(&self) {
        for connection in [&self.keys, &self.data] {
            if let Err(error) = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())) {
                tracing::warn!(%error, "the log was not written back at the end; the next start does it");
            }
        }
    }
}

fn log_bytes(database: PathBuf) -> u64 {
    let mut path = database.into_os_string();
    path.push("-wal");
    fs::metadata(path).map_or(0, |about| about.len())
}
