//! An embedded store in a directory of its own, as the tests of its files, faults and kills use it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use triaged::{
    crypto::MasterKey,
    store::embedded::{EmbeddedStore, OpenError, StoreConfig},
    time::{Clock, ManualClock, Timestamp},
};

/// Where a store lives.
pub(crate) struct Home {
    pub(crate) dir: PathBuf,
    pub(crate) clock: Arc<dyn Clock>,
    _temporary: Option<tempfile::TempDir>,
}

impl Home {
    /// A new directory and a clock that stands still.
    pub(crate) fn new(now: Timestamp) -> (Self, Arc<ManualClock>) {
        let temporary = tempfile::tempdir().unwrap();
        let clock = Arc::new(ManualClock::new(now));
        let home = Self { dir: temporary.path().to_owned(), clock: clock.clone(), _temporary: Some(temporary) };
        (home, clock)
    }

    /// A given directory and clock.
    #[expect(dead_code, reason = "not every test that shares this file needs it")]
    pub(crate) fn at(dir: &Path, clock: Arc<dyn Clock>) -> Self {
        Self { dir: dir.to_owned(), clock, _temporary: None }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    pub(crate) fn keys(&self) -> PathBuf {
        self.dir.join("keys")
    }

    /// Opens the store, as a server would.
    pub(crate) fn open(&self) -> Result<EmbeddedStore, OpenError> {
        let (data_dir, keys_dir) = (self.data(), self.keys());
        let exists = EmbeddedStore::exists(&data_dir, &keys_dir);
        let master_key = MasterKey::load_or_create(&self.dir.join("master.key"), exists).unwrap();
        EmbeddedStore::open(StoreConfig { data_dir, keys_dir, master_key, clock: self.clock.clone() })
    }

    /// Every file below the directory but the master key, with its bytes.
    #[expect(dead_code, reason = "not every test that shares this file needs it")]
    pub(crate) fn files(&self) -> Vec<(PathBuf, Vec<u8>)> {
        let mut files = Vec::new();
        for dir in [self.data(), self.keys()] {
            for entry in fs::read_dir(dir).unwrap() {
                let path = entry.unwrap().path();
                files.push((path.clone(), fs::read(path).unwrap()));
            }
        }
        files
    }
}
