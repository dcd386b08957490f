//! Shapes of postal codes. The forms of the United Kingdom and Canada speak for themselves; runs of digits need an
//! address or a cue around them.

use crate::redact::{
    gazetteer::{Class, Classes, Gap, Reading, Shape},
    token::{Case, Class as TokenClass},
};

/// The postcode areas of the United Kingdom (Royal Mail).
const AREAS: &str = " AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH \
    EN EX FK FY G GL GU GX GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG \
    NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA \
    WC WD WF WN WR WS WV YO ZE ";

/// The last token of a code that begins at `at` and whose form alone tells what it is.
pub(super) fn by_form(reading: &Reading<'_>, at: usize) -> Option<usize> {
    reading.turn.token(at).filter(|token| token.class == TokenClass::Mixed)?;
    british(reading, at)
        .or_else(|| canadian(reading, at))
        .or_else(|| irish(reading, at))
        .or_else(|| argentine(reading, at))
}

/// "SW1A 1AA", "m1 1ae", "SW1A1AA".
fn british(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let token = reading.turn.token(at)?;
    let raw = reading.turn.raw(at);
    let apart = is_outward(raw)
        && reading.before(at + 1).only(Gap::SPACE.and(Gap::COMMA))
        && is_inward(reading.turn.raw(at + 1));
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
    let token = reading.turn.token(at)?;
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

/// "C1045AAA": a letter of a province, four digits and three letters.
fn argentine(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let raw = reading.turn.raw(at).as_bytes();
    let fits = matches!(raw, [b'A'..=b'Z', digits @ .., a, b, c]
        if digits.len() == 4 && digits.iter().all(u8::is_ascii_digit) && [a, b, c].iter().all(|end| end.is_ascii_uppercase()));
    fits.then_some(at)
}

/// "D02 X285": a letter and two digits, then four capitals and digits.
fn irish(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let key = reading.turn.raw(at).as_bytes();
    let routed = matches!(key, [letter, digit, end] if letter.is_ascii_uppercase() && digit.is_ascii_digit() && (end.is_ascii_digit() || *end == b'W'));
    if !routed {
        return None;
    }
    let unique = reading.turn.raw(at + 1);
    let mixed = unique.len() == 4 && unique.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase());
    let both = unique.bytes().any(|byte| byte.is_ascii_uppercase()) && unique.bytes().any(|byte| byte.is_ascii_digit());
    (mixed && both && reading.before(at + 1) == Gap::SPACE).then_some(at + 1)
}

/// "d04 x2k5": the Irish form in lower case, which needs an address or a cue.
fn irish_plain(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let routed = matches!(reading.turn.raw(at).as_bytes(), [b'a'..=b'z', b'0'..=b'9', b'0'..=b'9' | b'w']);
    if !routed {
        return None;
    }
    let unique = reading.turn.raw(at + 1).as_bytes();
    let both = unique.iter().any(u8::is_ascii_digit) && unique.iter().any(u8::is_ascii_lowercase);
    (unique.len() == 4 && both && reading.before(at + 1) == Gap::SPACE).then_some(at + 1)
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
    by_form(reading, at)
        .or_else(|| digits(reading, at))
        .or_else(|| behind_country(reading, at))
        .or_else(|| dutch(reading, at))
        .or_else(|| irish_plain(reading, at))
}

