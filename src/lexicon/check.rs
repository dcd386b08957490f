//! Looks over one lexicon file for the people who write it: bad lines, and rows that another row makes pointless.
//! Returns values; printing them is the command line's.

use std::fmt;

use rustc_hash::FxHashMap;

use super::{
    builtin,
    phrase::{self, Classes, Element, Step},
    row::{Problem, Row, rows},
    signal::Cue,
};
use crate::text::{Language, stem::Stemmer};

/// Most forms of a phrase that are compared with those of other rows; a phrase with more is only read.
const FORMS_MAX: usize = 2000;

/// What is to be said of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Line, from 1.
    pub line: usize,
    /// What it is.
    pub kind: RemarkKind,
}

/// What can be said of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemarkKind {
    /// It cannot be read; the program would not start with it.
    Bad(Problem),
    /// All that it says is said again in this later line.
    Duplicate(usize),
    /// This later line gives every form of it another weight or signal, so that it has no effect.
    Unreachable(usize),
    /// This later line gives some forms of it another weight or signal.
    Conflict(usize),
}

impl fmt::Display for RemarkKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bad(problem) => problem.fmt(formatter),
            Self::Duplicate(line) => write!(formatter, "line {line} says all of it again"),
            Self::Unreachable(line) => {
                write!(formatter, "unreachable: line {line} gives every form of it another meaning")
            }
            Self::Conflict(line) => write!(formatter, "line {line} gives some forms of it another meaning"),
        }
    }
}

impl RemarkKind {
    /// The later line that the remark names.
    pub fn other_line(self) -> Option<usize> {
        match self {
            Self::Bad(_) => None,
            Self::Duplicate(line) | Self::Unreachable(line) | Self::Conflict(line) => Some(line),
        }
    }

    /// Whether the program would refuse the file.
    pub fn is_error(self) -> bool {
        matches!(self, Self::Bad(_))
    }
}

/// What one row says.
type Meaning = (i32, Cue);

/// The remarks on a file of `language`, in the order of its lines. Its phrases may use the classes that the built-in
/// files of the language define.
pub fn check(language: Language, text: &str) -> Vec<Remark> {
    let classes = classes(language, text);
    let stemmer = Stemmer::new(language);
    let mut remarks = Vec::new();
    let mut read: Vec<(usize, Meaning, Vec<String>)> = Vec::new();
    for (line, row) in rows(text) {
        match row.and_then(|row| row_forms(row, language, &classes, &stemmer)) {
            Ok(Some((meaning, forms))) => read.push((line, meaning, forms)),
            Ok(None) => {}
            Err(problem) => remarks.push(Remark { line, kind: RemarkKind::Bad(problem) }),
        }
    }
    remarks.extend(overridden(&read));
    remarks.sort_by_key(|remark| remark.line);
    remarks
}

fn classes(language: Language, text: &str) -> Classes<'_> {
    let own = |name: &str| name.split_once('/').is_some_and(|(directory, _)| directory == language.code());
    let builtin = builtin::FILES.iter().filter(|(name, _)| own(name)).map(|(_, text)| *text);
    let all = builtin.chain([text]).flat_map(rows);
    all.filter_map(|(_, row)| match row {
        Ok(Row::Class { name, alternatives }) => Some((name, alternatives)),
        _ => None,
    })
    .collect()
}

/// What a row says and its forms, stems instead of words; `None` for a class.
fn row_forms(
    row: Row<'_>,
    language: Language,
    classes: &Classes<'_>,
    stemmer: &Stemmer,
) -> Result<Option<(Meaning, Vec<String>)>, Problem> {
    match row {
        Row::Class { alternatives, .. } => phrase::elements(alternatives, language, classes).map(|_| None),
        Row::Phrase { phrase, weight, cue } => {
            let elements = phrase::elements(phrase, language, classes)?;
            Ok(Some(((weight, cue), forms(&elements, stemmer))))
        }
    }
}

/// Every form of a phrase as text; none where there are too many.
fn forms(elements: &[Element], stemmer: &Stemmer) -> Vec<String> {
    let mut forms = vec![String::new()];
    for element in elements {
        let mut alternatives: Vec<String> = element.alternatives.iter().map(|steps| written(steps, stemmer)).collect();
        if element.optional {
            alternatives.push(String::new());
        }
        if forms.len() * alternatives.len() > FORMS_MAX {
            return Vec::new();
        }
        forms = forms.iter().flat_map(|form| alternatives.iter().map(move |more| format!("{form}{more}"))).collect();
    }
    forms
}

fn written(steps: &[Step], stemmer: &Stemmer) -> String {
    let step = |step: &Step| match step {
        Step::Exact(word) => format!(" ={word}"),
        Step::Stem(word) => format!(" {}", stemmer.stem(word)),
        Step::Number => " #".to_owned(),
        Step::Any => " *".to_owned(),
        Step::Gap => " ~".to_owned(),
    };
    steps.iter().map(step).collect()
}

/// Remarks on the rows whose forms a later row holds.
fn overridden(read: &[(usize, Meaning, Vec<String>)]) -> Vec<Remark> {
    let mut last: FxHashMap<&str, (usize, Meaning)> = FxHashMap::default();
    for (line, meaning, forms) in read {
        last.extend(forms.iter().map(|form| (form.as_str(), (*line, *meaning))));
    }
    let remark = |(line, meaning, forms): &(usize, Meaning, Vec<String>)| {
        let later = forms.iter().filter_map(|form| last.get(form.as_str())).filter(|(other, _)| other != line);
        let later: Vec<_> = later.copied().collect();
        let (first, _) = *later.first()?;
        let other = later.iter().find(|(_, found)| found != meaning).map(|(line, _)| *line);
        let kind = match (later.len() == forms.len(), other) {
            (true, None) => RemarkKind::Duplicate(first),
            (true, Some(other)) => RemarkKind::Unreachable(other),
            (false, Some(other)) => RemarkKind::Conflict(other),
            (false, None) => return None,
        };
        Some(Remark { line: *line, kind })
    };
    read.iter().filter_map(remark).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_rows(text: &str, expected: &[(usize, RemarkKind)]) {
        let found: Vec<_> = check(Language::English, text).iter().map(|remark| (remark.line, remark.kind)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn sound_files_need_no_remark() {
        check_rows("# a\nlate\t300\tdelay\nvery late\t600\tdelay\n@cannot pay\t500\tcannot", &[]);
    }

    #[test]
    fn every_bad_line_is_named() {
        let bad = RemarkKind::Bad;
        check_rows(
            "late\tx\tdelay\nlate\t1\tlatte\n~ late\t1\tdelay",
            &[(1, bad(Problem::Weight)), (2, bad(Problem::Signal)), (3, bad(Problem::Gap))],
        );
        assert!(bad(Problem::Weight).is_error() && !RemarkKind::Duplicate(1).is_error());
    }

    #[test]
    fn rows_that_have_no_effect_are_named() {
        check_rows("waiting\t300\twaiting\nwaited\t300\twaiting", &[(1, RemarkKind::Duplicate(2))]);
        check_rows("waiting\t300\twaiting\nwaited\t400\twaiting", &[(1, RemarkKind::Unreachable(2))]);
        check_rows("wait|queue\t300\twaiting\nwait\t400\twaiting", &[(1, RemarkKind::Conflict(2))]);
        check_rows("wait|queue\t300\twaiting\nwait\t300\twaiting", &[]);
    }
}
