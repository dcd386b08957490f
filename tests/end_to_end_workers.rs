//! Two workers, each a process of its own: one is stopped (SIGSTOP) past the end of its lease and goes on later. Its
//! acknowledgement is refused, and the item was done once. This file brings its own `main`, since it starts itself again
//! as the workers.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a test may panic; a worker talks to its parent by its environment and its output"
)]

#[expect(dead_code, reason = "the searcher for canaries and the live streams are not needed here")]
mod common;

use std::{
    env,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use common::server::{Place, Server};
use tonic::{Request, transport::Channel};
use tonic_types::StatusExt;
use triaged::service::pb::{
    self, case_service_client::CaseServiceClient, intake_service_client::IntakeServiceClient,
    queue_service_client::QueueServiceClient,
};

/// Tells a process that it is a worker, and where the server is.
const SERVER: &str = "TRIAGED_TEST_SERVER";
const TOKEN: &str = "TRIAGED_TEST_TOKEN";
/// The shortest lease there is.
const LEASE_SECONDS: i64 = 5;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    match env::var(SERVER) {
        Ok(address) => runtime.block_on(work(address)),
        Err(_) => runtime.block_on(a_worker_that_slept_past_its_lease_is_refused()),
    }
}

/// Leases one item, says so, waits for a line, acknowledges, and says what came of it.
async fn work(address: String) {
    let channel = Channel::from_shared(address).unwrap().connect().await.unwrap();
    let bearer: tonic::metadata::MetadataValue<_> = format!("Bearer {}", env::var(TOKEN).unwrap()).parse().unwrap();
    let mut queue = QueueServiceClient::with_interceptor(channel, move |mut request: Request<()>| {
        request.metadata_mut().insert("authorization", bearer.clone());
        Ok(request)
    });
    let seconds = |seconds| Some(prost_types::Duration { seconds, nanos: 0 });
    let request = pb::LeaseItemsRequest {
        lease_duration: seconds(LEASE_SECONDS),
        wait_duration: seconds(60),
        ..pb::LeaseItemsRequest::default()
    };
    let item = queue.lease_items(request).await.unwrap().into_inner().items.remove(0);
    println!("leased {} {}", item.case, item.lease_epoch);
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    let done = pb::AcknowledgeItemRequest { lease: item.lease, lease_epoch: item.lease_epoch, case_state: 0 };
    match queue.acknowledge_item(done).await {
        Ok(_) => println!("done"),
        Err(status) => println!("refused {}", status.get_error_details().error_info().unwrap().reason),
    }
}

/// A worker as its parent sees it.
struct Worker {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Worker {
    fn start(server: &Server) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .env(SERVER, &server.address)
            .env(TOKEN, &server.token)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child, input, output }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    fn go_on(&mut self) {
        writeln!(self.input).unwrap();
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // A test that failed must not leave a stopped process behind; one that has ended already is no error.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

async fn a_worker_that_slept_past_its_lease_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&Place::new(folder.path()), None);
    let mut intake = IntakeServiceClient::with_interceptor(server.channel().await, server.bearer());
    let query = pb::Query { body: "it is late".into(), ..pb::Query::default() };
    let kind = Some(pb::interaction::Kind::Query(query));
    let interaction = Some(pb::Interaction { kind, ..pb::Interaction::default() });
    let request = pb::SubmitInteractionRequest { interaction, ..pb::SubmitInteractionRequest::default() };
    intake.submit_interaction(request).await.unwrap();

    let mut first = Worker::start(&server);
    let leased = first.line();
    let case = leased.split(' ').nth(1).unwrap().to_owned();
    assert_eq!(leased, format!("leased {case} 1"));
    first.signal("-STOP");
    // The second one waits for an item; it gets this one when the first one's lease has ended.
    let mut second = Worker::start(&server);
    assert_eq!(second.line(), format!("leased {case} 2"));
    first.go_on();
    first.signal("-CONT");
    assert_eq!(first.line(), "refused LEASE_LOST");
    second.go_on();
    assert_eq!(second.line(), "done");

    let mut cases = CaseServiceClient::with_interceptor(server.channel().await, server.bearer());
    let found = cases.get_case(pb::GetCaseRequest { name: case }).await.unwrap().into_inner();
    assert_eq!(found.state(), pb::CaseState::Resolved);
    let mut queue = QueueServiceClient::with_interceptor(server.channel().await, server.bearer());
    assert!(queue.list_items(pb::ListItemsRequest::default()).await.unwrap().into_inner().items.is_empty());
    println!("the first worker's acknowledgement was refused; the item was done once");
}
