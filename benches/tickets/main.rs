//! Generated tickets to measure `triaged rescore` with, and its stages measured alone:
//! `cargo bench --bench tickets -- ROWS [SEED] > tickets.jsonl`, `cargo bench --bench tickets -- stages tickets.jsonl`.
//! `benches/tickets/run.py` puts both together.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a tool of the developers, as tests are; it prints its figures"
)]

mod generate;

use std::{
    fs::File,
    io::{BufRead, BufReader, BufWriter, Write, stdout},
};

use rustix::time::{ClockId, clock_gettime};
use triaged::{
    archive::{
        input::{self, Row},
        output::{Analysed, Offsets},
    },
    assessment::{Assessment, AssessmentInput},
    policy::Policy,
    redact::Redaction,
    triage::{Triage, input_turns},
};

/// Bytes of input that go through a stage at once, as in the program.
const CHUNK_BYTES: usize = 256 << 10;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if arguments.first().is_some_and(|first| first == "stages") {
        return stages(&arguments[1]);
    }
    let mut arguments = arguments.iter().filter_map(|argument| argument.parse().ok());
    let rows: u64 = arguments.next().unwrap_or(1_000);
    let mut numbers = generate::Numbers(arguments.next().unwrap_or(1));
    let mut out = BufWriter::new(stdout().lock());
    for id in 0..rows {
        out.write_all(generate::line(&mut numbers, id).as_bytes()).unwrap();
    }
    out.flush().unwrap();
}

/// CPU seconds of this thread.
fn cpu() -> f64 {
    let now = clock_gettime(ClockId::ThreadCPUTime);
    #[expect(clippy::cast_precision_loss, reason = "seconds of a run")]
    let seconds = now.tv_sec as f64 + now.tv_nsec as f64 / 1e9;
    seconds
}

/// Runs `work` and adds the CPU time it took to `sum`.
fn timed<T>(sum: &mut f64, work: impl FnOnce() -> T) -> T {
    let begin = cpu();
    let result = work();
    *sum += cpu() - begin;
    result
}

/// The CPU seconds of parsing, of redaction and scoring, and of writing, each alone, over every row of a file.
#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn stages(path: &str) {
    let triage = Triage::new().unwrap();
    let policy = Policy::default();
    let revision = triage.revision(&policy);
    let mut input = BufReader::with_capacity(CHUNK_BYTES, File::open(path).unwrap());
    let mut out = tempfile::tempfile_in(std::path::Path::new(path).parent().unwrap()).unwrap();
    let (mut bytes, mut parse, mut score, mut write) = (0, 0.0, 0.0, 0.0);
    loop {
        let mut lines = Vec::new();
        let more = timed(&mut parse, || chunk(&mut input, &mut lines));
        bytes += lines.iter().map(Vec::len).sum::<usize>();
        let rows: Vec<Row> = timed(&mut parse, || lines.iter().map(|line| input::parse(line).unwrap()).collect());
        let scored: Vec<_> = timed(&mut score, || rows.iter().map(|row| scored(&triage, &policy, row)).collect());
        timed(&mut write, || {
            let mut json = Vec::with_capacity(2 * CHUNK_BYTES);
            for (row, (redaction, assessment)) in rows.iter().zip(&scored) {
                let received: Vec<&str> = row.turns.iter().map(|turn| turn.text.expose()).collect();
                let (id, offsets) = (&row.id, Offsets::default());
                let analysed =
                    Analysed { id, received: &received, redaction, assessment, revision: &revision, offsets };
                analysed.write(&[], &mut json).unwrap();
            }
            out.write_all(&json).unwrap();
        });
        if !more {
            break;
        }
    }
    let megabytes = bytes as f64 / 1e6;
    println!(
        "{{\"megabytes\": {megabytes:.1}, \"parse_cpu\": {parse:.3}, \"triage_cpu\": {score:.3}, \"write_cpu\": {write:.3}}}"
    );
}

/// Reads the next lines; false at the end.
fn chunk(input: &mut impl BufRead, lines: &mut Vec<Vec<u8>>) -> bool {
    let mut bytes = 0;
    while bytes < CHUNK_BYTES {
        let mut line = Vec::new();
        let read = input.read_until(b'\n', &mut line).unwrap();
        if read == 0 {
            return false;
        }
        bytes += read;
        lines.push(line);
    }
    true
}

fn scored(triage: &Triage, policy: &Policy, row: &Row) -> (Redaction, Assessment) {
    let redaction = triage.redact(&row.parties, &row.turns);
    let input = AssessmentInput {
        language: row.language,
        turns: input_turns(&row.turns, &redaction),
        hold_seconds: row.hold_seconds,
        tier: row.tier,
        ..AssessmentInput::new(row.channel)
    };
    let assessment = triage.assess(policy, &input);
    (redaction, assessment)
}
