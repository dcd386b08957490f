//! What a new revision changes: each result is held against the one an earlier run gave to the same id. The earlier
//! results are kept as 16 bytes a row; the evidence of the few biggest movers is looked up at the end.

use std::{
    collections::{BTreeMap, HashMap, hash_map::DefaultHasher},
    hash::{Hash, Hasher},
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::{
    error::ArchiveError,
    flips::{Cell, Flips},
    reread::{self, Part},
    result::id_text,
};
use crate::{
    assessment::{Assessment, Label, Level},
    triage::Triage,
};

/// Movers that are kept.
const MOVERS_MAX: usize = 20;

/// A result of an earlier run.
#[derive(Clone, Copy, Debug)]
struct Old {
    score_millis: i32,
    label: Label,
    level: Level,
}

/// What results are held against.
#[derive(Clone, Copy, Debug)]
pub(super) enum Against<'r> {
    /// Those of an earlier run.
    Earlier(&'r Baseline),
    /// What these lexicons would give.
    Lexicons(&'r Triage),
}

/// The results of an earlier run by id.
#[derive(Debug, Default)]
pub struct Baseline(HashMap<u64, Old>);

/// A row whose score changed much.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mover {
    /// Its id as text.
    pub id: String,
    /// Its earlier score, in thousandths.
    pub old_millis: i32,
    /// Its present score, in thousandths.
    pub new_millis: i32,
    /// What its score changed by, signal by signal, in thousandths.
    pub signals: BTreeMap<String, i32>,
}

fn key(id: &str) -> u64 {
    // The hasher of the standard library with its fixed keys: the same on every run.
    let mut hasher = DefaultHasher::new();
    id.hash(&mut hasher);
    hasher.finish()
}

impl Baseline {
    /// Reads the results of an earlier run, of any format.
    ///
    /// # Errors
    /// The file cannot be read, or holds no results.
    pub fn load(path: &Path) -> Result<Self, ArchiveError> {
        let mut rows = HashMap::new();
        reread::each(path, |result| {
            let label = if result.label == Label::Negative.name() { Label::Negative } else { Label::Neutral };
            let level = Level::ALL.into_iter().find(|level| level.name() == result.level).unwrap_or(Level::Normal);
            rows.insert(key(&result.id), Old { score_millis: result.score_millis, label, level });
        })?;
        Ok(Self(rows))
    }

    /// Compares a result; gives it as a mover where its score changed.
    pub(super) fn compare(
        &self,
        flips: &mut Flips,
        cell: Cell,
        id: &serde_json::Value,
        now: &Assessment,
    ) -> Option<Mover> {
        let id = id_text(id);
        let Some(old) = self.0.get(&key(&id)) else {
            flips.new += 1;
            return None;
        };
        flips.count(cell, (old.label, old.level), (now.sentiment.label, now.priority.level));
        let (old_millis, new_millis) = (old.score_millis, now.sentiment.score_millis);
        let parts = now.sentiment.evidence.iter().map(|part| (part.signal, part.millis));
        let mover = || Mover { id: id.into_owned(), old_millis, new_millis, signals: sums(parts) };
        (old_millis != new_millis).then(mover)
    }
}

/// Compares what two lexicons give for one row: `before` is what is written, `after` what would be. Gives a mover where the
/// score is another, with the evidence that makes the difference.
pub(super) fn both(
    flips: &mut Flips,
    cell: Cell,
    id: &serde_json::Value,
    before: &Assessment,
    after: &Assessment,
) -> Option<Mover> {
    let seen = |one: &Assessment| (one.sentiment.label, one.priority.level);
    flips.count(cell, seen(before), seen(after));
    let (old_millis, new_millis) = (before.sentiment.score_millis, after.sentiment.score_millis);
    if old_millis == new_millis {
        return None;
    }
    let added = after.sentiment.evidence.iter().map(|part| (part.signal, part.millis));
    let removed = before.sentiment.evidence.iter().map(|part| (part.signal, -part.millis));
    let mut signals = sums(added.chain(removed));
    signals.retain(|_, millis| *millis != 0);
    Some(Mover { id: id_text(id).into_owned(), old_millis, new_millis, signals })
}

/// Sums by signal.
fn sums<'s>(parts: impl Iterator<Item = (&'s str, i32)>) -> BTreeMap<String, i32> {
    let mut sums = BTreeMap::new();
    parts.for_each(|(signal, millis)| *sums.entry(signal.to_owned()).or_default() += millis);
    sums
}

/// Joins movers in the order of their rows and keeps those whose score changed most.
pub(super) fn keep(movers: &mut Vec<Mover>, more: Vec<Mover>) {
    movers.extend(more);
    movers.sort_by_key(|mover| std::cmp::Reverse(mover.new_millis.abs_diff(mover.old_millis)));
    movers.truncate(MOVERS_MAX);
}

/// Takes the evidence that movers had in the earlier run off what they have now, so that what remains is what moved them.
pub(super) fn explain(movers: &mut [Mover], old: &Path) -> Result<(), ArchiveError> {
    if movers.is_empty() {
        return Ok(());
    }
    reread::each(old, |result| {
        for mover in movers.iter_mut().filter(|mover| mover.id == result.id) {
            for Part { signal, millis } in &result.evidence {
                *mover.signals.entry(signal.clone()).or_default() -= millis;
            }
        }
    })?;
    for mover in movers {
        mover.signals.retain(|_, millis| *millis != 0);
    }
    Ok(())
}
