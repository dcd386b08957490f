//! Dates that identify: dates of birth, and the expiry of a card where it is said with the name of a month. Any date,
//! written or spoken, where the words around or a question make it one.

use super::{View, context::Labels, date};
use crate::redact::{
    Kind, Likelihood,
    candidate::Candidate,
    flags::Flags,
    token::{NormalisedTurn, Token},
    words::{Cue, Cues},
};

/// What makes a date one of these.
const LABELS: Cues = Cues::of(&[Cue::Birth, Cue::Expiry, Cue::SecurityAnswer]);

/// No label stands farther before or behind the first token of its date than this; behind it a row of dates may lie
/// between.
const LABEL_BEFORE_MAX: usize = 15;
const LABEL_BEHIND_MAX: usize = 120;

/// What says that a date was one of birth ends so many words behind it at most: `is in fact my husband's date of birth`.
const TOLD_BEHIND_MAX: usize = 8;

/// Finds dates of birth and spoken expiries.
pub(in crate::redact) fn find(view: &View<'_>, out: &mut Vec<Candidate>) {
    let turn = view.turn;
    let asked = view.asked.cues().any(LABELS);
    if !asked && !turn.cues().any(LABELS) {
        return;
    }
    let mut labels = turn.cued(LABELS).map(|(at, _)| at).peekable();
    let carded = out.iter().any(|candidate| candidate.kind == Kind::CreditCard);
    let answers = |words: usize| view.asked.has(Cue::Birth) && turn.tokens().len() <= words;
    let (told, long) = (answers(ANSWER_WORDS_MAX), answers(LONG_ANSWER_WORDS_MAX));
    let flags = if long { Flags::default() } else { Flags::DIGITS.and(Flags::NUMBER) };
    let all = turn.tokens().iter().enumerate().filter(|_| long);
    let mut done = 0;
    for (index, token) in all.chain(turn.flagged(flags)) {
        while labels.next_if(|label| label + LABEL_BEFORE_MAX < index).is_some() {}
        let near = asked || labels.peek().is_some_and(|label| *label <= index + LABEL_BEHIND_MAX);
        if index < done || !near {
            continue;
        }
        if let Some(last) = piece(turn, index).filter(|_| told) {
            out.push(Candidate::new(turn.span(index, last), Kind::DateOfBirth, Likelihood::Possible, "asked-by-agent"));
        }
        let Some(found) =
            (begins(token) || long && date::is_turkish(turn, index)).then(|| date_here(view, index)).flatten()
        else {
            continue;
        };
        let labels = Labels::around(turn, index, found.last, view.asked);
        // `the third of June` is said with its article.
        let article = (index > 0 && turn.word(index - 1) == "the")
            || (index == 1 && matches!(turn.word(0), "el" | "le" | "der" | "am" | "il" | "den" | "dem"));
        let ends =
            index > 1 && turn.word(index - 1) == "of" && matches!(turn.word(index - 2), "end" | "start" | "beginning");
        let first = index - if ends { 2 } else { usize::from(article) };
        if let Some((kind, reason)) = meaning(&labels, &found, carded, told_birth(turn, first, found.last)) {
            let candidate = Candidate::new(turn.span(first, found.last), kind, Likelihood::VeryLikely, reason);
            out.push(if labels.hints().next().is_none() { candidate.because("asked-by-agent") } else { candidate });
        }
        done = found.last + 1;
    }
}

/// Whether `born`, `geb.` or the like stands right before the date, or a small word between; or whether the same sentence goes
/// on to say what the date is: `is my date of birth`.
fn told_birth(turn: &NormalisedTurn<'_>, first: usize, last: usize) -> bool {
    let has = |at: usize, cue: Cue| turn.token(at).is_some_and(|token| token.word.cues.has(cue));
    let same = |at: &usize| !turn.gap_before(*at).contains(['.', '?', '!', ';', '\n']);
    (first.saturating_sub(2)..first).any(|at| has(at, Cue::Birth))
        || has(last + 1, Cue::Copula)
            && (last + 1..=last + TOLD_BEHIND_MAX).take_while(same).any(|at| has(at, Cue::Birth))
}

