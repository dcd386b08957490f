//! `triaged key purge`: what an old block of the disk still holds leads to keys that are gone.

use std::path::PathBuf;

use super::{
    super::{Failure, settings::Settings},
    request::Request,
    rotate,
};
use crate::{config, crypto::MasterSource};

/// Arguments of `purge`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// File of the new master key, made where it is absent; without it the present key file is replaced
    #[arg(long, value_name = "FILE")]
    new_key_file: Option<PathBuf>,
    /// Program that prints the new master key, with its arguments
    #[arg(long, value_name = "PROGRAM", conflicts_with = "new_key_file")]
    new_key_command: Option<String>,
    #[command(flatten)]
    settings: Settings,
}

/// Purges, and says what that is worth.
pub(super) async fn run(args: Args) -> Result<(), Failure> {
    let Args { new_key_file, new_key_command, settings } = args;
    let config = settings.checked()?;
    let command = new_key_command.map(|command| config::program("new_key_command", &command)).transpose()?;
    let source = new_key_file.map(MasterSource::File).or(command.map(MasterSource::Command));
    let done = rotate::carry_out(&config, Request::Purge(source.clone())).await?;
    super::super::print(&rotate::line(done))?;
    super::super::say(assurance(&config.key));
    if let Some(source) = source {
        rotate::say_moved(&source);
    }
    Ok(())
}

/// What the end of the old root is worth, by where it came from.
fn assurance(old: &MasterSource) -> &'static str {
    match old {
        MasterSource::File(_) | MasterSource::Credential(_) => {
            "triaged: assurance LOGICAL: the old master key was written over in its file; flash, snapshots and backups may \
             keep its old bytes, and with them and an old key file what was erased can be read"
        }
        MasterSource::Command(_) => {
            "triaged: assurance CRYPTOGRAPHIC once the old version is destroyed where the key command gets it; until then \
             LOGICAL"
        }
    }
}
