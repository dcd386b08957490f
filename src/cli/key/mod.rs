//! `triaged key`: acts on the keys of a store. A running server is asked over its control socket; a store that no server
//! uses is opened here.

#[cfg(unix)]
pub(super) mod control;
mod purge;
mod request;
mod rotate;

use clap::Subcommand;

use super::{
    Exit, Failure,
    recovery::{escrow, key_backup},
};

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Replaces keys and destroys the old ones; goes on where it was cut short
    Rotate(Box<rotate::Args>),
    /// Draws every key above the data keys anew and rewrites the files: after erasures, or when a disk is given away
    Purge(Box<purge::Args>),
    /// Copies the key file, sealed for an offline recipient
    Backup(key_backup::Args),
    /// Seals the master key for an offline recipient, or proves that it can be had back
    Escrow(escrow::Args),
}

/// Does it.
pub(super) fn run(command: Command) -> Result<Exit, Failure> {
    let asked: std::pin::Pin<Box<dyn Future<Output = Result<(), Failure>>>> = match command {
        Command::Rotate(args) => Box::pin(rotate::run(*args)),
        Command::Purge(args) => Box::pin(purge::run(*args)),
        Command::Backup(args) => return key_backup::run(args),
        Command::Escrow(args) => return escrow::run(args),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::file("runtime", error))?.block_on(asked)?;
    Ok(Exit::Done)
}
