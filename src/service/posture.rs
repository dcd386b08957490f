//! `GetPosture`: how safely what is stored is kept, as states, counts and times.

use super::{
    app::App,
    convert::{
        privacy::officer,
        scalar::{wire_int, wire_long, wire_time},
    },
    pb,
    status::{Failure, Outcome, Reason},
};
use crate::{
    access::Caller,
    crypto::key::SEALS_MAX,
    policy::{Policy, Retention},
    store::{BackupTimes, KeyUse, LeftoverCounts, PostureRecord, Recovery, RetentionState},
    time::Timestamp,
};

/// Looks at the store and at the policy of the caller's tenant.
///
/// # Errors
/// The store could not be looked at.
pub async fn posture(app: &App, caller: &Caller) -> Outcome<pb::Posture> {
    let record = app.store.posture(officer(caller)).await;
    let record = record.map_err(|error| Failure::of_store(&error, Reason::Internal))?;
    let rules = app.rules(caller.tenant)?;
    let periods = app.rules.retention(caller.tenant, record.time);
    let pending = app.rules.pending_retention(caller.tenant, record.time);
    Ok(wire(record, &rules.policy, (periods, pending)))
}

/// Periods that count, and those that will.
type Periods = (Retention, Option<(Retention, Timestamp)>);

fn wire(record: PostureRecord, policy: &Policy, periods: Periods) -> pb::Posture {
    let PostureRecord {
        time,
        recovery,
        backups: BackupTimes { data, keys },
        master,
        tenant,
        rotations,
        keys_kept,
        leftovers: LeftoverCounts { copies, unknown, open },
        generation,
        commits,
        tombstones,
        texts_closed,
        retention: state,
    } = record;
    let (recovery, proved) = match recovery {
        Recovery::NoEscrow => (pb::RecoveryState::NoRecovery, None),
        Recovery::Unproved => (pb::RecoveryState::RecoveryUnproved, None),
        Recovery::Proved(time) => (pb::RecoveryState::RecoveryProved, Some(time)),
    };
    pb::Posture {
        time: Some(wire_time(time)),
        recovery: recovery.into(),
        escrow_verify_time: proved.map(wire_time),
        data_backup_time: data.map(wire_time),
        key_backup_time: keys.map(wire_time),
        master_key: Some(key(master)),
        tenant_key: Some(key(tenant)),
        rotations: wire_long(rotations),
        keys_kept: wire_long(keys_kept),
        leftovers: Some(pb::LeftoverPosture {
            copies: wire_long(copies),
            unknown: wire_long(unknown),
            open: wire_long(open),
        }),
        generation,
        commits,
        tombstones: wire_long(tombstones),
        texts_closed,
        retention: Some(retention(periods, state)),
        exceptions: Some(exceptions(policy)),
    }
}

fn key(KeyUse { version, seals }: KeyUse) -> pb::KeyPosture {
    pb::KeyPosture { version: wire_int(version), seals: wire_long(seals), seals_max: wire_long(SEALS_MAX) }
}

fn retention((periods, pending): Periods, state: RetentionState) -> pb::RetentionPosture {
    let RetentionState { pass_end_time, unswept, deferred_erasures, active_holds } = state;
    pb::RetentionPosture {
        text_days: wire_int(periods.text_days),
        facts_days: wire_int(periods.facts_days),
        audit_days: wire_int(periods.audit_days),
        pass_end_time: pass_end_time.map(wire_time),
        unswept: wire_long(unswept),
        deferred_erasures: wire_long(deferred_erasures),
        active_holds: wire_long(active_holds),
        pending: pending.map(|(periods, effect_time)| pb::PendingRetention {
            text_days: wire_int(periods.text_days),
            facts_days: wire_int(periods.facts_days),
            audit_days: wire_int(periods.audit_days),
            effect_time: Some(wire_time(effect_time)),
        }),
    }
}

fn exceptions(policy: &Policy) -> pb::ExceptionPosture {
    let count = |length: usize| wire_int(u32::try_from(length).unwrap_or(u32::MAX));
    pb::ExceptionPosture {
        kept_kinds: policy.keep.kinds.iter().map(|kind| kind.name().to_owned()).collect(),
        allow_patterns: count(policy.keep.allow.len()),
        kept_attributes: count(policy.attribute_allow_list.len()),
        care_signals: policy.care.is_some(),
    }
}
