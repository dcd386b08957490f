//! How many assessments came out with another label or level, by the way they went, as previews and progress tell it.

use std::collections::BTreeMap;

use super::{
    convert::{enums, scalar::wire_long},
    limits, pb,
};
use crate::{
    assessment::{Label, Level},
    store::{Flip, Rescored},
};

/// What counts are rounded to, and the least that is shown, for those who may not read cases.
const ROUNDED_TO: u64 = 10;

/// Label and level before and after.
type Way = ((Label, Level), (Label, Level));

/// Counts of a run.
#[derive(Clone, Debug, Default)]
pub struct Flips {
    /// Interactions that were scored.
    pub interactions: u64,
    ways: BTreeMap<Way, u64>,
    named: Vec<String>,
}

impl Flips {
    /// Adds what a batch came to.
    pub fn add(&mut self, done: &Rescored) {
        self.interactions += done.interactions;
        for Flip { case, interaction, before, after } in &done.flips {
            *self.ways.entry((*before, *after)).or_default() += 1;
            if self.named.len() < limits::PREVIEW_FLIPS_MAX {
                self.named.push(format!("{case}/{interaction}"));
            }
        }
    }

    /// The first interactions that came out otherwise.
    pub fn names(&self) -> Vec<String> {
        self.named.clone()
    }

    /// Forgets the names, as a new step of progress begins.
    pub fn forget_names(&mut self) {
        self.named.clear();
    }

    /// The exact counts on the wire.
    pub fn wire(&self) -> Vec<pb::Flip> {
        self.ways.iter().map(|(way, count)| flip(*way, *count)).collect()
    }

    /// All counts rounded, without those that are too small to be shown.
    pub fn rounded(&self) -> (i64, Vec<pb::Flip>) {
        let rounded = |count: u64| (count + ROUNDED_TO / 2) / ROUNDED_TO * ROUNDED_TO;
        let shown = self.ways.iter().filter(|(_, count)| **count >= ROUNDED_TO);
        (wire_long(rounded(self.interactions)), shown.map(|(way, count)| flip(*way, rounded(*count))).collect())
    }
}

fn flip((before, after): Way, count: u64) -> pb::Flip {
    pb::Flip {
        label_before: enums::wire_label(before.0).into(),
        label_after: enums::wire_label(after.0).into(),
        level_before: enums::wire_level(before.1).into(),
        level_after: enums::wire_level(after.1).into(),
        count: wire_long(count),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::id::{CaseId, InteractionId};

    fn batch(way: Way, count: usize) -> Rescored {
        let (case, interaction) = (CaseId(Uuid::nil()), InteractionId(Uuid::nil()));
        let flip = Flip { case, interaction, before: way.0, after: way.1 };
        Rescored { interactions: 2 * count as u64, flips: vec![flip; count], ..Rescored::default() }
    }

    #[test]
    fn counts_add_up_and_are_rounded_for_those_who_read_no_case() {
        let rising = ((Label::Neutral, Level::Normal), (Label::Negative, Level::High));
        let falling = (rising.1, rising.0);
        let mut flips = Flips::default();
        for _ in 0..2 {
            flips.add(&batch(rising, 7));
        }
        flips.add(&batch(falling, 9));
        let counts = |flips: Vec<pb::Flip>| flips.iter().map(|flip| flip.count).collect::<Vec<_>>();
        assert_eq!(counts(flips.wire()), [14, 9]);
        let (interactions, shown) = flips.rounded();
        assert_eq!((interactions, counts(shown)), (50, vec![10]));
        assert_eq!(flips.names().len(), 23);
        flips.add(&batch(falling, limits::PREVIEW_FLIPS_MAX));
        assert_eq!(flips.names().len(), limits::PREVIEW_FLIPS_MAX);
    }
}
