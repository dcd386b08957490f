//! Records of cases, of turns and of the facts of an interaction.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    RecordError,
    code::{self, Code},
};
use crate::{
    assessment::{AssessmentInput, InputTurn},
    redact::RedactedText,
    store::{InteractionContent, SourceRef, StoredAttachment, StoredFinding, StoredTurn},
    text::Span,
    time::Timestamp,
};

/// System and id of a reference.
type RefRow = (String, String);

fn ref_row(source_ref: &SourceRef) -> RefRow {
    (source_ref.system.clone(), source_ref.id.clone())
}

fn source_ref((system, id): RefRow) -> SourceRef {
    SourceRef { system, id }
}

/// The sealed references of a case.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CaseRow {
    source_ref: Option<RefRow>,
    customer_ref: Option<String>,
}

impl CaseRow {
    /// The record of these references.
    pub(crate) fn new(source_ref: Option<&SourceRef>, customer_ref: Option<&str>) -> Self {
        Self { source_ref: source_ref.map(ref_row), customer_ref: customer_ref.map(str::to_owned) }
    }

    /// The references of the record.
    pub(crate) fn into_refs(self) -> (Option<SourceRef>, Option<String>) {
        (self.source_ref.map(source_ref), self.customer_ref)
    }
}

/// One segment of turns: what one call brought.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TurnsRow(Vec<TurnRow>);

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct TurnRow {
    role: u8,
    part: u8,
    text: String,
    time: Option<i64>,
    offset_millis: Option<(u64, u64)>,
}

impl TurnsRow {
    /// The record of these turns.
    pub(crate) fn new(turns: &[StoredTurn]) -> Self {
        let row = |turn: &StoredTurn| TurnRow {
            role: turn.role.code(),
            part: turn.part.code(),
            text: turn.text.as_str().to_owned(),
            time: turn.time.map(|time| time.0),
            offset_millis: turn.offset_millis,
        };
        Self(turns.iter().map(row).collect())
    }

    /// The turns of the record.
    pub(crate) fn into_turns(self) -> Result<Vec<StoredTurn>, RecordError> {
        let turn = |row: TurnRow| {
            Ok(StoredTurn {
                role: Code::from_code(row.role)?,
                part: Code::from_code(row.part)?,
                text: RedactedText::from_sealed(row.text),
                time: row.time.map(Timestamp),
                offset_millis: row.offset_millis,
            })
        };
        self.0.into_iter().map(turn).collect()
    }
}

/// Everything of an interaction but its turns, its assessment and the history in its input.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FactsRow {
    source_ref: Option<RefRow>,
    source_version: i64,
    handling: u8,
    occur_time: i64,
    queue: String,
    required_skills: Vec<String>,
    findings: Vec<FindingRow>,
    attributes: BTreeMap<String, String>,
    attachments: Vec<AttachmentRow>,
    text_state: u8,
    input: InputRow,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct FindingRow {
    turn: u32,
    kind: u8,
    span: (u32, u32),
    likelihood: u8,
    reasons: Vec<String>,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct AttachmentRow {
    media_type: String,
    size_bytes: u64,
    reference: String,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct InputRow {
    channel: u8,
    language: Option<String>,
    hold_seconds: u32,
    wait_seconds: u32,
    tier: u8,
    importance: u8,
    automatic: bool,
}

impl FactsRow {
    /// The record of this content.
    pub(crate) fn new(content: &InteractionContent) -> Self {
        Self {
            source_ref: content.source_ref.as_ref().map(ref_row),
            source_version: content.source_version,
            handling: content.handling.code(),
            occur_time: content.occur_time.0,
            queue: content.queue.clone(),
            required_skills: content.required_skills.clone(),
            findings: content.findings.iter().map(FindingRow::new).collect(),
            attributes: content
                .attributes
                .iter()
                .map(|(name, text)| (name.clone(), text.as_str().to_owned()))
                .collect(),
            attachments: content.attachments.iter().map(AttachmentRow::new).collect(),
            text_state: content.text_state.code(),
            input: InputRow::new(&content.input),
        }
    }

    /// The content of the record with these turns and this history; the turns are filled into the input too.
    pub(crate) fn into_content(
        self,
        turns: Vec<StoredTurn>,
        repeat_contact_days: u16,
    ) -> Result<InteractionContent, RecordError> {
        let text = |(name, text)| (name, RedactedText::from_sealed(text));
        Ok(InteractionContent {
            source_ref: self.source_ref.map(source_ref),
            source_version: self.source_version,
            handling: Code::from_code(self.handling)?,
            occur_time: Timestamp(self.occur_time),
            queue: self.queue,
            required_skills: self.required_skills,
            input: self.input.into_input(&turns, repeat_contact_days)?,
            turns,
            findings: self.findings.into_iter().map(FindingRow::into_finding).collect::<Result<_, _>>()?,
            attributes: self.attributes.into_iter().map(text).collect(),
            attachments: self.attachments.into_iter().map(AttachmentRow::into_attachment).collect(),
            text_state: Code::from_code(self.text_state)?,
        })
    }
}

impl FindingRow {
    fn new(finding: &StoredFinding) -> Self {
        Self {
            turn: finding.turn,
            kind: code::kind_code(finding.kind),
            span: (finding.span.start, finding.span.end),
            likelihood: finding.likelihood.code(),
            reasons: finding.reasons.clone(),
        }
    }

    fn into_finding(self) -> Result<StoredFinding, RecordError> {
        let (start, end) = self.span;
        Ok(StoredFinding {
            turn: self.turn,
            kind: code::kind(self.kind)?,
            span: Span { start, end },
            likelihood: Code::from_code(self.likelihood)?,
            reasons: self.reasons,
        })
    }
}

impl AttachmentRow {
    fn new(attachment: &StoredAttachment) -> Self {
        let StoredAttachment { media_type, size_bytes, reference } = attachment.clone();
        Self { media_type, size_bytes, reference }
    }

    fn into_attachment(self) -> StoredAttachment {
        StoredAttachment { media_type: self.media_type, size_bytes: self.size_bytes, reference: self.reference }
    }
}

impl InputRow {
    fn new(input: &AssessmentInput) -> Self {
        Self {
            channel: input.channel.code(),
            language: input.language.map(|language| language.code().to_owned()),
            hold_seconds: input.hold_seconds,
            wait_seconds: input.wait_seconds,
            tier: input.tier.code(),
            importance: input.importance.code(),
            automatic: input.automatic,
        }
    }

    fn into_input(self, turns: &[StoredTurn], repeat_contact_days: u16) -> Result<AssessmentInput, RecordError> {
        Ok(AssessmentInput {
            channel: Code::from_code(self.channel)?,
            language: code::language(self.language.as_deref())?,
            turns: input_turns(turns),
            hold_seconds: self.hold_seconds,
            wait_seconds: self.wait_seconds,
            tier: Code::from_code(self.tier)?,
            repeat_contact_days,
            importance: Code::from_code(self.importance)?,
            automatic: self.automatic,
        })
    }
}

/// The turns of an assessment: who spoke, and the text that is stored.
pub(crate) fn input_turns(turns: &[StoredTurn]) -> Vec<InputTurn> {
    let turn = |turn: &StoredTurn| InputTurn { role: turn.role, part: turn.part, text: turn.text.clone() };
    turns.iter().map(turn).collect()
}
