//! Every limit of the service: one table of names with the unit last, read by the code and by docs/limits.md. A limit
//! is checked where the value is parsed and nowhere else.

use std::time::Duration;

use crate::redact;

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct LimitRow {
    /// The name, unit last.
    pub name: &'static str,
    /// The value.
    pub value: u64,
    /// What it bounds, and what happens beyond.
    pub about: &'static str,
}

macro_rules! limits {
    ($($name:ident = $value:expr, $about:literal;)+) => {
        $(#[doc = concat!("`", stringify!($name), "`, as its row of [`LIMITS`] describes it.")] pub const $name: usize = $value;)+

        /// Every limit, in reading order.
        pub const LIMITS: &[LimitRow] =
            &[$(LimitRow { name: stringify!($name), value: $value as u64, about: $about }),+];
    };
}

limits! {
    MESSAGE_BYTES_MAX = 4 << 20, "Length of one message, decoded. Beyond: RESOURCE_EXHAUSTED, the stream ends.";
    HEADER_BYTES_MAX = 16 << 10, "Headers of one call. Beyond: the call is refused by the transport.";
    BATCH_ITEMS_MAX = 256, "Items of one message of a stream. Beyond: INVALID_ARGUMENT, the stream ends.";
    BATCHES_IN_FLIGHT_MAX = 4, "Messages of one stream that are worked on at a time; further ones wait.";
    TEXT_BYTES_MAX = 1 << 20, "One subject, turn, body or quoted part. Beyond: the text is withheld.";
    INTERACTION_TEXT_BYTES_MAX = 2 << 20, "All texts of one interaction. Beyond: the text is withheld.";
    HTML_DEPTH_MAX = 512, "Elements of an HTML body inside each other. Beyond: the text is withheld.";
    HTML_TAGS_MAX = 50_000, "Tags of an HTML body. Beyond: the text is withheld.";
    CHAT_TURNS_MAX = 2_000, "Lines of a chat.";
    CALL_TURNS_MAX = 5_000, "Utterances of a call.";
    LIVE_TURN_BYTES_MAX = 64 << 10, "One turn of `StreamTurns`.";
    LIVE_ANSWERS_MAX = 16, "Answers of one `StreamTurns` that its caller has not read; then no more turns are read.";
    LIVE_IDLE_SECONDS_MAX = 900, "Time without a turn in `StreamTurns`. Beyond: DEADLINE_EXCEEDED, resume.";
    LIVE_PENDING_SECONDS_MAX = 60, "How long digits that may go on are kept in memory while no turn comes. Beyond: they stay `[NUMBER]`, or what they are known to be.";
    TRAJECTORY_POINTS_MAX = 100, "Changes of label or level in an answer of `StreamTurns`; the last ones are given.";
    EMAIL_MESSAGES_MAX = 200, "Messages of a mail thread.";
    EMAIL_ADDRESSES_MAX = 100, "Receivers of a mail.";
    EMAIL_REFERENCES_MAX = 100, "Message-IDs that a mail refers to.";
    EMAIL_HEADERS_MAX = 200, "Headers of a mail.";
    EMAIL_QUOTED_PARTS_MAX = 100, "Quoted parts of a mail.";
    MESSAGE_ID_BYTES_MAX = 998, "A Message-ID (RFC 5322 line length).";
    ANSWER_PARTS_MAX = 5_000, "Findings of an answer, and pieces of evidence; the first ones are given.";
    ATTACHMENTS_MAX = 100, "Attachments of one form, line or mail.";
    MEDIA_TYPE_BYTES_MAX = 127, "A media type.";
    PARTICIPANTS_MAX = 50, "Participants of an interaction.";
    PARTY_VALUES_MAX = 8, "Names, addresses, numbers or identifiers of one person, each.";
    PARTY_VALUE_BYTES_MAX = 320, "One name, address, number or identifier of a person.";
    ATTRIBUTES_MAX = 100, "Attributes of an interaction.";
    ATTRIBUTE_NAME_BYTES_MAX = 64, "Name of an attribute.";
    ATTRIBUTE_VALUE_BYTES_MAX = 4 << 10, "Value of an attribute.";
    REFERENCE_BYTES_MAX = redact::REFERENCE_BYTES_MAX, "A reference: `customer_ref`, the id of a `SourceRef`, the reference of an attachment.";
    SYSTEM_BYTES_MAX = 64, "The system of a `SourceRef`.";
    URI_BYTES_MAX = 2 << 10, "A link to a recording, or a page of a chat visitor.";
    QUEUE_BYTES_MAX = 64, "Name of a queue or of a skill.";
    SKILLS_MAX = 16, "Skills of an item or of a worker.";
    LANGUAGE_BYTES_MAX = 35, "A language tag (RFC 5646).";
    LANGUAGES_MAX = 32, "Languages of a worker.";
    MERGE_CASES_MAX = 10, "Cases that are merged into another at a time.";
    LEASE_QUEUES_MAX = 16, "Queues of one lease request.";
    LEASE_ITEMS_MAX = 100, "Items of one lease request.";
    LEASE_SECONDS_MIN = 5, "Duration of a lease, at least.";
    LEASE_SECONDS_MAX = 3_600, "Duration of a lease, at most.";
    LEASE_WAIT_SECONDS_MAX = 60, "How long a lease request may wait for an item.";
    WATCH_ANSWERS_MAX = 4, "Messages of one `WatchQueue` that its caller has not read; the server keeps 64 more for all.";
    WATCH_STALL_SECONDS_MAX = 10, "How long a watcher may take no message. Beyond: ABORTED, WATCH_TOO_SLOW.";
    WATCH_HEARTBEAT_SECONDS = 15, "An empty message tells a watcher after this that the stream lives.";
    RELEASE_DELAY_SECONDS_MAX = 86_400, "Delay of an item that is given back.";
    PAGE_ITEMS_MAX = 1_000, "Items of a page; a larger `page_size` is taken as this.";
    PAGE_TOKEN_BYTES_MAX = 1_024, "A page token.";
    FILTER_BYTES_MAX = 2 << 10, "A filter.";
    CREDENTIAL_LABEL_BYTES_MAX = 64, "Label of a credential.";
    CREDENTIAL_SECONDS_MIN = 60, "Validity of a credential, at least.";
    CREDENTIAL_SECONDS_MAX = 90 * 86_400, "Validity of a credential, at most.";
    ETAG_BYTES_MAX = 128, "An etag of an erasure.";
    SUBJECT_SELECTORS_MAX = 20, "References and identifiers of one look-up or erasure of people.";
    AGE_RECIPIENT_BYTES_MAX = 128, "An age recipient.";
    EXPORT_PART_BYTES = 1 << 20, "Bytes of one message of `ExportSubject` and `OffboardTenant`.";
    HOLD_SECONDS_MAX = 10 * 366 * 86_400, "How far the end of a legal hold may lie ahead.";
    FUTURE_SECONDS_MAX = 86_400, "How far `occur_time` may lie ahead of the server's clock.";
    CALL_SECONDS_MAX = 100, "A call until its answer begins. Beyond: DEADLINE_EXCEEDED.";
    CALLS_MAX = 4_096, "Calls under way in the whole server. Beyond: UNAVAILABLE, retry with backoff.";
    TENANT_CALLS_MAX = 2_048, "Calls of one tenant under way. Beyond: RESOURCE_EXHAUSTED, TENANT_BUSY.";
    CALL_BYTES_HELD_MAX = 16 << 20, "Bytes that one call is taken to hold in memory until it ends: what it has sent, up to this (a live conversation keeps its text, a stream has four messages in flight).";
    TENANT_BYTES_HELD_MAX = 256 << 20, "Bytes that all calls and streams of one tenant hold. Beyond: RESOURCE_EXHAUSTED, TENANT_MEMORY, with the time to come again.";
    TENANT_CALLS_PER_SECOND_MAX = 5_000, "Calls of one tenant a second, as many of them at once; a turn of `StreamTurns` counts as one. Beyond: RESOURCE_EXHAUSTED, RATE_LIMITED; turns wait.";
    TENANT_ITEMS_PER_SECOND_MAX = 20_000, "Items of one tenant in `SubmitInteractions` a second. Beyond: they wait.";
    CONNECTIONS_MAX = 4_096, "Open connections. Beyond: closed at once.";
    CONNECTION_CALLS_MAX = 256, "Calls under way on one connection (HTTP/2 concurrent streams).";
    CONNECTION_RESETS_MAX = 64, "Calls of one connection that were reset and not yet forgotten. Beyond: GOAWAY.";
    CONNECTION_AGE_SECONDS_MAX = 3_600, "Age of a connection; then GOAWAY.";
    CONNECTION_GRACE_SECONDS_MAX = 300, "How long calls may go on after that.";
    KEEPALIVE_INTERVAL_SECONDS = 20, "A silent connection is asked for a sign of life after this.";
    KEEPALIVE_TIMEOUT_SECONDS = 10, "Without an answer after this it is closed.";
    HANDSHAKE_SECONDS_MAX = 10, "A TLS handshake.";
    STREAM_WINDOW_BYTES = 1 << 20, "HTTP/2 flow-control window of a stream.";
    CONNECTION_WINDOW_BYTES = 4 << 20, "HTTP/2 flow-control window of a connection.";
    POLICIES_COMPILED_MAX = 64, "Policies of tenants that are kept compiled; a further one is compiled when it is needed.";
    POLICY_PATTERNS_MAX = 32, "Patterns of a policy that keep or remove text, each kind.";
    POLICY_PATTERN_BYTES_MAX = 256, "One such pattern.";
    POLICY_ATTRIBUTES_MAX = 100, "Names of attributes that a policy keeps.";
    POLICY_REGIONS_MAX = 32, "Regions whose telephone numbers a policy expects in national form.";
    POLICY_HOLIDAYS_MAX = 400, "Holidays of a calendar.";
    POLICY_PERIODS_MAX = 8, "Opening periods of a day.";
    LEXICON_ROWS_MAX = 2_000, "Rows of a tenant's lexicon, all languages together.";
    LEXICON_PHRASE_BYTES_MAX = 200, "Phrase of a row of a tenant's lexicon.";
    PREVIEW_TEXTS_MAX = 100, "Texts that a change of policy is previewed with.";
    PREVIEW_TEXT_BYTES_MAX = 4 << 10, "One such text.";
    PREVIEW_CASES_MAX = 2_000, "Stored cases that a change of policy is previewed with.";
    PREVIEW_FLIPS_MAX = 100, "Interactions that a preview or a progress names as changed.";
    RESCORE_BATCH_CASES = 64, "Cases that are scored anew between two reports of progress.";
    SAMPLES_MAX = 20_000, "Corrections that a proposal learns from, the newest.";
    STATISTIC_DAYS_MAX = 92, "Days of one request for statistics.";
    INLINE_TEXT_BYTES_MAX = 64 << 10, "Text that is redacted without moving it to a thread of its own.";
}

/// A limit in seconds as a duration.
pub const fn seconds(limit: usize) -> Duration {
    Duration::from_secs(limit as u64)
}

/// A limit as the transport takes it. Every limit fits.
pub const fn transport(limit: usize) -> u32 {
    if limit > u32::MAX as usize {
        return u32::MAX;
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked the line before")]
    let limit = limit as u32;
    limit
}

/// The table as docs/limits.md shows it.
pub fn markdown() -> String {
    let mut page = String::from(
        "# Limits\n\n\
         Where a row does not say otherwise, a value beyond its limit is refused with INVALID_ARGUMENT and the path of the\n\
         field. Texts are never refused for their length: the interaction is stored without its text\n\
         (`text_state = WITHHELD`) and waits for a person with level HIGH. This page is made from the table in\n\
         `src/service/limits.rs`; a test compares the two.\n\n\
         | limit | value | bounds |\n|---|---:|---|\n",
    );
    for row in LIMITS {
        page.extend(["| `", &row.name.to_ascii_lowercase(), "` | ", &row.value.to_string(), " | ", row.about, " |\n"]);
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_the_table() {
        crate::service::pages::check("docs/limits.md", &markdown());
    }

    #[test]
    fn a_call_outlasts_the_longest_wait_for_an_item() {
        const { assert!(CALL_SECONDS_MAX > LEASE_WAIT_SECONDS_MAX) };
    }
}
