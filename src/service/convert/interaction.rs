//! An interaction of the wire, parsed into a draft: everything that is wrong with it is reported at once.

use std::collections::{BTreeSet, HashMap};

use super::{
    call, chat,
    draft::Draft,
    email, enums, party, query,
    scalar::{self, ATTRIBUTE},
};
use crate::{
    conversation::{Channel, RawText},
    service::{
        limits,
        path::{Path, Violations},
        pb,
        status::Reason,
    },
    time::Timestamp,
};

/// What parsing depends on beside the message.
#[derive(Clone, Copy, Debug)]
pub struct Context<'c> {
    /// Names of attributes that the tenant keeps.
    pub allow_list: &'c BTreeSet<String>,
    /// The time of the service.
    pub now: Timestamp,
}

/// Parses an interaction that must be there. `None` only where something was noted.
pub fn interaction(
    context: Context<'_>,
    value: Option<pb::Interaction>,
    path: &Path<'_>,
    violations: &mut Violations,
) -> Option<Draft> {
    violations.check(value.is_some(), path, Reason::FieldRequired);
    let pb::Interaction {
        kind,
        source_ref,
        source_version,
        case_source_ref,
        customer_ref,
        contact,
        participants,
        handling,
        occur_time,
        queue,
        required_skills,
        language_code,
        tier,
        attributes,
    } = value?;
    violations.check(kind.is_some(), &path.field("kind"), Reason::FieldRequired);
    let (mut draft, facts) = draft_of(kind?, path, violations);
    draft.source_ref = scalar::source_ref(source_ref, &path.field("source_ref"), violations);
    violations.check(source_version >= 0, &path.field("source_version"), Reason::FieldOutOfRange);
    draft.source_version = source_version;
    draft.join.case_source_ref = scalar::source_ref(case_source_ref, &path.field("case_source_ref"), violations);
    draft.subject.customer_ref = scalar::reference(customer_ref, &path.field("customer_ref"), violations);
    people(&mut draft, contact, participants, path, violations);
    draft.handling = enums::handling(handling, draft.channel, &path.field("handling"), violations);
    occurred(&mut draft, context.now, occur_time, path, violations);
    draft.queue = scalar::queue(queue, &path.field("queue"), violations);
    draft.required_skills = scalar::skills(required_skills, &path.field("required_skills"), violations);
    draft.language = scalar::language(&language_code, &path.field("language_code"), violations);
    draft.tier = enums::tier(tier, &path.field("tier"), violations);
    keep_attributes(&mut draft, context.allow_list, attributes, facts, path, violations);
    Some(draft)
}

/// Facts of a channel that are attributes.
type Facts = Vec<(&'static str, String)>;

fn draft_of(kind: pb::interaction::Kind, path: &Path<'_>, violations: &mut Violations) -> (Draft, Facts) {
    use pb::interaction::Kind;
    let mut draft = Draft::new(match &kind {
        Kind::Query(_) => Channel::Query,
        Kind::Chat(_) => Channel::Chat,
        Kind::EmailThread(_) => Channel::Email,
        Kind::Call(_) => Channel::Call,
    });
    let mut facts = Facts::new();
    match kind {
        Kind::Query(value) => query::query(&mut draft, value, &path.field("query"), violations),
        Kind::Chat(value) => facts = chat::chat(&mut draft, value, &path.field("chat"), violations),
        Kind::EmailThread(value) => email::email_thread(&mut draft, value, &path.field("email_thread"), violations),
        Kind::Call(value) => call::call(&mut draft, value, &path.field("call"), violations),
    }
    (draft, facts)
}

fn people(
    draft: &mut Draft,
    contact: Option<pb::Party>,
    participants: Vec<pb::Party>,
    path: &Path<'_>,
    violations: &mut Violations,
) {
    if let Some(contact) = contact {
        let (contact, customer) =
            party::party(contact, pb::PartyRole::PartyCustomer, &path.field("contact"), violations);
        if customer {
            party::add_to_subject(&mut draft.subject, &contact);
        }
        draft.parties.insert(0, contact);
    }
    let list = path.field("participants");
    scalar::count(participants.len(), limits::PARTICIPANTS_MAX, &list, violations);
    for (index, participant) in participants.into_iter().enumerate().take(limits::PARTICIPANTS_MAX) {
        let (participant, _) = party::party(participant, pb::PartyRole::PartyStaff, &list.at(index), violations);
        draft.parties.push(participant);
    }
}

/// The stated time wins over what the channel tells; neither may lie far ahead.
fn occurred(
    draft: &mut Draft,
    now: Timestamp,
    stated: Option<prost_types::Timestamp>,
    path: &Path<'_>,
    violations: &mut Violations,
) {
    let path = path.field("occur_time");
    let latest = now + limits::seconds(limits::FUTURE_SECONDS_MAX);
    let stated = scalar::timestamp(stated, &path, violations);
    violations.check(stated.is_none_or(|time| time <= latest), &path, Reason::FieldOutOfRange);
    draft.occur_time = stated.or(draft.occur_time.filter(|time| *time <= latest));
}

fn keep_attributes(
    draft: &mut Draft,
    allow_list: &BTreeSet<String>,
    attributes: HashMap<String, String>,
    facts: Facts,
    path: &Path<'_>,
    violations: &mut Violations,
) {
    let path = path.field("attributes");
    scalar::count(attributes.len(), limits::ATTRIBUTES_MAX, &path, violations);
    let facts = facts.into_iter().map(|(name, value)| (name.to_owned(), value));
    let mut kept: Vec<(String, RawText)> = Vec::new();
    for (name, value) in attributes.into_iter().chain(facts) {
        if allow_list.contains(&name) {
            ATTRIBUTE.check(&name, &path, violations);
            violations.check(value.len() <= limits::ATTRIBUTE_VALUE_BYTES_MAX, &path, Reason::FieldTooLong);
            kept.push((name, RawText::new(value)));
        } else {
            draft.dropped_attributes += 1;
        }
    }
    kept.sort_by(|one, other| one.0.cmp(&other.0));
    if draft.withheld.is_none() {
        draft.attributes = kept;
    }
}

#[cfg(test)]
#[path = "interaction_tests.rs"]
mod tests;
