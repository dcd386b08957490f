//! When backups were made last: a small file beside the keys, written by the commands that make them. It says nothing of
//! where they are, and proves nothing.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::{Contents, RecoveryError, backup::write_new, file_error};
use crate::{store::BackupTimes, time::Timestamp};

const FILE: &str = "backups";
const DATA: &str = "data";
const KEYS: &str = "keys";

fn path(keys_dir: &Path) -> PathBuf {
    keys_dir.join(FILE)
}

/// When backups were made last, as far as is known.
pub fn backup_times(keys_dir: &Path) -> BackupTimes {
    let text = fs::read_to_string(path(keys_dir)).unwrap_or_default();
    let time = |name| {
        let lines = text.lines().filter_map(|line| line.split_once(' '));
        let mut times = lines.filter(|(of, _)| *of == name).filter_map(|(_, micros)| micros.parse().ok());
        times.next().map(Timestamp)
    };
    BackupTimes { data: time(DATA), keys: time(KEYS) }
}

/// Notes that a backup was made.
///
/// # Errors
/// The file could not be written.
pub fn note_backup(keys_dir: &Path, contents: Contents, now: Timestamp) -> Result<(), RecoveryError> {
    let mut times = backup_times(keys_dir);
    match contents {
        Contents::Data => times.data = Some(now),
        Contents::Keys { .. } => times.keys = Some(now),
    }
    let lines = [(DATA, times.data), (KEYS, times.keys)];
    let lines = lines.iter().filter_map(|(name, time)| time.map(|time| format!("{name} {}\n", time.0)));
    let (path, new) = (path(keys_dir), keys_dir.join(format!("{FILE}.new")));
    drop(fs::remove_file(&new));
    write_new(&new, lines.collect::<String>().as_bytes())?;
    fs::rename(&new, &path).map_err(file_error(&path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_backup_keeps_its_newest_time() {
        let dir = tempfile::tempdir().unwrap();
        let note = |contents, time| note_backup(dir.path(), contents, Timestamp(time)).unwrap();
        assert_eq!(backup_times(dir.path()), BackupTimes::default());
        note(Contents::Data, 1);
        note(Contents::Keys { expire_time: Timestamp(9) }, 2);
        note(Contents::Data, 3);
        let times = BackupTimes { data: Some(Timestamp(3)), keys: Some(Timestamp(2)) };
        assert_eq!(backup_times(dir.path()), times);
        fs::write(path(dir.path()), "data x\nkeys").unwrap();
        assert_eq!(backup_times(dir.path()), BackupTimes::default());
    }
}