/// "3511AB", as it is written without a space.
fn dutch(reading: &Reading<'_>, at: usize) -> Option<usize> {
    let raw = reading.turn.raw(at).as_bytes();
    let fits = matches!(raw, [b'1'..=b'9', rest @ .., a, b]
        if rest.len() == 3 && rest.iter().all(u8::is_ascii_digit) && a.is_ascii_alphabetic() && b.is_ascii_alphabetic());
    fits.then_some(at)
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
        && reading.turn.token(at + 1).is_some_and(|token| {
            let town = reading.entry(at + 2).classes.any(Classes::of(&[Class::City, Class::Place]));
            let behind_street =
                reading.before(at).has(Gap::COMMA) && reading.is_word(at + 2) && reading.before(at + 2) == Gap::SPACE;
            token.is_word()
                && (token.case == Case::Upper || town || behind_street || reading.entry(at + 1).ordinary < 3)
        })
        && !matches!(reading.turn.word(at + 1), "am" | "pm");
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
    let year = len == 4 && ["18", "19", "20"].iter().any(|century| reading.turn.raw(at).starts_with(century));
    let ends = last + 1 >= reading.len()
        || !reading.before(last + 1).only(Gap::SPACE)
        || matches!(reading.turn.word(last + 1), "in" | "and" | "please" | "is");
    (len >= 5 && (state || (len == 5 && town))) || (!year && ends && behind_town(reading, at, last > at))
}

/// "in Quinta de São Tiago 3610-114", "from Bjert 6091": a town behind a preposition, right before the code.
fn behind_town(reading: &Reading<'_>, at: usize, grouped: bool) -> bool {
    let word = |index: usize| {
        let entry = reading.entry(index);
        let other = Classes::of(&[Class::Calendar, Class::Brand, Class::Org, Class::Role]);
        let capital = reading.mark(index).shape != Shape::Plain && entry.ordinary < 3;
        reading.is_word(index)
            && reading.before(index + 1) == Gap::SPACE
            && !entry.classes.any(other)
            && (capital || entry.is(Class::City) || entry.is(Class::Particle))
    };
    let Some(first) = (at.saturating_sub(TOWN_WORDS_MAX)..at).rev().take_while(|index| word(*index)).last() else {
        return false;
    };
    let places = Classes::of(&[Class::InPlace, Class::FromPlace, Class::Particle]);
    let listed = (first..at).any(|index| reading.entry(index).is(Class::City));
    let spelled =
        (first..at).all(|index| reading.entry(index).ordinary < 2 || reading.entry(index).is(Class::Particle));
    let introduced = first > 0 && reading.previous(first).is(Class::InPlace) && reading.before(first) == Gap::SPACE;
    introduced && !reading.entry(first).classes.any(places) && (listed || spelled || grouped)
}

/// Longest name of a town, in words.
const TOWN_WORDS_MAX: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redact::token::NormalisedTurn;

    /// The code at the start of `text`: by its form alone, and in the neighbourhood of an address.
    #[track_caller]
    fn check(text: &str, form: Option<&str>, address: Option<&str>) {
        let turn = NormalisedTurn::new(text);
        let reading = Reading::new(&turn);
        let read = |last: Option<usize>| last.map(|last| turn.span(0, last).of(turn.text()));
        assert_eq!((read(by_form(&reading, 0)), read(any(&reading, 0))), (form, address), "{text}");
    }

    #[test]
    fn british_codes_need_a_known_area() {
        for code in ["SW1A 1AA", "m1 1ae", "EC1A 1BB", "B33 8TH", "SW1A1AA"] {
            check(code, Some(code), Some(code));
        }
        check("QX1 1AA", None, None);
        check("SW1A 1CK", None, None);
    }

    #[test]
    fn canadian_and_irish_codes_alternate() {
        check("K1A 0B1", Some("K1A 0B1"), Some("K1A 0B1"));
        check("M5H 1J8 now", Some("M5H 1J8"), Some("M5H 1J8"));
        check("D02 X285", Some("D02 X285"), Some("D02 X285"));
        check("Z1A 0B1", None, None);
        check("A1B", None, None);
    }

    #[test]
    fn digits_need_an_address() {
        check("62704", None, Some("62704"));
        check("62704-1234", None, Some("62704-1234"));
        check("01305-100", None, Some("01305-100"));
        check("00-590 Warszawa", None, Some("00-590"));
        check("1015 CJ Amsterdam", None, Some("1015 CJ"));
        check("111 23 Stockholm", None, Some("111 23"));
        check("D-10115 Berlin", None, Some("D-10115"));
        check("123", None, None);
        check("1200 PM", None, Some("1200"));
    }
}
