//! New data keys: each case and each interaction of a tenant is sealed anew under a fresh key. Two passes, by number, so
//! that nothing is missed when it moves between cases: the first seals anew and keeps the old keys for those who still
//! read; the second finds every value of a record under its newest key and destroys the older ones. A record of which a
//! value is damaged keeps its key, which a repair would need, and holds up no other.

use std::sync::Arc;

use rusqlite::{Connection, params};
use uuid::Uuid;

use super::{
    audit,
    state::{Kind, Rotation},
};
use crate::{
    audit::Action,
    crypto::{Key, KeyKind, KeyName},
    store::{
        Rotated, StoreError,
        embedded::{
            EmbeddedStore, error::damaged, header, jobs::Turn, ring::Tenant, sealed, subjects, verify, wraps,
            write::Write,
        },
    },
};

/// How many records a batch deals with: few, so that no other job waits long.
const BATCH: u32 = 32;
/// How many rows are looked at for those of one tenant before the position is noted.
const LOOKED: u32 = 4096;

/// In the header of the data file: how many records of a tenant have kept their keys.
const KEPT: &str = "keys kept ";

/// The passes, in order.
const PASSES: [Pass; 4] = [
    Pass { kind: KeyKind::Case, destroys: false },
    Pass { kind: KeyKind::Interaction, destroys: false },
    Pass { kind: KeyKind::Case, destroys: true },
    Pass { kind: KeyKind::Interaction, destroys: true },
];
/// The first pass that destroys.
const DESTROYS: usize = 2;

/// One way through all records of a kind.
#[derive(Clone, Copy, Debug)]
struct Pass {
    kind: KeyKind,
    destroys: bool,
}

/// Carries a rotation out, from where it stands.
/// `window` pages are scrubbed between two jobs.
pub(super) async fn rotate(store: &EmbeddedStore, tenant: &Arc<Tenant>, window: u32) -> Result<Rotated, StoreError> {
    let begun = Arc::clone(tenant);
    let mut state = store.committer.run(move |write| begin(write, &begun)).await?;
    while let Some(pass) = PASSES.get(usize::from(state.phase)).copied() {
        if usize::from(state.phase) == DESTROYS && state.position == 0 {
            // Whoever read under the old keys has ended when the logs are empty, and so have the old values.
            store.scrub(window).await?;
        }
        state = run(store, tenant, state, pass).await?;
    }
    let ended = Arc::clone(tenant);
    let damaged = store.committer.run(move |write| end(write, &ended, &state)).await?;
    if damaged > 0 {
        verify::report(store, Some(tenant.id), None, damaged).await?;
    }
    Ok(Rotated { values: state.count, damaged, ..Rotated::default() })
}

fn begin(write: &mut Write<'_>, tenant: &Tenant) -> Result<Rotation, StoreError> {
    if let Some(begun) = Rotation::get(write.data, Kind::Data, tenant.number)? {
        return Ok(begun);
    }
    audit(write, Some(tenant), Action::KeyRotationBegun, 1)?;
    header::remove(write.data, &kept_name(tenant.number))?;
    Rotation::begin(write.data, Kind::Data, tenant.number)
}

/// Deals with the records of one pass, and gives the state at the beginning of the next.
async fn run(
    store: &EmbeddedStore,
    tenant: &Arc<Tenant>,
    mut state: Rotation,
    pass: Pass,
) -> Result<Rotation, StoreError> {
    loop {
        let number = tenant.number;
        let (records, next) =
            store.readers.run(Turn::bulk(number), move |read| list(&read.data()?.0, number, pass.kind, &state)).await?;
        let batch = Arc::clone(tenant);
        let step = move |write: &mut Write<'_>| {
            let mut state = state;
            for record in records {
                let one = |write: &mut Write<'_>| match pass.destroys {
                    true => destroy(write, &batch, pass.kind, record),
                    false => renew(write, &batch, pass.kind, record),
                };
                match write.attempt(one) {
                    Err(error @ StoreError::Damaged(_)) => keep(write, batch.number, pass, &error)?,
                    renewed => state.count += renewed?,
                }
            }
            (state.phase, state.position) = next.map_or((state.phase + 1, 0), |next| (state.phase, next));
            state.put(write.data)?;
            Ok(state)
        };
        let before = state.phase;
        state = store.committer.run(step).await?;
        if state.phase != before {
            return Ok(state);
        }
    }
}

/// A record of the pass: its number and id.
type Record = (i64, [u8; 16]);

