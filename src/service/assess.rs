//! From a draft to what is answered and what is stored: redact, assess, and on any failure of that withhold the text but
//! keep the interaction. Raw text ends here.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use super::{
    again,
    app::App,
    convert::{
        Draft,
        draft::Withheld,
        enums,
        outcome::{self, TurnView},
        points::Points,
        scalar::wire_int,
    },
    limits, pb,
    rules::Rules,
};
use crate::{
    assessment::{Assessment, AssessmentInput, InputTurn},
    conversation::{Part, RawText, RawTurn, Role},
    redact::{REDACTOR_REVISION, RedactedText, Redaction},
    store::{Decide, Decision, InteractionContent, JoinKeys, StoredAttachment, StoredTurn, SubjectKeys, TextState},
    time::Timestamp,
    triage,
};

/// What an interaction came to, before anything is stored.
#[derive(Debug)]
pub struct Assessed {
    /// The answer; the handle of the submission is still empty.
    pub result: pb::InteractionResult,
    /// What is stored.
    pub content: InteractionContent,
    /// Link to the recording.
    pub recording_uri: Option<RawText>,
    /// What it is joined by.
    pub join: JoinKeys,
    /// Whose matter it is.
    pub subject: SubjectKeys,
    /// The assessment without history.
    pub assessment: Arc<Assessment>,
}

/// What is left of a draft's texts.
struct Redacted {
    redaction: Redaction,
    input: AssessmentInput,
    assessment: Assessment,
}

/// Redacts and assesses a draft.
pub fn assess(app: &App, rules: &Rules, mut draft: Draft, wants_turns: bool) -> Assessed {
    let attributes = push_attributes(&mut draft);
    let redacted = redacted(rules, &mut draft, attributes.len());
    count(app, &draft, &redacted);
    let result = result(&draft, &redacted, wants_turns);
    let Redacted { redaction, input, assessment } = redacted;
    let content = content(app.now(), &mut draft, attributes, redaction, input);
    let Draft { recording_uri, join, subject, .. } = draft;
    Assessed { result, content, recording_uri, join, subject, assessment: Arc::new(assessment) }
}

/// Puts the values of kept attributes behind the turns, so that one fold redacts all and equal values are numbered alike.
fn push_attributes(draft: &mut Draft) -> Vec<String> {
    let attributes = std::mem::take(&mut draft.attributes);
    let mut names = Vec::with_capacity(attributes.len());
    for (name, text) in attributes {
        draft.turns.push(RawTurn { role: Role::Automated, part: Part::Quoted, text });
        names.push(name);
    }
    names
}

/// A fault of the redactor costs the text, never the interaction: it is withheld and waits for a person.
fn redacted(rules: &Rules, draft: &mut Draft, attributes: usize) -> Redacted {
    let tried = catch_unwind(AssertUnwindSafe(|| {
        let redaction = rules.triage.redact(&draft.parties, &draft.turns);
        let turns = draft.turns.len().saturating_sub(attributes);
        let input = input(draft, triage::input_turns(draft.turns.get(..turns).unwrap_or_default(), &redaction));
        let assessment = rules.assess(&input, text_state(draft));
        Redacted { redaction, input, assessment }
    }));
    tried.unwrap_or_else(|_| {
        draft.withhold(Withheld::RedactionFailed);
        let input = input(draft, Vec::new());
        let assessment = rules.assess(&input, TextState::Withheld);
        Redacted { redaction: Redaction { turns: Vec::new() }, input, assessment }
    })
}

fn input(draft: &Draft, turns: Vec<InputTurn>) -> AssessmentInput {
    AssessmentInput {
        channel: draft.channel,
        language: draft.language,
        turns,
        hold_seconds: draft.hold_seconds,
        wait_seconds: draft.wait_seconds,
        tier: draft.tier,
        repeat_contact_days: 0,
        importance: draft.importance,
        automatic: draft.automatic,
    }
}

