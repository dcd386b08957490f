//! Numbers by their digits.

use super::{super::Likelihood, View};
use crate::redact::{Kind, candidate::Candidate, check};

/// Finds cards and phones.
pub(in crate::redact) fn find(view: &View<'_>, out: &mut Vec<Candidate>) {
    let turn = view.turn;
    let mut index = 0;
    while index < turn.tokens().len() {
        if !turn.token(index).is_some_and(super::super::token::Token::is_digits) {
            index += 1;
            continue;
        }
        let mut last = index;
        let mut digits = turn.raw(index).to_owned();
        while turn.token(last + 1).is_some_and(super::super::token::Token::is_digits)
            && matches!(turn.gap(last), " " | "-" | "." | ") " | ")" | "/")
            && digits.len() < 24
        {
            last += 1;
            digits.push_str(turn.raw(last));
        }
        let span = turn.span(index, last);
        if (13..=19).contains(&digits.len()) && check::luhn(&digits) {
            out.push(Candidate::new(span, Kind::CreditCard, Likelihood::VeryLikely, "luhn"));
        } else if (10..=13).contains(&digits.len()) {
            out.push(Candidate::new(span, Kind::Phone, Likelihood::Possible, "form:phone"));
        }
        index = last + 1;
    }
}
