//! Tenants and credentials.

use std::time::Duration;

use triaged::{
    id::CredentialId,
    store::{AccessRole, NewCredential, StoreError},
};
use uuid::Uuid;

use super::{Bench, DAY, INTAKE, START};
use crate::assert_error;

fn new(bench: &Bench) -> NewCredential {
    NewCredential {
        tenant: bench.tenant,
        creator: Some(INTAKE),
        roles: vec![AccessRole::Intake, AccessRole::Agent],
        label: "web form".to_owned(),
        valid_duration: DAY,
    }
}

pub(crate) async fn a_tenant_has_one_id(bench: Bench) {
    assert_ne!(bench.tenant, bench.other);
    assert_eq!(bench.store.ensure_tenant("acme").await.unwrap(), bench.tenant);
    assert_eq!(bench.store.ensure_tenant("globex").await.unwrap(), bench.other);
}

pub(crate) async fn a_token_opens_until_it_ends(bench: Bench) {
    let (record, token) = bench.store.create_credential(new(&bench)).await.unwrap();
    assert!(token.expose().starts_with("trg_"));
    assert_eq!((record.create_time, record.expire_time, record.revoke_time), (START, START + DAY, None));
    assert_eq!((record.tenant, record.label.as_str()), (bench.tenant, "web form"));
    assert_eq!(record.roles, [AccessRole::Intake, AccessRole::Agent]);
    assert_eq!(bench.store.authenticate(token.expose()).await.unwrap(), Some(record.clone()));
    bench.clock.advance(Duration::from_secs(86_399));
    assert_eq!(bench.store.authenticate(token.expose()).await.unwrap(), Some(record));
    bench.clock.advance(Duration::from_secs(1));
    assert_eq!(bench.store.authenticate(token.expose()).await.unwrap(), None);
    bench.clock.set(START);
    assert_eq!(bench.store.authenticate(token.expose()).await.unwrap(), None, "a clock set back opens nothing");
}

pub(crate) async fn wrong_tokens_open_nothing(bench: Bench) {
    let (_, token) = bench.store.create_credential(new(&bench)).await.unwrap();
    let longer = format!("{}x", token.expose());
    let mut shorter = token.expose().to_owned();
    shorter.pop();
    for wrong in ["", "trg_", &shorter, &longer, "Bearer x"] {
        assert_eq!(bench.store.authenticate(wrong).await.unwrap(), None);
    }
}

pub(crate) async fn every_credential_has_its_own_principal(bench: Bench) {
    let (one, _) = bench.store.create_credential(new(&bench)).await.unwrap();
    let (other, _) = bench.store.create_credential(new(&bench)).await.unwrap();
    assert_ne!(one.principal, other.principal);
    assert_ne!(one.credential, other.credential);
}

pub(crate) async fn revoking_takes_effect_at_once_and_once(bench: Bench) {
    let (record, token) = bench.store.create_credential(new(&bench)).await.unwrap();
    assert!(bench.store.authenticate(token.expose()).await.unwrap().is_some());
    let foreign = bench.store.revoke_credential(bench.other, None, record.credential).await;
    assert_error!(foreign, StoreError::NotFound);
    let absent = bench.store.revoke_credential(bench.tenant, None, CredentialId(Uuid::from_u128(4))).await;
    assert_error!(absent, StoreError::NotFound);
    bench.clock.advance(Duration::from_secs(1));
    let revoked = bench.store.revoke_credential(bench.tenant, Some(INTAKE), record.credential).await.unwrap();
    assert_eq!(revoked.revoke_time, Some(START + Duration::from_secs(1)));
    assert_eq!(bench.store.authenticate(token.expose()).await.unwrap(), None);
    bench.clock.advance(Duration::from_secs(1));
    assert_eq!(bench.store.revoke_credential(bench.tenant, None, record.credential).await.unwrap(), revoked);
}

pub(crate) async fn credentials_are_listed_newest_first_in_pages(bench: Bench) {
    let mut made = Vec::new();
    for _ in 0..3 {
        made.insert(0, bench.store.create_credential(new(&bench)).await.unwrap().0);
    }
    let foreign = NewCredential { tenant: bench.other, ..new(&bench) };
    bench.store.create_credential(foreign).await.unwrap();
    let first = bench.store.list_credentials(bench.tenant, 2, None).await.unwrap();
    let second = bench.store.list_credentials(bench.tenant, 2, first.next.clone()).await.unwrap();
    assert_eq!([first.items, second.items].concat(), made);
    assert_eq!(second.next, None);
}
