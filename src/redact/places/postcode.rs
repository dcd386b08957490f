//! Shapes of postal codes. The forms of the United Kingdom and Canada speak for themselves; runs of digits need an
//! address or a cue around them.

use crate::redact::{
    gazetteer::{Class, Gap, Reading, Shape},
    token::{Case, Class as TokenClass},
};

/// The postcode areas of the United Kingdom (Royal Mail).
const AREAS: &str = " AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH \
    EN EX FK FY G GL GU GX GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG \
    NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA \
    WC WD WF WN WR WS WV YO ZE ";

/// The last token of a code that begins at `at` and whose form alone tells what it is.
pub(super) fn by_form(reading: &Reading<'_>, at: usize) -> Option<usize> {
    british(reading, at).or_else(|| canadian(reading, at))
}

/// "SW1A 1AA", "m1 1ae", "SW1A1AA".
fn british(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let token = reading.turn.token(at).filter(|token| token.class == TokenClass::Mixed)?;
    let raw = reading.turn.raw(at);
    let apart = is_outward(raw) && reading.before(at + 1) == Gap::SPACE && is_inward(reading.turn.raw(at + 1));
    if apart {
        return Some(at + 1);
    }
    let (outward, inward) = raw.split_at_checked(raw.len().checked_sub(3)?)?;
    (token.case == Case::Upper && is_outward(outward) && is_inward(inward)).then_some(at)
}

/// "SW1A", "M1", "EC1", "W1T".
fn is_outward(raw: &str) -> bool {
    let letters = raw.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (Some(area), Some(district)) = (raw.get(..letters), raw.get(letters..)) else { return false };
    let area = format!(" {} ", area.to_ascii_uppercase());
    let mut rest = district.bytes();
    let first = rest.next().is_some_and(|byte| byte.is_ascii_digit());
    first && district.len() <= 2 && rest.all(|byte| byte.is_ascii_alphanumeric()) && AREAS.contains(&area)
}

/// "1AA": a digit and two letters that are used there.
fn is_inward(raw: &str) -> bool {
    let mut bytes = raw.bytes();
    raw.len() == 3
        && bytes.next().is_some_and(|byte| byte.is_ascii_digit())
        && bytes.all(|byte| byte.is_ascii_alphabetic() && !b"CIKMOV".contains(&byte.to_ascii_uppercase()))
}

/// "K1A 0B1": letters and digits in turn, without the letters that are not used.
fn canadian(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let token = reading.turn.token(at).filter(|token| token.class == TokenClass::Mixed)?;
    let raw = reading.turn.raw(at);
    if raw.len() == 6 {
        let joined = alternates(raw, true) && token.case == Case::Upper;
        return joined.then_some(at);
    }
    let fits = raw.len() == 3
        && alternates(raw, true)
        && matches!(reading.before(at + 1), Gap::SPACE | Gap::HYPHEN)
        && reading.turn.raw(at + 1).len() == 3
        && alternates(reading.turn.raw(at + 1), false);
    fits.then_some(at + 1)
}

fn alternates(raw: &str, letter_first: bool) -> bool {
    raw.bytes().enumerate().all(|(index, byte)| {
        if (index % 2 == 0) == letter_first {
            let banned: &[u8] = if index == 0 { b"DFIOQUWZ" } else { b"DFIOQU" };
            byte.is_ascii_alphabetic() && !banned.contains(&byte.to_ascii_uppercase())
        } else {
            byte.is_ascii_digit()
        }
    })
}

/// The last token of a code of any form that begins at `at`; for use where an address or a cue stands beside it.
pub(super) fn any(reading: &Reading<'_>, at: usize) -> Option<usize> {
    by_form(reading, at).or_else(|| digits(reading, at)).or_else(|| behind_country(reading, at))
}

/// "D-10115", "CH-8001".
fn behind_country(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let letters = reading.is_word(at) && reading.turn.raw(at).len() <= 2 && reading.mark(at).shape != Shape::Plain;
    (letters && reading.before(at + 1) == Gap::HYPHEN).then(|| digits(reading, at + 1)).flatten()
}

/// Lengths of the two groups of digits of a code, and what stands between them.
const GROUPS: [(usize, usize, Gap); 7] = [
    (5, 4, Gap::HYPHEN),
    (5, 3, Gap::HYPHEN),
    (4, 3, Gap::HYPHEN),
    (3, 4, Gap::HYPHEN),
    (2, 3, Gap::HYPHEN),
    (3, 2, Gap::SPACE),
    (3, 3, Gap::SPACE),
];

fn digits(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let len =
        |index: usize| reading.turn.token(index).filter(|token| token.is_digits()).map_or(0, |token| token.span.len());
    let (first, second) = (len(at), len(at + 1));
    let gap = reading.before(at + 1);
    if GROUPS.contains(&(first, second, gap)) {
        return Some(at + 1);
    }
    let dutch = first == 4
        && gap.only(Gap::SPACE)
        && reading.turn.raw(at + 1).len() == 2
        && reading.turn.token(at + 1).is_some_and(|token| token.is_word() && token.case == Case::Upper)
        && !matches!(reading.turn.raw(at + 1), "AM" | "PM");
    if dutch {
        return Some(at + 1);
    }
    (4..=6).contains(&first).then_some(at)
}

/// Whether a code of digits at `at..=last` has a town or a region beside it: "IL 62704", "10115 Berlin".
pub(super) fn has_place(reading: &Reading<'_>, at: usize, last: usize) -> bool {
    let len = reading.turn.span(at, last).len();
    let previous = reading.previous(at);
    let state = at > 0
        && previous.is(Class::Region)
        && reading.turn.raw(at - 1).len() == 2
        && reading.turn.token(at - 1).is_some_and(|token| token.case == Case::Upper)
        && reading.before(at).only(Gap::SPACE);
    let town = reading.mark(last + 1).shape == Shape::Capital
        && reading.before(last + 1) == Gap::SPACE
        && (reading.entry(last + 1).is(Class::City) || reading.entry(last + 1).is(Class::Place))
        && (at == 0
            || !reading.before(at).only(Gap::SPACE)
            || reading.previous(at).is(Class::InPlace)
            || reading.previous(at).is(Class::FromPlace));
    len >= 5 && (state || (len == 5 && town))
}
