//! Redaction as a fold over the turns of one interaction. Holds what one interaction needs in memory (numbers given
//! out, values known, the question in force, digits that wait) and nothing of any other.

use zeroize::Zeroizing;

use super::{
    Finding, Kind, Likelihood, Pushed, RedactedTurn,
    candidate::Candidate,
    dialogue::{Dialogue, Side, passes},
    find::{self, Region, View},
    flags::Flags,
    held::{Held, Waiting},
    known::{Known, compact},
    mentions::Mentions,
    numbering::Numbering,
    redactor::Redactor,
    resolve::{resolve, trim},
    split::{self, Chain},
    token::{Class, Memory, NormalisedTurn, Token},
};
use crate::{
    conversation::{Part, Party, RawTurn, Role},
    text::Span,
};

/// The redaction of one interaction under way.
#[derive(Debug)]
pub struct Fold<'r> {
    pub(super) redactor: &'r Redactor,
    pub(super) numbering: Numbering,
    known: Known,
    dialogue: Dialogue,
    chain: Option<Chain>,
    /// After how many turns digits that nobody knew the rest of were given up.
    lapsed: Option<u32>,
    pub(super) turns: Vec<Held>,
    mentions: Mentions,
    pub(super) changed: Vec<u32>,
    memory: Memory,
    regions: Vec<Region>,
    pub(super) speakers: Vec<(Role, Part)>,
    /// Whether a turn may have changed since it was last read.
    pub(super) unread: bool,
    /// So many turns at the beginning hold no finding.
    clean: usize,
}

impl<'r> Fold<'r> {
    pub(super) fn new(redactor: &'r Redactor, parties: &[Party]) -> Self {
        Self {
            redactor,
            numbering: Numbering::default(),
            known: Known::from_parties(parties),
            dialogue: Dialogue::default(),
            chain: None,
            lapsed: None,
            turns: Vec::new(),
            mentions: Mentions::default(),
            changed: Vec::new(),
            memory: Memory::default(),
            regions: regions(redactor, parties),
            speakers: Vec::new(),
            unread: false,
            clean: 0,
        }
    }

    /// Redacts the next turn.
    pub fn push(&mut self, turn: &RawTurn) -> Pushed {
        let received = turn.text.expose();
        let normalised = NormalisedTurn::with(received, &mut self.memory);
        let asked = self.dialogue.asked(turn.role);
        let regions = self.regions.clone();
        let view = View { turn: &normalised, role: turn.role, part: turn.part, asked: &asked, regions: &regions };
        self.skip_placeholders(&normalised);
        let known_before = self.known.len();
        let mut candidates = self.candidates(&view);
        let index = u32::try_from(self.turns.len()).unwrap_or(u32::MAX);
        self.speakers.push((turn.role, turn.part));
        let known_here = self.known.len();
        let fragment = self.fragment(&view, &mut candidates);
        self.render(index, received, &normalised, candidates);
        if self.known.len() > known_here
            && let Some(held) = self.turns.get_mut(index as usize)
        {
            // What the number that ended here was may stand in this turn too.
            revise(held, &self.known, known_here, &mut self.numbering);
        }
        if let Some((span, digits, cues)) = fragment {
            self.link(&view, index, received, normalised.received(span), &digits, cues);
        }
        self.rewrite(known_before);
        self.mentions.add(normalised.heads());
        if self.turns.get(index as usize).is_none_or(|held| held.findings.is_empty()) {
            self.dialogue.heard(turn.role, &normalised);
            normalised.recycle(&mut self.memory);
        } else {
            normalised.recycle(&mut self.memory);
            self.look_again(index, turn.role, turn.part);
        }
        self.pushed(index)
    }

    /// Whether digits wait for what may follow them.
    pub fn waits(&self) -> bool {
        self.chain.is_some()
    }

    /// Waits no longer: nothing came for too long. What waits is named where it is known what it is; otherwise it stays
    /// removed for good, and so do digits that follow soon, which may be its other half. Its text is forgotten. Gives the
    /// turns that this changed.
    pub fn lapse(&mut self) -> Vec<RedactedTurn> {
        if self.chain.as_ref().is_some_and(|chain| chain.kind().is_none()) {
            self.chain = None;
            self.lapsed = u32::try_from(self.turns.len()).ok();
            return Vec::new();
        }
        self.settle();
        self.take_changed(u32::MAX)
    }

