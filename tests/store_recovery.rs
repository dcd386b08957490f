//! The way back: everything is deleted and restored from the two backups and an offline identity, all but the erased; what is
//! refused, what stays closed, and that no key of the erased is written again.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

#[cfg(test)]
#[expect(dead_code, reason = "the suite has more helpers than are needed here")]
mod store_suite;

#[cfg(test)]
#[expect(dead_code, reason = "it has more helpers than are needed here")]
mod store_embedded;

#[cfg(all(test, feature = "age"))]
mod recovery {
    use std::{collections::BTreeSet, fs, path::PathBuf, sync::Arc};

    use age::secrecy::ExposeSecret;
    use triaged::{
        crypto::{MasterKey, Recipient, pending::PendingKey},
        id::{CaseId, PrincipalId},
        policy::Correction,
        store::{
            Actor, CaseChange, CaseVersion, CorrectionReason, CorrectionRequest, DeleteCaseRequest, HoldTarget,
            Officer, Reader, Recovery, StoreError, SubjectSelector,
            embedded::{
                EmbeddedStore,
                recovery::{self, Backups, Contents, Manifest, Place, RecoveryError, Restored},
            },
        },
        time::{ManualClock, Timestamp},
    };
    use uuid::Uuid;

    use super::{
        store_embedded::Home,
        store_suite::{
            Bench, DAY, Opened, START,
            draft::{Draft, source_ref},
            privacy::{approved, email, erase, new_officer},
        },
    };
    use crate::assert_error;

    const OFFICER: PrincipalId = PrincipalId(Uuid::from_u128(21));

    /// A store, where its backups go, and the offline identity.
    struct World {
        home: Home,
        clock: Arc<ManualClock>,
        identity: String,
        recipient: Recipient,
        store: Option<Arc<EmbeddedStore>>,
    }

    impl World {
        fn new() -> Self {
            let (home, clock) = Home::new(START);
            let identity = age::x25519::Identity::generate();
            let recipient = Recipient::parse(&identity.to_public().to_string()).unwrap();
            let identity = format!("# offline\n{}\n", identity.to_string().expose_secret());
            Self { home, clock, identity, recipient, store: None }
        }

        async fn open(&mut self) -> Bench {
            let store = Arc::new(self.home.open().unwrap());
            self.store = Some(Arc::clone(&store));
            Bench::new(Opened { store, clock: self.clock.clone(), keep: Box::new(()) }).await
        }

        fn path(&self, name: &str) -> PathBuf {
            self.home.dir.join(name)
        }

        fn key_file(&self) -> PathBuf {
            self.path("master.key")
        }

        fn master(&self) -> MasterKey {
            MasterKey::load_or_create(&self.key_file(), true).unwrap()
        }

        fn back_up_data(&self, name: &str) -> Result<Manifest, RecoveryError> {
            recovery::back_up_data(&self.home.data(), &self.path(name), START)
        }

        fn back_up_keys(&self, name: &str) -> Result<Manifest, RecoveryError> {
            recovery::back_up_keys(&self.home.keys(), &self.master(), &self.recipient, &self.path(name), (START, DAY))
        }

        /// Both backups, under these names, with the store open.
        fn back_up(&self) {
            self.back_up_data("data-backup").unwrap();
            self.back_up_keys("keys-backup").unwrap();
        }

        /// Deletes data, keys and key file; the tombstones go to safety, as they do in earnest.
        fn lose(&self) {
            fs::copy(self.home.keys().join("tombstones"), self.path("tombstones")).unwrap();
            fs::remove_dir_all(self.home.data()).unwrap();
            fs::remove_dir_all(self.home.keys()).unwrap();
            fs::remove_file(self.key_file()).unwrap();
        }

        fn restore(&self, tombstones: Option<&str>, last_tombstone: Option<u64>) -> Result<Restored, RecoveryError> {
            self.restore_of("data-backup", "keys-backup", &self.identity, tombstones, last_tombstone)
        }

