//! What a submission costs: how many become durable a second, the CPU time and the bytes of each, against a bare store that
//! writes the same rows unsealed in the same run, in pairs; what the bytes are (`bytes`); whether the last of many cost what the
//! first did (`growth`); how long a large store takes to open, and how long writers wait beside a backup of it (`large`).
//! `cargo bench --bench store`, `TRIAGED_BENCH_ROWS=1000000 cargo bench --bench store -- growth`.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a bench prints its figures and stops at any fault"
)]

mod bare;
mod bytes;
mod large;
mod texts;

#[path = "../../tests/store_suite/draft.rs"]
#[expect(dead_code, reason = "the drafts of the tests have more than is needed here")]
mod draft;

use std::{path::Path, sync::Arc};

use draft::Draft;
use rustix::time::{ClockId, clock_gettime};
use triaged::{
    crypto::MasterKey,
    id::PrincipalId,
    store::{
        InteractionContent, Store,
        embedded::{EmbeddedStore, StoreConfig},
    },
    time::{Clock, SystemClock, Timestamp},
};
use uuid::Uuid;

/// What the drafts of the tests refer to.
pub(crate) const INTAKE: PrincipalId = PrincipalId(Uuid::from_u128(1));
pub(crate) const START: Timestamp = Timestamp(1_772_445_600_000_000);

const ITEMS: usize = 40_000;
/// How often the store and the bare one are measured, one after the other.
const PAIRS: usize = 3;
/// Submissions in flight while a store grows.
const GROWTH_WRITERS: usize = 1024;

/// CPU time of this process, in microseconds.
fn cpu() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
}

/// What both files take up, once they are closed.
fn disk_bytes(dir: &Path) -> u64 {
    ["data/data.db", "keys/keys.db"].iter().map(|file| dir.join(file).metadata().unwrap().len()).sum()
}

#[expect(clippy::disallowed_methods, reason = "this program is its own configuration")]
fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let wanted = |name: &str| std::env::args().skip(1).all(|word| word.starts_with("--") || word == name);
    let rows = std::env::var("TRIAGED_BENCH_ROWS").map_or(200_000, |rows| rows.parse().unwrap());
    if wanted("cost") {
        println!("in flight   submissions/s   CPU µs each   bare CPU µs   of bare   disk bytes/payload byte   bare");
        for writers in [1, 64, 1024] {
            let mut shares = (0..PAIRS).map(|_| runtime.block_on(cost(writers))).collect::<Vec<_>>();
            shares.sort_by(f64::total_cmp);
            println!(
                "{writers:>9}   median of {PAIRS} pairs: {:.0}% of the bare store's records a CPU second",
                shares[PAIRS / 2]
            );
        }
    }
    if wanted("bytes") {
        runtime.block_on(bytes::print(ITEMS / 2));
    }
    if wanted("growth") {
        runtime.block_on(growth(rows));
    }
    if wanted("large") {
        runtime.block_on(large::print(rows));
    }
}

/// The store of a directory.
fn open(dir: &Path) -> EmbeddedStore {
    let (data_dir, keys_dir) = (dir.join("data"), dir.join("keys"));
    let exists = EmbeddedStore::exists(&data_dir, &keys_dir);
    let master_key = MasterKey::load_or_create(&dir.join("master.key"), exists).unwrap();
    EmbeddedStore::open(StoreConfig { data_dir, keys_dir, master_key, clock: Arc::new(SystemClock) }).unwrap()
}

/// A store in a directory of its own, and what is submitted.
struct Bench {
    dir: tempfile::TempDir,
    store: Arc<EmbeddedStore>,
    draft: Draft,
    contents: Vec<InteractionContent>,
}

impl Bench {
    async fn new() -> Arc<Self> {
        let dir = tempfile::tempdir_in(".").unwrap();
        let store = Arc::new(open(dir.path()));
        let tenant = store.ensure_tenant("bench").await.unwrap();
        let draft = Draft::new(tenant, START);
        let contents = texts::texts().map(|text| Draft { text, ..draft.clone() }.content()).collect();
        Arc::new(Self { dir, store, draft, contents })
    }

    /// Submits `items` new cases of new people from number `from` on; gives CPU and wall microseconds of each.
    async fn submit(self: &Arc<Self>, writers: usize, from: usize, items: usize) -> (f64, f64) {
        let (begin, used) = (SystemClock.now(), cpu());
        let tasks = (0..writers).map(|writer| {
            let bench = Arc::clone(self);
            tokio::spawn(async move {
                for item in (from + writer..from + items).step_by(writers) {
                    let submission = bench.submission(item);
                    bench.store.submit(submission).await.unwrap();
                }
            })
        });
        for task in tasks.collect::<Vec<_>>() {
            task.await.unwrap();
        }
        let wall = SystemClock.now().since(begin).as_secs_f64() * 1e6;
        ((cpu() - used) / items as f64, wall / items as f64)
    }

    fn submission(&self, item: usize) -> triaged::store::Submission {
        let draft = Draft { text: "x".to_owned(), ..self.draft.clone() };
        let mut submission = draft.submission_of(self.contents[item % self.contents.len()].clone());
        submission.request_id = Some(Uuid::from_u64_pair(1, item as u64));
        submission.subject.customer_ref = Some(format!("customer-{item}"));
        submission
    }

    /// Bytes of text in one submission, in the mean.
    fn payload(&self) -> f64 {
        let turns = self.contents.iter().flat_map(|content| &content.turns);
        turns.map(|turn| turn.text.as_str().len()).sum::<usize>() as f64 / self.contents.len() as f64
    }
}

/// Measures the store, then the bare one; gives how many per cent of its records a CPU second this one makes.
async fn cost(writers: usize) -> f64 {
    let bench = Bench::new().await;
    let items = if writers == 1 { ITEMS / 20 } else { ITEMS };
    let (used, wall) = bench.submit(writers, 0, items).await;
    bench.store.close().await.unwrap();
    let disk = disk_bytes(bench.dir.path()) as f64 / items as f64 / bench.payload();
    let bare_dir = tempfile::tempdir_in(".").unwrap();
    let (bare_used, bare_disk) = bare::run(bench.dir.path(), bare_dir.path(), writers, items).await;
    let (share, bare_disk) = (bare_used / used * 100.0, bare_disk / bench.payload());
    let rate = 1e6 / wall;
    println!(
        "{writers:>9}   {rate:>13.0}   {used:>11.1}   {bare_used:>11.1}   {share:>6.0}%   {disk:>23.2}   {bare_disk:.2}"
    );
    share
}

/// Fills a store and prints what each tenth of it cost.
async fn growth(rows: usize) {
    let bench = Bench::new().await;
    let part = 100_000.min(rows / 2);
    let mut costs = Vec::new();
    for from in (0..rows).step_by(part) {
        costs.push(bench.submit(GROWTH_WRITERS, from, part.min(rows - from)).await);
    }
    let (first, last) = (costs[0], costs[costs.len() - 1]);
    println!("growth to {rows}: {part} submissions cost {:.1} µs of CPU each at first, {:.1} at last", first.0, last.0);
    println!("({:+.0} % CPU, {:+.0} % wall)", (last.0 / first.0 - 1.0) * 100.0, (last.1 / first.1 - 1.0) * 100.0);
    bench.store.close().await.unwrap();
    let disk = disk_bytes(bench.dir.path()) as f64 / rows as f64 / bench.payload();
    println!("{disk:.2} disk bytes a payload byte (payload {} B)", bench.payload());
}
