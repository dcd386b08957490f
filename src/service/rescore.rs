//! `RescoreCases`: scores what is stored at the present policy, a batch at a time, and tells of each step what it came to
//! and where to go on.

use std::sync::Arc;

use futures_util::stream;
use tonic::Status;

use super::{
    again,
    app::App,
    batch::Answers,
    convert::scalar::{wire_int, wire_long},
    flips::Flips,
    limits,
    page::Binding,
    pb,
    status::{Failure, Outcome, Reason},
};
use crate::{
    access::Caller,
    store::{Rescore, RescoreRequest, Rescored},
};

/// A run under way.
struct Run {
    app: App,
    caller: Caller,
    apply: bool,
    redact: bool,
    binding: Binding,
    after: Option<Vec<u8>>,
    ended: bool,
    sum: Rescored,
    flips: Flips,
}

/// The steps of a run.
///
/// # Errors
/// The resume token is not one of such a run.
pub fn rescore(
    app: App,
    caller: Caller,
    request: pb::RescoreCasesRequest,
) -> Outcome<Answers<pb::RescoreCasesResponse>> {
    let pb::RescoreCasesRequest { validate_only, resume_token, redact } = request;
    let binding = Binding::new("RescoreCases", &caller, "");
    let after = binding.position(&resume_token)?;
    let (sum, flips) = (Rescored::default(), Flips::default());
    let run = Run { app, caller, apply: !validate_only, redact, binding, after, ended: false, sum, flips };
    Ok(Box::pin(stream::try_unfold(run, |mut run| async move {
        if run.ended {
            return Ok(None);
        }
        let step = run.step().await.map_err(Status::from)?;
        Ok(Some((step, run)))
    })))
}

impl Run {
    /// Scores the next cases at the policy of this moment.
    async fn step(&mut self) -> Outcome<pb::RescoreCasesResponse> {
        if self.app.is_draining() {
            return Err(Failure::of(Reason::ShuttingDown));
        }
        let rules = self.app.rules(self.caller.tenant)?;
        let policy = Arc::clone(&rules.policy);
        let redact = self.redact.then(|| again::redactor(Arc::clone(&rules)));
        let rescore: Rescore = Arc::new(move |input, text| rules.assess(input, text));
        let request = RescoreRequest {
            tenant: self.caller.tenant,
            principal: self.caller.principal,
            after: self.after.take(),
            limit: limits::transport(limits::RESCORE_BATCH_CASES),
            newest_first: false,
            apply: self.apply,
            redact,
            rescore,
            policy: Arc::clone(&policy),
        };
        let done = self.app.store.rescore_cases(request).await;
        let done = done.map_err(|error| Failure::of_store(&error, Reason::CaseNotFound))?;
        Ok(self.progress(done, policy.revision))
    }

    fn progress(&mut self, done: Rescored, revision: u32) -> pb::RescoreCasesResponse {
        self.flips.forget_names();
        self.flips.add(&done);
        self.sum.cases += done.cases;
        self.sum.interactions += done.interactions;
        self.sum.changed += done.changed;
        self.sum.skipped += done.skipped;
        self.sum.redacted += done.redacted;
        self.ended = done.next.is_none();
        self.after.clone_from(&done.next);
        pb::RescoreCasesResponse {
            cases: wire_long(self.sum.cases),
            interactions: wire_long(self.sum.interactions),
            changed: wire_long(self.sum.changed),
            skipped: wire_long(self.sum.skipped),
            flips: self.flips.wire(),
            flipped_interactions: self.flips.names(),
            resume_token: self.binding.token(done.next),
            policy_revision: wire_int(revision),
            redacted: wire_long(self.sum.redacted),
        }
    }
}
