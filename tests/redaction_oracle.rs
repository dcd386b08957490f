//! The oracle: a catalogue of regular expressions for the kinds with a fixed form, run by regex-automata beside the hand
//! scanner over the corpus and over generated text. They agree, but for what the table of reasons explains.

#![expect(clippy::indexing_slicing, clippy::string_slice, reason = "a test that panics has failed")]

use std::{collections::BTreeMap, fmt::Write as _, fs, ops::Range, path::Path};

use regex_automata::meta::Regex;
use triaged::{
    conversation::{RawTurn, Role},
    redact::{KeepRules, Redactor},
};

/// How much text is generated.
const GENERATED_BYTES: usize = 10_000_000;

/// A family of the catalogue.
struct Family {
    name: &'static str,
    pattern: &'static str,
    /// What a match must also satisfy.
    valid: fn(&str) -> bool,
    /// The hand scanner's reasons for the same family; none where it has no reason of its own for it.
    reasons: &'static [&'static str],
}

const fn family(
    name: &'static str,
    pattern: &'static str,
    valid: fn(&str) -> bool,
    reasons: &'static [&'static str],
) -> Family {
    Family { name, pattern, valid, reasons }
}

const CATALOGUE: &[Family] = &[
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

fn compact(text: &str) -> String {
    text.chars().filter(char::is_ascii_alphanumeric).collect()
}

/// Luhn by the table of doubled digits.
fn luhn(text: &str) -> bool {
    const DOUBLED: [u32; 10] = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
    let digits: Vec<u32> = text.chars().filter_map(|character| character.to_digit(10)).collect();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, digit)| if at % 2 == 0 { *digit } else { DOUBLED[*digit as usize] })
        .sum();
    sum % 10 == 0
}

/// A right check digit behind the first digits of the large networks.
fn is_card(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|character| character.to_digit(10)).collect();
    let large = match (digits[0], digits[1], digits.len()) {
        (4, _, 13 | 16 | 19) | (5, 1..=5, 16) | (3, 4 | 7, 15) => true,
        _ => false,
    };
    luhn(text) && large && digits.iter().any(|digit| *digit != digits[0])
}

fn is_iban(text: &str) -> bool {
    const LENGTHS: [(&str, usize); 8] =
        [("DE", 22), ("GB", 22), ("FR", 27), ("ES", 24), ("IT", 27), ("NL", 18), ("BE", 16), ("AT", 20)];
    let text = compact(text);
    let known = LENGTHS.iter().any(|(country, length)| text.starts_with(country) && text.len() == *length);
    known && mod_97(&text) == 1
}

/// The rest by ninety-seven, the first four characters moved to the end and letters read as numbers from ten on.
fn mod_97(text: &str) -> u32 {
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

fn is_s10(text: &str) -> bool {
    let sum: u32 =
        text[2..10].chars().zip([8, 6, 4, 2, 3, 5, 9, 7]).map(|(c, by)| c.to_digit(10).unwrap_or(0) * by).sum();
    let check = match 11 - sum % 11 {
        10 => 0,
        11 => 5,
        other => other,
    };
    text[10..11].parse() == Ok(check)
}

/// A disagreement: the family, the text, where, and whether the hand scanner alone found it.
struct Case<'t> {
    family: &'static str,
    text: &'t str,
    range: Range<usize>,
    hand_alone: bool,
}

impl Case<'_> {
    fn value(&self) -> &str {
        &self.text[self.range.clone()]
    }

    fn before(&self) -> &str {
        &self.text[..self.range.start]
    }

    fn after(&self) -> &str {
        &self.text[self.range.end..]
    }

    fn glued(&self) -> bool {
        let joins = |c: char| c.is_alphanumeric() || "-_./@:=+#'".contains(c);
        self.before().chars().next_back().is_some_and(joins) || self.after().chars().next().is_some_and(joins)
    }

    fn says(&self, words: &[&str]) -> bool {
        let lower = self.text.to_lowercase();
        words.iter().any(|word| lower.contains(word))
    }
}

