//! What a policy keeps readable and what it removes beside the built-in kinds, on the wire.

use std::collections::BTreeSet;

use crate::{
    redact::{ExtraPattern, KeepRules, Kind},
    service::{
        convert::scalar::{self, ATTRIBUTE},
        limits,
        path::{Path, Violations},
        pb,
        status::Reason,
    },
};

/// The rules, and the names of kept attributes. Whether a kind may be kept and a pattern compiles is told by compiling.
pub(super) fn redaction(
    wanted: pb::RedactionPolicy,
    path: &Path<'_>,
    violations: &mut Violations,
) -> (KeepRules, BTreeSet<String>) {
    let pb::RedactionPolicy { kept_kinds, allow_patterns, redact_patterns, kept_attributes } = wanted;
    let (kinds, allow) = (path.field("kept_kinds"), path.field("allow_patterns"));
    let (extra, attributes) = (path.field("redact_patterns"), path.field("kept_attributes"));
    scalar::count(kept_kinds.len(), crate::redact::KINDS.len(), &kinds, violations);
    scalar::count(allow_patterns.len(), limits::POLICY_PATTERNS_MAX, &allow, violations);
    scalar::count(redact_patterns.len(), limits::POLICY_PATTERNS_MAX, &extra, violations);
    scalar::count(kept_attributes.len(), limits::POLICY_ATTRIBUTES_MAX, &attributes, violations);
    for (index, pattern) in allow_patterns.iter().enumerate() {
        check_pattern(pattern, &allow.at(index), violations);
    }
    for (index, name) in kept_attributes.iter().enumerate() {
        ATTRIBUTE.check(name, &attributes.at(index), violations);
    }
    let named = kept_kinds.iter().enumerate();
    let kept = named.filter_map(|(index, name)| kind(name, &kinds.at(index), violations)).collect();
    let patterns = redact_patterns.into_iter().enumerate();
    let extra = patterns.filter_map(|(index, rule)| redact_pattern(rule, &extra.at(index), violations)).collect();
    (KeepRules { kinds: kept, allow: allow_patterns, extra }, kept_attributes.into_iter().collect())
}

fn check_pattern(pattern: &str, path: &Path<'_>, violations: &mut Violations) {
    violations.check(!pattern.is_empty(), path, Reason::FieldRequired);
    violations.check(pattern.len() <= limits::POLICY_PATTERN_BYTES_MAX, path, Reason::FieldTooLong);
}

fn kind(name: &str, path: &Path<'_>, violations: &mut Violations) -> Option<Kind> {
    let kind = Kind::from_name(name);
    violations.check(kind.is_some(), path, Reason::FieldUnknownValue);
    kind
}

fn redact_pattern(wanted: pb::RedactPattern, path: &Path<'_>, violations: &mut Violations) -> Option<ExtraPattern> {
    let pb::RedactPattern { kind: name, pattern } = wanted;
    check_pattern(&pattern, &path.field("pattern"), violations);
    Some(ExtraPattern { kind: kind(&name, &path.field("kind"), violations)?, pattern })
}

/// The same on the wire.
pub(super) fn wire(keep: &KeepRules, attributes: &BTreeSet<String>) -> pb::RedactionPolicy {
    let KeepRules { kinds, allow, extra } = keep;
    let pattern =
        |rule: &ExtraPattern| pb::RedactPattern { kind: rule.kind.name().to_owned(), pattern: rule.pattern.clone() };
    pb::RedactionPolicy {
        kept_kinds: kinds.iter().map(|kind| kind.name().to_owned()).collect(),
        allow_patterns: allow.clone(),
        redact_patterns: extra.iter().map(pattern).collect(),
        kept_attributes: attributes.iter().cloned().collect(),
    }
}
