//! Reading cases and interactions. Every read of content is an audit event that is durable before the answer.

use std::sync::Arc;

use rusqlite::{Connection, params};

use super::{
    EmbeddedStore, again,
    cases::{self, Case},
    clocks,
    error::damaged,
    interactions::Interaction,
    jobs::Turn,
    joins,
    manifest::{self, Scope},
    position,
    ring::{KeyRing, Tenant},
    sql::{Coded, Tongue},
    subjects, wraps,
};
use crate::{
    audit::{Action, Event},
    conversation::Channel,
    crypto::{KeyKind, Purpose},
    id::{CaseId, InteractionId},
    store::{
        CaseFilter, CaseLookup, CaseRecord, CaseState, InteractionRecord, OpenCase, Page, ReadScope, Reader,
        StoreError, record::Code,
    },
};

/// How many interactions of a case are read.
const INTERACTIONS_MAX: u32 = 100;
/// How many open cases are found.
const FOUND_MAX: usize = 10;
/// How many cases and interactions of a person are looked at for open cases.
const LOOKED_MAX: u32 = 1000;

/// Whether a reader may see a case.
fn may_see(data: &Connection, tenant: &Tenant, reader: &Reader, case_number: i64) -> Result<bool, StoreError> {
    let ReadScope::HandledBy { since } = reader.scope else { return Ok(true) };
    let mut statement = data.prepare_cached(
        "SELECT 1 FROM leases l LEFT JOIN items i ON i.lease = l.lease AND i.case_number = l.case_number
         WHERE l.principal = ?1 AND l.case_number = ?2 AND l.tenant = ?3 AND (l.held_time >= ?4 OR i.state = 2)",
    )?;
    let key = params![reader.principal.as_bytes(), case_number, tenant.number, since.0];
    Ok(statement.exists(key)?)
}

/// Whether the reader holds the lease of a case now.
fn holds(data: &Connection, reader: &Reader, case_number: i64) -> Result<bool, StoreError> {
    let mut statement = data.prepare_cached(
        "SELECT 1 FROM leases l JOIN items i ON i.lease = l.lease AND i.case_number = l.case_number
         WHERE l.principal = ?1 AND l.case_number = ?2 AND i.state = 2",
    )?;
    Ok(statement.exists(params![reader.principal.as_bytes(), case_number])?)
}

/// The case, if this reader may see it.
pub(super) fn visible(data: &Connection, tenant: &Tenant, reader: &Reader, case: CaseId) -> Result<Case, StoreError> {
    let case = Case::find(data, tenant.number, case)?.ok_or(StoreError::NotFound)?;
    if may_see(data, tenant, reader, case.number)? { Ok(case) } else { Err(StoreError::NotFound) }
}

/// What it means that a case is not found: where its key is there and no row has its id, the row was removed.
fn missing(data: &Connection, keys: &Connection, case: CaseId, error: StoreError) -> Result<StoreError, StoreError> {
    let mut statement = data.prepare_cached("SELECT 1 FROM cases WHERE case_id = ?1")?;
    let is_there = statement.exists([case.as_bytes()])?;
    let has_key = wraps::latest_version(keys, KeyKind::Case, case.0)?.is_some();
    Ok(if is_there || !has_key { error } else { damaged(&format!("data.db: cases: the row of {case} is missing")) })
}

/// Reads a case and its interactions.
pub(super) async fn get_case(
    store: &EmbeddedStore,
    reader: Reader,
    case: CaseId,
) -> Result<(CaseRecord, Vec<InteractionRecord>), StoreError> {
    let tenant = store.ring.tenant(reader.tenant)?;
    let ring = Arc::clone(&store.ring);
    let found = store.readers.run(Turn::live(tenant.number), move |read| {
        again::look(read, |look| {
            let (data, keys) = (look.data, look.keys);
            let case = visible(data, &tenant, &reader, case).or_else(|error| Err(missing(data, keys, case, error)?))?;
            manifest::check(data, &ring, case.number, Scope::Whole)?;
            let mut interactions = Vec::new();
            for interaction in Interaction::of_case(data, case.number, INTERACTIONS_MAX)? {
                let id = interaction.id.0;
                match look.opened((KeyKind::Interaction, id), interaction.into_record(&ring, &tenant, data, keys)) {
                    // What was erased while this was read, or is restored and not swept yet, is no part of the case.
                    Err(StoreError::RecordGone) => {}
                    opened => interactions.push(opened?),
                }
            }
            let queued = cases::queued(data, case.number)?;
            let is_leased_by_reader = holds(data, &reader, case.number)?;
            let service_times = clocks::service_times(data, case.number)?;
            let due_changes = clocks::due_changes(data, case.number)?;
            let id = case.id.0;
            let case = look.opened((KeyKind::Case, id), case.into_record(&ring, &tenant, keys, queued))?;
            Ok((CaseRecord { service_times, due_changes, is_leased_by_reader, ..case }, interactions))
        })
    });
    let (case, interactions) = found.await?;
    let count = interactions.len() as u64;
    audit(store, reader, Event { object: Some(case.case.0), count, ..event(Action::CaseRead, reader) }).await?;
    Ok((case, interactions))
}

