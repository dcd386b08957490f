//! The master key: 32 bytes in a file of its own that only the service's user can read.

use std::{
    fmt,
    fs::{self, OpenOptions},
    io::{self, Read, Write},
    path::{Path, PathBuf},
    process::ExitStatus,
};

use uuid::Uuid;
use zeroize::Zeroizing;

use super::{CryptoError, Key, KeyKind, KeyName, Secret, secret::KEY_BYTES};

/// Why there is no master key. The text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum MasterKeyError {
    /// The store exists, its key does not.
    #[error(
        "the master key file {0} is missing, but a store exists: put the key file back or restore an escrowed key; a new key cannot open it"
    )]
    Missing(PathBuf),
    /// The file is not 32 bytes long.
    #[error("the master key file {0} does not hold exactly 32 random bytes: put the right file back")]
    Length(PathBuf),
    /// Others can read it.
    #[error(
        "the master key file {0} is open to others (mode {1:o}): chmod 600 it, and rotate the key if others may have read it"
    )]
    Mode(PathBuf, u32),
    /// It belongs to another user.
    #[error("the master key file {0} belongs to another user: chown it to the user of the service")]
    Owner(PathBuf),
    /// It could not be read or written.
    #[error("the master key file {0}: {1}")]
    File(PathBuf, io::Error),
    /// There is no such credential.
    #[error(
        "the credential {0} is missing: name it in the unit, as LoadCredentialEncrypted=master.key:FILE; make one with \
         `head -c 32 /dev/urandom | systemd-creds encrypt --name=master.key - FILE`"
    )]
    NoCredential(PathBuf),
    /// The key command did not run.
    #[error(
        "the key command {0} could not be run: {1}: give the absolute path of a program that the user of the service may \
         run"
    )]
    Command(String, io::Error),
    /// The key command failed.
    #[error("the key command {0} failed ({1}): run it by hand as the user of the service; what it said is above")]
    CommandFailed(String, ExitStatus),
    /// The key command printed something else.
    #[error(
        "the key command {0} did not print exactly 32 bytes: it must print the raw key and nothing else, neither encoded \
         nor followed by a newline"
    )]
    CommandLength(String),
    /// The key command took too long.
    #[error("the key command {0} took longer than {1} s and was ended: see whether what it asks can be reached")]
    CommandSlow(String, u64),
    /// No key could be made.
    #[error("no master key: {0}")]
    Crypto(#[from] CryptoError),
}

/// The key that everything hangs from; `Debug` shows nothing of it.
pub struct MasterKey(Key);

impl fmt::Debug for MasterKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("MasterKey")
    }
}

impl MasterKey {
    /// The master key with these bytes.
    ///
    /// # Errors
    /// The cipher refused the bytes.
    pub fn new(secret: Secret) -> Result<Self, CryptoError> {
        let name = KeyName { kind: KeyKind::Master, id: Uuid::nil(), version: 1 };
        Key::new(name, secret.pinned()).map(Self)
    }

    /// Reads the key file. Where it is absent and no store exists yet, makes it with fresh random bytes.
    ///
    /// # Errors
    /// A missing file beside an existing store; a file of another length, mode or owner; an error of the disk.
    pub fn load_or_create(path: &Path, store_exists: bool) -> Result<Self, MasterKeyError> {
        match path.try_exists() {
            // The power went while it was made; nothing hangs from it yet.
            Ok(true) if !store_exists && fs::metadata(path).is_ok_and(|about| about.len() == 0) => {
                fs::remove_file(path).map_err(|error| MasterKeyError::File(path.to_owned(), error))?;
                Self::create(path)
            }
            Ok(true) => Self::load(path),
            Ok(false) if store_exists => Err(MasterKeyError::Missing(path.to_owned())),
            Ok(false) => Self::create(path),
            Err(error) => Err(MasterKeyError::File(path.to_owned(), error)),
        }
    }

    fn load(path: &Path) -> Result<Self, MasterKeyError> {
        check_access(path, 0o077)?;
        Self::read(path)
    }

