//! Runs of digits: written groups and number words that stand together, with fillers, pauses and corrections between.
//! Knows nothing of what the digits mean.

use super::{letter::letter_at, spoken::Dictation};
use crate::redact::{
    token::{Class, NormalisedTurn, Token},
    words::{Cue, Cues, Languages, Number},
};

/// A run ends after this many digits, so that hostile input costs no more than its length.
const DIGITS_MAX: usize = 64;

/// Written groups with words between are one number from this many digits on.
const INTERRUPTED_DIGITS_MIN: usize = 9;

/// How many words may stand between two digits of a dictation.
const JOINERS_MAX: usize = 4;

/// From so many digits on a dictation may be interrupted by `that's right` and the like.
const AGREED_DIGITS_MIN: usize = 4;

/// Words of agreement inside a dictation.
fn is_agreement(word: &str) -> bool {
    matches!(word, "yeah" | "yes" | "yep" | "right" | "that" | "s" | "correct" | "ja" | "si" | "oui")
}

/// A run of digits.
#[derive(Debug)]
pub(super) enum Run {
    /// Groups written in digits.
    Written(Vec<Group>),
    /// A dictation.
    Spoken(Spoken),
}

/// One token of written digits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Group {
    /// Index of its token.
    pub(super) token: usize,
    /// How many digits it has.
    pub(super) digits: usize,
}

/// Digits (and letters that are spelled out among them) of a dictation.
#[derive(Debug)]
pub(super) struct Spoken {
    /// First token.
    pub(super) first: usize,
    /// Last token.
    pub(super) last: usize,
    /// Digits and letters, lower case.
    pub(super) value: String,
    /// How many number words and groups it was made of.
    pub(super) atoms: usize,
    /// How many of them are written digits.
    pub(super) written: usize,
    /// How many of them are spelled letters.
    pub(super) letters: usize,
    /// How many of them are number words.
    pub(super) words: usize,
    /// Whether an `and` joins two of them.
    pub(super) conjoined: bool,
}

/// Something that adds digits or a letter, and the token behind it.
enum Atom {
    Written,
    Number,
    Repeat(usize),
    Letter(u8),
}

/// The run that starts at token `index`, and the token behind it.
pub(super) fn run_at(turn: &NormalisedTurn<'_>, index: usize) -> Option<(Run, usize)> {
    let spoken = spoken_at(turn, index);
    let groups = written_at(turn, index);
    let interrupted = |spoken: &Spoken| {
        spoken.written > groups.len()
            && spoken.words == 0
            && !spoken.conjoined
            && spoken.value.len() >= INTERRUPTED_DIGITS_MIN
            && !(spoken.first..spoken.last).any(|at| turn.gap(at).contains('['))
    };
    if let Some(spoken) = spoken.filter(|spoken| is_dictated(spoken) || interrupted(spoken)) {
        let next = spoken.last + 1;
        return Some((Run::Spoken(spoken), next));
    }
    let next = groups.last()?.token + 1;
    Some((Run::Written(groups), next))
}

/// Whether a run is dictated rather than written: number words, or letters that are spelled out.
fn is_dictated(spoken: &Spoken) -> bool {
    spoken.words > 1
        || (spoken.words == 1 && spoken.atoms == 1)
        || spoken.letters > 1
        || (spoken.letters > 0 && (spoken.written > 3 || spoken.words > 0))
}

/// Written groups from token `index` on.
pub(super) fn written_at(turn: &NormalisedTurn<'_>, index: usize) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut total = 0;
    let mut at = index;
    while let Some(token) = turn.token(at) {
        let digits = match token.class {
            Class::Digits => token.span.len(),
            _ if with_letter_o(turn.word(at), groups.len()) => token.span.len(),
            _ => before_extension(turn.word(at), groups.len(), turn.gap_before(at).contains(',')),
        };
        if digits == 0 {
            break;
        }
        groups.push(Group { token: at, digits });
        total += digits;
        if total > DIGITS_MAX || digits != token.span.len() || !separates(turn.gap(at)) {
            break;
        }
        at += 1;
    }
    groups
}

/// Whether a token is digits with the letter o for zero; inside a number it may be the letter alone.
fn with_letter_o(word: &str, groups: usize) -> bool {
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let zeros = word.bytes().filter(|byte| *byte == b'o').count();
    zeros > 0 && digits + zeros == word.len() && word.len() >= 3 && (digits > 0 || groups > 0)
}

/// How many digits stand before the extension in the last group of a telephone number such as `555-0143x22`.
fn before_extension(word: &str, groups: usize, listed: bool) -> usize {
    match word.split_once('x') {
        Some((number, extension)) if groups > 0 && matches!(number.len(), 3..=7) => {
            let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            let size = listed && number.len() == 4 && extension.len() == 4;
            if digits(number) && digits(extension) && extension.len() <= 6 && !size { number.len() } else { 0 }
        }
        _ => 0,
    }
}

