//! The real binary when its disk fails, and after everything was lost.

#![cfg(all(target_os = "linux", feature = "age"))]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

#[expect(dead_code, reason = "every test uses its part of what they share")]
mod common;

use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, ChildStderr, Command, Stdio},
};

use age::secrecy::ExposeSecret;
use common::server::{Place, Server};
use tonic::{Request, transport::Channel};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};
use triaged::service::pb::{
    Interaction, ListCasesRequest, Query, SubmitInteractionRequest, case_service_client::CaseServiceClient,
    intake_service_client::IntakeServiceClient, interaction::Kind,
};
use uuid::Uuid;

/// Which sync of the disk fails: some way into the work.
const FAILS: &str = "60";

fn submission(request_id: &str) -> SubmitInteractionRequest {
    let body = "nobody answers".to_owned();
    let interaction =
        Interaction { kind: Some(Kind::Query(Query { body, ..Query::default() })), ..Interaction::default() };
    SubmitInteractionRequest {
        request_id: request_id.to_owned(),
        interaction: Some(interaction),
        ..SubmitInteractionRequest::default()
    }
}

fn compile_shim(folder: &Path) -> PathBuf {
    let library = folder.join("shim.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/store_faults/shim.c");
    let done =
        Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl").status();
    assert!(done.unwrap().success());
    library
}

/// A server whose disk fails, with its address and what it says.
fn serve_on_failing_disk(folder: &Path, place: &Place) -> (Child, String, BufReader<ChildStderr>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_triaged"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--drain-timeout", "3s"]);
    command.arg("--data-dir").arg(place.data()).arg("--keys-dir").arg(place.keys());
    command.arg("--key-file").arg(folder.join("root/master.key"));
    command.env("LD_PRELOAD", compile_shim(folder)).env("FAULT_DIR", folder).env("FAULT_SYNC_AT", FAILS);
    let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let address = loop {
        let mut line = String::new();
        assert_ne!(said.read_line(&mut line).unwrap(), 0, "it ended before it was ready");
        if let Some(address) = line.split_whitespace().find_map(|word| word.strip_prefix("listen=")) {
            break format!("http://{address}");
        }
    };
    (child, address, said)
}

/// Every status that the server tells of itself until the connection ends.
async fn watch_health(channel: Channel) -> Vec<ServingStatus> {
    let watched = HealthClient::new(channel).watch(HealthCheckRequest::default()).await.unwrap();
    let (mut statuses, mut watched) = (Vec::new(), watched.into_inner());
    while let Ok(Some(message)) = watched.message().await {
        statuses.push(message.status());
    }
    statuses
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failed_sync_ends_the_service_and_loses_nothing_that_was_acknowledged() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::new(folder.path());
    let first = Server::start(&place, None);
    let (token, bearer) = (first.token.clone(), first.bearer());
    first.stop();
    let (mut child, address, mut said) = serve_on_failing_disk(folder.path(), &place);
    let channel = Channel::from_shared(address).unwrap().connect().await.unwrap();
    let health = tokio::spawn(watch_health(channel.clone()));
    let mut client = IntakeServiceClient::with_interceptor(channel, bearer);
    let mut acknowledged = BTreeMap::new();
    let refused = loop {
        let id = Uuid::now_v7().to_string();
        match client.submit_interaction(submission(&id)).await {
            Ok(answer) => acknowledged.insert(id, answer.into_inner().result.unwrap().submission),
            Err(status) => break status,
        };
    };
    assert_eq!(refused.code(), tonic::Code::Unavailable, "{refused:?}");
    let statuses = health.await.unwrap();
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(4), "{rest}");
    assert!(rest.contains("a commit failed; restart the service and look at the disk"), "{rest}");
    assert_eq!(statuses, [ServingStatus::Serving, ServingStatus::NotServing]);
    let again = Server::start(&place, Some(token));
    let mut client = IntakeServiceClient::with_interceptor(again.channel().await, again.bearer());
    for (id, handle) in &acknowledged {
        let repeated = client.submit_interaction(submission(id)).await.unwrap().into_inner();
        assert_eq!(repeated.result.unwrap().submission, *handle);
    }
    println!("{} acknowledged, then one sync failed: nothing lost", acknowledged.len());
    assert!(!acknowledged.is_empty());
    again.stop();
}

/// Runs a command of the binary on the store of a place.
fn run(place: &Place, folder: &Path, command: &[&str]) -> (i32, String) {
    let done = Command::new(env!("CARGO_BIN_EXE_triaged"))
        .args(command)
        .arg("--data-dir")
        .arg(place.data())
        .arg("--keys-dir")
        .arg(place.keys())
        .arg("--key-file")
        .arg(folder.join("root/master.key"))
        .output()
        .unwrap();
    let said = [done.stdout, done.stderr].concat();
    (done.status.code().unwrap(), String::from_utf8(said).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_comes_back_by_the_command_line_after_everything_was_lost() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::new(folder.path());
    let file = |name: &str| folder.path().join(name).display().to_string();
    let identity = age::x25519::Identity::generate();
    let recipient = identity.to_public().to_string();
    fs::write(file("identity"), identity.to_string().expose_secret()).unwrap();
    let run = |command: &[&str]| run(&place, folder.path(), command);
    let good = |command: &[&str]| {
        let (code, said) = run(command);
        assert_eq!(code, 0, "{command:?}: {said}");
        said
    };
    let server = Server::start(&place, None);
    let mut client = IntakeServiceClient::with_interceptor(server.channel().await, server.bearer());
    for _ in 0..3 {
        client.submit_interaction(Request::new(submission(&Uuid::now_v7().to_string()))).await.unwrap();
    }
    let (code, said) = run(&["posture", "--json"]);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains(r#""name":"recovery","safe":false,"state":"NO_RECOVERY"#), "{said}");
    // All of it while the server runs.
    good(&["backup", &file("data-backup")]);
    good(&["key", "backup", "--recipient", &recipient, &file("keys-backup")]);
    good(&["key", "escrow", "--to", &recipient, &file("escrow")]);
    good(&["key", "escrow", "verify", &file("escrow"), "--identity", &file("identity")]);
    assert!(run(&["posture", "--json"]).1.contains(r#""name":"recovery","safe":true"#));
    let token = server.token.clone();
    assert!(server.stop().contains("NO_RECOVERY"), "the start has said it");
    assert!(run(&["posture", "--look-through"]).1.contains("every case is what was written"));
    fs::copy(place.keys().join("tombstones"), file("tombstones")).unwrap();
    for dir in [place.data(), place.keys(), folder.path().join("root")] {
        fs::remove_dir_all(dir).unwrap();
    }
    let (data, keys, feed, identity) = (file("data-backup"), file("keys-backup"), file("tombstones"), file("identity"));
    let from = ["restore", "--data", &data, "--keys", &keys, "--identity", &identity, "--tombstones", &feed];
    good(&[from.as_slice(), &["--last-tombstone", "0"]].concat());
    let (code, said) = run(&from);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("nothing is overwritten"), "{said}");
    let server = Server::start(&place, Some(token));
    let mut client = CaseServiceClient::with_interceptor(server.channel().await, server.bearer());
    let listed = client.list_cases(ListCasesRequest::default()).await.unwrap().into_inner();
    assert_eq!(listed.cases.len(), 3);
    assert!(server.stop().contains("NO_RECOVERY"), "what is known of an escrow is not restored: it is proved anew");
}
