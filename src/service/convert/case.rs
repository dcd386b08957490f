//! Cases and their interactions on the wire, and what a case is asked for by.

use super::{
    clocks, correction,
    draft::TurnTime,
    enums,
    outcome::{self, TurnView},
    party,
    points::Points,
    scalar::{self, wire_int, wire_time},
};
use crate::{
    id::{CaseId, InteractionId},
    service::{
        limits,
        path::{Path, Violations},
        pb,
        status::Reason,
    },
    store::{CaseLookup, CaseRecord, CaseState, InteractionRecord, OpenCase, SourceRef, StoredAttachment, StoredTurn},
};

/// A case on the wire with its interactions.
pub fn case(record: CaseRecord, interactions: &[InteractionRecord]) -> pb::Case {
    let CaseRecord {
        case,
        source_ref: reference,
        customer_ref,
        state,
        queue,
        tier,
        language,
        channel: _,
        label,
        level,
        value,
        emergency,
        create_time,
        update_time,
        queued,
        version,
        possible_duplicate_of,
        merged_into,
        clocks,
        service_times,
        due_changes,
        is_leased_by_reader: _,
    } = record;
    pb::Case {
        name: case.to_string(),
        source_ref: reference.map(source_ref),
        customer_ref: customer_ref.unwrap_or_default(),
        state: enums::wire_case_state(state).into(),
        queue,
        tier: enums::wire_tier(tier).into(),
        language_code: outcome::language(language),
        label: enums::wire_label(label).into(),
        level: enums::wire_level(level).into(),
        priority_value: i32::from(value),
        emergency,
        create_time: Some(wire_time(create_time)),
        update_time: Some(wire_time(update_time)),
        enter_time: queued.map(|(enter, _)| wire_time(enter)),
        due_time: queued.map(|(_, due)| wire_time(due)),
        etag: etag(version),
        interactions: interactions.iter().map(|one| interaction(case, one)).collect(),
        possible_duplicate_of: possible_duplicate_of.map(|other| other.to_string()).unwrap_or_default(),
        care_needed: false,
        merged_into: merged_into.map(|other| other.to_string()).unwrap_or_default(),
        service_clocks: clocks::service_clocks(clocks, state, &service_times),
        due_changes: due_changes.iter().map(clocks::due_change).collect(),
    }
}

/// The version of an etag that must be there. One that is none is that of no case.
pub fn version(given: &str, path: &Path<'_>, violations: &mut Violations) -> u64 {
    violations.check(!given.is_empty(), path, Reason::FieldRequired);
    version_of(given).unwrap_or(0)
}

/// A stored interaction on the wire.
pub fn interaction(case: CaseId, record: &InteractionRecord) -> pb::CaseInteraction {
    let InteractionRecord { interaction, receive_time, content, assessment, has_recording, correction } = record;
    let texts: Vec<Points<'_>> = content.turns.iter().map(|turn| Points::new(turn.text.as_str())).collect();
    let attributes = content.attributes.iter();
    pb::CaseInteraction {
        name: format!("{case}/{interaction}"),
        channel: content.input.channel.name().to_owned(),
        source_ref: content.source_ref.clone().map(source_ref),
        occur_time: Some(wire_time(content.occur_time)),
        receive_time: Some(wire_time(*receive_time)),
        handling: enums::wire_handling(content.handling).into(),
        text_state: enums::wire_text_state(content.text_state).into(),
        assessment: Some(outcome::assessment(assessment, &texts)),
        findings: content
            .findings
            .iter()
            .take(limits::ANSWER_PARTS_MAX)
            .map(|one| outcome::stored_finding(one, &texts))
            .collect(),
        turn_count: wire_int(content.turns.len()),
        has_recording: *has_recording,
        attributes: attributes.map(|(name, value)| (name.clone(), value.as_str().to_owned())).collect(),
        attachments: content.attachments.iter().map(attachment).collect(),
        hold_seconds: wire_int(content.input.hold_seconds),
        wait_seconds: wire_int(content.input.wait_seconds),
        correction: correction.as_ref().map(correction::wire),
    }
}

fn source_ref(reference: SourceRef) -> pb::SourceRef {
    let SourceRef { system, id } = reference;
    pb::SourceRef { system, id }
}

fn attachment(attachment: &StoredAttachment) -> pb::Attachment {
    let StoredAttachment { media_type, size_bytes, reference } = attachment;
    pb::Attachment {
        media_type: media_type.clone(),
        size_bytes: scalar::wire_long(*size_bytes),
        reference: reference.clone(),
    }
}

