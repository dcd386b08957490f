//! Closing, merging and splitting cases, and their clocks, as agents and supervisors see them.

use std::time::Duration;

use tonic::Code;
use triaged::{
    service::pb::{
        self, ServiceTargetKind as Kind, TargetOutcome as Outcome, case_service_client::CaseServiceClient,
        intake_service_client::IntakeServiceClient, policy_service_client::PolicyServiceClient,
        queue_service_client::QueueServiceClient,
    },
    store::AccessRole,
};

use crate::harness::{Authed, Server, form, reason};

type Cases = CaseServiceClient<Authed>;

/// Submits a form for a ticket and gives its case.
async fn submitted(client: &Authed, ticket: &str, body: &str) -> pb::Case {
    let mut request = form(body);
    let interaction = request.interaction.as_mut().unwrap();
    interaction.case_source_ref = Some(pb::SourceRef { system: "crm".into(), id: ticket.into() });
    IntakeServiceClient::new(client.clone()).submit_interaction(request).await.unwrap();
    let list = pb::ListCasesRequest { page_size: 100, ..Default::default() };
    let cases = CaseServiceClient::new(client.clone()).list_cases(list).await.unwrap().into_inner().cases;
    let found = cases.into_iter().find(|case| case.source_ref.as_ref().is_some_and(|found| found.id == ticket));
    found.unwrap()
}

async fn get(cases: &mut Cases, name: &str) -> pb::Case {
    cases.get_case(pb::GetCaseRequest { name: name.to_owned() }).await.unwrap().into_inner()
}

fn set(case: &pb::Case, state: pb::CaseState) -> pb::UpdateCaseRequest {
    let (name, etag) = (case.name.clone(), case.etag.clone());
    pb::UpdateCaseRequest { name, etag, state: state.into(), ..Default::default() }
}

fn named(case: &pb::Case) -> pb::CaseReference {
    pb::CaseReference { name: case.name.clone(), etag: case.etag.clone() }
}

fn merge(target: &pb::Case, sources: &[&pb::Case]) -> pb::MergeCasesRequest {
    let sources = sources.iter().map(|source| named(source)).collect();
    pb::MergeCasesRequest { target: Some(named(target)), sources, ..Default::default() }
}

async fn lease(client: &Authed) -> pb::QueueItem {
    let leased = QueueServiceClient::new(client.clone()).lease_items(pb::LeaseItemsRequest::default()).await;
    leased.unwrap().into_inner().items.remove(0)
}

