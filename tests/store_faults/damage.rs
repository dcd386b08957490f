//! Bytes that change: random flips and truncations of each file, each store then held against what was stored. What is read
//! is right, or the store says that it is damaged; nothing panics.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use triaged::{
    id::CaseId,
    store::{CaseFilter, CaseRecord, InteractionRecord, QueueEntry, Store, StoreError, embedded::EmbeddedStore},
    time::ManualClock,
};
use uuid::Uuid;

use super::{
    Home, Numbers, Opened, Plan, bench, folder, runtime,
    store_suite::{Bench, START, draft::Draft},
};

const CHANGES: u64 = 2_000;
const CASES: usize = 24;

/// What was stored.
type Model = BTreeMap<Uuid, (CaseRecord, Vec<InteractionRecord>)>;

static PANICS: AtomicUsize = AtomicUsize::new(0);

/// What a damaged store did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    NotOpened,
    Reported,
    Right,
}

pub(crate) fn run(plan: &Plan) {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        PANICS.fetch_add(1, Ordering::SeqCst);
        before(panic);
    }));
    let (home, open_home) = (folder(), folder());
    let model = runtime().block_on(fill(home.path(), open_home.path()));
    let mut found: BTreeMap<(&str, Found), u64> = BTreeMap::new();
    // Closed, a store lies in its two files; killed, in their logs too.
    let files: [(&Path, &str); 4] = [
        (home.path(), "data/data.db"),
        (home.path(), "keys/keys.db"),
        (open_home.path(), "data/data.db-wal"),
        (open_home.path(), "keys/keys.db-wal"),
    ];
    for change in 0..plan.count(CHANGES) {
        let (from, file) = files[usize::try_from(change).unwrap() % files.len()];
        let mut numbers = plan.numbers(change);
        let dir = folder();
        copy(from, dir.path());
        let what = damage(&dir.path().join(file), &mut numbers);
        let outcome = runtime().block_on(read(dir.path(), &model));
        let outcome = outcome.unwrap_or_else(|why| panic!("change {change}, {file}, {what}: {why}"));
        assert_eq!(PANICS.load(Ordering::SeqCst), 0, "change {change}, {file}, {what}: a panic");
        *found.entry((file, outcome)).or_default() += 1;
    }
    drop(std::panic::take_hook());
    for ((file, outcome), count) in found {
        println!("damage: {file}: {outcome:?} {count}");
    }
}

/// Fills a store, copies it as a kill would leave it, and closes it.
async fn fill(dir: &Path, killed: &Path) -> Model {
    let store = bench(dir).await.unwrap();
    for case in 0..CASES {
        let reference: &'static str = Box::leak(format!("case-{}", case / 2).into_boxed_str());
        let text = format!("the parcel is late, {}", "please answer. ".repeat(case * 7));
        let draft = Draft { case_ref: Some(reference), customer_ref: Some(reference), text, ..store.draft() };
        store.store.submit(draft.submission()).await.unwrap();
    }
    let mut model = Model::new();
    for case in store.cases(store.tenant).await {
        model.insert(case.case.0, store.store.get_case(store.supervisor(), case.case).await.unwrap());
    }
    copy(dir, killed);
    store.store.close().await.unwrap();
    model
}

fn copy(from: &Path, to: &Path) {
    for folder in ["", "data", "keys"] {
        fs::create_dir_all(to.join(folder)).unwrap();
        for entry in fs::read_dir(from.join(folder)).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if path.is_file() && name != "reserve" {
                fs::copy(&path, to.join(folder).join(name)).unwrap();
            }
        }
    }
}

