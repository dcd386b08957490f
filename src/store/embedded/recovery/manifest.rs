//! What a backup says about itself, as lines of text: of which store, how far it goes, and the digest of its bytes.

use std::{fmt, time::Duration};

use data_encoding::HEXLOWER;

use crate::{crypto::StoreId, time::Timestamp};

/// The first line.
const TITLE: &str = "triaged backup 1";

/// What a backup holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contents {
    /// The data file: sealed rows, no keys.
    Data,
    /// The key file and the master key, sealed for an offline recipient.
    Keys {
        /// When it is to be destroyed: what was erased must not outlive the policy in it.
        expire_time: Timestamp,
    },
}

/// What a backup says about itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// What it holds.
    pub contents: Contents,
    /// The store.
    pub store: StoreId,
    /// Generation of the key file, or the one that the data has seen.
    pub generation: i64,
    /// How often the data file was committed.
    pub commits: i64,
    /// Number of the last tombstone that it knows.
    pub tombstones: u64,
    /// When it was made.
    pub time: Timestamp,
    /// Length of the file in bytes.
    pub bytes: u64,
    /// SHA-256 of the file.
    pub sha256: [u8; 32],
}

impl Manifest {
    /// The longest time that a key backup may be kept.
    pub const KEYS_RETENTION_MAX: Duration = Duration::from_hours(35 * 24);

    /// The manifest in this text; `None`: it is none of this release.
    pub fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines();
        if lines.next() != Some(TITLE) {
            return None;
        }
        let mut field = |name: &str| lines.next()?.strip_prefix(name)?.strip_prefix(": ");
        let kind = field("kind")?;
        let manifest = Self {
            store: StoreId(unhex(field("store")?)?),
            generation: field("generation")?.parse().ok()?,
            commits: field("commits")?.parse().ok()?,
            tombstones: field("tombstones")?.parse().ok()?,
            time: Timestamp(field("time_micros")?.parse().ok()?),
            bytes: field("bytes")?.parse().ok()?,
            sha256: unhex(field("sha256")?)?,
            contents: match kind {
                "data" => Contents::Data,
                "keys" => Contents::Keys { expire_time: Timestamp(field("expire_time_micros")?.parse().ok()?) },
                _ => return None,
            },
        };
        Some(manifest)
    }
}

impl fmt::Display for Manifest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { contents, store, generation, commits, tombstones, time, bytes, sha256 } = self;
        let kind = if *contents == Contents::Data { "data" } else { "keys" };
        writeln!(formatter, "{TITLE}\nkind: {kind}\nstore: {}", HEXLOWER.encode(&store.0))?;
        writeln!(formatter, "generation: {generation}\ncommits: {commits}\ntombstones: {tombstones}")?;
        writeln!(formatter, "time_micros: {}\nbytes: {bytes}\nsha256: {}", time.0, HEXLOWER.encode(sha256))?;
        if let Contents::Keys { expire_time } = contents {
            writeln!(formatter, "expire_time_micros: {}", expire_time.0)?;
        }
        Ok(())
    }
}

fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    HEXLOWER.decode(text.as_bytes()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_read_as_it_was_written() {
        let data = Manifest {
            contents: Contents::Data,
            store: StoreId([0xAB; 16]),
            generation: 3,
            commits: 4,
            tombstones: 5,
            time: Timestamp(6),
            bytes: 7,
            sha256: [8; 32],
        };
        let keys = Manifest { contents: Contents::Keys { expire_time: Timestamp(9) }, ..data };
        for manifest in [data, keys] {
            let text = manifest.to_string();
            assert_eq!(Manifest::parse(&text), Some(manifest), "{text}");
            assert_eq!(Manifest::parse(&text.replace("backup 1", "backup 2")), None);
            assert_eq!(Manifest::parse(&text.replace("commits", "commit")), None);
            assert_eq!(Manifest::parse(&text.replace("abab", "xbab")), None);
        }
    }
}
