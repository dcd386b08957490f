//! What lies on a disk when the power goes: of each file what was synced, and of what was not any part, in sectors. The entry
//! of a file in its directory counts only once the directory was synced.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use super::{
    Numbers,
    shim::{Act, Record},
};

/// What a disk writes whole or not at all, in bytes.
const SECTOR: usize = 512;

/// What becomes of what was not synced.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unsynced {
    Lost,
    Kept,
    Partly,
}

/// A file.
#[derive(Clone, Debug, Default)]
struct File {
    synced: Vec<u8>,
    pending: Vec<Act>,
    entry: bool,
    removed: bool,
}

/// The files below a directory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk(BTreeMap<PathBuf, File>);

impl Disk {
    /// Takes part in what is done next.
    pub(crate) fn follow(&mut self, record: &Record) {
        let Record { path, act } = record;
        match act {
            Act::DirSynced => self.sync_dir(path),
            Act::Removed => {
                if let Some(file) = self.0.get_mut(path) {
                    file.removed = true;
                }
            }
            // Nothing is renamed onto a file that is there; the new name counts once the directory was synced.
            Act::Renamed { to } => {
                if let Some(file) = self.0.get_mut(path) {
                    let renamed = File { entry: false, ..file.clone() };
                    file.removed = true;
                    self.0.insert(to.clone(), renamed);
                }
            }
            Act::SyncFailed => {}
            act => {
                let file = self.0.entry(path.clone()).or_default();
                file.follow(act);
            }
        }
    }

    fn sync_dir(&mut self, dir: &Path) {
        self.0.retain(|path, file| path.parent() != Some(dir) || !file.removed);
        for (_, file) in self.0.iter_mut().filter(|(path, _)| path.parent() == Some(dir)) {
            file.entry = true;
        }
    }

    /// Whether this is a directory with files, each of which has its name for good. The index files of SQLite need none.
    pub(crate) fn is_settled(&self, dir: &Path) -> bool {
        let mut files = self.0.iter().filter(|(path, _)| path.parent() == Some(dir)).peekable();
        let passing = |path: &Path| path.to_str().unwrap().ends_with("-shm");
        files.peek().is_some() && files.all(|(path, file)| file.entry || file.removed || passing(path))
    }

    /// Whether nothing was ever made durable in this file.
    pub(crate) fn is_blank(&self, path: &Path) -> bool {
        self.0.get(path).is_none_or(|file| file.synced.is_empty())
    }

    /// Whether there is nothing in this file now.
    pub(crate) fn is_empty(&self, path: &Path) -> bool {
        let now = |file: &File| file.content(Unsynced::Kept, &mut Numbers(0));
        self.0.get(path).is_none_or(|file| now(file).is_empty())
    }

    /// Lays out what the power cut leaves.
    pub(crate) fn lay_out(&self, dir: &Path, unsynced: Unsynced, numbers: &mut Numbers) {
        for folder in ["data", "keys"] {
            fs::create_dir_all(dir.join(folder)).unwrap();
        }
        for (path, file) in &self.0 {
            // SQLite makes this one anew whenever a file is opened.
            let rebuilt = path.to_str().unwrap().ends_with("-shm");
            if !rebuilt && file.is_there(unsynced, numbers) {
                let path = dir.join(path);
                fs::write(&path, file.content(unsynced, numbers)).unwrap();
                let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
                fs::set_permissions(&path, private).unwrap();
            }
        }
    }
}

impl File {
    fn follow(&mut self, act: &Act) {
        match act {
            Act::Made if self.removed => *self = Self::default(),
            Act::Synced => {
                for act in std::mem::take(&mut self.pending) {
                    apply(&mut self.synced, &act, 0..usize::MAX);
                }
            }
            Act::Write { .. } | Act::Truncate { .. } => self.pending.push(act.clone()),
            _ => {}
        }
    }

    fn is_there(&self, unsynced: Unsynced, numbers: &mut Numbers) -> bool {
        let later = match unsynced {
            Unsynced::Lost => false,
            Unsynced::Kept => true,
            Unsynced::Partly => numbers.below(2) == 0,
        };
        if self.removed { self.entry && !later } else { self.entry || later }
    }

    fn content(&self, unsynced: Unsynced, numbers: &mut Numbers) -> Vec<u8> {
        let mut content = self.synced.clone();
        for act in &self.pending {
            match unsynced {
                Unsynced::Lost => {}
                Unsynced::Kept => apply(&mut content, act, 0..usize::MAX),
                Unsynced::Partly => match numbers.below(4) {
                    0 => {}
                    1 => {
                        let sectors = numbers.below(17);
                        apply(&mut content, act, 0..sectors * SECTOR);
                    }
                    2 => {
                        let sectors = numbers.below(17);
                        apply(&mut content, act, sectors * SECTOR..usize::MAX);
                    }
                    _ => apply(&mut content, act, 0..usize::MAX),
                },
            }
        }
        content
    }
}

/// Does to the bytes what was done to the file, as far as it lies within a part of the write.
fn apply(content: &mut Vec<u8>, act: &Act, part: std::ops::Range<usize>) {
    match act {
        Act::Truncate { length } => content.resize(*length, 0),
        Act::Write { at, bytes } => {
            let (start, end) = (part.start.min(bytes.len()), part.end.min(bytes.len()));
            if content.len() < at + end && start < end {
                content.resize(at + end, 0);
            }
            if start < end {
                content[at + start..at + end].copy_from_slice(&bytes[start..end]);
            }
        }
        _ => {}
    }
}
