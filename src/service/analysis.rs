//! `AnalysisService`: redacts and scores as intake does, and stores nothing.

use tonic::{Request, Response, Status, Streaming};

use super::{
    app::{self, App},
    assess,
    batch::{self, Answers},
    convert::{enums, interaction, interaction::Context},
    limits,
    path::{Path, Violations},
    pb::{self, analysis_service_server::AnalysisService},
    status::{Failure, Outcome, Reason},
};
use crate::{access::Caller, queue::WorkClass};

/// The service.
#[derive(Clone, Debug)]
pub struct Analysis(pub App);

#[tonic::async_trait]
impl AnalysisService for Analysis {
    async fn analyze(&self, request: Request<pb::AnalyzeRequest>) -> Result<Response<pb::AnalyzeResponse>, Status> {
        let (app, caller) = (self.0.clone(), app::caller(&request)?);
        let (tenant, request) = (caller.tenant, request.into_inner());
        let bytes = prost::Message::encoded_len(&request);
        let work = move || analyze(&app, &caller, request);
        let result = self.0.compute((tenant, WorkClass::Live), bytes, work).await??;
        Ok(Response::new(pb::AnalyzeResponse { result: Some(result) }))
    }

    type StreamAnalyzeStream = Answers<pb::StreamAnalyzeResponse>;

    async fn stream_analyze(
        &self,
        request: Request<Streaming<pb::StreamAnalyzeRequest>>,
    ) -> Result<Response<Self::StreamAnalyzeStream>, Status> {
        let (app, caller) = (self.0.clone(), app::caller(&request)?);
        let tenant = caller.tenant;
        let prepare = move |batch| analyze_batch(&app, &caller, batch);
        Ok(Response::new(batch::answers(&self.0, tenant, request.into_inner(), prepare, std::future::ready)))
    }
}

fn analyze_batch(app: &App, caller: &Caller, batch: pb::StreamAnalyzeRequest) -> Outcome<pb::StreamAnalyzeResponse> {
    let pb::StreamAnalyzeRequest { items } = batch;
    if items.len() > limits::BATCH_ITEMS_MAX {
        return Err(Failure::field(Path::Root.field("items"), Reason::FieldTooMany));
    }
    let outcomes = items.into_iter().map(|item| super::outcome(analyze(app, caller, item)));
    Ok(pb::StreamAnalyzeResponse { outcomes: outcomes.collect() })
}

fn analyze(app: &App, caller: &Caller, request: pb::AnalyzeRequest) -> Outcome<pb::InteractionResult> {
    let pb::AnalyzeRequest { interaction: value, view } = request;
    let (root, mut violations) = (Path::Root, Violations::default());
    let rules = app.rules(caller.tenant)?;
    let context = Context { allow_list: &rules.policy.attribute_allow_list, now: app.now() };
    let wants_turns = enums::wants_turns(view, &root.field("view"), &mut violations);
    let draft = interaction::interaction(context, value, &root.field("interaction"), &mut violations);
    Ok(assess::assess(app, &rules, violations.finish_some(draft)?, wants_turns).result)
}
