//! Burials from noting to destruction, over crashes and restores of older files.

use std::{fs, path::Path, sync::Arc};

use tempfile::TempDir;
use uuid::Uuid;

use super::{
    EmbeddedStore, OpenError, StoreConfig, graves,
    ring::{INSTANCE, first},
    wraps,
    write::Write,
};
use crate::{
    crypto::{Key, KeyKind, KeyName, MasterKey, Secret},
    store::{
        Store, StoreError,
        tombstone::{self, Burial, Cause, FeedError, Grave},
    },
    time::{ManualClock, Timestamp},
};

const SUBJECT: Uuid = Uuid::from_u128(1);
const CASE: Uuid = Uuid::from_u128(2);
const OTHER: Uuid = Uuid::from_u128(3);

fn open(dir: &Path) -> Result<EmbeddedStore, OpenError> {
    EmbeddedStore::open(StoreConfig {
        data_dir: dir.join("data"),
        keys_dir: dir.join("keys"),
        master_key: MasterKey::new(Secret::from_slice(&[3; 32]).unwrap()).unwrap(),
        clock: Arc::new(ManualClock::new(Timestamp(1_000_000))),
    })
}

/// Two people: one with an identifier and a case, one with nothing.
async fn store(dir: &TempDir) -> EmbeddedStore {
    let store = open(dir.path()).unwrap();
    let parent = Key::draw(first(KeyKind::Tenant, Uuid::nil())).unwrap();
    let fill = move |write: &mut Write<'_>| {
        for (parent, kind, id) in [
            (&parent, KeyKind::Subject, SUBJECT),
            (&Key::draw(first(KeyKind::Subject, SUBJECT))?, KeyKind::Case, CASE),
            (&parent, KeyKind::Subject, OTHER),
        ] {
            wraps::insert(write.keys, write.ring.store, INSTANCE, parent, &Key::draw(first(kind, id))?)?;
        }
        write.keys.execute("INSERT INTO identifiers(hash, subject) VALUES(x'00', ?1)", [SUBJECT.as_bytes()])?;
        Ok(())
    };
    store.committer.run(fill).await.unwrap();
    store
}

fn burial() -> Burial {
    let graves = vec![Grave::all(KeyKind::Subject, SUBJECT), Grave::all(KeyKind::Case, CASE)];
    Burial { tenant: INSTANCE, time: Timestamp(7), cause: Cause::Erasure, graves }
}

/// Ids of the wraps below the instance's, and how many identifiers there are.
async fn left(store: &EmbeddedStore) -> (Vec<Uuid>, i64) {
    let count = |read: &mut super::readers::Read| {
        let (_, keys) = read.data()?;
        let mut statement = keys.prepare("SELECT id FROM wraps WHERE kind IN (3, 4) ORDER BY id")?;
        let ids = statement.query_map([], |row| row.get(0).map(Uuid::from_bytes))?.collect::<Result<_, _>>()?;
        Ok((ids, keys.query_row("SELECT COUNT(*) FROM identifiers", [], |row| row.get(0))?))
    };
    store.readers.run(super::jobs::Turn::INSTANCE, count).await.unwrap()
}

fn feed_path(dir: &TempDir) -> std::path::PathBuf {
    dir.path().join("keys/tombstones")
}

fn feed(dir: &TempDir) -> Vec<Burial> {
    let mut burials = Vec::new();
    let summary = tombstone::read(&feed_path(dir), None, |one| burials.push(one.burial.clone())).unwrap();
    assert_eq!(summary.bad_bytes, 0);
    burials
}

#[tokio::test]
async fn a_burial_destroys_what_it_names_and_stands_in_the_feed() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(&dir).await;
    assert_eq!(left(&store).await, (vec![SUBJECT, CASE, OTHER], 1));
    store.committer.run(|write| write.bury(burial())).await.unwrap();
    assert_eq!(left(&store).await, (vec![OTHER], 0));
    assert_eq!(feed(&dir), [burial()]);
    assert_eq!(
        fs::metadata(dir.path().join("keys/keys.db-wal")).unwrap().len(),
        0,
        "the log is empty before the answer"
    );
    store.close().await.unwrap();
    let again = open(dir.path()).unwrap();
    assert_eq!(left(&again).await, (vec![OTHER], 0));
    assert_eq!(feed(&dir).len(), 1, "it is carried out once");
}