fn begins(token: &Token) -> bool {
    !token.is_word() || token.word.number.is_some() || token.word.cues.any(Cues::of(&[Cue::Month, Cue::DayWord]))
}

/// The date at this token; where birth is spoken of, also one without the name of a month.
fn date_here(view: &View<'_>, index: usize) -> Option<date::Date> {
    date::date_at(view.turn, index).or_else(|| {
        let loose = date::loose(view.turn, index)?;
        let labels = Labels::around(view.turn, index, loose.last, view.asked);
        let other = labels.hints().next().is_some_and(|cues| !cues.any(LABELS));
        (!other && (labels.has(Cue::Birth) || labels.has(Cue::Expiry))).then_some(loose)
    })
}

/// `told`: the word before it says that it is a birth.
fn meaning(labels: &Labels, found: &date::Date, carded: bool, told: bool) -> Option<(Kind, &'static str)> {
    let near = told || labels.sentence.has(Cue::Birth) || labels.hints().next().is_none_or(|cues| cues.has(Cue::Birth));
    if labels.has(Cue::Birth) && near && (found.full || told) {
        return Some((Kind::DateOfBirth, "context:birth"));
    }
    if found.full && labels.hints().next().is_some_and(|cues| cues.has(Cue::SecurityAnswer)) {
        return Some((Kind::Password, "context:security-answer"));
    }
    let payment = carded || labels.has(Cue::Card) || labels.has(Cue::Cvv) || labels.asked.has(Cue::Expiry);
    (labels.has(Cue::Expiry) && payment && found.month).then_some((Kind::CardExpiry, "context:expiry"))
}

/// An answer has at most this many words to be a part of a date that is told over several turns.
const ANSWER_WORDS_MAX: usize = 7;

/// An answer has at most this many words to be read word by word.
const LONG_ANSWER_WORDS_MAX: usize = 12;

/// The last token of a day, a month or a year alone, where a date of birth was asked for.
fn piece(turn: &NormalisedTurn<'_>, index: usize) -> Option<usize> {
    let dated = |at: usize| {
        turn.token(at).is_some_and(|token| {
            token.word.cues.any(Cues::of(&[Cue::DayWord, Cue::Month])) || token.word.number.is_some()
        })
    };
    let small = |at: usize| matches!(turn.word(at), "the" | "of" | "de");
    let starts = dated(index) || (small(index) && dated(index + 1));
    let fresh = index == 0 || !(dated(index - 1) || small(index - 1));
    let last =
        (index..index + ANSWER_WORDS_MAX).take_while(|at| dated(*at) || small(*at)).filter(|at| dated(*at)).last()?;
    let told = (index..=last)
        .any(|at| turn.token(at).is_some_and(|token| token.word.cues.any(Cues::of(&[Cue::DayWord, Cue::Month]))));
    (starts && fresh && told).then_some(last)
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check;

    #[test]
    fn dates_of_birth_go() {
        check("born on 12/05/1987 in Leeds", "born on [DATE_OF_BIRTH_1] in Leeds");
        check("the third of june nineteen fifty one is my date of birth", "[DATE_OF_BIRTH_1] is my date of birth");
        check("dob: March 3, 1990", "dob: [DATE_OF_BIRTH_1]");
        check(
            "I called yesterday. 12/05/1987 is my date of birth.",
            "I called yesterday. [DATE_OF_BIRTH_1] is my date of birth.",
        );
        check(
            "my order is late and 12/05/1987 is my date of birth",
            "my order is late and [DATE_OF_BIRTH_1] is my date of birth",
        );
        check("born 12  June\t1951", "born [DATE_OF_BIRTH_1]");
    }

    #[test]
    fn other_dates_stay() {
        check("delivered on 12/05/2025", "delivered on 12/05/2025");
        check("My order is late. 12/05/2025 was the date", "My order is late. 12/05/2025 was the date");
    }
}
