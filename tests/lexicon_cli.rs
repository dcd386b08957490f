//! `triaged lexicon` as people and scripts run it: what is printed, what is written, and with which exit code.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    fs,
    io::Write,
    process::{Command, Stdio},
};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Exit code, standard output and standard error of `triaged` with these arguments.
fn triaged(args: &[&str], input: &str) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_triaged"));
    command.args(args).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A command that reads nothing closes the pipe.
    drop(child.stdin.take().unwrap().write_all(input.as_bytes()));
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

fn file(home: &TempDir, name: &str, text: &str) -> String {
    let path = home.path().join(name);
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

/// Remarks on a file, without its name.
#[track_caller]
fn check(rows: &str, args: &[&str], code: i32, expected: &[&str]) {
    let home = tempfile::tempdir().unwrap();
    let path = file(&home, "tenant.tsv", rows);
    let (found, out, err) = triaged(&[&["lexicon", "check", &path], args].concat(), "");
    let lines: Vec<_> = out.lines().map(|line| line.trim_start_matches(&path)).collect();
    assert_eq!((found, lines.as_slice()), (code, expected), "{err}");
}

#[test]
fn bad_lines_and_pointless_rows_are_named_by_line() {
    let rows =
        "# language: en\nlate\t300\tdelay\nvery late\tx\tdelay\nlate\t400\tdelay\nlost\t1\tlost\nlost\t1\tlost\n";
    let expected = [
        ":2: warning: unreachable: line 4 gives every form of it another meaning",
        ":3: error: the weight is no integer of -4000..4000",
        ":5: warning: line 6 says all of it again",
    ];
    check(rows, &[], 1, &expected);
    check("# language: en\nlate\t300\tdelay\n", &[], 0, &[]);
    check("late\t300\tdelay\n", &["--lang", "en"], 0, &[]);
    let twice = "late\t300\tdelay\nlate\t300\tdelay\n";
    check(twice, &["--lang", "en"], 0, &[":1: warning: line 2 says all of it again"]);
    check(twice, &["--lang", "en", "--strict"], 1, &[":1: warning: line 2 says all of it again"]);
    check("late\t300\tdelay\n", &[], 2, &[]);
}

#[test]
fn an_explanation_adds_up_and_shows_no_identifier() {
    let text = "Nice app, but since Monday it keeps crashing. Write to jo.hall@example.com!";
    let (code, out, _) = triaged(&["lexicon", "explain", text], "");
    assert_eq!(code, 0);
    assert!(!out.contains('\u{1b}') && !out.contains("jo.hall"), "{out}");
    let (_, json, _) = triaged(&["lexicon", "explain", "-", "--json"], text);
    let all: Value = serde_json::from_str(&json).unwrap();
    let sum =
        |list: &Value, part: &str| list.as_array().unwrap().iter().map(|row| row[part].as_i64().unwrap()).sum::<i64>();
    assert_eq!(sum(&all["evidence"], "millis"), all["score_millis"].as_i64().unwrap());
    assert_eq!(sum(&all["factors"], "points"), all["priority_value"].as_i64().unwrap());
    for row in all["evidence"].as_array().unwrap() {
        assert!(out.contains(row["text"].as_str().unwrap()), "{out}");
    }
}

/// Labelled conversations about an invented device. One author plants a mail address and a rare surname, many times.
fn labelled() -> String {
    let row = |n: usize| {
        let text = match n % 4 {
            0 => format!("the gribble on line {n} was soggy again"),
            1 if n % 12 == 1 => "Mrs Zwettlerhuber (zwett@example.com) had a soggy gribble".to_owned(),
            1 => "why is my gribble soggy".to_owned(),
            2 => "which colours has the gribble".to_owned(),
            _ => "i would like a crisp gribble on tuesday".to_owned(),
        };
        let label = if n % 4 < 2 { "negative" } else { "neutral" };
        let author = if n % 12 == 1 { "planted".to_owned() } else { format!("author {n}") };
        format!("{}\n", json!({"id": n.to_string(), "text": text, "label": label, "author": author}))
    };
    (0..240).map(row).collect()
}

#[test]
fn learnt_rows_change_scores_and_hold_nobodys_words() {
    let home = tempfile::tempdir().unwrap();
    let labels = file(&home, "labelled.jsonl", &labelled());
    let tenant = home.path().join("tenant.tsv").display().to_string();
    let learn = ["lexicon", "learn", "--labels", &labels, "--base", "en", "-o", &tenant, "--min-authors", "2"];
    let (code, out, err) = triaged(&learn, "");
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("macro-F1") && out.contains("AUC") && out.contains("soggy"), "{out}");
    let rows = fs::read_to_string(&tenant).unwrap();
    for secret in ["zwett", "Zwett", "example", "EMAIL", "PERSON", "[", "@"] {
        assert!(!rows.contains(secret) && !out.contains(secret), "{rows}");
    }
    assert_eq!(triaged(&["lexicon", "check", "--strict", &tenant], "").0, 0);
    let input = "{\"id\": \"1\", \"lang\": \"en\", \"text\": \"a soggy gribble\"}\n";
    let score = |args: &[&str]| {
        let (_, out, _) = triaged(args, input);
        serde_json::from_str::<Value>(&out).unwrap()["score_millis"].as_i64().unwrap()
    };
    assert!(score(&["analyze", "--lexicon", &tenant]) > score(&["analyze"]));
    assert_eq!(triaged(&learn, "").0, 5, "an output that is there is not replaced unasked");
    let (_, again, _) = triaged(&[learn.as_slice(), &["--overwrite"]].concat(), "");
    assert_eq!((again, fs::read_to_string(&tenant).unwrap()), (out, rows));
}

#[test]
fn too_few_labels_and_bad_lines_are_refused() {
    let home = tempfile::tempdir().unwrap();
    let labels = file(&home, "labelled.jsonl", "{\"text\": \"x\", \"label\": \"negative\"}\n");
    let tenant = home.path().join("tenant.tsv").display().to_string();
    let (code, _, err) = triaged(&["lexicon", "learn", "--labels", &labels, "--base", "en", "-o", &tenant], "");
    assert_eq!(code, 2, "{err}");
    assert!(err.contains("1 negative and 0 others"), "{err}");
    let bad = file(&home, "bad.tsv", "# language: en\nlate\t300\tno_such\n");
    let (code, _, err) = triaged(&["analyze", "--lexicon", &bad], "");
    assert_eq!(code, 3, "{err}");
    assert!(err.contains("bad.tsv:2: unknown signal"), "{err}");
}