/// Reads one interaction of a case.
pub(super) async fn get_interaction(
    store: &EmbeddedStore,
    reader: Reader,
    case: CaseId,
    interaction: InteractionId,
) -> Result<InteractionRecord, StoreError> {
    let tenant = store.ring.tenant(reader.tenant)?;
    let ring = Arc::clone(&store.ring);
    let found = store.readers.run(Turn::live(tenant.number), move |read| {
        again::look(read, |look| {
            let (data, keys) = (look.data, look.keys);
            let case = visible(data, &tenant, &reader, case)?;
            manifest::check(data, &ring, case.number, Scope::Whole)?;
            let found = Interaction::find(data, case.number, interaction)?.ok_or(StoreError::NotFound)?;
            look.opened((KeyKind::Interaction, interaction.0), found.into_record(&ring, &tenant, data, keys))
        })
    });
    let record = found.await?;
    let (object, part) = (Some(case.0), Some(interaction.0));
    audit(store, reader, Event { object, part, ..event(Action::InteractionRead, reader) }).await?;
    Ok(record)
}

/// Finds open cases by an exact reference or identifier, most urgent first.
pub(super) async fn find_open_cases(
    store: &EmbeddedStore,
    reader: Reader,
    lookup: CaseLookup,
) -> Result<Vec<OpenCase>, StoreError> {
    let tenant = store.ring.tenant(reader.tenant)?;
    let found = store.readers.run(Turn::live(tenant.number), move |read| {
        let (data, keys) = read.data()?;
        let mut numbers = candidates(&data, keys, &tenant, &lookup)?;
        numbers.sort_unstable();
        numbers.dedup();
        let mut open = Vec::new();
        for number in numbers {
            let case = Case::get(&data, number)?;
            if case.state.is_open() && may_see(&data, &tenant, &reader, number)? {
                open.push(case);
            }
        }
        open.sort_by_key(|case| std::cmp::Reverse((case.emergency, case.level, case.value, -case.number)));
        open.truncate(FOUND_MAX);
        Ok(open.iter().map(|case| OpenCase { case: case.id, level: case.level, state: case.state }).collect())
    });
    let open: Vec<OpenCase> = found.await?;
    audit(store, reader, Event { count: open.len() as u64, ..event(Action::CasesFound, reader) }).await?;
    Ok(open)
}

/// Numbers of the cases that a reference or identifier leads to, open or not.
fn candidates(
    data: &Connection,
    keys: &Connection,
    tenant: &Tenant,
    lookup: &CaseLookup,
) -> Result<Vec<i64>, StoreError> {
    let (purpose, value) = match lookup {
        CaseLookup::SourceRef(source_ref) => {
            let mut found = Vec::new();
            for purpose in [Purpose::CaseRef, Purpose::InteractionRef] {
                let hash = joins::reference(&tenant.lookup, purpose, source_ref);
                found.extend(joins::find(data, tenant.number, &hash)?.map(|target| target.case_number));
            }
            return Ok(found);
        }
        CaseLookup::CustomerRef(value) => (Purpose::CustomerRef, value.as_str()),
        CaseLookup::Email(value) => (Purpose::Email, value.expose()),
        CaseLookup::Phone(value) => (Purpose::Phone, value.expose()),
    };
    let hash = tenant.lookup.short(purpose, &[value.as_bytes()]);
    let Some(subject) = subjects::find(keys, &hash)? else { return Ok(Vec::new()) };
    let mut numbers = Vec::new();
    for (kind, sql) in [
        (KeyKind::Case, "SELECT number FROM cases WHERE case_id = ?1"),
        (KeyKind::Interaction, "SELECT case_number FROM interactions WHERE interaction_id = ?1"),
    ] {
        let mut statement = data.prepare_cached(sql)?;
        for id in wraps::records_of(keys, subject, kind, LOOKED_MAX)? {
            let rows = statement.query_map([id], |row| row.get(0))?;
            numbers.extend(rows.collect::<Result<Vec<i64>, _>>()?);
        }
    }
    Ok(numbers)
}

