//! E-mail addresses that are said or disguised: `john dot smith at gmail dot com`, `mira [at] example (dot) com`,
//! spelled letters, in the languages of the cue tables.

use super::{View, number::letter_at};
use crate::{
    redact::{
        Kind, Likelihood,
        candidate::Candidate,
        token::{Class, NormalisedTurn},
        words::{Cue, Cues},
    },
    text::Span,
};

/// How many tokens a spoken address may have on either side of its `at`.
const SIDE_TOKENS_MAX: usize = 40;

/// Top-level domains that end a spoken domain; the common ones and those of the main markets.
const ENDINGS: &[&str] = &[
    "com", "org", "net", "edu", "gov", "info", "biz", "io", "co", "uk", "us", "ca", "au", "nz", "ie", "de", "at", "ch",
    "fr", "be", "nl", "lu", "es", "pt", "it", "br", "mx", "ar", "cl", "pl", "cz", "sk", "hu", "ro", "bg", "gr", "se",
    "no", "dk", "fi", "is", "tr", "ru", "ua", "in", "pk", "cn", "jp", "kr", "hk", "sg", "my", "th", "ph", "id", "vn",
    "za", "ng", "ke", "ae", "sa", "il", "eu", "me", "tv", "app", "dev", "online", "shop", "example", "test", "invalid",
    "local", "gmx", "mail", "email", "cloud", "site", "xyz", "punto", "pe", "ec", "uy", "ve",
];

/// Finds spoken and disguised addresses.
pub(in crate::redact) fn find(view: &View<'_>, out: &mut Vec<Candidate>) {
    let turn = view.turn;
    for (index, token) in turn.tokens().iter().enumerate() {
        let spoken = token.word.cues.has(Cue::At)
            || (turn.word(index) == "a" && bracketed(turn, index))
            || (turn.word(index) == "at" || turn.word(index) == "sign");
        if spoken && index > 0 {
            out.extend(around(view, index));
        }
    }
    for at in memchr::memchr_iter(b'@', turn.text().as_bytes()) {
        out.extend(written(turn, at));
    }
}

fn bracketed(turn: &NormalisedTurn<'_>, index: usize) -> bool {
    turn.gap_before(index).ends_with(['(', '[', '{', '<']) && turn.gap(index).starts_with([')', ']', '}', '>'])
}

/// The address around the word `at` at token `index`.
fn around(view: &View<'_>, index: usize) -> Option<Candidate> {
    let turn = view.turn;
    let last = domain(turn, index + 1)?;
    // `at sign` is two words; the local part ends before both.
    let local_end = index - usize::from(turn.word(index) == "sign" && turn.word(index - 1) == "at");
    let marked = turn.token(index).is_some_and(|token| token.word.cues.has(Cue::At)) && turn.word(index) != "at"
        || bracketed(turn, index);
    let first = local(turn, local_end.checked_sub(1)?, marked)?;
    Some(Candidate::new(turn.span(first, last), Kind::Email, Likelihood::VeryLikely, "form:spoken-email"))
}

/// The last token of the domain that begins at token `start`: words or letters joined by `dot`, ending in a known
/// top-level domain.
fn domain(turn: &NormalisedTurn<'_>, start: usize) -> Option<usize> {
    let mut found = None;
    let mut dots = 0;
    let mut at = start;
    while at < start + SIDE_TOKENS_MAX {
        let token = turn.token(at)?;
        if matches!(token.class, Class::Placeholder(_)) || (at > start && turn.gap(at - 1).contains(['\n', '?'])) {
            break;
        }
        let dotted = at > start && turn.gap(at - 1).trim_matches(' ') == ".";
        let dot = token.word.cues.has(Cue::Dot) && at > start;
        if dot || dotted {
            dots += 1;
        }
        if !dot
            && dots > 0
            && ENDINGS.contains(&turn.word(at))
            && (dotted || at > 0 && turn.token(at - 1).is_some_and(|before| before.word.cues.has(Cue::Dot)))
        {
            found = Some(at);
        }
        let goes_on = |next: usize| {
            turn.token(next).is_some_and(|token| token.word.cues.has(Cue::Dot))
                || turn.gap(next - 1).trim_matches(' ') == "."
        };
        if found == Some(at) && !goes_on(at + 1) {
            break;
        }
        let plain = dots == 0 && at >= start + 6 && turn.word(at).len() > 1;
        if plain || turn.gap(at).len() > 4 {
            break;
        }
        at += 1;
    }
    if found.is_none() && turn.token(at.min(start + SIDE_TOKENS_MAX)).is_none() {
        return None;
    }
    found
}

