//! What the policy in shadow would have said of an interaction: label and level, nothing else.

use rusqlite::{Connection, params};

use crate::store::{ShadowVerdict, StoreError, embedded::sql::Coded};

/// Notes a verdict in the place of an earlier one.
pub(in super::super) fn note(
    data: &Connection,
    number: i64,
    verdict: Option<&ShadowVerdict>,
) -> Result<(), StoreError> {
    let Some(ShadowVerdict { revision, label, level }) = verdict else { return Ok(()) };
    let mut statement = data.prepare_cached(
        "INSERT OR REPLACE INTO shadows(interaction_number, revision, label, level) VALUES(?1, ?2, ?3, ?4)",
    )?;
    statement.execute(params![number, revision, Coded(*label), Coded(*level)])?;
    Ok(())
}
