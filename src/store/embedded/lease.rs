//! Handing out items: the order of the two lanes, matching of skills and languages, and waiting for an item.

use std::{sync::Arc, time::Duration};

use rusqlite::{Connection, OptionalExtension, params};

use super::{
    EmbeddedStore,
    cases::Case,
    commit::Write,
    items::{self, COLUMNS, Item},
    prepare::skill_hash,
    requests::Request,
    ring::Tenant,
    sql::Coded,
};
use crate::{
    audit::{Action, Event},
    crypto::{Purpose, ShortHash, lookup::SHORT_BYTES, new_id},
    id::{LeaseId, PrincipalId},
    queue::{self, ItemState, Lane},
    store::{IdempotentMethod, LeaseRequest, QueueEntry, StoreError},
    text::Language,
};

/// What one look at the queue gave.
struct Looked {
    entries: Vec<QueueEntry>,
    /// The request was answered before; there is nothing to wait for.
    repeated: bool,
}

/// A request with everything that is computed once.
struct Wish {
    tenant: Arc<Tenant>,
    principal: PrincipalId,
    request: Option<Request>,
    queues: Vec<String>,
    max_items: usize,
    duration: Duration,
    skills: Vec<ShortHash>,
    languages: Vec<Language>,
}

impl Wish {
    fn new(tenant: Arc<Tenant>, asked: LeaseRequest) -> Self {
        let request = asked.request_id.map(|id| Request {
            principal: asked.principal,
            method: IdempotentMethod::Lease,
            id,
            digest: digest(&tenant, &asked),
        });
        let mut queues = asked.queues;
        let mut seen = std::collections::HashSet::new();
        queues.retain(|queue| seen.insert(queue.clone()));
        Self {
            request,
            principal: asked.principal,
            queues,
            max_items: asked.max_items as usize,
            duration: asked.lease_duration,
            skills: asked.skills.iter().map(|skill| skill_hash(&tenant, skill)).collect(),
            languages: asked.languages,
            tenant,
        }
    }

    /// Whether this worker may be given the item.
    fn suits(&self, item: &Item) -> bool {
        let (required, _) = item.skills.as_chunks::<SHORT_BYTES>();
        let speaks = |language| self.languages.is_empty() || self.languages.contains(&language);
        item.language.is_none_or(speaks) && required.iter().all(|skill| self.skills.contains(skill))
    }
}

fn digest(tenant: &Tenant, asked: &LeaseRequest) -> ShortHash {
    let LeaseRequest { queues, max_items, lease_duration, wait_duration: _, skills, languages, .. } = asked;
    let words = format!("{queues:?} {max_items} {lease_duration:?} {skills:?} {languages:?}");
    tenant.lookup.short(Purpose::Request, &[words.as_bytes()])
}

/// Leases items, waiting for the first of them as long as asked for.
pub(super) async fn lease_items(store: &EmbeddedStore, asked: LeaseRequest) -> Result<Vec<QueueEntry>, StoreError> {
    let wait = tokio::time::sleep(asked.wait_duration);
    tokio::pin!(wait);
    let wish = Arc::new(Wish::new(store.ring.tenant(asked.tenant)?, asked));
    loop {
        // Whoever waits is registered before it looks, so that nothing that comes in between is missed.
        let wait_for = |queue: &String| Box::pin(store.wakes.wait(wish.tenant.number, queue));
        let woken: Vec<_> = wish.queues.iter().map(wait_for).collect();
        let looking = Arc::clone(&wish);
        let looked = store.committer.run(move |write| look(write, &looking)).await?;
        if looked.repeated || !looked.entries.is_empty() || wish.queues.is_empty() {
            return Ok(looked.entries);
        }
        tokio::select! {
            () = &mut wait => return Ok(Vec::new()),
            _ = futures_util::future::select_all(woken) => {}
        }
    }
}

fn look(write: &mut Write<'_>, wish: &Wish) -> Result<Looked, StoreError> {
    let earlier = match &wish.request {
        Some(request) => request.earlier(write.data, write.now)?,
        None => None,
    };
    if let Some(earlier) = earlier {
        return Ok(Looked { entries: alive(write, &earlier)?, repeated: true });
    }
    items::revive(write)?;
    let mut entries = Vec::new();
    for queue in &wish.queues {
        take(write, wish, queue, &mut entries)?;
    }
    if let Some(request) = wish.request.as_ref().filter(|_| !entries.is_empty()) {
        let leases: Vec<u8> =
            entries.iter().filter_map(|entry| entry.lease).flat_map(|(id, _)| *id.as_bytes()).collect();
        request.remember(write.data, write.now, &leases)?;
    }
    Ok(Looked { entries, repeated: false })
}

