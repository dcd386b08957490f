//! Rows for single values: at each limit, one beyond it, and what is refused.

use super::*;

/// The reasons that a parser notes about a value.
fn noted<T>(parse: impl FnOnce(&mut Violations) -> T) -> Vec<Reason> {
    let mut violations = Violations::default();
    parse(&mut violations);
    match violations.finish(()) {
        Ok(()) => Vec::new(),
        Err(failure) => failure.violations.into_iter().map(|one| one.reason).collect(),
    }
}

#[track_caller]
fn check_reference(value: &str, reasons: &[Reason]) {
    let found = noted(|violations| reference(value.to_owned(), &Path::Root.field("customer_ref"), violations));
    assert_eq!(found, reasons, "{value}");
}

#[test]
fn a_reference_is_opaque() {
    check_reference("", &[]);
    check_reference("zd:4711", &[]);
    check_reference("A.b_c-d", &[]);
    check_reference(&"a".repeat(limits::REFERENCE_BYTES_MAX), &[]);
    check_reference(&"a".repeat(limits::REFERENCE_BYTES_MAX + 1), &[Reason::FieldTooLong]);
    check_reference("a b", &[Reason::FieldInvalidCharacter]);
    check_reference("é", &[Reason::FieldInvalidCharacter]);
    check_reference("jo@example.com", &[Reason::IdentifierInReference]);
    check_reference("4111111111111111", &[Reason::IdentifierInReference]);
}

#[track_caller]
fn check_alphabet(alphabet: Alphabet, value: &str, reasons: &[Reason]) {
    assert_eq!(noted(|violations| alphabet.check(value, &Path::Root, violations)), reasons, "{value}");
}

#[test]
fn names_are_of_their_alphabet_and_length() {
    check_alphabet(QUEUE, "billing_uk-1", &[]);
    check_alphabet(QUEUE, "Billing", &[Reason::FieldInvalidCharacter]);
    check_alphabet(QUEUE, &"q".repeat(limits::QUEUE_BYTES_MAX), &[]);
    check_alphabet(QUEUE, &"q".repeat(limits::QUEUE_BYTES_MAX + 1), &[Reason::FieldTooLong]);
    check_alphabet(QUEUE, "", &[Reason::FieldRequired]);
    check_alphabet(SYSTEM, &"s".repeat(limits::SYSTEM_BYTES_MAX), &[]);
    check_alphabet(SYSTEM, &"s".repeat(limits::SYSTEM_BYTES_MAX + 1), &[Reason::FieldTooLong]);
    check_alphabet(SYSTEM, "zen:desk", &[Reason::FieldInvalidCharacter]);
    check_alphabet(LABEL, "web form 7", &[]);
    check_alphabet(LABEL, &"l".repeat(limits::CREDENTIAL_LABEL_BYTES_MAX + 1), &[Reason::FieldTooLong]);
    check_alphabet(MEDIA_TYPE, "image/svg+xml", &[]);
    check_alphabet(MEDIA_TYPE, &"m".repeat(limits::MEDIA_TYPE_BYTES_MAX + 1), &[Reason::FieldTooLong]);
    check_alphabet(ATTRIBUTE, "chat.page_uri", &[]);
    check_alphabet(ATTRIBUTE, &"a".repeat(limits::ATTRIBUTE_NAME_BYTES_MAX + 1), &[Reason::FieldTooLong]);
    check_alphabet(LANGUAGE, "zh-Hant-TW", &[]);
    check_alphabet(LANGUAGE, &"l".repeat(limits::LANGUAGE_BYTES_MAX + 1), &[Reason::FieldTooLong]);
}

#[track_caller]
fn check_timestamp(seconds: i64, nanos: i32, good: bool) {
    let value = Some(prost_types::Timestamp { seconds, nanos });
    let found = noted(|violations| timestamp(value, &Path::Root, violations));
    assert_eq!(found.is_empty(), good, "{seconds}.{nanos}");
}

#[test]
fn a_timestamp_lies_in_the_years_1_to_9999() {
    check_timestamp(0, 0, true);
    check_timestamp(-62_135_596_800, 0, true);
    check_timestamp(-62_135_596_801, 0, false);
    check_timestamp(253_402_300_799, 999_999_999, true);
    check_timestamp(253_402_300_800, 0, false);
    check_timestamp(0, 1_000_000_000, false);
    check_timestamp(0, -1, false);
    check_timestamp(i64::MAX, i32::MAX, false);
}

#[track_caller]
fn check_duration(seconds: i64, nanos: i32, expected: Option<Duration>) {
    let mut violations = Violations::default();
    let found = duration(Some(prost_types::Duration { seconds, nanos }), &Path::Root, &mut violations);
    assert_eq!(found, expected, "{seconds}.{nanos}");
    assert_eq!(violations.finish(()).is_ok(), expected.is_some());
}

#[test]
fn a_duration_is_not_negative() {
    check_duration(0, 0, Some(Duration::ZERO));
    check_duration(1, 500_000_000, Some(Duration::from_millis(1_500)));
    check_duration(-1, 0, None);
    check_duration(0, -1, None);
    check_duration(0, 1_000_000_000, None);
    check_duration(i64::MAX, 0, None);
}

#[test]
fn a_duration_within_bounds_has_a_default() {
    let within = |seconds: Option<i64>| {
        let value = seconds.map(|seconds| prost_types::Duration { seconds, nanos: 0 });
        let mut violations = Violations::default();
        let found = duration_within(value, (5, 300, 3_600), &Path::Root, &mut violations);
        violations.finish(found.as_secs()).ok()
    };
    assert_eq!(within(None), Some(300));
    assert_eq!(within(Some(5)), Some(5));
    assert_eq!(within(Some(4)), None);
    assert_eq!(within(Some(3_600)), Some(3_600));
    assert_eq!(within(Some(3_601)), None);
}

#[test]
fn a_page_has_a_default_and_a_limit() {
    let size = |value| {
        let mut violations = Violations::default();
        let size = page_size(value, 50, &Path::Root, &mut violations);
        violations.finish(size).ok()
    };
    assert_eq!(size(0), Some(50));
    assert_eq!(size(7), Some(7));
    assert_eq!(size(1_000), Some(1_000));
    assert_eq!(size(1_001), Some(1_000));
    assert_eq!(size(-1), None);
}

#[test]
fn lists_are_counted() {
    let skill = |count: usize| noted(|violations| skills(vec!["a".into(); count], &Path::Root, violations));
    assert_eq!(skill(limits::SKILLS_MAX), []);
    assert_eq!(skill(limits::SKILLS_MAX + 1), [Reason::FieldTooMany]);
}

#[test]
fn times_of_the_wire_lead_back() {
    for micros in [0, 1, -1, 1_764_000_000_123_456] {
        let time = wire_time(Timestamp(micros));
        assert_eq!(timestamp(Some(time), &Path::Root, &mut Violations::default()), Some(Timestamp(micros)));
    }
    assert_eq!(wire_millis(1_500), prost_types::Duration { seconds: 1, nanos: 500_000_000 });
    assert_eq!(wire_int(u64::MAX), i32::MAX);
}
