//! `triaged lexicon check FILE…`: what is wrong with lexicon files, line by line.

use super::{Exit, Failure, language, read};
use crate::{
    lexicon::check::{Remark, RemarkKind, check},
    text::Language,
};

/// What is looked over.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Lexicon files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<String>,
    /// Language of the files, unless they state it
    #[arg(long, value_parser = language)]
    lang: Option<Language>,
    /// Exit with 1 for any remark, not only for bad lines
    #[arg(long)]
    strict: bool,
    /// Write one JSON object a remark
    #[arg(long)]
    json: bool,
}

/// Looks them over: exit code 1 where the program would refuse a file.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let mut failed = false;
    for file in &args.files {
        let (language, text) = read(file, args.lang)?;
        let remarks = check(language, &text);
        let lines: Vec<String> =
            remarks.iter().map(|remark| if args.json { json(file, *remark) } else { line(file, *remark) }).collect();
        super::super::print(&lines.concat())?;
        let errors = remarks.iter().filter(|remark| remark.kind.is_error()).count();
        super::super::say(&format!("{file}: {errors} bad lines, {} other remarks", remarks.len() - errors));
        failed |= errors > 0 || args.strict && !remarks.is_empty();
    }
    Ok(if failed { Exit::BadRows } else { Exit::Done })
}

fn grade(kind: RemarkKind) -> &'static str {
    if kind.is_error() { "error" } else { "warning" }
}

fn line(file: &str, Remark { line, kind }: Remark) -> String {
    format!("{file}:{line}: {}: {kind}\n", grade(kind))
}

fn json(file: &str, Remark { line, kind }: Remark) -> String {
    let remark = serde_json::json!({
        "file": file, "line": line, "grade": grade(kind), "remark": kind.to_string(), "other_line": kind.other_line(),
    });
    format!("{remark}\n")
}
