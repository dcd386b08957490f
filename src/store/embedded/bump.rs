//! Moving an item forward: into the express lane, within the daily budget of whoever does it. What was moved and why
//! stands in its row until it leaves the queue; the budget is counted from rows of its own.

use std::time::Duration;

use rusqlite::{Connection, params};

use super::{cases::Case, items::Item, requests::Request, ring::Tenant, write::Write};
use crate::{
    audit::{Action, Event},
    crypto::Purpose,
    id::{CaseId, PrincipalId},
    queue::{ItemState, Lane},
    store::{BumpRequest, Bumped, IdempotentMethod, StoreError},
    time::Timestamp,
};

/// The time that a budget is for.
const BUDGET: Duration = Duration::from_hours(24);
/// How many spent rows are swept for every new one.
const SWEPT: u32 = 4;

/// Moves an item forward. One that stands there already stays, and nothing is spent.
pub(super) fn bump(write: &mut Write<'_>, tenant: &Tenant, asked: &BumpRequest) -> Result<Bumped, StoreError> {
    let BumpRequest { case: id, principal, reason, request_id, leased_only, budget, .. } = *asked;
    let case = Case::find(write.data, tenant.number, id)?.ok_or(StoreError::NotFound)?;
    let item = Item::get(write.data, case.number)?;
    let held = item.as_ref().map(|item| holds(write, item, principal)).transpose()?;
    if leased_only && held != Some(true) {
        return Err(StoreError::NotFound);
    }
    let request = request_id.map(|request| Request {
        principal,
        method: IdempotentMethod::Bump,
        id: request,
        digest: tenant.lookup.short(Purpose::Request, &[format!("{id} {reason:?}").as_bytes()]),
    });
    let earlier = request.as_ref().map(|request| request.earlier(write.data, write.now)).transpose()?.flatten();
    let spent = spent(write.data, principal, write.now)?;
    if earlier.is_some() {
        let entry = item.map(|item| item.into_entry(&case));
        return Ok(Bumped { entry, left: budget.saturating_sub(spent) });
    }
    let mut item = item.ok_or(StoreError::NotQueued)?;
    let moves = item.lane > Lane::Express;
    if moves {
        if spent >= budget {
            return Err(StoreError::BudgetSpent);
        }
        (item.lane, item.bump) = (Lane::Express, Some(reason));
        item.update(write)?;
        spend(write, tenant, principal, id)?;
        if item.state == ItemState::Ready {
            write.ready(tenant.number, &item.queue);
        }
    }
    if let Some(request) = request {
        request.remember(write.data, write.now, &[])?;
    }
    let left = budget.saturating_sub(spent + u32::from(moves));
    Ok(Bumped { entry: Some(item.into_entry(&case)), left })
}

/// Whether a principal holds the live lease of an item.
fn holds(write: &Write<'_>, item: &Item, principal: PrincipalId) -> Result<bool, StoreError> {
    let Some(lease) = item.lease.filter(|_| item.ready_time.is_some_and(|end| end > write.now)) else {
        return Ok(false);
    };
    let mut statement =
        write.data.prepare_cached("SELECT EXISTS(SELECT 1 FROM leases WHERE lease = ?1 AND principal = ?2)")?;
    Ok(statement.query_row(params![lease.as_bytes(), principal.as_bytes()], |row| row.get(0))?)
}

/// What a principal has spent of its budget.
fn spent(data: &Connection, principal: PrincipalId, now: Timestamp) -> Result<u32, StoreError> {
    let mut statement = data.prepare_cached("SELECT COUNT(*) FROM bumps WHERE principal = ?1 AND bump_time > ?2")?;
    Ok(statement.query_row(params![principal.as_bytes(), (now - BUDGET).0], |row| row.get(0))?)
}

fn spend(write: &Write<'_>, tenant: &Tenant, principal: PrincipalId, case: CaseId) -> Result<(), StoreError> {
    let mut sweep = write.data.prepare_cached(
        "DELETE FROM bumps WHERE bump_time <= ?1 AND number IN (SELECT number FROM bumps ORDER BY number LIMIT ?2)",
    )?;
    sweep.execute(params![(write.now - BUDGET).0, SWEPT])?;
    let mut insert = write.data.prepare_cached("INSERT INTO bumps(principal, bump_time) VALUES(?1, ?2)")?;
    insert.execute(params![principal.as_bytes(), write.now.0])?;
    let event = Event {
        tenant: Some(tenant.id),
        principal: Some(principal),
        object: Some(case.0),
        ..Event::new(Action::ItemBumped, write.now)
    };
    write.audit(Some(tenant.number), &event)
}
