//! One reader, many workers, one writer, and the order kept: pieces are dealt out in turn and collected in the same turn.
//! Memory is bounded by a few pieces for each thread. Knows nothing of what a piece is.

use std::{
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

/// Pieces that may wait before and behind each worker.
const PIECES_WAITING_MAX: usize = 2;

/// Takes pieces from `read` until it gives `None`, turns each into a result with `work` on `threads` threads, and hands
/// the results to `write` in the order in which the pieces were read.
///
/// # Errors
/// The first error of `write`, else the error of `read`; what was read before a reading error is written first.
pub(super) fn run<P: Send, R: Send, E: Send>(
    threads: usize,
    read: impl FnMut() -> Result<Option<P>, E> + Send,
    work: impl Fn(P) -> R + Sync,
    mut write: impl FnMut(R) -> Result<(), E>,
) -> Result<(), E> {
    thread::scope(|scope| {
        let (mut to_workers, mut from_workers) = (Vec::new(), Vec::new());
        for _ in 0..threads.max(1) {
            let (piece_sender, pieces) = sync_channel(PIECES_WAITING_MAX);
            let (result_sender, results) = sync_channel(PIECES_WAITING_MAX);
            let work = &work;
            scope.spawn(move || each(&pieces, work, &result_sender));
            to_workers.push(piece_sender);
            from_workers.push(results);
        }
        let reader = scope.spawn(move || deal(read, &to_workers));
        let written = from_workers.iter().cycle().map_while(|results| results.recv().ok()).try_for_each(&mut write);
        drop(from_workers);
        let read = reader.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        written.and(read)
    })
}

fn each<P, R>(pieces: &Receiver<P>, work: impl Fn(P) -> R, results: &SyncSender<R>) {
    for piece in pieces {
        if results.send(work(piece)).is_err() {
            return;
        }
    }
}

fn deal<P, E>(mut read: impl FnMut() -> Result<Option<P>, E>, workers: &[SyncSender<P>]) -> Result<(), E> {
    for worker in workers.iter().cycle() {
        let Some(piece) = read()? else { break };
        if worker.send(piece).is_err() {
            break;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubled(threads: usize, pieces: u32, fail_read: Option<u32>, fail_write: Option<u32>) -> (Vec<u32>, bool) {
        let (mut next, mut out) = (0, Vec::new());
        let read = || {
            next += 1;
            if Some(next) == fail_read { Err(()) } else { Ok((next <= pieces).then_some(next)) }
        };
        let write = |doubled: u32| {
            out.push(doubled);
            if Some(doubled) == fail_write { Err(()) } else { Ok(()) }
        };
        let failed = run(threads, read, |piece| piece * 2, write).is_err();
        (out, failed)
    }

    #[test]
    fn order_is_kept_on_any_number_of_threads() {
        for threads in [0, 1, 2, 7] {
            for pieces in [0, 1, 6, 7, 8, 1_000] {
                let expected: Vec<u32> = (1..=pieces).map(|piece| piece * 2).collect();
                assert_eq!(doubled(threads, pieces, None, None), (expected, false), "{threads} threads");
            }
        }
    }

    #[test]
    fn what_was_read_before_an_error_is_written_and_a_failed_write_stops_the_reader() {
        assert_eq!(doubled(3, 100, Some(5), None), (vec![2, 4, 6, 8], true));
        assert_eq!(doubled(3, 100_000, None, Some(6)), (vec![2, 4, 6], true));
    }
}
