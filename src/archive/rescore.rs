//! Re-scoring of an archive: inputs → chunks → scored blocks → output, rejects, digest and counts. `analyze` is the same
//! with rows of its contract between standard input and output.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    sync::{Arc, PoisonError},
};

use super::{
    checkpoint::{self, Checkpoint},
    compare::{self, Against, Baseline, Mover},
    encode::{self, Block, Encode},
    error::ArchiveError,
    files::{self, Files},
    inputs::{Bindings, Inputs, Piece, Reading},
    map::Fate,
    output::Offsets,
    outputs, pipeline, reread,
    result::Digest,
    score::{Rejects, Scored, Scorer},
    source::{Format, Packing, Source, by_name},
    stats::Stats,
    target,
};
use crate::{policy::Policy, triage::Triage};

pub use super::files::REJECTS_ENDING;

/// Where results go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Standard output.
    Stdout,
    /// A file.
    File(PathBuf),
}

/// What is to be done.
#[derive(Clone, Debug)]
pub struct Job {
    /// Where rows come from.
    pub sources: Vec<Source>,
    /// How they are read.
    pub reading: Reading,
    /// Where results go.
    pub output: Output,
    /// Format of the output where its name does not tell.
    pub format: Option<Format>,
    /// What offsets count.
    pub offsets: Offsets,
    /// Number of threads that score, at least 1.
    pub threads: usize,
    /// Rows that may be refused before the run is given up.
    pub rejects_max: Option<u64>,
    /// Bytes of input between two checkpoints.
    pub checkpoint_bytes: u64,
    /// Replaces an output that is there.
    pub overwrite: bool,
    /// Results of an earlier run to compare with.
    pub compare: Option<PathBuf>,
    /// Lexicons to compare with, where there are no earlier results.
    pub compare_lexicons: Option<Arc<Triage>>,
}

/// How far a run is.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'r> {
    /// Rows that were read.
    pub read: u64,
    /// Bytes of input that they stood for, after unpacking.
    pub bytes: u64,
    /// The counts so far.
    pub stats: &'r Stats,
}

/// What came of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Rows that were read.
    pub read: u64,
    /// Bytes of input that they stood for, after unpacking.
    pub bytes: u64,
    /// Counts over all rows.
    pub stats: Stats,
    /// Digest over all results.
    pub digest: Digest,
    /// What became of the columns of tables, each kind of header once.
    pub columns: Columns,
    /// Chunks that an earlier run had done.
    pub resumed_chunks: u64,
    /// The rows whose score changed most against the earlier results, with the evidence that moved them.
    pub movers: Vec<Mover>,
    /// What the inputs were when the run began.
    pub inputs: Inventory,
}

/// What tells inputs from others of these names: their sizes and times, hashed. `None`: not all of them are files.
pub type Inventory = Option<String>;

/// What the inputs of a job are now.
///
/// # Errors
/// One of them cannot be read.
pub fn inventory(job: &Job) -> Result<Inventory, ArchiveError> {
    checkpoint::run_hash(&job.sources, "")
}

/// Format and packing of the output.
///
/// # Errors
/// Neither its name nor the job tells the format.
pub fn output_format(job: &Job) -> Result<(Format, Packing), ArchiveError> {
    match &job.output {
        Output::Stdout => Ok((job.format.unwrap_or(Format::JsonLines), Packing::Plain)),
        Output::File(path) => match by_name(path) {
            (Some(format), packing, false) => Ok((format, packing)),
            (None, packing, false) if job.format.is_some() => Ok((job.format.unwrap_or(Format::JsonLines), packing)),
            _ => Err(ArchiveError::Format(path.display().to_string())),
        },
    }
}

