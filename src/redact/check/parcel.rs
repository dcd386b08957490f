//! Check digits of parcels, vehicles and national bank accounts. Every function takes the number without separators, in
//! upper case, of the length its row in the table of forms says. Sources: the rules that the Universal Postal Union, UPS,
//! `FedEx`, USPS, DHL, ISO 3779, the ABA and the Banco de México publish.

use super::digits::{digit, letter, number, part, values, weighted};

/// US bank routing number: weights 3 7 1.
pub(in crate::redact) fn us_routing(text: &str) -> bool {
    number(text) != 0 && weighted(text, &[3, 7, 1, 3, 7, 1, 3, 7, 1]).is_multiple_of(10)
}

/// Mexican CLABE: weights 3 7 1, digit by digit mod 10.
pub(in crate::redact) fn mx_clabe(text: &str) -> bool {
    let sum: u32 = values(part(text, 0..17))
        .iter()
        .zip([3, 7, 1].into_iter().cycle())
        .map(|(digit, weight)| digit * weight % 10)
        .sum();
    (10 - sum % 10) % 10 == digit(text, 17)
}

/// Parcel numbers of the Universal Postal Union (S10): weights 8 6 4 2 3 5 9 7, mod 11.
pub(in crate::redact) fn s10(text: &str) -> bool {
    let check = 11 - weighted(part(text, 2..10), &[8, 6, 4, 2, 3, 5, 9, 7]) % 11;
    let check = match check {
        10 => 0,
        11 => 5,
        other => other,
    };
    digit(text, 10) == check
}

/// UPS 1Z numbers: alternate weights 1 and 2, letters counting from 2 on, mod 10.
pub(in crate::redact) fn ups(text: &str) -> bool {
    let sum: u32 = part(text, 2..17)
        .chars()
        .zip([1, 2].into_iter().cycle())
        .map(|(character, weight)| {
            let value = character.to_digit(10).unwrap_or_else(|| (u32::from(character) - 63) % 10);
            value * weight
        })
        .sum();
    (10 - sum % 10) % 10 == digit(text, 17)
}

/// `FedEx` Express numbers of twelve digits: weights 1 3 7 from the right, mod 11, mod 10.
pub(in crate::redact) fn fedex(text: &str) -> bool {
    weighted(part(text, 0..11), &[3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1]) % 11 % 10 == digit(text, 11)
}

/// The mod-10 check of GS1 (weights 3 and 1 from the right) that USPS numbers and `FedEx` Ground numbers have.
pub(in crate::redact) fn gs1(text: &str) -> bool {
    let sum: u32 = values(text).iter().rev().zip([1, 3].into_iter().cycle()).map(|(digit, by)| digit * by).sum();
    sum > 0 && sum.is_multiple_of(10)
}

/// DHL Express air waybills of ten digits: the first nine mod 7.
pub(in crate::redact) fn dhl_express(text: &str) -> bool {
    number(part(text, 0..9)) % 7 == u64::from(digit(text, 9)) && number(text) != 0
}

/// Vehicle identification number: transliteration, weights, mod 11 (North American check digit).
pub(in crate::redact) fn vin(text: &str) -> bool {
    let worth = |character: char| match character {
        'A' | 'J' => 1,
        'B' | 'K' | 'S' => 2,
        'C' | 'L' | 'T' => 3,
        'D' | 'M' | 'U' => 4,
        'E' | 'N' | 'V' => 5,
        'F' | 'W' => 6,
        'G' | 'P' | 'X' => 7,
        'H' | 'Y' => 8,
        'R' | 'Z' => 9,
        other => other.to_digit(10).unwrap_or(0),
    };
    let weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let sum: u32 = text.chars().zip(weights).map(|(character, weight)| worth(character) * weight).sum();
    let expected = if sum % 11 == 10 { 'X' } else { char::from_digit(sum % 11, 10).unwrap_or('?') };
    letter(text, 8) == expected && !text.contains(['I', 'O', 'Q'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(check: fn(&str) -> bool, valid: &str, invalid: &str) {
        assert!(check(valid), "{valid}");
        assert!(!check(invalid), "{invalid}");
    }

    #[test]
    fn published_examples_pass_and_broken_ones_fail() {
        check(us_routing, "021000021", "021000022");
        check(mx_clabe, "032180000118359719", "032180000118359718");
        check(s10, "RB123456785GB", "RB123456784GB");
        check(ups, "1Z999AA10123456784", "1Z999AA10123456785");
        check(vin, "1M8GDM9AXKP042788", "1M8GDM9A1KP042788");
    }
}
