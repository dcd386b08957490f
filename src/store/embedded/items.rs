//! Rows of the queue: one item for each case that waits, is leased, delayed or parked.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    cases::Case,
    ready::{ReadyIndex, Standing, Traits},
    ring::Tenant,
    settle,
    sql::{Coded, Id, Time, Tongue},
    write::Write,
};
use crate::{
    audit::{Action, Event},
    id::{CaseId, LeaseId},
    policy::Target,
    queue::{ATTEMPTS_MAX, BumpReason, ItemState, Lane, OrderKey},
    store::{QueueEntry, StoreError},
    text::Language,
    time::Timestamp,
};

/// The columns that [`Item::read`] reads.
pub(super) const COLUMNS: &str = "case_number, case_id, queue, lane, state, due_time, value_descending, enter_time, \
    ready_time, language, skills, attempts, epoch, lease, tenant, bump";

/// An item as its row says.
#[derive(Debug)]
pub(super) struct Item {
    pub(super) case_number: i64,
    pub(super) case: CaseId,
    pub(super) queue: String,
    pub(super) lane: Lane,
    pub(super) state: ItemState,
    pub(super) due_time: Timestamp,
    pub(super) value_descending: u16,
    pub(super) enter_time: Timestamp,
    /// When the lease or the delay ends.
    pub(super) ready_time: Option<Timestamp>,
    pub(super) language: Option<Language>,
    /// Keyed hashes of the required skills, one after the other.
    pub(super) skills: Vec<u8>,
    pub(super) attempts: u32,
    pub(super) epoch: u64,
    pub(super) lease: Option<LeaseId>,
    /// Why somebody moved it forward.
    pub(super) bump: Option<BumpReason>,
    /// Number of the tenant.
    pub(super) tenant: i64,
    /// Whether the row is in the index of what is ready, and by which key.
    indexed: Option<(Lane, OrderKey, Option<Language>)>,
}

