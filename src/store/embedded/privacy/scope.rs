//! Who is meant and what is kept of them: from selectors to random ids, and from those to the records whose keys hang
//! from them.

use std::collections::BTreeSet;

use data_encoding::HEXLOWER;
use rusqlite::{Connection, OptionalExtension, params};

use crate::{
    crypto::{KeyKind, Purpose, ShortHash},
    id::{CaseId, InteractionId, SubjectId},
    store::{
        Holdings, StoreError, SubjectSelector,
        embedded::{cases::Case, joins, ring::Tenant, subjects},
    },
};

/// Some people with everything that hangs from their keys.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Scope {
    /// The people.
    pub(super) subjects: BTreeSet<SubjectId>,
    /// Who was made one with them.
    pub(super) aliases: BTreeSet<SubjectId>,
    /// Cases whose own fields are theirs.
    pub(super) cases: BTreeSet<CaseId>,
    /// Their interactions.
    pub(super) interactions: BTreeSet<InteractionId>,
    /// Keyed hashes that lead to them.
    pub(super) identifiers: u64,
}

impl Scope {
    /// Everything of these people.
    pub(super) fn of(keys: &Connection, subjects: BTreeSet<SubjectId>) -> Result<Self, StoreError> {
        let mut scope = Self { subjects, ..Self::default() };
        let mut identifiers = keys.prepare_cached("SELECT COUNT(*) FROM identifiers WHERE subject = ?1")?;
        let mut links = keys.prepare_cached("SELECT subject FROM links WHERE main = ?1")?;
        for subject in &scope.subjects {
            scope.cases.extend(children(keys, *subject, KeyKind::Case, usize::MAX)?.into_iter().map(CaseId::from));
            let interactions = children(keys, *subject, KeyKind::Interaction, usize::MAX)?;
            scope.interactions.extend(interactions.into_iter().map(InteractionId::from));
            scope.identifiers += identifiers.query_row([subject.as_bytes()], |row| row.get::<_, u64>(0))?;
            let aliases = links.query_map([subject.as_bytes()], |row| row.get::<_, [u8; 16]>(0))?;
            scope.aliases.extend(aliases.collect::<Result<Vec<_>, _>>()?.into_iter().map(SubjectId::from));
        }
        Ok(scope)
    }

    /// The next of what hangs from these people, at most `limit` records, interactions first; whether that is all. People
    /// and identifiers are whole.
    pub(super) fn part(
        keys: &Connection,
        subjects: BTreeSet<SubjectId>,
        limit: usize,
    ) -> Result<(Self, bool), StoreError> {
        let mut part = Self::default();
        for kind in [KeyKind::Interaction, KeyKind::Case] {
            for subject in &subjects {
                let room = (limit + 1).saturating_sub(part.interactions.len() + part.cases.len());
                let found = children(keys, *subject, kind, room)?;
                match kind {
                    KeyKind::Interaction => part.interactions.extend(found.into_iter().map(InteractionId::from)),
                    _ => part.cases.extend(found.into_iter().map(CaseId::from)),
                }
            }
        }
        if part.interactions.len() + part.cases.len() <= limit {
            return Ok((Self::of(keys, subjects)?, true));
        }
        // A case goes only when no interaction of its person is left in it.
        if !part.interactions.is_empty() {
            part.cases.clear();
        }
        Ok((Self { subjects, ..part }, false))
    }

    /// How much it is.
    pub(super) fn holdings(&self) -> Holdings {
        let Self { cases, interactions, identifiers, .. } = self;
        Holdings { cases: cases.len() as u64, interactions: interactions.len() as u64, identifiers: *identifiers }
    }

    /// Changes with everything that comes or goes.
    pub(super) fn etag(&self, tenant: &Tenant) -> String {
        let subjects = self.subjects.iter().map(|one| one.as_bytes().as_slice());
        let cases = self.cases.iter().map(|one| one.as_bytes().as_slice());
        let interactions = self.interactions.iter().map(|one| one.as_bytes().as_slice());
        let parts: Vec<&[u8]> = subjects.chain([&[][..]]).chain(cases).chain([&[][..]]).chain(interactions).collect();
        hex(&tenant.lookup.short(Purpose::Erasure, &parts))
    }
}

/// A hash in hexadecimal digits.
pub(super) fn hex(hash: &ShortHash) -> String {
    HEXLOWER.encode(hash)
}