fn event(action: Action, reader: Reader) -> Event {
    let (tenant, principal) = (Some(reader.tenant), Some(reader.principal));
    Event { tenant, principal, ..Event::new(action, crate::time::Timestamp::default()) }
}

async fn audit(store: &EmbeddedStore, reader: Reader, event: Event) -> Result<(), StoreError> {
    let tenant = store.ring.tenant(reader.tenant)?.number;
    let note =
        move |write: &mut super::write::Write<'_>| write.audit(Some(tenant), &Event { time: write.now, ..event });
    store.committer.run_essential(Turn::live(tenant), note).await
}

/// Lists cases, newest first.
pub(super) fn list_cases(
    ring: &KeyRing,
    tenant: &Tenant,
    (data, keys): (&Connection, &Connection),
    reader: &Reader,
    filter: &CaseFilter,
    limit: u32,
    after: Option<&[u8]>,
) -> Result<Page<CaseRecord>, StoreError> {
    let list = format!("cases {filter:?}");
    let below = after.map_or(Ok(i64::MAX), |after| position::decode(tenant, &list, after))?;
    let mut conditions = Conditions::new(tenant.number, below);
    conditions.scope(reader);
    conditions.filter(filter);
    let sql = format!(
        "SELECT {} FROM cases c WHERE {} ORDER BY c.number DESC LIMIT {}",
        cases::COLUMNS,
        conditions.sql,
        u64::from(limit) + 1
    );
    let mut statement = data.prepare_cached(&sql)?;
    let values = rusqlite::params_from_iter(conditions.values);
    let rows: Vec<Case> = statement.query_map(values, Case::read)?.collect::<Result<_, _>>()?;
    let show = |case: Case| {
        manifest::check(data, ring, case.number, Scope::Standing)?;
        let queued = cases::queued(data, case.number)?;
        case.into_record(ring, tenant, keys, queued)
    };
    position::page(tenant, &list, rows, limit, |case| case.number, show)
}

/// The conditions of a list, each with its value bound.
struct Conditions {
    sql: String,
    values: Vec<Box<dyn rusqlite::ToSql>>,
}

impl Conditions {
    fn new(tenant: i64, below: i64) -> Self {
        let values: Vec<Box<dyn rusqlite::ToSql>> = vec![Box::new(tenant), Box::new(below)];
        Self { sql: "c.tenant = ? AND c.number < ?".to_owned(), values }
    }

    fn and(&mut self, condition: &str, value: impl rusqlite::ToSql + 'static) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
        self.values.push(Box::new(value));
    }

    fn scope(&mut self, reader: &Reader) {
        if let ReadScope::HandledBy { since } = reader.scope {
            let held = "EXISTS (SELECT 1 FROM leases l LEFT JOIN items i ON i.lease = l.lease AND i.case_number = l.case_number
                 WHERE l.case_number = c.number AND (l.held_time >= ? OR i.state = 2)";
            self.and(held, since.0);
            self.and("l.principal = ?)", *reader.principal.as_bytes());
        }
    }

    fn filter(&mut self, filter: &CaseFilter) {
        let CaseFilter { state, queue, channel, level_min, level_max, label, language, created_from, created_before } =
            filter.clone();
        if let Some(state) = state {
            // The literal lets SQLite use the index of unresolved cases.
            let open = if state == CaseState::Resolved { "c.state = ?" } else { "c.state != 4 AND c.state = ?" };
            self.and(open, Coded(state));
        }
        let mut maybe = |condition, value: Option<Box<dyn rusqlite::ToSql>>| {
            if let Some(value) = value {
                self.and(condition, value);
            }
        };
        maybe("c.queue = ?", boxed(queue));
        maybe("c.channel = ?", boxed(channel.map(Channel::code)));
        maybe("c.level >= ?", boxed(level_min.map(Code::code)));
        maybe("c.level <= ?", boxed(level_max.map(Code::code)));
        maybe("c.label = ?", boxed(label.map(Code::code)));
        maybe("c.language = ?", boxed(language.map(Tongue)));
        maybe("c.create_time >= ?", boxed(created_from.map(|time| time.0)));
        maybe("c.create_time < ?", boxed(created_before.map(|time| time.0)));
    }
}

fn boxed<T: rusqlite::ToSql + 'static>(value: Option<T>) -> Option<Box<dyn rusqlite::ToSql>> {
    value.map(|value| Box::new(value) as Box<dyn rusqlite::ToSql>)
}