impl Group {
    /// Its digits; the letter o stands for zero.
    pub(super) fn text(&self, turn: &NormalisedTurn<'_>) -> String {
        turn.word(self.token).get(..self.digits).unwrap_or_default().replace('o', "0")
    }
}

/// Whether a gap may stand inside a written number.
fn separates(gap: &str) -> bool {
    (1..=4).contains(&gap.len())
        && gap.bytes().all(|byte| {
            matches!(
                byte,
                b' ' | b'-'
                    | b'.'
                    | b'/'
                    | b'('
                    | b')'
                    | b'_'
                    | b'*'
                    | b','
                    | b':'
                    | b'|'
                    | b'+'
                    | b'~'
                    | b'\t'
                    | b'"'
                    | b'\''
                    | b'\\'
                    | b'\n'
            )
        })
        && gap.bytes().filter(|byte| *byte != b' ').count() <= 3
}

/// Most marks of a pause: `... ` is one, five marks are none.
const PAUSE_MARKS_MAX: usize = 3;

/// Whether a gap may stand inside a dictation: spaces, commas, dots of a pause, dashes.
pub(super) fn pauses(gap: &str) -> bool {
    gap.len() <= 6
        && gap.bytes().filter(|byte| *byte != b' ').count() <= PAUSE_MARKS_MAX
        && gap.bytes().all(|byte| {
            matches!(byte, b' ' | b',' | b'.' | b'-' | b';' | b'\t' | b'/' | b'\'' | b'(' | b')' | b'[' | b']')
        })
}

fn spoken_at(turn: &NormalisedTurn<'_>, index: usize) -> Option<Spoken> {
    let mut reader = Reader::new(turn, index);
    while reader.step() {}
    reader.finish()
}

struct Reader<'t> {
    turn: &'t NormalisedTurn<'t>,
    first: usize,
    /// Last token taken in.
    last: Option<usize>,
    at: usize,
    dictation: Dictation,
    languages: Languages,
    atoms: usize,
    written: usize,
    letters: usize,
    conjoined: bool,
}

impl<'t> Reader<'t> {
    fn new(turn: &'t NormalisedTurn<'t>, first: usize) -> Self {
        Self {
            turn,
            first,
            last: None,
            at: first,
            dictation: Dictation::default(),
            languages: Languages::ALL,
            atoms: 0,
            written: 0,
            letters: 0,
            conjoined: false,
        }
    }

    /// Takes in the next atom, skipping what may stand between; false at the end of the run.
    fn step(&mut self) -> bool {
        let Some((joiners, joined, back)) = self.joiners() else { return false };
        let at = self.at + joiners;
        let Some((atom, next)) = self.atom(at) else { return false };
        if self.dictation.len() > DIGITS_MAX {
            return false;
        }
        if back {
            self.dictation.take_back();
        }
        if self.last.is_some_and(|last| self.turn.gap(last).contains([',', '.', ';'])) {
            self.dictation.pause();
        }
        self.conjoined |= joined;
        self.take(at, &atom, joined);
        if !matches!(atom, Atom::Repeat(_)) {
            self.last = Some(next - 1);
        }
        self.at = next;
        if self.is_label(at) {
            *self = Self::new(self.turn, next);
            return self.atom(next).is_some();
        }
        true
    }

    /// Whether the letters so far spell a label (`d o b`, `n i`), which is no part of the value behind it.
    fn is_label(&self, at: usize) -> bool {
        const NAMING: Cues = Cues::MEANING.without(Cue::Version);
        self.letters == self.atoms
            && self.turn.token(at).is_some_and(|token| token.word.cues.any(NAMING))
            && !self.spells_on(at + 1)
    }

    /// Whether letters and nothing else follow from token `at` on: `n i a m h` is a name, `n i q q one two` a number.
    fn spells_on(&self, at: usize) -> bool {
        let letters = (at..at + JOINERS_MAX * 2).take_while(|next| letter_at(self.turn, *next).is_some()).count();
        let end = at + letters;
        letters > 0 && !self.turn.token(end).is_some_and(|token| token.is_digits() || token.word.number.is_some())
    }

    fn take(&mut self, at: usize, atom: &Atom, joined: bool) {
        match atom {
            Atom::Repeat(times) => {
                self.dictation.repeat(*times);
                return;
            }
            Atom::Written => {
                self.dictation.written(self.turn.raw(at));
                self.written += 1;
            }
            Atom::Letter(letter) => {
                self.dictation.written(char::from(*letter).encode_utf8(&mut [0; 4]));
                self.letters += 1;
            }
            Atom::Number => {
                let Some(number) = self.number(at) else { return };
                let narrowed = self.languages & number.languages;
                self.languages = if narrowed.is_empty() { number.languages } else { narrowed };
                let last = self.atom(at + 1).is_none();
                self.dictation.word(number, joined, last);
            }
        }
        self.atoms += 1;
    }

