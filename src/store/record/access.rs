//! The record of a credential. Everything that decides is sealed, so that a row edited in the file does not open; the
//! hash of the token stands inside too, so that it cannot be put beside another row.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{RecordError, code::Code};
use crate::{
    id::{CredentialId, PrincipalId, TenantId},
    store::CredentialRecord,
    time::Timestamp,
};

/// A credential.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CredentialRow {
    credential: [u8; 16],
    principal: [u8; 16],
    tenant: [u8; 16],
    roles: Vec<u8>,
    label: String,
    create_time: i64,
    expire_time: i64,
    revoke_time: Option<i64>,
    /// Keyed hash of the token.
    pub(crate) token_hash: [u8; 32],
}

impl CredentialRow {
    /// The record of a credential whose token has this hash.
    pub(crate) fn new(record: &CredentialRecord, token_hash: [u8; 32]) -> Self {
        Self {
            credential: *record.credential.as_bytes(),
            principal: *record.principal.as_bytes(),
            tenant: *record.tenant.as_bytes(),
            roles: record.roles.iter().map(|role| role.code()).collect(),
            label: record.label.clone(),
            create_time: record.create_time.0,
            expire_time: record.expire_time.0,
            revoke_time: record.revoke_time.map(|time| time.0),
            token_hash,
        }
    }

    /// The credential of the record.
    pub(crate) fn into_record(self) -> Result<CredentialRecord, RecordError> {
        Ok(CredentialRecord {
            credential: CredentialId(Uuid::from_bytes(self.credential)),
            principal: PrincipalId(Uuid::from_bytes(self.principal)),
            tenant: TenantId(Uuid::from_bytes(self.tenant)),
            roles: self.roles.into_iter().map(Code::from_code).collect::<Result<_, _>>()?,
            label: self.label,
            create_time: Timestamp(self.create_time),
            expire_time: Timestamp(self.expire_time),
            revoke_time: self.revoke_time.map(Timestamp),
        })
    }
}
