//! The feed as the store writes it: opened once, then only added to. A record is on disk before the keys that it names
//! are destroyed, so that no copy of the feed that is newer than a destruction lacks it.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::Path,
};

use super::{
    Burial, FeedError, Mark, Tombstone,
    read::{Check, head, scan},
};
use crate::crypto::{CryptoError, SigningKey, Statement, StoreId, sha256};

/// The feed of a store that runs.
#[derive(Debug)]
pub(crate) struct Feed {
    file: File,
    bytes: u64,
    last: Mark,
}

/// Why nothing was added.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AppendError {
    /// The file could not be written.
    #[error("{0}")]
    File(#[from] io::Error),
    /// The records could not be signed.
    #[error("{0}")]
    Crypto(#[from] CryptoError),
}

impl Feed {
    /// Opens the feed, or begins one where none is known. `known` is the last record that the key file has carried out:
    /// the feed must hold it. What follows it and is no good record was broken off in writing and is cut off. Every
    /// record is shown.
    pub(crate) fn open(
        path: &Path,
        store: StoreId,
        key: &SigningKey,
        known: Option<Mark>,
        mut show: impl FnMut(&Tombstone),
    ) -> Result<Self, FeedError> {
        let failed = |error| FeedError::File(path.to_owned(), error);
        if known.is_none() && !path.exists() {
            begin(path, &head(store, key.public())).map_err(failed)?;
        }
        let floor = known.map_or(0, |mark| mark.sequence);
        let mut agrees = known.is_none_or(|mark| mark.sequence == 0);
        let summary = scan(path, Some(key.public()), Check::Chain, |tombstone, mark| {
            agrees |= Some(mark) == known;
            show(tombstone);
        })?;
        if summary.store != store {
            return Err(FeedError::OtherStore(path.to_owned()));
        }
        if summary.last.sequence < floor {
            let (file, found) = (path.to_owned(), summary.last.sequence);
            return Err(match summary.bad_bytes {
                0 => FeedError::Short { file, found, needed: floor },
                _ => FeedError::Damaged { file, after: found },
            });
        }
        if !agrees {
            return Err(FeedError::Damaged { file: path.to_owned(), after: 0 });
        }
        let file = private(path).map_err(failed)?;
        if summary.bad_bytes > 0 {
            file.set_len(summary.good_bytes).and_then(|()| file.sync_all()).map_err(failed)?;
        }
        Ok(Self { file, bytes: summary.good_bytes, last: summary.last })
    }

    /// The last record.
    pub(crate) fn last(&self) -> Mark {
        self.last
    }

    /// Adds a record for each burial and makes them durable. Where that fails nothing counts as added: what was
    /// written is cut off before the next try.
    pub(crate) fn append(&mut self, key: &SigningKey, burials: Vec<Burial>) -> Result<(), AppendError> {
        let (mut bytes, mut last) = (Vec::new(), self.last);
        for burial in burials {
            let tombstone = Tombstone { sequence: last.sequence + 1, burial, previous: last.digest };
            let mut record = tombstone.encode();
            let signature = key.sign(Statement::Tombstone, &record)?;
            record.extend_from_slice(&signature);
            last = Mark { sequence: tombstone.sequence, digest: sha256(&[&record]) };
            bytes.extend_from_slice(&u32::try_from(record.len()).unwrap_or(u32::MAX).to_be_bytes());
            bytes.extend_from_slice(&record);
        }
        if self.file.metadata()?.len() != self.bytes {
            self.file.set_len(self.bytes)?;
        }
        self.file.write_all(&bytes)?;
        self.file.sync_all()?;
        self.bytes += bytes.len() as u64;
        self.last = last;
        Ok(())
    }
}

/// Writes the head of a new feed; it is there whole or not at all.
fn begin(path: &Path, head: &[u8]) -> io::Result<()> {
    let beside = path.with_extension("new");
    let mut file = private(&beside)?;
    file.set_len(0)?;
    file.write_all(head)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)?;
    path.parent().map_or(Ok(()), |dir| File::open(dir)?.sync_all())
}

/// Opens or makes a file that only its owner can read, to add to.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
