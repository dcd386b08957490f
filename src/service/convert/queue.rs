//! The work queue on the wire, and the leases that are named in requests.

use super::{
    enums, outcome,
    scalar::{self, wire_int, wire_time},
};
use crate::{
    access::Caller,
    assessment::Tier,
    id::CaseId,
    policy::WORK_MAX,
    queue,
    service::{
        limits,
        path::{Path, Violations},
        pb,
        status::{Outcome, Reason},
    },
    store::{LeaseHandle, LeaseRequest, QueueEntry},
    text::Language,
    time::Timestamp,
};

/// Bounds and default of the duration of a lease, in seconds.
const LEASE: (usize, usize, usize) = (limits::LEASE_SECONDS_MIN, 300, limits::LEASE_SECONDS_MAX);

/// A request for leases.
///
/// # Errors
/// The fields that are wrong.
pub fn lease_request(request: pb::LeaseItemsRequest, caller: &Caller, allowed: u32) -> Outcome<LeaseRequest> {
    let pb::LeaseItemsRequest {
        queues,
        max_items,
        lease_duration,
        wait_duration,
        skills,
        language_codes,
        request_id,
        case,
        max_leases,
    } = request;
    let (root, mut violations) = (Path::Root, Violations::default());
    let wait = (0, 0, limits::LEASE_WAIT_SECONDS_MAX);
    let request = LeaseRequest {
        tenant: caller.tenant,
        principal: caller.principal,
        request_id: scalar::request_id(&request_id, &root.field("request_id"), &mut violations),
        case: named(&case, &root.field("case"), &mut violations),
        queues: lease_queues(queues, &root.field("queues"), &mut violations),
        max_items: lease_items(max_items, &root.field("max_items"), &mut violations),
        lease_duration: scalar::duration_within(lease_duration, LEASE, &root.field("lease_duration"), &mut violations),
        wait_duration: scalar::duration_within(wait_duration, wait, &root.field("wait_duration"), &mut violations),
        skills: scalar::skills(skills, &root.field("skills"), &mut violations),
        languages: languages(&language_codes, &root.field("language_codes"), &mut violations),
        leases_max: leases_max(max_leases, allowed, &root.field("max_leases"), &mut violations),
    };
    violations.finish(request)
}

fn named(case: &str, path: &Path<'_>, violations: &mut Violations) -> Option<CaseId> {
    if case.is_empty() { None } else { scalar::name(case, path, violations) }
}

fn lease_queues(queues: Vec<String>, path: &Path<'_>, violations: &mut Violations) -> Vec<String> {
    scalar::count(queues.len(), limits::LEASE_QUEUES_MAX, path, violations);
    if queues.is_empty() {
        return vec!["default".to_owned()];
    }
    let queues = queues.into_iter().enumerate().take(limits::LEASE_QUEUES_MAX);
    queues.map(|(index, queue)| scalar::queue(queue, &path.at(index), violations)).collect()
}

fn lease_items(max_items: i32, path: &Path<'_>, violations: &mut Violations) -> u32 {
    let max = limits::transport(limits::LEASE_ITEMS_MAX);
    let items = u32::try_from(max_items).ok().filter(|items| *items <= max);
    violations.check(items.is_some(), path, Reason::FieldOutOfRange);
    items.unwrap_or(1).max(1)
}

/// How many leases the caller may hold: what it states, within what the policy allows.
fn leases_max(stated: i32, allowed: u32, path: &Path<'_>, violations: &mut Violations) -> u32 {
    let stated = u32::try_from(stated).ok().filter(|stated| *stated <= WORK_MAX);
    violations.check(stated.is_some(), path, Reason::FieldOutOfRange);
    stated.filter(|stated| *stated > 0).map_or(allowed, |stated| stated.min(allowed))
}

/// Languages of a worker. One without a lexicon is no language of any item, so that it is left out.
fn languages(codes: &[String], path: &Path<'_>, violations: &mut Violations) -> Vec<Language> {
    scalar::count(codes.len(), limits::LANGUAGES_MAX, path, violations);
    let codes = codes.iter().enumerate().take(limits::LANGUAGES_MAX);
    codes.filter_map(|(index, code)| scalar::language(code, &path.at(index), violations)).collect()
}

/// A lease that a request names.
pub fn lease_handle((lease, epoch): (&str, i64), caller: &Caller, violations: &mut Violations) -> Option<LeaseHandle> {
    let root = Path::Root;
    let lease = scalar::name(lease, &root.field("lease"), violations);
    let epoch = u64::try_from(epoch).ok().filter(|epoch| *epoch > 0);
    violations.check(epoch.is_some(), &root.field("lease_epoch"), Reason::FieldRequired);
    Some(LeaseHandle { tenant: caller.tenant, principal: caller.principal, lease: lease?, epoch: epoch? })
}

/// The duration of a renewed lease.
pub fn lease_duration(value: Option<prost_types::Duration>, violations: &mut Violations) -> std::time::Duration {
    scalar::duration_within(value, LEASE, &Path::Root.field("lease_duration"), violations)
}

/// The delay of an item that is given back.
pub fn release_delay(value: Option<prost_types::Duration>, violations: &mut Violations) -> std::time::Duration {
    let bounds = (0, 0, limits::RELEASE_DELAY_SECONDS_MAX);
    scalar::duration_within(value, bounds, &Path::Root.field("delay"), violations)
}

/// An item on the wire as its lease-holder sees it.
pub fn item(entry: QueueEntry, now: Timestamp) -> pb::QueueItem {
    let QueueEntry {
        case,
        lease,
        epoch,
        queue,
        lane,
        state,
        enter_time,
        due_time,
        level,
        value,
        label,
        channel,
        tier,
        language,
        attempts,
        target,
        paused,
        bump,
    } = entry;
    let mut order_reasons = queue::order_reasons(lane, level, tier_name(tier), channel.name(), due_time < now);
    order_reasons.extend(bump.map(|reason| format!("bumped:reason={}", reason.name())));
    order_reasons.extend(queue::clock_reasons(target, paused));
    pb::QueueItem {
        case: case.to_string(),
        lease: lease.map(|(lease, _)| lease.to_string()).unwrap_or_default(),
        lease_epoch: scalar::wire_long(epoch),
        lease_expire_time: lease.map(|(_, ends)| wire_time(ends)),
        queue,
        lane: enums::wire_lane(lane).into(),
        state: enums::wire_item_state(state).into(),
        enter_time: Some(wire_time(enter_time)),
        due_time: Some(wire_time(due_time)),
        level: enums::wire_level(level).into(),
        priority_value: i32::from(value),
        label: enums::wire_label(label).into(),
        channel: channel.name().to_owned(),
        language_code: outcome::language(language),
        attempts: wire_int(attempts),
        order_reasons,
    }
}

/// An item on the wire as others see it: that it is leased, not by which lease.
pub fn listed_item(entry: QueueEntry, now: Timestamp) -> pb::QueueItem {
    pb::QueueItem { lease: String::new(), ..item(entry, now) }
}

fn tier_name(tier: Tier) -> &'static str {
    match tier {
        Tier::Standard => "standard",
        Tier::Premium => "premium",
        Tier::Vip => "vip",
    }
}
