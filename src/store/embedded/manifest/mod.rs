//! What each case consists of, sealed with the case: how many interactions and rows, and keyed digests of where it stands and
//! of what it holds. A row that was swapped, put back, dropped, added or edited by anybody without the keys no longer fits,
//! and is reported. Kept in the transaction of every change, checked at every read.

mod rows;
mod track;

use rusqlite::{Connection, OptionalExtension, Row};
use uuid::Uuid;

pub(super) use self::{rows::Layout, track::Tracker};
use self::{
    rows::Owner,
    track::{Change, Changes, Sum},
};
use super::{error::damaged, header, ring::KeyRing, wraps};
use crate::{
    crypto::{KeyKind, LookupKey, Purpose, lookup::SHORT_BYTES},
    id::CaseId,
    store::StoreError,
};

/// Noted in the key file once every case has a manifest: from then on none may lack one.
const COMPLETE: &str = "manifests";

/// How much of a case is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// Its row and its item in the queue.
    Standing,
    /// Its interactions and their turns too.
    Whole,
}

/// The manifest of a case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Manifest {
    /// Grows with each change.
    version: u64,
    interactions: i64,
    standing: Sum,
    content: Sum,
}

/// Version, interactions, rows of either sum, masked digests, tag.
const BYTES: usize = 8 + 3 * 8 + 2 * SHORT_BYTES + SHORT_BYTES;

impl Manifest {
    fn seal(&self, key: &LookupKey, case: CaseId) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.extend_from_slice(&self.version.to_be_bytes());
        for count in [self.interactions, self.standing.rows, self.content.rows] {
            bytes.extend_from_slice(&count.to_be_bytes());
        }
        // The sums are hidden: whoever saw many of them could make rows that add up.
        let mask = key.hash(Purpose::ManifestMask, &[case.as_bytes(), &self.version.to_be_bytes()]);
        let digests = self.standing.digest.into_iter().chain(self.content.digest);
        bytes.extend(digests.zip(mask).map(|(digest, mask)| digest ^ mask));
        let tag = key.short(Purpose::ManifestTag, &[case.as_bytes(), &bytes]);
        bytes.extend_from_slice(&tag);
        bytes
    }

    /// `None`: it is not what was sealed for this case.
    fn open(key: &LookupKey, case: CaseId, sealed: &[u8]) -> Option<Self> {
        let (body, tag) = sealed.split_last_chunk::<SHORT_BYTES>()?;
        if key.short(Purpose::ManifestTag, &[case.as_bytes(), body]) != *tag {
            return None;
        }
        let (numbers, digests) = body.split_at_checked(32)?;
        let (numbers, []) = numbers.as_chunks::<8>() else { return None };
        let [version, interactions, standing, content] = <[[u8; 8]; 4]>::try_from(numbers).ok()?;
        let mask = key.hash(Purpose::ManifestMask, &[case.as_bytes(), &version]);
        let opened: Vec<u8> = digests.iter().zip(mask).map(|(digest, mask)| digest ^ mask).collect();
        let (of_standing, of_content) = opened.split_first_chunk::<SHORT_BYTES>()?;
        Some(Self {
            version: u64::from_be_bytes(version),
            interactions: i64::from_be_bytes(interactions),
            standing: Sum { digest: *of_standing, rows: i64::from_be_bytes(standing) },
            content: Sum { digest: of_content.try_into().ok()?, rows: i64::from_be_bytes(content) },
        })
    }

    fn apply(&mut self, change: &Change) {
        self.version += 1;
        self.interactions += change.interactions;
        self.standing.add(change.standing);
        self.content.add(change.content);
    }
}

/// Brings the manifests of all cases in line with what a job has changed.
pub(super) fn settle(data: &Connection, ring: &KeyRing, tracker: &Tracker) -> Result<(), StoreError> {
    let mut changes = tracker.take();
    if changes.cases.is_empty() && changes.attached.is_empty() {
        return Ok(());
    }
    move_attached(data, ring, &mut changes)?;
    for (number, sum) in std::mem::take(&mut changes.attached) {
        if let Some(case) = home(data, &changes, number)? {
            changes.cases.entry(case).or_default().content.add(sum);
        }
    }
    changes.cases.iter().try_for_each(|(number, change)| settle_case(data, ring, *number, change))
}

