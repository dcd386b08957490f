//! Archives and a running service: an archive goes in once whatever happens on the way, what is stored is scored anew as
//! if it came in now, and nobody loses a lease over it.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

#[expect(dead_code, reason = "every test uses its part of what they share")]
mod common;

#[path = "../benches/tickets/generate.rs"]
mod generate;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
    process::{Command, Output},
};

use common::server::{Bearer, Place, Server};
use generate::Numbers;
use prost::Message;
use tempfile::TempDir;
use tokio::task::JoinSet;
use tonic::{service::interceptor::InterceptedService, transport::Channel};
use triaged::service::pb::{
    self, case_service_client::CaseServiceClient, intake_service_client::IntakeServiceClient,
    policy_service_client::PolicyServiceClient, queue_service_client::QueueServiceClient,
};

/// A server in a folder of its own, and room for archives.
struct Desk {
    home: TempDir,
    server: Server,
}

type Authed = InterceptedService<Channel, Bearer>;

impl Desk {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let server = Server::start(&Place::new(&home.path().join("server")), None);
        fs::create_dir(home.path().join("archive")).unwrap();
        Self { home, server }
    }

    fn file(&self, name: &str, content: &str) -> String {
        let path = self.home.path().join("archive").join(name);
        fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_triaged"));
        command.arg("rescore").args(arguments).env("TRIAGED_TOKEN", &self.server.token);
        command
    }

    /// Runs `triaged rescore`; gives its exit code and what it said.
    fn rescore(&self, arguments: &[&str]) -> (i32, String) {
        let Output { status, stderr, .. } = self.command(arguments).output().unwrap();
        (status.code().expect("not killed"), String::from_utf8(stderr).unwrap())
    }

    async fn client(&self) -> Authed {
        InterceptedService::new(self.server.channel().await, self.server.bearer())
    }

    /// Changes the policy.
    async fn decide(&self, policy: pb::Policy) {
        let mut policies = PolicyServiceClient::new(self.client().await);
        let live = policies.get_policy(pb::GetPolicyRequest::default()).await.unwrap().into_inner();
        let policy = Some(pb::Policy { etag: live.etag, ..policy });
        policies.update_policy(pb::UpdatePolicyRequest { policy, ..Default::default() }).await.unwrap();
    }

    /// Everything that is stored, by the caller's reference: assessment, findings and text.
    async fn stored(&self) -> BTreeMap<String, (Vec<u8>, Vec<Vec<u8>>, Vec<String>)> {
        let mut cases = CaseServiceClient::new(self.client().await);
        let (mut found, mut page_token) = (BTreeMap::new(), String::new());
        loop {
            let list = pb::ListCasesRequest { page_size: 1_000, page_token, ..Default::default() };
            let page = cases.list_cases(list).await.unwrap().into_inner();
            for case in page.cases {
                let case = cases.get_case(pb::GetCaseRequest { name: case.name }).await.unwrap().into_inner();
                for one in case.interactions {
                    let turns = pb::ListTurnsRequest { parent: one.name, page_size: 1_000, ..Default::default() };
                    let turns = cases.list_turns(turns).await.unwrap().into_inner().turns;
                    let texts = turns.into_iter().map(|turn| turn.text).collect();
                    let findings = one.findings.iter().map(Message::encode_to_vec).collect();
                    let assessment = one.assessment.unwrap().encode_to_vec();
                    let before = found.insert(one.source_ref.unwrap().id, (assessment, findings, texts));
                    assert!(before.is_none(), "stored twice");
                }
            }
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return found;
            }
        }
    }
}

/// Tickets of the last weeks: what has not happened yet is no history, and what is older than its retention is refused.
fn tickets(rows: u64) -> String {
    let mut numbers = Numbers(23);
    let now = jiff::Timestamp::now();
    let line = |id| {
        let mut row: serde_json::Value = serde_json::from_str(&generate::line(&mut numbers, id)).unwrap();
        let hours = jiff::SignedDuration::from_hours(i64::try_from(id % 1_000).unwrap() + 1);
        row["time"] = (now - hours).to_string().into();
        format!("{row}\n")
    };
    (0..rows).map(line).collect()
}

