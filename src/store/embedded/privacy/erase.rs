//! Erasing: rows out of sight, the burial noted, the audit event written, in one transaction; the keys go right after it
//! and before the answer. What is on hold is noted, and runs when the hold ends.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};

use super::{
    holds, parts, rows,
    scope::{self, Scope},
};
use crate::{
    audit::{Action, Event},
    crypto::{Key, KeyKind, KeyName, new_id},
    id::{CaseId, ErasureId, InteractionId, PrincipalId, SubjectId},
    store::{
        DeleteCaseRequest, ErasureRecord, ErasureRequest, ErasureState, Holdings, IdempotentMethod, StoreError,
        embedded::{
            cases::{Case, REFS_VERSION},
            requests::Request,
            ring::Tenant,
            sql::Coded,
            wraps,
            write::Write,
        },
        record::{CaseRow, ErasureRow, Field, decode, encode},
        tombstone::{Burial, Cause, Grave},
    },
};

/// What an act destroys beside the rows.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) graves: Vec<Grave>,
    cases: Vec<CaseId>,
    interactions: Vec<InteractionId>,
}

/// Erases the people that the selectors lead to, or notes that it is to be done when no hold stands against it.
pub(super) fn erase(
    write: &mut Write<'_>,
    tenant: &Tenant,
    request: &ErasureRequest,
    etag: &str,
) -> Result<ErasureRecord, StoreError> {
    let remembered = request.request_id.map(|id| remembered(tenant, request.officer.principal, id, etag));
    if let Some(earlier) = earlier(write, tenant, remembered)? {
        return Ok(earlier);
    }
    let subjects = scope::select(write.data, write.keys, tenant, &request.selectors)?;
    if subjects.is_empty() {
        return Err(StoreError::NotFound);
    }
    let scope = Scope::of(write.keys, subjects)?;
    if scope.etag(tenant) != etag {
        return Err(StoreError::Changed);
    }
    let id = ErasureId(new_id(write.now)?);
    let record = match holds::end_of(write, tenant, &scope)? {
        Some(end) => ErasureRecord { state: ErasureState::OnHold, hold_end_time: Some(end), ..shown(write, &scope) },
        None if parts::is_large(&scope) => ErasureRecord { state: ErasureState::Erasing, ..shown(write, &scope) },
        None => carry_out(write, tenant, &scope, (Some(request.officer.principal), 0))?,
    };
    let record = ErasureRecord { erasure: Some(id), ..record };
    if record.state != ErasureState::Erased {
        audit(write, tenant, Some(request.officer.principal), Action::ErasureDeferred, id.0, scope.interactions.len())?;
    }
    put(write, tenant, &record)?;
    if let Some(remembered) = remembered {
        remembered.remember(write.data, write.now, id.as_bytes())?;
    }
    Ok(record)
}

/// What this request came to before, once everything that it was to destroy is destroyed.
fn earlier(
    write: &mut Write<'_>,
    tenant: &Tenant,
    remembered: Option<Request>,
) -> Result<Option<ErasureRecord>, StoreError> {
    let earlier = remembered.map(|request| request.earlier(write.data, write.now)).transpose()?.flatten();
    let Some(earlier) = earlier else { return Ok(None) };
    write.await_destruction();
    let id = <[u8; 16]>::try_from(earlier).map_err(|_| StoreError::RecordGone)?;
    get(write, tenant, ErasureId::from(id)).map(Some)
}

/// The digest holds the etag alone: no hash of an identifier outlives the erasure.
fn remembered(tenant: &Tenant, principal: PrincipalId, id: uuid::Uuid, etag: &str) -> Request {
    let digest = tenant.lookup.short(crate::crypto::Purpose::Request, &[etag.as_bytes()]);
    Request { principal, method: IdempotentMethod::Erase, id, digest }
}

