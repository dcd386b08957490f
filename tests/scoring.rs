//! What texts of customers are taken for, row by row, and the laws of scoring, through the same way that `analyze` takes.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{collections::BTreeMap, fs, path::Path, sync::LazyLock};

use proptest::prelude::*;
use triaged::{
    assessment::{Assessment, AssessmentInput, Importance, InputTurn, Label, Level, Tier},
    conversation::{Channel, Part, RawText, RawTurn, Role},
    policy::Policy,
    text::Language,
    triage::{Triage, input_turns},
};

static TRIAGE: LazyLock<Triage> = LazyLock::new(|| Triage::new().unwrap());

fn input(turns: Vec<InputTurn>, language: Option<Language>) -> AssessmentInput {
    AssessmentInput {
        channel: Channel::Query,
        language,
        turns,
        hold_seconds: 0,
        wait_seconds: 0,
        tier: Tier::Standard,
        repeat_contact_days: 0,
        importance: Importance::Normal,
        automatic: false,
    }
}

fn redacted(turns: &[RawTurn]) -> Vec<InputTurn> {
    input_turns(turns, &TRIAGE.redact(&[], turns))
}

fn assess(input: &AssessmentInput) -> Assessment {
    TRIAGE.assess(&Policy::default(), input)
}

fn customer(texts: &[&str]) -> Assessment {
    let turns: Vec<_> = texts.iter().map(|text| RawTurn::body(Role::Customer, text)).collect();
    assess(&input(redacted(&turns), Some(Language::English)))
}

/// Whether one expectation of a row holds.
fn holds(expected: &str, assessment: &Assessment) -> bool {
    let emergency = assessment.priority.emergency.map_or("calm", |signal| signal.trim_start_matches("emergency_"));
    let names = [assessment.sentiment.label.name(), assessment.priority.level.name(), emergency];
    names.contains(&expected)
}

/// The rows of a file that do not hold, and how many rows there are.
fn check(language: Language, rows: &str) -> (Vec<String>, usize) {
    let rows = rows.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut wrong = Vec::new();
    let mut count = 0;
    for (expected, text) in rows.map(|row| row.split_once('\t').unwrap_or_else(|| panic!("no tab in {row}"))) {
        count += 1;
        let turns = [RawTurn::body(Role::Customer, text)];
        let assessment = assess(&input(redacted(&turns), Some(language)));
        if !expected.split(' ').all(|expected| holds(expected, &assessment)) {
            wrong.push(format!("{expected}: {text}: {assessment:?}"));
        }
    }
    (wrong, count)
}

#[test]
fn texts_are_taken_for_what_they_are() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scoring");
    let mut counts = BTreeMap::new();
    let mut wrong = Vec::new();
    for file in fs::read_dir(directory).unwrap().map(Result::unwrap) {
        let path = file.path();
        let language = Language::from_tag(path.file_stem().unwrap().to_str().unwrap()).unwrap();
        let (bad, count) = check(language, &fs::read_to_string(&path).unwrap());
        wrong.extend(bad);
        counts.insert(language, count);
    }
    assert_eq!(wrong, [""; 0]);
    let deep = [Language::German, Language::Spanish, Language::French, Language::Portuguese, Language::Italian];
    for language in Language::all() {
        let least = match language {
            Language::English => 400,
            _ if deep.contains(&language) => 60,
            _ => 20,
        };
        assert!(counts.get(&language).is_some_and(|count| *count >= least), "{language:?}: {counts:?}");
    }
}

#[test]
fn only_what_the_customer_says_counts() {
    let bad = "This is the worst service ever, I want my money back.";
    let turn = |role, part| RawTurn { role, part, text: RawText::from(bad) };
    let neutral =
        [turn(Role::Agent, Part::Body), turn(Role::Automated, Part::Body), turn(Role::Customer, Part::Quoted)];
    let assessment = assess(&input(redacted(&neutral), Some(Language::English)));
    assert_eq!((assessment.sentiment.label, assessment.sentiment.score_millis), (Label::Neutral, 0));
    let quoted = customer(&["Fine, thank you.\n> This is the worst service ever.\n\nOn Monday, Jo wrote:\nAwful!"]);
    assert_eq!(quoted.sentiment.label, Label::Neutral, "{:?}", quoted.sentiment);
    assert_eq!(customer(&[bad]).sentiment.label, Label::Negative);
}

