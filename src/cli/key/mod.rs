//! `triaged key`: acts on the keys of a store. For a rotation a running server is asked over its control socket; a store that
//! no server uses is opened here. Copies are made beside a running server.

#[cfg(unix)]
pub(super) mod control;
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
    /// Copies the key file, sealed for an offline recipient
    Backup(key_backup::Args),
    /// Seals the master key for an offline recipient, or proves that it can be had back
    Escrow(escrow::Args),
}

/// Does it.
pub(super) fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Rotate(args) => rotate(*args),
        Command::Backup(args) => key_backup::run(args),
        Command::Escrow(args) => escrow::run(args),
    }
}

fn rotate(args: rotate::Args) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::file("runtime", error))?;
    runtime.block_on(rotate::run(args))?;
    Ok(Exit::Done)
}
