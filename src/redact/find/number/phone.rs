//! What telephone numbers look like: international by country code (ITU E.164), national by the plan of the region
//! that is known, or else by the trunk prefix and the groupings in use. Knows nothing of context.

use std::cell::OnceCell;

use super::{
    plan::{self, Region},
    run::Group,
};
use crate::redact::{Likelihood, find::View, token::NormalisedTurn};

/// Most digits of an international number with its prefix (E.164 allows 15, `00` or `011` stand before).
const DIGITS_MAX: usize = 18;

/// A number without a plus whose first group is a country code has at least this many digits.
const CODED_DIGITS_MIN: usize = 10;

/// Fewest digits of a number whose region is not known and that has no plus.
const DIGITS_MIN: usize = 9;

/// What is dialled before a country code.
const DIALLED_ABROAD: [&[u8]; 3] = [b"00", b"011", b"0011"];

/// A telephone number in written groups.
#[derive(Clone, Copy, Debug)]
pub(super) struct Phone {
    /// Index of its last group.
    pub(super) last: usize,
    /// How sure its form is.
    pub(super) likelihood: Likelihood,
    /// Whether a plus stands before it.
    pub(super) plus: bool,
}

/// Groups that may be one number.
#[derive(Clone, Copy)]
struct Window<'w> {
    turn: &'w NormalisedTurn<'w>,
    groups: &'w [Group],
    digits: &'w [u8],
    shape: &'w [usize],
    /// Whether its first group begins like a date or an amount; read once for all windows that begin there.
    harmless: &'w OnceCell<bool>,
}

/// The telephone number that begins at group `first`: by the surest form, then the longest.
pub(super) fn phone_at(view: &View<'_>, groups: &[Group], first: usize) -> Option<Phone> {
    let (turn, regions) = (view.turn, view.regions);
    let groups = groups.get(first..)?;
    let before = turn.gap_before(groups.first()?.token);
    let plus = before.ends_with('+') || before.ends_with("+(");
    let short = |digits: usize| digits < DIGITS_MIN && !plus && regions.is_empty();
    if short(groups.iter().map(|group| group.digits).sum()) {
        return None;
    }
    let (digits, shape) = read(turn, groups);
    if short(digits.len()) {
        return None;
    }
    let harmless = OnceCell::new();
    let longest = |accepts: &dyn Fn(Window<'_>) -> Option<Likelihood>| {
        (1..=shape.len()).rev().find_map(|count| {
            let shape = shape.get(..count)?;
            let digits = digits.get(..shape.iter().sum())?;
            let likelihood =
                accepts(Window { turn, groups: groups.get(..count)?, digits, shape, harmless: &harmless })?;
            Some(Phone { last: first + count - 1, likelihood, plus })
        })
    };
    if plus {
        return longest(&|window| window.existing()).or_else(|| longest(&|window| window.international()));
    }
    longest(&|window| window.abroad())
        .or_else(|| longest(&|window| window.national(regions)))
        .or_else(|| longest(&|window| window.by_form()))
        .or_else(|| longest(&|window| window.ungrouped(regions)))
        .or_else(|| longest(&|window| window.coded()))
}

/// Whether the group begins an existing number behind a plus: no card number stands there.
pub(super) fn has_plus(turn: &NormalisedTurn<'_>, groups: &[Group], first: usize) -> bool {
    let group = groups.get(first).filter(|group| turn.gap_before(group.token).ends_with('+'));
    group.is_some() && groups.get(first..).is_some_and(|groups| plan::international(&read(turn, groups).0))
}

/// The digits and lengths of the groups that nothing but marks usual in telephone numbers keeps apart.
fn read(turn: &NormalisedTurn<'_>, groups: &[Group]) -> (Vec<u8>, Vec<usize>) {
    let (mut digits, mut shape) = (Vec::with_capacity(DIGITS_MAX), Vec::with_capacity(8));
    let mut open = false;
    for group in groups {
        open |= turn.gap_before(group.token).ends_with('(');
        if digits.len() + group.digits > DIGITS_MAX {
            break;
        }
        let word = turn.word(group.token).bytes().take(group.digits);
        digits.extend(word.map(|byte| if byte == b'o' { b'0' } else { byte }));
        shape.push(group.digits);
        // A bracket closes only what this number opened.
        let gap = turn.gap(group.token);
        if !joins(gap) || (gap.contains(')') && !open && !gap.contains('(')) {
            break;
        }
    }
    (digits, shape)
}

