//! One tenant floods the real server, another works on: how long its leases take beside the flood, against how long they
//! take without, and that no backlog of the one stands before a lease of the other.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

#[expect(dead_code, reason = "the searcher for canaries and the live streams are not needed here")]
mod common;

use std::{
    fs,
    path::Path,
    process::Command,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use common::server::{Place, Server};
use futures_util::future::join_all;
use tokio::time::Instant;
use tonic::{
    Request, Status,
    metadata::MetadataValue,
    service::{Interceptor, interceptor::InterceptedService},
    transport::Channel,
};
use triaged::service::pb::{
    self, intake_service_client::IntakeServiceClient, queue_service_client::QueueServiceClient,
};

/// Leases a second of the tenant that works.
const LEASES_PER_SECOND: u32 = 20;
/// How many times as often the other one calls.
const FLOOD: u32 = 100;
/// Connections and callers of the flood.
const CONNECTIONS: usize = 4;
const CALLERS: usize = 64;

/// What no lease takes beside the flood, however slow the machine.
const WAIT_MAX: Duration = Duration::from_secs(2);

/// Rounds of each with and without the flood, and their length.
fn rounds() -> (u32, Duration) {
    if is_soak() { (8, Duration::from_secs(3)) } else { (1, Duration::from_secs(2)) }
}

fn is_soak() -> bool {
    std::env::var_os("TRIAGED_SOAK").is_some()
}

#[derive(Clone)]
struct Bearer(MetadataValue<tonic::metadata::Ascii>);

impl Interceptor for Bearer {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        request.metadata_mut().insert("authorization", self.0.clone());
        Ok(request)
    }
}

type Authed = InterceptedService<Channel, Bearer>;

async fn client(address: &str, token: &str) -> Authed {
    let channel = Channel::from_shared(address.to_owned()).unwrap().connect().await.unwrap();
    InterceptedService::new(channel, Bearer(format!("Bearer {token}").parse().unwrap()))
}

/// A second tenant's token, made on the host while the server is stopped.
fn other_tenant(root: &Path, place: &Place) -> String {
    let token = root.join("flood.token");
    let made = Command::new(env!("CARGO_BIN_EXE_triaged"))
        .args(["credential", "create", "--tenant", "flood", "--role", "intake", "--role", "agent"])
        .args(["--role", "supervisor", "--output"])
        .arg(&token)
        .arg("--data-dir")
        .arg(place.data())
        .arg("--keys-dir")
        .arg(place.keys())
        .arg("--key-file")
        .arg(root.join("root/master.key"))
        .output()
        .unwrap();
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    fs::read_to_string(token).unwrap().trim().to_owned()
}

fn form() -> pb::SubmitInteractionRequest {
    let body = "My order 40288613 has not arrived, I am still waiting and nobody replied".to_owned();
    let kind = Some(pb::interaction::Kind::Query(pb::Query { body, ..pb::Query::default() }));
    let interaction = Some(pb::Interaction { kind, ..pb::Interaction::default() });
    pb::SubmitInteractionRequest { interaction, ..pb::SubmitInteractionRequest::default() }
}

/// Leases one item, which takes so long, and does it.
async fn lease(queue: &mut QueueServiceClient<Authed>) -> Duration {
    let begun = Instant::now();
    let leased = queue.lease_items(pb::LeaseItemsRequest::default()).await.unwrap();
    let spent = begun.elapsed();
    let pb::QueueItem { lease, lease_epoch, .. } = leased.into_inner().items.remove(0);
    queue.acknowledge_item(pb::AcknowledgeItemRequest { lease, lease_epoch, case_state: 0 }).await.unwrap();
    spent
}

/// What a round of leases took, one by one.
async fn work(queue: &mut QueueServiceClient<Authed>, length: Duration, took: &mut Vec<Duration>) {
    let mut tick = tokio::time::interval(Duration::from_secs(1) / LEASES_PER_SECOND);
    for _ in 0..length.as_millis() * u128::from(LEASES_PER_SECOND) / 1_000 {
        tick.tick().await;
        took.push(lease(queue).await);
    }
}

/// The flood: calls of all kinds, as often as told, until it is told to stop. It runs on threads of its own, so that what
/// is measured is the server and not how this process shares its tasks.
struct Flood {
    goes: Arc<AtomicBool>,
    calls: Arc<AtomicUsize>,
    thread: std::thread::JoinHandle<()>,
}

impl Flood {
    fn start(server: &Server, token: &str) -> Self {
        let (goes, calls) = (Arc::new(AtomicBool::new(true)), Arc::new(AtomicUsize::new(0)));
        let (address, token) = (server.address.clone(), token.to_owned());
        let callers = Self::call(address, token, Arc::clone(&goes), Arc::clone(&calls));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let thread = std::thread::spawn(move || runtime.block_on(callers));
        Self { goes, calls, thread }
    }

