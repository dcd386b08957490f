//! A new master key beside the old one: drawn into a file of its own before a rotation, put in the place of the old one
//! after it. Whichever of the two opens the store is the right one, so that a crash in between loses neither.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use super::{MasterKey, master::MasterKeyError, overwrite::overwrite};

/// What is added to the name of the key file.
const SUFFIX: &str = ".new";

/// The new key of a key file.
#[derive(Clone, Debug)]
pub struct PendingKey {
    present: PathBuf,
    new: PathBuf,
}

impl PendingKey {
    /// Of this key file.
    pub fn of(key_file: &Path) -> Self {
        let mut new = key_file.as_os_str().to_owned();
        new.push(SUFFIX);
        Self { present: key_file.to_owned(), new: new.into() }
    }

    /// Whether there is one.
    pub fn exists(&self) -> bool {
        self.new.exists()
    }

    /// Whether a kill came while it took the place of the old one, whose bytes are written over already: then it is the
    /// only key there is. So an earlier release left it.
    pub fn is_taking_over(&self) -> bool {
        let is_blank = |bytes: Vec<u8>| bytes.iter().all(|byte| *byte == 0);
        self.exists() && fs::read(&self.present).is_ok_and(is_blank)
    }

    /// The new key, durable; drawn where there is none yet.
    ///
    /// # Errors
    /// It could not be read or written.
    pub fn load_or_draw(&self) -> Result<MasterKey, MasterKeyError> {
        MasterKey::load_or_create(&self.new, false)
    }

    /// Puts the new key in the place of the old one, and then writes over the bytes of the old one: at no moment is there no
    /// key under the name. That reaches the old bytes only where the disk writes in place: flash and snapshots may keep them.
    ///
    /// # Errors
    /// A file could not be written or renamed.
    pub fn take_over(&self) -> Result<(), MasterKeyError> {
        self.replace().map_err(|error| MasterKeyError::File(self.present.clone(), error))
    }

    fn replace(&self) -> io::Result<()> {
        let old = match OpenOptions::new().write(true).open(&self.present) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            old => Some(old?),
        };
        fs::rename(&self.new, &self.present)?;
        let parent = self.present.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(parent.unwrap_or(Path::new(".")))?.sync_all()?;
        old.map_or(Ok(()), |old| overwrite(&old))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_new_key_stays_the_same_until_it_takes_over() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("master.key");
        MasterKey::load_or_create(&file, false).unwrap();
        let old = fs::read(&file).unwrap();
        let pending = PendingKey::of(&file);
        assert!(!pending.exists());
        pending.load_or_draw().unwrap();
        let new = fs::read(dir.path().join("master.key.new")).unwrap();
        pending.load_or_draw().unwrap();
        assert!(!pending.is_taking_over());
        fs::write(&file, vec![0; old.len()]).unwrap();
        assert!(pending.is_taking_over());
        pending.take_over().unwrap();
        assert_eq!(fs::read(&file).unwrap(), new);
        assert!(old != new && !pending.exists() && !pending.is_taking_over());
    }

    #[test]
    fn there_is_a_key_at_every_moment_and_the_old_bytes_go_last() {
        let dir = tempfile::tempdir().unwrap();
        let (file, same) = (dir.path().join("master.key"), dir.path().join("same"));
        MasterKey::load_or_create(&file, false).unwrap();
        let old = fs::read(&file).unwrap();
        fs::hard_link(&file, &same).unwrap();
        let pending = PendingKey::of(&file);
        // Cut short before the new key is in its place: the old one is whole.
        pending.take_over().unwrap_err();
        assert_eq!(fs::read(&file).unwrap(), old);
        pending.load_or_draw().unwrap();
        pending.take_over().unwrap();
        assert_eq!(fs::read(&same).unwrap(), vec![0; old.len()]);
    }
}
