//! The purge sweep: everything above the data keys is drawn anew (master, tenants, subjects), every live wrap is wrapped
//! anew, and the files are rewritten. What an old block of the disk still holds then leads to a root that is gone.

use std::sync::Arc;

use rusqlite::{Connection, params};
use uuid::Uuid;

use super::{audit, master, tenant};
use crate::{
    audit::Action,
    crypto::{Key, KeyKind, KeyName, MasterKey},
    id::SubjectId,
    store::{
        Rotated, StoreError,
        embedded::{
            EmbeddedStore, error::damaged, logs::Cleaning, ring::Tenant, scrub::WINDOW_PAGES, wraps, write::Write,
        },
    },
};

/// How many subjects a batch deals with.
const BATCH: u32 = 64;

/// Carries it out. Cut short, it leaves a store that is whole; it is then asked for again.
pub(super) async fn purge(store: &EmbeddedStore, new: MasterKey) -> Result<Rotated, StoreError> {
    let mut done = Rotated::default();
    for tenant in store.ring.tenants() {
        done += tenant::rotate(store, &tenant).await?;
        let mut cursor = Some([0; 16]);
        while let Some(after) = cursor {
            let batch = Arc::clone(&tenant);
            let (count, next) = store.committer.run(move |write| renew(write, &batch, after)).await?;
            done += count;
            cursor = next;
        }
    }
    done += master::rotate(store, new).await?;
    store.empty_logs(Cleaning::RewriteKeys).await?;
    store.scrub(WINDOW_PAGES).await?;
    store.committer.run(|write| audit(write, None, Action::KeysPurged, 1)).await?;
    Ok(done)
}

/// Gives the next subjects new keys.
fn renew(write: &Write<'_>, tenant: &Tenant, after: [u8; 16]) -> Result<(Rotated, Option<[u8; 16]>), StoreError> {
    let subjects = subjects(write.keys, tenant, after)?;
    let mut done = Rotated::default();
    for subject in &subjects {
        done.wraps += renew_one(write, tenant, SubjectId::from(*subject))?;
        done.keys += 1;
    }
    let next = subjects.last().filter(|_| subjects.len() == BATCH as usize).copied();
    Ok((done, next))
}

fn subjects(keys: &Connection, tenant: &Tenant, after: [u8; 16]) -> Result<Vec<[u8; 16]>, StoreError> {
    let mut statement = keys.prepare_cached(
        "SELECT DISTINCT id FROM wraps WHERE parent = ?1 AND kind = ?2 AND id > ?3 ORDER BY id LIMIT ?4",
    )?;
    let key = params![tenant.id.as_bytes(), KeyKind::Subject as u8, after, BATCH];
    let rows = statement.query_map(key, |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Draws a new key for a subject, wraps its data keys anew under it, and destroys the old one; gives their count.
fn renew_one(write: &Write<'_>, tenant: &Tenant, subject: SubjectId) -> Result<u64, StoreError> {
    let (keys, ring) = (write.keys, write.ring);
    let version = wraps::latest_version(keys, KeyKind::Subject, subject.0)?;
    let old = KeyName { kind: KeyKind::Subject, id: subject.0, version: version.ok_or(StoreError::RecordGone)? };
    let new = Key::draw(KeyName { version: old.version + 1, ..old })?;
    wraps::insert(keys, ring.store, tenant.id, &tenant.key, &new)?;
    let children = children(keys, subject)?;
    for name in &children {
        let wrap = wraps::get(keys, *name)?.ok_or_else(|| damaged(&name.id))?;
        let parent = ring.subject(keys, tenant, subject, wrap.parent_version)?;
        let parent = parent.ok_or_else(|| damaged(&format!("the key above {}", name.id)))?;
        let key = wraps::open(&wrap, ring.store, tenant.id, &parent, *name)?;
        wraps::rewrap(keys, ring.store, tenant.id, &new, &key)?;
    }
    wraps::destroy(keys, old)?;
    Ok(children.len() as u64)
}

fn children(keys: &Connection, subject: SubjectId) -> Result<Vec<KeyName>, StoreError> {
    let mut statement = keys.prepare_cached("SELECT kind, id, version FROM wraps WHERE parent = ?1")?;
    let rows = statement
        .query_map([subject.as_bytes()], |row| Ok((row.get::<_, u8>(0)?, row.get::<_, [u8; 16]>(1)?, row.get(2)?)))?;
    let kinds = [KeyKind::Case, KeyKind::Interaction];
    let name = |(kind, id, version)| {
        let kind = kinds.into_iter().find(|known| *known as u8 == kind);
        let kind = kind.ok_or_else(|| damaged(&"the kind of a key below a subject"))?;
        Ok(KeyName { kind, id: Uuid::from_bytes(id), version })
    };
    rows.map(|row| name(row?)).collect()
}
