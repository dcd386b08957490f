//! What the committer does when writing fails: faults are brought about from inside a job, where SQLite sees them as
//! it would see them from the disk.

use std::{sync::Arc, time::Duration};

use futures_util::{FutureExt, future::join_all};
use tempfile::TempDir;
use uuid::Uuid;

use super::{
    EmbeddedStore, StoreConfig,
    jobs::Turn,
    logs::Cleaning,
    scrub::worn::{hits, wear},
    write::Write,
};
use crate::{
    audit::{Action, Event},
    crypto::{MasterKey, Secret},
    id::{CaseId, PrincipalId},
    queue::WorkClass,
    store::{LeaseRequest, Store, StoreError},
    time::{Clock, ManualClock, Timestamp},
};

fn open(dir: &TempDir) -> EmbeddedStore {
    open_with(dir).0
}

/// A store and its clock.
fn open_with(dir: &TempDir) -> (EmbeddedStore, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::new(Timestamp(1_000_000)));
    let store = EmbeddedStore::open(StoreConfig {
        data_dir: dir.path().join("data"),
        keys_dir: dir.path().join("keys"),
        master_key: MasterKey::new(Secret::from_slice(&[3; 32]).unwrap()).unwrap(),
        clock: Arc::clone(&clock) as Arc<dyn Clock>,
    });
    (store.unwrap(), clock)
}

/// Writes `rows` events.
fn fill(write: &mut Write<'_>, rows: u32) -> Result<(), StoreError> {
    for _ in 0..rows {
        write.audit(None, &Event::new(Action::CaseRead, write.now))?;
    }
    Ok(())
}

async fn events(store: &EmbeddedStore) -> i64 {
    let count = |read: &mut super::readers::Read| {
        Ok(read.data()?.0.query_row("SELECT COUNT(*) FROM events", [], |row| row.get(0))?)
    };
    store.readers.run(super::jobs::Turn::INSTANCE, count).await.unwrap()
}

#[tokio::test]
async fn a_job_that_fails_is_rolled_back_alone() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let good = || store.committer.run(|write| fill(write, 1));
    let bad = store.committer.run(|write| {
        fill(write, 5)?;
        Err::<(), _>(StoreError::NotFound)
    });
    let (one, other, failed) = tokio::join!(good(), good(), bad);
    assert!(one.is_ok() && other.is_ok());
    assert!(matches!(failed, Err(StoreError::NotFound)));
    assert_eq!(events(&store).await, 2);
}

#[tokio::test]
async fn a_full_disk_refuses_writes_and_goes_on_reading() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    store.committer.run(|write| fill(write, 1)).await.unwrap();
    let limit = |pages: &'static str| {
        store.committer.run(move |write| {
            let set = format!("PRAGMA max_page_count = {pages}");
            Ok(write.data.query_row(&set, [], |row| row.get::<_, i64>(0))?)
        })
    };
    limit("1").await.unwrap();
    let full = store.committer.run(|write| fill(write, 2_000)).await;
    assert!(matches!(full, Err(StoreError::Exhausted(_))), "{full:?}");
    assert_eq!(events(&store).await, 1, "nothing of it is there");
    limit("1073741823").await.unwrap();
    store.committer.run(|write| fill(write, 2_000)).await.unwrap();
    assert_eq!(events(&store).await, 2_001, "it recovers with the disk");
}

#[tokio::test]
async fn a_failed_commit_is_not_acknowledged_and_ends_all_writing() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    store.committer.run(|write| fill(write, 1)).await.unwrap();
    // A transaction that is gone when it should be committed: what an error of the disk leaves behind.
    let failed = store.committer.run(|write| {
        fill(write, 1)?;
        write.data.execute_batch("ROLLBACK")?;
        Ok(())
    });
    assert!(matches!(failed.await, Err(StoreError::Unavailable(_))));
    let later = store.committer.run(|write| fill(write, 1)).await;
    assert!(matches!(later, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.ensure_tenant("acme").await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.authenticate("trg_x").await, Err(StoreError::Unavailable(_))));
    store.failed().await;
    assert!(matches!(store.close().await, Err(StoreError::Unavailable(_))), "whoever runs it is told");
    let again = open(&dir);
    assert_eq!(events(&again).await, 1, "what was acknowledged before is there");
}

