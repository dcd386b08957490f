//! A row of an archive as the interaction that is submitted. What is sent is raw; it is redacted where it arrives.

use uuid::Uuid;

use crate::{
    archive::input::{Row, RowError},
    assessment::Tier,
    conversation::{Channel, Part, Party, RawText, RawTurn, Role},
    service::pb::{self, email_message::Body, interaction::Kind},
    text::Language,
};

/// The request that submits a row as history.
pub(super) fn request(row: &Row, system: &str, request_id: Uuid) -> Result<pb::SubmitInteractionRequest, RowError> {
    Ok(pb::SubmitInteractionRequest {
        request_id: request_id.to_string(),
        interaction: Some(interaction(row, system)?),
        view: pb::OutcomeView::Basic.into(),
    })
}

fn interaction(row: &Row, system: &str) -> Result<pb::Interaction, RowError> {
    let id = row.id_text().into_owned();
    if id.is_empty() {
        return Err(RowError::NoId);
    }
    let reference = pb::SourceRef { system: system.to_owned(), id };
    let mut parties = row.parties.iter().map(party);
    let kind = kind(row.channel, &row.turns, row.hold_seconds);
    Ok(pb::Interaction {
        kind: Some(kind),
        case_source_ref: Some(reference.clone()),
        source_ref: Some(reference),
        contact: parties.next(),
        participants: parties.collect(),
        handling: if row.unresolved { pb::Handling::HistoricalUnresolved } else { pb::Handling::Historical }.into(),
        occur_time: row
            .time
            .map(|time| prost_types::Timestamp { seconds: time.as_second(), nanos: time.subsec_nanosecond().max(0) }),
        language_code: row.language.map(Language::code).unwrap_or_default().to_owned(),
        tier: tier(row.tier).into(),
        ..pb::Interaction::default()
    })
}

/// The conversation. A form has one text; one that was answered goes as a thread of mails.
fn kind(channel: Channel, turns: &[RawTurn], hold_seconds: u32) -> Kind {
    match (channel, turns) {
        (Channel::Query, [body]) if is_body(body) => query(None, Some(body)),
        (Channel::Query, [subject, body]) if is_subject(subject) && is_body(body) => query(Some(subject), Some(body)),
        (Channel::Query, [subject]) if is_subject(subject) => query(Some(subject), None),
        (Channel::Query | Channel::Email, turns) => Kind::EmailThread(pb::EmailThread { messages: messages(turns) }),
        (Channel::Chat, turns) => {
            let line = |turn: &RawTurn| pb::ChatTurn { role: role(turn.role), text: text(turn), ..Default::default() };
            Kind::Chat(pb::Chat { turns: turns.iter().map(line).collect(), ..pb::Chat::default() })
        }
        (Channel::Call, turns) => {
            let said = |turn: &RawTurn| pb::CallTurn { role: role(turn.role), text: text(turn), ..Default::default() };
            let hold = prost_types::Duration { seconds: hold_seconds.into(), nanos: 0 };
            let hold_duration = (hold_seconds > 0).then_some(hold);
            Kind::Call(pb::Call { turns: turns.iter().map(said).collect(), hold_duration, ..pb::Call::default() })
        }
    }
}

fn is_subject(turn: &RawTurn) -> bool {
    turn.role == Role::Customer && turn.part == Part::Subject
}

fn is_body(turn: &RawTurn) -> bool {
    turn.role == Role::Customer && turn.part == Part::Body
}

fn query(subject: Option<&RawTurn>, body: Option<&RawTurn>) -> Kind {
    let of = |turn: Option<&RawTurn>| turn.map(text).unwrap_or_default();
    Kind::Query(pb::Query { subject: of(subject), body: of(body), attachments: Vec::new() })
}

/// One mail for each body; a subject goes with the body that follows it.
fn messages(turns: &[RawTurn]) -> Vec<pb::EmailMessage> {
    let mut messages: Vec<pb::EmailMessage> = Vec::new();
    let mut subject = None;
    for turn in turns {
        if turn.part == Part::Subject {
            subject = Some(text(turn));
            continue;
        }
        messages.push(pb::EmailMessage {
            role: role(turn.role),
            subject: subject.clone().unwrap_or_default(),
            body: Some(Body::Text(text(turn))),
            ..pb::EmailMessage::default()
        });
    }
    if let (true, Some(subject)) = (messages.is_empty(), subject) {
        let role = role(turns.first().map_or(Role::Customer, |turn| turn.role));
        messages.push(pb::EmailMessage { role, subject, ..pb::EmailMessage::default() });
    }
    messages
}