        fn restore_of(
            &self,
            data: &str,
            keys: &str,
            identity: &str,
            tombstones: Option<&str>,
            last_tombstone: Option<u64>,
        ) -> Result<Restored, RecoveryError> {
            let (data, keys, feed) = (self.path(data), self.path(keys), tombstones.map(|name| self.path(name)));
            let backups = Backups { data: &data, keys: &keys, identity, tombstones: feed.as_deref(), last_tombstone };
            let (data_dir, keys_dir, key_file) = (self.home.data(), self.home.keys(), self.key_file());
            recovery::restore(backups, Place { data_dir: &data_dir, keys_dir: &keys_dir, key_file: &key_file }, START)
        }
    }

    async fn submit(bench: &Bench, text: &str) -> CaseId {
        bench.submit(&Draft { text: text.to_owned(), ..bench.draft() }).await.0.case
    }

    async fn delete(bench: &Bench, case: CaseId) {
        let officer = Officer { tenant: bench.tenant, principal: OFFICER };
        let version = bench.store.get_case(bench.supervisor(), case).await.unwrap().0.version;
        bench.store.delete_case(DeleteCaseRequest { officer, case, version, request_id: None }).await.unwrap();
    }

    /// The texts that are read, and how many cases are listed that are gone.
    async fn texts(bench: &Bench, cases: &[CaseId]) -> BTreeSet<String> {
        let mut texts = BTreeSet::new();
        for case in cases {
            match bench.store.get_case(bench.supervisor(), *case).await {
                Ok((_, interactions)) => {
                    texts.extend(interactions.iter().map(|one| one.content.turns[0].text.as_str().to_owned()));
                }
                Err(StoreError::RecordGone | StoreError::NotFound) => {}
                Err(error) => panic!("{error}"),
            }
        }
        texts
    }

    fn set(texts: &[&str]) -> BTreeSet<String> {
        texts.iter().map(|&text| text.to_owned()).collect()
    }

    /// Three cases, backed up while the store is open; one is erased after that. Everything is lost.
    async fn disaster() -> (World, Vec<CaseId>) {
        let mut world = World::new();
        let bench = world.open().await;
        let mut cases = Vec::new();
        for text in ["one is late", "two is late", "three is late"] {
            cases.push(submit(&bench, text).await);
        }
        world.back_up();
        cases.push(submit(&bench, "four came after the backup").await);
        delete(&bench, cases[1]).await;
        bench.store.close().await.unwrap();
        world.lose();
        (world, cases)
    }

    #[tokio::test]
    async fn all_but_the_erased_come_back_from_two_backups_and_an_offline_identity() {
        let (mut world, cases) = disaster().await;
        let restored = world.restore(Some("tombstones"), Some(1)).unwrap();
        assert_eq!((restored.complete, restored.carried_out), (true, 1));
        let bench = world.open().await;
        assert_eq!(texts(&bench, &cases).await, set(&["one is late", "three is late"]));
        // It is a store like any other: it stores, and can be backed up and lost again.
        let again = submit(&bench, "five").await;
        bench.store.close().await.unwrap();
        let bench = world.open().await;
        assert_eq!(texts(&bench, &[again]).await, set(&["five"]));
    }

    #[tokio::test]
    async fn a_store_whose_keys_were_rotated_and_purged_comes_back_too() {
        let mut world = World::new();
        let bench = world.open().await;
        let case = submit(&bench, "one is late").await;
        let (store, pending) = (world.store.clone().unwrap(), PendingKey::of(&world.key_file()));
        store.rotate_data_keys(None).await.unwrap();
        store.rotate_master_key(pending.load_or_draw().unwrap()).await.unwrap();
        pending.take_over().unwrap();
        store.purge_keys(pending.load_or_draw().unwrap()).await.unwrap();
        pending.take_over().unwrap();
        world.back_up();
        bench.store.close().await.unwrap();
        world.lose();
        world.restore(Some("tombstones"), Some(0)).unwrap();
        let bench = world.open().await;
        assert_eq!(texts(&bench, &[case]).await, set(&["one is late"]));
    }

