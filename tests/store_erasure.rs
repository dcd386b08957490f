//! Erasure by the eyes of an attacker who has every file and the master key: what was noted before is looked for
//! afterwards, whatever it may be sealed under.

#[cfg(test)]
#[expect(dead_code, reason = "the suite has more helpers than are needed here")]
mod store_suite;

#[cfg(test)]
mod store_embedded;

#[cfg(test)]
mod attack {
    use std::{fs, path::Path, sync::Arc};

    use aws_lc_rs::cipher::{AES_256, DecryptingKey, DecryptionContext, UnboundCipherKey};
    use aws_lc_rs::iv::FixedLength;
    use rusqlite::{Connection, OpenFlags};
    use triaged::{
        crypto::{Key, KeyKind, KeyName, Secret, StoreId},
        id::TenantId,
        store::StoreError,
        time::ManualClock,
    };
    use uuid::Uuid;

    use super::{
        store_embedded::Home,
        store_suite::{Bench, Opened, START, draft::Draft, offboarding, privacy::erase},
    };
    use crate::assert_error;

    const GONE: &str = "a@example.com";
    const KEPT: &str = "b@example.com";
    const SECRET: &str = "the parcel with the blue teapot";

    async fn bench(home: &Home, clock: &Arc<ManualClock>) -> Bench {
        let store = Arc::new(home.open().unwrap());
        Bench::new(Opened { store, clock: clock.clone(), keep: Box::new(()) }).await
    }

    fn drafts(bench: &Bench) -> Vec<Draft> {
        let of = |address, request: u128, text: &str| Draft {
            emails: vec![address],
            request_id: Some(request),
            text: text.to_owned(),
            ..bench.draft()
        };
        vec![
            of(GONE, 1, SECRET),
            of(GONE, 2, SECRET),
            of(KEPT, 3, "the other one"),
            of(KEPT, 4, "another of the other"),
        ]
    }

    /// A store with two people, two cases each.
    async fn filled() -> (Home, Arc<ManualClock>, Bench) {
        let (home, clock) = Home::new(START);
        let bench = bench(&home, &clock).await;
        for draft in drafts(&bench) {
            bench.submit(&draft).await;
        }
        (home, clock, bench)
    }

    /// A wrapped key as it lies in the key file.
    #[derive(Clone)]
    struct Wrap {
        name: KeyName,
        tenant: TenantId,
        parent: (Uuid, u32),
        wrapped: Vec<u8>,
    }

    fn kind(code: u8) -> KeyKind {
        use KeyKind::{Case, InstanceLookup, Interaction, Signing, Subject, Tenant, TenantLookup};
        let kinds = [Tenant, Subject, Case, Interaction, InstanceLookup, TenantLookup, Signing];
        kinds.into_iter().find(|kind| *kind as u8 == code).unwrap()
    }

    fn open(path: &Path) -> Connection {
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap()
    }

    fn wraps(home: &Home) -> Vec<Wrap> {
        let keys = open(&home.keys().join("keys.db"));
        let mut statement = keys
            .prepare("SELECT id, kind, version, tenant, parent, parent_version, wrapped FROM wrapped_keys")
            .unwrap();
        let rows = statement.query_map([], |row| {
            let (id, kind) = (Uuid::from_bytes(row.get(0)?), kind(row.get(1)?));
            Ok(Wrap {
                name: KeyName { kind, id, version: row.get(2)? },
                tenant: TenantId(Uuid::from_bytes(row.get(3)?)),
                parent: (Uuid::from_bytes(row.get(4)?), row.get(5)?),
                wrapped: row.get(6)?,
            })
        });
        rows.unwrap().map(Result::unwrap).collect()
    }

    fn store_id(home: &Home) -> StoreId {
        let keys = open(&home.keys().join("keys.db"));
        StoreId(keys.query_row("SELECT value FROM meta WHERE name = 'store_id'", [], |row| row.get(0)).unwrap())
    }

    /// Every key that the master key and the key file give.
    fn all_keys(home: &Home) -> Vec<Key> {
        let secret = Secret::from_slice(&fs::read(home.dir.join("master.key")).unwrap()).unwrap();
        let master = KeyName { kind: KeyKind::Master, id: Uuid::nil(), version: 1 };
        let (store, wraps) = (store_id(home), wraps(home));
        let mut keys = vec![Key::new(master, secret).unwrap()];
        let mut next = 0;
        while next < keys.len() {
            let name = keys[next].name();
            let below = wraps.iter().filter(|wrap| wrap.parent == (name.id, name.version));
            let opened =
                below.filter_map(|wrap| keys[next].unwrap_key(store, wrap.tenant, wrap.name, &wrap.wrapped).ok());
            let opened: Vec<_> = opened.collect();
            keys.extend(opened);
            next += 1;
        }
        assert_eq!(keys.len(), wraps.len() + 1, "every wrap opens");
        keys
    }

    /// The secret bytes of every key.
    fn secrets(home: &Home) -> Vec<(KeyName, [u8; 32])> {
        all_keys(home).into_iter().map(|key| (key.name(), *key.into_secret().expose())).collect()
    }

