//! The Luhn check (ISO/IEC 7812-1, annex B).

/// Whether the digits satisfy the Luhn check. Anything but digits fails.
pub(in crate::redact) fn luhn(digits: &str) -> bool {
    let mut sum = 0;
    for (place, byte) in digits.bytes().rev().enumerate() {
        let digit = match byte {
            b'0'..=b'9' => u32::from(byte - b'0'),
            _ => return false,
        };
        sum += match (place % 2, digit) {
            (0, digit) => digit,
            (_, digit @ 0..=4) => digit * 2,
            (_, digit) => digit * 2 - 9,
        };
    }
    !digits.is_empty() && sum % 10 == 0
}

#[cfg(test)]
mod tests {
    use super::luhn;

    #[test]
    fn published_examples_pass_and_every_single_error_fails() {
        for number in ["4111111111111111", "378282246310005", "79927398713", "6011000990139424"] {
            assert!(luhn(number), "{number}");
            for place in 0..number.len() {
                for digit in '0'..='9' {
                    let mut wrong: Vec<char> = number.chars().collect();
                    let right = std::mem::replace(&mut wrong[place], digit);
                    assert_eq!(luhn(&wrong.iter().collect::<String>()), right == digit);
                }
            }
        }
        assert!(!luhn(""));
        assert!(!luhn("4x"));
    }
}
