//! Every change of a row of a case, as the writing connection makes it. Triggers of that connection alone, made from the
//! columns of the file, call a function of this process; no statement that changes a row can forget to.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use rusqlite::{Connection, functions::FunctionFlags, types::ValueRef};

use super::{
    super::ring::KeyRing,
    rows::{Owner, Table},
};
use crate::crypto::ShortHash;

/// What was done to a row, as the triggers say it.
const ADDED: i64 = 1;
const REMOVED: i64 = 2;
const BEFORE: i64 = 3;
const AFTER: i64 = 4;

/// A sum of digests: their exclusive or, and how many rows there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sum {
    /// The exclusive or.
    pub(super) digest: ShortHash,
    /// How many rows.
    pub(super) rows: i64,
}

impl Sum {
    /// Adds a row, or with -1 takes it out.
    pub(super) fn put(&mut self, digest: ShortHash, rows: i64) {
        self.digest.iter_mut().zip(digest).for_each(|(to, from)| *to ^= from);
        self.rows += rows;
    }

    /// Adds a sum.
    pub(super) fn add(&mut self, other: Self) {
        self.put(other.digest, other.rows);
    }

    /// Takes a sum out.
    pub(super) fn take(&mut self, other: Self) {
        self.put(other.digest, -other.rows);
    }
}

/// What changed of a case.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Change {
    pub(super) standing: Sum,
    pub(super) content: Sum,
    pub(super) interactions: i64,
    /// Its row was added.
    pub(super) is_new: bool,
}

/// What one job changed.
#[derive(Debug, Default)]
pub(super) struct Changes {
    /// By number of the case.
    pub(super) cases: HashMap<i64, Change>,
    /// Rows that belong to interactions, by number of the interaction.
    pub(super) attached: HashMap<i64, Sum>,
    /// The case of each interaction whose row changed.
    pub(super) homes: HashMap<i64, i64>,
    /// Interactions that went from one case to another.
    pub(super) moved: Vec<(i64, i64, i64)>,
    before: HashMap<i64, i64>,
}

impl Changes {
    fn note(&mut self, table: &Table, act: i64, digest: ShortHash, leads: i64, number: i64) {
        let rows = if [ADDED, AFTER].contains(&act) { 1 } else { -1 };
        match table.owner {
            Owner::Standing => {
                let change = self.cases.entry(leads).or_default();
                change.standing.put(digest, rows);
                change.is_new |= act == ADDED && table.name == "cases";
            }
            Owner::Interaction => {
                let change = self.cases.entry(leads).or_default();
                change.content.put(digest, rows);
                change.interactions += rows;
                self.follow(act, number, leads);
            }
            Owner::Attached(bits) => self.attached.entry(leads >> bits).or_default().put(digest, rows),
        }
    }

    /// Follows an interaction from case to case.
    fn follow(&mut self, act: i64, number: i64, case: i64) {
        match act {
            BEFORE => {
                self.before.insert(number, case);
            }
            AFTER => {
                let before = self.before.remove(&number).unwrap_or(case);
                if before != case {
                    self.moved.push((number, before, case));
                }
                self.homes.insert(number, case);
            }
            ADDED => {
                self.homes.insert(number, case);
            }
            _ => {
                self.homes.entry(number).or_insert(case);
            }
        }
    }
}

/// Notes the changes that a connection makes.
#[derive(Clone, Debug, Default)]
pub(in super::super) struct Tracker(Arc<Mutex<Changes>>);

impl Tracker {
    /// Watches a connection from now on.
    pub(in super::super) fn watch(data: &Connection, ring: &Arc<KeyRing>) -> rusqlite::Result<Self> {
        let tracker = Self::default();
        let (changes, ring_of_rows) = (Arc::clone(&tracker.0), Arc::clone(ring));
        let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_INNOCUOUS;
        data.create_scalar_function("note_row", -1, flags, move |context| {
            let (code, act) = (context.get::<u8>(0)?, context.get::<i64>(1)?);
            let Some(table) = ring_of_rows.layout.table(code) else { return Ok(0_i64) };
            let values = (2..context.len()).map(|at| context.get_raw(at));
            let digest = table.digest(&ring_of_rows.lookup, values);
            let number = |at: usize| match context.get_raw(at + 2) {
                ValueRef::Integer(number) => number,
                _ => 0,
            };
            let mut changes = changes.lock().unwrap_or_else(PoisonError::into_inner);
            changes.note(table, act, digest, number(table.leads), number(0));
            Ok(0_i64)
        })?;
        // What INSERT OR REPLACE removes is removed like anything else.
        data.pragma_update(None, "recursive_triggers", true)?;
        ring.layout.0.iter().try_for_each(|table| data.execute_batch(&triggers(table)))?;
        Ok(tracker)
    }

    /// What was noted since, to begin anew.
    pub(super) fn take(&self) -> Changes {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Forgets what was noted: it was taken back.
    pub(in super::super) fn forget(&self) {
        drop(self.take());
    }
}

fn triggers(table: &Table) -> String {
    let Table { code, name, columns, .. } = table;
    let values = |of: &str| columns.iter().map(|column| format!("{of}.{column}")).collect::<Vec<_>>().join(", ");
    let (new, old, all) = (values("NEW"), values("OLD"), columns.join(", "));
    format!(
        "CREATE TEMP TRIGGER note_added_{name} AFTER INSERT ON main.{name} BEGIN
           SELECT note_row({code}, {ADDED}, {new}); END;
         CREATE TEMP TRIGGER note_removed_{name} AFTER DELETE ON main.{name} BEGIN
           SELECT note_row({code}, {REMOVED}, {old}); END;
         CREATE TEMP TRIGGER note_changed_{name} AFTER UPDATE OF {all} ON main.{name} BEGIN
           SELECT note_row({code}, {BEFORE}, {old}); SELECT note_row({code}, {AFTER}, {new}); END;"
    )
}
