//! The lexicon of the release before, frozen: a tenant's policy that names it goes on with it until a new revision of the
//! policy moves the tenant. Unpacked and compiled when it is first asked for. `just lexicon-snapshot` makes the file.

use std::{str, sync::LazyLock};

use aws_lc_rs::digest;
use data_encoding::HEXLOWER;

use super::builtin;

/// Name and text of a table.
pub(super) type File<'t> = (&'t str, &'t str);

/// A frozen lexicon: its revision and the bytes of its file.
struct Snapshot {
    revision: &'static str,
    packed: &'static [u8],
}

macro_rules! snapshot {
    ($revision:literal) => {
        Snapshot {
            revision: $revision,
            packed: include_bytes!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/data/lexicon/released/",
                $revision,
                ".tsv.zst"
            )),
        }
    };
}

const SNAPSHOT: Snapshot = snapshot!("47aabc9bfbd27903");

/// The lexicon of every tenant whose store was written before policies named one: that of the release before they did.
pub const UNNAMED: &str = SNAPSHOT.revision;

/// Revisions that this release ships: its own, and that of the release before.
pub fn revisions() -> [&'static str; 2] {
    [builtin::revision(), SNAPSHOT.revision]
}

/// Revision of the release before.
pub(super) fn previous() -> &'static str {
    SNAPSHOT.revision
}

/// The tables of the release before.
///
/// # Panics
/// Where the file is damaged; a test reads it, so that no such program is ever released.
#[expect(clippy::panic, reason = "the file is part of the program and a test reads it")]
pub(super) fn files() -> &'static [File<'static>] {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        unpacked(&SNAPSHOT).unwrap_or_else(|| panic!("data/lexicon/released/{}: it is damaged", SNAPSHOT.revision))
    });
    static FILES: LazyLock<Vec<File<'static>>> = LazyLock::new(|| {
        tables(&TEXT).unwrap_or_else(|| panic!("data/lexicon/released/{}: no list of tables", SNAPSHOT.revision))
    });
    &FILES
}

/// The header: what the tables are, and the digest and length of what is packed behind it.
struct Header<'t> {
    revision: &'t str,
    sha256: &'t str,
    bytes: usize,
    body: &'t [u8],
}

fn header(packed: &[u8]) -> Option<Header<'_>> {
    const END: &[u8] = b"\n\n";
    let at = memchr::memmem::find(packed, END)?;
    let (head, body) = packed.split_at_checked(at)?;
    let mut lines = str::from_utf8(head).ok()?.lines();
    (lines.next()? == "triaged lexicon 1").then_some(())?;
    Some(Header {
        revision: lines.next()?.strip_prefix("revision ")?,
        sha256: lines.next()?.strip_prefix("sha256 ")?,
        bytes: lines.next()?.strip_prefix("bytes ")?.parse().ok()?,
        body: body.get(END.len()..)?,
    })
}

/// The tables as one text; `None` where they are not what the header says.
fn unpacked(snapshot: &Snapshot) -> Option<String> {
    let Header { revision, sha256, bytes, body } = header(snapshot.packed)?;
    let text = String::from_utf8(zstd::bulk::decompress(body, bytes).ok()?).ok()?;
    let digest = HEXLOWER.encode(digest::digest(&digest::SHA256, text.as_bytes()).as_ref());
    (revision == snapshot.revision && digest == sha256 && text.len() == bytes).then_some(text)
}

/// The tables of the text: each behind a line with its name and length.
fn tables(mut text: &str) -> Option<Vec<File<'_>>> {
    let mut files = Vec::new();
    while !text.is_empty() {
        let (head, after) = text.strip_prefix('>')?.split_once('\n')?;
        let (name, bytes) = head.split_once(' ')?;
        let (table, rest) = after.split_at_checked(bytes.parse().ok()?)?;
        files.push((name, table));
        text = rest;
    }
    Some(files)
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::{super::revision, *};

    #[test]
    fn the_digest_and_the_revision_in_the_header_are_those_of_the_tables() {
        let text = unpacked(&SNAPSHOT).expect("the digest is that of the tables");
        let files = tables(&text).unwrap();
        assert_eq!(revision(&files), SNAPSHOT.revision);
        assert!(files.iter().any(|(name, _)| *name == "en/support.tsv"));
    }

    #[test]
    fn the_two_revisions_differ_and_no_third_one_is_in_the_directory() {
        let [own, previous] = revisions();
        assert_ne!(own, previous);
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/lexicon/released");
        let found: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(found, [format!("{previous}.tsv.zst").as_str()]);
    }

    #[test]
    fn a_damaged_file_is_none() {
        let mut packed = SNAPSHOT.packed.to_vec();
        let digest = memchr::memmem::find(&packed, b"sha256 ").unwrap() + 7;
        packed[digest] = if packed[digest] == b'0' { b'1' } else { b'0' };
        let packed: &'static [u8] = packed.leak();
        assert!(unpacked(&Snapshot { packed, ..SNAPSHOT }).is_none());
        assert!(unpacked(&Snapshot { revision: "0000000000000000", ..SNAPSHOT }).is_none());
        assert!(unpacked(&Snapshot { packed: b"triaged lexicon 1", ..SNAPSHOT }).is_none());
        assert_eq!(tables(">a/b.tsv 9\nshort"), None);
    }
}
