//! `PrivacyService`: what is kept of people, found, held and erased. No answer of it can carry an identifier or text.

use tonic::{Request, Response, Status};

use super::{
    app::{self, App},
    batch::Answers,
    certificate,
    convert::{
        orders,
        privacy::{self, officer},
        scalar,
    },
    export, limits, offboarding,
    path::{Path, Violations},
    pb::{self, privacy_service_server::PrivacyService},
    posture, purge,
    status::{Failure, Outcome, Reason},
};
use crate::{
    id::HoldId,
    store::{ErasureRequest, HoldRecord, NewHold, RecipientRecord, StoreError},
};

/// The service.
#[derive(Clone, Debug)]
pub struct People(pub App);

#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` takes")]
fn subject_failure(error: StoreError) -> Failure {
    Failure::of_store(&error, Reason::SubjectNotFound)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` takes")]
fn hold_failure(error: StoreError) -> Failure {
    Failure::of_store(&error, Reason::HoldNotFound)
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` takes")]
fn recipient_failure(error: StoreError) -> Failure {
    Failure::of_store(&error, Reason::RecipientNotFound)
}

fn recipient(record: Result<RecipientRecord, StoreError>) -> Result<Response<pb::Recipient>, Status> {
    Ok(Response::new(orders::recipient(record.map_err(recipient_failure)?)))
}

fn hold_name(name: &str) -> Outcome<HoldId> {
    let mut violations = Violations::default();
    let id = scalar::name(name, &Path::Root.field("name"), &mut violations);
    violations.finish_some(id)
}

fn hold(record: Result<HoldRecord, StoreError>) -> Result<Response<pb::Hold>, Status> {
    Ok(Response::new(privacy::hold(record.map_err(hold_failure)?)))
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
        Ok(Response::new(certificate::certified(&self.0, caller.tenant, record)?))
    }

    async fn get_erasure(&self, request: Request<pb::GetErasureRequest>) -> Result<Response<pb::Erasure>, Status> {
        let caller = app::caller(&request)?;
        let pb::GetErasureRequest { name } = request.into_inner();
        let mut violations = Violations::default();
        let id = scalar::name(&name, &Path::Root.field("name"), &mut violations);
        let id = violations.finish_some(id)?;
        let record = self.0.store.get_erasure(officer(&caller), id).await;
        let record = record.map_err(|error| Failure::of_store(&error, Reason::ErasureNotFound))?;
        Ok(Response::new(certificate::certified(&self.0, caller.tenant, record)?))
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

    async fn purge_records(&self, request: Request<pb::PurgeRecordsRequest>) -> Result<Response<pb::Purge>, Status> {
        let caller = app::caller(&request)?;
        Ok(Response::new(purge::purge(&self.0, &caller, request.into_inner()).await?))
    }

    async fn register_recipient(
        &self,
        request: Request<pb::RegisterRecipientRequest>,
    ) -> Result<Response<pb::Recipient>, Status> {
        let caller = app::caller(&request)?;
        let pb::RegisterRecipientRequest { age_recipient } = request.into_inner();
        let mut violations = Violations::default();
        let key = orders::age_recipient(age_recipient, &Path::Root.field("age_recipient"), &mut violations);
        let key = violations.finish_some(key)?;
        recipient(self.0.store.register_recipient(officer(&caller), key).await)
    }

    async fn list_recipients(
        &self,
        request: Request<pb::ListRecipientsRequest>,
    ) -> Result<Response<pb::ListRecipientsResponse>, Status> {
        let caller = app::caller(&request)?;
        let pb::ListRecipientsRequest {} = request.into_inner();
        let recipients = self.0.store.list_recipients(officer(&caller)).await.map_err(recipient_failure)?;
        let recipients = recipients.into_iter().map(orders::recipient).collect();
        Ok(Response::new(pb::ListRecipientsResponse { recipients }))
    }

    async fn revoke_recipient(
        &self,
        request: Request<pb::RevokeRecipientRequest>,
    ) -> Result<Response<pb::Recipient>, Status> {
        let caller = app::caller(&request)?;
        let pb::RevokeRecipientRequest { name } = request.into_inner();
        let mut violations = Violations::default();
        let id = scalar::name(&name, &Path::Root.field("name"), &mut violations);
        recipient(self.0.store.revoke_recipient(officer(&caller), violations.finish_some(id)?).await)
    }

    type ExportSubjectStream = Answers<pb::Export>;

    async fn export_subject(
        &self,
        request: Request<pb::ExportSubjectRequest>,
    ) -> Result<Response<Self::ExportSubjectStream>, Status> {
        let caller = app::caller(&request)?;
        Ok(Response::new(export::export(&self.0, &caller, request.into_inner()).await?))
    }

    type OffboardTenantStream = Answers<pb::Offboarding>;

    async fn offboard_tenant(
        &self,
        request: Request<pb::OffboardTenantRequest>,
    ) -> Result<Response<Self::OffboardTenantStream>, Status> {
        let caller = app::caller(&request)?;
        Ok(Response::new(offboarding::offboard(&self.0, &caller, request.into_inner()).await?))
    }

    async fn get_posture(&self, request: Request<pb::GetPostureRequest>) -> Result<Response<pb::Posture>, Status> {
        let caller = app::caller(&request)?;
        let pb::GetPostureRequest {} = request.into_inner();
        Ok(Response::new(posture::posture(&self.0, &caller).await?))
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
