//! How the embedded store is kept: headers, counts, and the neighbourhood of its directories.

use std::sync::Arc;

use async_trait::async_trait;
use rusqlite::{Connection, params};

use super::{
    EmbeddedStore, graves, header,
    jobs::Turn,
    leftovers::{Leftover, leftovers},
    privacy::retention_pass_end,
    readers::Read,
    recovery,
    ring::Tenant,
    rotate::data::kept as data_keys_kept,
    versions::Versions,
};
use crate::{
    store::{KeyUse, LeftoverCounts, Officer, Posture, PostureRecord, RetentionState, StoreError},
    time::Timestamp,
};

#[async_trait]
impl Posture for EmbeddedStore {
    async fn posture(&self, officer: Officer) -> Result<PostureRecord, StoreError> {
        self.committer.check()?;
        let (ring, files, now) = (Arc::clone(&self.ring), self.files.clone(), self.time.now());
        let tenant = ring.tenant(officer.tenant)?;
        let turn = Turn::live(tenant.number);
        let (texts_closed, pass_end_time) = (self.closed.contains(&officer.tenant), retention_pass_end(self));
        let look = move |read: &mut Read| {
            let (data, keys) = read.data()?;
            let damaged = || StoreError::Damaged("a header lacks a part".to_owned());
            let stamp = header::stamp(&data)?.ok_or_else(damaged)?;
            Ok(PostureRecord {
                time: now,
                recovery: recovery::present(keys, files.keys_dir())?,
                backups: recovery::backup_times(files.keys_dir()),
                master: key_use(ring.master()),
                tenant: key_use(&tenant.key),
                rotations: data.query_row("SELECT COUNT(*) FROM rotations", [], |row| row.get(0))?,
                keys_kept: data_keys_kept(&data, tenant.number)?,
                leftovers: count(&leftovers(files.data_dir(), files.keys_dir(), None)),
                generation: header::stamp(keys)?.ok_or_else(damaged)?.generation,
                commits: stamp.commits,
                tombstones: graves::carried_out(keys)?.map_or(0, |mark| mark.sequence),
                texts_closed,
                retention: RetentionState { pass_end_time, ..waiting(&data, &tenant, now)? },
            })
        };
        self.readers.run(turn, look).await
    }
}

fn key_use(key: &Versions) -> KeyUse {
    let newest = key.newest();
    KeyUse { version: newest.name().version, seals: newest.seals() }
}

fn count(found: &[(std::path::PathBuf, Leftover)]) -> LeftoverCounts {
    let of = |kind| found.iter().filter(|(_, one)| *one == kind).count() as u64;
    LeftoverCounts { copies: of(Leftover::Copy), unknown: of(Leftover::Unknown), open: of(Leftover::Open) }
}

fn waiting(data: &Connection, tenant: &Tenant, now: Timestamp) -> Result<RetentionState, StoreError> {
    let number = tenant.number;
    let holds = "SELECT COUNT(*) FROM holds
         WHERE tenant = ?1 AND approver IS NOT NULL AND release_time IS NULL AND end_time > ?2";
    let deferred = "SELECT COUNT(*) FROM erasures WHERE tenant = ?1 AND state = 2";
    Ok(RetentionState {
        pass_end_time: None,
        unswept: data.query_row("SELECT COUNT(*) FROM sweeps", [], |row| row.get(0))?,
        deferred_erasures: data.query_row(deferred, [number], |row| row.get(0))?,
        active_holds: data.query_row(holds, params![number, now.0], |row| row.get(0))?,
    })
}
