//! A mail thread: a subject is a turn of its own where it differs from the one before, then the body, then what the
//! source split off as quotation.

use std::collections::HashMap;

use super::{
    draft::{Draft, TurnTime, Withheld},
    enums, html, party, query, scalar,
};
use crate::{
    assessment::Importance,
    conversation::{Part, Party, RawText, Role, automatic},
    service::{
        limits,
        path::{Path, Violations},
        pb,
        status::Reason,
    },
};

/// What of a thread counts for the whole interaction.
#[derive(Default)]
struct Thread {
    subject: Option<RawText>,
    from_customer: bool,
    from_machine: bool,
    /// Since the staff wrote last: `None`: nobody wrote; whether only machines did.
    only_machines: Option<bool>,
}

/// Adds a mail thread to a draft.
pub(super) fn email_thread(draft: &mut Draft, thread: pb::EmailThread, path: &Path<'_>, violations: &mut Violations) {
    let pb::EmailThread { messages } = thread;
    let list = path.field("messages");
    scalar::count(messages.len(), limits::EMAIL_MESSAGES_MAX, &list, violations);
    let mut whole = Thread::default();
    for (index, mail) in messages.into_iter().enumerate().take(limits::EMAIL_MESSAGES_MAX) {
        message(draft, &mut whole, mail, &list.at(index), violations);
    }
    draft.automatic = whole.from_machine && !whole.from_customer;
    draft.quiet = whole.only_machines == Some(true);
}

fn message(
    draft: &mut Draft,
    thread: &mut Thread,
    message: pb::EmailMessage,
    path: &Path<'_>,
    violations: &mut Violations,
) {
    let pb::EmailMessage {
        role,
        from,
        to,
        date,
        subject,
        message_id,
        references,
        importance,
        body,
        quoted_parts,
        attachments,
        auto_submitted,
        headers,
    } = message;
    let role = enums::speaker(role, &path.field("role"), violations);
    let time = TurnTime { time: scalar::timestamp(date, &path.field("date"), violations), offset_millis: None };
    draft.occur_time = time.time.max(draft.occur_time);
    let importance = enums::importance(importance, &path.field("importance"), violations);
    scalar::count(headers.len(), limits::EMAIL_HEADERS_MAX, &path.field("headers"), violations);
    let body = text_of(body);
    let machine = auto_submitted || is_automatic(&headers, from.as_ref(), &subject, body.as_ref());
    raise(draft, thread, role, importance, machine);
    addresses(draft, role, from, to, path, violations);
    ids(draft, &message_id, &references, path, violations);
    if thread.subject.as_ref().is_none_or(|before| before.expose() != subject) {
        thread.subject = Some(RawText::from(subject.as_str()));
        draft.push_unless_empty(role, Part::Subject, subject, time);
    }
    match body {
        Some(body) => draft.push_unless_empty(role, Part::Body, body, time),
        None => draft.withhold(Withheld::OverLimit),
    }
    scalar::count(quoted_parts.len(), limits::EMAIL_QUOTED_PARTS_MAX, &path.field("quoted_parts"), violations);
    for quoted in quoted_parts.into_iter().take(limits::EMAIL_QUOTED_PARTS_MAX) {
        draft.push_unless_empty(role, Part::Quoted, quoted, time);
    }
    query::attachments(draft, attachments, path, violations);
}

/// Only a customer's own mail can raise the importance; a machine's cannot, whoever it speaks for (RFC 3834).
fn raise(draft: &mut Draft, thread: &mut Thread, role: Role, importance: Importance, machine: bool) {
    thread.from_machine |= machine;
    thread.only_machines = match (role, machine) {
        (Role::Agent, false) => None,
        (Role::Customer, false) => Some(false),
        (_, true) => thread.only_machines.or(Some(true)),
        (Role::Automated, false) => thread.only_machines,
    };
    if role == Role::Customer && !machine {
        let first = !thread.from_customer;
        draft.importance = if first { importance } else { draft.importance.max(importance) };
        thread.from_customer = true;
    }
}

/// The text of a body; `None`: its HTML is too deep.
fn text_of(body: Option<pb::email_message::Body>) -> Option<String> {
    match body {
        None => Some(String::new()),
        Some(pb::email_message::Body::Text(text)) => Some(text),
        Some(pb::email_message::Body::Html(markup)) => html::to_text(&RawText::new(markup)),
    }
}

/// Whether headers, sender, subject or text are those of a machine.
fn is_automatic(
    headers: &HashMap<String, String>,
    from: Option<&pb::EmailAddress>,
    subject: &str,
    body: Option<&String>,
) -> bool {
    let is_sender = |from: &pb::EmailAddress| automatic::is_machine_sender(&from.address, &from.display_name);
    headers.iter().any(|(name, value)| automatic::is_machine_header(name, value))
        || from.is_some_and(is_sender)
        || automatic::is_notice(subject, body.map_or("", String::as_str))
}

fn addresses(
    draft: &mut Draft,
    role: Role,
    from: Option<pb::EmailAddress>,
    to: Vec<pb::EmailAddress>,
    path: &Path<'_>,
    violations: &mut Violations,
) {
    scalar::count(to.len(), limits::EMAIL_ADDRESSES_MAX, &path.field("to"), violations);
    if let Some(from) = from {
        let sender = address(from, &path.field("from"), violations);
        if role == Role::Customer {
            party::add_to_subject(&mut draft.subject, &sender);
        }
        draft.parties.push(sender);
    }
    let list = path.field("to");
    for (index, receiver) in to.into_iter().enumerate().take(limits::EMAIL_ADDRESSES_MAX) {
        draft.parties.push(address(receiver, &list.at(index), violations));
    }
}

fn address(address: pb::EmailAddress, path: &Path<'_>, violations: &mut Violations) -> Party {
    let pb::EmailAddress { display_name, address } = address;
    let value = |value: String, field: &'static str, violations: &mut Violations| {
        let fits = value.len() <= limits::PARTY_VALUE_BYTES_MAX;
        violations.check(fits, &path.field(field), Reason::FieldTooLong);
        if value.is_empty() { Vec::new() } else { vec![RawText::new(value)] }
    };
    Party {
        names: value(display_name, "display_name", violations),
        emails: value(address, "address", violations),
        ..Party::default()
    }
}

fn ids(draft: &mut Draft, message_id: &str, references: &[String], path: &Path<'_>, violations: &mut Violations) {
    let list = path.field("references");
    scalar::count(references.len(), limits::EMAIL_REFERENCES_MAX, &list, violations);
    let fits = |id: &str| id.len() <= limits::MESSAGE_ID_BYTES_MAX;
    violations.check(fits(message_id), &path.field("message_id"), Reason::FieldTooLong);
    draft.join.message_ids.extend(normal_id(message_id));
    for (index, reference) in references.iter().enumerate().take(limits::EMAIL_REFERENCES_MAX) {
        violations.check(fits(reference), &list.at(index), Reason::FieldTooLong);
        draft.join.references.extend(normal_id(reference));
    }
}

/// A Message-ID without blanks and angle brackets.
fn normal_id(id: &str) -> Option<RawText> {
    let id = id.trim().trim_start_matches('<').trim_end_matches('>');
    (!id.is_empty()).then(|| RawText::from(id))
}
