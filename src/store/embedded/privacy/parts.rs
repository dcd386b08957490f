//! A large erasure, part by part, so that nobody waits for one person's records: each part is a job of its own that buries
//! what it takes, and notes how much that was in the same transaction. Whatever cuts it short, the next round of upkeep
//! goes on where it ended. The last part takes the key of the person; only then it counts as done.

use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use rusqlite::params;

use super::{
    erase::{self, Taken, bury, carry_out, take_case},
    holds, rows,
    scope::{self, Scope},
};
use crate::{
    crypto::KeyKind,
    id::{CaseId, ErasureId},
    store::{
        CASES_LISTED_MAX, ErasureRecord, ErasureState, Holdings, StoreError, UPKEEP_MAX,
        embedded::{cases::Case, header, ring::Tenant, write::Write},
        record::{decode, encode},
        tombstone::Cause,
    },
};

/// How many records one part takes.
pub(super) const PART: usize = UPKEEP_MAX as usize;

/// How far an erasure came with a part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Everything is destroyed.
    Done,
    /// There is more.
    More,
    /// A hold stands against it.
    Held,
}

/// Takes the next part of an erasure that is noted.
pub(super) fn advance(write: &mut Write<'_>, tenant: &Tenant, id: ErasureId) -> Result<Step, StoreError> {
    let record = erase::get(write, tenant, id)?;
    if !matches!(record.state, ErasureState::OnHold | ErasureState::Erasing) {
        write.await_destruction();
        return Ok(Step::Done);
    }
    let mut subjects = BTreeSet::new();
    for subject in &record.subjects {
        subjects.insert(scope::main_of(write.keys, *subject)?);
    }
    if let Some(end) = holds::end_against(write, tenant, &subjects)? {
        if record.hold_end_time != Some(end) {
            let state = ErasureState::OnHold;
            erase::put(write, tenant, &ErasureRecord { state, hold_end_time: Some(end), ..record })?;
        }
        return Ok(Step::Held);
    }
    match Scope::part(write.keys, subjects, PART)? {
        (part, false) => {
            let tally = take(write, tenant, &part)?;
            note(write, id, tally)?;
            if record.state == ErasureState::OnHold {
                let state = ErasureState::Erasing;
                erase::put(write, tenant, &ErasureRecord { state, hold_end_time: None, ..record })?;
            }
            Ok(Step::More)
        }
        (rest, true) => {
            finish(write, tenant, record, &rest)?;
            Ok(Step::Done)
        }
    }
}

/// Destroys a part: interactions first, with the cases that they leave empty, then cases in which others wrote.
fn take(write: &mut Write<'_>, tenant: &Tenant, part: &Scope) -> Result<Tally, StoreError> {
    let (mut taken, mut left) = (Taken::default(), BTreeSet::new());
    for interaction in &part.interactions {
        left.extend(rows::delete_interaction(write.data, *interaction)?);
        taken.interaction(*interaction);
    }
    for number in left {
        let case = Case::get(write.data, number)?;
        let owner = scope::of_record(write.keys, KeyKind::Case, case.id.as_bytes())?;
        if owner.is_some_and(|owner| part.subjects.contains(&owner)) && !rows::has_interactions(write.data, number)? {
            taken.case(case.id);
            rows::hide_case(write, case, tenant.number)?;
        }
    }
    for case in &part.cases {
        take_case(write, tenant, *case, &mut taken)?;
    }
    let cases: Vec<_> = taken.cases().to_vec();
    let tally = Tally {
        interactions: part.interactions.len() as u64,
        cases: (cases.len().max(part.cases.len())) as u64,
        listed: cases.iter().map(|case| *case.as_bytes()).collect(),
    };
    bury(write, tenant, Cause::Erasure, taken)?;
    Ok(tally)
}

/// Takes what is left with the key of the person, and sums up the parts.
fn finish(write: &mut Write<'_>, tenant: &Tenant, record: ErasureRecord, rest: &Scope) -> Result<(), StoreError> {
    let id = record.erasure.ok_or(StoreError::NotFound)?;
    let before = gather(write, id)?;
    let run = carry_out(write, tenant, rest, (None, before.interactions))?;
    let Holdings { cases, interactions, identifiers } = run.holdings;
    let holdings =
        Holdings { cases: cases + before.cases, interactions: interactions + before.interactions, identifiers };
    let listed = before.listed.into_iter().map(CaseId::from).chain(run.cases.iter().copied());
    let cases = listed.take(CASES_LISTED_MAX).collect();
    let done = ErasureRecord { erasure: Some(id), create_time: record.create_time, holdings, cases, ..run };
    erase::put(write, tenant, &done)
}

/// What a part took: how many interactions, how many cases of the person, and which cases went as a whole.
#[derive(Debug, Default, serde::Serialize, serde::Deserialize)]
struct Tally {
    interactions: u64,
    cases: u64,
    listed: Vec<[u8; 16]>,
}

/// The values of the header that hold what the parts of an erasure took.
fn name(id: ErasureId) -> String {
    format!("erasing {}", HEXLOWER.encode(id.as_bytes()))
}

fn note(write: &Write<'_>, id: ErasureId, tally: Tally) -> Result<(), StoreError> {
    let name = name(id);
    let parts = write
        .data
        .prepare_cached("SELECT COUNT(*) FROM meta WHERE name >= ?1 AND name < ?1 || '~'")?
        .query_row([&name], |row| row.get::<_, u64>(0))?;
    Ok(header::put(write.data, &format!("{name} {parts:012}"), encode(&tally)?)?)
}

/// The sum of all parts, which are forgotten.
fn gather(write: &Write<'_>, id: ErasureId) -> Result<Tally, StoreError> {
    let (name, mut sum) = (name(id), Tally::default());
    let mut statement =
        write.data.prepare_cached("SELECT value FROM meta WHERE name >= ?1 AND name < ?1 || '~' ORDER BY name")?;
    for row in statement.query_map([&name], |row| row.get::<_, Vec<u8>>(0))? {
        let part: Tally = decode(&row?)?;
        sum.interactions += part.interactions;
        sum.cases += part.cases;
        let room = CASES_LISTED_MAX.saturating_sub(sum.listed.len());
        sum.listed.extend(part.listed.into_iter().take(room));
    }
    write.data.prepare_cached("DELETE FROM meta WHERE name >= ?1 AND name < ?1 || '~'")?.execute(params![name])?;
    Ok(sum)
}

/// Whether so much is erased part by part.
pub(super) fn is_large(scope: &Scope) -> bool {
    scope.interactions.len() + scope.cases.len() > PART
}
