//! People in the embedded engine: who is meant, what is kept of them, and how it goes.

pub(super) mod rows;

mod scope;

mod erase;

mod parts;

mod holds;

mod link;

mod orders;

mod purge;

mod export;

pub(super) mod second;

mod two;

mod departed;

mod pages;

mod records;

mod offboarding;

pub(super) mod retention;

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use tokio::sync::broadcast;

use self::{parts::Step, scope::Scope};
use super::{EmbeddedStore, jobs::Turn, ring::Tenant, write::Write};
use crate::{
    audit::{Action, Event},
    crypto::{KeyKind, Signature, Statement, new_id},
    id::{CaseId, ErasureId, HoldId, InteractionId, SubjectId},
    store::{
        Assurance, Attestation, DeleteCaseRequest, ErasureRecord, ErasureRequest, ErasureState, HoldRecord, NewHold,
        Officer, Privacy, RetentionOf, StoreError, SubjectRecord, SubjectSelector, UPKEEP_MAX, Upkeep,
        tombstone::{Burial, Cause, Grave},
    },
    time::Timestamp,
};

/// Refuses to take anything out of a case while a legal hold stands on it: it would no longer be held.
pub(super) fn refuse_while_held(write: &Write<'_>, tenant: &Tenant, case: CaseId) -> Result<(), StoreError> {
    let scope = Scope { cases: [case].into(), ..Scope::default() };
    holds::end_of(write, tenant, &scope)?.map_or(Ok(()), |end| Err(StoreError::OnHold(end)))
}

/// Buries a person of whom nothing is left once this interaction is somebody else's, unless they are on hold.
pub(super) fn bury_if_bare(
    write: &mut Write<'_>,
    tenant: &Tenant,
    subject: SubjectId,
    given: InteractionId,
) -> Result<(), StoreError> {
    let scope = Scope::of(write.keys, [subject].into())?;
    let is_bare = scope.cases.is_empty() && scope.interactions.iter().all(|one| *one == given);
    if !is_bare || holds::end_of(write, tenant, &scope)?.is_some() {
        return Ok(());
    }
    let graves = vec![Grave::all(KeyKind::Subject, subject.0)];
    write.bury(Burial { tenant: tenant.id, time: write.now, cause: Cause::Retention, graves })
}

