//! Links that are said: `www dot example dot com slash shop slash ann`. Only those with a path of two parts or more, which
//! leads to something of one person. Knows nothing of written links.

use super::View;
use crate::redact::{
    Kind, Likelihood,
    candidate::Candidate,
    token::{Class, NormalisedTurn},
    words::{Cue, Cues},
};

/// Endings of hosts that are said.
const ENDINGS: [&str; 24] = [
    "com", "org", "net", "io", "co", "uk", "de", "fr", "es", "it", "pt", "nl", "pl", "se", "tr", "ie", "ca", "au",
    "in", "br", "mx", "eu", "me", "example",
];

/// Most tokens of a said host.
const HOST_TOKENS_MAX: usize = 16;

/// Finds said links, from the first slash behind a host on.
pub(in crate::redact) fn find(view: &View<'_>, out: &mut Vec<Candidate>) {
    let turn = view.turn;
    if !turn.cues().has(Cue::Slash) || !turn.cues().has(Cue::Dot) {
        return;
    }
    let mut done = 0;
    for (index, _) in turn.cued(Cues::of(&[Cue::Slash])) {
        if index < done {
            continue;
        }
        let Some(first) = host(turn, index, done) else { continue };
        let (last, parts) = path(turn, index);
        if parts > 1 {
            out.push(Candidate::new(turn.span(first, last), Kind::Url, Likelihood::Likely, "form:spoken-url"));
        }
        done = last + 1;
    }
}

fn is(turn: &NormalisedTurn<'_>, at: usize, cue: Cue) -> bool {
    turn.token(at).is_some_and(|token| token.word.cues.has(cue))
}

/// Whether token `at` may be a part of a link that is said.
fn is_part(turn: &NormalisedTurn<'_>, at: usize) -> bool {
    turn.token(at).is_some_and(|token| !matches!(token.class, Class::Placeholder(_)))
}

/// The first token of the host before the slash at `slash`: words with `dot` between, the last a known ending.
fn host(turn: &NormalisedTurn<'_>, slash: usize, from: usize) -> Option<usize> {
    let ending = slash.checked_sub(1)?;
    let dotted = ending > 1 && is(turn, ending - 1, Cue::Dot) && ENDINGS.contains(&turn.word(ending));
    let mut first = dotted.then(|| ending - 2)?;
    while first > from + 1
        && ending - first < HOST_TOKENS_MAX
        && is(turn, first - 1, Cue::Dot)
        && is_part(turn, first - 2)
    {
        first -= 2;
    }
    while first > from && turn.word(first) == "w" && turn.word(first - 1) == "w" {
        first -= 1;
    }
    Some(first)
}

/// The last token of the path that begins with the slash at `slash`, and how many parts it has.
fn path(turn: &NormalisedTurn<'_>, slash: usize) -> (usize, usize) {
    let (mut last, mut parts, mut at) = (slash, 0, slash);
    while is(turn, at, Cue::Slash) && is_part(turn, at + 1) && turn.gap(at).trim().is_empty() {
        (last, parts) = (at + 1, parts + 1);
        let joins = |at: usize| is(turn, at, Cue::Dash) || is(turn, at, Cue::Dot) || is(turn, at, Cue::Underscore);
        while joins(last + 1) && is_part(turn, last + 2) {
            last += 2;
        }
        at = last + 1;
    }
    (last, parts)
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check;

    #[test]
    fn said_links_of_persons_go() {
        check("it is at files dot example dot com slash u slash okoro slash bill", "it is at [URL_1]");
        check("w w w dot example dot org slash shop slash annas dash things", "[URL_1]");
    }

    #[test]
    fn said_pages_stay() {
        check("go to example dot com slash help", "go to example dot com slash help");
        check("tick yes slash no on the form dot", "tick yes slash no on the form dot");
    }
}
