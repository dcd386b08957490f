//! The record of a credential. Everything that decides is sealed, so that a row edited in the file does not open; the
//! hash of the token stands inside too, so that it cannot be put beside another row. Of the second version, who made it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{RecordError, code::Code, decode, decode_as, encode_as};
use crate::{
    id::{CredentialId, PrincipalId, TenantId},
    store::CredentialRecord,
    time::Timestamp,
};

/// Number of a record that says who made the credential.
const CREATED: u8 = 2;

/// A credential.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct CredentialRow {
    first: FirstRow,
    /// Who made it.
    creator: Option<[u8; 16]>,
    /// Keyed hash of the token.
    pub(crate) token_hash: [u8; 32],
}

/// A credential as the first version notes it.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct FirstRow {
    credential: [u8; 16],
    principal: [u8; 16],
    tenant: [u8; 16],
    roles: Vec<u8>,
    label: String,
    create_time: i64,
    expire_time: i64,
    revoke_time: Option<i64>,
    token_hash: [u8; 32],
}

impl CredentialRow {
    /// The record of a credential whose token has this hash.
    pub(crate) fn new(record: &CredentialRecord, token_hash: [u8; 32]) -> Self {
        let first = FirstRow {
            credential: *record.credential.as_bytes(),
            principal: *record.principal.as_bytes(),
            tenant: *record.tenant.as_bytes(),
            roles: record.roles.iter().map(|role| role.code()).collect(),
            label: record.label.clone(),
            create_time: record.create_time.0,
            expire_time: record.expire_time.0,
            revoke_time: record.revoke_time.map(|time| time.0),
            token_hash,
        };
        Self { first, creator: record.creator.map(|id| *id.as_bytes()), token_hash }
    }

    /// The bytes of the record.
    pub(crate) fn encode(&self) -> Result<Vec<u8>, RecordError> {
        encode_as(CREATED, &(&self.first, self.creator))
    }

    /// The record of these bytes, of either version.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, RecordError> {
        let (first, creator): (FirstRow, _) =
            decode_as(CREATED, bytes).or_else(|_| decode(bytes).map(|first| (first, None)))?;
        Ok(Self { token_hash: first.token_hash, first, creator })
    }

    /// The credential of the record.
    pub(crate) fn into_record(self) -> Result<CredentialRecord, RecordError> {
        let Self { first: row, creator, token_hash: _ } = self;
        Ok(CredentialRecord {
            credential: CredentialId(Uuid::from_bytes(row.credential)),
            principal: PrincipalId(Uuid::from_bytes(row.principal)),
            tenant: TenantId(Uuid::from_bytes(row.tenant)),
            roles: row.roles.into_iter().map(Code::from_code).collect::<Result<_, _>>()?,
            label: row.label,
            creator: creator.map(|id| PrincipalId(Uuid::from_bytes(id))),
            create_time: Timestamp(row.create_time),
            expire_time: Timestamp(row.expire_time),
            revoke_time: row.revoke_time.map(Timestamp),
        })
    }
}
