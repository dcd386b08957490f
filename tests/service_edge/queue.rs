//! The life of a lease, as a worker sees it.

use std::time::Duration;

use tonic::Code;
use triaged::{
    service::pb::{
        self, case_service_client::CaseServiceClient, intake_service_client::IntakeServiceClient,
        queue_service_client::QueueServiceClient,
    },
    store::AccessRole,
};

use crate::harness::{Server, form, reason};

fn seconds(seconds: i64) -> prost_types::Duration {
    prost_types::Duration { seconds, nanos: 0 }
}

#[tokio::test(flavor = "multi_thread")]
async fn leased_renewed_released_leased_again_and_done() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    IntakeServiceClient::new(client.clone()).submit_interaction(form("It is late")).await.unwrap();
    let mut queue = QueueServiceClient::new(client.clone());
    let lease = || pb::LeaseItemsRequest::default();
    let first = queue.lease_items(lease()).await.unwrap().into_inner().items.remove(0);
    assert_eq!((first.state(), first.attempts), (pb::ItemState::Leased, 1));
    assert_eq!(first.order_reasons[0], "lane:regular");
    assert!(queue.lease_items(lease()).await.unwrap().into_inner().items.is_empty());

    let handle = |item: &pb::QueueItem| (item.lease.clone(), item.lease_epoch);
    let (name, lease_epoch) = handle(&first);
    let renew = pb::RenewLeaseRequest { lease: name.clone(), lease_epoch, lease_duration: Some(seconds(600)) };
    let renewed = queue.renew_lease(renew).await.unwrap().into_inner();
    assert!(renewed.lease_expire_time.unwrap().seconds > first.lease_expire_time.unwrap().seconds);

    let listed = queue.list_items(pb::ListItemsRequest::default()).await.unwrap().into_inner().items;
    assert_eq!((listed.len(), listed[0].lease.as_str()), (1, ""), "a list names no lease");

    let release = pb::ReleaseItemRequest { lease: name.clone(), lease_epoch, delay: None };
    queue.release_item(release).await.unwrap();
    let second = queue.lease_items(lease()).await.unwrap().into_inner().items.remove(0);
    assert!(second.lease_epoch > first.lease_epoch);

    // The first lease is over; its fence is stale.
    let stale = pb::AcknowledgeItemRequest { lease: name, lease_epoch, case_state: 0 };
    let status = queue.acknowledge_item(stale).await.unwrap_err();
    assert!(matches!(status.code(), Code::Aborted | Code::NotFound), "{status:?}");

    let (name, lease_epoch) = handle(&second);
    let done = pb::AcknowledgeItemRequest { lease: name, lease_epoch, case_state: pb::CaseState::Pending.into() };
    queue.acknowledge_item(done).await.unwrap();
    assert!(queue.list_items(pb::ListItemsRequest::default()).await.unwrap().into_inner().items.is_empty());
    let mut cases = CaseServiceClient::new(client);
    let case = cases.get_case(pb::GetCaseRequest { name: second.case }).await.unwrap().into_inner();
    assert_eq!(case.state(), pb::CaseState::Pending);
    assert!(case.due_time.is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_that_ran_out_is_lost() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    IntakeServiceClient::new(client.clone()).submit_interaction(form("It is late")).await.unwrap();
    let mut queue = QueueServiceClient::new(client);
    let request = pb::LeaseItemsRequest { lease_duration: Some(seconds(5)), ..Default::default() };
    let first = queue.lease_items(request.clone()).await.unwrap().into_inner().items.remove(0);
    server.clock.advance(Duration::from_secs(6));
    let second = queue.lease_items(request).await.unwrap().into_inner().items.remove(0);
    assert_eq!((second.case, second.attempts), (first.case, 2));
    let late = pb::AcknowledgeItemRequest { lease: first.lease, lease_epoch: first.lease_epoch, ..Default::default() };
    let status = queue.acknowledge_item(late).await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Aborted, "LEASE_LOST"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_waits_is_woken() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    let mut queue = QueueServiceClient::new(client.clone());
    let waits = pb::LeaseItemsRequest { wait_duration: Some(seconds(30)), ..Default::default() };
    let waiting = tokio::spawn(async move { queue.lease_items(waits).await });
    IntakeServiceClient::new(client).submit_interaction(form("It is late")).await.unwrap();
    let leased = tokio::time::timeout(Duration::from_secs(10), waiting).await.unwrap().unwrap().unwrap();
    assert_eq!(leased.into_inner().items.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_at_and_beyond_their_limits() {
    let server = Server::start().await;
    let mut queue = QueueServiceClient::new(server.client(&[AccessRole::Agent]).await);
    let none = pb::LeaseItemsRequest::default;
    for (request, field) in [
        (pb::LeaseItemsRequest { max_items: 100, ..none() }, ""),
        (pb::LeaseItemsRequest { max_items: 101, ..none() }, "max_items"),
        (pb::LeaseItemsRequest { max_items: -1, ..none() }, "max_items"),
        (pb::LeaseItemsRequest { lease_duration: Some(seconds(5)), ..none() }, ""),
        (pb::LeaseItemsRequest { lease_duration: Some(seconds(4)), ..none() }, "lease_duration"),
        (pb::LeaseItemsRequest { lease_duration: Some(seconds(3_600)), ..none() }, ""),
        (pb::LeaseItemsRequest { lease_duration: Some(seconds(3_601)), ..none() }, "lease_duration"),
        (pb::LeaseItemsRequest { wait_duration: Some(seconds(61)), ..none() }, "wait_duration"),
        (pb::LeaseItemsRequest { queues: vec!["q".into(); 16], ..none() }, ""),
        (pb::LeaseItemsRequest { queues: vec!["q".into(); 17], ..none() }, "queues"),
        (pb::LeaseItemsRequest { queues: vec!["Q".into()], ..none() }, "queues[0]"),
        (pb::LeaseItemsRequest { language_codes: vec!["en".into(); 33], ..none() }, "language_codes"),
        (pb::LeaseItemsRequest { request_id: "x".into(), ..none() }, "request_id"),
    ] {
        let answer = queue.lease_items(request).await;
        let found = answer.err().map(|status| {
            let details = tonic_types::StatusExt::get_error_details(&status);
            details.bad_request().unwrap().field_violations[0].field.clone()
        });
        assert_eq!(found.unwrap_or_default(), field);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_is_moved_forward_within_a_budget_of_the_policy() {
    use triaged::service::pb::policy_service_client::PolicyServiceClient;
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    for _ in 0..3 {
        IntakeServiceClient::new(client.clone()).submit_interaction(form("It is late")).await.unwrap();
    }
    let mut queue = QueueServiceClient::new(client.clone());
    let listed = queue.list_items(pb::ListItemsRequest::default()).await.unwrap().into_inner().items;
    let last = listed[2].case.clone();
    let bump = |case: &str| pb::BumpItemRequest {
        case: case.to_owned(),
        reason: pb::BumpReason::Promise.into(),
        request_id: String::new(),
    };
    let bumped = queue.bump_item(bump(&last)).await.unwrap().into_inner();
    let item = bumped.item.unwrap();
    assert_eq!((item.lane(), bumped.bumps_left), (pb::Lane::Express, 9));
    assert!(item.order_reasons.contains(&"bumped:reason=promise".to_owned()), "{:?}", item.order_reasons);
    let listed = queue.list_items(pb::ListItemsRequest::default()).await.unwrap().into_inner().items;
    assert_eq!(listed[0].case, last);

    let work = Some(pb::WorkPolicy { bumps_per_day_max: Some(1), leases_max: Some(2) });
    let policy = Some(pb::Policy { etag: "r1".into(), work, ..Default::default() });
    let request = pb::UpdatePolicyRequest { policy, ..Default::default() };
    PolicyServiceClient::new(client.clone()).update_policy(request).await.unwrap();
    let spent = queue.bump_item(bump(&listed[1].case)).await.unwrap_err();
    assert_eq!((spent.code(), reason(&spent).as_str()), (Code::ResourceExhausted, "BUMP_BUDGET_SPENT"));
    let mut agent = QueueServiceClient::new(server.client(&[AccessRole::Agent]).await);
    let hidden = agent.bump_item(bump(&listed[1].case)).await.unwrap_err();
    assert_eq!((hidden.code(), reason(&hidden).as_str()), (Code::NotFound, "CASE_NOT_FOUND"));

    let lease = |max_leases| pb::LeaseItemsRequest { max_items: 3, max_leases, ..Default::default() };
    let held = agent.lease_items(lease(1)).await.unwrap().into_inner().items;
    assert_eq!(held.iter().map(|item| item.case.as_str()).collect::<Vec<_>>(), [last.as_str()]);
    let full = agent.lease_items(lease(1)).await.unwrap_err();
    assert_eq!((full.code(), reason(&full).as_str()), (Code::ResourceExhausted, "CAPACITY_REACHED"));
    assert_eq!(agent.lease_items(lease(5)).await.unwrap().into_inner().items.len(), 1, "the policy allows two");
    let wrong = agent.lease_items(lease(-1)).await.unwrap_err();
    assert_eq!(wrong.code(), Code::InvalidArgument);
}
