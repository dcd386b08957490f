//! `PrivacyService` and `DeleteCase` over the wire.

use tonic::Code;
use triaged::{
    service::{
        certificate,
        pb::{
            self, case_service_client::CaseServiceClient, intake_service_client::IntakeServiceClient,
            privacy_service_client::PrivacyServiceClient, subject_selector::By,
        },
    },
    store::{AccessRole, Privacy},
};

use crate::{
    harness::{Authed, Bearer, START, Server, form, reason},
    live_client::{Live, chat},
};

pub(crate) type People =
    PrivacyServiceClient<tonic::service::interceptor::InterceptedService<tonic::transport::Channel, Bearer>>;

const ADDRESS: &str = "petra.novak@example.com";

fn by(by: By) -> pb::SubjectSelector {
    pb::SubjectSelector { by: Some(by) }
}

fn petra() -> Vec<pb::SubjectSelector> {
    vec![by(By::Email(ADDRESS.to_owned()))]
}

pub(crate) async fn people(server: &Server) -> People {
    PrivacyServiceClient::new(server.client(&[AccessRole::PrivacyOfficer]).await)
}

/// Two officers whose credentials are a day old.
pub(crate) async fn two_people(server: &Server) -> (People, People) {
    let two = (people(server).await, people(server).await);
    server.clock.advance(std::time::Duration::from_hours(24));
    two
}

/// Submits a form of Petra's; gives the request.
pub(crate) async fn submitted(client: &Authed) -> pb::SubmitInteractionRequest {
    let mut request = form("my parcel is late");
    request.request_id = "018f3c2a-0000-7000-8000-00000000000a".into();
    let contact = pb::Party { emails: vec![ADDRESS.into()], ..pb::Party::default() };
    request.interaction.as_mut().unwrap().contact = Some(contact);
    IntakeServiceClient::new(client.clone()).submit_interaction(request.clone()).await.unwrap();
    request
}

async fn the_case(client: &Authed) -> pb::Case {
    let mut cases = CaseServiceClient::new(client.clone());
    cases.list_cases(pb::ListCasesRequest::default()).await.unwrap().into_inner().cases.remove(0)
}

