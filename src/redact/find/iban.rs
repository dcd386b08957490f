//! International bank account numbers.

use super::{View, context::Labels};
use crate::{
    redact::{
        Kind, Likelihood,
        candidate::Candidate,
        check,
        flags::Flags,
        token::{Case, Class},
        words::Cue,
    },
    text::Span,
};

/// Longest IBAN in the registry, in characters.
const LENGTH_MAX: usize = 34;

/// Finds IBANs by country, length and check digits, and broken ones in groups of four or beside the word.
pub(in crate::redact) fn find(view: &View<'_>, out: &mut Vec<Candidate>) {
    let turn = view.turn;
    for (index, token) in turn.flagged(Flags::DIGITS.and(Flags::NEAR_DIGITS)) {
        let raw = turn.word(index).as_bytes();
        let begins = match raw {
            [a, b, c, d, ..] => {
                token.class == Class::Mixed
                    && [a, b].iter().all(|x| x.is_ascii_lowercase())
                    && [c, d].iter().all(|x| x.is_ascii_digit())
            }
            [a, b] => {
                token.class == Class::Word
                    && a.is_ascii_lowercase()
                    && b.is_ascii_lowercase()
                    && turn.token(index + 1).is_some_and(super::super::token::Token::is_digits)
            }
            _ => false,
        };
        if begins {
            at_token(view, index, out);
        }
    }
}

fn at_token(view: &View<'_>, index: usize, out: &mut Vec<Candidate>) {
    let turn = view.turn;
    let mut compact = String::new();
    let mut last = index;
    let mut length = None;
    for at in index..index + LENGTH_MAX {
        let Some(token) = turn.token(at).filter(|token| !matches!(token.class, Class::Placeholder(_))) else { break };
        if at > index && token.is_word() && !is_bank_code(turn.raw(index), turn.raw(at)) {
            break;
        }
        compact.push_str(&turn.raw(at).to_ascii_uppercase());
        if length.is_none() {
            length = compact.get(..2).and_then(check::iban_length);
        }
        let Some(wanted) = length else { return };
        if compact.len() >= wanted {
            last = at;
            break;
        }
        if !matches!(turn.gap(at), " " | "-" | "." | "  " | "") || token.span.len() > LENGTH_MAX {
            break;
        }
    }
    if view.asked.has(Cue::Iban) && length.is_some_and(|wanted| compact.len() < wanted) && compact.len() >= 8 {
        let last = (index..index + 9)
            .take_while(|at| {
                turn.token(*at)
                    .is_some_and(|token| token.span.len() <= 4 && !token.is_word() || token.case == Case::Upper)
            })
            .last()
            .unwrap_or(index);
        out.push(Candidate::new(turn.span(index, last), Kind::Iban, Likelihood::Likely, "asked-by-agent"));
        return;
    }
    let Some(wanted) = length.filter(|wanted| compact.len() == *wanted) else { return };
    let span: Span = turn.span(index, last);
    if check::iban(&compact) {
        out.push(Candidate::new(span, Kind::Iban, Likelihood::VeryLikely, "check:iban"));
        return;
    }
    let digits = compact.bytes().filter(u8::is_ascii_digit).count();
    let labels = Labels::around(turn, index, last, view.asked);
    let capital = turn.raw(index).starts_with(|letter: char| letter.is_ascii_uppercase());
    let meant = capital || labels.has(Cue::Iban);
    if meant
        && digits * 2 > wanted
        && (last > index + 2 || labels.has(Cue::Iban) || labels.has(Cue::Account) || last == index)
    {
        out.push(Candidate::new(span, Kind::Iban, Likelihood::Likely, "form:iban"));
    }
}

/// Whether a group of letters alone belongs to the number that begins with `country`: four letters in its case. Other
/// words are no part of it, though one sequence in ninety-seven passes the check.
fn is_bank_code(country: &str, word: &str) -> bool {
    let capital = |text: &str| text.starts_with(|letter: char| letter.is_ascii_uppercase());
    let even = word.bytes().all(|byte| byte.is_ascii_uppercase() == capital(word));
    word.len() == 4 && even && capital(word) == capital(country)
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check;

    #[test]
    fn account_numbers_go() {
        check("DE89 3704 0044 0532 0130 00 is mine", "[IBAN_1] is mine");
        check("GB29NWBK60161331926819", "[IBAN_1]");
    }

    #[test]
    fn words_that_begin_like_a_country_stay() {
        check("IT'S 4 PM", "IT'S 4 PM");
        check("at 336-36-9366 about at we", "at [NATIONAL_ID_1] about at we");
        check("GB29 NWBK 6016 1331 9268 19 nwbk", "[IBAN_1] nwbk");
    }
}