/// Why the two may disagree.
const REASONS: &[(&str, fn(&Case<'_>) -> bool)] = &[
    ("disguise: the hand scanner reads folded text", |case| case.hand_alone && !case.text.is_ascii()),
    (
        "a right check digit: other networks and groups, a letter o for a zero, or four figures before that hide it",
        |case| {
            let value = compact(case.value()).replace(['o', 'O'], "0");
            case.hand_alone && case.family == "card" && (13..=19).contains(&value.len()) && luhn(&value)
        },
    ),
    ("right check digits: countries, marks and small letters that the catalogue has not", |case| {
        case.hand_alone && case.family == "iban" && mod_97(&compact(case.value()).to_ascii_uppercase()) == 1
    }),
    ("twelve hexadecimal digits in other groups, beside the name", |case| {
        let digits = compact(case.value());
        let hexadecimal = digits.len() == 12 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        case.hand_alone && case.family == "mac" && hexadecimal && (case.value().contains('.') || case.says(&["mac"]))
    }),
    ("an address with its signs written as references or percents", |case| {
        case.hand_alone && case.family == "email" && (case.value().contains("&#") || case.value().contains("%40"))
    }),
    ("loopback, masks, unset addresses and public resolvers identify nobody", |case| {
        const PUBLIC: [&str; 7] = ["127.0.0.1", "0.0.0.0", "8.8.8.8", "8.8.4.4", "1.1.1.1", "1.0.0.1", "9.9.9.9"];
        case.family == "ipv4" && (case.value().starts_with("255") || PUBLIC.contains(&case.value()))
    }),
    ("a numbered paragraph is no address: `paragraph 4.4.7.1`", |case| {
        let before = case.before().to_lowercase();
        case.family == "ipv4"
            && case.value().split('.').all(|part| part.len() <= 2)
            && ["page", "paragraph", "section", "clause", "chapter"]
                .iter()
                .any(|word| before.trim_end().ends_with(word))
    }),
    ("a version is no address", |case| {
        case.family == "ipv4" && case.says(&["version", "firmware", "build", "release", "update", "driver", " v"])
    }),
    ("a part of a longer code", |case| !case.hand_alone && case.glued()),
    ("serial, part and model numbers stay", |case| {
        matches!(case.family, "card" | "ssn" | "s10" | "ups")
            && case.says(&["serial", "part number", "model", "imei", "sku", "product", "article"])
    }),
    ("five groups of hexadecimal digits and clock times are no address", |case| {
        case.family == "ipv6" && case.value().split(':').count() <= 3
    }),
];

fn redactor() -> Redactor {
    Redactor::new(&KeepRules::default()).expect("the default rules")
}

/// Both scanners over one text; disagreements by reason, and those without one.
struct Oracle {
    redactor: Redactor,
    regexes: Vec<Regex>,
    agreed: BTreeMap<&'static str, usize>,
    explained: BTreeMap<&'static str, usize>,
    unexplained: Vec<String>,
}

impl Oracle {
    fn new() -> Self {
        let regexes = CATALOGUE.iter().map(|family| Regex::new(family.pattern).expect("a pattern")).collect();
        Self {
            redactor: redactor(),
            regexes,
            agreed: BTreeMap::new(),
            explained: BTreeMap::new(),
            unexplained: Vec::new(),
        }
    }

    fn compare(&mut self, text: &str) {
        let redaction = self.redactor.redact(&[], &[RawTurn::body(Role::Customer, text)]);
        let findings = &redaction.turns[0].findings;
        let covered = |at: usize| findings.iter().any(|finding| finding.received.range().contains(&at));
        for (family, regex) in CATALOGUE.iter().zip(&self.regexes) {
            let matches: Vec<Range<usize>> = regex
                .find_iter(text)
                .map(|found| found.range())
                .filter(|range| (family.valid)(&text[range.clone()]))
                .collect();
            let mut cases = Vec::new();
            for range in &matches {
                let letters = text[range.clone()].char_indices().filter(|(_, c)| c.is_alphanumeric());
                if letters.map(|(at, _)| range.start + at).all(covered) {
                    *self.agreed.entry(family.name).or_default() += 1;
                } else {
                    cases.push(Case { family: family.name, text, range: range.clone(), hand_alone: false });
                }
            }
            for finding in
                findings.iter().filter(|finding| finding.reasons.iter().any(|reason| family.reasons.contains(reason)))
            {
                let range = finding.received.range();
                let spoken = finding.reasons.contains(&"spoken-digits");
                if !spoken && !matches.iter().any(|other| other.start < range.end && range.start < other.end) {
                    cases.push(Case { family: family.name, text, range, hand_alone: true });
                }
            }
            cases.iter().for_each(|case| judge(case, &mut self.explained, &mut self.unexplained));
        }
    }

    #[track_caller]
    fn conclude(&self) {
        println!("agreed {:?}\nexplained {:?}", self.agreed, self.explained);
        let first: Vec<&String> = self.unexplained.iter().take(40).collect();
        assert!(self.unexplained.is_empty(), "{} unexplained: {first:#?}", self.unexplained.len());
    }
}

fn judge(case: &Case<'_>, explained: &mut BTreeMap<&'static str, usize>, unexplained: &mut Vec<String>) {
    match REASONS.iter().find(|(_, explains)| explains(case)) {
        Some((reason, _)) => *explained.entry(reason).or_default() += 1,
        None => {
            let who = if case.hand_alone { "hand" } else { "oracle" };
            unexplained.push(format!("{} only {who}: {:?} in {:?}", case.family, case.value(), case.text));
        }
    }
}

#[test]
fn hand_scanner_and_catalogue_agree_on_the_corpus() {
    let mut oracle = Oracle::new();
    let folder = fs::read_dir(Path::new("tests/corpus/redaction")).expect("the corpus");
    let files = folder.map(|entry| entry.expect("a file").path());
    for path in files.filter(|path| path.extension().is_some_and(|ending| ending == "jsonl")) {
        for line in fs::read_to_string(&path).expect("UTF-8").lines() {
            let json: serde_json::Value = serde_json::from_str(line).expect("a row of JSON");
            for turn in json["turns"].as_array().expect("turns") {
                oracle.compare(&unmarked(&turn.as_str().expect("a text")[3..]));
            }
        }
    }
    assert!(oracle.agreed.len() >= 12, "{:?}", oracle.agreed);
    oracle.conclude();
}

fn unmarked(marked: &str) -> String {
    let parts = marked.split("[[").enumerate();
    let plain = parts.map(|(index, part)| match part.split_once('|').filter(|_| index > 0) {
        Some((_, value)) => value.replacen("]]", "", 1),
        None => part.to_owned(),
    });
    plain.collect()
}

/// A generator of text with a fixed seed (xorshift64*).
struct Generator(u64);

impl Generator {
    fn next(&mut self, below: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        usize::try_from((self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % below.max(1)).unwrap_or(0)
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.next(of.len())]
    }

    /// `9` a digit, `A` a capital, `a` a small letter, `f` a hexadecimal digit, `x` a letter or digit; others themselves.
    fn fill(&mut self, shape: &str) -> String {
        let mut out = String::new();
        for character in shape.chars() {
            let pool = match character {
                '9' => "0123456789",
                'A' => "ABCDEFGHJKLMNPRSTUVWXYZ",
                'a' => "abcdefghijklmnopqrstuvwxyz",
                'f' => "0123456789abcdef",
                'x' => "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789",
                other => {
                    out.push(other);
                    continue;
                }
            };
            out.push(char::from(pool.as_bytes()[self.next(pool.len())]));
        }
        out
    }

    /// A card number whose check digit is right two times in three.
    fn card(&mut self) -> String {
        let body = self.fill("499999999999999");
        let right = (0..10).map(|check| format!("{body}{check}")).find(|number| is_card(number)).unwrap_or(body);
        let number = if self.next(3) == 0 { self.fill("4999999999999999") } else { right };
        if self.next(2) == 0 {
            return number;
        }
        let groups: Vec<&str> = (0..4).map(|at| &number[at * 4..at * 4 + 4]).collect();
        groups.join(if self.next(2) == 0 { " " } else { "-" })
    }

    fn iban(&mut self) -> String {
        let body = self.fill("999999999999999999");
        let mut check = 0;
        while check < 99 && !is_iban(&format!("DE{check:02}{body}")) {
            check += 1;
        }
        format!("DE{check:02}{body}")
    }

    fn s10(&mut self) -> String {
        let body = self.fill("AA99999999");
        let found = (0..10).map(|check| format!("{body}{check}GB")).find(|number| is_s10(number));
        found.unwrap_or_default()
    }

    fn address(&mut self) -> String {
        (0..4).map(|_| self.next(280).to_string()).collect::<Vec<_>>().join(".")
    }

    fn value(&mut self) -> String {
        const SHAPES: &[&str] = &[
            "aaaa.aaaaa@aaaaaa.com",
            "aa99+x@mail.aaaaa.co.uk",
            "2001:db8:ffff:ffff::ffff",
            "ff:ff:ff:ff:ff:ff",
            "ff-ff-ff-ff-ff-ff",
            "eyJhbGciOiJIUzI1NiJ9.xxxxxxxxxxxxxxxx.xxxxxxxxxxxxxxxxxxxx",
            "AKIA9A9A9A9A9A9A9A9A",
            "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            "sk_live_xxxxxxxxxxxxxxxxxxxxxxxx",
            "glpat-xxxxxxxxxxxxxxxxxxxx",
            "https://aaaaa:xxxxxxxx@aaaaa.example.com",
            "postgres://aaaaa:xxxxxxxxxx@db.aaaa.example",
            "+44 20 7999 9999",
            "+49 30 9999 9999",
            "+1-212-599-9999",
            "+31619999999",
            "1Z99999999A9999999",
            "999-99-9999",
            "bc1q999999999999999999999999999999aaaaaaaa",
            "0xffffffffffffffffffffffffffffffffffffffff",
            "99:99:99",
            "99.99.2024",
            "9.99",
            "99999",
            "v9.9.9",
            "aaaaa",
            "Aaaaa",
            "999 999",
            "AA-9999",
            "24/7",
            "$9,999.00",
        ];
        match self.next(12) {
            0 => self.card(),
            1 => self.iban(),
            2 => self.s10(),
            3 => self.address(),
            _ => {
                let shape = self.pick(SHAPES);
                self.fill(shape)
            }
        }
    }

    fn text(&mut self) -> String {
        const WORDS: &[&str] = &[
            "the",
            "order",
            "is",
            "late",
            "and",
            "my",
            "I",
            "called",
            "you",
            "about",
            "it",
            "please",
            "thanks",
            "from",
            "address",
            "card",
            "ends",
            "see",
            "at",
            "with",
            "for",
            "to",
            "again",
            "no",
            "yes",
            "page",
            "serial number",
            "version",
            "total",
            "on Monday",
            "what",
            "we",
            "sent",
        ];
        const MARKS: &[&str] = &[" ", " ", " ", " ", ", ", ". ", " (", ") ", "\n", ": ", "; ", "? "];
        let mut text = String::new();
        for _ in 0..4 + self.next(24) {
            let piece = if self.next(6) == 0 { self.value() } else { self.pick(WORDS).to_owned() };
            write!(text, "{piece}{}", self.pick(MARKS)).expect("memory");
        }
        text
    }
}

#[test]
fn hand_scanner_and_catalogue_agree_on_ten_megabytes_of_generated_text() {
    let mut oracle = Oracle::new();
    let mut generator = Generator(0x7472_6961_6765_6421);
    let mut bytes = 0;
    while bytes < GENERATED_BYTES && oracle.unexplained.len() < 2_000 {
        let text = generator.text();
        bytes += text.len();
        oracle.compare(&text);
    }
    oracle.conclude();
    assert_eq!(oracle.agreed.len(), CATALOGUE.len());
}
