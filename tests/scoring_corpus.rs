//! The scoring corpus: labels, emergencies, levels and ranking pairs in 18 languages, written by people who had not seen
//! the lexicon. Irony and bare facts are among them, so that shares are asserted, not every row; the floors only rise.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::{collections::HashMap, fs, path::Path};

use serde_json::Value;
use triaged::{
    archive::analyze::{self, Options},
    policy::Policy,
    triage::Triage,
};

const LEVELS: [&str; 4] = ["low", "normal", "high", "urgent"];

fn corpus() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/scoring");
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    let texts = files.iter().map(|path| fs::read_to_string(path).unwrap());
    texts.flat_map(|text| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<_>>()).collect()
}

fn analysed(rows: &[Value]) -> HashMap<String, Value> {
    let input = rows.iter().map(|row| format!("{row}\n")).collect::<Vec<_>>().concat();
    let mut output = Vec::new();
    let triage = Triage::new().unwrap();
    analyze::run(&triage, &Policy::default(), &mut input.as_bytes(), &mut output, Options::default()).unwrap();
    let lines = std::str::from_utf8(&output).unwrap().lines();
    let results = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    results.map(|result| (result["id"].as_str().unwrap().to_owned(), result)).collect()
}

fn level(value: &Value) -> usize {
    LEVELS.iter().position(|level| *level == value.as_str().unwrap()).unwrap()
}

/// Of the rows that make a claim, how many per mille hold.
fn held(rows: &[Value], claim: impl Fn(&Value) -> Option<bool>) -> usize {
    let claims: Vec<bool> = rows.iter().filter_map(claim).collect();
    assert!(claims.len() >= 100, "the corpus makes too few such claims");
    claims.iter().filter(|held| **held).count() * 1_000 / claims.len()
}

#[test]
fn the_shares_that_hold_stay_above_their_floors() {
    let rows = corpus();
    let results = analysed(&rows);
    let result = |row: &Value| &results[row["id"].as_str().unwrap()];
    let labels = held(&rows, |row| Some(row.get("label")? == &result(row)["sentiment"]));
    let emergencies = held(&rows, |row| Some(row.get("emergency")? == &result(row)["emergency"]));
    let floors = held(&rows, |row| Some(level(&result(row)["priority"]) >= level(row.get("level_min")?)));
    let ceilings = held(&rows, |row| Some(level(&result(row)["priority"]) <= level(row.get("level_max")?)));
    let value = |id: &str| results[id]["priority_value"].as_u64().unwrap();
    let above = held(&rows, |row| Some(value(row["id"].as_str().unwrap()) > value(row.get("above")?.as_str()?)));
    println!("per mille: labels {labels} emergencies {emergencies} floors {floors} ceilings {ceilings} above {above}");
    assert!(labels >= 830 && emergencies >= 985, "labels {labels}, emergencies {emergencies}");
    assert!(floors >= 930 && ceilings >= 975 && above >= 930, "floors {floors}, ceilings {ceilings}, above {above}");
}
