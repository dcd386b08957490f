//! A call: every utterance is a turn with its place in the recording.

use std::time::Duration;

use super::{
    draft::{Draft, TurnTime},
    enums, scalar,
};
use crate::{
    conversation::{Part, RawText},
    service::{
        limits,
        path::{Path, Violations},
        pb,
        status::Reason,
    },
};

/// Adds a call to a draft.
pub(super) fn call(draft: &mut Draft, call: pb::Call, path: &Path<'_>, violations: &mut Violations) {
    let pb::Call { turns, start_time, end_time, hold_duration, wait_duration, recording_uri } = call;
    let start = scalar::timestamp(start_time, &path.field("start_time"), violations);
    let end = scalar::timestamp(end_time, &path.field("end_time"), violations);
    let ordered = start.zip(end).is_none_or(|(start, end)| start <= end);
    violations.check(ordered, &path.field("end_time"), Reason::FieldOutOfRange);
    draft.occur_time = start;
    draft.hold_seconds = scalar::whole_seconds(hold_duration, &path.field("hold_duration"), violations);
    draft.wait_seconds = scalar::whole_seconds(wait_duration, &path.field("wait_duration"), violations);
    let fits = recording_uri.len() <= limits::URI_BYTES_MAX;
    violations.check(fits, &path.field("recording_uri"), Reason::FieldTooLong);
    draft.recording_uri = (!recording_uri.is_empty()).then(|| RawText::new(recording_uri));
    let list = path.field("turns");
    scalar::count(turns.len(), limits::CALL_TURNS_MAX, &list, violations);
    for (index, turn) in turns.into_iter().enumerate().take(limits::CALL_TURNS_MAX) {
        utterance(draft, turn, &list.at(index), violations);
    }
}

fn utterance(draft: &mut Draft, turn: pb::CallTurn, path: &Path<'_>, violations: &mut Violations) {
    let pb::CallTurn { role, text, start_offset, end_offset } = turn;
    let role = enums::speaker(role, &path.field("role"), violations);
    let start = scalar::duration(start_offset, &path.field("start_offset"), violations);
    let end = scalar::duration(end_offset, &path.field("end_offset"), violations);
    let ordered = start.zip(end).is_none_or(|(start, end)| start <= end);
    violations.check(ordered, &path.field("end_offset"), Reason::FieldOutOfRange);
    let offset_millis = start.map(|start| (millis(start), millis(end.unwrap_or(start))));
    draft.push(role, Part::Body, text, TurnTime { time: None, offset_millis });
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
