//! What a disk can do to a store: power cuts at every sync, syncs that fail, a disk that is full, bytes that change. What was
//! acknowledged is there afterwards and readable, or the store says what is damaged; it never gives wrong data.
//!
//! A program of its own, not a collection of tests: it starts itself again, under a shim that takes part in every write
//! (`shim.c`), as the process whose disk fails. `TRIAGED_SOAK` asks for the full counts; `store_faults power` (or `sync`,
//! `full`, `damage`) runs one suite, `TRIAGED_SEED` repeats a run.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "a test program says what it finds and stops at any fault"
)]

#[path = "../store_suite/mod.rs"]
#[expect(dead_code, reason = "the suite has more helpers than are needed here")]
mod store_suite;

#[path = "../store_embedded/mod.rs"]
#[expect(dead_code, reason = "it has more helpers than are needed here")]
mod store_embedded;

mod damage;
mod disk;
mod full;
mod power;
mod shim;
mod sync;
mod work;

use std::{env, path::Path, process::ExitCode, sync::Arc};

use store_embedded::Home;
use store_suite::{Bench, Opened};
use triaged::{crypto::random, time::ManualClock};

/// A suite by name.
type Suite = (&'static str, fn(&Plan));

const SUITES: [Suite; 4] = [("power", power::run), ("sync", sync::run), ("full", full::run), ("damage", damage::run)];

/// How much is done, and from which seed.
pub(crate) struct Plan {
    soak: bool,
    seed: u64,
}

impl Plan {
    /// The full count, or a tenth of it.
    pub(crate) fn count(&self, full: u64) -> u64 {
        if self.soak { full } else { full.div_ceil(10) }
    }

    /// Numbers for one part of a suite.
    pub(crate) fn numbers(&self, part: u64) -> Numbers {
        Numbers(self.seed.wrapping_add(part.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }
}

/// Seeded numbers (`SplitMix64`, Steele et al. 2014).
pub(crate) struct Numbers(u64);

impl Numbers {
    /// The next number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((mixed ^ (mixed >> 31)) % (end.max(1) as u64)).unwrap()
    }
}

#[expect(clippy::disallowed_methods, reason = "this program is its own configuration")]
fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    let words: Vec<&str> =
        arguments.iter().skip(1).map(String::as_str).filter(|word| !word.starts_with("--")).collect();
    match words.as_slice() {
        ["work", dir, seed, round] => {
            return work::main(Path::new(dir), seed.parse().unwrap(), round.parse().unwrap());
        }
        ["fill", dir] => return full::fill(Path::new(dir)),
        _ => {}
    }
    let seed =
        env::var("TRIAGED_SEED").map_or_else(|_| u64::from_le_bytes(random().unwrap()), |seed| seed.parse().unwrap());
    println!("TRIAGED_SEED={seed}");
    let plan = Plan { soak: env::var("TRIAGED_SOAK").is_ok(), seed };
    for (name, run) in SUITES {
        if words.is_empty() || words.contains(&name) {
            run(&plan);
        }
    }
    ExitCode::SUCCESS
}

/// This program again.
pub(crate) fn again(arguments: &[&str]) -> std::process::Command {
    let mut command = std::process::Command::new(env::current_exe().unwrap());
    command.args(arguments);
    command
}

/// A runtime for a store.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// A folder that is gone afterwards, in memory where there is such a place: what is tested does not depend on the disk.
pub(crate) fn folder() -> tempfile::TempDir {
    let shared = Path::new("/dev/shm");
    if shared.is_dir() { tempfile::tempdir_in(shared) } else { tempfile::tempdir() }.unwrap()
}

/// The store in a directory, opened.
pub(crate) async fn bench(dir: &Path) -> Result<Bench, triaged::store::embedded::OpenError> {
    let clock = Arc::new(ManualClock::new(store_suite::START));
    let store = Arc::new(Home::at(dir, clock.clone()).open()?);
    Ok(Bench::new(Opened { store, clock, keep: Box::new(()) }).await)
}
