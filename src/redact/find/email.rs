//! E-mail addresses as they are written, internationalised ones too.

use memchr::memchr_iter;

use super::{super::Likelihood, View};
use crate::{
    redact::{Kind, candidate::Candidate, tokenise::Marks},
    text::Span,
};

/// Longest local part that is looked at, in bytes (RFC 5321 allows 64; normalisation may lengthen it).
const LOCAL_BYTES_MAX: usize = 128;

/// Longest domain that is looked at, in bytes (RFC 1035).
const DOMAIN_BYTES_MAX: usize = 255;

/// Finds e-mail addresses around every `@`.
pub(in crate::redact) fn find(view: &View<'_>, out: &mut Vec<Candidate>) {
    let text = view.turn.text();
    if !view.turn.has_mark(Marks::AT) {
        return;
    }
    for at in memchr_iter(b'@', text.as_bytes()) {
        if let Some(span) = around(text, at) {
            out.push(Candidate::new(span, Kind::Email, Likelihood::VeryLikely, "form:email"));
        }
    }
}

/// The address around the `@` at `at`.
fn around(text: &str, at: usize) -> Option<Span> {
    let (before, after) = (text.get(..at)?, text.get(at + 1..)?);
    let local: usize =
        before.chars().rev().take(LOCAL_BYTES_MAX).take_while(|c| is_local(*c)).map(char::len_utf8).sum();
    let local = before.get(at - local..)?.trim_start_matches(['.', '-', '\'', '/', '=', '?', '&']);
    let domain = domain(after)?;
    let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    let in_link = word
        .get(..word.len().saturating_sub(local.len()))
        .is_some_and(|head| head.contains("://") && !head.contains(['?', '=']));
    (!local.is_empty() && !in_link).then(|| Span::new(at - local.len(), at + 1 + domain))
}

fn is_local(character: char) -> bool {
    character.is_alphanumeric()
        || matches!(
            character,
            '.' | '_' | '-' | '+' | '%' | '\'' | '&' | '~' | '!' | '#' | '$' | '*' | '/' | '=' | '?' | '^'
        )
}

/// Length of the domain at the start of `after`: labels joined by dots, the last one of letters.
pub(super) fn domain(after: &str) -> Option<usize> {
    let run: usize = after
        .chars()
        .take(DOMAIN_BYTES_MAX)
        .take_while(|character| character.is_alphanumeric() || matches!(character, '.' | '-' | '_'))
        .map(char::len_utf8)
        .sum();
    let run = after.get(..run)?.trim_end_matches(['.', '-', '_']);
    let (_, last) = run.rsplit_once('.')?;
    let named = last.chars().count() >= 2 && last.chars().any(char::is_alphabetic);
    (named && !run.starts_with('.')).then_some(run.len())
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check;

    #[test]
    fn written_addresses_go() {
        check("write to ann.lee+x@mail.example.co.uk, please", "write to [EMAIL_1], please");
        check("Jürgen@müller.example", "[EMAIL_1]");
    }

    #[test]
    fn other_uses_of_the_sign_stay() {
        check("a@b is no address", "a@b is no address");
        check("at 5 @ 3 each", "at 5 @ 3 each");
    }
}
