//! Files that should not be there: copies of the store in and beside its directories, what an aborted command has left, and
//! files that others can read. Looks at names, modes and the first bytes, never further.

use std::{
    fs::{self, File},
    io::Read,
    path::{Path, PathBuf},
};

use super::schema;

/// Names within the data directory.
const DATA: [&str; 5] = ["data.db", "data.db-wal", "data.db-shm", "lock", "reserve"];
/// Names within the keys directory.
const KEYS: [&str; 10] = [
    "keys.db",
    "keys.db-wal",
    "keys.db-shm",
    "lock",
    "reserve",
    "commits",
    "tombstones",
    "recovery",
    "backups",
    "control",
];
/// How deep the neighbourhood of the directories is looked at, and how many entries of it.
const DEPTH: usize = 2;
const ENTRIES_MAX: usize = 10_000;
/// Where a database file says whose it is (SQLite file format, section 1.3), and in how many bytes.
const APPLICATION_AT: usize = 68;
const HEADER_BYTES: usize = 72;

/// What is wrong with a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Leftover {
    /// A copy of a data or key file.
    Copy,
    /// No file of a store, in one of its directories.
    Unknown,
    /// Others can read or write it.
    Open,
}

impl Leftover {
    /// What to do about it.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Copy => {
                "a copy of the store: what is erased lives on in it; destroy it, or keep it as a backup elsewhere"
            }
            Self::Unknown => "not a file of the store: look at it and remove it",
            Self::Open => "others can read or write it: chmod 600 (a directory: 700)",
        }
    }
}

/// Looks through the directories of a store, and around them and the key file, where that is known.
pub fn leftovers(data_dir: &Path, keys_dir: &Path, key_file: Option<&Path>) -> Vec<(PathBuf, Leftover)> {
    let mut found = Vec::new();
    for (dir, known) in [(data_dir, DATA.as_slice()), (keys_dir, KEYS.as_slice())] {
        found.extend(is_open(dir).then(|| (dir.to_owned(), Leftover::Open)));
        for path in entries(dir) {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            if !known.contains(&name.as_str()) {
                let kind = if is_database(&path) { Leftover::Copy } else { Leftover::Unknown };
                found.push((path.clone(), kind));
            }
            found.extend(is_open(&path).then_some((path, Leftover::Open)));
        }
    }
    found.extend(key_file.filter(|file| file.exists() && is_open(file)).map(|file| (file.to_owned(), Leftover::Open)));
    let mut left = ENTRIES_MAX;
    for dir in [Some(data_dir), Some(keys_dir), key_file].into_iter().flatten().filter_map(Path::parent) {
        copies(dir, &[data_dir, keys_dir], DEPTH, &mut left, &mut found);
    }
    found.sort();
    found.dedup();
    found
}

/// Copies of a store below a directory, outside of the store itself.
fn copies(dir: &Path, own: &[&Path], depth: usize, left: &mut usize, found: &mut Vec<(PathBuf, Leftover)>) {
    for path in entries(dir) {
        if *left == 0 || own.contains(&path.as_path()) {
            continue;
        }
        *left -= 1;
        if is_database(&path) {
            found.push((path, Leftover::Copy));
        } else if depth > 1 && path.is_dir() && !path.is_symlink() {
            copies(&path, own, depth - 1, left, found);
        }
    }
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    fs::read_dir(dir).map_or_else(|_| Vec::new(), |entries| entries.flatten().map(|entry| entry.path()).collect())
}

/// Whether a file is a database of this program.
fn is_database(path: &Path) -> bool {
    let mut header = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEADER_BYTES as u64).read_to_end(&mut header));
    let mark = header.get(APPLICATION_AT..HEADER_BYTES).and_then(|bytes| bytes.try_into().ok()).map(u32::from_be_bytes);
    read.is_ok() && mark.map(i64::from) == Some(schema::APPLICATION_ID)
}

#[cfg(unix)]
fn is_open(path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    fs::symlink_metadata(path).is_ok_and(|about| !about.is_symlink() && about.mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open(_path: &Path) -> bool {
    false
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn write(path: &Path, bytes: &[u8], mode: u32) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn copies_strangers_and_open_files_are_found() {
        let dir = tempfile::tempdir().unwrap();
        let at = |name: &str| dir.path().join(name);
        let mut database = vec![0; 100];
        database[APPLICATION_AT..HEADER_BYTES]
            .copy_from_slice(&u32::try_from(schema::APPLICATION_ID).unwrap().to_be_bytes());
        for (name, bytes, mode) in [
            ("data/data.db", database.as_slice(), 0o600),
            ("keys/keys.db", &database, 0o600),
            ("keys/commits", b"x", 0o600),
            ("keys/control", b"x", 0o600),
            ("root/master.key", b"k", 0o600),
        ] {
            write(&at(name), bytes, mode);
        }
        for name in ["data", "keys"] {
            fs::set_permissions(at(name), fs::Permissions::from_mode(0o700)).unwrap();
        }
        let found = || leftovers(&at("data"), &at("keys"), Some(&at("root/master.key")));
        assert_eq!(found(), []);
        write(&at("data/data.db.bak"), &database, 0o600);
        write(&at("data.old/data.db"), &database, 0o600);
        write(&at("notes/list"), b"harmless", 0o644);
        write(&at("keys/trial-1"), b"x", 0o644);
        fs::set_permissions(at("root/master.key"), fs::Permissions::from_mode(0o640)).unwrap();
        let expected = [
            (at("data/data.db.bak"), Leftover::Copy),
            (at("data.old/data.db"), Leftover::Copy),
            (at("keys/trial-1"), Leftover::Unknown),
            (at("keys/trial-1"), Leftover::Open),
            (at("root/master.key"), Leftover::Open),
        ];
        let mut expected = expected.to_vec();
        expected.sort();
        assert_eq!(found(), expected);
    }
}
