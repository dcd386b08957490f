//! Identifiers with a form of their own: national and tax numbers, licences, parcel numbers, vehicle numbers. Walks the
//! table in [`super::forms`]; knows nothing of the single rows.

use super::{
    View,
    context::Labels,
    forms::{FORMS, When},
    shapes,
};
use crate::{
    redact::{
        Kind,
        candidate::Candidate,
        flags::Flags,
        gazetteer,
        token::{Case, Class, Token},
        words::{Cue, Cues},
    },
    text::Span,
};

/// Finds identifiers by their form, and their check digit where they have one.
pub(in crate::redact) fn find(view: &View<'_>, out: &mut Vec<Candidate>) {
    for (index, token) in view.turn.flagged(Flags::DIGITS.and(Flags::NEAR_DIGITS).and(Flags::UPPER)) {
        if may_begin(token) {
            at_token(view, index, token, out);
        }
    }
}

/// Digits, codes, and short words: what an identifier can begin with.
fn may_begin(token: &Token) -> bool {
    match token.class {
        Class::Digits | Class::Mixed => true,
        Class::Word => {
            let bic = token.case == Case::Upper && matches!(token.span.len(), 8 | 11);
            (token.span.len() <= 6 || bic) && (token.word.cues & Cues::MEANING).is_empty()
        }
        Class::Placeholder(_) => false,
    }
}

fn at_token(view: &View<'_>, index: usize, token: &Token, out: &mut Vec<Candidate>) {
    let text = view.turn.text();
    let start = token.span.start as usize;
    let Some(rest) = text.as_bytes().get(start..) else { return };
    let mut labels = None;
    let rows = shapes::matching(rest);
    for (form, length) in rows.iter().filter_map(|(row, length)| Some((FORMS.get(row)?, length))) {
        let compact = Compact::of(rest, length);
        if !(form.check)(compact.as_str()) || glued(text, start, start + length) {
            continue;
        }
        let span = Span::new(start, start + length);
        if form.kind == Kind::Vehicle && says_words(span.of(text)) {
            continue;
        }
        let labels = labels.get_or_insert_with(|| {
            let last = view.turn.token_at(span.end.saturating_sub(1));
            Labels::around(view.turn, index, last, view.asked)
        });
        let likelihood = match form.when {
            When::Always(likelihood)
                if labels.has(Cue::Product) && likelihood < super::super::Likelihood::VeryLikely =>
            {
                continue;
            }
            When::Always(likelihood) => likelihood,
            When::Cued(cues, likelihood) if cues.iter().any(|cue| labels.has(*cue)) => likelihood,
            When::Cued(..) => continue,
        };
        out.push(Candidate::new(span, form.kind, likelihood, form.reason));
    }
}

/// `219 and`, `con 150`: letters of lower case that are a word make no plate.
fn says_words(plate: &str) -> bool {
    plate
        .split(|letter: char| !letter.is_ascii_lowercase())
        .any(|word| word.len() > 1 && gazetteer::look_up(word).ordinary > 1)
}

/// Whether the match is a part of a longer code.
fn glued(text: &str, start: usize, end: usize) -> bool {
    let (before, after) = (text.get(..start).unwrap_or_default(), text.get(end..).unwrap_or_default());
    let joins = |character: char| matches!(character, '-' | '.' | '/' | '_' | '@');
    let mut behind = after.chars();
    let joined_on = match (behind.next(), behind.next()) {
        (Some(first), _) if first.is_alphanumeric() => true,
        (Some(first), Some(second)) => joins(first) && second.is_alphanumeric(),
        _ => false,
    };
    let mut ahead = before.chars().rev();
    let joined_before = match (ahead.next(), ahead.next()) {
        (Some('/'), Some(second)) => second.is_alphanumeric(),
        (Some(first), Some(second)) => joins(first) && second.is_ascii_digit(),
        _ => false,
    };
    joined_on || joined_before
}

/// Most letters and digits that a form may have.
const COMPACT_BYTES_MAX: usize = 32;

/// The letters and digits of a match, without an allocation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Compact {
    bytes: [u8; COMPACT_BYTES_MAX],
    len: usize,
}

impl Compact {
    /// Those of the first `length` bytes, in upper case.
    pub(super) fn of(rest: &[u8], length: usize) -> Self {
        let mut compact = Self::default();
        for byte in rest.iter().take(length).filter(|byte| byte.is_ascii_alphanumeric()) {
            compact.push(byte.to_ascii_uppercase());
        }
        compact
    }

    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.len) {
            *place = byte;
            self.len += 1;
        }
    }

    /// The letters and digits.
    pub(super) fn as_str(&self) -> &str {
        self.bytes.get(..self.len).and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check;

    #[test]
    fn forms_with_check_digits_go() {
        check("SSN 536-90-4399", "SSN [NATIONAL_ID_1]");
        check("NI AB 12 34 56 C", "NI [NATIONAL_ID_1]");
        check("DNI 12345678Z", "DNI [NATIONAL_ID_1]");
        check("parcel 1Z999AA10123456784", "parcel [TRACKING_NUMBER_1]");
        check("RB123456785GB", "[TRACKING_NUMBER_1]");
    }

    #[test]
    fn part_numbers_stay() {
        check("part number 123-45-6789", "part number 123-45-6789");
    }
}
