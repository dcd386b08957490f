//! Rotations of every kind, one after the other, under load, killed again and again (SIGKILL): no call fails, what was
//! acknowledged stays readable, and at the end everything lies under the newest keys alone.
//!
//! A program of its own, not a collection of tests: it starts itself again as the process that is killed. Five rounds;
//! with `TRIAGED_SOAK` set fifty, each on what the rounds before left behind.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test program says what it finds and stops at any fault"
)]

#[expect(dead_code, reason = "the suite has more helpers than are needed here")]
mod store_suite;

#[expect(dead_code, reason = "it has more helpers than are needed here")]
mod store_embedded;

#[path = "common/killed.rs"]
mod killed;

use std::{
    collections::{HashMap, HashSet},
    env, fs,
    path::Path,
    process::ExitCode,
    sync::Arc,
};

use killed::{Role, say};
use rusqlite::Connection;
use store_suite::{Bench, draft::Draft};
use tokio::task::JoinSet;
use triaged::{
    id::PrincipalId,
    store::{CaseFilter, Store},
    time::Timestamp,
};
use uuid::Uuid;

const WRITERS: u64 = 16;

#[expect(clippy::disallowed_methods, reason = "this program is its own configuration")]
fn main() -> ExitCode {
    let runtime = killed::runtime();
    let program = match killed::role() {
        Role::Child(dir, round) => {
            runtime.block_on(work(Path::new(&dir), round));
            return ExitCode::SUCCESS;
        }
        Role::Parent(program) => program,
    };
    let rounds = if env::var("TRIAGED_SOAK").is_ok() { 50 } else { 5 };
    let dir = tempfile::tempdir().unwrap();
    let (mut stored, mut rotated, mut old) = (HashMap::new(), HashMap::new(), Old::new());
    for round in 0..rounds {
        for line in killed::kill(&program, dir.path(), round, (50, 256)) {
            let words: Vec<&str> = line.split(' ').collect();
            match words.as_slice() {
                ["stored", writer, count, id] => {
                    stored
                        .insert(id.parse::<Uuid>().unwrap(), (round, writer.parse().unwrap(), count.parse().unwrap()));
                }
                ["rotated", kind] => *rotated.entry((*kind).to_owned()).or_insert(0) += 1,
                _ => panic!("a call failed: {line}"),
            }
        }
        runtime.block_on(verify(dir.path(), &stored));
        println!("round {round}: {} readable", stored.len());
        old.extend(values(dir.path()));
    }
    runtime.block_on(complete(dir.path(), &stored, &old));
    println!(
        "{rounds} kills: {} interactions readable, 0 calls failed, {rotated:?} rotations done between the kills, 0 of {} \
         old values and wraps left",
        stored.len(),
        old.len()
    );
    ExitCode::SUCCESS
}

fn draft(bench: &Bench, round: u64, writer: u64, count: u64) -> Draft {
    Draft {
        tenant: if writer.is_multiple_of(2) { bench.tenant } else { bench.other },
        principal: PrincipalId(Uuid::from_u64_pair(round, writer)),
        request_id: Some(u128::from(count) + 1),
        occur_time: Timestamp(1),
        emails: vec![["ann@example.com", "bob@example.com", "cy@example.com"][usize::try_from(count % 3).unwrap()]],
        text: format!("parcel of {} is late", ["anna", "bert", "cora"][usize::try_from(count % 3).unwrap()]),
        ..bench.draft()
    }
}

/// The process that is killed.
async fn work(dir: &Path, round: u64) {
    let store = killed::open(dir);
    let bench = Arc::new(killed::bench(&store).await);
    let mut tasks: JoinSet<()> = (0..WRITERS).map(|writer| write(Arc::clone(&bench), round, writer)).collect();
    let dir = dir.to_owned();
    tasks.spawn(async move { killed::rotate(&dir, &store).await });
    let ended = tasks.join_next().await;
    panic!("nobody ends before the kill: {ended:?}");
}

