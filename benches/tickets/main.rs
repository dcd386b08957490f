//! Writes generated tickets as JSON Lines, to measure `triaged rescore` with:
//! `cargo bench --bench tickets -- ROWS [SEED] > tickets.jsonl`.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a tool of the developers, as tests are")]

mod generate;

use std::io::{BufWriter, Write, stdout};

fn main() {
    let mut arguments = std::env::args().skip(1).filter_map(|argument| argument.parse().ok());
    let rows: u64 = arguments.next().unwrap_or(1_000);
    let mut numbers = generate::Numbers(arguments.next().unwrap_or(1));
    let mut out = BufWriter::new(stdout().lock());
    for id in 0..rows {
        out.write_all(generate::line(&mut numbers, id).as_bytes()).unwrap();
    }
    out.flush().unwrap();
}
