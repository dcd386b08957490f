//! Check digits of national, tax and health numbers. Every function takes the number without separators, in upper
//! case, of the length its row in the table of forms says. Sources: the issuing authorities' published rules, as
//! collected by Wikipedia and the python-stdnum documentation (rules only; no code was taken).

use super::{
    digits::{digit, letter, number, part, values, weighted},
    luhn,
};

fn day_and_month(day: &str, month: &str) -> bool {
    (1..=31).contains(&number(day)) && (1..=12).contains(&number(month))
}

/// Accepts every number of the right form.
pub(in crate::redact) fn any(_: &str) -> bool {
    true
}

/// US social security number: no area 000, 666 or 9xx, no group 00, no serial 0000; and ITIN, which begins with 9.
pub(in crate::redact) fn us_ssn(text: &str) -> bool {
    let (area, group, serial) = (number(part(text, 0..3)), number(part(text, 3..5)), number(part(text, 5..9)));
    area != 0 && area != 666 && group != 0 && serial != 0
}

/// Canadian SIN: Luhn; none begins with 0 or 8.
pub(in crate::redact) fn ca_sin(text: &str) -> bool {
    luhn(text) && !text.starts_with(['0', '8'])
}

/// UK National Insurance number: allowed prefix letters, suffix A–D.
pub(in crate::redact) fn uk_nino(text: &str) -> bool {
    let bad_first = ['D', 'F', 'I', 'Q', 'U', 'V'];
    let prefix = part(text, 0..2);
    !bad_first.contains(&letter(text, 0))
        && !bad_first.contains(&letter(text, 1))
        && letter(text, 1) != 'O'
        && !["BG", "GB", "KN", "NK", "NT", "TN", "ZZ"].contains(&prefix)
        && (text.len() == 8 || matches!(letter(text, 8), 'A'..='D'))
}

