//! `QueueService`: hands out waiting cases under leases.

use tonic::{Request, Response, Status};

use super::{
    app::{self, App},
    batch::Answers,
    convert::{enums, queue, scalar, work},
    page::Binding,
    path::{Path, Violations},
    pb::{self, queue_service_server::QueueService},
    status::{Failure, Reason},
    watch,
};
use crate::store::{Bumped, StoreError};

/// The service.
#[derive(Clone, Debug)]
pub struct Queue(pub App);

fn lease_failure(error: &StoreError) -> Failure {
    Failure::of_store(error, Reason::LeaseNotFound)
}

#[tonic::async_trait]
impl QueueService for Queue {
    async fn lease_items(
        &self,
        request: Request<pb::LeaseItemsRequest>,
    ) -> Result<Response<pb::LeaseItemsResponse>, Status> {
        let caller = app::caller(&request)?;
        let allowed = self.0.rules(caller.tenant)?.policy.work.leases_max;
        let request = queue::lease_request(request.into_inner(), &caller, allowed)?;
        // A worker that waits is let go when the server shuts down; what was leased meanwhile is given to its retry.
        let leased = tokio::select! {
            biased;
            leased = self.0.store.lease_items(request) => leased,
            () = self.0.drained() => return Err(Failure::of(Reason::ShuttingDown).into()),
        };
        let now = self.0.now();
        let items = leased.map_err(|error| lease_failure(&error))?;
        let items = items.into_iter().map(|entry| queue::item(entry, now)).collect();
        Ok(Response::new(pb::LeaseItemsResponse { items }))
    }

    async fn renew_lease(&self, request: Request<pb::RenewLeaseRequest>) -> Result<Response<pb::QueueItem>, Status> {
        let caller = app::caller(&request)?;
        let pb::RenewLeaseRequest { lease, lease_epoch, lease_duration } = request.into_inner();
        let mut violations = Violations::default();
        let handle = queue::lease_handle((&lease, lease_epoch), &caller, &mut violations);
        let duration = queue::lease_duration(lease_duration, &mut violations);
        let handle = violations.finish_some(handle)?;
        let renewed = self.0.store.renew_lease(handle, duration).await;
        let entry = renewed.map_err(|error| lease_failure(&error))?;
        Ok(Response::new(queue::item(entry, self.0.now())))
    }

    async fn acknowledge_item(
        &self,
        request: Request<pb::AcknowledgeItemRequest>,
    ) -> Result<Response<pb::AcknowledgeItemResponse>, Status> {
        let caller = app::caller(&request)?;
        let pb::AcknowledgeItemRequest { lease, lease_epoch, case_state } = request.into_inner();
        let mut violations = Violations::default();
        let handle = queue::lease_handle((&lease, lease_epoch), &caller, &mut violations);
        let state = enums::acknowledged(case_state, &Path::Root.field("case_state"), &mut violations);
        let handle = violations.finish_some(handle)?;
        let done = self.0.store.acknowledge_item(handle, state).await;
        done.map_err(|error| lease_failure(&error))?;
        Ok(Response::new(pb::AcknowledgeItemResponse {}))
    }

    async fn release_item(
        &self,
        request: Request<pb::ReleaseItemRequest>,
    ) -> Result<Response<pb::ReleaseItemResponse>, Status> {
        let caller = app::caller(&request)?;
        let pb::ReleaseItemRequest { lease, lease_epoch, delay } = request.into_inner();
        let mut violations = Violations::default();
        let handle = queue::lease_handle((&lease, lease_epoch), &caller, &mut violations);
        let delay = queue::release_delay(delay, &mut violations);
        let handle = violations.finish_some(handle)?;
        let done = self.0.store.release_item(handle, delay).await;
        done.map_err(|error| lease_failure(&error))?;
        Ok(Response::new(pb::ReleaseItemResponse {}))
    }

    async fn bump_item(&self, request: Request<pb::BumpItemRequest>) -> Result<Response<pb::BumpItemResponse>, Status> {
        let caller = app::caller(&request)?;
        let budget = self.0.rules(caller.tenant)?.policy.work.bumps_per_day_max;
        let request = work::bump_request(request.into_inner(), &caller, budget)?;
        let bumped = self.0.store.bump_item(request).await;
        let Bumped { entry, left } = bumped.map_err(|error| Failure::of_store(&error, Reason::CaseNotFound))?;
        let item = entry.map(|entry| queue::listed_item(entry, self.0.now()));
        Ok(Response::new(pb::BumpItemResponse { item, bumps_left: scalar::wire_int(left) }))
    }

    type WatchQueueStream = Answers<pb::WatchQueueResponse>;

    async fn watch_queue(
        &self,
        request: Request<pb::WatchQueueRequest>,
    ) -> Result<Response<Self::WatchQueueStream>, Status> {
        let caller = app::caller(&request)?;
        let pb::WatchQueueRequest { queue: name, resume_token } = request.into_inner();
        let mut violations = Violations::default();
        let name = scalar::queue(name, &Path::Root.field("queue"), &mut violations);
        let name = violations.finish(name)?;
        Ok(Response::new(watch::watch(self.0.clone(), &caller, name, &resume_token).await?))
    }

    async fn list_items(
        &self,
        request: Request<pb::ListItemsRequest>,
    ) -> Result<Response<pb::ListItemsResponse>, Status> {
        let caller = app::caller(&request)?;
        let pb::ListItemsRequest { queue: name, page_size, page_token } = request.into_inner();
        let mut violations = Violations::default();
        let limit = scalar::page_size(page_size, 50, &Path::Root.field("page_size"), &mut violations);
        let name = scalar::queue(name, &Path::Root.field("queue"), &mut violations);
        let name = violations.finish(name)?;
        let binding = Binding::new("ListItems", &caller, &name);
        let after = binding.position(&page_token)?;
        let page = self.0.store.list_items(caller.tenant, name, limit, after).await;
        let page = page.map_err(|error| lease_failure(&error))?;
        let now = self.0.now();
        let items = page.items.into_iter().map(|entry| queue::listed_item(entry, now)).collect();
        Ok(Response::new(pb::ListItemsResponse { items, next_page_token: binding.token(page.next) }))
    }
}
