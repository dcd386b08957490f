//! Which tokens a second reading looks at: those near to what the first one removed. Farther away nothing that a finder
//! reads has changed. Knows nothing of what the finders look for.

use super::{cut::Cut, flags::Flags};

/// How far from a placeholder its absence may tell, in tokens: no finder reads farther.
const TOKENS_MAX: u32 = 64;

/// So many tokens without a number end whatever a finder reads in one go.
const QUIET: u32 = 8;

/// The tokens that may interest a finder, and those that a name may begin with.
#[derive(Debug, Default)]
pub(super) struct Interest {
    triggers: Vec<u32>,
    names: Vec<u32>,
}

impl Cut {
    /// Keeps only what stands near a placeholder among the tokens that may interest a finder; gives all of them.
    pub(super) fn narrow(&mut self) -> Interest {
        let windows = self.windows();
        let near = |all: &[u32]| {
            let mut rest = windows.iter().peekable();
            let mut kept = all.to_vec();
            kept.retain(|token| {
                while rest.next_if(|(_, last)| last < token).is_some() {}
                rest.peek().is_some_and(|(first, _)| first <= token)
            });
            kept
        };
        let Interest { triggers, names } = Interest { triggers: near(&self.triggers), names: near(&self.names) };
        Interest {
            triggers: std::mem::replace(&mut self.triggers, triggers),
            names: std::mem::replace(&mut self.names, names),
        }
    }

    /// Takes back what was put aside.
    pub(super) fn widen(&mut self, all: Interest) {
        (self.triggers, self.names) = (all.triggers, all.names);
    }

    /// The stretches around placeholders, first and last token, apart from each other and in order.
    fn windows(&self) -> Vec<(u32, u32)> {
        let mut windows: Vec<(u32, u32)> = Vec::new();
        let has = |index: &&u32| self.flags.get(**index as usize).is_some_and(|flags| flags.any(Flags::PLACEHOLDER));
        for place in self.triggers.iter().filter(has) {
            let end = windows.last().map_or(0, |(_, last)| *last);
            let first = place.saturating_sub(TOKENS_MAX);
            let first = if first > end { self.quiet_before(first, end) } else { first };
            match windows.last_mut() {
                Some((_, last)) if first <= *last => *last = place + TOKENS_MAX,
                _ => windows.push((first, place + TOKENS_MAX)),
            }
        }
        windows
    }

    /// The first token of the numbers that may reach to token `at`, not before token `from`: no number begins amid another.
    fn quiet_before(&self, at: u32, from: u32) -> u32 {
        let mut begin = at;
        for index in (from..at).rev() {
            let flags = self.flags.get(index as usize).copied().unwrap_or_default();
            if flags.any(Flags::DIGITS.and(Flags::NUMBER)) {
                begin = index;
            } else if begin - index >= QUIET {
                break;
            }
        }
        begin
    }
}

#[cfg(test)]
mod tests {
    use crate::redact::token::NormalisedTurn;

    /// The words with a number that a second reading of `text` looks at.
    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let mut turn = NormalisedTurn::new(text);
        let all = turn.narrow();
        let kept: Vec<&str> = turn.flagged(super::Flags::DIGITS).map(|(index, _)| turn.raw(index)).collect();
        assert_eq!(kept, expected);
        let narrow = kept.len();
        turn.widen(all);
        assert!(turn.flagged(super::Flags::DIGITS).count() >= narrow);
    }

    #[test]
    fn numbers_near_placeholders_are_kept_and_what_leads_to_them() {
        let far = "and so on it goes ".repeat(20);
        check("pay 10 and 20", &[]);
        check("pay 10 to [PERSON_1] and 20", &["10", "20"]);
        check(&format!("pay 10 {far} to [PERSON_1] 20 {far} 30"), &["20"]);
        check(&format!("[PIN] 10 {far} 20 {far} 30 [PIN]"), &["10", "30"]);
        let row = "70 ".repeat(70);
        check(&format!("10 {far} {row} [PIN] {far} 20"), &["70"; 70]);
    }
}
