//! What the tests of the finders share: a text goes in, the redacted text comes out.

use super::{KeepRules, Redactor};
use crate::conversation::{RawTurn, Role};

/// Redacts one customer turn.
#[track_caller]
pub(super) fn check(text: &str, expected: &str) {
    check_turns(&[&format!("C:{text}")], &[expected]);
}

/// Redacts what a customer answers to a question.
#[track_caller]
pub(super) fn check_answer(question: &str, answer: &str, expected: &str) {
    check_turns(&[&format!("A:{question}"), &format!("C:{answer}")].map(String::as_str), &[question, expected]);
}

/// Redacts a conversation; `C:` begins a turn of the customer, `A:` one of an agent.
#[track_caller]
pub(super) fn check_turns(turns: &[&str], expected: &[&str]) {
    let role = |turn: &str| if turn.starts_with("C:") { Role::Customer } else { Role::Agent };
    let turns: Vec<RawTurn> =
        turns.iter().map(|turn| RawTurn::body(role(turn), turn.get(2..).unwrap_or_default())).collect();
    let redaction = Redactor::new(&KeepRules::default()).expect("the default rules").redact(&[], &turns);
    let redacted: Vec<&str> = redaction.turns.iter().map(|turn| turn.text.as_str()).collect();
    assert_eq!(redacted, expected);
}