/// Scores an archive. `observe` is told how far the run is after every chunk.
///
/// # Errors
/// Why there is no output, or why it is not published. What was written before stays beside it as a partial file with a
/// checkpoint, so that the same job goes on from there.
pub fn run(
    job: &Job,
    triage: &Triage,
    policy: &Policy,
    observe: &mut dyn FnMut(&Progress<'_>),
) -> Result<Outcome, ArchiveError> {
    let inputs = inventory(job)?;
    let mut outcome = match &job.output {
        Output::Stdout => to_stream(job, triage, policy, io::stdout().lock(), observe),
        Output::File(path) => to_file(job, triage, policy, path, observe),
    }?;
    outcome.inputs = inputs;
    if let Some(old) = &job.compare {
        compare::explain(&mut outcome.movers, old)?;
    }
    Ok(outcome)
}

/// The earlier results to compare with.
fn baseline(job: &Job) -> Result<Option<Baseline>, ArchiveError> {
    job.compare.as_deref().map(Baseline::load).transpose()
}

/// What results are held against: earlier ones, or other lexicons.
fn against<'r>(job: &'r Job, baseline: Option<&'r Baseline>) -> Option<Against<'r>> {
    baseline.map(Against::Earlier).or_else(|| job.compare_lexicons.as_deref().map(Against::Lexicons))
}

/// Scores an archive to a stream: refused rows are told in their place.
///
/// # Errors
/// An input cannot be read or the stream cannot be written; what was written so far is complete rows.
pub fn to_stream(
    job: &Job,
    triage: &Triage,
    policy: &Policy,
    stream: impl Write,
    observe: &mut dyn FnMut(&Progress<'_>),
) -> Result<Outcome, ArchiveError> {
    let (format, packing) = output_format(job)?;
    let failed = |error| ArchiveError::output("standard output", error);
    let passed = job.reading.mapping.passed();
    let encoder = outputs::encoder(format, packing, &passed, true).map_err(failed)?;
    let mut sink = outputs::stream(format, stream, &encode::columns(&passed, true)).map_err(failed)?;
    let baseline = baseline(job)?;
    let scorer =
        Scorer::new(triage, policy, job.offsets, passed, Rejects::InPlace).against(against(job, baseline.as_ref()));
    let mut state = State::new(Checkpoint::start(String::new()), observe, job.rejects_max);
    let head = encoder.head().and_then(|head| sink.write(Block::Bytes(head)));
    head.map_err(failed)?;
    let columns = drive(job, &scorer, encoder.as_ref(), 0, |done| {
        state.count(&done.scored)?;
        sink.write(done.block).and_then(|()| sink.flush()).map_err(failed)
    })?;
    sink.finish().map_err(failed)?;
    state.outcome(columns, 0)
}

/// Scores the first rows of an archive: gives them as JSON Lines, and what becomes of the columns of tables.
///
/// # Errors
/// An input cannot be read.
pub fn examples(job: &Job, triage: &Triage, policy: &Policy, rows: u64) -> Result<(Vec<u8>, Columns), ArchiveError> {
    let scorer = Scorer::new(triage, policy, job.offsets, job.reading.mapping.passed(), Rejects::InPlace);
    let mut inputs = Inputs::new(&job.sources, job.reading.clone());
    let bindings = inputs.bindings();
    let (mut lines, mut left) = (Vec::new(), usize::try_from(rows).unwrap_or(usize::MAX));
    while left > 0
        && let Some(Piece { input, chunk }) = inputs.next()?
    {
        let scored =
            scorer.score(&input, chunk.as_ref()).map_err(|error| ArchiveError::output("a row", error.into()))?;
        let found = scored.json.split_inclusive(|byte| *byte == b'\n').take(left);
        found.for_each(|line| {
            left -= 1;
            lines.extend_from_slice(line);
        });
    }
    Ok((lines, fates(&bindings)))
}

/// The digest of the results in a file.
///
/// # Errors
/// It cannot be read, or holds something else.
pub fn digest(results: &Path) -> Result<Digest, ArchiveError> {
    let mut found = Digest::default();
    reread::each(results, |result| found.add(&result.hash))?;
    Ok(found)
}

/// Reads an output back and compares its digest.
///
/// # Errors
/// It cannot be read, or its digest is another.
pub fn verify(output: &Path, expected: Digest) -> Result<(), ArchiveError> {
    let found = digest(output)?;
    if found == expected { Ok(()) } else { Err(ArchiveError::DigestDiffers { expected, found }) }
}

/// What became of the columns of tables, each kind of header once.
pub type Columns = Vec<Vec<(String, Fate)>>;

fn fates(bindings: &Bindings) -> Columns {
    let bindings = bindings.lock().unwrap_or_else(PoisonError::into_inner);
    bindings.iter().map(|binding| binding.fates()).collect()
}

/// A chunk that was scored and encoded.
struct Done {
    scored: Scored,
    block: Block,
}

/// Reads, scores and encodes; `write` gets the chunks in order. The first `skip` chunks are read and passed over.
fn drive(
    job: &Job,
    scorer: &Scorer<'_>,
    encoder: &dyn Encode,
    skip: u64,
    mut write: impl FnMut(Done) -> Result<(), ArchiveError>,
) -> Result<Columns, ArchiveError> {
    let mut inputs = Inputs::new(&job.sources, job.reading.clone());
    let bindings = inputs.bindings();
    for _ in 0..skip {
        inputs.next()?;
    }
    let work = |Piece { input, chunk }: Piece| -> io::Result<Done> {
        let mut scored = scorer.score(&input, chunk.as_ref())?;
        let block = encoder.block(&mut scored)?;
        Ok(Done { scored, block })
    };
    let failed = |error| ArchiveError::output("a chunk", error);
    pipeline::run(job.threads, || inputs.next(), work, |done| write(done.map_err(failed)?))?;
    Ok(fates(&bindings))
}

/// What is known of a run, chunk by chunk.
struct State<'o> {
    checkpoint: Checkpoint,
    digest: Digest,
    observe: &'o mut dyn FnMut(&Progress<'_>),
    rejects_max: Option<u64>,
}

