//! How safely a store is kept: states, counts and times, nothing of anybody's data. Knows no engine and no key.

use async_trait::async_trait;

use super::{Officer, StoreError};
use crate::time::Timestamp;

/// Whether a loss of the master key can be made good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// The present master key is in no other hands.
    NoEscrow,
    /// It is, but nobody has tried whether it can be had back.
    Unproved,
    /// A restore was tried at this time.
    Proved(Timestamp),
}

/// When backups were made last, as far as this host knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BackupTimes {
    /// Of the data.
    pub data: Option<Timestamp>,
    /// Of the keys.
    pub keys: Option<Timestamp>,
}

/// A key that is counted over restarts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// Its newest version.
    pub version: u32,
    /// How often that has sealed or wrapped, rounded up.
    pub seals: u64,
}

/// What lies where it should not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LeftoverCounts {
    /// Copies of a data or key file.
    pub copies: u64,
    /// Strange files in a directory of the store.
    pub unknown: u64,
    /// Files and directories that others can read or write.
    pub open: u64,
}

/// How far the destruction of what is kept long enough has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RetentionState {
    /// When the last whole pass ended, since the start.
    pub pass_end_time: Option<Timestamp>,
    /// Records without a key that wait for the sweep.
    pub unswept: u64,
    /// Erasures of this tenant that wait for a legal hold to end.
    pub deferred_erasures: u64,
    /// Legal holds of this tenant that hold at present.
    pub active_holds: u64,
}

/// How a store is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostureRecord {
    /// When this was looked at.
    pub time: Timestamp,
    /// Whether a loss of the master key can be made good.
    pub recovery: Recovery,
    /// Backups.
    pub backups: BackupTimes,
    /// The master key.
    pub master: KeyUse,
    /// The key of the officer's tenant.
    pub tenant: KeyUse,
    /// Rotations of keys that are under way.
    pub rotations: u64,
    /// Records of the officer's tenant whose data keys the last rotation kept, as a value of theirs is damaged.
    pub keys_kept: u64,
    /// What lies where it should not.
    pub leftovers: LeftoverCounts,
    /// Generation of the key file.
    pub generation: i64,
    /// How often the data file was committed.
    pub commits: i64,
    /// Number of the last tombstone.
    pub tombstones: u64,
    /// Texts of the officer's tenant stay closed since a restore.
    pub texts_closed: bool,
    /// What is kept long enough.
    pub retention: RetentionState,
}

/// The posture of a store.
#[async_trait]
pub trait Posture: Send + Sync + 'static {
    /// Looks at the store, its directories and their neighbourhood.
    async fn posture(&self, officer: Officer) -> Result<PostureRecord, StoreError>;
}
