//! What is kept no longer: a pass over all cases, a bounded part at a time, finds what is due by the tenant's policy;
//! texts are destroyed by sealing the facts anew under a new key, facts with their keys, audit events but for their
//! hashes. What is on hold stays.

use std::{collections::BTreeSet, time::Duration};

use rusqlite::{Connection, params};

use super::{
    erase::{Taken, bury, without_anything},
    holds, rows,
    scope::{self, Scope},
};
use crate::{
    audit::{Action, Event},
    crypto::{Key, KeyKind, KeyName},
    id::{InteractionId, SubjectId, TenantId},
    policy::Retention,
    store::{
        InteractionContent, StoreError, TextState, UPKEEP_MAX,
        embedded::{
            cases::Case,
            interactions::{Interaction, segment_numbers},
            ring::{KeyRing, Tenant},
            sql::{Id, Time},
            subjects, wraps,
            write::Write,
        },
        record::{AssessmentRow, FactsRow, Field, encode},
        tombstone::{Cause, Grave},
    },
    time::Timestamp,
};

/// How long a pass rests before the next begins.
pub(super) const REST: Duration = Duration::from_hours(1);

/// How far a pass has come.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::store::embedded) struct Pass {
    /// The last case that was looked at.
    pub(super) case: i64,
    /// The last audit event that was looked at.
    pub(super) event: i64,
    /// When the last whole pass ended.
    pub(super) ended: Option<Timestamp>,
}

/// An interaction that is due.
#[derive(Clone, Copy, Debug)]
pub(super) struct Due {
    tenant: i64,
    case_number: i64,
    interaction: InteractionId,
    what: What,
}

/// What of an interaction is due, and since when the time is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// Its text, since its case was resolved.
    Text(Timestamp),
    /// All of it, since it took place.
    Facts(Timestamp),
    /// All of it, whenever it took place.
    All,
}

impl Due {
    /// A whole interaction, whenever it took place.
    pub(super) fn whole(tenant: i64, case_number: i64, interaction: InteractionId) -> Self {
        Self { tenant, case_number, interaction, what: What::All }
    }
}

/// What a part of a pass found.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) due: Vec<Due>,
    /// Cases without interactions that are due, by tenant and number: merged into others, or left over.
    pub(super) bare: Vec<(i64, i64)>,
    /// Audit events that are due, by number.
    pub(super) events: Vec<i64>,
    pub(super) case: i64,
    pub(super) event: i64,
    /// There is nothing after it.
    pub(super) is_last: bool,
}

/// Looks at the next cases and audit events.
pub(super) fn find(
    data: &Connection,
    ring: &KeyRing,
    pass: Pass,
    now: Timestamp,
    retention: &dyn Fn(TenantId) -> Retention,
) -> Result<Found, StoreError> {
    let of = |number: i64| ring.of_number(number).map_or_else(Retention::default, |tenant| retention(tenant.id));
    let mut found = Found { case: pass.case, event: pass.event, ..Found::default() };
    let mut cases = data.prepare_cached(
        "SELECT number, tenant, resolve_time, update_time FROM cases WHERE number > ?1 AND tenant > 0 ORDER BY number LIMIT ?2",
    )?;
    let mut interactions = data
        .prepare_cached("SELECT interaction_id, occur_time, segments > 0 FROM interactions WHERE case_number = ?1")?;
    let mut seen = 0;
    let mut rows = cases.query(params![pass.case, UPKEEP_MAX])?;
    while let Some(row) = rows.next()? {
        let (case_number, tenant) = (row.get(0)?, row.get(1)?);
        let resolved: Option<Timestamp> = row.get::<_, Option<Time>>(2)?.map(|time| time.0);
        let (retention, mut of_case) = (of(tenant), interactions.query([case_number])?);
        let text_due = resolved.filter(|resolved| retention.text_end(*resolved) <= now);
        let updated: Timestamp = row.get::<_, Time>(3)?.0;
        let mut is_bare = true;
        while let Some(row) = of_case.next()? {
            is_bare = false;
            let (interaction, occurred): (_, Timestamp) = (row.get::<_, Id<_>>(0)?.0, row.get::<_, Time>(1)?.0);
            let facts = (retention.facts_end(occurred) <= now).then_some(What::Facts(occurred));
            let text = text_due.filter(|_| row.get(2).unwrap_or(false)).map(What::Text);
            found.due.extend(facts.or(text).map(|what| Due { tenant, case_number, interaction, what }));
        }
        found.bare.extend((is_bare && retention.facts_end(updated) <= now).then_some((tenant, case_number)));
        (found.case, seen) = (case_number, seen + 1);
        if found.due.len() >= UPKEEP_MAX as usize {
            return Ok(found);
        }
    }
    let more_events = find_events(data, &of, now, &mut found)?;
    found.is_last = seen < UPKEEP_MAX && !more_events;
    Ok(found)
}