impl<'o> State<'o> {
    fn new(checkpoint: Checkpoint, observe: &'o mut dyn FnMut(&Progress<'_>), rejects_max: Option<u64>) -> Self {
        Self { digest: checkpoint.digest(), checkpoint, observe, rejects_max }
    }

    fn count(&mut self, scored: &Scored) -> Result<(), ArchiveError> {
        scored.hashes.iter().for_each(|hash| self.digest.add(hash));
        let done = &mut self.checkpoint;
        done.chunks += 1;
        done.read += scored.read;
        done.bytes += scored.bytes;
        done.stats.merge(scored.stats.clone());
        compare::keep(&mut done.movers, scored.movers.clone());
        (self.observe)(&Progress { read: done.read, bytes: done.bytes, stats: &done.stats });
        match self.rejects_max {
            Some(max) if done.stats.refused > max => Err(ArchiveError::TooManyRejects(max)),
            _ => Ok(()),
        }
    }

    /// The outcome, if every row that was read was either scored or refused.
    fn outcome(self, columns: Columns, resumed_chunks: u64) -> Result<Outcome, ArchiveError> {
        let Checkpoint { read, bytes, stats, movers, .. } = self.checkpoint;
        if read != stats.scored + stats.refused {
            return Err(ArchiveError::RowsLost { read, scored: stats.scored, refused: stats.refused });
        }
        Ok(Outcome { read, bytes, stats, digest: self.digest, columns, resumed_chunks, movers, inputs: None })
    }
}

fn to_file(
    job: &Job,
    triage: &Triage,
    policy: &Policy,
    path: &Path,
    observe: &mut dyn FnMut(&Progress<'_>),
) -> Result<Outcome, ArchiveError> {
    target::check_directory(path)?;
    target::check_apart(path, &job.sources)?;
    let (format, packing) = output_format(job)?;
    let failed = |error| ArchiveError::output(path, error);
    let revisions =
        [Some(triage), job.compare_lexicons.as_deref()].map(|one| one.map(|triage| triage.revision(policy)));
    let run = run_hash(job, &format!("{revisions:?}"), format, packing)?;
    let found = run.as_ref().map(|run| Checkpoint::load(path, run)).transpose()?.flatten();
    let found = found.filter(|found| found.done || outputs::resumable(format));
    if let Some(found) = found.as_ref().filter(|found| found.done) {
        files::complete(path, found).map_err(failed)?;
        return State::new(found.clone(), observe, None).outcome(Vec::new(), found.chunks);
    }
    if path.exists() && !job.overwrite {
        return Err(ArchiveError::Exists(path.to_owned()));
    }
    let start = found.unwrap_or_else(|| Checkpoint::start(run.clone().unwrap_or_default()));
    let mut files = Files::open(path, format, &job.reading.mapping.passed(), &start).map_err(failed)?;
    let passed = job.reading.mapping.passed();
    let encoder = outputs::encoder(format, packing, &passed, false).map_err(failed)?;
    if start.chunks == 0 {
        encoder.head().and_then(|head| files.sink.write(Block::Bytes(head))).map_err(failed)?;
    }
    let baseline = baseline(job)?;
    let scorer =
        Scorer::new(triage, policy, job.offsets, passed, Rejects::Apart).against(against(job, baseline.as_ref()));
    let skip = start.chunks;
    let (mut state, mut since) = (State::new(start, observe, job.rejects_max), 0);
    let columns = drive(job, &scorer, encoder.as_ref(), skip, |done| {
        let bytes = done.scored.bytes;
        files.write(done.block, &done.scored.rejects).map_err(failed)?;
        state.count(&done.scored)?;
        since += bytes;
        if run.is_some() && outputs::resumable(format) && since >= job.checkpoint_bytes {
            since = 0;
            state.checkpoint.set_digest(state.digest);
            files.save(&mut state.checkpoint, path).map_err(failed)?;
        }
        Ok(())
    })?;
    let State { mut checkpoint, digest, .. } = state;
    checkpoint.set_digest(digest);
    let outcome = State { checkpoint: checkpoint.clone(), digest, observe: &mut |_| (), rejects_max: None }
        .outcome(columns, skip)?;
    files.publish(path, checkpoint, run.is_some()).map_err(failed)?;
    Ok(outcome)
}

/// The hash of everything that the bytes of the output depend on.
fn run_hash(job: &Job, revision: &str, format: Format, packing: Packing) -> Result<Option<String>, ArchiveError> {
    let Job { sources, reading, offsets, compare, .. } = job;
    let Reading { format: reads, mapping, row_bytes_max, .. } = reading;
    let options = format!(
        "{} {revision} {format:?} {packing:?} {offsets:?} {reads:?} {} {row_bytes_max}",
        env!("CARGO_PKG_VERSION"),
        mapping.fingerprint()
    );
    let compared = compare.iter().cloned().map(Source::File);
    let files: Vec<Source> = sources.iter().cloned().chain(compared).collect();
    checkpoint::run_hash(&files, &options)
}
