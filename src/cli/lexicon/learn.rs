//! `triaged lexicon learn`: rows from a file of labelled conversations. Every text is redacted before anything is learnt.

use std::{
    collections::HashMap,
    fs::OpenOptions,
    io::{BufRead, BufReader, Write},
    path::PathBuf,
};

use serde_json::Value;

use super::{Exit, Failure, language, layered, table};
use crate::{
    assessment::{AssessmentInput, InputTurn},
    conversation::{Channel, Part, RawTurn, Role},
    lexicon::learn::{Example, Figures, Learned, Options, learn},
    policy::Policy,
    redact::{KeepRules, Redactor},
    text::Language,
    triage::{Triage, input_turns},
};

/// What is learnt from, and where the rows go.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Rows as `analyze` reads them, each with "label": "negative" or "neutral", and perhaps "author"; `-` for standard
    /// input
    #[arg(long, value_name = "FILE")]
    labels: String,
    /// Language whose lexicon the rows are laid over; rows that state another one are left out
    #[arg(long, value_name = "LANG", value_parser = language)]
    base: Language,
    /// Lexicon file of the tenant's own that the rows add to as well; may be given more than once
    #[arg(long, value_name = "FILE")]
    lexicon: Vec<String>,
    /// Lexicon file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Most rows
    #[arg(long, value_name = "N", default_value_t = Options::default().entries_max)]
    max_entries: usize,
    /// Fewest different authors of a term
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(2..))]
    min_authors: u16,
    /// Replace the output if it is there
    #[arg(long)]
    overwrite: bool,
    /// Write the figures and rows as one JSON object
    #[arg(long)]
    json: bool,
}

/// One labelled conversation, redacted.
struct Labelled {
    turns: Vec<InputTurn>,
    negative: bool,
    author: Option<u64>,
}

/// Learns.
pub(super) fn run(args: &Args) -> Result<Exit, Failure> {
    let (triage, policy) = layered(&args.lexicon)?;
    let labelled = read(args, &triage)?;
    let examples: Vec<_> = labelled.iter().map(|one| example(args.base, &triage, &policy, one)).collect();
    let threshold_millis = policy.sentiment.negative_threshold_millis;
    let options = Options { entries_max: args.max_entries, authors_min: args.min_authors.into(), threshold_millis };
    let redactor = Redactor::new(&KeepRules::default())?;
    let learned =
        learn(&examples, args.base, &redactor, &options).map_err(|error| Failure::Argument(error.to_string()))?;
    write(args, &learned.tsv(args.base))?;
    if args.json {
        super::super::print(&json(&learned))?;
    } else {
        table::print(&page(&learned))?;
    }
    super::super::say(&format!("{}: {} rows, for review", args.output.display(), learned.rows.len()));
    Ok(Exit::Done)
}

fn read(args: &Args, triage: &Triage) -> Result<Vec<Labelled>, Failure> {
    let input: Box<dyn BufRead> = if args.labels == "-" {
        Box::new(std::io::stdin().lock())
    } else {
        let file = std::fs::File::open(&args.labels).map_err(|error| Failure::file(&args.labels, error))?;
        Box::new(BufReader::new(file))
    };
    let mut authors = HashMap::new();
    let mut labelled = Vec::new();
    for (index, line) in input.lines().enumerate() {
        let line = line.map_err(|error| Failure::file(&args.labels, error))?;
        if line.trim().is_empty() {
            continue;
        }
        let bad = |what| Failure::Argument(format!("{}:{}: {what}", args.labels, index + 1));
        let row: Value = serde_json::from_str(&line).map_err(|_| bad("no JSON object"))?;
        if row.get("lang").and_then(Value::as_str).is_some_and(|tag| Language::from_tag(tag) != Some(args.base)) {
            continue;
        }
        let negative = match row.get("label").and_then(Value::as_str) {
            Some("negative") => true,
            Some("neutral") => false,
            _ => return Err(bad("\"label\" is \"negative\" or \"neutral\"")),
        };
        let raw = turns(&row).ok_or_else(|| bad("either \"text\" or \"turns\" with \"role\" and \"text\""))?;
        let author = row.get("author").filter(|author| !author.is_null()).map(|author| {
            let next = authors.len() as u64;
            *authors.entry(author.to_string()).or_insert(next)
        });
        labelled.push(Labelled { turns: input_turns(&raw, &triage.redact(&[], &raw)), negative, author });
    }
    Ok(labelled)
}

