//! Redaction as a fold over the turns of one interaction. Holds what one interaction needs in memory (numbers given
//! out, values known, the question in force, digits that wait) and nothing of any other.

use memchr::memmem;
use zeroize::Zeroizing;

use super::{
    Finding, Kind, Likelihood, Pushed, RedactedTurn,
    candidate::Candidate,
    dialogue::{Dialogue, Side, passes},
    find::{self, View},
    held::{Held, Waiting},
    known::{Known, compact},
    numbering::Numbering,
    redactor::Redactor,
    resolve::resolve,
    split::{self, Chain},
    token::{Class, NormalisedTurn},
};
use crate::{
    conversation::{Part, Party, RawTurn},
    text::Span,
};

/// The redaction of one interaction under way.
#[derive(Debug)]
pub struct Fold<'r> {
    redactor: &'r Redactor,
    numbering: Numbering,
    known: Known,
    dialogue: Dialogue,
    chain: Option<Chain>,
    turns: Vec<Held>,
    changed: Vec<u32>,
}

impl<'r> Fold<'r> {
    pub(super) fn new(redactor: &'r Redactor, parties: &[Party]) -> Self {
        Self {
            redactor,
            numbering: Numbering::default(),
            known: Known::from_parties(parties),
            dialogue: Dialogue::default(),
            chain: None,
            turns: Vec::new(),
            changed: Vec::new(),
        }
    }

    /// Redacts the next turn.
    pub fn push(&mut self, turn: &RawTurn) -> Pushed {
        let received = turn.text.expose();
        let normalised = NormalisedTurn::new(received);
        let asked = self.dialogue.asked(turn.role);
        let view = View { turn: &normalised, role: turn.role, part: turn.part, asked: &asked };
        self.skip_placeholders(&normalised);
        let known_before = self.known.len();
        let mut candidates = self.candidates(&view);
        let index = u32::try_from(self.turns.len()).unwrap_or(u32::MAX);
        let fragment = self.fragment(&view, &mut candidates);
        self.render(index, received, &normalised, candidates);
        if let Some((span, digits, cues)) = fragment {
            self.link(&view, index, received, normalised.received(span), digits, cues);
        }
        self.rewrite(known_before);
        self.dialogue.heard(turn.role, &normalised);
        self.pushed(index)
    }

    /// Ends the interaction: settles what was pending. Gives the turns that this changed.
    pub fn close(mut self) -> Vec<RedactedTurn> {
        self.settle();
        self.take_changed(u32::MAX)
    }

    fn pushed(&mut self, index: u32) -> Pushed {
        let revised = self.take_changed(index);
        let turn = self.turns.get(index as usize).map(Held::turn);
        let turn = turn.unwrap_or_else(|| RedactedTurn { index, ..RedactedTurn::default() });
        let settled = self.chain.as_ref().map_or(index + 1, |chain| chain.began);
        Pushed { turn, revised, settled }
    }

    /// The turns that changed since the last call, but for turn `current`.
    fn take_changed(&mut self, current: u32) -> Vec<RedactedTurn> {
        let mut changed = std::mem::take(&mut self.changed);
        changed.sort_unstable();
        changed.dedup();
        changed.retain(|index| *index != current);
        changed.into_iter().filter_map(|index| self.turns.get(index as usize)).map(Held::turn).collect()
    }

    fn skip_placeholders(&mut self, turn: &NormalisedTurn<'_>) {
        for (index, token) in turn.tokens().iter().enumerate() {
            if matches!(token.class, Class::Placeholder(_)) {
                self.numbering.skip(turn.raw(index));
            }
        }
    }

    /// What is to go from this turn. Values found here are searched for again in the turn itself.
    fn candidates(&mut self, view: &View<'_>) -> Vec<Candidate> {
        let turn = view.turn;
        let mut found = find::all(view);
        self.known.find(turn, 0, &mut found);
        let mut chosen = resolve(found, turn.text());
        chosen.retain(|candidate| !self.redactor.keeps(candidate.kind));
        let since = self.known.len();
        for candidate in &chosen {
            let raw = candidate.span.of(turn.lower());
            let value = candidate.value.clone().unwrap_or_else(|| compact(raw));
            self.known.learn(candidate.kind, raw, &value);
            if candidate.kind == Kind::Person && candidate.likelihood >= Likelihood::Likely {
                self.known.add_name(candidate.span.of(turn.text()), "repeated");
            }
        }
        if self.known.len() > since {
            let mut again = Vec::new();
            self.known.find(turn, since, &mut again);
            again.retain(|new| !chosen.iter().any(|old| old.span.overlaps(new.span)));
            if !again.is_empty() {
                chosen.extend(again);
                chosen = resolve(chosen, turn.text());
            }
        }
        chosen
    }

