//! The command line: one file for each subcommand. Results go to standard output; progress, messages and logs to
//! standard error.

mod adopt;
mod analyze;
mod audit;
mod completions;
mod config;
mod credential;
mod digest;
mod exit;
mod harden;
mod key;
mod lexicon;
mod log;
mod open;
mod posture;
mod progress;
mod recovery;
mod remote;
mod rescore;
mod secret_file;
mod serve;
mod settings;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use clap::{Parser, Subcommand};

pub use exit::{Exit, Failure};
pub use remote::RemoteError;

/// Triage for contact centres: redacts, scores, stores sealed and queues cases, chats, e-mails and calls.
#[derive(Debug, Parser)]
#[command(name = "triaged", version, about)]
pub(crate) struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the server
    Serve(serve::Args),
    /// Makes, lists and revokes credentials, on the host of the store
    #[command(subcommand)]
    Credential(credential::Command),
    /// Says that a store was moved or restored to where it lies now
    Adopt(adopt::Args),
    /// Acts on the keys of a store
    #[command(subcommand)]
    Key(key::Command),
    /// Checks or shows the settings
    #[command(subcommand)]
    Config(config::Command),
    /// Redacts and scores conversations: JSON Lines in, JSON Lines out
    Analyze(analyze::Args),
    /// Redacts and scores archives in bulk
    Rescore(Box<rescore::Args>),
    /// Prints the digest of the results in a file, or holds it against an expected one
    Digest(digest::Args),
    /// Checks, explains and learns lexicons
    #[command(subcommand)]
    Lexicon(lexicon::Command),
    /// Copies the data file, sealed as it lies, while the server runs or not
    Backup(recovery::backup::Args),
    /// Shows every safe default and how it stands
    Posture(posture::Args),
    /// Restores a store from its backups
    Restore(recovery::restore::Args),
    /// Checks what the service attested, without the service
    #[command(subcommand)]
    Audit(audit::Command),
    /// Writes a completion script for a shell
    Completions(completions::Args),
}

/// Runs the command that the arguments ask for.
pub fn run() -> ExitCode {
    log::quiet_panics();
    harden::forbid_core_dumps();
    let done = match Cli::parse().command {
        Command::Serve(args) => serve::run(args),
        Command::Credential(command) => credential::run(command),
        Command::Adopt(args) => adopt::run(args),
        Command::Key(command) => key::run(command),
        Command::Config(command) => config::run(command),
        Command::Analyze(args) => analyze::run(&args),
        Command::Rescore(args) => rescore::run(&args),
        Command::Digest(args) => digest::run(&args),
        Command::Lexicon(command) => lexicon::run(&command),
        Command::Backup(args) => recovery::backup::run(args),
        Command::Posture(args) => posture::run(args),
        Command::Restore(args) => recovery::restore::run(args),
        Command::Audit(command) => audit::run(command),
        Command::Completions(args) => completions::run(&args),
    };
    let exit = done.unwrap_or_else(|failure| {
        say(&format!("triaged: {failure}"));
        failure.exit()
    });
    ExitCode::from(exit as u8)
}

/// Writes a line to standard error. If nobody reads it, nobody misses it.
fn say(line: &str) {
    drop(writeln!(io::stderr().lock(), "{line}"));
}

/// Writes text to standard output.
fn print(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| Failure::file("standard output", error))
}
