//! The searcher proves itself before anything relies on its silence: every form of a planted value is found in noise,
//! and nothing is found where nothing was planted.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]
#![expect(clippy::cast_possible_truncation, reason = "noise is the low byte of its state")]

#[expect(dead_code, reason = "every test uses its part of what they share")]
mod common;

use std::io::Write as _;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use common::canary::{Canaries, files, forms};

const VALUE: &str = "kQ7 zürich+4711@canary";

/// Bytes without a pattern, the same every time (xorshift; Marsaglia 2003).
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(|_| next()).collect()
}

fn planted(form: &[u8]) -> Vec<u8> {
    [noise(5_001), form.to_vec(), noise(777)].concat()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[track_caller]
fn check(bytes: &[u8], what: &str) {
    let canaries = Canaries::new(&["another value".to_owned(), VALUE.to_owned()]);
    assert_eq!(canaries.find(bytes).into_iter().collect::<Vec<_>>(), [1], "{what}");
}

#[test]
fn every_form_is_found_in_noise() {
    for form in forms(VALUE) {
        check(&planted(&form), &String::from_utf8_lossy(&form));
    }
}

#[test]
fn base64_is_found_at_every_alignment() {
    for shift in 0..6 {
        let text = ["x".repeat(shift), VALUE.to_owned(), "tail".to_owned()].concat();
        check(&planted(STANDARD.encode(text).as_bytes()), &format!("shifted by {shift}"));
    }
}

#[test]
fn compressed_text_is_inflated_even_twice() {
    let text = format!("before {VALUE} after").repeat(20);
    check(&planted(&gzip(text.as_bytes())), "gzip");
    check(&planted(&zstd::encode_all(text.as_bytes(), 3).unwrap()), "zstd");
    check(&planted(&gzip(&zstd::encode_all(text.as_bytes(), 3).unwrap())), "zstd in gzip");
}

#[test]
fn nothing_is_found_where_nothing_was_planted() {
    let canaries = Canaries::new(&[VALUE.to_owned()]);
    assert!(canaries.find(&noise(1 << 20)).is_empty());
}

#[test]
fn the_file_that_holds_a_value_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    std::fs::write(folder.path().join("clean"), noise(4_096)).unwrap();
    std::fs::write(inner.join("dirty"), planted(VALUE.as_bytes())).unwrap();
    assert_eq!(files(folder.path()).len(), 2);
    let hits = Canaries::new(&[VALUE.to_owned()]).find_in_tree(folder.path());
    assert_eq!(hits.into_iter().map(|(path, _)| path).collect::<Vec<_>>(), [inner.join("dirty")]);
}
