//! How far a rotation has come: a row of the data file that changes with every batch and goes with the last.

use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::store::{StoreError, embedded::error::damaged};

/// What is rotated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    /// The key of a tenant.
    Tenant = 1,
    /// The data keys of a tenant.
    Data = 2,
}

/// A rotation that is under way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rotation {
    /// What is rotated.
    pub(super) kind: Kind,
    /// Number of the tenant.
    pub(super) tenant: i64,
    /// Number of its present pass; each kind has its own.
    pub(super) phase: u8,
    /// The last number that was dealt with in this pass.
    pub(super) position: i64,
    /// How many values or wraps were renewed so far.
    pub(super) count: u64,
    /// The highest number of cases and of interactions when it began.
    pub(super) last: (i64, i64),
}

impl Rotation {
    fn read(row: &Row<'_>) -> rusqlite::Result<(u8, Self)> {
        let rotation = Self {
            kind: Kind::Tenant,
            tenant: row.get(1)?,
            phase: row.get(2)?,
            position: row.get(3)?,
            count: row.get(4)?,
            last: (row.get(5)?, row.get(6)?),
        };
        Ok((row.get(0)?, rotation))
    }

    fn checked((kind, rotation): (u8, Self)) -> Result<Self, StoreError> {
        let kind = [Kind::Tenant, Kind::Data].into_iter().find(|known| *known as u8 == kind);
        Ok(Self { kind: kind.ok_or_else(|| damaged(&"a rotation"))?, ..rotation })
    }

    /// All that are under way.
    pub(super) fn all(data: &Connection) -> Result<Vec<Self>, StoreError> {
        let mut statement = data.prepare_cached(
            "SELECT kind, tenant, phase, position, count, last_case, last_interaction FROM rotations",
        )?;
        let rows = statement.query_map([], Self::read)?;
        rows.map(|row| Self::checked(row?)).collect()
    }

    /// The one of a kind and tenant.
    pub(super) fn get(data: &Connection, kind: Kind, tenant: i64) -> Result<Option<Self>, StoreError> {
        let mut statement = data.prepare_cached(
            "SELECT kind, tenant, phase, position, count, last_case, last_interaction FROM rotations
             WHERE kind = ?1 AND tenant = ?2",
        )?;
        let row = statement.query_row(params![kind as u8, tenant], Self::read).optional()?;
        row.map(Self::checked).transpose()
    }

    /// Begins one.
    pub(super) fn begin(data: &Connection, kind: Kind, tenant: i64) -> Result<Self, StoreError> {
        let last = |sql| data.query_row(sql, [], |row| row.get::<_, i64>(0));
        let last = (
            last("SELECT COALESCE(MAX(number), 0) FROM cases")?,
            last("SELECT COALESCE(MAX(number), 0) FROM interactions")?,
        );
        let rotation = Self { kind, tenant, phase: 0, position: 0, count: 0, last };
        rotation.put(data)?;
        Ok(rotation)
    }

    /// Notes how far it came.
    pub(super) fn put(&self, data: &Connection) -> Result<(), StoreError> {
        let mut statement = data.prepare_cached(
            "INSERT OR REPLACE INTO rotations(kind, tenant, phase, position, count, last_case, last_interaction)
             VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let Self { kind, tenant, phase, position, count, last } = self;
        statement.execute(params![*kind as u8, tenant, phase, position, count, last.0, last.1])?;
        Ok(())
    }

    /// Forgets it: it is done.
    pub(super) fn end(&self, data: &Connection) -> Result<(), StoreError> {
        let mut statement = data.prepare_cached("DELETE FROM rotations WHERE kind = ?1 AND tenant = ?2")?;
        statement.execute(params![self.kind as u8, self.tenant])?;
        Ok(())
    }
}
