//! The jobs that wait for the thread that writes, tenant by tenant, what somebody waits for before bulk. Knows nothing of
//! what a job does.

use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use super::job::{CLOSED, Job};
use crate::{
    queue::{FairQueue, WorkClass},
    store::StoreError,
};

/// How many jobs may wait; more are refused.
const JOBS_MAX: usize = 32_768;
/// How many jobs of one tenant may wait; more are refused.
const TENANT_JOBS_MAX: usize = 8_192;
/// How many jobs one transaction takes.
const GROUP_MAX: usize = 512;
/// For how long the jobs of one tenant are gathered into one transaction.
const ALONE_MAX: Duration = Duration::from_millis(5);
/// For how long where other tenants are at work: as long as a commit takes, within these bounds.
const SHARED: (Duration, Duration) = (Duration::from_millis(1), ALONE_MAX);
/// For how long after its last job a tenant counts as at work.
const AT_WORK: Duration = Duration::from_secs(10);

/// Whose job it is, and how soon it is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    /// Number of the tenant; 0: the instance's own.
    pub(super) tenant: i64,
    /// How soon.
    pub(super) class: WorkClass,
}

impl Turn {
    /// Of the instance itself.
    pub(super) const INSTANCE: Self = Self::live(0);

    /// Of a tenant, one of many.
    pub(super) const fn bulk(tenant: i64) -> Self {
        Self { tenant, class: WorkClass::Bulk }
    }

    /// Of a tenant, and somebody waits for it.
    pub(super) const fn live(tenant: i64) -> Self {
        Self { tenant, class: WorkClass::Live }
    }
}

/// A job whose turn it is.
pub(super) type Next = (Turn, Box<dyn Job>);

/// What the thread that writes waited for.
pub(super) enum Waited {
    /// A job.
    Job(Next),
    /// The time it would wait has passed.
    Nothing,
    /// Nobody can send a job any more.
    Closed,
}

#[derive(Default)]
struct Waiting {
    jobs: FairQueue<i64, Box<dyn Job>>,
    closed: bool,
}

/// The jobs that wait.
#[derive(Default)]
pub(super) struct Jobs {
    waiting: Mutex<Waiting>,
    news: Condvar,
}

impl std::fmt::Debug for Jobs {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Jobs").field("waiting", &self.lock().jobs.len()).finish_non_exhaustive()
    }
}

impl Jobs {
    /// Locks; a panic elsewhere leaves these values whole.
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a job wait for its turn.
    pub(super) fn push(&self, turn: Turn, job: Box<dyn Job>) -> Result<(), StoreError> {
        let mut waiting = self.lock();
        if waiting.closed {
            return Err(StoreError::Unavailable(CLOSED));
        }
        if waiting.jobs.len() >= JOBS_MAX || waiting.jobs.len_of(turn.tenant) >= TENANT_JOBS_MAX {
            return Err(StoreError::Exhausted("too many writes wait"));
        }
        waiting.jobs.push(turn.tenant, turn.class, job);
        self.news.notify_one();
        Ok(())
    }

    /// The next job, where a group still takes it.
    pub(super) fn next_of(&self, group: &Group, now: Duration) -> Option<Next> {
        let mut waiting = self.lock();
        let (tenant, class) = waiting.jobs.peek()?;
        if !group.takes(Turn { tenant, class }, now) {
            return None;
        }
        waiting.jobs.pop().map(|(tenant, class, job)| (Turn { tenant, class }, job))
    }

    /// Waits for the next job, no longer than `limit`.
    pub(super) fn wait(&self, limit: Option<Duration>) -> Waited {
        let idle = |waiting: &mut Waiting| waiting.jobs.is_empty() && !waiting.closed;
        let mut waiting = match limit {
            Some(limit) => {
                self.news.wait_timeout_while(self.lock(), limit, idle).unwrap_or_else(PoisonError::into_inner).0
            }
            None => self.news.wait_while(self.lock(), idle).unwrap_or_else(PoisonError::into_inner),
        };
        match waiting.jobs.pop() {
            Some((tenant, class, job)) => Waited::Job((Turn { tenant, class }, job)),
            None if waiting.closed => Waited::Closed,
            None => Waited::Nothing,
        }
    }

    /// Takes no more jobs; those that wait are still done.
    pub(super) fn close(&self) {
        self.lock().closed = true;
        self.news.notify_one();
    }

    /// Whether no more jobs are taken.
    pub(super) fn is_closed(&self) -> bool {
        self.lock().closed
    }
}

/// Lets go of every waiting job when the thread that writes ends, however it ends.
pub(super) struct Ending(pub(super) Arc<Jobs>);

impl Drop for Ending {
    fn drop(&mut self) {
        self.0.close();
        let left = std::mem::take(&mut self.0.lock().jobs);
        drop(left);
    }
}

/// Whether several tenants are at work.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Company {
    last: Option<i64>,
    met: Option<Duration>,
}

impl Company {
    /// Sees a job; the instance's own are no tenant's.
    pub(super) fn see(&mut self, turn: Turn, now: Duration) {
        if turn.tenant == Turn::INSTANCE.tenant {
            return;
        }
        if self.last.replace(turn.tenant).is_some_and(|last| last != turn.tenant) {
            self.met = Some(now);
        }
    }

