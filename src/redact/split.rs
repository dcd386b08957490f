//! Numbers that are said over several turns: which part of a turn may be a fragment, and what the fragments are
//! together. Knows nothing of how turns are stored.

use super::{
    Kind,
    candidate::Candidate,
    check,
    dialogue::Side,
    find::{self, View},
    flags::Flags,
    held::Waiting,
    token::{Class, NormalisedTurn, Token},
    words::{Cue, Cues},
};
use crate::text::Span;

/// How many turns a number may take, the other side's included.
pub(super) const TURNS_MAX: u32 = 8;

/// Digits of a turn that may be a part of a longer number.
#[derive(Debug)]
pub(super) struct Fragment {
    /// Where they stand in the normalised turn.
    pub(super) span: Span,
    /// The digits.
    pub(super) digits: String,
    /// Whether nothing but lead-in stands before them.
    pub(super) leads: bool,
    /// Whether nothing but fillers stands behind them.
    pub(super) trails: bool,
    /// Whether they are said rather than written.
    pub(super) spoken: bool,
    /// What the words before them and the question in force say they are.
    pub(super) cues: Cues,
}

/// Fragments of one number.
#[derive(Debug)]
pub(super) struct Chain {
    /// Who says the number.
    pub(super) side: Side,
    /// The turn it began in.
    pub(super) began: u32,
    /// All digits so far.
    pub(super) digits: String,
    /// What it was said to be.
    pub(super) cues: Cues,
    /// Its pieces, the other side's repetitions included.
    pub(super) pieces: Vec<Waiting>,
    /// How many pieces the side itself said.
    pub(super) said: usize,
}

/// Whether a number may begin in a turn that nothing goes on with: its digits stand at its end, or nothing but lead-in
/// stands before them. Cheap, and never wrong about a turn that may.
pub(super) fn may_begin(turn: &NormalisedTurn<'_>) -> bool {
    let numbers = || turn.flagged(Flags::DIGITS.and(Flags::NUMBER)).map(|(index, _)| index);
    let (Some(first), Some(last)) = (numbers().next(), numbers().last()) else { return false };
    let trails = turn.token(last + 1).is_none_or(|next| {
        next.word.cues.any(Cues::of(&[
            Cue::Filler,
            Cue::Acknowledge,
            Cue::Correction,
            Cue::SpellAs,
            Cue::Dash,
            Cue::Slash,
        ])) || turn.flags(last + 1).any(Flags::LETTER)
            || next.word.cues.has(Cue::Quadruple)
    });
    trails && ends_open(turn) || (0..first).all(|index| leads_in(turn, index))
}

/// Whether a run of digits may reach the end of the turn, or all but fillers: they, digits and letters stand there, or a
/// word that spells a letter (`b for bravo`, `x ray`).
fn ends_open(turn: &NormalisedTurn<'_>) -> bool {
    let Some(last) = turn.tokens().len().checked_sub(1) else { return false };
    let has = |index: usize, cues: Cues| turn.token(index).is_some_and(|token| token.word.cues.any(cues));
    let spelled =
        || (1..=2).any(|back| last >= back && has(last - back, Cue::SpellAs.into())) || turn.word(last) == "ray";
    turn.flags(last).any(Flags::DIGITS.and(Flags::NUMBER).and(Flags::LETTER))
        || has(last, Cues::of(&[Cue::Filler, Cue::Acknowledge, Cue::Quadruple]))
        || spelled()
}

/// The fragment at the end (or, for a continuation, at the start) of a turn.
pub(super) fn fragment(view: &View<'_>, continues: bool) -> Option<Fragment> {
    let turn = view.turn;
    let mut runs = find::digit_runs(turn);
    let run = if continues { runs.next()? } else { runs.last()? };
    let leads = (0..run.first).all(|index| leads_in(turn, index));
    let trails = (run.last + 1..turn.tokens().len()).all(|index| {
        turn.token(index).is_some_and(|token| token.word.cues.any(Cues::of(&[Cue::Filler, Cue::Acknowledge])))
    });
    let cues = find::cues_around(view, run.first, run.last);
    Some(Fragment {
        span: turn.span(run.first, run.last),
        digits: run.digits(turn),
        leads,
        trails,
        spoken: turn.token(run.first).is_some_and(Token::is_word),
        cues,
    })
}