/// What an erasure of these people would be.
pub(super) fn shown(write: &Write<'_>, scope: &Scope) -> ErasureRecord {
    ErasureRecord {
        erasure: None,
        state: ErasureState::Shown,
        cause: Cause::Erasure,
        subjects: scope.subjects.iter().copied().collect(),
        cases: scope.cases.iter().copied().collect(),
        holdings: scope.holdings(),
        etag: None,
        create_time: write.now,
        hold_end_time: None,
        erase_time: None,
    }
}

/// Erases everything of these people. `before`: how many of their interactions went in earlier parts.
pub(super) fn carry_out(
    write: &mut Write<'_>,
    tenant: &Tenant,
    scope: &Scope,
    (principal, before): (Option<PrincipalId>, u64),
) -> Result<ErasureRecord, StoreError> {
    let subjects = scope.subjects.iter().chain(&scope.aliases);
    let mut taken =
        Taken { graves: subjects.map(|one| Grave::all(KeyKind::Subject, one.0)).collect(), ..Taken::default() };
    for interaction in &scope.interactions {
        rows::delete_interaction(write.data, *interaction)?;
        taken.interaction(*interaction);
    }
    for id in &scope.cases {
        take_case(write, tenant, *id, &mut taken)?;
    }
    let count = scope.interactions.len() + usize::try_from(before).unwrap_or(usize::MAX);
    for subject in &scope.subjects {
        audit(write, tenant, principal, Action::SubjectErased, subject.0, count)?;
    }
    let cases = taken.cases.clone();
    bury(write, tenant, Cause::Erasure, taken)?;
    let done = (ErasureState::Erased, Some(write.now));
    Ok(ErasureRecord { state: done.0, erase_time: done.1, cases, ..shown(write, scope) })
}

/// Takes a case whose interactions of these people are gone: where others wrote in it, it becomes theirs.
pub(super) fn take_case(
    write: &mut Write<'_>,
    tenant: &Tenant,
    id: CaseId,
    taken: &mut Taken,
) -> Result<(), StoreError> {
    let Some(case) = Case::find(write.data, tenant.number, id)? else {
        // A key without a row, as after a restore: it goes all the same.
        taken.case(id);
        return Ok(());
    };
    if let Some(heir) = heir(write, &case)? {
        return hand_over(write, tenant, &case, heir, taken);
    }
    rows::hide_case(write, case, tenant.number)?;
    taken.case(id);
    Ok(())
}

impl Taken {
    /// The cases that go as a whole.
    pub(super) fn cases(&self) -> &[CaseId] {
        &self.cases
    }

    pub(super) fn interaction(&mut self, id: InteractionId) {
        self.graves.push(Grave::all(KeyKind::Interaction, id.0));
        self.interactions.push(id);
    }

    pub(super) fn case(&mut self, id: CaseId) {
        self.graves.push(Grave::all(KeyKind::Case, id.0));
        self.cases.push(id);
    }
}

/// Notes what is to be destroyed, and tells those who still write to it.
pub(super) fn bury(write: &mut Write<'_>, tenant: &Tenant, cause: Cause, taken: Taken) -> Result<(), StoreError> {
    let Taken { graves, cases: _, interactions } = taken;
    write.erased(interactions);
    write.bury(Burial { tenant: tenant.id, time: write.now, cause, graves })
}

/// Whose case it is once its owner is gone: who wrote the first of the interactions that are left. Those that have no key
/// are erased and only wait for the sweep, as after a restore.
fn heir(write: &Write<'_>, case: &Case) -> Result<Option<SubjectId>, StoreError> {
    for interaction in rows::interactions_of(write.data, case.number)? {
        let subject = scope::of_record(write.keys, KeyKind::Interaction, interaction.as_bytes())?;
        if subject.is_some() {
            return Ok(subject);
        }
    }
    Ok(None)
}

