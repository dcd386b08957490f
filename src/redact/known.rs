//! Values that are known to belong to a person: from the contact record, and those found earlier in the same
//! interaction. Finds them again in any grouping. Values live only here, in memory, for one interaction.

use std::cell::LazyCell;

use rustc_hash::FxHashMap;
use zeroize::Zeroizing;

use super::{
    Kind, Likelihood, Reason,
    candidate::Candidate,
    gazetteer, heads,
    kind::Class as KindClass,
    token::{Case, Class, Memory, NormalisedTurn, Token},
};
use crate::{conversation::Party, text::Span};

/// Shorter values than this, in letters and digits, are not searched for again unless they are secrets.
const VALUE_CHARS_MIN: usize = 6;

/// What must leave no trace is searched for again from this many letters and digits on.
const SECRET_CHARS_MIN: usize = 3;

/// A value as short as this is searched for as one token only.
const ONE_TOKEN_CHARS_MAX: usize = 3;

/// Whether a name is another word, a place, a month or a brand too.
fn is_other(entry: gazetteer::Entry) -> bool {
    use gazetteer::Class;
    const OTHERS: gazetteer::Classes =
        gazetteer::Classes::of(&[Class::Calendar, Class::Brand, Class::City, Class::Place, Class::Org, Class::Role]);
    entry.ordinary > 0 || entry.classes.any(OTHERS)
}

/// The reason of what the record of contacts tells.
const FROM_CONTACT: Reason = "known-from-contact";

/// A short form of a given name has at least this many letters.
const SHORT_CHARS_MIN: usize = 4;

/// A name of so many letters that is no other word is searched for in lower case too.
const LOWER_CHARS_MIN: usize = 5;

/// How many values one interaction may bring; what comes after is redacted where it stands, but not searched for.
const VALUES_MAX: usize = 20_000;

/// A known value.
#[derive(Debug)]
struct Value {
    compact: Zeroizing<String>,
    /// The value that it counts as, so that a first name shares the number of the whole name.
    stands_for: Zeroizing<String>,
    kind: Kind,
    reason: Reason,
    /// Only where it is capitalised: a name that is a word as well.
    cased: bool,
}

/// All values known in one interaction.
#[derive(Debug, Default)]
pub(super) struct Known {
    values: Vec<Value>,
    /// Values by their heads.
    index: FxHashMap<u64, Vec<u32>>,
    /// One bit for the short head of every value; empty while there is none.
    sieve: Vec<u64>,
}

impl Known {
    /// What the contact record and the participants tell.
    pub(super) fn from_parties(parties: &[Party]) -> Self {
        let (mut known, mut memory) = (Self::default(), Memory::default());
        for party in parties {
            for (texts, kind) in [(&party.emails, Kind::Email), (&party.identifiers, Kind::OrderNumber)] {
                for text in texts {
                    let compact = compact(NormalisedTurn::new(text.expose()).lower());
                    known.add(&compact, &compact, kind, "known-from-contact", false);
                }
            }
            party.names.iter().for_each(|name| known.add_name(name.expose(), FROM_CONTACT, &mut memory));
            party.phones.iter().for_each(|phone| known.add_phone(phone.expose()));
        }
        known
    }

    /// How many values are known.
    pub(super) fn len(&self) -> usize {
        self.values.len()
    }

    /// Takes note of a value that was found, if it is worth a search.
    pub(super) fn learn(&mut self, kind: Kind, raw: &str, stands_for: &str) {
        let compact = compact(raw);
        let secret = kind.class() == KindClass::Forbidden && compact.len() >= SECRET_CHARS_MIN;
        let long = compact.chars().count() >= VALUE_CHARS_MIN;
        match kind {
            Kind::Person | Kind::CardExpiry => {}
            Kind::Address | Kind::Postcode | Kind::DateOfBirth if !long => {}
            Kind::Password if compact.bytes().all(|byte| byte.is_ascii_alphabetic()) && !long => {}
            _ if secret || long => self.add(&compact, stands_for, kind, "repeated", false),
            _ => {}
        }
    }