/// Looks at the next audit events; whether there are more. Their time stands in their bytes, after format and action.
fn find_events(
    data: &Connection,
    of: &dyn Fn(i64) -> Retention,
    now: Timestamp,
    found: &mut Found,
) -> Result<bool, StoreError> {
    let mut statement = data.prepare_cached(
        "SELECT number, IFNULL(tenant, 0), substr(event, 4, 8) FROM events WHERE number > ?1 ORDER BY number LIMIT ?2",
    )?;
    let mut rows = statement.query(params![found.event, UPKEEP_MAX])?;
    let mut seen = 0;
    while let Some(row) = rows.next()? {
        (found.event, seen) = (row.get(0)?, seen + 1);
        let time: Option<[u8; 8]> = row.get_ref(2)?.as_blob().ok().and_then(|bytes| bytes.try_into().ok());
        let due =
            time.is_some_and(|time| of(row.get(1).unwrap_or(0)).audit_end(Timestamp(i64::from_be_bytes(time))) <= now);
        found.events.extend(due.then_some(found.event));
    }
    Ok(seen >= UPKEEP_MAX)
}

/// Destroys what was found due and is not on hold; gives how many.
pub(super) fn destroy(write: &mut Write<'_>, found: &Found) -> Result<u64, StoreError> {
    let Found { due, bare, events, .. } = found;
    let mut done = expire_events(write, events)?;
    let tenants: BTreeSet<i64> = due.iter().map(|one| one.tenant).chain(bare.iter().map(|(of, _)| *of)).collect();
    for number in tenants {
        let Some(tenant) = write.ring.of_number(number) else { continue };
        let (mut taken, mut people, mut cases) = (Taken::default(), BTreeSet::new(), BTreeSet::new());
        let (mut texts, mut wholes) = (0, 0);
        for one in due.iter().filter(|one| one.tenant == number) {
            // It was found in an older state of the file: a customer may have come back since, or a newer version.
            if !is_due_still(write.data, one)? {
                continue;
            }
            let Some(subject) = free(write, &tenant, one)? else { continue };
            if !matches!(one.what, What::Text(_)) {
                rows::delete_interaction(write.data, one.interaction)?;
                taken.interaction(one.interaction);
                people.insert(subject);
                cases.insert(one.case_number);
                wholes += 1;
            } else {
                texts += match expire_text(write, &tenant, one.interaction, &mut taken) {
                    // Nothing was written yet. It goes with its facts, for which it need not be read.
                    Err(error @ (StoreError::Damaged(_) | StoreError::RecordGone)) => {
                        tracing::error!(%error, "a text is due and cannot be read");
                        0
                    }
                    expired => u64::from(expired?),
                };
            }
        }
        for (_, case) in bare.iter().filter(|(of, _)| *of == number) {
            if !is_held(write, &tenant, *case)? {
                cases.insert(*case);
            }
        }
        empty_cases(write, &tenant, cases, &mut people, &mut taken)?;
        let gone = without_anything(write, people, &taken)?;
        taken.graves.extend(gone.iter().map(|one| Grave::all(KeyKind::Subject, one.0)));
        for (action, count) in [(Action::TextsExpired, texts), (Action::InteractionsExpired, wholes)] {
            if count > 0 {
                note(write, Some(&tenant), action, count)?;
            }
        }
        if !taken.graves.is_empty() {
            bury(write, &tenant, Cause::Retention, taken)?;
        }
        done += texts + wholes;
    }
    Ok(done)
}

/// Whether the time of what was found due is counted from the same moment still.
fn is_due_still(data: &Connection, due: &Due) -> Result<bool, StoreError> {
    let (sql, since) = match due.what {
        What::All => return Ok(true),
        What::Facts(occurred) => ("SELECT 1 FROM interactions WHERE interaction_id = ?1 AND occur_time = ?2", occurred),
        What::Text(resolved) => (
            "SELECT 1 FROM interactions i JOIN cases c ON c.number = i.case_number
             WHERE i.interaction_id = ?1 AND c.resolve_time = ?2",
            resolved,
        ),
    };
    Ok(data.prepare_cached(sql)?.exists(params![due.interaction.as_bytes(), since.0])?)
}