fn count(app: &App, draft: &Draft, redacted: &Redacted) {
    app.metrics.interaction(draft.channel, &redacted.assessment, draft.dropped_attributes);
    redacted.redaction.turns.iter().flat_map(|turn| &turn.findings).for_each(|one| app.metrics.finding(one.kind));
    if let Some(why) = draft.withheld {
        app.metrics.withheld(why.name());
    }
}

fn result(draft: &Draft, redacted: &Redacted, wants_turns: bool) -> pb::InteractionResult {
    let texts: Vec<&RedactedText> = redacted.input.turns.iter().map(|turn| &turn.text).collect();
    let points: Vec<Points<'_>> = texts.iter().map(|text| Points::new(text.as_str())).collect();
    let rows = draft.turns.iter().zip(&redacted.redaction.turns).zip(&points);
    let findings = rows.filter(|((_, turn), _)| !turn.findings.is_empty()).flat_map(|((raw, turn), text)| {
        let received = Points::new(raw.text.expose());
        turn.findings.iter().map(move |one| outcome::finding(turn.index, one, text, &received))
    });
    pb::InteractionResult {
        submission: String::new(),
        assessment: Some(outcome::assessment(&redacted.assessment, &points)),
        findings: findings.take(limits::ANSWER_PARTS_MAX).collect(),
        turns: if wants_turns { turns(draft, &texts) } else { Vec::new() },
        text_state: enums::wire_text_state(text_state(draft)).into(),
        dropped_attributes: wire_int(draft.dropped_attributes),
        redactor_revision: REDACTOR_REVISION.to_owned(),
    }
}

fn turns(draft: &Draft, texts: &[&RedactedText]) -> Vec<pb::RedactedTurn> {
    let rows = draft.turns.iter().zip(&draft.times).zip(texts).enumerate();
    rows.map(|(index, ((raw, time), text))| {
        outcome::turn(index, TurnView { role: raw.role, part: raw.part, text, time: *time })
    })
    .collect()
}

fn text_state(draft: &Draft) -> TextState {
    if draft.withheld.is_some() { TextState::Withheld } else { TextState::Redacted }
}

fn content(
    now: Timestamp,
    draft: &mut Draft,
    attributes: Vec<String>,
    redaction: Redaction,
    mut input: AssessmentInput,
) -> InteractionContent {
    let turns = std::mem::take(&mut input.turns);
    let mut redacted = redaction.turns;
    let values = redacted.split_off(turns.len().min(redacted.len()));
    let attributes = attributes.into_iter().zip(values.into_iter().map(|value| value.text)).collect();
    let findings = redacted.iter().flat_map(|turn| turn.findings.iter().map(|one| again::stored(turn.index, one)));
    InteractionContent {
        source_ref: draft.source_ref.take(),
        source_version: draft.source_version,
        handling: draft.handling,
        occur_time: draft.occur_time.unwrap_or(now),
        queue: std::mem::take(&mut draft.queue),
        required_skills: std::mem::take(&mut draft.required_skills),
        findings: findings.collect(),
        turns: stored_turns(draft, turns),
        attributes,
        attachments: std::mem::take::<Vec<StoredAttachment>>(&mut draft.attachments),
        text_state: text_state(draft),
        input,
    }
}

fn stored_turns(draft: &Draft, turns: Vec<InputTurn>) -> Vec<StoredTurn> {
    let rows = turns.into_iter().zip(&draft.times);
    rows.map(|(turn, time)| {
        let InputTurn { role, part, text } = turn;
        StoredTurn { role, part, text, time: time.time, offset_millis: time.offset_millis }
    })
    .collect()
}

/// Decides anew once the history of an interaction is known. Without history the assessment that was answered stands,
/// since the same input gives the same assessment.
pub fn decide(rules: Arc<Rules>, answered: Arc<Assessment>, text: TextState) -> Decide {
    Arc::new(move |input, enter| {
        let known = input.repeat_contact_days > 0;
        let assessment = if known { rules.assess(input, text) } else { (*answered).clone() };
        let due_time = rules.policy.due_time(enter, input.channel, assessment.priority.level, input.tier);
        Decision { assessment, due_time, shadow: rules.shadow(input, text) }
    })
}
