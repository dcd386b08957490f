//! Purges, recipients and exports on the wire.

use data_encoding::HEXLOWER_PERMISSIVE;

use super::{
    privacy::holdings,
    scalar::{self, ATTRIBUTE, wire_int, wire_long, wire_time},
};
use crate::{
    conversation::Channel,
    service::{
        limits,
        path::{Path, Violations},
        pb,
        status::Reason,
    },
    store::{ExportRecord, OffboardingRecord, PurgeFilter, PurgeRecord, PurgeState, RecipientRecord},
};

/// Which interactions are to be purged. `None` only where something was noted.
pub fn filter(wanted: pb::PurgeFilter, path: &Path<'_>, violations: &mut Violations) -> Option<PurgeFilter> {
    let pb::PurgeFilter { from_time, until_time, principal, channel, attribute, policy_revision } = wanted;
    let mut time = |value: Option<prost_types::Timestamp>, field| {
        violations.check(value.is_some(), &path.field(field), Reason::FieldRequired);
        scalar::timestamp(value, &path.field(field), violations)
    };
    let (from, until) = (time(from_time, "from_time"), time(until_time, "until_time"));
    let ordered = from.zip(until).is_none_or(|(from, until)| from < until);
    violations.check(ordered, &path.field("until_time"), Reason::FieldOutOfRange);
    let principal =
        (!principal.is_empty()).then(|| scalar::name(&principal, &path.field("principal"), violations)).flatten();
    let named = channel_of(&channel);
    violations.check(channel.is_empty() || named.is_some(), &path.field("channel"), Reason::FieldUnknownValue);
    if !attribute.is_empty() {
        ATTRIBUTE.check(&attribute, &path.field("attribute"), violations);
    }
    let revision = u32::try_from(policy_revision).ok();
    violations.check(revision.is_some(), &path.field("policy_revision"), Reason::FieldOutOfRange);
    Some(PurgeFilter {
        from: from?,
        until: until?,
        principal,
        channel: named,
        attribute: (!attribute.is_empty()).then_some(attribute),
        policy_revision: revision.filter(|revision| *revision > 0),
    })
}

fn channel_of(name: &str) -> Option<Channel> {
    [Channel::Query, Channel::Chat, Channel::Email, Channel::Call].into_iter().find(|channel| channel.name() == name)
}

/// A purge on the wire.
pub fn purge(record: PurgeRecord) -> pb::Purge {
    let PurgeRecord { purge, state, filter, counted, purged, held, etag, creator, approver, create_time } = record;
    let PurgeFilter { from, until, principal, channel, attribute, policy_revision } = filter;
    pb::Purge {
        name: purge.to_string(),
        state: match state {
            PurgeState::Counted => pb::PurgeState::Counted,
            PurgeState::Purging => pb::PurgeState::Purging,
            PurgeState::Purged => pb::PurgeState::Purged,
        }
        .into(),
        filter: Some(pb::PurgeFilter {
            from_time: Some(wire_time(from)),
            until_time: Some(wire_time(until)),
            principal: principal.map(|id| id.to_string()).unwrap_or_default(),
            channel: channel.map_or("", Channel::name).to_owned(),
            attribute: attribute.unwrap_or_default(),
            policy_revision: wire_int(policy_revision.unwrap_or_default()),
        }),
        counted: wire_long(counted),
        purged: wire_long(purged),
        held: wire_long(held),
        etag,
        creator: creator.to_string(),
        approver: approver.map(|id| id.to_string()).unwrap_or_default(),
        create_time: Some(wire_time(create_time)),
    }
}

/// An age recipient (X25519). What is wrong with it is not told back.
pub fn age_recipient(value: String, path: &Path<'_>, violations: &mut Violations) -> Option<String> {
    violations.check(!value.is_empty(), path, Reason::FieldRequired);
    violations.check(value.len() <= limits::AGE_RECIPIENT_BYTES_MAX, path, Reason::FieldTooLong);
    let known = value.parse::<age::x25519::Recipient>().is_ok();
    violations.check(known || value.is_empty(), path, Reason::FieldInvalidCharacter);
    known.then_some(value)
}

/// A recipient on the wire.
pub fn recipient(record: RecipientRecord) -> pb::Recipient {
    let RecipientRecord { recipient, key, creator, create_time, usable_time, revoke_time } = record;
    pb::Recipient {
        name: recipient.to_string(),
        age_recipient: key,
        creator: creator.to_string(),
        create_time: Some(wire_time(create_time)),
        usable_time: Some(wire_time(usable_time)),
        revoke_time: revoke_time.map(wire_time),
    }
}

/// An export on the wire, without its bytes.
pub fn export(record: ExportRecord) -> pb::Export {
    let ExportRecord { export, subjects, recipient: sealed_to, holdings: kept, etag, creator, create_time: _ } = record;
    pb::Export {
        name: export.to_string(),
        subjects: subjects.iter().map(ToString::to_string).collect(),
        recipient: Some(recipient(sealed_to)),
        holdings: Some(holdings(kept)),
        etag,
        creator: creator.to_string(),
        sealed: Vec::new(),
    }
}

/// An off-boarding on the wire, without bytes and receipt.
pub fn offboarding(record: OffboardingRecord) -> pb::Offboarding {
    let OffboardingRecord { offboarding, recipient: sealed_to, holdings: kept, etag, creator, create_time } = record;
    pb::Offboarding {
        name: offboarding.to_string(),
        recipient: Some(recipient(sealed_to)),
        holdings: Some(holdings(kept)),
        etag,
        creator: creator.to_string(),
        create_time: Some(wire_time(create_time)),
        ..pb::Offboarding::default()
    }
}

/// A SHA-256 in hexadecimal digits; empty: none.
pub fn receipt(value: &str, path: &Path<'_>, violations: &mut Violations) -> Option<[u8; 32]> {
    let digest = HEXLOWER_PERMISSIVE.decode(value.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
    violations.check(digest.is_some() || value.is_empty(), path, Reason::FieldInvalidCharacter);
    digest
}