    /// Takes note of a name, as written: the whole name in any case, its parts where they are capitalised.
    pub(super) fn add_name(&mut self, name: &str, reason: Reason, memory: &mut Memory) {
        let turn = NormalisedTurn::with(name, memory);
        let whole = compact(turn.lower());
        let count = turn.tokens().len();
        let entry = gazetteer::look_up(turn.word(0));
        let cased = count == 1 && (is_other(entry) || whole.len() < LOWER_CHARS_MIN);
        self.add(&whole, &whole, Kind::Person, reason, cased);
        for index in (0..count).filter(|_| count > 1) {
            let part = turn.word(index);
            let entry = gazetteer::look_up(part);
            // What the record of contacts says is a name is one where it is written as one.
            let level = if reason == FROM_CONTACT { 3 } else { 2 };
            if part.len() >= 3
                && entry.ordinary < level
                && (entry.is_name() || entry.ordinary == 0)
                && !entry.is(gazetteer::Class::Title)
            {
                let cased = is_other(entry) || part.len() < LOWER_CHARS_MIN;
                self.add(&compact(part), &whole, Kind::Person, reason, cased);
            }
        }
        if reason == FROM_CONTACT && count > 1 {
            self.add_forms(&turn, &whole);
        }
        turn.recycle(memory);
    }

    /// Forms of a name from the record of contacts: a short given name (`Priya` of `Priyanka`), and a family name with what
    /// stands before it (`O'Briain` of `Ó Briain`).
    fn add_forms(&mut self, turn: &NormalisedTurn<'_>, whole: &str) {
        let given = turn.word(0);
        let short = (SHORT_CHARS_MIN..given.len()).filter_map(|end| given.get(..end));
        for name in short.filter(|name| gazetteer::look_up(name).given > 1) {
            let cased = is_other(gazetteer::look_up(name)) || name.len() < LOWER_CHARS_MIN;
            self.add(name, whole, Kind::Person, FROM_CONTACT, cased);
        }
        let last = turn.tokens().len().saturating_sub(1);
        let before = turn.word(last.saturating_sub(1));
        let particle = before.len() < 3 || gazetteer::look_up(before).is(gazetteer::Class::Particle);
        if last > 1 && particle {
            self.add(&format!("{before}{}", turn.word(last)), whole, Kind::Person, FROM_CONTACT, false);
        }
    }

    /// A number is found by its last nine digits, whatever prefix it is written with.
    fn add_phone(&mut self, phone: &str) {
        let digits: String = NormalisedTurn::new(phone).text().chars().filter(char::is_ascii_digit).collect();
        let national = digits.trim_start_matches('0');
        self.add(&digits, &digits, Kind::Phone, "known-from-contact", false);
        for length in 7..=national.len().min(12) {
            let tail = national.get(national.len() - length..).unwrap_or_default();
            self.add(tail, &digits, Kind::Phone, "known-from-contact", false);
            self.add(&format!("0{tail}"), &digits, Kind::Phone, "known-from-contact", false);
        }
    }

    fn add(&mut self, compact: &str, stands_for: &str, kind: Kind, reason: Reason, cased: bool) {
        let Some(head) = heads::of(compact) else { return };
        let bucket = self.index.entry(head).or_default();
        let known = bucket.iter().any(|at| {
            self.values.get(*at as usize).is_some_and(|value| *value.compact == *compact && value.cased <= cased)
        });
        if known || self.values.len() >= VALUES_MAX {
            return;
        }
        self.sieve.resize(SIEVE_WORDS, 0);
        let (word, bit) = sieve(head);
        if let Some(word) = self.sieve.get_mut(word) {
            *word |= bit;
        }
        bucket.push(u32::try_from(self.values.len()).unwrap_or(u32::MAX));
        let (compact, stands_for) = (Zeroizing::new(compact.to_owned()), Zeroizing::new(stands_for.to_owned()));
        self.values.push(Value { compact, stands_for, kind, reason, cased });
    }

    /// Finds the values that were learnt from number `since` on, in a turn, where `free` lets them stand.
    pub(super) fn find(
        &self,
        turn: &NormalisedTurn<'_>,
        since: usize,
        free: impl Fn(Span) -> bool,
        out: &mut Vec<Candidate>,
    ) {
        if self.values.len() <= since {
            return;
        }
        let spelling = LazyCell::new(|| Spelling::of(turn));
        // A value that goes on where it stood before is not a new one: `five five five` holds `five five` once.
        let mut before: Option<(usize, &Value)> = None;
        for (index, head) in turn.heads().iter().enumerate() {
            let (word, bit) = sieve(*head);
            if self.sieve.get(word).is_none_or(|word| word & bit == 0)
                || turn.token(index).is_some_and(|token| matches!(token.class, Class::Placeholder(_)))
            {
                continue;
            }
            let values = [heads::short(*head), heads::long(*head)]
                .into_iter()
                .flatten()
                .filter_map(|head| self.index.get(&head))
                .flatten()
                .filter(|at| **at as usize >= since)
                .filter_map(|at| self.values.get(*at as usize));
            let longest = values
                .filter_map(|value| Some((value.matches(turn, &spelling, index)?, value)))
                .max_by_key(|(last, value)| (*last, !value.cased));
            let goes_on = |value: &Value| before.is_some_and(|(last, old)| last >= index && std::ptr::eq(old, value));
            let longest = longest.filter(|(_, value)| !goes_on(value));
            if let Some((last, value)) = longest.filter(|(last, _)| free(turn.span(index, *last))) {
                let name_again = value.kind == Kind::Person && value.reason == "repeated";
                let likelihood = if name_again { Likelihood::Likely } else { Likelihood::VeryLikely };
                let candidate = Candidate::new(turn.span(index, last), value.kind, likelihood, value.reason);
                out.push(candidate.standing_for(&value.stands_for));
                before = Some((last, value));
            }
        }
    }

