//! Looking through a whole store: the structure of both files, every case against its manifest. What a single read cannot
//! see, such as a case that is missing from a list, is found here; what is found is named and audited.

use std::sync::Arc;

use rusqlite::Connection;

use super::{EmbeddedStore, error::damaged, jobs::Turn, manifest, readers::Read, slots, write::Write};
use crate::{
    audit::{Action, Event},
    id::{CaseId, TenantId},
    store::StoreError,
};

/// How many faults of one file are named.
const NAMED_MAX: usize = 100;

impl EmbeddedStore {
    /// Looks through both files and gives what is damaged. Takes as long as reading everything.
    ///
    /// # Errors
    /// The files could not be read, or what was found could not be audited.
    pub async fn verify(&self) -> Result<Vec<StoreError>, StoreError> {
        self.committer.check()?;
        let ring = Arc::clone(&self.ring);
        let work = move |read: &mut Read| {
            let (data, keys) = read.data()?;
            let mut found = structure(&data, "data.db")?;
            found.extend(structure(keys, "keys.db")?);
            let shared = slots::shared(keys)?;
            found.extend(shared.iter().map(|slot| damaged(&format!("keys.db: slots: two names lead to slot {slot}"))));
            // Rows that cannot be found cannot be compared.
            if found.is_empty() {
                found = manifest::check_all(&data, keys, &ring)?;
            }
            Ok(found)
        };
        let found = match self.readers.run(Turn::INSTANCE, work).await {
            Err(error @ StoreError::Damaged(_)) => vec![error],
            found => found?,
        };
        if !found.is_empty() {
            report(self, None, None, found.len() as u64).await?;
        }
        Ok(found)
    }
}

/// What SQLite finds in a file.
fn structure(connection: &Connection, file: &str) -> Result<Vec<StoreError>, StoreError> {
    let mut statement = connection.prepare(&format!("PRAGMA integrity_check({NAMED_MAX})"))?;
    let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
    let lines: Vec<String> = rows.collect::<Result<_, _>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").map(|line| damaged(&format!("{file}: {line}"))).collect())
}

/// Notes that damage was found.
pub(super) async fn report(
    store: &EmbeddedStore,
    tenant: Option<TenantId>,
    case: Option<CaseId>,
    count: u64,
) -> Result<(), StoreError> {
    let number = tenant.map(|tenant| store.ring.tenant(tenant)).transpose()?.map(|tenant| tenant.number);
    let object = case.map(|case| case.0);
    let note = move |write: &mut Write<'_>| {
        write.audit(number, &Event { tenant, object, count, ..Event::new(Action::DamageFound, write.now) })
    };
    store.committer.run_essential(number.map_or(Turn::INSTANCE, Turn::live), note).await
}

/// Gives what a reader gets, and notes it where that is damage.
pub(super) async fn reported<T>(
    store: &EmbeddedStore,
    tenant: TenantId,
    case: Option<CaseId>,
    read: Result<T, StoreError>,
) -> Result<T, StoreError> {
    if let Err(StoreError::Damaged(_)) = &read
        && let Err(error) = report(store, Some(tenant), case, 1).await
    {
        // The damage is the greater news; that it is not in the audit log is in the other one.
        tracing::error!(%error, "damage could not be audited");
    }
    read
}
