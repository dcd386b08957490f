//! Reads a redacted conversation once more, as anyone will read it from now on, so that redacting twice is redacting
//! once. Knows only the redacted text: what was revised after its turn was read may stand nearer to what names it.

use super::{Finding, candidate::Candidate, dialogue::Reading, fold::Fold, held::Held, known::compact};
use crate::{
    conversation::{Part, RawText, RawTurn, Role},
    text::Normalised,
};

/// How often a conversation is read again at most; each reading but the last removes something.
const READINGS_MAX: usize = 8;

impl Fold<'_> {
    /// Removes what a reader of the redacted conversation would still find, until there is nothing left. Costs nothing
    /// where no turn changed after it was read, and little where few did.
    pub(super) fn read_again(&mut self) {
        for _ in 0..READINGS_MAX {
            if !self.unread || !self.find_in_redacted() {
                return;
            }
        }
    }

    /// Whether another redaction of what is left finds anything; it is replaced in the turns.
    fn find_in_redacted(&mut self) -> bool {
        let reader = match self.read(true) {
            // What was learnt may stand in a turn that was passed over.
            reader if reader.known.len() > 0 => self.read(false),
            reader => reader,
        };
        let read: Vec<Vec<Finding>> = reader.turns.into_iter().map(|read| read.findings).collect();
        let mut changed = false;
        for (index, findings) in (0..).zip(read).filter(|(_, findings)| !findings.is_empty()) {
            if self.replace(index, findings) {
                self.change(index);
                changed = true;
            }
        }
        changed
    }

    /// A reader of the redacted turns. With `passing` it passes over those that it would read as they were last read:
    /// behind the same question, while no number is being said.
    fn read(&self, passing: bool) -> Self {
        let mut reader = Fold::new(self.redactor, &[]);
        let passing = passing && reader.regions == self.regions;
        for ((held, (role, part)), reading) in self.turns.iter().zip(&self.speakers).zip(&self.readings) {
            let same = reading.filter(|reading| passing && reading.asked == reader.dialogue.asked(*role));
            match same.filter(|_| reader.chain.is_none() && reader.known.len() == 0) {
                Some(reading) => reader.pass(*role, *part, reading),
                None => {
                    reader.read_turn(&RawTurn { role: *role, part: *part, text: RawText::from(held.text.as_str()) });
                }
            }
        }
        reader.settle();
        reader
    }

    /// Goes on behind a turn that was read before.
    fn pass(&mut self, role: Role, part: Part, reading: Reading) {
        let index = u32::try_from(self.turns.len()).unwrap_or(u32::MAX);
        self.dialogue.note(role, reading.heard);
        self.turns.push(Held { index, text: String::new(), findings: Vec::new() });
        self.speakers.push((role, part));
        self.readings.push(None);
        self.mentions.add(&[]);
    }

    /// Replaces what a reader found in a turn; whether there was any that touches no finding.
    fn replace(&mut self, index: u32, findings: Vec<Finding>) -> bool {
        let Some(held) = self.turns.get_mut(index as usize) else { return false };
        let named = findings.into_iter().map(|finding| {
            let Finding { kind, received: span, likelihood, reasons, .. } = finding;
            let value = compact(Normalised::new(span.of(&held.text)).lower());
            let placeholder = self.numbering.placeholder(kind, &value);
            (Candidate { span, kind, likelihood, reasons, value: None }, span, placeholder)
        });
        let named = named.collect();
        held.insert_all(named)
    }
}
