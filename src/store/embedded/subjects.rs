//! Whose matter it is. Identifiers lead to a random subject through keyed hashes in the key file, and nowhere else.
//!
//! The strongest identifier that is given (customer reference, then e-mail, then telephone) decides alone; where it is
//! unknown the subject is new, and takes the given identifiers that lead to nobody yet. So intake never merges two
//! people who share a telephone.

use rusqlite::{Connection, OptionalExtension};

use super::{error::damaged, graves, ring::Tenant, wraps, write::Write};
use crate::{
    crypto::{Key, KeyKind, KeyName, LookupKey, Purpose, ShortHash},
    id::SubjectId,
    store::{StoreError, SubjectKeys},
};

/// Keyed hashes of the identifiers, strongest first.
pub(super) fn hashes(lookup: &LookupKey, keys: &SubjectKeys) -> Vec<ShortHash> {
    let customer = keys.customer_ref.iter().map(|value| (Purpose::CustomerRef, value.as_str()));
    let emails = keys.emails.iter().map(|value| (Purpose::Email, value.expose()));
    let phones = keys.phones.iter().map(|value| (Purpose::Phone, value.expose()));
    let all = customer.chain(emails).chain(phones);
    all.map(|(purpose, value)| lookup.short(purpose, &[value.as_bytes()])).collect()
}

/// The subject that an identifier leads to.
pub(super) fn find(keys: &Connection, hash: &ShortHash) -> Result<Option<SubjectId>, StoreError> {
    let mut statement = keys.prepare_cached("SELECT subject FROM identifiers WHERE hash = ?1")?;
    let subject: Option<[u8; 16]> = statement.query_row([hash], |row| row.get(0)).optional()?;
    Ok(subject.map(SubjectId::from))
}

/// The key of the subject that these identifiers belong to; `None`: a new subject, whose key is `fresh` from now on.
pub(super) fn of_identifiers(
    write: &Write<'_>,
    tenant: &Tenant,
    hashes: &[ShortHash],
    fresh: &Key,
) -> Result<Option<Key>, StoreError> {
    let known = hashes.first().map(|strongest| find(write.keys, strongest)).transpose()?.flatten();
    if let Some(subject) = known {
        return existing(write, tenant, subject).map(Some);
    }
    wraps::insert(write.keys, write.ring.store, tenant.id, &tenant.key, fresh)?;
    let mut statement = write.keys.prepare_cached("INSERT OR IGNORE INTO identifiers(hash, subject) VALUES(?1, ?2)")?;
    for hash in hashes {
        statement.execute((hash, fresh.name().id.as_bytes()))?;
    }
    Ok(None)
}

/// The key of the subject that a data key hangs from.
pub(super) fn of_data_key(write: &Write<'_>, tenant: &Tenant, name: KeyName) -> Result<Key, StoreError> {
    let wrap = wraps::get(write.keys, name)?.ok_or_else(|| graves::keyless(write.keys, name))?;
    existing(write, tenant, SubjectId(wrap.parent))
}

fn existing(write: &Write<'_>, tenant: &Tenant, subject: SubjectId) -> Result<Key, StoreError> {
    let version = wraps::latest_version(write.keys, KeyKind::Subject, subject.0)?;
    let key = version.map(|version| write.ring.subject(write.keys, tenant, subject, version)).transpose()?;
    key.flatten().ok_or_else(|| damaged(&"an identifier that leads to a destroyed subject"))
}
