//! How fast redaction is, per CPU-second on one thread: `cargo bench --bench redact`. Texts are generated here.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_precision_loss,
    reason = "a bench prints its figures and stops at any fault"
)]

#[path = "../../tests/redaction_oracle/catalogue.rs"]
#[expect(dead_code, reason = "the bench needs the patterns alone")]
mod catalogue;
mod generate;

use std::hint::black_box;

use catalogue::CATALOGUE;
use generate::{HOSTILE, Numbers, document, hostile, message, transcript};
use regex_automata::meta::Regex;
use rustix::time::{ClockId, clock_gettime};
use triaged::{
    conversation::{RawTurn, Role},
    redact::{KeepRules, Redactor},
};
use zeroizing_alloc::ZeroAlloc;

#[global_allocator]
static ALLOCATOR: ZeroAlloc<mimalloc::MiMalloc> = ZeroAlloc(mimalloc::MiMalloc);

/// Rounds of every measurement unless the second argument says otherwise; the best one counts, as other work on the
/// machine only ever adds.
const ROUNDS: usize = 7;

fn rounds() -> usize {
    std::env::args().nth(2).and_then(|argument| argument.parse().ok()).unwrap_or(ROUNDS)
}

/// CPU time of this thread in nanoseconds.
fn cpu() -> i64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec * 1_000_000_000 + time.tv_nsec
}

/// Nanoseconds a byte, the best of some rounds.
fn measure(bytes: usize, mut act: impl FnMut()) -> f64 {
    act();
    let mut best = i64::MAX;
    for _ in 0..rounds() {
        let start = cpu();
        act();
        best = best.min(cpu() - start);
    }
    best as f64 / bytes as f64
}

/// Nanoseconds a byte of one run, warm by what ran before: hostile texts are long enough, or many.
fn measure_once(bytes: usize, act: impl FnOnce()) -> f64 {
    let start = cpu();
    act();
    (cpu() - start) as f64 / bytes as f64
}

fn megabytes_a_second(nanos: f64) -> f64 {
    1_000.0 / nanos
}

/// Peak resident memory of this process in MiB.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.unwrap_or_default() / 1024.0
}

fn conversation(turns: &[String]) -> Vec<RawTurn> {
    let role = |at: usize| if at.is_multiple_of(2) { Role::Customer } else { Role::Agent };
    turns.iter().enumerate().map(|(at, text)| RawTurn::body(role(at), text)).collect()
}

fn bytes(conversations: &[Vec<RawTurn>]) -> usize {
    conversations.iter().flatten().map(|turn| turn.text.expose().len()).sum()
}

/// Prints how fast these conversations are redacted.
fn speed(redactor: &Redactor, what: &str, conversations: &[Vec<RawTurn>]) {
    let mut found = 0;
    let nanos = measure(bytes(conversations), || {
        found = 0;
        for turns in conversations {
            let redaction = redactor.redact(&[], turns);
            found += redaction.turns.iter().map(|turn| turn.findings.len()).sum::<usize>();
            black_box(&redaction);
        }
    });
    let rate = megabytes_a_second(nanos);
    let each = bytes(conversations) as f64 / found.max(1) as f64;
    println!("{what:<28} {rate:>8.1} MB/s   {nanos:>7.2} ns/byte   a finding every {each:.0} bytes");
}

/// Prints how fast the structured finders alone read these conversations, and the meta engine with the catalogue of the
/// oracle: as one set, and pattern by pattern.
fn compare(redactor: &Redactor, conversations: &[Vec<RawTurn>]) {
    let texts = || conversations.iter().flatten().map(|turn| turn.text.expose());
    let bytes = bytes(conversations);
    let (mut hand, mut found) = (0, 0);
    let own = measure(bytes, || hand = black_box(redactor.count_structured(texts())));
    let patterns: Vec<&str> = CATALOGUE.iter().map(|family| family.pattern).collect();
    let set = Regex::new_many(&patterns).unwrap();
    let one = measure(bytes, || found = black_box(texts().map(|text| set.find_iter(text).count()).sum::<usize>()));
    let regexes: Vec<Regex> = patterns.iter().map(|pattern| Regex::new(pattern).unwrap()).collect();
    let each = measure(bytes, || {
        black_box(
            texts().map(|text| regexes.iter().map(|regex| regex.find_iter(text).count()).sum::<usize>()).sum::<usize>(),
        );
    });
    println!("structured finders alone     {:>8.1} MB/s   {hand} values", megabytes_a_second(own));
    for (what, nanos) in [("as one set", one), ("one by one", each)] {
        println!(
            "catalogue, meta, {what}  {:>8.1} MB/s   {found} matches; the finders are {:.1} times as fast",
            megabytes_a_second(nanos),
            nanos / own
        );
    }
}

/// Prints nanoseconds a byte of every hostile shape at every length, and the largest spread.
fn flatness(redactor: &Redactor) {
    const LENGTHS: [usize; 5] = [100, 1_000, 10_000, 100_000, 1 << 20];
    println!("\n{:<18}{:>9}{:>9}{:>9}{:>9}{:>9}   ns/byte", "hostile", "100 B", "1 KB", "10 KB", "100 KB", "1 MiB");
    black_box(redactor.redact(&[], &[RawTurn::body(Role::Customer, "the tables are built at the first text")]));
    for (name, shape) in HOSTILE {
        print!("{name:<18}");
        for length in LENGTHS {
            let copies = (50_000 / length).max(1);
            let turns: Vec<Vec<RawTurn>> =
                (0..copies).map(|_| vec![RawTurn::body(Role::Customer, &hostile(shape, length))]).collect();
            let nanos = measure_once(length * copies, || {
                for turn in &turns {
                    black_box(redactor.redact(&[], turn));
                }
            });
            print!("{nanos:>9.1}");
        }
        println!();
    }
}

fn main() {
    let only = std::env::args().nth(1).filter(|argument| !argument.starts_with("--"));
    let wanted = |name: &str| only.as_deref().is_none_or(|only| only == name);
    let redactor = Redactor::new(&KeepRules::default()).unwrap();
    let mut numbers = Numbers(7);
    let transcripts: Vec<_> = (0..400).map(|_| conversation(&transcript(&mut numbers, 4_000))).collect();
    let documents: Vec<_> = (0..12).map(|_| conversation(&[document(&mut numbers, 100_000)])).collect();
    let messages: Vec<_> = (0..8_000).map(|_| conversation(&[message(&mut numbers)])).collect();
    if wanted("transcripts") {
        speed(&redactor, "transcripts of 4 KB", &transcripts);
        compare(&redactor, &transcripts);
    }
    if wanted("documents") {
        speed(&redactor, "documents of 100 KB", &documents);
    }
    if wanted("messages") {
        speed(&redactor, "messages of 120 bytes", &messages);
    }
    println!("peak memory {:.0} MiB", peak());
    if wanted("flatness") {
        flatness(&redactor);
    }
}
