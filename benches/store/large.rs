//! A large store: how long it takes to open, also when it was not closed, and what writers feel of a backup beside them.

use std::{sync::Arc, time::Duration};

use triaged::{
    store::{Store, embedded::recovery::back_up_data},
    time::{Clock, SystemClock},
};

use super::{Bench, GROWTH_WRITERS, open};

/// Who writes beside a backup.
const WRITERS: usize = 16;
/// How often writing is measured, alone and beside a backup by turns.
const TURNS: usize = 3;
/// How long it is measured alone.
const ALONE: Duration = Duration::from_secs(4);

/// Fills a store and measures.
pub(crate) async fn print(rows: usize) {
    let bench = Bench::new().await;
    bench.submit(GROWTH_WRITERS, 0, rows).await;
    let mut next = rows;
    let [mut alone, mut beside, mut took] = [Vec::new(), Vec::new(), Vec::new()];
    for turn in 0..TURNS {
        alone.extend(write_while(&bench, &mut next, tokio::time::sleep(ALONE)).await);
        let (data, to) = (bench.dir.path().join("data"), bench.dir.path().join(format!("backup-{turn}")));
        let begin = SystemClock.now();
        let copy = tokio::task::spawn_blocking(move || back_up_data(&data, &to, SystemClock.now()).map(drop).unwrap());
        beside.extend(write_while(&bench, &mut next, async { copy.await.unwrap() }).await);
        took.push(SystemClock.now().since(begin).as_secs_f64());
    }
    println!("{rows} records; a backup beside {WRITERS} writers took {took:.1?} s");
    for (name, mut waits) in [("alone", alone), ("beside a backup", beside)] {
        waits.sort_by(f64::total_cmp);
        let at = |share: f64| waits[(share * (waits.len() - 1) as f64) as usize];
        println!(
            "{name:<16} {:>7} submissions, each waits p50 {:.1} ms, p99 {:.1} ms, at most {:.1} ms",
            waits.len(),
            at(0.5),
            at(0.99),
            at(1.0)
        );
    }
    bench.store.close().await.unwrap();
    let begin = SystemClock.now();
    let store = open(bench.dir.path());
    println!("opened in {:.0?}", SystemClock.now().since(begin));
    store.close().await.unwrap();
}

/// Lets the writers write until `other` ends; gives how long each submission took, in milliseconds.
async fn write_while(bench: &Arc<Bench>, next: &mut usize, other: impl Future<Output = ()>) -> Vec<f64> {
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let from = *next;
    let tasks: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (bench, stopped) = (Arc::clone(bench), stopped.clone());
            tokio::spawn(async move {
                let mut waits = Vec::new();
                for item in (from + writer..).step_by(WRITERS) {
                    if *stopped.borrow() {
                        return (item, waits);
                    }
                    let (submission, begin) = (bench.submission(item), SystemClock.now());
                    bench.store.submit(submission).await.unwrap();
                    waits.push(SystemClock.now().since(begin).as_secs_f64() * 1e3);
                }
                (from, waits)
            })
        })
        .collect();
    other.await;
    stop.send(true).unwrap();
    let mut all = Vec::new();
    for task in tasks {
        let (last, waits) = task.await.unwrap();
        *next = (*next).max(last);
        all.extend(waits);
    }
    all
}
