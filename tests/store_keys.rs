//! Rotations of keys: everything stays readable, and what an attacker kept from before opens nothing any more.

#[cfg(test)]
#[expect(dead_code, reason = "the suite has more helpers than are needed here")]
mod store_suite;

#[cfg(test)]
#[expect(dead_code, reason = "it has more helpers than are needed here")]
mod store_embedded;

#[cfg(test)]
mod keys {
    use std::{
        fs,
        path::{Path, PathBuf},
        sync::Arc,
    };

    use rusqlite::Connection;
    use triaged::{
        crypto::MasterKey,
        store::{
            AccessRole, CaseFilter, NewCredential, NewPolicy, Officer, Posture, Reader, Store, StoreError,
            embedded::EmbeddedStore,
        },
    };

    use super::{
        store_embedded::Home,
        store_suite::{Bench, DAY, Opened, START, WORKER, draft::Draft},
    };

    /// An open store with what lies in it.
    struct Filled {
        home: Home,
        store: Arc<EmbeddedStore>,
        bench: Bench,
        token: String,
    }

    const REFS: [&str; 12] = ["i-0", "i-1", "i-2", "i-3", "i-4", "i-5", "i-6", "i-7", "i-8", "i-9", "i-10", "i-11"];

    async fn reopen(home: &Home, clock: &Arc<triaged::time::ManualClock>) -> (Arc<EmbeddedStore>, Bench) {
        let store = Arc::new(home.open().unwrap());
        let opened = Opened { store: store.clone(), clock: clock.clone(), keep: Box::new(()) };
        (store, Bench::new(opened).await)
    }

    /// Interactions of two tenants, some replaced by a newer version, with a credential and policies.
    async fn filled() -> Filled {
        let (home, clock) = Home::new(START);
        let (store, bench) = reopen(&home, &clock).await;
        for tenant in [bench.tenant, bench.other] {
            for (number, source_ref) in REFS.into_iter().enumerate() {
                let draft = Draft {
                    tenant,
                    source_ref: Some(source_ref),
                    emails: vec![["ann@example.com", "bob@example.com"][number % 2]],
                    recording: Some("https://r.example/1"),
                    text: format!("parcel {} is late {}", source_ref, "and nobody answers ".repeat(number * 9)),
                    ..bench.draft()
                };
                store.submit(draft.submission()).await.unwrap();
                if number % 3 == 0 {
                    let newer = Draft { source_version: 1, text: "all is well".to_owned(), ..draft };
                    store.submit(newer.submission()).await.unwrap();
                }
            }
            let policy = triaged::policy::Policy::default();
            let new = NewPolicy { tenant, principal: WORKER, expected: None, policy, shadow: false };
            triaged::store::Teaching::put_policy(store.as_ref(), new).await.unwrap();
        }
        let (creator, roles, label) = (None, vec![AccessRole::Agent], "a label".to_owned());
        let new = NewCredential { tenant: bench.tenant, creator, roles, label, valid_duration: DAY };
        let (_, token) = store.create_credential(new).await.unwrap();
        Filled { home, store, bench, token: token.expose().to_owned() }
    }

    /// Every text of a tenant, sorted; a case that does not open counts as an error.
    async fn texts(bench: &Bench, tenant: triaged::id::TenantId) -> Result<Vec<String>, StoreError> {
        let reader = Reader { tenant, ..bench.supervisor() };
        let mut found = Vec::new();
        for case in bench.store.list_cases(reader, CaseFilter::default(), 1000, None).await?.items {
            for interaction in bench.store.get_case(reader, case.case).await?.1 {
                found.extend(interaction.content.turns.iter().map(|turn| turn.text.as_str().to_owned()));
            }
        }
        found.sort();
        Ok(found)
    }

    async fn everything(bench: &Bench) -> Vec<String> {
        let mut all = texts(bench, bench.tenant).await.unwrap();
        all.extend(texts(bench, bench.other).await.unwrap());
        all
    }