/// Submits, and reads what it submitted before.
async fn write(bench: Arc<Bench>, round: u64, writer: u64) {
    for count in 0.. {
        let draft = draft(&bench, round, writer, count);
        match bench.store.submit(draft.submission()).await {
            Ok(submitted) => say(&format!("stored {writer} {count} {}", submitted.submission.0)),
            Err(error) => say(&format!("submitting failed: {error}")),
        }
        let reader = triaged::store::Reader { tenant: draft.tenant, ..bench.supervisor() };
        let read = async {
            for case in bench.store.list_cases(reader, CaseFilter::default(), 5, None).await?.items {
                bench.store.get_case(reader, case.case).await?;
            }
            Ok::<_, triaged::store::StoreError>(())
        };
        if let Err(error) = read.await {
            say(&format!("reading failed: {error}"));
        }
    }
}

/// By how much of its beginning a value is known again: the nonce is in it.
const BEGINNING: usize = 32;

/// The beginnings of values and wraps.
type Old = HashSet<[u8; BEGINNING]>;

type Known = HashMap<Uuid, (u64, u64, u64)>;

/// Opens what the kill left and reads everything that was acknowledged.
async fn verify(dir: &Path, stored: &Known) {
    let store = killed::open(dir);
    let bench = killed::bench(&store).await;
    read_all(&bench, stored).await;
    store.close().await.unwrap();
}

async fn read_all(bench: &Bench, stored: &Known) {
    let mut found = 0;
    for tenant in [bench.tenant, bench.other] {
        let reader = triaged::store::Reader { tenant, ..bench.supervisor() };
        let mut after = None;
        loop {
            let page = bench.store.list_cases(reader, CaseFilter::default(), 500, after).await.unwrap();
            for case in page.items {
                for interaction in bench.store.get_case(reader, case.case).await.unwrap().1 {
                    let Some(&(round, writer, count)) = stored.get(&interaction.interaction.0) else { continue };
                    assert_eq!(interaction.content.turns, draft(bench, round, writer, count).content().turns);
                    found += 1;
                }
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
    }
    assert_eq!(found, stored.len(), "acknowledged and lost");
}

/// Every sealed value and every wrap, as they lie in the files.
fn values(dir: &Path) -> Old {
    let mut found = Old::new();
    for (file, query) in [
        ("data/data.db", "SELECT sealed FROM cases"),
        ("data/data.db", "SELECT facts FROM interactions"),
        ("data/data.db", "SELECT assessment FROM interactions"),
        ("data/data.db", "SELECT turns FROM segments"),
        // A kill between the commits of the two files leaves keys that nothing lies under: they are left alone.
        (
            "keys/keys.db",
            "SELECT wrapped FROM wrapped_keys WHERE kind NOT IN (4, 5)
             OR id IN (SELECT case_id FROM data.cases UNION SELECT interaction_id FROM data.interactions)",
        ),
    ] {
        let connection = Connection::open(dir.join(file)).unwrap();
        connection.execute("ATTACH ?1 AS data", [dir.join("data/data.db").to_str().unwrap()]).unwrap();
        let mut statement = connection.prepare(query).unwrap();
        let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
        found.extend(rows.map(|value| <[u8; BEGINNING]>::try_from(&value.unwrap()[..BEGINNING]).unwrap()));
    }
    found
}

/// Finishes what was begun, rotates once more, and looks for anything that is left of before.
async fn complete(dir: &Path, stored: &Known, old: &Old) {
    let store = killed::open(dir);
    let bench = killed::bench(&store).await;
    store.resume_rotations().await.unwrap();
    for kind in ["data", "tenant", "master"] {
        killed::rotate_one(dir, &store, kind).await.unwrap();
    }
    read_all(&bench, stored).await;
    store.close().await.unwrap();
    let count = |file: &str, query: &str| -> i64 {
        Connection::open(dir.join(file)).unwrap().query_row(query, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(count("data/data.db", "SELECT COUNT(*) FROM rotations"), 0, "a rotation is not complete");
    let versions = "SELECT COUNT(*) FROM (SELECT 1 FROM wraps GROUP BY id, kind HAVING COUNT(*) > 1)";
    assert_eq!(count("keys/keys.db", versions), 0, "an older version was not destroyed");
    // The data keys' wraps under the subjects' keys change with the data keys, those of the subjects with the tenants'.
    for file in ["data/data.db", "keys/keys.db"] {
        let bytes = fs::read(dir.join(file)).unwrap();
        let left = bytes.windows(BEGINNING).position(|window| old.contains(window));
        assert_eq!(left, None, "values or wraps from before the rotations are still in {file}");
    }
}