fn text(turn: &RawTurn) -> String {
    turn.text.expose().to_owned()
}

fn role(role: Role) -> i32 {
    match role {
        Role::Customer => pb::SpeakerRole::Customer,
        Role::Agent => pb::SpeakerRole::Staff,
        Role::Automated => pb::SpeakerRole::Automated,
    }
    .into()
}

fn tier(tier: Tier) -> pb::Tier {
    match tier {
        Tier::Standard => pb::Tier::Standard,
        Tier::Premium => pb::Tier::Premium,
        Tier::Vip => pb::Tier::Vip,
    }
}

fn party(Party { names, emails, phones, identifiers }: &Party) -> pb::Party {
    let sent = |values: &[RawText]| values.iter().map(|value| value.expose().to_owned()).collect();
    pb::Party {
        names: sent(names),
        emails: sent(emails),
        phones: sent(phones),
        identifiers: sent(identifiers),
        ..pb::Party::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::input;

    fn of(line: &str) -> pb::SubmitInteractionRequest {
        request(&input::parse(line.as_bytes()).unwrap(), "zendesk", Uuid::nil()).unwrap()
    }

    fn kind_of(line: &str) -> Kind {
        of(line).interaction.unwrap().kind.unwrap()
    }

    #[test]
    fn a_row_becomes_history_with_its_facts() {
        let row = r#"{"id":"zd:4711","channel":"call","lang":"de","tier":"vip","hold_seconds":90,"time":"2026-05-02T07:33:00Z",
            "turns":[{"role":"agent","text":"hi"},{"role":"customer","text":"yo"}],"contact":{"name":"Ann"}}"#;
        let found = of(row).interaction.unwrap();
        assert_eq!(found.handling(), pb::Handling::Historical);
        assert_eq!((found.tier(), found.language_code.as_str()), (pb::Tier::Vip, "de"));
        assert_eq!(found.source_ref.unwrap().id, "zd:4711");
        assert_eq!(found.occur_time.unwrap().seconds, 1_777_707_180);
        assert_eq!(found.contact.unwrap().names, ["Ann"]);
        let Some(Kind::Call(call)) = found.kind else { panic!("no call") };
        assert_eq!(
            call.turns.iter().map(pb::CallTurn::role).collect::<Vec<_>>(),
            [pb::SpeakerRole::Staff, pb::SpeakerRole::Customer]
        );
        assert_eq!(call.hold_duration.unwrap().seconds, 90);
    }

    #[test]
    fn a_ticket_that_was_not_done_says_so() {
        let handling =
            |state: &str| of(&format!(r#"{{"id":"a","text":"x","state":{state}}}"#)).interaction.unwrap().handling();
        for unresolved in ["\"Open\"", "\"on-hold\"", "\"pending \""] {
            assert_eq!(handling(unresolved), pb::Handling::HistoricalUnresolved, "{unresolved}");
        }
        for done in ["\"solved\"", "\"CA\"", "7", "null"] {
            assert_eq!(handling(done), pb::Handling::Historical, "{done}");
        }
    }

    #[test]
    fn a_row_without_an_id_is_none_that_a_service_knows_again() {
        let row = input::parse(br#"{"text":"x"}"#).unwrap();
        assert_eq!(request(&row, "s", Uuid::nil()).err(), Some(RowError::NoId));
    }

    #[test]
    fn a_form_that_was_answered_goes_as_mails() {
        let Kind::Query(form) = kind_of(r#"{"id":"a","channel":"query","text":"x"}"#) else { panic!("no form") };
        assert_eq!(form.body, "x");
        let answered =
            r#"{"id":"a","channel":"query","turns":[{"role":"customer","text":"x"},{"role":"agent","text":"y"}]}"#;
        let Kind::EmailThread(thread) = kind_of(answered) else { panic!("no thread") };
        assert_eq!(thread.messages.len(), 2);
        let turn = |part, text| RawTurn { part, ..RawTurn::body(Role::Customer, text) };
        let turns = [turn(Part::Subject, "s"), turn(Part::Body, "b"), turn(Part::Body, "c")];
        let subjects: Vec<String> = messages(&turns).into_iter().map(|mail| mail.subject).collect();
        assert_eq!(subjects, ["s", "s"]);
        assert_eq!(messages(&turns[..1]).len(), 1);
    }
}
