//! The record of an assessment, with the one part of its input that comes from history.

use serde::{Deserialize, Serialize};

use super::{
    RecordError,
    code::{self, Code},
    signal::signal,
};
use crate::{
    assessment::{Assessment, Evidence, Factor, Priority, Sentiment},
    text::Span,
};

/// An assessment and the repeat-contact count it was made with.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct AssessmentRow {
    repeat_contact_days: u16,
    label: u8,
    score_millis: i32,
    evidence: Vec<EvidenceRow>,
    language: Option<String>,
    level: u8,
    value: u16,
    emergency: Option<String>,
    factors: Vec<(String, i32)>,
    lexicon_revision: String,
    policy_revision: u32,
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct EvidenceRow {
    turn: u32,
    span: (u32, u32),
    signal: String,
    millis: i32,
}

impl AssessmentRow {
    /// The record of an assessment.
    pub(crate) fn new(assessment: &Assessment, repeat_contact_days: u16) -> Self {
        let Sentiment { label, score_millis, evidence, language } = &assessment.sentiment;
        let Priority { level, value, emergency, factors } = &assessment.priority;
        Self {
            repeat_contact_days,
            label: label.code(),
            score_millis: *score_millis,
            evidence: evidence.iter().map(EvidenceRow::new).collect(),
            language: language.map(|language| language.code().to_owned()),
            level: level.code(),
            value: *value,
            emergency: emergency.map(str::to_owned),
            factors: factors.iter().map(|factor| (factor.signal.to_owned(), factor.points)).collect(),
            lexicon_revision: assessment.lexicon_revision.clone(),
            policy_revision: assessment.policy_revision,
        }
    }

    /// The assessment of the record, and its repeat-contact count.
    pub(crate) fn into_assessment(self) -> Result<(Assessment, u16), RecordError> {
        let factor = |(name, points): (String, i32)| Factor { signal: signal(&name), points };
        let sentiment = Sentiment {
            label: Code::from_code(self.label)?,
            score_millis: self.score_millis,
            evidence: self.evidence.into_iter().map(EvidenceRow::into_evidence).collect(),
            language: code::language(self.language.as_deref())?,
        };
        let priority = Priority {
            level: Code::from_code(self.level)?,
            value: self.value,
            emergency: self.emergency.as_deref().map(signal),
            factors: self.factors.into_iter().map(factor).collect(),
        };
        let (lexicon_revision, policy_revision) = (self.lexicon_revision, self.policy_revision);
        let assessment = Assessment { sentiment, priority, lexicon_revision, policy_revision };
        Ok((assessment, self.repeat_contact_days))
    }
}

impl EvidenceRow {
    fn new(evidence: &Evidence) -> Self {
        Self {
            turn: evidence.turn,
            span: (evidence.span.start, evidence.span.end),
            signal: evidence.signal.to_owned(),
            millis: evidence.millis,
        }
    }

    fn into_evidence(self) -> Evidence {
        let (start, end) = self.span;
        Evidence { turn: self.turn, span: Span { start, end }, signal: signal(&self.signal), millis: self.millis }
    }
}
