//! Rows that somebody without the keys has changed: swapped, put back, dropped, added, edited. Each is reported, named, and
//! audited, and what is still read is what was written.

#[cfg(test)]
#[expect(dead_code, reason = "the suite has more helpers than are needed here")]
mod store_suite;

#[cfg(test)]
#[expect(dead_code, reason = "it has more helpers than are needed here")]
mod store_embedded;

#[cfg(test)]
mod tampering {
    use std::{collections::BTreeMap, fs, path::Path, sync::Arc};

    use rusqlite::{Connection, types::Value};
    use triaged::{
        assessment::{Label, Level},
        id::CaseId,
        policy::{Correction, Policy},
        store::{
            CaseFilter, CaseRecord, CorrectionReason, CorrectionRequest, ErasureState, InteractionRecord, LiveChange,
            RescoreRequest, ShadowVerdict, Store, StoreError, Submission,
        },
    };

    use super::{
        store_embedded::Home,
        store_suite::{Bench, DAY, Opened, START, WORKER, draft::Draft, privacy::erase},
    };

    /// The tables whose rows make up a case.
    const TABLES: [&str; 6] = ["cases", "items", "interactions", "segments", "corrections", "shadows"];
    const SEALED: [(&str, &str); 5] = [
        ("cases", "sealed"),
        ("interactions", "facts"),
        ("interactions", "assessment"),
        ("interactions", "recording"),
        ("segments", "turns"),
    ];

    type Model = BTreeMap<CaseId, (CaseRecord, Vec<InteractionRecord>)>;

    /// A closed store, an older copy of its data file, and what is in it.
    struct World {
        home: Home,
        older: std::path::PathBuf,
        model: Model,
    }

    async fn bench(home: &Home) -> Result<(Bench, Arc<triaged::store::embedded::EmbeddedStore>), String> {
        let store = Arc::new(home.open().map_err(|error| error.to_string())?);
        let clock = Arc::new(triaged::time::ManualClock::new(START));
        // A row of the queue that cannot be read stops the store before its first answer.
        for name in ["acme", "globex"] {
            store.ensure_tenant(name).await.map_err(|error| error.to_string())?;
        }
        Ok((Bench::new(Opened { store: store.clone(), clock, keep: Box::new(()) }).await, store))
    }

    fn with_shadow(draft: &Draft) -> Submission {
        let (decide, mut submission) = (draft.decide(), draft.submission());
        submission.decide = Arc::new(move |input, time| {
            let shadow = Some(ShadowVerdict { revision: 7, label: Label::Negative, level: Level::High });
            triaged::store::Decision { shadow, ..decide(input, time) }
        });
        submission
    }

    impl World {
        async fn new() -> Self {
            let (home, _) = Home::new(START);
            let (bench, _) = bench(&home).await.unwrap();
            for text in ["one is late", "two is late"] {
                let recording = Some("https://r.example/1");
                let draft = Draft { case_ref: Some("first"), recording, text: text.to_owned(), ..bench.draft() };
                bench.store.submit(with_shadow(&draft)).await.unwrap();
            }
            let other = Draft { text: "three is late".to_owned(), ..bench.draft() };
            bench.store.submit(with_shadow(&other)).await.unwrap();
            let live = Draft { request_id: Some(9), case_ref: Some("live"), ..bench.draft() };
            let opened = bench.store.open_live(live.submission()).await.unwrap();
            bench.store.close().await.unwrap();
            let older = home.dir.join("older.db");
            fs::copy(home.data().join("data.db"), &older).unwrap();
            let (bench, _) = self::bench(&home).await.unwrap();
            change(&bench, &live, &opened).await;
            let mut model = Model::new();
            for case in bench.cases(bench.tenant).await {
                model.insert(case.case, bench.store.get_case(bench.supervisor(), case.case).await.unwrap());
            }
            bench.store.close().await.unwrap();
            Self { home, older, model }
        }

