//! One live conversation in memory: the fold of its redaction, what it has come to, and what of it is stored. Reads
//! nothing, writes nothing.
//!
//! A stream that resumes begins the fold anew with the stored turns before the first one that something was removed from
//! (they are stored as they were received), and is sent the others again. Until it has caught up with what is stored,
//! nothing is written; then what the fold gives stands in place of what was stored, where the two differ.
//!
//! Where redaction fails there is no fold any more: what was stored is given up, and later turns are counted and dropped.

use std::{
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use crate::{
    assessment::{Assessment, AssessmentInput, InputTurn, Label, Level},
    conversation::{Channel, Party, RawText, RawTurn},
    redact::{Fold, Kind, Pushed, RedactedTurn},
    service::{
        convert::{
            draft::{TurnTime, Withheld},
            enums,
            outcome::{self, TurnView},
            points::Points,
            scalar::wire_int,
        },
        limits, pb,
        rules::Rules,
        status::{Failure, Outcome, Reason},
    },
    store::{InteractionContent, StoredFinding, StoredTurn, TextState},
};

/// What one message brought about.
#[derive(Debug)]
pub(super) struct Step {
    /// The turn, from 1; 0: the end.
    sequence: usize,
    /// What was removed from the turn, with its places in the received text.
    findings: Vec<pb::Finding>,
    kinds: Vec<Kind>,
    /// Earlier turns that were changed.
    revised: Vec<usize>,
    new_from: usize,
    change: Change,
    /// The text was given up in this step.
    withheld: Option<Withheld>,
}

/// What of a step has to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Change {
    /// Nothing: it is stored already.
    None,
    /// A new turn behind the stored ones.
    Append,
    /// Everything: stored turns have changed.
    Reseal,
}

impl Step {
    /// Whether there is nothing to write.
    pub(super) fn is_stored(&self) -> bool {
        self.change == Change::None
    }

    /// Whether stored turns have changed.
    pub(super) fn reseals(&self) -> bool {
        self.change == Change::Reseal
    }

    /// From where on turns are not stored yet.
    pub(super) fn new_from(&self) -> usize {
        self.new_from
    }

    /// Why the text was given up in this step, where it was.
    pub(super) fn withheld(&self) -> Option<Withheld> {
        self.withheld
    }

    /// A step that brings nothing to write.
    fn idle(sequence: usize) -> Self {
        let (findings, kinds, revised) = (Vec::new(), Vec::new(), Vec::new());
        Self { sequence, findings, kinds, revised, new_from: 0, change: Change::None, withheld: None }
    }

    /// Kinds of what was removed.
    pub(super) fn findings(&self) -> impl Iterator<Item = Kind> {
        self.kinds.iter().copied()
    }
}

/// A live conversation.
pub(super) struct Session<'t> {
    rules: &'t Arc<Rules>,
    fold: Option<Fold<'t>>,
    wants_turns: bool,
    /// Everything that is stored, but for turns and findings.
    pub(super) content: InteractionContent,
    /// The turns and findings as they are stored, where the fold has not caught up with them yet.
    stored: Option<(Vec<StoredTurn>, Vec<StoredFinding>)>,
    /// How many turns are stored.
    acknowledged: usize,
    /// How many turns were taken in and not stored, since the text is withheld.
    dropped: usize,
    /// Bytes of text that were received on this stream.
    received_bytes: usize,
    /// The turns as the fold has them.
    turns: Vec<StoredTurn>,
    /// What was removed, turn by turn.
    findings: Vec<Vec<StoredFinding>>,
    assessment: Assessment,
    trajectory: Vec<pb::TrajectoryPoint>,
    last: Option<(Label, Level)>,
}

