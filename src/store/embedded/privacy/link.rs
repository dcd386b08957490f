//! Two people who are one: the data keys of the one are wrapped anew under the key of the other, and its own key goes.

use rusqlite::params;
use uuid::Uuid;

use super::{erase::audit, scope};
use crate::{
    audit::Action,
    crypto::{Key, KeyKind, KeyName},
    id::SubjectId,
    store::{
        Officer, StoreError,
        embedded::{ring::Tenant, wraps, write::Write},
    },
};

/// Makes `from` one with `into`. The key file is committed first: where a crash comes between the two commits, `from` is an
/// empty shell whose holds stand for `into`, and linking them once more ends what was begun.
pub(super) fn link(
    write: &mut Write<'_>,
    tenant: &Tenant,
    officer: Officer,
    into: SubjectId,
    from: SubjectId,
) -> Result<(), StoreError> {
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
        "INSERT OR REPLACE INTO links(main, subject) VALUES(?1, ?2)",
    ] {
        write.keys.prepare_cached(sql)?.execute(both)?;
    }
    write.data.prepare_cached("UPDATE holds SET object = ?1 WHERE object = ?2")?.execute(both)?;
    (1..=old.name().version).try_for_each(|version| write.doom(KeyName { version, ..old.name() }))?;
    audit(write, tenant, Some(officer.principal), Action::SubjectsLinked, into.0, 1)
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        crypto::{MasterKey, Secret},
        id::{HoldId, PrincipalId},
        store::{
            Privacy, Store,
            embedded::{
                EmbeddedStore, StoreConfig,
                privacy::holds,
                ring::{Tenant, first},
            },
        },
        time::{ManualClock, Timestamp},
    };

    const INTO: SubjectId = SubjectId(Uuid::from_u128(1));
    const FROM: SubjectId = SubjectId(Uuid::from_u128(2));

    /// Two people, the second with an interaction and a hold.
    fn fill(write: &Write<'_>, tenant: &Tenant) -> Result<(), StoreError> {
        for subject in [INTO, FROM] {
            let key = Key::draw(first(KeyKind::Subject, subject.0))?;
            wraps::insert(write.keys, write.ring.store, tenant.id, &tenant.key, &key)?;
            let record = Key::draw(first(KeyKind::Interaction, Uuid::from_u128(subject.0.as_u128() + 10)))?;
            wraps::insert(write.keys, write.ring.store, tenant.id, &key, &record)?;
        }
        let hold = HoldId(Uuid::from_u128(5));
        write.data.execute(
            "INSERT INTO holds(hold, tenant, kind, object, reason, placer, approver, create_time, end_time)
             VALUES(?1, ?2, ?3, ?4, 1, ?1, ?1, 0, ?5)",
            params![hold.as_bytes(), tenant.number, KeyKind::Subject as u8, FROM.as_bytes(), i64::MAX],
        )?;
        Ok(())
    }

    #[tokio::test]
    async fn a_link_that_was_cut_short_keeps_the_hold_and_is_ended_by_the_next_try() {
        let dir = tempfile::tempdir().unwrap();
        let store = EmbeddedStore::open(StoreConfig {
            data_dir: dir.path().join("data"),
            keys_dir: dir.path().join("keys"),
            master_key: MasterKey::new(Secret::from_slice(&[3; 32]).unwrap()).unwrap(),
            clock: Arc::new(ManualClock::new(Timestamp(1_000_000))),
        });
        let store = store.unwrap();
        let tenant = store.ensure_tenant("acme").await.unwrap();
        let officer = Officer { tenant, principal: PrincipalId(Uuid::from_u128(9)) };
        let of = store.ring.tenant(tenant).unwrap();
        let cut = Arc::clone(&of);
        let half = move |write: &mut Write<'_>| {
            fill(write, &cut)?;
            // What a kill between the two commits leaves: the key file is ahead.
            write.data.execute_batch("SAVEPOINT cut")?;
            link(write, &cut, officer, INTO, FROM)?;
            Ok(write.data.execute_batch("ROLLBACK TO cut; RELEASE cut")?)
        };
        store.committer.run(half).await.unwrap();
        let held = |subject| {
            let of = Arc::clone(&of);
            store.committer.run(move |write| {
                let scope = scope::Scope::of(write.keys, [subject].into())?;
                Ok((scope.interactions.len(), holds::end_of(write, &of, &scope)?.is_some()))
            })
        };
        assert_eq!((held(INTO).await.unwrap(), held(FROM).await.unwrap()), ((2, true), (0, true)));
        let linked = store.link_subjects(officer, INTO, FROM).await.unwrap();
        assert_eq!((linked.holdings.interactions, linked.is_held), (2, true));
    }
}