pub(super) fn note(write: &Write<'_>, tenant: Option<&Tenant>, action: Action, count: u64) -> Result<(), StoreError> {
    let event = Event { tenant: tenant.map(|tenant| tenant.id), count, ..Event::new(action, write.now) };
    write.audit(tenant.map(|tenant| tenant.number), &event)
}

/// Whose an interaction is, where no hold stands against destroying it.
pub(super) fn free(write: &Write<'_>, tenant: &Tenant, due: &Due) -> Result<Option<SubjectId>, StoreError> {
    let Some(subject) = scope::of_record(write.keys, KeyKind::Interaction, due.interaction.as_bytes())? else {
        return Ok(None);
    };
    let case = Case::get(write.data, due.case_number)?.id;
    let (subjects, cases, interactions) = ([subject].into(), [case].into(), [due.interaction].into());
    let scope = Scope { subjects, cases, interactions, ..Scope::default() };
    Ok(holds::end_of(write, tenant, &scope)?.is_none().then_some(subject))
}

/// Whether a hold stands against destroying a case in which nothing is left.
fn is_held(write: &Write<'_>, tenant: &Tenant, number: i64) -> Result<bool, StoreError> {
    let case = Case::get(write.data, number)?.id;
    let subjects = scope::of_record(write.keys, KeyKind::Case, case.as_bytes())?.into_iter().collect();
    let scope = Scope { subjects, cases: [case].into(), ..Scope::default() };
    Ok(holds::end_of(write, tenant, &scope)?.is_some())
}

/// Takes away the cases in which nothing is left.
pub(super) fn empty_cases(
    write: &mut Write<'_>,
    tenant: &Tenant,
    cases: BTreeSet<i64>,
    people: &mut BTreeSet<SubjectId>,
    taken: &mut Taken,
) -> Result<(), StoreError> {
    for number in cases {
        if !rows::has_interactions(write.data, number)? {
            let case = Case::get(write.data, number)?;
            people.extend(scope::of_record(write.keys, KeyKind::Case, case.id.as_bytes())?);
            taken.case(case.id);
            rows::hide_case(write, case, tenant.number)?;
        }
    }
    Ok(())
}

/// Destroys the text of an interaction: what remains is sealed under a new key. False: there is none any more.
fn expire_text(
    write: &mut Write<'_>,
    tenant: &Tenant,
    id: InteractionId,
    taken: &mut Taken,
) -> Result<bool, StoreError> {
    let sql = "SELECT number FROM interactions WHERE interaction_id = ?1 AND segments > 0";
    let Ok(number) = write.data.prepare_cached(sql)?.query_row([id.as_bytes()], |row| row.get::<_, i64>(0)) else {
        return Ok(false);
    };
    let row = Interaction::get(write.data, number)?;
    let content_version = row.content_version + 1;
    let version = wraps::latest_version(write.keys, KeyKind::Interaction, id.0)?.unwrap_or_default();
    let old = KeyName { kind: KeyKind::Interaction, id: id.0, version };
    let parent = subjects::of_data_key(write, tenant, old)?;
    let record = row.into_record(write.ring, tenant, write.data, write.keys)?;
    let repeat_days = record.content.input.repeat_contact_days;
    let facts = encode(&FactsRow::new(&without_text(record.content)))?;
    let assessment = encode(&AssessmentRow::new(&record.assessment, repeat_days))?;
    let key = Key::draw(KeyName { version: version + 1, ..old })?;
    wraps::insert(write.keys, write.ring.store, tenant.id, &parent, &key)?;
    let seal = |field, plain: &[u8]| key.seal(&write.ring.place(tenant.id, id.0, field, content_version), plain);
    let mut statement = write.data.prepare_cached(
        "UPDATE interactions SET segments = 0, recording = NULL, content_version = ?2, facts = ?3, assessment = ?4
         WHERE number = ?1",
    )?;
    let (facts, assessment) = (seal(Field::Facts, &facts)?, seal(Field::Assessment, &assessment)?);
    statement.execute(params![number, content_version, facts, assessment])?;
    let (first, last) = segment_numbers(number);
    write.data.prepare_cached("DELETE FROM segments WHERE number BETWEEN ?1 AND ?2")?.execute([first, last])?;
    taken.graves.extend((1..=version).map(|version| Grave { kind: old.kind, id: old.id, version }));
    Ok(true)
}

