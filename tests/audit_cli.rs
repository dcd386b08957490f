//! `triaged audit` as a script runs it: the tombstone feed of a store, whole, cut and changed.

#[cfg(test)]
mod audit {
    use std::{
        fs,
        path::Path,
        process::{Command, Output},
        sync::Arc,
    };

    use triaged::{
        crypto::{MasterKey, Secret},
        store::{
            Privacy, Store,
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