impl<'t> Session<'t> {
    /// A conversation as it is stored; empty where it was just opened.
    pub(super) fn new(
        rules: &'t Arc<Rules>,
        parties: &[Party],
        mut content: InteractionContent,
        wants_turns: bool,
    ) -> Self {
        let (turns, findings) = (mem::take(&mut content.turns), mem::take(&mut content.findings));
        content.input.turns = Vec::new();
        let settled = findings.iter().map(|one| one.turn as usize).min().unwrap_or(turns.len()).min(turns.len());
        let withheld = content.text_state == TextState::Withheld;
        let mut fold = rules.triage.fold(parties);
        for turn in turns.iter().take(settled) {
            fold.push(&RawTurn { role: turn.role, part: turn.part, text: RawText::from(turn.text.as_str()) });
        }
        let (acknowledged, known) = (turns.len(), turns.get(..settled).unwrap_or_default().to_vec());
        let mut session = Self {
            rules,
            assessment: rules.assess(&content.input, content.text_state),
            fold: (!withheld).then_some(fold),
            wants_turns,
            content,
            stored: (settled < acknowledged).then_some((turns, findings)),
            acknowledged,
            dropped: 0,
            received_bytes: known.iter().map(|turn| turn.text.as_str().len()).sum(),
            findings: vec![Vec::new(); known.len()],
            turns: known,
            trajectory: Vec::new(),
            last: None,
        };
        session.assess();
        session
    }

    /// The channel.
    pub(super) fn channel(&self) -> Channel {
        self.content.input.channel
    }

    /// What it is redacted and assessed by, from its opening to its end.
    pub(super) fn rules(&self) -> Arc<Rules> {
        Arc::clone(self.rules)
    }

    /// Whether its text is stored.
    pub(super) fn text_state(&self) -> TextState {
        self.content.text_state
    }

    /// Whether digits wait for what may follow them.
    pub(super) fn waits(&self) -> bool {
        self.fold.as_ref().is_some_and(Fold::waits)
    }

    /// How many turns were taken in.
    fn taken(&self) -> usize {
        self.turns.len() + self.dropped
    }

    /// The assessment of everything said so far, without history.
    pub(super) fn assessment(&self) -> &Assessment {
        &self.assessment
    }

    /// The whole content as it is to be stored.
    pub(super) fn stored_content(&self) -> InteractionContent {
        let findings = self.findings.iter().flatten().cloned().collect();
        InteractionContent { turns: self.turns.clone(), findings, ..self.content.clone() }
    }

    /// What the fold has is stored now.
    pub(super) fn stored(&mut self) {
        self.acknowledged = self.acknowledged.max(self.taken());
    }

    /// Takes the next turn in. `None`: this number came before on this stream.
    pub(super) fn turn(&mut self, sequence: usize, raw: RawTurn, time: TurnTime) -> Outcome<Option<Step>> {
        if sequence <= self.taken() {
            return Ok(None);
        }
        if sequence > self.taken() + 1 {
            return Err(Failure::of(Reason::TurnOutOfOrder));
        }
        self.received_bytes = self.received_bytes.saturating_add(raw.text.expose().len());
        if self.content.text_state == TextState::Withheld {
            self.dropped += 1;
            return Ok(Some(Step::idle(sequence)));
        }
        if self.received_bytes > limits::INTERACTION_TEXT_BYTES_MAX {
            return Ok(Some(self.withhold(sequence, Withheld::OverLimit)));
        }
        let fold = self.fold.as_mut().ok_or_else(|| Failure::of(Reason::TurnOutOfOrder))?;
        match guarded(|| fold.push(&raw)) {
            Some(pushed) => Ok(Some(self.take(sequence, raw, time, pushed))),
            None => Ok(Some(self.withhold(sequence, Withheld::RedactionFailed))),
        }
    }

