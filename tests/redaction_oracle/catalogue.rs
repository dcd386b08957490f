//! The catalogue of regular expressions for the kinds with a fixed form, shared by the oracle and the bench. Knows nothing
//! of the hand scanner but its reasons.

/// A family of the catalogue.
pub(crate) struct Family {
    pub(crate) name: &'static str,
    pub(crate) pattern: &'static str,
    /// What a match must also satisfy.
    pub(crate) valid: fn(&str) -> bool,
    /// The hand scanner's reasons for the same family; none where it has no reason of its own for it.
    pub(crate) reasons: &'static [&'static str],
}

const fn family(
    name: &'static str,
    pattern: &'static str,
    valid: fn(&str) -> bool,
    reasons: &'static [&'static str],
) -> Family {
    Family { name, pattern, valid, reasons }
}

/// Kinds with a fixed form.
pub(crate) const CATALOGUE: &[Family] = &[
    family(
        "email",
        r"[A-Za-z0-9][A-Za-z0-9._%+-]*@[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}\b",
        any,
        &["form:email"],
    ),
    family(
        "card",
        r"\b(?:[0-9]{13,19}|[0-9]{4}(?:[ -][0-9]{4}){3}|3[0-9]{3}[ -][0-9]{6}[ -][0-9]{5})\b",
        is_card,
        &["luhn"],
    ),
    family(
        "iban",
        r"\b[A-Z]{2}[0-9]{2}(?:[A-Z0-9]{11,30}|(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,3})?)\b",
        is_iban,
        &["check:iban"],
    ),
    family("ipv4", r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b", is_ipv4, &["form:ipv4"]),
    family("ipv6", r"\b[0-9a-fA-F]{1,4}(?::[0-9a-fA-F]{0,4}){2,7}\b", is_ipv6, &[]),
    family(
        "mac",
        r"\b[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){5}\b|\b[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}\b",
        has_letter,
        &["form:mac"],
    ),
    family("jwt", r"\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}", has_digit, &[]),
    family(
        "key",
        r"\b(?:AKIA[0-9A-Z]{16}|gh[posur]_[A-Za-z0-9]{36}|[sr]k_live_[A-Za-z0-9]{24}|glpat-[A-Za-z0-9]{20}|AIza[A-Za-z0-9_-]{35}|xoxb-[0-9]{10}-[A-Za-z0-9]{20}|npm_[A-Za-z0-9]{36}|hf_[A-Za-z0-9]{34})\b",
        has_digit,
        &[],
    ),
    family("url-credential", r"://[a-z0-9_]+:[A-Za-z0-9!$%*_-]{4,}@", any, &[]),
    family("phone", r"\+[1-9][0-9]{1,2}[ -]?(?:[0-9]{9,10}|[0-9]{2,3}(?:[ -][0-9]{2,4}){2,3})\b", is_phone, &[]),
    family("s10", r"\b[A-Z]{2}[0-9]{9}[A-Z]{2}\b", is_s10, &["check:s10"]),
    family("ups", r"\b1Z[A-Z0-9]{16}\b", any, &["check:ups", "form:ups"]),
    family("ssn", r"\b[0-9]{3}-[0-9]{2}-[0-9]{4}\b", any, &[]),
    family("bitcoin", r"\bbc1q[ac-hj-np-z02-9]{38}\b", any, &[]),
    family("ethereum", r"\b0x[0-9a-fA-F]{40}\b", any, &[]),
];

fn any(_: &str) -> bool {
    true
}

fn has_letter(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

fn has_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

pub(crate) fn compact(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Luhn by the table of doubled digits.
pub(crate) fn luhn(text: &str) -> bool {
    const DOUBLED: [u32; 10] = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
    let digits: Vec<u32> = text.chars().filter_map(|character| character.to_digit(10)).collect();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| if at % 2 == 0 { *digit } else { DOUBLED[*digit as usize] })
        .sum();
    sum.is_multiple_of(10)
}

/// A right check digit behind the first digits of the large networks.
pub(crate) fn is_card(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|character| character.to_digit(10)).collect();
    let head = (digits[0], digits[1], digits.len());
    let large = matches!(head, (4, _, 13 | 16 | 19) | (5, 1..=5, 16) | (3, 4 | 7, 15));
    luhn(text) && large && digits.iter().any(|digit| *digit != digits[0])
}

pub(crate) fn is_iban(text: &str) -> bool {
    const LENGTHS: [(&str, usize); 8] =
        [("DE", 22), ("GB", 22), ("FR", 27), ("ES", 24), ("IT", 27), ("NL", 18), ("BE", 16), ("AT", 20)];
    let text = compact(text);
    let known = LENGTHS.iter().any(|(country, length)| text.starts_with(country) && text.len() == *length);
    known && mod_97(&text) == 1
}

/// The rest by ninety-seven, the first four characters moved to the end and letters read as numbers from ten on.
pub(crate) fn mod_97(text: &str) -> u32 {
    let moved = format!("{}{}", &text[4..], &text[..4]);
    let number: String = moved.chars().filter_map(|c| c.to_digit(36)).map(|value| value.to_string()).collect();
    number.bytes().fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97)
}

fn is_ipv4(text: &str) -> bool {
    text.split('.').all(|part| part.parse::<u16>().is_ok_and(|value| value <= 255))
}

fn is_ipv6(text: &str) -> bool {
    text.parse::<std::net::Ipv6Addr>().is_ok()
}

fn is_phone(text: &str) -> bool {
    (10..=13).contains(&compact(text).len())
}

pub(crate) fn is_s10(text: &str) -> bool {
    let sum: u32 =
        text[2..10].chars().zip([8, 6, 4, 2, 3, 5, 9, 7]).map(|(c, by)| c.to_digit(10).unwrap_or(0) * by).sum();
    let check = match 11 - sum % 11 {
        10 => 0,
        11 => 5,
        other => other,
    };
    text[10..11].parse() == Ok(check)
}
