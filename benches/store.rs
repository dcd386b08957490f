//! How many submissions a second become durable, at 64 writers and with 1,024 in flight, and the CPU time of each.
//! `cargo bench --bench store`.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    reason = "a bench prints its figures and stops at any fault"
)]

#[path = "../tests/store_suite/draft.rs"]
#[expect(dead_code, reason = "the drafts of the tests have more than is needed here")]
mod draft;

use std::sync::Arc;

use draft::Draft;
use rustix::time::{ClockId, clock_gettime};
use triaged::{
    crypto::MasterKey,
    id::{PrincipalId, TenantId},
    store::{
        Store,
        embedded::{EmbeddedStore, StoreConfig},
    },
    time::{Clock, SystemClock, Timestamp},
};
use uuid::Uuid;

/// What the drafts of the tests refer to.
pub(crate) const INTAKE: PrincipalId = PrincipalId(Uuid::from_u128(1));
pub(crate) const START: Timestamp = Timestamp(1_772_445_600_000_000);

const ITEMS: usize = 40_000;

fn cpu() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    println!("in flight   submissions/s   CPU µs each   disk bytes/payload byte");
    for writers in [1, 64, 1024] {
        runtime.block_on(run(writers));
    }
}

async fn run(writers: usize) {
    let dir = tempfile::tempdir_in(".").unwrap();
    let config = StoreConfig {
        data_dir: dir.path().join("data"),
        keys_dir: dir.path().join("keys"),
        master_key: MasterKey::load_or_create(&dir.path().join("master.key"), false).unwrap(),
        clock: Arc::new(SystemClock),
    };
    let store = Arc::new(EmbeddedStore::open(config).unwrap());
    let tenant = store.ensure_tenant("bench").await.unwrap();
    let draft = Arc::new(Draft { text: text(), ..Draft::new(tenant, START) });
    let content = Arc::new(draft.content());
    let items = if writers == 1 { ITEMS / 20 } else { ITEMS };
    let (begin, used) = (SystemClock.now(), cpu());
    let tasks = (0..writers).map(|writer| {
        let (store, draft, content) = (Arc::clone(&store), Arc::clone(&draft), Arc::clone(&content));
        tokio::spawn(async move { write(&*store, tenant, &draft, &content, writer, items / writers).await })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    let (wall, used) = (SystemClock.now().since(begin).as_secs_f64(), cpu() - used);
    store.close().await.unwrap();
    let done = (items / writers * writers) as f64;
    let payload: usize = content.turns.iter().map(|turn| turn.text.as_str().len()).sum();
    let disk: u64 =
        ["data/data.db", "keys/keys.db"].iter().map(|file| dir.path().join(file).metadata().unwrap().len()).sum();
    let share = disk as f64 / done / payload as f64;
    println!("{writers:>9}   {:>13.0}   {:>11.1}   {share:.2} (payload {payload} B)", done / wall, used / done);
}

async fn write(
    store: &dyn Store,
    _tenant: TenantId,
    draft: &Draft,
    content: &triaged::store::InteractionContent,
    writer: usize,
    items: usize,
) {
    for item in 0..items {
        let request = Uuid::from_u64_pair(writer as u64 + 1, item as u64);
        let mut submission = Draft { text: "x".to_owned(), ..draft.clone() }.submission_of(content.clone());
        submission.request_id = Some(request);
        submission.subject.customer_ref = Some(format!("customer-{writer}-{item}"));
        store.submit(submission).await.unwrap();
    }
}

/// About 1.5 KB of plain English without anything to redact.
fn text() -> String {
    "the parcel has not come and nobody answers, please look into it again. ".repeat(21)
}
