//! What later formats of the data file add to the first, one step a format. A new file is made by the same steps.

use rusqlite::Connection;

/// Policies, corrections and verdicts of policies in shadow.
const TEACHING: &str = "
CREATE TABLE policies(
  number INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, revision INTEGER NOT NULL,
  create_time INTEGER NOT NULL, creator BLOB NOT NULL, sealed BLOB NOT NULL, UNIQUE(tenant, revision)) STRICT;
CREATE TABLE corrections(
  interaction_number INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, label INTEGER, level INTEGER,
  reason INTEGER NOT NULL, principal BLOB NOT NULL, correct_time INTEGER NOT NULL) STRICT;
CREATE INDEX corrections_tenant ON corrections(tenant, correct_time);
CREATE TABLE shadows(
  interaction_number INTEGER PRIMARY KEY, revision INTEGER NOT NULL, label INTEGER NOT NULL,
  level INTEGER NOT NULL) STRICT;
CREATE INDEX interactions_occur ON interactions(occur_time);
";

/// Burials that are noted and not yet carried out, what is erased and not yet swept, erasures, legal holds,
/// what takes two people, and when a case was resolved, whoever resolves it.
const ERASURE: &str = "
CREATE TABLE burials(number INTEGER PRIMARY KEY, burial BLOB NOT NULL) STRICT;
CREATE INDEX joins_case ON joins(case_number);
CREATE TABLE erasures(
  erasure BLOB PRIMARY KEY, tenant INTEGER NOT NULL, state INTEGER NOT NULL, record BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX erasures_deferred ON erasures(tenant) WHERE state = 2;
CREATE TABLE holds(
  number INTEGER PRIMARY KEY, hold BLOB NOT NULL UNIQUE, tenant INTEGER NOT NULL, kind INTEGER NOT NULL, object BLOB NOT NULL, reason INTEGER NOT NULL,
  placer BLOB NOT NULL, approver BLOB, create_time INTEGER NOT NULL, end_time INTEGER NOT NULL,
  release_time INTEGER) STRICT;
CREATE INDEX holds_tenant ON holds(tenant, end_time);
ALTER TABLE cases ADD COLUMN resolve_time INTEGER;
UPDATE cases SET resolve_time = update_time WHERE state = 4;
CREATE TRIGGER cases_begun AFTER INSERT ON cases WHEN NEW.state = 4 BEGIN
  UPDATE cases SET resolve_time = NEW.create_time WHERE number = NEW.number;
END;
CREATE TRIGGER cases_moved AFTER UPDATE OF state ON cases WHEN NEW.state != OLD.state BEGIN
  UPDATE cases SET resolve_time = iif(NEW.state = 4, NEW.update_time, NULL) WHERE number = NEW.number;
END;
CREATE TABLE orders(
  number INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, tenant INTEGER NOT NULL, kind INTEGER NOT NULL,
  creator BLOB NOT NULL, approver BLOB, create_time INTEGER NOT NULL, done INTEGER NOT NULL,
  record BLOB NOT NULL) STRICT;
CREATE TABLE recipients(
  number INTEGER PRIMARY KEY, recipient BLOB NOT NULL UNIQUE, tenant INTEGER NOT NULL, key TEXT NOT NULL,
  creator BLOB NOT NULL, create_time INTEGER NOT NULL, revoke_time INTEGER) STRICT;
CREATE INDEX recipients_tenant ON recipients(tenant);
CREATE TABLE sweeps(kind INTEGER NOT NULL, id BLOB NOT NULL, PRIMARY KEY(kind, id)) STRICT, WITHOUT ROWID;
";

/// Rotations of keys that are under way.
const ROTATIONS: &str = "
CREATE TABLE rotations(
  kind INTEGER NOT NULL, tenant INTEGER NOT NULL, phase INTEGER NOT NULL, position INTEGER NOT NULL,
  count INTEGER NOT NULL, last_case INTEGER NOT NULL, last_interaction INTEGER NOT NULL,
  PRIMARY KEY(kind, tenant)) STRICT, WITHOUT ROWID;
";

/// Items that were moved forward, the budgets of those who do, and the leases that a principal holds.
const WORK: &str = "
ALTER TABLE items ADD COLUMN bump INTEGER;
CREATE TABLE bumps(number INTEGER PRIMARY KEY, principal BLOB NOT NULL, bump_time INTEGER NOT NULL) STRICT;
CREATE INDEX bumps_principal ON bumps(principal, bump_time);
CREATE INDEX leases_held ON leases(principal) WHERE outcome IS NULL OR outcome = 100;
";

/// Clocks of cases, what they came to, and cases that were merged.
const DESK: &str = "
ALTER TABLE cases ADD COLUMN clocks BLOB;
ALTER TABLE cases ADD COLUMN merged_into BLOB;
CREATE INDEX IF NOT EXISTS joins_case ON joins(case_number);
CREATE INDEX cases_merged ON cases(merged_into) WHERE merged_into IS NOT NULL;
CREATE TABLE service_times(
  number INTEGER PRIMARY KEY, case_number INTEGER NOT NULL, tenant INTEGER NOT NULL, target INTEGER NOT NULL,
  start_time INTEGER NOT NULL, due_time INTEGER NOT NULL, end_time INTEGER NOT NULL, open_micros INTEGER NOT NULL,
  paused_micros INTEGER NOT NULL) STRICT;
CREATE INDEX service_times_case ON service_times(case_number);
CREATE INDEX service_times_end ON service_times(tenant, target, end_time);
CREATE TABLE due_changes(
  number INTEGER PRIMARY KEY, case_number INTEGER NOT NULL, target INTEGER NOT NULL, cause INTEGER NOT NULL,
  change_time INTEGER NOT NULL, before_time INTEGER NOT NULL, due_time INTEGER NOT NULL) STRICT;
CREATE INDEX due_changes_case ON due_changes(case_number);
CREATE TRIGGER cases_gone AFTER DELETE ON cases BEGIN
  DELETE FROM service_times WHERE case_number = OLD.number;
  DELETE FROM due_changes WHERE case_number = OLD.number;
END;
";

/// What each case consists of.
const MANIFESTS: &str = "ALTER TABLE cases ADD COLUMN manifest BLOB;";

/// Each format with what it adds to the one before. The fourth changes no table: turns may lie packed, which an earlier
/// release would take for damage.
const STEPS: [(i64, &[&str]); 3] = [(2, &[TEACHING]), (3, &[ERASURE, ROTATIONS, WORK, DESK, MANIFESTS]), (4, &[])];

/// The order of a lane, which lists of a queue are read by; what is leased, the index in memory says. Up to the third format
/// of the key file, which tells earlier releases apart, there was a wider one.
const ORDER: &str = "
DROP INDEX IF EXISTS items_order;
CREATE INDEX IF NOT EXISTS items_lane ON items(
  tenant, queue, state, lane, due_time, value_descending, enter_time);
";

/// Brings the data file from `format` to the present one, a step at a time, each whole or not at all.
pub(super) fn migrate(data: &mut Connection, format: i64) -> rusqlite::Result<()> {
    for (step, sql) in STEPS.iter().filter(|(step, _)| *step > format) {
        let transaction = data.transaction()?;
        for statements in *sql {
            transaction.execute_batch(statements)?;
        }
        transaction.pragma_update(None, "user_version", step)?;
        transaction.commit()?;
    }
    data.execute_batch(ORDER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::embedded::schema;

    #[test]
    fn the_last_step_is_the_present_format() {
        assert_eq!(STEPS.last().map(|(step, _)| *step), Some(schema::FORMAT));
        assert!(STEPS.windows(2).all(|pair| pair[0].0 + 1 == pair[1].0));
    }
}