    /// Takes in what the fold made of a turn.
    #[expect(clippy::needless_pass_by_value, reason = "what was received ends here and is wiped")]
    fn take(&mut self, sequence: usize, raw: RawTurn, time: TurnTime, pushed: Pushed) -> Step {
        let new_from = self.turns.len();
        let findings = {
            let (text, received) = (Points::new(pushed.turn.text.as_str()), Points::new(raw.text.expose()));
            let wire = |one| outcome::finding(pushed.turn.index, one, &text, &received);
            pushed.turn.findings.iter().take(limits::ANSWER_PARTS_MAX).map(wire).collect()
        };
        let kinds = pushed.turn.findings.iter().map(|one| one.kind).collect();
        let RawTurn { role, part, text: _ } = raw;
        let TurnTime { time, offset_millis } = time;
        self.findings.push(stored_findings(&pushed.turn));
        self.turns.push(StoredTurn { role, part, text: pushed.turn.text, time, offset_millis });
        let revised = self.revise(pushed.revised);
        self.assess();
        self.note(sequence);
        let change = self.change(!revised.is_empty());
        Step { sequence, findings, kinds, revised, new_from, change, withheld: None }
    }

    /// Gives up the text: that of this turn, and what is stored, since nothing would revise it any more.
    fn withhold(&mut self, sequence: usize, why: Withheld) -> Step {
        self.dropped = self.acknowledged.max(self.turns.len()).max(sequence);
        (self.fold, self.stored) = (None, None);
        self.turns.clear();
        self.findings.clear();
        self.content.text_state = TextState::Withheld;
        self.assess();
        self.note(sequence);
        Step { change: Change::Reseal, withheld: Some(why), ..Step::idle(sequence) }
    }

    /// Settles digits that nothing followed for too long.
    pub(super) fn lapse(&mut self) -> Step {
        let Some(settled) = self.fold.as_mut().map(|fold| guarded(|| fold.lapse())) else { return Step::idle(0) };
        let Some(settled) = settled else { return self.withhold(0, Withheld::RedactionFailed) };
        let revised = self.revise(settled);
        self.assess();
        let changed = !revised.is_empty() && self.stored.is_none();
        let change = if changed { Change::Reseal } else { Change::None };
        Step { revised, change, ..Step::idle(0) }
    }

    /// Ends the conversation: settles what was pending.
    pub(super) fn close(&mut self) -> Outcome<Step> {
        if self.stored.is_some() {
            return Err(Failure::of(Reason::TurnOutOfOrder));
        }
        if self.content.text_state == TextState::Withheld {
            return Ok(Step { change: Change::Append, ..Step::idle(0) });
        }
        let fold = self.fold.take().ok_or_else(|| Failure::of(Reason::TurnOutOfOrder))?;
        let Some(settled) = guarded(|| fold.close()) else {
            return Ok(self.withhold(0, Withheld::RedactionFailed));
        };
        let revised = self.revise(settled);
        self.assess();
        let change = if revised.is_empty() { Change::Append } else { Change::Reseal };
        Ok(Step { revised, change, new_from: self.turns.len(), ..Step::idle(0) })
    }

    /// Puts revised turns in their places; gives those that are different now.
    fn revise(&mut self, revised: Vec<RedactedTurn>) -> Vec<usize> {
        let mut changed = Vec::new();
        for turn in revised {
            let at = turn.index as usize;
            if let Some((place, findings)) = self.turns.get_mut(at).zip(self.findings.get_mut(at)) {
                *findings = stored_findings(&turn);
                if place.text != turn.text {
                    place.text = turn.text;
                    changed.push(at);
                }
            }
        }
        changed
    }

    /// What has to be written now.
    fn change(&mut self, revised: bool) -> Change {
        match &self.stored {
            None if revised => Change::Reseal,
            None => Change::Append,
            Some((stored, _)) if self.turns.len() < stored.len() => Change::None,
            Some((stored, findings)) => {
                let same = *stored == self.turns && self.findings.iter().flatten().eq(findings);
                self.stored = None;
                if same { Change::None } else { Change::Reseal }
            }
        }
    }

