//! The queue as a list, in the order of leasing: the lanes are merged as leasing merges them, from the present streak
//! on. Leased, delayed and parked items stand where their age puts them.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::{
    cases::Case,
    items::{COLUMNS, Item},
    lease::streak,
    manifest::{self, Scope},
    position,
    ring::{KeyRing, Tenant},
    sql::Coded,
};
use crate::{
    queue::{self, ItemState, Lane, LaneStreak, OrderKey},
    store::{Page, QueueEntry, StoreError, record::Code},
};

/// Where a page ended: the streak and the last item of each lane.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
struct Mark {
    streak: u8,
    lanes: [Option<Key>; 3],
}

/// Due time, value descending, enter time and case of an item.
type Key = (i64, u16, i64, [u8; 16]);

fn key(order: OrderKey) -> Key {
    (order.due_time.0, order.value_descending, order.enter_time.0, *order.case.as_bytes())
}

/// Lists a page of a queue.
pub(super) fn list(
    ring: &KeyRing,
    tenant: &Tenant,
    data: &Connection,
    queue: &str,
    limit: u32,
    after: Option<&[u8]>,
) -> Result<Page<QueueEntry>, StoreError> {
    let list = format!("items {queue}");
    let mut mark = match after {
        Some(after) => position::decode(tenant, &list, after)?,
        None => Mark { streak: streak(data, tenant.number, queue)?.code(), ..Mark::default() },
    };
    let wanted = limit.saturating_add(1);
    let mut lanes = Vec::new();
    for (of, after) in Lane::ALL.into_iter().zip(mark.lanes) {
        lanes.push(lane(tenant, data, queue, of, after, wanted)?.into_iter().peekable());
    }
    let mut items = Vec::new();
    while items.len() < limit as usize {
        let mut waits = [false; 3];
        waits.iter_mut().zip(&mut lanes).for_each(|(waits, lane)| *waits = lane.peek().is_some());
        let next = queue::next_lane(LaneStreak::from_code(mark.streak), waits);
        let Some((lane, streak)) = next else { break };
        mark.streak = streak.code();
        let from = Lane::ALL.iter().position(|one| *one == lane).unwrap_or_default();
        let Some(item) = lanes.get_mut(from).and_then(Iterator::next) else { break };
        if let Some(last) = mark.lanes.get_mut(from) {
            *last = Some(key(item.order()));
        }
        manifest::check(data, ring, item.case_number, Scope::Standing)?;
        let case = Case::get(data, item.case_number)?;
        items.push(item.into_entry(&case));
    }
    let more = lanes.iter_mut().any(|lane| lane.peek().is_some());
    let next = more.then(|| position::encode(tenant, &list, &mark)).transpose()?;
    Ok(Page { items, next })
}

/// The next items of a lane in any state: each state is read in order by the index, then merged.
fn lane(
    tenant: &Tenant,
    data: &Connection,
    queue: &str,
    lane: Lane,
    after: Option<Key>,
    limit: u32,
) -> Result<Vec<Item>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM items WHERE tenant = ?1 AND queue = ?2 AND state = ?3 AND lane = ?4
         AND (due_time, value_descending, enter_time, case_id) > (?5, ?6, ?7, ?8)
         ORDER BY due_time, value_descending, enter_time, case_id LIMIT ?9"
    );
    let mut statement = data.prepare_cached(&sql)?;
    let (due, value, enter, case) = after.unwrap_or((i64::MIN, 0, i64::MIN, [0; 16]));
    let mut items = Vec::new();
    for (state, _) in ItemState::TABLE {
        let key = params![tenant.number, queue, Coded(*state), Coded(lane), due, value, enter, case, limit];
        for item in statement.query_map(key, Item::read)? {
            items.push(item?);
        }
    }
    items.sort_by_key(Item::order);
    items.truncate(limit as usize);
    Ok(items)
}
