//! Kills the server in the middle of live conversations. Resumed at the settled turn, each ends as if it had come whole.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

#[expect(dead_code, reason = "the searcher for canaries is not needed here")]
mod common;

use common::{
    live::{Live, chat, turn, whole},
    server::{Place, Server},
};
use triaged::service::pb::{
    self, analysis_service_client::AnalysisServiceClient, case_service_client::CaseServiceClient,
    intake_service_client::IntakeServiceClient,
};
use uuid::Uuid;

const SAID: &[&str] = &[
    "C:hello there",
    "A:good morning, how can I help?",
    "C:my router broke again, nobody answers",
    "A:who am I speaking to?",
    "C:Novak, you can write to petra.novak@example.com",
    "A:and your phone number?",
    "C:my number is oh two oh",
    "A:yes",
    "C:seven nine four six",
    "A:mm-hm",
    "C:oh nine five eight",
    "A:and the card on file?",
    "C:4111 1111",
    "C:1111",
    "A:uh huh",
    "C:1111",
    "C:Gonzalez told me so last week",
    "A:and who else may call?",
    "C:my husband, his name is Carlos Gonzalez, carlos@example.org",
    "C:write to petra.novak@example.com then",
    "A:I will, goodbye",
];

/// Rounds: a tenth of the full count, unless a soak is asked for.
fn rounds() -> u64 {
    if std::env::var_os("TRIAGED_SOAK").is_some() { 50 } else { 5 }
}

/// `SplitMix64` (Steele, Lea, Flood 2014).
fn random(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Resumes and talks until `stop` turns are said, or to the end; the last `unread` answers are not waited for. Gives how
/// many turns were acknowledged.
async fn talk(server: &Server, request_id: &str, stop: Option<(usize, usize)>) -> usize {
    let client = IntakeServiceClient::with_interceptor(server.channel().await, server.bearer());
    let (mut live, opened) = Live::open(client, chat(request_id)).await.unwrap();
    let mut acknowledged = usize::try_from(opened.acknowledged_sequence).unwrap();
    let settled = usize::try_from(opened.settled_sequence).unwrap();
    assert!(settled <= acknowledged);
    let (until, unread) = stop.unwrap_or((SAID.len(), 0));
    for (at, said) in SAID.iter().enumerate().take(until).skip(settled) {
        if at + unread < until {
            acknowledged = usize::try_from(live.say(at + 1, said).await.unwrap().acknowledged_sequence).unwrap();
        } else {
            live.send(turn(at + 1, said)).await;
        }
    }
    if stop.is_none() {
        live.close(pb::Handling::Closed).await.unwrap();
    }
    acknowledged
}

/// The stored turns of the newest case.
async fn stored(server: &Server) -> Vec<String> {
    let mut cases = CaseServiceClient::with_interceptor(server.channel().await, server.bearer());
    let newest = pb::ListCasesRequest { page_size: 1, ..pb::ListCasesRequest::default() };
    let name = cases.list_cases(newest).await.unwrap().into_inner().cases.remove(0).name;
    let case = cases.get_case(pb::GetCaseRequest { name }).await.unwrap().into_inner();
    let parent = pb::ListTurnsRequest { parent: case.interactions[0].name.clone(), ..pb::ListTurnsRequest::default() };
    let turns = cases.list_turns(parent).await.unwrap().into_inner().turns;
    turns.into_iter().map(|turn| turn.text).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_survives_sigkill_at_any_turn() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::new(folder.path());
    let (mut seed, mut kills) = (2_026, 0);
    let mut server = Server::start(&place, None);
    let token = server.token.clone();
    for _ in 0..rounds() {
        let request_id = Uuid::from_u128(u128::from(random(&mut seed))).to_string();
        let mut stop = 0;
        loop {
            stop += usize::try_from(random(&mut seed) % 9).unwrap();
            if stop >= SAID.len() {
                break;
            }
            let unread = usize::try_from(random(&mut seed) % 3).unwrap();
            let acknowledged = talk(&server, &request_id, Some((stop, unread))).await;
            server.kill();
            kills += 1;
            server = Server::start(&place, Some(token.clone()));
            assert!(stored(&server).await.len() >= acknowledged, "an acknowledged turn is lost");
        }
        talk(&server, &request_id, None).await;
        let mut analysis = AnalysisServiceClient::with_interceptor(server.channel().await, server.bearer());
        let expected = analysis.analyze(whole(SAID)).await.unwrap().into_inner().result.unwrap().turns;
        let expected: Vec<String> = expected.into_iter().map(|turn| turn.text).collect();
        assert_eq!(stored(&server).await, expected);
    }
    println!("{} conversations, {kills} kills, every one as if it had come whole", rounds());
}