impl Window<'_> {
    /// A number that exists, with its country code.
    fn existing(self) -> Option<Likelihood> {
        plan::international(self.digits).then_some(Likelihood::VeryLikely)
    }

    /// A number of a possible length with a country code in use.
    fn international(self) -> Option<Likelihood> {
        let fits = (7..=16).contains(&self.digits.len()) && plan::code_length(self.digits).is_some();
        fits.then_some(Likelihood::VeryLikely)
    }

    /// `0044 20 7946 0958`, `011 49 30 123456`: behind the prefix an existing number, or one of its length.
    fn abroad(self) -> Option<Likelihood> {
        let behind = |prefix: &&[u8]| {
            let rest = self.digits.strip_prefix(*prefix)?;
            let long = self.digits.len() >= 11 && prefix.len() < 4 && rest.first() != Some(&b'0');
            (plan::international(rest) || (long && plan::code_length(rest).is_some() && rest.len() <= 16))
                .then_some(Likelihood::Likely)
        };
        DIALLED_ABROAD.iter().find_map(behind)
    }

    /// A number that exists in a region in question, grouped as usual there.
    fn national(self, regions: &[Region]) -> Option<Likelihood> {
        let found = regions.iter().any(|region| region.has(self.digits) && region.groups(self.shape));
        let doubtful = self.shape.len() < 2 || (self.is_dated() && self.digits.first() != Some(&b'0'));
        found.then_some(if doubtful { Likelihood::Possible } else { Likelihood::Likely })
    }

    /// A number that exists in a region in question, in groups of its own.
    fn ungrouped(self, regions: &[Region]) -> Option<Likelihood> {
        (!self.is_dated() && regions.iter().any(|region| region.has(self.digits))).then_some(Likelihood::Possible)
    }

    /// `44 20 7946 0958`: the first group is the country code of a number that exists.
    fn coded(self) -> Option<Likelihood> {
        let coded = self.shape.len() >= 3
            && self.shape.iter().skip(1).all(|digits| *digits > 1)
            && self.digits.len() >= CODED_DIGITS_MIN
            && plan::code_length(self.digits) == self.shape.first().copied();
        (coded && !self.is_dated() && plan::international(self.digits)).then_some(Likelihood::Possible)
    }

    /// Whether the groups begin like a date or an amount.
    fn is_dated(self) -> bool {
        let begins =
            || self.groups.first().is_some_and(|group| super::near::harmless_at(self.turn, group.token).is_some());
        self.groups.len() > 1 && *self.harmless.get_or_init(begins)
    }

    /// National numbers of the main markets where no region is known.
    fn by_form(self) -> Option<Likelihood> {
        let digits = std::str::from_utf8(self.digits).unwrap_or_default();
        let dated = self.is_dated();
        north_american(self.turn, self.groups, digits, self.shape)
            .or_else(|| (!dated).then(|| trunk(digits, self.shape)).flatten())
            .or_else(|| (!dated).then(|| without_trunk(digits, self.shape)).flatten())
    }
}

/// Whether a gap may stand between two groups of a telephone number.
fn joins(gap: &str) -> bool {
    matches!(
        gap,
        " " | "-"
            | "."
            | "/"
            | ")"
            | ") "
            | " ("
            | "("
            | " - "
            | "-("
            | ")-"
            | ".("
            | "  "
            | ", "
            | ". "
            | " / "
            | "(-"
            | " (0)"
            | ") ("
            | ")."
    )
}

/// `(212) 555-0143`, `212-555-0143`, `1 212 555 0143`, ten digits in a row.
fn north_american(turn: &NormalisedTurn<'_>, window: &[Group], digits: &str, shape: &[usize]) -> Option<Likelihood> {
    let national = if digits.len() == 11 { digits.strip_prefix('1')? } else { digits };
    let valid =
        matches!((national.as_bytes().first(), national.as_bytes().get(3)), (Some(b'2'..=b'9'), Some(b'2'..=b'9')));
    let bracket = window.first().is_some_and(|group| turn.gap_before(group.token).ends_with('('));
    match shape {
        [3, 3, 4] | [1, 3, 3, 4] => Some(if valid || bracket { Likelihood::Likely } else { Likelihood::Possible }),
        [3, 7] | [1, 3, 7] | [6, 4] | [10 | 11] if valid => Some(Likelihood::Possible),
        _ => None,
    }
}

/// National numbers with a trunk zero: `020 7946 0958`, `06 12 34 56 78`, `0171/1234567`, `07700900123`.
fn trunk(digits: &str, shape: &[usize]) -> Option<Likelihood> {
    let second = digits.as_bytes().get(1)?;
    if !digits.starts_with('0') || *second == b'0' || !(9..=12).contains(&digits.len()) {
        return None;
    }
    match shape {
        [_] => ((10..=11).contains(&digits.len())).then_some(Likelihood::Possible),
        [first, ..] if (2..=6).contains(first) => Some(Likelihood::Likely),
        _ => None,
    }
}

/// Grouped national numbers of countries without a trunk prefix, by their first digits and groups.
fn without_trunk(digits: &str, shape: &[usize]) -> Option<Likelihood> {
    let first = digits.as_bytes().first()?;
    let possible = match shape {
        // Spain, Portugal, Poland.
        [3, 3, 3] | [3, 2, 2, 2] | [2, 3, 2, 2] => matches!(first, b'6'..=b'9'),
        // Italian mobiles, Mexico, India, Brazil with area code.
        [3, 7] | [3, 3, 2, 2] | [3, 4, 3] => *first == b'3',
        [2, 4, 4] | [5, 5] => matches!(first, b'5'..=b'9'),
        [2, 5, 4] => true,
        // Belgium, Switzerland, Denmark and Norway in pairs come with a zero or a plus, or by context.
        _ => false,
    };
    possible.then_some(Likelihood::Possible)
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check;

    #[test]
    fn telephone_numbers_go() {
        check("call 212-555-0143 x22", "call [PHONE_1]");
        check("+44 20 7946 0958", "[PHONE_1]");
        check("06 12 34 56 78", "[PHONE_1]");
        check("my cell is 5550142", "my cell is [PHONE_1]");
    }

    #[test]
    fn dates_stay() {
        check("from 01.02.2024 to 03.04.2024", "from 01.02.2024 to 03.04.2024");
    }
}
