//! E-mail addresses that are said or disguised: `john dot smith at gmail dot com`, `mira [at] example (dot) com`,
//! spelled letters, in the languages of the cue tables.

use std::sync::LazyLock;

use rustc_hash::FxHashSet;

use super::{View, context::Labels, number::letter_at};
use crate::redact::{
    Kind, Likelihood,
    candidate::Candidate,
    flags::Flags,
    gazetteer,
    marks::Marks,
    token::{Class, NormalisedTurn},
    words::{Cue, Cues},
};

/// How many tokens a spoken local part may have.
const LOCAL_TOKENS_MAX: usize = 28;

/// How many tokens a spoken domain may have.
const DOMAIN_TOKENS_MAX: usize = 36;

/// How many words may stand between two dots of a domain.
const LABEL_WORDS_MAX: usize = 4;

/// Words that join the parts of a local part.
const JOINS: Cues = Cues::of(&[Cue::Dot, Cue::Dash, Cue::Underscore, Cue::Plus]);

/// Top-level domains that end a spoken domain: the common ones and those of the main markets.
const ENDINGS: &[&str] = &[
    "com", "org", "net", "edu", "gov", "info", "biz", "io", "co", "uk", "us", "ca", "au", "nz", "ie", "de", "at", "ch",
    "fr", "be", "nl", "lu", "es", "pt", "it", "br", "mx", "ar", "cl", "pl", "cz", "sk", "hu", "ro", "bg", "gr", "se",
    "no", "dk", "fi", "is", "tr", "ru", "ua", "in", "pk", "cn", "jp", "kr", "hk", "sg", "my", "th", "ph", "id", "vn",
    "za", "ng", "ke", "ae", "sa", "il", "eu", "me", "tv", "app", "dev", "online", "shop", "example", "test", "invalid",
    "local", "gmx", "mail", "email", "cloud", "site", "xyz", "pe", "ec", "uy", "ve",
];

/// Longest of them, in bytes.
const ENDING_BYTES_MAX: usize = 7;

/// Finds spoken and disguised addresses.
pub(in crate::redact) fn find(view: &View<'_>, out: &mut Vec<Candidate>) {
    let turn = view.turn;
    for (index, token) in turn.flagged(Flags::AT) {
        if index > 0 && (token.word.cues.has(Cue::At) || (turn.word(index) == "a" && bracketed(turn, index))) {
            out.extend(around(view, index));
        }
    }
    if view.asked.has(Cue::Email) && turn.cues().has(Cue::Dot) {
        // Turkish says `et`, a word of other languages.
        let signs = (1..turn.tokens().len()).filter(|at| turn.word(*at) == "et");
        out.extend(signs.filter_map(|at| around(view, at)));
    }
    if turn.has_mark(Marks::AT) {
        for at in memchr::memchr_iter(b'@', turn.text().as_bytes()) {
            out.extend(written(turn, at));
        }
    }
    if view.asked.has(Cue::Email) {
        fragments(turn, out);
    }
}

/// Parts of an address that is told over several turns, where it was asked for: joined or spelled parts, and a domain
/// that begins with `at`.
fn fragments(turn: &NormalisedTurn<'_>, out: &mut Vec<Candidate>) {
    let count = turn.tokens().len();
    let mut at = 0;
    while at < count {
        if turn.token(at).is_some_and(|token| token.word.cues.has(Cue::At))
            && let Some(last) = domain(turn, at + 1)
        {
            out.push(Candidate::new(turn.span(at, last), Kind::Email, Likelihood::Possible, "asked-by-agent"));
            at = last + 1;
            continue;
        }
        let last = (at..count.min(at + LOCAL_TOKENS_MAX))
            .take_while(|end| {
                of_one_piece(turn, at, *end)
                    || *end == at
                    || turn.token(*end).is_some_and(|token| token.word.cues.any(JOINS | Cue::SpellAs.into()))
            })
            .filter(|end| of_one_piece(turn, at, *end))
            .last();
        let Some(last) = last else {
            at += 1;
            continue;
        };
        let joins = (at..=last).any(|index| {
            turn.token(index).is_some_and(|token| token.word.cues.any(JOINS) && turn.word(index).len() > 1)
        });
        let letters = (at..=last).filter(|index| turn.word(*index).len() == 1).count();
        if joins || letters >= 3 || (letters > 0 && count <= 4) {
            out.push(Candidate::new(turn.span(at, last), Kind::Email, Likelihood::Possible, "asked-by-agent"));
        }
        at = last + 1;
    }
}