/// NHS number: weights 10 to 2, mod 11.
pub(in crate::redact) fn uk_nhs(text: &str) -> bool {
    let check = 11 - weighted(text, &[10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    check % 11 == digit(text, 9) && check != 10
}

/// Irish PPS number: weights 8 to 2, second letter × 9, mod 23.
pub(in crate::redact) fn ie_pps(text: &str) -> bool {
    let second = match text.chars().nth(8) {
        Some('W') | None => 0,
        Some(other) => u32::from(other) - u32::from('A') + 1,
    };
    let rest = (weighted(part(text, 0..7), &[8, 7, 6, 5, 4, 3, 2]) + second * 9) % 23;
    let expected = if rest == 0 { 'W' } else { char::from(b'A' + u8::try_from(rest - 1).unwrap_or(0)) };
    letter(text, 7) == expected
}

/// French NIR: sex, month, key = 97 − number mod 97; Corsica's 2A and 2B count as 19 and 18.
pub(in crate::redact) fn fr_nir(text: &str) -> bool {
    let body = part(text, 0..13).replace("2A", "19").replace("2B", "18");
    matches!(letter(text, 0), '1'..='4' | '7' | '8') && 97 - number(&body) % 97 == number(part(text, 13..15))
}

/// French tax number (SPI): the first ten digits mod 511.
pub(in crate::redact) fn fr_spi(text: &str) -> bool {
    number(part(text, 0..10)) % 511 == number(part(text, 10..13)) && matches!(letter(text, 0), '0'..='3')
}

/// ISO 7064 mod 11,10 over all but the last digit (German tax id).
pub(in crate::redact) fn de_tax(text: &str) -> bool {
    let digits = values(text);
    let Some((check, body)) = digits.split_last() else { return false };
    let product = body.iter().fold(10, |product, digit| {
        let sum = (digit + product) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    (11 - product) % 10 == *check && !text.starts_with('0')
}

/// German pension insurance number: area, birth date, letter as two digits, serial, check digit.
pub(in crate::redact) fn de_pension(text: &str) -> bool {
    let letter_value = u32::from(letter(text, 8)) - u32::from('A') + 1;
    let expanded = format!("{}{letter_value:02}{}", part(text, 0..8), part(text, 9..11));
    let sum: u32 = values(&expanded)
        .iter()
        .zip([2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1])
        .map(|(digit, weight)| digit * weight)
        .map(|product| product / 10 + product % 10)
        .sum();
    sum % 10 == digit(text, 11)
}

/// Machine-readable document number with its check digit (ICAO 9303, weights 7 3 1), as on German identity cards.
pub(in crate::redact) fn icao(text: &str) -> bool {
    let weights = [7, 3, 1, 7, 3, 1, 7, 3, 1];
    weighted(part(text, 0..9), &weights) % 10 == digit(text, 9)
}

/// German health insurance number: letter as two digits, weights 1 2, digit sums.
pub(in crate::redact) fn de_health(text: &str) -> bool {
    let first = u32::from(letter(text, 0)) - u32::from('A') + 1;
    let expanded = format!("{first:02}{}", part(text, 1..9));
    let sum: u32 = values(&expanded)
        .iter()
        .zip([1, 2].into_iter().cycle())
        .map(|(digit, weight)| digit * weight)
        .map(|product| product / 10 + product % 10)
        .sum();
    sum % 10 == digit(text, 9)
}

/// Spanish DNI and NIE: letter by mod 23, X Y Z counting as 0 1 2.
pub(in crate::redact) fn es_nif(text: &str) -> bool {
    let body = part(text, 0..8).replace('X', "0").replace('Y', "1").replace('Z', "2");
    let letters = "TRWAGMYFPDXBNJZSQVHLCKE";
    letters.chars().nth(usize::try_from(number(&body) % 23).unwrap_or(0)) == text.chars().nth(8)
}

/// Italian fiscal code: odd and even tables, mod 26.
pub(in crate::redact) fn it_fiscal(text: &str) -> bool {
    const ODD: [u32; 36] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16,
        10, 22, 25, 24, 23,
    ];
    let sum: u32 = values(part(text, 0..15))
        .iter()
        .enumerate()
        .map(|(place, value)| {
            if place % 2 == 0 {
                ODD.get(*value as usize).copied().unwrap_or(0)
            } else {
                value % 36 - if *value >= 10 { 10 } else { 0 }
            }
        })
        .sum();
    digit(text, 15) == sum % 26 + 10
}

/// Portuguese NIF: weights 9 to 2, mod 11.
pub(in crate::redact) fn pt_nif(text: &str) -> bool {
    let rest = weighted(text, &[9, 8, 7, 6, 5, 4, 3, 2]) % 11;
    digit(text, 8) == if rest < 2 { 0 } else { 11 - rest }
}

/// Dutch BSN: the 11-test.
pub(in crate::redact) fn nl_bsn(text: &str) -> bool {
    let sum = weighted(text, &[9, 8, 7, 6, 5, 4, 3, 2]) + 10 * digit(text, 8);
    number(text) != 0 && sum.is_multiple_of(11)
}

fn mod11_tail(text: &str, length: usize, weights: &[u32]) -> bool {
    let rest = weighted(part(text, 0..length), weights) % 11;
    digit(text, length) == if rest < 2 { 0 } else { 11 - rest }
}

fn all_equal(text: &str) -> bool {
    text.bytes().all(|byte| Some(&byte) == text.as_bytes().first())
}

/// Brazilian CPF: two mod-11 check digits.
pub(in crate::redact) fn br_cpf(text: &str) -> bool {
    !all_equal(text)
        && mod11_tail(text, 9, &[10, 9, 8, 7, 6, 5, 4, 3, 2])
        && mod11_tail(text, 10, &[11, 10, 9, 8, 7, 6, 5, 4, 3, 2])
}

/// Brazilian CNPJ: two mod-11 check digits.
pub(in crate::redact) fn br_cnpj(text: &str) -> bool {
    mod11_tail(text, 12, &[5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])
        && mod11_tail(text, 13, &[6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2])
}

/// Mexican CURP: a date, a sex, mod-10 check over an alphabet with Ñ (which folds to N, so only the date is checked).
pub(in crate::redact) fn mx_curp(text: &str) -> bool {
    day_and_month(part(text, 8..10), part(text, 6..8)) && matches!(letter(text, 10), 'H' | 'M' | 'X')
}

/// Mexican RFC: letters and a date.
pub(in crate::redact) fn mx_rfc(text: &str) -> bool {
    let start = text.len() - 9;
    day_and_month(part(text, start + 4..start + 6), part(text, start + 2..start + 4))
}

/// Australian tax file number: weighted mod 11.
pub(in crate::redact) fn au_tfn(text: &str) -> bool {
    number(text) != 0 && weighted(text, &[1, 4, 3, 7, 5, 8, 6, 9, 10]).is_multiple_of(11)
}

/// Australian business number: first digit less one, mod 89.
pub(in crate::redact) fn au_abn(text: &str) -> bool {
    let sum = weighted(text, &[10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19]);
    sum >= 10 && (sum - 10).is_multiple_of(89)
}

/// Australian Medicare number: first digit 2–6, weights 1 3 7 9, mod 10.
pub(in crate::redact) fn au_medicare(text: &str) -> bool {
    matches!(letter(text, 0), '2'..='6') && weighted(text, &[1, 3, 7, 9, 1, 3, 7, 9]) % 10 == digit(text, 8)
}

/// Aadhaar: the Verhoeff check; none begins with 0 or 1.
pub(in crate::redact) fn in_aadhaar(text: &str) -> bool {
    const PERMUTED: [[usize; 10]; 8] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
        [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
        [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
        [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
        [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
        [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
        [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
    ];
    let check = values(text).iter().rev().enumerate().fold(0, |check, (place, digit)| {
        let permuted = PERMUTED.get(place % 8).and_then(|row| row.get(*digit as usize)).copied().unwrap_or(0);
        dihedral(check, permuted)
    });
    check == 0 && !text.starts_with(['0', '1'])
}

/// Multiplication in the dihedral group D5.
fn dihedral(left: usize, right: usize) -> usize {
    match (left < 5, right < 5) {
        (true, true) => (left + right) % 5,
        (true, false) => (left + right - 5) % 5 + 5,
        (false, true) => (left - 5 + 5 - right) % 5 + 5,
        (false, false) => (left + 5 - right) % 5,
    }
}

/// Indian PAN: the fourth letter names the kind of holder.
pub(in crate::redact) fn in_pan(text: &str) -> bool {
    matches!(letter(text, 3), 'A' | 'B' | 'C' | 'F' | 'G' | 'H' | 'J' | 'L' | 'P' | 'T')
}

/// Austrian social insurance number: weights around the check digit at place 4.
pub(in crate::redact) fn at_svnr(text: &str) -> bool {
    weighted(text, &[3, 7, 9, 0, 5, 8, 4, 2, 1, 6]) % 11 == digit(text, 3)
        && day_and_month(part(text, 4..6), part(text, 6..8))
}

/// Swiss AHV number: EAN-13 that begins with 756.
pub(in crate::redact) fn ch_ahv(text: &str) -> bool {
    text.starts_with("756") && weighted(text, &[1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1]).is_multiple_of(10)
}

/// Belgian national number: 97 − number mod 97, with a 2 in front for births from 2000 on.
pub(in crate::redact) fn be_national(text: &str) -> bool {
    let (body, check) = (number(part(text, 0..9)), number(part(text, 9..11)));
    97 - body % 97 == check || 97 - (body + 2_000_000_000) % 97 == check
}

/// Polish PESEL: weights 1 3 7 9, mod 10, and a date.
pub(in crate::redact) fn pl_pesel(text: &str) -> bool {
    let sum = weighted(text, &[1, 3, 7, 9, 1, 3, 7, 9, 1, 3]);
    let month = number(part(text, 2..4)) % 20;
    (10 - sum % 10) % 10 == digit(text, 10) && (1..=12).contains(&month) && (1..=31).contains(&number(part(text, 4..6)))
}

/// Swedish personal number: Luhn over the last ten digits, and a date (day + 60 for a coordination number).
pub(in crate::redact) fn se_personal(text: &str) -> bool {
    let short = part(text, text.len() - 10..text.len());
    let day = number(part(short, 4..6));
    luhn(short)
        && (1..=12).contains(&number(part(short, 2..4)))
        && ((1..=31).contains(&day) || (61..=91).contains(&day))
}

/// Norwegian birth number: two mod-11 check digits.
pub(in crate::redact) fn no_birth(text: &str) -> bool {
    let first = weighted(text, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]).is_multiple_of(11);
    let second = weighted(text, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]).is_multiple_of(11);
    first && second && number(text) != 0
}

/// Danish CPR: a date; its check digit is no longer used.
pub(in crate::redact) fn dk_cpr(text: &str) -> bool {
    day_and_month(part(text, 0..2), part(text, 2..4))
}

/// Finnish personal identity code: mod 31 over date and serial.
pub(in crate::redact) fn fi_hetu(text: &str) -> bool {
    let body = format!("{}{}", part(text, 0..6), part(text, 7..10));
    let place = usize::try_from(number(&body) % 31).unwrap_or(0);
    "0123456789ABCDEFHJKLMNPRSTUVWXY".chars().nth(place) == text.chars().nth(10)
        && day_and_month(part(text, 0..2), part(text, 2..4))
}

/// Turkish identity number: two check digits.
pub(in crate::redact) fn tr_identity(text: &str) -> bool {
    let digits = values(text);
    let sum = |places: &[usize]| -> u32 { places.iter().filter_map(|place| digits.get(*place)).sum() };
    let (odd, even) = (sum(&[0, 2, 4, 6, 8]), sum(&[1, 3, 5, 7]));
    let tenth = (odd * 7 + 90 - even) % 10;
    !text.starts_with('0') && tenth == digit(text, 9) && (odd + even + tenth) % 10 == digit(text, 10)
}

/// Singapore NRIC and FIN: weights, an offset by century, a letter by mod 11.
pub(in crate::redact) fn sg_nric(text: &str) -> bool {
    let first = letter(text, 0);
    let offset = match first {
        'T' | 'G' => 4,
        'M' => 3,
        _ => 0,
    };
    let rest = (weighted(part(text, 1..8), &[2, 7, 6, 5, 4, 3, 2]) + offset) % 11;
    let letters = match first {
        'S' | 'T' => "JZIHGFEDCBA",
        'F' | 'G' => "XWUTRQPNMLK",
        'M' => "KLJNPQRTUWX",
        _ => return false,
    };
    let place = if first == 'M' { 10 - rest } else { rest };
    letters.chars().nth(place as usize) == text.chars().nth(8)
}

/// Korean resident registration number: a date and a century digit; numbers issued since 2020 have no check digit.
pub(in crate::redact) fn kr_rrn(text: &str) -> bool {
    day_and_month(part(text, 4..6), part(text, 2..4)) && matches!(letter(text, 6), '1'..='8')
}

/// Japanese My Number: weighted mod 11.
pub(in crate::redact) fn jp_my_number(text: &str) -> bool {
    let rest = weighted(text, &[6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2]) % 11;
    digit(text, 11) == if rest <= 1 { 0 } else { 11 - rest }
}

/// Thai identity number: weights 13 to 2, mod 11.
pub(in crate::redact) fn th_identity(text: &str) -> bool {
    let sum = weighted(text, &[13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2]);
    (11 - sum % 11) % 10 == digit(text, 12) && !text.starts_with('0')
}

/// South African identity number: Luhn and a date.
pub(in crate::redact) fn za_identity(text: &str) -> bool {
    luhn(text) && day_and_month(part(text, 4..6), part(text, 2..4)) && matches!(letter(text, 10), '0'..='2')
}

/// Chinese resident identity number: ISO 7064 mod 11,2.
pub(in crate::redact) fn cn_identity(text: &str) -> bool {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum = weighted(part(text, 0..17), &weights);
    "10X98765432".chars().nth((sum % 11) as usize) == text.chars().nth(17)
        && day_and_month(part(text, 12..14), part(text, 10..12))
}

/// Italian VAT number: Luhn.
pub(in crate::redact) fn it_vat(text: &str) -> bool {
    luhn(text)
}

/// German VAT number: ISO 7064 mod 11,10 over the digits behind `DE`.
pub(in crate::redact) fn de_vat(text: &str) -> bool {
    de_tax(part(text, 2..11))
}

/// US national provider identifier: Luhn with the prefix 80840.
pub(in crate::redact) fn us_npi(text: &str) -> bool {
    luhn(&format!("80840{text}")) && text.starts_with(['1', '2'])
}

/// US DEA number: sum of odd places and twice the even ones.
pub(in crate::redact) fn us_dea(text: &str) -> bool {
    let digits = values(part(text, 2..9));
    let sum = digits.iter().take(6).zip([1, 2].into_iter().cycle()).map(|(digit, weight)| digit * weight).sum::<u32>();
    digits.get(6) == Some(&(sum % 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(check: fn(&str) -> bool, valid: &str, invalid: &str) {
        assert!(check(valid), "{valid}");
        assert!(!check(invalid), "{invalid}");
    }

    /// Published examples of the authorities and of Wikipedia's articles.
    #[test]
    fn published_examples_pass_and_broken_ones_fail() {
        check(us_ssn, "536904399", "000904399");
        check(ca_sin, "130692544", "130692545");
        check(uk_nino, "AB123456C", "QQ123456C");
        check(uk_nhs, "9434765919", "9434765918");
        check(ie_pps, "1234567T", "1234567A");
        check(ie_pps, "1234567FA", "1234567TA");
        check(fr_nir, "255081416802538", "255081416802539");
        check(de_tax, "86095742719", "86095742718");
        check(de_pension, "15070649C103", "15070649C104");
        check(de_health, "A123456780", "A123456781");
        check(es_nif, "12345678Z", "12345678A");
        check(es_nif, "X1234567L", "X1234567A");
        check(it_fiscal, "RSSMRA85T10A562S", "RSSMRA85T10A562T");
        check(pt_nif, "123456789", "123456788");
        check(nl_bsn, "111222333", "111222334");
        check(br_cpf, "52998224725", "52998224724");
        check(br_cnpj, "11222333000181", "11222333000182");
        check(au_tfn, "123456782", "123456783");
        check(au_abn, "51824753556", "51824753557");
        check(au_medicare, "2123456701", "2123456711");
        check(in_aadhaar, "234123412346", "234123412347");
        check(at_svnr, "1237010180", "1238010180");
        check(ch_ahv, "7569217076985", "7569217076984");
        check(be_national, "85073003328", "85073003329");
        check(pl_pesel, "44051401359", "44051401358");
        check(se_personal, "8112189876", "8112189875");
        check(fi_hetu, "131052-308T", "131052-308U");
        check(tr_identity, "10000000146", "10000000147");
        check(sg_nric, "S1234567D", "S1234567A");
        check(za_identity, "8001015009087", "8001015009088");
        check(us_npi, "1234567893", "1234567890");
        check(cn_identity, "11010519491231002X", "110105194912310021");
        check(jp_my_number, "123456789018", "123456789019");
        check(th_identity, "1101700207030", "1101700207031");
        check(no_birth, "01010112377", "01010112378");
    }
}