/// The rows of an interaction that went to another case go with it: those that were there before this job.
fn move_attached(data: &Connection, ring: &KeyRing, changes: &mut Changes) -> Result<(), StoreError> {
    for (number, from, to) in std::mem::take(&mut changes.moved) {
        let mut before = attached(data, ring, number)?;
        before.take(changes.attached.get(&number).copied().unwrap_or_default());
        changes.cases.entry(from).or_default().content.take(before);
        changes.cases.entry(to).or_default().content.add(before);
    }
    Ok(())
}

/// The case of an interaction; `None`: its row went earlier, and its other rows are swept.
fn home(data: &Connection, changes: &Changes, number: i64) -> Result<Option<i64>, StoreError> {
    if let Some(case) = changes.homes.get(&number) {
        return Ok(Some(*case));
    }
    let mut statement = data.prepare_cached("SELECT case_number FROM interactions WHERE number = ?1")?;
    Ok(statement.query_row([number], |row| row.get(0)).optional()?)
}

fn settle_case(data: &Connection, ring: &KeyRing, number: i64, change: &Change) -> Result<(), StoreError> {
    let Some((case, sealed)) = sealed(data, number)? else { return Ok(()) };
    let present = match sealed {
        None if change.is_new => Some(Manifest::default()),
        sealed => sealed.and_then(|sealed| Manifest::open(&ring.lookup, case, &sealed)),
    };
    // A manifest that is damaged stays so: the next reader is told, and no change hides it.
    let Some(mut manifest) = present else { return Ok(()) };
    manifest.apply(change);
    put(data, ring, (number, case), &manifest)
}

fn put(
    data: &Connection,
    ring: &KeyRing,
    (number, case): (i64, CaseId),
    manifest: &Manifest,
) -> Result<(), StoreError> {
    let mut statement = data.prepare_cached("UPDATE cases SET manifest = ?2 WHERE number = ?1")?;
    statement.execute((number, manifest.seal(&ring.lookup, case)))?;
    Ok(())
}

/// A case, and its manifest as it lies; `None`: none was made yet.
type SealedOf = (CaseId, Option<Vec<u8>>);

/// The id of a case and its manifest as it lies; `None`: there is no such row.
fn sealed(data: &Connection, number: i64) -> Result<Option<SealedOf>, StoreError> {
    let mut statement = data.prepare_cached("SELECT case_id, manifest FROM cases WHERE number = ?1")?;
    let read = |row: &Row<'_>| Ok((CaseId::from(row.get::<_, [u8; 16]>(0)?), row.get(1)?));
    Ok(statement.query_row([number], read).optional()?)
}

/// The sum of the rows of one owner in the tables that `of` picks.
fn sum(
    data: &Connection,
    ring: &KeyRing,
    owner: i64,
    of: impl Fn(Owner) -> bool,
) -> Result<(Sum, Vec<i64>), StoreError> {
    let (mut sum, mut numbers) = (Sum::default(), Vec::new());
    for table in ring.layout.0.iter().filter(|table| of(table.owner)) {
        let mut statement = data.prepare_cached(&table.select)?;
        let count = table.columns.len();
        let mut rows = statement.query([owner])?;
        while let Some(row) = rows.next()? {
            let values = (0..count).map(|at| row.get_ref(at)).collect::<Result<Vec<_>, _>>()?;
            sum.put(table.digest(&ring.lookup, values.into_iter()), 1);
            if table.owner == Owner::Interaction {
                numbers.push(row.get(0)?);
            }
        }
    }
    Ok((sum, numbers))
}

fn attached(data: &Connection, ring: &KeyRing, interaction: i64) -> Result<Sum, StoreError> {
    Ok(sum(data, ring, interaction, |owner| matches!(owner, Owner::Attached(_)))?.0)
}

