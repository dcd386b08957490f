//! Numbering plans of all countries, from libphonenumber's metadata (`data/phones`): which numbers exist, with which
//! lengths, and how they are grouped in national form. Knows nothing of text.

use std::{ops::Range, sync::LazyLock};

/// The table of plans, one a line; `data/phones/build.py` says what its columns are.
const TABLE: &str = include_str!("../../../../data/phones/plans.tsv");

/// Country codes have at most this many digits.
const CODE_DIGITS_MAX: usize = 3;

/// Numbers are told apart by this many leading digits.
const PREFIX_DIGITS: usize = 3;

static PLANS: LazyLock<Plans> = LazyLock::new(|| Plans::parse(TABLE));

/// A region whose numbering plan is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::redact) struct Region(u16);

impl Region {
    /// The region of an ISO 3166 code such as `GB`, in either case.
    pub(in crate::redact) fn from_code(code: &str) -> Option<Self> {
        let known = |plan: &Plan| plan.region.eq_ignore_ascii_case(code) && plan.region != "001";
        PLANS.rows.iter().position(known).and_then(|row| u16::try_from(row).ok()).map(Self)
    }

    /// The main region of an international number, given as its digits from the country code on.
    pub(in crate::redact) fn of_number(digits: &[u8]) -> Option<Self> {
        let main = |row: &usize| PLANS.rows.get(*row).is_some_and(|plan| plan.main && plan.region != "001");
        let row = PLANS.coded(digits).find_map(|(rows, _)| rows.into_iter().find(main))?;
        u16::try_from(row).ok().map(Self)
    }

    fn plan(self) -> Option<&'static Plan> {
        PLANS.rows.get(usize::from(self.0))
    }

    /// Whether the digits are a number of this region as dialled there, with or without the trunk prefix.
    pub(super) fn has(self, digits: &[u8]) -> bool {
        self.plan().is_some_and(|plan| plan.has_national(digits))
    }

    /// Whether numbers of this region are written in groups of these lengths.
    pub(super) fn groups(self, shape: &[usize]) -> bool {
        self.plan().is_some_and(|plan| plan.shapes.binary_search(&packed(shape.iter().copied())).is_ok())
    }
}

/// Whether the digits are a country code and a number that its plan has; a trunk zero between them is skipped.
pub(super) fn international(digits: &[u8]) -> bool {
    PLANS.coded(digits).any(|(rows, national)| {
        let plans = PLANS.rows.get(rows).unwrap_or_default();
        plans.iter().any(|plan| plan.has_national(national))
    })
}

/// How many of the digits are the country code, if they begin with one in use.
pub(super) fn code_length(digits: &[u8]) -> Option<usize> {
    PLANS.coded(digits).next().map(|(_, national)| digits.len() - national.len())
}

/// All plans, ordered by country code.
#[derive(Debug)]
struct Plans {
    rows: Vec<Plan>,
}

/// The numbering plan of a region.
#[derive(Debug)]
struct Plan {
    region: &'static str,
    code: &'static str,
    main: bool,
    trunk: &'static str,
    ranges: Vec<Numbers>,
    dialled: Vec<Numbers>,
    /// Group lengths, four bits each, sorted.
    shapes: Vec<u64>,
}

/// Numbers whose first digits lie between `first` and `last`.
#[derive(Clone, Copy, Debug)]
struct Numbers {
    first: u16,
    last: u16,
    /// One bit a length.
    lengths: u32,
}

impl Plans {
    fn parse(table: &'static str) -> Self {
        let lines = table.lines().filter(|line| !line.starts_with('#'));
        let mut rows: Vec<Plan> = lines.filter_map(Plan::parse).collect();
        rows.sort_by_key(|plan| plan.code);
        Self { rows }
    }

    /// The rows of every country code with which the digits begin, and the digits behind it.
    fn coded<'d>(&'static self, digits: &'d [u8]) -> impl Iterator<Item = (Range<usize>, &'d [u8])> {
        (1..=CODE_DIGITS_MAX.min(digits.len())).filter_map(move |length| {
            let (code, national) = digits.split_at_checked(length)?;
            let start = self.rows.partition_point(|plan| plan.code.as_bytes() < code);
            let end = self.rows.partition_point(|plan| plan.code.as_bytes() <= code);
            (start < end).then_some((start..end, national))
        })
    }
}

