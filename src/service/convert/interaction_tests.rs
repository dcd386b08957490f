//! Rows for whole interactions: what they become, and what is refused with which path and reason.

use super::*;
use crate::{
    assessment::Importance,
    conversation::{Part, Role},
    service::{convert::draft::Withheld, status::Outcome},
    store::Handling,
};

use pb::{Importance as I, SpeakerRole as S};

const NOW: Timestamp = Timestamp(1_764_000_000_000_000);

fn parse_with(allowed: &[&str], value: pb::Interaction) -> Outcome<Draft> {
    let allow_list: BTreeSet<String> = allowed.iter().map(|name| (*name).to_owned()).collect();
    let mut violations = Violations::default();
    let context = Context { allow_list: &allow_list, now: NOW };
    let draft = interaction(context, Some(value), &Path::Root.field("interaction"), &mut violations);
    violations.finish_some(draft)
}

fn parse(value: pb::Interaction) -> Outcome<Draft> {
    parse_with(&[], value)
}

fn of(kind: pb::interaction::Kind) -> pb::Interaction {
    pb::Interaction { kind: Some(kind), ..Default::default() }
}

fn query(body: &str) -> pb::Interaction {
    of(pb::interaction::Kind::Query(pb::Query { body: body.into(), ..Default::default() }))
}

fn chat(turns: Vec<pb::ChatTurn>) -> pb::Interaction {
    of(pb::interaction::Kind::Chat(pb::Chat { turns, ..Default::default() }))
}

fn line(role: pb::SpeakerRole, text: &str) -> pb::ChatTurn {
    pb::ChatTurn { role: role.into(), text: text.into(), ..Default::default() }
}

fn thread(messages: Vec<pb::EmailMessage>) -> pb::Interaction {
    of(pb::interaction::Kind::EmailThread(pb::EmailThread { messages }))
}

fn mail(role: pb::SpeakerRole, subject: &str, text: &str) -> pb::EmailMessage {
    let body = Some(pb::email_message::Body::Text(text.into()));
    pb::EmailMessage { role: role.into(), subject: subject.into(), body, ..Default::default() }
}

fn call(turns: Vec<pb::CallTurn>) -> pb::Call {
    pb::Call { turns, ..Default::default() }
}

#[track_caller]
fn check_turns(value: pb::Interaction, expected: &[(Role, Part, &str)]) {
    let draft = parse(value).unwrap();
    let turns: Vec<_> = draft.turns.iter().map(|turn| (turn.role, turn.part, turn.text.expose())).collect();
    assert_eq!(turns, expected);
    assert_eq!(draft.times.len(), turns.len());
}

#[track_caller]
fn check_refused(value: pb::Interaction, field: &str, reason: Reason) {
    let failure = parse(value).map(|_| ()).unwrap_err();
    let found: Vec<_> = failure.violations.iter().map(|one| (one.field.as_str(), one.reason)).collect();
    assert_eq!(found, [(format!("interaction.{field}").as_str(), reason)]);
}

#[test]
fn every_kind_becomes_turns() {
    let form = pb::Query { subject: "Late".into(), body: "Where is it?".into(), attachments: vec![] };
    check_turns(
        of(pb::interaction::Kind::Query(form)),
        &[(Role::Customer, Part::Subject, "Late"), (Role::Customer, Part::Body, "Where is it?")],
    );
    check_turns(
        chat(vec![line(pb::SpeakerRole::Customer, "hi"), line(pb::SpeakerRole::Staff, ""), {
            line(pb::SpeakerRole::Automated, "bot")
        }]),
        &[(Role::Customer, Part::Body, "hi"), (Role::Agent, Part::Body, ""), (Role::Automated, Part::Body, "bot")],
    );
    let answer = pb::EmailMessage { quoted_parts: vec!["Help".into()], ..mail(pb::SpeakerRole::Staff, "Re: A", "Yes") };
    check_turns(
        thread(vec![mail(pb::SpeakerRole::Customer, "A", "Help"), answer]),
        &[
            (Role::Customer, Part::Subject, "A"),
            (Role::Customer, Part::Body, "Help"),
            (Role::Agent, Part::Subject, "Re: A"),
            (Role::Agent, Part::Body, "Yes"),
            (Role::Agent, Part::Quoted, "Help"),
        ],
    );
    check_turns(
        thread(vec![mail(pb::SpeakerRole::Customer, "A", "1"), mail(pb::SpeakerRole::Customer, "A", "2")]),
        &[(Role::Customer, Part::Subject, "A"), (Role::Customer, Part::Body, "1"), (Role::Customer, Part::Body, "2")],
    );
    let said = pb::CallTurn { role: pb::SpeakerRole::Customer.into(), text: "hello".into(), ..Default::default() };
    check_turns(of(pb::interaction::Kind::Call(call(vec![said]))), &[(Role::Customer, Part::Body, "hello")]);
}