async fn erase(people: &mut People) -> pb::Erasure {
    let request = pb::EraseSubjectRequest { selectors: petra(), ..pb::EraseSubjectRequest::default() };
    let shown = people.erase_subject(request.clone()).await.unwrap().into_inner();
    assert_eq!((shown.state(), shown.name.as_str()), (pb::ErasureState::Shown, ""));
    assert_eq!(shown.holdings.unwrap().interactions, 1);
    people.erase_subject(pb::EraseSubjectRequest { etag: shown.etag, ..request }).await.unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_erased_and_a_certificate_says_so() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    let request = submitted(&client).await;
    let case = the_case(&client).await;
    let mut people = people(&server).await;
    let found = people.lookup_subject(pb::LookupSubjectRequest { selectors: petra() }).await.unwrap().into_inner();
    let done = erase(&mut people).await;
    assert_eq!(done.state(), pb::ErasureState::Erased);
    assert_eq!((&done.subjects[0], &done.cases[0]), (&found.subjects[0].name, &case.name));
    let said = certificate::verify(&done.certificate, server.store.attestation().public).unwrap();
    assert!(said.contains(&done.subjects[0]) && said.contains("\"unrecoverable_in_backups_by\""), "{said}");
    let again = people.get_erasure(pb::GetErasureRequest { name: done.name.clone() }).await.unwrap().into_inner();
    assert_eq!(again.certificate, done.certificate);
    let mut cases = CaseServiceClient::new(client.clone());
    let absent = cases.get_case(pb::GetCaseRequest { name: case.name }).await.unwrap_err();
    assert_eq!((absent.code(), reason(&absent).as_str()), (Code::NotFound, "CASE_NOT_FOUND"));
    let retried = IntakeServiceClient::new(client).submit_interaction(request).await.unwrap_err();
    assert_eq!((retried.code(), reason(&retried).as_str()), (Code::FailedPrecondition, "RECORD_GONE"));
    let nobody = pb::EraseSubjectRequest { selectors: petra(), ..pb::EraseSubjectRequest::default() };
    let nobody = people.erase_subject(nobody).await.unwrap_err();
    assert_eq!((nobody.code(), reason(&nobody).as_str()), (Code::NotFound, "SUBJECT_NOT_FOUND"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_of_two_people_defers_an_erasure() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    submitted(&client).await;
    let (mut one, mut other) = two_people(&server).await;
    let (seconds, nanos) = (START + std::time::Duration::from_hours(24 * 30)).seconds_and_nanos();
    let place = pb::PlaceHoldRequest {
        target: the_case(&client).await.name,
        reason: pb::HoldReason::Regulator.into(),
        end_time: Some(prost_types::Timestamp { seconds, nanos }),
    };
    let name = one.place_hold(place.clone()).await.unwrap().into_inner().name;
    let approve = || pb::ApproveHoldRequest { name: name.clone() };
    let alone = one.approve_hold(approve()).await.unwrap_err();
    assert_eq!((alone.code(), reason(&alone).as_str()), (Code::FailedPrecondition, "SECOND_PERSON_REQUIRED"));
    let held = other.approve_hold(approve()).await.unwrap().into_inner();
    assert_eq!((held.state(), held.placer != held.approver), (pb::HoldState::HoldActive, true));
    let deferred = erase(&mut one).await;
    assert_eq!((deferred.state(), deferred.certificate.as_str()), (pb::ErasureState::OnHold, ""));
    assert_eq!(deferred.hold_end_time, place.end_time);
    let case = the_case(&client).await;
    let delete = pb::DeleteCaseRequest { name: case.name, etag: case.etag, ..Default::default() };
    let refused = CaseServiceClient::new(client).delete_case(delete).await.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "ON_HOLD"));
    let listed = other.list_holds(pb::ListHoldsRequest {}).await.unwrap().into_inner().holds;
    assert_eq!(listed.len(), 1);
    other.release_hold(pb::ReleaseHoldRequest { name }).await.unwrap();
    let done = one.get_erasure(pb::GetErasureRequest { name: deferred.name }).await.unwrap().into_inner();
    assert_eq!((done.state(), done.certificate.is_empty()), (pb::ErasureState::Erased, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_is_deleted_with_its_etag_alone() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    submitted(&client).await;
    let case = the_case(&client).await;
    let mut cases = CaseServiceClient::new(client);
    for stale in ["v99", "x"] {
        let delete = pb::DeleteCaseRequest { name: case.name.clone(), etag: stale.into(), ..Default::default() };
        let refused = cases.delete_case(delete).await.unwrap_err();
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::Aborted, "ETAG_MISMATCH"));
    }
    let delete = pb::DeleteCaseRequest { name: case.name, etag: case.etag, ..Default::default() };
    let done = cases.delete_case(delete.clone()).await.unwrap().into_inner();
    assert_eq!((done.cause(), done.subjects.len()), (pb::ErasureCause::CaseDeleted, 1));
    assert!(certificate::verify(&done.certificate, server.store.attestation().public).is_ok());
    assert_eq!(reason(&cases.delete_case(delete).await.unwrap_err()), "CASE_NOT_FOUND");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_stream_ends_when_its_person_is_erased() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    let intake = IntakeServiceClient::new(client.clone());
    let (mut live, _) = Live::open(intake, chat("018f3c2a-0000-7000-8000-00000000000b")).await.unwrap();
    live.say(1, "C:it is late").await.unwrap();
    let mut people = people(&server).await;
    let request = pb::EraseSubjectRequest {
        selectors: vec![by(By::Phone("+44 20 7946 0958".into()))],
        ..pb::EraseSubjectRequest::default()
    };
    let shown = people.erase_subject(request.clone()).await.unwrap().into_inner();
    people.erase_subject(pb::EraseSubjectRequest { etag: shown.etag, ..request }).await.unwrap();
    let ended = live.answer().await.unwrap_err();
    assert_eq!((ended.code(), reason(&ended).as_str()), (Code::FailedPrecondition, "RECORD_GONE"));
}

