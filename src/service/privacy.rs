//! `PrivacyService`: what is kept of people, found, held and erased. No answer of it can carry an identifier or text.

use tonic::{Request, Response, Status};

use super::{
    app::{self, App},
    certificate,
    convert::{privacy, scalar},
    limits,
    path::{Path, Violations},
    pb::{self, privacy_service_server::PrivacyService},
    status::{Failure, Outcome, Reason},
};
use crate::{
    access::Caller,
    id::HoldId,
    store::{ErasureRecord, ErasureRequest, ErasureState, HoldRecord, NewHold, Officer, StoreError},
};

/// The service.
#[derive(Clone, Debug)]
pub struct People(pub App);

/// Who acts.
pub(super) fn officer(caller: &Caller) -> Officer {
    Officer { tenant: caller.tenant, principal: caller.principal }
}

fn subject_failure(error: StoreError) -> Failure {
    Failure::of_store(&error, Reason::SubjectNotFound)
}

fn hold_failure(error: StoreError) -> Failure {
    Failure::of_store(&error, Reason::HoldNotFound)
}

fn hold_name(name: &str) -> Outcome<HoldId> {
    let mut violations = Violations::default();
    let id = scalar::name(name, &Path::Root.field("name"), &mut violations);
    violations.finish_some(id)
}

fn hold(record: Result<HoldRecord, StoreError>) -> Result<Response<pb::Hold>, Status> {
    Ok(Response::new(privacy::hold(record.map_err(hold_failure)?)))
}

/// An erasure with its certificate, where it is done.
pub(super) fn erasure(app: &App, tenant: crate::id::TenantId, record: ErasureRecord) -> Outcome<pb::Erasure> {
    let certificate = match record.state {
        ErasureState::Erased => certificate::issue(app.store.as_ref(), tenant, &record)?,
        ErasureState::Shown | ErasureState::OnHold => String::new(),
    };
    Ok(privacy::erasure(record, certificate))
}

#[tonic::async_trait]
impl PrivacyService for People {
    async fn lookup_subject(
        &self,
        request: Request<pb::LookupSubjectRequest>,
    ) -> Result<Response<pb::LookupSubjectResponse>, Status> {
        let caller = app::caller(&request)?;
        let pb::LookupSubjectRequest { selectors } = request.into_inner();
        let mut violations = Violations::default();
        let selectors = privacy::selectors(selectors, &Path::Root.field("selectors"), &mut violations);
        let selectors = violations.finish(selectors)?;
        let found = self.0.store.lookup_subjects(officer(&caller), selectors).await.map_err(subject_failure)?;
        let subjects = found.into_iter().map(privacy::subject).collect();
        Ok(Response::new(pb::LookupSubjectResponse { subjects }))
    }

    async fn link_subjects(&self, request: Request<pb::LinkSubjectsRequest>) -> Result<Response<pb::Subject>, Status> {
        let caller = app::caller(&request)?;
        let pb::LinkSubjectsRequest { name, other } = request.into_inner();
        let (root, mut violations) = (Path::Root, Violations::default());
        let into = scalar::name(&name, &root.field("name"), &mut violations);
        let from = scalar::name(&other, &root.field("other"), &mut violations);
        violations.check(name != other, &root.field("other"), Reason::FieldOutOfRange);
        let (into, from) = violations.finish_some(into.zip(from))?;
        let linked = self.0.store.link_subjects(officer(&caller), into, from).await.map_err(subject_failure)?;
        Ok(Response::new(privacy::subject(linked)))
    }

    async fn erase_subject(&self, request: Request<pb::EraseSubjectRequest>) -> Result<Response<pb::Erasure>, Status> {
        let caller = app::caller(&request)?;
        let pb::EraseSubjectRequest { selectors, etag, request_id } = request.into_inner();
        let (root, mut violations) = (Path::Root, Violations::default());
        let selectors = privacy::selectors(selectors, &root.field("selectors"), &mut violations);
        let request_id = scalar::request_id(&request_id, &root.field("request_id"), &mut violations);
        violations.check(etag.len() <= limits::ETAG_BYTES_MAX, &root.field("etag"), Reason::FieldTooLong);
        let selectors = violations.finish(selectors)?;
        let etag = (!etag.is_empty()).then_some(etag);
        let request = ErasureRequest { officer: officer(&caller), selectors, etag, request_id };
        let record = self.0.store.erase_subjects(request).await.map_err(subject_failure)?;
        if record.subjects.is_empty() {
            return Err(Failure::of(Reason::SubjectNotFound).into());
        }
        Ok(Response::new(erasure(&self.0, caller.tenant, record)?))
    }

    async fn get_erasure(&self, request: Request<pb::GetErasureRequest>) -> Result<Response<pb::Erasure>, Status> {
        let caller = app::caller(&request)?;
        let pb::GetErasureRequest { name } = request.into_inner();
        let mut violations = Violations::default();
        let id = scalar::name(&name, &Path::Root.field("name"), &mut violations);
        let id = violations.finish_some(id)?;
        let record = self.0.store.get_erasure(officer(&caller), id).await;
        let record = record.map_err(|error| Failure::of_store(&error, Reason::ErasureNotFound))?;
        Ok(Response::new(erasure(&self.0, caller.tenant, record)?))
    }

    async fn place_hold(&self, request: Request<pb::PlaceHoldRequest>) -> Result<Response<pb::Hold>, Status> {
        let caller = app::caller(&request)?;
        let mut violations = Violations::default();
        let new = privacy::new_hold(request.into_inner(), self.0.now(), &mut violations);
        let (target, reason, end_time) = violations.finish_some(new)?;
        let new = NewHold { officer: officer(&caller), target, reason, end_time };
        let placed = self.0.store.place_hold(new).await.map_err(subject_failure)?;
        Ok(Response::new(privacy::hold(placed)))
    }

    async fn approve_hold(&self, request: Request<pb::ApproveHoldRequest>) -> Result<Response<pb::Hold>, Status> {
        let caller = app::caller(&request)?;
        let pb::ApproveHoldRequest { name } = request.into_inner();
        hold(self.0.store.approve_hold(officer(&caller), hold_name(&name)?).await)
    }

    async fn release_hold(&self, request: Request<pb::ReleaseHoldRequest>) -> Result<Response<pb::Hold>, Status> {
        let caller = app::caller(&request)?;
        let pb::ReleaseHoldRequest { name } = request.into_inner();
        hold(self.0.store.release_hold(officer(&caller), hold_name(&name)?).await)
    }

    async fn list_holds(
        &self,
        request: Request<pb::ListHoldsRequest>,
    ) -> Result<Response<pb::ListHoldsResponse>, Status> {
        let caller = app::caller(&request)?;
        let pb::ListHoldsRequest {} = request.into_inner();
        let holds = self.0.store.list_holds(officer(&caller)).await.map_err(hold_failure)?;
        Ok(Response::new(pb::ListHoldsResponse { holds: holds.into_iter().map(privacy::hold).collect() }))
    }
}