/// Those of the leases that still live, as they are now.
fn alive(write: &Write<'_>, leases: &[u8]) -> Result<Vec<QueueEntry>, StoreError> {
    let (leases, _) = leases.as_chunks::<16>();
    let sql = format!(
        "SELECT {COLUMNS} FROM items WHERE state = 2 AND ready_time > ?2 AND lease = ?1
         AND case_number = (SELECT case_number FROM leases WHERE lease = ?1)"
    );
    let mut statement = write.data.prepare_cached(&sql)?;
    let mut entries = Vec::new();
    for lease in leases {
        let item = statement.query_row(params![lease, write.now.0], Item::read).optional()?;
        if let Some(item) = item {
            let case = Case::get(write.data, item.case_number)?;
            entries.push(item.into_entry(&case));
        }
    }
    Ok(entries)
}

/// Leases what suits from one queue, lane by lane in their shares.
fn take(write: &mut Write<'_>, wish: &Wish, queue: &str, entries: &mut Vec<QueueEntry>) -> Result<(), StoreError> {
    let room = wish.max_items.saturating_sub(entries.len());
    if room == 0 {
        return Ok(());
    }
    let mut emergency = ready(write.data, wish, queue, Lane::Emergency, room)?.into_iter().peekable();
    let mut regular = ready(write.data, wish, queue, Lane::Regular, room)?.into_iter().peekable();
    let before = streak(write.data, wish.tenant.number, queue)?;
    let mut after = before;
    for _ in 0..room {
        let next = queue::next_lane(after, emergency.peek().is_some(), regular.peek().is_some());
        let Some((lane, streak)) = next else { break };
        after = streak;
        let item = match lane {
            Lane::Emergency => emergency.next(),
            Lane::Regular => regular.next(),
        };
        if let Some(item) = item {
            entries.push(give(write, wish, item)?);
        }
    }
    if after != before {
        let mut statement =
            write.data.prepare_cached("INSERT OR REPLACE INTO streaks(tenant, queue, streak) VALUES(?1, ?2, ?3)")?;
        statement.execute(params![wish.tenant.number, queue, after])?;
    }
    Ok(())
}

/// The first `room` items of a lane that may be leased and suit, in the order of the lane.
fn ready(data: &Connection, wish: &Wish, queue: &str, lane: Lane, room: usize) -> Result<Vec<Item>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM items WHERE tenant = ?1 AND queue = ?2 AND state = ?3 AND lane = ?4
         ORDER BY due_time, value_descending, enter_time, case_id"
    );
    let mut statement = data.prepare_cached(&sql)?;
    let tenant = wish.tenant.number;
    let mut rows = statement.query(params![tenant, queue, Coded(ItemState::Ready), Coded(lane)])?;
    let mut found = Vec::new();
    while found.len() < room {
        let Some(row) = rows.next()? else { break };
        let item = Item::read(row)?;
        if wish.suits(&item) {
            found.push(item);
        }
    }
    Ok(found)
}

/// How many emergency items of a queue were leased in a row.
pub(super) fn streak(data: &Connection, tenant: i64, queue: &str) -> Result<u8, StoreError> {
    let mut statement = data.prepare_cached("SELECT streak FROM streaks WHERE tenant = ?1 AND queue = ?2")?;
    Ok(statement.query_row(params![tenant, queue], |row| row.get(0)).optional()?.unwrap_or(0))
}

/// Leases one item.
fn give(write: &Write<'_>, wish: &Wish, mut item: Item) -> Result<QueueEntry, StoreError> {
    let lease = LeaseId(new_id(write.now)?);
    item.state = ItemState::Leased;
    item.attempts += 1;
    item.epoch += 1;
    item.lease = Some(lease);
    item.ready_time = Some(write.now + wish.duration);
    item.update(write.data)?;
    let mut statement = write.data.prepare_cached(
        "INSERT INTO leases(lease, tenant, principal, case_number, epoch, held_time) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    let (tenant, principal) = (&wish.tenant, wish.principal);
    statement.execute(params![
        lease.as_bytes(),
        tenant.number,
        principal.as_bytes(),
        item.case_number,
        item.epoch,
        write.now.0
    ])?;
    let event = Event {
        tenant: Some(tenant.id),
        principal: Some(principal),
        object: Some(item.case.0),
        part: Some(lease.0),
        ..Event::new(Action::ItemLeased, write.now)
    };
    write.audit(Some(tenant.number), &event)?;
    let case = Case::get(write.data, item.case_number)?;
    Ok(item.into_entry(&case))
}
