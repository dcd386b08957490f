//! The index of what is ready: pairs of pop and push a CPU second at a million items, bytes an item, and how long a store
//! with a million waiting cases takes until it serves, and until it leases.
//! `cargo bench --bench queue`; `-- 200000` for a store of so many cases.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::disallowed_methods,
    reason = "a bench prints its figures and stops at any fault"
)]

use std::{
    fs,
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use rustix::time::{ClockId, clock_gettime};
use triaged::{
    crypto::{MasterKey, Secret},
    id::{CaseId, PrincipalId},
    queue::{OrderKey, ReadyLane},
    store::{
        LeaseRequest, Store,
        embedded::{EmbeddedStore, StoreConfig},
    },
    time::{SystemClock, Timestamp},
};
use uuid::Uuid;

const ITEMS: u64 = 1_000_000;
const PAIRS: u64 = 3_000_000;
/// Queues, each with a lane of its own, as a busy instance has.
const LANES: u64 = 24;

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// Resident memory of this process, in bytes.
fn resident() -> u64 {
    let pages: u64 = fs::read_to_string("/proc/self/statm").unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

/// `SplitMix64` (Steele, Lea, Flood 2014).
fn random(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// An item that enters at `now` and is due within a day.
fn key(seed: &mut u64, now: Timestamp) -> OrderKey {
    let drawn = random(seed);
    let due = now + Duration::from_secs(drawn % 86_400);
    let id = (u128::from(now.0.cast_unsigned()) << 80) | u128::from(random(seed));
    OrderKey::new(due, u16::try_from(drawn >> 50).unwrap() % 10_000, now, CaseId(Uuid::from_u128(id)))
}

fn main() {
    index();
    // cargo bench passes a flag of its own.
    let cases = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    start(cases.unwrap_or(1_000_000));
}

fn index() {
    let (mut seed, mut now) = (1, Timestamp(1_772_445_600_000_000));
    let before = resident();
    let mut lanes: Vec<ReadyLane> = (0..LANES).map(|_| ReadyLane::default()).collect();
    let lane = |seed: &mut u64| usize::try_from(random(seed) % LANES).unwrap();
    for _ in 0..ITEMS {
        now = now + Duration::from_millis(86);
        let at = lane(&mut seed);
        lanes.get_mut(at).unwrap().insert(&key(&mut seed, now));
    }
    let bytes = (resident() - before) as f64 / ITEMS as f64;
    println!("items                      {ITEMS}");
    println!("resident bytes an item     {bytes:.1}");
    let start = cpu_seconds();
    for _ in 0..PAIRS {
        now = now + Duration::from_millis(86);
        let at = lane(&mut seed);
        let lane = lanes.get_mut(at).unwrap();
        std::hint::black_box(lane.pop());
        lane.insert(&key(&mut seed, now));
    }
    let spent = cpu_seconds() - start;
    println!("pop + push a CPU second    {:.0}", PAIRS as f64 / spent);
    let bytes = (resident() - before) as f64 / ITEMS as f64;
    println!("resident bytes afterwards  {bytes:.1}");
}

/// Cases that wait in 24 queues, written past the store: how they got there is no matter here. COUNT: how many.
const CASES: &str = "
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < COUNT)
INSERT INTO cases(case_id, tenant, state, queue, tier, language, channel, label, level, value, emergency, create_time,
  update_time, version, epoch, duplicate_of, sealed)
SELECT randomblob(16), 1, 1, 'q' || (i % 24), 1, 'en', 1, 1, 2, 2000, 0, 1772445600000000 + i, 1772445600000000 + i, 1, 0,
  NULL, randomblob(60) FROM n;
INSERT INTO items(case_number, case_id, tenant, queue, lane, state, due_time, value_descending, enter_time, ready_time,
  language, skills, attempts, epoch, lease)
SELECT number, case_id, tenant, queue, 2, 1, create_time + abs(random() % 86400000000), 8000, create_time, NULL, language,
  x'', 0, 0, NULL FROM cases;
";

fn open(dir: &Path) -> EmbeddedStore {
    let config = StoreConfig {
        data_dir: dir.join("data"),
        keys_dir: dir.join("keys"),
        master_key: MasterKey::new(Secret::from_slice(&[7; 32]).unwrap()).unwrap(),
        clock: Arc::new(SystemClock),
    };
    EmbeddedStore::open(config).unwrap()
}

fn start(cases: u64) {
    let dir = tempfile::tempdir_in(".").unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let store = open(dir.path());
        let tenant = store.ensure_tenant("bench").await.unwrap();
        store.close().await.unwrap();
        drop(store);
        let data = rusqlite::Connection::open(dir.path().join("data/data.db")).unwrap();
        data.execute_batch(&CASES.replace("COUNT", &cases.to_string())).unwrap();
        drop(data);
        let begun = Instant::now();
        let store = open(dir.path());
        println!("waiting cases              {cases}");
        println!("ready                      {:.0} ms", begun.elapsed().as_secs_f64() * 1e3);
        // What the store does meanwhile is not waited for.
        store.ensure_tenant("another").await.unwrap();
        println!("first write durable        {:.0} ms", begun.elapsed().as_secs_f64() * 1e3);
        let asked = LeaseRequest {
            tenant,
            principal: PrincipalId(Uuid::from_u128(1)),
            request_id: None,
            case: None,
            queues: vec!["q7".to_owned()],
            max_items: 10,
            lease_duration: Duration::from_mins(5),
            wait_duration: Duration::from_mins(1),
            skills: Vec::new(),
            languages: Vec::new(),
            leases_max: 1_000,
        };
        assert_eq!(store.lease_items(asked).await.unwrap().len(), 10);
        println!("index full, first lease    {:.0} ms", begun.elapsed().as_secs_f64() * 1e3);
    });
}
