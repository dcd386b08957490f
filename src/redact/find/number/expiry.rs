//! The expiry of a payment card among written digits. Knows nothing of spoken dates.

use super::{
    super::{View, context::Labels},
    run::Group,
};
use crate::redact::{
    token::NormalisedTurn,
    words::{Cue, Cues},
};

/// An expiry without a word of a card in a longer turn than this is that of something else.
const EXPIRY_WORDS_MAX: usize = 6;

/// What ends is named at most so many words before its end.
const LAPSE_WORDS_MAX: usize = 6;

/// `12/27`, `12/2027`, `12-27` or `1227` where a card is spoken of.
pub(super) fn expiry(view: &View<'_>, groups: &[Group], first: usize, labels: &Labels, after: bool) -> Option<usize> {
    let turn = view.turn;
    let group = groups.get(first)?;
    let named = labels.has(Cue::Expiry);
    if !(named || after || labels.has(Cue::Card) || labels.has(Cue::Cvv)) {
        return None;
    }
    let other = [Cue::Passport, Cue::License, Cue::NationalId, Cue::Product, Cue::Order, Cue::Medical];
    let unpaid = !after && !labels.has(Cue::Card) && !labels.has(Cue::Cvv) && !labels.asked.has(Cue::Expiry);
    let prose = labels.sentence == Cue::Expiry.into() && turn.tokens().len() > EXPIRY_WORDS_MAX;
    let lapses = (group.token.saturating_sub(LAPSE_WORDS_MAX)..group.token)
        .any(|at| turn.token(at).is_some_and(|token| token.word.cues.has(Cue::Lapse)));
    if named && unpaid && !pays(turn) && (lapses || prose || other.iter().any(|cue| labels.has(*cue))) {
        return None;
    }
    let month = |raw: &str| raw.len() <= 2 && raw.parse::<u8>().is_ok_and(|month| (1..=12).contains(&month));
    let year = |raw: &str| {
        matches!(raw.len(), 2 | 4)
            && raw.get(raw.len() - 2..).and_then(|y| y.parse::<u8>().ok()).is_some_and(|year| (10..=49).contains(&year))
    };
    let raw = turn.raw(group.token);
    if let Some(last) = spaced_expiry(turn, groups, first).filter(|_| named) {
        return Some(last);
    }
    if let Some(next) = groups.get(first + 1) {
        let joined = matches!(turn.gap(group.token), "/" | "-" | " / " | "." | " - " | "|")
            || (named && turn.gap(group.token) == " ");
        let ends = !matches!(turn.gap(next.token), "/" | "-" | ".") || groups.get(first + 2).is_none();
        if joined && ends && month(raw) && year(turn.raw(next.token)) && (named || turn.gap(group.token).contains('/'))
        {
            return Some(first + 1);
        }
    }
    let packed = matches!(raw.len(), 4 | 6) && month(raw.get(..2)?) && year(raw.get(2..)?);
    ((named || after) && packed).then_some(first)
}

/// `0 5 / 2 9`: four digits one by one; the last group.
fn spaced_expiry(turn: &NormalisedTurn<'_>, groups: &[Group], first: usize) -> Option<usize> {
    let window = groups.get(first..first + 4)?;
    let single = window.iter().all(|group| group.digits == 1);
    let digits: String = window.iter().map(|group| turn.raw(group.token)).collect();
    let month = digits.get(..2)?.parse::<u8>().ok().filter(|month| (1..=12).contains(month));
    (single && month.is_some() && groups.get(first + 4).is_none_or(|next| next.digits > 1)).then_some(first + 3)
}

/// Whether a card is spoken of anywhere in the turn.
fn pays(turn: &NormalisedTurn<'_>) -> bool {
    turn.tokens().iter().any(|token| token.word.cues.any(Cues::of(&[Cue::Card, Cue::Cvv])))
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check;

    #[test]
    fn the_end_of_a_card_goes() {
        check("card 4111111111111111 exp 12/27", "card [CREDIT_CARD] exp [CARD_EXPIRY]");
        check("card exp: 0 5 / 2 9", "card exp: [CARD_EXPIRY]");
    }

    #[test]
    fn the_end_of_other_things_stays() {
        check("the warranty expires 12/27", "the warranty expires 12/27");
    }
}