#[tokio::test]
async fn nothing_is_written_to_a_file_that_no_job_changed() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    store.committer.run(|write| fill(write, 1)).await.unwrap();
    let log = |file: &str| std::fs::metadata(dir.path().join(file)).unwrap().len();
    let before = (log("data/data.db-wal"), log("keys/keys.db-wal"));
    store.committer.run(|_| Ok(())).await.unwrap();
    assert_eq!((log("data/data.db-wal"), log("keys/keys.db-wal")), before);
    store.committer.run(|write| fill(write, 1)).await.unwrap();
    assert!(log("data/data.db-wal") > before.0);
    assert_eq!(log("keys/keys.db-wal"), before.1, "the key file has no part in it");
}

/// What a job notes when it runs.
fn noting(
    order: &Arc<std::sync::Mutex<Vec<&'static str>>>,
    name: &'static str,
) -> impl FnOnce(&mut Write<'_>) -> Result<(), StoreError> + Send + 'static {
    let order = Arc::clone(order);
    move |write| {
        order.lock().unwrap().push(name);
        fill(write, 1)
    }
}

#[tokio::test]
async fn a_backlog_of_one_tenant_never_stands_before_the_work_of_another() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let (order, (go, gate)) = (Arc::default(), std::sync::mpsc::channel::<()>());
    let bulk = |tenant| Turn { tenant, class: WorkClass::Bulk };
    // The thread that writes stands still until everything waits.
    let held = store.committer.run(move |write| {
        gate.recv().map_err(|_| StoreError::NotFound)?;
        fill(write, 1)
    });
    let backlog = (0..500).map(|_| store.committer.run_in(bulk(1), noting(&order, "submit")));
    let floods = (0..500).map(|_| store.committer.run_in(Turn::live(1), noting(&order, "lease")));
    let others = [
        store.committer.run_in(Turn::live(2), noting(&order, "other lease")),
        store.committer.run_in(Turn::live(2), noting(&order, "other lease")),
    ];
    let import = store.committer.run_in(bulk(2), noting(&order, "other submit"));
    let all = async {
        let (held, backlog, floods, others, import) =
            tokio::join!(held, join_all(backlog), join_all(floods), join_all(others), import);
        held.unwrap();
        import.unwrap();
        backlog.into_iter().chain(floods).chain(others).for_each(|done| done.unwrap());
    };
    let mut all = Box::pin(all);
    assert!((&mut all).now_or_never().is_none());
    go.send(()).unwrap();
    all.await;
    let order = order.lock().unwrap();
    let at = |name| (0..order.len()).filter(|at| order[*at] == name).collect::<Vec<_>>();
    // One of the flood for each of the other's, and one of bulk in sixteen.
    assert_eq!(at("other lease"), [1, 3]);
    assert_eq!(order.len(), 1_003);
    // Whether the held job counts as the first turn depends on when the thread looked.
    assert!(matches!(at("other submit")[..], [30 | 31]), "bulk takes turns too: {:?}", at("other submit"));
}

