//! Credentials and the roles they carry. Knows no token: a store gives it once and keeps a digest.

use std::time::Duration;

use crate::{
    id::{CredentialId, PrincipalId, TenantId},
    time::Timestamp,
};

/// What a principal may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum AccessRole {
    /// Submits.
    Intake = 1,
    /// Analyses without storing.
    Analyst = 2,
    /// Works the queue.
    Agent = 3,
    /// Reads the tenant's cases.
    Supervisor = 4,
    /// Manages credentials.
    TenantAdmin = 5,
    /// Erases, exports and holds what is kept of people.
    PrivacyOfficer = 6,
}

impl AccessRole {
    /// Every role.
    pub const ALL: [Self; 6] =
        [Self::Intake, Self::Analyst, Self::Agent, Self::Supervisor, Self::TenantAdmin, Self::PrivacyOfficer];
}

/// A credential to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCredential {
    /// The tenant.
    pub tenant: TenantId,
    /// Who makes it; `None`: somebody on the host.
    pub creator: Option<PrincipalId>,
    /// Roles, at least one.
    pub roles: Vec<AccessRole>,
    /// A label for people.
    pub label: String,
    /// How long it is valid.
    pub valid_duration: Duration,
}

/// A credential as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialRecord {
    /// The credential.
    pub credential: CredentialId,
    /// The principal it belongs to.
    pub principal: PrincipalId,
    /// The tenant.
    pub tenant: TenantId,
    /// Roles.
    pub roles: Vec<AccessRole>,
    /// A label for people.
    pub label: String,
    /// Who made it; `None`: somebody on the host, or a release that did not note it.
    pub creator: Option<PrincipalId>,
    /// When it was made.
    pub create_time: Timestamp,
    /// When it ends.
    pub expire_time: Timestamp,
    /// When it was revoked.
    pub revoke_time: Option<Timestamp>,
}
