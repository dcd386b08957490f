//! Check digits of tax numbers that firms and freelancers give, and of identity cards with letters. Every function takes
//! the number without separators, in upper case, of the length its row in the table of forms says. Sources: the rules of
//! the authorities named at each function.

use super::{
    digits::{digit, letter, number, part, values, weighted},
    luhn,
};

/// Spanish CIF (Agencia Tributaria): Luhn sum of the seven digits; the check is a digit or one of `JABCDEFGHI`.
pub(in crate::redact) fn es_cif(text: &str) -> bool {
    let body = part(text, 1..8);
    let check = (0..10).find(|check| luhn(&format!("{body}{check}"))).unwrap_or(0);
    digit(text, 8) == check || "JABCDEFGHI".chars().nth(check as usize) == text.chars().nth(8)
}

/// UK unique taxpayer reference (HMRC): the first digit checks the other nine, mod 11.
pub(in crate::redact) fn uk_utr(text: &str) -> bool {
    let rest = weighted(part(text, 1..10), &[6, 7, 8, 9, 10, 5, 4, 3, 2]) % 11;
    "21987654321".chars().nth(rest as usize) == text.chars().next()
}

/// Indian GSTIN (GSTN): the Luhn rule over base 36.
pub(in crate::redact) fn in_gstin(text: &str) -> bool {
    let doubled = |(place, value): (usize, &u32)| if place % 2 == 0 { *value } else { value * 2 };
    let sum: u32 = values(text).iter().rev().enumerate().map(doubled).map(|value| value / 36 + value % 36).sum();
    text.len() == 15 && sum.is_multiple_of(36)
}

/// Portuguese citizen card (Autoridade de Certificação do Cartão de Cidadão): the Luhn rule, letters counting from 10.
pub(in crate::redact) fn pt_citizen_card(text: &str) -> bool {
    let worth = |(place, value): (usize, &u32)| match (place % 2, value * 2) {
        (0, double) if double > 9 => double - 9,
        (0, double) => double,
        _ => *value,
    };
    let sum: u32 = values(text).iter().enumerate().map(worth).sum();
    text.len() == 12 && sum.is_multiple_of(10)
}

/// Polish tax number NIP (Ministerstwo Finansów): weights 6 5 7 2 3 4 5 6 7, mod 11.
pub(in crate::redact) fn pl_nip(text: &str) -> bool {
    number(text) != 0 && weighted(text, &[6, 5, 7, 2, 3, 4, 5, 6, 7]) % 11 == digit(text, 9)
}

/// The check digit of a Mexican CURP (RENAPO): weights 18 to 2 over an alphabet in which Ñ stands behind N, mod 10.
pub(in crate::redact) fn mx_curp_digit(text: &str) -> bool {
    let worth = |value: &u32| value + u32::from(*value > 23);
    let sum: u32 = values(part(text, 0..17)).iter().zip((2..=18).rev()).map(|(value, by)| worth(value) * by).sum();
    letter(text, 17).to_digit(10) == Some((10 - sum % 10) % 10)
}