    fn blobs(path: &Path, queries: &[&str]) -> Vec<Vec<u8>> {
        let connection = Connection::open(path).unwrap();
        let mut found: Vec<Vec<u8>> = Vec::new();
        for query in queries {
            let mut statement = connection.prepare(query).unwrap();
            let rows = statement.query_map([], |row| row.get::<_, Option<Vec<u8>>>(0)).unwrap();
            found.extend(rows.filter_map(Result::unwrap));
        }
        found
    }

    /// Every value that lies under a data key.
    fn sealed_values(home: &Home) -> Vec<Vec<u8>> {
        blobs(
            &home.data().join("data.db"),
            &[
                "SELECT sealed FROM cases",
                "SELECT facts FROM interactions",
                "SELECT assessment FROM interactions",
                "SELECT recording FROM interactions",
                "SELECT turns FROM segments",
            ],
        )
    }

    fn wraps(home: &Home, kinds: &str) -> Vec<Vec<u8>> {
        blobs(&home.keys().join("keys.db"), &[&format!("SELECT wrapped FROM wrapped_keys WHERE kind IN ({kinds})")])
    }

    /// How many of these values, by their first 32 bytes, are anywhere in the files: format, key version and nonce, and
    /// the beginning of the ciphertext.
    fn hits(files: &[(PathBuf, Vec<u8>)], values: &[Vec<u8>]) -> usize {
        let found =
            |value: &Vec<u8>| files.iter().any(|(_, bytes)| memchr::memmem::find(bytes, &value[..32]).is_some());
        values.iter().filter(|value| found(value)).count()
    }

    #[tokio::test]
    async fn after_data_keys_are_rotated_nothing_from_before_is_left() {
        let Filled { home, store, bench, .. } = filled().await;
        let before = everything(&bench).await;
        let (values, old_wraps) = (sealed_values(&home), wraps(&home, "4, 5"));
        assert_eq!(hits(&home.files(), &values), values.len(), "the search finds what is there");
        assert_eq!(hits(&home.files(), &old_wraps), old_wraps.len());
        let done = store.rotate_data_keys(None).await.unwrap();
        assert_eq!(done.values, values.len() as u64);
        assert_eq!(everything(&bench).await, before);
        assert_eq!((hits(&home.files(), &values), hits(&home.files(), &old_wraps)), (0, 0));
        assert_eq!(wraps(&home, "4, 5").len(), old_wraps.len(), "one key for each record");
        let again = store.rotate_data_keys(Some(bench.tenant)).await.unwrap();
        assert_eq!(again.values, values.len() as u64 / 2, "one tenant alone");
        store.close().await.unwrap();
        let (_, bench) = reopen(&home, &bench.clock).await;
        assert_eq!(everything(&bench).await, before);
    }

    #[tokio::test]
    async fn a_damaged_value_keeps_its_own_key_and_holds_up_no_other() {
        let Filled { home, store, bench, .. } = filled().await;
        let before = everything(&bench).await;
        let old_wraps = wraps(&home, "4, 5");
        store.close().await.unwrap();
        drop(store);
        let facts = |bytes: Option<&[u8]>| {
            let data = rusqlite::Connection::open(home.data().join("data.db")).unwrap();
            let first = "number = (SELECT MIN(number) FROM interactions)";
            if let Some(bytes) = bytes {
                data.execute(&format!("UPDATE interactions SET facts = ?1 WHERE {first}"), [bytes]).unwrap();
            }
            let read = format!("SELECT facts FROM interactions WHERE {first}");
            data.query_row(&read, [], |row| row.get::<_, Vec<u8>>(0)).unwrap()
        };
        let whole = facts(None);
        let mut flipped = whole.clone();
        *flipped.last_mut().unwrap() ^= 1;
        facts(Some(&flipped));
        let (store, bench) = reopen(&home, &bench.clock).await;
        let done = store.rotate_data_keys(None).await.unwrap();
        assert_eq!(done.damaged, 1);
        assert_eq!(hits(&home.files(), &old_wraps), 1, "all others have new keys, and their old ones are gone");
        let officer = Officer { tenant: bench.tenant, principal: WORKER };
        let posture = Posture::posture(store.as_ref(), officer).await.unwrap();
        assert_eq!((posture.keys_kept, posture.rotations), (1, 0));
        store.close().await.unwrap();
        drop(store);
        facts(Some(&whole));
        let (store, bench) = reopen(&home, &bench.clock).await;
        assert_eq!(everything(&bench).await, before, "once repaired it opens");
        assert_eq!(store.rotate_data_keys(None).await.unwrap().damaged, 0);
        assert_eq!(hits(&home.files(), &old_wraps), 0);
    }

