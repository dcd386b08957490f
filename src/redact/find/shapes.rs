//! Compares a text with the patterns of all forms at once: one bit a pattern, one table look-up a byte. A pattern with
//! optional separators counts twice, with all of them and with none, so that every place of a pattern is fixed. Knows
//! nothing of what the forms mean.

use std::sync::LazyLock;

use super::forms::FORMS;

/// How many patterns fit, in words of 64 bits.
const WORDS: usize = patterns().div_ceil(64);

/// How many patterns there are, with and without separators.
const fn patterns() -> usize {
    let (mut rest, mut count) = (FORMS, 0);
    while let [form, others @ ..] = rest {
        let mut pattern = form.pattern.as_bytes();
        let mut separated = 0;
        while let [byte, more @ ..] = pattern {
            if *byte == b'~' {
                separated = 1;
            }
            pattern = more;
        }
        count += 1 + separated;
        rest = others;
    }
    count
}

/// One bit a pattern.
type Set = [u64; WORDS];

/// Kinds of bytes that patterns tell apart.
const CLASSES: usize = 48;

#[derive(Debug)]
struct Shapes {
    /// The kind of every byte.
    classes: [u8; 256],
    /// By place and kind of byte: the patterns that allow it there.
    allowed: Vec<[Set; CLASSES]>,
    /// By place: the patterns that are longer.
    longer: Vec<Set>,
    /// By pattern: its row in the table of forms, and its length.
    rows: Vec<(usize, usize)>,
}

static SHAPES: LazyLock<Shapes> = LazyLock::new(Shapes::build);

/// Rows whose form matches, with the lengths of the matches, in the order of the table.
#[derive(Debug)]
pub(super) struct Matches {
    set: Set,
    shapes: &'static Shapes,
}

impl Matches {
    /// The rows and lengths.
    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, usize)> + '_ {
        let bits = self.set.iter().zip(0..).flat_map(|(word, index)| {
            let next = |rest: &u64| Some(rest & (rest - 1)).filter(|rest| *rest != 0);
            let some = Some(*word).filter(|word| *word != 0);
            std::iter::successors(some, next).map(move |rest| index * 64 + rest.trailing_zeros() as usize)
        });
        bits.filter_map(|pattern| self.shapes.rows.get(pattern).copied())
    }
}

/// The forms that match at the start of `rest`.
pub(super) fn matching(rest: &[u8]) -> Matches {
    let shapes = &*SHAPES;
    let mut alive = [u64::MAX; WORDS];
    let mut found = Set::default();
    let places = shapes.allowed.iter().zip(&shapes.longer);
    for ((allowed, longer), byte) in places.zip(rest.iter().chain(std::iter::repeat(&0))) {
        let class = shapes.classes.get(usize::from(*byte)).copied().unwrap_or(0);
        let Some(allowed) = allowed.get(usize::from(class)) else { break };
        let mut left = 0;
        for (((alive, found), allowed), longer) in alive.iter_mut().zip(&mut found).zip(allowed).zip(longer) {
            *alive &= allowed;
            *found |= *alive & !longer;
            *alive &= longer;
            left |= *alive;
        }
        if left == 0 {
            break;
        }
    }
    Matches { set: found, shapes }
}

/// A pattern with its separators (`~`) or without.
fn variants(pattern: &'static str) -> impl Iterator<Item = Vec<u8>> {
    let with = pattern.contains('~').then(|| pattern.bytes().collect());
    std::iter::once(pattern.bytes().filter(|byte| *byte != b'~').collect()).chain(with)
}

/// Whether a byte may stand where the pattern has `expected` (see [`super::forms::Form`]).
fn fits(expected: u8, byte: u8) -> bool {
    match expected {
        b'9' => byte.is_ascii_digit(),
        b'A' => byte.is_ascii_alphabetic(),
        b'X' => byte.is_ascii_alphanumeric(),
        b'~' => matches!(byte, b' ' | b'-' | b'.' | b'/'),
        b'-' => matches!(byte, b'-' | b' '),
        literal => byte.eq_ignore_ascii_case(&literal),
    }
}

/// The kind of a byte: letters and marks by themselves, digits but for `1` and all others together.
fn class(byte: u8) -> u8 {
    match byte.to_ascii_lowercase() {
        letter @ b'a'..=b'z' => 1 + letter - b'a',
        b'0' | b'2'..=b'9' => 27,
        b'1' => 28,
        b' ' => 29,
        mark @ b'('..=b'/' => 30 + mark - b'(',
        _ => 0,
    }
}

impl Shapes {
    fn build() -> Self {
        let mut classes = [0; 256];
        for (byte, place) in (0..=u8::MAX).zip(&mut classes) {
            *place = class(byte);
        }
        let mut shapes = Self { classes, allowed: Vec::new(), longer: Vec::new(), rows: Vec::new() };
        for (row, form) in FORMS.iter().enumerate() {
            variants(form.pattern).for_each(|pattern| shapes.add(row, &pattern));
        }
        shapes
    }

    fn add(&mut self, row: usize, pattern: &[u8]) {
        let (word, bit) = (self.rows.len() / 64, 1 << (self.rows.len() % 64));
        let mut set = |set: &mut Set| {
            if let Some(word) = set.get_mut(word) {
                *word |= bit;
            }
        };
        for (at, expected) in pattern.iter().enumerate() {
            // A form that may begin with either begins with a letter.
            let expected = if at == 0 && *expected == b'X' { &b'A' } else { expected };
            if self.allowed.len() == at {
                self.allowed.push([Set::default(); CLASSES]);
                self.longer.push(Set::default());
            }
            for byte in (0..=u8::MAX).filter(|byte| fits(*expected, *byte)) {
                let place = self.allowed.get_mut(at).and_then(|place| place.get_mut(usize::from(class(byte))));
                place.into_iter().for_each(&mut set);
            }
            if at + 1 < pattern.len() {
                self.longer.get_mut(at).into_iter().for_each(&mut set);
            }
        }
        self.rows.push((row, pattern.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The row and length of the matches at the start of `text` that have this reason.
    #[track_caller]
    fn check(text: &str, reason: &str, expected: Option<usize>) {
        let found = matching(text.as_bytes());
        let length = found.iter().find(|(row, _)| FORMS[*row].reason == reason).map(|(_, length)| length);
        assert_eq!(length, expected, "{text}");
    }

    #[test]
    fn forms_match_with_all_separators_or_none() {
        check("AB 12 34 56 C and", "form:uk-nino", Some(13));
        check("ab123456c", "form:uk-nino", Some(9));
        check("AB12 34 56 C", "form:uk-nino", None);
        check("AB 12 34 56", "form:uk-nino", None);
        check("de123456789", "check:de-vat", Some(11));
        check("DE12345678", "check:de-vat", None);
    }

    #[test]
    fn every_pattern_has_its_bit_and_begins_near_a_digit() {
        assert_eq!(SHAPES.rows.len(), patterns());
        for form in FORMS {
            // A finder looks only at tokens with digits, beside them, and at eight or eleven capitals.
            let tokens: Vec<&str> = form.pattern.split(|mark: char| !mark.is_ascii_alphanumeric()).collect();
            let digits = tokens.iter().take(3).any(|token| token.contains('9'));
            let own = tokens.first().is_some_and(|token| token.len() > 6 || token.contains(['9', '1']));
            assert!(digits || own, "{}", form.pattern);
        }
    }
}
