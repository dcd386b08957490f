//! Scoring stored interactions anew, a batch of cases at a time: read and scored aside, then written case by case under
//! the committer, where nothing was replaced meanwhile. Corrections stand.

use std::sync::Arc;

use futures_util::future::try_join_all;
use rusqlite::{Connection, params};

use super::{audit, event, place};
use crate::{
    assessment::Assessment,
    audit::Action,
    crypto::{KeyKind, KeyName},
    id::{CaseId, InteractionId, PrincipalId},
    queue::WorkClass,
    store::{
        Flip, InteractionContent, InteractionRecord, RescoreRequest, Rescored, StoreError, TextState,
        embedded::{
            EmbeddedStore,
            cases::{self, Case},
            interactions::Interaction,
            jobs::Turn,
            live::{self, Resealed},
            manifest::{self, Scope},
            position,
            ring::{KeyRing, Tenant},
            sql::Coded,
            verify, wraps,
            write::Write,
        },
        record::{AssessmentRow, Field, encode},
    },
};

/// An interaction with its new assessment.
struct Scored {
    number: i64,
    id: InteractionId,
    content_version: u64,
    segments: u32,
    repeat_days: u16,
    assessment: Assessment,
    /// What takes the place of the content, where the redactor found more in it.
    content: Option<Box<InteractionContent>>,
}

/// The interactions of a case that come out otherwise.
struct Changed {
    case: CaseId,
    interactions: Vec<Scored>,
}

/// Scores a batch anew.
pub(super) async fn rescore(store: &EmbeddedStore, request: RescoreRequest) -> Result<Rescored, StoreError> {
    let (ring, tenant) = (Arc::clone(&store.ring), store.ring.tenant(request.tenant)?);
    let (apply, policy, principal) = (request.apply, Arc::clone(&request.policy), request.principal);
    let reading = Arc::clone(&tenant);
    let read = store.readers.run(Turn::bulk(tenant.number), move |read| {
        let (data, keys) = read.data()?;
        batch(&ring, &reading, (&data, keys), &request)
    });
    let (done, changed, damaged) = read.await?;
    if damaged > 0 {
        verify::report(store, Some(tenant.id), None, damaged).await?;
    }
    if !apply {
        audit(store, tenant.id, principal, Action::PolicyPreviewed, done.interactions).await?;
        return Ok(done);
    }
    let writes = changed.into_iter().map(|changed| {
        let (tenant, policy) = (Arc::clone(&tenant), Arc::clone(&policy));
        let turn = Turn { tenant: tenant.number, class: WorkClass::Bulk };
        store.committer.run_in(turn, move |write| {
            let mut event = event(Action::CaseRescored, &tenant, principal, write.now);
            (event.object, event.count) = (Some(changed.case.0), changed.interactions.len() as u64);
            write.audit(Some(tenant.number), &event)?;
            put(write, &tenant, principal, &changed, &policy)
        })
    });
    try_join_all(writes).await?;
    Ok(done)
}

/// Reads and scores the next cases; gives also how many of them are damaged.
fn batch(
    ring: &KeyRing,
    tenant: &Tenant,
    (data, keys): (&Connection, &Connection),
    request: &RescoreRequest,
) -> Result<(Rescored, Vec<Changed>, u64), StoreError> {
    let list = format!("rescore {}", request.newest_first);
    let start = if request.newest_first { i64::MAX } else { 0 };
    let after = request.after.as_deref().map_or(Ok(start), |after| position::decode(tenant, &list, after))?;
    let (compare, order) = if request.newest_first { ("<", "DESC") } else { (">", "ASC") };
    let sql = format!(
        "SELECT {} FROM cases c WHERE c.tenant = ?1 AND c.number {compare} ?2 ORDER BY c.number {order} LIMIT ?3",
        cases::COLUMNS
    );
    let mut statement = data.prepare_cached(&sql)?;
    let rows = statement.query_map(params![tenant.number, after, u64::from(request.limit) + 1], Case::read)?;
    let mut cases: Vec<Case> = rows.collect::<Result<_, _>>()?;
    let more = cases.len() > request.limit as usize;
    cases.truncate(request.limit as usize);
    let (mut done, mut changed) = (Rescored::default(), Vec::new());
    let last = cases.last().filter(|_| more).map(|case| case.number);
    done.next = last.map(|last| position::encode(tenant, &list, &last)).transpose()?;
    let mut damaged = 0;
    for case in cases {
        done.cases += 1;
        match score_case(ring, tenant, (data, keys), (request, &mut done), &case) {
            Ok(interactions) if interactions.is_empty() => {}
            Ok(interactions) => changed.push(Changed { case: case.id, interactions }),
            // It stays as it is, is reported, and keeps no other from being scored.
            Err(error @ StoreError::Damaged(_)) => {
                tracing::error!(%error, "a case is damaged and was not scored anew");
                (damaged, done.skipped) = (damaged + 1, done.skipped + 1);
            }
            Err(error) => return Err(error),
        }
    }
    Ok((done, changed, damaged))
}