    /// Whether a job followed one of another tenant a short while ago.
    pub(super) fn is_kept(&self, now: Duration) -> bool {
        self.met.is_some_and(|met| now.saturating_sub(met) < AT_WORK)
    }
}

/// The jobs of one transaction, as far as they decide about when it ends. Who shares the store with another tenant, or
/// waits for an answer beside bulk, is not kept waiting for the sake of larger transactions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    begun: Duration,
    commit: Duration,
    of: Option<i64>,
    shared: bool,
    live: bool,
    jobs: usize,
}

impl Group {
    /// A group that begins now, where the commit before took so long.
    pub(super) fn new(begun: Duration, commit: Duration, company: Company) -> Self {
        let (least, most) = SHARED;
        let shared = company.is_kept(begun);
        Self { begun, commit: commit.clamp(least, most), of: None, shared, live: false, jobs: 0 }
    }

    /// Counts a job in.
    pub(super) fn add(&mut self, turn: Turn) {
        self.shared |= self.of.is_some_and(|tenant| tenant != turn.tenant);
        self.of = Some(turn.tenant);
        self.live |= turn.class == WorkClass::Live;
        self.jobs += 1;
    }

    /// Whether it takes one more.
    fn takes(&self, next: Turn, now: Duration) -> bool {
        let in_time = now.saturating_sub(self.begun) < if self.shared { self.commit } else { ALONE_MAX };
        // The first job of another tenant comes in whatever the time is: it has waited for this very end.
        let fits = in_time || (!self.shared && self.of.is_some_and(|tenant| tenant != next.tenant));
        let kept_waiting = self.live && next.class == WorkClass::Bulk;
        self.jobs < GROUP_MAX && fits && !kept_waiting
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::embedded::{job::Task, write::Write};

    const A: Turn = Turn { tenant: 1, class: WorkClass::Bulk };
    const A_LIVE: Turn = Turn::live(1);
    const B_LIVE: Turn = Turn::live(2);

    #[track_caller]
    fn check(group: &[Turn], micros: u64, next: Turn, taken: bool) {
        let mut now = Group::new(Duration::ZERO, Duration::ZERO, Company::default());
        for turn in group {
            now.add(*turn);
        }
        assert_eq!(now.takes(next, Duration::from_micros(micros)), taken, "{group:?} {micros} {next:?}");
    }

    #[test]
    fn a_group_of_one_tenant_grows_for_a_while() {
        check(&[A], 4_999, A, true);
        check(&[A], 5_000, A, false);
        check(&[A; GROUP_MAX - 1], 0, A, true);
        check(&[A; GROUP_MAX], 0, A, false);
    }

    #[test]
    fn a_group_that_is_shared_ends_soon() {
        check(&[A_LIVE, B_LIVE], 999, A_LIVE, true);
        check(&[A_LIVE, B_LIVE], 1_000, A_LIVE, false);
        check(&[A_LIVE; 9], 7_000, B_LIVE, true);
        check(&[A_LIVE, B_LIVE], 1_000, B_LIVE, false);
    }

    #[test]
    fn while_others_are_at_work_every_group_ends_soon() {
        let mut company = Company::default();
        company.see(A, Duration::ZERO);
        company.see(Turn::INSTANCE, Duration::ZERO);
        company.see(A_LIVE, Duration::ZERO);
        assert!(!company.is_kept(Duration::ZERO));
        company.see(B_LIVE, Duration::ZERO);
        assert!(!company.is_kept(AT_WORK));
        let mut group = Group::new(Duration::ZERO, Duration::ZERO, company);
        group.add(A_LIVE);
        assert!(group.takes(A_LIVE, Duration::from_micros(999)));
        assert!(!group.takes(A_LIVE, Duration::from_millis(1)));
    }

    #[test]
    fn nobody_who_waits_for_an_answer_waits_for_bulk() {
        check(&[A_LIVE], 0, A, false);
        check(&[A, A, B_LIVE], 0, A, false);
        check(&[A, A], 4_999, B_LIVE, true);
    }

    #[test]
    fn a_slow_disk_makes_larger_groups() {
        let mut group = Group::new(Duration::ZERO, Duration::from_millis(3), Company::default());
        group.add(A_LIVE);
        group.add(B_LIVE);
        assert!(group.takes(A_LIVE, Duration::from_micros(2_999)));
        assert!(!group.takes(A_LIVE, Duration::from_millis(3)));
    }

    #[test]
    fn no_tenant_takes_all_the_room() {
        let jobs = Jobs::default();
        let job = || Task::<_, ()>::new(|_: &mut Write<'_>| Ok(()), false).0;
        for _ in 0..TENANT_JOBS_MAX {
            jobs.push(A, job()).unwrap();
        }
        assert!(matches!(jobs.push(A_LIVE, job()), Err(StoreError::Exhausted(_))));
        jobs.push(B_LIVE, job()).unwrap();
        assert!(matches!(jobs.wait(None), Waited::Job((turn, _)) if turn == B_LIVE));
    }
}