/// What the rows of a case add up to now.
fn present(data: &Connection, ring: &KeyRing, number: i64, scope: Scope) -> Result<Manifest, StoreError> {
    let (standing, _) = sum(data, ring, number, |owner| owner == Owner::Standing)?;
    let mut manifest = Manifest { standing, ..Manifest::default() };
    if scope == Scope::Whole {
        let (mut content, numbers) = sum(data, ring, number, |owner| owner == Owner::Interaction)?;
        manifest.interactions = i64::try_from(numbers.len()).unwrap_or(i64::MAX);
        for interaction in numbers {
            content.add(attached(data, ring, interaction)?);
        }
        manifest.content = content;
    }
    Ok(manifest)
}

/// Holds the rows of a case against its manifest.
pub(super) fn check(data: &Connection, ring: &KeyRing, number: i64, scope: Scope) -> Result<(), StoreError> {
    let Some((case, sealed)) = sealed(data, number)? else {
        return Err(damaged(&format!("data.db: cases: row {number} is missing")));
    };
    let known = sealed.and_then(|sealed| Manifest::open(&ring.lookup, case, &sealed));
    let Some(known) = known else {
        return Err(damaged(&format!("data.db: cases: row {number} ({case}): its manifest is not what was written")));
    };
    let found = present(data, ring, number, scope)?;
    if found.standing != known.standing {
        return Err(damaged(&format!(
            "data.db: cases, items: row {number} ({case}): a column is not what was written"
        )));
    }
    if scope == Scope::Whole && (found.interactions, found.content) != (known.interactions, known.content) {
        let (has, had) = ((found.interactions, found.content.rows), (known.interactions, known.content.rows));
        return Err(damaged(&format!(
            "data.db: interactions, segments, corrections, shadows: {case} ({number}): {} interactions in {} rows, written were {} in \
             {}, or a row is another",
            has.0, has.1, had.0, had.1
        )));
    }
    Ok(())
}

/// Holds every case against its manifest; gives what does not fit. What is erased and waits for the sweep is left out.
pub(super) fn check_all(data: &Connection, keys: &Connection, ring: &KeyRing) -> Result<Vec<StoreError>, StoreError> {
    let mut statement = data.prepare("SELECT number, case_id, tenant FROM cases ORDER BY number")?;
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, Uuid::from_bytes(row.get::<_, [u8; 16]>(1)?), row.get::<_, i64>(2)?)))?;
    let mut found = Vec::new();
    for row in rows {
        let (number, case, tenant) = row?;
        let is_hidden = tenant < 0 || ring.has_left(tenant);
        if !is_hidden || wraps::latest_version(keys, KeyKind::Case, case)?.is_some() {
            found.extend(check(data, ring, number, Scope::Whole).err());
        }
    }
    Ok(found)
}

/// Gives the cases of an older format their manifests, once.
pub(super) fn complete(data: &Connection, keys: &Connection, ring: &KeyRing) -> Result<(), StoreError> {
    if header::meta::<i64>(keys, COMPLETE)?.is_some() {
        return Ok(());
    }
    let transaction = data.unchecked_transaction()?;
    let mut statement = transaction.prepare("SELECT number, case_id FROM cases WHERE manifest IS NULL")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, CaseId::from(row.get::<_, [u8; 16]>(1)?))))?;
    for row in rows {
        let (number, case) = row?;
        put(&transaction, ring, (number, case), &present(&transaction, ring, number, Scope::Whole)?)?;
    }
    drop(statement);
    transaction.commit()?;
    Ok(header::put(keys, COMPLETE, 1)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{Secret, ShortHash};

    #[test]
    fn a_manifest_opens_for_its_case_only_and_unchanged() {
        let key = LookupKey::new(&Secret::from_slice(&[1; 32]).unwrap());
        let [one, other] = [1, 2].map(|id| CaseId(Uuid::from_u128(id)));
        let digest: ShortHash = [7; SHORT_BYTES];
        let (standing, content) = (Sum { digest, rows: 2 }, Sum { digest: [9; SHORT_BYTES], rows: 5 });
        let manifest = Manifest { version: 3, interactions: 4, standing, content };
        let sealed = manifest.seal(&key, one);
        assert_eq!((sealed.len(), Manifest::open(&key, one, &sealed)), (BYTES, Some(manifest)));
        assert_eq!(Manifest::open(&key, other, &sealed), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(Manifest::open(&key, one, &changed), None, "{at}");
        }
        assert_eq!(Manifest::open(&key, one, &sealed[1..]), None);
    }
}