    #[tokio::test]
    async fn keys_of_the_erased_are_in_no_file_that_a_restore_writes() {
        let (world, _) = disaster().await;
        let before = world.path("before");
        let keys = |world: &World| fs::read(world.home.keys().join("keys.db")).unwrap();
        // The wraps of the deleted case, from a restore that knows no tombstone.
        world.restore(None, None).unwrap();
        let wraps: Vec<Vec<u8>> = {
            let database = rusqlite::Connection::open(world.home.keys().join("keys.db")).unwrap();
            let mut statement = database.prepare("SELECT wrapped FROM wrapped_keys WHERE kind IN (4, 5)").unwrap();
            let rows = statement.query_map([], |row| row.get(0)).unwrap();
            rows.collect::<Result<_, _>>().unwrap()
        };
        let found = |bytes: &[u8]| wraps.iter().filter(|wrap| memchr::memmem::find(bytes, wrap).is_some()).count();
        assert_eq!((wraps.len(), found(&keys(&world))), (6, 6));
        fs::rename(world.home.data(), &before).unwrap();
        fs::remove_dir_all(world.home.keys()).unwrap();
        fs::remove_file(world.key_file()).unwrap();
        world.restore(Some("tombstones"), Some(1)).unwrap();
        assert_eq!(found(&keys(&world)), 4, "the two of the erased case are not there");
    }

    #[tokio::test]
    async fn without_proof_of_the_tombstones_texts_stay_closed_until_two_people_accept() {
        for (tombstones, last, bytes) in [
            (None, None, None),
            (Some("tombstones"), None, None),
            (Some("tombstones"), Some(2), None),
            (Some("tombstones"), Some(1), Some(10)),
        ] {
            let (mut world, cases) = disaster().await;
            if let Some(cut) = bytes {
                let path = world.path("tombstones");
                let whole = fs::read(&path).unwrap();
                fs::write(&path, &whole[..whole.len() - cut]).unwrap();
            }
            assert!(!world.restore(tombstones, last).unwrap().complete);
            let bench = world.open().await;
            let reader = bench.supervisor();
            for case in &cases[..3] {
                assert_error!(bench.store.get_case(reader, *case).await, StoreError::Closed);
            }
            let listed = bench.store.list_cases(reader, triaged::store::CaseFilter::default(), 9, None).await;
            assert_error!(listed, StoreError::Closed);
            // Work goes on: what comes is stored.
            bench.store.submit(bench.draft().submission()).await.unwrap();
            let store = world.store.clone().unwrap();
            assert!(store.is_closed());
            let accept = |tenant, officers| store.accept_restore(tenant, officers);
            let [new, newer] =
                [new_officer(&bench, None).await, new_officer(&bench, None).await].map(|one| one.principal);
            assert_error!(accept(bench.tenant, [new, newer]).await, StoreError::NewCredential);
            world.clock.advance(DAY);
            assert_error!(accept(bench.tenant, [new; 2]).await, StoreError::SamePerson);
            assert_error!(accept(bench.other, [new, newer]).await, StoreError::NewCredential);
            accept(bench.tenant, [new, newer]).await.unwrap();
            let foreign = Reader { tenant: bench.other, ..reader };
            let others = bench.store.list_cases(foreign, triaged::store::CaseFilter::default(), 9, None).await;
            assert_error!(others, StoreError::Closed);
            assert!(store.is_closed(), "nobody has answered for the other tenant");
            let erased_is_known = tombstones.is_some() && bytes.is_none();
            assert_eq!(texts(&bench, &cases).await.contains("two is late"), !erased_is_known);
            drop(store);
            bench.store.close().await.unwrap();
            let again = world.open().await;
            assert!(again.store.get_case(again.supervisor(), cases[0]).await.is_ok(), "it stays open");
            let others = again.store.list_cases(foreign, triaged::store::CaseFilter::default(), 9, None).await;
            assert_error!(others, StoreError::Closed);
        }
    }