#[test]
fn html_is_read_as_text() {
    let body = Some(pb::email_message::Body::Html("<p>Card <b>lost</b></p>".into()));
    let message = pb::EmailMessage { body, ..mail(pb::SpeakerRole::Customer, "", "") };
    check_turns(thread(vec![message]), &[(Role::Customer, Part::Body, "Card lost\n")]);
}

#[test]
fn handling_depends_on_the_channel_unless_it_is_said() {
    assert_eq!(parse(query("x")).unwrap().handling, Handling::Waiting);
    assert_eq!(parse(thread(vec![])).unwrap().handling, Handling::Waiting);
    assert_eq!(parse(chat(vec![])).unwrap().handling, Handling::InProgress);
    let closed = pb::Interaction { handling: pb::Handling::Closed.into(), ..query("x") };
    assert_eq!(parse(closed).unwrap().handling, Handling::Closed);
}

#[test]
fn a_field_that_is_wrong_is_named() {
    let seconds = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    let with = |change: &dyn Fn(&mut pb::Interaction)| {
        let mut value = query("x");
        change(&mut value);
        value
    };
    let source = |system: &str, id: &str| Some(pb::SourceRef { system: system.into(), id: id.into() });
    check_refused(pb::Interaction::default(), "kind", Reason::FieldRequired);
    check_refused(chat(vec![line(pb::SpeakerRole::Unspecified, "x")]), "chat.turns[0].role", Reason::FieldRequired);
    check_refused(with(&|v| v.tier = 9), "tier", Reason::FieldUnknownValue);
    check_refused(with(&|v| v.handling = -1), "handling", Reason::FieldUnknownValue);
    check_refused(with(&|v| v.queue = "A".into()), "queue", Reason::FieldInvalidCharacter);
    check_refused(with(&|v| v.source_version = -1), "source_version", Reason::FieldOutOfRange);
    check_refused(with(&|v| v.customer_ref = "a@b.example".into()), "customer_ref", Reason::IdentifierInReference);
    check_refused(with(&|v| v.source_ref = source("zd", "")), "source_ref.id", Reason::FieldRequired);
    check_refused(with(&|v| v.source_ref = source("", "1")), "source_ref.system", Reason::FieldRequired);
    check_refused(
        with(&|v| v.case_source_ref = source("z", "a b")),
        "case_source_ref.id",
        Reason::FieldInvalidCharacter,
    );
    check_refused(with(&|v| v.required_skills = vec!["ok".into(), "No".into()]), "required_skills[1]", {
        Reason::FieldInvalidCharacter
    });
    check_refused(with(&|v| v.language_code = "e n".into()), "language_code", Reason::FieldInvalidCharacter);
    check_refused(with(&|v| v.occur_time = seconds(i64::MAX)), "occur_time", Reason::FieldOutOfRange);
    let name = "x".repeat(limits::PARTY_VALUE_BYTES_MAX + 1);
    let party = || Some(pb::Party { names: vec![name.clone()], ..Default::default() });
    check_refused(with(&|v| v.contact = party()), "contact.names[0]", Reason::FieldTooLong);
}

