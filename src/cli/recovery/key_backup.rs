//! `triaged key backup`: the key file and the master key, sealed for a recipient whose identity lies offline.

use std::{path::PathBuf, time::Duration};

use crate::{
    cli::{Exit, Failure, open, print, settings::Settings},
    store::embedded::recovery,
    time::{Clock, SystemClock},
};

/// Arguments of `key backup`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// The age recipient, age1..., whose identity lies offline
    #[arg(long, value_name = "AGE1")]
    recipient: String,
    /// Days after which this backup is to be destroyed, 1 to 35: what was erased lives in it until then
    #[arg(long, default_value_t = 35, value_parser = clap::value_parser!(u64).range(1..=35))]
    retention_days: u64,
    /// New file for the backup; its manifest lies beside it
    #[arg(value_name = "TO")]
    to: PathBuf,
    #[command(flatten)]
    settings: Box<Settings>,
}

/// Makes the backup and prints its manifest.
pub(in crate::cli) fn run(args: Args) -> Result<Exit, Failure> {
    let config = args.settings.checked()?;
    let recipient = super::recipient(&args.recipient)?;
    let master = open::master(&config)?;
    let kept = Duration::from_hours(24 * args.retention_days);
    let now = SystemClock.now();
    let manifest = recovery::back_up_keys(&config.keys_dir, &master, &recipient, &args.to, (now, kept))?;
    super::note_backup(&config, manifest.contents, now);
    print(&manifest.to_string())?;
    Ok(Exit::Done)
}
