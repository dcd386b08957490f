//! Streams of batches: order, bad items, limits, and the same results as single calls.

use futures_util::stream;
use prost::Message;
use tonic::Code;
use triaged::{
    service::{
        limits,
        pb::{
            self, analysis_service_client::AnalysisServiceClient, case_service_client::CaseServiceClient,
            intake_service_client::IntakeServiceClient, interaction_outcome::Outcome,
        },
    },
    store::AccessRole,
};

use crate::harness::{Server, form, reason};

fn id(number: usize) -> String {
    format!("7d444840-9dc0-11d1-b245-{number:012x}")
}

fn item(number: usize, body: &str) -> pb::SubmitInteractionRequest {
    pb::SubmitInteractionRequest { request_id: id(number), ..form(body) }
}

fn good(outcome: &Option<pb::InteractionOutcome>) -> bool {
    matches!(outcome, Some(pb::InteractionOutcome { outcome: Some(Outcome::Result(_)) }))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_item_is_an_outcome_and_the_order_is_kept() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    let batch = |batch: usize| {
        let items = (0..10).map(|index| {
            let number = batch * 10 + index;
            let mut item = item(number, &format!("number {number} is late"));
            if index == 4 {
                item.interaction = None;
            }
            item
        });
        pb::SubmitInteractionsRequest { items: items.collect() }
    };
    let batches: Vec<_> = (0..12).map(batch).collect();
    let mut intake = IntakeServiceClient::new(client.clone());
    let mut answers = intake.submit_interactions(stream::iter(batches)).await.unwrap().into_inner();
    let mut number = 0;
    while let Some(answer) = answers.message().await.unwrap() {
        assert_eq!(answer.items.len(), 10);
        for item in answer.items {
            assert_eq!(item.request_id, id(number));
            assert_eq!(good(&item.outcome), number % 10 != 4, "{number}");
            if let Some(pb::InteractionOutcome { outcome: Some(Outcome::Error(error)) }) = item.outcome {
                assert_eq!((error.code, error.reason.as_str()), (Code::InvalidArgument as i32, "REQUIRED"));
                assert_eq!(error.field_violations[0].field, "interaction");
            }
            number += 1;
        }
    }
    assert_eq!(number, 120);
    let mut cases = CaseServiceClient::new(client);
    let request = pb::ListCasesRequest { page_size: 1_000, ..Default::default() };
    assert_eq!(cases.list_cases(request).await.unwrap().into_inner().cases.len(), 108);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_resent_stream_stores_nothing_twice() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    let mut handles = Vec::new();
    for _ in 0..2 {
        let items = (0..50).map(|number| item(number, "late again")).collect();
        let batch = pb::SubmitInteractionsRequest { items };
        let mut intake = IntakeServiceClient::new(client.clone());
        let mut answers = intake.submit_interactions(stream::iter([batch])).await.unwrap().into_inner();
        handles.push(answers.message().await.unwrap().unwrap().encode_to_vec());
    }
    assert_eq!(handles[0], handles[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_ends_at_its_limit() {
    let server = Server::start().await;
    let client = server.client(&[AccessRole::Intake]).await;
    for (count, good) in [(limits::BATCH_ITEMS_MAX, true), (limits::BATCH_ITEMS_MAX + 1, false)] {
        let items = vec![pb::AnalyzeRequest { interaction: form("x").interaction, view: 0 }; count];
        let mut analysis = AnalysisServiceClient::new(client.clone());
        let batch = stream::iter([pb::StreamAnalyzeRequest { items }]);
        let answer = analysis.stream_analyze(batch).await.unwrap().into_inner().message().await;
        assert_eq!(answer.is_ok(), good, "{count}");
        if let Err(status) = answer {
            assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, "TOO_MANY"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn analysis_gives_what_intake_gives_and_stores_nothing() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    let request = form("I am angry, still no reply. Call 020 7946 0958");
    let mut analysis = AnalysisServiceClient::new(client.clone());
    let analyze = pb::AnalyzeRequest { interaction: request.interaction.clone(), view: 0 };
    let alone = analysis.analyze(analyze.clone()).await.unwrap().into_inner().result.unwrap();
    let batch = stream::iter([pb::StreamAnalyzeRequest { items: vec![analyze.clone()] }]);
    let streamed = analysis.stream_analyze(batch).await.unwrap().into_inner().message().await.unwrap().unwrap();
    let Some(Outcome::Result(streamed)) = streamed.outcomes[0].outcome.clone() else { panic!("refused") };
    assert_eq!(alone.encode_to_vec(), streamed.encode_to_vec());
    assert_eq!(alone.submission, "");
    let mut cases = CaseServiceClient::new(client.clone());
    assert!(cases.list_cases(pb::ListCasesRequest::default()).await.unwrap().into_inner().cases.is_empty());
    let submitted = IntakeServiceClient::new(client).submit_interaction(request).await.unwrap().into_inner();
    let submitted = pb::InteractionResult { submission: String::new(), ..submitted.result.unwrap() };
    assert_eq!(alone.encode_to_vec(), submitted.encode_to_vec());
    let basic = analysis.analyze(pb::AnalyzeRequest { view: pb::OutcomeView::Basic.into(), ..analyze }).await;
    let basic = basic.unwrap().into_inner().result.unwrap();
    assert_eq!(pb::InteractionResult { turns: vec![], ..alone }.encode_to_vec(), basic.encode_to_vec());
}