impl Item {
    /// The item in a row of [`COLUMNS`].
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let mut item = Self {
            case_number: row.get(0)?,
            case: row.get::<_, Id<_>>(1)?.0,
            queue: row.get(2)?,
            lane: row.get::<_, Coded<_>>(3)?.0,
            state: row.get::<_, Coded<_>>(4)?.0,
            due_time: row.get::<_, Time>(5)?.0,
            value_descending: row.get(6)?,
            enter_time: row.get::<_, Time>(7)?.0,
            ready_time: row.get::<_, Option<Time>>(8)?.map(|time| time.0),
            language: row.get::<_, Option<Tongue>>(9)?.map(|language| language.0),
            skills: row.get(10)?,
            attempts: row.get(11)?,
            epoch: row.get(12)?,
            lease: row.get::<_, Option<Id<_>>>(13)?.map(|id| id.0),
            tenant: row.get(14)?,
            bump: row.get::<_, Option<Coded<_>>>(15)?.map(|reason| reason.0),
            indexed: None,
        };
        item.indexed = item.ready();
        Ok(item)
    }

    /// The item in a row; `None`: a column holds no value of its kind. The damage of one row is told and stands in the
    /// way of no other.
    pub(super) fn read_sound(row: &Row<'_>) -> rusqlite::Result<Option<Self>> {
        use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType};
        match Self::read(row) {
            Err(FromSqlConversionFailure(..) | IntegralValueOutOfRange(..) | InvalidColumnType(..)) => {
                let case_number: i64 = row.get(0)?;
                tracing::error!(case_number, "an item of the queue is damaged and is set aside");
                Ok(None)
            }
            read => read.map(Some),
        }
    }

    /// The item of a case, where it has one.
    pub(super) fn get(data: &Connection, case_number: i64) -> Result<Option<Self>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM items WHERE case_number = ?1");
        Ok(data.prepare_cached(&sql)?.query_row([case_number], Self::read).optional()?)
    }

    /// The ready item of a case that the index names.
    pub(super) fn ready_of(data: &Connection, case: CaseId) -> Result<Option<Self>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM items WHERE state = 1
             AND case_number = (SELECT number FROM cases WHERE case_id = ?1)"
        );
        Ok(data.prepare_cached(&sql)?.query_row([case.as_bytes()], Self::read).optional()?)
    }

    /// Its place within its lane.
    pub(super) fn order(&self) -> OrderKey {
        let Self { due_time, value_descending, enter_time, case, .. } = *self;
        OrderKey { due_time, value_descending, enter_time, case }
    }

    /// Lane, key and language, while it may be leased.
    fn ready(&self) -> Option<(Lane, OrderKey, Option<Language>)> {
        (self.state == ItemState::Ready).then(|| (self.lane, self.order(), self.language))
    }

    /// Where its row stands in the index.
    pub(super) fn stands(&self, index: &mut ReadyIndex) -> Option<Standing> {
        let (lane, key, language) = self.indexed?;
        let traits = Traits { language, skills: self.skills.clone() };
        Some(index.standing((self.tenant, &self.queue), traits, lane, key))
    }

    /// Brings the index in line with the row, and tells that it changes.
    fn index(&mut self, write: &Write<'_>) {
        write.changed(self.tenant, &self.queue, self.case);
        let mut index = write.index.borrow_mut();
        let before = self.stands(&mut index);
        self.indexed = self.ready();
        let after = self.stands(&mut index);
        index.change(self.case_number, before, after);
    }

    fn insert(&mut self, write: &Write<'_>) -> Result<(), StoreError> {
        self.index(write);
        let mut statement = write.data.prepare_cached(
            "INSERT INTO items(case_number, case_id, tenant, queue, lane, state, due_time, value_descending, enter_time,
               ready_time, language, skills, attempts, epoch, lease, bump)
             VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        )?;
        statement.execute(params![
            self.case_number,
            self.case.as_bytes(),
            self.tenant,
            self.queue,
            Coded(self.lane),
            Coded(self.state),
            self.due_time.0,
            self.value_descending,
            self.enter_time.0,
            self.ready_time.map(Time),
            self.language.map(Tongue),
            self.skills,
            self.attempts,
            self.epoch,
            self.lease.as_ref().map(LeaseId::as_bytes),
            self.bump.map(Coded),
        ])?;
        Ok(())
    }

    /// Writes everything that may change.
    pub(super) fn update(&mut self, write: &Write<'_>) -> Result<(), StoreError> {
        self.index(write);
        let mut statement = write.data.prepare_cached(
            "UPDATE items SET lane = ?2, state = ?3, due_time = ?4, value_descending = ?5, ready_time = ?6,
               language = ?7, attempts = ?8, epoch = ?9, lease = ?10, bump = ?11 WHERE case_number = ?1",
        )?;
        statement.execute(params![
            self.case_number,
            Coded(self.lane),
            Coded(self.state),
            self.due_time.0,
            self.value_descending,
            self.ready_time.map(Time),
            self.language.map(Tongue),
            self.attempts,
            self.epoch,
            self.lease.as_ref().map(LeaseId::as_bytes),
            self.bump.map(Coded),
        ])?;
        Ok(())
    }

    /// Ends the present lease or delay: back to its place, or parked where it was leased too often.
    pub(super) fn give_back(&mut self, until: Option<Timestamp>) {
        self.lease = None;
        self.ready_time = None;
        self.state = match until {
            _ if self.attempts >= ATTEMPTS_MAX => ItemState::Parked,
            Some(_) => ItemState::Delayed,
            None => ItemState::Ready,
        };
        if self.state == ItemState::Delayed {
            self.ready_time = until;
        }
    }

    /// The item as it is shown.
    pub(super) fn into_entry(self, case: &Case) -> QueueEntry {
        let leading = case.clocks.and_then(|clocks| clocks.leading());
        let leased = self.ready_time.filter(|_| self.state == ItemState::Leased);
        QueueEntry {
            case: self.case,
            lease: self.lease.zip(leased),
            epoch: self.epoch,
            queue: self.queue,
            lane: self.lane,
            state: self.state,
            enter_time: self.enter_time,
            due_time: self.due_time,
            level: case.level,
            value: case.value,
            label: case.label,
            channel: case.channel,
            tier: case.tier,
            language: self.language,
            attempts: self.attempts,
            target: leading.map_or(Target::FirstResponse, |leading| leading.target),
            paused: leading.map_or(Duration::ZERO, |leading| leading.paused),
            bump: self.bump,
        }
    }
}

/// What a waiting interaction asks of the queue.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) lane: Lane,
    pub(super) enter_time: Timestamp,
    pub(super) due_time: Timestamp,
    pub(super) value: u16,
    pub(super) skills: Vec<u8>,
}

