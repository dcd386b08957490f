//! The feed by the eyes of somebody who wants a tombstone gone, and after writes that were broken off.

use std::{
    fs::{self, OpenOptions},
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use super::*;
use crate::crypto::{Secret, SigningKey, StoreId};

const STORE: StoreId = StoreId([7; 16]);

fn key() -> SigningKey {
    SigningKey::new(&Secret::from_slice(&[5; 32]).unwrap()).unwrap()
}

fn burial(number: u128) -> Burial {
    let graves = vec![
        Grave::all(KeyKind::Subject, Uuid::from_u128(number)),
        Grave { kind: KeyKind::Interaction, id: Uuid::from_u128(number + 1), version: 3 },
    ];
    let tenant = TenantId(Uuid::from_u128(9));
    Burial { tenant, time: Timestamp(i64::try_from(number).unwrap()), cause: Cause::Erasure, graves }
}

/// A feed of `count` records, with the mark after each of them.
fn feed(count: u128) -> (TempDir, PathBuf, Vec<Mark>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("tombstones");
    let mut feed = Feed::open(&path, STORE, &key(), None, |_| panic!("a new feed is empty")).unwrap();
    let mut marks = vec![feed.last()];
    for number in 0..count {
        feed.append(&key(), vec![burial(number)]).unwrap();
        marks.push(feed.last());
    }
    (dir, path, marks)
}

fn read_all(path: &Path) -> (Summary, Vec<Tombstone>) {
    let mut found = Vec::new();
    let summary = read(path, Some(key().public()), |tombstone| found.push(tombstone.clone())).unwrap();
    (summary, found)
}

#[test]
fn what_was_added_is_read_in_order() {
    let (_dir, path, marks) = feed(3);
    let (summary, found) = read_all(&path);
    assert_eq!((summary.store, summary.last, summary.bad_bytes), (STORE, marks[3], 0));
    let expected: Vec<_> = (0..3).map(|number| (u64::try_from(number).unwrap() + 1, burial(number))).collect();
    assert_eq!(found.into_iter().map(|one| (one.sequence, one.burial)).collect::<Vec<_>>(), expected);
    assert!(summary.reaches(&path, 3).is_ok());
    assert!(matches!(summary.reaches(&path, 4), Err(FeedError::Short { found: 3, needed: 4, .. })));
}

#[test]
fn several_burials_are_records_of_their_own() {
    let (_dir, path, marks) = feed(1);
    let mut seen = Vec::new();
    let mut feed = Feed::open(&path, STORE, &key(), Some(marks[0]), |one| seen.push(one.sequence)).unwrap();
    assert_eq!(seen, [1], "what the key file has not carried out is shown");
    feed.append(&key(), vec![burial(5), burial(6)]).unwrap();
    assert_eq!(feed.last().sequence, 3);
    assert_eq!(read_all(&path).1.len(), 3);
}

#[test]
fn any_changed_byte_ends_the_good_part() {
    let (_dir, path, _) = feed(2);
    let good = fs::read(&path).unwrap();
    let records = good.len() - read::HEAD_BYTES;
    for at in read::HEAD_BYTES..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1;
        fs::write(&path, &bad).unwrap();
        let (summary, found) = read_all(&path);
        let before = u64::from(at >= read::HEAD_BYTES + records / 2);
        assert_eq!((summary.last.sequence, found.len() as u64), (before, before), "byte {at}");
        assert!(summary.bad_bytes > 0);
    }
}

#[test]
fn a_head_of_another_store_or_key_is_refused() {
    let (_dir, path, _) = feed(1);
    let other = SigningKey::new(&Secret::from_slice(&[6; 32]).unwrap()).unwrap();
    assert!(matches!(read(&path, Some(other.public()), |_| ()), Err(FeedError::OtherStore(_))));
    let foreign = Feed::open(&path, StoreId([8; 16]), &key(), None, |_| ());
    assert!(matches!(foreign, Err(FeedError::OtherStore(_))));
    fs::write(&path, b"triaged").unwrap();
    assert!(matches!(read(&path, None, |_| ()), Err(FeedError::Foreign(_))));
}

#[test]
fn a_record_that_is_left_out_or_moved_is_seen() {
    let (_dir, path, _) = feed(3);
    let good = fs::read(&path).unwrap();
    let (head, records) = good.split_at(read::HEAD_BYTES);
    let third = records.len() / 3;
    for order in [vec![0, 2], vec![1, 0, 2], vec![0, 0, 1]] {
        let parts = order.iter().map(|one| &records[one * third..(one + 1) * third]);
        fs::write(&path, [head, &parts.collect::<Vec<_>>().concat()].concat()).unwrap();
        assert!(read_all(&path).0.bad_bytes > 0, "{order:?}");
    }
}

#[track_caller]
fn check_open(path: &Path, known: Mark, expected: Result<u64, &str>) {
    let opened = Feed::open(path, STORE, &key(), Some(known), |_| ());
    let told = opened.map(|feed| feed.last().sequence).map_err(|error| error.to_string());
    match (told, expected) {
        (Err(told), Err(part)) => assert!(told.contains(part), "{told}"),
        (told, expected) => assert_eq!(told, expected.map_err(str::to_owned)),
    }
}

#[test]
fn a_feed_must_hold_what_was_carried_out() {
    let (_dir, path, marks) = feed(3);
    let length = fs::metadata(&path).unwrap().len();
    let record = (length - read::HEAD_BYTES as u64) / 3;
    check_open(&path, marks[3], Ok(3));
    check_open(&path, Mark { digest: [0; 32], ..marks[3] }, Err("damaged after tombstone 0"));
    check_open(&path, Mark { sequence: 4, ..marks[3] }, Err("ends at tombstone 3, 4 are known"));
    let cut = |bytes| OpenOptions::new().write(true).open(&path).unwrap().set_len(bytes).unwrap();
    cut(length - 1);
    check_open(&path, marks[3], Err("damaged after tombstone 2"));
    check_open(&path, marks[2], Ok(2));
    assert_eq!(fs::metadata(&path).unwrap().len(), length - record, "the broken end is cut off");
    check_open(&path, marks[3], Err("ends at tombstone 2, 3 are known"));
    fs::remove_file(&path).unwrap();
    check_open(&path, marks[0], Err("No such file"));
}

#[test]
fn what_a_broken_write_left_is_written_over() {
    let (_dir, path, marks) = feed(1);
    let mut feed = Feed::open(&path, STORE, &key(), Some(marks[1]), |_| ()).unwrap();
    let mut broken = fs::read(&path).unwrap();
    broken.extend_from_slice(&[0, 0, 1, 0, 9, 9]);
    fs::write(&path, broken).unwrap();
    feed.append(&key(), vec![burial(2)]).unwrap();
    let (summary, found) = read_all(&path);
    assert_eq!((found.len(), summary.bad_bytes), (2, 0));
}

#[test]
fn only_the_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let (_dir, path, _) = feed(1);
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}
