//! `StreamTurns`: a conversation that comes turn by turn, breaks off, is resumed, and ends as if it had come whole.

use std::{fs, path::Path, sync::Arc, time::Duration};

use tonic::Code;
use triaged::{
    crypto::{KeyKind, MasterKey, Secret},
    service::{
        limits,
        pb::{
            self, analysis_service_client::AnalysisServiceClient, case_service_client::CaseServiceClient,
            intake_service_client::IntakeServiceClient, queue_service_client::QueueServiceClient,
        },
    },
    store::{
        AccessRole,
        embedded::{EmbeddedStore, OpenError, StoreConfig},
    },
    time::Clock,
};

use uuid::Uuid;

use crate::{
    harness::{Authed, Server, reason},
    live_client::{Live, chat, whole},
};

const SAID: &[&str] = &[
    "C:hello there, this is about my broken router",
    "A:I am sorry to hear that, who am I speaking to?",
    "C:Gonzalez here, call me on 020 7946 0958",
    "A:and your card number please?",
    "C:4111 1111",
    "A:uh huh",
    "C:1111 1111",
    "C:it is terrible, nobody answers, this is the third time I write",
    "C:my full name is Maria Gonzalez",
    "A:thank you",
];

/// The texts of the only case's interaction, as they are stored.
async fn stored(client: &Authed) -> (pb::CaseInteraction, Vec<String>) {
    let mut cases = CaseServiceClient::new(client.clone());
    let name = cases.list_cases(pb::ListCasesRequest::default()).await.unwrap().into_inner().cases.remove(0).name;
    let case = cases.get_case(pb::GetCaseRequest { name }).await.unwrap().into_inner();
    let interaction = case.interactions.into_iter().next().unwrap();
    let parent = pb::ListTurnsRequest { parent: interaction.name.clone(), ..Default::default() };
    let turns = cases.list_turns(parent).await.unwrap().into_inner().turns;
    (interaction, turns.into_iter().map(|turn| turn.text).collect())
}

/// The same conversation redacted as a whole.
async fn redacted(client: &Authed, said: &[&str]) -> Vec<String> {
    let answer = AnalysisServiceClient::new(client.clone()).analyze(whole(said)).await.unwrap().into_inner();
    answer.result.unwrap().turns.into_iter().map(|turn| turn.text).collect()
}

fn intake(
    client: &Authed,
) -> IntakeServiceClient<
    tonic::service::interceptor::InterceptedService<tonic::transport::Channel, crate::harness::Bearer>,
> {
    IntakeServiceClient::new(client.clone())
}

