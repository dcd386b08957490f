//! Lines in, lines out: reads batches, analyses them on all cores and writes the results in order. Memory is bounded by
//! a few batches for each thread, whatever the size of the input.

use std::{
    io::{self, BufRead, Read, Write},
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use zeroize::Zeroizing;

use super::{
    input::{self, Row, RowError},
    output::{self, Analysed, Offsets},
};
use crate::{
    assessment::AssessmentInput,
    policy::Policy,
    triage::{Triage, input_turns},
};

/// A batch is closed when it holds this many bytes.
const BATCH_BYTES: usize = 256 << 10;

/// Batches that may wait before and behind each thread.
const BATCHES_WAITING_MAX: usize = 2;

/// How a file is analysed.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Number of threads that analyse, at least 1.
    pub threads: usize,
    /// What offsets count.
    pub offsets: Offsets,
    /// Longest line that is read, in bytes, its line feed included.
    pub line_bytes_max: usize,
}

impl Default for Options {
    /// All cores, code points, lines of up to 64 MiB.
    fn default() -> Self {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        Self { threads, offsets: Offsets::default(), line_bytes_max: 64 << 20 }
    }
}

/// What came of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows that were analysed.
    pub analysed: u64,
    /// Lines that were no rows.
    pub refused: u64,
}

/// Consecutive lines as they were read.
struct Batch {
    /// Number of the first line, from 1.
    first_line: u64,
    /// The bytes of all lines.
    bytes: Zeroizing<Vec<u8>>,
    /// Where each line ends; `None`: it was too long and is not there.
    ends: Vec<Option<usize>>,
}

/// What is written for a batch.
#[derive(Default)]
struct Written {
    bytes: Vec<u8>,
    summary: Summary,
}

/// Analyses every line of `input` and writes one line for each to `output`, in order. Blank lines are passed over.
///
/// # Errors
/// Reading or writing failed; what was written so far is complete lines.
pub fn run(
    triage: &Triage,
    policy: &Policy,
    input: &mut (impl BufRead + Send),
    output: &mut impl Write,
    options: Options,
) -> io::Result<Summary> {
    let rules = Rules { triage, policy, offsets: options.offsets, revision: triage.revision(policy) };
    thread::scope(|scope| {
        let mut to_workers = Vec::new();
        let mut from_workers = Vec::new();
        for _ in 0..options.threads.max(1) {
            let (batch_sender, batches) = sync_channel(BATCHES_WAITING_MAX);
            let (written_sender, written) = sync_channel(BATCHES_WAITING_MAX);
            let rules = &rules;
            scope.spawn(move || work(rules, &batches, &written_sender));
            to_workers.push(batch_sender);
            from_workers.push(written);
        }
        let reader = scope.spawn(move || read(input, options.line_bytes_max, &to_workers));
        let summary = write(output, &from_workers);
        drop(from_workers);
        let read = reader.join().unwrap_or_else(|_| Err(io::Error::other("the reader stopped")));
        summary.and_then(|summary| read.map(|()| summary))
    })
}

/// Deals batches out to the workers in turn, so that the writer can collect them in the same turn.
fn read(input: &mut impl BufRead, line_bytes_max: usize, workers: &[SyncSender<Batch>]) -> io::Result<()> {
    let mut line = 1;
    for worker in workers.iter().cycle() {
        let batch = read_batch(input, line_bytes_max, line)?;
        line += batch.ends.len() as u64;
        if batch.ends.is_empty() || worker.send(batch).is_err() {
            break;
        }
    }
    Ok(())
}

fn read_batch(input: &mut impl BufRead, line_bytes_max: usize, first_line: u64) -> io::Result<Batch> {
    let mut batch = Batch { first_line, bytes: Zeroizing::new(Vec::with_capacity(BATCH_BYTES)), ends: Vec::new() };
    while batch.bytes.len() < BATCH_BYTES {
        let start = batch.bytes.len();
        let read = input.by_ref().take(line_bytes_max as u64 + 1).read_until(b'\n', &mut batch.bytes)?;
        if read == 0 {
            break;
        }
        if read > line_bytes_max {
            let whole = batch.bytes.ends_with(b"\n");
            batch.bytes.truncate(start);
            if !whole {
                input.skip_until(b'\n')?;
            }
            batch.ends.push(None);
        } else {
            batch.ends.push(Some(batch.bytes.len()));
        }
    }
    Ok(batch)
}

/// What every batch is analysed with.
struct Rules<'r> {
    triage: &'r Triage,
    policy: &'r Policy,
    offsets: Offsets,
    revision: String,
}

fn work(rules: &Rules<'_>, batches: &Receiver<Batch>, out: &SyncSender<io::Result<Written>>) {
    for batch in batches {
        if out.send(analyse_batch(rules, &batch)).is_err() {
            return;
        }
    }
}

