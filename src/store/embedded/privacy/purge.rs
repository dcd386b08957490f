//! Purging what a faulty intake has stored: found through the audit events of its storing, which say who submitted what
//! and when; counted first, then destroyed in bounded parts, each of which notes how far it came.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};

use super::{
    erase::{Taken, audit, bury, without_anything},
    orders::{Kind, Order},
    retention::{Due, empty_cases, free},
    rows,
};
use crate::{
    audit::{Action, Event},
    crypto::KeyKind,
    id::{InteractionId, PurgeId},
    store::{
        Officer, PurgeFilter, PurgeRecord, PurgeState, StoreError, UPKEEP_MAX,
        embedded::{
            interactions::Interaction,
            ring::{KeyRing, Tenant},
            write::Write,
        },
        record::PurgeRow,
        tombstone::{Cause, Grave},
    },
};

/// How many audit events one look takes.
const EVENTS_MAX: u32 = 4096;

/// What one look finds.
#[derive(Debug, Default)]
pub(super) struct Matched {
    /// Interactions that match, by case number.
    found: Vec<(i64, InteractionId)>,
    /// The last event that was looked at.
    pub(super) event: i64,
    /// There is nothing after it.
    pub(super) is_last: bool,
}

/// Looks through the next audit events for interactions that match.
pub(super) fn find(
    (data, keys): (&Connection, &Connection),
    ring: &KeyRing,
    tenant: &Tenant,
    filter: &PurgeFilter,
    (after, last): (i64, i64),
) -> Result<Matched, StoreError> {
    let mut statement = data.prepare_cached(
        "SELECT number, event FROM events WHERE tenant = ?1 AND number > ?2 AND number <= ?3 ORDER BY number LIMIT ?4",
    )?;
    let mut rows = statement.query(params![tenant.number, after, last, EVENTS_MAX])?;
    let mut matched = Matched { event: after, is_last: true, ..Matched::default() };
    let (mut seen, mut known) = (0, BTreeSet::new());
    while let Some(row) = rows.next()? {
        (matched.event, seen) = (row.get(0)?, seen + 1);
        let Some(id) = submitted(row.get_ref(1)?.as_blob().unwrap_or_default(), filter) else { continue };
        if known.insert(id)
            && let Some(case_number) = matches(data, keys, ring, tenant, filter, id)?
        {
            matched.found.push((case_number, id));
        }
        if matched.found.len() >= UPKEEP_MAX as usize {
            matched.is_last = false;
            return Ok(matched);
        }
    }
    matched.is_last = seen < EVENTS_MAX;
    Ok(matched)
}

/// The interaction that an event says was stored, in time and by whom the filter wants.
fn submitted(event: &[u8], filter: &PurgeFilter) -> Option<InteractionId> {
    let event = Event::decode_intake(event)?;
    let in_time = (filter.from..filter.until).contains(&event.time);
    let by = filter.principal.is_none_or(|principal| event.principal == Some(principal));
    event.part.filter(|_| in_time && by).map(InteractionId)
}

/// The number of the case of an interaction that is there and matches the rest of the filter.
fn matches(
    data: &Connection,
    keys: &Connection,
    ring: &KeyRing,
    tenant: &Tenant,
    filter: &PurgeFilter,
    id: InteractionId,
) -> Result<Option<i64>, StoreError> {
    let sql = "SELECT number, case_number, channel FROM interactions WHERE interaction_id = ?1";
    let row = data.prepare_cached(sql)?.query_row([id.as_bytes()], |row| {
        let channel = row.get::<_, crate::store::embedded::sql::Coded<crate::conversation::Channel>>(2)?.0;
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, channel))
    });
    let Some((number, case_number, channel)) = row.optional()? else { return Ok(None) };
    if filter.channel.is_some_and(|wanted| wanted != channel) {
        return Ok(None);
    }
    if filter.attribute.is_none() && filter.policy_revision.is_none() {
        return Ok(Some(case_number));
    }
    let record = match Interaction::get(data, number)?.into_record(ring, tenant, data, keys) {
        Err(StoreError::RecordGone) => return Ok(None),
        record => record?,
    };
    let has = filter.attribute.as_ref().is_none_or(|name| record.content.attributes.contains_key(name));
    let at = filter.policy_revision.is_none_or(|revision| record.assessment.policy_revision == revision);
    Ok((has && at).then_some(case_number))
}

impl Matched {
    /// How many match.
    pub(super) fn count(&self) -> u64 {
        self.found.len() as u64
    }
}

/// The last audit event there is.
pub(super) fn last_event(data: &Connection) -> Result<i64, StoreError> {
    Ok(data.query_row("SELECT IFNULL(MAX(number), 0) FROM events", [], |row| row.get(0))?)
}

/// Notes that what was counted is to be purged.
pub(super) fn place(
    write: &Write<'_>,
    tenant: &Tenant,
    officer: Officer,
    filter: &PurgeFilter,
    (counted, last): (u64, i64),
) -> Result<PurgeRecord, StoreError> {
    let order = Order::place(write, tenant, officer, Kind::Purge, PurgeRow::new(filter, counted, last))?;
    audit(
        write,
        tenant,
        Some(officer.principal),
        Action::PurgeCounted,
        order.id,
        usize::try_from(counted).unwrap_or(0),
    )?;
    shown(tenant, &order)
}

/// A purge as it is shown.
pub(super) fn shown(tenant: &Tenant, order: &Order<PurgeRow>) -> Result<PurgeRecord, StoreError> {
    let state = match (order.is_done, order.approver) {
        (true, _) => PurgeState::Purged,
        (false, Some(_)) => PurgeState::Purging,
        (false, None) => PurgeState::Counted,
    };
    Ok(order.record.lay_over(PurgeRecord {
        purge: PurgeId(order.id),
        state,
        filter: order.record.filter()?,
        counted: 0,
        purged: 0,
        held: 0,
        etag: order.etag(tenant),
        creator: order.creator,
        approver: order.approver,
        create_time: order.create_time,
    }))
}

/// Destroys what a look found, and notes how far the purge has come.
pub(super) fn destroy(
    write: &mut Write<'_>,
    tenant: &Tenant,
    officer: Officer,
    mut order: Order<PurgeRow>,
    matched: Matched,
) -> Result<PurgeRecord, StoreError> {
    let Matched { found, event, is_last } = matched;
    let (mut taken, mut people, mut cases) = (Taken::default(), BTreeSet::new(), BTreeSet::new());
    for (case_number, id) in found {
        match free(write, tenant, &Due::whole(tenant.number, case_number, id))? {
            Some(subject) => {
                rows::delete_interaction(write.data, id)?;
                taken.interaction(id);
                people.insert(subject);
                cases.insert(case_number);
                order.record.purged += 1;
            }
            None => order.record.held += 1,
        }
    }
    empty_cases(write, tenant, cases, &mut people, &mut taken)?;
    let gone = without_anything(write, people, &taken)?;
    taken.graves.extend(gone.iter().map(|one| Grave::all(KeyKind::Subject, one.0)));
    (order.record.done_event, order.is_done) = (event, is_last);
    order.update(write)?;
    let count = taken.graves.len();
    audit(write, tenant, Some(officer.principal), Action::RecordsPurged, order.id, count)?;
    if count > 0 {
        bury(write, tenant, Cause::Purge, taken)?;
    }
    shown(tenant, &order)
}
