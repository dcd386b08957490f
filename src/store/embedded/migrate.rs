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

/// Items that were moved forward, the budgets of those who do, and the leases that a principal holds.
const WORK: &str = "
ALTER TABLE items ADD COLUMN bump INTEGER;
CREATE TABLE bumps(number INTEGER PRIMARY KEY, principal BLOB NOT NULL, bump_time INTEGER NOT NULL) STRICT;
CREATE INDEX bumps_principal ON bumps(principal, bump_time);
CREATE INDEX leases_held ON leases(principal) WHERE outcome IS NULL OR outcome = 100;
";

/// Burials that are noted and not yet carried out, and what is erased and not yet swept.
const ERASURE: &str = "
CREATE TABLE burials(number INTEGER PRIMARY KEY, burial BLOB NOT NULL) STRICT;
CREATE TABLE sweeps(kind INTEGER NOT NULL, id BLOB NOT NULL, PRIMARY KEY(kind, id)) STRICT, WITHOUT ROWID;
";

/// Rotations of keys that are under way.
const ROTATIONS: &str = "
CREATE TABLE rotations(
  kind INTEGER NOT NULL, tenant INTEGER NOT NULL, phase INTEGER NOT NULL, position INTEGER NOT NULL,
  count INTEGER NOT NULL, last_case INTEGER NOT NULL, last_interaction INTEGER NOT NULL,
  PRIMARY KEY(kind, tenant)) STRICT, WITHOUT ROWID;
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

/// Each format with what it adds to the one before.
const STEPS: [(i64, &[&str]); 2] = [(2, &[TEACHING]), (3, &[ERASURE, ROTATIONS, WORK, DESK])];

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
    Ok(())
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