/// Changes some bits of a file, or cuts it.
fn damage(file: &Path, numbers: &mut Numbers) -> String {
    let mut bytes = fs::read(file).unwrap();
    let what = if numbers.below(8) == 0 {
        let length = numbers.below(bytes.len());
        bytes.truncate(length);
        format!("cut to {length} bytes")
    } else {
        let mut places = Vec::new();
        for _ in 0..=numbers.below(4) {
            let (at, bit) = (numbers.below(bytes.len()), numbers.below(8));
            bytes[at] ^= 1 << bit;
            places.push(format!("{at}.{bit}"));
        }
        format!("flipped {}", places.join(" "))
    };
    fs::write(file, bytes).unwrap();
    what
}

/// Reads everything; an error where something is wrong and nothing was said.
async fn read(dir: &Path, model: &Model) -> Result<Found, String> {
    let Ok((store, engine)) = open(dir).await else { return Ok(Found::NotOpened) };
    let mut found = Found::Right;
    // What is missing from a list is found by looking through the whole store.
    let verified = engine.verify().await;
    let is_whole = verified.as_ref().is_ok_and(Vec::is_empty);
    let mut take = |outcome: Result<(), StoreError>| -> Result<(), String> {
        let Err(error) = outcome else { return Ok(()) };
        found = found.min(reported(&error, is_whole)?);
        Ok(())
    };
    take(verified.and_then(|faults| faults.into_iter().next().map_or(Ok(()), Err)))?;
    let page = store.store.list_cases(store.supervisor(), CaseFilter::default(), 1000, None).await;
    if let Ok(page) = &page {
        check_list(&page.items, model, is_whole)?;
    }
    take(page.map(drop))?;
    for (id, known) in model {
        let read = store.store.get_case(store.supervisor(), CaseId(*id)).await;
        if read.as_ref().is_ok_and(|read| read != known) {
            return Err(format!("read: {read:?}\nstored: {known:?}"));
        }
        take(read.map(drop))?;
    }
    let items = store.store.list_items(store.tenant, "default".to_owned(), 100, None).await;
    if let Ok(page) = &items {
        page.items.iter().try_for_each(|entry| check_entry(entry, model))?;
    }
    take(items.map(drop))?;
    drop(store.store.close().await);
    Ok(found)
}

fn check_list(listed: &[CaseRecord], model: &Model, is_whole: bool) -> Result<(), String> {
    for case in listed {
        let known =
            model.get(&case.case.0).map(|(known, _)| CaseRecord { is_leased_by_reader: false, ..known.clone() });
        if known.as_ref() != Some(case) {
            return Err(format!("listed: {case:?}"));
        }
    }
    if is_whole && listed.len() != model.len() {
        return Err(format!("{} of {} cases are listed", listed.len(), model.len()));
    }
    Ok(())
}

fn check_entry(entry: &QueueEntry, model: &Model) -> Result<(), String> {
    let known = model.get(&entry.case.0).map(|(case, _)| (case.queued, case.level, case.value));
    if known == Some((Some((entry.enter_time, entry.due_time)), entry.level, entry.value)) {
        return Ok(());
    }
    Err(format!("queued: {entry:?}"))
}

/// What a caller is told of damage. A record that is not found is no report where nothing else tells of damage.
fn reported(error: &StoreError, is_whole: bool) -> Result<Found, String> {
    match error {
        StoreError::Damaged(_) | StoreError::Unavailable(_) => Ok(Found::Reported),
        StoreError::NotFound | StoreError::RecordGone if !is_whole => Ok(Found::Reported),
        other => Err(format!("told as {other:?}")),
    }
}

/// Opens the store and finds its tenants.
async fn open(dir: &Path) -> Result<(Bench, Arc<EmbeddedStore>), String> {
    let clock = Arc::new(ManualClock::new(START));
    let engine = Arc::new(Home::at(dir, clock.clone()).open().map_err(|error| error.to_string())?);
    for name in ["acme", "globex"] {
        engine.ensure_tenant(name).await.map_err(|error| error.to_string())?;
    }
    Ok((Bench::new(Opened { store: engine.clone(), clock, keep: Box::new(()) }).await, engine))
}
