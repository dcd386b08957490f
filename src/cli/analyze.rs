//! `triaged analyze`: rows of conversations from standard input, redacted and scored rows to standard output.

use std::{
    io::{self, BufReader},
    num::NonZeroUsize,
};

use super::{Exit, Failure, rescore::Offsets};
use crate::archive::analyze::{self, Options};

/// Bytes that are read at once.
const BUFFER_BYTES: usize = 256 << 10;

/// How the stream is analysed.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Threads that analyse; all cores unless given
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// What offsets count
    #[arg(long, value_enum, default_value_t)]
    offsets: Offsets,
    /// Lexicon file laid over the built-in one of its language; may be given more than once
    #[arg(long, value_name = "FILE")]
    lexicon: Vec<String>,
}

/// Analyses standard input.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let (triage, policy) = super::lexicon::layered(&args.lexicon)?;
    let mut options = Options { offsets: args.offsets.into(), ..Options::default() };
    options.threads = args.threads.map_or(options.threads, NonZeroUsize::get);
    let mut input = BufReader::with_capacity(BUFFER_BYTES, io::stdin());
    let mut output = io::stdout().lock();
    match analyze::run(&triage, &policy, &mut input, &mut output, options) {
        Ok(summary) if summary.refused > 0 => Ok(Exit::BadRows),
        Ok(_) => Ok(Exit::Done),
        // Whoever reads has seen enough, as with `head`.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(Exit::Done),
        Err(error) => Err(Failure::file("standard input or output", error)),
    }
}