#[test]
fn lists_end_at_their_limits() {
    let lines = |count| chat(vec![line(pb::SpeakerRole::Customer, "x"); count]);
    assert!(parse(lines(limits::CHAT_TURNS_MAX)).is_ok());
    check_refused(lines(limits::CHAT_TURNS_MAX + 1), "chat.turns", Reason::FieldTooMany);
    let said = pb::CallTurn { role: pb::SpeakerRole::Customer.into(), ..Default::default() };
    let talk = |count| of(pb::interaction::Kind::Call(call(vec![said.clone(); count])));
    assert!(parse(talk(limits::CALL_TURNS_MAX)).is_ok());
    check_refused(talk(limits::CALL_TURNS_MAX + 1), "call.turns", Reason::FieldTooMany);
    let mails = |count| thread(vec![mail(pb::SpeakerRole::Customer, "", "x"); count]);
    assert!(parse(mails(limits::EMAIL_MESSAGES_MAX)).is_ok());
    check_refused(mails(limits::EMAIL_MESSAGES_MAX + 1), "email_thread.messages", Reason::FieldTooMany);
    let people = |count| pb::Interaction { participants: vec![pb::Party::default(); count], ..query("x") };
    assert!(parse(people(limits::PARTICIPANTS_MAX)).is_ok());
    check_refused(people(limits::PARTICIPANTS_MAX + 1), "participants", Reason::FieldTooMany);
    let files = |count| {
        let attachments = vec![pb::Attachment::default(); count];
        of(pb::interaction::Kind::Query(pb::Query { attachments, ..Default::default() }))
    };
    assert!(parse(files(limits::ATTACHMENTS_MAX)).is_ok());
    check_refused(files(limits::ATTACHMENTS_MAX + 1), "query.attachments", Reason::FieldTooMany);
    let known = |count| {
        let party = pb::Party { phones: vec!["1".into(); count], ..Default::default() };
        pb::Interaction { contact: Some(party), ..query("x") }
    };
    assert!(parse(known(limits::PARTY_VALUES_MAX)).is_ok());
    check_refused(known(limits::PARTY_VALUES_MAX + 1), "contact.phones", Reason::FieldTooMany);
    let facts = |count: usize| {
        let attributes = (0..count).map(|index| (format!("a{index}"), String::new())).collect();
        pb::Interaction { attributes, ..query("x") }
    };
    assert!(parse(facts(limits::ATTRIBUTES_MAX)).is_ok());
    check_refused(facts(limits::ATTRIBUTES_MAX + 1), "attributes", Reason::FieldTooMany);
    let link = |length| of(pb::interaction::Kind::Call(pb::Call { recording_uri: "u".repeat(length), ..call(vec![]) }));
    assert!(parse(link(limits::URI_BYTES_MAX)).is_ok());
    check_refused(link(limits::URI_BYTES_MAX + 1), "call.recording_uri", Reason::FieldTooLong);
}

#[test]
fn mail_lists_end_at_their_limits() {
    let one = |change: &dyn Fn(&mut pb::EmailMessage)| {
        let mut message = mail(pb::SpeakerRole::Customer, "", "x");
        change(&mut message);
        thread(vec![message])
    };
    let place = |field: &str| format!("email_thread.messages[0].{field}");
    let references = |count| one(&|m| m.references = vec!["<a@b>".into(); count]);
    assert!(parse(references(limits::EMAIL_REFERENCES_MAX)).is_ok());
    check_refused(references(limits::EMAIL_REFERENCES_MAX + 1), &place("references"), Reason::FieldTooMany);
    let receivers = |count| one(&|m| m.to = vec![pb::EmailAddress::default(); count]);
    assert!(parse(receivers(limits::EMAIL_ADDRESSES_MAX)).is_ok());
    check_refused(receivers(limits::EMAIL_ADDRESSES_MAX + 1), &place("to"), Reason::FieldTooMany);
    let quotes = |count| one(&|m| m.quoted_parts = vec!["q".into(); count]);
    assert!(parse(quotes(limits::EMAIL_QUOTED_PARTS_MAX)).is_ok());
    check_refused(quotes(limits::EMAIL_QUOTED_PARTS_MAX + 1), &place("quoted_parts"), Reason::FieldTooMany);
    let id = |length| one(&|m| m.message_id = "i".repeat(length));
    assert!(parse(id(limits::MESSAGE_ID_BYTES_MAX)).is_ok());
    check_refused(id(limits::MESSAGE_ID_BYTES_MAX + 1), &place("message_id"), Reason::FieldTooLong);
}

