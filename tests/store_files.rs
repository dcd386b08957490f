//! The files of an embedded store: what is refused at opening, what does not open once it is moved, what is gone once it
//! is destroyed, and that nothing readable is in them.

#[cfg(test)]
#[expect(dead_code, reason = "the suite has more helpers than are needed here")]
mod store_suite;

#[cfg(test)]
#[expect(dead_code, reason = "it has more helpers than are needed here")]
mod store_embedded;

#[cfg(test)]
#[path = "common/canary.rs"]
#[expect(dead_code, reason = "trees are searched elsewhere")]
mod canary;

#[cfg(test)]
#[path = "store_files/formats.rs"]
mod formats;

#[cfg(test)]
#[path = "../benches/store/texts.rs"]
mod texts;

#[cfg(test)]
#[path = "store_files/bytes.rs"]
mod bytes;

#[cfg(test)]
mod files {
    use std::{fs, path::Path, sync::Arc, time::Duration};

    use rusqlite::Connection;
    use triaged::{
        crypto::random,
        store::{AccessRole, CaseFilter, NewCredential, Store, StoreError, embedded::EmbeddedStore},
    };

    use super::{
        canary::Canaries,
        store_embedded::Home,
        store_suite::{Bench, DAY, Opened, START, draft::Draft},
    };
    use crate::assert_error;

    pub(crate) async fn bench(home: &Home, clock: &Arc<triaged::time::ManualClock>) -> Bench {
        let store = Arc::new(home.open().unwrap());
        Bench::new(Opened { store, clock: clock.clone(), keep: Box::new(()) }).await
    }

    /// A store with two cases in it, closed.
    pub(crate) async fn filled() -> (Home, Arc<triaged::time::ManualClock>) {
        let (home, clock) = Home::new(START);
        let bench = bench(&home, &clock).await;
        for (text, recording) in
            [("one parcel is late", "https://r.example/1"), ("two are late", "https://r.example/2")]
        {
            let draft = Draft { text: text.to_owned(), recording: Some(recording), ..bench.draft() };
            bench.submit(&draft).await;
        }
        bench.store.close().await.unwrap();
        (home, clock)
    }

    /// Opens a store that must be refused; the message with the directory left out.
    pub(crate) fn refusal(home: &Home) -> String {
        let message = home.open().map(drop).unwrap_err().to_string();
        message.replace(home.dir.to_str().unwrap(), "DIR")
    }

    pub(crate) fn database(path: &Path) -> Connection {
        Connection::open(path).unwrap()
    }

    #[tokio::test]
    async fn a_second_server_is_refused() {
        let (home, _) = Home::new(START);
        let store = home.open().unwrap();
        insta::assert_snapshot!(refusal(&home), @"another server uses DIR/data: stop it, or give this one directories of its own");
        store.close().await.unwrap();
        home.open().unwrap();
    }

    #[tokio::test]
    async fn a_definition_of_another_hand_ends_the_opening() {
        let (home, _) = Home::new(START);
        home.open().unwrap().close().await.unwrap();
        let spy =
            "CREATE TRIGGER spy AFTER DELETE ON segments BEGIN INSERT INTO segments VALUES(OLD.number, OLD.turns); END";
        database(&home.data().join("data.db")).execute_batch(spy).unwrap();
        insta::assert_snapshot!(refusal(&home), @"DIR/data/data.db: there is a definition of another hand; a hand or a fault of the disk changed the file: restore it from a backup");
        database(&home.data().join("data.db")).execute_batch("DROP TRIGGER spy").unwrap();
        database(&home.keys().join("keys.db")).execute_batch("DROP TRIGGER wraps_gone").unwrap();
        insta::assert_snapshot!(refusal(&home), @"DIR/keys/keys.db: trigger wraps_gone is not as it was made; a hand or a fault of the disk changed the file: restore it from a backup");
    }

    #[tokio::test]
    async fn the_key_directory_alone_is_locked_too() {
        let (home, _) = Home::new(START);
        let (other, _) = Home::new(START);
        let _store = home.open().unwrap();
        fs::copy(home.dir.join("master.key"), other.dir.join("master.key")).unwrap();
        std::os::unix::fs::symlink(home.keys(), other.keys()).unwrap();
        assert!(refusal(&other).contains("another server uses"));
    }

    #[tokio::test]
    async fn a_wrong_master_key_is_refused() {
        let (home, _) = filled().await;
        fs::write(home.dir.join("master.key"), [7; 32]).unwrap();
        insta::assert_snapshot!(refusal(&home), @"the master key is not the one this store was made with: give the right key file");
    }

