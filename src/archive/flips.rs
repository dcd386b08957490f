//! Changes between two runs, as numbers: by label, by level, by channel and month. Holds no text and no id.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::month::Month;
use crate::assessment::{Label, Level};

/// Results of a channel in a month; `None`: the source gave no time.
pub type Cell = (String, Option<Month>);

/// Rows that were compared, and those whose label or level changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flipped {
    /// Rows that both runs scored.
    pub compared: u64,
    /// Rows whose label changed.
    pub label: u64,
    /// Rows whose level changed.
    pub level: u64,
}

/// Counts of changes. Sums of two are the counts over both.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Flips {
    /// Rows that the earlier run did not score.
    pub new: u64,
    /// Over all rows.
    pub all: Flipped,
    /// From neutral to negative.
    pub to_negative: u64,
    /// From negative to neutral.
    pub to_neutral: u64,
    /// Rows by earlier and present level, rising.
    pub levels: [[u64; Level::ALL.len()]; Level::ALL.len()],
    /// By channel and month.
    #[serde(with = "pairs")]
    pub cells: BTreeMap<Cell, Flipped>,
}

impl Flipped {
    /// Adds the counts over other rows.
    pub(super) fn add(&mut self, more: Self) {
        self.compared += more.compared;
        self.label += more.label;
        self.level += more.level;
    }
}

impl Flips {
    /// Counts a row by label and level before and after.
    pub(super) fn count(&mut self, cell: Cell, before: (Label, Level), after: (Label, Level)) {
        let (label, level) = (u64::from(before.0 != after.0), u64::from(before.1 != after.1));
        let flipped = Flipped { compared: 1, label, level };
        self.all.add(flipped);
        self.cells.entry(cell).or_default().add(flipped);
        self.to_negative += u64::from(after.0 > before.0);
        self.to_neutral += u64::from(after.0 < before.0);
        if let Some(count) = self.levels.get_mut(before.1 as usize).and_then(|row| row.get_mut(after.1 as usize)) {
            *count += 1;
        }
    }

    /// Adds the counts over other rows.
    pub(super) fn merge(&mut self, other: Self) {
        let Self { new, all, to_negative, to_neutral, levels, cells } = other;
        self.new += new;
        self.all.add(all);
        self.to_negative += to_negative;
        self.to_neutral += to_neutral;
        let pairs = self.levels.iter_mut().flatten().zip(levels.iter().flatten());
        pairs.for_each(|(sum, more)| *sum += more);
        for (cell, more) in cells {
            self.cells.entry(cell).or_default().add(more);
        }
    }
}

/// JSON has no maps from pairs; they are written as a list.
pub(super) mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Cell;

    pub(in crate::archive) fn serialize<V: Serialize, S: Serializer>(
        map: &BTreeMap<Cell, V>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(map)
    }

    pub(in crate::archive) fn deserialize<'d, V: Deserialize<'d>, D: Deserializer<'d>>(
        from: D,
    ) -> Result<BTreeMap<Cell, V>, D::Error> {
        Ok(Vec::<(Cell, V)>::deserialize(from)?.into_iter().collect())
    }
}
