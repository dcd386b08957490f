//! Redaction as a fold over the turns of one interaction. Holds what one interaction needs in memory (numbers given
//! out, values known, the question in force, digits that wait) and nothing of any other.

use super::{
    Finding, Kind, Likelihood, Pushed, RedactedTurn,
    candidate::Candidate,
    cut::LetterCase,
    dialogue::{Dialogue, Heard, Reading},
    find::{self, Region, View},
    flags::Flags,
    held::Held,
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
    pub(super) known: Known,
    pub(super) dialogue: Dialogue,
    pub(super) chain: Option<Chain>,
    /// After how many turns digits that nobody knew the rest of were given up.
    pub(super) lapsed: Option<u32>,
    pub(super) turns: Vec<Held>,
    pub(super) mentions: Mentions,
    pub(super) changed: Vec<u32>,
    memory: Memory,
    /// The same for what is read while a turn is.
    pub(super) aside: Memory,
    pub(super) regions: Vec<Region>,
    pub(super) speakers: Vec<(Role, Part)>,
    /// What the last reading of each turn told; nothing for a turn that changed since.
    pub(super) readings: Vec<Option<Reading>>,
    /// Whether a turn may have changed since it was last read.
    pub(super) unread: bool,
    /// Whether the last search found a value that was known before.
    recalled: bool,
    /// So many turns at the beginning hold no finding.
    clean: usize,
    /// No turn follows the present one, so that what it asks for does not matter.
    ends: bool,
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
            aside: Memory::default(),
            regions: regions(redactor, parties),
            speakers: Vec::new(),
            readings: Vec::new(),
            unread: false,
            recalled: false,
            clean: 0,
            ends: false,
        }
    }

    /// Redacts the next turn.
    pub fn push(&mut self, turn: &RawTurn) -> Pushed {
        let index = self.read_turn(turn);
        self.pushed(index)
    }

    /// The same without telling what came of it; the number of the turn.
    pub(super) fn read_turn(&mut self, turn: &RawTurn) -> u32 {
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
        self.readings.push(None);
        let alone = self.chain.is_none();
        let known_here = self.known.len();
        let fragment = self.fragment(&view, &mut candidates);
        self.render(index, received, &normalised, candidates);
        if self.known.len() > known_here
            && let Some(held) = self.turns.get_mut(index as usize)
        {
            // What the number that ended here was may stand in this turn too.
            revise(held, &self.known, known_here, &mut self.numbering, &mut self.aside);
        }
        if let Some((span, digits, cues)) = fragment {
            self.link(&view, index, received, normalised.received(span), &digits, cues);
        }
        self.rewrite(known_before);
        self.mentions.add(normalised.heads());
        if self.turns.get(index as usize).is_none_or(|held| held.findings.is_empty()) {
            self.heard(index, &view, alone);
            normalised.recycle(&mut self.memory);
        } else {
            let case = normalised.letter_case();
            normalised.recycle(&mut self.memory);
            self.look_again(index, turn.role, turn.part, case);
        }
        index
    }

    /// Redacts a whole interaction: what pushing its turns one by one and closing comes to in the end.
    pub(super) fn whole(mut self, turns: &[RawTurn]) -> Vec<RedactedTurn> {
        self.turns.reserve_exact(turns.len());
        for (left, turn) in (0..turns.len()).rev().zip(turns) {
            self.ends = left == 0;
            self.read_turn(turn);
        }
        self.settle();
        self.read_again();
        self.turns.into_iter().map(Held::into_turn).collect()
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
    /// of what it asks. What was removed shortens the text, so that words may now stand nearer to what they name. `case`: what
    /// letter case told in the reading before; where it tells the same, only what stands near a placeholder can be new.
    fn look_again(&mut self, index: u32, role: Role, part: Part, mut case: LetterCase) {
        for round in 0..=ROUNDS_MAX {
            let Some(held) = self.turns.get(index as usize) else { return };
            let text = held.text.clone();
            let mut turn = NormalisedTurn::with(&text, &mut self.memory);
            if round == ROUNDS_MAX {
                self.unread = true;
                self.dialogue.note(role, Heard::of(role, &turn));
                turn.recycle(&mut self.memory);
                return;
            }
            let asked = self.dialogue.asked(role);
            let since = self.known.len();
            let regions = self.regions.clone();
            let same = case == turn.letter_case() && !case.shouted;
            let all = same.then(|| turn.narrow());
            let found = self.candidates(&View { turn: &turn, role, part, asked: &asked, regions: &regions });
            if let Some(all) = all {
                turn.widen(all);
            }
            case = turn.letter_case();
            if found.is_empty() {
                let view = View { turn: &turn, role, part, asked: &asked, regions: &regions };
                // Digits that are left beside what was removed may look like a part of a number now.
                self.unread = self.unread || part == Part::Body && find::digit_runs(&turn).next().is_some();
                self.heard(index, &view, false);
                self.mentions.also(turn.heads());
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

    /// Takes note of what a turn does to the questions in force and of its reading, in which nothing was found. `alone`: no
    /// number was being said, and none begins in it.
    fn heard(&mut self, index: u32, view: &View<'_>, alone: bool) {
        let heard = if self.ends { Heard::Tells } else { Heard::of(view.role, view.turn) };
        self.dialogue.note(view.role, heard);
        let quiet = alone || view.part != Part::Body || !split::may_begin(view.turn);
        if let Some(reading) = self.readings.get_mut(index as usize) {
            *reading = (quiet && !self.recalled).then_some(Reading { asked: *view.asked, heard });
        }
    }

    /// Takes note that a turn changed after it was read.
    pub(super) fn change(&mut self, index: u32) {
        self.changed.push(index);
        self.unread = true;
        if let Some(reading) = self.readings.get_mut(index as usize) {
            *reading = None;
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
        let own = found.len();
        self.known.find(turn, 0, |_| true, &mut found);
        self.recalled = found.len() > own;
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
                self.known.add_name(candidate.span.of(turn.text()), "repeated", &mut self.aside);
            }
        }
        if self.known.len() > since {
            let mut again = Vec::new();
            let free = |new: Span| {
                let next = chosen.partition_point(|old| old.span.end <= new.start);
                !chosen.get(next).is_some_and(|old| old.span.overlaps(new))
            };
            self.known.find(turn, since, free, &mut again);
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
        for (candidate, source) in apart(turn, candidates) {
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

    /// Finds values that this turn introduced in the turns before it.
    pub(super) fn rewrite(&mut self, since: usize) {
        for index in self.mentions.of(self.known.heads(since)) {
            let Some(held) = self.turns.get_mut(index as usize) else { continue };
            if revise(held, &self.known, since, &mut self.numbering, &mut self.aside) {
                self.change(index);
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

/// Where the candidates stand in the received text. One received character may give several letters or digits (`¼`) and so
/// belong to two of them: it goes with the first.
fn apart(turn: &NormalisedTurn<'_>, candidates: Vec<Candidate>) -> impl Iterator<Item = (Candidate, Span)> {
    let mut end = 0;
    candidates.into_iter().filter_map(move |candidate| {
        let received = turn.received(candidate.span);
        let span = Span { start: received.start.max(end), end: received.end };
        end = end.max(span.end);
        (!span.is_empty()).then_some((candidate, span))
    })
}

/// Replaces candidates in a turn that is redacted already; whether there were any that touch no finding.
fn insert(held: &mut Held, turn: &NormalisedTurn<'_>, found: Vec<Candidate>, numbering: &mut Numbering) -> bool {
    let named = apart(turn, found).map(|(candidate, span)| {
        let value = candidate.value.clone().unwrap_or_else(|| compact(candidate.span.of(turn.lower())));
        let placeholder = numbering.placeholder(candidate.kind, &value);
        (candidate, span, placeholder)
    });
    held.insert_all(named.collect())
}

/// Replaces the values learnt from number `since` on in a redacted turn; whether there were any.
pub(super) fn revise(
    held: &mut Held,
    known: &Known,
    since: usize,
    numbering: &mut Numbering,
    memory: &mut Memory,
) -> bool {
    if known.len() <= since {
        return false;
    }
    let text = held.text.clone();
    let turn = NormalisedTurn::with(&text, memory);
    let mut found = Vec::new();
    known.find(&turn, since, |_| true, &mut found);
    let chosen = resolve(found, turn.text());
    let changed = insert(held, &turn, chosen, numbering);
    turn.recycle(memory);
    changed
}

#[cfg(test)]
mod tests {
    use crate::redact::testing::check_turns;

    #[test]
    fn a_character_that_gives_two_values_is_replaced_once() {
        check_turns(&["A:[PIN, email :", "C:000 ¼"], &["[PIN, email :", "[PIN]"]);
    }

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
