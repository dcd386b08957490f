//! Request ids: what a call came to, kept for seven days, so that a retry gets the same answer and changes nothing.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::{
    crypto::ShortHash,
    id::PrincipalId,
    store::{IdempotentMethod, StoreError},
    time::Timestamp,
};

/// How long a request id is remembered.
const REMEMBERED: Duration = Duration::from_hours(7 * 24);
/// How many old ones are swept for every new one.
const SWEPT: u32 = 4;

/// A request: whose, of which method, with which content.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    /// Who calls.
    pub(super) principal: PrincipalId,
    /// What is called.
    pub(super) method: IdempotentMethod,
    /// The caller's id.
    pub(super) id: Uuid,
    /// Keyed hash of the content.
    pub(super) digest: ShortHash,
}

impl Request {
    /// What this request came to before; another content under the same id is refused.
    pub(super) fn earlier(&self, data: &Connection, now: Timestamp) -> Result<Option<Vec<u8>>, StoreError> {
        let mut statement = data.prepare_cached(
            "SELECT digest, result FROM requests
             WHERE principal = ?1 AND method = ?2 AND request_id = ?3 AND expire_time > ?4",
        )?;
        let key = params![self.principal.as_bytes(), self.method as u8, self.id.as_bytes(), now.0];
        let row = statement.query_row(key, |row| Ok((row.get::<_, ShortHash>(0)?, row.get(1)?)));
        match row.optional()? {
            Some((digest, _)) if digest != self.digest => Err(StoreError::RequestIdReused),
            found => Ok(found.map(|(_, result)| result)),
        }
    }

    /// Remembers what it came to.
    pub(super) fn remember(&self, data: &Connection, now: Timestamp, result: &[u8]) -> Result<(), StoreError> {
        let mut sweep = data.prepare_cached(
            "DELETE FROM requests WHERE expire_time <= ?1
             AND number IN (SELECT number FROM requests ORDER BY number LIMIT ?2)",
        )?;
        sweep.execute(params![now.0, SWEPT])?;
        let mut insert = data.prepare_cached(
            "INSERT OR REPLACE INTO requests(principal, method, request_id, digest, result, expire_time)
             VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
        )?;
        let expire = (now + REMEMBERED).0;
        let Self { principal, method, id, digest } = self;
        insert.execute(params![principal.as_bytes(), *method as u8, id.as_bytes(), digest, result, expire])?;
        Ok(())
    }
}