    #[tokio::test]
    async fn old_keys_read_nothing_of_the_data_after_a_rotation() {
        let Filled { home, store, bench, .. } = filled().await;
        store.close().await.unwrap();
        let stolen = fs::read(home.keys().join("keys.db")).unwrap();
        let feed = fs::read(home.keys().join("tombstones")).unwrap();
        let (store, second) = reopen(&home, &bench.clock).await;
        store.rotate_data_keys(None).await.unwrap();
        let cases = second.cases(second.tenant).await.len();
        store.close().await.unwrap();
        let generation = "SELECT value FROM meta WHERE name = 'generation'";
        let newest: i64 =
            Connection::open(home.keys().join("keys.db")).unwrap().query_row(generation, [], |row| row.get(0)).unwrap();
        fs::write(home.keys().join("keys.db"), stolen).unwrap();
        fs::write(home.keys().join("tombstones"), feed).unwrap();
        assert!(home.open().is_err(), "older keys are refused as they are");
        // Whoever stole them may edit them.
        let keys = Connection::open(home.keys().join("keys.db")).unwrap();
        keys.execute("UPDATE meta SET value = ?1 WHERE name = 'generation'", [newest]).unwrap();
        drop(keys);
        let (store, thief) = reopen(&home, &bench.clock).await;
        for tenant in [thief.tenant, thief.other] {
            let reader = Reader { tenant, ..thief.supervisor() };
            assert!(store.list_cases(reader, CaseFilter::default(), 1000, None).await.is_err());
        }
        let ids: Vec<[u8; 16]> = {
            let data = Connection::open(home.data().join("data.db")).unwrap();
            let mut statement = data.prepare("SELECT case_id FROM cases").unwrap();
            statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        assert_eq!(ids.len(), 2 * cases);
        for id in ids {
            for tenant in [thief.tenant, thief.other] {
                let reader = Reader { tenant, ..thief.supervisor() };
                assert!(store.get_case(reader, id.into()).await.is_err());
            }
        }
    }

    #[tokio::test]
    async fn after_tenant_keys_are_rotated_the_old_ones_are_gone_and_everything_works() {
        let Filled { home, store, bench, token } = filled().await;
        let before = everything(&bench).await;
        let old = wraps(&home, "2, 3, 7");
        let of_tenants = blobs(
            &home.data().join("data.db"),
            &["SELECT name FROM tenants", "SELECT sealed FROM credentials", "SELECT sealed FROM policies"],
        );
        let done = store.rotate_tenant_keys(None).await.unwrap();
        assert_eq!((done.keys, done.wraps, done.values), (2, old.len() as u64 - 2, of_tenants.len() as u64));
        assert_eq!((hits(&home.files(), &old), hits(&home.files(), &of_tenants)), (0, 0));
        store.submit(Draft { emails: vec!["cy@example.com"], ..bench.draft() }.submission()).await.unwrap();
        store.close().await.unwrap();
        let (store, bench) = reopen(&home, &bench.clock).await;
        let mut after = everything(&bench).await;
        after.retain(|text| before.contains(text));
        assert_eq!(after.len(), before.len() + 1, "and the second turn of the new one, which is as all others");
        assert!(store.authenticate(&token).await.unwrap().is_some());
        let policy = triaged::store::Teaching::get_policy(store.as_ref(), bench.tenant, None).await.unwrap();
        assert_eq!(policy.policy.revision, 2);
        assert_eq!(store.find_tenant("acme").await.unwrap(), Some(bench.tenant));
        assert_eq!(store.rotate_tenant_keys(Some(bench.tenant)).await.unwrap().keys, 1);
    }

    #[tokio::test]
    async fn after_the_master_key_is_rotated_only_the_new_one_opens() {
        let Filled { home, store, bench, .. } = filled().await;
        let before = everything(&bench).await;
        let old = wraps(&home, "2, 6, 8");
        for name in ["second.key", "third.key"] {
            let new = MasterKey::load_or_create(&home.dir.join(name), false).unwrap();
            assert_eq!(store.rotate_master_key(new).await.unwrap().wraps, old.len() as u64);
        }
        assert_eq!(hits(&home.files(), &old), 0);
        let later = store.ensure_tenant("initech").await.unwrap();
        store.close().await.unwrap();
        let refused = home.open().map(drop).unwrap_err().to_string();
        assert_eq!(refused, "the master key is not the one this store was made with: give the right key file");
        fs::copy(home.dir.join("third.key"), home.dir.join("master.key")).unwrap();
        let (store, bench) = reopen(&home, &bench.clock).await;
        assert_eq!(everything(&bench).await, before);
        assert_eq!(store.ensure_tenant("initech").await.unwrap(), later);
    }

    #[tokio::test]
    async fn after_a_purge_no_wrap_from_before_is_left() {
        let Filled { home, store, bench, .. } = filled().await;
        let before = everything(&bench).await;
        let old = wraps(&home, "2, 3, 4, 5, 6, 7, 8");
        let new = MasterKey::load_or_create(&home.dir.join("second.key"), false).unwrap();
        let subjects = wraps(&home, "3").len() as u64;
        assert_eq!(store.purge_keys(new).await.unwrap().keys, 2 + subjects + 1);
        assert_eq!(hits(&home.files(), &old), 0);
        assert_eq!(wraps(&home, "2, 3, 4, 5, 6, 7, 8").len(), old.len(), "one wrap for each key");
        assert_eq!(everything(&bench).await, before);
        store.close().await.unwrap();
        fs::copy(home.dir.join("second.key"), home.dir.join("master.key")).unwrap();
        let (_, bench) = reopen(&home, &bench.clock).await;
        assert_eq!(everything(&bench).await, before);
    }

    #[tokio::test]
    async fn an_unused_version_that_a_crash_left_dies_with_the_version_that_took_its_place() {
        let Filled { home, store, bench, .. } = filled().await;
        store.close().await.unwrap();
        // Between the commits of the two files a crash leaves a second version that no row is under.
        let keys = Connection::open(home.keys().join("keys.db")).unwrap();
        let slots = "INSERT INTO slots SELECT slot + 100000, zeroblob(65) FROM wraps WHERE kind = 5 AND version = 1";
        keys.execute(slots, []).unwrap();
        let spare = "INSERT INTO wraps SELECT id, kind, 9, parent, parent_version, slot + 100000 FROM wraps
                     WHERE kind = 5 AND version = 1";
        let crashed = keys.execute(spare, []).unwrap();
        assert!(crashed > 0);
        drop(keys);
        let (store, bench) = reopen(&home, &bench.clock).await;
        for source_ref in REFS {
            let newer = Draft { source_ref: Some(source_ref), source_version: 7, ..bench.draft() };
            store.submit(newer.submission()).await.unwrap();
        }
        let keys = Connection::open(home.keys().join("keys.db")).unwrap();
        let left =
            "SELECT COUNT(*) FROM wrapped_keys w JOIN wraps n ON n.id = w.id AND n.kind = w.kind AND n.version > w.version
                    WHERE w.kind = 5 AND w.tenant = ?1";
        let left: i64 = keys.query_row(left, [bench.tenant.as_bytes()], |row| row.get(0)).unwrap();
        assert_eq!(left, 0, "older versions outlived the content they sealed");
    }
}
