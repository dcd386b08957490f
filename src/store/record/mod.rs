//! What lies inside a sealed value: records apart from the wire and from the domain, each behind a leading version
//! number, so that what was once written stays readable. Adding a field means a new version beside the old one.

mod code;

mod signal;

pub(crate) mod content;

mod assessment;

mod access;

mod clocks;

mod orders;

mod pack;

mod policy;

mod privacy;

#[cfg(test)]
mod tests;

pub(crate) use access::CredentialRow;
pub(crate) use assessment::AssessmentRow;
pub(crate) use clocks::ClocksRow;
pub(crate) use code::Code;
pub(crate) use content::{CaseRow, FactsRow, TurnsRow};
pub(crate) use orders::{ExportRow, OffboardingRow, PurgeRow};
pub(crate) use pack::{decode_turns, encode_turns};
pub(crate) use policy::{decode_policy, decode_shipped, encode_policy, encode_shipped};
pub(crate) use privacy::ErasureRow;
use serde::{Serialize, de::DeserializeOwned};

/// Number of the records of this release.
const VERSION: u8 = 1;

/// The fields of a record that are sealed apart; the number is part of the place of a sealed value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub(crate) enum Field {
    /// A segment of turns.
    Turns = 1,
    /// Everything of an interaction that is neither turns nor assessment.
    Facts = 2,
    /// The assessment.
    Assessment = 3,
    /// Link to the recording.
    Recording = 4,
    /// References of a case.
    Case = 5,
    /// A credential.
    Credential = 6,
    /// Name of a tenant.
    TenantName = 7,
    /// Fixed bytes that prove a key.
    Probe = 8,
    /// A policy.
    Policy = 9,
}

/// The bytes are no record of a known version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a record of a known version")]
pub(crate) struct RecordError;

/// The bytes of a record behind its version number.
pub(crate) fn encode<R: Serialize>(record: &R) -> Result<Vec<u8>, RecordError> {
    encode_as(VERSION, record)
}

/// The bytes of a record of a version of its own.
fn encode_as<R: Serialize>(version: u8, record: &R) -> Result<Vec<u8>, RecordError> {
    postcard::to_extend(record, vec![version]).map_err(|_| RecordError)
}

/// The record in these bytes.
pub(crate) fn decode<R: DeserializeOwned>(bytes: &[u8]) -> Result<R, RecordError> {
    decode_as(VERSION, bytes)
}

/// The record of a version of its own in these bytes.
fn decode_as<R: DeserializeOwned>(expected: u8, bytes: &[u8]) -> Result<R, RecordError> {
    let (version, body) = bytes.split_first().ok_or(RecordError)?;
    if *version != expected {
        return Err(RecordError);
    }
    match postcard::take_from_bytes(body) {
        Ok((record, [])) => Ok(record),
        _ => Err(RecordError),
    }
}
