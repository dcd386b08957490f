//! Keys as people handle them: sources of the master key, rotations with and without a server, copies that are refused,
//! a store that is moved, and no core dump.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::{
    fs,
    io::{BufRead, BufReader, Read},
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Child, ChildStderr, Command, Output, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// Directories of a store, apart from each other, and the key file.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A command with the settings of this store, and those given after them.
    fn command(&self, command: &[&str], more: &[&str]) -> Command {
        let mut run = Command::new(env!("CARGO_BIN_EXE_triaged"));
        run.args(command).env_clear().env("HOME", self.0.path()).stdin(Stdio::null());
        for (flag, name) in [("--data-dir", "data"), ("--keys-dir", "keys")] {
            if !more.contains(&flag) {
                run.arg(flag).arg(self.path(name));
            }
        }
        run.args(more);
        run
    }

    fn run(&self, command: &[&str], more: &[&str]) -> (i32, String, String) {
        let Output { status, stdout, stderr } = self.command(command, more).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap().replace(self.0.path().to_str().unwrap(), "DIR");
        (status.code().unwrap(), text(stdout), text(stderr))
    }

    fn serve(&self, more: &[&str]) -> Running {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"], more);
        Running::wait(command.stderr(Stdio::piped()).spawn().unwrap())
    }

    /// What a start that is refused says.
    fn refused(&self, more: &[&str]) -> String {
        let (code, _, said) = self.run(&["serve", "--listen", "127.0.0.1:0"], more);
        assert_eq!(code, 4, "{said}");
        said.lines().last().unwrap().to_owned()
    }

    fn key_file(&self) -> PathBuf {
        self.path(".config/triaged/master.key")
    }
}

/// A server that is ready; it ends with this value.
struct Running {
    child: Child,
    lines: BufReader<ChildStderr>,
    said: String,
}

impl Running {
    fn wait(mut child: Child) -> Self {
        let mut lines = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains("\ntry: ") {
            assert_ne!(lines.read_line(&mut said).unwrap(), 0, "it ended: {said}");
        }
        Self { child, lines, said }
    }

