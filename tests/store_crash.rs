//! Kill -9 while 64 writers are at work: what was acknowledged is there and readable afterwards, once.
//!
//! Whoever was erased stays erased, and a retry brings nobody back; turns that were acknowledged are there. Meanwhile the
//! keys of every level are rotated, one kind after the other.
//!
//! A program of its own, not a collection of tests: it starts itself again as the process that is killed. Twenty rounds,
//! with `TRIAGED_SOAK` set two hundred, or as many as it says, each on what the rounds before left behind.

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
    collections::{BTreeMap, HashMap, HashSet},
    env,
    path::Path,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use killed::{Role, say};
use store_suite::{Bench, draft::Draft};
use tokio::task::JoinSet;
use triaged::{
    id::{CaseId, PrincipalId},
    store::{
        Actor, CaseFilter, CaseLookup, CaseState, CaseVersion, DeleteCaseRequest, Handling, LeaseRequest, LiveChange,
        Officer, StoreError,
    },
    time::{Clock, SystemClock, Timestamp},
};
use uuid::Uuid;

const WRITERS: u64 = 64;
/// One item in this many is worked on as well.
const WORKED: u64 = 8;
/// One writer in this many merges its cases in pairs, and does nothing else.
const MERGING: u64 = 8;
/// The queue of those.
const PAIRS: &str = "pairs";
/// One in this many is erased after it was worked on; a multiple of the one above.
const ERASED: u64 = 16;
/// One in this many is a live conversation as well.
const STREAMED: u64 = 8;
/// What tells the principal of a live conversation from that of a submission.
const LIVE: u64 = 1_000;
/// How much of the processor the opening after a kill may take; by the clock it depends on the neighbours.
const OPENED_MAX: Duration = Duration::from_secs(1);
/// How many pages of cases hold more than a round writes.
const PAGES: usize = 12;

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
    let rounds =
        env::var("TRIAGED_SOAK").map_or(20, |rounds| rounds.parse().ok().filter(|rounds| *rounds > 1).unwrap_or(200));
    let dir = tempfile::tempdir().unwrap();
    let mut known = Known::default();
    for round in 0..rounds {
        let acknowledged = killed::kill(&program, dir.path(), round, (200, 1_024));
        println!("round {round}: {} acknowledged before the kill", acknowledged.len());
        known.take_in(&acknowledged);
        // Now and then everything is read, otherwise what this round wrote.
        let since = if round % 10 == 9 || round + 1 == rounds { 0 } else { round };
        let (opened, worked) = runtime.block_on(verify(dir.path(), &known, since));
        assert!(worked <= OPENED_MAX, "round {round}: opening took {worked:?} of the processor");
        println!("round {round}: nothing lost, opened in {opened:?}, {worked:?} of the processor");
    }
    let Known { stored, done, turns, erased, merged, rotated, .. } = &known;
    assert!(!merged.is_empty(), "cases were merged");
    let has = |kinds: &[&str]| kinds.iter().any(|kind| rotated.contains_key(*kind));
    let every = has(&["tenant"]) && has(&["master"]) && has(&["data", "resumed"]);
    assert!(every, "every kind of key was rotated: {rotated:?}");
    println!(
        "{} interactions, {} finished items, {} live conversations, {} erased cases, {} merges, {rotated:?} rotations over \
         {rounds} rounds: ok",
        stored.len(),
        done.len(),
        turns.len(),
        erased.len(),
        merged.len()
    );
    ExitCode::SUCCESS
}

/// What was acknowledged in all rounds.
#[derive(Default)]
struct Known {
    /// Submissions by their request.
    stored: HashMap<(u64, u64, u64), Uuid>,
    /// Cases whose items were acknowledged.
    done: HashSet<Uuid>,
    /// Turns of live conversations, and the round of each.
    turns: HashMap<Uuid, (u64, usize)>,
    /// Cases that were merged, each with what it was merged into.
    merged: HashMap<Uuid, Uuid>,
    /// Interactions whose cases were to be erased, and those whose erasure was acknowledged.
    erasing: HashSet<Uuid>,
    erased: HashSet<Uuid>,
    /// Rotations of keys, by kind.
    rotated: BTreeMap<String, u64>,
}

