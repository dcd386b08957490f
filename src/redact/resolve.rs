//! Chooses among overlapping candidates, so that what remains is ordered, does not overlap, and leaves no character
//! of any candidate uncovered. Knows nothing of how candidates were found.

use super::{Kind, candidate::Candidate};
use crate::text::Span;

/// Orders the candidates and settles overlaps: the surer wins, then the longer; what a loser has beyond the winner
/// stays as a finding of its own.
pub(super) fn resolve(mut candidates: Vec<Candidate>, text: &str) -> Vec<Candidate> {
    if candidates.len() < 2 {
        return candidates;
    }
    candidates.sort_by_key(|candidate| std::cmp::Reverse(rank(candidate)));
    let mut chosen: std::collections::BTreeMap<u32, Candidate> = std::collections::BTreeMap::new();
    for candidate in candidates {
        for span in uncovered(&chosen, candidate.span) {
            let span = if span == candidate.span { span } else { trim(span, text) };
            if !span.is_empty() {
                chosen.insert(span.start, Candidate { span, ..candidate.clone() });
            }
        }
    }
    chosen.into_values().collect()
}

/// Surer first, then longer, then earlier; the rest only makes the order total.
fn rank(candidate: &Candidate) -> (u8, u32, std::cmp::Reverse<u32>, std::cmp::Reverse<Kind>) {
    let length = candidate.span.end - candidate.span.start;
    (candidate.likelihood as u8, length, std::cmp::Reverse(candidate.span.start), std::cmp::Reverse(candidate.kind))
}

/// The parts of `span` that no chosen candidate covers.
fn uncovered(chosen: &std::collections::BTreeMap<u32, Candidate>, span: Span) -> Vec<Span> {
    let mut free = Vec::new();
    let mut at = span.start;
    let before = chosen.range(..span.start).next_back().map(|(_, candidate)| candidate.span);
    let inside = chosen.range(span.start..span.end).map(|(_, candidate)| candidate.span);
    for taken in before.into_iter().chain(inside) {
        if taken.start > at {
            free.push(Span { start: at, end: taken.start });
        }
        at = at.max(taken.end);
    }
    if at < span.end {
        free.push(Span { start: at, end: span.end });
    }
    free
}

/// The span without marks and spaces at its ends.
pub(super) fn trim(span: Span, text: &str) -> Span {
    let part = span.of(text);
    let inner = part.trim_matches(|character: char| !character.is_alphanumeric());
    let start = span.range().start + (part.len() - part.trim_start_matches(|c: char| !c.is_alphanumeric()).len());
    if inner.is_empty() { Span::default() } else { Span::new(start, start + inner.len()) }
}

#[cfg(test)]
mod tests {
    use super::{super::Likelihood, *};

    fn candidate(start: usize, end: usize, kind: Kind, likelihood: Likelihood) -> Candidate {
        Candidate::new(Span::new(start, end), kind, likelihood, "test")
    }

    #[track_caller]
    fn check(candidates: &[(usize, usize, Kind, Likelihood)], expected: &[(usize, usize, Kind)]) {
        let given = candidates.iter().map(|(start, end, kind, likelihood)| candidate(*start, *end, *kind, *likelihood));
        let chosen = resolve(given.collect(), "aaaaaaaaaa aaaaaaaaaa");
        let found: Vec<_> = chosen.iter().map(|c| (c.span.start as usize, c.span.end as usize, c.kind)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn the_surer_wins_then_the_longer_and_nothing_is_left_between() {
        use Likelihood::{Likely, Possible, VeryLikely};
        check(
            &[(0, 8, Kind::Phone, Possible), (2, 6, Kind::Iban, VeryLikely)],
            &[(0, 2, Kind::Phone), (2, 6, Kind::Iban), (6, 8, Kind::Phone)],
        );
        check(&[(0, 4, Kind::Phone, Likely), (0, 8, Kind::Pin, Likely)], &[(0, 8, Kind::Pin)]);
        check(&[(0, 11, Kind::Url, Possible), (0, 10, Kind::Email, Likely)], &[(0, 10, Kind::Email)]);
        check(&[(5, 9, Kind::Url, Likely), (0, 3, Kind::Ip, Likely)], &[(0, 3, Kind::Ip), (5, 9, Kind::Url)]);
    }
}
