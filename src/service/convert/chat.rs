//! A chat: every line is a turn, and keeps its place even when it is empty. Facts about the visitor's browser are
//! attributes like any other; the network address is never one.

use super::{
    draft::{Draft, NEVER_KEPT, TurnTime},
    enums, query, scalar,
};
use crate::{
    conversation::Part,
    service::{
        limits,
        path::{Path, Violations},
        pb,
    },
};

/// Adds a chat to a draft. The facts about the visitor are given back as attributes, by their allow-list names.
pub(super) fn chat(
    draft: &mut Draft,
    chat: pb::Chat,
    path: &Path<'_>,
    violations: &mut Violations,
) -> Vec<(&'static str, String)> {
    let pb::Chat { turns, visitor, wait_duration } = chat;
    draft.wait_seconds = scalar::whole_seconds(wait_duration, &path.field("wait_duration"), violations);
    let list = path.field("turns");
    scalar::count(turns.len(), limits::CHAT_TURNS_MAX, &list, violations);
    for (index, turn) in turns.into_iter().enumerate().take(limits::CHAT_TURNS_MAX) {
        let path = list.at(index);
        let pb::ChatTurn { role, text, time, attachments } = turn;
        let role = enums::speaker(role, &path.field("role"), violations);
        let time = scalar::timestamp(time, &path.field("time"), violations);
        draft.push(role, Part::Body, text, TurnTime { time, offset_millis: None });
        query::attachments(draft, attachments, &path, violations);
    }
    visitor.map(facts).unwrap_or_default()
}

fn facts(visitor: pb::ChatVisitor) -> Vec<(&'static str, String)> {
    let pb::ChatVisitor { page_uri, referrer_uri, user_agent, ip_address } = visitor;
    let facts = [
        ("chat.page_uri", page_uri),
        ("chat.referrer_uri", referrer_uri),
        ("chat.user_agent", user_agent),
        (NEVER_KEPT, ip_address),
    ];
    facts.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}
