//! Where results go: a file that appears whole or not at all, private to its owner, in a directory that not everybody may
//! read; or standard output.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use super::{error::ArchiveError, source::Source};

/// A name with something after it.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    PathBuf::from(name)
}

/// The directory of a path.
fn directory(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes sure that the directory of `path` is there and that not everybody may read it; a new one is private.
///
/// # Errors
/// Everybody may read it, or it cannot be made.
pub(super) fn check_directory(path: &Path) -> Result<(), ArchiveError> {
    let directory = directory(path);
    if !directory.exists() {
        return create_private(directory).map_err(|error| ArchiveError::output(directory, error));
    }
    let metadata = fs::metadata(directory).map_err(|error| ArchiveError::output(directory, error))?;
    if readable_by_all(&metadata) { Err(ArchiveError::WorldReadable(directory.to_owned())) } else { Ok(()) }
}

/// Makes sure that the output replaces no input.
///
/// # Errors
/// It would.
pub(super) fn check_apart(path: &Path, sources: &[Source]) -> Result<(), ArchiveError> {
    let Ok(output) = fs::canonicalize(path) else { return Ok(()) };
    let is_output = |source: &Source| match source {
        Source::File(input) => fs::canonicalize(input).is_ok_and(|input| input == output),
        Source::Stdin => false,
    };
    if sources.iter().any(is_output) { Err(ArchiveError::IsInput(path.to_owned())) } else { Ok(()) }
}

#[cfg(unix)]
fn create_private(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

#[cfg(not(unix))]
fn create_private(directory: &Path) -> io::Result<()> {
    fs::create_dir_all(directory)
}

/// Whether nobody but its owner may read a file.
///
/// # Errors
/// The system does not tell.
#[cfg(unix)]
pub fn is_private(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::PermissionsExt;
    Ok(fs::metadata(path)?.permissions().mode().trailing_zeros() >= 6)
}

/// Whether nobody but its owner may read a file; not known here.
///
/// # Errors
/// None here.
#[cfg(not(unix))]
pub fn is_private(_: &Path) -> io::Result<bool> {
    Ok(true)
}

/// Whether everybody may read or write what this describes.
#[cfg(unix)]
fn readable_by_all(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o006 != 0
}

#[cfg(not(unix))]
fn readable_by_all(_: &fs::Metadata) -> bool {
    false
}

/// Who may read a file, in words; `None` where the system does not tell.
#[cfg(unix)]
pub fn readers(path: &Path) -> Option<&'static str> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path).ok()?.permissions().mode();
    Some(match (mode & 0o004, mode & 0o040) {
        (0, 0) => "its owner",
        (0, _) => "its owner and group",
        _ => "everybody on this machine",
    })
}

/// Who may read a file, in words; `None` where the system does not tell.
#[cfg(not(unix))]
pub fn readers(_: &Path) -> Option<&'static str> {
    None
}

/// A file under way: it has its name only when it is whole.
#[derive(Debug)]
pub(super) struct Partial {
    path: PathBuf,
    at: PathBuf,
    pub(super) file: File,
}

impl Partial {
    /// Opens the file that becomes `path`, cut to the `length` that is known to be good. Nobody else may write it.
    pub(super) fn open(path: &Path, length: u64) -> io::Result<Self> {
        let partial = beside(path, ".partial");
        if fs::symlink_metadata(&partial).is_ok_and(|metadata| !metadata.is_file()) {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "the partial file is not a plain file"));
        }
        let mut file = private().read(true).write(true).create(true).truncate(false).open(&partial)?;
        file.try_lock().map_err(|_| io::Error::new(io::ErrorKind::WouldBlock, "another run writes this file"))?;
        if file.metadata()?.len() < length {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the partial file is shorter than its checkpoint",
            ));
        }
        file.set_len(length)?;
        file.seek(SeekFrom::Start(length))?;
        Ok(Self { path: path.to_owned(), at: partial, file })
    }

    /// Makes it durable under its name.
    pub(super) fn publish(self) -> io::Result<()> {
        self.file.sync_all()?;
        fs::rename(&self.at, &self.path)?;
        sync_directory(&self.path)
    }

    /// Removes it.
    pub(super) fn discard(self) -> io::Result<()> {
        fs::remove_file(&self.at)
    }
}

/// Gives a partial file that is whole its name, if that has not been done.
pub(super) fn complete(path: &Path) -> io::Result<()> {
    let partial = beside(path, ".partial");
    if partial.exists() { fs::rename(partial, path).and_then(|()| sync_directory(path)) } else { Ok(()) }
}

/// Replaces a small file as a whole, durably.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let next = beside(path, ".next");
    let mut file = private().write(true).create(true).truncate(true).open(&next)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&next, path)?;
    sync_directory(path)
}

fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a rename durable.
fn sync_directory(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(directory(path))?.sync_all() } else { Ok(()) }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn a_directory_that_everybody_may_read_is_refused_and_a_new_one_is_private() {
        let home = tempfile::tempdir().unwrap();
        let open = home.path().join("open");
        fs::create_dir(&open).unwrap();
        for (mode, refused) in [(0o755, true), (0o772, true), (0o750, false), (0o711, false)] {
            fs::set_permissions(&open, fs::Permissions::from_mode(mode)).unwrap();
            let result = check_directory(&open.join("x"));
            assert_eq!(matches!(result, Err(ArchiveError::WorldReadable(_))), refused, "{mode:o}");
        }
        let new = home.path().join("a/b");
        check_directory(&new.join("x")).unwrap();
        assert_eq!(fs::metadata(&new).unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[test]
    fn a_partial_file_is_private_locked_and_cut_to_what_is_known_to_be_good() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("x");
        let mut partial = Partial::open(&path, 0).unwrap();
        partial.file.write_all(b"hello world").unwrap();
        assert_eq!(Partial::open(&path, 0).unwrap_err().to_string(), "another run writes this file");
        drop(partial);
        assert!(Partial::open(&path, 12).unwrap_err().to_string().contains("shorter"));
        let mut partial = Partial::open(&path, 5).unwrap();
        partial.file.write_all(b"!").unwrap();
        partial.publish().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"hello!");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
