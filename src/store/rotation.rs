//! What a rotation of keys did.

use std::ops::AddAssign;

/// Counts of a rotation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rotated {
    /// Keys that were replaced above the data keys.
    pub keys: u64,
    /// Keys that were wrapped anew.
    pub wraps: u64,
    /// Values that were sealed anew.
    pub values: u64,
    /// Records whose data key was kept, since a value of theirs is damaged: it might still be repaired.
    pub damaged: u64,
}

impl AddAssign for Rotated {
    fn add_assign(&mut self, other: Self) {
        let Self { keys, wraps, values, damaged } = other;
        self.keys += keys;
        self.wraps += wraps;
        self.values += values;
        self.damaged += damaged;
    }
}
