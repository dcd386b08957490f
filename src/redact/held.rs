//! A turn that is already redacted and may still change: names that are introduced later, digits that turn out to be a
//! part of a card. Knows only the redacted text and the pieces that wait to be settled.

use zeroize::Zeroizing;

use super::{Finding, Kind, RedactedText, RedactedTurn, candidate::Candidate};
use crate::text::Span;

/// A redacted turn under revision.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) index: u32,
    pub(super) text: String,
    pub(super) findings: Vec<Finding>,
}

/// Text that stands as `[NUMBER]` until it is settled.
#[derive(Debug)]
pub(super) struct Waiting {
    /// The turn it stands in.
    pub(super) turn: u32,
    /// Where it stood in the received text: its name within the turn.
    pub(super) received: Span,
    /// The text itself.
    pub(super) text: Zeroizing<String>,
}

impl Held {
    /// The turn as it stands.
    pub(super) fn turn(&self) -> RedactedTurn {
        RedactedTurn {
            index: self.index,
            text: RedactedText::from_redactor(self.text.clone()),
            findings: self.findings.clone(),
        }
    }

    /// The turn as it stays.
    pub(super) fn into_turn(self) -> RedactedTurn {
        let Self { index, text, findings } = self;
        RedactedTurn { index, text: RedactedText::from_redactor(text), findings }
    }

    /// Replaces the redacted ranges, in order and apart, by their placeholders; those that touch a finding stay as they
    /// are. Whether there were any others. One pass over the text.
    pub(super) fn insert_all(&mut self, new: Vec<(Candidate, Span, String)>) -> bool {
        let free = new.into_iter().filter(|(_, span, _)| !self.touches(*span));
        let mut added: Vec<(Finding, String)> = free
            .map(|(candidate, span, placeholder)| {
                let received = self.received(span);
                let Candidate { kind, likelihood, reasons, .. } = candidate;
                (Finding { kind, span, received, likelihood, reasons }, placeholder)
            })
            .collect();
        if added.is_empty() {
            return false;
        }
        let old = std::mem::take(&mut self.findings);
        let kept = old.into_iter().map(|finding| {
            let placeholder = finding.span.of(&self.text).to_owned();
            (finding, placeholder)
        });
        added.extend(kept);
        added.sort_by_key(|(finding, _)| finding.span.start);
        let mut text = String::with_capacity(self.text.len());
        let mut copied = 0;
        for (mut finding, placeholder) in added {
            text.push_str(self.text.get(copied..finding.span.range().start).unwrap_or_default());
            copied = finding.span.range().end;
            finding.span = Span::new(text.len(), text.len() + placeholder.len());
            text.push_str(&placeholder);
            self.findings.push(finding);
        }
        text.push_str(self.text.get(copied..).unwrap_or_default());
        self.text = text;
        true
    }

    /// Gives the finding at `received` another kind and placeholder.
    pub(super) fn rename(&mut self, received: Span, kind: Kind, placeholder: &str, reason: super::Reason) -> bool {
        let Some(at) = self.findings.iter().position(|finding| finding.received == received) else { return false };
        let Some(span) = self.findings.get(at).map(|finding| finding.span) else { return false };
        self.splice(span, placeholder, at + 1);
        let Some(finding) = self.findings.get_mut(at) else { return false };
        finding.kind = kind;
        finding.span = Span::new(span.start as usize, span.start as usize + placeholder.len());
        if !finding.reasons.contains(&reason) {
            finding.reasons.push(reason);
        }
        true
    }

    /// Takes the finding at `received` back: its text was harmless.
    pub(super) fn restore(&mut self, waiting: &Waiting) -> bool {
        let Some(at) = self
            .findings
            .iter()
            .position(|finding| finding.received == waiting.received && finding.kind == Kind::Number)
        else {
            return false;
        };
        let finding = self.findings.remove(at);
        self.splice(finding.span, &waiting.text, at);
        true
    }

    /// Whether `span` touches a finding.
    fn touches(&self, span: Span) -> bool {
        self.findings
            .get(self.findings.partition_point(|finding| finding.span.end <= span.start))
            .is_some_and(|next| next.span.overlaps(span))
    }

    /// Replaces `span` and moves the findings from number `from` on.
    fn splice(&mut self, span: Span, with: &str, from: usize) {
        let mut text = String::with_capacity(self.text.len() + with.len());
        text.push_str(self.text.get(..span.range().start).unwrap_or_default());
        text.push_str(with);
        text.push_str(self.text.get(span.range().end..).unwrap_or_default());
        self.text = text;
        for finding in self.findings.iter_mut().skip(from) {
            let shift = |offset: u32| (offset as usize + with.len()).saturating_sub(span.len());
            finding.span = Span::new(shift(finding.span.start), shift(finding.span.end));
        }
    }

    /// The received range of a redacted range that touches no finding.
    fn received(&self, span: Span) -> Span {
        let until = self.findings.partition_point(|finding| finding.span.end <= span.start);
        let before = until.checked_sub(1).and_then(|last| self.findings.get(last));
        let (redacted, received) = before.map_or((0, 0), |finding| (finding.span.end, finding.received.end));
        Span { start: received + (span.start - redacted), end: received + (span.end - redacted) }
    }
}