        /// Changes a copy of the data file and gives what is reported.
        async fn reported(&self, change: impl FnOnce(&Connection)) -> Vec<String> {
            let (home, _) = Home::new(START);
            for file in ["data/data.db", "keys/keys.db", "keys/tombstones", "keys/commits", "master.key"] {
                let to = home.dir.join(file);
                fs::create_dir_all(to.parent().unwrap()).unwrap();
                fs::copy(self.home.dir.join(file), to).unwrap();
            }
            let data = Connection::open(home.data().join("data.db")).unwrap();
            change(&data);
            drop(data);
            self.read(&home).await
        }

        /// Reads everything; what is read must be right.
        async fn read(&self, home: &Home) -> Vec<String> {
            let (bench, store) = match bench(home).await {
                Ok(opened) => opened,
                Err(refused) => return vec![refused],
            };
            let mut reports = Vec::new();
            let mut note = |error: StoreError| match error {
                StoreError::Damaged(what) => reports.push(what),
                StoreError::NotFound => {}
                other => panic!("told as {other:?}"),
            };
            for (case, known) in &self.model {
                match bench.store.get_case(bench.supervisor(), *case).await {
                    Ok(read) => assert_eq!(read, *known),
                    Err(error) => note(error),
                }
            }
            match bench.store.list_cases(bench.supervisor(), CaseFilter::default(), 100, None).await {
                Ok(page) => page.items.iter().for_each(|case| assert!(self.model.contains_key(&case.case))),
                Err(error) => note(error),
            }
            if let Err(error) = bench.store.list_items(bench.tenant, "default".to_owned(), 100, None).await {
                note(error);
            }
            store.verify().await.unwrap().into_iter().for_each(&mut note);
            bench.store.close().await.unwrap();
            reports
        }

        fn data(&self) -> Connection {
            Connection::open(self.home.data().join("data.db")).unwrap()
        }
    }

    /// A correction, turns, a lease: rows of every table are other than in the older copy.
    async fn change(bench: &Bench, live: &Draft, opened: &triaged::store::LiveInteraction) {
        for case in bench.cases(bench.tenant).await {
            let (case, interactions) = bench.store.get_case(bench.supervisor(), case.case).await.unwrap();
            let correct = CorrectionRequest {
                reader: bench.supervisor(),
                case: case.case,
                interaction: interactions[0].interaction,
                correction: Correction { label: Some(Label::Negative), level: None },
                reason: CorrectionReason::Domain,
                policy: Arc::new(Policy::default()),
            };
            bench.store.correct_assessment(correct).await.unwrap();
        }
        let mut content = live.content();
        let new_from = content.turns.len();
        content.turns.extend(live.content().turns);
        let turns = LiveChange {
            tenant: bench.tenant,
            principal: live.principal,
            interaction: opened.submission,
            after: opened.position,
            content,
            new_from,
            reseals: false,
            closes: None,
            decide: live.decide(),
        };
        bench.store.change_live(turns).await.unwrap();
        let leased = bench.lease_one().await;
        bench.store.renew_lease(bench.handle(&leased), DAY).await.unwrap();
    }