#[test]
fn a_text_over_its_limit_withholds_and_refuses_nothing() {
    let draft = parse(query(&"x".repeat(limits::TEXT_BYTES_MAX))).unwrap();
    assert_eq!((draft.withheld, draft.turns.len()), (None, 1));
    let draft = parse(query(&"x".repeat(limits::TEXT_BYTES_MAX + 1))).unwrap();
    assert_eq!((draft.withheld, draft.turns.len()), (Some(Withheld::OverLimit), 0));
    let deep = Some(pb::email_message::Body::Html("<div>".repeat(limits::HTML_DEPTH_MAX + 1)));
    let message = pb::EmailMessage { body: deep, ..mail(pb::SpeakerRole::Customer, "Subject", "") };
    let draft = parse(thread(vec![message])).unwrap();
    assert_eq!((draft.withheld, draft.turns.len()), (Some(Withheld::OverLimit), 0));
}

#[test]
fn attributes_are_kept_only_by_name() {
    let attributes = [("plan", "gold"), ("note", "call me")];
    let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    let value = || pb::Interaction { attributes: Clone::clone(&attributes), ..query("x") };
    let draft = parse(value()).unwrap();
    assert_eq!((draft.attributes.len(), draft.dropped_attributes), (0, 2));
    let draft = parse_with(&["plan"], value()).unwrap();
    let kept: Vec<_> = draft.attributes.iter().map(|(name, text)| (name.as_str(), text.expose())).collect();
    assert_eq!((kept, draft.dropped_attributes), (vec![("plan", "gold")], 1));
}

#[test]
fn a_visitors_network_address_is_never_kept() {
    let visitor = pb::ChatVisitor {
        page_uri: "https://shop.example/help".into(),
        ip_address: "192.0.2.1".into(),
        ..Default::default()
    };
    let talk = pb::Chat { visitor: Some(visitor), ..Default::default() };
    let draft =
        parse_with(&["chat.page_uri", "chat.ip_address", "ip_address"], of(pb::interaction::Kind::Chat(talk))).unwrap();
    let kept: Vec<_> = draft.attributes.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((kept, draft.dropped_attributes), (vec!["chat.page_uri"], 1));
}

#[test]
fn the_customer_is_known_by_contact_and_sender() {
    let contact = pb::Party {
        emails: vec!["Jo@Example.com".into()],
        phones: vec!["+44 20 7946 0958".into()],
        ..{ pb::Party::default() }
    };
    let from = |address: &str| Some(pb::EmailAddress { address: address.into(), ..Default::default() });
    let messages = vec![
        pb::EmailMessage { from: from("jo.private@example.net"), ..mail(pb::SpeakerRole::Customer, "", "x") },
        pb::EmailMessage { from: from("help@shop.example"), ..mail(pb::SpeakerRole::Staff, "", "y") },
    ];
    let draft = parse(pb::Interaction { contact: Some(contact), ..thread(messages) }).unwrap();
    let emails: Vec<_> = draft.subject.emails.iter().map(RawText::expose).collect();
    assert_eq!(emails, ["jo.private@example.net", "jo@example.com"]);
    assert_eq!(draft.subject.phones[0].expose(), "442079460958");
    assert_eq!(draft.parties.len(), 3);
}

#[test]
fn a_thread_is_automatic_unless_a_customer_wrote_in_it() {
    let auto = |role| pb::EmailMessage { auto_submitted: true, ..mail(role, "", "x") };
    let written = || mail(pb::SpeakerRole::Customer, "", "x");
    for (messages, automatic) in [
        (vec![auto(pb::SpeakerRole::Customer)], true),
        (vec![auto(pb::SpeakerRole::Automated)], true),
        (vec![written(), auto(pb::SpeakerRole::Automated)], false),
        (vec![written()], false),
        (vec![], false),
    ] {
        assert_eq!(parse(thread(messages)).unwrap().automatic, automatic);
    }
}

