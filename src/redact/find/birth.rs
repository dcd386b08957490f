//! Dates of birth: any date, written or spoken, where birth is spoken of or was asked for.

use super::{View, context::Labels, date};
use crate::redact::{Kind, Likelihood, candidate::Candidate, words::Cue};

/// Finds dates of birth.
pub(in crate::redact) fn find(view: &View<'_>, out: &mut Vec<Candidate>) {
    let turn = view.turn;
    let mut index = 0;
    while let Some(token) = turn.token(index) {
        let begins = !token.is_word()
            || token.word.number.is_some()
            || token.word.cues.has(Cue::Month)
            || token.word.cues.has(Cue::DayWord);
        let Some(found) = begins.then(|| date::date_at(turn, index)).flatten() else {
            index += 1;
            continue;
        };
        let labels = Labels::around(turn, index, found.last, view.asked);
        let nearest = labels.hints().next().is_none_or(|cues| cues.has(Cue::Birth)) || labels.sentence.has(Cue::Birth);
        let asked = labels.asked.has(Cue::Birth);
        if found.full && labels.has(Cue::Birth) && (nearest || asked) {
            let candidate = Candidate::new(
                turn.span(index, found.last),
                Kind::DateOfBirth,
                Likelihood::VeryLikely,
                "context:birth",
            );
            out.push(if asked { candidate.because("asked-by-agent") } else { candidate });
        }
        index = found.last + 1;
    }
}
