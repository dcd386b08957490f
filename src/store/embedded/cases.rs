//! Rows of cases: what the latest interaction says about the matter, and the state of the work.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    graves,
    ring::{KeyRing, Opener, Tenant},
    sql::{Clocked, Coded, Id, Time, Tongue},
};
use crate::{
    assessment::{Label, Level, Tier},
    conversation::Channel,
    crypto::KeyKind,
    id::CaseId,
    queue::Clocks,
    store::{
        CaseRecord, CaseState, SourceRef, StoreError,
        record::{CaseRow, Field, decode},
    },
    text::Language,
    time::Timestamp,
};

/// Version of the sealed references of a case; they never change.
pub(super) const REFS_VERSION: u64 = 1;

/// The columns that [`Case::read`] reads.
pub(super) const COLUMNS: &str = "c.number, c.case_id, c.state, c.queue, c.tier, c.language, c.channel, c.label, \
    c.level, c.value, c.emergency, c.create_time, c.update_time, c.version, c.epoch, c.duplicate_of, c.sealed, \
    c.clocks, c.merged_into";

/// A case as its row says.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) number: i64,
    pub(super) id: CaseId,
    pub(super) state: CaseState,
    pub(super) queue: String,
    pub(super) tier: Tier,
    pub(super) language: Option<Language>,
    pub(super) channel: Channel,
    pub(super) label: Label,
    pub(super) level: Level,
    pub(super) value: u16,
    pub(super) emergency: bool,
    pub(super) create_time: Timestamp,
    pub(super) update_time: Timestamp,
    pub(super) version: u64,
    pub(super) epoch: u64,
    pub(super) duplicate_of: Option<CaseId>,
    pub(super) sealed: Vec<u8>,
    pub(super) clocks: Option<Clocks>,
    pub(super) merged_into: Option<CaseId>,
}

