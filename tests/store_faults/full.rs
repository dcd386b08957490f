//! A disk that is full: what is stored stays readable, nothing more is stored, and it goes on when there is room.

use std::{
    fs,
    path::Path,
    process::{Command, ExitCode},
};

use triaged::{
    id::{CaseId, PrincipalId},
    store::{CaseState, DeleteCaseRequest, ErasureRecord, Officer, StoreError},
};
use uuid::Uuid;

use super::{Plan, bench, folder, runtime, store_suite::Bench};

/// Size of the disk and of the file that is then removed from it.
const DISK: &str = "size=24m";
const OTHERS_BYTES: usize = 6 << 20;
/// How many refusals in a row mean that it is full.
const REFUSALS: usize = 20;
/// How many reads go on while it is full.
const READS: usize = 300;

pub(crate) fn run(_plan: &Plan) {
    let dir = folder();
    let me = std::env::current_exe().unwrap();
    let mounted =
        format!("mount -t tmpfs -o {DISK} tmpfs '{0}' && exec '{1}' fill '{0}'", dir.path().display(), me.display());
    let namespace = ["--user", "--map-root-user", "--mount"];
    let permitted =
        Command::new("unshare").args(namespace).args(["mount", "-t", "tmpfs", "tmpfs"]).arg(dir.path()).output();
    if !permitted.is_ok_and(|tried| tried.status.success()) {
        println!("full: no disk of its own can be mounted here; nothing was tested");
        return;
    }
    let done = Command::new("unshare").args(namespace).args(["sh", "-c", &mounted]).status().unwrap();
    assert!(done.success(), "{done}");
}

/// The process with a disk of its own.
pub(crate) fn fill(dir: &Path) -> ExitCode {
    runtime().block_on(fill_up(dir));
    ExitCode::SUCCESS
}

async fn fill_up(dir: &Path) {
    let others = dir.join("others");
    fs::write(&others, vec![1; OTHERS_BYTES]).unwrap();
    let store = bench(dir).await.unwrap();
    // The first refusals shorten the logs, after which there is room again.
    let (mut stored, mut refused) = (0, 0);
    while refused < REFUSALS {
        match submit(&store).await {
            Ok(()) => (stored, refused) = (stored + 1, 0),
            Err(StoreError::Exhausted(_)) => refused += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert!(stored > 500, "{stored}");
    check_full(&store, stored).await;
    store.store.close().await.unwrap();
    let store = bench(dir).await.unwrap();
    check_full(&store, stored).await;
    let (erased, deletion, done) = erase(&store).await;
    fs::remove_file(others).unwrap();
    submit(&store).await.unwrap();
    let leased = store.lease_one().await;
    store.store.acknowledge_item(store.handle(&leased), CaseState::Resolved).await.unwrap();
    assert_eq!(count(&store).await, stored);
    assert_eq!(store.store.delete_case(deletion).await.unwrap(), done, "a retry is told the same");
    assert!(matches!(store.store.get_case(store.supervisor(), erased).await, Err(StoreError::NotFound)));
    store.store.close().await.unwrap();
    println!(
        "full: {stored} stored, then refused, {READS} audited reads twice and an erasure while it was full, and on when \
         there was room"
    );
}

/// Nothing is stored, everything is read.
async fn check_full(store: &Bench, stored: usize) {
    for _ in 0..3 {
        let refused = submit(store).await;
        assert!(matches!(refused, Err(StoreError::Exhausted(_))), "{refused:?}");
    }
    assert_eq!(count(store).await, stored);
    for case in store.cases(store.tenant).await.iter().take(READS) {
        let read = store.store.get_case(store.supervisor(), case.case).await;
        assert_eq!(read.unwrap().1.len(), 1);
    }
}

/// What is to be destroyed is destroyed although the disk is full, at once or when it is asked for again.
async fn erase(store: &Bench) -> (CaseId, DeleteCaseRequest, ErasureRecord) {
    let case = store.cases(store.tenant).await.remove(0);
    let officer = Officer { tenant: store.tenant, principal: PrincipalId(Uuid::from_u128(1)) };
    let request_id = Some(Uuid::from_u128(2));
    let request = DeleteCaseRequest { officer, case: case.case, version: case.version, request_id };
    for _ in 0..REFUSALS {
        match store.store.delete_case(request.clone()).await {
            Ok(done) => {
                let read = store.store.get_case(store.supervisor(), case.case).await;
                assert!(matches!(read, Err(StoreError::NotFound)), "{read:?}");
                return (case.case, request, done);
            }
            Err(StoreError::Exhausted(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
    panic!("nothing can be erased while the disk is full");
}

async fn submit(store: &Bench) -> Result<(), StoreError> {
    let text = "the parcel has not come and nobody answers, please look into it again. ".repeat(60);
    let draft = super::store_suite::draft::Draft { text, ..store.draft() };
    store.store.submit(draft.submission()).await.map(drop)
}

async fn count(store: &Bench) -> usize {
    let (mut after, mut count) = (None, 0);
    loop {
        let page = store
            .store
            .list_cases(store.supervisor(), triaged::store::CaseFilter::default(), 500, after)
            .await
            .unwrap();
        count += page.items.len();
        after = page.next;
        if after.is_none() {
            return count;
        }
    }
}
