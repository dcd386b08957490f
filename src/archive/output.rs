//! A row of the `analyze` contract as it is written: the redacted turns, the assessment and every reason, with marks on
//! its parts so that a table can be made of the same bytes. Knows nothing of files.

use std::{io::Write as _, ops::Range};

use serde::Serialize;
use serde_json::Value;

use super::{
    chunk::Place,
    input::{Refusal, RowError},
};
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

/// Where the parts of a written row stand in the buffer it was appended to. A table is cut from these, so that all
/// formats hold the same bytes.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    /// The whole row, its line feed included.
    pub row: Range<usize>,
    /// From the comma after the id up to the closing brace: what the digest covers beside the id.
    pub body: Range<usize>,
    /// The values of the fields after `id`, in the order of [`FIELDS`].
    pub values: [Range<usize>; FIELDS.len()],
    /// The values that were passed on, as a JSON object; empty where there are none.
    pub passed: Range<usize>,
}

/// The fields of a result after `id`, in order.
pub const FIELDS: [&str; 11] = [
    "lang",
    "revision",
    "sentiment",
    "score_millis",
    "priority",
    "emergency",
    "priority_value",
    "turns",
    "findings",
    "evidence",
    "factors",
];

/// Appends fields to a buffer and notes where they stand.
struct Fields<'o> {
    out: &'o mut Vec<u8>,
    marks: Marks,
    next: usize,
}

impl Fields<'_> {
    fn put(&mut self, value: &impl Serialize) -> serde_json::Result<()> {
        let name = FIELDS.get(self.next).copied().unwrap_or_default();
        // Writing to memory cannot fail.
        write!(self.out, ",\"{name}\":").map_err(serde_json::Error::io)?;
        let start = self.out.len();
        serde_json::to_writer(&mut *self.out, value)?;
        if let Some(mark) = self.marks.values.get_mut(self.next) {
            *mark = start..self.out.len();
        }
        self.next += 1;
        Ok(())
    }
}

impl Analysed<'_> {
    /// Appends the row and a line feed to `out`; `passed` are names and values that follow the contract's fields.
    ///
    /// # Errors
    /// None in practice: every value can be written as JSON and the target is memory.
    pub fn write(&self, passed: &[(&str, &str)], out: &mut Vec<u8>) -> serde_json::Result<Marks> {
        let Assessment { sentiment, priority, .. } = self.assessment;
        let start = out.len();
        out.extend_from_slice(b"{\"id\":");
        serde_json::to_writer(&mut *out, self.id)?;
        let body = out.len();
        let mut fields = Fields { out, marks: Marks::default(), next: 0 };
        fields.put(&sentiment.language.map(crate::text::Language::code))?;
        fields.put(&self.revision)?;
        fields.put(&sentiment.label.name())?;
        fields.put(&sentiment.score_millis)?;
        fields.put(&priority.level.name())?;
        fields.put(&priority.emergency.is_some())?;
        fields.put(&priority.value)?;
        let turns: Vec<_> = self.redaction.turns.iter().map(|turn| Turn { text: turn.text.as_str() }).collect();
        fields.put(&turns)?;
        fields.put(&self.findings())?;
        fields.put(&self.evidence())?;
        let factors = priority.factors.iter().map(|f| Factor { signal: f.signal, points: f.points });
        fields.put(&factors.collect::<Vec<_>>())?;
        let mut marks = fields.marks;
        marks.passed = put_passed(passed, out)?;
        marks.body = body..out.len();
        out.extend_from_slice(b"}\n");
        marks.row = start..out.len();
        Ok(marks)
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

/// Appends `,"columns":{…}` where there is anything to pass on, and gives the place of the object.
fn put_passed(passed: &[(&str, &str)], out: &mut Vec<u8>) -> serde_json::Result<Range<usize>> {
    if passed.is_empty() {
        return Ok(0..0);
    }
    out.extend_from_slice(b",\"columns\":");
    let start = out.len();
    for (at, (name, value)) in passed.iter().enumerate() {
        out.push(if at == 0 { b'{' } else { b',' });
        serde_json::to_writer(&mut *out, name)?;
        out.push(b':');
        serde_json::to_writer(&mut *out, value)?;
    }
    out.push(b'}');
    Ok(start..out.len())
}

#[derive(Serialize)]
struct Reject<'r> {
    input: &'r str,
    line: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    byte: Option<u64>,
    reason: &'r str,
    about: &'r str,
}

/// Appends a refused row and a line feed to `out`: where it stands and why, nothing of its content, not even its id.
///
/// # Errors
/// None in practice, as for [`Analysed::write`].
pub(super) fn write_reject(input: &str, place: Place, why: &Refusal, out: &mut Vec<u8>) -> serde_json::Result<()> {
    let Place { line, byte } = place;
    let Refusal { reason, about } = why;
    serde_json::to_writer(&mut *out, &Reject { input, line, byte, reason, about })?;
    out.push(b'\n');
    Ok(())
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
