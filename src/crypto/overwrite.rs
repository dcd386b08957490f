//! Writing zeros over the bytes of a file, where they lie. That reaches the old bytes only on a disk that writes in place:
//! flash and snapshots may keep them.

use std::{
    fs::File,
    io::{self, Read, Seek},
};

/// Writes zeros over everything that a file holds, in its own blocks, and makes that durable. The file is open to be written
/// and was not truncated; it is never in memory as a whole.
///
/// # Errors
/// It could not be written.
pub(crate) fn overwrite(mut file: &File) -> io::Result<()> {
    let length = file.metadata()?.len();
    file.rewind()?;
    io::copy(&mut io::repeat(0).take(length), &mut file)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_zeros_is_left_and_as_many() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("file");
        for length in [0, 1, 100_000] {
            std::fs::write(&path, vec![7; length]).unwrap();
            overwrite(&std::fs::OpenOptions::new().write(true).open(&path).unwrap()).unwrap();
            assert_eq!(std::fs::read(&path).unwrap(), vec![0; length]);
        }
    }
}
