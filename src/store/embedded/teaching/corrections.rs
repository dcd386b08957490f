//! Corrections: one row an interaction, the newest; the audit log has them all. Codes and times only, no words.

use rusqlite::{Connection, OptionalExtension, params};

use super::{event, place};
use crate::{
    audit::Action,
    policy::Correction,
    store::{
        CorrectionRecord, CorrectionRequest, StoreError,
        embedded::{
            interactions::Interaction,
            read,
            ring::Tenant,
            sql::{Coded, Id, Time},
            write::Write,
        },
    },
};

/// Notes a correction and places its case anew.
pub(super) fn correct(write: &mut Write<'_>, tenant: &Tenant, request: &CorrectionRequest) -> Result<(), StoreError> {
    let CorrectionRequest { reader, case, interaction, correction, reason, policy } = request;
    let found = read::visible(write.data, tenant, reader, *case)?;
    let corrected = Interaction::find(write.data, found.number, *interaction)?.ok_or(StoreError::NotFound)?;
    let mut statement = write.data.prepare_cached(
        "INSERT OR REPLACE INTO corrections(interaction_number, tenant, label, level, reason, principal, correct_time)
         VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    statement.execute(params![
        corrected.number,
        tenant.number,
        correction.label.map(Coded),
        correction.level.map(Coded),
        Coded(*reason),
        reader.principal.as_bytes(),
        write.now.0,
    ])?;
    let mut event = event(Action::AssessmentCorrected, tenant, reader.principal, write.now);
    (event.object, event.part) = (Some(case.0), Some(interaction.0));
    write.audit(Some(tenant.number), &event)?;
    place::anew(write, tenant, found, policy)
}

/// The correction of an interaction.
pub(in super::super) fn of(data: &Connection, number: i64) -> Result<Option<CorrectionRecord>, StoreError> {
    let mut statement = data.prepare_cached(
        "SELECT label, level, reason, principal, correct_time FROM corrections WHERE interaction_number = ?1",
    )?;
    let row = statement.query_row([number], |row| {
        let label = row.get::<_, Option<Coded<_>>>(0)?.map(|label| label.0);
        let level = row.get::<_, Option<Coded<_>>>(1)?.map(|level| level.0);
        Ok(CorrectionRecord {
            correction: Correction { label, level },
            reason: row.get::<_, Coded<_>>(2)?.0,
            principal: row.get::<_, Id<_>>(3)?.0,
            time: row.get::<_, Time>(4)?.0,
        })
    });
    Ok(row.optional()?)
}

/// Forgets the correction of an interaction whose content was replaced: it was about other words.
pub(in super::super) fn forget(data: &Connection, number: i64) -> Result<(), StoreError> {
    data.prepare_cached("DELETE FROM corrections WHERE interaction_number = ?1")?.execute([number])?;
    Ok(())
}
