//! The way to the thread that writes: takes jobs, and tells what became of them. Knows nothing of how they are committed.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use tokio::sync::watch;

use super::{
    commit::Engine,
    job::{CLOSED, POISONED, Task},
    jobs::{Ending, Jobs, Turn},
    write::Write,
};
use crate::store::StoreError;

/// The way to the thread that writes.
#[derive(Debug)]
pub(super) struct Committer {
    jobs: Arc<Jobs>,
    poisoned: watch::Receiver<bool>,
    thread: Mutex<Option<thread::JoinHandle<()>>>,
}

impl Committer {
    /// Starts the thread.
    pub(super) fn start(engine: Engine) -> std::io::Result<Self> {
        let jobs = Arc::new(Jobs::default());
        let (poison, poisoned) = watch::channel(false);
        let ending = Ending(Arc::clone(&jobs));
        let work = move || engine.work(&ending.0, &poison);
        let thread = thread::Builder::new().name("committer".to_owned()).spawn(work)?;
        Ok(Self { jobs, poisoned, thread: Some(thread).into() })
    }

    /// Runs a job of the instance and waits until it is durable. While the disk is full it is refused.
    pub(super) async fn run<T, F>(&self, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Write<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.run_in(Turn::INSTANCE, work).await
    }

    /// Runs a job when it is its turn, and waits until it is durable. While the disk is full it is refused.
    pub(super) async fn run_in<T, F>(&self, turn: Turn, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Write<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.send(turn, work, false).await
    }

    /// The same for what must go on while the disk is full, within the room that is kept for it: the audit events of
    /// reads, and erasure. The job that finds the disk full is lost with its group, so it is tried once more.
    pub(super) async fn run_essential<T, F>(&self, turn: Turn, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Write<'_>) -> Result<T, StoreError> + Send + Clone + 'static,
    {
        match self.send(turn, work.clone(), true).await {
            Err(StoreError::Exhausted(_)) => self.send(turn, work, true).await,
            done => done,
        }
    }

    async fn send<T, F>(&self, turn: Turn, work: F, essential: bool) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&mut Write<'_>) -> Result<T, StoreError> + Send + 'static,
    {
        self.check()?;
        let (task, answer) = Task::new(work, essential);
        self.jobs.push(turn, task)?;
        answer.await.unwrap_or(Err(StoreError::Unavailable(CLOSED)))
    }

    /// Whether the store may still be used.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        if *self.poisoned.borrow() {
            return Err(StoreError::Unavailable(POISONED));
        }
        if self.jobs.is_closed() { Err(StoreError::Unavailable(CLOSED)) } else { Ok(()) }
    }

    /// Ends when a commit has failed, or the thread has ended without being told to; never otherwise.
    pub(super) async fn failed(&self) {
        let mut poisoned = self.poisoned.clone();
        let ended = poisoned.wait_for(|poisoned| *poisoned).await.is_err();
        if ended && lock(&self.thread).is_none() {
            std::future::pending::<()>().await;
        }
    }

    /// Takes no more jobs and waits until the waiting ones are done.
    pub(super) fn close(&self) -> Result<(), StoreError> {
        let thread = lock(&self.thread).take();
        self.jobs.close();
        if let Some(thread) = thread {
            // A panic of the thread has already been reported by its own hook.
            drop(thread.join());
        }
        if *self.poisoned.borrow() { Err(StoreError::Unavailable(POISONED)) } else { Ok(()) }
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        // Whoever wants to know calls `close`.
        drop(self.close());
    }
}

/// Locks; a panic elsewhere leaves these values whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
