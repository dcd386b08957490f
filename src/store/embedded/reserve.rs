//! Room that is kept on the disks of both files. When a disk is full it is given up, so that what must go on goes on: the
//! audit events without which no text is read, and erasure. It is taken again as soon as there is room.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use super::files::Files;

const RESERVE_FILE: &str = "reserve";
/// Room kept beside the data file: about 20,000 audited reads.
const DATA_BYTES: u64 = 4 << 20;
/// Room kept beside the key file.
const KEYS_BYTES: u64 = 1 << 20;

/// The files that keep the room.
#[derive(Debug)]
pub(super) struct Reserve {
    files: [(PathBuf, u64); 2],
    held: bool,
}

impl Reserve {
    /// Takes the room where there is so much; a store opens on a full disk too, and is read.
    pub(super) fn new(files: &Files) -> Self {
        let beside = |path: PathBuf, bytes| (path.with_file_name(RESERVE_FILE), bytes);
        let mut reserve =
            Self { files: [beside(files.data(), DATA_BYTES), beside(files.keys(), KEYS_BYTES)], held: false };
        if !reserve.hold() {
            tracing::warn!("the disk is full: nothing is stored until there is room");
        }
        reserve
    }

    /// Whether the room is there.
    pub(super) fn is_held(&self) -> bool {
        self.held
    }

    /// Takes the room where it was given up; false: there is not so much.
    pub(super) fn hold(&mut self) -> bool {
        if !self.held {
            self.held = self.files.iter().all(|(path, bytes)| hold(path, *bytes).is_ok());
            if !self.held {
                // A part of it would only make the disk fuller.
                self.remove();
            }
        }
        self.held
    }

    fn remove(&self) {
        for (path, _) in &self.files {
            // What cannot be removed keeps its room, and the next group is refused like this one.
            drop(fs::remove_file(path));
        }
    }

    /// Gives the room up.
    pub(super) fn release(&mut self) {
        if self.held {
            tracing::warn!("the disk is full: nothing is stored until there is room");
            self.held = false;
            self.remove();
        }
    }
}

/// Makes a file that takes up so many bytes, or none. There must be twice the room: what is kept for erasures and audit
/// events must not be taken back before they could use it.
fn hold(path: &Path, bytes: u64) -> io::Result<()> {
    if fs::metadata(path).is_ok_and(|about| about.len() == bytes) {
        return Ok(());
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let filled = options.open(path).and_then(|file| {
        fill(&file, 2 * bytes)?;
        file.set_len(bytes)
    });
    if filled.is_err() {
        drop(fs::remove_file(path));
    }
    filled
}

#[cfg(target_os = "linux")]
fn fill(file: &File, bytes: u64) -> io::Result<()> {
    use rustix::fs::{FallocateFlags, fallocate};
    match fallocate(file, FallocateFlags::empty(), 0, bytes) {
        Err(rustix::io::Errno::OPNOTSUPP) => write_zeros(file, bytes),
        done => Ok(done?),
    }
}

#[cfg(not(target_os = "linux"))]
fn fill(file: &File, bytes: u64) -> io::Result<()> {
    write_zeros(file, bytes)
}

fn write_zeros(mut file: &File, bytes: u64) -> io::Result<()> {
    io::copy(&mut io::Read::take(io::repeat(0), bytes), &mut file).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_is_taken_given_up_when_full_and_taken_again() {
        let dir = tempfile::tempdir().unwrap();
        let files = Files::new(&dir.path().join("data"), &dir.path().join("keys"));
        assert!(!Reserve::new(&files).is_held(), "there are no directories yet");
        drop(files.lock().unwrap());
        let mut reserve = Reserve::new(&files);
        let bytes = || files.data().with_file_name(RESERVE_FILE).metadata().map(|about| about.len()).ok();
        assert_eq!((reserve.is_held(), bytes()), (true, Some(DATA_BYTES)));
        reserve.release();
        assert_eq!((reserve.is_held(), bytes()), (false, None));
        assert!(reserve.hold());
        write_zeros(&File::create(dir.path().join("zeros")).unwrap(), 10).unwrap();
        assert_eq!(fs::read(dir.path().join("zeros")).unwrap(), [0; 10]);
    }
}
