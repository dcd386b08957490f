//! `OffboardTenant` over the wire.

use std::time::Duration;

use tonic::{Code, Status};
use triaged::{
    crypto::sha256,
    service::{
        certificate,
        pb::{
            self, case_service_client::CaseServiceClient, intake_service_client::IntakeServiceClient,
            privacy_service_client::PrivacyServiceClient,
        },
    },
    store::{AccessRole, Privacy},
};

use crate::{
    harness::{Server, call, form, reason, seen},
    privacy::{People, people, submitted, two_people},
};

/// The first and the last message, and the sealed bytes between them.
async fn answered(
    people: &mut People,
    request: pb::OffboardTenantRequest,
) -> Result<(pb::Offboarding, pb::Offboarding, Vec<u8>), Status> {
    let mut parts = people.offboard_tenant(request).await?.into_inner();
    let first = parts.message().await?.unwrap();
    let (mut last, mut sealed) = (first.clone(), first.sealed.clone());
    while let Some(part) = parts.message().await? {
        sealed.extend(&part.sealed);
        last = part;
    }
    Ok((first, last, sealed))
}

/// A recipient that was registered three days ago, and its identity.
async fn recipient(server: &Server) -> (age::x25519::Identity, String) {
    let identity = age::x25519::Identity::generate();
    let register = pb::RegisterRecipientRequest { age_recipient: identity.to_public().to_string() };
    let name = people(server).await.register_recipient(register).await.unwrap().into_inner().name;
    server.clock.advance(Duration::from_hours(72));
    (identity, name)
}

/// The lines of an export, opened.
fn lines(identity: &age::x25519::Identity, sealed: &[u8]) -> Vec<serde_json::Value> {
    let plain = age::decrypt(identity, sealed).unwrap();
    plain
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_takes_everything_along_and_leaves_nothing() {
    let server = Server::start().await;
    submitted(&server.client(&AccessRole::ALL).await).await;
    let others = server.client_of("other", &AccessRole::ALL).await;
    IntakeServiceClient::new(others).submit_interaction(form("somebody else's")).await.unwrap();
    let (identity, recipient) = recipient(&server).await;
    let (_, token) = server.credential("default", &AccessRole::ALL).await;
    let (mut one, mut other) = two_people(&server).await;
    let ask = pb::OffboardTenantRequest { recipient, ..pb::OffboardTenantRequest::default() };
    let (shown, _, nothing) = answered(&mut one, ask).await.unwrap();
    assert_eq!((nothing.len(), shown.holdings.unwrap().interactions), (0, 1));
    let confirm =
        pb::OffboardTenantRequest { name: shown.name, etag: shown.etag, ..pb::OffboardTenantRequest::default() };
    assert_eq!(reason(&answered(&mut one, confirm.clone()).await.unwrap_err()), "SECOND_PERSON_REQUIRED");
    let (_, last, sealed) = answered(&mut other, confirm.clone()).await.unwrap();
    assert_eq!(last.receipt, data_encoding::HEXLOWER.encode(&sha256(&[&sealed])));
    assert!(memchr::memmem::find(&sealed, b"parcel").is_none(), "it is sealed");
    let lines = lines(&identity, &sealed);
    let kinds: Vec<_> = lines.iter().map(|line| line["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["tenant", "case", "interaction", "end"]);
    assert_eq!(lines[2]["interaction"]["turns"][0]["text"], "my parcel is late");
    assert_eq!((&lines[1]["case"], &lines[3]["interactions"]), (&lines[2]["case"], &serde_json::json!(1)));
    let destroy = pb::OffboardTenantRequest { receipt: last.receipt, ..confirm };
    let (done, ..) = answered(&mut other, destroy.clone()).await.unwrap();
    let erasure = done.erasure.unwrap();
    assert_eq!((erasure.state(), erasure.cause()), (pb::ErasureState::Erased, pb::ErasureCause::TenantOffboarded));
    let said = certificate::verify(&erasure.certificate, server.store.attestation().public).unwrap();
    assert!(said.contains("\"OFFBOARDING\"") && said.contains("\"interactions\": 1"), "{said}");
    let bearer = |token: &str| Some(format!("Bearer {token}"));
    let path = "/triaged.v1.PrivacyService/OffboardTenant";
    let gone = call(server.channel(), path, bearer(&token).as_deref(), vec![]).await.unwrap_err();
    let unknown = call(server.channel(), path, bearer("trg_x").as_deref(), vec![]).await.unwrap_err();
    assert_eq!((gone.code(), seen(&gone)), (Code::Unauthenticated, seen(&unknown)), "like one that never was");
    assert_eq!(answered(&mut other, destroy).await.unwrap_err().code(), Code::Unauthenticated);
    let others = server.client_of("other", &AccessRole::ALL).await;
    let listed = CaseServiceClient::new(others).list_cases(pb::ListCasesRequest::default()).await.unwrap();
    assert_eq!(listed.into_inner().cases.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_after_the_bytes_stops_the_destruction() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    submitted(&client).await;
    let (_, recipient) = recipient(&server).await;
    let client = server.client(&AccessRole::ALL).await;
    let (mut one, mut other) = two_people(&server).await;
    let ask = pb::OffboardTenantRequest { recipient, ..pb::OffboardTenantRequest::default() };
    let (shown, ..) = answered(&mut one, ask).await.unwrap();
    let confirm =
        pb::OffboardTenantRequest { name: shown.name, etag: shown.etag, ..pb::OffboardTenantRequest::default() };
    let (_, last, _) = answered(&mut other, confirm.clone()).await.unwrap();
    IntakeServiceClient::new(client).submit_interaction(form("one more")).await.unwrap();
    let destroy = pb::OffboardTenantRequest { receipt: last.receipt, ..confirm };
    let late = answered(&mut other, destroy).await.unwrap_err();
    assert_eq!((late.code(), reason(&late).as_str()), (Code::Aborted, "ETAG_MISMATCH"));
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_fields_of_an_off_boarding_are_named() {
    let server = Server::start().await;
    let mut people = PrivacyServiceClient::new(server.client(&[AccessRole::PrivacyOfficer]).await);
    let name = "offboardings/018f3c2a-0000-7000-8000-000000000001".to_owned();
    let (empty, x) = (String::new, || "x".to_owned());
    for (request, expected) in [
        (pb::OffboardTenantRequest::default(), "REQUIRED"),
        (pb::OffboardTenantRequest { recipient: x(), ..Default::default() }, "INVALID_NAME"),
        (pb::OffboardTenantRequest { name: x(), etag: x(), ..Default::default() }, "INVALID_NAME"),
        (pb::OffboardTenantRequest { name: name.clone(), etag: empty(), ..Default::default() }, "REQUIRED"),
        (
            pb::OffboardTenantRequest { name: name.clone(), etag: x(), receipt: x(), ..Default::default() },
            "INVALID_CHARACTER",
        ),
        (pb::OffboardTenantRequest { name, etag: x(), ..Default::default() }, "OFFBOARDING_NOT_FOUND"),
    ] {
        let refused = people.offboard_tenant(request).await.unwrap_err();
        assert_eq!(reason(&refused), expected);
    }
}
