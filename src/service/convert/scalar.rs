//! Single values of a request: references, names, times, durations, numbers. Each parser notes what is wrong and gives
//! something harmless in its place, so that parsing goes on and reports the rest.

use std::{str::FromStr, time::Duration};

use uuid::Uuid;

use crate::{
    redact::{REFERENCE_BYTES_MAX, REFERENCE_FURTHER, looks_like_identifier},
    service::{
        limits,
        path::{Path, Violations},
        pb,
        status::Reason,
    },
    store::SourceRef,
    text::Language,
    time::Timestamp,
};

/// The seconds of 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z, the range of `google.protobuf.Timestamp`.
const TIMESTAMP_SECONDS: std::ops::RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;

/// What a value may be made of, and how long it may be.
#[derive(Clone, Copy, Debug)]
pub struct Alphabet {
    /// Further characters beside ASCII letters and digits.
    pub further: &'static str,
    /// Upper-case letters are allowed.
    pub upper: bool,
    /// Length in bytes, at most.
    pub bytes_max: usize,
}

/// An opaque id in the caller's system.
pub const REFERENCE: Alphabet = Alphabet { further: REFERENCE_FURTHER, upper: true, bytes_max: REFERENCE_BYTES_MAX };
/// The name of the caller's system.
pub const SYSTEM: Alphabet = Alphabet { further: "._-", upper: true, bytes_max: limits::SYSTEM_BYTES_MAX };
/// The name of a queue or a skill.
pub const QUEUE: Alphabet = Alphabet { further: "_-", upper: false, bytes_max: limits::QUEUE_BYTES_MAX };
/// The name of an attribute.
pub const ATTRIBUTE: Alphabet = Alphabet { further: "._-", upper: true, bytes_max: limits::ATTRIBUTE_NAME_BYTES_MAX };
/// The label of a credential.
pub const LABEL: Alphabet = Alphabet { further: " ._-", upper: true, bytes_max: limits::CREDENTIAL_LABEL_BYTES_MAX };
/// A media type (RFC 6838).
pub const MEDIA_TYPE: Alphabet =
    Alphabet { further: "/+._!#$&^-", upper: true, bytes_max: limits::MEDIA_TYPE_BYTES_MAX };
/// A language tag.
pub const LANGUAGE: Alphabet = Alphabet { further: "-_", upper: true, bytes_max: limits::LANGUAGE_BYTES_MAX };

impl Alphabet {
    fn holds(&self, byte: u8) -> bool {
        let letter = byte.is_ascii_lowercase() || (self.upper && byte.is_ascii_uppercase());
        letter || byte.is_ascii_digit() || self.further.as_bytes().contains(&byte)
    }

    /// Checks a value that must be there.
    pub fn check(&self, value: &str, path: &Path<'_>, violations: &mut Violations) {
        violations.check(!value.is_empty(), path, Reason::FieldRequired);
        violations.check(value.len() <= self.bytes_max, path, Reason::FieldTooLong);
        violations.check(value.bytes().all(|byte| self.holds(byte)), path, Reason::FieldInvalidCharacter);
    }
}

/// An opaque reference that is no identifier of a person; empty: none.
pub fn reference(value: String, path: &Path<'_>, violations: &mut Violations) -> Option<String> {
    if value.is_empty() {
        return None;
    }
    let identifier = looks_like_identifier(&value);
    violations.check(!identifier, path, Reason::IdentifierInReference);
    if !identifier {
        REFERENCE.check(&value, path, violations);
    }
    Some(value)
}

/// A reference into the caller's system.
pub fn source_ref(value: Option<pb::SourceRef>, path: &Path<'_>, violations: &mut Violations) -> Option<SourceRef> {
    let pb::SourceRef { system, id } = value?;
    SYSTEM.check(&system, &path.field("system"), violations);
    violations.check(!id.is_empty(), &path.field("id"), Reason::FieldRequired);
    let id = reference(id, &path.field("id"), violations)?;
    Some(SourceRef { system, id })
}

/// A queue; empty: `default`.
pub fn queue(value: String, path: &Path<'_>, violations: &mut Violations) -> String {
    if value.is_empty() {
        return "default".to_owned();
    }
    QUEUE.check(&value, path, violations);
    value
}

/// Names of skills.
pub fn skills(values: Vec<String>, path: &Path<'_>, violations: &mut Violations) -> Vec<String> {
    count(values.len(), limits::SKILLS_MAX, path, violations);
    for (index, value) in values.iter().enumerate().take(limits::SKILLS_MAX) {
        QUEUE.check(value, &path.at(index), violations);
    }
    values
}

