//! Where the answer to a question for a name begins: behind `yes`, `it's`, `mit`, `c'est`. Knows nothing of names.

use crate::redact::{
    find::View,
    gazetteer::{Class, Classes, Gap, Reading},
    token::Token,
    words::{Cue, Cues},
};

/// Most words before an answer.
const WORDS_MAX: usize = 6;

/// Words that lead to a name and are none.
const LEADS: Cues = Cues::of(&[Cue::Acknowledge, Cue::Filler, Cue::Copula, Cue::Possessive, Cue::Name]);

/// The token with which the answer begins, where a name was asked for.
pub(super) fn start(view: &View<'_>, reading: &Reading<'_>) -> Option<usize> {
    if !view.asked.has(Cue::Name) || reading.len() == 0 {
        return None;
    }
    // `le goff`: the particle is a part of the name.
    let particle = reading.entry(0).is(Class::Particle) && reading.turn.raw(0).len() > 1 && reading.len() < 4;
    if particle && reading.turn.word(0) != "der" && reading.entry(1).given < 2 && !points(reading, 0) {
        return Some(0);
    }
    let first = (0..WORDS_MAX).find(|at| !leads(reading, *at));
    first.filter(|at| *at < reading.len() && !names_a_value(reading, *at) && !points(reading, *at))
}

/// `na mnie`, `on mine`: the speaker, without a name.
fn points(reading: &Reading<'_>, at: usize) -> bool {
    const SPEAKER: &[&str] = &[
        "mnie", "mij", "moi", "mir", "mich", "me", "mim", "mig", "meg", "mien", "mio", "mine", "benim", "myself", "us",
        "nous", "uns", "noi", "nosotros", "ons", "nas", "mea", "mie",
    ];
    (at..at + 2).any(|at| at + 1 == reading.len() && SPEAKER.contains(&reading.turn.word(at)))
}

/// `CPF 123…`, `seven`: a number or the word for one answers another part of the question.
fn names_a_value(reading: &Reading<'_>, at: usize) -> bool {
    let value = |token: &Token| {
        token.word.number.is_some() || token.word.cues.any(Cues::MEANING.without(Cue::Name).with(&[Cue::DayWord]))
    };
    reading.entry(at).given < 2 && reading.turn.token(at).is_some_and(value)
}

/// Whether token `at` leads to the answer.
fn leads(reading: &Reading<'_>, at: usize) -> bool {
    const WORDS: Classes = Classes::of(&[Class::Greeting, Class::Title, Class::Lead]);
    let entry = reading.entry(at);
    let cued = reading.turn.token(at).is_some_and(|token| token.word.cues.any(LEADS));
    let marked = !reading.before(at + 1).only(Gap::SPACE.and(Gap::QUOTE));
    let letter = reading.turn.raw(at).len() == 1 && reading.before(at + 1) != Gap::QUOTE && !entry.is(Class::Lead);
    let small = entry.is(Class::Lead) && entry.ordinary > 2;
    // `doctor okonjo`
    let next = reading.entry(at + 1);
    let titled = entry.is(Class::WeakTitle) && entry.given < 2 && (next.is_unknown() || next.surname > 1);
    (entry.classes.any(WORDS) || cued || titled)
        && !letter
        && (entry.given < 2 || marked || small)
        && at + 1 < reading.len()
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check_answer as check;

    #[test]
    fn answers_begin_behind_a_few_words() {
        check("Could I have your full name please?", "yes it's grace price", "yes it's [PERSON_1]");
        check("What's your name?", "sure, Marcus Friend", "sure, [PERSON_1]");
        check("Mit wem spreche ich?", "mit Wiebke Neu", "mit [PERSON_1]");
        check("Pode me dizer seu nome completo?", "sim, Rui Guerra", "sim, [PERSON_1]");
        check("¿Con quién hablo?", "con Íñigo Mesa", "con [PERSON_1]");
        check("A chi è intestato?", "brambilla", "[PERSON_1]");
    }

    #[test]
    fn what_is_no_answer_stays() {
        check("Could I have your name please?", "yes it's on the invoice", "yes it's on the invoice");
        check("What's your name?", "why do you ask", "why do you ask");
        check("Na kogo jest umowa?", "na mnie", "na mnie");
    }
}
