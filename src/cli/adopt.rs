//! `triaged adopt`: says that a store was moved or restored to where it lies now. Audited.

use super::{Exit, Failure, open, settings::Settings};
use crate::store::Store;

/// Arguments of `adopt`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    settings: Box<Settings>,
}

/// Adopts.
pub(super) fn run(args: Args) -> Result<Exit, Failure> {
    let config = args.settings.checked()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::file("runtime", error))?;
    let store = open::adopted(&config)?;
    runtime.block_on(store.close())?;
    super::print(&format!("adopted data={} keys={}\n", config.data_dir.display(), config.keys_dir.display()))?;
    Ok(Exit::Done)
}