impl Known {
    fn take_in(&mut self, lines: &[String]) {
        for line in lines {
            let words: Vec<&str> = line.split(' ').collect();
            match words.as_slice() {
                ["stored", round, writer, count, id] => {
                    let key = (round.parse().unwrap(), writer.parse().unwrap(), count.parse().unwrap());
                    self.stored.insert(key, id.parse().unwrap());
                }
                ["done", case] => {
                    self.done.insert(case.parse().unwrap());
                }
                ["turns", round, id, count] => {
                    self.turns.insert(id.parse().unwrap(), (round.parse().unwrap(), count.parse().unwrap()));
                }
                ["merged", source, target] => {
                    self.merged.insert(source.parse().unwrap(), target.parse().unwrap());
                }
                ["erasing", id] => {
                    self.erasing.insert(id.parse().unwrap());
                }
                ["erased", id] => {
                    self.erased.insert(id.parse().unwrap());
                }
                ["rotated", kind] => *self.rotated.entry((*kind).to_owned()).or_default() += 1,
                other => panic!("not a line of the child: {other:?}"),
            }
        }
    }
}

fn merges(writer: u64) -> bool {
    writer % MERGING == MERGING - 1
}

/// The reference of a case that is merged.
fn ticket(round: u64, writer: u64, count: u64) -> &'static str {
    format!("p-{round}-{writer}-{count}").leak()
}

