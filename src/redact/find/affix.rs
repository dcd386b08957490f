//! Letters that belong to a number the context has named: `KD 4481 220 71`, `PCN 80114432A`, `HH 4410 22871 B`. Knows nothing
//! of how the number was found.

use crate::{
    redact::{
        Kind,
        candidate::Candidate,
        gazetteer,
        token::{Case, NormalisedTurn},
        words::{Cue, Cues},
    },
    text::Span,
};

/// Most letters before a number.
const LETTERS_MAX: usize = 4;

/// Abbreviations that name a number and are no part of it.
const NAMES: [&str; 40] = [
    "no", "nr", "num", "id", "ref", "tel", "fax", "mob", "pin", "cvv", "cvc", "ssn", "nin", "nif", "nie", "dni", "cpf",
    "rg", "ni", "nhs", "sin", "tfn", "abn", "vat", "ust", "iva", "bsn", "pesel", "nip", "sap", "po", "ein", "itin",
    "cif", "ine", "acc", "kto", "blz", "rib", "is",
];

/// Widens the numbers that stand beside letters of theirs, and passwords that marks cut.
pub(super) fn widen(turn: &NormalisedTurn<'_>, candidates: &mut [Candidate]) {
    for candidate in candidates.iter_mut().filter(|candidate| candidate.kind == Kind::Password) {
        candidate.span = whole_word(turn.text(), candidate.span);
    }
    for candidate in candidates.iter_mut().filter(|candidate| spelled(candidate)) {
        candidate.span = with_letters(turn, candidate.span);
    }
    for candidate in candidates.iter_mut().filter(|candidate| lettered(candidate)) {
        let first = turn.token_at(candidate.span.start);
        let named = candidate.kind != Kind::NationalId;
        if let Some(before) = first.checked_sub(1).filter(|before| named && is_prefix(turn, *before)) {
            candidate.span.start = turn.token(before).map_or(candidate.span.start, |token| token.span.start);
        }
        let next = turn.token_at(candidate.span.end);
        if is_suffix(turn, next) {
            candidate.span.end = turn.token(next).map_or(candidate.span.end, |token| token.span.end);
        }
    }
}

/// The span with what is joined to it by marks that a password may hold: `Gatito.2019`, `7h!sIs-T3mp`.
fn whole_word(text: &str, span: Span) -> Span {
    let joins = |byte: u8| matches!(byte, b'.' | b'-' | b'_' | b'!' | b'#' | b'$' | b'%' | b'*' | b'+' | b'?');
    let (before, after) = (text.get(..span.start as usize), text.get(span.end as usize..));
    let reach = |bytes: &mut dyn Iterator<Item = u8>| {
        let (mut length, mut marked) = (0, false);
        for (index, byte) in bytes.enumerate() {
            marked |= joins(byte);
            match byte {
                _ if byte.is_ascii_alphanumeric() && marked => length = index + 1,
                _ if joins(byte) => {}
                _ => break,
            }
        }
        u32::try_from(length).unwrap_or(0)
    };
    let left = reach(&mut before.unwrap_or_default().bytes().rev());
    let right = reach(&mut after.unwrap_or_default().bytes());
    Span { start: span.start - left, end: span.end + right }
}

/// Kinds whose numbers have letters, found by what stands around them.
fn lettered(candidate: &Candidate) -> bool {
    let named = matches!(
        candidate.kind,
        Kind::OrderNumber | Kind::Passport | Kind::MedicalId | Kind::DriverLicense | Kind::NationalId
    );
    named && candidate.reasons.iter().any(|reason| reason.starts_with("context:"))
}

/// Kinds whose numbers have letters, told in words.
fn spelled(candidate: &Candidate) -> bool {
    let named = matches!(
        candidate.kind,
        Kind::OrderNumber
            | Kind::Passport
            | Kind::MedicalId
            | Kind::DriverLicense
            | Kind::NationalId
            | Kind::Vehicle
            | Kind::Iban
            | Kind::Postcode
    );
    named && candidate.reasons.contains(&"spoken-digits")
}

