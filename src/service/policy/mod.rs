//! `PolicyService`: the policy of the caller's own tenant, previews of changes to it, rows learned for its lexicon, and
//! counts that tell nothing of a person.

mod preview;
mod propose;
mod statistics;

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::{
    app::{self, App},
    convert::{policy as convert, scalar},
    page::Binding,
    path::{Path, Violations},
    pb::{self, policy_service_server::PolicyService},
    rules::Rules,
    status::{Failure, Outcome, Reason},
};
use crate::{
    access::Caller,
    id::TenantId,
    policy::Policy,
    queue::WorkClass,
    store::{NewPolicy, StoreError},
};

/// The service.
#[derive(Clone, Debug)]
pub struct Policies(pub App);

fn failure(error: &StoreError) -> Failure {
    Failure::of_store(error, Reason::PolicyNotFound)
}

#[tonic::async_trait]
impl PolicyService for Policies {
    async fn get_policy(&self, request: Request<pb::GetPolicyRequest>) -> Result<Response<pb::Policy>, Status> {
        let caller = app::caller(&request)?;
        let pb::GetPolicyRequest { name } = request.into_inner();
        let mut violations = Violations::default();
        let revision = convert::revision(&name, &Path::Root.field("name"), &mut violations);
        let revision = violations.finish(revision)?;
        let record = self.0.store.get_policy(caller.tenant, revision).await.map_err(|error| failure(&error))?;
        Ok(Response::new(convert::policy(&record)))
    }

    async fn list_policy_revisions(
        &self,
        request: Request<pb::ListPolicyRevisionsRequest>,
    ) -> Result<Response<pb::ListPolicyRevisionsResponse>, Status> {
        let caller = app::caller(&request)?;
        let pb::ListPolicyRevisionsRequest { page_size, page_token } = request.into_inner();
        let mut violations = Violations::default();
        let limit = scalar::page_size(page_size, 50, &Path::Root.field("page_size"), &mut violations);
        let limit = violations.finish(limit)?;
        let binding = Binding::new("ListPolicyRevisions", &caller, "");
        let after = binding.position(&page_token)?;
        let page = self.0.store.list_policies(caller.tenant, limit, after).await;
        let page = page.map_err(|error| failure(&error))?;
        let policies = page.items.iter().map(convert::policy).collect();
        Ok(Response::new(pb::ListPolicyRevisionsResponse { policies, next_page_token: binding.token(page.next) }))
    }

    async fn update_policy(
        &self,
        request: Request<pb::UpdatePolicyRequest>,
    ) -> Result<Response<pb::UpdatePolicyResponse>, Status> {
        let caller = app::caller(&request)?;
        let pb::UpdatePolicyRequest { policy, update_mask, validate_only, shadow, preview_cases, preview_texts } =
            request.into_inner();
        let wanted = preview::Wanted::parse(validate_only, preview_cases, preview_texts)?;
        let live = self.0.store.get_policy(caller.tenant, None).await.map_err(|error| failure(&error))?;
        let candidate = convert::requested(&live.policy, policy, update_mask)?;
        let rules = Arc::new(compiled(&self.0, caller.tenant, candidate).await?);
        let answer = if validate_only {
            let preview = preview::preview(&self.0, &caller, Arc::clone(&rules), wanted).await?;
            let former = if shadow { Vec::new() } else { live.followed(self.0.now()) };
            let policy = convert::candidate(Policy::clone(&rules.policy), former);
            pb::UpdatePolicyResponse { policy: Some(policy), preview: Some(preview) }
        } else {
            let policy = put(&self.0, &caller, live.policy.revision, &rules, shadow).await?;
            pb::UpdatePolicyResponse { policy: Some(policy), preview: None }
        };
        Ok(Response::new(answer))
    }

    async fn propose_lexicon(
        &self,
        request: Request<pb::ProposeLexiconRequest>,
    ) -> Result<Response<pb::ProposeLexiconResponse>, Status> {
        let caller = app::caller(&request)?;
        Ok(Response::new(propose::propose(&self.0, &caller, request.into_inner()).await?))
    }

    async fn get_statistics(
        &self,
        request: Request<pb::GetStatisticsRequest>,
    ) -> Result<Response<pb::GetStatisticsResponse>, Status> {
        let caller = app::caller(&request)?;
        Ok(Response::new(statistics::statistics(&self.0, &caller, request.into_inner()).await?))
    }
}

/// Compiles a policy and looks for PII in its rows, on a thread of its own.
async fn compiled(app: &App, tenant: TenantId, policy: Policy) -> Outcome<Rules> {
    let shipped = app.rules.shipped();
    let work = move || {
        if let Some(row) = convert::first_identifier(&shipped.triage, &policy.lexicon) {
            let root = Path::Root;
            let (policy, rows) = (root.field("policy"), "rows");
            let path = policy.field("lexicon");
            return Err(Failure::field(path.field(rows).at(row).field("phrase"), Reason::IdentifierInLexicon));
        }
        let policy = Arc::new(policy);
        Rules::new(Arc::clone(&policy)).map_err(|error| convert::fault(&error, &policy.lexicon))
    };
    app.compute((tenant, WorkClass::Bulk), usize::MAX, work).await?
}

/// Stores a revision and takes it up, also where the caller does not wait for it: what is stored counts.
async fn put(app: &App, caller: &Caller, live: u32, rules: &Rules, shadow: bool) -> Outcome<pb::Policy> {
    let Caller { tenant, principal, .. } = *caller;
    let new = NewPolicy { tenant, principal, expected: Some(live), policy: Policy::clone(&rules.policy), shadow };
    let app = app.clone();
    let put = tokio::spawn(async move {
        let record = app.store.put_policy(new).await.map_err(|error| failure(&error))?;
        let policy = convert::policy(&record);
        app.rules.put(tenant, record);
        Ok(policy)
    });
    put.await.map_err(|_| Failure::of(Reason::Internal))?
}
