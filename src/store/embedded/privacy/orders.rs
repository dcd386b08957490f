//! Rows of what takes two people: who asked, when, for what; who confirmed.

use rusqlite::{OptionalExtension, params};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

use super::second;
use crate::{
    crypto::{Purpose, new_id},
    id::PrincipalId,
    store::{
        Officer, StoreError,
        embedded::{
            ring::Tenant,
            sql::{Id, Time},
            write::Write,
        },
        record::{decode, encode},
    },
    time::Timestamp,
};

/// How long an order waits for its second person.
pub(super) const OPEN: std::time::Duration = std::time::Duration::from_hours(24);

/// What is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Purge = 1,
    Export = 2,
    Offboarding = 3,
}

/// An order as its row says.
#[derive(Clone, Debug)]
pub(super) struct Order<R> {
    pub(super) id: Uuid,
    pub(super) creator: PrincipalId,
    pub(super) approver: Option<PrincipalId>,
    pub(super) create_time: Timestamp,
    pub(super) is_done: bool,
    pub(super) record: R,
}

impl<R: Serialize + DeserializeOwned> Order<R> {
    /// Notes what somebody asks for.
    pub(super) fn place(
        write: &Write<'_>,
        tenant: &Tenant,
        officer: Officer,
        kind: Kind,
        record: R,
    ) -> Result<Self, StoreError> {
        let id = new_id(write.now)?;
        let mut statement = write.data.prepare_cached(
            "INSERT INTO orders(id, tenant, kind, creator, create_time, done, record) VALUES(?1, ?2, ?3, ?4, ?5, 0, ?6)",
        )?;
        let creator = officer.principal;
        let row = encode(&record)?;
        statement.execute(params![id.as_bytes(), tenant.number, kind as u8, creator.as_bytes(), write.now.0, row])?;
        Ok(Self { id, creator, approver: None, create_time: write.now, is_done: false, record })
    }

    fn get(write: &Write<'_>, tenant: &Tenant, kind: Kind, id: Uuid) -> Result<Self, StoreError> {
        let mut statement = write.data.prepare_cached(
            "SELECT creator, approver, create_time, done, record FROM orders WHERE id = ?1 AND tenant = ?2 AND kind = ?3",
        )?;
        let row = statement.query_row(params![id.as_bytes(), tenant.number, kind as u8], |row| {
            let approver: Option<Id<PrincipalId>> = row.get(1)?;
            let (creator, time) = (row.get::<_, Id<_>>(0)?.0, row.get::<_, Time>(2)?.0);
            Ok((creator, approver.map(|id| id.0), time, row.get(3)?, row.get::<_, Vec<u8>>(4)?))
        });
        let (creator, approver, create_time, is_done, record) = row.optional()?.ok_or(StoreError::NotFound)?;
        Ok(Self { id, creator, approver, create_time, is_done, record: decode(&record)? })
    }

    /// The order, confirmed by somebody else than who asked for it, in time and as it was shown. Whoever has confirmed it
    /// may go on.
    pub(super) fn confirmed(
        write: &Write<'_>,
        tenant: &Tenant,
        officer: Officer,
        kind: Kind,
        (id, etag): (Uuid, &str),
    ) -> Result<Self, StoreError> {
        let order = Self::get(write, tenant, kind, id)?;
        // Whoever has confirmed was judged then; an act that is tried again may have taken the credentials along.
        if order.approver != Some(officer.principal) {
            second::check(write, tenant, (order.creator, order.create_time), officer.principal)?;
        }
        let in_time = order.approver.is_some() || order.create_time + OPEN > write.now;
        if !in_time || order.etag(tenant) != etag {
            return Err(StoreError::Changed);
        }
        let approver = order.approver.unwrap_or(officer.principal);
        let mut statement = write.data.prepare_cached("UPDATE orders SET approver = ?2 WHERE id = ?1")?;
        statement.execute(params![id.as_bytes(), approver.as_bytes()])?;
        Ok(Self { approver: Some(approver), ..order })
    }

    /// Writes how far it has come.
    pub(super) fn update(&self, write: &Write<'_>) -> Result<(), StoreError> {
        let mut statement = write.data.prepare_cached("UPDATE orders SET done = ?2, record = ?3 WHERE id = ?1")?;
        statement.execute(params![self.id.as_bytes(), self.is_done, encode(&self.record)?])?;
        Ok(())
    }

    /// Binds a confirmation to what was asked for.
    pub(super) fn etag(&self, tenant: &Tenant) -> String {
        super::scope::hex(&tenant.lookup.short(Purpose::Erasure, &[b"order", self.id.as_bytes()]))
    }
}