/// Notes a list that is too long.
pub fn count(count: usize, max: usize, path: &Path<'_>, violations: &mut Violations) {
    violations.check(count <= max, path, Reason::FieldTooMany);
}

/// The language of a tag where there is a lexicon for it; the tag itself is checked in any case.
pub fn language(value: &str, path: &Path<'_>, violations: &mut Violations) -> Option<Language> {
    if value.is_empty() {
        return None;
    }
    LANGUAGE.check(value, path, violations);
    Language::from_tag(value)
}

/// A request id; empty: none.
pub fn request_id(value: &str, path: &Path<'_>, violations: &mut Violations) -> Option<Uuid> {
    if value.is_empty() {
        return None;
    }
    let id = Uuid::try_parse(value).ok();
    violations.check(id.is_some(), path, Reason::FieldNotUuid);
    id
}

/// A resource name such as `cases/{uuid}`.
pub fn name<T: FromStr>(value: &str, path: &Path<'_>, violations: &mut Violations) -> Option<T> {
    violations.check(!value.is_empty(), path, Reason::FieldRequired);
    let name = value.parse().ok();
    violations.check(name.is_some() || value.is_empty(), path, Reason::FieldNotName);
    name
}

/// A point in time.
pub fn timestamp(
    value: Option<prost_types::Timestamp>,
    path: &Path<'_>,
    violations: &mut Violations,
) -> Option<Timestamp> {
    let prost_types::Timestamp { seconds, nanos } = value?;
    let good = TIMESTAMP_SECONDS.contains(&seconds) && (0..1_000_000_000).contains(&nanos);
    violations.check(good, path, Reason::FieldOutOfRange);
    good.then(|| Timestamp::from_seconds_and_nanos(seconds, nanos))
}

/// A duration that is not negative.
pub fn duration(
    value: Option<prost_types::Duration>,
    path: &Path<'_>,
    violations: &mut Violations,
) -> Option<Duration> {
    let prost_types::Duration { seconds, nanos } = value?;
    let seconds = u64::try_from(seconds).ok().filter(|seconds| *seconds <= 315_576_000_000);
    let nanos = u32::try_from(nanos).ok().filter(|nanos| *nanos < 1_000_000_000);
    let duration = seconds.zip(nanos).map(|(seconds, nanos)| Duration::new(seconds, nanos));
    violations.check(duration.is_some(), path, Reason::FieldOutOfRange);
    duration
}

/// A duration within bounds in seconds; unset: `default`.
pub fn duration_within(
    value: Option<prost_types::Duration>,
    (min, default, max): (usize, usize, usize),
    path: &Path<'_>,
    violations: &mut Violations,
) -> Duration {
    let Some(duration) = duration(value, path, violations) else { return limits::seconds(default) };
    let within = (limits::seconds(min)..=limits::seconds(max)).contains(&duration);
    violations.check(within, path, Reason::FieldOutOfRange);
    duration
}

/// A duration in whole seconds, rounded down; unset: 0.
pub fn whole_seconds(value: Option<prost_types::Duration>, path: &Path<'_>, violations: &mut Violations) -> u32 {
    let seconds = duration(value, path, violations).unwrap_or_default().as_secs();
    u32::try_from(seconds).unwrap_or(u32::MAX)
}

/// Size of a page: 0 is `default`, more than the limit is the limit, negative is wrong (AIP-158).
pub fn page_size(value: i32, default: u32, path: &Path<'_>, violations: &mut Violations) -> u32 {
    violations.check(value >= 0, path, Reason::FieldOutOfRange);
    match u32::try_from(value).unwrap_or_default() {
        0 => default,
        size => size.min(limits::transport(limits::PAGE_ITEMS_MAX)),
    }
}

/// A point in time on the wire.
pub fn wire_time(time: Timestamp) -> prost_types::Timestamp {
    let (seconds, nanos) = time.seconds_and_nanos();
    prost_types::Timestamp { seconds, nanos }
}

/// Milliseconds as a duration on the wire.
pub fn wire_millis(millis: u64) -> prost_types::Duration {
    let nanos = i32::try_from(millis % 1_000 * 1_000_000).unwrap_or_default();
    prost_types::Duration { seconds: i64::try_from(millis / 1_000).unwrap_or(i64::MAX), nanos }
}

/// A count or an offset on the wire; beyond the range it saturates.
pub fn wire_int(value: impl TryInto<i32>) -> i32 {
    value.try_into().unwrap_or(i32::MAX)
}

/// A fence or a version on the wire.
pub fn wire_long(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[path = "scalar_tests.rs"]
mod tests;