fn draft(bench: &Bench, round: u64, writer: u64, count: u64) -> Draft {
    Draft {
        queue: if merges(writer) { PAIRS } else { "default" },
        case_ref: merges(writer).then(|| ticket(round, writer, count)),
        principal: PrincipalId(Uuid::from_u64_pair(round, writer)),
        request_id: Some(u128::from(count) + 1),
        // Not the time of day: the same request must have the same content in another process.
        occur_time: Timestamp(1),
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

async fn write(bench: Arc<Bench>, round: u64, writer: u64) {
    for count in 0.. {
        let submitted = bench.store.submit(draft(&bench, round, writer, count).submission()).await.unwrap();
        say(&format!("stored {round} {writer} {count} {}", submitted.submission.0));
        if merges(writer) {
            if count % 2 == 1 {
                let [target, source] = [count - 1, count].map(|count| ticket(round, writer, count));
                merge(&bench, target, source).await;
            }
            continue;
        }
        if count % WORKED == 0 {
            let ask = LeaseRequest { lease_duration: Duration::from_secs(30), ..bench.ask() };
            for entry in bench.lease(ask).await {
                bench.acknowledge(&entry).await.unwrap();
                say(&format!("done {}", entry.case.0));
                if count % ERASED == 0 {
                    erase(&bench, entry.case).await;
                }
            }
        }
        if count % STREAMED == 1 {
            stream(&bench, round, writer, count).await;
        }
    }
}

/// Merges two cases.
async fn merge(bench: &Bench, target: &str, source: &str) {
    let mut pair = Vec::new();
    for ticket in [target, source] {
        let lookup = CaseLookup::SourceRef(store_suite::draft::source_ref(ticket));
        let found = bench.store.find_open_cases(bench.supervisor(), lookup).await.unwrap()[0].case;
        pair.push(CaseVersion { case: found, version: 1 });
    }
    let actor = Actor { reader: bench.supervisor(), request_id: None, policy: Arc::default() };
    bench.store.merge_cases(actor, pair[0], vec![pair[1]]).await.unwrap();
    say(&format!("merged {} {}", pair[1].case.0, pair[0].case.0));
}

/// Erases a case that was worked on; what is under way may be done or not when the kill comes.
async fn erase(bench: &Bench, case: CaseId) {
    let Ok((record, interactions)) = bench.store.get_case(bench.supervisor(), case).await else { return };
    let id = interactions[0].interaction.0;
    say(&format!("erasing {id}"));
    let officer = Officer { tenant: bench.tenant, principal: PrincipalId(Uuid::from_u128(77)) };
    let request = DeleteCaseRequest { officer, case, version: record.version, request_id: None };
    if bench.store.delete_case(request).await.is_ok() {
        say(&format!("erased {id}"));
    }
}

/// A live conversation of three turns.
async fn stream(bench: &Bench, round: u64, writer: u64, count: u64) {
    let draft = Draft { handling: Handling::InProgress, ..draft(bench, round, LIVE + writer, count) };
    let live = bench.store.open_live(draft.submission()).await.unwrap();
    let (mut content, mut after) = (live.content, live.position);
    for _ in 0..2 {
        let new_from = content.turns.len();
        content.turns.push(draft.content().turns[0].clone());
        let change = LiveChange {
            tenant: bench.tenant,
            principal: draft.principal,
            interaction: live.submission,
            after,
            content: content.clone(),
            new_from,
            reseals: false,
            closes: None,
            decide: draft.decide(),
        };
        after = bench.store.change_live(change).await.unwrap();
        say(&format!("turns {round} {} {}", live.submission.0, content.turns.len()));
    }
}

/// What a case of a pair was merged into, how many interactions it has, and its place in the queue.
type Pair = (Option<Uuid>, usize, Option<(Timestamp, Timestamp)>);

/// A merge is there as a whole or not at all.
fn check_merges(known: &Known, cases: &HashMap<Uuid, Pair>) {
    for (source, target) in &known.merged {
        assert_eq!(cases[source].0, Some(*target), "{source} was merged before the kill");
    }
    for (case, (merged_into, interactions, queued)) in cases {
        let taken_in = cases.values().filter(|other| other.0 == Some(*case)).count();
        if let Some(target) = merged_into {
            assert_eq!((*interactions, *queued, taken_in), (0, None, 0));
            assert_eq!((cases[target].0, cases[target].1), (None, 2));
        } else {
            assert_eq!(*interactions, 1 + taken_in, "{case}");
            assert!(queued.is_some(), "{case} waits no more");
        }
    }
}

/// Opens what the kill left and compares; gives how long opening took, in microseconds.
async fn verify(dir: &Path, known: &Known, since: u64) -> (Duration, Duration) {
    let (start, begun) = (SystemClock.now(), processor_time());
    let store = killed::open(dir);
    let bench = killed::bench(&store).await;
    let opened = (SystemClock.now().since(start), processor_time().saturating_sub(begun));
    let (mut read, mut pairs) = (HashMap::new(), HashMap::new());
    let (mut after, mut pages) = (None, 0);
    loop {
        let page = bench.store.list_cases(bench.supervisor(), CaseFilter::default(), 500, after).await.unwrap();
        pages += 1;
        let reads = page.items.iter().map(|case| bench.store.get_case(bench.supervisor(), case.case));
        for found in futures_util::future::join_all(reads).await {
            let (case, interactions) = found.unwrap();
            if case.queue == PAIRS {
                pairs.insert(case.case.0, (case.merged_into.map(|target| target.0), interactions.len(), case.queued));
            } else {
                assert_eq!(interactions.len(), 1, "a submission is stored once");
            }
            if known.done.contains(&case.case.0) {
                assert_eq!((case.state, case.queued), (CaseState::Resolved, None), "{} came back", case.case);
            }
            for interaction in interactions {
                let again = read.insert(interaction.interaction.0, interaction);
                assert_eq!(again, None, "an interaction stands in one case");
            }
        }
        after = page.next;
        if after.is_none() || (since > 0 && pages == PAGES) {
            break;
        }
    }
    if since == 0 {
        check_merges(known, &pairs);
    }
    assert!(known.erased.iter().all(|id| !read.contains_key(id)), "an erased case is listed");
    for (id, (_, turns)) in known.turns.iter().filter(|(_, (round, _))| *round >= since) {
        let found = read.get(id).unwrap_or_else(|| panic!("the live {id} is lost"));
        assert!(found.content.turns.len() >= *turns, "turns of {id} were acknowledged and are lost");
    }
    let checked = known.stored.iter().filter(|((round, ..), id)| *round >= since && !known.erasing.contains(*id));
    for (&(round, writer, count), id) in checked {
        let draft = draft(&bench, round, writer, count);
        let interaction = read.get(id).unwrap_or_else(|| panic!("{id} was acknowledged and is lost"));
        assert_eq!(interaction.content.turns, draft.content().turns);
    }
    for (&(round, writer, count), id) in known.stored.iter().take(300) {
        let again = bench.store.submit(draft(&bench, round, writer, count).submission()).await;
        if known.erased.contains(id) {
            assert!(matches!(again, Err(StoreError::RecordGone)), "a retry brought {id} back: {again:?}");
        } else if !known.erasing.contains(id) {
            assert_eq!(again.unwrap().submission.0, *id, "the same request gives the same answer after a kill");
        }
    }
    bench.store.close().await.unwrap();
    opened
}

/// What this process has taken of the processor.
fn processor_time() -> Duration {
    let spent = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    Duration::new(spent.tv_sec.try_into().unwrap(), spent.tv_nsec.try_into().unwrap())
}