#[tokio::test]
async fn a_lease_waits_for_the_index_no_longer_than_it_was_told_to() {
    let dir = tempfile::tempdir().unwrap();
    let mut store = open(&dir);
    let tenant = store.ensure_tenant("one").await.unwrap();
    let (filled, is_filled) = tokio::sync::watch::channel(false);
    store.is_filled = is_filled;
    let asked = |wait_duration, case| LeaseRequest {
        tenant,
        principal: PrincipalId(Uuid::from_u128(1)),
        request_id: None,
        case,
        queues: vec!["default".into()],
        max_items: 1,
        lease_duration: Duration::from_mins(1),
        wait_duration,
        skills: Vec::new(),
        languages: Vec::new(),
        leases_max: 1_000,
    };
    let begun = tokio::time::Instant::now();
    let waits = [0, 1_200].map(|wait| store.lease_items(asked(Duration::from_millis(wait), None)));
    for leased in join_all(waits).await {
        assert!(matches!(leased, Err(StoreError::Unavailable(_))), "{leased:?}");
    }
    assert!((1_200..30_000).contains(&begun.elapsed().as_millis()), "{:?}", begun.elapsed());
    let named = asked(Duration::ZERO, Some(CaseId(Uuid::from_u128(5))));
    assert_eq!(store.lease_items(named).await.unwrap(), [], "a case that is named needs no index");
    let waiting = store.lease_items(asked(Duration::from_secs(7), None));
    let filling = async { filled.send_replace(true) };
    assert_eq!(tokio::join!(waiting, filling).0.unwrap(), []);
}

#[tokio::test]
async fn a_queue_that_nobody_watches_any_more_is_forgotten() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let tenant = store.ensure_tenant("one").await.unwrap();
    let watch = async |name: &str| store.watch_queue(tenant, PrincipalId(Uuid::nil()), name.into(), None).await;
    let kept = watch("kept").await.unwrap();
    for number in 0..100 {
        drop(watch(&format!("q{number}")).await.unwrap());
    }
    assert_eq!(store.watches.len(), 101);
    let forgotten = async {
        while store.watches.len() > 1 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), forgotten).await.unwrap();
    drop(watch("kept").await.unwrap());
    assert_eq!((store.watches.len(), kept.after), (1, 0));
}

#[tokio::test]
async fn a_delay_ends_in_time_however_busy_others_are() {
    let dir = tempfile::tempdir().unwrap();
    let (store, clock) = open_with(&dir);
    store.is_filled.clone().wait_for(|filled| *filled).await.unwrap();
    // Rows that became ready at this moment, past the store; nobody asks for them, and one of them is damaged.
    let due = clock.now() + Duration::from_mins(1);
    let row = move |write: &mut Write<'_>| {
        for (number, lane) in [(1, 77), (2, 2)] {
            write.data.execute(
                "INSERT INTO items(case_number, case_id, tenant, queue, lane, state, due_time, value_descending, enter_time,
                   ready_time, skills, attempts, epoch) VALUES(?1, randomblob(16), 9, 'q', ?2, 3, 0, 0, 0, ?3, x'', 0, 0)",
                (number, lane, due.0),
            )?;
        }
        Ok(())
    };
    store.committer.run(row).await.unwrap();
    clock.advance(Duration::from_mins(2));
    let state = |write: &mut Write<'_>| {
        let mut rows = write.data.prepare("SELECT state, ready_time IS NULL FROM items ORDER BY case_number")?;
        let rows = rows.query_map([], |row| Ok((row.get::<_, u8>(0)?, row.get::<_, bool>(1)?)))?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    };
    // One job is answered, the next is there at once: between the two the delay ends.
    store.committer.run_in(Turn::live(1), state).await.unwrap();
    let later = store.committer.run_in(Turn::live(1), state).await.unwrap();
    assert_eq!(later, [(3, true), (1, true)], "the damaged one is set aside, the other is ready");
}