fn bracketed(turn: &NormalisedTurn<'_>, index: usize) -> bool {
    turn.gap_before(index).ends_with(['(', '[', '{', '<']) && turn.gap(index).starts_with([')', ']', '}', '>'])
}

/// The address around the word for `@` at token `index`.
fn around(view: &View<'_>, index: usize) -> Option<Candidate> {
    let turn = view.turn;
    if turn.gap_before(index).contains('\n') || turn.gap(index).contains('\n') {
        return None;
    }
    let sign = usize::from(turn.word(index + 1) == "sign");
    let last = domain(turn, index + 1 + sign)?;
    let end = index.checked_sub(1)?;
    let first = local(turn, end)?;
    let first = all_words(view, first, last);
    let capitals = turn.raw(index) == "AT" && turn.raw(end).contains(|letter: char| letter.is_lowercase());
    let marked = turn.word(index) != "at" || sign > 0 || bracketed(turn, index) || capitals;
    let mailbox = matches!(
        turn.word(end),
        "info"
            | "contact"
            | "support"
            | "sales"
            | "admin"
            | "hello"
            | "office"
            | "team"
            | "service"
            | "kontakt"
            | "billing"
            | "help"
    );
    // `take a look at`: the article is no initial.
    let article = (first..end).all(|before| matches!(turn.word(before), "a" | "i" | "e" | "o" | "y"));
    let word = gazetteer::look_up(turn.word(end));
    let name = word.given > word.ordinary + 1;
    let plain = article && !mailbox && !name && word.ordinary > 0;
    if plain && !marked && !Labels::around(turn, first, last, view.asked).has(Cue::Email) {
        return None;
    }
    Some(Candidate::new(turn.span(first, last), Kind::Email, Likelihood::VeryLikely, "form:spoken-email"))
}

/// Most words that a local part of one piece may have before its last one.
const MORE_WORDS_MAX: usize = 3;

/// The first token of the local part where all words between what leads to it and the rest belong to it: it is the answer to
/// the question for an address, or is said to be one word.
fn all_words(view: &View<'_>, first: usize, last: usize) -> usize {
    let turn = view.turn;
    let one = (last + 1..last + 5).any(|at| {
        turn.word(at) == "one" && turn.word(at + 1) == "word" || turn.word(at) == "no" && turn.word(at + 1) == "spaces"
    });
    if !one && !view.asked.has(Cue::Email) {
        return first;
    }
    let word = |at: usize| {
        let token = turn.token(at).filter(|token| token.is_word() && token.span.len() > 1 && turn.gap(at) == " ");
        token.is_some_and(|token| !token.word.cues.any(Cues::of(&[Cue::Email, Cue::Copula]) | NAMED))
            && (turn.word(at) == "the" || !stops(turn, at))
    };
    let begin = (first.saturating_sub(MORE_WORDS_MAX + 1)..first).rev().take_while(|at| word(*at)).last();
    let begin = begin.filter(|begin| first - begin <= MORE_WORDS_MAX).unwrap_or(first);
    // Words of talk before the address are none of it.
    let talk =
        !one && (begin..first).any(|at| turn.word(at) != "the" && gazetteer::look_up(turn.word(at)).ordinary > 2);
    if talk { first } else { begin }
}

/// Words that name something else.
const NAMED: Cues = Cues::MEANING;

/// Whether a dot, said or written, stands before token `at`; the token behind it.
fn behind_dot(turn: &NormalisedTurn<'_>, at: usize) -> Option<usize> {
    let said = turn.token(at).is_some_and(|token| token.word.cues.has(Cue::Dot));
    if said {
        return Some(at + 1);
    }
    let gap = turn.gap_before(at);
    if gap == " " {
        return None;
    }
    let sentence = gap == ". " && turn.raw(at).starts_with(|character: char| character.is_uppercase());
    let written = !sentence && matches!(strip(gap), "." | "[.]" | "(.)" | "{.}");
    written.then_some(at)
}

fn strip(gap: &str) -> &str {
    gap.trim_matches(' ')
}

