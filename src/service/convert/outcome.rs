//! What an interaction came to, on the wire: assessment, findings, redacted turns.

use super::{
    draft::TurnTime,
    enums,
    points::Points,
    scalar::{wire_int, wire_millis, wire_time},
};
use crate::{
    assessment::{Assessment, Evidence, Factor},
    conversation::{Part, Role},
    redact::{Finding, RedactedText},
    service::{limits, pb},
    store::StoredFinding,
    text::Language,
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
pub fn finding(turn: u32, finding: &Finding, text: &Points<'_>, received: &Points<'_>) -> pb::Finding {
    pb::Finding {
        turn: wire_int(turn),
        kind: finding.kind.name().to_owned(),
        span: Some(text.span(finding.span)),
        received_span: Some(received.span(finding.received)),
        likelihood: enums::wire_likelihood(finding.likelihood).into(),
        reasons: finding.reasons.iter().map(|reason| (*reason).to_owned()).collect(),
    }
}

/// A finding of a stored interaction; where it stood in the received text is not known any more.
pub fn stored_finding(finding: &StoredFinding, texts: &[Points<'_>]) -> pb::Finding {
    let StoredFinding { turn, kind, span: place, likelihood, reasons } = finding;
    pb::Finding {
        turn: wire_int(*turn),
        kind: kind.name().to_owned(),
        span: texts.get(*turn as usize).map(|text| text.span(*place)),
        received_span: None,
        likelihood: enums::wire_likelihood(*likelihood).into(),
        reasons: reasons.clone(),
    }
}

/// An assessment on the wire; `texts` are the redacted texts of its turns.
pub fn assessment(assessment: &Assessment, texts: &[Points<'_>]) -> pb::Assessment {
    let Assessment { sentiment, priority, lexicon_revision, policy_revision } = assessment;
    pb::Assessment {
        label: enums::wire_label(sentiment.label).into(),
        score_millis: sentiment.score_millis,
        evidence: sentiment.evidence.iter().take(limits::ANSWER_PARTS_MAX).map(|one| evidence(one, texts)).collect(),
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

fn evidence(evidence: &Evidence, texts: &[Points<'_>]) -> pb::Evidence {
    let Evidence { turn, span: place, signal, millis } = evidence;
    pb::Evidence {
        turn: wire_int(*turn),
        span: texts.get(*turn as usize).map(|text| text.span(*place)),
        signal: (*signal).to_owned(),
        millis: *millis,
    }
}

fn factor(factor: &Factor) -> pb::Factor {
    let Factor { signal, points } = factor;
    pb::Factor { signal: (*signal).to_owned(), points: *points }
}
