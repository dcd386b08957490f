//! The real binary and the files it works on.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    process::{Command, Output, Stdio},
};

use crate::generate::{self, Numbers};

pub(crate) fn triaged(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_triaged"));
    command.args(arguments);
    command
}

/// Runs `triaged rescore` and gives its exit code and what it said.
#[track_caller]
pub(crate) fn rescore(arguments: &[&str]) -> (i32, String) {
    let Output { status, stderr, .. } = triaged(&["rescore"]).args(arguments).output().unwrap();
    (status.code().expect("not killed"), String::from_utf8(stderr).unwrap())
}

pub(crate) fn digest(said: &str) -> String {
    said.lines().find_map(|line| line.strip_prefix("digest ")).unwrap_or_else(|| panic!("no digest: {said}")).to_owned()
}

/// A private directory, as `mktemp -d` makes it.
pub(crate) fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().unwrap();
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).unwrap();
    home
}

pub(crate) fn path(home: &tempfile::TempDir, name: &str) -> String {
    home.path().join(name).to_str().unwrap().to_owned()
}

pub(crate) fn tickets(home: &tempfile::TempDir, rows: u64) -> String {
    let mut numbers = Numbers(7);
    let text: String = (0..rows).map(|id| generate::line(&mut numbers, id)).collect();
    let name = path(home, "in.jsonl");
    fs::write(&name, text).unwrap();
    name
}

/// Starts a run, waits until its partial output has `length` bytes, and kills it. Gives whether it was killed.
pub(crate) fn kill_at(arguments: &[&str], output: &str, length: u64) -> bool {
    let partial = format!("{output}.partial");
    kill_when(arguments, || fs::metadata(&partial).is_ok_and(|metadata| metadata.len() >= length))
}

/// Starts a run, waits until it is `ready`, and kills it. Gives whether it was killed before it ended.
pub(crate) fn kill_when(arguments: &[&str], ready: impl Fn() -> bool) -> bool {
    let mut child = triaged(&["rescore"]).args(arguments).stderr(Stdio::null()).spawn().unwrap();
    loop {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        if ready() {
            child.kill().unwrap();
            child.wait().unwrap();
            return true;
        }
        std::thread::yield_now();
    }
}
