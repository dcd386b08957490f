//! How far a store has come, read from its headers without opening it. Whoever keeps these numbers elsewhere sees that the
//! whole store was set back.

use std::path::Path;

use super::{RecoveryError, closed::is_any_closed};
use crate::store::embedded::{
    files::{self, Files},
    graves, header,
    rotate::data::all_kept,
    schema,
};

/// How far a store has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Generation of the key file.
    pub generation: i64,
    /// How often the data file was committed.
    pub commits: i64,
    /// Number of the last tombstone.
    pub tombstones: u64,
    /// Texts of a tenant stay closed since a restore.
    pub closed: bool,
    /// Records whose data keys the last rotations kept, as a value of theirs is damaged.
    pub keys_kept: u64,
}

/// Reads both headers; `None`: there is no store. A server may run on it.
///
/// # Errors
/// A file cannot be read, or is not one of a store.
pub fn standing(data_dir: &Path, keys_dir: &Path) -> Result<Option<Standing>, RecoveryError> {
    let files = Files::new(data_dir, keys_dir);
    if header::format(&files.data(), schema::FORMAT)? == 0 || header::format(&files.keys(), schema::KEYS_FORMAT)? == 0 {
        return Ok(None);
    }
    let (data, keys) = (files::reader(&files.data())?, files::reader(&files.keys())?);
    let damaged = || RecoveryError::Damaged(files.keys(), "its header lacks a part".to_owned());
    let generation = header::stamp(&keys)?.ok_or_else(damaged)?.generation;
    let commits = header::stamp(&data)?.ok_or_else(damaged)?.commits;
    let tombstones = graves::carried_out(&keys)?.map_or(0, |mark| mark.sequence);
    Ok(Some(Standing { generation, commits, tombstones, closed: is_any_closed(&data)?, keys_kept: all_kept(&data)? }))
}