#[async_trait]
impl Privacy for EmbeddedStore {
    async fn lookup_subjects(
        &self,
        officer: Officer,
        selectors: Vec<SubjectSelector>,
    ) -> Result<Vec<SubjectRecord>, StoreError> {
        let tenant = self.ring.tenant(officer.tenant)?;
        let work = move |write: &mut Write<'_>| {
            let subjects = scope::select(write.data, write.keys, &tenant, &selectors)?;
            let event = Event {
                tenant: Some(tenant.id),
                principal: Some(officer.principal),
                count: subjects.len() as u64,
                ..Event::new(Action::SubjectsFound, write.now)
            };
            write.audit(Some(tenant.number), &event)?;
            subjects.into_iter().map(|subject| record(write, &tenant, subject)).collect()
        };
        self.committer.run(work).await
    }

    async fn link_subjects(
        &self,
        officer: Officer,
        into: SubjectId,
        from: SubjectId,
    ) -> Result<SubjectRecord, StoreError> {
        let tenant = self.ring.tenant(officer.tenant)?;
        let work = move |write: &mut Write<'_>| {
            link::link(write, &tenant, officer, into, from)?;
            record(write, &tenant, into)
        };
        self.committer.run(work).await
    }

    async fn erase_subjects(&self, request: ErasureRequest) -> Result<ErasureRecord, StoreError> {
        let tenant = self.ring.tenant(request.officer.tenant)?;
        // Should the disk fill up in the middle, the second try finds what the first one did under this id.
        let request_id = Some(request.request_id.map_or_else(|| new_id(self.time.now()), Ok)?);
        let (turn, request) = (Turn::live(tenant.number), Arc::new(ErasureRequest { request_id, ..request }));
        let of = Arc::clone(&tenant);
        let work = move |write: &mut Write<'_>| {
            if let Some(etag) = &request.etag {
                return erase::erase(write, &of, &request, etag);
            }
            let subjects = scope::select(write.data, write.keys, &of, &request.selectors)?;
            show(write, &of, request.officer, subjects)
        };
        let begun = self.committer.run_essential(turn, work).await?;
        match begun.erasure.filter(|_| begun.state == ErasureState::Erasing) {
            Some(id) => {
                run_parts(self, &tenant, id).await?;
                self.committer.run_essential(turn, move |write| erase::get(write, &tenant, id)).await
            }
            None => Ok(begun),
        }
    }

    async fn delete_case(&self, request: DeleteCaseRequest) -> Result<ErasureRecord, StoreError> {
        let tenant = self.ring.tenant(request.officer.tenant)?;
        // As above: a second try must not find the case absent that the first one deleted.
        let request_id = Some(request.request_id.map_or_else(|| new_id(self.time.now()), Ok)?);
        let (turn, request) = (Turn::live(tenant.number), DeleteCaseRequest { request_id, ..request });
        self.committer.run_essential(turn, move |write| erase::delete_case(write, &tenant, &request)).await
    }

    async fn get_erasure(&self, officer: Officer, erasure: ErasureId) -> Result<ErasureRecord, StoreError> {
        let tenant = self.ring.tenant(officer.tenant)?;
        let work = move |write: &mut Write<'_>| {
            // What is told as erased is destroyed, whatever stood in the way.
            write.await_destruction();
            erase::get(write, &tenant, erasure)
        };
        self.committer.run_essential(Turn::INSTANCE, work).await
    }

    async fn place_hold(&self, new: NewHold) -> Result<HoldRecord, StoreError> {
        let tenant = self.ring.tenant(new.officer.tenant)?;
        self.committer.run(move |write| holds::place(write, &tenant, &new)).await
    }

    async fn approve_hold(&self, officer: Officer, hold: HoldId) -> Result<HoldRecord, StoreError> {
        let tenant = self.ring.tenant(officer.tenant)?;
        self.committer.run(move |write| holds::approve(write, &tenant, officer, hold)).await
    }

    async fn release_hold(&self, officer: Officer, hold: HoldId) -> Result<HoldRecord, StoreError> {
        let tenant = self.ring.tenant(officer.tenant)?;
        let (turn, of) = (Turn::live(tenant.number), Arc::clone(&tenant));
        let released =
            self.committer.run_essential(turn, move |write| holds::release(write, &of, officer, hold)).await?;
        run_deferred(self, Some(tenant.number)).await?;
        Ok(released)
    }

    async fn list_holds(&self, officer: Officer) -> Result<Vec<HoldRecord>, StoreError> {
        self.committer.check()?;
        let (tenant, now) = (self.ring.tenant(officer.tenant)?, self.time.now());
        let turn = Turn::live(tenant.number);
        self.readers.run(turn, move |read| holds::list(&read.data()?.0, &tenant, now)).await
    }

    async fn upkeep(&self, retention: RetentionOf) -> Result<Upkeep, StoreError> {
        let sweep = |write: &mut Write<'_>| rows::sweep(write.data, UPKEEP_MAX);
        let swept = self.committer.run_essential(Turn::INSTANCE, sweep).await?;
        let erasures = run_deferred(self, None).await?;
        let (expired, more) = expire(self, retention).await?;
        Ok(Upkeep { erasures, swept, expired, more: more || swept >= u64::from(UPKEEP_MAX) })
    }

    fn erased(&self) -> broadcast::Receiver<Arc<Vec<InteractionId>>> {
        self.erased.subscribe()
    }

    fn attestation(&self) -> Attestation {
        Attestation { store: self.ring.store, assurance: Assurance::Logical, public: self.signing.public() }
    }

    fn sign(&self, certificate: &[u8]) -> Result<Signature, StoreError> {
        Ok(self.signing.sign(Statement::Certificate, certificate)?)
    }
}

/// Shows what erasing these people would destroy. Audited, found or not.
fn show(
    write: &mut Write<'_>,
    tenant: &super::ring::Tenant,
    officer: Officer,
    subjects: BTreeSet<SubjectId>,
) -> Result<ErasureRecord, StoreError> {
    let scope = Scope::of(write.keys, subjects)?;
    let event = Event {
        tenant: Some(tenant.id),
        principal: Some(officer.principal),
        count: scope.subjects.len() as u64,
        ..Event::new(Action::SubjectsFound, write.now)
    };
    write.audit(Some(tenant.number), &event)?;
    let hold_end_time = holds::end_of(write, tenant, &scope)?;
    Ok(ErasureRecord { etag: Some(scope.etag(tenant)), hold_end_time, ..erase::shown(write, &scope) })
}