    /// Ends the interaction: settles what was pending. Gives the turns that this changed.
    pub fn close(mut self) -> Vec<RedactedTurn> {
        self.settle();
        self.read_again();
        self.take_changed(u32::MAX)
    }

    /// Reads the redacted turn as anyone will read it from now on, until there is nothing left to find; and takes note
    /// of what it asks. What was removed shortens the text, so that words may now stand nearer to what they name.
    fn look_again(&mut self, index: u32, role: Role, part: Part) {
        for round in 0..=ROUNDS_MAX {
            let Some(held) = self.turns.get(index as usize) else { return };
            let text = held.text.clone();
            let turn = NormalisedTurn::with(&text, &mut self.memory);
            self.unread |= round == ROUNDS_MAX;
            if round == ROUNDS_MAX {
                self.dialogue.heard(role, &turn);
                turn.recycle(&mut self.memory);
                return;
            }
            let asked = self.dialogue.asked(role);
            let since = self.known.len();
            let regions = self.regions.clone();
            let view = View { turn: &turn, role, part, asked: &asked, regions: &regions };
            let found = self.candidates(&view);
            if found.is_empty() {
                // Digits that are left beside what was removed may look like a part of a number now.
                self.unread |= part == Part::Body && split::fragment(&view, true).is_some();
                self.dialogue.heard(role, &turn);
                turn.recycle(&mut self.memory);
                return;
            }
            if let Some(held) = self.turns.get_mut(index as usize) {
                insert(held, &turn, found, &mut self.numbering);
            }
            turn.recycle(&mut self.memory);
            self.rewrite(since);
        }
    }

    fn pushed(&mut self, index: u32) -> Pushed {
        let earliest = self.changed.iter().min().map_or(usize::MAX, |earliest| *earliest as usize);
        let revised = self.take_changed(index);
        let turn = self.turns.get(index as usize).map(Held::turn);
        let turn = turn.unwrap_or_else(|| RedactedTurn { index, ..RedactedTurn::default() });
        self.clean = self.clean.min(earliest);
        while self.turns.get(self.clean).is_some_and(|held| held.findings.is_empty()) {
            self.clean += 1;
        }
        let first = u32::try_from(self.clean).unwrap_or(u32::MAX);
        let settled = self.chain.as_ref().map_or(first, |chain| chain.began.min(first));
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
        for (index, _) in turn.flagged(Flags::PLACEHOLDER) {
            self.numbering.skip(turn.raw(index));
        }
    }

    /// What is to go from this turn. Values found here are searched for again in the turn itself.
    fn candidates(&mut self, view: &View<'_>) -> Vec<Candidate> {
        let turn = view.turn;
        let mut found = find::all(view);
        self.known.find(turn, 0, &mut found);
        let mut chosen = resolve(beside_placeholders(turn, found), turn.text());
        let rules = &self.redactor.rules;
        chosen.retain(|candidate| {
            !rules.keeps(candidate.kind) && !rules.allows(candidate.kind, turn.text(), &candidate.span.range())
        });
        let extra: Vec<Candidate> = rules
            .extra(turn.text())
            .map(|(kind, range)| {
                Candidate::new(Span::new(range.start, range.end), kind, Likelihood::Possible, "policy")
            })
            .collect();
        if !extra.is_empty() {
            chosen.extend(beside_placeholders(turn, extra));
            chosen = resolve(chosen, turn.text());
        }
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
            again.retain(|new| {
                let next = chosen.partition_point(|old| old.span.end <= new.span.start);
                !chosen.get(next).is_some_and(|old| old.span.overlaps(new.span))
            });
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
    fn link(
        &mut self,
        view: &View<'_>,
        index: u32,
        received: &str,
        span: Span,
        digits: &str,
        cues: super::words::Cues,
    ) {
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
        let follows_lapsed = self.lapsed.is_some_and(|at| chain.began < at.saturating_add(split::TURNS_MAX));
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
                _ if follows_lapsed => false,
                // Values that became known while it waited may stand in what is readable again.
                _ => held.restore(piece) | revise(held, &self.known, 0, &mut self.numbering),
            };
            if changed {
                self.changed.push(piece.turn);
                self.unread = true;
            }
        }
        self.rewrite(since);
    }

    /// Finds values that this turn introduced in the turns before it.
    fn rewrite(&mut self, since: usize) {
        for index in self.mentions.of(self.known.heads(since)) {
            let Some(held) = self.turns.get_mut(index as usize) else { continue };
            if revise(held, &self.known, since, &mut self.numbering) {
                self.changed.push(index);
                self.unread = true;
            }
        }
    }
}

