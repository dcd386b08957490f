//! `triaged rescore`: archives of old conversations, redacted and scored in bulk; submitted to a service as history; or
//! what a service stores, scored anew.

mod interaction;
mod into;
mod server;

use std::{
    io::{self, Write},
    num::NonZeroUsize,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};

use self::{
    into::{Archive, IntoArgs},
    server::ServerArgs,
};
use super::{Exit, Failure, lexicon, progress::Display, remote::Remote};
use crate::{
    archive::{
        compare::Mover,
        error::ArchiveError,
        flips::{Flipped, Flips},
        inputs::Reading,
        map::{Fate, Mapping, Pseudonyms},
        output, report,
        rescore::{self, Job, Outcome, Output},
        source::{self, Format, Source},
    },
    policy::Policy,
    triage::Triage,
};

/// Rows of `--dry-run`.
const EXAMPLE_ROWS: u64 = 10;

/// Raw inputs that are named at the end; the others are counted.
const INPUTS_NAMED_MAX: usize = 10;

/// What offsets count.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
pub(super) enum Offsets {
    /// Unicode code points.
    #[default]
    CodePoints,
    /// Bytes of UTF-8.
    Bytes,
}

impl From<Offsets> for output::Offsets {
    fn from(offsets: Offsets) -> Self {
        match offsets {
            Offsets::CodePoints => Self::CodePoints,
            Offsets::Bytes => Self::Bytes,
        }
    }
}

/// What is re-scored, and how.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Files, directories, patterns, or `-` for standard input
    #[arg(required_unless_present = "server", value_name = "INPUT")]
    inputs: Vec<String>,
    /// File to write, private to you; `-` for standard output. Its ending tells the format: .jsonl, .csv, .tsv,
    /// .parquet, .arrow, .arrows, with .gz or .zst
    #[arg(short, long, value_name = "OUTPUT", required_unless_present_any = ["dry_run", "into", "server"])]
    output: Option<PathBuf>,
    /// Format where a name does not tell: jsonl, csv, tsv, parquet, arrow, arrow-stream
    #[arg(long, value_parser = format)]
    format: Option<Format>,
    /// Columns of the archive: zendesk, intercom, generic, or a TOML file; rows of `analyze` unless given
    #[arg(long, value_name = "NAME|FILE")]
    map: Option<String>,
    /// Put this before every id; one that ends in `:` keeps long numbers legal
    #[arg(long, value_name = "PREFIX")]
    id_prefix: Option<String>,
    /// Pass identifying columns on as pseudonyms under the key in this file instead of dropping them
    #[arg(long, value_name = "FILE")]
    pseudonym_key: Option<PathBuf>,
    /// File with the age identities for encrypted inputs
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
    /// Threads that score; all cores unless given
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// What offsets count
    #[arg(long, value_enum, default_value_t)]
    offsets: Offsets,
    /// Give up when more rows than this are refused
    #[arg(long, value_name = "N")]
    max_rejects: Option<u64>,
    /// Compare with the results of an earlier run, in any format: what changed, and the evidence that changed it
    #[arg(long, value_name = "OLD")]
    compare: Option<PathBuf>,
    /// Compare with a second lexicon, this file laid over the built-in one: what it would change, and by which evidence
    #[arg(long, value_name = "FILE", conflicts_with = "compare")]
    compare_lexicon: Vec<String>,
    /// Score with this lexicon file laid over the built-in one; may be given more than once
    #[arg(long, value_name = "FILE")]
    lexicon: Vec<String>,
    /// Write a page with the counts, private to you
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Replace the output if it is there
    #[arg(long)]
    overwrite: bool,
    /// Show ten redacted rows and what becomes of the columns; write nothing
    #[arg(long, conflicts_with_all = ["output", "delete_input"])]
    dry_run: bool,
    /// Delete the inputs once the output was read back and has the same digest
    #[arg(long)]
    delete_input: bool,
    /// Mebibytes of input between two checkpoints
    #[arg(long, value_name = "N", default_value = "64", hide = true)]
    checkpoint_mib: u64,
    /// Longest row, in mebibytes
    #[arg(long, value_name = "N", default_value = "64")]
    row_mib: usize,
    #[command(flatten)]
    into: IntoArgs,
    #[command(flatten)]
    server: ServerArgs,
    #[command(flatten)]
    remote: Remote,
}

