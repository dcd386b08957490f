//! Number words put together to digits: units, teens, tens and hundreds of a language, as people say them in a row
//! (`forty two forty two`, `quatre-vingt-dix`, `veintidós`). Knows nothing of what the digits mean.

use crate::redact::words::{Languages, Number};

/// The scale of the last word taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scale {
    Unit,
    Teen,
    Tens,
    Hundred,
    Thousand,
}

/// One number that may still grow.
#[derive(Clone, Copy, Debug)]
struct Open {
    value: u32,
    scale: Scale,
    languages: Languages,
}

/// Digits made of number words, in the order of speech.
#[derive(Clone, Debug, Default)]
pub(super) struct Dictation {
    digits: String,
    open: Option<Open>,
    repeat: usize,
}

impl Dictation {
    /// Takes in a number word. `joined`: an `and` stands before it. `last`: no further number word follows directly.
    pub(super) fn word(&mut self, number: Number, joined: bool, last: bool) {
        let repeat = std::mem::take(&mut self.repeat);
        if repeat > 1 && number.value < 10 {
            self.flush();
            for _ in 0..repeat {
                self.push(u32::from(number.value));
            }
            return;
        }
        if let Some(grown) = self.open.and_then(|open| open.grow(number, joined, last)) {
            self.open = Some(grown);
            return;
        }
        self.flush();
        self.open = Some(Open::new(number));
    }

    /// Takes in digits that are written as such, or letters.
    pub(super) fn written(&mut self, text: &str) {
        self.flush();
        let repeat = std::mem::take(&mut self.repeat);
        let times = if text.len() == 1 { repeat.max(1) } else { 1 };
        for _ in 0..times {
            self.digits.push_str(text);
        }
    }

    /// The next digit is said once and meant `times`.
    pub(super) fn repeat(&mut self, times: usize) {
        self.flush();
        self.repeat = times;
    }

    /// A pause ends the number that is being said.
    pub(super) fn pause(&mut self) {
        self.flush();
    }

    /// Takes the last number back: what follows replaces it.
    pub(super) fn take_back(&mut self) {
        if self.open.take().is_none() {
            self.digits.pop();
        }
    }

    /// How many digits there are so far.
    pub(super) fn len(&self) -> usize {
        self.digits.len() + self.open.map_or(0, |open| open.value.to_string().len())
    }

    /// All digits.
    pub(super) fn finish(mut self) -> String {
        self.flush();
        std::mem::take(&mut self.digits)
    }

    fn flush(&mut self) {
        if let Some(open) = self.open.take() {
            self.push(open.value);
        }
    }

    fn push(&mut self, value: u32) {
        self.digits.push_str(&value.to_string());
    }
}

impl Open {
    fn new(number: Number) -> Self {
        let scale = match number.value {
            10..=19 => Scale::Teen,
            20 | 30 | 40 | 50 | 60 | 70 | 80 | 90 => Scale::Tens,
            100 | 200 | 300 | 400 | 500 | 600 | 700 | 800 | 900 => Scale::Hundred,
            1000 => Scale::Thousand,
            _ => Scale::Unit,
        };
        Self { value: u32::from(number.value), scale, languages: number.languages }
    }

    /// The number with one more word, if the language lets it grow.
    fn grow(self, next: Number, joined: bool, last: bool) -> Option<Self> {
        let languages = self.languages & next.languages;
        if languages.is_empty() {
            return None;
        }
        let value = u32::from(next.value);
        let french = languages.french();
        let grown = |value, scale| Some(Self { value, scale, languages });
        match (self.scale, value) {
            (Scale::Tens, 1..=9) => grown(self.value + value, Scale::Unit),
            (Scale::Tens, 10..=19) if french && matches!(self.value % 100, 60 | 80) => {
                grown(self.value + value, Scale::Unit)
            }
            (Scale::Unit, 7..=9) if french && self.value % 100 >= 70 && self.value.is_multiple_of(10) => {
                grown(self.value + value, Scale::Unit)
            }
            (Scale::Teen, 7..=9) if french && self.value == 10 => grown(10 + value, Scale::Unit),
            (Scale::Unit, 20) if french && self.value == 4 => grown(80, Scale::Tens),
            (Scale::Unit | Scale::Teen | Scale::Tens, 100) if (1..100).contains(&self.value) => {
                grown(self.value * 100, Scale::Hundred)
            }
            (Scale::Unit | Scale::Teen | Scale::Tens | Scale::Hundred, 1000) if (1..1000).contains(&self.value) => {
                grown(self.value * 1000, Scale::Thousand)
            }
            (Scale::Thousand, 100..=900) if value % 100 == 0 => grown(self.value + value, Scale::Hundred),
            (Scale::Hundred | Scale::Thousand, 1..=9) if joined || last => grown(self.value + value, Scale::Unit),
            (Scale::Hundred | Scale::Thousand, 10..=19) => grown(self.value + value, Scale::Teen),
            (Scale::Hundred | Scale::Thousand, 20..=99) => grown(self.value + value, Open::new(next).scale),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::super::super::words, *};

    #[track_caller]
    fn check(words: &str, expected: &str) {
        let mut dictation = Dictation::default();
        let words: Vec<&str> = words.split(' ').collect();
        for (index, word) in words.iter().enumerate() {
            match (*word, words::look_up(word).number) {
                ("double", _) => dictation.repeat(2),
                ("triple", _) => dictation.repeat(3),
                (_, Some(number)) => dictation.word(number, false, index + 1 == words.len()),
                _ => {}
            }
        }
        assert_eq!(dictation.finish(), expected);
    }

    #[test]
    fn numbers_are_put_together_as_each_language_says_them() {
        check("four one one one", "4111");
        check("forty two forty two", "4242");
        check("double five oh triple seven", "550777");
        check("one eight hundred five five five", "1800555");
        check("four hundred twelve", "412");
        check("twenty twenty five", "2025");
        check("two thousand twenty six", "2026");
        check("quatre vingt dix sept", "97");
        check("soixante quinze", "75");
        check("zero six douze", "0612");
        check("treinta y cinco veintidos", "3522");
        check("vierundzwanzig acht", "248");
    }
}
