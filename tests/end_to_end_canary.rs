//! Planted identifiers go in through every kind of interaction; nothing of them is on disk, in the log or in the metrics
//! afterwards, nor in any answer. The searcher is proved in `canary_searcher.rs`, and here once more on the very files.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

#[expect(dead_code, reason = "every test uses its part of what they share")]
mod common;

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use common::{
    canary::{Canaries, files},
    server::{Place, Server},
};
use prost::Message;
use triaged::{
    crypto::random,
    service::pb::{
        Call, CallTurn, Chat, ChatTurn, EmailAddress, EmailMessage, EmailThread, Handling, Interaction, Party, Query,
        SpeakerRole, SubmitInteractionRequest, SubmitInteractionsRequest, email_message::Body,
        intake_service_client::IntakeServiceClient, interaction::Kind,
    },
};

/// Interactions; each plants [`PLANTED_EACH`] identifiers.
const INTERACTIONS: usize = 200;
const PLANTED_EACH: usize = 7;

fn digits(count: usize) -> String {
    random::<16>().unwrap().iter().take(count).map(|byte| char::from(b'0' + byte % 10)).collect()
}

fn letters(count: usize) -> String {
    random::<16>().unwrap().iter().take(count).map(|byte| char::from(b'a' + byte % 26)).collect()
}

/// A card number with its check digit (ISO/IEC 7812-1, Luhn).
fn card() -> String {
    let body = format!("4{}", digits(14));
    let doubled = |digit: u32| if digit > 4 { digit * 2 - 9 } else { digit * 2 };
    let values = body.chars().rev().map(|c| c.to_digit(10).unwrap());
    let sum: u32 = values.enumerate().map(|(at, digit)| if at % 2 == 0 { doubled(digit) } else { digit }).sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

/// What one interaction plants: values to be searched for, and the text that holds them. The PIN is too short to be
/// searched for alone; it stands between random words that would be stored beside it.
struct Planted {
    values: Vec<String>,
    text: String,
    email: String,
    name: String,
}

fn plant() -> Planted {
    let (card, email, password) = (card(), format!("{}@{}.example.com", letters(9), letters(7)), letters(14));
    let (name, phone) = (format!("{} {}", letters(8), letters(11)), format!("+4477009{}", digits(5)));
    let pin = format!("PIN is {} {}", digits(4), letters(12));
    let cvv = format!("CVV is {} {}", digits(3), letters(12));
    let text = format!(
        "{name} here, my card {card} was charged twice, write to {email} or ring {phone}, my password is {password} and \
         nobody replied. My {pin}. The {cvv}."
    );
    Planted { values: vec![card, email.clone(), password, phone, name.clone(), pin, cvv], text, email, name }
}

fn interaction(number: usize, planted: &Planted) -> Interaction {
    let text = planted.text.clone();
    let role = SpeakerRole::Customer.into();
    let kind = match number % 4 {
        0 => Kind::Query(Query { subject: text.clone(), body: text, ..Query::default() }),
        1 => Kind::Chat(Chat { turns: vec![ChatTurn { role, text, ..ChatTurn::default() }], ..Chat::default() }),
        2 => {
            let from = EmailAddress { display_name: planted.name.clone(), address: planted.email.clone() };
            let message_id = format!("<{}>", planted.email);
            let body = Some(Body::Html(format!("<p>{text}</p>")));
            let message = EmailMessage { role, from: Some(from), message_id, body, ..EmailMessage::default() };
            Kind::EmailThread(EmailThread { messages: vec![message] })
        }
        _ => {
            let turns = vec![CallTurn { role, text, ..CallTurn::default() }];
            Kind::Call(Call {
                turns,
                recording_uri: format!("https://rec.example.com/{}", planted.email),
                ..Call::default()
            })
        }
    };
    Interaction {
        kind: Some(kind),
        contact: Some(Party {
            names: vec![planted.name.clone()],
            emails: vec![planted.email.clone()],
            ..Party::default()
        }),
        attributes: [("note".to_owned(), planted.text.clone())].into(),
        handling: Handling::Waiting.into(),
        ..Interaction::default()
    }
}

async fn submit(server: &Server, items: Vec<Interaction>) -> Vec<u8> {
    let mut client = IntakeServiceClient::with_interceptor(server.channel().await, server.bearer());
    let items = items.into_iter().map(|interaction| SubmitInteractionRequest {
        interaction: Some(interaction),
        ..SubmitInteractionRequest::default()
    });
    let batch = SubmitInteractionsRequest { items: items.collect() };
    let mut answers = client.submit_interactions(tokio_stream::iter([batch])).await.unwrap().into_inner();
    let mut bytes = Vec::new();
    while let Some(answer) = answers.message().await.unwrap() {
        for item in &answer.items {
            let outcome = item.outcome.as_ref().unwrap().outcome.as_ref().unwrap();
            assert!(matches!(outcome, triaged::service::pb::interaction_outcome::Outcome::Result(_)));
        }
        answer.encode(&mut bytes).unwrap();
    }
    bytes
}

fn scrape(address: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /metrics HTTP/1.0\r\nhost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn no_planted_identifier_is_found_anywhere_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::new(folder.path());
    let planted: Vec<Planted> = (0..INTERACTIONS).map(|_| plant()).collect();
    let server = Server::start(&place, None);
    let items = planted.iter().enumerate().map(|(number, planted)| interaction(number, planted));
    let answers = submit(&server, items.collect()).await;
    let metrics = scrape(&server.metrics);
    assert!(String::from_utf8_lossy(&metrics).contains("# TYPE"), "the metrics are not there");

    let values: Vec<String> = planted.iter().flat_map(|planted| planted.values.clone()).collect();
    assert_eq!(values.len(), INTERACTIONS * PLANTED_EACH);
    let canaries = Canaries::new(&values);
    let said: Vec<u8> = planted.iter().flat_map(|planted| planted.text.bytes()).collect();
    assert_eq!(canaries.find(&said).len(), values.len(), "the searcher does not see what was sent");

    let running = canaries.find_in_tree(folder.path());
    assert!(running.is_empty(), "while it runs: {running:?}");
    let log = server.stop();
    let stopped = canaries.find_in_tree(folder.path());
    assert!(stopped.is_empty(), "after it ended: {stopped:?}");
    assert!(files(&place.data()).len() + files(&place.keys()).len() >= 2, "there is no store to search");
    assert!(canaries.find(log.as_bytes()).is_empty(), "the log holds a planted value");
    assert!(canaries.find(&metrics).is_empty(), "the metrics hold a planted value");
    assert!(canaries.find(&answers).is_empty(), "an answer holds a planted value");
}
