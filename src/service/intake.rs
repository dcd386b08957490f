//! `IntakeService`: takes interactions in. The answer is a function of the caller's own request and the policy, so that
//! it tells nothing of what else is stored.

use std::sync::Arc;

use futures_util::future::join_all;
use tonic::{Request, Response, Status, Streaming};

use super::{
    app::{self, App},
    assess::{self, Assessed},
    batch::{self, Answers},
    convert::{enums, interaction, interaction::Context, scalar},
    limits, live,
    path::{Path, Violations},
    pb::{self, intake_service_server::IntakeService},
    retain,
    status::{Failure, Outcome, Reason},
};
use crate::{access::Caller, id::TenantId, queue::WorkClass, store::Submission};

/// The service.
#[derive(Clone, Debug)]
pub struct Intake(pub App);

/// An interaction that only has to be stored.
struct Prepared {
    submission: Submission,
    result: pb::InteractionResult,
}

#[tonic::async_trait]
impl IntakeService for Intake {
    async fn submit_interaction(
        &self,
        request: Request<pb::SubmitInteractionRequest>,
    ) -> Result<Response<pb::SubmitInteractionResponse>, Status> {
        let (app, caller) = (self.0.clone(), app::caller(&request)?);
        let (tenant, request) = (caller.tenant, request.into_inner());
        let bytes = prost::Message::encoded_len(&request);
        let work = move || prepare(&app, &caller, WorkClass::Live, request);
        let prepared = self.0.compute((tenant, WorkClass::Live), bytes, work).await?;
        let result = commit(&self.0, prepared?).await?;
        Ok(Response::new(pb::SubmitInteractionResponse { result: Some(result) }))
    }

    type SubmitInteractionsStream = Answers<pb::SubmitInteractionsResponse>;

    async fn submit_interactions(
        &self,
        request: Request<Streaming<pb::SubmitInteractionsRequest>>,
    ) -> Result<Response<Self::SubmitInteractionsStream>, Status> {
        let (preparing, finishing, caller) = (self.0.clone(), self.0.clone(), app::caller(&request)?);
        let tenant = caller.tenant;
        let prepare = move |batch| prepare_batch(&preparing, &caller, batch);
        let finish = move |batch| commit_batch(finishing.clone(), tenant, batch);
        Ok(Response::new(batch::answers(&self.0, tenant, request.into_inner(), prepare, finish)))
    }

    type StreamTurnsStream = Answers<pb::StreamTurnsResponse>;

    async fn stream_turns(
        &self,
        request: Request<Streaming<pb::StreamTurnsRequest>>,
    ) -> Result<Response<Self::StreamTurnsStream>, Status> {
        let caller = app::caller(&request)?;
        Ok(Response::new(live::stream(self.0.clone(), caller, request.into_inner())))
    }
}

/// The request id of an item, and the item where it can be stored.
type PreparedItem = (String, Outcome<Prepared>);

fn prepare_batch(app: &App, caller: &Caller, batch: pb::SubmitInteractionsRequest) -> Outcome<Vec<PreparedItem>> {
    let pb::SubmitInteractionsRequest { items } = batch;
    if items.len() > limits::BATCH_ITEMS_MAX {
        return Err(Failure::field(Path::Root.field("items"), Reason::FieldTooMany));
    }
    let one =
        |item: pb::SubmitInteractionRequest| (echoed(&item.request_id), prepare(app, caller, WorkClass::Bulk, item));
    Ok(items.into_iter().map(one).collect())
}

/// A request id as it is sent back: only where it is one, so that nothing else is echoed.
fn echoed(request_id: &str) -> String {
    if uuid::Uuid::try_parse(request_id).is_ok() { request_id.to_owned() } else { String::new() }
}

fn prepare(app: &App, caller: &Caller, class: WorkClass, request: pb::SubmitInteractionRequest) -> Outcome<Prepared> {
    let pb::SubmitInteractionRequest { request_id, interaction: value, view } = request;
    let (root, mut violations) = (Path::Root, Violations::default());
    let rules = app.rules(caller.tenant)?;
    let context = Context { allow_list: &rules.policy.attribute_allow_list, now: app.now() };
    let request_id = scalar::request_id(&request_id, &root.field("request_id"), &mut violations);
    let wants_turns = enums::wants_turns(view, &root.field("view"), &mut violations);
    let draft = interaction::interaction(context, value, &root.field("interaction"), &mut violations);
    let draft = violations.finish_some(draft)?;
    let Assessed { result, content, recording_uri, join, subject, quiet, assessment } =
        assess::assess(app, &rules, draft, wants_turns);
    retain::admit(rules.policy.retention, content.occur_time, app.now(), &root.field("interaction"))?;
    let decide = assess::decide(Arc::clone(&rules), assessment, content.text_state);
    let (tenant, principal) = (caller.tenant, caller.principal);
    let submission =
        Submission { tenant, principal, class, request_id, content, recording_uri, join, subject, quiet, decide };
    Ok(Prepared { submission, result })
}

async fn commit(app: &App, prepared: Prepared) -> Outcome<pb::InteractionResult> {
    let Prepared { submission, result } = prepared;
    let stored = app.store.submit(submission).await;
    let submitted = stored.map_err(|error| Failure::of_store(&error, Reason::Internal))?;
    Ok(pb::InteractionResult { submission: format!("submissions/{}", submitted.submission.0), ..result })
}

/// Stores the items of a batch at once, so that they share a commit.
async fn commit_batch(app: App, tenant: TenantId, batch: Vec<PreparedItem>) -> pb::SubmitInteractionsResponse {
    app.shares.pace(tenant, WorkClass::Bulk, batch.len()).await;
    let items = batch.into_iter().map(|(request_id, prepared)| {
        let app = &app;
        async move {
            let outcome = match prepared {
                Ok(prepared) => commit(app, prepared).await,
                Err(failure) => Err(failure),
            };
            pb::SubmitInteractionsItem { request_id, outcome: Some(super::outcome(outcome)) }
        }
    });
    pb::SubmitInteractionsResponse { items: join_all(items).await }
}
