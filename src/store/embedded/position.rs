//! Positions of pages: a number or a place in the queue, with a keyed hash, so that a position made elsewhere, for
//! another list or another tenant is refused.

use serde::{Serialize, de::DeserializeOwned};

use super::ring::Tenant;
use crate::{
    crypto::{Purpose, lookup::SHORT_BYTES},
    store::{Page, StoreError, record},
};

/// The position as opaque bytes; `list` names the list it belongs to.
pub(super) fn encode<P: Serialize>(tenant: &Tenant, list: &str, position: &P) -> Result<Vec<u8>, StoreError> {
    let mut bytes = record::encode(position)?;
    let hash = tenant.lookup.short(Purpose::Position, &[list.as_bytes(), &bytes]);
    bytes.extend_from_slice(&hash);
    Ok(bytes)
}

/// The position in opaque bytes.
pub(super) fn decode<P: DeserializeOwned>(tenant: &Tenant, list: &str, bytes: &[u8]) -> Result<P, StoreError> {
    let (body, hash) = bytes.split_last_chunk::<SHORT_BYTES>().ok_or(StoreError::InvalidPosition)?;
    if tenant.lookup.short(Purpose::Position, &[list.as_bytes(), body]) != *hash {
        return Err(StoreError::InvalidPosition);
    }
    record::decode(body).map_err(|_| StoreError::InvalidPosition)
}

/// A page of at most `limit` of these rows, of which there is one more than that where there are more pages.
pub(super) fn page<R, T>(
    tenant: &Tenant,
    list: &str,
    mut rows: Vec<R>,
    limit: u32,
    number: impl Fn(&R) -> i64,
    show: impl Fn(R) -> Result<T, StoreError>,
) -> Result<Page<T>, StoreError> {
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let last = rows.last().filter(|_| more).map(&number);
    let next = last.map(|last| encode(tenant, list, &last)).transpose()?;
    // What is erased while it is listed, or waits for the sweep after a restore, is no part of the page any more.
    let shown = rows.into_iter().map(show).filter(|row| !matches!(row, Err(StoreError::RecordGone)));
    Ok(Page { items: shown.collect::<Result<_, _>>()?, next })
}
