//! Planted identifiers go in through every kind of interaction; half of the people are erased, some are exported, and data and
//! keys are backed up before and after. Nothing of what was planted is on disk, in a backup, in the log or in the metrics
//! afterwards, nor in any answer, nor in an export that was opened. The searcher is proved in `canary_searcher.rs`, and here
//! once more on what was sent.
//!
//! A thousand interactions; with `TRIAGED_SOAK` set ten thousand.

#![cfg(feature = "age")]
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

#[path = "../common/mod.rs"]
#[expect(dead_code, reason = "every test uses its part of what they share")]
mod common;

mod acts;
mod plant;

use std::path::Path;

use common::{
    canary::{Canaries, files},
    server::{Place, Server},
};
use plant::{PLANTED_EACH, Planted, interaction, plant};

/// Of so many people one is exported.
const EXPORTED: usize = 100;

#[expect(clippy::disallowed_methods, reason = "this program is its own configuration")]
fn count() -> usize {
    if std::env::var("TRIAGED_SOAK").is_ok() { 10_000 } else { 1_000 }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_planted_identifier_is_found_anywhere_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::new(folder.path());
    let planted: Vec<Planted> = (0..count()).map(|_| plant()).collect();
    let identity = age::x25519::Identity::generate();
    let people = acts::the_day_before(&place, &identity.to_public().to_string()).await;
    let server = Server::start(&place, Some(people.one.clone()));
    acts::keep_the_attribute(&server).await;
    let mut answers = Vec::new();
    for (number, part) in planted.chunks(200).enumerate() {
        let items = part.iter().enumerate().map(|(at, planted)| interaction(number + at, planted));
        answers.extend(acts::submit(&server, items.collect()).await);
    }
    acts::back_up(&place, folder.path(), "before", &identity);
    let (erased, kept) = planted.split_at(planted.len() / 2);
    answers.extend(acts::erase(&server, erased).await);
    acts::back_up(&place, folder.path(), "after", &identity);
    let mut exports = Vec::new();
    for one in kept.iter().step_by(EXPORTED) {
        let (said, opened) = acts::export(&server, &people, one, &identity).await;
        answers.extend(said);
        exports.push((one, opened));
    }
    let metrics = acts::scrape(&server.metrics);
    assert!(String::from_utf8_lossy(&metrics).contains("# TYPE"), "the metrics are not there");

    let values: Vec<String> = planted.iter().flat_map(|planted| planted.values.clone()).collect();
    assert_eq!(values.len(), count() * PLANTED_EACH);
    let canaries = Canaries::new(&values);
    let said: Vec<u8> = planted.iter().flat_map(|planted| planted.text.bytes()).collect();
    assert_eq!(canaries.find(&said).len(), values.len(), "the searcher does not see what was sent");
    // Words that are kept are sealed wherever they are, so that no file tells them either.
    let words = Canaries::new(&planted.iter().map(|planted| planted.word.clone()).collect::<Vec<_>>());
    for (one, opened) in &exports {
        assert!(memchr::memmem::find(opened, one.word.as_bytes()).is_some(), "the export lacks what is kept");
        assert_eq!(words.find(opened).len(), 1, "the export holds what is of somebody else");
        assert!(canaries.find(opened).is_empty(), "an export holds a planted value");
    }

    search(&[&canaries, &words], folder.path(), "while it runs");
    let log = server.stop();
    search(&[&canaries, &words], folder.path(), "after it ended");
    assert!(files(&place.data()).len() + files(&place.keys()).len() >= 2, "there is no store to search");
    assert!(files(&folder.path().join("before")).len() >= 2, "there is no backup to search");
    for canaries in [&canaries, &words] {
        assert!(canaries.find(log.as_bytes()).is_empty(), "the log holds a planted value");
        assert!(canaries.find(&metrics).is_empty(), "the metrics hold a planted value");
    }
    // Whoever submits a text is answered with what was kept of it.
    assert!(canaries.find(&answers).is_empty(), "an answer holds a planted value");
    println!(
        "{} interactions, {} people erased, {} exports, 2 backups of data and keys: none of {} planted values anywhere",
        planted.len(),
        erased.len(),
        exports.len(),
        values.len()
    );
}

/// No file below the folder holds a value.
fn search(all: &[&Canaries], folder: &Path, when: &str) {
    for canaries in all {
        let found = canaries.find_in_tree(folder);
        assert!(found.is_empty(), "{when}: {found:?}");
    }
}
