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

fn seconds(seconds: i64) -> Option<prost_types::Duration> {
    Some(prost_types::Duration { seconds, nanos: 0 })
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
    let renew = pb::RenewLeaseRequest { lease: name.clone(), lease_epoch, lease_duration: seconds(600) };
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
    let request = pb::LeaseItemsRequest { lease_duration: seconds(5), ..Default::default() };
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
    let waits = pb::LeaseItemsRequest { wait_duration: seconds(30), ..Default::default() };
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
        (pb::LeaseItemsRequest { lease_duration: seconds(5), ..none() }, ""),
        (pb::LeaseItemsRequest { lease_duration: seconds(4), ..none() }, "lease_duration"),
        (pb::LeaseItemsRequest { lease_duration: seconds(3_600), ..none() }, ""),
        (pb::LeaseItemsRequest { lease_duration: seconds(3_601), ..none() }, "lease_duration"),
        (pb::LeaseItemsRequest { wait_duration: seconds(61), ..none() }, "wait_duration"),
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
