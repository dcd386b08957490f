//! What the committer does when writing fails: faults are brought about from inside a job, where SQLite sees them as
//! it would see them from the disk.

use std::sync::Arc;

use tempfile::TempDir;

use super::{EmbeddedStore, StoreConfig, commit::Write};
use crate::{
    audit::{Action, Event},
    crypto::{MasterKey, Secret},
    store::{Store, StoreError},
    time::{ManualClock, Timestamp},
};

fn open(dir: &TempDir) -> EmbeddedStore {
    EmbeddedStore::open(StoreConfig {
        data_dir: dir.path().join("data"),
        keys_dir: dir.path().join("keys"),
        master_key: MasterKey::new(Secret::from_slice(&[3; 32]).unwrap()).unwrap(),
        clock: Arc::new(ManualClock::new(Timestamp(1_000_000))),
    })
    .unwrap()
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
    store.readers.run(count).await.unwrap()
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
