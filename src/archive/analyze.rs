//! `analyze`: rows of its contract from a stream to a stream. The same engine as for archives; a bad line is told in its
//! place and the rest goes on.

use std::{
    io::{self, BufRead, Write},
    sync::Arc,
    thread,
};

use super::{
    chunk::Reader as _,
    encode::Block,
    inputs::Piece,
    lines::LineReader,
    map::{Binding, Mapping},
    output::Offsets,
    outputs, pipeline,
    result::Digest,
    score::{Rejects, Scorer},
    source::{Format, Packing},
};
use crate::{policy::Policy, triage::Triage};

/// Name of the stream in messages.
const INPUT: &str = "standard input";

/// How a stream is analysed.
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

/// What came of a stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows that were analysed.
    pub analysed: u64,
    /// Lines that were no rows.
    pub refused: u64,
    /// Digest over the results.
    pub digest: Digest,
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
    let scorer = Scorer::new(triage, policy, options.offsets, Vec::new(), Rejects::InPlace);
    let encoder = outputs::encoder(Format::JsonLines, Packing::Plain, &[], true)?;
    let binding = Arc::new(Binding::json(Arc::new(Mapping::contract())));
    let mut reader = LineReader::new(input, options.line_bytes_max, binding)?;
    let mut summary = Summary::default();
    let read = || -> io::Result<_> { Ok(reader.chunk()?.map(|chunk| Piece { input: INPUT.into(), chunk })) };
    let work = |piece: Piece| -> io::Result<_> {
        let mut scored = scorer.score(&piece.input, piece.chunk.as_ref())?;
        Ok((encoder.block(&mut scored)?, scored))
    };
    pipeline::run(options.threads, read, work, |done| {
        let (block, scored) = done?;
        match block {
            Block::Bytes(bytes) => output.write_all(&bytes)?,
            #[cfg(feature = "columnar")]
            Block::Columns(_) => {}
        }
        scored.hashes.iter().for_each(|hash| summary.digest.add(hash));
        summary.analysed += scored.stats.scored;
        summary.refused += scored.stats.refused;
        Ok(())
    })?;
    output.flush()?;
    Ok(summary)
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn analysed(input: &[u8], options: Options) -> (Vec<Value>, (u64, u64)) {
        let triage = Triage::new().unwrap();
        let mut out = Vec::new();
        let summary = run(&triage, &Policy::default(), &mut &*input, &mut out, options).unwrap();
        let rows = std::str::from_utf8(&out).unwrap().lines().map(|line| serde_json::from_str(line).unwrap());
        (rows.collect(), (summary.analysed, summary.refused))
    }

    #[test]
    fn rows_keep_their_order_and_bytes_on_any_number_of_threads() {
        let filler = "the parcel never arrived and nobody answers ".repeat(40);
        let row = |n: u32| format!("{{\"id\":\"{n}\",\"text\":\"{filler} mail a{n}@example.com\"}}");
        let input = (0..2_000).map(row).collect::<Vec<_>>().join("\n");
        let one = analysed(input.as_bytes(), Options { threads: 1, ..Options::default() });
        assert_eq!(one.1, (2_000, 0));
        assert!(one.0.iter().enumerate().all(|(n, row)| row["id"].as_str() == Some(n.to_string().as_str())));
        for threads in [2, 3, 8] {
            assert!(analysed(input.as_bytes(), Options { threads, ..Options::default() }) == one, "{threads} threads");
        }
    }

    #[test]
    fn a_bad_line_is_named_in_its_place_and_the_rest_goes_on() {
        let input = b"{\"id\":\"a\",\"text\":\"x\"}\n\nnonsense\n{\"id\":\"b\"}\n{\"id\":\"\xff\"}\n{\"id\":\"c\",\"text\":\"y\"}";
        let (rows, summary) = analysed(input, Options::default());
        assert_eq!(summary, (2, 3));
        let brief: Vec<_> = rows.iter().map(|row| (row["id"].as_str(), row["line"].as_u64())).collect();
        let expected = [(Some("a"), None), (None, Some(3)), (Some("b"), Some(4)), (None, Some(5)), (Some("c"), None)];
        assert_eq!(brief, expected);
    }

    #[test]
    fn a_line_is_read_up_to_the_limit_and_refused_beyond() {
        let row = br#"{"id":"a","text":"x"}"#;
        let input = [row.as_slice(), b"\n", row.as_slice(), b"\n"].concat();
        let at = |line_bytes_max| analysed(&input, Options { line_bytes_max, ..Options::default() }).1;
        assert_eq!(at(row.len() + 1), (2, 0));
        assert_eq!(at(row.len()), (0, 2));
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
