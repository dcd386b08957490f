//! What a labelled word looks like: one run of characters, a few words, words and marks that are said; and what looks
//! like no word at all. Knows nothing of labels.

use crate::{
    redact::{
        token::{Class, NormalisedTurn},
        words::{Cue, Cues},
    },
    text::Span,
};

/// An answer longer than this is a sentence, not a value.
pub(super) const ANSWER_WORDS_MAX: usize = 12;

/// The run of visible characters at byte `start`.
pub(super) fn chunk(turn: &NormalisedTurn<'_>, start: usize) -> Option<Span> {
    let rest = turn.text().get(start..)?;
    let before = turn.text().get(..start).unwrap_or_default();
    if let Some(mark) = before.chars().next_back().filter(|mark| matches!(mark, '"' | '`')) {
        let inner = rest.split(mark).next().filter(|inner| inner.len() <= 64 && !inner.contains('\n'))?;
        return (!inner.is_empty()).then(|| Span::new(start, start + inner.len()));
    }
    let run =
        rest.split(|character: char| character.is_whitespace() || matches!(character, '"' | '<' | '>' | '`')).next()?;
    let bound = turn.text().get(..start).is_some_and(|before| before.ends_with('='));
    let run = if bound { run.split([';', '&', ',']).next().unwrap_or(run) } else { run };
    let run = run.trim_end_matches([',', ';', '.', ')', '\'']);
    let run = if run.ends_with(['!', '?']) && !run.bytes().any(|byte| byte.is_ascii_digit()) {
        run.trim_end_matches(['!', '?'])
    } else {
        run.trim_end_matches('?')
    };
    (!run.is_empty()).then(|| Span::new(start, start + run.len()))
}

/// A password or name that is said: words, letters, digits and the names of marks in a row.
pub(super) fn spoken_value(turn: &NormalisedTurn<'_>, first: usize) -> Option<Span> {
    const MARKS: Cues = Cues::of(&[
        Cue::Dash,
        Cue::Underscore,
        Cue::Dot,
        Cue::LetterCase,
        Cue::Double,
        Cue::Triple,
        Cue::Slash,
        Cue::Plus,
    ]);
    const MARK_WORDS: &[&str] = &[
        "exclamation",
        "mark",
        "sign",
        "hash",
        "hashtag",
        "asterisk",
        "star",
        "ampersand",
        "percent",
        "pound",
        "question",
        "exclamacion",
        "interrogacion",
        "almohadilla",
        "asterisco",
        "ausrufezeichen",
        "raute",
        "sternchen",
        "exclamativo",
        "arroba",
        "at",
        "diese",
        "etoile",
        "point",
    ];
    let (mut marks, mut words, mut last) = (0, 0, None);
    for at in first..first + ANSWER_WORDS_MAX {
        let Some(token) = turn.token(at).filter(|token| token.class != Class::Mixed) else { break };
        if at > first && !matches!(turn.gap(at - 1), " " | ", " | "-") {
            break;
        }
        let mark = token.word.cues.any(MARKS)
            || token.word.number.is_some()
            || token.is_digits()
            || MARK_WORDS.contains(&turn.word(at))
            || super::number::letter_at(turn, at).is_some();
        let plain = token.is_word() && !super::describing::DESCRIBING.contains(&turn.word(at));
        if !mark && !plain {
            break;
        }
        marks += usize::from(mark);
        words += usize::from(!mark);
        // Words go on only while marks or digits hold them together.
        if !mark && words > 3 {
            break;
        }
        if mark || at == first || turn.token(at - 1).is_some_and(|before| before.word.cues.any(MARKS)) {
            last = Some(at);
        }
    }
    (marks > 0).then(|| last.map(|last| turn.span(first, last))).flatten()
}

/// Up to four words from byte `start` to the end of the clause.
pub(super) fn phrase(turn: &NormalisedTurn<'_>, start: usize) -> Option<Span> {
    let rest = turn.text().get(start..)?;
    let clause = rest.split(['.', ',', '?', '!', ';', '\n', '"']).next()?;
    let ends = [" and ", " i ", " please", " thanks", " but ", " if "];
    let words = ends.iter().fold(clause, |rest, end| rest.split(end).next().unwrap_or(rest)).trim_end();
    let short = words.split_whitespace().count() <= 4;
    (short && !words.is_empty()).then(|| Span::new(start, start + words.len()))
}

/// Whether the word at token `at` looks like no word: digits or symbols in it, or capitals inside.
pub(super) fn random(turn: &NormalisedTurn<'_>, at: usize) -> bool {
    let Some(span) = turn.token(at).and_then(|token| chunk(turn, token.span.start as usize)) else { return false };
    let raw = span.of(turn.text());
    let inner = raw.get(1..).unwrap_or_default();
    let capitals =
        inner.bytes().any(|byte| byte.is_ascii_uppercase()) && raw.bytes().any(|byte| byte.is_ascii_lowercase());
    let digits = raw.bytes().any(|byte| byte.is_ascii_digit()) && raw.bytes().any(|byte| byte.is_ascii_alphabetic());
    raw.len() >= 5
        && !raw.contains(['=', ';', ':'])
        && (capitals || digits || raw.contains(['_', '!', '@', '#', '$', '%', '&', '*']))
}

/// Whether the chunk at token `at` mixes letters, digits and marks as only a password does.
pub(super) fn marked(turn: &NormalisedTurn<'_>, at: usize) -> bool {
    let Some(span) = turn.token(at).and_then(|token| chunk(turn, token.span.start as usize)) else { return false };
    let raw = span.of(turn.text());
    let digits = raw.bytes().any(|byte| byte.is_ascii_digit());
    let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
    raw.len() >= 7
        && digits
        && (inner.contains(['#', '!', '$', '%', '&', '*', '_', '@'])
            || (raw.matches('-').count() >= 2 && raw.starts_with(|c: char| c.is_uppercase())))
}
