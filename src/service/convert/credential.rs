//! Credentials on the wire. A token passes through here once, on its way out.

use super::{
    enums,
    scalar::{self, LABEL, wire_time},
};
use crate::{
    access::Caller,
    service::{
        limits,
        path::{Path, Violations},
        pb,
        status::{Outcome, Reason},
    },
    store::{AccessRole, CredentialRecord, NewCredential},
};

/// Bounds and default of the validity of a credential, in seconds.
const VALID: (usize, usize, usize) = (limits::CREDENTIAL_SECONDS_MIN, 30 * 86_400, limits::CREDENTIAL_SECONDS_MAX);

/// A request for a credential of the caller's own tenant.
///
/// # Errors
/// The fields that are wrong.
pub fn new_credential(request: pb::CreateCredentialRequest, caller: &Caller) -> Outcome<NewCredential> {
    let pb::CreateCredentialRequest { roles, label, valid_duration } = request;
    let (root, mut violations) = (Path::Root, Violations::default());
    if !label.is_empty() {
        LABEL.check(&label, &root.field("label"), &mut violations);
    }
    let new = NewCredential {
        tenant: caller.tenant,
        creator: Some(caller.principal),
        roles: access_roles(&roles, &root.field("roles"), &mut violations),
        label,
        valid_duration: scalar::duration_within(valid_duration, VALID, &root.field("valid_duration"), &mut violations),
    };
    violations.finish(new)
}

fn access_roles(numbers: &[i32], path: &Path<'_>, violations: &mut Violations) -> Vec<AccessRole> {
    violations.check(!numbers.is_empty(), path, Reason::FieldRequired);
    scalar::count(numbers.len(), AccessRole::ALL.len(), path, violations);
    let numbers = numbers.iter().enumerate().take(AccessRole::ALL.len());
    let mut roles: Vec<_> =
        numbers.map(|(index, number)| enums::access_role(*number, &path.at(index), violations)).collect();
    roles.sort_unstable();
    roles.dedup();
    roles
}

/// A credential on the wire.
pub fn credential(record: CredentialRecord) -> pb::Credential {
    let CredentialRecord {
        credential,
        principal,
        tenant: _,
        roles,
        label,
        creator,
        create_time,
        expire_time,
        revoke_time,
    } = record;
    pb::Credential {
        name: credential.to_string(),
        principal: principal.to_string(),
        label,
        roles: roles.into_iter().map(|role| enums::wire_access_role(role).into()).collect(),
        create_time: Some(wire_time(create_time)),
        expire_time: Some(wire_time(expire_time)),
        revoke_time: revoke_time.map(wire_time),
        creator: creator.map(|creator| creator.to_string()).unwrap_or_default(),
    }
}

/// The name of a credential in a request.
///
/// # Errors
/// It is no such name.
pub fn name(value: &str) -> Outcome<crate::id::CredentialId> {
    let mut violations = Violations::default();
    let id = scalar::name(value, &Path::Root.field("name"), &mut violations);
    violations.finish_some(id)
}