#[test]
fn later_turns_weigh_more() {
    let first = customer(&["You lost my parcel.", "The number is on the label."]);
    let last = customer(&["The number is on the label.", "You lost my parcel."]);
    assert!(last.sentiment.score_millis > first.sentiment.score_millis);
}

#[test]
fn a_language_without_lexicon_is_neutral_and_never_low() {
    let turns = [RawTurn::body(Role::Customer, "注文した商品が届きません")];
    let assessment = assess(&input(redacted(&turns), None));
    assert_eq!(assessment.sentiment.language, None);
    assert_eq!(assessment.sentiment.label, Label::Neutral);
    assert!(assessment.priority.level >= Level::Normal);
}

#[test]
fn facts_are_factors() {
    let base = input(redacted(&[RawTurn::body(Role::Customer, "I have a question.")]), Some(Language::English));
    let value = |input: &AssessmentInput| assess(input).priority.value;
    let calm = value(&base);
    assert!(value(&AssessmentInput { hold_seconds: 1800, ..base.clone() }) > calm);
    assert!(value(&AssessmentInput { tier: Tier::Vip, ..base.clone() }) > calm);
    assert!(value(&AssessmentInput { repeat_contact_days: 2, ..base.clone() }) > calm);
    assert!(value(&AssessmentInput { importance: Importance::High, ..base.clone() }) > calm);
    assert!(value(&AssessmentInput { importance: Importance::Low, ..base.clone() }) < calm);
    let machine = AssessmentInput { automatic: true, importance: Importance::High, hold_seconds: 9000, ..base };
    assert!(value(&machine) <= calm);
}

#[test]
fn automatic_mail_is_no_emergency() {
    let turns = redacted(&[RawTurn::body(Role::Customer, "URGENT: production is down, all users are affected")]);
    let machine = AssessmentInput { automatic: true, ..input(turns, Some(Language::English)) };
    let priority = assess(&machine).priority;
    assert_eq!((priority.emergency, priority.level <= Level::Normal), (None, true));
}

/// Two values of one kind.
fn two(pattern: &'static str) -> impl Strategy<Value = (String, String)> {
    (pattern, pattern)
}

/// A card number of these digits with its check digit (ISO/IEC 7812).
fn card(digits: &str) -> String {
    let doubled = digits.bytes().rev().map(|digit| u32::from(digit - b'0')).enumerate();
    let sum: u32 = doubled.map(|(at, digit)| if at % 2 == 0 { digit * 2 / 10 + digit * 2 % 10 } else { digit }).sum();
    format!("{digits}{}", (10 - sum % 10) % 10)
}

/// A German IBAN of these eighteen digits with its check digits (ISO 13616).
fn iban(digits: &str) -> String {
    let rest = format!("{digits}131400").bytes().fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
    format!("DE{:02}{digits}", 98 - rest)
}

/// A sentence about the customer, `{}` for the value, and two values of its kind: valid ones that the redactor finds there.
fn stated() -> impl Strategy<Value = (&'static str, (String, String))> {
    let both = |make: fn(&str) -> String, (one, other): (String, String)| (make(&one), make(&other));
    let cards = || two("4[0-9]{14}|5[1-5][0-9]{13}").prop_map(move |pair| both(card, pair));
    let ibans = || two("[0-9]{18}").prop_map(move |pair| both(iban, pair));
    // Many of these are words of tone or of the trade as well.
    let first = "(John|Mary|Grace|Hope|Faith|Will|Mark|Chase|Joy|Dawn|Frank|Karen)";
    let last = "(Smith|Miller|Good|Love|Payne|Savage|Moody|Bliss|Crook|Best|Slaughter|Price|Long|Black)";
    let names: &'static str = format!("{first} {last}").leak();
    let streets = "[1-9][0-9]? (Oak|Church|Broken|Rich|Hope|Green|Long|Mill|Queen) (Street|Road|Lane|Avenue)";
    prop_oneof![
        (Just("My card is {}."), cards()),
        (Just("My account is {}."), ibans()),
        (Just("My name is {}."), two(names)),
        (Just("I spoke to Mr {} yesterday."), two(names)),
        (Just("Hello, this is {} speaking."), two(names)),
        (Just("My order number is {}."), two("[1-9][0-9]{7}")),
        (Just("The tracking number is {}."), two("1Z[0-9A-Z]{16}")),
        (Just("I live at {}."), two(streets)),
        (Just("Please deliver to {}."), two(streets)),
    ]
}

