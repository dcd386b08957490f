//! Two people who are one: the data keys of the one are wrapped anew under the key of the other, and its own key goes.

use rusqlite::params;
use uuid::Uuid;

use super::{
    erase::audit,
    scope::{self, Scope},
};
use crate::{
    audit::Action,
    crypto::{Key, KeyKind, KeyName},
    id::SubjectId,
    store::{
        Officer, StoreError, SubjectRecord,
        embedded::{ring::Tenant, wraps, write::Write},
    },
};

/// Makes `from` one with `into`.
pub(super) fn link(
    write: &mut Write<'_>,
    tenant: &Tenant,
    officer: Officer,
    into: SubjectId,
    from: SubjectId,
) -> Result<SubjectRecord, StoreError> {
    if into == from {
        return Err(StoreError::Changed);
    }
    let (parent, old) = (key(write, tenant, into)?, key(write, tenant, from)?);
    for name in children(write, from)? {
        let child = write.ring.data_key(write.keys, tenant, name)?.ok_or(StoreError::RecordGone)?;
        wraps::rewrap(write.keys, write.ring.store, tenant.id, &parent, &child)?;
    }
    let both = params![into.as_bytes(), from.as_bytes()];
    for sql in [
        "UPDATE identifiers SET subject = ?1 WHERE subject = ?2",
        "UPDATE links SET main = ?1 WHERE main = ?2",
        "INSERT INTO links(main, subject) VALUES(?1, ?2)",
    ] {
        write.keys.prepare_cached(sql)?.execute(both)?;
    }
    write.data.prepare_cached("UPDATE holds SET object = ?1 WHERE object = ?2")?.execute(both)?;
    (1..=old.name().version).try_for_each(|version| write.doom(KeyName { version, ..old.name() }))?;
    audit(write, tenant, Some(officer.principal), Action::SubjectsLinked, into.0, 1)?;
    let holdings = Scope::of(write.keys, [into].into())?.holdings();
    Ok(SubjectRecord { subject: into, holdings, is_held: false })
}

fn key(write: &Write<'_>, tenant: &Tenant, subject: SubjectId) -> Result<Key, StoreError> {
    scope::existing(write.keys, tenant, subject)?.ok_or(StoreError::NotFound)?;
    let version = wraps::latest_version(write.keys, KeyKind::Subject, subject.0)?.ok_or(StoreError::NotFound)?;
    write.ring.subject(write.keys, tenant, subject, version)?.ok_or(StoreError::NotFound)
}

/// The data keys that hang from a person, every version of them.
fn children(write: &Write<'_>, subject: SubjectId) -> Result<Vec<KeyName>, StoreError> {
    let mut statement = write.keys.prepare_cached("SELECT id, kind, version FROM wraps WHERE parent = ?1")?;
    let rows = statement.query_map([subject.as_bytes()], |row| {
        let kind = if row.get::<_, u8>(1)? == KeyKind::Case as u8 { KeyKind::Case } else { KeyKind::Interaction };
        Ok(KeyName { kind, id: Uuid::from_bytes(row.get(0)?), version: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