fn format(name: &str) -> Result<Format, String> {
    Format::from_name(name).ok_or_else(|| {
        let names: Vec<&str> = Format::NAMES.iter().map(|(name, _)| *name).collect();
        format!("one of {}", names.join(", "))
    })
}

/// Re-scores what the arguments name.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    if let Some(address) = &args.server.server {
        return server::run(&args.server, address, &args.remote);
    }
    if let Some(address) = &args.into.into {
        return into::run(&args.into, address, &args.remote, &args.archive()?);
    }
    let (triage, policy) = args.rules()?;
    let job = args.job()?;
    if args.dry_run {
        return dry_run(&job, &triage, &policy);
    }
    let mut display = Display::new(&job.sources);
    let outcome = rescore::run(&job, &triage, &policy, &mut |progress| display.show(progress));
    display.clear();
    let outcome = match outcome {
        // Whoever reads has seen enough, as with `head`.
        Err(ArchiveError::Output { source, .. }) if source.kind() == io::ErrorKind::BrokenPipe => {
            return Ok(Exit::Done);
        }
        outcome => outcome?,
    };
    summary(&job, &outcome, &display);
    if job.compare.is_some() || job.compare_lexicons.is_some() {
        changes(&outcome);
    }
    if let Some(path) = &args.report {
        report::write(path, &outcome, &triage.revision(&policy))?;
    }
    if let (true, Output::File(path)) = (args.delete_input, &job.output) {
        delete(&job, path, &outcome)?;
    }
    if let Output::File(path) = &job.output {
        left(&job.sources, path);
    }
    Ok(if outcome.stats.refused > 0 { Exit::BadRows } else { Exit::Done })
}

impl Args {
    fn job(&self) -> Result<Job, Failure> {
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let output = match &self.output {
            Some(path) if path != Path::new("-") => Output::File(path.clone()),
            _ => Output::Stdout,
        };
        Ok(Job {
            sources: source::expand(&self.inputs)?,
            reading: self.reading()?,
            output,
            format: self.format,
            offsets: self.offsets.into(),
            threads: self.threads.map_or(threads, NonZeroUsize::get),
            rejects_max: self.max_rejects,
            checkpoint_bytes: self.checkpoint_mib << 20,
            overwrite: self.overwrite,
            compare: self.compare.clone(),
            compare_lexicons: self.compare_lexicons()?,
        })
    }

    /// What rows are scored with.
    fn rules(&self) -> Result<(Triage, Policy), Failure> {
        if self.lexicon.is_empty() {
            return Ok((Triage::new()?, Policy::default()));
        }
        lexicon::layered(&self.lexicon)
    }

    /// What rows are compared with.
    fn compare_lexicons(&self) -> Result<Option<Arc<Triage>>, Failure> {
        let wanted = (!self.compare_lexicon.is_empty()).then(|| lexicon::layered(&self.compare_lexicon));
        Ok(wanted.transpose()?.map(|(triage, _)| Arc::new(triage)))
    }

    /// What is read where nothing but its rows is wanted.
    fn archive(&self) -> Result<Archive, Failure> {
        Ok(Archive { sources: source::expand(&self.inputs)?, reading: self.reading()?, rejects_max: self.max_rejects })
    }

    fn reading(&self) -> Result<Reading, Failure> {
        Ok(Reading {
            format: self.format,
            mapping: Arc::new(self.mapping()?),
            row_bytes_max: self.row_mib << 20,
            identities: self.identity.clone(),
        })
    }

    fn mapping(&self) -> Result<Mapping, Failure> {
        let mut mapping = match self.map.as_deref() {
            None => Mapping::contract().with_strict_ids(),
            Some(name) => named(name)?,
        };
        if let Some(prefix) = &self.id_prefix {
            mapping = mapping.with_id_prefix(prefix);
        }
        match &self.pseudonym_key {
            Some(path) => Ok(mapping.with_pseudonyms(Pseudonyms::load(path)?)),
            None => Ok(mapping),
        }
    }
}

/// A built-in map, or that of a file.
fn named(name: &str) -> Result<Mapping, Failure> {
    let read = || std::fs::read_to_string(name).map_err(|error| Failure::file(name, error));
    let mapping = if let Some(builtin) = Mapping::builtin(name) { builtin } else { Mapping::parse(&read()?) };
    Ok(mapping.map_err(ArchiveError::Map)?)
}

