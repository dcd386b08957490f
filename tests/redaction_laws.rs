//! Laws of redaction, over generated conversations: what a person may rely on whatever the text is.

#![expect(clippy::indexing_slicing, clippy::string_slice, reason = "a test that panics has failed")]

use proptest::prelude::*;
use triaged::{
    conversation::{RawTurn, Role},
    redact::{KeepRules, Kind, RedactedTurn, Redactor},
};

fn redactor() -> Redactor {
    Redactor::new(&KeepRules::default()).expect("the default rules compile")
}

fn turns(texts: &[(Role, String)]) -> Vec<RawTurn> {
    texts.iter().map(|(role, text)| RawTurn::body(*role, text)).collect()
}

fn redact(texts: &[(Role, String)]) -> Vec<RedactedTurn> {
    redactor().redact(&[], &turns(texts)).turns
}

fn role() -> impl Strategy<Value = Role> {
    prop_oneof![Just(Role::Customer), Just(Role::Agent), Just(Role::Automated)]
}

/// Pieces that finders react to, and text between.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9]{1,19}",
        "[0-9]{4} [0-9]{4} [0-9]{4} [0-9]{4}",
        "\\+[0-9]{2} [0-9]{3} [0-9]{3} [0-9]{3}",
        "[a-z]{2,8}@[a-z]{3,8}\\.(com|de|org)",
        "[A-Z]{2,3}-[0-9]{4,8}",
        "[A-Za-z0-9+/]{20,44}",
        "(my |your |the )?(pin|card|password|order|phone|account|email|name|date of birth) (number )?(is|:)",
        "(what is|please confirm) your (pin|card number|password|order number|postcode)\\?",
        "(one|two|three|oh|double|twenty|seven){1}( (one|two|three|oh|five|nine)){2,12}",
        "[0-9]{1,2}[/.-][0-9]{1,2}[/.-](19|20)[0-9]{2}",
        "(Maria Gonzalez|Mr Smith|this is Anna|12 Oak Street, London)",
        "\\[(EMAIL|PHONE|PERSON)_[1-9]\\]|\\[(PIN|CREDIT_CARD|NUMBER)\\]",
        "[ ,.;:!?\\n'\"()#@/-]{1,3}",
        "\\PC{0,6}",
        "[\u{200b}\u{202e}\u{301}\u{a0}４é]{1,4}",
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..8).prop_map(|pieces| pieces.join(" "))
}

fn conversation() -> impl Strategy<Value = Vec<(Role, String)>> {
    prop::collection::vec((role(), text()), 0..6)
}

/// Letters and digits, lower case.
fn compact(text: &str) -> String {
    text.chars().filter(|character| character.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The words of the text without placeholders, each in its compact form.
fn words(text: &str) -> Vec<String> {
    text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty()).map(compact).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn spans_lie_on_character_boundaries_and_say_what_was_replaced(texts in conversation()) {
        for turn in redact(&texts) {
            let received = &texts[turn.index as usize].1;
            let (mut last, mut rebuilt, mut copied) = (0, String::new(), 0);
            for finding in &turn.findings {
                prop_assert!(finding.received.start >= last, "findings overlap or are out of order");
                last = finding.received.end;
                prop_assert!(received.get(finding.received.range()).is_some_and(|part| !part.is_empty()));
                let placeholder = turn.text.as_str().get(finding.span.range());
                let named = placeholder.is_some_and(|text| text.starts_with('[') && text.contains(finding.kind.name()) && text.ends_with(']'));
                prop_assert!(named);
                rebuilt.push_str(&received[copied..finding.received.range().start]);
                prop_assert_eq!(rebuilt.len(), finding.span.range().start);
                rebuilt.push_str(placeholder.unwrap_or_default());
                copied = finding.received.range().end;
            }
            rebuilt.push_str(&received[copied..]);
            prop_assert_eq!(rebuilt.as_str(), turn.text.as_str(), "what was not found is as received");
        }
    }

    #[test]
    fn no_found_value_of_six_letters_or_digits_survives_as_a_word(texts in conversation()) {
        let redacted = redact(&texts);
        let all: Vec<String> = redacted.iter().flat_map(|turn| words(turn.text.as_str())).collect();
        for turn in &redacted {
            for finding in turn.findings.iter().filter(|finding| !matches!(finding.kind, Kind::Person | Kind::Address | Kind::CardExpiry)) {
                let value = compact(finding.received.of(&texts[turn.index as usize].1));
                if value.len() >= 6 && value.is_ascii() {
                    prop_assert!(!all.contains(&value), "{} survives", value);
                }
            }
        }
    }

    #[test]
    fn the_fold_over_any_prefix_is_the_beginning_of_the_whole(texts in conversation(), cut in 0..6_usize) {
        let cut = cut.min(texts.len());
        let redactor = redactor();
        let mut fold = redactor.fold(&[]);
        let mut done: Vec<RedactedTurn> = Vec::new();
        for (index, turn) in turns(&texts).iter().enumerate() {
            let pushed = fold.push(turn);
            prop_assert_eq!(pushed.turn.index as usize, index);
            prop_assert!(pushed.settled as usize <= index + 1);
            done.push(pushed.turn);
            for revised in pushed.revised {
                let place = revised.index as usize;
                done[place] = revised;
            }
            if index + 1 == cut {
                // A second fold over the same prefix says the same.
                let mut again = redactor.fold(&[]);
                let mut repeated: Vec<RedactedTurn> = Vec::new();
                for turn in turns(&texts[..cut]) {
                    let pushed = again.push(&turn);
                    repeated.push(pushed.turn);
                    for revised in pushed.revised {
                        let place = revised.index as usize;
                        repeated[place] = revised;
                    }
                }
                prop_assert_eq!(&repeated, &done);
            }
        }
        for revised in fold.close() {
            let place = revised.index as usize;
            done[place] = revised;
        }
        prop_assert_eq!(done, redact(&texts));
    }
}

/// Redacting what is redacted changes nothing, as long as every turn stays what it is.
#[track_caller]
fn check_stable(texts: &[(Role, String)]) {
    let once: Vec<(Role, String)> =
        redact(texts).iter().map(|turn| (texts[turn.index as usize].0, turn.text.as_str().to_owned())).collect();
    let twice: Vec<String> = redact(&once).iter().map(|turn| turn.text.as_str().to_owned()).collect();
    assert_eq!(twice, once.into_iter().map(|(_, text)| text).collect::<Vec<_>>());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn redacting_twice_is_redacting_once(texts in conversation()) {
        check_stable(&texts);
    }
}

#[test]
fn redacting_twice_is_redacting_once_on_common_conversations() {
    let rows: &[&[(Role, &str)]] = &[
        &[(Role::Customer, "my card is 4111 1111 1111 1111 exp 12/27 cvv 123")],
        &[(Role::Agent, "what's your PIN?"), (Role::Customer, "4471")],
        &[(Role::Customer, "I'm Maria Gonzalez, call me on +44 20 7946 0958")],
        &[
            (Role::Customer, "four one one one"),
            (Role::Agent, "uh huh"),
            (Role::Customer, "one one one one one one one one one one one one"),
        ],
    ];
    for row in rows {
        check_stable(&row.iter().map(|(role, text)| (*role, (*text).to_owned())).collect::<Vec<_>>());
    }
}