    async fn call(address: String, token: String, goes: Arc<AtomicBool>, calls: Arc<AtomicUsize>) {
        let clients = join_all((0..CONNECTIONS).map(|_| client(&address, &token))).await;
        let pause = Duration::from_secs(1) * u32::try_from(CALLERS).unwrap() / (FLOOD * LEASES_PER_SECOND);
        let caller = |number: usize| {
            let (goes, calls, client) = (Arc::clone(&goes), Arc::clone(&calls), clients[number % CONNECTIONS].clone());
            tokio::spawn(async move {
                let mut tick = tokio::time::interval(pause);
                while goes.load(Ordering::Relaxed) {
                    tick.tick().await;
                    call(&client, calls.fetch_add(1, Ordering::Relaxed)).await;
                }
            })
        };
        join_all((0..CALLERS).map(caller)).await.into_iter().for_each(Result::unwrap);
    }

    fn stop(self) -> usize {
        self.goes.store(false, Ordering::Relaxed);
        self.thread.join().unwrap();
        self.calls.load(Ordering::Relaxed)
    }
}

/// One call of the flood; what comes of it is no matter here.
async fn call(client: &Authed, number: usize) {
    let mut queue = QueueServiceClient::new(client.clone());
    match number % 4 {
        0 | 1 => drop(IntakeServiceClient::new(client.clone()).submit_interaction(form()).await),
        2 => drop(queue.lease_items(pb::LeaseItemsRequest { max_items: 4, ..pb::LeaseItemsRequest::default() }).await),
        _ => drop(queue.list_items(pb::ListItemsRequest { page_size: 10, ..pb::ListItemsRequest::default() }).await),
    }
}

/// The time that `share` of a hundred stay below.
fn percentile(took: &mut [Duration], share: usize) -> Duration {
    took.sort_unstable();
    took[(took.len() * share).div_ceil(100) - 1]
}

/// A stream of bulk items that all wait at once; ends with how many were answered.
async fn backlog(client: Authed, batches: usize, answered: Arc<AtomicUsize>) {
    let batch = pb::SubmitInteractionsRequest { items: vec![form(); 256] };
    let requests = tokio_stream::iter(vec![batch; batches]);
    let mut answers = IntakeServiceClient::new(client).submit_interactions(requests).await.unwrap().into_inner();
    while let Some(answer) = answers.message().await.unwrap() {
        answered.fetch_add(answer.items.len(), Ordering::SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_one_tenant_leaves_the_leases_of_another_as_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::new(folder.path());
    let mut server = Server::start(&place, None);
    let token = server.token.clone();
    server.kill();
    let flooder = other_tenant(folder.path(), &place);
    let server = Server::start(&place, Some(token));
    let worker = client(&server.address, &server.token).await;
    let (rounds, length) = rounds();
    let leases = usize::try_from(u64::from(2 * rounds * LEASES_PER_SECOND) * length.as_secs()).unwrap();
    let forms = (0..leases + 3).map(|_| {
        let mut intake = IntakeServiceClient::new(worker.clone());
        async move { intake.submit_interaction(form()).await.map(drop) }
    });
    join_all(forms).await.into_iter().for_each(Result::unwrap);
    let mut queue = QueueServiceClient::new(worker);

    // Every lease is answered while thousands of items of the other tenant still wait.
    let (batches, answered) = (8, Arc::new(AtomicUsize::new(0)));
    let streams = join_all((0..CONNECTIONS).map(|_| client(&server.address, &flooder))).await;
    let backlogs: Vec<_> =
        streams.into_iter().map(|one| tokio::spawn(backlog(one, batches, answered.clone()))).collect();
    while answered.load(Ordering::SeqCst) == 0 {
        tokio::task::yield_now().await;
    }
    let before = answered.load(Ordering::SeqCst);
    for _ in 0..3 {
        lease(&mut queue).await;
    }
    let after = answered.load(Ordering::SeqCst);
    println!("three leases while {} of {} bulk items were stored", after - before, CONNECTIONS * batches * 256);
    assert!(after < CONNECTIONS * batches * 256, "the leases waited for the backlog");
    join_all(backlogs).await.into_iter().for_each(Result::unwrap);

    let (mut alone, mut beside, mut calls) = (Vec::new(), Vec::new(), 0);
    for _ in 0..rounds {
        work(&mut queue, length, &mut alone).await;
        let flood = Flood::start(&server, &flooder);
        work(&mut queue, length, &mut beside).await;
        calls += flood.stop();
    }
    let (p50, p99) = (percentile(&mut alone, 50), percentile(&mut alone, 99));
    println!("alone               p50 {p50:?} p99 {p99:?} of {} leases", alone.len());
    let times = calls / beside.len();
    let ratio = percentile(&mut beside, 99).as_secs_f64() / p99.as_secs_f64();
    println!("beside {times} x calls  p50 {:?} p99 {:?}", percentile(&mut beside, 50), percentile(&mut beside, 99));
    println!("p99 beside the flood / alone: {ratio:.2}");
    let longest = percentile(&mut beside, 100);
    assert!(longest < WAIT_MAX, "a lease took {longest:?} beside the flood");
    if is_soak() {
        assert!(times >= 95, "no flood: {times} calls for each lease");
        assert!(ratio <= 2.0, "a flood of one tenant delays another: {ratio:.2}");
    }
}
