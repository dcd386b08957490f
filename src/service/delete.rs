//! `DeleteCase`: a case with its interactions, for good.

use super::{
    app::App,
    certificate,
    convert::{case, privacy::officer, scalar},
    path::{Path, Violations},
    pb,
    status::{Failure, Outcome, Reason},
};
use crate::{access::Caller, store::DeleteCaseRequest};

/// Deletes a case as it was read.
///
/// # Errors
/// The fields that are wrong; the case is absent, was changed, or is held.
pub async fn delete(app: &App, caller: &Caller, request: pb::DeleteCaseRequest) -> Outcome<pb::Erasure> {
    let pb::DeleteCaseRequest { name, etag, request_id } = request;
    let (root, mut violations) = (Path::Root, Violations::default());
    let case = scalar::name(&name, &root.field("name"), &mut violations);
    violations.check(!etag.is_empty(), &root.field("etag"), Reason::FieldRequired);
    let request_id = scalar::request_id(&request_id, &root.field("request_id"), &mut violations);
    let case = violations.finish_some(case)?;
    // An etag of another form is not one of ours, and so not the present one.
    let version = case::version_of(&etag).unwrap_or(u64::MAX);
    let request = DeleteCaseRequest { officer: officer(caller), case, version, request_id };
    let record = app.store.delete_case(request).await;
    let record = record.map_err(|error| Failure::of_store(&error, Reason::CaseNotFound))?;
    certificate::certified(app, caller.tenant, record)
}