/// The last token of the domain that begins at token `start`: labels joined by dots, the last a known top-level domain.
fn domain(turn: &NormalisedTurn<'_>, start: usize) -> Option<usize> {
    let (mut label, mut words, mut dots) = (start, 0, 0);
    let mut at = start;
    while at < start + DOMAIN_TOKENS_MAX {
        if at > start {
            if let Some(next) = behind_dot(turn, at) {
                (label, words, dots, at) = (next, 0, dots + 1, next);
            } else if !matches!(strip(turn.gap_before(at)), "" | "-" | "]" | ")" | ",") {
                return None;
            }
        }
        let token = turn.token(at).filter(|token| !matches!(token.class, Class::Placeholder(_)))?;
        let single = token.span.len() == 1;
        words += usize::from(!single && !token.word.cues.any(JOINS));
        if words > LABEL_WORDS_MAX || (at == start && token.word.cues.has(Cue::Dot)) {
            return None;
        }
        let spelled_on = single && turn.word(at + 1).len() == 1 && strip(turn.gap(at)).is_empty();
        let dotted_on = behind_dot(turn, at + 1)
            .is_some_and(|next| turn.token(next).is_some() && turn.gap(at).len() <= 4 && !ends_sentence(turn, at));
        if dots > 0 && !spelled_on && !dotted_on && is_ending(turn, label, at) {
            return Some(at);
        }
        at += 1;
    }
    None
}

/// The endings, each as the integer of its bytes.
static PACKED: LazyLock<FxHashSet<u64>> =
    LazyLock::new(|| ENDINGS.iter().map(|ending| ending.bytes().fold(0, pack)).collect());

fn pack(before: u64, byte: u8) -> u64 {
    before << 8 | u64::from(byte)
}

/// Whether tokens `first..=last` together are a top-level domain.
fn is_ending(turn: &NormalisedTurn<'_>, first: usize, last: usize) -> bool {
    let words = || (first..=last).map(|at| turn.word(at));
    words().map(str::len).sum::<usize>() <= ENDING_BYTES_MAX
        && PACKED.contains(&words().flat_map(str::bytes).fold(0, pack))
}

/// Whether the dot behind token `at` is a full stop: a space and a capital follow.
fn ends_sentence(turn: &NormalisedTurn<'_>, at: usize) -> bool {
    turn.gap(at) == ". " && turn.raw(at + 1).starts_with(|character: char| character.is_uppercase())
}

/// The first token of the local part that ends at token `end`: the earliest from which all is of one piece.
fn local(turn: &NormalisedTurn<'_>, end: usize) -> Option<usize> {
    let mut first = None;
    for start in (end.saturating_sub(LOCAL_TOKENS_MAX)..=end).rev() {
        if start < end && !joinable(turn.gap(start)) {
            break;
        }
        if of_one_piece(turn, start, end) {
            first = Some(start);
        }
    }
    first
}

fn joinable(gap: &str) -> bool {
    gap.len() <= 4
        && gap
            .bytes()
            .all(|byte| matches!(byte, b' ' | b',' | b'-' | b'.' | b'_' | b'+' | b'\'' | b'(' | b')' | b'[' | b']'))
}

/// What a part of a local part is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unit {
    Word,
    Letter,
    Digits,
    Join,
}

/// Whether tokens `start..=end` are letters, digits, joining words, and no two plain words without one between.
fn of_one_piece(turn: &NormalisedTurn<'_>, start: usize, end: usize) -> bool {
    let mut at = start;
    let mut before = None;
    while at <= end {
        let Some((unit, next)) = unit(turn, at) else { return false };
        let joined = at > start && matches!(strip(turn.gap_before(at)), "." | "_" | "-" | "+");
        let copula = at == start
            && start > 0
            && matches!(turn.word(at), "e" | "o" | "y")
            && turn
                .token(start - 1)
                .is_some_and(|label| label.word.cues.any(Cues::of(&[Cue::Email, Cue::NumberNoun, Cue::Address])));
        if copula {
            return false;
        }
        let bare = unit == Unit::Word && before == Some(Unit::Word) && !joined;
        let leads = unit == Unit::Word && at == start && gazetteer::look_up(turn.word(at)).ordinary >= 2 && next <= end;
        let next_joins = next <= end
            && (turn.token(next).is_some_and(|token| token.word.cues.any(JOINS))
                || matches!(strip(turn.gap_before(next)), "." | "_" | "-" | "+"));
        if bare || (leads && !next_joins) || (unit == Unit::Join && at == start) {
            return false;
        }
        before = Some(unit);
        at = next;
    }
    at == end + 1 && before != Some(Unit::Join)
}