fn turns(row: &Value) -> Option<Vec<RawTurn>> {
    if let Some(text) = row.get("text").and_then(Value::as_str) {
        return Some(vec![RawTurn::body(Role::Customer, text)]);
    }
    let turn = |turn: &Value| {
        let role = match turn.get("role")?.as_str()? {
            "customer" => Role::Customer,
            "agent" => Role::Agent,
            "automated" => Role::Automated,
            _ => return None,
        };
        Some(RawTurn::body(role, turn.get("text")?.as_str()?))
    };
    row.get("turns")?.as_array()?.iter().map(turn).collect()
}

fn example<'t>(language: Language, triage: &Triage, policy: &Policy, labelled: &'t Labelled) -> Example<'t> {
    let language = Some(language);
    let input = AssessmentInput { turns: labelled.turns.clone(), language, ..AssessmentInput::new(Channel::Query) };
    let own = labelled.turns.iter().filter(|turn| turn.role == Role::Customer && turn.part != Part::Quoted);
    Example {
        texts: own.map(|turn| &turn.text).collect(),
        score_millis: triage.assess(policy, &input).sentiment.score_millis,
        negative: labelled.negative,
        author: labelled.author,
    }
}

fn write(args: &Args, rows: &str) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true);
    if args.overwrite {
        options.create(true).truncate(true)
    } else {
        options.create_new(true)
    };
    let written = options.open(&args.output).and_then(|mut file| file.write_all(rows.as_bytes()));
    written.map_err(|error| Failure::path(&args.output, error))
}

/// Figures and rows for people.
fn page(learned: &Learned) -> String {
    let [negative, other] = learned.examples;
    let figures = |name: &str, Figures { f1_macro_millis, auc_millis }: Figures| {
        format!("{name:<28}  macro-F1 {}  AUC {}\n", share(f1_macro_millis), share(auc_millis))
    };
    let mut page = format!("{negative} negative conversations, {other} others\n");
    page.push_str(&figures("lexicon below", learned.before));
    page.push_str(&figures("with the rows, held out", learned.held_out));
    page.push_str(&table::styled(table::DIM, "  weight  authors: negative, not  phrase\n"));
    for row in &learned.rows {
        let [negative, other] = row.authors;
        let weight = table::styled(table::by_sign(row.weight), &format!("{:>+8}", row.weight));
        let line = format!("{weight}  {negative:>17}, {other:>3}  {}\n", row.phrase);
        page.push_str(&line);
    }
    page
}

fn share(millis: u32) -> String {
    format!("{}.{:03}", millis / 1000, millis % 1000)
}

fn json(learned: &Learned) -> String {
    let figures = |figures: Figures| serde_json::json!({"f1_macro_millis": figures.f1_macro_millis, "auc_millis": figures.auc_millis});
    let row = |row: &crate::lexicon::learn::LearnedRow| {
        let [negative, other] = row.authors;
        serde_json::json!({"phrase": row.phrase, "weight": row.weight, "negative_authors": negative, "other_authors": other})
    };
    let [negative, other] = learned.examples;
    let rows: Vec<_> = learned.rows.iter().map(row).collect();
    let all = serde_json::json!({
        "negative": negative, "other": other, "before": figures(learned.before), "held_out": figures(learned.held_out),
        "rows": rows,
    });
    format!("{all}\n")
}
