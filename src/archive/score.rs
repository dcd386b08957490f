//! What one thread does with one chunk: every row is redacted and assessed, or refused. The only place where a row of an
//! archive meets the core, for `analyze` and `rescore` alike.

use serde_json::Value;

use super::{
    chunk::Chunk,
    compare::{self, Baseline, Mover},
    input::{Passed, Row, RowError},
    output::{self, Analysed, Marks, Offsets},
    result::row_hash,
    stats::Stats,
};
use crate::{
    assessment::AssessmentInput,
    conversation::{Part, RawTurn, Role},
    policy::Policy,
    triage::{Triage, input_turns},
};

/// A value that is passed on is a category, not a text: a longer one, in bytes, is withheld.
const PASSED_BYTES_MAX: usize = 200;

/// What stands in its place.
const WITHHELD: &str = "[WITHHELD]";

/// Where refused rows are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Rejects {
    /// In their place among the results, as `analyze` does.
    #[default]
    InPlace,
    /// In a file of their own.
    Apart,
}

/// What every chunk is scored with.
pub(super) struct Scorer<'r> {
    triage: &'r Triage,
    policy: &'r Policy,
    offsets: Offsets,
    revision: String,
    passed: Vec<String>,
    rejects: Rejects,
    baseline: Option<&'r Baseline>,
}

/// A row of a scored chunk.
#[derive(Debug)]
pub(super) enum Entry {
    /// It was scored.
    Scored {
        /// The caller's id.
        id: Value,
        /// Where its parts stand.
        marks: Box<Marks>,
        /// The values that were passed on.
        passed: Vec<String>,
    },
    /// It was refused, which is told in its place.
    Refused {
        /// The id, as far as it could be read.
        id: Option<Value>,
        /// Why.
        error: RowError,
    },
}

/// A chunk after scoring.
#[derive(Default)]
pub(super) struct Scored {
    /// The results as JSON Lines.
    pub(super) json: Vec<u8>,
    /// The results in order.
    pub(super) entries: Vec<Entry>,
    /// The refused rows as JSON Lines, where they are told apart.
    pub(super) rejects: Vec<u8>,
    /// The hash of each result.
    pub(super) hashes: Vec<[u8; 32]>,
    /// What came of the rows.
    pub(super) stats: Stats,
    /// Rows that were read.
    pub(super) read: u64,
    /// Bytes of input that the chunk stood for.
    pub(super) bytes: u64,
    /// The rows whose score changed most against an earlier run.
    pub(super) movers: Vec<Mover>,
}

impl<'r> Scorer<'r> {
    /// Scores with this redactor, lexicon and policy; `passed` names the values that follow a result.
    pub(super) fn new(
        triage: &'r Triage,
        policy: &'r Policy,
        offsets: Offsets,
        passed: Vec<String>,
        rejects: Rejects,
    ) -> Self {
        Self { triage, policy, offsets, revision: triage.revision(policy), passed, rejects, baseline: None }
    }

    /// Holds every result against that of an earlier run.
    pub(super) fn against(self, baseline: Option<&'r Baseline>) -> Self {
        Self { baseline, ..self }
    }

    /// Scores a chunk of the input of that name.
    pub(super) fn score(&self, input: &str, chunk: &dyn Chunk) -> serde_json::Result<Scored> {
        let mut scored = Scored { read: chunk.len() as u64, bytes: chunk.bytes() as u64, ..Scored::default() };
        scored.json.reserve(2 * chunk.bytes());
        for index in 0..chunk.len() {
            match chunk.row(index) {
                Ok(row) => self.row(row, &mut scored)?,
                Err((id, error)) => {
                    scored.stats.refuse(error.name());
                    let place = chunk.place(index);
                    match self.rejects {
                        Rejects::Apart => output::write_reject(input, place, &error.into(), &mut scored.rejects)?,
                        Rejects::InPlace => {
                            output::write_refused(id.clone(), place.line, error, &mut scored.json)?;
                            scored.entries.push(Entry::Refused { id, error });
                        }
                    }
                }
            }
        }
        Ok(scored)
    }

    fn row(&self, row: Row, scored: &mut Scored) -> serde_json::Result<()> {
        let redaction = self.triage.redact(&row.parties, &row.turns);
        let input = AssessmentInput {
            language: row.language,
            turns: input_turns(&row.turns, &redaction),
            hold_seconds: row.hold_seconds,
            tier: row.tier,
            ..AssessmentInput::new(row.channel)
        };
        let assessment = self.triage.assess(self.policy, &input);
        scored.stats.count(row.channel, row.month(), &redaction, &assessment);
        if let Some(baseline) = self.baseline {
            let cell = (row.channel.name().to_owned(), row.month());
            let mover = baseline.compare(&mut scored.stats.flips, cell, &row.id, &assessment);
            compare::keep(&mut scored.movers, mover.into_iter().collect());
        }
        let received: Vec<&str> = row.turns.iter().map(|turn| turn.text.expose()).collect();
        let (id, revision) = (&row.id, self.revision.as_str());
        let passed = self.passed(&row, &mut scored.stats);
        let named: Vec<_> = self.passed.iter().zip(&passed).map(|(n, value)| (n.as_str(), value.as_str())).collect();
        let (redaction, assessment, offsets) = (&redaction, &assessment, self.offsets);
        let analysed = Analysed { id, received: &received, redaction, assessment, revision, offsets };
        let marks = analysed.write(&named, &mut scored.json)?;
        scored.hashes.push(row_hash(&row.id, scored.json.get(marks.body.clone()).unwrap_or_default()));
        scored.entries.push(Entry::Scored { id: row.id, marks: Box::new(marks), passed });
        Ok(())
    }

    /// The values that are passed on, each of them redacted like a turn.
    fn passed(&self, row: &Row, stats: &mut Stats) -> Vec<String> {
        let safe = |passed: &Passed| match passed {
            Passed::Ready(value) => value.clone(),
            Passed::Raw(value) if value.expose().len() > PASSED_BYTES_MAX => WITHHELD.to_owned(),
            Passed::Raw(value) if value.expose().is_empty() => String::new(),
            Passed::Raw(value) => {
                let turn = RawTurn { role: Role::Customer, part: Part::Body, text: value.expose().into() };
                let redaction = self.triage.redact(&row.parties, &[turn]);
                redaction.turns.first().map(|turn| turn.text.as_str().to_owned()).unwrap_or_default()
            }
        };
        let values: Vec<String> = row.passed.iter().map(safe).collect();
        stats.withheld += values.iter().filter(|value| *value == WITHHELD).count() as u64;
        values
    }
}
