//! The oracle: a catalogue of regular expressions for the kinds with a fixed form, run by regex-automata beside the hand
//! scanner over the corpus and over generated text. They agree, but for what the table of reasons explains.

#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a test that panics has failed; it prints what it counted"
)]

use std::{collections::BTreeMap, fmt::Write as _, fs, ops::Range, path::Path};

#[path = "redaction_oracle/catalogue.rs"]
mod catalogue;

use catalogue::{CATALOGUE, compact, is_card, is_iban, is_s10, luhn, mod_97};
use regex_automata::meta::Regex;
use triaged::{
    conversation::{RawTurn, Role},
    redact::{KeepRules, Redactor},
};

/// How much text is generated.
const GENERATED_BYTES: usize = 10_000_000;

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

/// A reason why the two differ, and when it is the one.
type Reason = (&'static str, fn(&Case<'_>) -> bool);

/// Why the two may disagree.
const REASONS: &[Reason] = &[
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
            for case in &cases {
                judge(case, &mut self.explained, &mut self.unexplained);
            }
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
    if let Some((reason, _)) = REASONS.iter().find(|(_, explains)| explains(case)) {
        *explained.entry(reason).or_default() += 1;
    } else {
        let who = if case.hand_alone { "hand" } else { "oracle" };
        unexplained.push(format!("{} only {who}: {:?} in {:?}", case.family, case.value(), case.text));
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
        usize::try_from(self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33).map_or(0, |drawn| drawn % below.max(1))
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
