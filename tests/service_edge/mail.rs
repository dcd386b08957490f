//! Mail and chat that ask for nobody: they raise nothing, reopen nothing and owe no reply.

use triaged::{
    service::pb::{
        self, case_service_client::CaseServiceClient, intake_service_client::IntakeServiceClient,
        queue_service_client::QueueServiceClient,
    },
    store::AccessRole,
};

use crate::harness::{Authed, Server, submit};

/// What is sent in the thread of a case.
#[derive(Clone, Copy)]
enum Sent {
    Mail(&'static str),
    Header(&'static str, &'static str),
    From(&'static str),
    Subject(&'static str),
    Chat(&'static str),
}

use Sent::{Chat, From, Header, Mail, Subject};

fn customer(text: &str) -> pb::EmailMessage {
    let body = Some(pb::email_message::Body::Text(text.into()));
    pb::EmailMessage {
        role: pb::SpeakerRole::Customer.into(),
        subject: "Re: parcel".into(),
        body,
        ..Default::default()
    }
}

fn interaction(sent: Sent) -> pb::SubmitInteractionRequest {
    let urgent = "This is urgent, nothing works, my shop is closed, call a lawyer";
    let message = match sent {
        Mail(text) => customer(text),
        Header(name, value) => {
            pb::EmailMessage { headers: [(name.to_owned(), value.to_owned())].into(), ..customer(urgent) }
        }
        From(address) => {
            let from = Some(pb::EmailAddress { address: address.into(), ..Default::default() });
            pb::EmailMessage { from, ..customer(urgent) }
        }
        Subject(subject) => pb::EmailMessage { subject: subject.into(), ..customer(urgent) },
        Chat(text) => {
            let turn = pb::ChatTurn { role: pb::SpeakerRole::Customer.into(), text: text.into(), ..Default::default() };
            let chat = pb::Chat { turns: vec![turn], ..Default::default() };
            let mut request = submit(pb::interaction::Kind::Chat(chat));
            request.interaction.as_mut().unwrap().handling = pb::Handling::Waiting.into();
            return request;
        }
    };
    submit(pb::interaction::Kind::EmailThread(pb::EmailThread { messages: vec![message] }))
}

/// The only case, after something was sent to it.
async fn sent(client: &Authed, sent: Sent) -> pb::Case {
    let mut request = interaction(sent);
    let interaction = request.interaction.as_mut().unwrap();
    interaction.case_source_ref = Some(pb::SourceRef { system: "crm".into(), id: "t-1".into() });
    IntakeServiceClient::new(client.clone()).submit_interaction(request).await.unwrap();
    let mut cases = CaseServiceClient::new(client.clone());
    let name = cases.list_cases(pb::ListCasesRequest::default()).await.unwrap().into_inner().cases.remove(0).name;
    cases.get_case(pb::GetCaseRequest { name }).await.unwrap().into_inner()
}

async fn done(client: &Authed, state: pb::CaseState) {
    let mut queue = QueueServiceClient::new(client.clone());
    let item = queue.lease_items(pb::LeaseItemsRequest::default()).await.unwrap().into_inner().items.remove(0);
    let done =
        pb::AcknowledgeItemRequest { lease: item.lease, lease_epoch: item.lease_epoch, case_state: state.into() };
    queue.acknowledge_item(done).await.unwrap();
}

const QUIET: [Sent; 14] = [
    Header("Auto-Submitted", "auto-replied"),
    Header("X-Auto-Response-Suppress", "All"),
    Header("Precedence", "bulk"),
    Header("X-Autoreply", "yes"),
    Header("Return-Path", "<>"),
    Header("Content-Type", "multipart/report; report-type=delivery-status"),
    From("MAILER-DAEMON@mx.example"),
    Subject("Automatic reply: Re: parcel"),
    Subject("Réponse automatique : Re: parcel"),
    Mail("Ich bin im Urlaub und ab dem 3. Mai wieder erreichbar."),
    Mail("Thank you, that fixed it!\n\nOn Monday Shop wrote:\n> is it still broken?"),
    Mail("danke, hat geklappt"),
    Chat("Gracias, ya funciona"),
    Chat("ok thanks"),
];

const LOUD: [Sent; 4] = [
    Mail("Thanks, but it is still broken"),
    Mail("Merci, mais ça ne marche toujours pas"),
    Header("Auto-Submitted", "no"),
    Chat("It worked, then it broke again"),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_asks_for_nobody_reopens_and_raises_nothing() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    let first = sent(&client, Mail("Where is my parcel?")).await;
    for quiet in QUIET {
        let case = sent(&client, quiet).await;
        assert_eq!((case.level, case.due_time, case.enter_time), (first.level, first.due_time, first.enter_time));
        assert_eq!(case.service_clocks, first.service_clocks);
    }
    for state in [pb::CaseState::Pending, pb::CaseState::Resolved] {
        done(&client, state).await;
        for quiet in QUIET {
            let case = sent(&client, quiet).await;
            assert_eq!((case.state(), case.due_time), (state, None));
            assert!(case.service_clocks.iter().all(|clock| clock.kind() != pb::ServiceTargetKind::NextReply));
        }
        if state == pb::CaseState::Pending {
            let name = sent(&client, Mail("thanks")).await;
            let open = pb::UpdateCaseRequest {
                name: name.name,
                etag: name.etag,
                state: pb::CaseState::Open.into(),
                ..Default::default()
            };
            CaseServiceClient::new(client.clone()).update_case(open).await.unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_remains_to_be_done_reopens_with_a_next_reply() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    sent(&client, Mail("Where is my parcel?")).await;
    for loud in LOUD {
        done(&client, pb::CaseState::Resolved).await;
        let case = sent(&client, loud).await;
        assert_eq!(case.state(), pb::CaseState::Open);
        assert_eq!(case.service_clocks[0].kind(), pb::ServiceTargetKind::NextReply);
    }
}
