//! Every reason for which a call or an item can fail: one table, read by `status` and by docs/errors.md. Knows nothing
//! of requests.

use tonic::Code;

/// What a client may do about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Sending the same again fails again.
    Never,
    /// The same may be sent again after this many milliseconds, with the same request id.
    AfterMillis(u64),
}

/// A reason, as it stands in `google.rpc.ErrorInfo` and in `ItemError`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each variant is described by its row of REASONS")]
pub enum Reason {
    CredentialInvalid,
    RoleMissing,
    MethodUnknown,
    MalformedRequest,
    MessageTooLarge,
    FieldRequired,
    FieldOutOfRange,
    FieldTooLong,
    FieldTooMany,
    FieldInvalidCharacter,
    FieldUnknownValue,
    FieldNotUuid,
    FieldNotName,
    IdentifierInReference,
    InvalidFilter,
    InvalidPageToken,
    RequestIdReused,
    KindNotKeepable,
    InvalidPattern,
    InvalidCalendar,
    InvalidLexicon,
    IdentifierInLexicon,
    LexiconNotShipped,
    InvalidBands,
    EtagMismatch,
    PolicyNotFound,
    TooFewCorrections,
    CaseNotFound,
    InteractionNotFound,
    LeaseNotFound,
    CredentialNotFound,
    LeaseLost,
    CaseClosed,
    CaseMerged,
    LeaseRequired,
    LastInteraction,
    NotQueued,
    BumpBudgetSpent,
    CapacityReached,
    RecordGone,
    SubjectNotFound,
    ErasureNotFound,
    HoldNotFound,
    OnHold,
    SecondPersonRequired,
    CredentialTooNew,
    PastRetention,
    PurgeNotFound,
    ExportNotFound,
    OffboardingNotFound,
    RecipientNotFound,
    RecipientUnusable,
    SourceRefKnown,
    TurnOutOfOrder,
    StreamSuperseded,
    StreamIdle,
    WatchTooSlow,
    ResumeTokenTooOld,
    Overloaded,
    TenantBusy,
    TenantMemory,
    RateLimited,
    NoCapacity,
    ShuttingDown,
    StoreUnavailable,
    DeadlineExceeded,
    RestoreUnconfirmed,
    RecordDamaged,
    Internal,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct ReasonRow {
    /// The reason.
    pub reason: Reason,
    /// Its name on the wire.
    pub name: &'static str,
    /// The canonical status.
    pub code: Code,
    /// The fixed text: what was wrong and what to do next.
    pub message: &'static str,
    /// Whether sending the same again can help.
    pub retry: Retry,
}

const fn row(reason: Reason, name: &'static str, code: Code, retry: Retry, message: &'static str) -> ReasonRow {
    ReasonRow { reason, name, code, message, retry }
}

use Retry::{AfterMillis, Never};

/// Every reason, in the order of its variant.
#[rustfmt::skip]
pub const REASONS: [ReasonRow; 69] = [
    row(Reason::CredentialInvalid, "CREDENTIAL_INVALID", Code::Unauthenticated, Never,
        "No valid credential: send `authorization: Bearer trg_...` with a token that has neither ended nor been revoked."),
    row(Reason::RoleMissing, "ROLE_MISSING", Code::PermissionDenied, Never,
        "The credential lacks the role for this method: use another, or ask a tenant administrator for one."),
    row(Reason::MethodUnknown, "METHOD_UNKNOWN", Code::Unimplemented, Never,
        "There is no such method: list the services by reflection."),
    row(Reason::MalformedRequest, "MALFORMED_REQUEST", Code::InvalidArgument, Never,
        "The bytes are no message of this method, or a string is not UTF-8."),
    row(Reason::MessageTooLarge, "MESSAGE_TOO_LARGE", Code::ResourceExhausted, Never,
        "The message is longer than the limit in docs/limits.md: send smaller batches."),
    row(Reason::FieldRequired, "REQUIRED", Code::InvalidArgument, Never,
        "A required field is missing."),
    row(Reason::FieldOutOfRange, "OUT_OF_RANGE", Code::InvalidArgument, Never,
        "A value lies outside its documented range."),
    row(Reason::FieldTooLong, "TOO_LONG", Code::InvalidArgument, Never,
        "A value is longer than its limit in docs/limits.md."),
    row(Reason::FieldTooMany, "TOO_MANY", Code::InvalidArgument, Never,
        "A list holds more than its limit in docs/limits.md."),
    row(Reason::FieldInvalidCharacter, "INVALID_CHARACTER", Code::InvalidArgument, Never,
        "A value holds a character outside its documented set, or is empty."),
    row(Reason::FieldUnknownValue, "UNKNOWN_VALUE", Code::InvalidArgument, Never,
        "An enumeration holds a number that this version does not know, or that this field does not take."),
    row(Reason::FieldNotUuid, "INVALID_UUID", Code::InvalidArgument, Never,
        "A request id is not a UUID."),
    row(Reason::FieldNotName, "INVALID_NAME", Code::InvalidArgument, Never,
        "A resource name does not have the documented form."),
    row(Reason::IdentifierInReference, "IDENTIFIER_IN_REFERENCE", Code::InvalidArgument, Never,
        "A reference looks like an e-mail address, a telephone, card, account or national number: send an opaque id, or put \
         a prefix such as `zd:` before a long number."),
    row(Reason::InvalidFilter, "INVALID_FILTER", Code::InvalidArgument, Never,
        "The filter is not of the documented form."),
    row(Reason::InvalidPageToken, "INVALID_PAGE_TOKEN", Code::InvalidArgument, Never,
        "The page token is not one that this method gave for this filter and credential: begin again without one."),
    row(Reason::RequestIdReused, "REQUEST_ID_REUSED", Code::AlreadyExists, Never,
        "This request id came before with another content: choose a new one for each new request."),
    row(Reason::KindNotKeepable, "KIND_NOT_KEEPABLE", Code::InvalidArgument, Never,
        "A policy must not keep this kind readable: only the kinds that docs/redaction.md lists as keepable."),
    row(Reason::InvalidPattern, "INVALID_PATTERN", Code::InvalidArgument, Never,
        "A pattern does not compile, or matches the empty text."),
    row(Reason::InvalidCalendar, "INVALID_CALENDAR", Code::InvalidArgument, Never,
        "A calendar has an unknown time zone or date, periods that overlap or do not end after they begin, or none at all."),
    row(Reason::InvalidLexicon, "INVALID_LEXICON", Code::InvalidArgument, Never,
        "A row of a lexicon is not as data/lexicon/README.md says: phrase, weight or signal is wrong."),
    row(Reason::IdentifierInLexicon, "IDENTIFIER_IN_LEXICON", Code::InvalidArgument, Never,
        "The phrase of a row looks like PII: nobody's words belong in a lexicon."),
    row(Reason::LexiconNotShipped, "LEXICON_NOT_SHIPPED", Code::FailedPrecondition, Never,
        "The policy names a lexicon revision that this release does not ship, so that nothing is scored: move the policy to one \
         of `lexicon.shipped_revisions` (GetPolicy shows them) with UpdatePolicy, or run the release that ships it."),
    row(Reason::InvalidBands, "INVALID_BANDS", Code::InvalidArgument, Never,
        "The bands of the levels do not rise from NORMAL to URGENT within 1 to 10000."),
    row(Reason::EtagMismatch, "ETAG_MISMATCH", Code::Aborted, Never,
        "It was changed since you read it: read it again and decide anew."),
    row(Reason::PolicyNotFound, "POLICY_NOT_FOUND", Code::NotFound, Never,
        "There is no such revision of the policy."),
    row(Reason::TooFewCorrections, "TOO_FEW_CORRECTIONS", Code::FailedPrecondition, Never,
        "There are too few corrected interactions of this language, or of one of the labels, to learn from."),
    row(Reason::CaseNotFound, "CASE_NOT_FOUND", Code::NotFound, Never,
        "There is no such case, or it is not open to this credential."),
    row(Reason::InteractionNotFound, "INTERACTION_NOT_FOUND", Code::NotFound, Never,
        "There is no such interaction, or it is not open to this credential."),
    row(Reason::LeaseNotFound, "LEASE_NOT_FOUND", Code::NotFound, Never,
        "There is no such lease of this credential."),
    row(Reason::CredentialNotFound, "CREDENTIAL_NOT_FOUND", Code::NotFound, Never,
        "There is no such credential in this tenant."),
    row(Reason::LeaseLost, "LEASE_LOST", Code::Aborted, Never,
        "The lease has ended or went to another: drop the work and lease again."),
    row(Reason::CaseClosed, "CASE_CLOSED", Code::FailedPrecondition, Never,
        "The case was resolved, set to wait for its customer, or merged while you held its lease: drop the work."),
    row(Reason::CaseMerged, "CASE_MERGED", Code::FailedPrecondition, Never,
        "The case was merged into another, or is to be merged into itself: `merged_into` names where its interactions are."),
    row(Reason::LeaseRequired, "LEASE_REQUIRED", Code::FailedPrecondition, Never,
        "The case is in the queue, or no case of a merge is leased by you: lease it first."),
    row(Reason::LastInteraction, "LAST_INTERACTION", Code::FailedPrecondition, Never,
        "The interaction is the only one of its case: nothing would be left there."),
    row(Reason::NotQueued, "NOT_QUEUED", Code::FailedPrecondition, Never,
        "The case does not wait in the queue: there is nothing to move forward."),
    row(Reason::BumpBudgetSpent, "BUMP_BUDGET_SPENT", Code::ResourceExhausted, Never,
        "This credential has moved as many items forward within 24 hours as the policy allows."),
    row(Reason::CapacityReached, "CAPACITY_REACHED", Code::ResourceExhausted, Never,
        "This credential holds as many leases as it may: acknowledge or release one first."),
    row(Reason::RecordGone, "RECORD_GONE", Code::FailedPrecondition, Never,
        "The record was erased; nothing was stored."),
    row(Reason::SubjectNotFound, "SUBJECT_NOT_FOUND", Code::NotFound, Never,
        "Nothing is kept of anybody these lead to."),
    row(Reason::ErasureNotFound, "ERASURE_NOT_FOUND", Code::NotFound, Never,
        "There is no such erasure in this tenant."),
    row(Reason::HoldNotFound, "HOLD_NOT_FOUND", Code::NotFound, Never,
        "There is no such legal hold in this tenant."),
    row(Reason::OnHold, "ON_HOLD", Code::FailedPrecondition, Never,
        "A legal hold keeps it from being destroyed: wait until the hold ends or is released."),
    row(Reason::SecondPersonRequired, "SECOND_PERSON_REQUIRED", Code::FailedPrecondition, Never,
        "Whoever asked for it cannot confirm it, nor a credential that one of the two made for the other: let another \
        person do so with a credential of their own."),
    row(Reason::CredentialTooNew, "CREDENTIAL_TOO_NEW", Code::FailedPrecondition, Never,
        "What another asked for is confirmed with a credential that was made at least 24 hours before it was asked for."),
    row(Reason::PastRetention, "PAST_RETENTION", Code::InvalidArgument, Never,
        "The interaction took place longer ago than the policy keeps anything (retention.facts_days): it is not stored."),
    row(Reason::PurgeNotFound, "PURGE_NOT_FOUND", Code::NotFound, Never,
        "There is no such purge in this tenant."),
    row(Reason::ExportNotFound, "EXPORT_NOT_FOUND", Code::NotFound, Never,
        "There is no such export in this tenant."),
    row(Reason::OffboardingNotFound, "OFFBOARDING_NOT_FOUND", Code::NotFound, Never,
        "There is no such off-boarding of this tenant."),
    row(Reason::RecipientNotFound, "RECIPIENT_NOT_FOUND", Code::NotFound, Never,
        "There is no such recipient in this tenant."),
    row(Reason::RecipientUnusable, "RECIPIENT_UNUSABLE", Code::FailedPrecondition, Never,
        "The recipient is revoked, or was registered less than 24 hours before an export or 72 before an off-boarding: wait, or \
         use another."),
    row(Reason::SourceRefKnown, "SOURCE_REF_KNOWN", Code::AlreadyExists, Never,
        "This source_ref was submitted before under another request id: resume with that one, or send a higher source_version."),
    row(Reason::TurnOutOfOrder, "TURN_OUT_OF_ORDER", Code::FailedPrecondition, Never,
        "A turn is missing before this one: open again and send the turns after settled_sequence."),
    row(Reason::StreamSuperseded, "STREAM_SUPERSEDED", Code::Aborted, Never,
        "Another stream goes on with this interaction: leave it to that one."),
    row(Reason::StreamIdle, "STREAM_IDLE", Code::DeadlineExceeded, AfterMillis(200),
        "Nothing came for too long; what was acknowledged is stored: resume when there is more."),
    row(Reason::WatchTooSlow, "WATCH_TOO_SLOW", Code::Aborted, AfterMillis(1_000),
        "The messages of this watch were not read in time: begin again, and read faster."),
    row(Reason::ResumeTokenTooOld, "RESUME_TOKEN_TOO_OLD", Code::OutOfRange, Never,
        "The resume token is too old, or of an earlier start of the server: watch again without one."),
    row(Reason::Overloaded, "OVERLOADED", Code::Unavailable, AfterMillis(200),
        "Too many requests are under way: retry with backoff."),
    row(Reason::TenantBusy, "TENANT_BUSY", Code::ResourceExhausted, AfterMillis(200),
        "Too many calls of this tenant are under way: end some, or retry with backoff."),
    row(Reason::TenantMemory, "TENANT_MEMORY", Code::ResourceExhausted, AfterMillis(1_000),
        "The calls and streams of this tenant that are under way hold as much text as one tenant may: end some, or retry after \
         the time in RetryInfo."),
    row(Reason::RateLimited, "RATE_LIMITED", Code::ResourceExhausted, AfterMillis(1_000),
        "This tenant calls too often: retry after the time in RetryInfo, and send many items as a stream."),
    row(Reason::NoCapacity, "NO_CAPACITY", Code::ResourceExhausted, AfterMillis(5_000),
        "The store has no room; nothing was written: retry later, and tell the operator."),
    row(Reason::ShuttingDown, "SHUTTING_DOWN", Code::Unavailable, AfterMillis(200),
        "The server is shutting down: retry the items that were not answered on a new connection."),
    row(Reason::StoreUnavailable, "STORE_UNAVAILABLE", Code::Unavailable, AfterMillis(1_000),
        "The store does not take calls at present: retry with the same request id."),
    row(Reason::DeadlineExceeded, "DEADLINE_EXCEEDED", Code::DeadlineExceeded, AfterMillis(1_000),
        "The call took too long; whether it took effect is not known: retry with the same request id."),
    row(Reason::RestoreUnconfirmed, "RESTORE_UNCONFIRMED", Code::FailedPrecondition, Never,
        "The store was restored and tombstones may be missing: no text is read until two privacy officers of the \
         tenant accept (docs/backup-and-restore.md)."),
    row(Reason::RecordDamaged, "RECORD_DAMAGED", Code::DataLoss, Never,
        "A stored record is damaged; the log names it: tell the operator the error id."),
    row(Reason::Internal, "INTERNAL", Code::Internal, Never,
        "An internal fault; the log holds the cause: tell the operator the error id."),
];

impl Reason {
    /// The row of this reason.
    pub fn row(self) -> &'static ReasonRow {
        REASONS.get(self as usize).unwrap_or(&REASONS[65])
    }