    #[tokio::test]
    async fn keys_of_another_store_are_refused() {
        let (home, _) = filled().await;
        let (other, _) = filled().await;
        fs::copy(other.keys().join("keys.db"), home.keys().join("keys.db")).unwrap();
        insta::assert_snapshot!(refusal(&home), @"DIR/data/data.db and DIR/keys/keys.db belong to different stores: give both directories of one store");
    }

    #[tokio::test]
    async fn a_missing_half_is_refused() {
        let (home, _) = filled().await;
        fs::rename(home.keys().join("keys.db"), home.dir.join("aside")).unwrap();
        insta::assert_snapshot!(refusal(&home), @"DIR/keys/keys.db is missing beside DIR/data/data.db: put it back from where it went; without it nothing can be read");
        fs::rename(home.dir.join("aside"), home.keys().join("keys.db")).unwrap();
        fs::remove_file(home.data().join("data.db")).unwrap();
        insta::assert_snapshot!(refusal(&home), @"DIR/data/data.db is missing beside DIR/keys/keys.db: put it back from where it went; without it nothing can be read");
    }

    #[tokio::test]
    async fn older_keys_are_refused() {
        let (home, clock) = filled().await;
        fs::copy(home.keys().join("keys.db"), home.dir.join("older")).unwrap();
        let bench = bench(&home, &clock).await;
        bench.submit(&bench.draft()).await;
        bench.store.close().await.unwrap();
        fs::copy(home.dir.join("older"), home.keys().join("keys.db")).unwrap();
        assert!(refusal(&home).starts_with("DIR/keys/keys.db is older (generation "));
    }

