//! `triaged audit` as a script runs it: the tombstone feed of a store, whole, cut and changed.

#[cfg(test)]
mod audit {
    use std::{
        fs,
        path::Path,
        process::{Command, Output},
        sync::Arc,
        time::Duration,
    };

    use triaged::{
        crypto::{MasterKey, Secret},
        service::certificate,
        store::{
            AccessRole, Confirmation, NewCredential, Offboarding, Officer, Orders, Privacy, Sealed, Store,
            embedded::{EmbeddedStore, StoreConfig},
        },
        time::{ManualClock, Timestamp},
    };

    fn audit(arguments: &[&str]) -> (Option<i32>, String, String) {
        let done = Command::new(env!("CARGO_BIN_EXE_triaged")).arg("audit").args(arguments).output().unwrap();
        let Output { status, stdout, stderr } = done;
        (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
    }

    /// Opens and closes a store in a directory; its public key.
    async fn store(dir: &Path, master: u8) -> String {
        let store = EmbeddedStore::open(StoreConfig {
            data_dir: dir.join("data"),
            keys_dir: dir.join("keys"),
            master_key: MasterKey::new(Secret::from_slice(&[master; 32]).unwrap()).unwrap(),
            clock: Arc::new(ManualClock::new(Timestamp(1_000_000))),
        });
        let store = store.unwrap();
        let public = store.attestation().public.to_string();
        store.close().await.unwrap();
        public
    }

    #[tokio::test]
    async fn a_feed_is_checked_with_the_public_key_alone() {
        let dir = tempfile::tempdir().unwrap();
        let public = store(dir.path(), 1).await;
        let feed = dir.path().join("keys/tombstones");
        let feed = feed.to_str().unwrap();
        let (code, printed, _) = audit(&["public-key", "--tombstones", feed]);
        assert_eq!((code, printed.trim()), (Some(0), public.as_str()));
        let key = dir.path().join("store.pub");
        fs::write(&key, printed).unwrap();
        let key = key.to_str().unwrap();
        let (code, said, _) = audit(&["verify", "--tombstones", feed, "--public-key", key]);
        assert_eq!(code, Some(0));
        assert!(said.contains("0 tombstones, 0 keys destroyed"), "{said}");
        let mut changed = fs::read(feed).unwrap();
        changed.push(1);
        fs::write(feed, changed).unwrap();
        let (code, said, why) = audit(&["verify", "--tombstones", feed, "--public-key", key]);
        assert_eq!((code, said.as_str()), (Some(8), ""));
        assert!(why.contains("is damaged after tombstone 0"), "{why}");
    }

    /// Off-boards the only tenant of a store in a directory; the certificate.
    async fn left(dir: &Path) -> String {
        let clock = Arc::new(ManualClock::new(Timestamp(1_000_000)));
        let opened = EmbeddedStore::open(StoreConfig {
            data_dir: dir.join("data"),
            keys_dir: dir.join("keys"),
            master_key: MasterKey::load_or_create(&dir.join("master.key"), false).unwrap(),
            clock: clock.clone(),
        });
        let store = opened.unwrap();
        let tenant = store.ensure_tenant("acme").await.unwrap();
        let officer = async || {
            let roles = vec![AccessRole::PrivacyOfficer];
            let valid_duration = Duration::from_hours(24 * 30);
            let new = NewCredential { tenant, creator: None, roles, label: String::new(), valid_duration };
            let (record, _) = store.create_credential(new).await.unwrap();
            Officer { tenant, principal: record.principal }
        };
        let [one, other] = [officer().await, officer().await];
        let recipient = store.register_recipient(one, "age1x".to_owned()).await.unwrap().recipient;
        clock.advance(Duration::from_hours(72));
        let order = store.request_offboarding(one, recipient).await.unwrap();
        let by = Confirmation { officer: other, offboarding: order.offboarding, etag: order.etag };
        let (_, mark) = store.begin_offboarding(by.clone()).await.unwrap();
        let sealed = Sealed { mark, receipt: [1; 32], cases: 0, interactions: 0 };
        store.seal_offboarding(by.clone(), sealed).await.unwrap();
        let record = store.offboard_tenant(by, sealed.receipt).await.unwrap();
        store.close().await.unwrap();
        certificate::issue(&store, tenant, &record).unwrap()
    }

    #[tokio::test]
    async fn the_certificate_of_a_tenant_that_left_is_had_again_on_the_host() {
        let dir = tempfile::tempdir().unwrap();
        let issued = left(dir.path()).await;
        let at = |name: &str| dir.path().join(name).display().to_string();
        let (data, keys, key) = (at("data"), at("keys"), at("master.key"));
        let from = ["certificates", "--data-dir", &data, "--keys-dir", &keys, "--key-file", &key];
        let (code, printed, why) = audit(&from);
        assert_eq!((code, printed.trim()), (Some(0), issued.as_str()), "{why}");
        let (_, public, _) = audit(&["public-key", "--tombstones", &at("keys/tombstones")]);
        fs::write(at("pub"), public).unwrap();
        fs::write(at("certificate"), printed).unwrap();
        let (code, said, _) = audit(&["verify", "--certificate", &at("certificate"), "--public-key", &at("pub")]);
        assert_eq!(code, Some(0));
        assert!(said.contains("\"OFFBOARDING\""), "{said}");
    }

    #[tokio::test]
    async fn a_feed_of_another_store_and_a_text_that_is_no_certificate_prove_nothing() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        store(one.path(), 1).await;
        let key = other.path().join("store.pub");
        fs::write(&key, store(other.path(), 2).await).unwrap();
        let feed = one.path().join("keys/tombstones");
        let (key, feed) = (key.to_str().unwrap(), feed.to_str().unwrap());
        let (code, _, why) = audit(&["verify", "--tombstones", feed, "--public-key", key]);
        assert_eq!(code, Some(8));
        assert!(why.contains("another store"), "{why}");
        let (code, _, why) = audit(&["verify", "--certificate", key, "--public-key", key]);
        assert_eq!(code, Some(8));
        assert!(why.contains("no erasure certificate"), "{why}");
        let (code, _, _) = audit(&["verify", "--certificate", key, "--public-key", feed]);
        assert_eq!(code, Some(5), "a feed is no text");
        let (code, _, _) = audit(&["verify", "--public-key", key]);
        assert_eq!(code, Some(2), "one of the two must be given");
    }
}
