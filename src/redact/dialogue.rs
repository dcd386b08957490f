//! What the conversation has asked for: a question arms kinds for the answers of the other side, and the arming decays.
//! Knows nothing of how answers are found.

use super::{
    token::{Class, NormalisedTurn},
    words::{Cue, Cues},
};
use crate::conversation::Role;

/// How many turns of the other side a question stays armed.
const ANSWERS_MAX: u8 = 3;

/// What the question in force asks for, as the finders see it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Asked {
    cues: Cues,
}

impl Asked {
    /// What is asked for now.
    pub(super) fn cues(&self) -> Cues {
        self.cues
    }

    /// Whether `cue` is asked for.
    pub(super) fn has(&self, cue: Cue) -> bool {
        self.cues.has(cue)
    }
}

/// Which side of the counter speaks: questions of one side are answered by the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The customer.
    Customer,
    /// Staff and machines.
    Company,
}

impl From<Role> for Side {
    fn from(role: Role) -> Self {
        match role {
            Role::Customer => Self::Customer,
            Role::Agent | Role::Automated => Self::Company,
        }
    }
}

/// The question in force.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dialogue {
    question: Option<(Side, Cues)>,
    left: u8,
}

impl Dialogue {
    /// What a turn of `role` may be an answer to.
    pub(super) fn asked(&self, role: Role) -> Asked {
        match self.question {
            Some((by, cues)) if by != role.into() && self.left > 0 => Asked { cues },
            _ => Asked::default(),
        }
    }

    /// Takes note of a turn: a question arms, any other turn lets the question in force decay; short acknowledgements
    /// do not count.
    pub(super) fn heard(&mut self, role: Role, turn: &NormalisedTurn<'_>) {
        let side = role.into();
        if let Some(cues) = question(turn) {
            (self.question, self.left) = (Some((side, cues)), ANSWERS_MAX);
        } else if self.question.is_some_and(|(by, _)| by != side) || !only_acknowledges(turn) {
            self.left = self.left.saturating_sub(1);
        }
    }
}

/// Whether the turn holds nothing but acknowledgements, digits that are read back and placeholders.
pub(super) fn only_acknowledges(turn: &NormalisedTurn<'_>) -> bool {
    !turn.text().contains('?')
        && turn.tokens().iter().all(|token| {
            let cues = Cues::of(&[Cue::Acknowledge, Cue::Filler]);
            matches!(token.class, Class::Digits | Class::Placeholder(_))
                || token.word.number.is_some()
                || token.word.cues.any(cues)
        })
}

/// The meaning cues of the sentences that ask; `None` if none does.
fn question(turn: &NormalisedTurn<'_>) -> Option<Cues> {
    let mut asked = None;
    let (mut meaning, mut asks) = (Cues::default(), false);
    let count = turn.tokens().len();
    for (index, token) in turn.tokens().iter().enumerate() {
        meaning |= token.word.cues & Cues::MEANING;
        asks |= token.word.cues.has(Cue::Ask);
        let gap = turn.gap(index);
        let ends = index + 1 == count || gap.contains(['?', '!', '\n']) || gap.contains(". ");
        if !ends {
            continue;
        }
        if gap.contains('?') || (asks && !meaning.is_empty()) {
            let known = asked.get_or_insert(Cues::default());
            // A later question replaces an earlier one, unless it only asks for a confirmation.
            *known = if meaning.is_empty() { *known } else { meaning };
        }
        (meaning, asks) = (Cues::default(), false);
    }
    asked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(turns: &[(Role, &str)], answering: Role, cue: Cue, expected: bool) {
        let mut dialogue = Dialogue::default();
        for (role, text) in turns {
            dialogue.heard(*role, &NormalisedTurn::new(text));
        }
        assert_eq!(dialogue.asked(answering).has(cue), expected);
    }

    #[test]
    fn a_question_arms_its_kind_for_the_other_side_and_decays() {
        let ask = (Role::Agent, "And what's your PIN?");
        check(&[ask], Role::Customer, Cue::Pin, true);
        check(&[ask], Role::Agent, Cue::Pin, false);
        check(&[ask, (Role::Customer, "hold on"), (Role::Agent, "okay")], Role::Customer, Cue::Pin, true);
        check(&[ask, (Role::Agent, "What is the error code?")], Role::Customer, Cue::Pin, false);
        let talk = (Role::Customer, "I do not remember it right now");
        check(&[ask, talk, talk, talk], Role::Customer, Cue::Pin, false);
        check(&[(Role::Agent, "Please confirm the card number.")], Role::Customer, Cue::Card, true);
        check(&[(Role::Agent, "Your card is blocked.")], Role::Customer, Cue::Card, false);
    }
}
