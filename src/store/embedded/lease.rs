//! Handing out items: the order of the two lanes, matching of skills and languages, and waiting for an item.

use std::{sync::Arc, time::Duration};

use rusqlite::{Connection, OptionalExtension, params};

use super::{
    EmbeddedStore,
    cases::Case,
    error::damaged,
    items::{self, COLUMNS, Item},
    jobs::Turn,
    prepare::skill_hash,
    ready::Traits,
    requests::Request,
    ring::Tenant,
    write::Write,
};
use crate::{
    audit::{Action, Event},
    crypto::{Purpose, ShortHash, lookup::SHORT_BYTES, new_id},
    id::{CaseId, LeaseId, PrincipalId},
    queue::{self, ItemState, LaneStreak, QueueHead},
    store::{IdempotentMethod, LeaseRequest, QueueEntry, StoreError},
    text::Language,
};

/// How long an ended lease is remembered, so that its holder may still read the case.
const REMEMBERED: Duration = Duration::from_hours(30 * 24);
/// How many old ones are swept for every new one.
const SWEPT: u32 = 2;

/// How long a lease waits at least for the index after a start: what does not wait for an item still outlasts the start
/// of any store but a very large one.
const FILLING_MIN: Duration = Duration::from_secs(1);

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
    case: Option<CaseId>,
    queues: Vec<String>,
    max_items: usize,
    leases_max: usize,
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
            case: asked.case,
            queues,
            max_items: asked.max_items as usize,
            leases_max: asked.leases_max as usize,
            duration: asked.lease_duration,
            skills: asked.skills.iter().map(|skill| skill_hash(&tenant, skill)).collect(),
            languages: asked.languages,
            tenant,
        }
    }

    /// Whether this worker may be given items that ask for these traits.
    fn suits(&self, traits: &Traits) -> bool {
        let (required, _) = traits.skills.as_chunks::<SHORT_BYTES>();
        let speaks = |language| self.languages.is_empty() || self.languages.contains(&language);
        traits.language.is_none_or(speaks) && required.iter().all(|skill| self.skills.contains(skill))
    }
}

fn digest(tenant: &Tenant, asked: &LeaseRequest) -> ShortHash {
    let LeaseRequest { case, queues, max_items, lease_duration, wait_duration: _, skills, languages, .. } = asked;
    let words = format!("{case:?} {queues:?} {max_items} {lease_duration:?} {skills:?} {languages:?}");
    tenant.lookup.short(Purpose::Request, &[words.as_bytes()])
}

/// Leases items, waiting for the first of them as long as asked for.
pub(super) async fn lease_items(store: &EmbeddedStore, asked: LeaseRequest) -> Result<Vec<QueueEntry>, StoreError> {
    let (wait, patience) = (tokio::time::sleep(asked.wait_duration), asked.wait_duration.max(FILLING_MIN));
    tokio::pin!(wait);
    let wish = Arc::new(Wish::new(store.ring.tenant(asked.tenant)?, asked));
    if wish.case.is_none() {
        // Until every row was read nobody knows what is next.
        let filled = tokio::time::timeout(patience, filled(store)).await;
        filled.map_err(|_| StoreError::Unavailable("the queue is being read after a start"))??;
    }
    loop {
        // Whoever waits is registered before it looks, so that nothing that comes in between is missed.
        let wait_for = |queue: &String| Box::pin(store.wakes.wait(wish.tenant.number, queue));
        let woken: Vec<_> = wish.queues.iter().map(wait_for).collect();
        let (looking, turn) = (Arc::clone(&wish), Turn::live(wish.tenant.number));
        let looked = store.committer.run_in(turn, move |write| look(write, &looking)).await?;
        if looked.repeated || !looked.entries.is_empty() || wish.queues.is_empty() || wish.case.is_some() {
            return Ok(looked.entries);
        }
        tokio::select! {
            () = &mut wait => return Ok(Vec::new()),
            _ = futures_util::future::select_all(woken) => {}
        }
    }
}

/// Ends when the index is filled.
async fn filled(store: &EmbeddedStore) -> Result<(), StoreError> {
    let filled = store.is_filled.clone().wait_for(|filled| *filled).await.map(drop);
    filled.map_err(|_| StoreError::Unavailable("the store is closed"))
}

