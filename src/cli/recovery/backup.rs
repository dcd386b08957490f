//! `triaged backup`: a copy of the data file, sealed as it lies and without any key, while the server runs or not.

use std::path::PathBuf;

use crate::{
    cli::{Exit, Failure, print, settings::Settings},
    store::embedded::recovery,
    time::{Clock, SystemClock},
};

/// Arguments of `backup`.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// New directory for the copy and its manifest
    #[arg(value_name = "TO")]
    to: PathBuf,
    #[command(flatten)]
    settings: Box<Settings>,
}

/// Makes the copy and prints its manifest.
pub(in crate::cli) fn run(args: Args) -> Result<Exit, Failure> {
    let config = args.settings.checked()?;
    let now = SystemClock.now();
    let manifest = recovery::back_up_data(&config.data_dir, &args.to, now)?;
    super::note_backup(&config, manifest.contents, now);
    print(&manifest.to_string())?;
    Ok(Exit::Done)
}
