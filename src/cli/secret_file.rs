//! Files that hold a token: made anew, readable by their owner only, on disk before anybody is told of them.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::Path,
};

use crate::conversation::RawText;

/// Writes a token to a file that must not exist yet, with its directory where that is missing.
pub(super) fn write(path: &Path, token: &RawText) -> io::Result<()> {
    if let Some(parent) = path.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        private_dir(parent)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(token.expose().as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}

/// Removes a token of a store that is no more; a file that holds anything else is left and stands in the way.
pub(super) fn remove_stale(path: &Path) -> io::Result<()> {
    match fs::read(path) {
        Ok(bytes) if bytes.starts_with(b"trg_") => fs::remove_file(path),
        Ok(_) => Err(io::Error::new(io::ErrorKind::AlreadyExists, "holds something that is no credential")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error),
    }
}

/// Makes a directory that only its owner can enter, where it does not exist.
pub(super) fn private_dir(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_written_once_for_its_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/token");
        write(&path, &RawText::from("trg_x")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "trg_x\n");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
        }
        assert_eq!(write(&path, &RawText::from("trg_y")).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        remove_stale(&path).unwrap();
        remove_stale(&path).unwrap();
        fs::write(&path, "notes").unwrap();
        assert!(remove_stale(&path).is_err());
    }
}
