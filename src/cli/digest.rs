//! `triaged digest`: the digest of results that lie in a file, whoever wrote it. It is how a copy, another format or the
//! work of a cluster is held against the run of one machine.

use std::path::PathBuf;

use super::{Exit, Failure, print};
use crate::archive::{rescore, result::Digest};

/// Which results, and what they must be.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Results of `rescore` in any of its formats
    #[arg(value_name = "FILE")]
    results: PathBuf,
    /// The digest that a run printed; any other is an error
    #[arg(long, value_name = "HEX", value_parser = digest)]
    expect: Option<Digest>,
}

/// Name of the hash, before its digits.
const NAME: &str = "sha256:";

fn digest(text: &str) -> Result<Digest, &'static str> {
    Digest::from_hex(text.strip_prefix(NAME).unwrap_or(text)).ok_or("64 hexadecimal digits")
}

/// Prints the digest of the results, or fails where it is not the expected one.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    match args.expect {
        Some(expected) => rescore::verify(&args.results, expected)?,
        None => print(&format!("{NAME}{}\n", rescore::digest(&args.results)?))?,
    }
    Ok(Exit::Done)
}
