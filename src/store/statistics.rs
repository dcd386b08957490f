//! Counts that tell nothing of a person: a cell needs ten different subjects, counts are rounded to ten, and where a
//! single hidden cell could be had by subtraction a second one is hidden too. Pure.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use crate::{
    id::{PrincipalId, SubjectId, TenantId},
    policy::Target,
    time::Timestamp,
};

/// How many different subjects a cell needs to be shown.
pub const SUBJECTS_MIN: usize = 10;
/// What counts are rounded to.
const ROUNDED_TO: u64 = 10;

/// The property that interactions, or targets that ended, are counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Breakdown {
    /// Channel.
    Channel,
    /// Language of the assessment.
    Language,
    /// Label of the machine.
    Label,
    /// Level of the machine.
    Level,
    /// From the machine's label and level to what a person corrected them to.
    Correction,
    /// From the live label and level to those of the policy in shadow.
    Shadow,
    /// Targets that came to their end, by whether they were met.
    Outcome(Target),
    /// Targets that came to their end, by the open time they took.
    Time(Target),
}

/// Buckets of open time: the most minutes, and the name.
const BUCKETS: [(u64, &str); 6] = [
    (15, "up_to_15m"),
    (60, "up_to_1h"),
    (4 * 60, "up_to_4h"),
    (8 * 60, "up_to_8h"),
    (24 * 60, "up_to_24h"),
    (72 * 60, "up_to_72h"),
];

/// The bucket of a duration.
pub fn bucket(open: Duration) -> &'static str {
    let found = BUCKETS.iter().find(|(minutes, _)| open <= Duration::from_secs(minutes * 60));
    found.map_or("longer", |(_, name)| name)
}

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatisticsRequest {
    /// Whose interactions.
    pub tenant: TenantId,
    /// Who asks.
    pub principal: PrincipalId,
    /// The first day, at midnight UTC.
    pub start: Timestamp,
    /// The day after the last.
    pub end: Timestamp,
    /// The property.
    pub breakdown: Breakdown,
}

/// Counts while they are taken: exact, never shown.
#[derive(Clone, Debug, Default)]
pub struct Tally(BTreeMap<Timestamp, BTreeMap<String, (u64, BTreeSet<SubjectId>)>>);

/// A count that may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The value of the property; what it stands for depends on the breakdown.
    pub key: String,
    /// The count, rounded to ten; `None`: hidden.
    pub count: Option<u64>,
}

/// A day that may be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// Midnight UTC at which it begins.
    pub start: Timestamp,
    /// Everything of that day, rounded to ten; `None`: hidden.
    pub total: Option<u64>,
    /// By value of the property, in the order of their names.
    pub cells: Vec<Cell>,
}

impl Tally {
    /// Counts one interaction, or one target.
    pub fn add(&mut self, day: Timestamp, key: String, subject: SubjectId) {
        let (count, subjects) = self.0.entry(day).or_default().entry(key).or_default();
        *count += 1;
        subjects.insert(subject);
    }

    /// What may be shown of it.
    pub fn publish(&self) -> Vec<Period> {
        self.0.iter().map(|(start, cells)| period(*start, cells)).collect()
    }
}

fn period(start: Timestamp, cells: &BTreeMap<String, (u64, BTreeSet<SubjectId>)>) -> Period {
    let everybody: BTreeSet<_> = cells.values().flat_map(|(_, subjects)| subjects).collect();
    let shown = everybody.len() >= SUBJECTS_MIN;
    let total = cells.values().map(|(count, _)| count).sum();
    let hidden = if shown { hidden(cells) } else { cells.keys().map(String::as_str).collect() };
    let cell = |(key, (count, _)): (&String, &(u64, _))| Cell {
        key: key.clone(),
        count: (!hidden.contains(key.as_str())).then(|| rounded(*count)),
    };
    Period { start, total: shown.then(|| rounded(total)), cells: cells.iter().map(cell).collect() }
}

