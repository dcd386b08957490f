//! `WatchQueue`: what many see at once is what the store holds.

use std::{collections::BTreeMap, fs, time::Duration};

use futures_util::{StreamExt, future::join_all};
use tokio::time::Instant;
use tonic::{Code, Streaming, transport::Channel};
use triaged::{
    service::{
        limits,
        pb::{self, intake_service_client::IntakeServiceClient, queue_service_client::QueueServiceClient},
    },
    store::AccessRole,
};

use crate::harness::{Authed, Server, authed, form, reason};

/// A queue as a watcher knows it: what of each case others see of it.
type Known = BTreeMap<String, (i32, i64, i32, Option<prost_types::Timestamp>)>;

fn known(item: &pb::QueueItem) -> (String, (i32, i64, i32, Option<prost_types::Timestamp>)) {
    (item.case.clone(), (item.state, item.lease_epoch, item.attempts, item.due_time))
}

struct Watcher {
    messages: Streaming<pb::WatchQueueResponse>,
    known: Known,
    token: String,
}

impl Watcher {
    async fn open(client: &Authed, resume_token: &str) -> Result<Self, tonic::Status> {
        let request = pb::WatchQueueRequest { resume_token: resume_token.to_owned(), ..Default::default() };
        let messages = QueueServiceClient::new(client.clone()).watch_queue(request).await?.into_inner();
        Ok(Self { messages, known: Known::new(), token: resume_token.to_owned() })
    }

    /// Reads a message; whether it said that everything was told.
    async fn read(&mut self) -> Result<bool, tonic::Status> {
        let message = self.messages.message().await?.unwrap();
        self.known.extend(message.items.iter().map(known));
        self.known.retain(|case, _| !message.removed_cases.contains(case));
        if !message.resume_token.is_empty() {
            self.token = message.resume_token;
        }
        Ok(message.synced)
    }

    async fn sync(&mut self) {
        while !self.read().await.unwrap() {}
    }

    /// Reads until the queue is known to be this.
    async fn become_equal(&mut self, expected: &Known) {
        let reading = async {
            while self.known != *expected {
                self.read().await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(30), reading).await.expect("a watcher has not seen every change");
    }
}

async fn listed(client: &Authed) -> Known {
    let (mut queue, mut all, mut page_token) = (QueueServiceClient::new(client.clone()), Known::new(), String::new());
    loop {
        let request = pb::ListItemsRequest { page_size: 1_000, page_token, ..Default::default() };
        let page = queue.list_items(request).await.unwrap().into_inner();
        all.extend(page.items.iter().map(known));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return all;
        }
    }
}