    fn columns(data: &Connection, table: &str) -> Vec<(String, String)> {
        let mut statement = data.prepare("SELECT name, type FROM pragma_table_info(?1)").unwrap();
        let rows = statement.query_map([table], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }

    fn numbers(data: &Connection, table: &str) -> Vec<i64> {
        let mut statement = data.prepare(&format!("SELECT rowid FROM {table}")).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.collect::<Result<_, _>>().unwrap()
    }

    fn execute(data: &Connection, sql: &str) -> usize {
        data.execute(sql, []).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    #[tokio::test]
    async fn an_untouched_store_reports_nothing() {
        let world = World::new().await;
        assert_eq!(world.reported(|_| {}).await, [""; 0]);
        let data = world.data();
        for table in TABLES {
            assert!(!numbers(&data, table).is_empty(), "{table} has no row to be changed");
        }
    }

    #[tokio::test]
    async fn any_two_sealed_values_that_change_places_are_reported() {
        let world = World::new().await;
        let data = world.data();
        let mut values = Vec::new();
        for (table, column) in SEALED {
            let there = |number: &i64| {
                let sql = format!("SELECT {column} IS NOT NULL FROM {table} WHERE rowid = ?1");
                data.query_row(&sql, [number], |row| row.get::<_, bool>(0)).unwrap()
            };
            values.extend(numbers(&data, table).into_iter().filter(there).map(|number| (table, column, number)));
        }
        let mut pairs = 0;
        for (at, one) in values.iter().enumerate() {
            for other in &values[at + 1..] {
                let get = |(table, column, number): &(&str, &str, i64)| {
                    let sql = format!("SELECT {column} FROM {table} WHERE rowid = {number}");
                    data.query_row(&sql, [], |row| row.get::<_, Value>(0)).unwrap()
                };
                let (first, second) = (get(one), get(other));
                let reported = world.reported(|data| {
                    for ((table, column, number), value) in [(one, &second), (other, &first)] {
                        let sql = format!("UPDATE {table} SET {column} = ?1 WHERE rowid = {number}");
                        data.execute(&sql, [value]).unwrap();
                    }
                });
                assert!(!reported.await.is_empty(), "{one:?} and {other:?}");
                pairs += 1;
            }
        }
        println!("{pairs} pairs of {} sealed values", values.len());
        assert!(pairs > 100);
    }

    #[tokio::test]
    async fn every_changed_column_is_reported() {
        let world = World::new().await;
        let mut changed = 0;
        for table in TABLES {
            for (column, kind) in columns(&world.data(), table) {
                let new = match kind.as_str() {
                    "INTEGER" => format!("IFNULL({column}, 0) + 1000000007"),
                    "TEXT" => format!("IFNULL({column}, '') || 'x'"),
                    "BLOB" => format!("CAST(x'00' || IFNULL({column}, x'') AS BLOB)"),
                    other => panic!("{other}"),
                };
                let number = *numbers(&world.data(), table).last().unwrap();
                let sql = format!("UPDATE {table} SET {column} = {new} WHERE rowid = {number}");
                let reported = world.reported(|data| assert_eq!(execute(data, &sql), 1)).await;
                assert!(!reported.is_empty(), "{table}.{column}");
                changed += 1;
            }
        }
        println!("{changed} columns");
        assert!(changed > 50);
    }

    #[tokio::test]
    async fn rows_that_are_dropped_added_or_exchanged_are_reported() {
        let world = World::new().await;
        for table in TABLES {
            for number in numbers(&world.data(), table) {
                let drop_row = format!("DELETE FROM {table} WHERE rowid = {number}");
                let reported = world.reported(|data| assert_eq!(execute(data, &drop_row), 1)).await;
                // A case that is gone with its manifest is missed by its key.
                assert!(!reported.is_empty(), "{drop_row}");
            }
            let key = &columns(&world.data(), table)[0].0;
            let add_row = format!(
                "CREATE TEMP TABLE t AS SELECT * FROM {table} LIMIT 1; UPDATE t SET {key} = {key} + 1 + (SELECT MAX({key}) FROM {table});"
            );
            if ["segments", "corrections", "shadows"].contains(&table) {
                let reported = world.reported(|data| {
                    data.execute_batch(&add_row.replace("+ (SELECT MAX(number) FROM segments)", "")).unwrap();
                    let there = numbers(data, table);
                    // The next number of the same owner, or an interaction without such a row.
                    let free = (1..=i64::MAX).find(|number| !there.contains(number)).unwrap();
                    let free = if table == "segments" { there[0] + 1000 } else { free };
                    data.execute(&format!("UPDATE t SET {key} = {free}"), []).unwrap();
                    execute(data, &format!("INSERT INTO {table} SELECT * FROM t"));
                });
                assert!(!reported.await.is_empty(), "a row added to {table}");
            }
        }
    }

    #[tokio::test]
    async fn an_older_version_of_one_row_that_is_put_back_is_reported() {
        let world = World::new().await;
        let mut put_back = 0;
        let older = world.older.to_str().unwrap().to_owned();
        for table in TABLES {
            let columns: Vec<String> = columns(&world.data(), table).into_iter().map(|column| column.0).collect();
            let data = world.data();
            data.execute("ATTACH ?1 AS older", [&older]).unwrap();
            let differs = format!(
                "SELECT n.rowid FROM main.{table} n JOIN older.{table} o ON o.rowid = n.rowid WHERE ({}) IS NOT ({})",
                columns.iter().map(|column| format!("n.{column}")).collect::<Vec<_>>().join(", "),
                columns.iter().map(|column| format!("o.{column}")).collect::<Vec<_>>().join(", "),
            );
            let mut statement = data.prepare(&differs).unwrap();
            let rows = statement.query_map([], |row| row.get(0)).unwrap();
            for number in rows.collect::<Result<Vec<i64>, _>>().unwrap() {
                let reported = world.reported(|data| {
                    data.execute("ATTACH ?1 AS older", [&older]).unwrap();
                    let put = format!("REPLACE INTO main.{table} SELECT * FROM older.{table} WHERE rowid = {number}");
                    assert_eq!(execute(data, &put), 1);
                });
                assert!(!reported.await.is_empty(), "{table} {number}");
                put_back += 1;
            }
        }
        assert!(put_back >= 4, "{put_back}");
    }

    #[tokio::test]
    async fn an_older_data_file_beside_the_same_keys_is_refused() {
        let world = World::new().await;
        let (home, older) = (&world.home, Path::new(&world.older));
        fs::copy(older, home.data().join("data.db")).unwrap();
        let refused = bench(home).await.map(drop).unwrap_err();
        assert!(refused.contains("is older (commit "), "{refused}");
    }

    #[tokio::test]
    async fn a_write_to_a_damaged_case_does_not_hide_the_damage_and_it_is_audited() {
        let world = World::new().await;
        let home = &world.home;
        let case: [u8; 16] =
            world.data().query_row("SELECT case_id FROM cases WHERE number = 1", [], |row| row.get(0)).unwrap();
        execute(&world.data(), "UPDATE cases SET level = 3 - level WHERE number = 1");
        let (bench, _) = bench(home).await.unwrap();
        let draft = Draft { case_ref: Some("first"), ..bench.draft() };
        bench.store.submit(draft.submission()).await.unwrap();
        let read = bench.store.get_case(bench.supervisor(), CaseId::from(case)).await;
        assert!(matches!(read, Err(StoreError::Damaged(_))), "{read:?}");
        bench.store.close().await.unwrap();
        let data = world.data();
        let event = "SELECT event FROM events ORDER BY number DESC LIMIT 1";
        let event: Vec<u8> = data.query_row(event, [], |row| row.get(0)).unwrap();
        assert_eq!(u16::from_be_bytes([event[1], event[2]]), triaged::audit::Action::DamageFound as u16);
    }

    #[tokio::test]
    async fn what_is_damaged_keeps_nothing_else_from_being_destroyed_or_scored() {
        let (home, clock) = Home::new(START);
        let opened = || Opened { store: Arc::new(home.open().unwrap()), clock: clock.clone(), keep: Box::new(()) };
        let bench = Bench::new(opened()).await;
        for (address, case_ref) in [("a@example.com", "t-1"), ("b@example.com", "t-1"), ("c@example.com", "t-2")] {
            let (emails, handling) = (vec![address], triaged::store::Handling::Closed);
            bench.submit(&Draft { emails, case_ref: Some(case_ref), handling, ..bench.draft() }).await;
        }
        bench.store.close().await.unwrap();
        let data = Connection::open(home.data().join("data.db")).unwrap();
        for (table, column) in [("interactions", "facts"), ("cases", "sealed")] {
            data.execute(&format!("UPDATE {table} SET {column} = zeroblob(80) WHERE number = 1"), []).unwrap();
        }
        drop(data);
        let bench = Bench::new(opened()).await;
        let draft = bench.draft();
        let request = RescoreRequest {
            tenant: bench.tenant,
            principal: WORKER,
            after: None,
            limit: 64,
            newest_first: false,
            apply: false,
            redact: None,
            rescore: Arc::new(move |_, _| draft.assessment(0)),
            policy: Arc::new(Policy::default()),
        };
        let rescored = bench.store.rescore_cases(request).await.unwrap();
        assert_eq!((rescored.cases, rescored.interactions, rescored.skipped), (2, 1, 1));
        bench.clock.advance(91 * DAY);
        assert_eq!(bench.upkeep().await.expired, 2, "the texts of the two that can be read");
        assert_eq!(erase(&bench, "a@example.com").await.state, ErasureState::Erased);
    }
}
