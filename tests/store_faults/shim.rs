//! The shim: compiled here, preloaded into a process, and what it has recorded.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

/// What was done to a file, in the order in which it was done.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Made,
    Write { at: usize, bytes: Vec<u8> },
    Truncate { length: usize },
    Synced,
    DirSynced,
    Removed,
    Renamed { to: PathBuf },
    SyncFailed,
}

/// An act with the path it was done to, relative to the directory that is watched.
#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) path: PathBuf,
    pub(crate) act: Act,
}

/// Compiles the shim into a folder.
pub(crate) fn compile(folder: &Path) -> PathBuf {
    let library = folder.join("shim.so");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/store_faults/shim.c");
    let done =
        Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl").status();
    assert!(done.unwrap().success(), "cc could not compile the shim");
    library
}

/// Rounds of work on one store, each in a process of its own.
pub(crate) const ROUNDS: u64 = 2;

/// Runs a round of `work` below `dir` under the shim, to its end. The log goes on from the round before.
pub(crate) fn run(library: &Path, dir: &Path, log: &Path, (seed, round): (u64, u64), sync_at: Option<u64>) -> Output {
    let mut command = crate::again(&["work", dir.to_str().unwrap(), &seed.to_string(), &round.to_string()]);
    command.env("LD_PRELOAD", library).env("FAULT_DIR", dir).env("FAULT_LOG", log).stdin(Stdio::null());
    if let Some(at) = sync_at {
        command.env("FAULT_SYNC_AT", at.to_string());
    }
    command.output().unwrap()
}

/// Reads what was recorded.
pub(crate) fn read(log: &Path, dir: &Path) -> Vec<Record> {
    let bytes = fs::read(log).unwrap();
    let mut rest = bytes.as_slice();
    let mut records = Vec::new();
    while !rest.is_empty() {
        let kind = take(&mut rest, 1)[0];
        let path_length = u32::from_le_bytes(take(&mut rest, 4).try_into().unwrap());
        let [at, length] =
            [(); 2].map(|()| usize::try_from(u64::from_le_bytes(take(&mut rest, 8).try_into().unwrap())).unwrap());
        let path = relative(std::str::from_utf8(take(&mut rest, path_length as usize)).unwrap(), dir);
        let bytes = take(&mut rest, length).to_vec();
        let act = match kind {
            b'O' => Act::Made,
            b'W' => Act::Write { at, bytes },
            b'T' => Act::Truncate { length: at },
            b'S' => Act::Synced,
            b'D' => Act::DirSynced,
            b'R' => Act::Renamed { to: relative(std::str::from_utf8(&bytes).unwrap(), dir) },
            b'U' => Act::Removed,
            b'F' => Act::SyncFailed,
            other => panic!("no kind of record: {other}"),
        };
        records.push(Record { path, act });
    }
    records
}

fn relative(path: &str, dir: &Path) -> PathBuf {
    Path::new(path).strip_prefix(dir).unwrap().to_owned()
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> &'a [u8] {
    let (taken, rest) = bytes.split_at(length);
    *bytes = rest;
    taken
}