/// The span with the letters that are told before and behind it: `s five three oh`, `… siete letra efe`, `… four double r`.
fn with_letters(turn: &NormalisedTurn<'_>, span: Span) -> Span {
    let letter = |at: usize| {
        turn.token(at).is_some_and(|token| {
            let free = !turn.gap_before(at).ends_with('\'') && token.is_word();
            free && (token.span.len() == 1 || token.word.letter != 0 && token.span.len() > 2)
        })
    };
    let vowel = |at: usize| matches!(turn.word(at), "a" | "e" | "i" | "o" | "y");
    let mut first = turn.token_at(span.start);
    while let Some(before) = first.checked_sub(1).filter(|before| letter(*before) && turn.gap(*before) == " ") {
        first = before;
    }
    while turn.token(first).is_some_and(|token| token.span.start < span.start) && vowel(first) && first > 0 {
        first += 1;
    }
    let last = turn.token_at(span.end.saturating_sub(1));
    let lead = |at: usize| {
        let doubles = turn.token(at).is_some_and(|token| token.word.cues.any(Cues::of(&[Cue::Double, Cue::Triple])));
        doubles || matches!(turn.word(at), "letra" | "lettera" | "lettre" | "letter" | "buchstabe")
    };
    let close = |at: usize| turn.gap(at) == " ";
    let behind = (close(last) && lead(last + 1) && close(last + 1) && letter(last + 2)).then_some(last + 2);
    let start = turn.token(first).map_or(span.start, |token| token.span.start.min(span.start));
    let end = behind.and_then(|at| turn.token(at)).map_or(span.end, |token| token.span.end);
    Span { start, end }
}

/// Whether token `at` is a few capitals right before a number that name nothing by themselves.
fn is_prefix(turn: &NormalisedTurn<'_>, at: usize) -> bool {
    let Some(token) = turn.token(at) else { return false };
    let upper = token.case == Case::Upper || token.case == Case::Capital && token.span.len() == 1;
    let shaped = token.is_word() && upper && token.span.len() <= LETTERS_MAX && matches!(turn.gap(at), " " | "-" | "/");
    let named = token.word.cues.is_empty() && !NAMES.contains(&turn.word(at));
    shaped && named && gazetteer::look_up(turn.word(at)).ordinary < 3
}

/// Whether token `at` is a capital letter that ends a number.
fn is_suffix(turn: &NormalisedTurn<'_>, at: usize) -> bool {
    let Some(token) = turn.token(at) else { return false };
    let letter = token.is_word() && token.span.len() == 1 && token.case == Case::Capital;
    let ends = turn.gap(at).is_empty() || turn.gap(at).starts_with([',', '.', ';', ')', '\n', '?', '!']);
    letter && ends && matches!(turn.gap_before(at), " " | "-" | "/") && turn.word(at) != "i"
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check;

    #[test]
    fn letters_go_with_their_number() {
        check("Kundennummer KD 4481 220 71, danke", "Kundennummer [ORDER_NUMBER_1], danke");
        check("policy HH 4410 22871 B, my premium", "policy [ORDER_NUMBER_1], my premium");
        check("order QC 771 204 9 came torn", "order [ORDER_NUMBER_1] came torn");
    }

    #[test]
    fn told_letters_go_with_their_number() {
        check("licence number s five three oh four six oh nine oh", "licence number [DRIVER_LICENSE_1]");
        check("dni cuatro tres cero uno dos cinco cero siete letra efe", "dni [NATIONAL_ID_1]");
        check("my postcode is b s three four double r", "my postcode is [POSTCODE_1]");
        check("it is a passport four seven one one nine oh two", "it is a passport [PASSPORT_1]");
    }

    #[test]
    fn words_that_name_a_number_stay() {
        check("order NO 4481220", "order NO [ORDER_NUMBER_1]");
        check("my order IS 44812207", "my order IS [ORDER_NUMBER_1]");
        check("policy 441022871. A refund please", "policy [ORDER_NUMBER_1]. A refund please");
    }
}
