//! What the conversation has asked for: a question arms kinds for the answers of the other side, and the arming decays.
//! Knows nothing of how answers are found.

use super::{
    gazetteer::Gap,
    token::{Class, NormalisedTurn, Token},
    words::{Cue, Cues},
};
use crate::conversation::Role;

/// How many turns of the other side a question stays armed.
const ANSWERS_MAX: u8 = 4;

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

/// A turn of more words than this is talk.
const PASSING_WORDS_MAX: usize = 8;

/// The questions in force, one of each side.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Dialogue {
    by_customer: Question,
    by_company: Question,
}

/// A question and how many answering turns it stays armed.
#[derive(Clone, Copy, Debug, Default)]
struct Question {
    cues: Cues,
    left: u8,
}

impl Dialogue {
    /// What a turn of `role` may be an answer to.
    pub(super) fn asked(&self, role: Role) -> Asked {
        let question = match Side::from(role) {
            Side::Customer => self.by_company,
            Side::Company => self.by_customer,
        };
        Asked { cues: if question.left > 0 { question.cues } else { Cues::default() } }
    }

    /// Takes note of a turn that was heard.
    pub(super) fn note(&mut self, role: Role, heard: Heard) {
        let (own, other) = match Side::from(role) {
            Side::Customer => (&mut self.by_customer, &mut self.by_company),
            Side::Company => (&mut self.by_company, &mut self.by_customer),
        };
        other.left = other.left.saturating_sub(1);
        match heard {
            Heard::Asks(cues) => *own = Question { cues, left: ANSWERS_MAX },
            Heard::Acknowledges => {}
            Heard::AsksElse => own.left = 0,
            Heard::Tells => own.left = own.left.saturating_sub(1),
        }
    }
}

/// What a turn does to the questions in force: its own question arms, an answer and other talk let the question in force
/// decay; short acknowledgements do not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// It asks for these kinds.
    Asks(Cues),
    /// It only acknowledges.
    Acknowledges,
    /// It asks for something that is no kind.
    AsksElse,
    /// Anything else.
    Tells,
}

/// What the last reading of a turn told, in which nothing was found and no number began. Whoever reads the turn again
/// behind the same question finds the same.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    /// What was asked for before it.
    pub(super) asked: Asked,
    /// What it does to the questions in force.
    pub(super) heard: Heard,
}

impl Heard {
    /// What a turn of `role` does.
    pub(super) fn of(role: Role, turn: &NormalisedTurn<'_>) -> Self {
        let side = Side::from(role);
        match may_ask(turn, side).then(|| question(turn, side)).flatten() {
            Some(cues) if !cues.is_empty() => Self::Asks(cues),
            _ if only_acknowledges(turn) => Self::Acknowledges,
            Some(_) if asks_else(turn) => Self::AsksElse,
            _ => Self::Tells,
        }
    }
}

/// Cues that name something else than the number that is being told: `and the last four` goes on with it.
const NAMING: Cues = Cues::MEANING.with(&[Cue::Currency, Cue::Unit]).without(Cue::Ending);

/// Whether the turn may stand between the parts of a number: a few words that name nothing.
pub(super) fn passes(turn: &NormalisedTurn<'_>) -> bool {
    let few = turn.tokens().len() <= PASSING_WORDS_MAX;
    let echo = |token: &Token| {
        token.is_digits()
            || token.word.number.is_some()
            || token.word.cues.any(Cues::of(&[Cue::Acknowledge, Cue::Filler, Cue::Correction]))
    };
    let asks = asks_aloud(turn) && !turn.tokens().iter().all(echo);
    only_acknowledges(turn)
        || (few && !asks && turn.tokens().iter().all(|token| token.word.cues & NAMING == Cues::default()))
}

/// Whether a question mark stands in the turn.
fn asks_aloud(turn: &NormalisedTurn<'_>) -> bool {
    turn.has_gap(Gap::ASK)
}

/// Whether the turn holds nothing but acknowledgements, digits that are read back and placeholders.
pub(super) fn only_acknowledges(turn: &NormalisedTurn<'_>) -> bool {
    !asks_aloud(turn)
        && turn.tokens().iter().all(|token| {
            let cues = Cues::of(&[Cue::Acknowledge, Cue::Filler]);
            matches!(token.class, Class::Digits | Class::Placeholder(_))
                || token.word.number.is_some()
                || token.word.cues.any(cues)
        })
}

/// A sentence of the company with at most this many words that names a kind asks for it: `and your postcode please`.
const DEMAND_WORDS_MAX: usize = 12;