impl Case {
    /// The case in a row of [`COLUMNS`].
    pub(super) fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            number: row.get(0)?,
            id: row.get::<_, Id<_>>(1)?.0,
            state: row.get::<_, Coded<_>>(2)?.0,
            queue: row.get(3)?,
            tier: row.get::<_, Coded<_>>(4)?.0,
            language: row.get::<_, Option<Tongue>>(5)?.map(|language| language.0),
            channel: row.get::<_, Coded<_>>(6)?.0,
            label: row.get::<_, Coded<_>>(7)?.0,
            level: row.get::<_, Coded<_>>(8)?.0,
            value: row.get(9)?,
            emergency: row.get(10)?,
            create_time: row.get::<_, Time>(11)?.0,
            update_time: row.get::<_, Time>(12)?.0,
            version: row.get(13)?,
            epoch: row.get(14)?,
            duplicate_of: row.get::<_, Option<Id<_>>>(15)?.map(|id| id.0),
            sealed: row.get(16)?,
            clocks: row.get::<_, Option<Clocked>>(17)?.map(|clocks| clocks.0),
            merged_into: row.get::<_, Option<Id<_>>>(18)?.map(|id| id.0),
        })
    }

    /// The case of a number.
    pub(super) fn get(data: &Connection, number: i64) -> Result<Self, StoreError> {
        let mut statement = data.prepare_cached(&format!("SELECT {COLUMNS} FROM cases c WHERE c.number = ?1"))?;
        Ok(statement.query_row([number], Self::read)?)
    }

    /// The case of an id within a tenant.
    pub(super) fn find(data: &Connection, tenant: i64, id: CaseId) -> Result<Option<Self>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM cases c WHERE c.case_id = ?1 AND c.tenant = ?2");
        let mut statement = data.prepare_cached(&sql)?;
        Ok(statement.query_row(params![id.as_bytes(), tenant], Self::read).optional()?)
    }

    /// Writes a new row; its number comes from the database.
    pub(super) fn insert(&mut self, data: &Connection, tenant: i64) -> Result<(), StoreError> {
        let mut statement = data.prepare_cached(
            "INSERT INTO cases(case_id, tenant, state, queue, tier, language, channel, label, level, value, emergency,
               create_time, update_time, version, epoch, duplicate_of, sealed, clocks)
             VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
        )?;
        self.number = statement.insert(params![
            self.id.as_bytes(),
            tenant,
            Coded(self.state),
            self.queue,
            Coded(self.tier),
            self.language.map(Tongue),
            Coded(self.channel),
            Coded(self.label),
            Coded(self.level),
            self.value,
            self.emergency,
            self.create_time.0,
            self.update_time.0,
            self.version,
            self.epoch,
            self.duplicate_of.as_ref().map(CaseId::as_bytes),
            self.sealed,
            self.clocks.map(Clocked),
        ])?;
        Ok(())
    }

    /// Writes what may change, under a new version.
    pub(super) fn update(&mut self, data: &Connection, now: Timestamp) -> Result<(), StoreError> {
        self.version += 1;
        self.update_time = now;
        let mut statement = data.prepare_cached(
            "UPDATE cases SET state = ?2, queue = ?3, tier = ?4, language = ?5, channel = ?6, label = ?7, level = ?8,
               value = ?9, emergency = ?10, update_time = ?11, version = ?12, epoch = ?13,
               clocks = ?14, merged_into = ?15 WHERE number = ?1",
        )?;
        statement.execute(params![
            self.number,
            Coded(self.state),
            self.queue,
            Coded(self.tier),
            self.language.map(Tongue),
            Coded(self.channel),
            Coded(self.label),
            Coded(self.level),
            self.value,
            self.emergency,
            self.update_time.0,
            self.version,
            self.epoch,
            self.clocks.map(Clocked),
            self.merged_into.as_ref().map(CaseId::as_bytes),
        ])?;
        Ok(())
    }

    /// Opens the references: of the source and of the customer. Where the key that they lie under was destroyed though the
    /// case was not, as after a restore of data from before the case was handed over, they are gone and the case is not.
    pub(super) fn references(
        &self,
        ring: &KeyRing,
        tenant: &Tenant,
        keys: &Connection,
    ) -> Result<(Option<SourceRef>, Option<String>), StoreError> {
        let mut opener = Opener::new(ring, keys, tenant, KeyKind::Case, self.id.0);
        match opener.open(Field::Case, 0, REFS_VERSION, &self.sealed) {
            Err(StoreError::RecordGone) if !graves::is_erased(keys, self.id.0, 0)? => Ok((None, None)),
            plain => Ok(decode::<CaseRow>(&plain?)?.into_refs()),
        }
    }

    /// Opens the references and gives the case as it is shown.
    pub(super) fn into_record(
        self,
        ring: &KeyRing,
        tenant: &Tenant,
        keys: &Connection,
        queued: Option<(Timestamp, Timestamp)>,
    ) -> Result<CaseRecord, StoreError> {
        let (source_ref, customer_ref) = self.references(ring, tenant, keys)?;
        Ok(CaseRecord {
            case: self.id,
            source_ref,
            customer_ref,
            state: self.state,
            queue: self.queue,
            tier: self.tier,
            language: self.language,
            channel: self.channel,
            label: self.label,
            level: self.level,
            value: self.value,
            emergency: self.emergency,
            create_time: self.create_time,
            update_time: self.update_time,
            queued,
            version: self.version,
            possible_duplicate_of: self.duplicate_of,
            merged_into: self.merged_into,
            clocks: self.clocks,
            service_times: Vec::new(),
            due_changes: Vec::new(),
            is_leased_by_reader: false,
        })
    }
}

/// When a case entered the queue and when it is due, while it is queued.
pub(super) fn queued(data: &Connection, number: i64) -> Result<Option<(Timestamp, Timestamp)>, StoreError> {
    let mut statement = data.prepare_cached("SELECT enter_time, due_time FROM items WHERE case_number = ?1")?;
    let row = statement.query_row([number], |row| Ok((row.get::<_, Time>(0)?.0, row.get::<_, Time>(1)?.0)));
    Ok(row.optional()?)
}
