//! Searches bytes for planted values in every form they may have taken: raw, UTF-16, hex, base64 at three alignments,
//! JSON- and percent-escaped, and all of these again inside gzip and zstd streams.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    fs,
    io::Read,
    path::{Path, PathBuf},
};

use aho_corasick::AhoCorasick;
use base64::{Engine as _, engine::general_purpose};

/// Streams inside streams are followed this deep.
const DEPTH_MAX: u8 = 3;

/// An inflated stream is read up to here.
const INFLATED_BYTES_MAX: u64 = 64 << 20;

/// A searcher for a set of planted values.
pub(crate) struct Canaries {
    automaton: AhoCorasick,
    owners: Vec<usize>,
}

/// Every form of a value that is searched for.
pub(crate) fn forms(value: &str) -> Vec<Vec<u8>> {
    let mut forms = vec![value.as_bytes().to_vec()];
    forms.push(value.encode_utf16().flat_map(u16::to_le_bytes).collect());
    forms.push(value.encode_utf16().flat_map(u16::to_be_bytes).collect());
    for upper in [false, true] {
        forms.push(escaped(value.as_bytes(), "", upper));
        forms.push(escaped(value.as_bytes(), "%", upper));
    }
    forms.push(value.encode_utf16().fold(String::new(), |out, unit| out + &format!("\\u{unit:04x}")).into_bytes());
    for engine in [&general_purpose::STANDARD, &general_purpose::URL_SAFE] {
        forms.extend((0..3).map(|shift| aligned(value.as_bytes(), shift, engine)));
    }
    let some_escaped = |c: char| if c.is_ascii_alphanumeric() { c.to_string() } else { percent(c) };
    forms.push(value.chars().map(some_escaped).collect::<String>().into_bytes());
    forms.sort();
    forms.dedup();
    forms
}

fn percent(c: char) -> String {
    let mut buffer = [0; 4];
    String::from_utf8(escaped(c.encode_utf8(&mut buffer).as_bytes(), "%", true)).unwrap()
}

fn escaped(bytes: &[u8], prefix: &str, upper: bool) -> Vec<u8> {
    let mut text = String::new();
    for byte in bytes {
        let digits = if upper { format!("{byte:02X}") } else { format!("{byte:02x}") };
        write!(text, "{prefix}{digits}").unwrap();
    }
    text.into_bytes()
}

/// The characters of base64 that the value alone decides when `shift` bytes stand before it.
fn aligned(value: &[u8], shift: usize, engine: &general_purpose::GeneralPurpose) -> Vec<u8> {
    let padded = [vec![0; shift], value.to_vec()].concat();
    let text = engine.encode(&padded);
    let (from, to) = ((shift * 8).div_ceil(6), padded.len() * 8 / 6);
    text.as_bytes()[from..to].to_vec()
}

impl Canaries {
    /// A searcher for these values, each of at least 8 bytes.
    pub(crate) fn new(values: &[String]) -> Self {
        assert!(values.iter().all(|value| value.len() >= 8), "a shorter value is found by chance");
        let pairs =
            values.iter().enumerate().flat_map(|(owner, value)| forms(value).into_iter().map(move |f| (owner, f)));
        let (owners, patterns): (Vec<_>, Vec<_>) = pairs.unzip();
        Self { automaton: AhoCorasick::new(patterns).unwrap(), owners }
    }

    /// Which of the values stand in `bytes`, in any form.
    pub(crate) fn find(&self, bytes: &[u8]) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        self.find_at(bytes, 0, &mut found);
        found
    }

    fn find_at(&self, bytes: &[u8], depth: u8, found: &mut BTreeSet<usize>) {
        found.extend(self.automaton.find_overlapping_iter(bytes).map(|hit| self.owners[hit.pattern().as_usize()]));
        if depth == DEPTH_MAX {
            return;
        }
        for stream in inflated(bytes) {
            self.find_at(&stream, depth + 1, found);
        }
    }

    /// Every file below `root` that holds a value, with the values.
    pub(crate) fn find_in_tree(&self, root: &Path) -> Vec<(PathBuf, BTreeSet<usize>)> {
        let mut hits = Vec::new();
        for path in files(root) {
            let found = self.find(&fs::read(&path).unwrap());
            if !found.is_empty() {
                hits.push((path, found));
            }
        }
        hits
    }
}

/// Every file below `root`; a socket holds nothing.
pub(crate) fn files(root: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap() {
            kind if kind.is_dir() => found.extend(files(&entry.path())),
            kind if kind.is_file() => found.push(entry.path()),
            _ => {}
        }
    }
    found
}

/// What gzip and zstd streams in `bytes` hold; a stream that breaks off gives what came before.
fn inflated(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut streams = Vec::new();
    for at in memchr::memmem::find_iter(bytes, &[0x1f, 0x8b, 0x08]) {
        streams.push(read(flate2::read::GzDecoder::new(&bytes[at..])));
    }
    for at in memchr::memmem::find_iter(bytes, &[0x28, 0xb5, 0x2f, 0xfd]) {
        if let Ok(decoder) = zstd::Decoder::new(&bytes[at..]) {
            streams.push(read(decoder));
        }
    }
    streams.retain(|stream| !stream.is_empty());
    streams
}

fn read(stream: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    let mut stream = stream.take(INFLATED_BYTES_MAX);
    while let Ok(length @ 1..) = stream.read(&mut chunk) {
        bytes.extend_from_slice(&chunk[..length]);
    }
    bytes
}
