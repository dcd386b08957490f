//! What the holder of a lease may do: extend it, end the work, give the item back. Every act is fenced by the epoch.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};

use super::{
    cases::Case,
    clocks,
    items::{self, Item},
    ring::Tenant,
    write::Write,
};
use crate::{
    audit::{Action, Event},
    id::LeaseId,
    queue::ItemState,
    store::{CaseState, LeaseHandle, QueueEntry, StoreError, record::Code},
    time::Timestamp,
};

/// What is noted of a lease that was given back; a lease that was acknowledged has the state of its case.
const RELEASED: u8 = 0;
/// What is noted of a lease that lives, while the customer has written again since it was given.
const CONTACTED: u8 = 100;

/// What is noted of a lease that lived when its case was resolved, set to wait or merged by somebody else's hand.
const CLOSED: u8 = 101;

/// A lease as its holder finds it.
enum Held {
    /// It lives; whether the customer has written again since it was given.
    Live(Item, bool),
    /// Its holder has ended it, with this outcome.
    Ended(u8),
}

/// Finds the lease of a handle. One of another tenant or principal is not found; one that ended is lost.
fn find(write: &Write<'_>, tenant: &Tenant, handle: &LeaseHandle) -> Result<Held, StoreError> {
    let mut statement = write.data.prepare_cached(
        "SELECT case_number, epoch, outcome FROM leases WHERE lease = ?1 AND tenant = ?2 AND principal = ?3",
    )?;
    let row = statement
        .query_row(params![handle.lease.as_bytes(), tenant.number, handle.principal.as_bytes()], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, u64>(1)?, row.get::<_, Option<u8>>(2)?))
        });
    let (case_number, epoch, outcome) = row.optional()?.ok_or(StoreError::NotFound)?;
    if epoch != handle.epoch {
        return Err(StoreError::LeaseLost);
    }
    let contacted = outcome == Some(CONTACTED);
    if outcome == Some(CLOSED) {
        return Err(StoreError::CaseClosed);
    }
    if let Some(outcome) = outcome.filter(|_| !contacted) {
        return Ok(Held::Ended(outcome));
    }
    let item = Item::get(write.data, case_number)?.ok_or(StoreError::LeaseLost)?;
    let holds = item.state == ItemState::Leased && item.lease == Some(handle.lease);
    let lives = item.ready_time.is_some_and(|end| end > write.now);
    if holds && lives { Ok(Held::Live(item, contacted)) } else { Err(StoreError::LeaseLost) }
}

fn live(write: &Write<'_>, tenant: &Tenant, handle: &LeaseHandle) -> Result<Item, StoreError> {
    match find(write, tenant, handle)? {
        Held::Live(item, _) => Ok(item),
        Held::Ended(_) => Err(StoreError::LeaseLost),
    }
}

/// Notes that the customer has written again while the item was leased: whoever holds the lease may not have seen it.
pub(super) fn contacted(data: &Connection, lease: LeaseId) -> Result<(), StoreError> {
    let mut statement = data.prepare_cached("UPDATE leases SET outcome = ?2 WHERE lease = ?1")?;
    statement.execute(params![lease.as_bytes(), CONTACTED])?;
    Ok(())
}

/// Notes that the case of a live lease was closed: its holder is told so, and was working on it until now.
pub(super) fn closed(data: &Connection, lease: LeaseId, now: Timestamp) -> Result<(), StoreError> {
    let mut statement = data.prepare_cached("UPDATE leases SET outcome = ?2, held_time = ?3 WHERE lease = ?1")?;
    statement.execute(params![lease.as_bytes(), CLOSED, now.0])?;
    Ok(())
}

/// Extends a lease.
pub(super) fn renew(
    write: &mut Write<'_>,
    tenant: &Tenant,
    handle: &LeaseHandle,
    duration: Duration,
) -> Result<QueueEntry, StoreError> {
    let mut item = live(write, tenant, handle)?;
    item.ready_time = Some(write.now + duration);
    item.update(write)?;
    note(write, handle, None)?;
    audit(write, tenant, handle, &item, Action::LeaseRenewed)?;
    let case = Case::get(write.data, item.case_number)?;
    Ok(item.into_entry(&case))
}

/// Ends the work on an item. The same once more, from a caller whose answer was lost, changes nothing. Where the customer
/// has written again meanwhile, the item goes back to its place as if it had never been leased, and the case stays open.
pub(super) fn acknowledge(
    write: &mut Write<'_>,
    tenant: &Tenant,
    handle: &LeaseHandle,
    state: CaseState,
) -> Result<(), StoreError> {
    let (mut item, contacted) = match find(write, tenant, handle)? {
        Held::Live(item, contacted) => (item, contacted),
        Held::Ended(outcome) if outcome == state.code() => return Ok(()),
        Held::Ended(_) => return Err(StoreError::LeaseLost),
    };
    if contacted {
        item.attempts = 0;
        item.give_back(None);
        item.update(write)?;
        write.ready(tenant.number, &item.queue);
    } else {
        let mut case = Case::get(write.data, item.case_number)?;
        items::remove(write, &mut case, &item)?;
        if state == CaseState::Resolved {
            clocks::resolve(write, tenant, &mut case)?;
        } else {
            clocks::answer(write, tenant, &mut case)?;
            clocks::stop(&mut case, write.now);
        }
        case.state = state;
        case.update(write.data, write.now)?;
    }
    note(write, handle, Some(state.code()))?;
    audit(write, tenant, handle, &item, Action::ItemAcknowledged)
}

/// Gives an item back, to be leased after `delay`.
pub(super) fn release(
    write: &mut Write<'_>,
    tenant: &Tenant,
    handle: &LeaseHandle,
    delay: Duration,
) -> Result<(), StoreError> {
    let mut item = match find(write, tenant, handle)? {
        Held::Live(item, _) => item,
        Held::Ended(RELEASED) => return Ok(()),
        Held::Ended(_) => return Err(StoreError::LeaseLost),
    };
    item.give_back((!delay.is_zero()).then(|| write.now + delay));
    item.update(write)?;
    note(write, handle, Some(RELEASED))?;
    audit(write, tenant, handle, &item, Action::ItemReleased)?;
    // Those who wait learn of a delayed item too: they then wait no longer than until it is ready.
    write.ready(tenant.number, &item.queue);
    Ok(())
}

/// Notes that the lease was held until now, and how it ended.
fn note(write: &Write<'_>, handle: &LeaseHandle, outcome: Option<u8>) -> Result<(), StoreError> {
    let mut statement = write
        .data
        .prepare_cached("UPDATE leases SET held_time = ?2, outcome = IFNULL(?3, outcome) WHERE lease = ?1")?;
    statement.execute(params![handle.lease.as_bytes(), write.now.0, outcome])?;
    Ok(())
}

fn audit(
    write: &Write<'_>,
    tenant: &Tenant,
    handle: &LeaseHandle,
    item: &Item,
    action: Action,
) -> Result<(), StoreError> {
    let event = Event {
        tenant: Some(tenant.id),
        principal: Some(handle.principal),
        object: Some(item.case.0),
        part: Some(handle.lease.0),
        ..Event::new(action, write.now)
    };
    write.audit(Some(tenant.number), &event)
}
