//! People on the wire: selectors in, random ids and counts out. An identifier is normalised here and goes nowhere else.

use super::{
    enums, party,
    scalar::{self, wire_long, wire_time},
};
use crate::{
    access::Caller,
    id::{CaseId, SubjectId},
    service::{
        limits,
        path::{Path, Violations},
        pb,
        status::Reason,
    },
    store::{
        ErasureRecord, ErasureState, HoldReason, HoldRecord, HoldState, HoldTarget, Holdings, Officer, SubjectRecord,
        SubjectSelector, tombstone::Cause,
    },
    time::Timestamp,
};

/// Who acts.
pub fn officer(caller: &Caller) -> Officer {
    Officer { tenant: caller.tenant, principal: caller.principal }
}

/// What leads to people; at least one.
pub fn selectors(
    values: Vec<pb::SubjectSelector>,
    path: &Path<'_>,
    violations: &mut Violations,
) -> Vec<SubjectSelector> {
    violations.check(!values.is_empty(), path, Reason::FieldRequired);
    scalar::count(values.len(), limits::SUBJECT_SELECTORS_MAX, path, violations);
    let values = values.into_iter().enumerate().take(limits::SUBJECT_SELECTORS_MAX);
    values.filter_map(|(index, value)| selector(value, &path.at(index), violations)).collect()
}

fn selector(value: pb::SubjectSelector, path: &Path<'_>, violations: &mut Violations) -> Option<SubjectSelector> {
    use pb::subject_selector::By;
    let pb::SubjectSelector { by } = value;
    violations.check(by.is_some(), path, Reason::FieldRequired);
    match by? {
        By::Subject(name) => scalar::name(&name, &path.field("subject"), violations).map(SubjectSelector::Subject),
        By::Case(name) => scalar::name(&name, &path.field("case"), violations).map(SubjectSelector::Case),
        By::SourceRef(reference) => {
            let path = path.field("source_ref");
            scalar::source_ref(Some(reference), &path, violations).map(SubjectSelector::SourceRef)
        }
        By::CustomerRef(reference) => {
            let path = path.field("customer_ref");
            violations.check(!reference.is_empty(), &path, Reason::FieldRequired);
            scalar::reference(reference, &path, violations).map(SubjectSelector::CustomerRef)
        }
        By::Email(email) => {
            let email = party::normal_email(&email);
            violations.check(email.is_some(), &path.field("email"), Reason::FieldOutOfRange);
            email.map(SubjectSelector::Email)
        }
        By::Phone(phone) => {
            let phone = party::normal_phone(&phone);
            violations.check(phone.is_some(), &path.field("phone"), Reason::FieldOutOfRange);
            phone.map(SubjectSelector::Phone)
        }
    }
}

/// How much is kept, on the wire.
pub fn holdings(holdings: Holdings) -> pb::Holdings {
    let Holdings { cases, interactions, identifiers } = holdings;
    pb::Holdings { cases: wire_long(cases), interactions: wire_long(interactions), identifiers: wire_long(identifiers) }
}

/// A person on the wire.
pub fn subject(record: SubjectRecord) -> pb::Subject {
    let SubjectRecord { subject, holdings: kept, is_held } = record;
    pb::Subject { name: subject.to_string(), holdings: Some(holdings(kept)), on_hold: is_held }
}

/// An erasure on the wire.
pub fn erasure(record: ErasureRecord, certificate: String) -> pb::Erasure {
    let ErasureRecord {
        erasure,
        state,
        cause,
        subjects,
        cases,
        holdings: kept,
        etag,
        create_time,
        hold_end_time,
        erase_time,
    } = record;
    pb::Erasure {
        name: erasure.map(|id| id.to_string()).unwrap_or_default(),
        state: wire_state(state).into(),
        cause: wire_cause(cause).into(),
        subjects: subjects.iter().map(ToString::to_string).collect(),
        cases: cases.iter().map(ToString::to_string).collect(),
        holdings: Some(holdings(kept)),
        etag: etag.unwrap_or_default(),
        create_time: Some(wire_time(create_time)),
        hold_end_time: hold_end_time.map(wire_time),
        erase_time: erase_time.map(wire_time),
        certificate,
    }
}