/// The cells with too few subjects. As long as what they hide together could be had from the total as a group of too
/// few, the smallest shown cell is hidden with them.
fn hidden(cells: &BTreeMap<String, (u64, BTreeSet<SubjectId>)>) -> BTreeSet<&str> {
    let (mut hidden, mut shown) = (BTreeSet::new(), Vec::new());
    let mut behind: BTreeSet<SubjectId> = BTreeSet::new();
    for (key, (count, subjects)) in cells {
        if subjects.len() < SUBJECTS_MIN {
            hidden.insert(key.as_str());
            behind.extend(subjects);
        } else {
            shown.push((count, key.as_str(), subjects));
        }
    }
    shown.sort_unstable();
    let mut shown = shown.into_iter();
    while !hidden.is_empty() && (hidden.len() < 2 || behind.len() < SUBJECTS_MIN) {
        let Some((_, key, subjects)) = shown.next() else { break };
        hidden.insert(key);
        behind.extend(subjects);
    }
    hidden
}

fn rounded(count: u64) -> u64 {
    (count + ROUNDED_TO / 2) / ROUNDED_TO * ROUNDED_TO
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    /// Each cell: its key, how many subjects, how many interactions of each.
    fn tally(cells: &[(&str, u128, u64)]) -> Tally {
        let mut tally = Tally::default();
        let mut next = 0;
        for (key, subjects, each) in cells {
            for _ in 0..*subjects {
                next += 1;
                (0..*each).for_each(|_| {
                    tally.add(Timestamp(0), (*key).to_owned(), SubjectId(Uuid::from_u128(next)));
                });
            }
        }
        tally
    }

    #[track_caller]
    fn check(cells: &[(&str, u128, u64)], total: Option<u64>, expected: &[(&str, Option<u64>)]) {
        let shown = tally(cells).publish().remove(0);
        let counts: Vec<_> = shown.cells.iter().map(|cell| (cell.key.as_str(), cell.count)).collect();
        assert_eq!((shown.total, counts.as_slice()), (total, expected));
    }

    #[test]
    fn buckets_reach_to_their_last_second() {
        for (seconds, name) in [
            (0, "up_to_15m"),
            (900, "up_to_15m"),
            (901, "up_to_1h"),
            (3_600, "up_to_1h"),
            (86_400, "up_to_24h"),
            (259_200, "up_to_72h"),
            (259_201, "longer"),
        ] {
            assert_eq!(bucket(Duration::from_secs(seconds)), name, "{seconds}");
        }
    }

    #[test]
    fn counts_are_rounded_to_ten() {
        check(&[("a", 14, 1), ("b", 15, 1)], Some(30), &[("a", Some(10)), ("b", Some(20))]);
        check(&[("a", 10, 2)], Some(20), &[("a", Some(20))]);
    }

    #[test]
    fn a_cell_of_few_people_is_hidden_however_often_they_wrote() {
        check(&[("a", 9, 100)], None, &[("a", None)]);
        check(&[("a", 5, 9), ("b", 6, 9), ("c", 50, 1)], Some(150), &[("a", None), ("b", None), ("c", Some(50))]);
    }

    #[test]
    fn what_the_total_would_give_away_is_hidden_too() {
        check(&[("a", 3, 1), ("b", 30, 1), ("c", 20, 1)], Some(50), &[("a", None), ("b", Some(30)), ("c", None)]);
        check(&[("a", 2, 1), ("b", 3, 1), ("c", 20, 1)], Some(30), &[("a", None), ("b", None), ("c", None)]);
        check(&[("a", 3, 1), ("b", 30, 1)], Some(30), &[("a", None), ("b", None)]);
    }

    proptest! {
        #[test]
        fn no_shown_group_and_no_rest_has_few_subjects(cells in prop::collection::vec((0u128..40, 1u64..4), 1..6)) {
            let names = ["a", "b", "c", "d", "e", "f"];
            let cells: Vec<_> = cells.iter().zip(names).map(|((subjects, each), name)| (name, *subjects, *each)).collect();
            for shown in tally(&cells).publish() {
                let people = |key: &str| cells.iter().find(|cell| cell.0 == key).unwrap().1;
                let hidden: Vec<_> = shown.cells.iter().filter(|cell| cell.count.is_none()).collect();
                let behind: u128 = hidden.iter().map(|cell| people(&cell.key)).sum();
                for cell in &shown.cells {
                    prop_assert!(cell.count.is_none() || people(&cell.key) >= 10);
                }
                prop_assert!(shown.total.is_none() || hidden.is_empty() || behind >= 10);
                prop_assert!(shown.total.is_none() || hidden.len() != 1);
            }
        }
    }
}