    fn contains(files: &[(std::path::PathBuf, Vec<u8>)], needle: &[u8]) -> usize {
        files.iter().map(|(_, bytes)| memchr::memmem::find_iter(bytes, needle).count()).sum()
    }

    /// The wraps that go with a person: those that are there now and not afterwards.
    fn lost(before: &[Wrap], home: &Home) -> Vec<Wrap> {
        let after: Vec<_> = wraps(home).into_iter().map(|wrap| wrap.name).collect();
        before.iter().filter(|wrap| !after.contains(&wrap.name)).cloned().collect()
    }

    #[tokio::test]
    async fn no_wrap_of_an_erased_person_is_left_in_any_file() {
        let (home, _clock, bench) = filled().await;
        let before = wraps(&home);
        assert!(before.iter().all(|wrap| contains(&home.files(), &wrap.wrapped) > 0), "they are seen before");
        erase(&bench, GONE).await;
        let lost = lost(&before, &home);
        assert_eq!(lost.len(), 1 + 2 + 2, "the person, two cases, two interactions");
        let check = |when: &str| {
            let files = home.files();
            for wrap in &lost {
                assert_eq!(contains(&files, &wrap.wrapped), 0, "{when}: {:?}", wrap.name);
            }
        };
        check("at the answer");
        bench.store.close().await.unwrap();
        check("after the end");
    }

    /// Whether 32 bytes after some offset decrypt to the beginning of the secret, whatever the tag says: counter mode is
    /// all that stands before the text.
    fn readable(bytes: &[u8], secrets: &[(KeyName, [u8; 32])]) -> Vec<KeyName> {
        let needle = SECRET.as_bytes();
        let mut found = Vec::new();
        for (name, secret) in secrets {
            let key = DecryptingKey::ctr(UnboundCipherKey::new(&AES_256, secret).unwrap()).unwrap();
            for at in 0..bytes.len().saturating_sub(12 + 64) {
                let nonce = &bytes[at..at + 12];
                if nonce.iter().map(|byte| u32::from(*byte == 0)).sum::<u32>() > 6 {
                    continue;
                }
                let mut block = [0; 16];
                block[..12].copy_from_slice(nonce);
                block[15] = 2;
                let mut text = bytes[at + 12..at + 12 + 64].to_vec();
                let context = DecryptionContext::Iv128(FixedLength::from(block));
                let plain = key.decrypt(&mut text, context).unwrap();
                if memchr::memmem::find(plain, needle).is_some() {
                    found.push(*name);
                }
            }
        }
        found
    }

    #[tokio::test]
    async fn no_remaining_key_reads_the_text_at_any_offset() {
        let (home, _clock, bench) = filled().await;
        let every = secrets(&home);
        let data = |home: &Home| fs::read(home.data().join("data.db-wal")).unwrap();
        let readers: std::collections::BTreeSet<_> = readable(&data(&home), &every).into_iter().collect();
        assert_eq!(readers.len(), 2, "the search finds both texts while their keys are there: {readers:?}");
        erase(&bench, GONE).await;
        let remaining = secrets(&home);
        assert_eq!(remaining.len(), every.len() - 5);
        for (path, bytes) in home.files() {
            assert_eq!(readable(&bytes, &remaining), [], "{}", path.display());
        }
        bench.store.close().await.unwrap();
        for (path, bytes) in home.files() {
            assert_eq!(readable(&bytes, &remaining), [], "{}", path.display());
        }
    }

    #[tokio::test]
    async fn no_remaining_key_unwraps_a_lost_key_at_any_offset() {
        let (home, _clock, bench) = filled().await;
        let (before, store) = (wraps(&home), store_id(&home));
        let hits = |keys: &[Key], names: &[Wrap]| -> usize {
            let mut hits = 0;
            for (_, bytes) in home.files() {
                // A wrap is 1 + 4 + 12 + 32 + 16 bytes and begins with the number of its format.
                let starts = memchr::memchr_iter(0x81, &bytes).filter_map(|at| bytes.get(at..at + 65));
                for (wrap, key) in starts.flat_map(|wrap| keys.iter().map(move |key| (wrap, key))) {
                    let opens = |lost: &&Wrap| key.unwrap_key(store, lost.tenant, lost.name, wrap).is_ok();
                    hits += names.iter().filter(opens).count();
                }
            }
            hits
        };
        assert!(hits(&all_keys(&home), &before) >= before.len(), "the search finds every wrap while it is there");
        erase(&bench, GONE).await;
        let lost = lost(&before, &home);
        assert_eq!(hits(&all_keys(&home), &lost), 0);
    }

    #[tokio::test]
    async fn who_comes_back_is_somebody_else_under_another_key() {
        let (home, _clock, bench) = filled().await;
        let before = secrets(&home);
        erase(&bench, GONE).await;
        let kept: Vec<_> = secrets(&home).into_iter().map(|(_, secret)| secret).collect();
        bench.submit(&Draft { emails: vec![GONE], text: SECRET.to_owned(), ..bench.draft() }).await;
        let new: Vec<_> = secrets(&home).into_iter().filter(|(_, secret)| !kept.contains(secret)).collect();
        assert_eq!(new.len(), 3, "a person, a case, an interaction");
        for (name, secret) in new {
            assert!(before.iter().all(|(_, old)| *old != secret), "{name:?} was there before");
        }
    }

