//! `triaged lexicon check|explain|learn`: for the people who write and review the rows of a lexicon.

mod check;
mod explain;
mod learn;
mod table;

use std::{fs, path::Path};

use super::{Exit, Failure};
use crate::{
    lexicon::{LexiconError, Lexicons, row},
    policy::{LexiconLayer, Policy},
    text::Language,
    triage::{PolicyError, Triage},
};

/// What to do with a lexicon.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Looks over lexicon files: bad lines, and rows that another row makes pointless
    Check(check::Args),
    /// Shows how a text is scored, to the last integer
    Explain(explain::Args),
    /// Learns rows from labelled conversations
    Learn(learn::Args),
}

/// Does it.
pub(super) fn run(command: &Command) -> Result<Exit, Failure> {
    match command {
        Command::Check(args) => check::run(args),
        Command::Explain(args) => explain::run(args),
        Command::Learn(args) => learn::run(args),
    }
}

/// Redactor and lexicons with the files of a tenant laid over the built-in ones, and the policy that says so.
///
/// # Errors
/// A file cannot be read, states no language, or holds a bad line; the message names it.
pub(super) fn layered(paths: &[String]) -> Result<(Triage, Policy), Failure> {
    let mut policy = Policy::default();
    for path in paths {
        let (language, rows) = read(path, None)?;
        // Each file by itself first, so that a bad line is named by its own file and number.
        let name = format!("{}/tenant.tsv", language.code());
        Lexicons::builtin().layered(&[(&name, &rows)]).map_err(|error| LexiconError { file: path.clone(), ..error })?;
        match policy.lexicon.iter_mut().find(|layer| layer.language == language) {
            Some(layer) => layer.rows.push_str(&rows),
            None => policy.lexicon.push(LexiconLayer { language, rows }),
        }
    }
    match Triage::of_policy(&policy) {
        Ok(triage) => Ok((triage, policy)),
        Err(PolicyError::Rule(error)) => Err(error.into()),
        Err(PolicyError::Lexicon(error)) => Err(error.into()),
        Err(PolicyError::Revision(error)) => Err(error.into()),
    }
}

/// A lexicon file and its language: the one that is asked for, else the one its comment or its directory states.
fn read(path: &str, language: Option<Language>) -> Result<(Language, String), Failure> {
    let mut rows = fs::read_to_string(path).map_err(|error| Failure::file(path, error))?;
    if !rows.ends_with('\n') {
        rows.push('\n');
    }
    let directory = Path::new(path).parent().and_then(Path::file_name).and_then(|name| name.to_str());
    let language = language.or_else(|| row::stated_language(&rows)).or_else(|| Language::from_tag(directory?));
    let missing = || {
        Failure::Argument(format!("{path}: of which language? Write a line `# language: en` in it, or give --lang en"))
    };
    Ok((language.ok_or_else(missing)?, rows))
}

/// A language that has a lexicon, by its code.
fn language(code: &str) -> Result<Language, String> {
    Language::from_tag(code).ok_or_else(|| "no lexicon for it; en, de, es, fr, it, pt and others are there".to_owned())
}
