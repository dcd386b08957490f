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

    /// Replaces the redacted range `span`, which touches no finding, by a placeholder.
    pub(super) fn insert(&mut self, candidate: Candidate, span: Span, placeholder: &str) {
        let received = self.received(span);
        let at = self.findings.partition_point(|finding| finding.span.start < span.start);
        self.splice(span, placeholder, at);
        let span = Span::new(span.start as usize, span.start as usize + placeholder.len());
        let Candidate { kind, likelihood, reasons, .. } = candidate;
        self.findings.insert(at, Finding { kind, span, received, likelihood, reasons });
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
    pub(super) fn touches(&self, span: Span) -> bool {
        self.findings.iter().any(|finding| finding.span.overlaps(span))
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
        let before = self.findings.iter().rev().find(|finding| finding.span.end <= span.start);
        let (redacted, received) = before.map_or((0, 0), |finding| (finding.span.end, finding.received.end));
        Span { start: received + (span.start - redacted), end: received + (span.end - redacted) }
    }
}