    #[tokio::test]
    async fn a_file_of_another_program_is_refused() {
        let (home, _) = filled().await;
        database(&home.data().join("data.db")).pragma_update(None, "application_id", 1).unwrap();
        insta::assert_snapshot!(refusal(&home), @"DIR/data/data.db is not a file of triaged: give another directory");
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn files_are_open_to_their_owner_only() {
        use std::os::unix::fs::PermissionsExt;
        let (home, clock) = filled().await;
        let bench = bench(&home, &clock).await;
        bench.submit(&bench.draft()).await;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&home.data()), mode(&home.keys())), (0o700, 0o700));
        let files = home.files();
        assert!(files.len() >= 8, "both files, their logs and their locks");
        for (path, _) in files {
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
    }

    #[tokio::test]
    async fn sealed_values_that_are_swapped_do_not_open() {
        for (table, column) in
            [("segments", "turns"), ("interactions", "facts"), ("interactions", "assessment"), ("cases", "sealed")]
        {
            let (home, clock) = filled().await;
            let data = database(&home.data().join("data.db"));
            let swapped = data.execute_batch(&format!(
                "CREATE TEMP TABLE before AS SELECT number, {column} AS value FROM {table};
                 UPDATE {table} SET {column} = (SELECT value FROM before WHERE before.number != {table}.number)"
            ));
            swapped.unwrap();
            drop(data);
            let bench = bench(&home, &clock).await;
            let reader = bench.supervisor();
            let listed = bench.store.list_cases(reader, CaseFilter::default(), 10, None).await;
            if table == "cases" {
                assert_error!(listed, StoreError::Damaged(_));
                continue;
            }
            for case in listed.unwrap().items {
                assert_error!(bench.store.get_case(reader, case.case).await, StoreError::Damaged(_));
            }
        }
    }

    #[tokio::test]
    async fn a_value_moved_to_another_field_or_tenant_does_not_open() {
        for change in [
            "UPDATE interactions SET assessment = facts",
            "UPDATE interactions SET facts = recording",
            "UPDATE interactions SET content_version = content_version + 1",
            "UPDATE interactions SET segments = 2",
            "UPDATE cases SET tenant = 2",
            "UPDATE tenants SET number = 3 - number",
        ] {
            let (home, clock) = filled().await;
            let change = change.replace(
                "UPDATE tenants SET number = 3 - number",
                "UPDATE tenants SET number = number + 8; UPDATE tenants SET number = 11 - number",
            );
            database(&home.data().join("data.db")).execute_batch(&change).unwrap();
            let bench = bench(&home, &clock).await;
            for tenant in [bench.tenant, bench.other] {
                let reader = triaged::store::Reader { tenant, ..bench.supervisor() };
                let Ok(page) = bench.store.list_cases(reader, CaseFilter::default(), 10, None).await else { continue };
                for case in page.items {
                    assert_error!(
                        bench.store.get_case(reader, case.case).await,
                        StoreError::Damaged(_) | StoreError::RecordGone
                    );
                }
            }
        }
    }

    fn credential(bench: &Bench, role: AccessRole) -> NewCredential {
        let (creator, roles, label) = (None, vec![role], "a label".to_owned());
        NewCredential { tenant: bench.tenant, creator, roles, label, valid_duration: DAY }
    }

    #[tokio::test]
    async fn an_edited_credential_opens_nothing() {
        for change in [
            "UPDATE credentials SET token_hash = (SELECT o.token_hash FROM credentials o WHERE o.number != credentials.number) WHERE number = 9",
            "UPDATE credentials SET sealed = (SELECT o.sealed FROM credentials o WHERE o.number != credentials.number)",
            "UPDATE credentials SET version = 2",
            "UPDATE credentials SET tenant = 2",
        ] {
            let (home, clock) = Home::new(START);
            let first = bench(&home, &clock).await;
            let (_, token) = first.store.create_credential(credential(&first, AccessRole::Intake)).await.unwrap();
            first.store.create_credential(credential(&first, AccessRole::TenantAdmin)).await.unwrap();
            first.store.close().await.unwrap();
            let data = database(&home.data().join("data.db"));
            if change.contains("number = 9") {
                // The hashes are exchanged by way of a third value, since they are unique.
                data.execute_batch(
                    "CREATE TEMP TABLE h AS SELECT number, token_hash FROM credentials;
                     UPDATE credentials SET token_hash = zeroblob(32) WHERE number = 1;
                     UPDATE credentials SET token_hash = (SELECT token_hash FROM h WHERE number = 1) WHERE number = 2;
                     UPDATE credentials SET token_hash = (SELECT token_hash FROM h WHERE number = 2) WHERE number = 1;",
                )
                .unwrap();
            } else {
                data.execute_batch(change).unwrap();
            }
            drop(data);
            let second = bench(&home, &clock).await;
            let opened = second.store.authenticate(token.expose()).await;
            assert!(matches!(opened, Ok(None) | Err(StoreError::Damaged(_))), "{change}: {opened:?}");
        }
    }

    fn contains(files: &[(std::path::PathBuf, Vec<u8>)], needle: &[u8]) -> bool {
        files.iter().any(|(_, bytes)| memchr::memmem::find(bytes, needle).is_some())
    }

    fn wraps(home: &Home) -> Vec<Vec<u8>> {
        let keys = database(&home.keys().join("keys.db"));
        let mut statement = keys.prepare("SELECT wrapped FROM wrapped_keys WHERE kind = 5").unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }

    #[tokio::test]
    async fn a_replaced_content_leaves_no_wrap_of_its_key_behind() {
        let (home, clock) = Home::new(START);
        let bench = bench(&home, &clock).await;
        let draft = Draft { source_ref: Some("i-1"), ..bench.draft() };
        bench.submit(&draft).await;
        let old = wraps(&home);
        assert_eq!(old.len(), 1);
        assert!(contains(&home.files(), &old[0]), "the search finds what is there");
        for source_version in 1..20 {
            bench.submit(&Draft { source_version, ..draft.clone() }).await;
        }
        let new = wraps(&home);
        assert_eq!(new.len(), 1);
        assert!(contains(&home.files(), &new[0]));
        assert!(!contains(&home.files(), &old[0]), "the old wrap is still in a file");
    }

    #[tokio::test]
    async fn a_destruction_that_a_crash_cut_short_is_finished_at_the_next_start() {
        let (home, _) = filled().await;
        let old = wraps(&home);
        let id: Vec<u8> = database(&home.keys().join("keys.db"))
            .query_row("SELECT id FROM wrapped_keys WHERE wrapped = ?1", [&old[0]], |row| row.get(0))
            .unwrap();
        let data = database(&home.data().join("data.db"));
        data.execute("INSERT INTO doomed(id, kind, version) VALUES(?1, 5, 1)", [id]).unwrap();
        drop(data);
        let store = home.open().unwrap();
        assert!(!contains(&home.files(), &old[0]));
        assert!(contains(&home.files(), &old[1]));
        store.close().await.unwrap();
    }

    #[tokio::test]
    async fn a_case_whose_key_is_missing_without_a_tombstone_is_damaged_and_named() {
        let (home, clock) = filled().await;
        database(&home.keys().join("keys.db")).execute("DELETE FROM wraps WHERE kind = 5", []).unwrap();
        let bench = bench(&home, &clock).await;
        for case in bench.cases(bench.tenant).await {
            let read = bench.store.get_case(bench.supervisor(), case.case).await;
            let Err(StoreError::Damaged(named)) = read else { panic!("{read:?}") };
            assert!(named.contains("no tombstone names it"), "{named}");
        }
    }

    /// Random lower-case letters: no redactor takes them for an identifier.
    fn canary() -> String {
        random::<24>().unwrap().iter().map(|byte| char::from(b'a' + byte % 26)).collect()
    }

    fn hits(files: &[(std::path::PathBuf, Vec<u8>)], canaries: &[String]) -> usize {
        let searcher = Canaries::new(canaries);
        files.iter().map(|(_, bytes)| searcher.find(bytes).len()).sum()
    }

    fn leak(text: &str) -> &'static str {
        Box::leak(text.to_owned().into_boxed_str())
    }

    pub(crate) fn new_policy(bench: &Bench, policy: triaged::policy::Policy) -> triaged::store::NewPolicy {
        let (tenant, principal) = (bench.tenant, super::store_suite::WORKER);
        triaged::store::NewPolicy { tenant, principal, expected: None, policy, shadow: false }
    }

    /// Writes canaries through everything that takes text.
    async fn plant(bench: &Bench) -> Vec<String> {
        let canaries: Vec<String> = (0..15).map(|_| canary()).collect();
        let [text, source, case, customer, email, phone, message, reference, skill, recording, label, tenant] =
            [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map(|index| leak(&canaries[index]));
        let draft = Draft {
            request_id: Some(5),
            text: format!("my word is {text} indeed"),
            source_ref: Some(source),
            case_ref: Some(case),
            customer_ref: Some(customer),
            emails: vec![email],
            phones: vec![phone],
            message_ids: vec![message],
            references: vec![reference],
            skills: vec![skill],
            recording: Some(recording),
            ..bench.draft()
        };
        assert!(draft.content().turns[0].text.as_str().contains(text), "the canary went through redaction");
        bench.submit(&draft).await;
        bench.submit(&Draft { source_version: 1, request_id: None, ..draft }).await;
        let new = NewCredential { label: label.to_owned(), ..credential(bench, AccessRole::Agent) };
        let (_, token) = bench.store.create_credential(new).await.unwrap();
        bench.store.ensure_tenant(tenant).await.unwrap();
        let ask = triaged::store::LeaseRequest { skills: vec![skill.to_owned()], ..bench.ask() };
        let leased = bench.lease(ask).await;
        bench.store.release_item(bench.handle(&leased[0]), Duration::from_secs(9)).await.unwrap();
        let [pattern, attribute, phrase] = [12, 13, 14].map(|index| canaries[index].clone());
        let mut policy = triaged::policy::Policy::default();
        policy.keep.allow.push(pattern);
        policy.attribute_allow_list.insert(attribute);
        let (language, rows) = (triaged::text::Language::English, format!("{phrase}\t300\tpolarity\n"));
        policy.lexicon.push(triaged::policy::LexiconLayer { language, rows });
        bench.store.put_policy(new_policy(bench, policy)).await.unwrap();
        [canaries, vec![token.expose().to_owned()]].concat()
    }

    #[tokio::test]
    async fn nothing_readable_is_in_any_file() {
        let (home, clock) = Home::new(START);
        let bench = bench(&home, &clock).await;
        let canaries = plant(&bench).await;
        assert_eq!(hits(&home.files(), &canaries), 0, "while the store is open");
        bench.store.close().await.unwrap();
        assert_eq!(hits(&home.files(), &canaries), 0, "after it was closed");
        let master = fs::read(home.dir.join("master.key")).unwrap();
        assert!(!contains(&home.files(), &master), "the master key stands in its own file only");
    }

    #[tokio::test]
    async fn every_act_leaves_an_event_with_its_leaf_hash() {
        let (home, clock) = Home::new(START);
        let bench = bench(&home, &clock).await;
        let (case, _) = bench.submit(&bench.draft()).await;
        let entry = bench.lease_one().await;
        bench.store.renew_lease(bench.handle(&entry), DAY).await.unwrap();
        bench.acknowledge(&entry).await.unwrap();
        let data = database(&home.data().join("data.db"));
        let mut statement = data.prepare("SELECT salt, event, hash FROM events ORDER BY number").unwrap();
        let rows =
            statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, Vec<u8>>(1)?, row.get::<_, [u8; 32]>(2)?)));
        let mut actions = Vec::new();
        for row in rows.unwrap() {
            let (salt, event, hash) = row.unwrap();
            assert_eq!(triaged::audit::leaf_hash(&salt, &event), hash);
            actions.push(u16::from_be_bytes([event[1], event[2]]));
        }
        // Two tenants, stored, read by the helper, leased, renewed, acknowledged.
        assert_eq!(actions, [1, 1, 10, 20, 30, 31, 32]);
        assert_eq!(bench.case(&case).await.case, case.case);
    }

    #[tokio::test]
    async fn teaching_leaves_events_too() {
        use std::sync::Arc;
        use triaged::{
            policy::{Correction, Policy},
            store::{
                Breakdown, CorrectionReason, CorrectionRequest, Rescore, RescoreRequest, SamplesRequest,
                StatisticsRequest,
            },
        };
        let (home, clock) = Home::new(START);
        let bench = bench(&home, &clock).await;
        let draft = bench.draft();
        let (case, interaction) = bench.submit(&draft).await;
        let (tenant, principal, policy) = (bench.tenant, super::store_suite::WORKER, Arc::new(Policy::default()));
        bench.store.put_policy(new_policy(&bench, Policy::default())).await.unwrap();
        let correction = Correction { label: Some(triaged::assessment::Label::Negative), level: None };
        let correct = CorrectionRequest {
            reader: bench.supervisor(),
            case: case.case,
            interaction: interaction.interaction,
            correction,
            reason: CorrectionReason::Domain,
            policy: Arc::clone(&policy),
        };
        bench.store.correct_assessment(correct).await.unwrap();
        let rescore: Rescore = Arc::new(move |_, _| draft.assessment(3));
        for apply in [false, true] {
            let (rescore, policy) = (Arc::clone(&rescore), Arc::clone(&policy));
            let (after, limit, newest_first) = (None, 9, false);
            let request =
                RescoreRequest { tenant, principal, after, limit, newest_first, apply, redact: None, rescore, policy };
            assert_eq!(bench.store.rescore_cases(request).await.unwrap().changed, 1);
        }
        bench.store.corrected_samples(SamplesRequest { tenant, principal, limit: 9 }).await.unwrap();
        let (start, end, breakdown) = (START, START, Breakdown::Label);
        let request = StatisticsRequest { tenant, principal, start, end, breakdown };
        bench.store.count_interactions(request).await.unwrap();
        let data = database(&home.data().join("data.db"));
        let mut statement = data.prepare("SELECT event FROM events ORDER BY number").unwrap();
        let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        let actions: Vec<_> = rows.map(|row| row.unwrap()).map(|row| u16::from_be_bytes([row[1], row[2]])).collect();
        // Two tenants, stored, read; policy, correction and the read that answers it, preview, scoring anew, samples, counts.
        assert_eq!(actions, [1, 1, 10, 20, 40, 42, 21, 41, 43, 44, 45]);
    }

    #[tokio::test]
    async fn a_policy_that_is_put_in_the_place_of_another_does_not_open() {
        let (home, clock) = Home::new(START);
        let bench = bench(&home, &clock).await;
        for _ in 0..2 {
            bench.store.put_policy(new_policy(&bench, triaged::policy::Policy::default())).await.unwrap();
        }
        let data = database(&home.data().join("data.db"));
        let older = "UPDATE policies SET sealed = (SELECT sealed FROM policies WHERE revision = 2) WHERE revision = 3";
        assert_eq!(data.execute(older, []).unwrap(), 1);
        let read = bench.store.get_policy(bench.tenant, None).await;
        assert!(matches!(read, Err(triaged::store::StoreError::Damaged(_))), "{read:?}");
    }

    #[tokio::test]
    async fn everything_is_there_after_reopening() {
        let (home, clock) = filled().await;
        let first = bench(&home, &clock).await;
        let before = first.cases(first.tenant).await;
        assert_eq!(before.len(), 2);
        let tenant = first.tenant;
        first.store.close().await.unwrap();
        clock.set(triaged::time::Timestamp(0));
        let second = bench(&home, &clock).await;
        assert_eq!(second.tenant, tenant);
        assert_eq!(second.cases(tenant).await, before);
        let store: EmbeddedStore = {
            second.store.close().await.unwrap();
            home.open().unwrap()
        };
        assert_eq!(store.service_time().now(), START, "service time does not run back over a restart");
    }
}
