//! `ProposeLexicon`: rows learned from what people corrected. What is learned stands on the lexicon of the live policy
//! without the rows that were learned before, so that the new rows take their place.

use std::sync::Arc;

use super::failure;
use crate::{
    access::Caller,
    conversation::{Part, Role},
    lexicon::{
        Cue,
        learn::{self, Example, Figures, Learned, LearnedRow, Options},
    },
    policy::Policy,
    queue::WorkClass,
    redact::Redactor,
    service::{
        app::App,
        convert::{
            policy as convert,
            scalar::{self, wire_int},
        },
        limits,
        path::{Path, Violations},
        pb,
        rules::Rules,
        status::{Failure, Outcome, Reason},
    },
    store::{Sample, SamplesRequest, TextState},
    text::Language,
};

/// Learns and proposes.
pub(super) async fn propose(
    app: &App,
    caller: &Caller,
    request: pb::ProposeLexiconRequest,
) -> Outcome<pb::ProposeLexiconResponse> {
    let (language, rows_max) = parse(request)?;
    let limit = limits::transport(limits::SAMPLES_MAX);
    let request = SamplesRequest { tenant: caller.tenant, principal: caller.principal, limit };
    let samples = app.store.corrected_samples(request).await.map_err(|error| failure(&error))?;
    let live = Arc::clone(&app.rules(caller.tenant)?.policy);
    let work = move || learn(&live, &samples, language, rows_max);
    let learned = app.compute((caller.tenant, WorkClass::Bulk), usize::MAX, work).await??;
    Ok(response(language, learned))
}

fn parse(request: pb::ProposeLexiconRequest) -> Outcome<(Language, usize)> {
    let pb::ProposeLexiconRequest { language_code, max_rows } = request;
    let (root, mut violations) = (Path::Root, Violations::default());
    let path = root.field("language_code");
    violations.check(!language_code.is_empty(), &path, Reason::FieldRequired);
    let language = scalar::language(&language_code, &path, &mut violations);
    violations.check(language.is_some() || language_code.is_empty(), &path, Reason::FieldUnknownValue);
    let rows = usize::try_from(max_rows).ok().filter(|rows| *rows <= Options::default().entries_max);
    violations.check(rows.is_some(), &root.field("max_rows"), Reason::FieldOutOfRange);
    let rows = rows.filter(|rows| *rows > 0).unwrap_or(Options::default().entries_max);
    violations.finish_some(language.map(|language| (language, rows)))
}

fn learn(live: &Policy, samples: &[Sample], language: Language, rows_max: usize) -> Outcome<Learned> {
    let lexicon = convert::without_learned(&live.lexicon, language, Cue::Learned.name());
    let internal = || Failure::of(Reason::Internal);
    let below = Rules::new(Arc::new(Policy { lexicon, ..live.clone() })).map_err(|_| internal())?;
    let redactor = Redactor::new(&crate::redact::KeepRules::default()).map_err(|_| internal())?;
    let own = samples.iter().filter(|sample| sample.language == Some(language));
    let examples: Vec<_> = own.map(|sample| example(&below, sample)).collect();
    let threshold_millis = live.sentiment.negative_threshold_millis;
    let options = Options { entries_max: rows_max, threshold_millis, ..Options::default() };
    learn::learn(&examples, language, &redactor, &options).map_err(|_| Failure::of(Reason::TooFewCorrections))
}

fn example<'t>(below: &Rules, sample: &'t Sample) -> Example<'t> {
    let own = sample.input.turns.iter().filter(|turn| turn.role == Role::Customer && turn.part != Part::Quoted);
    Example {
        texts: own.map(|turn| &turn.text).collect(),
        score_millis: below.assess(&sample.input, TextState::Redacted).sentiment.score_millis,
        negative: sample.label == crate::assessment::Label::Negative,
        author: Some(sample.subject.0.as_u64_pair().1),
    }
}

fn response(language: Language, learned: Learned) -> pb::ProposeLexiconResponse {
    let Learned { rows, held_out, before, examples: [negative, other] } = learned;
    pb::ProposeLexiconResponse {
        rows: rows.into_iter().map(|row| proposed(language, row)).collect(),
        samples: wire_int(negative + other),
        negative_samples: wire_int(negative),
        before: Some(figures(before)),
        after: Some(figures(held_out)),
    }
}

fn proposed(language: Language, learned: LearnedRow) -> pb::ProposedRow {
    let LearnedRow { phrase, weight, authors: [negative, other] } = learned;
    let row = pb::LexiconRow {
        language_code: language.code().to_owned(),
        phrase,
        weight_millis: weight,
        signal: Cue::Learned.name().to_owned(),
    };
    pb::ProposedRow { row: Some(row), negative_subjects: wire_int(negative), neutral_subjects: wire_int(other) }
}

fn figures(figures: Figures) -> pb::HeldOut {
    let Figures { f1_macro_millis, auc_millis } = figures;
    pb::HeldOut { macro_f1_millis: wire_int(f1_macro_millis), auc_millis: wire_int(auc_millis) }
}
