//! Power cuts: the store is opened from what the disk may hold at any moment between the syncs of both files.

use super::{
    Plan,
    disk::{Disk, Unsynced},
    folder, runtime,
    shim::{self, Act},
    work::Known,
};

/// Cuts of the whole suite, and of each process.
const CUTS: u64 = 2_000;
const OF_PROCESS: u64 = 100;

pub(crate) fn run(plan: &Plan) {
    let tools = folder();
    let library = shim::compile(tools.path());
    let processes = plan.count(CUTS).div_ceil(OF_PROCESS);
    let (mut cuts, mut syncs, mut acknowledged) = (0, 0, 0);
    for process in 0..processes {
        let mut numbers = plan.numbers(process);
        let (dir, log) = (folder(), tools.path().join(format!("log-{process}")));
        for round in 0..shim::ROUNDS {
            let done = shim::run(&library, dir.path(), &log, (process, round), None);
            assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        }
        let records = shim::read(&log, dir.path());
        let mut moments: Vec<usize> = (0..OF_PROCESS).map(|_| numbers.below(records.len() + 1)).collect();
        moments.sort_unstable();
        let (mut disk, mut known, mut followed) = (Disk::default(), Known::default(), 0);
        for (at, moment) in moments.into_iter().enumerate() {
            for record in &records[followed..moment] {
                disk.follow(record);
                known.follow(record);
                syncs += u64::from(matches!(record.act, Act::Synced));
            }
            followed = moment;
            let unsynced = [Unsynced::Lost, Unsynced::Partly, Unsynced::Kept][at % 3];
            let cut = folder();
            disk.lay_out(cut.path(), unsynced, &mut numbers);
            let verified = runtime().block_on(known.verify(cut.path()));
            verified
                .unwrap_or_else(|why| panic!("process {process}, cut {at} after {moment} acts, {unsynced:?}: {why}"));
            cuts += 1;
        }
        acknowledged += known.len();
    }
    assert!(cuts >= plan.count(CUTS) && acknowledged > 0);
    println!(
        "power: {cuts} cuts over {syncs} syncs of {processes} processes, {acknowledged} acknowledged: nothing lost"
    );
}