    fn read(path: &Path) -> Result<Self, MasterKeyError> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(KEY_BYTES + 1));
        fs::File::open(path)
            .and_then(|file| file.take(KEY_BYTES as u64 + 1).read_to_end(&mut bytes))
            .map_err(|error| MasterKeyError::File(path.to_owned(), error))?;
        // A file whose bytes never reached the disk.
        let is_blank = bytes.iter().all(|byte| *byte == 0);
        let secret = Secret::from_slice(&bytes).filter(|_| !is_blank);
        let secret = secret.ok_or_else(|| MasterKeyError::Length(path.to_owned()))?;
        Ok(Self::new(secret)?)
    }

    fn create(path: &Path) -> Result<Self, MasterKeyError> {
        let secret = Secret::draw()?;
        write_new(path, secret.expose()).map_err(|error| MasterKeyError::File(path.to_owned(), error))?;
        Ok(Self::new(secret)?)
    }

    /// The bytes, to be sealed for an offline recipient and nowhere else.
    pub(crate) fn expose(&self) -> &[u8; KEY_BYTES] {
        self.0.secret().expose()
    }

    /// Writes the key to a file that must not exist, as a restore does.
    ///
    /// # Errors
    /// The file exists or could not be written.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        write_new(path, self.expose())
    }

    /// The key itself, to wrap the keys below it.
    pub fn key(&self) -> &Key {
        &self.0
    }

    /// Gives up the wrapper.
    pub fn into_key(self) -> Key {
        self.0
    }

    /// The same bytes as a version of the master key; the store knows which.
    ///
    /// # Errors
    /// The cipher refused the bytes.
    pub fn of_version(self, version: u32) -> Result<Self, CryptoError> {
        let name = KeyName { version, ..self.0.name() };
        self.0.renamed(name).map(Self)
    }
}

/// Reads a credential that systemd made: it may be readable to the group, which an access list shows as well.
pub(super) fn load_credential(path: &Path) -> Result<MasterKey, MasterKeyError> {
    match path.try_exists() {
        Ok(true) => {
            check_access(path, 0o037)?;
            MasterKey::read(path)
        }
        Ok(false) => Err(MasterKeyError::NoCredential(path.to_owned())),
        Err(error) => Err(MasterKeyError::File(path.to_owned(), error)),
    }
}

/// Writes a file that did not exist, readable by its owner only, and makes it durable with its directory entry.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    match path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        Some(parent) => fs::File::open(parent)?.sync_all(),
        None => fs::File::open(".")?.sync_all(),
    }
}

#[cfg(unix)]
fn check_access(path: &Path, closed: u32) -> Result<(), MasterKeyError> {
    use std::os::unix::fs::MetadataExt;
    let about = fs::metadata(path).map_err(|error| MasterKeyError::File(path.to_owned(), error))?;
    if about.mode() & closed != 0 {
        return Err(MasterKeyError::Mode(path.to_owned(), about.mode() & 0o777));
    }
    let own = about.uid() == rustix::process::geteuid().as_raw();
    // What systemd made belongs to root or to the user.
    if own || (closed != 0o077 && about.uid() == 0) { Ok(()) } else { Err(MasterKeyError::Owner(path.to_owned())) }
}

#[cfg(not(unix))]
fn check_access(_path: &Path, _closed: u32) -> Result<(), MasterKeyError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_made_once_and_then_read() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("master.key");
        MasterKey::load_or_create(&path, false).unwrap();
        let bytes = fs::read(&path).unwrap();
        assert_eq!(bytes.len(), KEY_BYTES);
        MasterKey::load_or_create(&path, true).unwrap();
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }

    #[test]
    fn a_missing_key_of_an_existing_store_is_not_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("master.key");
        assert!(matches!(MasterKey::load_or_create(&path, true), Err(MasterKeyError::Missing(_))));
        assert!(!path.exists());
    }

    #[test]
    fn a_key_that_a_power_cut_left_empty_is_made_anew_and_a_blank_one_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("master.key");
        MasterKey::load_or_create(&path, false).unwrap();
        fs::write(&path, b"").unwrap();
        assert!(matches!(MasterKey::load_or_create(&path, true), Err(MasterKeyError::Length(_))));
        MasterKey::load_or_create(&path, false).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().len(), 32);
        fs::write(&path, [0; 32]).unwrap();
        assert!(matches!(MasterKey::load_or_create(&path, false), Err(MasterKeyError::Length(_))));
    }

    #[cfg(unix)]
    #[test]
    fn wrong_length_and_open_modes_are_refused() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("master.key");
        for (bytes, mode, refused) in [
            (32, 0o600, None),
            (31, 0o600, Some("exactly 32")),
            (33, 0o600, Some("exactly 32")),
            (32, 0o640, Some("mode 640")),
        ] {
            fs::write(&path, vec![1; bytes]).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let result = MasterKey::load_or_create(&path, true).map_err(|error| error.to_string());
            match refused {
                None => assert!(result.is_ok()),
                Some(part) => assert!(result.unwrap_err().contains(part)),
            }
        }
    }
}