    /// How many tokens may be skipped before the next atom, whether an `and` is among them, and whether they take the
    /// last digit back. `None` where the run ends.
    fn joiners(&self) -> Option<(usize, bool, bool)> {
        const SKIPPED: Cues = Cues::of(&[Cue::Filler, Cue::Correction, Cue::Dash, Cue::Slash]);
        let (mut joined, mut back) = (false, false);
        for skipped in 0..=JOINERS_MAX {
            let at = self.at + skipped;
            if at > self.first && !pauses(self.turn.gap(at - 1)) {
                return None;
            }
            if self.atom(at).is_some() {
                return Some((skipped, joined, back));
            }
            let said = self.written < self.atoms && self.dictation.len() >= AGREED_DIGITS_MIN;
            let agrees = said && is_agreement(self.turn.word(at));
            // `saptezeci si opt`
            let and = matches!(self.turn.word(at), "si" | "og" | "och") && self.words() > 0;
            let skipped = |token: &&Token| at > self.first && (token.word.cues.any(SKIPPED) || agrees || and);
            let token = self.turn.token(at).filter(skipped)?;
            joined |= and || matches!(self.turn.word(at), "and" | "y" | "e" | "et" | "und" | "en");
            back |= token.word.cues.has(Cue::Correction)
                && !matches!(self.turn.word(at), "no" | "nao" | "wait" | "non" | "moment");
        }
        None
    }

    /// The atom at token `at`, and the token behind it.
    fn atom(&self, at: usize) -> Option<(Atom, usize)> {
        let token = self.turn.token(at)?;
        let cues = token.word.cues;
        for (cue, times) in [(Cue::Double, 2), (Cue::Triple, 3), (Cue::Quadruple, 4)] {
            if cues.has(cue)
                && self.turn.token(at + 1).is_some_and(|next| next.is_digits() || next.word.number.is_some())
            {
                return Some((Atom::Repeat(times), at + 1));
            }
        }
        match token.class {
            Class::Digits => Some((Atom::Written, at + 1)),
            Class::Word if self.counts(at) => Some((Atom::Number, at + 1)),
            Class::Word => letter_at(self.turn, at)
                .or_else(|| self.enclosed_letter(at))
                .map(|(letter, next)| (Atom::Letter(letter), next)),
            _ => None,
        }
    }

    /// A single letter between digits, even one that is a word elsewhere: `one a two`.
    fn enclosed_letter(&self, at: usize) -> Option<(u8, usize)> {
        let [letter @ (b'a' | b'e' | b'i' | b'o' | b'u' | b'y' | b's' | b'x')] = self.turn.word(at).as_bytes() else {
            return None;
        };
        let word_elsewhere = !matches!(letter, b's' | b'u' | b'x');
        let apostrophe = self.turn.gap_before(at).ends_with('\'');
        if (word_elsewhere && (self.languages & Languages::EN).is_empty()) || self.written == self.atoms || apostrophe {
            return None;
        }
        let counts =
            |index: usize| self.turn.token(index).is_some_and(|token| token.is_digits() || token.word.number.is_some());
        let ends = !word_elsewhere && at + 1 >= self.turn.tokens().len() && self.letters > 0;
        (self.atoms > 0 && self.last == at.checked_sub(1) && (ends || counts(at + 1) && pauses(self.turn.gap(at))))
            .then_some((*letter, at + 1))
    }

    /// What the word counts as: by itself, or for the language of the numbers before it.
    fn number(&self, at: usize) -> Option<Number> {
        let token = self.turn.token(at)?;
        token.word.number.or_else(|| (self.atoms > 0).then(|| self.languages.local(self.turn.word(at))).flatten())
    }

    /// How many of the atoms so far are number words.
    fn words(&self) -> usize {
        self.atoms - self.written - self.letters
    }

    /// Whether the word is a number in a language that fits those before it.
    fn counts(&self, at: usize) -> bool {
        self.number(at).is_some_and(|number| self.atoms == 0 || !(self.languages & number.languages).is_empty())
    }

    fn finish(self) -> Option<Spoken> {
        let last = self.last?;
        let (first, atoms, written, letters) = (self.first, self.atoms, self.written, self.letters);
        let conjoined = self.conjoined;
        let words = atoms - written - letters;
        Some(Spoken { first, last, value: self.dictation.finish(), atoms, written, letters, words, conjoined })
    }
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check;

    #[test]
    fn dictations_go() {
        check("four one one one one one one one one one one one one one one one", "[CREDIT_CARD]");
        check("my number is oh seven seven double oh nine hundred one two three", "my number is [PHONE_1]");
        check("card four two, sorry, four three one one one one one one one one one one one one", "card [CREDIT_CARD]");
        check("ni number is p for peter w four one oh six double zero d", "ni number is [NATIONAL_ID_1]");
    }

    #[test]
    fn spoken_quantities_stay() {
        check("five minutes", "five minutes");
    }
}
