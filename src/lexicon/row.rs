//! Reads the rows of a lexicon file; data/lexicon/README.md describes the format. Knows nothing of stems or matching.

use thiserror::Error;

use super::signal::{Cue, Group};
use crate::text::Language;

/// Least and greatest weight of a row, in thousandths.
pub const WEIGHT_MILLIS: std::ops::RangeInclusive<i32> = -4000..=4000;

/// A line that is not as the format says.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{file}:{line}: {problem}")]
pub struct LexiconError {
    /// Name of the file as it was given.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What can be wrong with a line.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum Problem {
    /// The directory is no language.
    #[error("the file lies in no directory of a language (such as en/general.tsv)")]
    Language,
    /// Not `phrase<TAB>weight<TAB>signal`, nor `@class<TAB>alternatives`.
    #[error("a row is phrase, weight, signal and perhaps a note, separated by tabs")]
    Columns,
    /// The weight is no integer within the bounds.
    #[error("the weight is no integer of -4000..4000")]
    Weight,
    /// No such signal.
    #[error("unknown signal")]
    Signal,
    /// An element of the phrase is empty, in upper case or not one word.
    #[error("a phrase is lower-case words separated by single spaces")]
    Phrase,
    /// `~` first or last, or something first that is no required word.
    #[error("a phrase begins with a word or number that must be there, and ~ stands between two of them")]
    Gap,
    /// The class is not defined in this language, or by itself.
    #[error("unknown class")]
    Class,
    /// An emergency is a phrase, never a word.
    #[error("an emergency needs a phrase of two words or more")]
    Emergency,
}

/// One line that says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row<'t> {
    /// A phrase with its meaning.
    Phrase {
        /// The phrase as written.
        phrase: &'t str,
        /// Its weight in thousandths.
        weight: i32,
        /// What it stands for.
        cue: Cue,
    },
    /// A named set of alternatives.
    Class {
        /// Its name, without `@`.
        name: &'t str,
        /// The alternatives as written, separated by `|`.
        alternatives: &'t str,
    },
}

/// The language that a comment of a file states: `# language: en`.
pub fn stated_language(text: &str) -> Option<Language> {
    let comments = text.lines().take_while(|line| line.starts_with('#'));
    comments.filter_map(|line| line.strip_prefix("# language:")).find_map(|tag| Language::from_tag(tag.trim()))
}

/// The rows of a file with their line numbers.
pub fn rows(text: &str) -> impl Iterator<Item = (usize, Result<Row<'_>, Problem>)> {
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim_end()));
    let is_comment = |line: &str| line == "#" || line.starts_with("# ") && !line.contains('\t');
    lines.filter(move |(_, line)| !line.is_empty() && !is_comment(line)).map(|(number, line)| (number, row(line)))
}

fn row(line: &str) -> Result<Row<'_>, Problem> {
    let mut columns = line.split('\t');
    let (Some(phrase), Some(second)) = (columns.next(), columns.next()) else { return Err(Problem::Columns) };
    let Some(signal) = columns.next() else {
        let name = phrase.strip_prefix('@').filter(|name| !name.contains(' ')).ok_or(Problem::Columns)?;
        return Ok(Row::Class { name, alternatives: second });
    };
    let weight = second.parse().ok().filter(|weight| WEIGHT_MILLIS.contains(weight)).ok_or(Problem::Weight)?;
    let cue = Cue::from_name(signal).ok_or(Problem::Signal)?;
    if cue.group() == Group::Emergency && !phrase.contains([' ', '_', '@']) {
        return Err(Problem::Emergency);
    }
    Ok(Row::Phrase { phrase, weight, cue })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(line: &str, expected: Result<Row<'_>, Problem>) {
        let all: Vec<_> = rows(line).collect();
        assert_eq!(all, vec![(1, expected)], "{line}");
    }

    #[test]
    fn comments_and_empty_lines_are_no_rows() {
        assert_eq!(rows("# title\n\n# licence: MIT\n").count(), 0);
    }

    #[test]
    fn a_comment_may_state_the_language() {
        assert_eq!(stated_language("# a list\n# language: de\nx\t1\tpolarity"), Some(Language::German));
        assert_eq!(stated_language("x\t1\tpolarity\n# language: de"), None);
    }

    #[test]
    fn rows_are_read() {
        check(
            "not working\t900\tnot_working",
            Ok(Row::Phrase { phrase: "not working", weight: 900, cue: Cue::NotWorking }),
        );
        check("great\t-600\tpraise\tnote", Ok(Row::Phrase { phrase: "great", weight: -600, cue: Cue::Praise }));
        check("# hours\t300\tduration", Ok(Row::Phrase { phrase: "# hours", weight: 300, cue: Cue::Duration }));
        check("@cannot\tcan't|cannot", Ok(Row::Class { name: "cannot", alternatives: "can't|cannot" }));
    }

    #[test]
    fn bad_rows_are_named() {
        check("bad", Err(Problem::Columns));
        check("bad 300 polarity", Err(Problem::Columns));
        check("bad\tx\tpolarity", Err(Problem::Weight));
        check("bad\t4001\tpolarity", Err(Problem::Weight));
        check("bad\t400\tsad", Err(Problem::Signal));
        check("fire\t400\temergency_danger", Err(Problem::Emergency));
    }
}
