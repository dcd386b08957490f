//! Decides what a dictation is: digits, spelled letters or both, by their check digit, by the words around and by their
//! length.

use super::{
    super::{View, context::Labels, date},
    card,
    rows::rows,
    run::Spoken,
    value::partial_kind,
};
use crate::{
    redact::{
        Kind, Likelihood,
        candidate::Candidate,
        check,
        words::{Cue, Cues},
    },
    text::Span,
};

/// No identifier is shorter (see the rows), in digits and letters.
const VALUE_CHARS_MIN: usize = 2;

/// Decides what a dictation is.
pub(super) fn decide(view: &View<'_>, spoken: &Spoken, out: &mut Vec<Candidate>) {
    let turn = view.turn;
    if spoken.value.len() < VALUE_CHARS_MIN {
        return;
    }
    let labels = Labels::around(turn, spoken.first, spoken.last, view.asked);
    let span = turn.span(spoken.first, spoken.last);
    let digits = spoken.value.bytes().filter(u8::is_ascii_digit).count();
    if digits == 0 {
        spelled_name(view, spoken, &labels, out);
        return;
    }
    if spoken.first > 0 && date::date_at(turn, spoken.first).is_some_and(|date| date.full) {
        return;
    }
    if (13..=19).contains(&spoken.value.len()) && check::luhn(&spoken.value) && card::network(&spoken.value) {
        push_spoken(span, Kind::CreditCard, Likelihood::VeryLikely, "luhn", out);
        return;
    }
    if is_quantity(view, spoken) {
        return;
    }
    if let Some(kind) = partial_kind(&labels).filter(|_| spoken.value.len() == 4 && spoken.letters == 0) {
        push_spoken(span, kind, Likelihood::Likely, "context:last-four", out);
        return;
    }
    let hinted: Vec<Cues> = labels.hints().chain(std::iter::once(labels.asked)).collect();
    for row in hinted.iter().flat_map(|cues| rows(*cues)) {
        let letters_fit = spoken.letters == 0 || lettered(row.kind);
        let amount = row.cue == Cue::Order && spoken.value.len() <= 4 && spoken.atoms <= 3 && spoken.letters == 0;
        let expiry = amount || (row.cue == Cue::Card && labels.has(Cue::Expiry));
        if letters_fit && !expiry && (row.min..=row.max).contains(&spoken.value.len()) {
            if let Some(kind) = row.kind {
                let span = match kind {
                    Kind::Phone => with_plus(view, spoken),
                    Kind::Iban => with_country(view, spoken),
                    _ => span,
                };
                push_spoken(span, kind, Likelihood::Likely, row.reason, out);
            }
            return;
        }
    }
    if let Some(kind) = corrected(view, spoken, labels.asked) {
        push_spoken(span, kind, Likelihood::Likely, "asked-by-agent", out);
        return;
    }
    if labels.has(Cue::Expiry) && matches!(spoken.value.len(), 3..=6) {
        push_spoken(span, Kind::CardExpiry, Likelihood::Likely, "context:expiry", out);
        return;
    }
    let length = spoken.value.len();
    let spelled = spoken.letters >= 3 && length >= 5;
    if labels.has(Cue::Ending) || ((length < 7 || digits < 3) && !spelled) {
        return;
    }
    // `four ninety nine so seventy minus ten`, `one nil one one`: sums and scores.
    let reckons = |at: usize| matches!(turn.word(at), "so" | "minus" | "nil" | "times" | "versus");
    if (spoken.first..=spoken.last).any(reckons) {
        return;
    }
    let kind = match spoken.value.len() {
        13..=19 => Kind::CreditCard,
        7..=12 => Kind::Phone,
        _ => Kind::OrderNumber,
    };
    let kind = if spoken.letters > 0 { Kind::OrderNumber } else { kind };
    let span = if kind == Kind::Phone { with_plus(view, spoken) } else { span };
    push_spoken(span, kind, Likelihood::Possible, "form:long-number", out);
}

/// Longest answer that holds a short code twice.
const CORRECTED_CHARS_MAX: usize = 12;

/// `seven seven four, no sorry, four seven seven`: a short code that was asked for, told anew.
fn corrected(view: &View<'_>, spoken: &Spoken, asked: Cues) -> Option<Kind> {
    let anew = (spoken.first..=spoken.last)
        .any(|at| view.turn.token(at).is_some_and(|token| token.word.cues.has(Cue::Correction)));
    let kinds = [(Cue::Cvv, Kind::Cvv), (Cue::Pin, Kind::Pin)];
    let kind = kinds.into_iter().find(|(cue, _)| asked.has(*cue)).map(|(_, kind)| kind);
    kind.filter(|_| anew && spoken.value.len() <= CORRECTED_CHARS_MAX)
}