/// The regions of the policy and of the international numbers in the contact record.
fn regions(redactor: &Redactor, parties: &[Party]) -> Vec<Region> {
    let mut regions = redactor.rules.regions.clone();
    for phone in parties.iter().flat_map(|party| &party.phones) {
        let phone = phone.expose().trim_start();
        let digits: Vec<u8> = phone.bytes().filter(u8::is_ascii_digit).collect();
        let abroad = if phone.starts_with('+') { Some(digits.as_slice()) } else { digits.strip_prefix(b"00") };
        regions.extend(abroad.and_then(Region::of_number));
    }
    regions.dedup();
    regions
}

/// How often a turn is read again at most.
const ROUNDS_MAX: usize = 4;

/// The candidates without what placeholders that stand in the received text cover.
fn beside_placeholders(turn: &NormalisedTurn<'_>, found: Vec<Candidate>) -> Vec<Candidate> {
    let opaque = |token: &&Token| matches!(token.class, Class::Placeholder(_));
    if !turn.has(Flags::PLACEHOLDER) {
        return found;
    }
    let mut free = Vec::with_capacity(found.len());
    for candidate in found {
        let mut start = candidate.span.start;
        let first = turn.token_at(start);
        let inside = turn.tokens().iter().skip(first).take_while(|token| token.span.start < candidate.span.end);
        for token in inside.filter(opaque) {
            free.extend(part_of(turn, &candidate, start, token.span.start));
            start = token.span.end;
        }
        free.extend(part_of(turn, &candidate, start, candidate.span.end));
    }
    free
}

/// The part `start..end` of a candidate, from its first to its last letter or digit.
fn part_of(turn: &NormalisedTurn<'_>, candidate: &Candidate, start: u32, end: u32) -> Option<Candidate> {
    if start == candidate.span.start && end == candidate.span.end {
        return Some(candidate.clone());
    }
    let span = trim(Span { start, end }, turn.text());
    (!span.is_empty()).then(|| Candidate { span, value: None, ..candidate.clone() })
}

/// Replaces candidates in a turn that is redacted already; whether there were any that touch no finding.
fn insert(held: &mut Held, turn: &NormalisedTurn<'_>, found: Vec<Candidate>, numbering: &mut Numbering) -> bool {
    let named = found.into_iter().map(|candidate| {
        let value = candidate.value.clone().unwrap_or_else(|| compact(candidate.span.of(turn.lower())));
        let placeholder = numbering.placeholder(candidate.kind, &value);
        let span = turn.received(candidate.span);
        (candidate, span, placeholder)
    });
    held.insert_all(named.collect())
}

/// Replaces the values learnt from number `since` on in a redacted turn; whether there were any.
fn revise(held: &mut Held, known: &Known, since: usize, numbering: &mut Numbering) -> bool {
    let text = held.text.clone();
    let turn = NormalisedTurn::new(&text);
    let mut found = Vec::new();
    known.find(&turn, since, &mut found);
    let chosen = resolve(found, turn.text());
    insert(held, &turn, chosen, numbering)
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check_turns;

    #[test]
    fn later_knowledge_rewrites_earlier_turns_and_received_numbers_are_skipped() {
        check_turns(
            &["C:Gonzalez here again", "C:my name is Maria Gonzalez"],
            &["[PERSON_1] here again", "my name is [PERSON_2]"],
        );
        check_turns(
            &["C:ref 20394857X", "C:order number 20394857X please"],
            &["ref [ORDER_NUMBER_1]", "order number [ORDER_NUMBER_1] please"],
        );
        check_turns(
            &["C:[EMAIL_1] wrote", "C:ann@example.com and bob@example.com"],
            &["[EMAIL_1] wrote", "[EMAIL_2] and [EMAIL_3]"],
        );
    }
}
