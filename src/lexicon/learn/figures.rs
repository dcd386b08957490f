//! How well scores tell the labels apart.

/// Two figures of a set of labelled scores, in thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Mean of the F1 of both labels, of the scores held against the threshold.
    pub f1_macro_millis: u32,
    /// Area under the receiver operating characteristic: the chance that a negative conversation scores higher than
    /// another one (Hanley and `McNeil` 1982); of equal scores half.
    pub auc_millis: u32,
}

impl Figures {
    /// The figures of scores with their labels (`true`: negative); a score of `threshold` or more is taken for negative.
    pub fn new(scored: &[(i32, bool)], threshold: i32) -> Self {
        Self { f1_macro_millis: f1_macro(scored, threshold), auc_millis: auc(scored) }
    }

    /// By which one of two is better.
    pub(super) fn quality(self) -> u32 {
        self.f1_macro_millis + self.auc_millis
    }
}

fn f1_macro(scored: &[(i32, bool)], threshold: i32) -> u32 {
    let count = |taken: bool, label: bool| {
        scored.iter().filter(|(score, negative)| (*score >= threshold) == taken && *negative == label).count()
    };
    let (hits, rejects) = (count(true, true), count(false, false));
    let wrong = count(true, false) + count(false, true);
    u32::midpoint(f1(hits, wrong), f1(rejects, wrong))
}

fn f1(right: usize, wrong: usize) -> u32 {
    millis(2 * right as u64, (2 * right + wrong) as u64)
}

fn auc(scored: &[(i32, bool)]) -> u32 {
    let mut sorted = scored.to_vec();
    sorted.sort_unstable();
    let (mut below, mut doubled, mut negatives) = (0_u64, 0_u64, 0_u64);
    for equal in sorted.chunk_by(|one, other| one.0 == other.0) {
        let negative = equal.iter().filter(|(_, negative)| *negative).count() as u64;
        let other = equal.len() as u64 - negative;
        doubled += negative * (2 * below + other);
        below += other;
        negatives += negative;
    }
    millis(doubled, 2 * negatives * below)
}

fn millis(part: u64, whole: u64) -> u32 {
    u32::try_from((part * 1000 + whole / 2).checked_div(whole).unwrap_or(0)).unwrap_or(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(scored: &[(i32, bool)], f1_macro_millis: u32, auc_millis: u32) {
        assert_eq!(Figures::new(scored, 500), Figures { f1_macro_millis, auc_millis });
    }

    #[test]
    fn figures_of_small_sets() {
        check(&[(900, true), (0, false)], 1000, 1000);
        check(&[(0, true), (900, false)], 0, 0);
        check(&[(500, true), (500, false)], 333, 500);
        check(&[(700, true), (600, false), (500, true), (0, false)], 733, 750);
        check(&[(700, true)], 500, 0);
        check(&[], 0, 0);
    }
}
