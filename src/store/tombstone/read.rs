//! Reading a feed: record by record, each held against the one before and, where asked for, against its signature.

use std::{
    fs::File,
    io::{self, BufReader, Read},
    path::{Path, PathBuf},
};

use super::{BODY_BYTES_MAX, Mark, Tombstone};
use crate::crypto::{PublicKey, Statement, StoreId, sha256, sign::SIGNATURE_BYTES};

/// What every feed begins with.
const MAGIC: &[u8] = b"triaged tombstones 1\n";
/// Length of the head: the magic, the store, the public key.
pub(super) const HEAD_BYTES: usize = MAGIC.len() + 16 + 32;

/// Why a feed was not read to its end.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// It could not be read or written.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// It is no feed, or one of another release.
    #[error("{0} is no tombstone feed: give the file `tombstones` that lay beside the keys")]
    Foreign(PathBuf),
    /// It is the feed of another store, or signed with another key.
    #[error("{0} is the tombstone feed of another store: give the newest one of this store")]
    OtherStore(PathBuf),
    /// A record is not what was written.
    #[error("{file} is damaged after tombstone {after}: give another copy of it, the newest there is")]
    Damaged {
        /// The file.
        file: PathBuf,
        /// The last good record.
        after: u64,
    },
    /// It ends before what it is known to have held.
    #[error(
        "{file} ends at tombstone {found}, {needed} are known: give the newest copy; an older one would bring erased people back"
    )]
    Short {
        /// The file.
        file: PathBuf,
        /// The last record.
        found: u64,
        /// The record that is known to exist.
        needed: u64,
    },
}

/// What a whole feed came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The store.
    pub store: StoreId,
    /// The key that its records are signed with, as the file says.
    pub public: PublicKey,
    /// The last good record.
    pub last: Mark,
    /// Bytes up to the end of that record.
    pub good_bytes: u64,
    /// Bytes after it that are no good record: a write that was broken off, or damage.
    pub bad_bytes: u64,
}

impl Summary {
    /// Holds the feed against a record that is known to exist, such as the last one of a backup. What follows that
    /// record cannot be known from the file alone: keep the newest mark in another place.
    ///
    /// # Errors
    /// It ends before that record, or does not end with a good one.
    pub fn reaches(&self, file: &Path, known: u64) -> Result<(), FeedError> {
        if self.last.sequence < known {
            return Err(FeedError::Short { file: file.to_owned(), found: self.last.sequence, needed: known });
        }
        if self.bad_bytes > 0 {
            return Err(FeedError::Damaged { file: file.to_owned(), after: self.last.sequence });
        }
        Ok(())
    }
}

/// How closely records are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    /// Numbers and digests.
    Chain,
    /// Signatures too.
    Signatures,
}

/// Reads a feed and shows every record of it, oldest first. Number, digest of the record before and signature are
/// checked before a record is shown; what follows the first bad one is not read.
///
/// # Errors
/// It cannot be read, is no feed, or is not signed with `expected`.
pub fn read(path: &Path, expected: Option<PublicKey>, mut show: impl FnMut(&Tombstone)) -> Result<Summary, FeedError> {
    scan(path, expected, Check::Signatures, |tombstone, _| show(tombstone))
}

/// The head of the feed of a store.
pub(super) fn head(store: StoreId, public: PublicKey) -> Vec<u8> {
    [MAGIC, &store.0, &public.0].concat()
}

/// Reads a feed as closely as asked for, and shows every record with its mark.
pub(super) fn scan(
    path: &Path,
    expected: Option<PublicKey>,
    check: Check,
    mut show: impl FnMut(&Tombstone, Mark),
) -> Result<Summary, FeedError> {
    let failed = |error| FeedError::File(path.to_owned(), error);
    let file = File::open(path).map_err(failed)?;
    let whole = file.metadata().map_err(failed)?.len();
    let mut from = BufReader::new(file);
    let mut head = [0; HEAD_BYTES];
    from.read_exact(&mut head).map_err(|_| FeedError::Foreign(path.to_owned()))?;
    let (store, public) = parse_head(&head).ok_or_else(|| FeedError::Foreign(path.to_owned()))?;
    if expected.is_some_and(|expected| expected != public) {
        return Err(FeedError::OtherStore(path.to_owned()));
    }
    let (mut last, mut good_bytes) = (Mark::head(&head), HEAD_BYTES as u64);
    while let Some(record) = next(&mut from).map_err(failed)? {
        let Some((tombstone, mark)) = parse(&record, last, public, check) else { break };
        show(&tombstone, mark);
        last = mark;
        good_bytes += 4 + record.len() as u64;
    }
    Ok(Summary { store, public, last, good_bytes, bad_bytes: whole.saturating_sub(good_bytes) })
}

fn parse_head(head: &[u8; HEAD_BYTES]) -> Option<(StoreId, PublicKey)> {
    let (store, public) = head.strip_prefix(MAGIC)?.split_first_chunk::<16>()?;
    Some((StoreId(*store), PublicKey(public.try_into().ok()?)))
}

/// The bytes of the next record without its length; `None`: there is no whole one.
fn next(from: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    let Some(()) = fill(from, &mut length)? else { return Ok(None) };
    let length = u32::from_be_bytes(length) as usize;
    if !(SIGNATURE_BYTES..=BODY_BYTES_MAX + SIGNATURE_BYTES).contains(&length) {
        return Ok(None);
    }
    let mut record = vec![0; length];
    Ok(fill(from, &mut record)?.map(|()| record))
}

/// Fills a buffer; `None`: the file ends before.
fn fill(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<Option<()>> {
    match from.read_exact(buffer) {
        Ok(()) => Ok(Some(())),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

/// The tombstone of a record that follows `last`; `None`: it does not.
fn parse(record: &[u8], last: Mark, public: PublicKey, check: Check) -> Option<(Tombstone, Mark)> {
    let (body, signature) = record.split_last_chunk::<SIGNATURE_BYTES>()?;
    let tombstone = Tombstone::decode(body)?;
    if tombstone.sequence != last.sequence + 1 || tombstone.previous != last.digest {
        return None;
    }
    if check == Check::Signatures {
        public.verify(Statement::Tombstone, body, signature).ok()?;
    }
    let mark = Mark { sequence: tombstone.sequence, digest: sha256(&[record]) };
    Some((tombstone, mark))
}
