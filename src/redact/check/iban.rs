//! IBAN: registered lengths and the mod-97 check (ISO 13616, ISO 7064).

/// Country and length of its IBANs, from the SWIFT registry, in alphabetical order.
const LENGTHS: &[(&str, usize)] = &[
    ("AD", 24),
    ("AE", 23),
    ("AL", 28),
    ("AT", 20),
    ("AZ", 28),
    ("BA", 20),
    ("BE", 16),
    ("BG", 22),
    ("BH", 22),
    ("BI", 27),
    ("BR", 29),
    ("BY", 28),
    ("CH", 21),
    ("CR", 22),
    ("CY", 28),
    ("CZ", 24),
    ("DE", 22),
    ("DJ", 27),
    ("DK", 18),
    ("DO", 28),
    ("EE", 20),
    ("EG", 29),
    ("ES", 24),
    ("FI", 18),
    ("FK", 18),
    ("FO", 18),
    ("FR", 27),
    ("GB", 22),
    ("GE", 22),
    ("GI", 23),
    ("GL", 18),
    ("GR", 27),
    ("GT", 28),
    ("HN", 28),
    ("HR", 21),
    ("HU", 28),
    ("IE", 22),
    ("IL", 23),
    ("IQ", 23),
    ("IS", 26),
    ("IT", 27),
    ("JO", 30),
    ("KW", 30),
    ("KZ", 20),
    ("LB", 28),
    ("LC", 32),
    ("LI", 21),
    ("LT", 20),
    ("LU", 20),
    ("LV", 21),
    ("LY", 25),
    ("MC", 27),
    ("MD", 24),
    ("ME", 22),
    ("MK", 19),
    ("MN", 20),
    ("MR", 27),
    ("MT", 31),
    ("MU", 30),
    ("NI", 28),
    ("NL", 18),
    ("NO", 15),
    ("OM", 23),
    ("PK", 24),
    ("PL", 28),
    ("PS", 29),
    ("PT", 25),
    ("QA", 29),
    ("RO", 24),
    ("RS", 22),
    ("RU", 33),
    ("SA", 24),
    ("SC", 31),
    ("SD", 18),
    ("SE", 24),
    ("SI", 19),
    ("SK", 24),
    ("SM", 27),
    ("SO", 23),
    ("ST", 25),
    ("SV", 28),
    ("TL", 23),
    ("TN", 24),
    ("TR", 26),
    ("UA", 29),
    ("VA", 22),
    ("VG", 24),
    ("XK", 20),
    ("YE", 30),
];

/// The length of an IBAN of the country, in upper case.
pub(in crate::redact) fn iban_length(country: &str) -> Option<usize> {
    LENGTHS
        .binary_search_by_key(&country, |(code, _)| code)
        .ok()
        .and_then(|at| LENGTHS.get(at))
        .map(|(_, length)| *length)
}

/// Whether the compact text (no spaces, upper case) has mod-97 remainder 1.
pub(in crate::redact) fn iban(compact: &str) -> bool {
    let (Some(head), Some(body)) = (compact.get(..4), compact.get(4..)) else { return false };
    mod97(body.chars().chain(head.chars())) == Some(1)
}

/// The remainder by 97 of digits and letters, a letter counting as two digits from 10 on.
pub(in crate::redact) fn mod97(characters: impl Iterator<Item = char>) -> Option<u32> {
    characters.into_iter().try_fold(0, |rest, character| {
        let value = character.to_digit(36)?;
        Some(if value < 10 { (rest * 10 + value) % 97 } else { (rest * 100 + value) % 97 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registry_examples_pass_and_errors_fail() {
        for example in
            ["GB29NWBK60161331926819", "DE89370400440532013000", "FR1420041010050500013M02606", "NO9386011117947"]
        {
            assert!(iban(example), "{example}");
            assert_eq!(iban_length(example.get(..2).unwrap()), Some(example.len()));
            assert!(!iban(&example.replace('3', "4")));
        }
        assert!(LENGTHS.is_sorted());
        assert!(!iban("GB"));
    }
}