/// Everything that a lease allows answers that its case was closed.
async fn check_closed(client: &Authed, item: &pb::QueueItem) {
    let mut queue = QueueServiceClient::new(client.clone());
    let (lease, lease_epoch) = (item.lease.clone(), item.lease_epoch);
    let renew = pb::RenewLeaseRequest { lease: lease.clone(), lease_epoch, lease_duration: None };
    let acknowledge = pb::AcknowledgeItemRequest { lease: lease.clone(), lease_epoch, case_state: 0 };
    let release = pb::ReleaseItemRequest { lease, lease_epoch, delay: None };
    for status in [
        queue.renew_lease(renew).await.unwrap_err(),
        queue.acknowledge_item(acknowledge).await.unwrap_err(),
        queue.release_item(release).await.unwrap_err(),
    ] {
        assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "CASE_CLOSED"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_case_leaves_the_queue_its_lease_and_its_watchers() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    let (mut cases, mut queue) = (CaseServiceClient::new(client.clone()), QueueServiceClient::new(client.clone()));
    let case = submitted(&client, "t-1", "It is late").await;
    let item = lease(&client).await;
    let mut watch = queue.watch_queue(pb::WatchQueueRequest::default()).await.unwrap().into_inner();
    while !watch.message().await.unwrap().unwrap().synced {}
    let done = cases.update_case(set(&case, pb::CaseState::Resolved)).await.unwrap().into_inner();
    assert_eq!((done.state(), done.due_time), (pb::CaseState::Resolved, None));
    assert_ne!(done.etag, case.etag);
    let told = tokio::time::timeout(Duration::from_secs(10), async {
        loop {
            let message = watch.message().await.unwrap().unwrap();
            if !message.removed_cases.is_empty() {
                return message.removed_cases;
            }
        }
    });
    assert_eq!(told.await.unwrap(), std::slice::from_ref(&case.name));
    check_closed(&client, &item).await;
    let status = cases.update_case(set(&case, pb::CaseState::Open)).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Aborted, "ETAG_MISMATCH"));
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_say_nothing_or_too_much_are_refused() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    let mut cases = CaseServiceClient::new(client.clone());
    let case = submitted(&client, "t-1", "It is late").await;
    let good = set(&case, pb::CaseState::Resolved);
    for (request, field) in [
        (pb::UpdateCaseRequest { state: 0, ..good.clone() }, "state"),
        (pb::UpdateCaseRequest { state: pb::CaseState::Active.into(), ..good.clone() }, "state"),
        (pb::UpdateCaseRequest { state: pb::CaseState::Merged.into(), ..good.clone() }, "state"),
        (pb::UpdateCaseRequest { etag: String::new(), ..good.clone() }, "etag"),
        (pb::UpdateCaseRequest { queue: "Q".into(), ..good.clone() }, "queue"),
        (pb::UpdateCaseRequest { tier: 9, ..good.clone() }, "tier"),
        (pb::UpdateCaseRequest { request_id: "x".into(), ..good.clone() }, "request_id"),
        (pb::UpdateCaseRequest { name: "cases/x".into(), ..good }, "name"),
    ] {
        let status = cases.update_case(request).await.unwrap_err();
        let details = tonic_types::StatusExt::get_error_details(&status);
        assert_eq!(details.bad_request().unwrap().field_violations[0].field, field);
    }
    let many = vec![&case; 11];
    for (request, field) in [
        (merge(&case, &[&case]), "sources[0].name"),
        (merge(&case, &[]), "sources"),
        (merge(&case, &many), "sources"),
        (pb::MergeCasesRequest { target: None, ..merge(&case, &[&case]) }, "target.etag"),
    ] {
        let status = cases.merge_cases(request).await.unwrap_err();
        let details = tonic_types::StatusExt::get_error_details(&status);
        assert_eq!(details.bad_request().unwrap().field_violations[0].field, field);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_acts_under_a_lease_only() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    let case = submitted(&client, "t-1", "It is late").await;
    let agent = server.client(&[AccessRole::Agent]).await;
    let mut own = CaseServiceClient::new(agent.clone());
    let status = own.update_case(set(&case, pb::CaseState::Resolved)).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::NotFound, "CASE_NOT_FOUND"));
    let item = lease(&agent).await;
    own.update_case(set(&case, pb::CaseState::Pending)).await.unwrap();
    check_closed(&agent, &item).await;
    let case = submitted(&client, "t-1", "Still nothing").await;
    let status = own.update_case(set(&case, pb::CaseState::Resolved)).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "LEASE_REQUIRED"));
    let foreign = server.client_of("globex", &AccessRole::ALL).await;
    let status = CaseServiceClient::new(foreign).update_case(set(&case, pb::CaseState::Resolved)).await.unwrap_err();
    assert_eq!(reason(&status), "CASE_NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn cases_are_merged_and_split_again() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    let mut cases = CaseServiceClient::new(client.clone());
    let into = submitted(&client, "t-1", "It is late").await;
    let from = submitted(&client, "t-2", "This is urgent, nothing works and my shop is closed").await;
    let stale = pb::Case { etag: "v99".into(), ..from.clone() };
    let status = cases.merge_cases(merge(&into, &[&stale])).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Aborted, "ETAG_MISMATCH"));
    let request =
        pb::MergeCasesRequest { request_id: "018f3c2a-0000-7000-8000-000000000001".into(), ..merge(&into, &[&from]) };
    let merged = cases.merge_cases(request.clone()).await.unwrap().into_inner();
    assert_eq!(cases.merge_cases(request).await.unwrap().into_inner().etag, merged.etag, "a retry changes nothing");
    assert_eq!((merged.name.as_str(), merged.priority_value), (into.name.as_str(), from.priority_value));
    let gone = get(&mut cases, &from.name).await;
    assert_eq!((gone.state(), gone.merged_into.as_str()), (pb::CaseState::Merged, into.name.as_str()));
    assert!(gone.interactions.is_empty() && gone.service_clocks.is_empty());
    let status = cases.merge_cases(merge(&merged, &[&gone])).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::FailedPrecondition, "CASE_MERGED"));

    let whole = get(&mut cases, &into.name).await;
    assert_eq!(whole.interactions.len(), 2);
    let split = |name: &str, etag: &str| pb::SplitInteractionRequest {
        name: name.into(),
        etag: etag.into(),
        ..Default::default()
    };
    let moved = &whole.interactions[1].name;
    let new = cases.split_interaction(split(moved, &whole.etag)).await.unwrap().into_inner();
    assert_eq!((new.state(), new.priority_value), (pb::CaseState::Open, from.priority_value));
    let new = get(&mut cases, &new.name).await;
    assert_eq!(new.interactions.len(), 1);
    assert_eq!(moved.split('/').next_back(), new.interactions[0].name.split('/').next_back());
    let status = cases.split_interaction(split(&new.interactions[0].name, &new.etag)).await.unwrap_err();
    assert_eq!(reason(&status), "LAST_INTERACTION");
    let status = cases.split_interaction(split(moved, &whole.etag)).await.unwrap_err();
    assert_eq!(reason(&status), "ETAG_MISMATCH");
    let old = get(&mut cases, &into.name).await;
    assert_eq!((old.interactions.len(), old.priority_value), (1, into.priority_value));
    let turns = pb::ListTurnsRequest { parent: new.interactions[0].name.clone(), ..Default::default() };
    assert!(cases.list_turns(turns).await.unwrap().into_inner().turns[0].text.starts_with("This is urgent"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_tells_its_clocks_and_a_list_its_pauses() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    let (mut cases, mut queue) = (CaseServiceClient::new(client.clone()), QueueServiceClient::new(client.clone()));
    let mut policies = PolicyServiceClient::new(client.clone());
    let always = || Some(pb::WorkCalendar { always: true, ..Default::default() });
    let target =
        |minutes| pb::ServiceTarget { channel: "query".into(), level: pb::PriorityLevel::Normal.into(), minutes };
    let targets = pb::TargetPolicy {
        targets: vec![target(60)],
        next_reply_targets: vec![target(30)],
        resolution_targets: vec![target(120)],
        other_calendar: always(),
        ..Default::default()
    };
    let policy = Some(pb::Policy { etag: "r1".into(), targets: Some(targets), ..Default::default() });
    policies.update_policy(pb::UpdatePolicyRequest { policy, ..Default::default() }).await.unwrap();

    let case = submitted(&client, "t-1", "When do you open?").await;
    server.clock.advance(Duration::from_mins(10));
    let paused = cases.update_case(set(&case, pb::CaseState::Pending)).await.unwrap().into_inner();
    server.clock.advance(Duration::from_mins(45));
    cases.update_case(set(&paused, pb::CaseState::Open)).await.unwrap();
    let item = queue.list_items(pb::ListItemsRequest::default()).await.unwrap().into_inner().items.remove(0);
    assert_eq!(item.order_reasons[2..], ["target:first_response", "paused:seconds=2700"]);
    server.clock.advance(Duration::from_mins(20));
    let leased = lease(&client).await;
    let done = pb::AcknowledgeItemRequest {
        lease: leased.lease,
        lease_epoch: leased.lease_epoch,
        case_state: pb::CaseState::Pending.into(),
    };
    queue.acknowledge_item(done).await.unwrap();
    server.clock.advance(Duration::from_hours(5));
    submitted(&client, "t-1", "And on Sunday?").await;
    let item = queue.list_items(pb::ListItemsRequest::default()).await.unwrap().into_inner().items.remove(0);
    assert_eq!(item.order_reasons.last().unwrap(), "target:next_reply");
    let seconds = |time: Option<prost_types::Timestamp>| time.unwrap().seconds;
    assert_eq!(seconds(item.due_time) - seconds(item.enter_time), 30 * 60);

    let case = get(&mut cases, &case.name).await;
    let seen: Vec<_> = case.service_clocks.iter().map(|clock| (clock.kind(), clock.outcome())).collect();
    let expected = [
        (Kind::NextReply, Outcome::Running),
        (Kind::Resolution, Outcome::Running),
        (Kind::FirstResponse, Outcome::Met),
    ];
    assert_eq!(seen, expected);
    let first = &case.service_clocks[2];
    let took = [first.open_duration, first.wall_duration, first.paused_duration].map(|one| one.unwrap().seconds / 60);
    assert_eq!(took, [30, 75, 45]);
    let changes: Vec<_> = case.due_changes.iter().map(|change| (change.kind(), change.cause.as_str())).collect();
    let resumed = "resumed";
    assert_eq!(changes, [(Kind::FirstResponse, resumed), (Kind::Resolution, resumed), (Kind::Resolution, resumed)]);
}
