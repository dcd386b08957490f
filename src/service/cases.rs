//! `CaseService`: reads cases, redacted. What is absent, of another tenant or not open to the caller gives one answer.

use tonic::{Request, Response, Status};

use super::{
    app::{self, App},
    batch::Answers,
    casework,
    convert::{case, scalar},
    correct, delete, filter, limits,
    page::Binding,
    path::{Path, Violations},
    pb::{self, case_service_server::CaseService},
    rescore,
    status::{Failure, Outcome, Reason},
};
use crate::{
    conversation::Role,
    lexicon::care,
    policy::Policy,
    store::{CaseRecord, InteractionRecord},
    text::Language,
};

/// The service.
#[derive(Clone, Debug)]
pub struct Cases(pub App);

#[tonic::async_trait]
impl CaseService for Cases {
    async fn get_case(&self, request: Request<pb::GetCaseRequest>) -> Result<Response<pb::Case>, Status> {
        let caller = app::caller(&request)?;
        let pb::GetCaseRequest { name } = request.into_inner();
        let mut violations = Violations::default();
        let id = scalar::name(&name, &Path::Root.field("name"), &mut violations);
        let id = violations.finish_some(id)?;
        let read = self.0.store.get_case(self.0.reader(&caller), id).await;
        let (record, interactions) = read.map_err(|error| Failure::of_store(&error, Reason::CaseNotFound))?;
        let care_needed =
            record.is_leased_by_reader && needs_care(&self.0.rules(caller.tenant)?.policy, &record, &interactions);
        Ok(Response::new(pb::Case { care_needed, ..case::case(record, &interactions) }))
    }

    async fn list_cases(
        &self,
        request: Request<pb::ListCasesRequest>,
    ) -> Result<Response<pb::ListCasesResponse>, Status> {
        let caller = app::caller(&request)?;
        let pb::ListCasesRequest { page_size, page_token, filter: text } = request.into_inner();
        let mut violations = Violations::default();
        let limit = scalar::page_size(page_size, 50, &Path::Root.field("page_size"), &mut violations);
        let filter = filter::parse(&text);
        violations.check(filter.is_some(), &Path::Root.field("filter"), Reason::InvalidFilter);
        let filter = violations.finish_some(filter)?;
        let binding = Binding::new("ListCases", &caller, &text);
        let after = binding.position(&page_token)?;
        let page = self.0.store.list_cases(self.0.reader(&caller), filter, limit, after).await;
        let page = page.map_err(|error| Failure::of_store(&error, Reason::CaseNotFound))?;
        let cases = page.items.into_iter().map(|record| case::case(record, &[])).collect();
        Ok(Response::new(pb::ListCasesResponse { cases, next_page_token: binding.token(page.next) }))
    }

    async fn find_open_cases(
        &self,
        request: Request<pb::FindOpenCasesRequest>,
    ) -> Result<Response<pb::FindOpenCasesResponse>, Status> {
        let caller = app::caller(&request)?;
        let mut violations = Violations::default();
        let lookup = case::lookup(request.into_inner(), &mut violations);
        let lookup = violations.finish_some(lookup)?;
        let found = self.0.store.find_open_cases(self.0.reader(&caller), lookup).await;
        let found = found.map_err(|error| Failure::of_store(&error, Reason::CaseNotFound))?;
        let cases = found.into_iter().map(case::open_case).collect();
        Ok(Response::new(pb::FindOpenCasesResponse { cases }))
    }

    async fn list_turns(
        &self,
        request: Request<pb::ListTurnsRequest>,
    ) -> Result<Response<pb::ListTurnsResponse>, Status> {
        let caller = app::caller(&request)?;
        let pb::ListTurnsRequest { parent, page_size, page_token } = request.into_inner();
        let mut violations = Violations::default();
        let limit = scalar::page_size(page_size, 200, &Path::Root.field("page_size"), &mut violations);
        let ids = case::interaction_name(&parent, &Path::Root.field("parent"), &mut violations);
        let (id, interaction) = violations.finish_some(ids)?;
        let binding = Binding::new("ListTurns", &caller, &parent);
        let start = turn_position(binding.position(&page_token)?)?;
        let read = self.0.store.get_interaction(self.0.reader(&caller), id, interaction).await;
        let record = read.map_err(|error| Failure::of_store(&error, Reason::InteractionNotFound))?;
        let end = start.saturating_add(limit as usize);
        let turns = record.content.turns.iter().enumerate().take(end).skip(start);
        let turns = turns.map(|(index, turn)| case::turn(index, turn)).collect();
        let next = (end < record.content.turns.len()).then(|| scalar::wire_int(end).to_be_bytes().to_vec());
        Ok(Response::new(pb::ListTurnsResponse { turns, next_page_token: binding.token(next) }))
    }

    async fn correct_assessment(
        &self,
        request: Request<pb::CorrectAssessmentRequest>,
    ) -> Result<Response<pb::CaseInteraction>, Status> {
        let caller = app::caller(&request)?;
        Ok(Response::new(correct::correct(&self.0, &caller, request.into_inner()).await?))
    }

    async fn delete_case(&self, request: Request<pb::DeleteCaseRequest>) -> Result<Response<pb::Erasure>, Status> {
        let caller = app::caller(&request)?;
        Ok(Response::new(delete::delete(&self.0, &caller, request.into_inner()).await?))
    }

    async fn update_case(&self, request: Request<pb::UpdateCaseRequest>) -> Result<Response<pb::Case>, Status> {
        let caller = app::caller(&request)?;
        Ok(Response::new(casework::update(&self.0, &caller, request.into_inner()).await?))
    }

    async fn merge_cases(&self, request: Request<pb::MergeCasesRequest>) -> Result<Response<pb::Case>, Status> {
        let caller = app::caller(&request)?;
        Ok(Response::new(casework::merge(&self.0, &caller, request.into_inner()).await?))
    }

    async fn split_interaction(
        &self,
        request: Request<pb::SplitInteractionRequest>,
    ) -> Result<Response<pb::Case>, Status> {
        let caller = app::caller(&request)?;
        Ok(Response::new(casework::split(&self.0, &caller, request.into_inner()).await?))
    }

    type RescoreCasesStream = Answers<pb::RescoreCasesResponse>;

    async fn rescore_cases(
        &self,
        request: Request<pb::RescoreCasesRequest>,
    ) -> Result<Response<Self::RescoreCasesStream>, Status> {
        let caller = app::caller(&request)?;
        Ok(Response::new(rescore::rescore(self.0.clone(), caller, request.into_inner())?))
    }
}

/// Whether the customer speaks of what asks for care, where the policy states why that may be looked for.
fn needs_care(policy: &Policy, case: &CaseRecord, interactions: &[InteractionRecord]) -> bool {
    let language = case.language.unwrap_or(Language::English);
    let turns = interactions.iter().flat_map(|one| &one.content.turns);
    let mut said = turns.filter(|turn| turn.role == Role::Customer);
    policy.care.is_some() && said.any(|turn| care::is_mentioned(language, turn.text.as_str()))
}

/// The index of the first turn of a page.
fn turn_position(position: Option<Vec<u8>>) -> Outcome<usize> {
    let Some(position) = position else { return Ok(0) };
    let index = <[u8; 4]>::try_from(position).ok().and_then(|bytes| usize::try_from(i32::from_be_bytes(bytes)).ok());
    let within = index.filter(|index| *index <= limits::CALL_TURNS_MAX * 2);
    within.ok_or_else(|| Failure::field(Path::Root.field("page_token"), Reason::InvalidPageToken))
}
