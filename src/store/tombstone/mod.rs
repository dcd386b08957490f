//! Tombstones: which keys were destroyed, by their random ids and nothing else. The feed is a file beside the keys that
//! only grows; each record is signed and names the digest of the one before, so that none can be changed, left out or
//! put in. A restore of older keys carries out the newest feed first. Knows no database and nobody's identifier.

mod feed;
mod read;

use uuid::Uuid;

pub(crate) use self::feed::{AppendError, Feed};
pub use self::read::{FeedError, Summary, read};
use crate::{
    crypto::{KeyKind, sha256},
    id::TenantId,
    time::Timestamp,
};

/// Why keys were destroyed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Cause {
    /// A person was erased.
    Erasure = 1,
    /// A case was deleted.
    CaseDeleted = 2,
    /// The time to keep it was over.
    Retention = 3,
    /// Records of a faulty intake were purged.
    Purge = 4,
    /// A person marked what had been missed: an older version of a text is gone.
    Redaction = 5,
    /// A tenant left.
    Offboarding = 6,
}

/// A key that was destroyed, and with it every key below it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Grave {
    /// What it was for.
    pub kind: KeyKind,
    /// What it belonged to.
    pub id: Uuid,
    /// Its version; 0: every version, and what belonged to it is erased.
    pub version: u32,
}

impl Grave {
    /// Every version of a key.
    pub fn all(kind: KeyKind, id: Uuid) -> Self {
        Self { kind, id, version: 0 }
    }
}

/// What one act destroyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Burial {
    /// Whose.
    pub tenant: TenantId,
    /// When, by service time.
    pub time: Timestamp,
    /// Why.
    pub cause: Cause,
    /// The keys, at most [`GRAVES_MAX`].
    pub graves: Vec<Grave>,
}

/// A record of the feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tombstone {
    /// From 1, without gaps.
    pub sequence: u64,
    /// What was destroyed.
    pub burial: Burial,
    /// The digest of the record before; of the first one, of the head of the file.
    pub previous: [u8; 32],
}

/// How far a feed has come: the number and the digest of its last record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// Number of the record; 0: the head of the file.
    pub sequence: u64,
    /// SHA-256 of its bytes, signature included.
    pub digest: [u8; 32],
}

/// How many keys one record names.
pub const GRAVES_MAX: usize = 4096;

const GRAVE_BYTES: usize = 1 + 16 + 4;
const BURIAL_HEAD_BYTES: usize = 16 + 8 + 1;
/// The most bytes of a record without its length and signature.
const BODY_BYTES_MAX: usize = 8 + 32 + BURIAL_HEAD_BYTES + GRAVES_MAX * GRAVE_BYTES;

impl Burial {
    /// The bytes: tenant, time and cause, then the graves, all in fixed width.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(BURIAL_HEAD_BYTES + self.graves.len() * GRAVE_BYTES);
        bytes.extend_from_slice(self.tenant.as_bytes());
        bytes.extend_from_slice(&self.time.0.to_be_bytes());
        bytes.push(self.cause as u8);
        for grave in &self.graves {
            bytes.push(grave.kind as u8);
            bytes.extend_from_slice(grave.id.as_bytes());
            bytes.extend_from_slice(&grave.version.to_be_bytes());
        }
        bytes
    }

    /// The burial in these bytes; `None`: they are none.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let (tenant, rest) = bytes.split_first_chunk::<16>()?;
        let (time, rest) = rest.split_first_chunk::<8>()?;
        let (cause, graves) = rest.split_first()?;
        let (graves, []) = graves.as_chunks::<GRAVE_BYTES>() else { return None };
        Some(Self {
            tenant: TenantId::from(*tenant),
            time: Timestamp(i64::from_be_bytes(*time)),
            cause: Cause::of_code(*cause)?,
            graves: graves.iter().map(grave).collect::<Option<_>>()?,
        })
    }
}

impl Cause {
    /// The cause of a stored number.
    pub(crate) fn of_code(code: u8) -> Option<Self> {
        use Cause::{CaseDeleted, Erasure, Offboarding, Purge, Redaction, Retention};
        let all = [Erasure, CaseDeleted, Retention, Purge, Redaction, Offboarding];
        all.into_iter().find(|cause| *cause as u8 == code)
    }
}

fn kind_of(code: u8) -> Option<KeyKind> {
    use KeyKind::{Case, Interaction, Subject, Tenant, TenantLookup};
    [Tenant, Subject, Case, Interaction, TenantLookup].into_iter().find(|kind| *kind as u8 == code)
}

fn grave(bytes: &[u8; GRAVE_BYTES]) -> Option<Grave> {
    let (kind, rest) = bytes.split_first()?;
    let (id, version) = rest.split_first_chunk::<16>()?;
    let version = u32::from_be_bytes(version.try_into().ok()?);
    Some(Grave { kind: kind_of(*kind)?, id: Uuid::from_bytes(*id), version })
}

impl Tombstone {
    fn encode(&self) -> Vec<u8> {
        let mut bytes = self.sequence.to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.previous);
        bytes.extend_from_slice(&self.burial.encode());
        bytes
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (sequence, rest) = bytes.split_first_chunk::<8>()?;
        let (previous, burial) = rest.split_first_chunk::<32>()?;
        let burial = Burial::decode(burial)?;
        Some(Self { sequence: u64::from_be_bytes(*sequence), burial, previous: *previous })
    }
}

impl Mark {
    /// Width of an encoded mark, in bytes.
    pub(crate) const BYTES: usize = 8 + 32;

    fn head(head: &[u8]) -> Self {
        Self { sequence: 0, digest: sha256(&[head]) }
    }

    /// The bytes.
    pub(crate) fn encode(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let parts = self.sequence.to_be_bytes().into_iter().chain(self.digest);
        bytes.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        bytes
    }

    /// The mark in these bytes.
    pub(crate) fn decode(bytes: [u8; Self::BYTES]) -> Option<Self> {
        let (sequence, digest) = bytes.split_first_chunk::<8>()?;
        Some(Self { sequence: u64::from_be_bytes(*sequence), digest: digest.try_into().ok()? })
    }
}

#[cfg(test)]
mod tests;
