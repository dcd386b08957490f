//! Periods of retention on the wire, in days; what is unset takes its shipped value.

use std::ops::RangeInclusive;

use crate::{
    policy::{
        Retention,
        retention::{AUDIT_DAYS, FACTS_DAYS, TEXT_DAYS},
    },
    service::{
        convert::scalar::wire_int,
        path::{Path, Violations},
        pb,
        status::Reason,
    },
};

/// The periods that a request wants.
pub(super) fn retention(wanted: pb::RetentionPolicy, path: &Path<'_>, violations: &mut Violations) -> Retention {
    let pb::RetentionPolicy { text_days, facts_days, audit_days } = wanted;
    let shipped = Retention::default();
    let retention = Retention {
        text_days: days(text_days, shipped.text_days, &TEXT_DAYS, &path.field("text_days"), violations),
        facts_days: days(facts_days, shipped.facts_days, &FACTS_DAYS, &path.field("facts_days"), violations),
        audit_days: days(audit_days, shipped.audit_days, &AUDIT_DAYS, &path.field("audit_days"), violations),
    };
    let text_first = retention.text_days <= retention.facts_days;
    violations.check(text_first, &path.field("text_days"), Reason::FieldOutOfRange);
    retention
}

fn days(
    wanted: Option<i32>,
    shipped: u32,
    range: &RangeInclusive<u32>,
    path: &Path<'_>,
    violations: &mut Violations,
) -> u32 {
    let Some(wanted) = wanted else { return shipped };
    let days = u32::try_from(wanted).ok().filter(|days| range.contains(days));
    violations.check(days.is_some(), path, Reason::FieldOutOfRange);
    days.unwrap_or(shipped)
}

/// The same on the wire.
pub(super) fn wire(retention: &Retention) -> pb::RetentionPolicy {
    let Retention { text_days, facts_days, audit_days } = *retention;
    pb::RetentionPolicy {
        text_days: Some(wire_int(text_days)),
        facts_days: Some(wire_int(facts_days)),
        audit_days: Some(wire_int(audit_days)),
    }
}
