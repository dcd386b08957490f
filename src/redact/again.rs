//! Reads a redacted conversation once more, as anyone will read it from now on, so that redacting twice is redacting
//! once. Knows only the redacted text: what was revised after its turn was read may stand nearer to what names it.

use super::{Finding, candidate::Candidate, fold::Fold, known::compact, token::NormalisedTurn};
use crate::conversation::{RawText, RawTurn};

/// How often a conversation is read again at most; each reading but the last removes something.
const READINGS_MAX: usize = 8;

impl Fold<'_> {
    /// Removes what a reader of the redacted conversation would still find, until there is nothing left. Costs nothing
    /// where no turn changed after it was read.
    pub(super) fn read_again(&mut self) {
        for _ in 0..READINGS_MAX {
            if !self.unread || !self.find_in_redacted() {
                return;
            }
        }
    }

    /// Whether another redaction of what is left finds anything; it is replaced in the turns.
    fn find_in_redacted(&mut self) -> bool {
        let mut reader = Fold::new(self.redactor, &[]);
        for (held, (role, part)) in self.turns.iter().zip(&self.speakers) {
            reader.push(&RawTurn { role: *role, part: *part, text: RawText::from(held.text.as_str()) });
        }
        reader.settle();
        let mut changed = false;
        for (held, read) in self.turns.iter_mut().zip(&reader.turns) {
            let named = read.findings.iter().map(|finding| {
                let value = compact(NormalisedTurn::new(finding.received.of(&held.text)).lower());
                let placeholder = self.numbering.placeholder(finding.kind, &value);
                let Finding { kind, received: span, likelihood, reasons, .. } = finding.clone();
                (Candidate { span, kind, likelihood, reasons, value: None }, span, placeholder)
            });
            if held.insert_all(named.collect()) {
                self.changed.push(held.index);
                changed = true;
            }
        }
        changed
    }
}
