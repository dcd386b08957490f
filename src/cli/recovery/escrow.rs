//! `triaged key escrow`: the master key in other hands, and the proof that it can be had back.

use std::path::{Path, PathBuf};

use crate::{
    cli::{Exit, Failure, open, say, settings::Settings},
    store::embedded::recovery,
    time::{Clock, SystemClock},
};

/// Arguments of `key escrow`.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(in crate::cli) struct Args {
    #[command(subcommand)]
    verify: Option<Command>,
    /// The age recipient, age1..., whose identity lies offline
    #[arg(long = "to", value_name = "AGE1", required = true)]
    recipient: Option<String>,
    /// New file for the sealed master key
    #[arg(value_name = "FILE", required = true)]
    file: Option<PathBuf>,
    #[command(flatten)]
    settings: Box<Settings>,
}

/// What to do with an escrow.
#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Opens an escrow and restores with it into a private place that is then removed
    Verify(Box<Verify>),
}

/// Arguments of `key escrow verify`.
#[derive(Debug, clap::Args)]
struct Verify {
    /// The sealed master key
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// File of the identity that opens it
    #[arg(long, value_name = "FILE")]
    identity: PathBuf,
    #[command(flatten)]
    settings: Settings,
}

/// Seals the master key, or proves that it was sealed well.
pub(in crate::cli) fn run(args: Args) -> Result<Exit, Failure> {
    match args {
        Args { verify: Some(Command::Verify(args)), .. } => verify(*args),
        Args { recipient: Some(recipient), file: Some(file), settings, .. } => make(&recipient, &file, *settings),
        _ => Err(Failure::Argument("give a recipient and a file, or `verify`".to_owned())),
    }
}

fn make(recipient: &str, file: &Path, settings: Settings) -> Result<Exit, Failure> {
    let config = settings.checked()?;
    let recipient = super::recipient(recipient)?;
    recovery::escrow(&config.keys_dir, &open::master(&config)?, &recipient, file)?;
    say("the master key is sealed; prove it: triaged key escrow verify FILE --identity IDENTITY");
    Ok(Exit::Done)
}

fn verify(args: Verify) -> Result<Exit, Failure> {
    let config = args.settings.checked()?;
    let identity = super::secret(&args.identity)?;
    let place = (config.data_dir.as_path(), config.keys_dir.as_path());
    recovery::verify_escrow(place, &args.file, &identity, SystemClock.now())?;
    say("a restore with this escrow was tried and succeeded; the trial copies are removed");
    Ok(Exit::Done)
}