/// `it's`, `then`, `and`, `yes`, `the next is`.
fn leads_in(turn: &NormalisedTurn<'_>, index: usize) -> bool {
    turn.token(index).is_some_and(|token| {
        token.class == Class::Word
            && (token.word.cues.any(Cues::of(&[Cue::Filler, Cue::Acknowledge, Cue::Copula, Cue::NumberNoun]))
                || matches!(turn.word(index), "it" | "that" | "the" | "last" | "finally" | "first"))
    })
}

impl Fragment {
    /// Whether these digits may begin a number that goes on in later turns.
    pub(super) fn may_begin(&self) -> bool {
        const NUMBERED: Cues = Cues::of(&[
            Cue::Card,
            Cue::Phone,
            Cue::NationalId,
            Cue::TaxId,
            Cue::Account,
            Cue::Routing,
            Cue::Iban,
            Cue::Order,
            Cue::Tracking,
            Cue::Passport,
            Cue::License,
            Cue::Medical,
            Cue::Pin,
            Cue::Cvv,
            Cue::Code,
        ]);
        const OTHER: Cues =
            Cues::of(&[Cue::Money, Cue::Version, Cue::Product, Cue::ErrorCode, Cue::Travel, Cue::Ending, Cue::Ordinal]);
        let named = self.cues.any(NUMBERED);
        let length = if named { 2..=18 } else { 3..=18 };
        let open = self.trails || (self.leads && self.digits.len() >= 4 && (named || self.spoken));
        open && length.contains(&self.digits.len()) && (self.leads || named) && (named || !self.cues.any(OTHER))
    }

    /// Whether these digits may go on with a number of earlier turns.
    pub(super) fn may_continue(&self) -> bool {
        self.leads && self.digits.len() <= 18
    }
}

impl Chain {
    /// What the fragments are together; `None` if they are nothing that must go.
    pub(super) fn kind(&self) -> Option<Kind> {
        let length = self.digits.len();
        if self.said < 2 {
            return None;
        }
        if check::luhn(&self.digits) && (13..=19).contains(&length) && find::card_network(&self.digits) {
            return Some(Kind::CreditCard);
        }
        let named = find::kind_for(self.cues, length);
        let named =
            named.filter(|kind| !matches!(kind, Kind::Vehicle | Kind::DateOfBirth | Kind::Postcode | Kind::Username));
        match length {
            _ if named.is_some() => named,
            13..=19 => Some(Kind::CreditCard),
            9..=12 => Some(Kind::Phone),
            20.. => Some(Kind::OrderNumber),
            _ => None,
        }
    }
}

/// Whether a candidate covers the fragment already.
pub(super) fn covered(candidates: &[Candidate], span: Span) -> Option<&Candidate> {
    candidates.iter().find(|candidate| candidate.span.overlaps(span))
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check_turns;

    #[test]
    fn numbers_told_over_several_turns_go() {
        check_turns(
            &["A:What is your card number?", "C:4111 1111", "A:uh huh", "C:1111 1111"],
            &["What is your card number?", "[CREDIT_CARD]", "uh huh", "[CREDIT_CARD]"],
        );
        check_turns(
            &["C:my number is oh two oh", "A:yes", "C:seven nine four six", "A:mm-hm", "C:oh nine five eight"],
            &["my number is [PHONE_1]", "yes", "[PHONE_1]", "mm-hm", "[PHONE_1]"],
        );
    }

    #[test]
    fn quantities_in_a_row_of_answers_stay() {
        check_turns(&["A:how many?", "C:25", "A:and boxes?", "C:3"], &["how many?", "25", "and boxes?", "3"]);
    }
}
