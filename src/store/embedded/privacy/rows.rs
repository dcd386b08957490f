//! Rows of what is erased: taken out of sight with the act, so that nothing finds them, and deleted where that is cheap.
//! Whatever stays for the sweep opens with no key.

use rusqlite::{Connection, OptionalExtension, params};

use super::departed;
use crate::{
    crypto::KeyKind,
    id::{CaseId, InteractionId},
    store::{
        StoreError,
        embedded::{
            cases::Case,
            interactions::segment_numbers,
            items::{self, Item},
            teaching::corrections,
            write::Write,
        },
    },
};

/// Deletes the rows of an interaction; gives the number of its case.
pub(super) fn delete_interaction(data: &Connection, id: InteractionId) -> Result<Option<i64>, StoreError> {
    let mut statement =
        data.prepare_cached("SELECT number, case_number FROM interactions WHERE interaction_id = ?1")?;
    let row = statement.query_row([id.as_bytes()], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
    let Some((number, case_number)) = row.optional()? else { return Ok(None) };
    let (first, last) = segment_numbers(number);
    data.prepare_cached("DELETE FROM segments WHERE number BETWEEN ?1 AND ?2")?.execute([first, last])?;
    corrections::forget(data, number)?;
    for sql in ["DELETE FROM shadows WHERE interaction_number = ?1", "DELETE FROM interactions WHERE number = ?1"] {
        data.prepare_cached(sql)?.execute([number])?;
    }
    let mut joins = data.prepare_cached("DELETE FROM joins WHERE case_number = ?1 AND interaction_number = ?2")?;
    joins.execute([case_number, number])?;
    Ok(Some(case_number))
}

/// Takes a case out of the queue and out of sight. Its row stays for the sweep.
pub(super) fn hide_case(write: &mut Write<'_>, mut case: Case, tenant: i64) -> Result<(), StoreError> {
    if let Some(item) = Item::get(write.data, case.number)? {
        items::remove(write, &mut case, &item)?;
    }
    write.data.prepare_cached("DELETE FROM joins WHERE case_number = ?1")?.execute([case.number])?;
    let mut hide = write.data.prepare_cached("UPDATE cases SET tenant = -?2 WHERE number = ?1 AND tenant = ?2")?;
    hide.execute([case.number, tenant])?;
    Ok(())
}

/// Takes out of sight what a restored file still shows, before the queue is read: erased cases, tenants that have left, and
/// whatever leads to them or to an erased interaction, so that nothing that comes is put where it would be swept away.
pub(in crate::store::embedded) fn hide_restored(data: &Connection) -> rusqlite::Result<()> {
    let erased = "SELECT number FROM cases WHERE tenant > 0 AND case_id IN (SELECT id FROM sweeps WHERE kind = ?1)";
    let kind = [KeyKind::Case as u8];
    data.execute(
        "DELETE FROM joins WHERE (case_number, interaction_number) IN (SELECT case_number, number FROM interactions
           WHERE interaction_id IN (SELECT id FROM sweeps WHERE kind = ?1))",
        [KeyKind::Interaction as u8],
    )?;
    data.execute(&format!("DELETE FROM joins WHERE case_number IN ({erased})"), kind)?;
    data.execute(&format!("DELETE FROM items WHERE case_number IN ({erased})"), kind)?;
    data.execute(&format!("UPDATE cases SET tenant = -tenant WHERE number IN ({erased})"), kind)?;
    departed::forget_restored(data)
}

/// Whether any interaction of a case is left.
pub(super) fn has_interactions(data: &Connection, case_number: i64) -> Result<bool, StoreError> {
    let mut statement = data.prepare_cached("SELECT 1 FROM interactions WHERE case_number = ?1")?;
    Ok(statement.exists([case_number])?)
}

/// Ids of the interactions of a case.
pub(super) fn interactions_of(data: &Connection, case_number: i64) -> Result<Vec<InteractionId>, StoreError> {
    let mut statement = data.prepare_cached("SELECT interaction_id FROM interactions WHERE case_number = ?1")?;
    let rows = statement.query_map([case_number], |row| row.get::<_, [u8; 16]>(0))?;
    Ok(rows.collect::<Result<Vec<_>, _>>()?.into_iter().map(InteractionId::from).collect())
}

/// Deletes the rows of some of what is erased, at most `limit` records; gives how many there were. The newest case keeps
/// its empty row until there is a newer one, so that its number is never given again.
pub(super) fn sweep(data: &Connection, limit: u32) -> Result<u64, StoreError> {
    let mut statement = data.prepare_cached(
        "SELECT kind, id FROM sweeps WHERE kind != ?3
           AND (kind != ?1 OR id IS NOT (SELECT case_id FROM cases ORDER BY number DESC LIMIT 1)) LIMIT ?2",
    )?;
    let (case, tenant) = (KeyKind::Case as u8, KeyKind::Tenant as u8);
    let rows = statement.query_map(params![case, limit, tenant], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let found: Vec<(u8, [u8; 16])> = rows.collect::<Result<_, _>>()?;
    for (kind, id) in &found {
        if *kind == KeyKind::Case as u8 {
            delete_case(data, CaseId::from(*id))?;
        } else if *kind == KeyKind::Interaction as u8 {
            delete_interaction(data, InteractionId::from(*id))?;
        }
        data.prepare_cached("DELETE FROM sweeps WHERE kind = ?1 AND id = ?2")?.execute(params![kind, id])?;
    }
    let swept = u32::try_from(found.len()).unwrap_or(limit);
    Ok(u64::from(swept) + departed::sweep(data, limit.saturating_sub(swept))?)
}

/// Deletes a case with everything in it.
pub(super) fn delete_case(data: &Connection, id: CaseId) -> Result<(), StoreError> {
    let mut statement = data.prepare_cached("SELECT number FROM cases WHERE case_id = ?1")?;
    let Some(number) = statement.query_row([id.as_bytes()], |row| row.get::<_, i64>(0)).optional()? else {
        return Ok(());
    };
    for interaction in interactions_of(data, number)? {
        delete_interaction(data, interaction)?;
    }
    for sql in [
        "DELETE FROM joins WHERE case_number = ?1",
        "DELETE FROM items WHERE case_number = ?1",
        "DELETE FROM cases WHERE number = ?1",
    ] {
        data.prepare_cached(sql)?.execute([number])?;
    }
    Ok(())
}