fn record(write: &Write<'_>, tenant: &super::ring::Tenant, subject: SubjectId) -> Result<SubjectRecord, StoreError> {
    let scope = Scope::of(write.keys, [subject].into())?;
    let is_held = holds::end_of(write, tenant, &scope)?.is_some();
    Ok(SubjectRecord { subject, holdings: scope.holdings(), is_held })
}

/// Runs the erasures that no hold stands against any more, of one tenant or of all, and gives how many. Each is a job of its
/// own: one that cannot run keeps no other waiting.
async fn run_deferred(store: &EmbeddedStore, tenant: Option<i64>) -> Result<u64, StoreError> {
    let waiting = store.readers.run(Turn::INSTANCE, move |read| erase::deferred(&read.data()?.0, tenant)).await?;
    let mut done = 0;
    for (number, id) in waiting {
        let Some(tenant) = store.ring.of_number(number) else { continue };
        match run_parts(store, &tenant, id).await {
            Ok(is_done) => done += u64::from(is_done),
            Err(error @ (StoreError::Unavailable(_) | StoreError::Exhausted(_))) => return Err(error),
            Err(error) => tracing::error!(%error, erasure = %id, "an erasure that waited could not be carried out"),
        }
    }
    Ok(done)
}

/// Runs an erasure that is noted, each part in its turn behind what people wait for; whether it is done.
async fn run_parts(store: &EmbeddedStore, tenant: &Arc<Tenant>, id: ErasureId) -> Result<bool, StoreError> {
    let turn = Turn::bulk(tenant.number);
    loop {
        let tenant = Arc::clone(tenant);
        let part = move |write: &mut Write<'_>| parts::advance(write, &tenant, id);
        match store.committer.run_essential(turn, part).await? {
            Step::More => {}
            step => return Ok(step == Step::Done),
        }
    }
}

/// Does the next part of the pass over what may be kept too long; how much was destroyed, and whether there is more.
async fn expire(store: &EmbeddedStore, retention: RetentionOf) -> Result<(u64, bool), StoreError> {
    let (pass, now) = (*lock(&store.pass), store.time.now());
    if pass.ended.is_some_and(|ended| now < ended + retention::REST) {
        return Ok((0, false));
    }
    let (ring, periods) = (Arc::clone(&store.ring), Arc::clone(&retention));
    let find =
        move |read: &mut super::readers::Read| retention::find(&read.data()?.0, &ring, pass, now, periods.as_ref());
    let found = store.readers.run(Turn::INSTANCE, find).await?;
    let (case, event, is_last) = (found.case, found.event, found.is_last);
    let mut done = 0;
    if !found.due.is_empty() || !found.bare.is_empty() || !found.events.is_empty() {
        let destroy = move |write: &mut Write<'_>| retention::destroy(write, &found);
        done = match store.committer.run(destroy).await {
            // The pass goes on behind it: nothing else waits for what cannot be read.
            Err(error @ StoreError::Damaged(_)) => {
                tracing::error!(%error, "something is due and cannot be destroyed");
                0
            }
            done => done?,
        };
    }
    if is_last {
        done += expire_records(store, retention, now).await?;
    }
    *lock(&store.pass) = if is_last {
        retention::Pass { ended: Some(now), ..retention::Pass::default() }
    } else {
        retention::Pass { case, event, ended: None }
    };
    Ok((done, !is_last))
}

/// Deletes records of acts that have ended long enough ago; how many there were.
async fn expire_records(store: &EmbeddedStore, retention: RetentionOf, now: Timestamp) -> Result<u64, StoreError> {
    let ring = Arc::clone(&store.ring);
    let find = move |read: &mut super::readers::Read| records::find(&read.data()?.0, &ring, now, retention.as_ref());
    let found = store.readers.run(Turn::INSTANCE, find).await?;
    let count = found.len() as u64;
    if count > 0 {
        store.committer.run(move |write| records::delete(write, &found)).await?;
    }
    Ok(count)
}

/// When the last whole pass of retention ended.
pub(super) fn retention_pass_end(store: &EmbeddedStore) -> Option<Timestamp> {
    lock(&store.pass).ended
}

fn lock(pass: &Mutex<retention::Pass>) -> MutexGuard<'_, retention::Pass> {
    pass.lock().unwrap_or_else(PoisonError::into_inner)
}
