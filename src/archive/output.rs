//! A row of the `analyze` contract as it is written: the redacted turns, the assessment and every reason.

use serde::Serialize;
use serde_json::Value;

use super::input::RowError;
use crate::{
    assessment::Assessment,
    redact::{Likelihood, Redaction},
    text::{CodePoints, Span},
};

/// What offsets count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Offsets {
    /// Unicode code points.
    #[default]
    CodePoints,
    /// Bytes of UTF-8.
    Bytes,
}

#[derive(Serialize)]
struct Row<'r> {
    id: &'r Value,
    lang: Option<&'static str>,
    revision: &'r str,
    sentiment: &'static str,
    score_millis: i32,
    priority: &'static str,
    emergency: bool,
    priority_value: u16,
    turns: Vec<Turn<'r>>,
    findings: Vec<Finding<'r>>,
    evidence: Vec<Evidence>,
    factors: Vec<Factor>,
}

#[derive(Serialize)]
struct Turn<'r> {
    text: &'r str,
}

#[derive(Serialize)]
struct Finding<'r> {
    turn: u32,
    start: u32,
    end: u32,
    kind: &'static str,
    likelihood: &'static str,
    reasons: &'r [&'static str],
}

#[derive(Serialize)]
struct Evidence {
    turn: u32,
    start: u32,
    end: u32,
    signal: &'static str,
    millis: i32,
}

#[derive(Serialize)]
struct Factor {
    signal: &'static str,
    points: i32,
}

#[derive(Serialize)]
struct Refused {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<Value>,
    line: u64,
    error: String,
}

/// Everything that is written about one conversation.
#[derive(Debug)]
pub struct Analysed<'r> {
    /// The caller's id.
    pub id: &'r Value,
    /// The received texts, to count code points in.
    pub received: &'r [&'r str],
    /// The redacted turns.
    pub redaction: &'r Redaction,
    /// The assessment.
    pub assessment: &'r Assessment,
    /// Revisions of redactor, lexicon and policy.
    pub revision: &'r str,
    /// What offsets count.
    pub offsets: Offsets,
}

fn likelihood(value: Likelihood) -> &'static str {
    match value {
        Likelihood::Possible => "possible",
        Likelihood::Likely => "likely",
        Likelihood::VeryLikely => "very_likely",
    }
}

/// Converters for a list of texts, one each.
fn converters<'t>(texts: impl Iterator<Item = &'t str>, offsets: Offsets) -> impl Fn(u32, Span) -> Span {
    let points: Vec<_> = texts.map(|text| (offsets == Offsets::CodePoints).then(|| CodePoints::new(text))).collect();
    move |turn, span| match points.get(turn as usize) {
        Some(Some(points)) => points.convert(span),
        _ => span,
    }
}

impl Analysed<'_> {
    /// Appends the row and a line feed to `out`.
    ///
    /// # Errors
    /// None in practice: every value can be written as JSON and the target is memory.
    pub fn write(&self, out: &mut Vec<u8>) -> serde_json::Result<()> {
        let Assessment { sentiment, priority, .. } = self.assessment;
        let row = Row {
            id: self.id,
            lang: sentiment.language.map(crate::text::Language::code),
            revision: self.revision,
            sentiment: sentiment.label.name(),
            score_millis: sentiment.score_millis,
            priority: priority.level.name(),
            emergency: priority.emergency.is_some(),
            priority_value: priority.value,
            turns: self.redaction.turns.iter().map(|turn| Turn { text: turn.text.as_str() }).collect(),
            findings: self.findings(),
            evidence: self.evidence(),
            factors: priority.factors.iter().map(|f| Factor { signal: f.signal, points: f.points }).collect(),
        };
        serde_json::to_writer(&mut *out, &row)?;
        out.push(b'\n');
        Ok(())
    }

    fn findings(&self) -> Vec<Finding<'_>> {
        let convert = converters(self.received.iter().copied(), self.offsets);
        let all = self.redaction.turns.iter().flat_map(|turn| turn.findings.iter().map(|found| (turn.index, found)));
        all.map(|(turn, found)| {
            let Span { start, end } = convert(turn, found.received);
            let (kind, likelihood) = (found.kind.name(), likelihood(found.likelihood));
            Finding { turn, start, end, kind, likelihood, reasons: &found.reasons }
        })
        .collect()
    }

    fn evidence(&self) -> Vec<Evidence> {
        let convert = converters(self.redaction.turns.iter().map(|turn| turn.text.as_str()), self.offsets);
        let parts = self.assessment.sentiment.evidence.iter();
        parts
            .map(|part| {
                let Span { start, end } = convert(part.turn, part.span);
                Evidence { turn: part.turn, start, end, signal: part.signal, millis: part.millis }
            })
            .collect()
    }
}

/// Appends the row that stands in the place of a bad line, and a line feed, to `out`.
///
/// # Errors
/// None in practice, as for [`Analysed::write`].
pub fn write_refused(id: Option<Value>, line: u64, error: RowError, out: &mut Vec<u8>) -> serde_json::Result<()> {
    let id = id.filter(|id| !id.is_null());
    serde_json::to_writer(&mut *out, &Refused { id, line, error: error.to_string() })?;
    out.push(b'\n');
    Ok(())
}
