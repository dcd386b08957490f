//! Addresses of machines: IPv4, IPv6 and hardware addresses.

use super::View;
use crate::{
    redact::{
        Kind, Likelihood,
        candidate::Candidate,
        flags::Flags,
        gazetteer::Gap,
        token::NormalisedTurn,
        words::{Cue, Cues},
    },
    text::Span,
};

/// Longest text of an IPv6 address, zone left out.
const IPV6_BYTES_MAX: usize = 45;

/// Addresses that are those of no person: loopback, masks, resolvers that everybody uses.
const PUBLIC: [&str; 8] =
    ["127.0.0.1", "0.0.0.0", "255.255.255.255", "8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9"];

/// So many words before dotted figures may say that they are versions.
const VERSION_WORDS_MAX: usize = 8;

/// Finds IP and MAC addresses.
pub(in crate::redact) fn find(view: &View<'_>, out: &mut Vec<Candidate>) {
    for (index, token) in view.turn.flagged(Flags::DIGITS) {
        if token.is_digits() && view.turn.gap(index) == "." {
            out.extend(ipv4(view, index));
        }
    }
    let said = view.turn.cues().has(Cue::Dot);
    let dot = |at: usize| view.turn.token(at).is_some_and(|token| token.word.cues.has(Cue::Dot));
    for (index, token) in view.turn.flagged(Flags::DIGITS.and(Flags::NUMBER)) {
        let begins = token.is_digits() || token.word.number.is_some();
        let marked =
            matches!(view.turn.gap(index), "[.]" | "(.)" | "{.}" | " . ") || said && (index + 1..index + 6).any(dot);
        if begins && marked {
            out.extend(dotted(view, index));
        }
    }
    let text = view.turn.text();
    let mut done = 0;
    let colons = if view.turn.has_gap(Gap::COLON) { text } else { "" };
    for colon in memchr::memchr_iter(b':', colons.as_bytes()) {
        if colon >= done
            && let Some((span, kind)) = colon_groups(text, colon)
        {
            done = span.end as usize;
            out.push(Candidate::new(span, kind, Likelihood::VeryLikely, "form:address"));
        }
    }
    hyphenated(view.turn, out);
}

/// `192 dot 0 dot 2 dot 65`, `192[.]0[.]2[.]86`, also in number words.
fn dotted(view: &View<'_>, index: usize) -> Option<Candidate> {
    let turn = view.turn;
    let (mut at, mut last) = (index, index);
    for part in 0..4 {
        let end = number_end(turn, at)?;
        last = end;
        if part < 3 {
            at = match turn.gap(end) {
                "[.]" | "(.)" | "{.}" | " . " => end + 1,
                _ if turn.token(end + 1)?.word.cues.has(Cue::Dot) => end + 2,
                _ => return None,
            };
        }
    }
    Some(Candidate::new(turn.span(index, last), Kind::Ip, Likelihood::VeryLikely, "form:spoken-ip"))
}

/// The last token of a number of at most three digits, written or in at most four words.
fn number_end(turn: &NormalisedTurn<'_>, at: usize) -> Option<usize> {
    let token = turn.token(at)?;
    if token.is_digits() {
        return (token.span.len() <= 3).then_some(at);
    }
    let counts = |index: &usize| {
        turn.token(*index)
            .is_some_and(|token| token.word.number.is_some() || (turn.word(*index) == "and" && *index > at))
    };
    (at..at + 5).take_while(counts).last()
}

/// Whether the digits of token `index` and of the next three are an IPv4 address by their form.
pub(in crate::redact::find) fn is_ipv4(turn: &NormalisedTurn<'_>, index: usize) -> bool {
    let part = |at: usize| {
        turn.token(at).is_some_and(|token| {
            token.is_digits() && turn.raw(at).len() <= 3 && turn.raw(at).parse::<u16>().is_ok_and(|value| value <= 255)
        })
    };
    let dotted = (0..3).all(|offset| turn.gap(index + offset) == ".");
    let whole = turn.gap(index + 3) != "." || !turn.token(index + 4).is_some_and(super::super::token::Token::is_digits);
    let begins = index == 0 || turn.gap(index - 1) != ".";
    dotted && whole && begins && (0..4).all(|offset| part(index + offset))
}