    fn render(&mut self, index: u32, received: &str, turn: &NormalisedTurn<'_>, candidates: Vec<Candidate>) {
        let mut text = String::with_capacity(received.len());
        let mut findings = Vec::with_capacity(candidates.len());
        let mut copied = 0;
        for candidate in candidates {
            let source = turn.received(candidate.span);
            text.push_str(received.get(copied..source.range().start).unwrap_or_default());
            let start = text.len();
            let value = candidate.value.unwrap_or_else(|| compact(candidate.span.of(turn.lower())));
            text.push_str(&self.numbering.placeholder(candidate.kind, &value));
            copied = source.range().end;
            let span = Span::new(start, text.len());
            let Candidate { kind, likelihood, reasons, .. } = candidate;
            findings.push(Finding { kind, span, received: source, likelihood, reasons });
        }
        text.push_str(received.get(copied..).unwrap_or_default());
        self.turns.push(Held { index, text, findings });
    }

    /// The digits of this turn that may be a part of a number said over several turns; uncovered ones become a
    /// `[NUMBER]` that waits.
    fn fragment(
        &mut self,
        view: &View<'_>,
        candidates: &mut Vec<Candidate>,
    ) -> Option<(Span, String, super::words::Cues)> {
        if view.part != Part::Body {
            return None;
        }
        let side = Side::from(view.role);
        let continues = self.chain.as_ref().is_some_and(|chain| chain.side == side && self.in_reach(chain));
        let echoes =
            self.chain.as_ref().is_some_and(|chain| chain.side != side && self.in_reach(chain)) && passes(view.turn);
        let found = split::fragment(view, continues);
        let kept = found.filter(|fragment| {
            if continues || echoes { fragment.may_continue() || fragment.may_begin() } else { fragment.may_begin() }
        });
        let ends = !continues && !echoes;
        if ends || (continues && kept.is_none() && !passes(view.turn)) {
            self.settle();
        }
        let fragment = kept.filter(|fragment| side == Side::Customer || echoes || !fragment.cues.is_empty())?;
        if split::covered(candidates, fragment.span).is_none() {
            let waiting = Candidate::new(fragment.span, Kind::Number, super::Likelihood::Possible, "split-over-turns");
            let at = candidates.partition_point(|candidate| candidate.span.start < fragment.span.start);
            candidates.insert(at, waiting);
        }
        Some((fragment.span, fragment.digits, fragment.cues))
    }

    fn in_reach(&self, chain: &Chain) -> bool {
        (self.turns.len() as u64) < u64::from(chain.began) + u64::from(split::TURNS_MAX)
    }

    /// Adds the fragment of turn `index` to the chain, or begins one.
    fn link(
        &mut self,
        view: &View<'_>,
        index: u32,
        received: &str,
        span: Span,
        digits: String,
        cues: super::words::Cues,
    ) {
        let Some(held) = self.turns.get(index as usize) else { return };
        let side = Side::from(view.role);
        let overlapping = held.findings.iter().find(|finding| finding.received.overlaps(span));
        let Some(place) = overlapping.map(|finding| finding.received) else { return };
        let piece = Waiting { turn: index, received: place, text: Zeroizing::new(place.of(received).to_owned()) };
        let chain = self.chain.get_or_insert_with(|| Chain {
            side,
            began: index,
            digits: String::new(),
            cues,
            pieces: Vec::new(),
            said: 0,
        });
        chain.pieces.push(piece);
        if chain.side == side {
            chain.digits.push_str(&digits);
            chain.said += 1;
            chain.cues |= cues;
        }
    }

    /// Ends the number that is being said: its pieces become what they are together, or readable again.
    fn settle(&mut self) {
        let Some(chain) = self.chain.take() else { return };
        let kind = chain.kind().filter(|kind| !self.redactor.keeps(*kind));
        let placeholder = kind.map(|kind| self.numbering.placeholder(kind, &chain.digits));
        for piece in &chain.pieces {
            let Some(held) = self.turns.get_mut(piece.turn as usize) else { continue };
            let changed = match (kind, &placeholder) {
                (Some(kind), Some(placeholder)) => held.rename(piece.received, kind, placeholder, "split-over-turns"),
                _ => held.restore(piece),
            };
            if changed {
                self.changed.push(piece.turn);
            }
        }
    }

    /// Finds values that this turn introduced in the turns before it.
    fn rewrite(&mut self, since: usize) {
        if self.known.len() == since || self.turns.len() < 2 {
            return;
        }
        let earlier = self.turns.len() - 1;
        for held in self.turns.iter_mut().take(earlier) {
            let lower = held.text.to_lowercase();
            if !self.known.heads(since).any(|head| memmem::find(lower.as_bytes(), head.as_bytes()).is_some()) {
                continue;
            }
            if revise(held, &self.known, since, &mut self.numbering) {
                self.changed.push(held.index);
            }
        }
    }
}

/// Replaces the values learnt from number `since` on in a redacted turn; whether there were any.
fn revise(held: &mut Held, known: &Known, since: usize, numbering: &mut Numbering) -> bool {
    let text = held.text.clone();
    let turn = NormalisedTurn::new(&text);
    let mut found = Vec::new();
    known.find(&turn, since, &mut found);
    let chosen = resolve(found, turn.text());
    let mut changed = false;
    for candidate in chosen.into_iter().rev() {
        let span = turn.received(candidate.span);
        if held.touches(span) {
            continue;
        }
        let value = candidate.value.clone().unwrap_or_else(|| compact(candidate.span.of(turn.lower())));
        let placeholder = numbering.placeholder(candidate.kind, &value);
        held.insert(candidate, span, &placeholder);
        changed = true;
    }
    changed
}
