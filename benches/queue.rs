//! The index of what is ready: pairs of pop and push a CPU second at a million items, and bytes an item.
//! `cargo bench --bench queue`.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    reason = "a bench prints its figures and stops at any fault"
)]

use std::{fs, time::Duration};

use rustix::time::{ClockId, clock_gettime};
use triaged::{
    id::CaseId,
    queue::{OrderKey, ReadyLane},
    time::Timestamp,
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

/// SplitMix64 (Steele, Lea, Flood 2014).
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
