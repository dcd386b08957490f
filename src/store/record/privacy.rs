//! The record of an erasure: random ids, counts and times, so that it may stay when everything else is gone.

use serde::{Deserialize, Serialize};

use super::RecordError;
use crate::{
    id::{CaseId, ErasureId, SubjectId},
    store::{ErasureRecord, ErasureState, Holdings, tombstone::Cause},
    time::Timestamp,
};

/// An erasure that runs or has run.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ErasureRow {
    cause: u8,
    subjects: Vec<[u8; 16]>,
    cases: Vec<[u8; 16]>,
    holdings: [u64; 3],
    create_time: i64,
    hold_end_time: Option<i64>,
    erase_time: Option<i64>,
}

impl ErasureRow {
    /// The record of an erasure.
    pub(crate) fn new(record: &ErasureRecord) -> Self {
        let Holdings { cases, interactions, identifiers } = record.holdings;
        Self {
            cause: record.cause as u8,
            subjects: record.subjects.iter().map(|one| *one.as_bytes()).collect(),
            cases: record.cases.iter().map(|one| *one.as_bytes()).collect(),
            holdings: [cases, interactions, identifiers],
            create_time: record.create_time.0,
            hold_end_time: record.hold_end_time.map(|time| time.0),
            erase_time: record.erase_time.map(|time| time.0),
        }
    }

    /// When it was done.
    pub(crate) fn end(&self) -> Option<Timestamp> {
        self.erase_time.map(Timestamp)
    }

    /// The erasure of the record.
    pub(crate) fn into_record(self, id: ErasureId, state: ErasureState) -> Result<ErasureRecord, RecordError> {
        let [cases, interactions, identifiers] = self.holdings;
        let is_running = state == ErasureState::OnHold && self.hold_end_time.is_none();
        let state = if is_running { ErasureState::Erasing } else { state };
        Ok(ErasureRecord {
            erasure: Some(id),
            state,
            cause: Cause::of_code(self.cause).ok_or(RecordError)?,
            subjects: self.subjects.into_iter().map(SubjectId::from).collect(),
            cases: self.cases.into_iter().map(CaseId::from).collect(),
            holdings: Holdings { cases, interactions, identifiers },
            etag: None,
            create_time: Timestamp(self.create_time),
            hold_end_time: self.hold_end_time.map(Timestamp),
            erase_time: self.erase_time.map(Timestamp),
        })
    }
}
