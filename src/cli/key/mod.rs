//! `triaged key`: acts on the keys of a store. A running server is asked over its control socket; a store that no server
//! uses is opened here.

#[cfg(unix)]
pub(super) mod control;
mod purge;
mod request;
mod rotate;

use clap::Subcommand;

use super::{Exit, Failure};

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Replaces keys and destroys the old ones; goes on where it was cut short
    Rotate(Box<rotate::Args>),
    /// Draws every key above the data keys anew and rewrites the files: after erasures, or when a disk is given away
    Purge(Box<purge::Args>),
}

/// Does it.
pub(super) fn run(command: Command) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::file("runtime", error))?;
    runtime.block_on(async {
        match command {
            Command::Rotate(args) => rotate::run(*args).await,
            Command::Purge(args) => purge::run(*args).await,
        }
    })?;
    Ok(Exit::Done)
}