/// A policy that scores other than the shipped one.
fn sharper() -> pb::Policy {
    let row = |phrase: &str| pb::LexiconRow {
        language_code: "en".into(),
        phrase: phrase.into(),
        weight_millis: 3_000,
        ..Default::default()
    };
    let sentiment = pb::SentimentPolicy { negative_threshold_millis: Some(300), ..Default::default() };
    let lexicon = pb::LexiconPolicy { rows: vec![row("dark theme"), row("kettle")], ..Default::default() };
    pb::Policy { sentiment: Some(sentiment), lexicon: Some(lexicon), ..Default::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_goes_in_once_and_every_refused_row_is_listed() {
    let desk = Desk::new();
    let good = tickets(150);
    let bad = "canary-json\n{\"id\":\"canary@mail.example\",\"text\":\"x\"}\n{\"text\":\"canary-no-id\"}\n\
        {\"id\":\"late\",\"time\":\"2199-01-01\",\"text\":\"canary-future\"}\n\
        {\"id\":\"old\",\"time\":\"2001-01-01\",\"text\":\"canary-past\"}\n";
    let input = desk.file("in.jsonl", &format!("{bad}{good}"));
    for _ in 0..2 {
        let (code, said) = desk.rescore(&[&input, "--into", &desk.server.address, "--system", "crm"]);
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("155 rows read, 150 with the service, 5 refused"), "{said}");
        let listed = fs::read_to_string(format!("{input}.into.rejects.jsonl")).unwrap();
        let reasons: Vec<String> = listed
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .map(|row| format!("{} {}", row["line"], row["reason"].as_str().unwrap()))
            .collect();
        assert_eq!(reasons, ["1 json", "2 identifier_in_reference", "3 no_id", "4 OUT_OF_RANGE", "5 PAST_RETENTION"]);
        assert!(!listed.contains("canary") && !said.contains("canary"), "{listed}{said}");
    }
    let stored = desk.stored().await;
    assert_eq!(stored.len(), 150);
    let results = desk.home.path().join("out/o.jsonl");
    let clean = desk.file("clean.jsonl", &good);
    assert_eq!(desk.rescore(&[&clean, "-o", results.to_str().unwrap()]).0, 0);
    for line in fs::read_to_string(results).unwrap().lines() {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        let (assessment, _, texts) = &stored[row["id"].as_str().unwrap()];
        let assessment = pb::Assessment::decode(&assessment[..]).unwrap();
        assert_eq!(i64::from(assessment.score_millis), row["score_millis"].as_i64().unwrap());
        assert_eq!(texts[0], row["turns"][0]["text"].as_str().unwrap());
    }
    let cases = pb::ListCasesRequest { page_size: 1, ..Default::default() };
    let mut client = CaseServiceClient::new(desk.client().await);
    let case = client.list_cases(cases).await.unwrap().into_inner().cases.remove(0);
    assert_eq!(case.state(), pb::CaseState::Resolved);
    assert!(case.enter_time.is_none(), "history is not queued");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submission_that_is_killed_goes_on_and_nothing_is_lost_or_stored_twice() {
    let desk = Desk::new();
    let input = desk.file("in.jsonl", &tickets(1_000));
    let arguments = [input.as_str(), "--into", &desk.server.address];
    let checkpoint = format!("{input}.into.checkpoint");
    let mut child = desk.command(&arguments).stderr(std::process::Stdio::null()).spawn().unwrap();
    let rows = |note: &[u8]| serde_json::from_slice::<serde_json::Value>(note).unwrap()["rows"].as_u64().unwrap();
    while !fs::read(&checkpoint).is_ok_and(|note| rows(&note) > 0) {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it noted anything");
        std::thread::yield_now();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let (code, said) = desk.rescore(&[&arguments[..], &["--system", "other"]].concat());
    assert_eq!(code, 7, "another run took it up: {said}");
    let (code, said) = desk.rescore(&arguments);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("going on after row ") && said.contains("1000 rows read, 1000 with the service"), "{said}");
    assert!(!Path::new(&checkpoint).exists());
    let stored: BTreeSet<String> = desk.stored().await.into_keys().collect();
    assert_eq!(stored, (0..1_000).map(|id| format!("g{id}")).collect());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_may_not_do_is_said_at_once() {
    let desk = Desk::new();
    let input = desk.file("in.jsonl", &tickets(2));
    let refused = |mut command: Command, code: i32, message: &str| {
        let Output { status, stderr, .. } = command.output().unwrap();
        let said = String::from_utf8(stderr).unwrap();
        assert!(status.code() == Some(code) && said.contains(message), "{status} {said}");
    };
    refused(desk.command(&[&input, "--into", "192.0.2.1:1"]), 3, "use TLS, with --ca FILE");
    refused(desk.command(&["--server", "https://localhost:1"]), 3, "--ca FILE");
    refused(desk.command(&["--server", "127.0.0.1:1"]), 5, "127.0.0.1:1");
    let mut foreign = desk.command(&["--server", &desk.server.address]);
    foreign.env("TRIAGED_TOKEN", "trg_nothing");
    refused(foreign, 3, "Unauthenticated CREDENTIAL_INVALID");
    let mut nobody = desk.command(&["--server", &desk.server.address]);
    nobody.env_remove("TRIAGED_TOKEN");
    refused(nobody, 3, "TRIAGED_TOKEN");
    assert_eq!(desk.command(&[&input, "--server", "x"]).output().unwrap().status.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn scoring_anew_equals_ingest_at_the_same_and_at_a_new_policy() {
    let (old, fresh) = (Desk::new(), Desk::new());
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample/tickets.jsonl");
    let sample = fs::read_to_string(sample).unwrap();
    let into = |desk: &Desk| {
        let input = desk.file("in.jsonl", &format!("{sample}{}", tickets(100)));
        let (code, said) = desk.rescore(&[&input, "--into", &desk.server.address]);
        assert_eq!(code, 0, "{said}");
    };
    into(&old);
    let ingested = old.stored().await;
    let (code, said) = old.rescore(&["--server", &old.server.address, "--redact"]);
    assert!(code == 0 && said.contains(": 0 changed, 0 redacted further, 0 erased before"), "{said}");
    assert!(old.stored().await == ingested, "the same revisions gave something else");

    old.decide(sharper()).await;
    let (_, preview) = old.rescore(&["--server", &old.server.address, "--validate-only"]);
    assert!(old.stored().await == ingested, "a preview changed something");
    let place = old.home.path().join("place");
    let resume = ["--server", &old.server.address, "--resume", place.to_str().unwrap()];
    let (code, said) = old.rescore(&resume);
    assert_eq!(code, 0, "{said}");
    assert_eq!(said.replace("changed", "would be changed").replace("redacted", "would be redacted"), preview);
    assert!(said.contains(" -> "), "no label or level changed: {said}");
    assert!(!place.exists(), "the place is kept after the end");
    fresh.decide(sharper()).await;
    into(&fresh);
    let (rescored, ingested) = (old.stored().await, fresh.stored().await);
    assert_eq!(rescored.len(), ingested.len());
    for (id, one) in &ingested {
        assert!(rescored[id] == *one, "{id} came out otherwise");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_present_redactor_finds_more_is_removed_from_what_is_stored() {
    let desk = Desk::new();
    let line = |id: u32| format!("{{\"id\":\"a{id}\",\"text\":\"The zulu-kettle is broken, jo{id}@mail.example\"}}\n");
    let input = desk.file("in.jsonl", &(0..70).map(line).collect::<String>());
    assert_eq!(desk.rescore(&[&input, "--into", &desk.server.address]).0, 0);
    let before = desk.stored().await;
    assert!(before.values().all(|(.., texts)| texts[0] == "The zulu-kettle is broken, [EMAIL_1]"));
    let pattern = pb::RedactPattern { kind: "USERNAME".into(), pattern: "zulu-[a-z]+".into() };
    let redaction = pb::RedactionPolicy { redact_patterns: vec![pattern], ..Default::default() };
    desk.decide(pb::Policy { redaction: Some(redaction), ..Default::default() }).await;
    let address = desk.server.address.as_str();
    let (_, said) = desk.rescore(&["--server", address]);
    assert!(said.contains("70 changed, 0 redacted further"), "{said}");
    let (_, said) = desk.rescore(&["--server", address, "--redact", "--validate-only"]);
    assert!(said.contains("0 would be changed, 70 would be redacted further"), "{said}");
    let (code, said) = desk.rescore(&["--server", address, "--redact"]);
    assert!(code == 0 && said.contains("70 redacted further"), "{said}");
    for (_, findings, texts) in desk.stored().await.values() {
        assert_eq!(texts[0], "The [USERNAME_1] is broken, [EMAIL_1]");
        assert_eq!(findings.len(), 2);
    }
    let (_, said) = desk.rescore(&["--server", address, "--redact"]);
    assert!(said.contains(": 0 changed, 0 redacted further"), "{said}");
}

/// Cases whose leases are held while everything is scored anew: a small number in quick runs, 200,000 in the soak.
fn leased_cases() -> usize {
    if std::env::var_os("TRIAGED_SOAK").is_some() { 200_000 } else { 2_000 }
}

async fn fill(desk: &Desk, count: usize) {
    let mut intake = IntakeServiceClient::new(desk.client().await);
    let mut numbers = Numbers(5);
    let item = |numbers: &mut Numbers| {
        let body = generate::text(numbers);
        let kind = Some(pb::interaction::Kind::Query(pb::Query { body, ..Default::default() }));
        let interaction = Some(pb::Interaction { kind, language_code: "en".into(), ..Default::default() });
        pb::SubmitInteractionRequest { interaction, view: pb::OutcomeView::Basic.into(), ..Default::default() }
    };
    let mut left = count;
    let batches = std::iter::from_fn(move || {
        let size = left.min(200);
        left -= size;
        let items = (0..size).map(|_| item(&mut numbers)).collect();
        (size > 0).then_some(pb::SubmitInteractionsRequest { items })
    });
    let batches = tokio_stream::iter(batches.collect::<Vec<_>>());
    let mut answers = intake.submit_interactions(batches).await.unwrap().into_inner();
    let mut stored = 0;
    while let Some(answer) = answers.message().await.unwrap() {
        stored += answer.items.len();
    }
    assert_eq!(stored, count);
}

async fn lease(queue: &mut QueueServiceClient<Authed>, max_items: i32) -> Vec<pb::QueueItem> {
    let lease_duration = Some(prost_types::Duration { seconds: 3_600, nanos: 0 });
    let request = pb::LeaseItemsRequest { max_items, lease_duration, ..Default::default() };
    queue.lease_items(request).await.unwrap().into_inner().items
}

/// Renews and ends leases, all at the same time; none of them may be lost.
async fn work(queue: &QueueServiceClient<Authed>, items: Vec<pb::QueueItem>, done: &mut BTreeSet<String>) {
    let workers: JoinSet<String> = items.into_iter().map(|item| renew_and_end(queue.clone(), item)).collect();
    for case in workers.join_all().await {
        assert!(done.insert(case), "one case was worked on twice");
    }
}

async fn renew_and_end(mut queue: QueueServiceClient<Authed>, item: pb::QueueItem) -> String {
    let pb::QueueItem { lease, lease_epoch, case, .. } = item;
    let renew = pb::RenewLeaseRequest { lease: lease.clone(), lease_epoch, ..Default::default() };
    queue.renew_lease(renew).await.unwrap();
    let end = pb::AcknowledgeItemRequest { lease, lease_epoch, ..Default::default() };
    queue.acknowledge_item(end).await.unwrap();
    case
}

#[tokio::test(flavor = "multi_thread")]
async fn no_lease_is_lost_while_everything_is_scored_anew() {
    let desk = Desk::new();
    let count = leased_cases();
    fill(&desk, count).await;
    let mut queue = QueueServiceClient::new(desk.client().await);
    let held = lease(&mut queue, 100).await;
    assert_eq!(held.len(), 100);
    let order = |items: &[pb::QueueItem]| items.iter().map(|item| item.case.clone()).collect::<Vec<_>>();
    let list = || pb::ListItemsRequest { page_size: 1_000, ..Default::default() };
    let before = order(&queue.list_items(list()).await.unwrap().into_inner().items);
    desk.decide(sharper()).await;
    let mut child = desk.command(&["--server", &desk.server.address]).spawn().unwrap();
    let (mut done, mut during) = (BTreeSet::new(), 0);
    while child.try_wait().unwrap().is_none() {
        let items = lease(&mut queue, 5).await;
        during += items.len();
        work(&queue, items, &mut done).await;
    }
    assert!(child.wait().unwrap().success());
    assert!(during > 0, "nothing was leased meanwhile");
    let after = order(&queue.list_items(list()).await.unwrap().into_inner().items);
    let stayed: BTreeSet<_> = before.iter().filter(|case| after.contains(case)).collect();
    let places = |of: &[String]| of.iter().filter(|case| stayed.contains(case)).cloned().collect::<Vec<_>>();
    assert!(places(&before) != places(&after), "nothing moved");
    work(&queue, held, &mut done).await;
    loop {
        let items = lease(&mut queue, 100).await;
        if items.is_empty() {
            break;
        }
        work(&queue, items, &mut done).await;
    }
    assert_eq!(done.len(), count);
    println!("{count} cases scored anew while {during} items were leased and ended and 100 were held: no lease lost");
}
