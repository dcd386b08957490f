//! Stored text redacted once more, by the redactor of the present policy: what it finds beyond what was removed before is
//! removed too. Nothing that was removed can come back, because only what is left is read.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use super::rules::Rules;
use crate::{
    assessment::{AssessmentInput, InputTurn},
    conversation::{Part, RawText, RawTurn, Role},
    redact::{Finding, RedactedTurn},
    store::{InteractionContent, RedactAgain, StoredFinding, StoredTurn, TextState},
    text::Span,
};

/// Redacts as these rules want it.
pub fn redactor(rules: Arc<Rules>) -> RedactAgain {
    Arc::new(move |content| {
        let tried = catch_unwind(AssertUnwindSafe(|| redacted(&rules, content)));
        tried.unwrap_or_else(|_| {
            // What is stored went through a redactor once; a fault of the present one leaves it as it is.
            tracing::error!("the redactor failed on stored text, which stays as it was");
            None
        })
    })
}

/// The content without what the redactor still finds in it; `None`: it finds nothing.
fn redacted(rules: &Rules, content: &InteractionContent) -> Option<InteractionContent> {
    if content.text_state == TextState::Withheld {
        return None;
    }
    let said = content.turns.iter().map(|turn| raw(turn.role, turn.part, turn.text.as_str()));
    let values = content.attributes.values().map(|value| raw(Role::Automated, Part::Quoted, value.as_str()));
    let all: Vec<RawTurn> = said.chain(values).collect();
    let redaction = rules.triage.redact(&[], &all);
    if redaction.turns.iter().all(|turn| turn.findings.is_empty()) {
        return None;
    }
    let (said, values) = redaction.turns.split_at_checked(content.turns.len())?;
    let stored = content.turns.iter().zip(said);
    let turns: Vec<_> = stored.map(|(old, new)| StoredTurn { text: new.text.clone(), ..old.clone() }).collect();
    let names = content.attributes.keys().cloned();
    let input = turns.iter().map(|turn| InputTurn { role: turn.role, part: turn.part, text: turn.text.clone() });
    Some(InteractionContent {
        findings: findings(&content.findings, said),
        attributes: names.zip(values.iter().map(|value| value.text.clone())).collect(),
        input: AssessmentInput { turns: input.collect(), ..content.input.clone() },
        turns,
        ..content.clone()
    })
}

fn raw(role: Role, part: Part, text: &str) -> RawTurn {
    RawTurn { role, part, text: RawText::from(text) }
}

/// The findings of before where they stand now, and the new ones, in the order of the text.
fn findings(before: &[StoredFinding], turns: &[RedactedTurn]) -> Vec<StoredFinding> {
    let of = |turn: u32| turns.get(turn as usize).map_or(&[][..], |turn| &turn.findings);
    let kept =
        before.iter().filter_map(|one| Some(StoredFinding { span: moved(one.span, of(one.turn))?, ..one.clone() }));
    let new = turns.iter().flat_map(|turn| turn.findings.iter().map(|one| stored(turn.index, one)));
    let mut all: Vec<_> = kept.chain(new).collect();
    all.sort_by_key(|one| (one.turn, one.span.start));
    all
}

/// Where a span of the earlier text stands after these findings were replaced; `None`: it was part of one of them.
fn moved(span: Span, found: &[Finding]) -> Option<Span> {
    let (mut removed, mut added) = (0, 0);
    for Finding { received, span: now, .. } in found {
        if received.end <= span.start {
            removed += received.end - received.start;
            added += now.end - now.start;
        } else if received.start < span.end {
            return None;
        }
    }
    let at = |place: u32| (place + added).checked_sub(removed);
    Some(Span { start: at(span.start)?, end: at(span.end)? })
}

/// A finding as it is stored.
pub(super) fn stored(turn: u32, finding: &Finding) -> StoredFinding {
    StoredFinding {
        turn,
        kind: finding.kind,
        span: finding.span,
        likelihood: finding.likelihood,
        reasons: finding.reasons.iter().map(|reason| (*reason).to_owned()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::{
        conversation::Channel,
        policy::Policy,
        redact::{Kind, Likelihood, RedactedText},
        store::Handling,
        time::Timestamp,
    };

    fn content(text: &str, findings: Vec<StoredFinding>) -> InteractionContent {
        let text = RedactedText::from_sealed(text.to_owned());
        let turn = StoredTurn { role: Role::Customer, part: Part::Body, text, time: None, offset_millis: None };
        InteractionContent {
            source_ref: None,
            source_version: 0,
            handling: Handling::Closed,
            occur_time: Timestamp(0),
            queue: String::new(),
            required_skills: Vec::new(),
            turns: vec![turn],
            findings,
            attributes: BTreeMap::new(),
            attachments: Vec::new(),
            text_state: TextState::Redacted,
            input: AssessmentInput::new(Channel::Query),
        }
    }

    fn finding(text: &str, placeholder: &str) -> StoredFinding {
        let start = u32::try_from(text.find(placeholder).unwrap()).unwrap();
        let end = start + u32::try_from(placeholder.len()).unwrap();
        let (kind, likelihood) = (Kind::Person, Likelihood::Likely);
        StoredFinding { turn: 0, kind, span: Span { start, end }, likelihood, reasons: Vec::new() }
    }

    #[test]
    fn what_is_found_anew_goes_and_what_was_found_stays_where_it_moved_to() {
        let redact = redactor(Arc::new(Rules::new(Arc::new(Policy::default())).unwrap()));
        let text = "write to jo.hall@mail.example for [PERSON_1] and to ann.lee@mail.example or [PERSON_2]";
        let before = ["[PERSON_1]", "[PERSON_2]"].map(|placeholder| finding(text, placeholder)).to_vec();
        let mut stored = content(text, before);
        let attribute = RedactedText::from_sealed("jo.hall@mail.example".to_owned());
        stored.attributes.insert("note".to_owned(), attribute);
        let found = redact(&stored).unwrap();
        let now = found.turns[0].text.as_str();
        assert_eq!(now, "write to [EMAIL_1] for [PERSON_1] and to [EMAIL_2] or [PERSON_2]");
        let shown: Vec<&str> = found.findings.iter().map(|one| one.span.of(now)).collect();
        assert_eq!(shown, ["[EMAIL_1]", "[PERSON_1]", "[EMAIL_2]", "[PERSON_2]"]);
        assert_eq!(found.attributes["note"].as_str(), "[EMAIL_1]");
        assert_eq!(found.input.turns[0].text, found.turns[0].text);
        assert_eq!(redact(&found), None, "twice is once");
    }

    #[test]
    fn text_that_is_clean_or_withheld_is_left() {
        let redact = redactor(Arc::new(Rules::new(Arc::new(Policy::default())).unwrap()));
        assert_eq!(redact(&content("the kettle of [PERSON_1] is broken", Vec::new())), None);
        let withheld = InteractionContent { text_state: TextState::Withheld, ..content("", Vec::new()) };
        assert_eq!(redact(&withheld), None);
    }
}