    fn assess(&mut self) {
        let turn = |turn: &StoredTurn| InputTurn { role: turn.role, part: turn.part, text: turn.text.clone() };
        let turns = self.turns.iter().map(turn).collect();
        let input = AssessmentInput { turns, ..self.content.input.clone() };
        self.assessment = self.rules.assess(&input, self.content.text_state);
    }

    /// Notes a change of label or level.
    fn note(&mut self, sequence: usize) {
        let (sentiment, priority) = (&self.assessment.sentiment, &self.assessment.priority);
        if self.last.replace((sentiment.label, priority.level)) == Some((sentiment.label, priority.level)) {
            return;
        }
        if self.trajectory.len() >= limits::TRAJECTORY_POINTS_MAX {
            self.trajectory.remove(0);
        }
        self.trajectory.push(pb::TrajectoryPoint {
            sequence: wire_int(sequence),
            label: enums::wire_label(sentiment.label).into(),
            score_millis: sentiment.score_millis,
            level: enums::wire_level(priority.level).into(),
            priority_value: i32::from(priority.value),
        });
    }

    /// How many turns from the first on need not be sent again.
    fn settled(&self) -> usize {
        if self.content.text_state == TextState::Withheld {
            return self.acknowledged;
        }
        let whole = self.findings.iter().position(|findings| !findings.is_empty());
        whole.unwrap_or(self.findings.len()).min(self.acknowledged)
    }

    fn redacted(&self, at: usize) -> Option<pb::RedactedTurn> {
        let StoredTurn { role, part, text, time, offset_millis } = self.turns.get(at)?;
        let time = TurnTime { time: *time, offset_millis: *offset_millis };
        self.wants_turns.then(|| outcome::turn(at, TurnView { role: *role, part: *part, text, time }))
    }

    /// The answer to the opening.
    pub(super) fn opened(&self) -> pb::StreamTurnsResponse {
        pb::StreamTurnsResponse {
            acknowledged_sequence: wire_int(self.acknowledged),
            settled_sequence: wire_int(self.settled()),
            text_state: enums::wire_text_state(self.content.text_state).into(),
            ..pb::StreamTurnsResponse::default()
        }
    }

    /// The answer to a turn that came before on this stream.
    pub(super) fn repeated(&self, sequence: usize) -> pb::StreamTurnsResponse {
        let turn = sequence.checked_sub(1).and_then(|at| self.redacted(at));
        pb::StreamTurnsResponse { sequence: wire_int(sequence), turn, ..self.opened() }
    }

    /// The answer to a step that is stored.
    pub(super) fn answer(&self, step: Step) -> pb::StreamTurnsResponse {
        let points: Vec<Points<'_>> = self.turns.iter().map(|turn| Points::new(turn.text.as_str())).collect();
        let of_revised = step.revised.iter().filter_map(|at| self.findings.get(*at)).flatten();
        let mut findings = step.findings;
        findings.extend(of_revised.map(|one| outcome::stored_finding(one, &points)));
        pb::StreamTurnsResponse {
            findings,
            revised_turns: step.revised.iter().filter_map(|at| self.redacted(*at)).collect(),
            assessment: Some(outcome::assessment(&self.assessment, &points)),
            trajectory: self.trajectory.clone(),
            ..self.repeated(step.sequence)
        }
    }
}

/// Does what may fail in the redactor. A fault of it costs the text, never the conversation.
fn guarded<T>(work: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(work)).ok()
}

