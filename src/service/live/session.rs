//! One live conversation in memory: the fold of its redaction, what it has come to, and what of it is stored. Reads
//! nothing, writes nothing.
//!
//! A stream that resumes begins the fold anew with the stored turns before the first one that something was removed from
//! (they are stored as they were received), and is sent the others again. Until it has caught up with what is stored,
//! nothing is written; then what the fold gives stands in place of what was stored, where the two differ.

use std::{mem, sync::Arc};

use crate::{
    assessment::{Assessment, AssessmentInput, InputTurn, Label, Level},
    conversation::{Channel, Party, RawText, RawTurn},
    redact::{Fold, Kind, RedactedTurn},
    service::{
        convert::{
            draft::TurnTime,
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
        let mut fold = rules.triage.fold(parties);
        for turn in turns.iter().take(settled) {
            fold.push(&RawTurn { role: turn.role, part: turn.part, text: RawText::from(turn.text.as_str()) });
        }
        let (acknowledged, known) = (turns.len(), turns.get(..settled).unwrap_or_default().to_vec());
        let mut session = Self {
            rules,
            assessment: rules.assess(&content.input, TextState::Redacted),
            fold: Some(fold),
            wants_turns,
            content,
            stored: (settled < acknowledged).then_some((turns, findings)),
            acknowledged,
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
        self.acknowledged = self.acknowledged.max(self.turns.len());
    }

    /// Takes the next turn in. `None`: this number came before on this stream.
    #[expect(clippy::needless_pass_by_value, reason = "what was received ends here and is wiped")]
    pub(super) fn turn(&mut self, sequence: usize, raw: RawTurn, time: TurnTime) -> Outcome<Option<Step>> {
        if sequence <= self.turns.len() {
            return Ok(None);
        }
        let new_from = self.turns.len();
        if sequence > new_from + 1 {
            return Err(Failure::of(Reason::TurnOutOfOrder));
        }
        let fold = self.fold.as_mut().ok_or_else(|| Failure::of(Reason::TurnOutOfOrder))?;
        let pushed = fold.push(&raw);
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
        Ok(Some(Step { sequence, findings, kinds, revised, new_from, change }))
    }

    /// Ends the conversation: settles what was pending.
    pub(super) fn close(&mut self) -> Outcome<Step> {
        if self.stored.is_some() {
            return Err(Failure::of(Reason::TurnOutOfOrder));
        }
        let fold = self.fold.take().ok_or_else(|| Failure::of(Reason::TurnOutOfOrder))?;
        let revised = self.revise(fold.close());
        self.assess();
        let change = if revised.is_empty() { Change::Append } else { Change::Reseal };
        let new_from = self.turns.len();
        Ok(Step { sequence: 0, findings: Vec::new(), kinds: Vec::new(), revised, new_from, change })
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
        self.assessment = self.rules.assess(&input, TextState::Redacted);
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
