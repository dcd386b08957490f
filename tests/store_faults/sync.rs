//! Syncs that fail: the store writes nothing more, ends the process with an error, and has lost nothing it acknowledged,
//! although the disk has lost what the failed sync should have kept.

use super::{
    Plan,
    disk::{Disk, Unsynced},
    folder, runtime,
    shim::{self, Act, Record},
    work::{Known, NOTES, OPEN_FAILED, STORE_FAILED},
};

/// Up to which call.
const CALLS: u64 = 200;

pub(crate) fn run(plan: &Plan) {
    let tools = folder();
    let library = shim::compile(tools.path());
    // A tenth of the calls is spread over all of them.
    let step = CALLS.div_ceil(plan.count(CALLS));
    let (mut failed, mut opening, mut acknowledged) = (0, 0, 0);
    for call in (1..=CALLS).step_by(usize::try_from(step).unwrap()) {
        let (dir, log) = (folder(), tools.path().join(format!("log-{call}")));
        // Calls beyond those of a first start fail in a second one.
        let mut done = shim::run(&library, dir.path(), &log, (call, 0), Some(call));
        let first = shim::read(&log, dir.path());
        let failed_first = first.iter().any(|record| matches!(record.act, Act::SyncFailed));
        if done.status.success() && !failed_first {
            let synced = |record: &&Record| matches!(record.act, Act::Synced | Act::DirSynced);
            let left = call - first.iter().filter(synced).count() as u64;
            done = shim::run(&library, dir.path(), &log, (call, 1), Some(left));
        }
        let records = shim::read(&log, dir.path());
        let at = records.iter().position(|record| matches!(record.act, Act::SyncFailed));
        let Some(at) = at else {
            assert!(done.status.success(), "no sync failed, but the process did");
            continue;
        };
        let message = String::from_utf8_lossy(&done.stderr).into_owned();
        let code = done.status.code().unwrap();
        // SQLite passes over the failed sync of a directory. That is right only where every name in it was durable by the
        // time that anything more was acknowledged.
        let noted = |record: &Record| record.path.as_os_str() == NOTES && matches!(record.act, Act::Write { .. });
        let next = records[at..].iter().position(noted).map_or(records.len(), |behind| at + behind);
        if code == 0 && is_settled(&records[..next], &records[at].path) {
            verify(plan, call, &records, dir.path());
            continue;
        }
        assert!(
            [OPEN_FAILED, STORE_FAILED].map(i32::from).contains(&code),
            "call {call}: code {code} after {}: {message}",
            records[at].path.display()
        );
        assert!(!message.is_empty(), "call {call}: it said nothing");
        let mut disk = after(&records[..=at]);
        for record in &records[at + 1..] {
            let allowed = !is_retry(record) || is_taken_back(&disk, record);
            assert!(allowed, "call {call}: {} after the failed sync: {record:?}", record.path.display());
            disk.follow(record);
        }
        verify(plan, call, &records, dir.path());
        failed += 1;
        opening += u64::from(code == i32::from(OPEN_FAILED));
        let mut known = Known::default();
        for record in &records {
            known.follow(record);
        }
        acknowledged += known.len();
    }
    assert!(failed > 0 && acknowledged > 0);
    println!(
        "sync: {failed} failed syncs ({opening} while opening), {acknowledged} acknowledged: nothing lost, none tried again"
    );
}

/// Whether this is a directory in which every name was durable after these acts.
fn is_settled(before: &[Record], dir: &std::path::Path) -> bool {
    after(before).is_settled(dir)
}

/// The disk after these acts.
fn after(records: &[Record]) -> Disk {
    let mut disk = Disk::default();
    for record in records {
        disk.follow(record);
    }
    disk
}

/// Whether SQLite takes its very first transaction back: it empties a file in which nothing had become durable, and syncs
/// the empty file.
fn is_taken_back(disk: &Disk, record: &Record) -> bool {
    match record.act {
        Act::Truncate { length } => length == 0 && disk.is_blank(&record.path),
        Act::Synced => disk.is_blank(&record.path) && disk.is_empty(&record.path),
        _ => false,
    }
}

/// Whether something is written to the store, or synced once more. Index files are memory on disk.
fn is_retry(record: &Record) -> bool {
    let name = record.path.file_name().unwrap_or_default().to_str().unwrap();
    let of_store = name.contains(".db") && !name.ends_with("-shm");
    of_store && matches!(record.act, Act::Write { .. } | Act::Truncate { .. } | Act::Synced)
}

/// What was acknowledged is there, whether the disk has kept what was not synced or not.
fn verify(plan: &Plan, call: u64, records: &[Record], _dir: &std::path::Path) {
    let (mut disk, mut known) = (Disk::default(), Known::default());
    for record in records.iter().filter(|record| record.path.as_os_str() != NOTES) {
        disk.follow(record);
    }
    for record in records {
        known.follow(record);
    }
    for unsynced in [Unsynced::Lost, Unsynced::Partly, Unsynced::Kept] {
        let left = folder();
        disk.lay_out(left.path(), unsynced, &mut plan.numbers(call));
        let verified = runtime().block_on(known.verify(left.path()));
        verified.unwrap_or_else(|why| panic!("call {call}, {unsynced:?}: {why}"));
    }
}