/// Puts a case in the queue. Where it is there already, it keeps its age and moves forward only: the earlier due time,
/// the higher value, the more urgent lane; a delay ends; a lease is told that there is more to do.
pub(super) fn raise(write: &mut Write<'_>, tenant: &Tenant, case: &Case, wanted: Wanted) -> Result<(), StoreError> {
    let Wanted { lane, enter_time, due_time, value, skills } = wanted;
    let order = OrderKey::new(due_time, value, enter_time, case.id);
    let item = match Item::get(write.data, case.number)? {
        None => {
            let mut item = Item {
                case_number: case.number,
                case: case.id,
                queue: case.queue.clone(),
                lane,
                state: ItemState::Ready,
                due_time,
                value_descending: order.value_descending,
                enter_time,
                ready_time: None,
                language: case.language,
                skills,
                attempts: 0,
                epoch: case.epoch,
                lease: None,
                bump: None,
                tenant: tenant.number,
                indexed: None,
            };
            item.insert(write)?;
            item
        }
        Some(mut item) => {
            item.lane = item.lane.min(lane);
            item.due_time = item.due_time.min(due_time);
            item.value_descending = item.value_descending.min(order.value_descending);
            item.language = case.language;
            if item.state == ItemState::Delayed {
                item.give_back(None);
            }
            if let Some(lease) = item.lease {
                settle::contacted(write.data, lease)?;
            }
            item.update(write)?;
            item
        }
    };
    write.ready(tenant.number, &item.queue);
    Ok(())
}

/// Takes a case out of the queue; its fence goes on from where it was, should the case come back.
pub(super) fn remove(write: &Write<'_>, case: &mut Case, item: &Item) -> Result<(), StoreError> {
    case.epoch = item.epoch;
    write.changed(item.tenant, &item.queue, item.case);
    let mut index = write.index.borrow_mut();
    let before = item.stands(&mut index);
    index.change(item.case_number, before, None);
    write.data.prepare_cached("DELETE FROM items WHERE case_number = ?1")?.execute([item.case_number])?;
    Ok(())
}

/// Takes a case out of the queue that somebody may be working on: a live lease is told so.
pub(super) fn withdraw(write: &Write<'_>, case: &mut Case, item: &Item) -> Result<(), StoreError> {
    let live = item.lease.filter(|_| item.ready_time.is_some_and(|end| end > write.now));
    if let Some(lease) = live {
        settle::closed(write.data, lease, write.now)?;
    }
    remove(write, case, item)
}

/// Moves an item to another queue, as it is.
pub(super) fn move_to(write: &Write<'_>, case: &mut Case, item: Item, queue: &str) -> Result<(), StoreError> {
    remove(write, case, &item)?;
    let mut moved = Item { queue: queue.to_owned(), indexed: None, ..item };
    moved.insert(write)
}

/// How many items are brought back at a time, so that a tenant whose leases end together holds nobody up.
const REVIVED_MAX: u32 = 256;

/// Brings back items whose lease or delay has ended by now, those that ended first; of one tenant, where one is given.
pub(super) fn revive(write: &mut Write<'_>, tenant: Option<i64>) -> Result<(), StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM items WHERE ready_time <= ?1 AND (?2 IS NULL OR tenant = ?2) ORDER BY ready_time LIMIT ?3"
    );
    let ended: Vec<(i64, Option<Item>)> = {
        let mut statement = write.data.prepare_cached(&sql)?;
        let numbered = |row: &Row<'_>| Ok((row.get(0)?, Item::read_sound(row)?));
        let rows = statement.query_map(params![write.now.0, tenant, REVIVED_MAX], numbered)?;
        rows.collect::<Result<_, _>>()?
    };
    for (case_number, item) in ended {
        let Some(mut item) = item else {
            write.data.execute("UPDATE items SET ready_time = NULL WHERE case_number = ?1", [case_number])?;
            continue;
        };
        let tenant = item.tenant;
        item.give_back(None);
        item.update(write)?;
        if item.state == ItemState::Parked {
            let event = Event { object: Some(item.case.0), ..Event::new(Action::ItemParked, write.now) };
            write.audit(Some(tenant), &event)?;
        } else {
            write.ready(tenant, &item.queue);
        }
    }
    Ok(())
}

/// When the next lease or delay ends.
pub(super) fn next_ready(data: &Connection) -> rusqlite::Result<Option<Timestamp>> {
    let mut statement = data.prepare_cached("SELECT MIN(ready_time) FROM items WHERE ready_time IS NOT NULL")?;
    Ok(statement.query_row([], |row| row.get::<_, Option<Time>>(0))?.map(|time| time.0))
}
