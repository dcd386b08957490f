//! Widens a found number by the marks and words that belong to it: a plus, an opening bracket, an extension.

use crate::{
    redact::{
        Kind, gazetteer,
        token::{Case, Class, NormalisedTurn},
        words::Cue,
    },
    text::Span,
};

/// The span of a telephone number with its plus, its bracket and its extension.
pub(super) fn phone(turn: &NormalisedTurn<'_>, span: Span, _plus: bool) -> Span {
    let before = turn.text().get(..span.start as usize).unwrap_or_default();
    let marks = before.len() - before.trim_end_matches(['+', '(']).len();
    let start = span.start - u32::try_from(marks.min(2)).unwrap_or(0);
    Span { start, end: extension(turn, span.end) }
}

/// The span of a number of this kind with what belongs to it.
pub(super) fn whole(turn: &NormalisedTurn<'_>, span: Span, kind: Kind) -> Span {
    match kind {
        Kind::Phone => phone(turn, span, false),
        Kind::NationalId | Kind::MedicalId | Kind::Passport | Kind::DriverLicense => {
            version_letters(turn, span, kind == Kind::MedicalId)
        }
        _ => span,
    }
}

/// The span with the letters of a version behind it: `1234 567 897 AB`.
fn version_letters(turn: &NormalisedTurn<'_>, span: Span, health: bool) -> Span {
    let next = turn.token_at(span.end);
    let near = matches!(turn.gap_before(next), " " | "-" | "");
    let letters = turn.token(next).filter(|token| {
        near && token.case == Case::Upper && token.span.len() <= 3 && !token.is_digits() && token.word.cues.is_empty()
            || near && token.case == Case::Capital && token.span.len() == 1 && token.is_word()
    });
    match letters {
        Some(token)
            if !matches!(token.class, Class::Placeholder(_))
                && (gazetteer::look_up(turn.word(next)).ordinary < 3
                    || (health && token.span.len() == 2 && token.case == Case::Upper)) =>
        {
            Span { end: token.span.end, ..span }
        }
        _ => span,
    }
}

/// The end of the extension that follows the number ending at `end`, or `end` itself: `x123`, `ext. 123`.
fn extension(turn: &NormalisedTurn<'_>, end: u32) -> u32 {
    let next = turn.token_at(end);
    let Some(token) = turn.token(next) else { return end };
    let near = turn.gap_before(next).trim_matches([' ', ',', '(', ';']).is_empty() && turn.gap_before(next).len() <= 3;
    if !near {
        return end;
    }
    let word = turn.word(next);
    let joined = word.strip_prefix("ext").or_else(|| word.strip_prefix('x'));
    if token.class == Class::Mixed
        && joined
            .is_some_and(|digits| (1..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return token.span.end;
    }
    apart(turn, next).unwrap_or(end)
}

/// The end of an extension in words of its own that begins at token `next`: `ext. 22`, `x 445`.
fn apart(turn: &NormalisedTurn<'_>, next: usize) -> Option<u32> {
    let named = turn.token(next)?.word.cues.has(Cue::Extension);
    let digits = turn.token(next + 1).filter(|token| token.is_digits())?;
    let fits = if named { 1..=6 } else { 3..=5 }.contains(&digits.span.len());
    let joined = matches!(turn.gap(next), " " | ". " | ": " | "." | " #");
    (fits && joined && (named || turn.word(next) == "x")).then_some(digits.span.end)
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check;

    #[test]
    fn an_extension_goes_with_its_number() {
        check("(020) 7946 0958 ext 22", "[PHONE_1]");
        check("020 7946 0958, ext. 22 please", "[PHONE_1] please");
        check("1 (800) 555-0199 x 445", "[PHONE_1]");
        check("212-555-0143 x 2 calls", "[PHONE_1] x 2 calls");
    }
}
