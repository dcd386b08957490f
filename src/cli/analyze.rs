//! `triaged analyze`: conversations in as lines of JSON, redacted and scored lines out.

use std::io::{self, BufReader};

use super::{Exit, Failure};
use crate::{
    archive::{
        analyze::{self, Options},
        output::Offsets,
    },
    policy::Policy,
    triage::Triage,
};

/// What offsets of findings and evidence count.
#[derive(Clone, Copy, Debug, Default, clap::ValueEnum)]
enum OffsetUnit {
    /// Unicode code points
    #[default]
    CodePoints,
    /// Bytes of UTF-8
    Bytes,
}

/// Arguments of `analyze`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Number of threads; all cores by default
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    /// What offsets count
    #[arg(long, value_enum, default_value_t)]
    offsets: OffsetUnit,
}

/// Bytes read from standard input at once.
const READ_BYTES: usize = 1 << 20;

/// Analyses standard input. A bad line is answered in its place and counted; the rest goes on.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let offsets = match args.offsets {
        OffsetUnit::CodePoints => Offsets::CodePoints,
        OffsetUnit::Bytes => Offsets::Bytes,
    };
    let threads = args.threads.map_or(Options::default().threads, usize::from);
    let options = Options { threads, offsets, ..Options::default() };
    let triage = Triage::new()?;
    let mut input = BufReader::with_capacity(READ_BYTES, io::stdin());
    let summary = analyze::run(&triage, &Policy::default(), &mut input, &mut io::stdout().lock(), options)
        .map_err(|error| Failure::file("standard input or output", error))?;
    Ok(if summary.refused == 0 { Exit::Done } else { Exit::BadRows })
}