    #[tokio::test]
    async fn a_restore_refuses_what_does_not_fit_and_overwrites_nothing() {
        let (world, _) = disaster().await;
        let foreign = World::new();
        let wrong = world.restore_of("data-backup", "keys-backup", &foreign.identity, None, None);
        assert!(matches!(wrong, Err(RecoveryError::Identity(_))), "{wrong:?}");
        let (other, _) = disaster().await;
        fs::rename(other.path("data-backup"), world.path("other-data")).unwrap();
        let wrong = world.restore_of("other-data", "keys-backup", &world.identity, None, None);
        assert!(matches!(wrong, Err(RecoveryError::OtherStore)), "{wrong:?}");
        let wrong = world.restore(Some("keys-backup"), None);
        assert!(matches!(wrong, Err(RecoveryError::Feed(_))), "{wrong:?}");
        fs::copy(other.path("tombstones"), world.path("other-tombstones")).unwrap();
        let wrong = world.restore(Some("other-tombstones"), None);
        assert!(matches!(wrong, Err(RecoveryError::Feed(_))), "{wrong:?}");
        for (file, refused) in [("data-backup/data.db", "data-backup/data.db"), ("keys-backup", "keys-backup")] {
            let path = world.path(file);
            let good = fs::read(&path).unwrap();
            let mut bad = good.clone();
            let middle = bad.len() / 2;
            bad[middle] ^= 1;
            fs::write(&path, &bad).unwrap();
            let wrong = world.restore(None, None);
            assert!(matches!(&wrong, Err(RecoveryError::Changed(path)) if path.ends_with(refused)), "{wrong:?}");
            fs::write(&path, &good).unwrap();
        }
        assert!(!EmbeddedStore::exists(&world.home.data(), &world.home.keys()), "nothing was begun");
        world.restore(Some("tombstones"), Some(1)).unwrap();
        let wrong = world.restore(Some("tombstones"), Some(1));
        assert!(matches!(wrong, Err(RecoveryError::Exists(_))), "{wrong:?}");
    }

    #[tokio::test]
    async fn keys_older_than_the_data_are_refused_and_nothing_is_copied_over() {
        let mut world = World::new();
        let bench = world.open().await;
        submit(&bench, "one").await;
        world.back_up_keys("keys-backup").unwrap();
        submit(&bench, "two").await;
        world.back_up_data("data-backup").unwrap();
        assert!(matches!(world.back_up_data("data-backup"), Err(RecoveryError::Exists(_))));
        assert!(matches!(world.back_up_keys("keys-backup"), Err(RecoveryError::Exists(_))));
        bench.store.close().await.unwrap();
        world.lose();
        let wrong = world.restore(None, None);
        assert!(matches!(wrong, Err(RecoveryError::OlderKeys { .. })), "{wrong:?}");
    }

    #[tokio::test]
    async fn a_backup_while_writing_is_one_moment_of_the_store() {
        let mut world = World::new();
        let bench = Arc::new(world.open().await);
        let writer = tokio::spawn({
            let bench = Arc::clone(&bench);
            async move {
                for count in 0..60 {
                    let request_id = Some(count + 1);
                    bench.store.submit(Draft { request_id, ..bench.draft() }.submission()).await.unwrap();
                }
            }
        });
        let mut backups = Vec::new();
        while !writer.is_finished() {
            let name = format!("data-{}", backups.len());
            world.back_up_data(&name).unwrap();
            backups.push(name);
            tokio::task::yield_now().await;
        }
        writer.await.unwrap();
        world.back_up_keys("keys-backup").unwrap();
        bench.store.close().await.unwrap();
        world.lose();
        let mut counts = Vec::new();
        for name in backups {
            world.restore_of(&name, "keys-backup", &world.identity, Some("tombstones"), Some(0)).unwrap();
            let restored = world.open().await;
            let cases = restored.cases(restored.tenant).await;
            for case in &cases {
                assert_eq!(restored.store.get_case(restored.supervisor(), case.case).await.unwrap().1.len(), 1);
            }
            counts.push(cases.len());
            restored.store.close().await.unwrap();
            world.lose();
        }
        assert!(counts.is_sorted(), "{counts:?}");
    }