/// The first token of the local part that ends at token `last`.
fn local(turn: &NormalisedTurn<'_>, last: usize, marked: bool) -> Option<usize> {
    const JOINS: Cues = Cues::of(&[Cue::Dot, Cue::Dash, Cue::Underscore, Cue::Plus]);
    let mut first = last;
    let mut at = last;
    let mut words = 0;
    loop {
        let token = turn.token(at)?;
        if matches!(token.class, Class::Placeholder(_)) {
            return None;
        }
        let joins = token.word.cues.any(JOINS) && turn.word(at).len() > 1;
        let stops = !joins && stops(turn, at);
        if stops {
            break;
        }
        first = at;
        words += usize::from(!joins && turn.word(at).len() > 1 && token.word.number.is_none() && token.is_word());
        if at == 0
            || last - at >= SIDE_TOKENS_MAX
            || turn.gap(at - 1).contains(['\n', '?', ':', '!', '"'])
            || turn.gap(at - 1).len() > 4
        {
            break;
        }
        let bound = joins
            || turn.token(at - 1).is_some_and(|before| {
                before.word.cues.any(JOINS)
                    || before.word.number.is_some()
                    || before.is_digits()
                    || before.span.len() == 1
                    || spelled(turn, at - 1)
            })
            || turn.word(at).len() == 1
            || token.is_digits()
            || token.word.number.is_some()
            || turn.gap(at - 1).trim_matches(' ') == ".";
        let stranger = !bound && (words >= 1 && !(marked && words < 2));
        if stranger {
            break;
        }
        at -= 1;
    }
    let empty = first == last && stops(turn, last);
    (!empty).then(|| skip_lead(turn, first, last))
}

/// Whether a spelling pair (`b as in boy`) ends at this token.
fn spelled(turn: &NormalisedTurn<'_>, at: usize) -> bool {
    (at.saturating_sub(3)..at)
        .any(|start| turn.word(start).len() == 1 && letter_at(turn, start).is_some_and(|(_, next)| next == at + 1))
}

/// Words that are never a part of an address before `at`.
fn stops(turn: &NormalisedTurn<'_>, at: usize) -> bool {
    matches!(
        turn.word(at),
        "is" | "it"
            | "its"
            | "me"
            | "my"
            | "email"
            | "mail"
            | "address"
            | "to"
            | "the"
            | "reach"
            | "contact"
            | "ist"
            | "es"
            | "est"
            | "adresse"
            | "lautet"
            | "meine"
            | "mi"
            | "correo"
            | "on"
            | "and"
            | "so"
            | "okay"
            | "yes"
            | "yeah"
            | "sure"
            | "send"
            | "write"
            | "that"
            | "was"
            | "you"
            | "us"
            | "them"
            | "him"
            | "her"
            | "or"
            | "indirizzo"
            | "sono"
            | "sao"
            | "mon"
            | "meu"
            | "mio"
            | "zijn"
            | "mijn"
            | "ja"
            | "oui"
            | "si"
            | "sim"
    ) || (turn.word(at) == "e" && turn.word(at + 1).len() > 1)
        || (turn.word(at) == "s" && turn.gap_before(at).ends_with('\''))
}

/// Leaves out words before the address itself.
fn skip_lead(turn: &NormalisedTurn<'_>, first: usize, last: usize) -> usize {
    (first..last)
        .find(|at| {
            !turn.token(*at).is_some_and(|token| {
                token.word.cues.any(Cues::of(&[Cue::Filler, Cue::Acknowledge])) && turn.word(*at).len() > 1
            })
        })
        .unwrap_or(first)
}

/// An address whose `@` is written, but whose dots are said or set apart: `kay_s @ example . com`, `mira@example dot com`.
fn written(turn: &NormalisedTurn<'_>, at: usize) -> Option<Candidate> {
    let offset = u32::try_from(at).ok()?;
    let next = turn.token_at(offset + 1);
    let before = next.checked_sub(1)?;
    let gap = turn.gap(before);
    if gap.trim_matches([' ', '<', '>', '(', ')', '[', ']', '*', '{', '}']) != "@" || gap.contains('\n') {
        return None;
    }
    let last = domain(turn, next).or_else(|| comma_domain(turn, next))?;
    let mut first = before;
    while first > 0 && matches!(turn.gap(first - 1), "." | "_" | "-" | "+" | " . " | " _ " | " - ")
        || (first > 0 && turn.gap(first - 1) == " " && turn.word(first).len() == 1 && turn.word(first - 1).len() == 1)
    {
        first -= 1;
    }
    let span: Span = turn.span(first, last);
    Some(Candidate::new(span, Kind::Email, Likelihood::VeryLikely, "form:disguised-email"))
}

/// `example,com`, and letters set apart: `example . c o m`.
fn comma_domain(turn: &NormalisedTurn<'_>, start: usize) -> Option<usize> {
    if matches!(turn.gap(start), "," | ", ") && ENDINGS.contains(&turn.word(start + 1)) {
        return Some(start + 1);
    }
    let mut at = start;
    while at < start + SIDE_TOKENS_MAX
        && turn.token(at).is_some()
        && (turn.gap(at).trim_matches(' ') == "." || (turn.word(at).len() == 1 && turn.gap(at) == " "))
    {
        at += 1;
    }
    let spaced = turn.word(at).len() == 1 && (start..at).any(|index| turn.gap(index).contains('.'));
    spaced.then_some(at)
}