impl Plan {
    fn parse(line: &'static str) -> Option<Self> {
        let mut fields = line.split('\t');
        let mut field = || fields.next();
        let (region, code, main, trunk) = (field()?, field()?, field()? == "1", field()?);
        let ranges = field()?.split_ascii_whitespace().filter_map(Numbers::parse).collect();
        let dialled = field()?.split_ascii_whitespace().filter_map(Numbers::parse).collect();
        let shape = |text: &str| packed(text.split('-').filter_map(|length| length.parse().ok()));
        let mut shapes: Vec<u64> = field()?.split_ascii_whitespace().map(shape).collect();
        shapes.sort_unstable();
        Some(Self { region, code, main, trunk, ranges, dialled, shapes })
    }

    fn has_national(&self, digits: &[u8]) -> bool {
        let bare = digits.strip_prefix(self.trunk.as_bytes()).filter(|_| !self.trunk.is_empty());
        has(&self.ranges, digits) || has(&self.dialled, digits) || bare.is_some_and(|bare| has(&self.ranges, bare))
    }
}

impl Numbers {
    /// `201-203:10` or `011:9,13`.
    fn parse(text: &str) -> Option<Self> {
        let (prefixes, lengths) = text.split_once(':')?;
        let (first, last) = prefixes.split_once('-').unwrap_or((prefixes, prefixes));
        let bit = |length: &str| length.parse::<u32>().ok().and_then(|length| 1_u32.checked_shl(length)).unwrap_or(0);
        let lengths = lengths.split(',').map(bit).fold(0, |all, bit| all | bit);
        Some(Self { first: first.parse().ok()?, last: last.parse().ok()?, lengths })
    }
}

/// Whether a number with these digits exists in the ranges.
fn has(ranges: &[Numbers], digits: &[u8]) -> bool {
    let Some(head) = digits.get(..PREFIX_DIGITS) else { return false };
    let prefix = head.iter().fold(0, |prefix, digit| prefix * 10 + u16::from(digit - b'0'));
    let found = ranges.get(ranges.partition_point(|numbers| numbers.last < prefix));
    let bit = u32::try_from(digits.len()).ok().and_then(|length| 1_u32.checked_shl(length)).unwrap_or(0);
    found.is_some_and(|numbers| numbers.first <= prefix && numbers.lengths & bit != 0)
}

/// Group lengths in four bits each.
fn packed(shape: impl Iterator<Item = usize>) -> u64 {
    shape.fold(0, |packed, length| (packed << 4) | (length as u64 & 15))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole() {
        assert_eq!(PLANS.rows.len(), TABLE.lines().filter(|line| !line.starts_with('#')).count());
        for plan in &PLANS.rows {
            assert!(!plan.ranges.is_empty() && plan.ranges.iter().all(|numbers| numbers.lengths != 0), "{plan:?}");
            assert!(plan.ranges.is_sorted_by(|a, b| a.last < b.first), "{plan:?}");
        }
    }

    #[track_caller]
    fn check(region: &str, digits: &str, expected: bool) {
        assert_eq!(Region::from_code(region).is_some_and(|region| region.has(digits.as_bytes())), expected);
    }

    #[test]
    fn national_numbers_exist_by_prefix_and_length() {
        check("NO", "40612345", true);
        check("no", "4061234", false);
        check("NO", "10612345", false);
        check("GB", "02079460958", true);
        check("GB", "2079460958", true);
        check("AR", "0111523456789", true);
        check("ZZ", "02079460958", false);
        check("001", "80012345", false);
    }

    #[test]
    fn international_numbers_begin_with_a_code() {
        assert!(international(b"442079460958"));
        assert!(international(b"4402079460958"));
        assert!(!international(b"442079"));
        assert!(!international(b"2101234567"));
        assert_eq!(code_length(b"442079460958"), Some(2));
        assert_eq!(Region::of_number(b"442079460958"), Region::from_code("GB"));
        assert_eq!(Region::of_number(b"12125550143"), Region::from_code("US"));
    }
}
