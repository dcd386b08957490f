//! Who may call what: every method of the descriptor, with and without a credential.

use std::{collections::BTreeMap, time::Duration};

use futures_util::StreamExt;
use tonic::Code;
use triaged::{
    access::AccessTable,
    service::{limits, pb::DESCRIPTOR_SET},
    store::{AccessRole, Store},
};

use crate::harness::{Server, call, reason};

fn methods() -> BTreeMap<String, Vec<AccessRole>> {
    let table = AccessTable::read(DESCRIPTOR_SET).unwrap();
    table.rows().map(|(path, roles)| (path.to_owned(), roles.to_vec())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_method_opens_without_a_valid_credential() {
    let server = Server::start().await;
    let (record, token) = server.credential("default", &AccessRole::ALL).await;
    let (ended, lasting) = (token, server.credential("default", &AccessRole::ALL).await.1);
    server.store.revoke_credential(record.tenant, None, record.credential).await.unwrap();
    let refused = [
        None,
        Some(String::new()),
        Some("Bearer ".into()),
        Some("Bearer trg_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA".into()),
        Some(format!("Basic {lasting}")),
        Some(lasting.clone()),
        Some(format!("Bearer {lasting}x")),
        Some(format!("Bearer {ended}")),
    ];
    let reflection = ["v1", "v1alpha"].map(|v| format!("/grpc.reflection.{v}.ServerReflection/ServerReflectionInfo"));
    let unknown = ["/triaged.v1.CaseService/None".to_owned(), "/x/y".to_owned()];
    let paths: Vec<_> = methods().into_keys().chain(reflection).chain(unknown).collect();
    assert!(paths.len() >= 20);
    let channel = server.channel();
    for path in &paths {
        for authorization in &refused {
            // Garbage as a body: it must not be looked at.
            let answer = call(channel.clone(), path, authorization.as_deref(), vec![0xff; 40]).await.unwrap_err();
            assert_eq!(answer.code(), Code::Unauthenticated, "{path} {authorization:?}");
            assert_eq!(reason(&answer), "CREDENTIAL_INVALID");
        }
    }
    server.clock.advance(Duration::from_hours(24 * 30));
    let answer = call(channel, &paths[0], Some(&format!("Bearer {lasting}")), vec![]).await.unwrap_err();
    assert_eq!(answer.code(), Code::Unauthenticated, "an ended credential");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_opens_its_methods_and_no_other() {
    let server = Server::start().await;
    let channel = server.channel();
    let mut opened = 0;
    for role in AccessRole::ALL {
        let bearer = format!("Bearer {}", server.credential("default", &[role]).await.1);
        for (path, roles) in methods() {
            let answer = call(channel.clone(), &path, Some(&bearer), vec![]).await;
            let code = answer.map_or_else(|status| status.code(), |_| Code::Ok);
            assert_ne!(code, Code::Unauthenticated, "{path} as {role:?}");
            assert_eq!(code != Code::PermissionDenied, roles.contains(&role), "{path} as {role:?}: {code:?}");
            opened += usize::from(code != Code::PermissionDenied);
        }
    }
    assert_eq!(opened, methods().values().map(Vec::len).sum::<usize>());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_method_is_closed() {
    let server = Server::start().await;
    let bearer = format!("Bearer {}", server.credential("default", &AccessRole::ALL).await.1);
    for path in ["/triaged.v1.CaseService/DropAll", "/triaged.v2.CaseService/GetCase", "/x/y"] {
        let answer = call(server.channel(), path, Some(&bearer), vec![]).await.unwrap_err();
        assert_eq!((answer.code(), reason(&answer).as_str()), (Code::Unimplemented, "METHOD_UNKNOWN"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_open_and_reflection_takes_any_credential() {
    use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};
    let server = Server::start().await;
    let mut health = HealthClient::new(server.channel());
    for service in ["", "triaged.v1.IntakeService", "triaged.v1.QueueService"] {
        let answer = health.check(HealthCheckRequest { service: service.into() }).await.unwrap();
        assert_eq!(answer.into_inner().status, 1, "{service}");
    }
    let bearer = format!("Bearer {}", server.credential("default", &[AccessRole::Intake]).await.1);
    let list = prost::Message::encode_to_vec(&tonic_reflection::pb::v1::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(tonic_reflection::pb::v1::server_reflection_request::MessageRequest::ListServices(
            String::new(),
        )),
    });
    for version in ["v1", "v1alpha"] {
        let path = format!("/grpc.reflection.{version}.ServerReflection/ServerReflectionInfo");
        let answer = call(server.channel(), &path, Some(&bearer), list.clone()).await.unwrap();
        let text = String::from_utf8_lossy(&answer[0]).into_owned();
        for service in ["triaged.v1.IntakeService", "triaged.v1.QueueService", "grpc.health.v1.Health"] {
            assert!(text.contains(service), "{version}: {service}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_that_calls_too_often_is_told_when_to_come_again() {
    use tonic_types::StatusExt;
    // The clock stands still, so that the share of this second never comes back by itself.
    let server = Server::start().await;
    let bearer = |token: String| format!("Bearer {token}");
    let one = bearer(server.credential("one", &[AccessRole::Agent]).await.1);
    let other = bearer(server.credential("two", &[AccessRole::Agent]).await.1);
    let (path, channel) = ("/triaged.v1.QueueService/RenewLease", server.channel());
    let calls = async |authorization: &str, count: usize| {
        let calls = (0..count).map(|_| call(channel.clone(), path, Some(authorization), vec![]));
        let answers: Vec<_> = futures_util::stream::iter(calls).buffer_unordered(64).collect().await;
        answers.into_iter().map(Result::unwrap_err).collect::<Vec<_>>()
    };
    let let_in = calls(&one, limits::TENANT_CALLS_PER_SECOND_MAX).await;
    assert!(let_in.iter().all(|answer| answer.code() == Code::InvalidArgument));
    let refused = calls(&one, 1).await.remove(0);
    assert_eq!((refused.code(), reason(&refused)), (Code::ResourceExhausted, "RATE_LIMITED".to_owned()));
    let retry = refused.get_error_details().retry_info().unwrap().retry_delay.unwrap();
    assert_eq!(retry, Duration::from_millis(1));
    assert_eq!(calls(&other, 1).await[0].code(), Code::InvalidArgument, "another tenant has a share of its own");
    server.clock.advance(retry);
    assert_eq!(calls(&one, 1).await[0].code(), Code::InvalidArgument);
}