/// What else than a card may expire.
const ENDING: Cues =
    Cues::of(&[Cue::Order, Cue::Passport, Cue::License, Cue::NationalId, Cue::Medical, Cue::Product, Cue::Tracking]);

/// Whether a turn may ask for something; most say by their marks and cues alone that they do not.
fn may_ask(turn: &NormalisedTurn<'_>, side: Side) -> bool {
    asks_aloud(turn) || turn.cues().any(Cues::MEANING) && (side == Side::Company || turn.cues().has(Cue::Ask))
}

/// The meaning cues of the last sentence that asks; of the sentence before it, where it only says `What is it?`.
fn question(turn: &NormalisedTurn<'_>, side: Side) -> Option<Cues> {
    let mut asked = None;
    let mut before = Cues::default();
    let (mut meaning, mut asks, mut denies, mut first) = (Cues::default(), false, false, 0);
    let mut lapses = false;
    let count = turn.tokens().len();
    for (index, marked) in turn.sentence_parts() {
        let Some(token) = turn.token(index) else { break };
        meaning |= token.word.cues & Cues::MEANING;
        asks |= token.word.cues.has(Cue::Ask);
        lapses |= token.word.cues.has(Cue::Lapse);
        denies |= token.word.cues.has(Cue::Negation) && is_never(turn.word(index));
        let gap = if marked { turn.gap(index).as_bytes() } else { &[] };
        if index + 1 != count && !ends_sentence(gap) {
            continue;
        }
        let vague = meaning == meaning & Cues::of(&[Cue::Travel, Cue::Ordinal]);
        let demand =
            || side == Side::Company && !vague && index + 1 - first <= DEMAND_WORDS_MAX && !states(turn, first, index);
        meaning = without_talk(meaning, turn, first, index);
        // When a contract or a passport ends is not when a card does.
        if meaning.has(Cue::Expiry) && (lapses || meaning.any(ENDING)) && !meaning.has(Cue::Card) {
            meaning = meaning.without(Cue::Expiry);
        }
        if gap.contains(&b'?') || (!denies && !meaning.is_empty() && (asks || demand())) {
            let own = if meaning.is_empty() { before } else { meaning };
            let known = asked.get_or_insert(own);
            *known = if own.is_empty() { *known } else { own };
        }
        if asked.is_none_or(Cues::is_empty) && side == Side::Company && !denies {
            asked = told_to_verify(turn, first, index).or(asked);
        }
        before = meaning;
        (meaning, asks, denies, first) = (Cues::default(), false, false, index + 1);
        lapses = false;
    }
    asked
}

/// Whether a sentence ends in a gap: a question mark, an exclamation mark, a line end, or a full stop and a space.
fn ends_sentence(gap: &[u8]) -> bool {
    gap.iter().any(|byte| matches!(byte, b'?' | b'!' | b'\n')) || gap.windows(2).any(|two| two == b". ")
}

/// Whether the turn asks for something that no cue names: `How much would you like to transfer?`. `What was that?` asks
/// for the same again.
fn asks_else(turn: &NormalisedTurn<'_>) -> bool {
    const ASKING: &[&str] = &[
        "what", "which", "how", "when", "why", "wie", "welche", "welcher", "welches", "wann", "warum", "combien",
        "quel", "quelle", "quels", "quelles", "cuanto", "cuantos", "cuanta", "cuantas", "quanto", "quanti", "quante",
        "quantos", "quantas", "qual", "quale", "quali", "cual", "hoeveel", "welk", "hvilken", "vilken",
    ];
    const AGAIN: &[&str] = &[
        "that", "it", "again", "repeat", "say", "spell", "rest", "next", "sorry", "pardon", "one", "this", "last",
        "es", "das", "nochmal", "ca", "cela", "eso", "otra", "isso", "questo", "dat", "det",
    ];
    const INITIALS: u32 = initials(ASKING);
    let words = || (0..turn.tokens().len()).map(|index| turn.word(index));
    let asking = |word: &str| {
        word.bytes().next().is_some_and(|first| INITIALS >> (first & 31) & 1 == 1) && ASKING.contains(&word)
    };
    let again = words().any(|word| AGAIN.contains(&word));
    !again && (turn.tokens().len() > 3 && words().any(asking) || names_another(turn))
}

/// `And breed?`: a noun with a question mark, which no cue knows, asks for what it names.
fn names_another(turn: &NormalisedTurn<'_>) -> bool {
    let count = turn.tokens().len();
    let noun = |token: &Token| {
        let known = (1..3).contains(&token.entry.ordinary) && token.entry.given < 2;
        token.is_word() && token.word.cues.is_empty() && token.word.number.is_none() && known
    };
    (1..4).contains(&count) && asks_aloud(turn) && turn.tokens().last().is_some_and(noun)
}

