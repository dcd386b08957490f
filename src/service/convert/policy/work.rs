//! The bounds of those who work the queue, on the wire.

use crate::{
    policy::{WORK_MAX, WorkRules},
    service::{
        convert::scalar::wire_int,
        path::{Path, Violations},
        pb,
        status::Reason,
    },
};

/// The bounds; what is unset is as shipped.
pub(super) fn rules(wanted: pb::WorkPolicy, path: &Path<'_>, violations: &mut Violations) -> WorkRules {
    let pb::WorkPolicy { bumps_per_day_max, leases_max } = wanted;
    let shipped = WorkRules::default();
    let mut within = |name, least, given: Option<i32>, shipped| {
        let value = given.map_or(Some(shipped), |given| u32::try_from(given).ok());
        let value = value.filter(|value| (least..=WORK_MAX).contains(value));
        violations.check(value.is_some(), &path.field(name), Reason::FieldOutOfRange);
        value.unwrap_or(shipped)
    };
    WorkRules {
        bumps_per_day_max: within("bumps_per_day_max", 0, bumps_per_day_max, shipped.bumps_per_day_max),
        leases_max: within("leases_max", 1, leases_max, shipped.leases_max),
    }
}

/// The same on the wire.
pub(super) fn wire(rules: WorkRules) -> pb::WorkPolicy {
    let WorkRules { bumps_per_day_max, leases_max } = rules;
    let number = |number: u32| Some(wire_int(number));
    pb::WorkPolicy { bumps_per_day_max: number(bumps_per_day_max), leases_max: number(leases_max) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bumps: i32, leases: i32, expected: &[&str]) {
        let mut violations = Violations::default();
        let wanted = pb::WorkPolicy { bumps_per_day_max: Some(bumps), leases_max: Some(leases) };
        let read = rules(wanted, &Path::Root, &mut violations);
        let found = violations.finish(()).err().map(|failure| failure.violations).unwrap_or_default();
        assert_eq!(found.iter().map(|one| one.field.as_str()).collect::<Vec<_>>(), expected);
        if expected.is_empty() {
            assert_eq!(wire(read), wanted);
        }
    }

    #[test]
    fn bounds_have_bounds() {
        check(0, 1, &[]);
        check(10_000, 10_000, &[]);
        check(-1, 0, &["bumps_per_day_max", "leases_max"]);
        check(10_001, 10_001, &["bumps_per_day_max", "leases_max"]);
        assert_eq!(rules(pb::WorkPolicy::default(), &Path::Root, &mut Violations::default()), WorkRules::default());
    }
}