    /// The heads of the values learnt from number `since` on.
    pub(super) fn heads(&self, since: usize) -> impl Iterator<Item = u64> {
        self.values.iter().skip(since).filter_map(|value| heads::of(&value.compact))
    }
}

impl Value {
    /// The last token of this value where it begins at token `index`.
    fn matches(
        &self,
        turn: &NormalisedTurn<'_>,
        spelling: &LazyCell<Spelling, impl FnOnce() -> Spelling>,
        index: usize,
    ) -> Option<usize> {
        let last = if self.compact.len() > SHORT_CHARS_MAX {
            spelling.last(index, &self.compact)?
        } else {
            self.last(turn, index)?
        };
        let capital = |token: &Token| matches!(token.case, Case::Capital | Case::Upper);
        (!self.cased || (index..=last).all(|at| turn.token(at).is_some_and(capital))).then_some(last)
    }

    /// The same of a short value, token by token.
    fn last(&self, turn: &NormalisedTurn<'_>, index: usize) -> Option<usize> {
        let mut rest = self.compact.as_str();
        let mut at = index;
        loop {
            rest = rest.strip_prefix(turn.token(at).map(|token| token.span.of(turn.lower()))?)?;
            if rest.is_empty() {
                return Some(at);
            }
            if self.compact.len() <= ONE_TOKEN_CHARS_MAX || is_wide(turn.gap(at)) {
                return None;
            }
            at += 1;
        }
    }
}

/// The tokens of a turn without what stands between them, so that a long value is compared at once.
#[derive(Debug)]
struct Spelling {
    /// All tokens in lower case.
    text: Zeroizing<String>,
    /// Where each token ends in it.
    ends: Vec<usize>,
    /// How many gaps up to each token are too wide to lie within a value.
    wide: Vec<usize>,
}

impl Spelling {
    fn of(turn: &NormalisedTurn<'_>) -> Self {
        let count = turn.tokens().len();
        let mut spelling = Self {
            text: Zeroizing::new(String::with_capacity(turn.lower().len())),
            ends: Vec::with_capacity(count),
            wide: Vec::with_capacity(count),
        };
        let mut wide = 0;
        for at in 0..count {
            spelling.text.push_str(turn.word(at));
            spelling.ends.push(spelling.text.len());
            wide += usize::from(is_wide(turn.gap_before(at)));
            spelling.wide.push(wide);
        }
        spelling
    }

    /// The last token of `value` where it begins at token `index` and ends with a token, with no wide gap between.
    fn last(&self, index: usize, value: &str) -> Option<usize> {
        let start = index.checked_sub(1).map_or(Some(&0), |before| self.ends.get(before))?;
        let end = start + value.len();
        if self.text.as_bytes().get(*start..end)? != value.as_bytes() {
            return None;
        }
        let last = index + self.ends.get(index..)?.binary_search(&end).ok()?;
        (self.wide.get(index) == self.wide.get(last)).then_some(last)
    }
}

/// A value of more letters and digits than this is compared at once.
const SHORT_CHARS_MAX: usize = 128;

/// Whether a gap is too wide to lie within a value.
fn is_wide(gap: &str) -> bool {
    gap.len() > GAP_BYTES_MAX || gap.contains('\n')
}

/// Widest gap between two tokens of a value, in bytes.
const GAP_BYTES_MAX: usize = 3;

/// The word and the bit of a head in the sieve.
fn sieve(head: u64) -> (usize, u64) {
    let place = heads::hash(heads::short(head).unwrap_or(0)) >> 52;
    (usize::try_from(place / 64).unwrap_or(0), 1 << (place % 64))
}

/// Bits of the sieve, in words of 64.
const SIEVE_WORDS: usize = 64;

/// Letters and digits only.
pub(super) fn compact(lower: &str) -> String {
    let mut compact = String::with_capacity(lower.len());
    compact.extend(lower.chars().filter(|character| character.is_alphanumeric()));
    compact
}
