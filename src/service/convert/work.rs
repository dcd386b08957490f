//! Moving items forward on the wire: the request, and why.

use super::{enums, scalar};
use crate::{
    access::Caller,
    queue::BumpReason,
    service::{
        path::{Path, Violations},
        pb,
        status::{Outcome, Reason},
    },
    store::{AccessRole, BumpRequest},
};

/// Each reason on the wire.
const REASONS: [(BumpReason, pb::BumpReason); 6] = [
    (BumpReason::Escalation, pb::BumpReason::Escalation),
    (BumpReason::Promise, pb::BumpReason::Promise),
    (BumpReason::Mishandled, pb::BumpReason::Mishandled),
    (BumpReason::Severity, pb::BumpReason::Worse),
    (BumpReason::Dependency, pb::BumpReason::Dependency),
    (BumpReason::Other, pb::BumpReason::Otherwise),
];

/// A request to move an item forward, within a budget.
///
/// # Errors
/// The fields that are wrong.
pub fn bump_request(request: pb::BumpItemRequest, caller: &Caller, budget: u32) -> Outcome<BumpRequest> {
    let pb::BumpItemRequest { case, reason, request_id } = request;
    let (root, mut violations) = (Path::Root, Violations::default());
    let case = scalar::name(&case, &root.field("case"), &mut violations);
    let path = root.field("reason");
    let wire: pb::BumpReason = enums::known(reason, &path, &mut violations);
    let reason = REASONS.iter().find(|(_, one)| *one == wire).map(|(reason, _)| *reason);
    violations.check(reason.is_some(), &path, Reason::FieldRequired);
    let request_id = scalar::request_id(&request_id, &root.field("request_id"), &mut violations);
    let (case, reason) = violations.finish_some(case.zip(reason))?;
    Ok(BumpRequest {
        tenant: caller.tenant,
        principal: caller.principal,
        request_id,
        case,
        reason,
        leased_only: !caller.roles.contains(&AccessRole::Supervisor),
        budget,
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::id::{CredentialId, PrincipalId, TenantId};

    #[track_caller]
    fn check(case: &str, reason: i32, expected: &[(&str, Reason)]) {
        let id = Uuid::from_u128(1);
        let (tenant, principal, credential) = (TenantId(id), PrincipalId(id), CredentialId(id));
        let caller = Caller { tenant, principal, credential, roles: vec![AccessRole::Agent] };
        let request = pb::BumpItemRequest { case: case.to_owned(), reason, ..pb::BumpItemRequest::default() };
        let found = match bump_request(request, &caller, 3) {
            Ok(read) => {
                assert!(read.leased_only && read.budget == 3);
                Vec::new()
            }
            Err(failure) => failure.violations,
        };
        let found: Vec<_> = found.iter().map(|one| (one.field.as_str(), one.reason)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_bump_names_an_item_and_a_reason() {
        let case = "cases/018f3c2a-0000-7000-8000-000000000001";
        for (_, wire) in REASONS {
            check(case, wire.into(), &[]);
        }
        check(case, 0, &[("reason", Reason::FieldRequired)]);
        check(case, 99, &[("reason", Reason::FieldUnknownValue), ("reason", Reason::FieldRequired)]);
        check("cases/x", 1, &[("case", Reason::FieldNotName)]);
    }

    #[test]
    fn every_reason_is_on_the_wire() {
        assert!(BumpReason::ALL.iter().all(|reason| REASONS.iter().any(|(known, _)| known == reason)));
    }
}