/// A stored turn on the wire.
pub fn turn(index: usize, stored: &StoredTurn) -> pb::RedactedTurn {
    let StoredTurn { role, part, text, time, offset_millis } = stored;
    let time = TurnTime { time: *time, offset_millis: *offset_millis };
    outcome::turn(index, TurnView { role: *role, part: *part, text, time })
}

/// The etag of a version of a case.
fn etag(version: u64) -> String {
    format!("v{version}")
}

/// The version of an etag; `None`: it is none.
pub fn version_of(text: &str) -> Option<u64> {
    let version = text.strip_prefix('v')?.parse().ok()?;
    (etag(version) == text).then_some(version)
}

/// The name of a state.
pub fn state_name(state: CaseState) -> &'static str {
    enums::wire_case_state(state).as_str_name()
}

/// A found case on the wire.
pub fn open_case(found: OpenCase) -> pb::OpenCase {
    let OpenCase { case, level, state } = found;
    pb::OpenCase {
        name: case.to_string(),
        level: enums::wire_level(level).into(),
        state: enums::wire_case_state(state).into(),
    }
}

/// What a case is looked up by. `None` only where something was noted.
pub fn lookup(request: pb::FindOpenCasesRequest, violations: &mut Violations) -> Option<CaseLookup> {
    use pb::find_open_cases_request::By;
    let pb::FindOpenCasesRequest { by } = request;
    let root = Path::Root;
    violations.check(by.is_some(), &root.field("by"), Reason::FieldRequired);
    match by? {
        By::SourceRef(reference) => {
            scalar::source_ref(Some(reference), &root.field("source_ref"), violations).map(CaseLookup::SourceRef)
        }
        By::CustomerRef(reference) => {
            let path = root.field("customer_ref");
            violations.check(!reference.is_empty(), &path, Reason::FieldRequired);
            scalar::reference(reference, &path, violations).map(CaseLookup::CustomerRef)
        }
        By::Email(email) => {
            let email = party::normal_email(&email);
            violations.check(email.is_some(), &root.field("email"), Reason::FieldOutOfRange);
            email.map(CaseLookup::Email)
        }
        By::Phone(phone) => {
            let phone = party::normal_phone(&phone);
            violations.check(phone.is_some(), &root.field("phone"), Reason::FieldOutOfRange);
            phone.map(CaseLookup::Phone)
        }
    }
}

/// The two ids of `cases/{uuid}/interactions/{uuid}`.
pub fn interaction_name(name: &str, path: &Path<'_>, violations: &mut Violations) -> Option<(CaseId, InteractionId)> {
    violations.check(!name.is_empty(), path, Reason::FieldRequired);
    let ids = name.match_indices('/').nth(1).and_then(|(at, _)| {
        let (case, interaction) = name.split_at_checked(at)?;
        Some((case.parse().ok()?, interaction.strip_prefix('/')?.parse().ok()?))
    });
    violations.check(ids.is_some() || name.is_empty(), path, Reason::FieldNotName);
    ids
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_etag_leads_back_and_anything_else_is_that_of_no_case() {
        for (given, expected) in [("v7", 7), (&etag(u64::MAX), u64::MAX), ("v07", 0), ("7", 0), ("v", 0), ("r1", 0)] {
            let mut violations = Violations::default();
            assert_eq!(version(given, &Path::Root, &mut violations), expected, "{given}");
            assert!(violations.finish(()).is_ok());
        }
        let mut violations = Violations::default();
        version("", &Path::Root.field("etag"), &mut violations);
        assert_eq!(violations.finish(()).unwrap_err().reason, Reason::FieldRequired);
    }

    #[track_caller]
    fn check(name: &str, good: bool) {
        let mut violations = Violations::default();
        assert_eq!(interaction_name(name, &Path::Root, &mut violations).is_some(), good, "{name}");
        assert_eq!(violations.finish(()).is_ok(), good, "{name}");
    }

    #[test]
    fn the_name_of_an_interaction_holds_two_ids() {
        let id = "018f3c2a-0000-7000-8000-000000000001";
        check(&format!("cases/{id}/interactions/{id}"), true);
        check(&format!("cases/{id}/interactions/{id}/turns"), false);
        check(&format!("interactions/{id}/cases/{id}"), false);
        check(&format!("cases/{id}"), false);
        check("cases//interactions/", false);
        check("", false);
    }
}
