//! The tables of both files, as SQL. What is a hash here is keyed; what is named `sealed`, or listed as sealed in
//! ARCHITECTURE.md, opens only with a key of the other file.

/// Number of the newest format of the data file, in SQLite's `user_version`.
pub(super) const FORMAT: i64 = 4;

/// Number of the newest format of the key file: in the first the wraps lay beside their names, in the second an index led
/// from their slots to the names, in the third each name said of which tenant it is.
pub(super) const KEYS_FORMAT: i64 = 4;

/// Number of the first format, which the tables here are of; `migrate` holds what came later.
pub(super) const FIRST: i64 = 1;

/// Marks the files as ours, in SQLite's `application_id`: `trgd`.
pub(super) const APPLICATION_ID: i64 = 0x7472_6764;

/// The key file beside the wrapped keys, which `slots` holds: the header, and the index that leads from identifiers to subjects.
pub(super) const KEYS: &str = "
CREATE TABLE meta(name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE identifiers(hash BLOB PRIMARY KEY, subject BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE INDEX identifiers_subject ON identifiers(subject);
";

/// The data file.
pub(super) const DATA: &str = "
CREATE TABLE meta(name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE tenants(
  number INTEGER PRIMARY KEY, tenant BLOB NOT NULL UNIQUE, name_hash BLOB NOT NULL UNIQUE, name BLOB NOT NULL,
  create_time INTEGER NOT NULL) STRICT;
CREATE TABLE credentials(
  number INTEGER PRIMARY KEY, credential BLOB NOT NULL UNIQUE, tenant INTEGER NOT NULL,
  token_hash BLOB NOT NULL UNIQUE, version INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT;
CREATE INDEX credentials_tenant ON credentials(tenant);
CREATE TABLE cases(
  number INTEGER PRIMARY KEY, case_id BLOB NOT NULL UNIQUE, tenant INTEGER NOT NULL, state INTEGER NOT NULL,
  queue TEXT NOT NULL, tier INTEGER NOT NULL, language TEXT, channel INTEGER NOT NULL, label INTEGER NOT NULL,
  level INTEGER NOT NULL, value INTEGER NOT NULL, emergency INTEGER NOT NULL, create_time INTEGER NOT NULL,
  update_time INTEGER NOT NULL, version INTEGER NOT NULL, epoch INTEGER NOT NULL, duplicate_of BLOB,
  sealed BLOB NOT NULL) STRICT;
CREATE INDEX cases_tenant ON cases(tenant);
CREATE INDEX cases_unresolved ON cases(tenant) WHERE state != 4;
CREATE TABLE interactions(
  number INTEGER PRIMARY KEY, interaction_id BLOB NOT NULL UNIQUE, case_number INTEGER NOT NULL,
  receive_time INTEGER NOT NULL, occur_time INTEGER NOT NULL, channel INTEGER NOT NULL, handling INTEGER NOT NULL,
  automatic INTEGER NOT NULL, language TEXT, label INTEGER NOT NULL, score INTEGER NOT NULL,
  level INTEGER NOT NULL, value INTEGER NOT NULL, source_version INTEGER NOT NULL,
  content_version INTEGER NOT NULL, segments INTEGER NOT NULL, facts BLOB NOT NULL, assessment BLOB NOT NULL,
  recording BLOB) STRICT;
CREATE INDEX interactions_case ON interactions(case_number);
CREATE TABLE segments(number INTEGER PRIMARY KEY, turns BLOB NOT NULL) STRICT;
CREATE TABLE joins(
  tenant INTEGER NOT NULL, hash BLOB NOT NULL, case_number INTEGER NOT NULL, interaction_number INTEGER,
  PRIMARY KEY(tenant, hash)) STRICT, WITHOUT ROWID;
CREATE TABLE requests(
  number INTEGER PRIMARY KEY, principal BLOB NOT NULL, method INTEGER NOT NULL, request_id BLOB NOT NULL,
  digest BLOB NOT NULL, result BLOB NOT NULL, expire_time INTEGER NOT NULL,
  UNIQUE(principal, method, request_id)) STRICT;
CREATE TABLE items(
  case_number INTEGER PRIMARY KEY, case_id BLOB NOT NULL, tenant INTEGER NOT NULL, queue TEXT NOT NULL,
  lane INTEGER NOT NULL, state INTEGER NOT NULL, due_time INTEGER NOT NULL, value_descending INTEGER NOT NULL,
  enter_time INTEGER NOT NULL, ready_time INTEGER, language TEXT, skills BLOB NOT NULL, attempts INTEGER NOT NULL,
  epoch INTEGER NOT NULL, lease BLOB) STRICT;
CREATE INDEX items_ready ON items(ready_time) WHERE ready_time IS NOT NULL;
CREATE TABLE streaks(
  tenant INTEGER NOT NULL, queue TEXT NOT NULL, streak INTEGER NOT NULL,
  PRIMARY KEY(tenant, queue)) STRICT, WITHOUT ROWID;
CREATE TABLE leases(
  lease BLOB PRIMARY KEY, tenant INTEGER NOT NULL, principal BLOB NOT NULL, case_number INTEGER NOT NULL,
  epoch INTEGER NOT NULL, held_time INTEGER NOT NULL, outcome INTEGER) STRICT, WITHOUT ROWID;
CREATE INDEX leases_holder ON leases(principal, case_number);
CREATE TABLE events(
  number INTEGER PRIMARY KEY, tenant INTEGER, salt BLOB NOT NULL, event BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
CREATE TABLE doomed(
  id BLOB NOT NULL, kind INTEGER NOT NULL, version INTEGER NOT NULL,
  PRIMARY KEY(id, kind, version)) STRICT, WITHOUT ROWID;
";
