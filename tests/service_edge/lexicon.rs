//! Which lexicon a tenant is scored with: that of its policy, which a new release does not change; what moving to another
//! one would flip; and a policy whose lexicon this release does not ship.

use std::{sync::Arc, time::Duration};

use tokio::net::TcpListener;
use tonic::{Code, Status, transport::Channel};
use triaged::{
    lexicon::released,
    policy::Policy,
    service::{
        pb::{
            self, analysis_service_client::AnalysisServiceClient, case_service_client::CaseServiceClient,
            intake_service_client::IntakeServiceClient, policy_service_client::PolicyServiceClient,
        },
        server::{self, ServerConfig},
    },
    store::{AccessRole, NewPolicy, Store, Teaching},
    triage::Triage,
};

use crate::harness::{Authed, Server, authed, form, reason};

/// A complaint that the lexicon of the release before does not know as one, and this release's does.
const NEWLY_KNOWN: &str = "they put my kids rows apart and then we were deboarded";
/// A revision that no release has.
const UNKNOWN: &str = "0123456789abcdef";

fn in_english(text: &str) -> Option<pb::Interaction> {
    let interaction = form(text).interaction?;
    Some(pb::Interaction { language_code: "en".into(), ..interaction })
}

async fn assessed(client: &Authed) -> Result<pb::Assessment, Status> {
    let request = pb::AnalyzeRequest { interaction: in_english(NEWLY_KNOWN), view: 0 };
    let answer = AnalysisServiceClient::new(client.clone()).analyze(request).await?.into_inner();
    Ok(answer.result.unwrap().assessment.unwrap())
}

async fn live(client: &Authed) -> pb::Policy {
    let mut policies = PolicyServiceClient::new(client.clone());
    policies.get_policy(pb::GetPolicyRequest::default()).await.unwrap().into_inner()
}

/// A request to score with a lexicon from now on.
fn to(revision: &str, etag: &str) -> pb::UpdatePolicyRequest {
    let lexicon = Some(pb::LexiconPolicy { revision: revision.to_owned(), ..Default::default() });
    let policy = Some(pb::Policy { etag: etag.to_owned(), lexicon, ..Default::default() });
    pb::UpdatePolicyRequest { policy, ..Default::default() }
}

async fn update(client: &Authed, request: pb::UpdatePolicyRequest) -> Result<pb::UpdatePolicyResponse, Status> {
    Ok(PolicyServiceClient::new(client.clone()).update_policy(request).await?.into_inner())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_move_to_another_lexicon_is_previewed_made_and_carried_out() {
    let [own, before] = released::revisions();
    let server = Server::start().await;
    let client = server.client_of("one", &AccessRole::ALL).await;
    let other = server.client_of("two", &AccessRole::ALL).await;
    let begun = live(&client).await.lexicon.unwrap();
    assert_eq!((begun.revision.as_str(), begun.shipped_revisions), (own, vec![own.to_owned(), before.to_owned()]));
    update(&client, to(before, "r1")).await.unwrap();
    let assessment = assessed(&client).await.unwrap();
    assert_eq!((assessment.label, assessment.lexicon_revision.as_str()), (1, before));
    assert_eq!(assessed(&other).await.unwrap().lexicon_revision, own);

    let mut intake = IntakeServiceClient::new(client.clone());
    for text in [NEWLY_KNOWN, "where do I find the opening hours"] {
        let request = pb::SubmitInteractionRequest { interaction: in_english(text), ..form(text) };
        intake.submit_interaction(request).await.unwrap();
    }
    let preview_texts = vec![NEWLY_KNOWN.to_owned()];
    let asked = pb::UpdatePolicyRequest { validate_only: true, preview_cases: 9, preview_texts, ..to(own, "r2") };
    let preview = update(&client, asked).await.unwrap().preview.unwrap();
    let flips: Vec<_> = preview.flips.iter().map(|flip| (flip.label_before, flip.label_after, flip.count)).collect();
    assert_eq!((preview.interactions, flips), (2, vec![(1, 2, 1)]));
    let [then, now] = [&preview.texts[0].before, &preview.texts[0].after].map(|one| one.clone().unwrap());
    assert_eq!([then.lexicon_revision.as_str(), now.lexicon_revision.as_str()], [before, own]);
    assert_eq!(live(&client).await.lexicon.unwrap().revision, before, "a preview moves nobody");

    update(&client, to(own, "r2")).await.unwrap();
    let mut cases = CaseServiceClient::new(client.clone());
    let mut run = cases.rescore_cases(pb::RescoreCasesRequest::default()).await.unwrap().into_inner();
    let mut last = pb::RescoreCasesResponse::default();
    while let Some(progress) = run.message().await.unwrap() {
        last = progress;
    }
    assert_eq!((last.changed, last.flips), (2, preview.flips), "what was previewed came about");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_something_else_moves_no_tenant() {
    let [_, before] = released::revisions();
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    update(&client, to(before, "r1")).await.unwrap();
    let sentiment = Some(pb::SentimentPolicy::default());
    let policy = Some(pb::Policy { etag: "r2".into(), sentiment, ..Default::default() });
    update(&client, pb::UpdatePolicyRequest { policy, ..Default::default() }).await.unwrap();
    update(&client, to("", "r3")).await.unwrap();
    let policy = live(&client).await;
    assert_eq!((policy.revision, policy.lexicon.unwrap().revision.as_str()), (4, before));
    for wanted in [UNKNOWN, "latest"] {
        let refused = update(&client, to(wanted, "r4")).await.unwrap_err();
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "LEXICON_NOT_SHIPPED"));
    }
}