#[tokio::test]
async fn watchers_are_let_go_where_their_queue_cannot_be_read() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let tenant = store.ensure_tenant("one").await.unwrap();
    let mut watch = store.watch_queue(tenant, PrincipalId(Uuid::nil()), "q".into(), None).await.unwrap();
    let (number, case) = (store.ring.tenant(tenant).unwrap().number, CaseId(Uuid::from_u128(1)));
    // No state of a case has this code.
    let row = move |write: &mut Write<'_>| {
        write.data.execute(
            "INSERT INTO cases(case_id, tenant, state, queue, tier, channel, label, level, value, emergency, create_time,
               update_time, version, epoch, sealed) VALUES(?1, ?2, 99, 'q', 1, 1, 1, 1, 0, 0, 0, 0, 1, 0, x'')",
            (case.as_bytes(), number),
        )?;
        Ok(())
    };
    store.committer.run(row).await.unwrap();
    store.watches.mark([(number, "q".to_owned(), case)]);
    let told = tokio::time::timeout(Duration::from_mins(1), watch.changes.recv()).await.unwrap();
    assert!(matches!(told, Err(tokio::sync::broadcast::error::RecvError::Closed)), "{told:?}");
    assert_eq!(store.watches.len(), 0);
}

#[tokio::test]
async fn readers_take_turns_by_tenant() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let order = Arc::new(std::sync::Mutex::new(Vec::new()));
    let all = store.readers.pause().await.unwrap();
    let read = |of: i64| {
        let order = Arc::clone(&order);
        store.readers.run(Turn::live(of), move |_| {
            order.lock().unwrap().push(of);
            Ok(())
        })
    };
    let mut flood = Box::pin(join_all((0..8).map(|_| read(1))));
    let mut other = Box::pin(read(2));
    assert!((&mut flood).now_or_never().is_none() && (&mut other).now_or_never().is_none());
    // One connection is left, so that one after the other is served.
    let mut held = all.into_iter();
    drop(held.next());
    let (flooded, read) = tokio::join!(flood, other);
    assert!(flooded.into_iter().chain([read]).all(|read| read.is_ok()));
    assert_eq!(order.lock().unwrap()[..3], [1, 2, 1]);
}

#[tokio::test]
async fn what_was_sealed_anew_is_looked_at_again_and_what_is_gone_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(&dir);
    let there = store.ensure_tenant("acme").await.unwrap().0;
    for (id, expected) in [(there, (2, true)), (Uuid::from_u128(7), (1, false))] {
        let look = move |read: &mut super::readers::Read| {
            let looks = std::cell::Cell::new(0);
            let found = super::again::look(read, |look| {
                looks.set(looks.get() + 1);
                let opened = if looks.get() == 1 { Err(StoreError::RecordGone) } else { Ok(()) };
                look.opened((crate::crypto::KeyKind::Tenant, id), opened)
            });
            Ok((looks.get(), found.is_ok()))
        };
        assert_eq!(store.readers.run(Turn::INSTANCE, look).await.unwrap(), expected);
    }
}

/// However large the file is: it is gone over in windows, here of three pages, while others write to the same pages.
#[tokio::test]
async fn what_is_gone_is_left_in_no_page_after_a_scrub_under_load() {
    let dir = tempfile::tempdir().unwrap();
    let (store, file) = (open(&dir), dir.path().join("data/data.db"));
    let [live, gone] = store.committer.run(|write| Ok(wear(write.data))).await.unwrap();
    store.empty_logs(Cleaning::Logs).await.unwrap();
    assert_eq!(hits(&file, &live), live.len(), "the search finds what is there");
    assert!(hits(&file, &gone) > 0, "there is something to scrub");
    let change = |number: i64| {
        store.committer.run(move |write| {
            let grow = "UPDATE worn SET value = value || 'yyyyyyyyyyyyyyyyyyyyyyyy' WHERE number % 97 = ?1";
            Ok(write.data.execute(grow, [number % 97])?)
        })
    };
    let changes = async {
        let mut number = 0;
        loop {
            change(number).await.unwrap();
            number += 1;
        }
    };
    tokio::select! {
        scrubbed = store.scrub(3) => scrubbed.unwrap(),
        () = changes => (),
    }
    store.close().await.unwrap();
    assert_eq!((hits(&file, &live), hits(&file, &gone)), (live.len(), 0));
    let data = rusqlite::Connection::open(&file).unwrap();
    let check = data.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(check, "ok");
}