/// Lets a case live on under the key of another person who has interactions in it, without the reference of who was
/// erased.
fn hand_over(
    write: &mut Write<'_>,
    tenant: &Tenant,
    case: &Case,
    subject: SubjectId,
    taken: &mut Taken,
) -> Result<(), StoreError> {
    let version = wraps::latest_version(write.keys, KeyKind::Subject, subject.0)?.unwrap_or_default();
    let parent = write.ring.subject(write.keys, tenant, subject, version)?.ok_or(StoreError::RecordGone)?;
    let (source_ref, _) = match case.references(write.ring, tenant, write.keys) {
        // Whoever reads the case is told that it is damaged; who is to be erased is erased all the same.
        Err(StoreError::Damaged(_)) => (None, None),
        references => references?,
    };
    let old = wraps::latest_version(write.keys, KeyKind::Case, case.id.0)?.unwrap_or_default();
    let key = Key::draw(KeyName { kind: KeyKind::Case, id: case.id.0, version: old + 1 })?;
    wraps::insert(write.keys, write.ring.store, tenant.id, &parent, &key)?;
    let place = write.ring.place(tenant.id, case.id.0, Field::Case, REFS_VERSION);
    let sealed = key.seal(&place, &encode(&CaseRow::new(source_ref.as_ref(), None))?)?;
    let mut statement = write.data.prepare_cached("UPDATE cases SET sealed = ?2 WHERE number = ?1")?;
    statement.execute(params![case.number, sealed])?;
    taken.graves.extend((1..=old).map(|version| Grave { kind: KeyKind::Case, id: case.id.0, version }));
    Ok(())
}

/// Deletes a case, and who has nothing else.
pub(super) fn delete_case(
    write: &mut Write<'_>,
    tenant: &Tenant,
    request: &DeleteCaseRequest,
) -> Result<ErasureRecord, StoreError> {
    // The random id of a case, and no more, outlives it.
    let asked = format!("{} {}", request.case, request.version);
    let remembered = request.request_id.map(|id| remembered(tenant, request.officer.principal, id, &asked));
    if let Some(earlier) = earlier(write, tenant, remembered)? {
        return Ok(earlier);
    }
    let case = Case::find(write.data, tenant.number, request.case)?.ok_or(StoreError::NotFound)?;
    if case.version != request.version {
        return Err(StoreError::Changed);
    }
    let interactions = rows::interactions_of(write.data, case.number)?;
    let people = people_of(write, &case, &interactions)?;
    let held = Scope { subjects: people.clone(), cases: [case.id].into(), ..Scope::default() };
    if let Some(end) = holds::end_of(write, tenant, &held)? {
        return Err(StoreError::OnHold(end));
    }
    let mut taken = Taken::default();
    for interaction in interactions {
        rows::delete_interaction(write.data, interaction)?;
        taken.interaction(interaction);
    }
    taken.case(case.id);
    rows::hide_case(write, case, tenant.number)?;
    let gone = without_anything(write, people, &taken)?;
    taken.graves.extend(gone.iter().map(|one| Grave::all(KeyKind::Subject, one.0)));
    let count = taken.interactions.len();
    audit(write, tenant, Some(request.officer.principal), Action::CaseDeleted, request.case.0, count)?;
    bury(write, tenant, Cause::CaseDeleted, taken)?;
    let id = ErasureId(new_id(write.now)?);
    let record = ErasureRecord {
        erasure: Some(id),
        state: ErasureState::Erased,
        cause: Cause::CaseDeleted,
        subjects: gone,
        cases: vec![request.case],
        holdings: Holdings { cases: 1, interactions: count as u64, identifiers: 0 },
        etag: None,
        create_time: write.now,
        hold_end_time: None,
        erase_time: Some(write.now),
    };
    put(write, tenant, &record)?;
    if let Some(remembered) = remembered {
        remembered.remember(write.data, write.now, id.as_bytes())?;
    }
    Ok(record)
}

