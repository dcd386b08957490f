//! `triaged key rotate`: what leaked decides which keys are replaced (docs/keys-and-erasure.md).

use std::path::PathBuf;

use clap::ArgGroup;

use super::{
    super::{Failure, open, settings::Settings},
    request::Request,
};
use crate::{
    config,
    crypto::MasterSource,
    store::{Rotated, Store, embedded::OpenError},
};

/// Arguments of `rotate`.
#[derive(Debug, clap::Args)]
#[command(group = ArgGroup::new("what").required(true))]
pub(crate) struct Args {
    /// The master key leaked: wraps every tenant's key under a new one
    #[arg(long, group = "what")]
    master: bool,
    /// The key file leaked too: gives tenants new keys and wraps every subject's key anew
    #[arg(long, group = "what")]
    tenant: bool,
    /// All of it leaked: gives every case and interaction a new key and seals it anew
    #[arg(long, group = "what")]
    data: bool,
    /// Only this tenant, with --tenant or --data
    #[arg(long, value_name = "NAME", conflicts_with = "master")]
    tenant_name: Option<String>,
    /// File of the new master key, made where it is absent; without it the present key file is replaced
    #[arg(long, value_name = "FILE", requires = "master")]
    new_key_file: Option<PathBuf>,
    /// Program that prints the new master key, with its arguments
    #[arg(long, value_name = "PROGRAM", requires = "master", conflicts_with = "new_key_file")]
    new_key_command: Option<String>,
    #[command(flatten)]
    settings: Settings,
}

/// Rotates.
pub(super) async fn run(args: Args) -> Result<(), Failure> {
    let Args { master, tenant, data: _, tenant_name, new_key_file, new_key_command, settings } = args;
    let config = settings.checked()?;
    let command = new_key_command.map(|command| config::program("new_key_command", &command)).transpose()?;
    let source = new_key_file.map(MasterSource::File).or(command.map(MasterSource::Command));
    let request = match (master, tenant) {
        (true, _) => Request::Master(source.clone()),
        (_, true) => Request::Tenant(tenant_name),
        _ => Request::Data(tenant_name),
    };
    let done = carry_out(&config, request).await?;
    super::super::print(&line(done))?;
    if let Some(source) = source {
        say_moved(&source);
    }
    Ok(())
}

/// Says what is left to do when the master key has come from another source.
pub(super) fn say_moved(source: &MasterSource) {
    super::super::say(&format!(
        "triaged: from now on only the {source} opens the store: change the settings before the next start, and destroy \
         the old key where it came from"
    ));
}

/// Asks the running server; where there is none, opens the store.
pub(super) async fn carry_out(config: &config::Config, request: Request) -> Result<Rotated, Failure> {
    #[cfg(unix)]
    if let Some(done) = super::control::ask(&config.keys_dir, &request).await? {
        return Ok(done);
    }
    let store = match open::existing(config) {
        Err(Failure::Open(OpenError::InUse(dir))) => {
            return Err(Failure::Refused(format!(
                "a server uses {}, but does not listen on its control socket: stop it, then rotate",
                dir.display()
            )));
        }
        opened => opened?.store,
    };
    let done = request.carry_out(&store, &config.key).await;
    store.close().await?;
    done
}

/// What was done, as `name=count` pairs; `damaged` only where there is any.
pub(super) fn line(done: Rotated) -> String {
    let Rotated { keys, wraps, values, damaged } = done;
    let damaged = if damaged > 0 { format!(" damaged={damaged}") } else { String::new() };
    format!("keys={keys} rewrapped={wraps} resealed={values}{damaged}\n")
}
