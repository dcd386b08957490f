//! Kills the server while 64 clients submit. Whatever was acknowledged is there afterwards, once, and readable.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

#[expect(dead_code, reason = "every test uses its part of what they share")]
mod common;

use std::{collections::BTreeMap, sync::Arc};

use common::server::{Place, Server};
use tokio::sync::Mutex;
use triaged::service::pb::{
    GetCaseRequest, Interaction, ListCasesRequest, ListTurnsRequest, Query, SubmitInteractionRequest,
    case_service_client::CaseServiceClient, intake_service_client::IntakeServiceClient, interaction::Kind,
};
use uuid::Uuid;

const WRITERS: usize = 64;

/// Rounds: a tenth of the full count, unless a soak is asked for.
fn rounds() -> usize {
    if std::env::var_os("TRIAGED_SOAK").is_some() { 20 } else { 2 }
}

type Acknowledged = Arc<Mutex<BTreeMap<String, String>>>;

/// A word of letters that stands for a request id in the text, so that no digit of it is taken for PII.
fn marker(request_id: &str) -> String {
    let digits = request_id.chars().filter_map(|c| c.to_digit(16));
    digits.map(|digit| char::from(b'a' + u8::try_from(digit).unwrap())).collect()
}

fn request(request_id: &str) -> SubmitInteractionRequest {
    let body = format!("nobody answers, mail a@example.com ({})", marker(request_id));
    let interaction =
        Interaction { kind: Some(Kind::Query(Query { body, ..Query::default() })), ..Interaction::default() };
    SubmitInteractionRequest {
        request_id: request_id.to_owned(),
        interaction: Some(interaction),
        ..SubmitInteractionRequest::default()
    }
}

/// Submits until the server is gone; notes what was acknowledged.
async fn write(server: &Server, acknowledged: Acknowledged) -> tokio::task::JoinHandle<()> {
    let mut client = IntakeServiceClient::with_interceptor(server.channel().await, server.bearer());
    tokio::spawn(async move {
        loop {
            let request_id = Uuid::now_v7().to_string();
            let Ok(answer) = client.submit_interaction(request(&request_id)).await else { return };
            let handle = answer.into_inner().result.unwrap().submission;
            acknowledged.lock().await.insert(request_id, handle);
        }
    })
}

/// Every acknowledged request gives the same handle again, and the handles are all different.
async fn check_idempotent(server: &Server, acknowledged: &BTreeMap<String, String>) {
    let client = IntakeServiceClient::with_interceptor(server.channel().await, server.bearer());
    for (request_id, handle) in acknowledged {
        let again = client.clone().submit_interaction(request(request_id)).await.unwrap().into_inner();
        assert_eq!(&again.result.unwrap().submission, handle);
    }
    let different: std::collections::BTreeSet<_> = acknowledged.values().collect();
    assert_eq!(different.len(), acknowledged.len());
}

/// The texts of all stored interactions; every one opens.
async fn read_all(server: &Server) -> Vec<String> {
    let mut client = CaseServiceClient::with_interceptor(server.channel().await, server.bearer());
    let (mut texts, mut page_token) = (Vec::new(), String::new());
    loop {
        let page = ListCasesRequest { page_size: 1000, page_token, ..ListCasesRequest::default() };
        let page = client.list_cases(page).await.unwrap().into_inner();
        for case in page.cases {
            let case = client.get_case(GetCaseRequest { name: case.name }).await.unwrap().into_inner();
            for interaction in case.interactions {
                let parent = ListTurnsRequest { parent: interaction.name, ..ListTurnsRequest::default() };
                let turns = client.list_turns(parent).await.unwrap().into_inner().turns;
                texts.extend(turns.into_iter().map(|turn| turn.text));
            }
        }
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return texts;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_sigkill() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::new(folder.path());
    let acknowledged = Acknowledged::default();
    let mut token = None;
    for round in 0..rounds() {
        let mut server = Server::start(&place, token.take());
        token = Some(server.token.clone());
        let mut writers = Vec::new();
        for _ in 0..WRITERS {
            writers.push(write(&server, acknowledged.clone()).await);
        }
        // The moment of the kill is set by progress, not by time, and differs from round to round.
        let goal = acknowledged.lock().await.len() + 100 + 37 * round;
        while acknowledged.lock().await.len() < goal {
            tokio::task::yield_now().await;
        }
        server.kill();
        for writer in writers {
            writer.await.unwrap();
        }
    }
    let server = Server::start(&place, token);
    let acknowledged = acknowledged.lock().await.clone();
    let texts = read_all(&server).await;
    let missing = acknowledged.keys().filter(|id| !texts.iter().any(|text| text.contains(&marker(id)))).count();
    assert_eq!(missing, 0, "of {} acknowledged", acknowledged.len());
    assert!(texts.iter().all(|text| text.contains("[EMAIL_1]")));
    check_idempotent(&server, &acknowledged).await;
    assert_eq!(read_all(&server).await.len(), texts.len(), "a retry stored something twice");
    println!("{} rounds, {} acknowledged, {} stored, 0 lost", rounds(), acknowledged.len(), texts.len());
    server.stop();
}
