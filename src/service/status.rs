//! How a call fails: one error type of the edge and the one function that makes a gRPC status of it. No value of a
//! request and no text of a customer gets in; a fault inside keeps its cause for the log, under a random id.

use std::{collections::HashMap, fmt::Display, time::Duration};

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};
use uuid::{Builder, Uuid};

use super::pb;
pub use super::reason::{Reason, Retry};
use crate::{crypto, store::StoreError};

/// The domain of every `ErrorInfo`.
pub const DOMAIN: &str = "triaged.dev";

/// A field that was wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Where, such as `interaction.chat.turns[3].role`.
    pub field: String,
    /// Why.
    pub reason: Reason,
}

/// Why a call or an item failed, as far as the caller may know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The reason.
    pub reason: Reason,
    /// The fields that were wrong; empty where it is no matter of fields.
    pub violations: Vec<Violation>,
    /// Under which id the log holds the cause.
    pub error_id: Option<Uuid>,
    /// When the same may be sent again, where that is known better than from the table of reasons.
    pub retry: Option<Duration>,
}

/// What a handler's work gives.
pub type Outcome<T> = Result<T, Failure>;

impl Failure {
    /// A failure for this reason alone.
    pub fn of(reason: Reason) -> Self {
        Self { reason, violations: Vec::new(), error_id: None, retry: None }
    }

    /// The same, with the time after which it may be sent again.
    pub fn after(self, retry: Duration) -> Self {
        Self { retry: Some(retry), ..self }
    }

    /// One wrong field, by its path.
    pub fn field(path: impl Display, reason: Reason) -> Self {
        Self::fields(vec![Violation { field: path.to_string(), reason }])
    }

    /// Wrong fields; the first one names the reason of the whole.
    pub fn fields(violations: Vec<Violation>) -> Self {
        let reason = violations.first().map_or(Reason::MalformedRequest, |first| first.reason);
        Self { reason, violations, error_id: None, retry: None }
    }

    /// What a store's error means to the caller, where `absent` names what was not found. The cause of a fault is
    /// logged here and nowhere else.
    pub fn of_store(error: &StoreError, absent: Reason) -> Self {
        let reason = match error {
            StoreError::NotFound => absent,
            StoreError::RequestIdReused => Reason::RequestIdReused,
            StoreError::Changed => Reason::EtagMismatch,
            StoreError::LeaseLost => Reason::LeaseLost,
            StoreError::CaseClosed => Reason::CaseClosed,
            StoreError::CaseMerged => Reason::CaseMerged,
            StoreError::LeaseRequired => Reason::LeaseRequired,
            StoreError::LastInteraction => Reason::LastInteraction,
            StoreError::NotQueued => Reason::NotQueued,
            StoreError::BudgetSpent => Reason::BumpBudgetSpent,
            StoreError::CapacityReached => Reason::CapacityReached,
            StoreError::RecordGone => Reason::RecordGone,
            StoreError::OnHold(_) => Reason::OnHold,
            StoreError::SubjectNotFound => Reason::SubjectNotFound,
            StoreError::RecipientUnusable => Reason::RecipientUnusable,
            StoreError::SamePerson => Reason::SecondPersonRequired,
            StoreError::NewCredential => Reason::CredentialTooNew,
            StoreError::SourceRefKnown => Reason::SourceRefKnown,
            StoreError::TooOld => Reason::ResumeTokenTooOld,
            StoreError::Superseded => Reason::StreamSuperseded,
            StoreError::InvalidPosition => {
                return Self::field("page_token", Reason::InvalidPageToken);
            }
            StoreError::Exhausted(_) => Reason::NoCapacity,
            StoreError::Closed => Reason::RestoreUnconfirmed,
            StoreError::Unavailable(_) => Reason::StoreUnavailable,
            StoreError::Damaged(_) => return Self::fault(Reason::RecordDamaged, error),
            StoreError::Engine(_) => return Self::fault(Reason::Internal, error),
        };
        Self::of(reason)
    }

    /// A fault inside: its cause goes to the log, an id to the caller.
    fn fault(reason: Reason, cause: &StoreError) -> Self {
        let id = crypto::random().map_or(Uuid::nil(), |bytes| Builder::from_random_bytes(bytes).into_uuid());
        tracing::error!(error_id = %id, reason = reason.name(), cause = %cause.to_string().escape_debug(), "fault");
        Self { reason, violations: Vec::new(), error_id: Some(id), retry: None }
    }

    /// The fixed text, with the error id where there is one.
    pub fn message(&self) -> String {
        match self.error_id {
            Some(id) => format!("{} error id {id}", self.reason.row().message),
            None => self.reason.row().message.to_owned(),
        }
    }

    /// The same as the outcome of an item.
    pub fn into_item(self) -> pb::ItemError {
        pb::ItemError {
            code: self.reason.row().code as i32,
            reason: self.reason.name().to_owned(),
            message: self.message(),
            field_violations: self.violations.into_iter().map(wire_violation).collect(),
        }
    }
}

fn wire_violation(violation: Violation) -> pb::FieldViolation {
    pb::FieldViolation { field: violation.field, reason: violation.reason.name().to_owned() }
}

/// The one place that makes a status.
impl From<Failure> for Status {
    fn from(failure: Failure) -> Self {
        let row = failure.reason.row();
        let mut details = ErrorDetails::with_error_info(row.name, DOMAIN, HashMap::new());
        if !failure.violations.is_empty() {
            let fields = failure.violations.iter();
            details.set_bad_request(
                fields.map(|one| FieldViolation::new(&one.field, one.reason.name())).collect::<Vec<_>>(),
            );
        }
        if let Retry::AfterMillis(millis) = row.retry {
            details.set_retry_info(Some(failure.retry.unwrap_or(Duration::from_millis(millis))));
        }
        Self::with_error_details(row.code, failure.message(), details)
    }
}

/// Puts our own status in the place of one that the transport made: its texts are not ours, and a message over the
/// limit is a matter of resources.
pub fn of_transport(code: Code) -> Option<Failure> {
    match code {
        Code::OutOfRange | Code::ResourceExhausted => Some(Failure::of(Reason::MessageTooLarge)),
        Code::Internal | Code::Unknown => Some(Failure::of(Reason::MalformedRequest)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_tells_an_id_and_not_its_cause() {
        let failure = Failure::of_store(&StoreError::Engine("disk at /x said jo@example.com".into()), Reason::Internal);
        let status = Status::from(failure);
        assert_eq!(status.code(), Code::Internal);
        assert!(!format!("{status:?}").contains("example"), "{status:?}");
        assert!(status.message().contains("error id "));
    }

    #[test]
    fn a_status_carries_reason_fields_and_retry() {
        let status = Status::from(Failure::field("name", Reason::FieldNotName));
        let details = status.get_error_details();
        assert_eq!(details.error_info().unwrap().reason, "INVALID_NAME");
        assert_eq!(details.error_info().unwrap().domain, DOMAIN);
        assert_eq!(details.bad_request().unwrap().field_violations[0].field, "name");
        assert!(details.retry_info().is_none());
        let details = Status::from(Failure::of(Reason::ShuttingDown)).get_error_details();
        assert_eq!(details.retry_info().unwrap().retry_delay, Some(Duration::from_millis(200)));
    }
}