fn unit(turn: &NormalisedTurn<'_>, at: usize) -> Option<(Unit, usize)> {
    let token = turn.token(at)?;
    if let Some((_, next)) = letter_at(turn, at) {
        return Some((Unit::Letter, next));
    }
    let word = turn.word(at);
    if word.len() == 1 && !turn.gap_before(at).ends_with('\'') && token.is_word() {
        return Some((Unit::Letter, at + 1));
    }
    if token.word.cues.any(JOINS) {
        return Some((Unit::Join, at + 1));
    }
    if token.is_digits() || token.word.number.is_some() || token.word.cues.any(Cues::of(&[Cue::Double, Cue::Triple])) {
        return Some((Unit::Digits, at + 1));
    }
    let joined = turn.token(at + 1).is_some_and(|next| next.word.cues.any(JOINS) && turn.word(at + 1).len() > 1);
    let plain = !matches!(token.class, Class::Placeholder(_)) && word.len() > 1 && (joined || !stops(turn, at));
    plain.then_some((Unit::Word, at + 1))
}

/// Words that are never a part of an address.
fn stops(turn: &NormalisedTurn<'_>, at: usize) -> bool {
    const WORDS: &[&str] = &[
        "is",
        "it",
        "its",
        "me",
        "my",
        "email",
        "mail",
        "address",
        "to",
        "the",
        "reach",
        "contact",
        "ist",
        "es",
        "est",
        "adresse",
        "lautet",
        "meine",
        "mi",
        "correo",
        "on",
        "and",
        "so",
        "send",
        "write",
        "that",
        "was",
        "you",
        "us",
        "them",
        "him",
        "her",
        "or",
        "indirizzo",
        "sono",
        "sao",
        "mon",
        "meu",
        "mio",
        "zijn",
        "mijn",
        "ja",
        "oui",
        "si",
        "sim",
        "at",
        "for",
        "sign",
        "arroba",
        "arobase",
        "chiocciola",
        "under",
        "unter",
        "spell",
        "spelled",
        "of",
        "in",
    ];
    let cues = turn.token(at).map(|token| token.word.cues).unwrap_or_default();
    WORDS.contains(&turn.word(at)) || cues.any(Cues::of(&[Cue::Acknowledge, Cue::Correction, Cue::Email]))
}

/// An address whose `@` is written, but whose dots are said or set apart: `kay_s @ example . com`.
fn written(turn: &NormalisedTurn<'_>, at: usize) -> Option<Candidate> {
    let next = turn.token_at(u32::try_from(at).ok()? + 1);
    let before = next.checked_sub(1)?;
    let gap = turn.gap(before);
    if gap.trim_matches([' ', '<', '>', '(', ')', '[', ']', '*', '{', '}']) != "@" || gap.contains('\n') {
        return None;
    }
    // `ask @brand at once` mentions an account.
    let word = gazetteer::look_up(turn.word(before));
    let mention = gap.starts_with(' ') && gap.ends_with('@');
    if mention && (word.ordinary > 0 || turn.gap(next) != "." || turn.gap_before(before).ends_with('@')) {
        return None;
    }
    let comma = matches!(turn.gap(next), "," | ", ") && ENDINGS.contains(&turn.word(next + 1));
    let last = domain(turn, next).or_else(|| comma.then_some(next + 1))?;
    let apart = gap != "@" || turn.word(before).len() == 1;
    let first = if apart { local(turn, before)? } else { glued(turn, before) };
    Some(Candidate::new(turn.span(first, last), Kind::Email, Likelihood::VeryLikely, "form:disguised-email"))
}

/// The first token of the typed local part that ends at token `end`.
fn glued(turn: &NormalisedTurn<'_>, end: usize) -> usize {
    let mut first = end;
    while first > 0 && matches!(turn.gap(first - 1), "." | "_" | "-" | "+") {
        first -= 1;
    }
    first
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check;

    #[test]
    fn said_and_disguised_addresses_go() {
        check("it's john dot smith at example dot com", "it's [EMAIL_1]");
        check("b wie berta dot k at example punkt de", "[EMAIL_1]");
        check("mira [at] example (dot) com", "[EMAIL_1]");
        check("kay_s @ example . com", "[EMAIL_1]");
        check("claire at example dot com", "[EMAIL_1]");
        check("look AT example DOT com", "[EMAIL_1]");
        check("j o n e s underscore 4 at example dot org thanks", "[EMAIL_1] thanks");
    }

    #[test]
    fn a_place_at_a_domain_stays() {
        check("i saw it at amazon dot com", "i saw it at amazon dot com");
        check("take a look at example dot com", "take a look at example dot com");
    }
}