/// Reads and scores the interactions of a case.
fn score_case(
    ring: &KeyRing,
    tenant: &Tenant,
    (data, keys): (&Connection, &Connection),
    (request, done): (&RescoreRequest, &mut Rescored),
    case: &Case,
) -> Result<Vec<Scored>, StoreError> {
    manifest::check(data, ring, case.number, Scope::Whole)?;
    let mut interactions = Vec::new();
    for interaction in Interaction::of_case(data, case.number, u32::MAX)? {
        let (number, content_version, segments) =
            (interaction.number, interaction.content_version, interaction.segments);
        match interaction.into_record(ring, tenant, data, keys) {
            Ok(record) if record.content.text_state == TextState::Expired => done.skipped += 1,
            Ok(record) => {
                let scored = score(request, done, case.id, record);
                interactions.extend(scored.map(|scored| Scored { number, content_version, segments, ..scored }));
            }
            // It was erased: there is nothing to score.
            Err(StoreError::RecordGone) => done.skipped += 1,
            Err(error) => return Err(error),
        }
    }
    Ok(interactions)
}

/// Redacts an interaction once more where that is asked for, and scores it; `None`: nothing of it is another.
fn score(request: &RescoreRequest, done: &mut Rescored, case: CaseId, record: InteractionRecord) -> Option<Scored> {
    let InteractionRecord { interaction, content: stored, assessment: before, .. } = record;
    done.interactions += 1;
    let again = request.redact.as_ref().and_then(|redact| redact(&stored));
    let content = again.as_ref().unwrap_or(&stored);
    let assessment = (request.rescore)(&content.input, content.text_state);
    done.redacted += u64::from(again.is_some());
    done.changed += u64::from(assessment != before);
    if assessment == before && again.is_none() {
        return None;
    }
    let seen = |one: &Assessment| (one.sentiment.label, one.priority.level);
    if seen(&before) != seen(&assessment) {
        done.flips.push(Flip { case, interaction, before: seen(&before), after: seen(&assessment) });
    }
    let repeat_days = content.input.repeat_contact_days;
    let content = again.map(Box::new);
    Some(Scored { number: 0, id: interaction, content_version: 0, segments: 0, repeat_days, assessment, content })
}

/// Writes the new assessments of a case and places it anew.
fn put(
    write: &mut Write<'_>,
    tenant: &Tenant,
    principal: PrincipalId,
    changed: &Changed,
    policy: &crate::policy::Policy,
) -> Result<(), StoreError> {
    let Some(case) = Case::find(write.data, tenant.number, changed.case)? else { return Ok(()) };
    for scored in &changed.interactions {
        match &scored.content {
            Some(content) => replace(write, tenant, principal, &case, (scored, content))?,
            None => put_one(write, tenant, scored)?,
        }
    }
    place::anew(write, tenant, case, policy)
}

/// Puts redacted content with its assessment in the place of what is stored, unless that was replaced, erased, or went on
/// as a live conversation meanwhile.
fn replace(
    write: &mut Write<'_>,
    tenant: &Tenant,
    principal: PrincipalId,
    case: &Case,
    (scored, content): (&Scored, &InteractionContent),
) -> Result<(), StoreError> {
    let Some(row) = Interaction::find(write.data, case.number, scored.id)? else { return Ok(()) };
    let gone = wraps::latest_version(write.keys, KeyKind::Interaction, scored.id.0)?.is_none();
    if gone || (row.content_version, row.segments) != (scored.content_version, scored.segments) {
        return Ok(());
    }
    let encoded = encode(&AssessmentRow::new(&scored.assessment, scored.repeat_days))?;
    let resealed = Resealed { principal, content, count: content.turns.len() as u64 };
    live::reseal(write, tenant, resealed, &row, case.number, (&scored.assessment, &encoded)).map(drop)
}

/// Writes a new assessment, unless the content was replaced, erased, or went on as a live conversation meanwhile.
fn put_one(write: &Write<'_>, tenant: &Tenant, scored: &Scored) -> Result<(), StoreError> {
    let Some(version) = wraps::latest_version(write.keys, KeyKind::Interaction, scored.id.0)? else { return Ok(()) };
    let name = KeyName { kind: KeyKind::Interaction, id: scored.id.0, version };
    let Some(key) = write.ring.data_key(write.keys, tenant, name)? else { return Ok(()) };
    let place = write.ring.place(tenant.id, scored.id.0, Field::Assessment, scored.content_version);
    let sealed = key.seal(&place, &encode(&AssessmentRow::new(&scored.assessment, scored.repeat_days))?)?;
    let mut statement = write.data.prepare_cached(
        "UPDATE interactions SET label = ?3, score = ?4, level = ?5, value = ?6, assessment = ?7
         WHERE number = ?1 AND content_version = ?2 AND segments = ?8",
    )?;
    let Assessment { sentiment, priority, .. } = &scored.assessment;
    statement.execute(params![
        scored.number,
        scored.content_version,
        Coded(sentiment.label),
        sentiment.score_millis,
        Coded(priority.level),
        priority.value,
        sealed,
        scored.segments,
    ])?;
    Ok(())
}