/// One bit for the first letter of each word, so that most other words need no comparison.
const fn initials(words: &[&str]) -> u32 {
    let (mut bits, mut rest) = (0, words);
    while let [word, others @ ..] = rest {
        if let [first, ..] = word.as_bytes() {
            bits |= 1 << (*first & 31);
        }
        rest = others;
    }
    bits
}

/// `… two security questions, your memorable word`: what stands behind the last possessive of a sentence that says that
/// something is checked.
fn told_to_verify(turn: &NormalisedTurn<'_>, first: usize, last: usize) -> Option<Cues> {
    let checks =
        |at: usize| matches!(turn.word(at), "questions" | "check" | "verify" | "verification" | "confirm" | "security");
    let own = |at: &usize| turn.token(*at).is_some_and(|token| token.word.cues.has(Cue::Possessive));
    let begin = (last.saturating_sub(4).max(first)..last).rev().find(own)?;
    let cues =
        (begin + 1..=last).filter_map(|at| turn.token(at)).fold(Cues::default(), |cues, token| cues | token.word.cues);
    let cues = cues & Cues::MEANING;
    ((first..begin).any(checks) && !cues.is_empty()).then_some(cues)
}

/// Whether a word asks when something was done with a secret, or how long it is, and not for the secret.
fn asks_about(word: &str) -> bool {
    matches!(
        word,
        "when"
            | "wann"
            | "quand"
            | "cuando"
            | "quando"
            | "wanneer"
            | "kiedy"
            | "lately"
            | "recently"
            | "changed"
            | "longer"
            | "shorter"
            | "langer"
            | "kurzer"
            | "damaged"
            | "smudged"
    )
}

/// What is asked for, less the secrets and numbers that the sentence only talks about: `When did you change your
/// password?`. A code that is an error or a product's is no secret.
fn without_talk(asked: Cues, turn: &NormalisedTurn<'_>, first: usize, last: usize) -> Cues {
    let plain = if asked.any(STATED) { asked.without(Cue::Code) } else { asked };
    let talked = plain.any(Cues::of(TOLD)) && (first..=last).any(|at| asks_about(turn.word(at)));
    if talked { TOLD.iter().fold(plain, |cues, told| cues.without(*told)) } else { plain }
}

/// What a question with `when` or `longer than` does not ask for.
const TOLD: &[Cue] = &[Cue::Password, Cue::Pin, Cue::Username, Cue::Order, Cue::Address];

/// What says that a code is no secret.
const STATED: Cues = Cues::of(&[Cue::ErrorCode, Cue::Travel]);

/// `We never ask for your PIN` asks for nothing.
fn is_never(word: &str) -> bool {
    matches!(word, "never" | "niemals" | "nie" | "nunca" | "jamais" | "nooit" | "mai" | "don" | "not")
}

/// Whether the sentence says something of the thing it names (`your card is blocked`) instead of asking for it.
fn states(turn: &NormalisedTurn<'_>, first: usize, last: usize) -> bool {
    let sentence = turn.tokens().get(first..=last).unwrap_or_default();
    sentence.iter().any(|token| token.word.cues.has(Cue::Copula) && token.span.len() > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(turns: &[(Role, &str)], answering: Role, cue: Cue, expected: bool) {
        let mut dialogue = Dialogue::default();
        for (role, text) in turns {
            dialogue.note(*role, Heard::of(*role, &NormalisedTurn::new(text)));
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
        check(&[ask, talk, talk, talk, talk], Role::Customer, Cue::Pin, false);
        check(&[(Role::Agent, "Please confirm the card number.")], Role::Customer, Cue::Card, true);
        check(&[(Role::Agent, "Your card is blocked.")], Role::Customer, Cue::Card, false);
    }
}

#[cfg(test)]
mod row_tests {
    use crate::redact::testing::check_turns;

    #[test]
    fn answers_go() {
        check_turns(&["A:What's your PIN?", "C:4471"], &["What's your PIN?", "[PIN]"]);
        check_turns(
            &["A:And the order number?", "C:it's 20394857"],
            &["And the order number?", "it's [ORDER_NUMBER_1]"],
        );
        check_turns(&["A:last four of your social?", "C:6391"], &["last four of your social?", "[NATIONAL_ID_1]"]);
    }

    #[test]
    fn what_was_not_asked_for_stays() {
        check_turns(
            &["A:We never ask for your PIN.", "C:good, 4471 of you?"],
            &["We never ask for your PIN.", "good, 4471 of you?"],
        );
    }
}
