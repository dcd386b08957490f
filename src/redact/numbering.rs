//! Gives every removed value its placeholder: equal for equal values, numbered in the order of discovery, never
//! renumbered. The values live only here, only in memory, for one interaction.

use rustc_hash::{FxHashMap, FxHashSet};
use zeroize::Zeroize;

use super::kind::{Class, Kind};

/// The numbers given out within one interaction.
#[derive(Default)]
pub(super) struct Numbering {
    given: FxHashMap<(Kind, String), u32>,
    last: FxHashMap<Kind, u32>,
    received: FxHashSet<(Kind, u32)>,
}

impl Numbering {
    /// Notes a placeholder that stands in received text, so that its number is skipped.
    pub(super) fn skip(&mut self, placeholder: &str) {
        let inner = placeholder.trim_start_matches('[').trim_end_matches(']');
        let Some((name, number)) = inner.rsplit_once('_') else { return };
        if let (Some(kind), Ok(number)) = (Kind::from_name(name), number.parse()) {
            self.received.insert((kind, number));
        }
    }

    /// The placeholder of `value`, which is in normal form already.
    pub(super) fn placeholder(&mut self, kind: Kind, value: &str) -> String {
        if kind.class() == Class::Forbidden {
            return format!("[{}]", kind.name());
        }
        let key = (kind, value.to_owned());
        let number = if let Some(number) = self.given.get(&key) {
            *number
        } else {
            let number = self.next(kind);
            self.given.insert(key, number);
            number
        };
        format!("[{}_{number}]", kind.name())
    }

    fn next(&mut self, kind: Kind) -> u32 {
        let last = self.last.entry(kind).or_default();
        *last += 1;
        while self.received.contains(&(kind, *last)) {
            *last += 1;
        }
        *last
    }
}

impl std::fmt::Debug for Numbering {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Numbering({} values)", self.given.len())
    }
}

impl Drop for Numbering {
    fn drop(&mut self) {
        for ((_, mut value), _) in self.given.drain() {
            value.zeroize();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_share_a_number_and_received_numbers_are_skipped() {
        let mut numbering = Numbering::default();
        numbering.skip("[EMAIL_2]");
        assert_eq!(numbering.placeholder(Kind::Email, "a"), "[EMAIL_1]");
        assert_eq!(numbering.placeholder(Kind::Email, "b"), "[EMAIL_3]");
        assert_eq!(numbering.placeholder(Kind::Email, "a"), "[EMAIL_1]");
        assert_eq!(numbering.placeholder(Kind::Phone, "a"), "[PHONE_1]");
    }

    #[test]
    fn forbidden_kinds_leave_no_number() {
        let mut numbering = Numbering::default();
        assert_eq!(numbering.placeholder(Kind::Pin, "4471"), "[PIN]");
        assert!(numbering.given.is_empty());
    }
}
