//! Corrections on the wire: a label, a level, a reason; codes only.

use super::{enums, scalar::wire_time};
use crate::{
    policy::Correction,
    service::{
        path::{Path, Violations},
        pb,
        status::Reason,
    },
    store::{CorrectionReason, CorrectionRecord},
};

/// What is corrected and why.
pub fn parse(
    wanted: Option<pb::Correction>,
    path: &Path<'_>,
    violations: &mut Violations,
) -> Option<(Correction, CorrectionReason)> {
    violations.check(wanted.is_some(), path, Reason::FieldRequired);
    let pb::Correction { label, level, reason, principal: _, correct_time: _ } = wanted?;
    let label = enums::label(label, &path.field("label"), violations);
    let level = enums::level(level, &path.field("level"), violations);
    violations.check(label.is_some() || level.is_some(), &path.field("label"), Reason::FieldRequired);
    Some((Correction { label, level }, reason_of(reason, &path.field("reason"), violations)?))
}

fn reason_of(number: i32, path: &Path<'_>, violations: &mut Violations) -> Option<CorrectionReason> {
    let reason = match enums::known(number, path, violations) {
        pb::CorrectionReason::Unspecified => None,
        pb::CorrectionReason::Wording => Some(CorrectionReason::Wording),
        pb::CorrectionReason::Sarcasm => Some(CorrectionReason::Sarcasm),
        pb::CorrectionReason::Domain => Some(CorrectionReason::Domain),
        pb::CorrectionReason::Context => Some(CorrectionReason::Context),
        pb::CorrectionReason::Severity => Some(CorrectionReason::Severity),
        pb::CorrectionReason::Safety => Some(CorrectionReason::Safety),
        pb::CorrectionReason::Other => Some(CorrectionReason::Other),
    };
    violations.check(number != 0, path, Reason::FieldRequired);
    reason
}

fn wire_reason(reason: CorrectionReason) -> pb::CorrectionReason {
    match reason {
        CorrectionReason::Wording => pb::CorrectionReason::Wording,
        CorrectionReason::Sarcasm => pb::CorrectionReason::Sarcasm,
        CorrectionReason::Domain => pb::CorrectionReason::Domain,
        CorrectionReason::Context => pb::CorrectionReason::Context,
        CorrectionReason::Severity => pb::CorrectionReason::Severity,
        CorrectionReason::Safety => pb::CorrectionReason::Safety,
        CorrectionReason::Other => pb::CorrectionReason::Other,
    }
}

/// A correction on the wire.
pub fn wire(record: &CorrectionRecord) -> pb::Correction {
    let CorrectionRecord { correction: Correction { label, level }, reason, principal, time } = record;
    pb::Correction {
        label: label.map_or(pb::SentimentLabel::Unspecified, enums::wire_label).into(),
        level: level.map_or(pb::PriorityLevel::Unspecified, enums::wire_level).into(),
        reason: wire_reason(*reason).into(),
        principal: principal.to_string(),
        correct_time: Some(wire_time(*time)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(label: i32, level: i32, reason: i32, expected: &[(&str, Reason)]) {
        let mut violations = Violations::default();
        let root = Path::Root;
        let wanted = pb::Correction { label, level, reason, ..pb::Correction::default() };
        let read = parse(Some(wanted), &root.field("correction"), &mut violations);
        let found = violations.finish(()).err().map(|failure| failure.violations).unwrap_or_default();
        let found: Vec<_> = found.iter().map(|one| (one.field.as_str(), one.reason)).collect();
        assert_eq!(found, expected);
        if expected.is_empty() {
            let (correction, reason) = read.expect("it is read");
            let time = crate::time::Timestamp(0);
            let principal = crate::id::PrincipalId(uuid::Uuid::nil());
            let back = wire(&CorrectionRecord { correction, reason, principal, time });
            assert_eq!((back.label, back.level, back.reason), (label, level, wire_reason(reason) as i32));
        }
    }

    #[test]
    fn a_correction_says_something_and_why() {
        check(2, 0, 1, &[]);
        check(0, 4, 6, &[]);
        check(1, 1, 7, &[]);
        check(0, 0, 1, &[("correction.label", Reason::FieldRequired)]);
        check(2, 0, 0, &[("correction.reason", Reason::FieldRequired)]);
        check(9, 3, 1, &[("correction.label", Reason::FieldUnknownValue)]);
        check(2, 0, 99, &[("correction.reason", Reason::FieldUnknownValue)]);
    }
}