fn ipv4(view: &View<'_>, index: usize) -> Option<Candidate> {
    let turn = view.turn;
    if !is_ipv4(turn, index) {
        return None;
    }
    let before = index.checked_sub(1).and_then(|before| turn.token(before));
    let short = (0..4).all(|offset| turn.raw(index + offset).len() <= 2);
    // `version 1.2.3.4`, `paragraph 4.4.7.1`; nobody counts a hundred sections.
    let numbers = if short { Cues::of(&[Cue::Version, Cue::Ordinal]) } else { Cues::of(&[Cue::Version]) };
    let versioned = before.is_some_and(|token| token.word.cues.any(numbers) && turn.gap_before(index) == " ")
        || turn.gap_before(index).ends_with(['v', 'V']);
    let upgrades = (index.saturating_sub(VERSION_WORDS_MAX)..index).any(|at| {
        matches!(
            turn.word(at),
            "upgrade"
                | "upgraded"
                | "upgrading"
                | "bump"
                | "updated"
                | "update"
                | "version"
                | "versions"
                | "downgrade"
                | "release"
                | "build"
        )
    });
    let versioned = versioned || (upgrades && short);
    let joined = turn.gap(index + 3).starts_with(['-', '_']);
    let masked = turn.raw(index) == "255";
    let local = masked || PUBLIC.contains(&turn.span(index, index + 3).of(turn.text()));
    (!versioned && !local && !joined)
        .then(|| Candidate::new(turn.span(index, index + 3), Kind::Ip, Likelihood::VeryLikely, "form:ipv4"))
}

/// The run of hexadecimal groups and colons around the colon at `colon`.
fn colon_groups(text: &str, colon: usize) -> Option<(Span, Kind)> {
    let bytes = text.as_bytes();
    let belongs = |byte: &u8| byte.is_ascii_hexdigit() || *byte == b':';
    let before = bytes.get(..colon)?.iter().rev().take(IPV6_BYTES_MAX).take_while(|byte| belongs(byte)).count();
    let after =
        bytes.get(colon..)?.iter().take(IPV6_BYTES_MAX).take_while(|byte| belongs(byte) || **byte == b'.').count();
    let (start, end) = (colon - before, colon + after);
    let run = text.get(start..end)?.trim_end_matches('.');
    let run = if run.ends_with("::") { run } else { run.trim_end_matches(':') };
    let end = start + run.len();
    let alone = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_alphanumeric());
    if !alone(bytes.get(end)) || !alone(start.checked_sub(1).and_then(|at| bytes.get(at))) {
        return None;
    }
    let mac = run.split(':').count() == 6 && run.split(':').all(|group| group.len() == 2);
    if mac {
        return Some((Span::new(start, end), Kind::Mac));
    }
    let colons = run.bytes().filter(|byte| *byte == b':').count();
    let parsed = run.parse::<std::net::Ipv6Addr>().is_ok();
    (colons >= 2 && run.len() > 4 && parsed).then_some((Span::new(start, end), Kind::Ip))
}

/// `00-1A-2B-3C-4D-5E` and `001a.2b3c.4d5e`.
fn hyphenated(turn: &NormalisedTurn<'_>, out: &mut Vec<Candidate>) {
    let hex = |at: usize, length: usize| {
        turn.token(at).is_some_and(|token| token.span.len() == length)
            && turn.raw(at).bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    for (index, _) in turn.flagged(Flags::JOINED) {
        let shape = match turn.gap(index) {
            "-" if (0..6).all(|offset| hex(index + offset, 2)) => Some((5, "-")),
            "." if (0..3).all(|offset| hex(index + offset, 4)) => Some((2, ".")),
            _ => None,
        };
        let Some((groups, mark)) = shape else { continue };
        let joined = (0..groups).all(|offset| turn.gap(index + offset) == mark);
        let ends = turn.gap(index + groups) != mark && (index == 0 || turn.gap(index - 1) != mark);
        let span = turn.span(index, index + groups);
        if joined && ends && span.of(turn.text()).bytes().any(|byte| byte.is_ascii_alphabetic()) {
            out.push(Candidate::new(span, Kind::Mac, Likelihood::VeryLikely, "form:mac"));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check;

    #[test]
    fn addresses_of_machines_go() {
        check("from 203.0.113.9 and 2001:db8::7", "from [IP_1] and [IP_2]");
        check("mac 00:1A:2B:3C:4D:5E", "mac [MAC_1]");
        check("192 dot 0 dot 2 dot 65", "[IP_1]");
    }

    #[test]
    fn times_versions_and_masks_stay() {
        check("at 10:30:15 on version 1.2.3.4", "at 10:30:15 on version 1.2.3.4");
        check("mask 255.255.255.0", "mask 255.255.255.0");
        check("see page 12.4.7.1", "see page 12.4.7.1");
        check("see page 198.51.100.7", "see page [IP_1]");
    }
}