const REQUEST: &str = "5a0e3c52-51c7-4b0e-9d5e-0d8f5f2f0a01";

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_comes_turn_by_turn_and_ends_as_if_it_had_come_whole() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    let (mut live, first) = Live::open(intake(&client), chat(REQUEST)).await.unwrap();
    assert_eq!((first.sequence, first.acknowledged_sequence, first.settled_sequence), (0, 0, 0));
    let (mut shown, mut last) = (Vec::new(), first);
    for (at, said) in SAID.iter().enumerate() {
        last = live.say(at + 1, said).await.unwrap();
        let number = i32::try_from(at + 1).unwrap();
        assert_eq!((last.sequence, last.acknowledged_sequence), (number, number));
        shown.push(last.turn.take().unwrap().text);
        for revised in last.revised_turns.drain(..) {
            shown[usize::try_from(revised.index).unwrap()] = revised.text;
        }
        assert_eq!(stored(&client).await.1, shown, "what was answered is what is stored");
        if at == 4 {
            assert_eq!(shown[4], "[NUMBER]", "digits that may go on are held back");
        }
    }
    assert_eq!(last.settled_sequence, 2, "what was removed from the third turn is not stored");
    assert!(last.trajectory.len() >= 2, "the label changed under way: {}", last.trajectory.len());
    let end = live.close(pb::Handling::FollowUp).await.unwrap();
    for revised in end.revised_turns {
        shown[usize::try_from(revised.index).unwrap()] = revised.text;
    }
    let expected = redacted(&client, SAID).await;
    assert_eq!(shown, expected);
    let (interaction, texts) = stored(&client).await;
    assert_eq!(texts, expected);
    let whole = AnalysisServiceClient::new(client.clone()).analyze(self::whole(SAID)).await.unwrap().into_inner();
    assert_eq!(interaction.assessment, whole.result.unwrap().assessment, "live and whole are scored alike");
    let listed = QueueServiceClient::new(client).list_items(pb::ListItemsRequest::default()).await.unwrap();
    assert_eq!(listed.into_inner().items.len(), 1, "work remains");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_came_before_is_answered_again_and_stored_once() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    let (mut live, _) = Live::open(intake(&client), chat(REQUEST)).await.unwrap();
    let first = live.say(1, SAID[0]).await.unwrap();
    live.say(2, SAID[1]).await.unwrap();
    let again = live.say(1, SAID[0]).await.unwrap();
    assert_eq!((again.sequence, again.acknowledged_sequence, again.turn), (1, 2, first.turn));
    assert_eq!(stored(&client).await.1.len(), 2);
    let gap = live.say(4, SAID[3]).await.unwrap_err();
    assert_eq!((gap.code(), reason(&gap).as_str()), (Code::FailedPrecondition, "TURN_OUT_OF_ORDER"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_broke_off_is_resumed_at_its_settled_turn() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    for cut in 0..=SAID.len() {
        let request = Uuid::from_u128(u128::try_from(cut).unwrap() + 7).to_string();
        let (mut live, opened) = Live::open(intake(&client), chat(&request)).await.unwrap();
        for (at, said) in SAID.iter().enumerate().take(cut) {
            live.say(at + 1, said).await.unwrap();
        }
        drop(live);
        let before = stored(&client).await.1;
        assert_eq!(before.len(), cut);
        let (mut live, resumed) = Live::open(intake(&client), chat(&request)).await.unwrap();
        assert_eq!(resumed.submission, opened.submission);
        assert_eq!(usize::try_from(resumed.acknowledged_sequence).unwrap(), cut);
        let settled = usize::try_from(resumed.settled_sequence).unwrap();
        assert_eq!(stored(&client).await.1, before, "resuming changes nothing");
        for (at, said) in SAID.iter().enumerate().skip(settled) {
            let answer = live.say(at + 1, said).await.unwrap();
            assert!(usize::try_from(answer.acknowledged_sequence).unwrap() >= cut.max(at + 1));
        }
        live.close(pb::Handling::Unspecified).await.unwrap();
        assert_eq!(stored(&client).await.1, redacted(&client, SAID).await, "cut after {cut}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_streams_one_goes_on() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    let (mut one, _) = Live::open(intake(&client), chat(REQUEST)).await.unwrap();
    let (mut other, _) = Live::open(intake(&client), chat(REQUEST)).await.unwrap();
    one.say(1, SAID[0]).await.unwrap();
    let late = other.say(1, SAID[0]).await.unwrap_err();
    assert_eq!((late.code(), reason(&late).as_str()), (Code::Aborted, "STREAM_SUPERSEDED"));
    one.say(2, SAID[1]).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_opened_is_refused() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    let refused = async |open: pb::OpenInteraction| {
        let status = Live::open(intake(&client), open).await.err().unwrap();
        (status.code(), reason(&status))
    };
    let argument = |reason: &str| (Code::InvalidArgument, reason.to_owned());
    assert_eq!(refused(chat("")).await, argument("REQUIRED"));
    assert_eq!(refused(pb::OpenInteraction { interaction: None, ..chat(REQUEST) }).await, argument("REQUIRED"));
    let said = whole(SAID).interaction;
    assert_eq!(refused(pb::OpenInteraction { interaction: said, ..chat(REQUEST) }).await, argument("UNKNOWN_VALUE"));
    let mut known = chat(REQUEST);
    known.interaction.as_mut().unwrap().source_ref = Some(pb::SourceRef { system: "chat".into(), id: "c-1".into() });
    drop(Live::open(intake(&client), known.clone()).await.unwrap());
    let other = pb::OpenInteraction { request_id: Uuid::from_u128(5).to_string(), ..known };
    assert_eq!(refused(other).await, (Code::AlreadyExists, "SOURCE_REF_KNOWN".to_owned()));
    let (mut live, _) = Live::open(intake(&client), chat(&Uuid::from_u128(6).to_string())).await.unwrap();
    let long = live.say(1, &format!("C:{}", "x".repeat((64 << 10) + 1))).await.unwrap_err();
    assert_eq!(reason(&long), "TOO_LONG");
}

#[tokio::test(flavor = "multi_thread")]
async fn digits_that_nothing_follows_for_a_minute_are_settled() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    let minute = limits::seconds(limits::LIVE_PENDING_SECONDS_MAX);
    let (mut live, _) = Live::open(intake(&client), chat(REQUEST)).await.unwrap();
    let said = ["A:your card number please?", "C:4111 1111", "A:uh huh", "C:1111 1111"];
    for (at, said) in said.iter().enumerate() {
        live.say(at + 1, said).await.unwrap();
    }
    assert_eq!(stored(&client).await.1[1..], ["[NUMBER]", "uh huh", "[NUMBER]"]);
    server.clock.advance(minute);
    let told = tokio::time::timeout(Duration::from_mins(1), live.answer()).await.unwrap().unwrap();
    let revised: Vec<_> = told.revised_turns.iter().map(|turn| (turn.index, turn.text.as_str())).collect();
    assert_eq!((told.sequence, told.acknowledged_sequence), (0, 4));
    assert_eq!(revised, [(1, "[CREDIT_CARD]"), (3, "[CREDIT_CARD]")], "told without being asked");
    assert_eq!(stored(&client).await.1[1..], ["[CREDIT_CARD]", "uh huh", "[CREDIT_CARD]"]);

    // Half a card, a long silence, the other half: neither becomes readable, even at the end.
    live.say(5, "A:and the number of the other card?").await.unwrap();
    live.say(6, "C:5500 0055").await.unwrap();
    server.clock.advance(minute);
    live.say(7, "C:5555 5559").await.unwrap();
    live.close(pb::Handling::Closed).await.unwrap();
    assert_eq!(stored(&client).await.1[5..], ["[NUMBER]", "[NUMBER]"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conversation_over_the_limit_keeps_no_text_and_waits_for_a_person() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    let (mut live, opened) = Live::open(intake(&client), chat(REQUEST)).await.unwrap();
    assert_eq!(opened.text_state(), pb::TextState::Redacted);
    let long = format!("C:{}", " ".repeat(limits::LIVE_TURN_BYTES_MAX));
    let turns = limits::INTERACTION_TEXT_BYTES_MAX / limits::LIVE_TURN_BYTES_MAX;
    for at in 1..=turns {
        assert_eq!(live.say(at, &long).await.unwrap().text_state(), pb::TextState::Redacted);
    }
    let old = wraps(&server.dirs.path().join("keys/keys.db"));
    let over = live.say(turns + 1, "C:!").await.unwrap();
    let number = i32::try_from(turns + 1).unwrap();
    assert_eq!((over.acknowledged_sequence, over.settled_sequence), (number, number));
    assert_eq!(over.text_state(), pb::TextState::Withheld);
    assert!(!wraps(&server.dirs.path().join("keys/keys.db")).contains(&old[0]), "what was stored opens no more");
    let later = live.say(turns + 2, "C:Gonzalez here").await.unwrap();
    assert_eq!((later.acknowledged_sequence, later.turn), (number + 1, None));
    live.close(pb::Handling::FollowUp).await.unwrap();
    let (interaction, texts) = stored(&client).await;
    assert_eq!((interaction.text_state(), texts.len()), (pb::TextState::Withheld, 0));
    let listed = QueueServiceClient::new(client).list_items(pb::ListItemsRequest::default()).await.unwrap();
    let items = listed.into_inner().items;
    assert_eq!(items.iter().map(pb::QueueItem::level).collect::<Vec<_>>(), [pb::PriorityLevel::High]);
}

/// Every wrapped data key of an interaction.
fn wraps(keys: &Path) -> Vec<Vec<u8>> {
    let keys = rusqlite::Connection::open_with_flags(keys, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut statement = keys.prepare("SELECT wrapped FROM wrapped_keys WHERE kind = ?1").unwrap();
    let rows = statement.query_map([KeyKind::Interaction as u8], |row| row.get(0)).unwrap();
    rows.map(Result::unwrap).collect()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// Why a copy of the data from before does not open beside the keys that are left.
fn refused(server: &Server, backup: &Path) -> OpenError {
    let keys_dir = server.dirs.path().join("restored-keys");
    copy(&server.dirs.path().join("keys"), &keys_dir);
    let opened = EmbeddedStore::open(StoreConfig {
        data_dir: backup.to_owned(),
        keys_dir,
        master_key: MasterKey::new(Secret::from_slice(&[7; 32]).unwrap()).unwrap(),
        clock: Arc::clone(&server.clock) as Arc<dyn Clock>,
    });
    opened.err().unwrap()
}

/// Says these turns; the last one revises earlier ones. Afterwards the key that they lay under is in no file, and a
/// copy of the data from before is refused beside the newer keys; `remnants` tries every cell of such a copy.
async fn check_destroyed(said: &[&str]) {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    let (mut live, _) = Live::open(intake(&client), chat(REQUEST)).await.unwrap();
    let (last, before) = said.split_last().unwrap();
    for (at, said) in before.iter().enumerate() {
        assert_eq!(live.say(at + 1, said).await.unwrap().revised_turns.len(), 0, "{said}");
    }
    let (keys, backup) = (server.dirs.path().join("keys"), server.dirs.path().join("backup"));
    let old = wraps(&keys.join("keys.db"));
    copy(&server.dirs.path().join("data"), &backup);
    assert!(!live.say(said.len(), last).await.unwrap().revised_turns.is_empty(), "nothing was revised");
    assert_eq!(old.len(), 1);
    for entry in fs::read_dir(&keys).unwrap() {
        let path = entry.unwrap().path();
        let bytes = fs::read(&path).unwrap();
        assert!(memchr::memmem::find(&bytes, &old[0]).is_none(), "{} holds the old key", path.display());
    }
    let why = refused(&server, &backup);
    assert!(matches!(why, OpenError::OlderData { .. }), "{why}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_split_over_three_turns_leaves_no_old_cell_that_opens() {
    check_destroyed(&[
        "A:your card number please?",
        "C:4111 1111",
        "C:1111",
        "C:1111",
        "A:thank you, how else can I help?",
    ])
    .await;
}
