//! Taking in: every kind, retries, what is withheld, and that the answer tells nothing of what else is stored.

use prost::Message;
use tonic::Code;
use triaged::{
    service::{
        limits,
        pb::{
            self, SpeakerRole, case_service_client::CaseServiceClient, intake_service_client::IntakeServiceClient,
            interaction::Kind,
        },
    },
    store::AccessRole,
};

use crate::harness::{Authed, Server, form, reason, submit};

const PLANTED: [&str; 3] = ["jo.planted@example.com", "4111 1111 1111 1111", "Marisol Planted"];

fn line(role: SpeakerRole, text: &str) -> pb::ChatTurn {
    pb::ChatTurn { role: role.into(), text: text.into(), ..Default::default() }
}

/// One of each kind, with identifiers in the text and in the contact record.
fn every_kind() -> Vec<pb::SubmitInteractionRequest> {
    let text = format!("Mail {} or charge {}", PLANTED[0], PLANTED[1]);
    let chat = pb::Chat {
        turns: vec![line(SpeakerRole::Customer, &text), line(SpeakerRole::Staff, "Thank you")],
        ..Default::default()
    };
    let mail = pb::EmailMessage {
        role: SpeakerRole::Customer.into(),
        subject: "Still waiting".into(),
        from: Some(pb::EmailAddress { display_name: PLANTED[2].into(), address: PLANTED[0].into() }),
        message_id: "<1@example.com>".into(),
        body: Some(pb::email_message::Body::Html(format!("<p>{text}</p>"))),
        quoted_parts: vec![format!("You wrote to {}", PLANTED[0])],
        ..Default::default()
    };
    let said = pb::CallTurn { role: SpeakerRole::Customer.into(), text: text.clone(), ..Default::default() };
    let call = pb::Call { turns: vec![said], recording_uri: "https://r.example/7".into(), ..Default::default() };
    let contact = pb::Party { names: vec![PLANTED[2].into()], emails: vec![PLANTED[0].into()], ..Default::default() };
    let mut requests = vec![
        form(&text),
        submit(Kind::Chat(chat)),
        submit(Kind::EmailThread(pb::EmailThread { messages: vec![mail] })),
    ];
    requests.push(submit(Kind::Call(call)));
    for (index, request) in requests.iter_mut().enumerate() {
        request.request_id = format!("7d444840-9dc0-11d1-b245-5ffdce74fad{index}");
        let interaction = request.interaction.as_mut().unwrap();
        interaction.contact = Some(contact.clone());
        interaction.customer_ref = "crm:77".into();
        interaction.source_ref = Some(pb::SourceRef { system: "crm".into(), id: format!("i-{index}") });
        interaction.handling = pb::Handling::Waiting.into();
    }
    requests
}

