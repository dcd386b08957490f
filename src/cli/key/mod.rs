//! `triaged key`: what is done with the keys of a store, on its host.

use clap::Subcommand;

use super::{
    Exit, Failure,
    recovery::{escrow, key_backup},
};

/// What to do with keys.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Copies the key file, sealed for an offline recipient
    Backup(key_backup::Args),
    /// Seals the master key for an offline recipient, or proves that it can be had back
    Escrow(escrow::Args),
}

/// Does it.
pub(super) fn run(command: Command) -> Result<Exit, Failure> {
    match command {
        Command::Backup(args) => key_backup::run(args),
        Command::Escrow(args) => escrow::run(args),
    }
}
