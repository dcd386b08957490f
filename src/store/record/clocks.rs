//! The record of a case's clocks. It lies in the clear: states and times only.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{RecordError, code::Code};
use crate::{
    queue::{Clocks, Running},
    time::Timestamp,
};

/// Target, start and due time, and the open time of its pauses in microseconds.
type RunningRow = (u8, i64, i64, u64);

/// The clocks of a case.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ClocksRow {
    reply: Option<RunningRow>,
    resolution: Option<RunningRow>,
    answered: bool,
    stopped: Option<i64>,
}

impl ClocksRow {
    /// The record of these clocks.
    pub(crate) fn new(clocks: &Clocks) -> Self {
        let Clocks { reply, resolution, answered, stopped } = clocks;
        Self {
            reply: reply.as_ref().map(row),
            resolution: resolution.as_ref().map(row),
            answered: *answered,
            stopped: stopped.map(|since| since.0),
        }
    }

    /// The clocks of the record.
    pub(crate) fn into_clocks(self) -> Result<Clocks, RecordError> {
        Ok(Clocks {
            reply: self.reply.map(running).transpose()?,
            resolution: self.resolution.map(running).transpose()?,
            answered: self.answered,
            stopped: self.stopped.map(Timestamp),
        })
    }
}

fn row(running: &Running) -> RunningRow {
    let Running { target, start, due, paused } = *running;
    (target.code(), start.0, due.0, u64::try_from(paused.as_micros()).unwrap_or(u64::MAX))
}

fn running((target, start, due, paused): RunningRow) -> Result<Running, RecordError> {
    let (start, due, paused) = (Timestamp(start), Timestamp(due), Duration::from_micros(paused));
    Ok(Running { target: Code::from_code(target)?, start, due, paused })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        policy::Target,
        store::record::{decode, encode},
    };

    #[track_caller]
    fn check(clocks: Clocks) {
        let bytes = encode(&ClocksRow::new(&clocks)).unwrap();
        assert_eq!(decode::<ClocksRow>(&bytes).unwrap().into_clocks(), Ok(clocks));
    }

    #[test]
    fn clocks_lead_back() {
        check(Clocks::default());
        for target in Target::ALL {
            let (start, due, paused) = (Timestamp(-5), Timestamp(i64::MAX), Duration::from_micros(7));
            let running = Running { target, start, due, paused };
            check(Clocks { reply: Some(running), resolution: None, answered: false, stopped: Some(Timestamp(3)) });
            check(Clocks { reply: None, resolution: Some(running), answered: true, stopped: None });
        }
    }

    #[test]
    fn an_unknown_target_is_refused() {
        let row = ClocksRow { reply: Some((9, 0, 0, 0)), resolution: None, answered: false, stopped: None };
        assert_eq!(row.into_clocks(), Err(RecordError));
    }
}
