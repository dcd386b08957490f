//! Parts of a cross-validation: an author's conversations all lie in one part, so that nobody's habits are tested on
//! themselves. Which part depends on the author alone.

/// The part of every conversation.
#[derive(Debug)]
pub(super) struct Folds {
    part: Vec<usize>,
    parts: usize,
}

impl Folds {
    /// Parts of conversations, given the author of each as a small number.
    pub(super) fn new(authors: &[u32], parts: usize) -> Self {
        let part = |author: &u32| usize::try_from(mix(u64::from(*author))).unwrap_or(0) % parts.max(1);
        Self { part: authors.iter().map(part).collect(), parts: parts.max(1) }
    }

    /// The given conversations in two: those outside and those inside each part that holds any.
    pub(super) fn split(&self, examples: &[usize]) -> Vec<(Vec<usize>, Vec<usize>)> {
        let inside = |example: &usize, part: usize| self.part.get(*example) == Some(&part);
        let pairs = (0..self.parts).map(|part| examples.iter().partition(|example| !inside(example, part)));
        pairs.filter(|(_, held): &(Vec<usize>, Vec<usize>)| !held.is_empty()).collect()
    }
}

/// Spreads numbers evenly: the finaliser of `SplitMix64` (Steele, Lea and Flood 2014), its high half.
fn mix(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    (mixed ^ mixed >> 31) >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_disjoint_complete_and_even() {
        let authors: Vec<u32> = (0..1000).collect();
        let all: Vec<usize> = (0..1000).collect();
        let split = Folds::new(&authors, 5).split(&all);
        assert_eq!(split.len(), 5);
        assert_eq!(split.iter().map(|(_, held)| held.len()).sum::<usize>(), 1000);
        assert!(split.iter().all(|(rest, held)| rest.len() + held.len() == 1000 && (150..250).contains(&held.len())));
    }

    #[test]
    fn an_author_lies_in_one_part() {
        let split = Folds::new(&[7, 3, 7, 7, 3], 5).split(&[0, 1, 2, 3, 4]);
        assert!(split.iter().all(|(_, held)| held.contains(&0) == held.contains(&3)));
        assert!(split.iter().all(|(_, held)| held.contains(&1) == held.contains(&4)));
    }
}