/// The next records of a tenant, and the number to go on from; `None`: these are the last.
fn list(
    data: &Connection,
    tenant: i64,
    kind: KeyKind,
    state: &Rotation,
) -> Result<(Vec<Record>, Option<i64>), StoreError> {
    let (sql, last) = match kind {
        KeyKind::Case => (
            "SELECT number, case_id, tenant = ?3 FROM cases WHERE number > ?1 AND number <= ?2 ORDER BY number LIMIT ?4",
            state.last.0,
        ),
        _ => (
            "SELECT i.number, i.interaction_id, (SELECT tenant FROM cases c WHERE c.number = i.case_number) IS ?3
             FROM interactions i WHERE i.number > ?1 AND i.number <= ?2 ORDER BY i.number LIMIT ?4",
            state.last.1,
        ),
    };
    let mut statement = data.prepare_cached(sql)?;
    let mut rows = statement.query(params![state.position, last, tenant, LOOKED])?;
    let (mut found, mut looked, mut reached) = (Vec::new(), 0, None);
    while let Some(row) = rows.next()? {
        let (number, id, own): (i64, [u8; 16], bool) = (row.get(0)?, row.get(1)?, row.get(2)?);
        if own {
            found.push((number, id));
        }
        looked += 1;
        if found.len() == BATCH as usize || looked == LOOKED {
            reached = Some(number);
            break;
        }
    }
    Ok((found, reached))
}

/// Gives a record a new key and seals its values anew. A record that was erased stays so.
fn renew(write: &Write<'_>, tenant: &Tenant, kind: KeyKind, (number, id): Record) -> Result<u64, StoreError> {
    let id = Uuid::from_bytes(id);
    let Some(version) = wraps::latest_version(write.keys, kind, id)? else { return Ok(0) };
    let present = KeyName { kind, id, version };
    let subject = subjects::of_data_key(write, tenant, present)?;
    let key = Key::draw(KeyName { version: version + 1, ..present })?;
    wraps::insert(write.keys, write.ring.store, tenant.id, &subject, &key)?;
    let old = |version| {
        let key = write.ring.data_key(write.keys, tenant, KeyName { version, ..present })?;
        key.map(Arc::new).ok_or_else(|| damaged(&format!("{kind:?} {id}: the key of a value is missing")))
    };
    sealed::reseal(write.data, write.ring, (tenant.id, kind, number), &key, old)
}

/// Destroys the older keys of a record, all of whose values lie under the newest one; else renews it once more, and the
/// next rotation destroys them.
fn destroy(write: &mut Write<'_>, tenant: &Tenant, kind: KeyKind, record: Record) -> Result<u64, StoreError> {
    let (number, id) = (record.0, Uuid::from_bytes(record.1));
    let versions = wraps::versions(write.keys, kind, id)?;
    let Some((newest, [.., older])) = versions.split_last() else { return Ok(0) };
    if !sealed::all_under(write.data, kind, number, *newest)? {
        return renew(write, tenant, kind, record);
    }
    write.doom(KeyName { kind, id, version: *older })?;
    Ok(0)
}

/// Notes that a record keeps its key. The passes that destroy come to it once more, and count it no second time.
fn keep(write: &Write<'_>, tenant: i64, pass: Pass, error: &StoreError) -> Result<(), StoreError> {
    tracing::error!(%error, "a value is damaged: its record keeps its data key");
    if pass.destroys {
        return Ok(());
    }
    let kept = kept(write.data, tenant)?;
    Ok(header::put(write.data, &kept_name(tenant), kept + 1)?)
}

fn kept_name(tenant: i64) -> String {
    format!("{KEPT}{tenant}")
}

/// How many records of a tenant have kept their keys in its last rotation, as a value of theirs is damaged.
pub(in crate::store::embedded) fn kept(data: &Connection, tenant: i64) -> rusqlite::Result<u64> {
    Ok(header::meta(data, &kept_name(tenant))?.unwrap_or_default())
}

/// The same for all tenants.
pub(in crate::store::embedded) fn all_kept(data: &Connection) -> rusqlite::Result<u64> {
    data.query_row("SELECT IFNULL(SUM(value), 0) FROM meta WHERE name LIKE ?1 || '%'", [KEPT], |row| row.get(0))
}

fn end(write: &mut Write<'_>, tenant: &Tenant, state: &Rotation) -> Result<u64, StoreError> {
    state.end(write.data)?;
    audit(write, Some(tenant), Action::KeyRotated, state.count)?;
    Ok(kept(write.data, tenant.number)?)
}
