//! `GetPosture` over the wire.

use std::{fs, time::Duration};

use triaged::{
    service::pb::{self, policy_service_client::PolicyServiceClient},
    store::{
        AccessRole, Store,
        embedded::recovery::{self, Contents},
    },
};

use crate::{
    harness::{START, Server},
    privacy::{people, submitted, two_people},
};

async fn posture(server: &Server) -> pb::Posture {
    people(server).await.get_posture(pb::GetPostureRequest {}).await.unwrap().into_inner()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_posture_tells_states_counts_and_times() {
    let server = Server::start().await;
    submitted(&server.client(&AccessRole::ALL).await).await;
    let before = posture(&server).await;
    assert_eq!(before.recovery(), pb::RecoveryState::NoRecovery);
    assert_eq!((before.escrow_verify_time, before.data_backup_time, before.key_backup_time), (None, None, None));
    let (master, tenant) = (before.master_key.unwrap(), before.tenant_key.unwrap());
    assert_eq!((master.version, tenant.version, master.seals_max), (1, 1, 1 << 31));
    assert!(tenant.seals > 0 && before.generation > 0 && before.commits > 0);
    let retention = before.retention.unwrap();
    assert_eq!((retention.text_days, retention.facts_days, retention.audit_days), (90, 396, 730));
    assert_eq!(before.leftovers, Some(pb::LeftoverPosture::default()));
    assert_eq!(before.exceptions, Some(pb::ExceptionPosture::default()));
    assert!(!before.texts_closed);
    let tenant = server.store.ensure_tenant("default").await.unwrap();
    server.store.rotate_tenant_keys(Some(tenant)).await.unwrap();
    recovery::note_backup(&server.dirs.path().join("keys"), Contents::Data, START).unwrap();
    fs::copy(server.dirs.path().join("keys/keys.db"), server.dirs.path().join("data/keys.db")).unwrap();
    let after = posture(&server).await;
    assert_eq!(after.tenant_key.unwrap().version, 2);
    let (seconds, nanos) = START.seconds_and_nanos();
    assert_eq!(after.data_backup_time, Some(prost_types::Timestamp { seconds, nanos }));
    assert_eq!(after.leftovers.unwrap().copies, 1);
    assert!(after.generation > before.generation);
}

/// A policy that keeps texts for so many days.
async fn keeping(server: &Server, etag: &str, text_days: i32, validate_only: bool) -> pb::Policy {
    let client = server.client(&[AccessRole::Supervisor]).await;
    let retention = Some(pb::RetentionPolicy { text_days: Some(text_days), facts_days: None, audit_days: None });
    let policy = Some(pb::Policy { etag: etag.into(), retention, ..pb::Policy::default() });
    let update = pb::UpdatePolicyRequest { policy, validate_only, ..pb::UpdatePolicyRequest::default() };
    PolicyServiceClient::new(client).update_policy(update).await.unwrap().into_inner().policy.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shorter_period_is_told_before_it_counts() {
    let server = Server::start().await;
    let day = Duration::from_hours(24);
    let at = |time: triaged::time::Timestamp| {
        let (seconds, nanos) = time.seconds_and_nanos();
        Some(prost_types::Timestamp { seconds, nanos })
    };
    let effect_time = at(START + 3 * day);
    for validate_only in [true, false] {
        assert_eq!(keeping(&server, "r1", 9, validate_only).await.retention_effect_time, effect_time);
    }
    let client = server.client(&[AccessRole::Supervisor]).await;
    let read = PolicyServiceClient::new(client).get_policy(pb::GetPolicyRequest::default()).await.unwrap().into_inner();
    assert_eq!(read.retention_effect_time, effect_time);
    let told = posture(&server).await.retention.unwrap();
    let pending = pb::PendingRetention { text_days: 9, facts_days: 396, audit_days: 730, effect_time };
    assert_eq!((told.text_days, told.pending), (90, Some(pending)));
    assert_eq!(keeping(&server, "r2", 100, true).await.retention_effect_time, None, "a longer one takes it back");
    server.clock.advance(3 * day);
    let told = posture(&server).await.retention.unwrap();
    assert_eq!((told.text_days, told.pending), (9, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_posture_counts_what_waits_for_a_hold() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    submitted(&client).await;
    let (mut one, mut other) = two_people(&server).await;
    let (seconds, nanos) = (START + Duration::from_hours(24 * 30)).seconds_and_nanos();
    let lookup = pb::LookupSubjectRequest {
        selectors: vec![pb::SubjectSelector {
            by: Some(pb::subject_selector::By::Email("petra.novak@example.com".into())),
        }],
    };
    let selectors = lookup.selectors.clone();
    let place = pb::PlaceHoldRequest {
        target: one.lookup_subject(lookup).await.unwrap().into_inner().subjects.remove(0).name,
        reason: pb::HoldReason::Regulator.into(),
        end_time: Some(prost_types::Timestamp { seconds, nanos }),
    };
    let name = one.place_hold(place).await.unwrap().into_inner().name;
    other.approve_hold(pb::ApproveHoldRequest { name }).await.unwrap();
    let erase = pb::EraseSubjectRequest { selectors, ..pb::EraseSubjectRequest::default() };
    let etag = one.erase_subject(erase.clone()).await.unwrap().into_inner().etag;
    one.erase_subject(pb::EraseSubjectRequest { etag, ..erase }).await.unwrap();
    let retention = posture(&server).await.retention.unwrap();
    assert_eq!((retention.active_holds, retention.deferred_erasures), (1, 1));
}
