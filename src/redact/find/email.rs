//! E-mail addresses as they are written, internationalised ones too.

use std::sync::LazyLock;

use memchr::{memchr_iter, memmem};

use super::{super::Likelihood, View};
use crate::{
    redact::{Kind, candidate::Candidate, gazetteer::Gap, marks::Marks},
    text::Span,
};

/// Longest local part that is looked at, in bytes (RFC 5321 allows 64; normalisation may lengthen it).
const LOCAL_BYTES_MAX: usize = 128;

/// Longest domain that is looked at, in bytes (RFC 1035).
const DOMAIN_BYTES_MAX: usize = 255;

/// Finds e-mail addresses around every `@`.
pub(in crate::redact) fn find(view: &View<'_>, out: &mut Vec<Candidate>) {
    let text = view.turn.text();
    if !view.turn.has_mark(Marks::AT) && !view.turn.has_gap(Gap::OTHER) {
        return;
    }
    for at in memchr_iter(b'@', text.as_bytes()) {
        if let Some(span) = around(text, at, 1) {
            out.extend(password_behind(text, span));
            out.push(Candidate::new(span, Kind::Email, Likelihood::VeryLikely, "form:email"));
        }
    }
    for at in ENCODED.find_iter(text.as_bytes()) {
        if let Some(span) = around(text, at, ENCODED_AT.len()) {
            out.push(Candidate::new(span, Kind::Email, Likelihood::VeryLikely, "form:email"));
        }
    }
}

/// `ann@example.com:Otter4412`: a leaked pair of address and password.
fn password_behind(text: &str, address: Span) -> Option<Candidate> {
    let end = address.range().end;
    let value = text.get(end..)?.strip_prefix([':', '|'])?;
    let length = value.find(|character: char| character.is_whitespace() || matches!(character, ',' | '"' | '<'));
    let value = value.get(..length.unwrap_or(value.len()))?;
    let mixed = value.bytes().any(|byte| byte.is_ascii_digit()) && value.bytes().any(|byte| byte.is_ascii_alphabetic());
    let plain =
        (PASSWORD_BYTES_MIN..=PASSWORD_BYTES_MAX).contains(&value.len()) && !value.contains(['@', '/', ':', '=']);
    let span = Span::new(end + 1, end + 1 + value.len());
    (mixed && plain).then(|| Candidate::new(span, Kind::Password, Likelihood::Possible, "form:credentials"))
}

/// Shortest and longest password behind an address.
const PASSWORD_BYTES_MIN: usize = 6;
const PASSWORD_BYTES_MAX: usize = 40;

/// The `@` as links and logs write it.
const ENCODED_AT: &str = "%40";

static ENCODED: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(ENCODED_AT));

/// The address around the `@` at `at`, which is `width` bytes long.
fn around(text: &str, at: usize, width: usize) -> Option<Span> {
    let (before, after) = (text.get(..at)?, text.get(at + width..)?);
    let local: usize =
        before.chars().rev().take(LOCAL_BYTES_MAX).take_while(|c| is_local(*c)).map(char::len_utf8).sum();
    let local = before.get(at - local..)?;
    let named = local.rfind(['=', '?', '&', '/']).map_or(local, |mark| local.get(mark + 1..).unwrap_or_default());
    let local = if named.is_empty() { local } else { named }.trim_start_matches(['.', '-', '\'', '/', '=', '?', '&']);
    let domain = domain(after)?;
    let word = before.rsplit(char::is_whitespace).next().unwrap_or_default();
    let in_link = word
        .get(..word.len().saturating_sub(local.len()))
        .is_some_and(|head| head.contains("://") && !head.contains(['?', '=']));
    (!local.is_empty() && !in_link).then(|| Span::new(at - local.len(), at + width + domain))
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
