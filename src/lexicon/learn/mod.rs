//! Learns a tenant's own rows from texts that people labelled: how much a stem or phrase adds to, or takes from, the
//! score that the shipped lexicon gives. Reads redacted text only; knows nothing of files, stores or the sentiment rules.

mod figures;
mod fit;
mod folds;
mod terms;

use thiserror::Error;

pub use figures::Figures;
use fit::Problem;
use folds::Folds;
use terms::Table;

use super::{care, signal::Cue};
use crate::{
    conversation::{RawTurn, Role},
    redact::{RedactedText, Redactor},
    text::Language,
};

/// Fewest documents of each label; with fewer no rows are learnt.
pub const LABELLED_MIN: usize = 25;

/// Strengths of the penalty that are tried, in thousandths, the strongest first.
const PENALTIES: [u32; 7] = [160_000, 40_000, 20_000, 10_000, 5_000, 2_000, 1_000];

/// Parts of a cross-validation.
const FOLDS: usize = 5;

/// A weight of less than this, in thousandths of score, is no row.
const WEIGHT_MIN: i32 = 25;

/// A labelled conversation: what its customer said, as redaction left it.
#[derive(Clone, Debug)]
pub struct Example<'t> {
    /// The customer's own turns; neither those of agents nor quoted ones.
    pub texts: Vec<&'t RedactedText>,
    /// The score that the lexicon below the learnt rows gives the whole conversation, in thousandths.
    pub score_millis: i32,
    /// The label that a person gave it.
    pub negative: bool,
    /// Who wrote it, as any number that tells authors apart; `None`: an author of its own.
    pub author: Option<u64>,
}

/// How to learn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Most rows.
    pub entries_max: usize,
    /// Fewest different authors of a term, and of every word in it as it will be written. At least 2.
    pub authors_min: usize,
    /// Score from which a conversation is negative, in thousandths: that of the policy.
    pub threshold_millis: i32,
}

impl Default for Options {
    fn default() -> Self {
        Self { entries_max: 400, authors_min: 10, threshold_millis: 500 }
    }
}

/// A row that was learnt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LearnedRow {
    /// The phrase as lexicons write it.
    pub phrase: String,
    /// What it adds to the score, in thousandths.
    pub weight: i32,
    /// How many authors used it in conversations labelled negative, and how many in others.
    pub authors: [usize; 2],
}

/// What was learnt, and how well it does on conversations it was not learnt from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Learned {
    /// The rows, the strongest first.
    pub rows: Vec<LearnedRow>,
    /// Figures with the rows, by nested cross-validation over authors: every conversation is scored by rows that were
    /// learnt, and whose penalty was chosen, without its author.
    pub held_out: Figures,
    /// Figures of the lexicon below, on the same conversations.
    pub before: Figures,
    /// Conversations by label: negative, other.
    pub examples: [usize; 2],
}

impl Learned {
    /// The rows as a lexicon file of `language`.
    pub fn tsv(&self, language: Language) -> String {
        let head = format!(
            "# Learnt from labelled conversations of one tenant, as an addition to the lexicon of the program\n\
             # source: the tenant's own conversations, redacted\n# licence: the tenant's own\n# language: {}\n",
            language.code()
        );
        let signal = Cue::Learned.name();
        let row = |row: &LearnedRow| {
            let LearnedRow { phrase, weight, authors: [negative, other] } = row;
            format!("{phrase}\t{weight}\t{signal}\t{negative} authors negative, {other} not\n")
        };
        let rows: Vec<String> = self.rows.iter().map(row).collect();
        head + &rows.concat()
    }
}

/// Why nothing could be learnt.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum LearnError {
    /// Too few conversations of one label.
    #[error("at least 25 conversations of each label are needed, and there are {negative} negative and {other} others")]
    TooFew {
        /// Labelled negative.
        negative: usize,
        /// Labelled otherwise.
        other: usize,
    },
}