/// The people whose keys a case and its interactions hang from.
fn people_of(
    write: &Write<'_>,
    case: &Case,
    interactions: &[InteractionId],
) -> Result<BTreeSet<SubjectId>, StoreError> {
    let mut people = BTreeSet::new();
    people.extend(scope::of_record(write.keys, KeyKind::Case, case.id.as_bytes())?);
    for interaction in interactions {
        people.extend(scope::of_record(write.keys, KeyKind::Interaction, interaction.as_bytes())?);
    }
    Ok(people)
}

/// Those of whom nothing is left once this is taken.
pub(super) fn without_anything(
    write: &Write<'_>,
    people: BTreeSet<SubjectId>,
    taken: &Taken,
) -> Result<Vec<SubjectId>, StoreError> {
    let mut gone = Vec::new();
    for subject in people {
        let Scope { cases, interactions, .. } = Scope::of(write.keys, [subject].into())?;
        let taken_cases = cases.iter().all(|one| taken.cases.contains(one));
        let taken_all: BTreeSet<_> = taken.interactions.iter().collect();
        if taken_cases && interactions.iter().all(|one| taken_all.contains(one)) {
            gone.push(subject);
        }
    }
    Ok(gone)
}

/// The erasures that wait or are under way, of one tenant or of all, by number of the tenant.
pub(super) fn deferred(data: &Connection, tenant: Option<i64>) -> Result<Vec<(i64, ErasureId)>, StoreError> {
    let mut statement =
        data.prepare_cached("SELECT tenant, erasure FROM erasures WHERE state = 2 AND (?1 IS NULL OR tenant = ?1)")?;
    let rows = statement.query_map([tenant], |row| Ok((row.get(0)?, row.get::<_, [u8; 16]>(1)?)))?;
    Ok(rows.collect::<Result<Vec<_>, _>>()?.into_iter().map(|(tenant, id)| (tenant, ErasureId::from(id))).collect())
}

/// Reads an erasure of a tenant.
pub(super) fn get(write: &Write<'_>, tenant: &Tenant, id: ErasureId) -> Result<ErasureRecord, StoreError> {
    let mut statement =
        write.data.prepare_cached("SELECT state, record FROM erasures WHERE erasure = ?1 AND tenant = ?2")?;
    let row = statement.query_row(params![id.as_bytes(), tenant.number], |row| {
        Ok((row.get::<_, Coded<ErasureState>>(0)?.0, row.get::<_, Vec<u8>>(1)?))
    });
    let (state, record) = row.optional()?.ok_or(StoreError::NotFound)?;
    Ok(decode::<ErasureRow>(&record)?.into_record(id, state)?)
}

/// Writes the record of an erasure.
pub(super) fn put(write: &Write<'_>, tenant: &Tenant, record: &ErasureRecord) -> Result<(), StoreError> {
    let Some(id) = record.erasure else { return Ok(()) };
    let mut statement = write
        .data
        .prepare_cached("INSERT OR REPLACE INTO erasures(erasure, tenant, state, record) VALUES(?1, ?2, ?3, ?4)")?;
    let row = encode(&ErasureRow::new(record))?;
    // The index holds one state of what is to be done; without the end of a hold it is under way.
    let state = if record.state == ErasureState::Erasing { ErasureState::OnHold } else { record.state };
    statement.execute(params![id.as_bytes(), tenant.number, Coded(state), row])?;
    Ok(())
}

/// Notes an act on one thing of a tenant.
pub(super) fn audit(
    write: &Write<'_>,
    tenant: &Tenant,
    principal: Option<PrincipalId>,
    action: Action,
    object: uuid::Uuid,
    count: usize,
) -> Result<(), StoreError> {
    let event = Event {
        tenant: Some(tenant.id),
        principal,
        object: Some(object),
        count: count as u64,
        ..Event::new(action, write.now)
    };
    write.audit(Some(tenant.number), &event)
}
