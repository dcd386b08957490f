//! `triaged lexicon explain TEXT`: the evidence and the factors of one text, so that everybody can add them up.

use std::io::{self, Read as _};

use super::{
    Exit, Failure, language, layered,
    table::{self, BOLD, DIM, by_sign, styled},
};
use crate::{
    assessment::{Assessment, AssessmentInput, Evidence},
    conversation::{Channel, RawTurn, Role},
    policy::Policy,
    text::Language,
    triage::input_turns,
};

/// Bytes of a text that are read at most.
const TEXT_BYTES_MAX: u64 = 1 << 20;

/// What is explained, and how.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The text, or `-` for standard input. It is redacted first
    text: String,
    /// Its language; detected unless given
    #[arg(long, value_parser = language)]
    lang: Option<Language>,
    /// Lexicon file laid over the built-in one; may be given more than once
    #[arg(long, value_name = "FILE")]
    lexicon: Vec<String>,
    /// Write one JSON object
    #[arg(long)]
    json: bool,
}

/// Explains.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let (triage, policy) = layered(&args.lexicon)?;
    let turns = [RawTurn::body(Role::Customer, &text(&args.text)?)];
    let turns = input_turns(&turns, &triage.redact(&[], &turns));
    let input = AssessmentInput { turns, language: args.lang, ..AssessmentInput::new(Channel::Query) };
    let assessment = triage.assess(&policy, &input);
    let text = input.turns.first().map_or("", |turn| turn.text.as_str());
    if args.json {
        super::super::print(&json(text, &assessment))?;
    } else {
        table::print(&page(text, &assessment, &policy))?;
    }
    Ok(Exit::Done)
}

fn text(given: &str) -> Result<String, Failure> {
    if given != "-" {
        return Ok(given.to_owned());
    }
    let mut text = String::new();
    let read = io::stdin().lock().take(TEXT_BYTES_MAX).read_to_string(&mut text);
    read.map(|_| text).map_err(|error| Failure::file("standard input", error))
}

fn page(text: &str, assessment: &Assessment, policy: &Policy) -> String {
    let Assessment { sentiment, priority, .. } = assessment;
    let words = |evidence: &Evidence| one_line(evidence.span.of(text));
    let evidence = sentiment.evidence.iter().map(|part| (part.millis, part.signal, words(part)));
    let factors = priority.factors.iter().map(|factor| (factor.points, factor.signal, String::new()));
    let mut page = format!("{}\n\n", text.trim_end());
    let language = sentiment.language.map_or("no lexicon for it", Language::code);
    let threshold = policy.sentiment.negative_threshold_millis;
    rows(&mut page, "evidence", evidence.collect());
    let label = sentiment.label.name();
    total(
        &mut page,
        sentiment.score_millis,
        &format!("{label} (from {threshold} on it is negative); language: {language}"),
    );
    rows(&mut page, "factors", factors.collect());
    let emergency = priority.emergency.map_or_else(String::new, |signal| format!(", {signal}"));
    total(&mut page, priority.value.into(), &format!("{}{emergency}", priority.level.name()));
    page
}

/// Aligned rows of number, signal and words.
fn rows(page: &mut String, title: &str, rows: Vec<(i32, &str, String)>) {
    let width = rows.iter().map(|(_, signal, _)| signal.len()).max().unwrap_or(0);
    page.push_str(&styled(DIM, title));
    page.push('\n');
    for (number, signal, words) in rows {
        let number = styled(by_sign(number), &format!("{number:>+8}"));
        page.push_str(format!("{number}  {signal:width$}  {words}").trim_end());
        page.push('\n');
    }
}

fn total(page: &mut String, sum: i32, what: &str) {
    page.push_str(&styled(BOLD, &format!("{sum:>8}")));
    page.push_str("  ");
    page.push_str(what);
    page.push_str("\n\n");
}

fn one_line(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn json(text: &str, assessment: &Assessment) -> String {
    let Assessment { sentiment, priority, .. } = assessment;
    let evidence = |part: &Evidence| {
        let span = part.span.code_points(text);
        let words = part.span.of(text);
        serde_json::json!({"start": span.start, "end": span.end, "text": words, "signal": part.signal, "millis": part.millis})
    };
    let factors: Vec<_> =
        priority.factors.iter().map(|f| serde_json::json!({"signal": f.signal, "points": f.points})).collect();
    let all = serde_json::json!({
        "text": text,
        "lang": sentiment.language.map(Language::code),
        "sentiment": sentiment.label.name(),
        "score_millis": sentiment.score_millis,
        "evidence": sentiment.evidence.iter().map(evidence).collect::<Vec<_>>(),
        "priority": priority.level.name(),
        "priority_value": priority.value,
        "emergency": priority.emergency,
        "factors": factors,
        "lexicon_revision": assessment.lexicon_revision,
    });
    format!("{all}\n")
}
