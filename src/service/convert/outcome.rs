//! What an interaction came to, on the wire: assessment, findings, redacted turns.

use super::{
    draft::TurnTime,
    enums,
    scalar::{wire_int, wire_millis, wire_time},
};
use crate::{
    assessment::{Assessment, Evidence, Factor},
    conversation::{Part, Role},
    redact::{Finding, RedactedText},
    service::pb,
    store::StoredFinding,
    text::{Language, Span},
};

/// A redacted turn with the facts of its source.
#[derive(Clone, Copy, Debug)]
pub struct TurnView<'t> {
    /// Who speaks.
    pub role: Role,
    /// Which part it is.
    pub part: Part,
    /// What remains of the text.
    pub text: &'t RedactedText,
    /// When it was said.
    pub time: TurnTime,
}

/// A redacted turn on the wire.
pub fn turn(index: usize, view: TurnView<'_>) -> pb::RedactedTurn {
    let TurnView { role, part, text, time } = view;
    pb::RedactedTurn {
        index: wire_int(index),
        role: enums::wire_speaker(role).into(),
        part: enums::wire_part(part).into(),
        text: text.as_str().to_owned(),
        time: time.time.map(wire_time),
        start_offset: time.offset_millis.map(|(start, _)| wire_millis(start)),
        end_offset: time.offset_millis.map(|(_, end)| wire_millis(end)),
    }
}

/// A finding in the answer to the call that sent the text: `text` is the redacted and `received` the received text of
/// its turn.
pub fn finding(turn: u32, finding: &Finding, text: &str, received: &str) -> pb::Finding {
    pb::Finding {
        turn: wire_int(turn),
        kind: finding.kind.name().to_owned(),
        span: Some(span(finding.span, text)),
        received_span: Some(span(finding.received, received)),
        likelihood: enums::wire_likelihood(finding.likelihood).into(),
        reasons: finding.reasons.iter().map(|reason| (*reason).to_owned()).collect(),
    }
}

/// A finding of a stored interaction; where it stood in the received text is not known any more.
pub fn stored_finding(finding: &StoredFinding, text: &str) -> pb::Finding {
    let StoredFinding { turn, kind, span: place, likelihood, reasons } = finding;
    pb::Finding {
        turn: wire_int(*turn),
        kind: kind.name().to_owned(),
        span: Some(span(*place, text)),
        received_span: None,
        likelihood: enums::wire_likelihood(*likelihood).into(),
        reasons: reasons.clone(),
    }
}

/// An assessment on the wire; `text_of` gives the redacted text of a turn.
pub fn assessment<'t>(assessment: &Assessment, text_of: impl Fn(u32) -> &'t str) -> pb::Assessment {
    let Assessment { sentiment, priority, lexicon_revision, policy_revision } = assessment;
    pb::Assessment {
        label: enums::wire_label(sentiment.label).into(),
        score_millis: sentiment.score_millis,
        evidence: sentiment.evidence.iter().map(|one| evidence(one, text_of(one.turn))).collect(),
        level: enums::wire_level(priority.level).into(),
        priority_value: i32::from(priority.value),
        factors: priority.factors.iter().map(factor).collect(),
        emergency: priority.emergency.unwrap_or_default().to_owned(),
        language_code: language(sentiment.language),
        lexicon_revision: lexicon_revision.clone(),
        policy_revision: wire_int(*policy_revision),
    }
}

/// The code of a language; empty: unknown.
pub fn language(language: Option<Language>) -> String {
    language.map(Language::code).unwrap_or_default().to_owned()
}

fn evidence(evidence: &Evidence, text: &str) -> pb::Evidence {
    let Evidence { turn, span: place, signal, millis } = evidence;
    pb::Evidence {
        turn: wire_int(*turn),
        span: Some(span(*place, text)),
        signal: (*signal).to_owned(),
        millis: *millis,
    }
}

fn factor(factor: &Factor) -> pb::Factor {
    let Factor { signal, points } = factor;
    pb::Factor { signal: (*signal).to_owned(), points: *points }
}

fn span(span: Span, text: &str) -> pb::Span {
    let points = span.code_points(text);
    pb::Span {
        start_byte: wire_int(span.start),
        end_byte: wire_int(span.end),
        start_code_point: wire_int(points.start),
        end_code_point: wire_int(points.end),
    }
}