/// Something that changes the queue: a new item, a lease, or the end of one; a lease is given back or acknowledged.
async fn change(client: &Authed, number: usize) {
    let mut queue = QueueServiceClient::new(client.clone());
    if number.is_multiple_of(2) {
        IntakeServiceClient::new(client.clone()).submit_interaction(form("It is late")).await.unwrap();
        return;
    }
    let item = queue.lease_items(pb::LeaseItemsRequest::default()).await.unwrap().into_inner().items.pop();
    let Some(pb::QueueItem { lease, lease_epoch, .. }) = item else { return };
    if number % 4 == 1 {
        queue.acknowledge_item(pb::AcknowledgeItemRequest { lease, lease_epoch, case_state: 0 }).await.unwrap();
    } else if number % 40 != 3 {
        // Some leases are held, fewer than one credential may hold.
        queue.release_item(pb::ReleaseItemRequest { lease, lease_epoch, ..Default::default() }).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_watcher_is_told_what_is_there_then_what_changes_and_may_resume() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    change(&client, 0).await;
    let mut watcher = Watcher::open(&client, "").await.unwrap();
    watcher.sync().await;
    assert_eq!((&watcher.known, watcher.known.len()), (&listed(&client).await, 1));
    for number in 0..4 {
        change(&client, number).await;
    }
    watcher.become_equal(&listed(&client).await).await;
    let (token, before) = (watcher.token.clone(), watcher.known.clone());
    drop(watcher);
    for number in 0..6 {
        change(&client, number).await;
    }
    let expected = listed(&client).await;
    let mut resumed = Watcher::open(&client, &token).await.unwrap();
    resumed.known = before;
    resumed.become_equal(&expected).await;

    let refused = async |client: &Authed, token: &str| {
        let status = Watcher::open(client, token).await.err().unwrap();
        (status.code(), reason(&status))
    };
    let invalid = (Code::InvalidArgument, "INVALID_PAGE_TOKEN".to_owned());
    assert_eq!(refused(&server.client(&AccessRole::ALL).await, &token).await, invalid, "another principal");
    assert_eq!(refused(&client, "AAAA").await, invalid);
    // More messages than are kept: the position is too old.
    for _ in 0..260 {
        let behind = resumed.token.clone();
        change(&client, 0).await;
        while resumed.token == behind {
            resumed.read().await.unwrap();
        }
    }
    assert_eq!(refused(&client, &token).await, (Code::OutOfRange, "RESUME_TOKEN_TOO_OLD".to_owned()));
}

/// Watchers, changes a second, seconds.
fn load() -> (usize, usize, usize) {
    if std::env::var_os("TRIAGED_SOAK").is_some() { (200, 500, 20) } else { (20, 200, 2) }
}

/// Resident memory of this process, in bytes.
fn resident() -> u64 {
    let pages: u64 = fs::read_to_string("/proc/self/statm").unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

#[tokio::test(flavor = "multi_thread")]
async fn every_watcher_ends_with_what_the_store_holds() {
    let server = Server::start().await;
    let (watchers, rate, seconds) = load();
    let client = server.client(&AccessRole::ALL).await;
    for _ in 0..3 {
        join_all((0..100).map(|_| change(&client, 0))).await;
    }
    let mut all = Vec::new();
    for _ in 0..watchers {
        let mut watcher = Watcher::open(&client, "").await.unwrap();
        watcher.sync().await;
        all.push(watcher);
    }
    let before = resident();
    let (done, finished) = tokio::sync::watch::channel(None);
    let watching: Vec<_> = all
        .into_iter()
        .map(|mut watcher| {
            let mut finished = finished.clone();
            tokio::spawn(async move {
                let expected = loop {
                    tokio::select! {
                        read = watcher.read() => drop(read.unwrap()),
                        changed = finished.changed() => {
                            changed.unwrap();
                            break finished.borrow().clone().unwrap();
                        }
                    }
                };
                watcher.become_equal(&expected).await;
            })
        })
        .collect();
    let mut tick = tokio::time::interval(Duration::from_millis(20));
    let each = rate / 50;
    for round in 0..seconds * 50 {
        tick.tick().await;
        server.clock.advance(tick.period());
        join_all((0..each).map(|number| change(&client, round * each + number))).await;
    }
    done.send_replace(Some(listed(&client).await));
    for watcher in watching {
        watcher.await.unwrap();
    }
    let grown = resident().saturating_sub(before) >> 20;
    println!("{watchers} watchers, {rate} changes/s for {seconds} s: all equal, {grown} MiB more resident");
    assert!(grown < 256, "{grown} MiB");

    // Nothing changes any more: the next message is a sign of life, with a token and nothing else.
    let mut other = Watcher::open(&client, "").await.unwrap();
    other.sync().await;
    let (before, token) = (other.known.clone(), std::mem::take(&mut other.token));
    other.read().await.unwrap();
    assert_eq!((other.known, other.token.is_empty(), token.is_empty()), (before, false, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_read_is_cut_off_and_costs_the_others_nothing() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    // A listing that is longer than what flow control and buffers take in.
    let batch = pb::SubmitInteractionsRequest { items: vec![form("It is late"); 250] };
    let batches = tokio_stream::iter(vec![batch; 16]);
    let answers = IntakeServiceClient::new(client.clone()).submit_interactions(batches).await.unwrap();
    assert_eq!(answers.into_inner().count().await, 16);

    // Its connection takes 64 KiB and no more, since nothing is read.
    let (_, token) = server.credential("default", &AccessRole::ALL).await;
    let address = format!("http://{}", server.address);
    let narrow = Channel::from_shared(address).unwrap().initial_stream_window_size(65_535).connect_lazy();
    let mut stalled = Watcher::open(&authed(narrow, &token), "").await.unwrap();
    let begun = Instant::now();
    let mut other = Watcher::open(&client, "").await.unwrap();
    other.sync().await;
    let patience = limits::seconds(limits::WATCH_STALL_SECONDS_MAX);
    let mut slowest = Duration::ZERO;
    while begun.elapsed() < patience + Duration::from_secs(2) {
        let changed = Instant::now();
        change(&client, 0).await;
        other.read().await.unwrap();
        slowest = slowest.max(changed.elapsed());
    }
    assert!(slowest < patience, "somebody else's stall was waited for: {slowest:?}");
    other.become_equal(&listed(&client).await).await;
    let status = loop {
        if let Err(status) = stalled.read().await {
            break status;
        }
    };
    assert_eq!((status.code(), reason(&status).as_str()), (Code::Aborted, "WATCH_TOO_SLOW"));
    let (told, all) = (stalled.known.len(), other.known.len());
    assert!(0 < told && told < all, "{told} of {all} items were told before the end");
}
