//! What an interaction is joined to a case by: its own reference, the reference of the case, the message ids of a mail
//! thread; all as keyed hashes within one tenant.

use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    crypto::{LookupKey, Purpose, ShortHash},
    store::{JoinKeys, SourceRef, StoreError},
};

/// Keyed hashes of everything an interaction may be joined by.
#[derive(Debug)]
pub(super) struct JoinHashes {
    /// Its own reference.
    pub(super) interaction: Option<ShortHash>,
    /// Reference of the case.
    pub(super) case: Option<ShortHash>,
    /// Ids of its own messages.
    pub(super) messages: Vec<ShortHash>,
    /// Ids of the messages they answer.
    pub(super) references: Vec<ShortHash>,
}

impl JoinHashes {
    /// The hashes of these keys.
    pub(super) fn new(lookup: &LookupKey, source_ref: Option<&SourceRef>, join: &JoinKeys) -> Self {
        let message = |id: &crate::conversation::RawText| lookup.short(Purpose::MessageId, &[id.expose().as_bytes()]);
        Self {
            interaction: source_ref.map(|source_ref| reference(lookup, Purpose::InteractionRef, source_ref)),
            case: join.case_source_ref.as_ref().map(|source_ref| reference(lookup, Purpose::CaseRef, source_ref)),
            messages: join.message_ids.iter().map(message).collect(),
            references: join.references.iter().map(message).collect(),
        }
    }

    /// The case these hashes lead to: by its reference, else by the mail thread.
    pub(super) fn case_number(&self, data: &Connection, tenant: i64) -> Result<Option<i64>, StoreError> {
        let candidates = self.case.iter().chain(&self.messages).chain(&self.references);
        for hash in candidates {
            if let Some(target) = find(data, tenant, hash)? {
                return Ok(Some(target.case_number));
            }
        }
        Ok(None)
    }

    /// Lets every hash that leads nowhere yet lead to this case and interaction.
    pub(super) fn insert(&self, data: &Connection, tenant: i64, target: Target) -> Result<(), StoreError> {
        let mut statement = data.prepare_cached(
            "INSERT OR IGNORE INTO joins(tenant, hash, case_number, interaction_number) VALUES(?1, ?2, ?3, ?4)",
        )?;
        if let Some(hash) = &self.interaction {
            statement.execute(params![tenant, hash, target.case_number, target.interaction_number])?;
        }
        for hash in self.messages.iter().chain(&self.references) {
            statement.execute(params![tenant, hash, target.case_number, target.interaction_number])?;
        }
        if let Some(hash) = &self.case {
            statement.execute(params![tenant, hash, target.case_number, None::<i64>])?;
        }
        Ok(())
    }
}

/// The hash of a reference.
pub(super) fn reference(lookup: &LookupKey, purpose: Purpose, source_ref: &SourceRef) -> ShortHash {
    lookup.short(purpose, &[source_ref.system.as_bytes(), source_ref.id.as_bytes()])
}

/// What a hash leads to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Target {
    /// The case.
    pub(super) case_number: i64,
    /// The interaction, where the hash is of its own reference or of a message.
    pub(super) interaction_number: Option<i64>,
}

/// Lets everything that leads to a case, or to one interaction of it, lead to another case.
pub(super) fn lead_to(
    data: &Connection,
    (from, interaction): (i64, Option<i64>),
    case_number: i64,
) -> Result<(), StoreError> {
    let mut statement = data.prepare_cached(
        "UPDATE joins SET case_number = ?3 WHERE case_number = ?1 AND (?2 IS NULL OR interaction_number = ?2)",
    )?;
    statement.execute(params![from, interaction, case_number])?;
    Ok(())
}

/// What a hash leads to within a tenant.
pub(super) fn find(data: &Connection, tenant: i64, hash: &ShortHash) -> Result<Option<Target>, StoreError> {
    let mut statement =
        data.prepare_cached("SELECT case_number, interaction_number FROM joins WHERE tenant = ?1 AND hash = ?2")?;
    let target = statement.query_row(params![tenant, hash], |row| {
        Ok(Target { case_number: row.get(0)?, interaction_number: row.get(1)? })
    });
    Ok(target.optional()?)
}
