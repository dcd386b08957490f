//! The frame of a program that starts itself again as a process that is killed (SIGKILL) while it works, and looks at what
//! is left. The child says each thing that was acknowledged in a line of its own.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
};

use triaged::{
    crypto::{pending::PendingKey, random},
    store::{
        Rotated, StoreError,
        embedded::{EmbeddedStore, OpenError, StoreConfig},
    },
    time::{ManualClock, SystemClock},
};

use crate::{
    store_embedded::Home,
    store_suite::{Bench, Opened},
};

/// The kinds of rotations, in the order they are made: the one that takes longest last.
const ROTATIONS: [&str; 4] = ["tenant", "master", "purge", "data"];

/// What this process was started as.
pub(crate) enum Role {
    /// The process that is killed: directory and round.
    Child(String, u64),
    /// The one that kills: its program.
    Parent(String),
}

/// Reads the arguments.
pub(crate) fn role() -> Role {
    let arguments: Vec<String> = env::args().collect();
    match arguments.as_slice() {
        [_, mode, dir, round] if mode == "child" => Role::Child(dir.clone(), round.parse().unwrap()),
        [program, ..] => Role::Parent(program.clone()),
        [] => panic!("a program has a name"),
    }
}

/// A runtime of two threads.
pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// Runs the child, kills it after `at_least` lines and at random up to `more`, and gives what it had said.
pub(crate) fn kill(program: &str, dir: &Path, round: u64, (at_least, more): (usize, usize)) -> Vec<String> {
    let arguments = ["child", dir.to_str().unwrap(), &round.to_string()];
    let mut child: Child = Command::new(program).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let until = at_least + usize::from(u16::from_be_bytes(random().unwrap())) % more;
    let mut said = Vec::new();
    while said.len() < until {
        said.push(lines.next().expect("the child writes until it is killed").unwrap());
    }
    child.kill().unwrap();
    said.extend(lines.map_while(Result::ok));
    child.wait().unwrap();
    // The last line may have been cut off.
    said.retain(|line| line.ends_with('.'));
    said.iter().map(|line| line.trim_end_matches('.').to_owned()).collect()
}

/// Says what was acknowledged.
pub(crate) fn say(line: &str) {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(format!("{line}.\n").as_bytes()).unwrap();
    stdout.flush().unwrap();
}

/// Opens as the server does: with the new master key where a kill came before it took the place of the old one.
pub(crate) fn open(dir: &Path) -> Arc<EmbeddedStore> {
    let home = Home::at(dir, Arc::new(SystemClock));
    let opened = if pending(dir).is_taking_over() { Err(OpenError::WrongMasterKey) } else { home.open() };
    Arc::new(match opened {
        Err(OpenError::WrongMasterKey) => open_pending(dir, &home),
        opened => opened.unwrap(),
    })
}

fn open_pending(dir: &Path, home: &Home) -> EmbeddedStore {
    let pending = pending(dir);
    assert!(pending.exists(), "neither key opens the store");
    let (data_dir, keys_dir, clock) = (home.data(), home.keys(), home.clock.clone());
    let master_key = pending.load_or_draw().unwrap();
    let store = EmbeddedStore::open(StoreConfig { data_dir, keys_dir, master_key, clock }).unwrap();
    pending.take_over().unwrap();
    store
}

/// The suite's bench on an open store.
pub(crate) async fn bench(store: &Arc<EmbeddedStore>) -> Bench {
    let store = store.clone();
    Bench::new(Opened { store, clock: Arc::new(ManualClock::default()), keep: Box::new(()) }).await
}

fn pending(dir: &Path) -> PendingKey {
    PendingKey::of(&dir.join("master.key"))
}

/// Finishes the rotation that a kill cut short, then rotates everything, one kind after the other, until it is killed.
pub(crate) async fn rotate(dir: &Path, store: &EmbeddedStore) {
    if store.resume_rotations().await.unwrap() != Rotated::default() {
        say("rotated resumed");
    }
    for kind in ROTATIONS.iter().cycle() {
        match rotate_one(dir, store, kind).await {
            Ok(_) => say(&format!("rotated {kind}")),
            Err(error) => say(&format!("rotating {kind} failed: {error}")),
        }
    }
}

/// Makes one rotation, as the command does.
pub(crate) async fn rotate_one(dir: &Path, store: &EmbeddedStore, kind: &str) -> Result<Rotated, StoreError> {
    let pending = pending(dir);
    let new = || pending.load_or_draw().unwrap();
    let done = match kind {
        "data" => return store.rotate_data_keys(None).await,
        "tenant" => return store.rotate_tenant_keys(None).await,
        "purge" => store.purge_keys(new()).await?,
        _ => store.rotate_master_key(new()).await?,
    };
    pending.take_over().unwrap();
    Ok(done)
}
