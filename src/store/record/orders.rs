//! Records of what takes two people: ids, counts, times and the name of an attribute.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{RecordError, code::Code};
use crate::{
    id::{PrincipalId, RecipientId},
    store::{ExportMark, Holdings, PurgeFilter, PurgeRecord, Sealed},
    time::Timestamp,
};

/// A purge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PurgeRow {
    from: i64,
    until: i64,
    principal: Option<[u8; 16]>,
    channel: Option<u8>,
    attribute: Option<String>,
    policy_revision: Option<u32>,
    /// Audit events up to this number are looked at.
    pub(crate) last_event: i64,
    /// Audit events up to this number are done.
    pub(crate) done_event: i64,
    counted: u64,
    /// Purged so far.
    pub(crate) purged: u64,
    /// Kept by a hold so far.
    pub(crate) held: u64,
}

impl PurgeRow {
    /// The record of a purge that was counted up to an audit event.
    pub(crate) fn new(filter: &PurgeFilter, counted: u64, last_event: i64) -> Self {
        let PurgeFilter { from, until, principal, channel, attribute, policy_revision } = filter.clone();
        Self {
            from: from.0,
            until: until.0,
            principal: principal.map(|id| *id.as_bytes()),
            channel: channel.map(Code::code),
            attribute,
            policy_revision,
            last_event,
            done_event: 0,
            counted,
            purged: 0,
            held: 0,
        }
    }

    /// What it purges.
    pub(crate) fn filter(&self) -> Result<PurgeFilter, RecordError> {
        Ok(PurgeFilter {
            from: Timestamp(self.from),
            until: Timestamp(self.until),
            principal: self.principal.map(|id| PrincipalId(Uuid::from_bytes(id))),
            channel: self.channel.map(Code::from_code).transpose()?,
            attribute: self.attribute.clone(),
            policy_revision: self.policy_revision,
        })
    }

    /// The counts of the record, laid over a purge.
    pub(crate) fn lay_over(&self, record: PurgeRecord) -> PurgeRecord {
        PurgeRecord { counted: self.counted, purged: self.purged, held: self.held, ..record }
    }
}

/// An export: whose data, to whom.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ExportRow {
    /// The people.
    pub(crate) subjects: Vec<[u8; 16]>,
    /// The recipient.
    pub(crate) recipient: [u8; 16],
    /// How much it was.
    pub(crate) holdings: [u64; 3],
}

/// The end of a tenant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OffboardingRow {
    recipient: [u8; 16],
    /// How much it was.
    holdings: [u64; 3],
    /// The newest export that was read to its end: where it began, its digest, its cases and interactions.
    sealed: Option<(i64, [u8; 32], u64, u64)>,
}

impl OffboardingRow {
    /// The record of what is asked for.
    pub(crate) fn new(recipient: RecipientId, holdings: Holdings) -> Self {
        let Holdings { cases, interactions, identifiers } = holdings;
        Self { recipient: *recipient.as_bytes(), holdings: [cases, interactions, identifiers], sealed: None }
    }

    /// To whom it is sealed.
    pub(crate) fn recipient(&self) -> RecipientId {
        RecipientId::from(self.recipient)
    }

    /// How much it was.
    pub(crate) fn holdings(&self) -> Holdings {
        let [cases, interactions, identifiers] = self.holdings;
        Holdings { cases, interactions, identifiers }
    }

    /// Notes an export.
    pub(crate) fn seal(&mut self, sealed: &Sealed) {
        let Sealed { mark, receipt, cases, interactions } = *sealed;
        self.sealed = Some((mark.0, receipt, cases, interactions));
    }

    /// The newest export.
    pub(crate) fn sealed(&self) -> Option<Sealed> {
        let (mark, receipt, cases, interactions) = self.sealed?;
        Some(Sealed { mark: ExportMark(mark), receipt, cases, interactions })
    }
}
