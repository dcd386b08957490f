//! What there is to learn from: the interactions that a person has labelled, with their redacted turns.

use rusqlite::{Connection, params};

use crate::{
    assessment::Label,
    crypto::{KeyKind, KeyName},
    id::SubjectId,
    store::{
        Sample, StoreError, TextState,
        embedded::{
            interactions::Interaction,
            ring::{KeyRing, Tenant},
            sql::Coded,
            wraps,
        },
    },
};

/// The labelled interactions, newest correction first.
pub(super) fn corrected(
    ring: &KeyRing,
    tenant: &Tenant,
    data: &Connection,
    keys: &Connection,
    limit: u32,
) -> Result<Vec<Sample>, StoreError> {
    let mut statement = data.prepare_cached(
        "SELECT interaction_number, label FROM corrections WHERE tenant = ?1 AND label IS NOT NULL
         ORDER BY correct_time DESC, interaction_number DESC LIMIT ?2",
    )?;
    let rows = statement.query_map(params![tenant.number, limit], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, Coded<Label>>(1)?.0))
    })?;
    let mut samples = Vec::new();
    for row in rows {
        let (number, label) = row?;
        let interaction = Interaction::get(data, number)?;
        let Some(subject) = subject(keys, KeyKind::Interaction, interaction.id.0)? else { continue };
        match interaction.into_record(ring, tenant, data, keys) {
            Ok(record) if record.content.text_state == TextState::Expired => {}
            Ok(record) => {
                let (input, language) = (record.content.input, record.assessment.sentiment.language);
                samples.push(Sample { input, language, label, subject });
            }
            Err(StoreError::RecordGone) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(samples)
}

/// The subject of an interaction or a case; `None`: it was erased.
pub(super) fn subject(keys: &Connection, kind: KeyKind, id: uuid::Uuid) -> Result<Option<SubjectId>, StoreError> {
    let Some(version) = wraps::latest_version(keys, kind, id)? else { return Ok(None) };
    let name = KeyName { kind, id, version };
    Ok(wraps::get(keys, name)?.map(|wrap| SubjectId(wrap.parent)))
}
