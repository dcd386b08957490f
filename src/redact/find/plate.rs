//! Number plates in groups right behind the word that names them: `rejestracja WPI 4417K`, `plates CJ 41 KXZ`. Knows
//! nothing of how a country forms them: letters and digits, few groups, few signs.

use super::View;
use crate::redact::{
    Kind, Likelihood,
    candidate::Candidate,
    flags::Flags,
    token::{Case, Class, NormalisedTurn, Token, is_space},
    words::{Cue, Cues},
};

/// Most words between the name and the plate: `is`, `number`.
const LEADS_MAX: usize = 3;

/// A plate has at most this many groups, and so many letters and digits.
const GROUPS_MAX: usize = 4;
const CHARS: std::ops::RangeInclusive<usize> = 5..=8;

/// A group has at most this many letters.
const LETTERS_MAX: u32 = 3;

/// Capitals that are units, currencies, months, makes and trims of vehicles, or names of what is set or sold: no group of a
/// plate.
const OTHERWISE: &[&str] = &[
    "mm", "cm", "kg", "km", "hp", "kw", "eur", "usd", "gbp", "chf", "pln", "sek", "nok", "dkk", "jan", "feb", "mar",
    "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec", "maj", "mai", "okt", "dez", "bmw", "vw", "kia",
    "amg", "tdi", "tsi", "gti", "gtd", "cdi", "hdi", "dci", "xlt", "awd", "fwd", "rwd", "suv", "lte", "hdr", "iso",
    "ipc", "usb", "gps", "abs", "gs", "xl",
];

/// Finds plates behind their label.
pub(super) fn find(view: &View<'_>, out: &mut Vec<Candidate>) {
    let turn = view.turn;
    if turn.tokens().len() <= GROUPS_MAX && view.asked.has(Cue::Vehicle) {
        push(turn, 0, out);
    }
    if turn.has(Flags::DIGITS) {
        // `van FX21 KUV`: the vehicle itself, not a word for its plate.
        let groups = turn.flagged(Flags::DIGITS).filter(|(_, token)| !token.is_word());
        let firsts = groups.filter_map(|(at, _)| behind_vehicle(turn, at));
        firsts.for_each(|first| push(turn, first, out));
    }
    if !turn.cues().has(Cue::Vehicle) {
        return;
    }
    for (label, _) in turn.cued(Cue::Vehicle.into()) {
        let lead = |at: &usize| {
            let cues = Cues::of(&[Cue::Copula, Cue::NumberNoun, Cue::Vehicle]);
            turn.token(*at).is_some_and(|token| token.word.cues.any(cues)) && turn.gap(*at - 1).len() <= 2
        };
        let first = label + 1 + (label + 1..=label + LEADS_MAX).take_while(lead).count();
        push(turn, first, out);
    }
}

/// The token behind the name of a vehicle, where that is the group with digits at token `at` or the capitals before it.
fn behind_vehicle(turn: &NormalisedTurn<'_>, at: usize) -> Option<usize> {
    const VEHICLES: &[&str] = &[
        "van",
        "truck",
        "lorry",
        "trailer",
        "taxi",
        "cab",
        "auto",
        "moto",
        "coche",
        "camion",
        "carro",
        "voiture",
        "wagen",
        "wozek",
        "bil",
        "bilen",
        "motorbike",
        "scooter",
        "suv",
        "pickup",
        "ute",
        "bus",
        "coach",
        "minibus",
        "lkw",
        "pkw",
    ];
    let mixed = turn.token(at).is_some_and(|token| token.class == Class::Mixed);
    let upper = |at: usize| turn.token(at).is_some_and(|token| token.is_word() && token.case == Case::Upper);
    let first = [at, at.wrapping_sub(1)].into_iter().find(|first| {
        first.checked_sub(1).is_some_and(|noun| VEHICLES.contains(&turn.word(noun)) && turn.gap(noun) == " ")
    })?;
    (first == at && mixed && upper(at + 1) || first < at && upper(first)).then_some(first)
}

fn push(turn: &NormalisedTurn<'_>, first: usize, out: &mut Vec<Candidate>) {
    if let Some(last) = plate(turn, first) {
        let span = turn.span(first, last);
        out.push(Candidate::new(span, Kind::Vehicle, Likelihood::Likely, "context:vehicle"));
    }
}

/// The last group of the plate that begins at token `first`.
fn plate(turn: &NormalisedTurn<'_>, first: usize) -> Option<usize> {
    let lower = turn.token(first).is_some_and(|token| token.case == Case::Lower);
    let group = |at: usize| {
        let joined = at == first || is_space(turn.gap(at - 1)) || turn.gap(at - 1) == "-";
        joined && turn.token(at).is_some_and(|token| is_group(turn, at, token, lower))
    };
    if turn.gap_before(first).contains(['\n', '?', '.']) {
        return None;
    }
    let (mut best, mut chars, mut letters, mut digits) = (None, 0, 0, 0);
    for at in (first..first + GROUPS_MAX).take_while(|at| group(*at)) {
        // `CA 44 ZH SA`: the state behind a whole plate.
        let word = |at: usize| turn.token(at).is_some_and(Token::is_word);
        if best.is_some() && word(at) && word(at - 1) {
            break;
        }
        let raw = turn.raw(at);
        chars += raw.len();
        digits += raw.bytes().filter(u8::is_ascii_digit).count();
        letters += raw.bytes().filter(u8::is_ascii_alphabetic).count();
        let whole = CHARS.contains(&chars) && letters > 0 && digits > 1 && letters + digits == chars;
        best = if whole { Some(at) } else { best };
    }
    best
}

/// Whether a token may be a group of a plate: digits, digits and letters, or a few capitals; in a text without capitals a
/// few letters that are no word.
fn is_group(turn: &NormalisedTurn<'_>, at: usize, token: &Token, lower: bool) -> bool {
    let unit = token.word.cues.any(Cues::of(&[Cue::Unit, Cue::Currency, Cue::Money, Cue::Month, Cue::Weekday]));
    let letters = token.is_word() && token.span.len() <= LETTERS_MAX as usize;
    let unknown = lower && token.entry.ordinary == 0 && token.word.cues.is_empty();
    let capitals = token.case == Case::Upper && (token.entry.ordinary < 2 || turn.raw(at).len() < 3);
    let otherwise = unit || OTHERWISE.contains(&turn.word(at));
    !(otherwise && token.is_word()) && (!token.is_word() || letters && (capitals || unknown))
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check;

    #[test]
    fn plates_in_groups_go() {
        check("rejestracja WPI 4417K", "rejestracja [VEHICLE_1]");
        check("regnummer KXZ 41B", "regnummer [VEHICLE_1]");
        check("car reg mt68 ovx parked in bay 12", "car reg [VEHICLE_1] parked in bay 12");
        check("plates CJ 41 KXZ", "plates [VEHICLE_1]");
        check("plates CJ\t41  KXZ", "plates [VEHICLE_1]");
        check("truck WKM 3318K was turned away", "truck [VEHICLE_1] was turned away");
        check("van GX21 KTV clipped it", "van [VEHICLE_1] clipped it");
    }

    #[test]
    fn what_else_stands_behind_a_vehicle_stays() {
        for text in [
            "the car cost 219 and the van 447 a day",
            "car 2 of 3",
            "my car has 5 doors",
            "van 12 km away",
            "AUTO ISO 800 is noisy",
        ] {
            check(text, text);
        }
    }
}
