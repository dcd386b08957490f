//! What is done with what was planted, by the clients and commands that people use.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    process::Command,
    sync::Arc,
    time::Duration,
};

use age::secrecy::ExposeSecret;
use prost::Message;
use tokio::task::JoinSet;
use tonic::{service::interceptor::InterceptedService, transport::Channel};
use triaged::{
    crypto::MasterKey,
    id::PrincipalId,
    service::pb::{
        self, Interaction, SubmitInteractionRequest, SubmitInteractionsRequest,
        intake_service_client::IntakeServiceClient, policy_service_client::PolicyServiceClient,
        privacy_service_client::PrivacyServiceClient, subject_selector::By,
    },
    store::{
        AccessRole, NewCredential, Officer, Orders, Store,
        embedded::{EmbeddedStore, StoreConfig},
    },
    time::{Clock, ManualClock, SystemClock, Timestamp},
};

use crate::{
    common::server::{Bearer, Place, Server},
    plant::{KEPT_ATTRIBUTE, Planted},
};

/// Callers at the same time.
const CALLERS: usize = 16;

/// Two people with every role, and to whom exports are sealed.
pub(crate) struct People {
    pub(crate) one: String,
    other: String,
    recipient: String,
}

/// Makes the store as it was two days ago, so that its people and its recipient are old enough to act now.
pub(crate) async fn the_day_before(place: &Place, age_recipient: &str) -> People {
    let then = Timestamp(SystemClock.now().0 - i64::try_from(Duration::from_hours(48).as_micros()).unwrap());
    let store = EmbeddedStore::open(StoreConfig {
        data_dir: place.data(),
        keys_dir: place.keys(),
        master_key: MasterKey::load_or_create(&place.key_file(), false).unwrap(),
        clock: Arc::new(ManualClock::new(then)),
    });
    let store = store.unwrap();
    let tenant = store.ensure_tenant("default").await.unwrap();
    let person = async |label: &str| {
        let (label, roles) = (label.to_owned(), AccessRole::ALL.to_vec());
        let new = NewCredential { tenant, creator: None, roles, label, valid_duration: Duration::from_hours(72) };
        store.create_credential(new).await.unwrap()
    };
    let ((one, token), (_, other)) = (person("one").await, person("other").await);
    let officer = Officer { tenant, principal: PrincipalId(one.principal.0) };
    let recipient = store.register_recipient(officer, age_recipient.to_owned()).await.unwrap().recipient;
    store.close().await.unwrap();
    let (one, other) = (token.expose().to_owned(), other.expose().to_owned());
    People { one, other, recipient: recipient.to_string() }
}

/// Has the policy keep the attribute that is planted.
pub(crate) async fn keep_the_attribute(server: &Server) {
    let mut policies = PolicyServiceClient::with_interceptor(server.channel().await, server.bearer());
    let kept_attributes = vec![KEPT_ATTRIBUTE.to_owned()];
    let redaction = Some(pb::RedactionPolicy { kept_attributes, ..pb::RedactionPolicy::default() });
    let policy = Some(pb::Policy { etag: "r1".to_owned(), redaction, ..pb::Policy::default() });
    policies.update_policy(pb::UpdatePolicyRequest { policy, ..pb::UpdatePolicyRequest::default() }).await.unwrap();
}

/// Submits them all; gives the answers.
pub(crate) async fn submit(server: &Server, items: Vec<Interaction>) -> Vec<u8> {
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

/// The metrics.
pub(crate) fn scrape(address: &str) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(b"GET /metrics HTTP/1.0\r\nhost: localhost\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

/// Backs up data and keys while the server runs.
pub(crate) fn back_up(place: &Place, folder: &Path, name: &str, identity: &age::x25519::Identity) {
    let into = folder.join(name);
    fs::create_dir(&into).unwrap();
    fs::write(into.join("identity"), identity.to_string().expose_secret()).unwrap();
    let (data, keys, recipient) = (into.join("data"), into.join("keys"), identity.to_public().to_string());
    let run = |command: &[&str], output: &Path| {
        let mut triaged = Command::new(env!("CARGO_BIN_EXE_triaged"));
        triaged.args(command).arg("--data-dir").arg(place.data()).arg("--keys-dir").arg(place.keys());
        let done = triaged.arg("--key-file").arg(place.key_file()).arg(output).output().unwrap();
        assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
    };
    run(&["backup"], &data);
    run(&["key", "backup", "--recipient", &recipient], &keys);
    // What is sealed to the recipient is searched opened, too.
    let opened = age::decrypt(identity, &fs::read(&keys).unwrap()).unwrap();
    fs::write(into.join("keys-opened"), opened).unwrap();
}

type PeopleClient = PrivacyServiceClient<InterceptedService<Channel, Bearer>>;

fn selectors(planted: &Planted) -> Vec<pb::SubjectSelector> {
    vec![pb::SubjectSelector { by: Some(By::Email(planted.email.clone())) }]
}

/// Erases these people; gives the answers.
pub(crate) async fn erase(server: &Server, planted: &[Planted]) -> Vec<u8> {
    let client = PrivacyServiceClient::with_interceptor(server.channel().await, server.bearer());
    let mut callers = JoinSet::new();
    for part in planted.chunks(planted.len().div_ceil(CALLERS)) {
        let (client, asked): (PeopleClient, Vec<_>) = (client.clone(), part.iter().map(selectors).collect());
        callers.spawn(async move { erase_each(client, asked).await });
    }
    callers.join_all().await.concat()
}

async fn erase_each(mut client: PeopleClient, asked: Vec<Vec<pb::SubjectSelector>>) -> Vec<u8> {
    let mut answers = Vec::new();
    for selectors in asked {
        let ask = pb::EraseSubjectRequest { selectors, ..pb::EraseSubjectRequest::default() };
        let shown = client.erase_subject(ask.clone()).await.unwrap().into_inner();
        let done =
            client.erase_subject(pb::EraseSubjectRequest { etag: shown.etag, ..ask }).await.unwrap().into_inner();
        assert_eq!((done.state(), done.holdings.unwrap().interactions), (pb::ErasureState::Erased, 1));
        done.encode(&mut answers).unwrap();
    }
    answers
}

/// Exports a person; gives what was answered, and what the recipient opens.
pub(crate) async fn export(
    server: &Server,
    people: &People,
    planted: &Planted,
    identity: &age::x25519::Identity,
) -> (Vec<u8>, Vec<u8>) {
    let client = async |token: &str| {
        PrivacyServiceClient::with_interceptor(server.channel().await, Bearer::new(token))
            .max_decoding_message_size(16 << 20)
    };
    let recipient = people.recipient.clone();
    let ask =
        pb::ExportSubjectRequest { selectors: selectors(planted), recipient, ..pb::ExportSubjectRequest::default() };
    let mut shown = client(&people.one).await.export_subject(ask).await.unwrap().into_inner();
    let shown = shown.message().await.unwrap().unwrap();
    let (name, etag) = (shown.name.clone(), shown.etag.clone());
    let confirm = pb::ExportSubjectRequest { name, etag, ..pb::ExportSubjectRequest::default() };
    let mut parts = client(&people.other).await.export_subject(confirm).await.unwrap().into_inner();
    let (mut said, mut sealed) = (shown.encode_to_vec(), Vec::new());
    while let Some(part) = parts.message().await.unwrap() {
        part.encode(&mut said).unwrap();
        sealed.extend(part.sealed);
    }
    (said, age::decrypt(identity, &sealed).unwrap())
}
