//! `PurgeRecords`: counted for one person, carried out for another.

use super::{
    app::App,
    convert::{orders, privacy::officer, scalar},
    limits,
    path::{Path, Violations},
    pb,
    status::{Failure, Outcome, Reason},
};
use crate::{access::Caller, id::PurgeId};

/// Counts what a filter matches, or carries out a part of what was counted.
///
/// # Errors
/// The fields that are wrong; there is no such purge; the same person.
pub async fn purge(app: &App, caller: &Caller, request: pb::PurgeRecordsRequest) -> Outcome<pb::Purge> {
    let pb::PurgeRecordsRequest { filter, name, etag } = request;
    let (root, mut violations) = (Path::Root, Violations::default());
    let record = if name.is_empty() {
        violations.check(filter.is_some(), &root.field("filter"), Reason::FieldRequired);
        let filter = filter.and_then(|filter| orders::filter(filter, &root.field("filter"), &mut violations));
        app.store.count_purge(officer(caller), violations.finish_some(filter)?).await
    } else {
        let id: Option<PurgeId> = scalar::name(&name, &root.field("name"), &mut violations);
        violations.check(filter.is_none(), &root.field("filter"), Reason::FieldUnknownValue);
        violations.check(!etag.is_empty(), &root.field("etag"), Reason::FieldRequired);
        violations.check(etag.len() <= limits::ETAG_BYTES_MAX, &root.field("etag"), Reason::FieldTooLong);
        app.store.run_purge(officer(caller), violations.finish_some(id)?, etag).await
    };
    Ok(orders::purge(record.map_err(|error| Failure::of_store(&error, Reason::PurgeNotFound))?))
}