#[track_caller]
fn check(field: &str, expected: &str, status: &tonic::Status) {
    use tonic_types::StatusExt;
    let details = status.get_error_details();
    let violations = &details.bad_request().unwrap().field_violations;
    let found: Vec<_> = violations.iter().map(|one| (one.field.as_str(), one.description.as_str())).collect();
    assert_eq!(found, [(field, expected)]);
    assert!(!format!("{status:?}").contains("novak"), "no identifier comes back");
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_requests_name_the_field_and_no_value() {
    let server = Server::start().await;
    let mut people = people(&server).await;
    let mut lookup = async |selectors| people.lookup_subject(pb::LookupSubjectRequest { selectors }).await.unwrap_err();
    check("selectors", "REQUIRED", &lookup(vec![]).await);
    check("selectors[0]", "REQUIRED", &lookup(vec![pb::SubjectSelector { by: None }]).await);
    check("selectors[0].email", "OUT_OF_RANGE", &lookup(vec![by(By::Email("novak".into()))]).await);
    check("selectors[0].phone", "OUT_OF_RANGE", &lookup(vec![by(By::Phone("novak".into()))]).await);
    let identifier = vec![by(By::CustomerRef("petra.novak@example.com".into()))];
    check("selectors[0].customer_ref", "IDENTIFIER_IN_REFERENCE", &lookup(identifier).await);
    check("selectors[0].subject", "INVALID_NAME", &lookup(vec![by(By::Subject("cases/1".into()))]).await);
    let many = vec![by(By::CustomerRef("c".into())); 21];
    check("selectors", "TOO_MANY", &lookup(many).await);
    let mut people = self::people(&server).await;
    let name = "subjects/018f3c2a-0000-7000-8000-000000000001".to_owned();
    let same = pb::LinkSubjectsRequest { name: name.clone(), other: name.clone() };
    check("other", "OUT_OF_RANGE", &people.link_subjects(same).await.unwrap_err());
    let hold = |end_time| pb::PlaceHoldRequest { target: name.clone(), reason: 1, end_time };
    check("end_time", "REQUIRED", &people.place_hold(hold(None)).await.unwrap_err());
    let (seconds, nanos) = START.seconds_and_nanos();
    let past = Some(prost_types::Timestamp { seconds, nanos });
    check("end_time", "OUT_OF_RANGE", &people.place_hold(hold(past)).await.unwrap_err());
}

/// The parts of an export, put together.
async fn exported(
    people: &mut People,
    request: pb::ExportSubjectRequest,
) -> Result<(pb::Export, Vec<u8>), tonic::Status> {
    let mut parts = people.export_subject(request).await?.into_inner();
    let first = parts.message().await?.unwrap();
    let mut sealed = first.sealed.clone();
    while let Some(part) = parts.message().await? {
        sealed.extend(part.sealed);
    }
    Ok((first, sealed))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_opens_with_the_key_of_its_recipient_alone() {
    let server = Server::start().await;
    submitted(&server.client(&AccessRole::ALL).await).await;
    let identity = age::x25519::Identity::generate();
    let mut early = people(&server).await;
    let register = pb::RegisterRecipientRequest { age_recipient: identity.to_public().to_string() };
    let recipient = early.register_recipient(register).await.unwrap().into_inner().name;
    server.clock.advance(std::time::Duration::from_hours(24));
    let (mut one, mut other) = two_people(&server).await;
    let ask = pb::ExportSubjectRequest { selectors: petra(), recipient, ..pb::ExportSubjectRequest::default() };
    let (shown, nothing) = exported(&mut one, ask).await.unwrap();
    assert_eq!((nothing.len(), shown.holdings.unwrap().interactions), (0, 1));
    let confirm =
        pb::ExportSubjectRequest { name: shown.name, etag: shown.etag, ..pb::ExportSubjectRequest::default() };
    let alone = exported(&mut one, confirm.clone()).await.unwrap_err();
    assert_eq!(reason(&alone), "SECOND_PERSON_REQUIRED");
    let (_, sealed) = exported(&mut other, confirm.clone()).await.unwrap();
    assert!(memchr::memmem::find(&sealed, b"parcel").is_none(), "it is sealed");
    let plain = age::decrypt(&identity, &sealed).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&plain).unwrap();
    assert_eq!(document["cases"][0]["interactions"][0]["turns"][0]["text"], "my parcel is late");
    assert!(age::decrypt(&age::x25519::Identity::generate(), &sealed).is_err());
    assert_eq!(exported(&mut other, confirm).await.unwrap_err().code(), Code::Aborted, "it is read once");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purge_is_counted_by_one_and_carried_out_by_another() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    submitted(&client).await;
    let (mut one, mut other) = two_people(&server).await;
    let time = |hours: i64| {
        let (seconds, nanos) = START.seconds_and_nanos();
        Some(prost_types::Timestamp { seconds: seconds + 3_600 * hours, nanos })
    };
    let filter = pb::PurgeFilter { from_time: time(-1), until_time: time(1), ..pb::PurgeFilter::default() };
    let count = |filter| pb::PurgeRecordsRequest { filter, ..pb::PurgeRecordsRequest::default() };
    check("filter", "REQUIRED", &one.purge_records(count(None)).await.unwrap_err());
    let wrong = pb::PurgeFilter { channel: "novak".into(), ..filter.clone() };
    check("filter.channel", "UNKNOWN_VALUE", &one.purge_records(count(Some(wrong))).await.unwrap_err());
    let counted = one.purge_records(count(Some(filter))).await.unwrap().into_inner();
    assert_eq!((counted.state(), counted.counted), (pb::PurgeState::Counted, 1));
    let run = pb::PurgeRecordsRequest { name: counted.name, etag: counted.etag, ..pb::PurgeRecordsRequest::default() };
    assert_eq!(reason(&one.purge_records(run.clone()).await.unwrap_err()), "SECOND_PERSON_REQUIRED");
    let done = other.purge_records(run).await.unwrap().into_inner();
    assert_eq!((done.state(), done.purged), (pb::PurgeState::Purged, 1));
    let mut cases = CaseServiceClient::new(client);
    assert!(cases.list_cases(pb::ListCasesRequest::default()).await.unwrap().into_inner().cases.is_empty());
}
