//! Telephone numbers of every region and type: libphonenumber's example numbers, in national form where the region is
//! known, and in international form everywhere.

#![expect(clippy::print_stdout, reason = "it prints what it counted")]

use std::fs;

use triaged::{
    conversation::{Party, RawText, RawTurn, Role},
    redact::{KeepRules, Kind, Redactor},
};

/// Of the numbers in national form at least this share is found, in per mille.
const NATIONAL_FLOOR: usize = 990;

struct Example {
    region: String,
    kind: String,
    national: String,
    international: String,
    e164: String,
}

fn examples() -> Vec<Example> {
    let table = fs::read_to_string("tests/corpus/phones.tsv").expect("the table of examples");
    let row = |line: &str| {
        let mut fields = line.split('\t').map(str::to_owned);
        let mut field = || fields.next().expect("five columns");
        Example { region: field(), kind: field(), national: field(), international: field(), e164: field() }
    };
    table.lines().filter(|line| !line.starts_with('#')).map(row).collect()
}

fn redactor(regions: &[&str]) -> Redactor {
    let phone_regions = regions.iter().map(|region| (*region).to_owned()).collect();
    Redactor::new(&KeepRules { phone_regions, ..KeepRules::default() }).expect("a region with a plan")
}

/// Whether the number in the sentence is found, as a telephone number, to its last digit, and nothing else is.
fn is_found(redactor: &Redactor, parties: &[Party], sentence: &str, number: &str) -> bool {
    let text = sentence.replace("{}", number);
    let redaction = redactor.redact(parties, &[RawTurn::body(Role::Customer, &text)]);
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let found: Vec<_> = redaction.turns.iter().flat_map(|turn| &turn.findings).collect();
    matches!(found.as_slice(), [one] if one.kind == Kind::Phone && digits(one.received.of(&text)) == digits(number))
}

/// Checks that at least `floor` per mille are found in every sentence, and names the others.
#[track_caller]
fn check(floor: usize, sentences: &[&str], mut found: impl FnMut(&Example, &str) -> Option<bool>) {
    for sentence in sentences {
        let (mut all, mut missed) = (0, Vec::new());
        for example in examples() {
            let Some(found) = found(&example, sentence) else { continue };
            all += 1;
            if !found {
                missed.push(format!("{} {} {}", example.region, example.kind, example.national));
            }
        }
        let right = all - missed.len();
        println!("{sentence:32} {right} of {all}; missed: {missed:?}");
        assert!(all > 1_000 && right * 1000 >= all * floor, "{sentence}");
    }
}

#[test]
fn national_forms_are_found_where_the_policy_names_the_region() {
    check(NATIONAL_FLOOR, &["{}", "you can call me on {} after six", "It is {}, thanks."], |example, sentence| {
        (example.region != "001").then(|| is_found(&redactor(&[&example.region]), &[], sentence, &example.national))
    });
}

#[test]
fn international_forms_are_found_everywhere() {
    let redactor = redactor(&[]);
    check(1000, &["{}", "you can call me on {} after six", "It is {}, thanks."], |example, sentence| {
        Some(
            is_found(&redactor, &[], sentence, &example.international)
                && is_found(&redactor, &[], sentence, &example.e164),
        )
    });
}

#[test]
fn a_number_in_the_contact_record_tells_the_region() {
    let party = |phone: &str| Party { phones: vec![RawText::from(phone)], ..Party::default() };
    let redactor = redactor(&[]);
    let found = |contact: &str, number: &str| is_found(&redactor, &[party(contact)], "It is {}, thanks.", number);
    assert!(found("+47 22 12 34 56", "40612345"));
    assert!(found("0047 22 12 34 56", "40612345"));
    assert!(!found("+44 20 7946 0958", "40612345"));
}
