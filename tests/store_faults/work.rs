//! The process whose disk fails: it stores, replaces, leases and finishes, and notes what was acknowledged in a file beside
//! the store; and what must then be true of the store.

use std::{
    collections::{HashMap, HashSet},
    fs::File,
    io::Write,
    path::Path,
    process::ExitCode,
    sync::{Arc, Mutex},
};

use triaged::store::{CaseFilter, CaseState, StoreError};
use uuid::Uuid;

use super::{
    bench, runtime,
    shim::{Act, Record},
    store_suite::{Bench, START, draft::Draft},
};

/// Where acknowledgements are noted.
pub(crate) const NOTES: &str = "notes";
const WRITERS: usize = 4;
const ITEMS: usize = 9;
/// One in so many is replaced, and one in so many finished.
const REPLACED: usize = 3;
const FINISHED: usize = 2;

/// Exit codes of this process.
pub(crate) const OPEN_FAILED: u8 = 3;
pub(crate) const STORE_FAILED: u8 = 4;

type Notes = Arc<Mutex<File>>;

/// Works on a store, new or not.
pub(crate) fn main(dir: &Path, seed: u64, round: u64) -> ExitCode {
    let notes = Arc::new(Mutex::new(File::create(dir.join(NOTES)).unwrap()));
    runtime().block_on(work(dir, seed, round, &notes)).map_or_else(ExitCode::from, |()| ExitCode::SUCCESS)
}

async fn work(dir: &Path, seed: u64, round: u64, notes: &Notes) -> Result<(), u8> {
    let store = match open(dir).await {
        Ok(store) => Arc::new(store),
        Err(why) => {
            eprintln!("{why}");
            return Err(OPEN_FAILED);
        }
    };
    let writers = (0..WRITERS).map(|writer| {
        let (store, notes) = (Arc::clone(&store), Arc::clone(notes));
        tokio::spawn(async move { write(&store, (seed, round, writer), &notes).await })
    });
    let writers: Vec<_> = writers.collect();
    let mut outcome = Ok(());
    for writer in writers {
        if let Err(error) = writer.await.unwrap() {
            assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
            outcome = Err(STORE_FAILED);
        }
    }
    if outcome.is_err() {
        // The store knows by itself: whoever runs it is told and can end the process.
        store.store.failed().await;
    }
    // Half of the rounds end without being closed.
    if outcome.is_ok() && !(seed + round).is_multiple_of(2) {
        std::mem::forget(Arc::clone(&store));
        return Ok(());
    }
    if let Err(error) = store.store.close().await {
        eprintln!("{error}");
        return Err(STORE_FAILED);
    }
    outcome
}

/// Opens the store with its tenants; as text why not.
async fn open(dir: &Path) -> Result<Bench, String> {
    let dir = dir.to_owned();
    let opened = tokio::spawn(async move { bench(&dir).await.map_err(|error| error.to_string()) });
    opened.await.unwrap_or_else(|error| Err(format!("the first writes: {error}")))
}

/// A submission of this process. Its reference and text follow from its name.
fn draft(store: &Bench, name: &str, version: i64) -> Draft {
    let words = ["first", "second"][usize::try_from(version).unwrap()];
    Draft {
        source_ref: Some(Box::leak(name.to_owned().into_boxed_str())),
        source_version: version,
        occur_time: START,
        text: format!("{words} version: the parcel is late"),
        ..store.draft()
    }
}

async fn write(store: &Bench, (seed, round, writer): (u64, u64, usize), notes: &Notes) -> Result<(), StoreError> {
    for item in 0..ITEMS {
        let name = format!("{seed}-{round}-{writer}-{item}");
        // What is replaced comes back to its queue, so that nobody finishes it.
        let is_replaced = item % REPLACED == 0;
        let queue = if is_replaced { "replaced" } else { "default" };
        let of_version = |version| Draft { queue, ..draft(store, &name, version) };
        let stored = store.store.submit(of_version(0).submission()).await?;
        note(notes, &format!("stored {} 0", stored.submission.0));
        if is_replaced {
            let replaced = store.store.submit(of_version(1).submission()).await?;
            note(notes, &format!("stored {} 1", replaced.submission.0));
        }
        if item % FINISHED == 0 {
            for entry in store.store.lease_items(store.ask()).await? {
                store.acknowledge(&entry).await?;
                note(notes, &format!("done {}", entry.case.0));
            }
        }
    }
    Ok(())
}

fn note(notes: &Notes, line: &str) {
    notes.lock().unwrap().write_all(format!("{line}\n").as_bytes()).unwrap();
}

/// What was acknowledged.
#[derive(Clone, Debug, Default)]
pub(crate) struct Known {
    /// The version of each interaction.
    stored: HashMap<Uuid, usize>,
    done: HashSet<Uuid>,
}

impl Known {
    /// Takes in a note, where this is one.
    pub(crate) fn follow(&mut self, record: &Record) {
        let Act::Write { bytes, .. } = &record.act else { return };
        if record.path.as_os_str() != NOTES {
            return;
        }
        let line = std::str::from_utf8(bytes).unwrap();
        match *line.trim().split(' ').collect::<Vec<_>>() {
            ["stored", id, version] => {
                self.stored.insert(id.parse().unwrap(), version.parse().unwrap());
            }
            ["done", case] => {
                self.done.insert(case.parse().unwrap());
            }
            _ => panic!("not a note: {line}"),
        }
    }

    /// How much was acknowledged.
    pub(crate) fn len(&self) -> usize {
        self.stored.len() + self.done.len()
    }

    /// Opens the store and finds everything that was acknowledged, and room for more.
    pub(crate) async fn verify(&self, dir: &Path) -> Result<(), String> {
        let store = bench(dir).await.map_err(|error| format!("it does not open: {error}"))?;
        let page = store.store.list_cases(store.supervisor(), CaseFilter::default(), 1000, None).await;
        let mut found = HashMap::new();
        for case in page.map_err(|error| error.to_string())?.items {
            let read = store.store.get_case(store.supervisor(), case.case).await;
            let (case, interactions) = read.map_err(|error| format!("{}: {error}", case.case))?;
            if self.done.contains(&case.case.0) && (case.state, case.queued) != (CaseState::Resolved, None) {
                return Err(format!("the finished {} came back", case.case));
            }
            for one in interactions {
                let text = one.content.turns[0].text.as_str().to_owned();
                found.insert(one.interaction.0, usize::from(text.starts_with("second")));
            }
        }
        for (id, version) in &self.stored {
            if found.get(id).is_none_or(|found| found < version) {
                return Err(format!("version {version} of {id} was acknowledged, found is {:?}", found.get(id)));
            }
        }
        store.store.submit(draft(&store, "afterwards", 0).submission()).await.map_err(|error| error.to_string())?;
        store.store.close().await.map_err(|error| error.to_string())
    }
}