/// Shows a few redacted rows.
fn dry_run(job: &Job, triage: &Triage, policy: &Policy) -> Result<Exit, Failure> {
    let (rows, columns) = rescore::examples(job, triage, policy, EXAMPLE_ROWS)?;
    list(&columns);
    super::print(&String::from_utf8_lossy(&rows))?;
    Ok(Exit::Done)
}

/// Lists what becomes of the columns of a table.
fn list(columns: &[Vec<(String, Fate)>]) {
    const FATES: [(Fate, &str); 6] = [
        (Fate::Text, "text, redacted and scored"),
        (Fate::Fact, "facts"),
        (Fate::Contact, "people, searched for in the text, not passed on"),
        (Fate::Passed, "passed on, redacted"),
        (Fate::Pseudonym, "passed on as pseudonyms"),
        (Fate::Dropped, "dropped"),
    ];
    for header in columns {
        for (fate, about) in FATES {
            let names: Vec<&str> =
                header.iter().filter(|(_, own)| *own == fate).map(|(name, _)| name.as_str()).collect();
            if !names.is_empty() {
                super::say(&format!("columns: {about}: {}", names.join(", ")));
            }
        }
    }
}

/// Says what came of the run.
fn summary(job: &Job, outcome: &Outcome, display: &Display) {
    list(&outcome.columns);
    let Outcome { read, bytes, stats, digest, resumed_chunks, .. } = outcome;
    if *resumed_chunks > 0 {
        super::say("went on from the checkpoint of an earlier run");
    }
    super::say(&format!(
        "{read} rows read, {} scored ({} negative, {} emergencies), {} refused; {}",
        stats.scored,
        stats.negative,
        stats.emergencies,
        stats.refused,
        display.speed(*bytes)
    ));
    if let (Output::File(path), true) = (&job.output, stats.refused > 0) {
        super::say(&format!("refused rows: {}{}", path.display(), rescore::REJECTS_ENDING));
    }
    if stats.withheld > 0 {
        super::say(&format!("{} values of passed columns were withheld", stats.withheld));
    }
    super::say(&format!("digest sha256:{digest}"));
}

/// Says what changed against an earlier run.
fn changes(outcome: &Outcome) {
    let Flips { new, all, to_negative, to_neutral, .. } = &outcome.stats.flips;
    super::say(&format!(
        "compared {} rows ({new} not scored before): {to_negative} became negative, {to_neutral} became neutral, {} have \
         another level",
        all.compared, all.level
    ));
    for ((channel, month), Flipped { compared, label, level }) in &outcome.stats.flips.cells {
        if label + level > 0 {
            let month = month.map_or_else(String::new, |month| format!(" {month}"));
            super::say(&format!("  {channel}{month}: {label} labels and {level} levels of {compared} rows"));
        }
    }
    for Mover { id, old_millis, new_millis, signals } in &outcome.movers {
        let signals: Vec<String> = signals.iter().map(|(signal, millis)| format!("{signal} {millis:+}")).collect();
        super::say(&format!("  {id}: {old_millis} -> {new_millis} ({})", signals.join(", ")));
    }
}

/// Deletes the inputs, where every row of theirs is in the output as it was read.
fn delete(job: &Job, output: &Path, outcome: &Outcome) -> Result<(), Failure> {
    if outcome.stats.refused > 0 {
        super::say("no input is deleted: refused rows are nowhere else");
        return Ok(());
    }
    rescore::verify(output, outcome.digest)?;
    if outcome.inputs != rescore::inventory(job)? {
        super::say("no input is deleted: one of them has changed since it was read");
        return Ok(());
    }
    for source in &job.sources {
        if let Source::File(path) = source {
            std::fs::remove_file(path).map_err(|error| Failure::path(path, error))?;
        }
    }
    Ok(())
}

/// Names the raw inputs that are still on disk, and who can read them.
fn left(sources: &[Source], output: &Path) {
    let left: Vec<(&PathBuf, &str)> = sources
        .iter()
        .filter_map(|source| match source {
            Source::File(path) => Some((path, source::readers(path)?)),
            Source::Stdin => None,
        })
        .collect();
    if left.is_empty() {
        return;
    }
    let name = output.display();
    super::say(&format!("raw inputs still on disk: {} (delete them when you have checked {name})", left.len()));
    for (path, readers) in left.iter().take(INPUTS_NAMED_MAX) {
        super::say(&format!("  {}: readable by {readers}", path.display()));
    }
    drop(io::stderr().flush());
}