/// Letters only: a name that is spelled out, or a code that was asked for.
fn spelled_name(view: &View<'_>, spoken: &Spoken, labels: &Labels, out: &mut Vec<Candidate>) {
    let span = view.turn.span(spoken.first, spoken.last);
    let named = labels.has(Cue::Name)
        || (0..spoken.first).rev().take(6).any(|index| {
            matches!(
                view.turn.word(index),
                "spell"
                    | "spelled"
                    | "spelt"
                    | "spells"
                    | "spelling"
                    | "deletreo"
                    | "deletreado"
                    | "epelle"
                    | "buchstabiere"
            )
        });
    let hinted = labels
        .hints()
        .chain(std::iter::once(labels.asked))
        .flat_map(rows)
        .find(|row| lettered(row.kind) && (row.min..=row.max).contains(&spoken.letters));
    match hinted {
        // `e a` are words before they are letters.
        _ if named && spoken.letters == 2 && !span.of(view.turn.lower()).contains(|c: char| !"aeiouy ".contains(c)) => {
        }
        _ if named && spoken.letters >= 2 && !span.of(view.turn.text()).contains('/') => {
            push_spelled(span, Kind::Person, "spelled", out);
        }
        Some(row) => {
            let kind = row.kind.unwrap_or(Kind::OrderNumber);
            push_spelled(span, kind, row.reason, out);
        }
        None if spoken.letters >= 5 => push_spelled(span, Kind::Person, "spelled", out),
        None if begins_code(view, spoken, labels) => push_spelled(span, Kind::OrderNumber, "asked-by-agent", out),
        None => {}
    }
}

/// `it's h y`: the letters with which a code begins that was asked for, alone in the turn.
fn begins_code(view: &View<'_>, spoken: &Spoken, labels: &Labels) -> bool {
    let asked = labels.asked.any(Cues::of(&[Cue::Order, Cue::Tracking])) && spoken.letters > 1;
    let ends = spoken.last + 1 == view.turn.tokens().len();
    let lead = |at: usize| {
        view.turn.token(at).is_some_and(|token| {
            token.span.len() == 1 || token.word.cues.any(Cues::of(&[Cue::Copula, Cue::Filler, Cue::Acknowledge]))
        })
    };
    asked && ends && (0..spoken.first).all(lead) && view.turn.word(spoken.last) != "k"
}

fn push_spelled(span: Span, kind: Kind, reason: &'static str, out: &mut Vec<Candidate>) {
    out.push(Candidate::new(span, kind, Likelihood::Likely, reason));
}

/// Kinds whose values hold letters.
fn lettered(kind: Option<Kind>) -> bool {
    matches!(
        kind,
        Some(
            Kind::OrderNumber
                | Kind::TrackingNumber
                | Kind::NationalId
                | Kind::Passport
                | Kind::DriverLicense
                | Kind::Vehicle
                | Kind::Postcode
                | Kind::MedicalId
                | Kind::Password
                | Kind::Username
                | Kind::Iban
                | Kind::BankAccount
                | Kind::Pin
        )
    )
}

/// `five minutes`, `twenty dollars`, `two of them`.
fn is_quantity(view: &View<'_>, spoken: &Spoken) -> bool {
    let next = view.turn.token(spoken.last + 1).filter(|_| view.turn.gap(spoken.last).trim().is_empty());
    spoken.value.len() <= 6
        && next.is_some_and(|token| token.word.cues.any(Cues::of(&[Cue::Unit, Cue::Currency, Cue::Money])))
}

/// The span with the `plus` said before it.
fn with_plus(view: &View<'_>, spoken: &Spoken) -> Span {
    let plus = spoken
        .first
        .checked_sub(1)
        .filter(|before| view.turn.token(*before).is_some_and(|token| token.word.cues.has(Cue::Plus)));
    view.turn.span(plus.unwrap_or(spoken.first), spoken.last)
}

/// The span with the letters of the country before it, `de vierundzwanzig …`.
fn with_country(view: &View<'_>, spoken: &Spoken) -> Span {
    const COUNTRIES: &[&str] = &[
        "de", "at", "ch", "fr", "be", "nl", "lu", "es", "pt", "it", "pl", "ie", "gb", "se", "no", "dk", "fi", "ro",
        "hu", "cz", "sk", "si", "hr", "gr", "tr", "ae", "bg",
    ];
    let country = spoken.first.checked_sub(1).filter(|before| COUNTRIES.contains(&view.turn.word(*before)));
    view.turn.span(country.filter(|at| view.turn.gap(*at) == " ").unwrap_or(spoken.first), spoken.last)
}

fn push_spoken(span: Span, kind: Kind, likelihood: Likelihood, reason: &'static str, out: &mut Vec<Candidate>) {
    out.push(Candidate::new(span, kind, likelihood, reason).because("spoken-digits"));
}