/// Sentences that conversations are made of.
fn sentence() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "Hello, I have a question about my contract.",
        "My order never arrived and nobody answers!",
        "Not good at all, but thank you.",
        "There is smoke coming out of it.",
        "I was charged twice, this is URGENT.",
        "Great service, it works now :)",
        "Is it possible to change the date?",
        "WHY is it soooo slow?",
        "> quoted, terrible",
        "The app is down for all users since Monday…",
        "ok",
        "",
    ])
}

proptest! {
    #[test]
    fn evidence_and_factors_add_up(texts in prop::collection::vec(sentence(), 0..9), hold in 0_u32..100_000, days: u16) {
        let turns: Vec<_> = texts.iter().map(|text| RawTurn::body(Role::Customer, text)).collect();
        let stated = AssessmentInput { hold_seconds: hold, repeat_contact_days: days, ..input(redacted(&turns), None) };
        let assessment = assess(&stated);
        let score: i32 = assessment.sentiment.evidence.iter().map(|part| part.millis).sum();
        prop_assert_eq!(score, assessment.sentiment.score_millis);
        let value: i32 = assessment.priority.factors.iter().map(|part| part.points).sum();
        prop_assert_eq!(value.clamp(0, 10_000), i32::from(assessment.priority.value));
        for part in &assessment.sentiment.evidence {
            let text = stated.turns[part.turn as usize].text.as_str();
            prop_assert!(text.is_char_boundary(part.span.start as usize) && !part.span.of(text).is_empty());
        }
    }

    #[test]
    fn another_turn_without_reply_never_lowers_the_value(texts in prop::collection::vec(sentence(), 0..9)) {
        let before = customer(&texts);
        let after = customer(&[texts.as_slice(), &["Still no reply."]].concat());
        prop_assert!(after.priority.value >= before.priority.value);
        prop_assert!(after.sentiment.score_millis >= before.sentiment.score_millis);
    }

    #[test]
    fn the_value_of_an_identifier_changes_nothing(
        text in sentence(),
        (one, other) in prop_oneof![
            two("[a-z]{3,8}\\.[a-z]{3,8}@example\\.(com|org)"),
            two("\\+49 30 [2-9][0-9]{7}"),
            two("192\\.0\\.2\\.[1-9][0-9]"),
            two("0x[0-9a-f]{40}"),
        ],
    ) {
        let with = |value: &str| {
            let assessment = customer(&[&format!("{text} Reach me at {value}. Never mind the delay, {text}")]);
            (assessment.sentiment, assessment.priority)
        };
        prop_assert_eq!(with(&one), with(&other));
    }

    #[test]
    fn the_value_of_what_is_found_in_context_changes_nothing(text in sentence(), (frame, (one, other)) in stated()) {
        let with = |value: &str| {
            let stated = frame.replace("{}", value);
            let assessment = customer(&[&format!("{text} {stated} Never mind the delay, {text}")]);
            let evidence = assessment.sentiment.evidence.iter().map(|part| (part.turn, part.signal, part.millis));
            (evidence.collect::<Vec<_>>(), assessment.sentiment.score_millis, assessment.priority)
        };
        prop_assert_eq!(with(&one), with(&other));
    }

    #[test]
    fn any_text_is_scored(text in any::<String>()) {
        let assessment = customer(&[&text]);
        prop_assert!(assessment.priority.value <= 10_000);
    }
}

#[test]
fn the_example_of_the_documentation_holds() {
    let assessment = customer(&["Nice app, but since Monday it keeps crashing. Still no reply from you!"]);
    let evidence: Vec<_> = assessment.sentiment.evidence.iter().map(|part| (part.signal, part.millis)).collect();
    assert_eq!(evidence, [("praise", -225), ("duration", 480), ("not_working", 805), ("no_reply", 634)]);
    let factors: Vec<_> = assessment.priority.factors.iter().map(|part| (part.signal, part.points)).collect();
    let expected = [("base", 2000), ("not_working", 1000), ("no_reply", 700), ("duration", 200), ("negativity", 254)];
    assert_eq!(factors, expected);
    assert_eq!((assessment.sentiment.score_millis, assessment.priority.value), (1694, 4154));
}
