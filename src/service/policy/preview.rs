//! What a change of policy would bring: to the newest stored cases, and to given texts, which are redacted and scored
//! and forgotten.

use std::sync::Arc;

use crate::{
    access::Caller,
    assessment::AssessmentInput,
    conversation::{Channel, Part, RawText, RawTurn, Role},
    queue::WorkClass,
    service::{
        app::App,
        convert::{
            outcome,
            points::Points,
            scalar::{self, wire_long},
        },
        flips::Flips,
        limits,
        path::{Path, Violations},
        pb,
        rules::Rules,
        status::{Failure, Outcome, Reason},
    },
    store::{AccessRole, Rescore, RescoreRequest, TextState},
    triage,
};

/// What is previewed.
pub(super) struct Wanted {
    cases: u32,
    texts: Vec<RawTurn>,
}

impl Wanted {
    /// Checks what a request wants previewed; without `validate_only` it is nothing.
    pub(super) fn parse(validate_only: bool, cases: i32, texts: Vec<String>) -> Outcome<Self> {
        let (root, mut violations) = (Path::Root, Violations::default());
        let (cases_path, path) = (root.field("preview_cases"), root.field("preview_texts"));
        let max = if validate_only { limits::transport(limits::PREVIEW_CASES_MAX) } else { 0 };
        let wanted = u32::try_from(cases).ok().filter(|cases| *cases <= max);
        violations.check(wanted.is_some(), &cases_path, Reason::FieldOutOfRange);
        let max = if validate_only { limits::PREVIEW_TEXTS_MAX } else { 0 };
        scalar::count(texts.len(), max, &path, &mut violations);
        for (index, text) in texts.iter().enumerate() {
            let fits = text.len() <= limits::PREVIEW_TEXT_BYTES_MAX;
            violations.check(fits, &path.at(index), Reason::FieldTooLong);
        }
        let turn = |text: String| RawTurn { role: Role::Customer, part: Part::Body, text: RawText::new(text) };
        let texts = texts.into_iter().map(turn).collect();
        violations.finish(Self { cases: wanted.unwrap_or_default(), texts })
    }
}

/// Previews a policy.
pub(super) async fn preview(
    app: &App,
    caller: &Caller,
    candidate: Arc<Rules>,
    wanted: Wanted,
) -> Outcome<pb::PolicyPreview> {
    let flips = stored(app, caller, &candidate, wanted.cases).await?;
    let texts = texts(app, caller, candidate, wanted.texts).await?;
    if caller.roles.contains(&AccessRole::Supervisor) {
        let flipped_interactions = flips.names();
        return Ok(pb::PolicyPreview {
            interactions: wire_long(flips.interactions),
            flips: flips.wire(),
            flipped_interactions,
            texts,
        });
    }
    let (interactions, flips) = flips.rounded();
    Ok(pb::PolicyPreview { interactions, flips, flipped_interactions: Vec::new(), texts })
}

/// Scores the newest stored cases with a policy.
async fn stored(app: &App, caller: &Caller, candidate: &Arc<Rules>, cases: u32) -> Outcome<Flips> {
    let rules = Arc::clone(candidate);
    let rescore: Rescore = Arc::new(move |input, text| rules.assess(input, text));
    let (mut flips, mut left, mut after) = (Flips::default(), cases, None);
    while left > 0 {
        let limit = left.min(limits::transport(limits::RESCORE_BATCH_CASES));
        let request = RescoreRequest {
            tenant: caller.tenant,
            principal: caller.principal,
            after,
            limit,
            newest_first: true,
            apply: false,
            redact: None,
            rescore: Arc::clone(&rescore),
            policy: Arc::clone(&candidate.policy),
        };
        let done = app.store.rescore_cases(request).await;
        let done = done.map_err(|error| Failure::of_store(&error, Reason::CaseNotFound))?;
        flips.add(&done);
        let Some(next) = done.next else { break };
        (left, after) = (left - limit, Some(next));
    }
    Ok(flips)
}

/// The texts under both policies. Without any the live policy is not needed, which may be one that nothing carries out.
async fn texts(
    app: &App,
    caller: &Caller,
    candidate: Arc<Rules>,
    wanted: Vec<RawTurn>,
) -> Outcome<Vec<pb::TextPreview>> {
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let live = app.rules(caller.tenant)?;
    let texts = move || wanted.iter().map(|turn| text(turn, &live, &candidate)).collect();
    app.compute((caller.tenant, WorkClass::Bulk), usize::MAX, texts).await
}

/// A text under both policies.
fn text(turn: &RawTurn, live: &Rules, candidate: &Rules) -> pb::TextPreview {
    let (before, _) = assessed(turn, live);
    let (after, text) = assessed(turn, candidate);
    pb::TextPreview { text, before: Some(before), after: Some(after) }
}

fn assessed(turn: &RawTurn, rules: &Rules) -> (pb::Assessment, String) {
    let turns = std::slice::from_ref(turn);
    let redaction = rules.triage.redact(&[], turns);
    let input =
        AssessmentInput { turns: triage::input_turns(turns, &redaction), ..AssessmentInput::new(Channel::Query) };
    let assessment = rules.assess(&input, TextState::Redacted);
    let texts: Vec<_> = input.turns.iter().map(|turn| Points::new(turn.text.as_str())).collect();
    let text = texts.first().map(|text| text.text().to_owned()).unwrap_or_default();
    (outcome::assessment(&assessment, &texts), text)
}
