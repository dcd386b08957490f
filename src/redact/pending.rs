//! Digits that may be a part of a number said over several turns: what of a turn waits for the turns behind it, and what
//! the pieces become in the end. Knows nothing of other values.

use zeroize::Zeroizing;

use super::{
    Kind, Likelihood,
    candidate::Candidate,
    dialogue::{Side, passes},
    find::View,
    fold::{Fold, revise},
    held::Waiting,
    split::{self, Chain},
    words::Cues,
};
use crate::{conversation::Part, text::Span};

impl Fold<'_> {
    /// The digits of this turn that may be a part of a number said over several turns; uncovered ones become a
    /// `[NUMBER]` that waits.
    pub(super) fn fragment(
        &mut self,
        view: &View<'_>,
        candidates: &mut Vec<Candidate>,
    ) -> Option<(Span, String, Cues)> {
        if view.part != Part::Body {
            return None;
        }
        let side = Side::from(view.role);
        let continues = self.chain.as_ref().is_some_and(|chain| chain.side == side && self.in_reach(chain));
        let echoes =
            self.chain.as_ref().is_some_and(|chain| chain.side != side && self.in_reach(chain)) && passes(view.turn);
        let wanted = continues || echoes || split::may_begin(view.turn);
        let found = if wanted { split::fragment(view, continues) } else { None };
        let repeats = |fragment: &split::Fragment| {
            let said = self.chain.as_ref().is_some_and(|chain| chain.digits.contains(&fragment.digits));
            echoes && fragment.trails && said
        };
        let kept = found.filter(|fragment| {
            fragment.may_begin() || ((continues || echoes) && fragment.may_continue()) || repeats(fragment)
        });
        let ends = !continues && !echoes;
        if ends || (continues && kept.is_none() && !passes(view.turn)) {
            self.settle();
        }
        let fragment = kept.filter(|fragment| side == Side::Customer || echoes || !fragment.cues.is_empty())?;
        if split::covered(candidates, fragment.span).is_none() {
            let waiting = Candidate::new(fragment.span, Kind::Number, Likelihood::Possible, "split-over-turns");
            let at = candidates.partition_point(|candidate| candidate.span.start < fragment.span.start);
            candidates.insert(at, waiting);
        }
        Some((fragment.span, fragment.digits, fragment.cues))
    }

    fn in_reach(&self, chain: &Chain) -> bool {
        (self.turns.len() as u64) < u64::from(chain.began) + u64::from(split::TURNS_MAX)
    }

    /// Adds the fragment of turn `index` to the chain, or begins one.
    pub(super) fn link(&mut self, view: &View<'_>, index: u32, received: &str, span: Span, digits: &str, cues: Cues) {
        let Some(held) = self.turns.get(index as usize) else { return };
        let side = Side::from(view.role);
        let overlapping = held.findings.iter().find(|finding| finding.received.overlaps(span));
        let Some(place) = overlapping.map(|finding| finding.received) else { return };
        let piece = Waiting { turn: index, received: place, text: Zeroizing::new(place.of(received).to_owned()) };
        self.unread = true;
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
            chain.digits.push_str(digits);
            chain.said += 1;
            chain.cues |= cues;
        }
    }

    /// Ends the number that is being said: its pieces become what they are together, or readable again.
    pub(super) fn settle(&mut self) {
        let Some(chain) = self.chain.take() else { return };
        let since = self.known.len();
        let kind = chain.kind().filter(|kind| !self.redactor.rules.keeps(*kind));
        let placeholder = kind.map(|kind| self.numbering.placeholder(kind, &chain.digits));
        if let Some(kind) = kind {
            self.known.learn(kind, &chain.digits, &chain.digits);
        }
        for piece in &chain.pieces {
            if let Some(kind) = kind {
                self.known.learn(kind, &piece.text, &chain.digits);
            }
            let Some(held) = self.turns.get_mut(piece.turn as usize) else { continue };
            let changed = match (kind, &placeholder) {
                (Some(kind), Some(placeholder)) => held.rename(piece.received, kind, placeholder, "split-over-turns"),
                // Values that became known while it waited may stand in what is readable again.
                _ => held.restore(piece) | revise(held, &self.known, 0, &mut self.numbering, &mut self.aside),
            };
            if changed {
                self.change(piece.turn);
            }
        }
        self.rewrite(since);
    }
}
