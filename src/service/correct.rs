//! `CorrectAssessment`: what a person says an assessment should have been, in codes.

use super::{
    app::App,
    convert::{case, correction},
    path::{Path, Violations},
    pb,
    status::{Failure, Outcome, Reason},
};
use crate::{access::Caller, store::CorrectionRequest};

/// Corrects an assessment.
///
/// # Errors
/// The fields that are wrong; the interaction is not open to the caller.
pub async fn correct(
    app: &App,
    caller: &Caller,
    request: pb::CorrectAssessmentRequest,
) -> Outcome<pb::CaseInteraction> {
    let pb::CorrectAssessmentRequest { name, correction: wanted } = request;
    let (root, mut violations) = (Path::Root, Violations::default());
    let ids = case::interaction_name(&name, &root.field("name"), &mut violations);
    let read = correction::parse(wanted, &root.field("correction"), &mut violations);
    let ((case, interaction), (correction, reason)) = violations.finish_some(ids.zip(read))?;
    let policy = std::sync::Arc::clone(&app.rules(caller.tenant)?.policy);
    let reader = app.reader(caller);
    let request = CorrectionRequest { reader, case, interaction, correction, reason, policy };
    let record = app.store.correct_assessment(request).await;
    let record = record.map_err(|error| Failure::of_store(&error, Reason::InteractionNotFound))?;
    Ok(case::interaction(case, &record))
}