#[test]
fn a_machine_is_told_by_headers_sender_subject_and_text() {
    let machine = |change: &dyn Fn(&mut pb::EmailMessage)| {
        let mut message = mail(pb::SpeakerRole::Customer, "Re: order", "x");
        change(&mut message);
        let draft = parse(thread(vec![message])).unwrap();
        assert_eq!(draft.automatic, draft.quiet);
        draft.automatic
    };
    let from = |address: &str| Some(pb::EmailAddress { address: address.into(), ..Default::default() });
    let header = |name: &str, value: &str| machine(&|one| drop(one.headers.insert(name.into(), value.into())));
    assert!(!machine(&|_| ()));
    assert!(header("AUTO-SUBMITTED", "auto-replied"));
    assert!(header("Return-Path", "<>"));
    assert!(!header("Auto-Submitted", "no"));
    assert!(machine(&|one| one.from = from("mailer-daemon@mx.example")));
    assert!(machine(&|one| one.subject = "Abwesenheitsnotiz: Re: order".into()));
    let away = "I am out of the office until Monday.";
    assert!(machine(&|one| one.body = Some(pb::email_message::Body::Text(away.into()))));
    assert!(machine(&|one| one.body = Some(pb::email_message::Body::Html(format!("<p>{away}</p>")))));
    let headers = |count: usize| {
        let headers = (0..count).map(|index| (format!("X-{index}"), String::new())).collect();
        thread(vec![pb::EmailMessage { headers, ..mail(pb::SpeakerRole::Customer, "", "x") }])
    };
    assert!(parse(headers(limits::EMAIL_HEADERS_MAX)).is_ok());
    let path = "email_thread.messages[0].headers";
    check_refused(headers(limits::EMAIL_HEADERS_MAX + 1), path, Reason::FieldTooMany);
}

#[test]
fn a_thread_is_quiet_when_only_machines_wrote_since_the_staff() {
    let auto = || pb::EmailMessage { auto_submitted: true, ..mail(pb::SpeakerRole::Customer, "", "x") };
    let written = || mail(pb::SpeakerRole::Customer, "", "x");
    let staff = || mail(pb::SpeakerRole::Staff, "", "x");
    for (messages, quiet) in [
        (vec![written(), staff(), auto()], true),
        (vec![written(), staff(), auto(), written()], false),
        (vec![written(), staff(), written(), auto()], false),
        (vec![written(), auto()], false),
        (vec![auto(), staff()], false),
        (vec![auto()], true),
        (vec![], false),
    ] {
        assert_eq!(parse(thread(messages)).unwrap().quiet, quiet);
    }
}

#[test]
fn importance_is_the_customers_own() {
    let marked =
        |role, importance: pb::Importance| pb::EmailMessage { importance: importance.into(), ..mail(role, "", "x") };
    for (messages, importance) in [
        (vec![marked(S::Customer, I::High)], Importance::High),
        (vec![marked(S::Customer, I::Low)], Importance::Low),
        (vec![marked(S::Staff, I::High)], Importance::Normal),
        (vec![marked(S::Customer, I::Low), marked(S::Customer, I::High)], Importance::High),
    ] {
        assert_eq!(parse(thread(messages)).unwrap().importance, importance);
    }
}

#[test]
fn the_stated_time_wins_over_the_channels() {
    let at = |seconds| Some(prost_types::Timestamp { seconds, nanos: 0 });
    let talk = || of(pb::interaction::Kind::Call(pb::Call { start_time: at(100), ..call(vec![]) }));
    assert_eq!(parse(talk()).unwrap().occur_time, Some(Timestamp(100_000_000)));
    let stated = pb::Interaction { occur_time: at(50), ..talk() };
    assert_eq!(parse(stated).unwrap().occur_time, Some(Timestamp(50_000_000)));
    assert_eq!(parse(query("x")).unwrap().occur_time, None);
    let limit = NOW.0 / 1_000_000 + i64::try_from(limits::FUTURE_SECONDS_MAX).unwrap();
    assert!(parse(pb::Interaction { occur_time: at(limit), ..query("x") }).is_ok());
    check_refused(pb::Interaction { occur_time: at(limit + 1), ..query("x") }, "occur_time", Reason::FieldOutOfRange);
}