    #[tokio::test]
    async fn a_data_backup_holds_no_key_and_a_key_backup_nothing_readable() {
        let (world, ()) = {
            let mut world = World::new();
            let bench = world.open().await;
            submit(&bench, "a parcel is late").await;
            world.back_up();
            bench.store.close().await.unwrap();
            (world, ())
        };
        let keys = fs::read(world.home.keys().join("keys.db")).unwrap();
        let master = fs::read(world.key_file()).unwrap();
        let data = fs::read(world.path("data-backup/data.db")).unwrap();
        let sealed = fs::read(world.path("keys-backup")).unwrap();
        let wraps: Vec<Vec<u8>> = {
            let database = rusqlite::Connection::open(world.home.keys().join("keys.db")).unwrap();
            let mut statement = database.prepare("SELECT wrapped FROM wrapped_keys").unwrap();
            let rows = statement.query_map([], |row| row.get(0)).unwrap();
            rows.collect::<Result<_, _>>().unwrap()
        };
        let holds = |bytes: &[u8], needle: &[u8]| memchr::memmem::find(bytes, needle).is_some();
        assert!(wraps.len() > 5 && wraps.iter().all(|wrap| holds(&keys, wrap)));
        for needle in wraps.iter().chain([&master, &b"parcel".to_vec()]) {
            assert!(!holds(&data, needle) && !holds(&sealed, needle));
        }
        #[cfg(unix)]
        for path in ["data-backup/data.db", "data-backup/MANIFEST", "keys-backup", "keys-backup.manifest"] {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(world.path(path)).unwrap().permissions().mode() & 0o777, 0o600, "{path}");
        }
    }

    #[tokio::test]
    async fn a_store_has_no_recovery_until_its_escrow_was_proved() {
        let mut world = World::new();
        let bench = world.open().await;
        submit(&bench, "a parcel is late").await;
        let (data, keys) = (world.home.data(), world.home.keys());
        let now = || recovery::recovery(&keys, &world.master()).unwrap();
        assert_eq!(now(), Recovery::NoEscrow);
        let escrow = world.path("escrow");
        recovery::escrow(&keys, &world.master(), &world.recipient, &escrow).unwrap();
        assert_eq!(now(), Recovery::Unproved);
        let prove = |identity: &str| recovery::verify_escrow((&data, &keys), &escrow, identity, Timestamp(5));
        assert!(matches!(prove(&World::new().identity), Err(RecoveryError::Identity(_))));
        assert_eq!(now(), Recovery::Unproved);
        let listed = || fs::read_dir(&keys).unwrap().map(|entry| entry.unwrap().file_name()).collect::<BTreeSet<_>>();
        let before = listed();
        prove(&world.identity).unwrap();
        assert_eq!((now(), listed()), (Recovery::Proved(Timestamp(5)), before), "nothing of the trial is left");
        let twice = recovery::escrow(&keys, &world.master(), &world.recipient, &escrow);
        assert!(matches!(twice, Err(RecoveryError::Exists(_))));
        bench.store.close().await.unwrap();
        let foreign = recovery::recovery(&keys, &MasterKey::load_or_create(&world.path("new.key"), false).unwrap());
        assert!(matches!(foreign, Err(RecoveryError::MasterKey)));
    }

    #[tokio::test]
    async fn a_key_backup_is_kept_at_most_35_days() {
        let mut world = World::new();
        let bench = world.open().await;
        for (name, days, kept) in [("short", 7, 7), ("long", 100, 35)] {
            let asked = (START, days * DAY);
            let (keys, to) = (world.home.keys(), world.path(name));
            let made = recovery::back_up_keys(&keys, &world.master(), &world.recipient, &to, asked).unwrap();
            assert_eq!(made.contents, Contents::Keys { expire_time: START + kept * DAY });
        }
        bench.store.close().await.unwrap();
    }

    /// A draft of who has this address.
    fn of(bench: &Bench, address: &'static str) -> Draft {
        Draft { emails: vec![address], ..bench.draft() }
    }

    /// Closes the store, loses everything and restores it with every tombstone.
    async fn back_from(world: &mut World, bench: Bench, tombstones: u64) -> Bench {
        bench.store.close().await.unwrap();
        world.lose();
        let restored = world.restore(Some("tombstones"), Some(tombstones)).unwrap();
        assert!(restored.complete);
        world.open().await
    }

    #[tokio::test]
    async fn what_comes_after_a_restore_joins_nothing_of_the_erased() {
        let mut world = World::new();
        let bench = world.open().await;
        let alone = Draft { case_ref: Some("t-1"), message_ids: vec!["<m-1>"], ..of(&bench, "a@example.com") };
        let (case, _) = bench.submit(&alone).await;
        bench.submit(&Draft { case_ref: Some("t-2"), ..of(&bench, "b@example.com") }).await;
        let shared = Draft { case_ref: Some("t-2"), source_ref: Some("i-2"), ..of(&bench, "a@example.com") };
        let (_, interaction) = bench.submit(&shared).await;
        world.back_up();
        erase(&bench, "a@example.com").await;
        let bench = back_from(&mut world, bench, 1).await;
        let again = bench.store.submit(shared.submission()).await.unwrap();
        assert_ne!(again.submission, interaction.interaction, "what is acknowledged is stored");
        for draft in [
            Draft { case_ref: Some("t-1"), ..of(&bench, "c@example.com") },
            Draft { references: vec!["<m-1>"], ..of(&bench, "c@example.com") },
        ] {
            let (new, _) = bench.submit(&draft).await;
            assert_ne!(new.case, case.case);
        }
        while bench.upkeep().await.more {}
        assert_eq!(bench.cases(bench.tenant).await.len(), 3, "nothing of it was swept away");
    }

    #[tokio::test]
    async fn an_erasure_that_waited_runs_after_a_restore() {
        let mut world = World::new();
        let bench = world.open().await;
        let mut cases = Vec::new();
        for address in ["a@example.com", "b@example.com", "c@example.com"] {
            cases.push(bench.submit(&Draft { case_ref: Some("t-1"), ..of(&bench, address) }).await.0.case);
        }
        let officer = Officer { tenant: bench.tenant, principal: OFFICER };
        let found = bench.store.lookup_subjects(officer, vec![email("a@example.com")]).await.unwrap();
        approved(&bench, HoldTarget::Subject(found[0].subject)).await;
        erase(&bench, "a@example.com").await;
        world.back_up();
        erase(&bench, "b@example.com").await;
        let bench = back_from(&mut world, bench, 1).await;
        world.clock.advance(30 * DAY);
        assert_eq!(bench.upkeep().await.erasures, 1);
        let (_, left) = bench.store.get_case(bench.supervisor(), cases[0]).await.unwrap();
        assert_eq!(left.len(), 1);
        let owner = bench.store.lookup_subjects(officer, vec![SubjectSelector::Case(cases[0])]).await.unwrap();
        let heir = bench.store.lookup_subjects(officer, vec![email("c@example.com")]).await.unwrap();
        assert_eq!(owner, heir, "the case is theirs who are left");
    }

    #[tokio::test]
    async fn a_case_that_was_handed_over_before_a_restore_is_still_read() {
        for keys_after in [false, true] {
            let mut world = World::new();
            let bench = world.open().await;
            let first = Draft { customer_ref: Some("c-a"), case_ref: Some("t-1"), ..of(&bench, "a@example.com") };
            let (case, _) = bench.submit(&first).await;
            bench.submit(&Draft { case_ref: Some("t-1"), ..of(&bench, "b@example.com") }).await;
            world.back_up_data("data-backup").unwrap();
            if !keys_after {
                world.back_up_keys("keys-backup").unwrap();
            }
            erase(&bench, "a@example.com").await;
            if keys_after {
                world.back_up_keys("keys-backup").unwrap();
            }
            let bench = back_from(&mut world, bench, 1).await;
            let (read, interactions) = bench.store.get_case(bench.supervisor(), case.case).await.unwrap();
            assert_eq!((read.source_ref, read.customer_ref, interactions.len()), (None, None, 1));
            assert_eq!(bench.cases(bench.tenant).await.len(), 1);
            // Who has no identifiers is taken in as well.
            let (joined, _) = bench.submit(&Draft { case_ref: Some("t-1"), ..bench.draft() }).await;
            assert_eq!(joined.case, case.case);
            // Where the key of the case is known they were taken for its person, else for somebody new.
            let erased = erase(&bench, "b@example.com").await;
            assert_eq!(erased.holdings.interactions, 1 + u64::from(keys_after));
        }
    }

    #[tokio::test]
    async fn nothing_that_is_closed_leaves_by_another_way() {
        let mut world = World::new();
        let bench = world.open().await;
        let (case, interaction) = bench.submit(&Draft { case_ref: Some("t-1"), ..of(&bench, "a@example.com") }).await;
        let [officer, other] = [new_officer(&bench, None).await, new_officer(&bench, None).await];
        let recipient = bench.store.register_recipient(officer, "age1x".to_owned()).await.unwrap().recipient;
        world.back_up();
        bench.store.close().await.unwrap();
        world.lose();
        assert!(!world.restore(None, None).unwrap().complete);
        let bench = world.open().await;
        world.clock.advance(DAY);
        let order = bench.store.request_export(officer, vec![email("a@example.com")], recipient).await.unwrap();
        let export = || bench.store.run_export(other, order.export, order.etag.clone());
        assert_error!(export().await, StoreError::Closed);
        let actor = || Actor { reader: bench.supervisor(), request_id: None, policy: Arc::default() };
        let at = CaseVersion { case: case.case, version: case.version };
        let change = CaseChange { queue: Some("other".to_owned()), ..CaseChange::default() };
        assert_error!(bench.store.update_case(actor(), at, change).await, StoreError::Closed);
        assert_error!(bench.store.merge_cases(actor(), at, vec![at]).await, StoreError::Closed);
        let split = bench.store.split_interaction(actor(), at, interaction.interaction);
        assert_error!(split.await, StoreError::Closed);
        let correction = CorrectionRequest {
            reader: bench.supervisor(),
            case: case.case,
            interaction: interaction.interaction,
            correction: Correction { label: None, level: Some(triaged::assessment::Level::Low) },
            reason: CorrectionReason::Wording,
            policy: Arc::default(),
        };
        assert_error!(bench.store.correct_assessment(correction).await, StoreError::Closed);
        let store = world.store.clone().unwrap();
        store.accept_restore(bench.tenant, [officer, other].map(|one| one.principal)).await.unwrap();
        drop(store);
        let (_, exported) = export().await.unwrap();
        assert_eq!(exported[0].own.as_ref().unwrap().source_ref, Some(source_ref("t-1")), "the order is not spent");
        let unchanged = bench.store.get_case(bench.supervisor(), case.case).await.unwrap();
        assert_eq!((unchanged.0.queue, unchanged.1[0].correction.is_none()), ("default".to_owned(), true));
    }

    #[tokio::test]
    async fn a_store_is_restored_into_the_directories_where_it_lay() {
        let (mut world, cases) = {
            let mut world = World::new();
            let bench = world.open().await;
            let first = submit(&bench, "one is late").await;
            world.back_up();
            submit(&bench, "two came after the backup").await;
            bench.store.close().await.unwrap();
            (world, [first])
        };
        fs::rename(world.home.keys().join("tombstones"), world.path("tombstones")).unwrap();
        for path in [world.home.data().join("data.db"), world.home.keys().join("keys.db"), world.key_file()] {
            fs::remove_file(path).unwrap();
        }
        // Pages of the lost files must not find their way into the new ones.
        let log = world.home.data().join("data.db-wal");
        fs::write(&log, b"left").unwrap();
        let refused = world.restore(Some("tombstones"), Some(0));
        assert!(matches!(&refused, Err(RecoveryError::Exists(path)) if *path == log), "{refused:?}");
        for dir in [world.home.data(), world.home.keys()] {
            for file in ["data.db-wal", "data.db-shm", "keys.db-wal", "keys.db-shm"] {
                drop(fs::remove_file(dir.join(file)));
            }
        }
        world.restore(Some("tombstones"), Some(0)).unwrap();
        let bench = world.open().await;
        assert_eq!(texts(&bench, &cases).await, set(&["one is late"]));
    }
}
