//! How fast sentiment and priority are on one thread, beside what others do with the same texts:
//! `cargo bench --bench scoring [ROUNDS]`. Redaction is not measured here; the texts are redacted before the clock starts.
//!
//! - `tweets`: the short English rows of the scoring corpus, one message each;
//! - `transcripts`: conversations of 16 turns made of them, every other turn an agent's;
//! - `customer only`: the same, all turns the customer's;
//! - `letters`: the same words as one long message of a customer;
//! - `stem every word`: rust-stemmers on each token and a look-up of each stem, as a lexicon without a cache does it;
//! - `vader_sentiment`: the Rust port of VADER, English only. It is no longer kept and therefore no dependency: it runs as
//!   a process of its own, built from `benches/peers`, and measures itself by its own CPU time.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a tool of the developers, as tests are"
)]

use std::{
    collections::HashMap,
    fs,
    hint::black_box,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use rust_stemmers::{Algorithm, Stemmer};
use rustix::time::{ClockId, clock_gettime};
use serde_json::{Value, json};
use triaged::{
    assessment::AssessmentInput,
    conversation::{Channel, RawTurn, Role},
    policy::Policy,
    text::Language,
    triage::{Triage, input_turns},
};
use zeroizing_alloc::ZeroAlloc;

#[global_allocator]
static ALLOCATOR: ZeroAlloc<mimalloc::MiMalloc> = ZeroAlloc(mimalloc::MiMalloc);

/// Turns of a transcript.
const TURNS: usize = 16;

/// What a run reached by the CPU time of one thread.
#[derive(Clone, Copy)]
struct Speed {
    megabytes: f64,
    texts: f64,
}

fn main() {
    let rounds = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(200);
    let texts = texts();
    println!("{:16} {:>9} {:>12}", "", "MB/s", "texts/s");
    let ours = scored(rounds, &texts);
    let bytes = texts.iter().map(String::len).sum();
    let (stemmer, stems) = (Stemmer::create(Algorithm::English), stems(&texts));
    let stemming = report("stem every word", rounds / 4, texts.len(), bytes, || {
        for text in &texts {
            black_box(stemmed(&stemmer, &stems, text));
        }
    });
    let vader = vader(&texts, bytes);
    let times = |other: Speed| ours.megabytes / other.megabytes;
    println!("tweets: {:.1} x vader_sentiment, {:.1} x stem every word", times(vader), times(stemming));
}

/// Measures sentiment and priority; the speed on tweets.
fn scored(rounds: u32, texts: &[String]) -> Speed {
    let (triage, policy) = (Triage::new().unwrap(), Policy::default());
    let chunks = || texts.chunks(TURNS * 2);
    let mixed = [Role::Customer, Role::Agent];
    let customer = [Role::Customer];
    let kinds: [(&str, Vec<AssessmentInput>); 4] = [
        ("letters", chunks().map(|chunk| input(&triage, &[(Role::Customer, chunk.join(" "))])).collect()),
        ("customer only", chunks().map(|chunk| transcript(&triage, &customer, chunk)).collect()),
        ("transcripts", chunks().map(|chunk| transcript(&triage, &mixed, chunk)).collect()),
        ("tweets", texts.iter().map(|text| input(&triage, &[(Role::Customer, text.clone())])).collect()),
    ];
    let mut measured = kinds.iter().map(|(name, inputs)| {
        let bytes = inputs.iter().flat_map(|input| &input.turns).map(|turn| turn.text.as_str().len()).sum();
        report(name, rounds, inputs.len(), bytes, || {
            for input in inputs {
                black_box(triage.assess(&policy, black_box(input)));
            }
        })
    });
    measured.next_back().unwrap()
}

/// Runs `vader_sentiment` over the texts, as often as it needs to tell its speed.
fn vader(texts: &[String], bytes: usize) -> Speed {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/peers/Cargo.toml");
    let mut peer = Command::new(env!("CARGO"))
        .args(["run", "--quiet", "--release", "--no-default-features", "--features", "sentiment", "--bin", "sentiment"])
        .args([Path::new("--manifest-path"), &manifest])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = texts.iter().map(|text| json!(text).to_string()).collect::<Vec<_>>().join("\n") + "\n";
    peer.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    let answer: Value = serde_json::from_slice(&peer.wait_with_output().unwrap().stdout).unwrap();
    let seconds = answer["cpu"].as_f64().unwrap() / answer["rounds"].as_f64().unwrap();
    speed("vader_sentiment", texts.len(), bytes, seconds)
}

/// The short English messages of the scoring corpus.
fn texts() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/scoring");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.file_name().unwrap().to_str().unwrap().starts_with("en_"));
    files.sort();
    let rows =
        files.iter().flat_map(|path| fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect::<Vec<_>>());
    let texts = rows.filter_map(|row| serde_json::from_str::<Value>(&row).unwrap()["text"].as_str().map(str::to_owned));
    texts.filter(|text| text.len() <= 280 && !text.contains('\n')).collect()
}

fn input(triage: &Triage, turns: &[(Role, String)]) -> AssessmentInput {
    let raw: Vec<_> = turns.iter().map(|(role, text)| RawTurn::body(*role, text)).collect();
    let turns = input_turns(&raw, &triage.redact(&[], &raw));
    AssessmentInput { turns, language: Some(Language::English), ..AssessmentInput::new(Channel::Call) }
}

fn transcript(triage: &Triage, roles: &[Role], texts: &[String]) -> AssessmentInput {
    let roles = roles.iter().copied().cycle();
    let turns: Vec<_> = roles.zip(texts.chunks(2)).map(|(role, two)| (role, two.join(" "))).collect();
    input(triage, &turns)
}

fn stems(texts: &[String]) -> HashMap<String, i32> {
    let stemmer = Stemmer::create(Algorithm::English);
    let words = texts.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric())).map(str::to_lowercase);
    words.step_by(3).map(|word| (stemmer.stem(&word).into_owned(), 1)).collect()
}

fn stemmed(stemmer: &Stemmer, stems: &HashMap<String, i32>, text: &str) -> i32 {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.filter_map(|word| stems.get(&*stemmer.stem(&word.to_lowercase()))).sum()
}

/// Runs `work` so many times and prints its speed by the CPU time of this thread.
fn report(name: &str, rounds: u32, texts: usize, bytes: usize, mut work: impl FnMut()) -> Speed {
    work();
    let before = cpu_seconds();
    (0..rounds.max(1)).for_each(|_| work());
    let seconds = (cpu_seconds() - before) / f64::from(rounds.max(1));
    speed(name, texts, bytes, seconds)
}

fn speed(name: &str, texts: usize, bytes: usize, seconds: f64) -> Speed {
    #[expect(clippy::cast_precision_loss, reason = "figures for people")]
    let speed = Speed { megabytes: bytes as f64 / 1e6 / seconds, texts: texts as f64 / seconds };
    println!("{name:16} {:>9.1} {:>12.0}", speed.megabytes, speed.texts);
    speed
}

fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    #[expect(clippy::cast_precision_loss, reason = "seconds of a bench")]
    let seconds = time.tv_sec as f64 + time.tv_nsec as f64 / 1e9;
    seconds
}