/// A second server on the same store, as after an upgrade; a connection to it.
async fn upgraded(server: &Server) -> Channel {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let config = ServerConfig { tls: None, metrics: None, drain_duration: Duration::ZERO };
    let (store, triage) = (Arc::clone(&server.store) as Arc<dyn Store>, Arc::new(Triage::new().unwrap()));
    let time = server.store.service_time();
    tokio::spawn(server::run(listener, store, triage, config, time, std::future::pending()));
    Channel::from_shared(format!("http://{address}")).unwrap().connect_lazy()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_of_a_lexicon_that_is_gone_scores_nothing_until_it_is_moved() {
    let [own, _] = released::revisions();
    let server = Server::start().await;
    let (credential, token) = server.credential("one", &AccessRole::ALL).await;
    let policy = Policy { lexicon_revision: UNKNOWN.to_owned(), ..Policy::default() };
    let (tenant, principal) = (credential.tenant, credential.principal);
    let new = NewPolicy { tenant, principal, expected: Some(1), policy, shadow: false };
    server.store.put_policy(new).await.unwrap();
    let client = authed(upgraded(&server).await, &token);

    let refused = assessed(&client).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "LEXICON_NOT_SHIPPED"));
    assert!(refused.message().contains("UpdatePolicy"), "{}", refused.message());
    let refused = IntakeServiceClient::new(client.clone()).submit_interaction(form("it is broken")).await.unwrap_err();
    assert_eq!(reason(&refused), "LEXICON_NOT_SHIPPED");
    let mut cases = CaseServiceClient::new(client.clone());
    let listed = cases.list_cases(pb::ListCasesRequest { page_size: 9, ..Default::default() }).await.unwrap();
    assert!(listed.into_inner().cases.is_empty(), "nothing is stored that was not scored");

    let live = live(&client).await;
    assert_eq!(live.lexicon.unwrap().revision, UNKNOWN);
    let unmoved = update(&client, to("", &live.etag)).await.unwrap_err();
    assert_eq!(reason(&unmoved), "LEXICON_NOT_SHIPPED", "an update that names none would go on with it");
    let asked = pb::UpdatePolicyRequest { validate_only: true, preview_cases: 9, ..to(own, &live.etag) };
    assert!(update(&client, asked).await.unwrap().preview.is_some());
    update(&client, to(own, &live.etag)).await.unwrap();
    assert_eq!(assessed(&client).await.unwrap().lexicon_revision, own);
}
