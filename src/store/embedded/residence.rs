//! Where a store lives. The key file records the two directories it is served from: device, inode, time of birth, path,
//! and how often it was adopted. A copy lies in other directories, so that it is refused until somebody says that the
//! store was moved. A directory that is renamed or mounted elsewhere stays the same.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use super::{
    OpenError,
    error::damaged,
    files::{self, Files},
    header,
};
use crate::store::{StoreError, record};

const RESIDENCE: &str = "residence";

/// A directory, as the file system knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Spot {
    path: PathBuf,
    device: u64,
    inode: u64,
    /// Nanoseconds since 1970, where the file system tells.
    born: Option<u128>,
}

/// Both directories of a store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Residence {
    data: Spot,
    keys: Spot,
    /// How often the store was adopted.
    generation: u32,
}

impl Spot {
    #[cfg(unix)]
    fn of(dir: &Path) -> io::Result<Self> {
        use std::os::unix::fs::MetadataExt;
        let about = fs::metadata(dir)?;
        let born = about.created().ok().and_then(|born| born.duration_since(UNIX_EPOCH).ok());
        let (device, inode) = (about.dev(), about.ino());
        Ok(Self { path: fs::canonicalize(dir)?, device, inode, born: born.map(|born| born.as_nanos()) })
    }

    #[cfg(not(unix))]
    fn of(dir: &Path) -> io::Result<Self> {
        let born = fs::metadata(dir)?.created().ok().and_then(|born| born.duration_since(UNIX_EPOCH).ok());
        Ok(Self { path: fs::canonicalize(dir)?, device: 0, inode: 0, born: born.map(|born| born.as_nanos()) })
    }

    /// Whether two are one directory. Devices are numbered anew at a boot, so they count only where no birth is told.
    fn is(&self, other: &Self) -> bool {
        let born = match (self.born, other.born) {
            (Some(one), Some(other)) => one == other,
            _ => self.device == other.device,
        };
        born && self.inode == other.inode
    }

    /// Whether the directory is still at its path.
    fn is_there(&self) -> bool {
        Self::of(&self.path).is_ok_and(|present| self.is(&present))
    }
}

impl Residence {
    fn here(files: &Files, generation: u32) -> Result<Self, OpenError> {
        let spot = |file: PathBuf| {
            let dir = file.parent().unwrap_or(Path::new(".")).to_owned();
            Spot::of(&dir).map_err(|error| OpenError::File(dir, error))
        };
        Ok(Self { data: spot(files.data())?, keys: spot(files.keys())?, generation })
    }

    fn recorded(keys: &Connection) -> Result<Option<Self>, StoreError> {
        let bytes: Option<Vec<u8>> = header::meta(keys, RESIDENCE)?;
        bytes.map(|bytes| record::decode(&bytes).map_err(|_| damaged(&"where the store lives"))).transpose()
    }

    fn record(&self, keys: &Connection) -> Result<(), StoreError> {
        Ok(header::put(keys, RESIDENCE, record::encode(self)?)?)
    }
}

/// What was restored lives nowhere until it is served.
pub(super) fn forget(keys: &Connection) -> rusqlite::Result<()> {
    header::remove(keys, RESIDENCE)
}

/// Refuses directories that the store was not served from. What was never served, or never recorded, passes.
pub(super) fn check(files: &Files) -> Result<(), OpenError> {
    let Some(recorded) = read(files)? else { return Ok(()) };
    let here = Residence::here(files, recorded.generation)?;
    for (recorded, here) in [(recorded.data, here.data), (recorded.keys, here.keys)] {
        if !recorded.is(&here) {
            return Err(OpenError::Elsewhere { dir: here.path, home: recorded.path });
        }
    }
    Ok(())
}

/// Refuses to adopt a copy while the store it was taken of is still there.
pub(super) fn check_left(files: &Files) -> Result<(), OpenError> {
    let Some(recorded) = read(files)? else { return Ok(()) };
    let here = Residence::here(files, 0)?;
    for (recorded, here) in [(recorded.data, here.data), (recorded.keys, here.keys)] {
        if !recorded.is(&here) && recorded.is_there() {
            return Err(OpenError::StillThere(recorded.path));
        }
    }
    Ok(())
}

fn read(files: &Files) -> Result<Option<Residence>, OpenError> {
    if !files::has_content(&files.keys()) {
        return Ok(None);
    }
    let keys = files::reader(&files.keys())?;
    let made: i64 = keys.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if made == 0 { Ok(None) } else { Ok(Residence::recorded(&keys)?) }
}

/// Records the directories of a store that none are recorded of.
pub(super) fn settle(files: &Files, keys: &Connection) -> Result<(), OpenError> {
    if Residence::recorded(keys)?.is_none() {
        Residence::here(files, 0)?.record(keys)?;
    }
    Ok(())
}

/// Records these directories in the place of the earlier ones, and gives how often this was done.
pub(super) fn adopt(files: &Files, keys: &Connection) -> Result<u32, OpenError> {
    let generation = Residence::recorded(keys)?.map_or(0, |before| before.generation) + 1;
    Residence::here(files, generation)?.record(keys)?;
    Ok(generation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(change: impl Fn(&mut Spot), same: bool) {
        let one = Spot { path: "/a".into(), device: 1, inode: 2, born: Some(3) };
        let mut other = one.clone();
        change(&mut other);
        assert_eq!((one.is(&other), other.is(&one)), (same, same), "{other:?}");
    }

    #[test]
    fn a_directory_is_known_by_inode_and_birth() {
        check(|_| {}, true);
        check(|other| other.path = "/b".into(), true);
        check(|other| other.device = 9, true);
        check(|other| other.inode = 9, false);
        check(|other| other.born = Some(9), false);
        check(|other| other.born = None, true);
        check(|other| (other.born, other.device) = (None, 9), false);
    }
}