#[tokio::test]
async fn what_a_crash_left_noted_is_carried_out_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(&dir).await;
    // The transaction of the act is durable, and nothing after it.
    store.committer.run(|write| graves::note(write.data, burial())).await.unwrap();
    assert_eq!(left(&store).await.0.len(), 3);
    store.close().await.unwrap();
    let again = open(dir.path()).unwrap();
    assert_eq!(left(&again).await, (vec![OTHER], 0));
    assert_eq!(feed(&dir), [burial()]);
}

#[tokio::test]
async fn a_tenant_that_a_crash_left_half_gone_is_gone_at_the_next_start() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path()).unwrap();
    let [gone, kept] = [store.ensure_tenant("acme").await.unwrap(), store.ensure_tenant("globex").await.unwrap()];
    let graves = vec![Grave::all(KeyKind::Tenant, gone.0)];
    let burial = Burial { tenant: gone, time: Timestamp(7), cause: Cause::Offboarding, graves };
    let noted = burial.clone();
    store.committer.run(move |write| graves::note(write.data, noted)).await.unwrap();
    store.close().await.unwrap();
    let again = open(dir.path()).unwrap();
    assert_eq!(feed(&dir), [burial]);
    assert!(matches!(again.ring.tenant(gone), Err(StoreError::NotFound)));
    assert!(again.ring.tenant(kept).is_ok());
    let count = move |read: &mut super::readers::Read| {
        let sql = "SELECT COUNT(*) FROM wrapped_keys WHERE tenant = ?1";
        Ok(read.data()?.1.query_row(sql, [gone.as_bytes()], |row| row.get::<_, i64>(0))?)
    };
    assert_eq!(again.readers.run(super::jobs::Turn::INSTANCE, count).await.unwrap(), 0);
}

#[tokio::test]
async fn a_record_without_key_is_erased_with_a_tombstone_and_damaged_without() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(&dir).await;
    let why =
        |kind, id| store.committer.run(move |write| Ok(graves::keyless(write.keys, KeyName { kind, id, version: 1 })));
    assert!(matches!(why(KeyKind::Case, CASE).await.unwrap(), StoreError::Damaged(_)));
    store.committer.run(|write| write.bury(burial())).await.unwrap();
    assert!(matches!(why(KeyKind::Case, CASE).await.unwrap(), StoreError::RecordGone));
    let named = why(KeyKind::Interaction, OTHER).await.unwrap();
    assert!(named.to_string().contains(&OTHER.to_string()), "{named}");
}

fn copy(from: &Path, to: &Path) {
    for dir in ["data", "keys"] {
        fs::create_dir_all(to.join(dir)).unwrap();
        for entry in fs::read_dir(from.join(dir)).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, to.join(dir).join(path.file_name().unwrap())).unwrap();
        }
    }
}

#[tokio::test]
async fn older_files_with_the_newest_feed_hold_nobody_who_was_erased() {
    let (dir, older) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = store(&dir).await;
    store.close().await.unwrap();
    copy(dir.path(), older.path());
    let store = open(dir.path()).unwrap();
    store.committer.run(|write| write.bury(burial())).await.unwrap();
    store.close().await.unwrap();
    fs::copy(feed_path(&dir), feed_path(&older)).unwrap();
    let restored = open(older.path()).unwrap();
    assert_eq!(left(&restored).await, (vec![OTHER], 0));
    let sweeps = restored.committer.run(|write| {
        let count = "SELECT COUNT(*) FROM sweeps WHERE id = ?1";
        Ok(write.data.query_row(count, [CASE.as_bytes()], |row| row.get::<_, i64>(0))?)
    });
    assert_eq!(sweeps.await.unwrap(), 1, "its rows are swept");
}

#[tokio::test]
async fn a_feed_that_is_cut_short_or_gone_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let store = store(&dir).await;
    let short = fs::read(feed_path(&dir)).unwrap();
    store.committer.run(|write| write.bury(burial())).await.unwrap();
    store.close().await.unwrap();
    fs::write(feed_path(&dir), short).unwrap();
    let refused = open(dir.path()).map(drop);
    assert!(matches!(refused, Err(OpenError::Feed(FeedError::Short { found: 0, needed: 1, .. }))), "{refused:?}");
    fs::remove_file(feed_path(&dir)).unwrap();
    let refused = open(dir.path()).map(drop);
    assert!(matches!(refused, Err(OpenError::Feed(FeedError::File(..)))), "{refused:?}");
}
