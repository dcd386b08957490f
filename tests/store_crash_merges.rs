//! Kill -9 while 64 writers are at work: what was acknowledged is there and readable afterwards, once.
//!
//! A program of its own, not a collection of tests: it starts itself again as the process that is killed. Two rounds;
//! with `TRIAGED_SOAK` set twenty, each on what the rounds before left behind.

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

use std::{
    collections::{HashMap, HashSet},
    env,
    io::{BufRead, BufReader, Write},
    path::Path,
    process::{Child, Command, ExitCode, Stdio},
    sync::Arc,
    time::Duration,
};

use store_embedded::Home;
use store_suite::{Bench, Opened, draft::Draft};
use triaged::{
    crypto::random,
    id::PrincipalId,
    store::{Actor, CaseFilter, CaseLookup, CaseState, CaseVersion, LeaseRequest},
    time::{Clock, ManualClock, SystemClock, Timestamp},
};
use uuid::Uuid;

const WRITERS: u64 = 64;
/// One item in this many is worked on as well.
const WORKED: u64 = 8;
/// One writer in this many merges its cases in pairs.
const MERGING: u64 = 8;
/// The queue of those.
const PAIRS: &str = "pairs";

#[expect(clippy::disallowed_methods, reason = "this program is its own configuration")]
fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    if let [_, mode, dir, round] = arguments.as_slice()
        && mode == "child"
    {
        runtime.block_on(work(Path::new(dir), round.parse().unwrap()));
        return ExitCode::SUCCESS;
    }
    let rounds = if env::var("TRIAGED_SOAK").is_ok() { 20 } else { 2 };
    let dir = tempfile::tempdir().unwrap();
    let mut known = Known::default();
    for round in 0..rounds {
        let acknowledged = kill(&arguments[0], dir.path(), round);
        println!("round {round}: {} acknowledged before the kill", acknowledged.len());
        known.take_in(&acknowledged);
        let opened = Duration::from_micros(runtime.block_on(verify(dir.path(), &known)));
        println!("round {round}: nothing lost, opened in {opened:?}");
    }
    assert!(!known.merged.is_empty(), "cases were merged");
    println!("{} merges,", known.merged.len());
    println!("{} interactions and {} finished items over {rounds} rounds: ok", known.stored.len(), known.done.len());
    ExitCode::SUCCESS
}

/// What was acknowledged in all rounds.
#[derive(Default)]
struct Known {
    /// Submissions by their request.
    stored: HashMap<(u64, u64, u64), Uuid>,
    /// Cases whose items were acknowledged.
    done: HashSet<Uuid>,
    /// Cases that were merged, each with what it was merged into.
    merged: HashMap<Uuid, Uuid>,
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
                ["merged", source, target] => {
                    self.merged.insert(source.parse().unwrap(), target.parse().unwrap());
                }
                other => panic!("not a line of the child: {other:?}"),
            }
        }
    }
}

/// Runs the child, kills it after a random number of acknowledgements, and gives what it had said.
fn kill(program: &str, dir: &Path, round: u64) -> Vec<String> {
    let arguments = ["child", dir.to_str().unwrap(), &round.to_string()];
    let mut child: Child = Command::new(program).args(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let [high, low] = random::<2>().unwrap();
    let until = 200 + usize::from(high) * 8 + usize::from(low) % 8;
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
    let bench = Arc::new(bench(dir).await);
    let writers = (0..WRITERS).map(|writer| tokio::spawn(write(Arc::clone(&bench), round, writer)));
    for writer in writers.collect::<Vec<_>>() {
        writer.await.unwrap();
    }
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
        } else if count % WORKED == 0 {
            let ask = LeaseRequest { lease_duration: Duration::from_secs(30), ..bench.ask() };
            for entry in bench.lease(ask).await {
                bench.acknowledge(&entry).await.unwrap();
                say(&format!("done {}", entry.case.0));
            }
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

fn say(line: &str) {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(format!("{line}.\n").as_bytes()).unwrap();
    stdout.flush().unwrap();
}

async fn bench(dir: &Path) -> Bench {
    let store = Arc::new(Home::at(dir, Arc::new(SystemClock)).open().unwrap());
    Bench::new(Opened { store, clock: Arc::new(ManualClock::default()), keep: Box::new(()) }).await
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
async fn verify(dir: &Path, known: &Known) -> u64 {
    let start = SystemClock.now();
    let bench = bench(dir).await;
    let opened = SystemClock.now().since(start);
    let (mut read, mut into) = (HashMap::new(), HashMap::new());
    let mut after = None;
    loop {
        let page = bench.store.list_cases(bench.supervisor(), CaseFilter::default(), 500, after).await.unwrap();
        let reads = page.items.iter().map(|case| bench.store.get_case(bench.supervisor(), case.case));
        for found in futures_util::future::join_all(reads).await {
            let (case, interactions) = found.unwrap();
            if case.queue == PAIRS {
                into.insert(case.case.0, (case.merged_into.map(|target| target.0), interactions.len(), case.queued));
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
        if after.is_none() {
            break;
        }
    }
    check_merges(known, &into);
    for (&(round, writer, count), id) in &known.stored {
        let draft = draft(&bench, round, writer, count);
        let interaction = read.get(id).unwrap_or_else(|| panic!("{id} was acknowledged and is lost"));
        assert_eq!(interaction.content.turns, draft.content().turns);
    }
    for (&(round, writer, count), id) in known.stored.iter().take(300) {
        let again = bench.store.submit(draft(&bench, round, writer, count).submission()).await.unwrap();
        assert_eq!(again.submission.0, *id, "the same request gives the same answer after a kill");
    }
    assert!(read.len() >= known.stored.len());
    bench.store.close().await.unwrap();
    u64::try_from(opened.as_micros()).unwrap()
}