/// Learns rows: a penalised logistic regression ([`fit`]) on the score of the lexicon below and on the presence of terms, its
/// penalty chosen by cross-validation over authors. The same examples in the same order give the same rows.
///
/// A term is a stem, or two in sequence, that at least [`Options::authors_min`] authors used. No placeholder and no word with
/// a digit is part of one, and none that `redactor` finds anything in becomes a row.
///
/// # Errors
/// Fewer than [`LABELLED_MIN`] conversations of one label.
pub fn learn(
    examples: &[Example<'_>],
    language: Language,
    redactor: &Redactor,
    options: &Options,
) -> Result<Learned, LearnError> {
    let negative = examples.iter().filter(|example| example.negative).count();
    let other = examples.len() - negative;
    if negative.min(other) < LABELLED_MIN {
        return Err(LearnError::TooFew { negative, other });
    }
    let mut table = Table::new(examples, language, options.authors_min.max(2));
    table.keep(|phrase| is_clean(redactor, phrase) && !care::is_mentioned(language, phrase));
    let problem = Problem::new(examples, &table, options);
    let all: Vec<usize> = (0..examples.len()).collect();
    let authors = terms::authors(examples);
    let held_out = problem.nested(&Folds::new(&authors, FOLDS), &all);
    let weights = problem.chosen(&Folds::new(&authors, FOLDS), &all);
    let before: Vec<i32> = examples.iter().map(|example| example.score_millis).collect();
    Ok(Learned {
        rows: rows(&weights, &table),
        held_out: problem.figures(&held_out),
        before: problem.figures(&before),
        examples: [negative, other],
    })
}

/// Whether redaction finds nothing in a phrase.
fn is_clean(redactor: &Redactor, phrase: &str) -> bool {
    let redaction = redactor.redact(&[], &[RawTurn::body(Role::Customer, phrase)]);
    redaction.turns.iter().all(|turn| turn.findings.is_empty())
}

fn rows(weights: &[(usize, i32)], table: &Table) -> Vec<LearnedRow> {
    let row = |(term, weight): &(usize, i32)| {
        let term = table.terms.get(*term)?;
        Some(LearnedRow { phrase: term.phrase.clone(), weight: *weight, authors: term.authors })
    };
    let mut rows: Vec<LearnedRow> = weights.iter().filter_map(row).collect();
    rows.sort_by(|one, other| other.weight.abs().cmp(&one.weight.abs()).then_with(|| one.phrase.cmp(&other.phrase)));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::KeepRules;

    /// The rows learnt from invented conversations, each by an author of its own. A third of the negative ones also names
    /// one rare surname and one mail address, always by the same author.
    fn learnt(options: &Options) -> Learned {
        let redactor = Redactor::new(&KeepRules::default()).unwrap();
        let text = |n: usize| match n % 4 {
            0 => format!("the gribble on line {n} was soggy again"),
            1 if n % 12 == 1 => "mrs zwettlerhuber at zwett@example.com had a soggy gribble".to_owned(),
            1 => "why is my gribble soggy".to_owned(),
            2 => "which colours has the gribble".to_owned(),
            _ => "i would like a crisp gribble on tuesday".to_owned(),
        };
        let texts: Vec<RedactedText> = (0..240)
            .flat_map(|n| redactor.redact(&[], &[RawTurn::body(Role::Customer, &text(n))]).turns)
            .map(|turn| turn.text)
            .collect();
        let example = |(n, text)| Example {
            texts: vec![text],
            score_millis: 300,
            negative: n % 4 < 2,
            author: Some(if n % 12 == 1 { 9999 } else { n as u64 }),
        };
        let examples: Vec<_> = texts.iter().enumerate().map(example).collect();
        learn(&examples, Language::English, &redactor, options).unwrap()
    }

    #[test]
    fn rows_tell_the_labels_apart_on_conversations_that_were_held_out() {
        let learned = learnt(&Options::default());
        let weight = |phrase: &str| learned.rows.iter().find(|row| row.phrase == phrase).map(|row| row.weight);
        assert!(weight("soggy").is_some_and(|weight| weight > 0), "{:?}", learned.rows);
        assert!(learned.held_out.auc_millis > 950 && learned.before.auc_millis == 500, "{learned:?}");
        assert_eq!(learned, learnt(&Options::default()));
        assert!(learnt(&Options { entries_max: 1, ..Options::default() }).rows.len() <= 1);
    }

    #[test]
    fn nobodys_words_become_rows() {
        let learned = learnt(&Options { authors_min: 2, ..Options::default() });
        let tsv = learned.tsv(Language::English);
        for secret in ["zwett", "example", "mrs"] {
            assert!(!tsv.contains(secret), "{tsv}");
        }
    }

    #[test]
    fn what_is_learnt_is_a_lexicon_file() {
        let tsv = learnt(&Options::default()).tsv(Language::English);
        assert!(crate::lexicon::check::check(Language::English, &tsv).is_empty(), "{tsv}");
        assert_eq!(crate::lexicon::row::stated_language(&tsv), Some(Language::English));
    }

    #[test]
    fn too_few_conversations_teach_nothing() {
        let redactor = Redactor::new(&KeepRules::default()).unwrap();
        let error = learn(&[], Language::English, &redactor, &Options::default());
        assert_eq!(error, Err(LearnError::TooFew { negative: 0, other: 0 }));
    }
}
