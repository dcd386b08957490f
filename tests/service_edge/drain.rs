//! Told to stop, the server answers what it has taken, lets waiting workers go, and closes the store.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use tonic::Code;
use triaged::{
    service::pb::{self, intake_service_client::IntakeServiceClient, queue_service_client::QueueServiceClient},
    store::{AccessRole, Store, StoreError},
};

use crate::harness::{Server, form, reason};

#[tokio::test(flavor = "multi_thread")]
async fn waiting_workers_are_let_go_and_the_store_is_closed() {
    let server = Server::start().await;
    let mut queue = QueueServiceClient::new(server.client(&[AccessRole::Agent]).await);
    // Opens the connection, so that the worker below is known to the server before it is told to stop.
    queue.lease_items(pb::LeaseItemsRequest::default()).await.unwrap();
    let wait_duration = Some(prost_types::Duration { seconds: 60, nanos: 0 });
    let waits = pb::LeaseItemsRequest { wait_duration, ..Default::default() };
    let mut waiting = tokio::spawn(async move { queue.lease_items(waits).await });
    assert!(tokio::time::timeout(Duration::from_millis(300), &mut waiting).await.is_err(), "it waits");
    let store = server.store.clone();
    tokio::time::timeout(Duration::from_secs(4), server.stop()).await.unwrap().unwrap();
    let status = waiting.await.unwrap().unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Unavailable, "SHUTTING_DOWN"));
    assert!(matches!(store.ensure_tenant("default").await, Err(StoreError::Unavailable(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_answered_as_far_as_it_was_read() {
    let server = Server::start().await;
    let mut intake = IntakeServiceClient::new(server.client(&[AccessRole::Intake]).await);
    let (send, batches) = mpsc::channel(4);
    let batch = || pb::SubmitInteractionsRequest { items: vec![form("late"); 3] };
    send.send(batch()).await.unwrap();
    let mut answers = intake.submit_interactions(ReceiverStream::new(batches)).await.unwrap().into_inner();
    assert_eq!(answers.message().await.unwrap().unwrap().items.len(), 3);
    let stopped = tokio::spawn(server.stop());
    let status = answers.message().await.unwrap_err();
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Unavailable, "SHUTTING_DOWN"));
    drop(send);
    tokio::time::timeout(Duration::from_secs(4), stopped).await.unwrap().unwrap().unwrap();
}
