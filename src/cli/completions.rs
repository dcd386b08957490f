//! `triaged completions SHELL`: the completion script of a shell on standard output.

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Cli, Exit, Failure};

/// Which shell.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    shell: Shell,
}

/// Writes the script.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "triaged", &mut script);
    super::print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
