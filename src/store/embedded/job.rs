//! A piece of work for the thread that writes, and how the caller learns what became of it. It knows nothing of groups.

use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::ErrorCode;
use tokio::sync::oneshot;

use super::{error::DISK_FULL, write::Write};
use crate::store::StoreError;

/// Why nothing is written any more.
pub(super) const POISONED: &str = "a commit failed; restart the service and look at the disk";
/// Why nothing is taken any more.
pub(super) const CLOSED: &str = "the store is closed";

/// A job as the committer sees it.
pub(super) trait Job: Send {
    /// Does the work; false: it failed and is rolled back.
    fn run(&mut self, write: &mut Write<'_>) -> bool;
    /// Whether it failed for want of room.
    fn is_exhausted(&self) -> bool;
    /// Whether it goes on while the disk is full.
    fn is_essential(&self) -> bool;
    /// It failed after its own work.
    fn fail(&mut self, error: StoreError);
    /// Takes back what it came to: it is written, but not all that belongs to it is done.
    fn withhold(&mut self, failure: Failure);
    /// Answers, once it is known whether the work is durable.
    fn answer(self: Box<Self>, commit: Result<(), Failure>);
}

impl std::fmt::Debug for Box<dyn Job> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Job")
    }
}

/// A job with its result and who waits for it.
pub(super) struct Task<F, T> {
    work: Option<F>,
    essential: bool,
    outcome: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<F, T> Task<F, T> {
    /// A job that was not run yet, and where its outcome comes.
    pub(super) fn new(work: F, essential: bool) -> (Box<Self>, oneshot::Receiver<Result<T, StoreError>>) {
        let (reply, answer) = oneshot::channel();
        (Box::new(Self { work: Some(work), essential, outcome: None, reply }), answer)
    }
}

impl<F, T> Job for Task<F, T>
where
    F: FnOnce(&mut Write<'_>) -> Result<T, StoreError> + Send,
    T: Send,
{
    fn run(&mut self, write: &mut Write<'_>) -> bool {
        // A fault of one job is its own: its savepoint is rolled back, and the thread lives on for the others.
        let mut run = |work: F| catch_unwind(AssertUnwindSafe(|| work(write)));
        let broken_off = |_| Err(StoreError::Engine("a job was broken off".to_owned()));
        let outcome = self.work.take().map(|work| run(work).unwrap_or_else(broken_off));
        let done = matches!(outcome, Some(Ok(_)));
        self.outcome = outcome;
        done
    }

    fn is_exhausted(&self) -> bool {
        matches!(self.outcome, Some(Err(StoreError::Exhausted(_))))
    }

    fn is_essential(&self) -> bool {
        self.essential
    }

    fn fail(&mut self, error: StoreError) {
        self.outcome = Some(Err(error));
    }

    fn withhold(&mut self, failure: Failure) {
        self.outcome = Some(Err(failure.into()));
    }

    fn answer(self: Box<Self>, commit: Result<(), Failure>) {
        let outcome = match commit {
            Ok(()) => self.outcome.unwrap_or(Err(StoreError::Unavailable(CLOSED))),
            Err(failure) => Err(failure.into()),
        };
        // A caller that is gone needs no answer; its work stands.
        drop(self.reply.send(outcome));
    }
}

/// Why a whole group was not committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The disk is full; nothing was written, and the next group may succeed.
    Full,
    /// What the disk holds is unknown; nothing is written any more.
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
