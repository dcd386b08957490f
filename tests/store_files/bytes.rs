//! What is stored takes little more room than its text: indices, keys, audit events and the room between rows included.

use std::{path::Path, sync::Arc};

use tokio::task::JoinSet;
use triaged::{
    crypto::MasterKey,
    store::{
        Store,
        embedded::{EmbeddedStore, StoreConfig},
    },
    time::SystemClock,
};
use uuid::Uuid;

use super::{
    store_suite::{START, draft::Draft},
    texts::texts,
};

/// Bytes on disk for each byte of text.
const SHARE_MAX: f64 = 1.8;
/// Enough for the first page of every table and index, half a megabyte, to count for little.
const ITEMS: usize = 16_000;
const WRITERS: usize = 32;

/// A new case of a new person each time, one of some texts of 1.5 KB: since each is packed and sealed by itself, it does not
/// matter that they come again.
async fn fill(dir: &Path) -> usize {
    let (data_dir, keys_dir) = (dir.join("data"), dir.join("keys"));
    let master_key = MasterKey::load_or_create(&dir.join("master.key"), false).unwrap();
    // Ids begin with their time: a clock that stands would put them in random order, as no store ever sees them.
    let store = EmbeddedStore::open(StoreConfig { data_dir, keys_dir, master_key, clock: Arc::new(SystemClock) });
    let store = Arc::new(store.unwrap());
    let draft = Draft::new(store.ensure_tenant("acme").await.unwrap(), START);
    let contents: Vec<_> = texts().map(|text| Draft { text, ..draft.clone() }.content()).collect();
    let contents = Arc::new(contents);
    let tasks: JoinSet<usize> = (0..WRITERS)
        .map(|writer| {
            let (store, draft, contents) = (Arc::clone(&store), draft.clone(), Arc::clone(&contents));
            async move {
                let mut payload = 0;
                for item in (writer..ITEMS).step_by(WRITERS) {
                    let content = contents[item % contents.len()].clone();
                    payload += content.turns.iter().map(|turn| turn.text.as_str().len()).sum::<usize>();
                    let mut submission = draft.submission_of(content);
                    submission.request_id = Some(Uuid::from_u64_pair(1, item as u64));
                    submission.subject.customer_ref = Some(format!("customer-{item}"));
                    store.submit(submission).await.unwrap();
                }
                payload
            }
        })
        .collect();
    let payload = tasks.join_all().await.into_iter().sum();
    store.close().await.unwrap();
    payload
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::cast_precision_loss, reason = "megabytes")]
async fn at_most_1_8_bytes_on_disk_for_each_byte_of_text() {
    let dir = tempfile::tempdir().unwrap();
    let payload = fill(dir.path()).await;
    let files = ["data/data.db", "keys/keys.db"].map(|file| dir.path().join(file).metadata().unwrap().len());
    let share = files.iter().sum::<u64>() as f64 / payload as f64;
    assert!(share > 0.5 && share <= SHARE_MAX, "{share:.3} bytes a byte, {files:?} for {payload}");
}