    /// The name on the wire.
    pub fn name(self) -> &'static str {
        self.row().name
    }
}

/// The table as docs/errors.md shows it.
pub fn markdown() -> String {
    let mut page = String::from(
        "# Errors\n\n\
         Every failure is a `google.rpc.Status` whose details hold an `ErrorInfo` with the reason and the domain\n\
         `triaged.dev`; wrong fields stand in a `BadRequest`, each with its path and reason, never its value; a\n\
         `RetryInfo` stands where the same call may be sent again. An item of a stream carries the same in `ItemError`.\n\
         This page is made from the table in `src/service/reason.rs`; a test compares the two.\n\n\
         | reason | status | retry? | meaning |\n|---|---|---|---|\n",
    );
    for row in &REASONS {
        let retry = match row.retry {
            Never => "no".to_owned(),
            AfterMillis(millis) => format!("after {millis} ms"),
        };
        page.extend(["| `", row.name, "` | ", canonical_name(row.code), " | ", &retry, " | ", row.message, " |\n"]);
    }
    page
}

/// The canonical name of a status, such as `INVALID_ARGUMENT`.
pub fn canonical_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_row_stands_at_its_variant_and_has_a_name_of_its_own() {
        for (index, row) in REASONS.iter().enumerate() {
            assert_eq!(row.reason as usize, index, "{}", row.name);
        }
        let names: BTreeSet<_> = REASONS.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), REASONS.len());
    }

    #[test]
    fn the_page_is_the_table() {
        crate::service::pages::check("docs/errors.md", &markdown());
    }
}
