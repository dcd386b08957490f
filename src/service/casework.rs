//! `UpdateCase`, `MergeCases` and `SplitInteraction`: what people do with a case itself.

use std::sync::Arc;

use super::{
    app::App,
    convert::{case, enums, scalar},
    limits,
    path::{Path, Violations},
    pb,
    status::{Failure, Outcome, Reason},
};
use crate::{
    access::Caller,
    store::{Actor, CaseChange, CaseVersion},
};

/// Sets state, queue and tier.
///
/// # Errors
/// The fields that are wrong; the case is not open to the caller, not leased by them, or not as they have read it.
pub async fn update(app: &App, caller: &Caller, request: pb::UpdateCaseRequest) -> Outcome<pb::Case> {
    let pb::UpdateCaseRequest { name, etag, state, queue, tier, request_id } = request;
    let (root, mut violations) = (Path::Root, Violations::default());
    let at = reference(pb::CaseReference { name, etag }, &root, &mut violations);
    let state = enums::settable_state(state, &root.field("state"), &mut violations);
    let queue = (!queue.is_empty()).then(|| scalar::queue(queue, &root.field("queue"), &mut violations));
    let is_set = tier != pb::Tier::Unspecified as i32;
    let tier = Some(enums::tier(tier, &root.field("tier"), &mut violations)).filter(|_| is_set);
    let change = CaseChange { state, queue, tier };
    violations.check(change != CaseChange::default(), &root.field("state"), Reason::FieldRequired);
    let actor = actor(app, caller, &request_id, &mut violations)?;
    let at = violations.finish_some(at)?;
    let updated = app.store.update_case(actor, at, change).await;
    let record = updated.map_err(|error| Failure::of_store(&error, Reason::CaseNotFound))?;
    Ok(case::case(record, &[]))
}

/// Merges cases.
///
/// # Errors
/// As [`update`].
pub async fn merge(app: &App, caller: &Caller, request: pb::MergeCasesRequest) -> Outcome<pb::Case> {
    let pb::MergeCasesRequest { target, sources, request_id } = request;
    let (root, mut violations) = (Path::Root, Violations::default());
    let target = reference(target.unwrap_or_default(), &root.field("target"), &mut violations);
    let list = root.field("sources");
    violations.check(!sources.is_empty(), &list, Reason::FieldRequired);
    scalar::count(sources.len(), limits::MERGE_CASES_MAX, &list, &mut violations);
    let mut from: Vec<CaseVersion> = Vec::new();
    for (index, source) in sources.into_iter().enumerate().take(limits::MERGE_CASES_MAX) {
        let path = list.at(index);
        let Some(source) = reference(source, &path, &mut violations) else { continue };
        let known = target.iter().chain(&from).any(|other| other.case == source.case);
        violations.check(!known, &path.field("name"), Reason::FieldUnknownValue);
        from.push(source);
    }
    let actor = actor(app, caller, &request_id, &mut violations)?;
    let target = violations.finish_some(target)?;
    let merged = app.store.merge_cases(actor, target, from).await;
    let record = merged.map_err(|error| Failure::of_store(&error, Reason::CaseNotFound))?;
    Ok(case::case(record, &[]))
}

/// Splits an interaction off.
///
/// # Errors
/// As [`update`].
pub async fn split(app: &App, caller: &Caller, request: pb::SplitInteractionRequest) -> Outcome<pb::Case> {
    let pb::SplitInteractionRequest { name, etag, request_id } = request;
    let (root, mut violations) = (Path::Root, Violations::default());
    let ids = case::interaction_name(&name, &root.field("name"), &mut violations);
    let version = case::version(&etag, &root.field("etag"), &mut violations);
    let actor = actor(app, caller, &request_id, &mut violations)?;
    let (case, interaction) = violations.finish_some(ids)?;
    let split = app.store.split_interaction(actor, CaseVersion { case, version }, interaction).await;
    let record = split.map_err(|error| Failure::of_store(&error, Reason::InteractionNotFound))?;
    Ok(case::case(record, &[]))
}

/// A case as the caller has read it. `None` only where something was noted.
fn reference(given: pb::CaseReference, path: &Path<'_>, violations: &mut Violations) -> Option<CaseVersion> {
    let pb::CaseReference { name, etag } = given;
    let version = case::version(&etag, &path.field("etag"), violations);
    let case = scalar::name(&name, &path.field("name"), violations)?;
    Some(CaseVersion { case, version })
}

fn actor(app: &App, caller: &Caller, request_id: &str, violations: &mut Violations) -> Outcome<Actor> {
    let request_id = scalar::request_id(request_id, &Path::Root.field("request_id"), violations);
    let policy = Arc::clone(&app.rules(caller.tenant)?.policy);
    Ok(Actor { reader: app.reader(caller), request_id, policy })
}