async fn answer(client: &Authed, request: pb::SubmitInteractionRequest) -> pb::InteractionResult {
    let mut intake = IntakeServiceClient::new(client.clone());
    intake.submit_interaction(request).await.unwrap().into_inner().result.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_comes_back_redacted_and_is_stored() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    for request in every_kind() {
        let result = answer(&client, request).await;
        assert!(result.submission.starts_with("submissions/"), "{}", result.submission);
        assert_eq!(result.text_state(), pb::TextState::Redacted);
        let text: String = result.turns.iter().map(|turn| format!("{}\n", turn.text)).collect();
        assert!(text.contains("[EMAIL_1]") && text.contains("[CREDIT_CARD]"), "{text}");
        let bytes = String::from_utf8_lossy(&result.encode_to_vec()).into_owned();
        assert!(PLANTED.iter().all(|planted| !bytes.contains(planted)), "{text}");
        assert!(result.findings.iter().all(|finding| finding.span.is_some() && finding.received_span.is_some()));
    }
    let mut cases = CaseServiceClient::new(client);
    let listed = cases.list_cases(pb::ListCasesRequest::default()).await.unwrap().into_inner().cases;
    assert!(!listed.is_empty());
    for case in listed {
        let case = cases.get_case(pb::GetCaseRequest { name: case.name }).await.unwrap().into_inner();
        assert_eq!(case.customer_ref, "crm:77");
        for interaction in case.interactions {
            assert!(interaction.findings.iter().all(|finding| finding.received_span.is_none()));
            let request = pb::ListTurnsRequest { parent: interaction.name, ..Default::default() };
            let turns = cases.list_turns(request).await.unwrap().into_inner().turns;
            assert_eq!(turns.len(), usize::try_from(interaction.turn_count).unwrap());
            assert!(turns.iter().all(|turn| PLANTED.iter().all(|planted| !turn.text.contains(planted))));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retry_gets_the_same_answer_and_stores_nothing() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    for request in every_kind() {
        let first = answer(&client, request.clone()).await;
        server.clock.advance(std::time::Duration::from_secs(60));
        let again = answer(&client, request.clone()).await;
        assert_eq!(first.encode_to_vec(), again.encode_to_vec());
        // The same id with another content is refused.
        let mut other = request;
        other.interaction.as_mut().unwrap().kind = form("something else").interaction.unwrap().kind;
        other.interaction.as_mut().unwrap().source_ref = None;
        let refused = IntakeServiceClient::new(client.clone()).submit_interaction(other).await.unwrap_err();
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::AlreadyExists, "REQUEST_ID_REUSED"));
    }
    let mut cases = CaseServiceClient::new(client);
    let listed = cases.list_cases(pb::ListCasesRequest::default()).await.unwrap().into_inner().cases;
    assert_eq!(listed.len(), every_kind().len());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_is_the_same_on_an_empty_and_on_a_filled_store() {
    let (empty, filled) = (Server::start().await, Server::start().await);
    // Another principal of the same tenant has sent the same customers before, on two days.
    for day in 0..2 {
        let before = filled.client(&[AccessRole::Intake]).await;
        for (index, mut request) in every_kind().into_iter().enumerate() {
            request.request_id.clear();
            let source = pb::SourceRef { system: "crm".into(), id: format!("before-{day}-{index}") };
            request.interaction.as_mut().unwrap().source_ref = Some(source);
            answer(&before, request).await;
        }
        filled.clock.advance(std::time::Duration::from_hours(24));
    }
    let before = filled.client(&[AccessRole::Intake]).await;
    for request in every_kind() {
        answer(&before, request).await;
    }
    let (one, other) = (empty.client(&[AccessRole::Intake]).await, filled.client(&[AccessRole::Intake]).await);
    for request in every_kind() {
        let (mut one, mut other) = (answer(&one, request.clone()).await, answer(&other, request).await);
        assert_eq!(one.submission.len(), other.submission.len());
        one.submission.clear();
        other.submission.clear();
        assert_eq!(one.encode_to_vec(), other.encode_to_vec());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_over_the_limit_is_withheld_and_waits_with_high() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    let kept = answer(&client, form(&"ok ".repeat(limits::TEXT_BYTES_MAX / 3))).await;
    assert_eq!(kept.text_state(), pb::TextState::Redacted);
    let result = answer(&client, form(&"x".repeat(limits::TEXT_BYTES_MAX + 1))).await;
    assert_eq!(result.text_state(), pb::TextState::Withheld);
    assert!(result.turns.is_empty());
    let assessment = result.assessment.unwrap();
    assert_eq!(assessment.level(), pb::PriorityLevel::High);
    assert_eq!(assessment.factors.iter().map(|factor| factor.points).sum::<i32>(), assessment.priority_value);
    let mut cases = CaseServiceClient::new(client);
    let request = pb::ListCasesRequest { filter: "level = HIGH".into(), ..Default::default() };
    let high = cases.list_cases(request).await.unwrap().into_inner().cases;
    assert_eq!(high.len(), 1);
    let case = cases.get_case(pb::GetCaseRequest { name: high[0].name.clone() }).await.unwrap().into_inner();
    assert_eq!(case.interactions[0].text_state(), pb::TextState::Withheld);
    assert_eq!(case.interactions[0].turn_count, 0);
    let factors = case.interactions[0].assessment.clone().unwrap().factors;
    assert!(factors.iter().any(|factor| factor.signal == "text_withheld"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named_and_never_repeated() {
    let server = Server::start().await;
    let mut intake = IntakeServiceClient::new(server.client(&[AccessRole::Intake]).await);
    let mut request = form("fine");
    request.request_id = "planted-id".into();
    let interaction = request.interaction.as_mut().unwrap();
    interaction.customer_ref = PLANTED[0].into();
    interaction.queue = "Planted Queue".into();
    interaction.tier = 9;
    let status = intake.submit_interaction(request).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    let details = tonic_types::StatusExt::get_error_details(&status);
    let fields = &details.bad_request().unwrap().field_violations;
    let found: Vec<_> = fields.iter().map(|one| (one.field.as_str(), one.description.as_str())).collect();
    insta::assert_debug_snapshot!(found, @r#"
    [
        (
            "request_id",
            "INVALID_UUID",
        ),
        (
            "interaction.customer_ref",
            "IDENTIFIER_IN_REFERENCE",
        ),
        (
            "interaction.queue",
            "INVALID_CHARACTER",
        ),
        (
            "interaction.tier",
            "UNKNOWN_VALUE",
        ),
    ]
    "#);
    let all = format!("{status:?} {}", String::from_utf8_lossy(status.details()));
    assert!(!all.to_lowercase().contains("planted"), "{all}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_link_is_never_given_back() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    let call = every_kind().remove(3);
    let result = answer(&client, call).await;
    let mut cases = CaseServiceClient::new(client);
    let listed = cases.list_cases(pb::ListCasesRequest::default()).await.unwrap().into_inner().cases;
    let case = cases.get_case(pb::GetCaseRequest { name: listed[0].name.clone() }).await.unwrap().into_inner();
    assert!(case.interactions[0].has_recording);
    for bytes in [result.encode_to_vec(), case.encode_to_vec()] {
        assert!(!String::from_utf8_lossy(&bytes).contains("r.example"));
    }
}
