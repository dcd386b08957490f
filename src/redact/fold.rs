//! Redaction as a fold over the turns of one interaction. Holds what one interaction needs in memory (numbers given
//! out, values known, questions open) and nothing of any other.

use super::{
    Finding, Pushed, RedactedText, RedactedTurn,
    candidate::Candidate,
    dialogue::Asked,
    find::{self, View},
    numbering::Numbering,
    redactor::Redactor,
    resolve::resolve,
    token::{Class, NormalisedTurn},
};
use crate::{
    conversation::{Party, RawTurn},
    text::Span,
};

/// The redaction of one interaction under way.
#[derive(Debug)]
pub struct Fold<'r> {
    redactor: &'r Redactor,
    numbering: Numbering,
    asked: Asked,
    turns: u32,
}

impl<'r> Fold<'r> {
    pub(super) fn new(redactor: &'r Redactor, _parties: &[Party]) -> Self {
        Self { redactor, numbering: Numbering::default(), asked: Asked::default(), turns: 0 }
    }

    /// Redacts the next turn.
    pub fn push(&mut self, turn: &RawTurn) -> Pushed {
        let received = turn.text.expose();
        let normalised = NormalisedTurn::new(received);
        self.skip_placeholders(&normalised);
        let view = View { turn: &normalised, role: turn.role, part: turn.part, asked: &self.asked };
        let candidates = resolve(find::all(&view), normalised.text());
        let kept: Vec<Candidate> = candidates.into_iter().filter(|found| !self.redactor.keeps(found.kind)).collect();
        let index = self.turns;
        self.turns += 1;
        let (text, findings) = self.render(received, &normalised, kept);
        let turn = RedactedTurn { index, text: RedactedText::from_redactor(text), findings };
        Pushed { turn, revised: Vec::new(), settled: self.turns }
    }

    /// Ends the interaction: settles what was pending. Gives the turns that this changed.
    pub fn close(self) -> Vec<RedactedTurn> {
        Vec::new()
    }

    fn skip_placeholders(&mut self, turn: &NormalisedTurn<'_>) {
        for (index, token) in turn.tokens().iter().enumerate() {
            if matches!(token.class, Class::Placeholder(_)) {
                self.numbering.skip(turn.raw(index));
            }
        }
    }

    fn render(
        &mut self,
        received: &str,
        turn: &NormalisedTurn<'_>,
        candidates: Vec<Candidate>,
    ) -> (String, Vec<Finding>) {
        let mut text = String::with_capacity(received.len());
        let mut findings = Vec::with_capacity(candidates.len());
        let mut copied = 0;
        for candidate in candidates {
            let source = turn.received(candidate.span);
            text.push_str(received.get(copied..source.range().start).unwrap_or_default());
            let value = value_of(candidate.span.of(turn.lower()));
            let start = text.len();
            text.push_str(&self.numbering.placeholder(candidate.kind, &value));
            copied = source.range().end;
            findings.push(Finding {
                kind: candidate.kind,
                span: Span::new(start, text.len()),
                received: source,
                likelihood: candidate.likelihood,
                reasons: candidate.reasons,
            });
        }
        text.push_str(received.get(copied..).unwrap_or_default());
        (text, findings)
    }
}

/// The normal form of a value: its letters and digits, lower case.
fn value_of(lower: &str) -> String {
    lower.chars().filter(|character| character.is_alphanumeric()).collect()
}