fn wire_state(state: ErasureState) -> pb::ErasureState {
    match state {
        ErasureState::Shown => pb::ErasureState::Shown,
        ErasureState::OnHold => pb::ErasureState::OnHold,
        ErasureState::Erased => pb::ErasureState::Erased,
        ErasureState::Erasing => pb::ErasureState::Erasing,
    }
}

/// Only erasures, deletions of cases and off-boardings have an erasure to show.
fn wire_cause(cause: Cause) -> pb::ErasureCause {
    match cause {
        Cause::Erasure => pb::ErasureCause::SubjectErased,
        Cause::CaseDeleted => pb::ErasureCause::CaseDeleted,
        Cause::Offboarding => pb::ErasureCause::TenantOffboarded,
        Cause::Retention | Cause::Purge | Cause::Redaction => pb::ErasureCause::Unspecified,
    }
}

/// What is to be held, why and until when.
pub fn new_hold(
    request: pb::PlaceHoldRequest,
    now: Timestamp,
    violations: &mut Violations,
) -> Option<(HoldTarget, HoldReason, Timestamp)> {
    let pb::PlaceHoldRequest { target, reason, end_time } = request;
    let root = Path::Root;
    let target = hold_target(&target, &root.field("target"), violations);
    let reason = hold_reason(reason, &root.field("reason"), violations);
    let path = root.field("end_time");
    violations.check(end_time.is_some(), &path, Reason::FieldRequired);
    let end_time = scalar::timestamp(end_time, &path, violations)?;
    let latest = now + limits::seconds(limits::HOLD_SECONDS_MAX);
    violations.check(end_time > now && end_time <= latest, &path, Reason::FieldOutOfRange);
    Some((target?, reason?, end_time))
}

fn hold_target(name: &str, path: &Path<'_>, violations: &mut Violations) -> Option<HoldTarget> {
    if name.starts_with(CaseId::COLLECTION) {
        return scalar::name(name, path, violations).map(HoldTarget::Case);
    }
    scalar::name::<SubjectId>(name, path, violations).map(HoldTarget::Subject)
}

fn hold_reason(number: i32, path: &Path<'_>, violations: &mut Violations) -> Option<HoldReason> {
    let reason = match enums::known(number, path, violations) {
        pb::HoldReason::Unspecified => None,
        pb::HoldReason::Litigation => Some(HoldReason::Litigation),
        pb::HoldReason::Regulator => Some(HoldReason::Regulator),
        pb::HoldReason::Investigation => Some(HoldReason::Investigation),
        pb::HoldReason::HoldOther => Some(HoldReason::Other),
    };
    violations.check(number != 0, path, Reason::FieldRequired);
    reason
}

/// A hold on the wire.
pub fn hold(record: HoldRecord) -> pb::Hold {
    let HoldRecord { hold, target, reason, state, placer, approver, create_time, end_time } = record;
    pb::Hold {
        name: hold.to_string(),
        target: match target {
            HoldTarget::Subject(subject) => subject.to_string(),
            HoldTarget::Case(case) => case.to_string(),
        },
        reason: match reason {
            HoldReason::Litigation => pb::HoldReason::Litigation,
            HoldReason::Regulator => pb::HoldReason::Regulator,
            HoldReason::Investigation => pb::HoldReason::Investigation,
            HoldReason::Other => pb::HoldReason::HoldOther,
        }
        .into(),
        state: match state {
            HoldState::Proposed => pb::HoldState::HoldProposed,
            HoldState::Active => pb::HoldState::HoldActive,
            HoldState::Released => pb::HoldState::HoldReleased,
            HoldState::Ended => pb::HoldState::HoldEnded,
        }
        .into(),
        placer: placer.to_string(),
        approver: approver.map(|id| id.to_string()).unwrap_or_default(),
        create_time: Some(wire_time(create_time)),
        end_time: Some(wire_time(end_time)),
    }
}
