//! Identifiers planted in text and columns: none of them is in any file or message of a run, killed or not.

use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt, path::Path};

use crate::{
    canary::Canaries,
    harness::{home, kill_when, path, rescore, triaged},
};

/// Values that are planted.
const PLANTED: usize = 10_000;

/// A card number with its check digit (ISO/IEC 7812-1, Luhn).
fn card(number: usize) -> String {
    let body = format!("4539{number:011}");
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let values = body.chars().rev().map(|c| c.to_digit(10).unwrap());
    let sum: u32 = values.enumerate().map(|(at, digit)| if at % 2 == 0 { doubled(digit) } else { digit }).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// A value and the words before it, where it stands in a text, an id or a reference. Alone in a column it is an address:
/// by its form alone that is one.
fn value(n: usize) -> (&'static str, String) {
    match (n % 7, n / 7 % 3) {
        (0 | 2, 1) => ("ticket: Jo Bloggs ", card(n * 7_919)),
        (1 | 3, 1) => ("my card is ", card(n * 7_919)),
        (1, 2) => ("call me at ", format!("+4477009{n:05}")),
        (1, _) => ("please write to ", format!("canary{n:05}x@mail{n:05}.example")),
        _ => ("", format!("canary{n:05}x@mail{n:05}.example")),
    }
}

/// A table with one planted value a row, in the text or in one of six columns, and the values.
fn plant(to: &str) -> Vec<String> {
    let mut writer = csv::Writer::from_path(to).unwrap();
    writer.write_record(["id", "body", "ref", "state", "user_id", "mail", "note"]).unwrap();
    let mut values = Vec::new();
    for n in 0..PLANTED {
        let (words, value) = value(n);
        let mut cells = [n.to_string(), "still broken".into()].to_vec();
        cells.resize(7, String::new());
        cells[n % 7] = format!("{words}{value}");
        writer.write_record(cells).unwrap();
        values.push(value);
    }
    writer.flush().unwrap();
    values
}

/// The column map of that table.
const MAP: &str = "id = 'id'\nid_prefix = 't:'\ntext = 'body'\nreferences = 'ref'\npass = 'state'\n\
    pseudonymise = 'user_id'\n[contact]\nemail = 'mail'\n";

#[test]
fn planted_identifiers_reach_no_file_and_no_message() {
    let home = home();
    let (raw, map, key) = (home.path().join("raw"), path(&home, "map.toml"), path(&home, "key"));
    fs::create_dir(&raw).unwrap();
    let input = raw.join("in.csv").to_str().unwrap().to_owned();
    let values = plant(&input);
    let canaries = Canaries::new(&values);
    let seen = canaries.find(&fs::read(&input).unwrap()).len();
    assert_eq!((seen, values.len()), (PLANTED, PLANTED), "the searcher does not find what is there");
    fs::write(&map, MAP).unwrap();
    fs::write(&key, [5; 32]).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();

    let out = home.path().join("out");
    let mut said = String::new();
    for (ending, keyed) in [("jsonl", false), ("tsv.gz", true), ("parquet", true)] {
        let (output, report) = (out.join(format!("o.{ending}")), out.join(format!("{ending}.html")));
        let mut arguments = vec![input.as_str(), "-o", output.to_str().unwrap(), "--map", &map];
        arguments.extend(["--report", report.to_str().unwrap()]);
        arguments.extend(if keyed { vec!["--pseudonym-key", key.as_str()] } else { Vec::new() });
        let (code, more) = rescore(&arguments);
        assert_eq!(code, i32::from(!keyed), "{more}");
        said += &more;
    }
    assert!(said.contains("columns: dropped: user_id, note") && said.contains("as pseudonyms: user_id"), "{said}");
    let killed = out.join("killed.csv").to_str().unwrap().to_owned();
    let arguments = [input.as_str(), "-o", &killed, "--map", &map, "--checkpoint-mib", "0"];
    assert!(kill_when(&arguments, || Path::new(&format!("{killed}.checkpoint")).exists()), "it was not killed");
    assert_eq!(fs::read_dir(&out).unwrap().filter(|entry| left_behind(entry.as_ref().unwrap())).count(), 3);
    assert_eq!(canaries.find_in_tree(&out), []);
    assert_eq!(canaries.find(said.as_bytes()), BTreeSet::new());
    let shown = triaged(&["rescore", &input, "--map", &map, "--dry-run"]).output().unwrap();
    assert_eq!(memchr::memchr_iter(b'\n', &shown.stdout).count(), 10);
    assert_eq!(canaries.find(&[shown.stdout, shown.stderr].concat()), BTreeSet::new());
}

/// Output, rejects and checkpoint of a run that was killed.
fn left_behind(entry: &fs::DirEntry) -> bool {
    let name = entry.file_name().into_string().unwrap();
    name.starts_with("killed.csv") && (name.ends_with(".partial") || name.ends_with(".checkpoint"))
}