/// The records of a kind that hang from a person, at most `limit` of them.
fn children(keys: &Connection, subject: SubjectId, kind: KeyKind, limit: usize) -> Result<Vec<[u8; 16]>, StoreError> {
    let mut statement =
        keys.prepare_cached("SELECT DISTINCT id FROM wraps WHERE parent = ?1 AND kind = ?2 LIMIT ?3")?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![subject.as_bytes(), kind as u8, limit], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The people that these lead to.
pub(super) fn select(
    data: &Connection,
    keys: &Connection,
    tenant: &Tenant,
    selectors: &[SubjectSelector],
) -> Result<BTreeSet<SubjectId>, StoreError> {
    let mut found = BTreeSet::new();
    for selector in selectors {
        found.extend(select_one(data, keys, tenant, selector)?);
    }
    Ok(found)
}

fn select_one(
    data: &Connection,
    keys: &Connection,
    tenant: &Tenant,
    selector: &SubjectSelector,
) -> Result<Option<SubjectId>, StoreError> {
    let (purpose, value) = match selector {
        SubjectSelector::Subject(subject) => return existing(keys, tenant, *subject),
        SubjectSelector::Case(case) => {
            let case = Case::find(data, tenant.number, *case)?;
            return case.map_or(Ok(None), |case| of_record(keys, KeyKind::Case, case.id.as_bytes()));
        }
        SubjectSelector::SourceRef(source_ref) => {
            for purpose in [Purpose::CaseRef, Purpose::InteractionRef] {
                let hash = joins::reference(&tenant.lookup, purpose, source_ref);
                if let Some(subject) = of_reference(data, keys, tenant, &hash)? {
                    return Ok(Some(subject));
                }
            }
            return Ok(None);
        }
        SubjectSelector::CustomerRef(value) => (Purpose::CustomerRef, value.as_str()),
        SubjectSelector::Email(value) => (Purpose::Email, value.expose()),
        SubjectSelector::Phone(value) => (Purpose::Phone, value.expose()),
    };
    subjects::find(keys, &tenant.lookup.short(purpose, &[value.as_bytes()]))
}

/// The subject, where there is one of that id in this tenant.
pub(super) fn existing(keys: &Connection, tenant: &Tenant, id: SubjectId) -> Result<Option<SubjectId>, StoreError> {
    let mut statement = keys.prepare_cached("SELECT 1 FROM wraps WHERE id = ?1 AND kind = ?2 AND parent = ?3")?;
    let found = statement.exists(params![id.as_bytes(), KeyKind::Subject as u8, tenant.id.as_bytes()])?;
    Ok(found.then_some(id))
}

/// Whose a record is.
pub(super) fn of_record(keys: &Connection, kind: KeyKind, id: &[u8; 16]) -> Result<Option<SubjectId>, StoreError> {
    let mut statement =
        keys.prepare_cached("SELECT parent FROM wraps WHERE id = ?1 AND kind = ?2 ORDER BY version DESC LIMIT 1")?;
    let parent: Option<[u8; 16]> = statement.query_row(params![id, kind as u8], |row| row.get(0)).optional()?;
    Ok(parent.map(SubjectId::from))
}

fn of_reference(
    data: &Connection,
    keys: &Connection,
    tenant: &Tenant,
    hash: &ShortHash,
) -> Result<Option<SubjectId>, StoreError> {
    let Some(target) = joins::find(data, tenant.number, hash)? else { return Ok(None) };
    let (kind, sql, number) = match target.interaction_number {
        Some(number) => (KeyKind::Interaction, "SELECT interaction_id FROM interactions WHERE number = ?1", number),
        None => (KeyKind::Case, "SELECT case_id FROM cases WHERE number = ?1", target.case_number),
    };
    let id: Option<[u8; 16]> = data.prepare_cached(sql)?.query_row([number], |row| row.get(0)).optional()?;
    id.map_or(Ok(None), |id| of_record(keys, kind, &id))
}

/// Where somebody was made one with another: who that is now.
pub(super) fn main_of(keys: &Connection, subject: SubjectId) -> Result<SubjectId, StoreError> {
    let mut statement = keys.prepare_cached("SELECT main FROM links WHERE subject = ?1")?;
    let main: Option<[u8; 16]> = statement.query_row([subject.as_bytes()], |row| row.get(0)).optional()?;
    Ok(main.map_or(subject, SubjectId::from))
}