fn analyse_batch(rules: &Rules<'_>, batch: &Batch) -> io::Result<Written> {
    let mut written = Written::default();
    let mut start = 0;
    for (number, end) in (batch.first_line..).zip(&batch.ends) {
        let line = end.map(|end| batch.bytes.get(start..end).unwrap_or_default());
        start = end.unwrap_or(start);
        if line.is_some_and(|line| line.trim_ascii().is_empty()) {
            continue;
        }
        match line.ok_or((None, RowError::TooLong)).and_then(input::parse) {
            Ok(row) => {
                written.summary.analysed += 1;
                analyse(rules, &row, &mut written.bytes)?;
            }
            Err((id, error)) => {
                written.summary.refused += 1;
                output::write_refused(id, number, error, &mut written.bytes)?;
            }
        }
    }
    Ok(written)
}

fn analyse(rules: &Rules<'_>, row: &Row, out: &mut Vec<u8>) -> serde_json::Result<()> {
    let Rules { triage, policy, offsets, revision } = rules;
    let redaction = triage.redact(&row.parties, &row.turns);
    let assessment_input = AssessmentInput {
        language: row.language,
        turns: input_turns(&row.turns, &redaction),
        hold_seconds: row.hold_seconds,
        tier: row.tier,
        ..AssessmentInput::new(row.channel)
    };
    let assessment = triage.assess(policy, &assessment_input);
    let received: Vec<&str> = row.turns.iter().map(|turn| turn.text.expose()).collect();
    let analysed = Analysed {
        id: &row.id,
        received: &received,
        redaction: &redaction,
        assessment: &assessment,
        revision,
        offsets: *offsets,
    };
    analysed.write(out)
}

/// Collects from the workers in the turn in which the batches were dealt out.
fn write(output: &mut impl Write, workers: &[Receiver<io::Result<Written>>]) -> io::Result<Summary> {
    let mut summary = Summary::default();
    for worker in workers.iter().cycle() {
        let Ok(written) = worker.recv() else { break };
        let written = written?;
        output.write_all(&written.bytes)?;
        summary.analysed += written.summary.analysed;
        summary.refused += written.summary.refused;
    }
    output.flush()?;
    Ok(summary)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn analysed(input: &[u8], options: Options) -> (Vec<Value>, Summary) {
        let triage = Triage::new().unwrap();
        let mut out = Vec::new();
        let summary = run(&triage, &Policy::default(), &mut &*input, &mut out, options).unwrap();
        let rows = std::str::from_utf8(&out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap());
        (rows.collect(), summary)
    }

    #[test]
    fn rows_keep_their_order_and_bytes_on_any_number_of_threads() {
        let filler = "the parcel never arrived and nobody answers ".repeat(40);
        let input: String =
            (0..2_000).map(|n| format!("{{\"id\":\"{n}\",\"text\":\"{filler} mail a{n}@example.com\"}}\n")).collect();
        let one = analysed(input.as_bytes(), Options { threads: 1, ..Options::default() });
        assert_eq!(one.1, Summary { analysed: 2_000, refused: 0 });
        assert!(one.0.iter().enumerate().all(|(n, row)| row["id"] == n));
        for threads in [2, 3, 8] {
            assert!(analysed(input.as_bytes(), Options { threads, ..Options::default() }) == one, "{threads} threads");
        }
    }

    #[test]
    fn a_bad_line_is_named_in_its_place_and_the_rest_goes_on() {
        let input = b"{\"id\":\"a\",\"text\":\"x\"}\n\nnonsense\n{\"id\":\"b\"}\n{\"id\":\"\xff\"}\n{\"id\":\"c\",\"text\":\"y\"}";
        let (rows, summary) = analysed(input, Options::default());
        assert_eq!(summary, Summary { analysed: 2, refused: 3 });
        let brief: Vec<_> = rows.iter().map(|row| (row["id"].as_str(), row["line"].as_u64())).collect();
        let expected = [(Some("a"), None), (None, Some(3)), (Some("b"), Some(4)), (None, Some(5)), (Some("c"), None)];
        assert_eq!(brief, expected);
    }

    #[test]
    fn a_line_is_read_up_to_the_limit_and_refused_beyond() {
        let row = br#"{"id":"a","text":"x"}"#;
        let input = [row.as_slice(), b"\n", row.as_slice(), b"\n"].concat();
        let at = |line_bytes_max| analysed(&input, Options { line_bytes_max, ..Options::default() }).1;
        assert_eq!(at(row.len() + 1), Summary { analysed: 2, refused: 0 });
        assert_eq!(at(row.len()), Summary { analysed: 0, refused: 2 });
    }

    #[test]
    fn findings_are_code_points_of_the_received_text_unless_bytes_are_asked_for() {
        let input = r#"{"id":"a","text":"größe 😀 mail jo@example.com"}"#.as_bytes();
        let place = |offsets| {
            let (rows, _) = analysed(input, Options { offsets, ..Options::default() });
            let found = &rows[0]["findings"][0];
            (found["kind"].as_str().unwrap().to_owned(), found["start"].as_u64(), found["end"].as_u64())
        };
        assert_eq!(place(Offsets::CodePoints), ("EMAIL".to_owned(), Some(13), Some(27)));
        assert_eq!(place(Offsets::Bytes), ("EMAIL".to_owned(), Some(18), Some(32)));
    }
}
