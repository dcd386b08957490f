//! Commands of backup and restore, on the host of the store. The server may run while a copy is made.

pub(super) mod backup;
pub(super) mod escrow;
pub(super) mod key_backup;
pub(super) mod restore;

use std::{fs, path::Path};

use super::Failure;
use crate::{
    config::Config,
    crypto::Recipient,
    store::embedded::recovery::{self, Contents},
    time::Timestamp,
};

/// The recipient that was given.
fn recipient(text: &str) -> Result<Recipient, Failure> {
    Recipient::parse(text).ok_or_else(|| {
        Failure::Argument("the recipient is no age recipient: give age1..., of a key that lies offline".into())
    })
}

/// The text of an identity file, or of a token.
fn secret(path: &Path) -> Result<zeroize::Zeroizing<String>, Failure> {
    fs::read_to_string(path).map(zeroize::Zeroizing::new).map_err(|error| Failure::path(path, error))
}

/// Notes beside the keys that a backup was made; where that cannot be written, the backup is good all the same.
fn note_backup(config: &Config, contents: Contents, now: Timestamp) {
    if let Err(error) = recovery::note_backup(&config.keys_dir, contents, now) {
        super::say(&format!("triaged: warning: `triaged posture` will not know of this backup: {error}"));
    }
}