    /// Tells it to stop and gives everything it said.
    fn stop(mut self) -> String {
        kill_process(Pid::from_child(&self.child), Signal::TERM).unwrap();
        self.lines.read_to_string(&mut self.said).unwrap();
        assert!(self.child.wait().unwrap().success(), "{}", self.said);
        std::mem::take(&mut self.said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, but for a test that fails.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").args([from, to]).status().unwrap().success());
}

#[test]
fn every_rotation_works_with_and_without_a_server() {
    let home = Home::new();
    home.serve(&[]).stop();
    for online in [true, false] {
        let server = online.then(|| home.serve(&[]));
        let old = fs::read(home.key_file()).unwrap();
        let (code, done, said) = home.run(&["key", "rotate"], &["--master"]);
        assert_eq!((code, said.as_str()), (0, ""));
        assert!(done.starts_with("keys=1 rewrapped=") && done.ends_with(" resealed=0\n"), "{done}");
        assert_ne!(fs::read(home.key_file()).unwrap(), old);
        for (args, expected) in [
            (&["--tenant", "--tenant-name", "default"][..], "keys=1 rewrapped=1 resealed=3\n"),
            (&["--tenant"], "keys=1 rewrapped=1 resealed=3\n"),
            (&["--data", "--tenant-name", "default"], "keys=0 rewrapped=0 resealed=0\n"),
        ] {
            let (code, done, said) = home.run(&["key", "rotate"], args);
            assert_eq!((code, done.as_str()), (0, expected), "{args:?} online {online}: {said}");
        }
        let (code, _, said) = home.run(&["key", "rotate"], &["--data", "--tenant-name", "acme"]);
        assert!(code != 0 && said.contains("there is no tenant acme"), "{said}");
        let (code, _, said) = home.run(&["key", "purge"], &[]);
        assert!(code == 0 && said.contains("assurance LOGICAL"), "{said}");
        drop(server.map(Running::stop));
    }
    home.serve(&[]).stop();
}

#[test]
fn the_master_key_moves_from_a_file_to_a_program_and_back() {
    let home = Home::new();
    home.serve(&[]).stop();
    fs::write(home.path("kms"), [7; 32]).unwrap();
    let program = format!("/bin/cat {}", home.path("kms").display());
    let (code, _, said) = home.run(&["key", "rotate"], &["--master", "--new-key-command", &program]);
    assert!(code == 0 && said.contains("only the key command /bin/cat opens the store"), "{said}");
    insta::assert_snapshot!(home.refused(&[]), @"triaged: the master key is not the one this store was made with: give the right key file");
    home.serve(&["--key-command", &program]).stop();
    let (code, _, said) = home.run(&["key", "rotate"], &["--master", "--key-command", &program]);
    assert_eq!(code, 2);
    insta::assert_snapshot!(said, @"triaged: the master key comes from the key command /bin/cat: make a new one there and name it with --new-key-file or --new-key-command");
    let file = home.path("second.key").display().to_string();
    let args = ["--master", "--key-command", &program, "--new-key-file", &file];
    assert_eq!(home.run(&["key", "rotate"], &args).0, 0);
    home.serve(&["--key-file", &file]).stop();
}

#[test]
fn a_rotation_of_the_master_key_that_was_cut_short_is_finished_by_the_next_start() {
    let home = Home::new();
    home.serve(&[]).stop();
    // As a kill leaves it between the commit and the renaming of the new key, before and after the old one is written over.
    for is_blank in [false, true] {
        let old = fs::read(home.key_file()).unwrap();
        assert_eq!(home.run(&["key", "rotate"], &["--master"]).0, 0);
        let new = home.key_file().with_file_name("master.key.new");
        fs::rename(home.key_file(), &new).unwrap();
        copy(&new, &home.key_file());
        fs::write(home.key_file(), if is_blank { vec![0; old.len()] } else { old }).unwrap();
        let said = home.serve(&[]).stop();
        assert!(said.contains("which was cut short, is finished"), "{said}");
        assert!(!new.exists());
        home.serve(&[]).stop();
    }
}

#[test]
fn a_copy_is_not_served_and_a_store_that_was_moved_is_adopted() {
    let home = Home::new();
    let server = home.serve(&[]);
    for name in ["data", "keys"] {
        copy(&home.path(name), &home.path(&format!("{name}2")));
    }
    let path = |name: &str| home.path(name).display().to_string();
    let (data2, keys2) = (path("data2"), path("keys2"));
    let copies = [("--data-dir", &data2), ("--keys-dir", &keys2)];
    let args: Vec<&str> = copies.iter().flat_map(|(flag, dir)| [*flag, dir.as_str()]).collect();
    let elsewhere = |name: &str| {
        format!(
            "triaged: DIR/{name}2 is not where this store lives, which is DIR/{name}: a copy is not served. Where the \
             store was moved or restored, run `triaged adopt`"
        )
    };
    assert_eq!(home.refused(&args), elsewhere("data"), "while the store is served");
    server.stop();
    assert_eq!(home.refused(&args), elsewhere("data"), "both copied");
    assert_eq!(home.refused(&args[..2]), elsewhere("data"), "the data alone");
    assert_eq!(home.refused(&args[2..]), elsewhere("keys"), "the keys alone");
    let (code, _, said) = home.run(&["adopt"], &args);
    assert_eq!(code, 4);
    insta::assert_snapshot!(said, @"triaged: the store still lies in DIR/data: remove it there first, or leave this copy alone; two would go apart");
    for name in ["data", "keys"] {
        fs::remove_dir_all(home.path(name)).unwrap();
    }
    assert_eq!(home.refused(&args), elsewhere("data"), "not by itself");
    let (code, said, _) = home.run(&["adopt"], &args);
    assert_eq!((code, said.as_str()), (0, "adopted data=DIR/data2 keys=DIR/keys2\n"));
    home.serve(&args).stop();
    fs::rename(home.path("data2"), home.path("data3")).unwrap();
    let renamed = ["--data-dir", &path("data3"), "--keys-dir", &keys2];
    home.serve(&renamed).stop();
}

#[test]
fn an_aborted_server_leaves_no_core_dump() {
    let home = Home::new();
    home.serve(&[]).stop();
    let script = "ulimit -S -c $(ulimit -H -c); exec \"$@\"";
    let serve = home.command(&["serve", "--listen", "127.0.0.1:0"], &[]);
    let mut shell = Command::new("/bin/sh");
    shell.args(["-c", script, "sh"]).arg(serve.get_program()).args(serve.get_args());
    shell.env_clear().env("HOME", home.0.path()).current_dir(home.0.path()).stderr(Stdio::piped());
    let mut running = Running::wait(shell.spawn().unwrap());
    let limits = fs::read_to_string(format!("/proc/{}/limits", running.child.id())).unwrap();
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
    kill_process(Pid::from_child(&running.child), Signal::ABORT).unwrap();
    let status = running.child.wait().unwrap();
    assert_eq!((status.signal(), status.core_dumped()), (Some(Signal::ABORT.as_raw()), false));
    let is_core = |name: &str| name == "core" || name.starts_with("core.");
    let left: Vec<_> = fs::read_dir(home.0.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| is_core(name.to_str().unwrap())), "{left:?}");
}
