//! What came of many rows, as numbers: the only form in which an archive appears in checkpoints, summaries and reports.
//! Holds no text, no id and no time finer than a month.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    flips::{Cell, Flips, pairs},
    month::Month,
};
use crate::{
    assessment::{Assessment, Label, Level},
    conversation::Channel,
    redact::Redaction,
    text::Language,
};

/// Rows and the negative ones among them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// All rows.
    pub rows: u64,
    /// Rows labelled negative.
    pub negative: u64,
}

/// Counts over rows. Sums of two are the counts over both, in whatever order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stats {
    /// Rows that were scored.
    pub scored: u64,
    /// Rows that were refused.
    pub refused: u64,
    /// Rows labelled negative.
    pub negative: u64,
    /// Rows by emergency rule or none.
    pub emergencies: u64,
    /// Rows by level, rising.
    pub levels: [u64; Level::ALL.len()],
    /// Rows by channel and month.
    #[serde(with = "pairs")]
    pub cells: BTreeMap<Cell, Share>,
    /// Rows by language; an empty name: no lexicon covers the text.
    pub languages: BTreeMap<String, Share>,
    /// Pieces of evidence by signal.
    pub signals: BTreeMap<String, u64>,
    /// Findings by kind.
    pub kinds: BTreeMap<String, u64>,
    /// Why rows were refused.
    pub reasons: BTreeMap<String, u64>,
    /// Values of passed columns that were withheld.
    pub withheld: u64,
    /// What changed against an earlier run.
    pub flips: Flips,
}

impl Stats {
    /// Counts a scored row.
    pub(super) fn count(
        &mut self,
        channel: Channel,
        month: Option<Month>,
        redaction: &Redaction,
        assessment: &Assessment,
    ) {
        let Assessment { sentiment, priority, .. } = assessment;
        let negative = sentiment.label == Label::Negative;
        self.scored += 1;
        self.negative += u64::from(negative);
        self.emergencies += u64::from(priority.emergency.is_some());
        if let Some(level) = self.levels.get_mut(priority.level as usize) {
            *level += 1;
        }
        add(self.cells.entry((channel.name().to_owned(), month)).or_default(), negative);
        add(entry(&mut self.languages, sentiment.language.map_or("", Language::code)), negative);
        for part in &sentiment.evidence {
            *entry(&mut self.signals, part.signal) += 1;
        }
        for finding in redaction.turns.iter().flat_map(|turn| &turn.findings) {
            *entry(&mut self.kinds, finding.kind.name()) += 1;
        }
    }

    /// Counts a refused row.
    pub(super) fn refuse(&mut self, reason: &str) {
        self.refused += 1;
        *entry(&mut self.reasons, reason) += 1;
    }

    /// Adds the counts over other rows.
    pub(super) fn merge(&mut self, other: Self) {
        let Self {
            scored,
            refused,
            negative,
            emergencies,
            levels,
            cells,
            languages,
            signals,
            kinds,
            reasons,
            withheld,
            flips,
        } = other;
        self.scored += scored;
        self.refused += refused;
        self.negative += negative;
        self.emergencies += emergencies;
        self.withheld += withheld;
        self.flips.merge(flips);
        self.levels.iter_mut().zip(levels).for_each(|(sum, more)| *sum += more);
        for (cell, more) in cells {
            join(self.cells.entry(cell).or_default(), more);
        }
        for (name, more) in languages {
            join(self.languages.entry(name).or_default(), more);
        }
        for (sums, more) in [(&mut self.signals, signals), (&mut self.kinds, kinds), (&mut self.reasons, reasons)] {
            for (name, count) in more {
                *sums.entry(name).or_default() += count;
            }
        }
    }
}

/// The entry of a name.
fn entry<'m, V: Default>(map: &'m mut BTreeMap<String, V>, name: &str) -> &'m mut V {
    map.entry(name.to_owned()).or_default()
}

fn add(share: &mut Share, negative: bool) {
    join(share, Share { rows: 1, negative: u64::from(negative) });
}

fn join(share: &mut Share, more: Share) {
    share.rows += more.rows;
    share.negative += more.negative;
}