    #[tokio::test]
    async fn no_request_of_before_stores_anything_after_a_kill() {
        let (home, clock, bench) = filled().await;
        let earlier = drafts(&bench);
        erase(&bench, GONE).await;
        // What a kill at this moment leaves: the files as they are, nothing closed.
        let crashed = tempfile::tempdir().unwrap();
        for dir in ["data", "keys"] {
            fs::create_dir(crashed.path().join(dir)).unwrap();
            for entry in fs::read_dir(home.dir.join(dir)).unwrap() {
                let path = entry.unwrap().path();
                fs::copy(&path, crashed.path().join(dir).join(path.file_name().unwrap())).unwrap();
            }
        }
        fs::copy(home.dir.join("master.key"), crashed.path().join("master.key")).unwrap();
        let copy = Home::at(crashed.path(), clock.clone());
        let again = self::bench(&copy, &clock).await;
        for draft in &earlier {
            let replayed = again.store.submit(draft.submission()).await;
            if draft.emails == [GONE] {
                assert_error!(replayed, StoreError::RecordGone);
            } else {
                replayed.unwrap();
            }
        }
        assert_eq!(again.cases(again.tenant).await.len(), 2, "those of the other person, once");
        while again.upkeep().await.more {}
        let data = open(&copy.data().join("data.db"));
        let count = |sql: &str| data.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!(count("SELECT COUNT(*) FROM interactions"), 2, "the rows are swept");
        assert_eq!(count("SELECT COUNT(*) FROM segments"), 2);
        assert_eq!(count("SELECT COUNT(*) FROM cases"), 2);
        assert_eq!(count("SELECT COUNT(*) FROM items"), 2);
    }

    #[tokio::test]
    async fn the_index_of_identifiers_dies_with_the_person() {
        let (home, _clock, bench) = filled().await;
        let hashes = || -> Vec<Vec<u8>> {
            let keys = open(&home.keys().join("keys.db"));
            let mut statement = keys.prepare("SELECT hash FROM identifiers").unwrap();
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        let before = hashes();
        erase(&bench, GONE).await;
        let after = hashes();
        assert_eq!((before.len(), after.len()), (2, 1));
        let gone = before.iter().find(|hash| !after.contains(hash)).unwrap();
        assert_eq!(contains(&home.files(), gone), 0);
    }

    /// Copies the files of a directory of the store, those of these names left out.
    fn copy_dir(from: &Path, to: &Path, without: &[&str]) {
        fs::create_dir_all(to).unwrap();
        for entry in fs::read_dir(from).unwrap() {
            let path = entry.unwrap().path();
            if !without.iter().any(|name| path.ends_with(name)) {
                fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
            }
        }
    }

    /// No file holds a wrap of these, and no key that is left reads the text.
    fn check_gone(home: &Home, lost: &[Wrap]) {
        let remaining = secrets(home);
        for (path, bytes) in home.files() {
            for wrap in lost {
                assert!(memchr::memmem::find(&bytes, &wrap.wrapped).is_none(), "{}: {:?}", path.display(), wrap.name);
            }
            assert_eq!(readable(&bytes, &remaining), [], "{}", path.display());
        }
    }

    #[tokio::test]
    async fn nothing_of_a_tenant_that_left_opens_and_no_older_copy_brings_it_back() {
        let (home, clock, bench) = filled().await;
        bench.submit(&Draft { tenant: bench.other, ..bench.draft() }).await;
        let lost: Vec<_> = wraps(&home).into_iter().filter(|wrap| wrap.tenant == bench.tenant).collect();
        assert_eq!(lost.len(), 2 + 2 + 4 + 4, "tenant and its hashes, people, cases, interactions");
        bench.store.close().await.unwrap();
        let older = tempfile::tempdir().unwrap();
        for dir in ["data", "keys"] {
            copy_dir(&home.dir.join(dir), &older.path().join(dir), &[]);
        }
        let again = self::bench(&home, &clock).await;
        assert_eq!(offboarding::left(&again).await.holdings.interactions, 4);
        check_gone(&home, &lost);
        again.store.close().await.unwrap();
        check_gone(&home, &lost);
        copy_dir(&older.path().join("data"), &home.data(), &[]);
        copy_dir(&older.path().join("keys"), &home.keys(), &["tombstones"]);
        let restored = self::bench(&home, &clock).await;
        assert_ne!(restored.tenant, again.tenant, "nobody finds it by its name");
        assert_eq!((restored.cases(restored.tenant).await.len(), restored.cases(restored.other).await.len()), (0, 1));
        while restored.upkeep().await.more {}
        check_gone(&home, &lost);
        let data = open(&home.data().join("data.db"));
        let count = |sql: &str| data.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
        assert_eq!((count("SELECT COUNT(*) FROM cases"), count("SELECT COUNT(*) FROM interactions")), (1, 1));
        assert_eq!(count("SELECT COUNT(*) FROM sweeps"), 0);
    }
}