fn look(write: &mut Write<'_>, wish: &Wish) -> Result<Looked, StoreError> {
    let earlier = match &wish.request {
        Some(request) => request.earlier(write.data, write.now)?,
        None => None,
    };
    if let Some(earlier) = earlier {
        return Ok(Looked { entries: alive(write, &earlier)?, repeated: true });
    }
    items::revive(write, Some(wish.tenant.number))?;
    let room = wish.leases_max.saturating_sub(held(write, wish.principal)?);
    if room == 0 {
        return Err(StoreError::CapacityReached);
    }
    let mut entries = Vec::new();
    match wish.case {
        Some(case) => entries.extend(take_one(write, wish, case)?),
        None => take(write, wish, room, &mut entries)?,
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

/// How many live leases a principal holds.
fn held(write: &Write<'_>, principal: PrincipalId) -> Result<usize, StoreError> {
    let mut statement = write.data.prepare_cached(
        "SELECT COUNT(*) FROM leases l JOIN items i ON i.case_number = l.case_number
         WHERE l.principal = ?1 AND (l.outcome IS NULL OR l.outcome = 100)
         AND i.lease = l.lease AND i.state = 2 AND i.ready_time > ?2",
    )?;
    Ok(statement.query_row(params![principal.as_bytes(), write.now.0], |row| row.get(0))?)
}

/// Leases what suits, one item after the other by the rule of [`queue::choose`], while there is room.
fn take(write: &Write<'_>, wish: &Wish, room: usize, entries: &mut Vec<QueueEntry>) -> Result<(), StoreError> {
    let (tenant, index) = (wish.tenant.number, write.index);
    let suits = |traits: &Traits| wish.suits(traits);
    let shards: Vec<Vec<usize>> =
        wish.queues.iter().map(|queue| index.borrow().suiting(tenant, queue, suits)).collect();
    let streaks = wish.queues.iter().map(|queue| streak(write.data, tenant, queue));
    let before: Vec<LaneStreak> = streaks.collect::<Result<_, _>>()?;
    let mut heads: Vec<QueueHead> =
        before.iter().map(|streak| QueueHead { streak: *streak, ..QueueHead::default() }).collect();
    while entries.len() < wish.max_items.min(room) {
        for (head, shards) in heads.iter_mut().zip(&shards) {
            head.waits = index.borrow().waits(shards);
        }
        let Some((at, lane)) = queue::choose(&mut heads) else { break };
        let first = shards.get(at).and_then(|shards| index.borrow_mut().first(shards, lane));
        let item = first.map(|key| Item::ready_of(write.data, key.case)).transpose()?.flatten();
        entries.push(give(write, wish, item.ok_or_else(|| damaged(&"the index of what is ready"))?)?);
    }
    for ((queue, head), before) in wish.queues.iter().zip(&heads).zip(before) {
        if head.streak != before {
            let mut statement = write
                .data
                .prepare_cached("INSERT OR REPLACE INTO streaks(tenant, queue, streak) VALUES(?1, ?2, ?3)")?;
            statement.execute(params![tenant, queue, head.streak.code()])?;
        }
    }
    Ok(())
}

/// Leases the item that is named, where it is ready: the caller has chosen it, by an order of its own.
fn take_one(write: &Write<'_>, wish: &Wish, case: CaseId) -> Result<Option<QueueEntry>, StoreError> {
    let item = Item::ready_of(write.data, case)?.filter(|item| item.tenant == wish.tenant.number);
    item.map(|item| give(write, wish, item)).transpose()
}

/// The leases in a row of a queue.
pub(super) fn streak(data: &Connection, tenant: i64, queue: &str) -> Result<LaneStreak, StoreError> {
    let mut statement = data.prepare_cached("SELECT streak FROM streaks WHERE tenant = ?1 AND queue = ?2")?;
    let code = statement.query_row(params![tenant, queue], |row| row.get(0)).optional()?;
    Ok(LaneStreak::from_code(code.unwrap_or(0)))
}

/// Leases one item.
fn give(write: &Write<'_>, wish: &Wish, mut item: Item) -> Result<QueueEntry, StoreError> {
    let lease = LeaseId(new_id(write.now)?);
    item.state = ItemState::Leased;
    item.attempts += 1;
    item.epoch += 1;
    item.lease = Some(lease);
    item.ready_time = Some(write.now + wish.duration);
    item.update(write)?;
    let mut sweep = write.data.prepare_cached(
        "DELETE FROM leases WHERE held_time < ?1 AND lease IN (SELECT lease FROM leases ORDER BY lease LIMIT ?2)",
    )?;
    sweep.execute(params![(write.now - REMEMBERED).0, SWEPT])?;
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
