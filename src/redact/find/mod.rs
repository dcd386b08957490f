//! The finders: each reads a normalised turn and hands in candidates. Knows nothing of placeholders or of how overlaps
//! are settled.

mod affix;
mod answer;
mod answer_value;
mod birth;
mod code;
mod context;
mod date;
mod describing;
mod email;
mod email_spoken;
mod extend;
mod form;
mod forms;
mod glued;
mod handle;
mod iban;
mod net;
mod number;
mod passphrase;
mod plate;
mod secret;
mod shapes;
mod url;
mod url_spoken;

use super::{
    Kind, candidate::Candidate, dialogue::Asked, gazetteer::Reading, people, places, token::NormalisedTurn, words::Cues,
};
use crate::conversation::{Part, Role};

/// What a finder may look at.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    /// The turn itself.
    pub(super) turn: &'a NormalisedTurn<'a>,
    /// Who speaks.
    pub(super) role: Role,
    /// Subject, body or quoted text.
    pub(super) part: Part,
    /// What earlier turns asked for.
    pub(super) asked: &'a Asked,
    /// Regions whose telephone numbers are expected in national form.
    pub(super) regions: &'a [Region],
}

/// Every finder, in no particular order: [`super::resolve`] chooses among what they hand in.
const FINDERS: &[fn(&View<'_>, &mut Vec<Candidate>)] = &[
    email::find,
    email_spoken::find,
    number::find,
    form::find,
    code::find,
    plate::find,
    iban::find,
    net::find,
    url::find,
    url_spoken::find,
    glued::find,
    secret::find,
    answer::find,
    handle::find,
    birth::find,
];

/// The candidates of a turn with a structure: all but people and places.
pub(super) fn structured(view: &View<'_>) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for find in FINDERS {
        find(view, &mut candidates);
    }
    affix::widen(view.turn, &mut candidates);
    candidates
}

/// All candidates of a turn.
pub(super) fn all(view: &View<'_>) -> Vec<Candidate> {
    let mut candidates = structured(view);
    let reading = Reading::new(view.turn);
    people::find(view, &reading, &mut candidates);
    places::find(view, &reading, &mut candidates);
    candidates
}

pub(super) use number::{Region, card_network, digit_runs};

/// All meaning cues around tokens `first..=last`, the question in force included.
pub(super) fn cues_around(view: &View<'_>, first: usize, last: usize) -> Cues {
    let labels = context::Labels::around(view.turn, first, last, view.asked);
    labels.hints().fold(labels.asked, |cues, more| cues | more)
}

/// What the cues make of a number of `length` digits.
pub(super) fn kind_for(cues: Cues, length: usize) -> Option<Kind> {
    number::rows(cues).find(|row| (row.min..=row.max).contains(&length)).and_then(|row| row.kind)
}