/// What remains of a content whose text is gone.
fn without_text(mut content: InteractionContent) -> InteractionContent {
    content.turns = Vec::new();
    content.findings = Vec::new();
    content.attributes.clear();
    content.input.turns = Vec::new();
    content.text_state = TextState::Expired;
    content
}

/// Empties audit events; their hashes stay, for the tree over them.
fn expire_events(write: &Write<'_>, events: &[i64]) -> Result<u64, StoreError> {
    let mut statement =
        write.data.prepare_cached("UPDATE events SET salt = zeroblob(0), event = zeroblob(0) WHERE number = ?1")?;
    let mut done = 0;
    for number in events {
        done += statement.execute([number])? as u64;
    }
    if done > 0 {
        note(write, None, Action::EventsExpired, done)?;
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use uuid::Uuid;

    use super::*;
    use crate::{
        crypto::{MasterKey, Secret},
        store::{
            Store,
            embedded::{EmbeddedStore, StoreConfig, ring::first},
        },
        time::ManualClock,
    };

    /// A case that was resolved at 0 with an interaction of then, under keys.
    fn fill(write: &Write<'_>, tenant: &Tenant) -> Result<(), StoreError> {
        let [subject, case, interaction] = [1, 2, 3].map(Uuid::from_u128);
        let parent = Key::draw(first(KeyKind::Subject, subject))?;
        wraps::insert(write.keys, write.ring.store, tenant.id, &tenant.key, &parent)?;
        for (kind, id) in [(KeyKind::Case, case), (KeyKind::Interaction, interaction)] {
            wraps::insert(write.keys, write.ring.store, tenant.id, &parent, &Key::draw(first(kind, id))?)?;
        }
        write.data.execute(
            "INSERT INTO cases(number, case_id, tenant, state, queue, tier, channel, label, level, value, emergency,
               create_time, update_time, version, epoch, sealed) VALUES(1, ?1, ?2, 4, 'q', 1, 1, 1, 1, 0, 0, 0, 0, 1, 0, x'')",
            params![case.as_bytes(), tenant.number],
        )?;
        write.data.execute(
            "INSERT INTO interactions(number, interaction_id, case_number, receive_time, occur_time, channel, handling,
               automatic, label, score, level, value, source_version, content_version, segments, facts, assessment)
             VALUES(1, ?1, 1, 0, 0, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, x'', x'')",
            [interaction.as_bytes()],
        )?;
        Ok(())
    }

    /// What is found due after so many days, and how much of it is destroyed after this change.
    async fn check(days: u64, change: &'static str, expected: (usize, u64)) {
        let dir = tempfile::tempdir().unwrap();
        let store = EmbeddedStore::open(StoreConfig {
            data_dir: dir.path().join("data"),
            keys_dir: dir.path().join("keys"),
            master_key: MasterKey::new(Secret::from_slice(&[3; 32]).unwrap()).unwrap(),
            clock: Arc::new(ManualClock::new(Timestamp(0))),
        });
        let store = store.unwrap();
        let tenant = store.ensure_tenant("acme").await.unwrap();
        let (tenant, ring) = (store.ring.tenant(tenant).unwrap(), Arc::clone(&store.ring));
        store.committer.run(move |write| fill(write, &tenant)).await.unwrap();
        let now = Timestamp(0) + Duration::from_hours(24 * days);
        let look = move |read: &mut crate::store::embedded::readers::Read| {
            find(&read.data()?.0, &ring, Pass::default(), now, &|_| Retention::default())
        };
        let found = store.readers.run(crate::store::embedded::jobs::Turn::INSTANCE, look).await.unwrap();
        let due = found.due.len();
        let destroy = move |write: &mut Write<'_>| {
            write.data.execute_batch(change)?;
            super::destroy(write, &Found { events: Vec::new(), ..found })
        };
        assert_eq!((due, store.committer.run(destroy).await.unwrap()), expected, "{days} {change}");
    }

    #[tokio::test]
    async fn what_has_changed_since_it_was_found_due_stays() {
        check(400, "", (1, 1)).await;
        check(400, "UPDATE interactions SET occur_time = 1", (1, 0)).await;
        check(100, "UPDATE cases SET state = 1", (1, 0)).await;
        check(10, "", (0, 0)).await;
    }
}