fn stored_findings(turn: &RedactedTurn) -> Vec<StoredFinding> {
    let finding = |one: &crate::redact::Finding| StoredFinding {
        turn: turn.index,
        kind: one.kind,
        span: one.span,
        likelihood: one.likelihood,
        reasons: one.reasons.iter().map(|reason| (*reason).to_owned()).collect(),
    };
    turn.findings.iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        conversation::{Part, Role},
        policy::Policy,
        store::Handling,
        time::Timestamp,
    };

    fn content() -> InteractionContent {
        InteractionContent {
            source_ref: None,
            source_version: 0,
            handling: Handling::InProgress,
            occur_time: Timestamp(0),
            queue: "default".to_owned(),
            required_skills: Vec::new(),
            turns: Vec::new(),
            findings: Vec::new(),
            attributes: std::collections::BTreeMap::new(),
            attachments: Vec::new(),
            text_state: TextState::Redacted,
            input: AssessmentInput::new(Channel::Chat),
        }
    }

    fn rules() -> Arc<Rules> {
        Arc::new(Rules::new(Arc::new(Policy::default())).unwrap())
    }

    fn say(session: &mut Session<'_>, sequence: usize, text: &str) -> Step {
        let role = if text.ends_with("please?") { Role::Agent } else { Role::Customer };
        let raw = RawTurn { role, part: Part::Body, text: RawText::from(text) };
        let step = session.turn(sequence, raw, TurnTime::default()).unwrap().unwrap();
        session.stored();
        step
    }

    #[track_caller]
    fn check_lapsed(said: &[&str], lapsed: &[&str], then: &str, expected: &str) {
        let rules = rules();
        let mut session = Session::new(&rules, &[], content(), true);
        for (at, said) in said.iter().enumerate() {
            say(&mut session, at + 1, said);
        }
        assert!(session.waits(), "{said:?}");
        let step = session.lapse();
        assert_eq!(step.reseals(), !step.revised.is_empty());
        assert!(!session.waits());
        let texts = |session: &Session<'_>| -> Vec<String> {
            session.turns.iter().map(|turn| turn.text.as_str().to_owned()).collect()
        };
        assert_eq!(texts(&session), lapsed);
        say(&mut session, said.len() + 1, then);
        session.close().unwrap();
        assert_eq!(texts(&session).last().map(String::as_str), Some(expected));
        assert_eq!(texts(&session)[..said.len()], *lapsed, "what lapsed stays as it is");
    }

    #[test]
    fn half_a_number_that_nothing_follows_stays_removed() {
        let asked = "your card number please?";
        check_lapsed(&[asked, "4111 1111"], &[asked, "[NUMBER]"], "hello?", "hello?");
        check_lapsed(&[asked, "4111 1111"], &[asked, "[NUMBER]"], "1111 1111", "[NUMBER]");
        let known = [asked, "[CREDIT_CARD]", "[CREDIT_CARD]"];
        check_lapsed(&[asked, "4111 1111", "1111 1111"], &known, "hello?", "hello?");
    }

    #[test]
    fn texts_together_have_a_limit() {
        let rules = rules();
        let mut session = Session::new(&rules, &[], content(), true);
        say(&mut session, 1, "hello");
        session.received_bytes = limits::INTERACTION_TEXT_BYTES_MAX - 5;
        assert!(say(&mut session, 2, "there").withheld().is_none());
        let over = say(&mut session, 3, "!");
        assert_eq!((over.withheld(), session.turns.len()), (Some(Withheld::OverLimit), 0));
    }

    #[test]
    fn a_fault_of_the_redactor_costs_the_text_and_not_the_conversation() {
        assert_eq!(guarded(|| 1), Some(1));
        assert_eq!(guarded(|| panic!("a fault")), None::<()>);
        let rules = rules();
        let mut session = Session::new(&rules, &[], content(), true);
        say(&mut session, 1, "hello");
        let step = session.withhold(2, Withheld::RedactionFailed);
        session.stored();
        assert!(step.reseals() && step.withheld().is_some());
        assert_eq!((session.stored_content().turns.len(), session.text_state()), (0, TextState::Withheld));
        assert!(session.assessment().priority.level >= Level::High);
        assert!(say(&mut session, 3, "are you there?").is_stored());
        let answer = session.opened();
        assert_eq!((answer.acknowledged_sequence, answer.settled_sequence), (3, 3));
        assert_eq!(answer.text_state(), pb::TextState::Withheld);
        assert!(session.close().unwrap().withheld().is_none());
    }
}
