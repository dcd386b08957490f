//! Service-level clocks on the wire.

use super::scalar::{wire_millis, wire_time};
use crate::{
    policy::Target,
    queue::{Clocks, DueChange, Running, ServiceTime},
    service::pb,
    store::CaseState,
};

/// The clocks of a case: those that have not ended, then what came of the others.
pub fn service_clocks(clocks: Option<Clocks>, state: CaseState, ended: &[ServiceTime]) -> Vec<pb::ServiceClock> {
    let clocks = clocks.filter(|_| state.is_open()).unwrap_or_default();
    let running = clocks.reply.into_iter().chain(clocks.resolution);
    running.map(|one| running_clock(&one, &clocks)).chain(ended.iter().map(ended_clock)).collect()
}

fn running_clock(running: &Running, clocks: &Clocks) -> pb::ServiceClock {
    let Running { target, start, due, paused } = *running;
    pb::ServiceClock {
        kind: kind(target).into(),
        start_time: Some(wire_time(start)),
        due_time: Some(wire_time(due)),
        end_time: None,
        stop_time: clocks.stopped.map(wire_time),
        open_duration: None,
        wall_duration: None,
        paused_duration: Some(duration(paused)),
        outcome: pb::TargetOutcome::Running.into(),
    }
}

fn ended_clock(ended: &ServiceTime) -> pb::ServiceClock {
    let ServiceTime { target, start, due, end, open, paused } = *ended;
    let outcome = if ended.is_met() { pb::TargetOutcome::Met } else { pb::TargetOutcome::Breached };
    pb::ServiceClock {
        kind: kind(target).into(),
        start_time: Some(wire_time(start)),
        due_time: Some(wire_time(due)),
        end_time: Some(wire_time(end)),
        stop_time: None,
        open_duration: Some(duration(open)),
        wall_duration: Some(duration(ended.wall())),
        paused_duration: Some(duration(paused)),
        outcome: outcome.into(),
    }
}

/// A change of a due time.
pub fn due_change(change: &DueChange) -> pb::DueChange {
    let DueChange { target, cause, time, before, due } = *change;
    pb::DueChange {
        kind: kind(target).into(),
        cause: cause.name().to_owned(),
        time: Some(wire_time(time)),
        due_time_before: Some(wire_time(before)),
        due_time: Some(wire_time(due)),
    }
}

fn kind(target: Target) -> pb::ServiceTargetKind {
    match target {
        Target::FirstResponse => pb::ServiceTargetKind::FirstResponse,
        Target::NextReply => pb::ServiceTargetKind::NextReply,
        Target::Resolution => pb::ServiceTargetKind::Resolution,
    }
}

fn duration(duration: std::time::Duration) -> prost_types::Duration {
    wire_millis(u64::try_from(duration.as_millis()).unwrap_or(u64::MAX))
}
