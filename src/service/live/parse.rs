//! The messages of a live stream, parsed: what is opened, a turn, the end. Everything that is wrong with a message is
//! reported at once.

use std::sync::Arc;

use crate::{
    access::Caller,
    assessment::AssessmentInput,
    conversation::{Channel, Part, Party, RawText, RawTurn},
    queue::WorkClass,
    service::{
        app::App,
        assess,
        convert::{
            Draft,
            draft::TurnTime,
            enums,
            interaction::{self, Context},
            scalar,
        },
        limits,
        path::{Path, Violations},
        pb::{self, stream_turns_request::Message},
        retain,
        rules::Rules,
        status::{Failure, Outcome, Reason},
    },
    store::{Handling, InteractionContent, Submission, TextState},
};

/// What a stream opens.
pub(super) struct Opening {
    /// The interaction without its turns.
    pub(super) submission: Submission,
    /// Everybody known beforehand; kept in memory while the stream lives.
    pub(super) parties: Vec<Party>,
    /// Whether redacted turns are returned.
    pub(super) wants_turns: bool,
}

/// The first message.
pub(super) fn opening(app: &App, rules: &Arc<Rules>, caller: &Caller, message: Message) -> Outcome<Opening> {
    let Message::Open(open) = message else {
        return Err(Failure::field(Path::Root.field("open"), Reason::FieldRequired));
    };
    let pb::OpenInteraction { request_id, interaction: value, view } = open;
    let (root, mut violations) = (Path::Root, Violations::default());
    let root = root.field("open");
    let path = root.field("request_id");
    let request_id = scalar::request_id(&request_id, &path, &mut violations);
    violations.check(request_id.is_some(), &path, Reason::FieldRequired);
    let wants_turns = enums::wants_turns(view, &root.field("view"), &mut violations);
    let context = Context { allow_list: &rules.policy.attribute_allow_list, now: app.now() };
    let path = root.field("interaction");
    let draft = interaction::interaction(context, value, &path, &mut violations);
    if let Some(draft) = &draft {
        let live = matches!(draft.channel, Channel::Chat | Channel::Call);
        violations.check(live && draft.turns.is_empty(), &path, Reason::FieldUnknownValue);
        violations.check(!draft.handling.is_historical(), &path.field("handling"), Reason::FieldUnknownValue);
    }
    let mut draft = violations.finish_some(draft)?;
    let content = content(app, &mut draft);
    retain::admit(rules.policy.retention, content.occur_time, app.now(), &path)?;
    let Draft { parties, recording_uri, join, subject, .. } = draft;
    let nothing = AssessmentInput { turns: Vec::new(), ..content.input.clone() };
    let assessment = Arc::new(rules.assess(&nothing, TextState::Redacted));
    let decide = assess::decide(Arc::clone(rules), assessment, TextState::Redacted);
    let (tenant, principal, class, quiet) = (caller.tenant, caller.principal, WorkClass::Live, false);
    let submission =
        Submission { tenant, principal, class, request_id, content, recording_uri, join, subject, quiet, decide };
    Ok(Opening { submission, parties, wants_turns })
}

fn content(app: &App, draft: &mut Draft) -> InteractionContent {
    InteractionContent {
        source_ref: draft.source_ref.take(),
        source_version: draft.source_version,
        handling: draft.handling,
        occur_time: draft.occur_time.unwrap_or_else(|| app.now()),
        queue: std::mem::take(&mut draft.queue),
        required_skills: std::mem::take(&mut draft.required_skills),
        turns: Vec::new(),
        findings: Vec::new(),
        attributes: std::collections::BTreeMap::new(),
        attachments: Vec::new(),
        text_state: TextState::Redacted,
        input: AssessmentInput {
            channel: draft.channel,
            language: draft.language,
            turns: Vec::new(),
            hold_seconds: draft.hold_seconds,
            wait_seconds: draft.wait_seconds,
            tier: draft.tier,
            repeat_contact_days: 0,
            importance: draft.importance,
            automatic: false,
        },
    }
}

/// A turn with its number, from 1.
pub(super) fn turn(turn: pb::LiveTurn, channel: Channel) -> Outcome<(usize, RawTurn, TurnTime)> {
    let pb::LiveTurn { sequence, role, text, time, start_offset, end_offset } = turn;
    let (root, mut violations) = (Path::Root, Violations::default());
    let root = root.field("turn");
    let most = if channel == Channel::Call { limits::CALL_TURNS_MAX } else { limits::CHAT_TURNS_MAX };
    let number = usize::try_from(sequence).ok().filter(|number| (1..=most).contains(number));
    violations.check(number.is_some(), &root.field("sequence"), Reason::FieldOutOfRange);
    let role = enums::speaker(role, &root.field("role"), &mut violations);
    let text = RawText::new(text);
    let fits = text.expose().len() <= limits::LIVE_TURN_BYTES_MAX;
    violations.check(fits, &root.field("text"), Reason::FieldTooLong);
    let time = scalar::timestamp(time, &root.field("time"), &mut violations);
    let start = scalar::duration(start_offset, &root.field("start_offset"), &mut violations);
    let end = scalar::duration(end_offset, &root.field("end_offset"), &mut violations);
    let ordered = start.zip(end).is_none_or(|(start, end)| start <= end);
    violations.check(ordered, &root.field("end_offset"), Reason::FieldOutOfRange);
    let millis = |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    let offset_millis = start.map(|start| (millis(start), millis(end.unwrap_or(start))));
    let raw = RawTurn { role, part: Part::Body, text };
    violations.finish((number.unwrap_or(1), raw, TurnTime { time, offset_millis }))
}

/// What is to be done with a conversation that ends, and what its end tells of it.
pub(super) fn close(close: &pb::CloseInteraction, content: &mut InteractionContent) -> Outcome<Handling> {
    let pb::CloseInteraction { handling, hold_duration } = close;
    let (root, mut violations) = (Path::Root, Violations::default());
    let root = root.field("close");
    let path = root.field("handling");
    let stated = enums::handling(*handling, content.input.channel, &path, &mut violations);
    let unstated = *handling == pb::Handling::Unspecified as i32;
    let handling = match content.handling {
        Handling::InProgress if unstated => Handling::Closed,
        opened if unstated => opened,
        _ => stated,
    };
    let ends = !handling.is_historical() && handling != Handling::InProgress;
    violations.check(ends, &path, Reason::FieldUnknownValue);
    if hold_duration.is_some() {
        let path = root.field("hold_duration");
        content.input.hold_seconds = scalar::whole_seconds(*hold_duration, &path, &mut violations);
    }
    content.handling = handling;
    violations.finish(handling)
}
