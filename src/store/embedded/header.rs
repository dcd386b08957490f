//! What both files say about themselves: format, store id, the generation of the key file, service time, and a sealed
//! probe that only the right master key opens.

use rusqlite::{Connection, ErrorCode, OptionalExtension, types::FromSql};
use uuid::Uuid;

use super::{
    OpenError,
    files::{self, Files},
    schema, slots,
};
use crate::{
    crypto::{Key, MasterKey, Place, StoreId, random},
    id::TenantId,
    store::{StoreError, record::Field},
    time::Timestamp,
};

const STORE_ID: &str = "store_id";
const GENERATION: &str = "generation";
const SERVICE_TIME: &str = "service_time";
const COMMITS: &str = "commits";
const PROBE: &str = "probe";
const MASTER_VERSION: &str = "master_version";
const PROBE_BYTES: &[u8] = b"triaged";

/// What the headers of both files agree on.
#[derive(Clone, Copy, Debug)]
pub(super) struct Header {
    /// The store.
    pub(super) store: StoreId,
    /// Generation of the key file: grows with each of its commits.
    pub(super) generation: i64,
    /// How often the data file was committed.
    pub(super) commits: i64,
    /// The highest service time that was committed.
    pub(super) service_time: Timestamp,
}

/// Reads a value of a file's header.
pub(super) fn meta<T: FromSql>(connection: &Connection, name: &str) -> rusqlite::Result<Option<T>> {
    connection.query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0)).optional()
}

/// Writes a value of a file's header.
pub(super) fn put(connection: &Connection, name: &str, value: impl rusqlite::ToSql) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached("INSERT OR REPLACE INTO meta(name, value) VALUES(?1, ?2)")?;
    statement.execute((name, value)).map(drop)
}

/// Removes a value of a file's header.
pub(super) fn remove(connection: &Connection, name: &str) -> rusqlite::Result<()> {
    connection.execute("DELETE FROM meta WHERE name = ?1", [name]).map(drop)
}

/// What either file says of itself.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stamp {
    /// The store.
    pub(super) store: StoreId,
    /// Generation of the key file.
    pub(super) generation: i64,
    /// How often the data file was committed.
    pub(super) commits: i64,
}

/// Reads what a file says of itself; `None`: a part is missing.
pub(super) fn stamp(connection: &Connection) -> rusqlite::Result<Option<Stamp>> {
    let (store, generation) = (meta(connection, STORE_ID)?, meta(connection, GENERATION)?);
    let commits = meta(connection, COMMITS)?.unwrap_or_default();
    Ok(store.zip(generation).map(|(store, generation)| Stamp { store: StoreId(store), generation, commits }))
}

/// The sealed probe of a key file.
pub(super) fn probe(keys: &Connection) -> rusqlite::Result<Vec<u8>> {
    Ok(meta(keys, PROBE)?.unwrap_or_default())
}

/// Whether a key file is that of this master key.
pub(super) fn opens_with(keys: &Connection, master: &MasterKey) -> rusqlite::Result<bool> {
    let (store, probe) = (meta(keys, STORE_ID)?, meta::<Vec<u8>>(keys, PROBE)?);
    // The bytes of a master key do not say which version they are; the key file does.
    let Ok(master) = master.copy_of_version(master_version(keys)?) else { return Ok(false) };
    Ok(store.zip(probe).is_some_and(|(store, probe)| opens(master.key(), StoreId(store), &probe)))
}

/// Notes the generation of the key file in either file.
pub(super) fn put_generation(connection: &Connection, generation: i64) -> rusqlite::Result<()> {
    put(connection, GENERATION, generation)
}

/// Notes in either file how often the data file was committed.
pub(super) fn put_commits(connection: &Connection, commits: i64) -> rusqlite::Result<()> {
    put(connection, COMMITS, commits)
}

/// Notes the service time in the data file.
pub(super) fn put_service_time(data: &Connection, time: Timestamp) -> rusqlite::Result<()> {
    put(data, SERVICE_TIME, time.0)
}

/// The version of the master key that the key file is wrapped under.
pub(super) fn master_version(keys: &Connection) -> rusqlite::Result<u32> {
    Ok(meta(keys, MASTER_VERSION)?.unwrap_or(1))
}

/// Notes the version of the master key, with a new proof of it.
pub(super) fn put_master(keys: &Connection, store: StoreId, master: &Key) -> Result<(), StoreError> {
    put(keys, PROBE, master.seal(&probe_place(store), PROBE_BYTES)?)?;
    Ok(put(keys, MASTER_VERSION, master.name().version)?)
}

/// The format of an existing file, read without writing to it; 0 where it was never finished.
pub(super) fn format(path: &std::path::Path, known: i64) -> Result<i64, OpenError> {
    if !files::has_content(path) {
        return Ok(0);
    }
    let connection = files::reader(path)?;
    let pragma = |name| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let format = match pragma("user_version") {
        // The power went while it was made: what was begun is taken back before anything can be read.
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::ReadOnly) => {
            files::recover(path)?;
            pragma("user_version")?
        }
        format => format?,
    };
    if format == 0 {
        return Ok(0);
    }
    if pragma("application_id")? != schema::APPLICATION_ID {
        return Err(OpenError::Foreign(path.to_owned()));
    }
    if format > known {
        return Err(OpenError::Newer { file: path.to_owned(), found: format, known });
    }
    Ok(format)
}

/// Makes the tables of a new store, keys first.
pub(super) fn create(
    files: &Files,
    data: &mut Connection,
    keys: &mut Connection,
    master: &MasterKey,
) -> Result<(), OpenError> {
    if format(&files.keys(), schema::KEYS_FORMAT)? == 0 {
        let store = StoreId(random()?);
        let probe = master.key().seal(&probe_place(store), PROBE_BYTES)?;
        make(keys, schema::KEYS, schema::KEYS_FORMAT, |keys| {
            slots::make(keys)?;
            put(keys, STORE_ID, store.0)?;
            put(keys, PROBE, probe)?;
            put_generation(keys, 0)
        })?;
    }
    let store: [u8; 16] = meta(keys, STORE_ID)?.ok_or_else(|| OpenError::Damaged(files.keys()))?;
    make(data, schema::DATA, schema::FIRST, |data| {
        put(data, STORE_ID, store)?;
        put_service_time(data, Timestamp(0))?;
        put_generation(data, 0)
    })?;
    for path in [files.keys(), files.data()] {
        files::sync_dir(&path).map_err(|error| OpenError::File(path, error))?;
    }
    Ok(())
}

fn make(
    connection: &mut Connection,
    tables: &str,
    format: i64,
    fill: impl FnOnce(&Connection) -> rusqlite::Result<()>,
) -> Result<(), OpenError> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(tables)?;
    fill(&transaction)?;
    transaction.pragma_update(None, "application_id", schema::APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", format)?;
    Ok(transaction.commit()?)
}

/// Whether the key file is as it was made: nothing was ever committed under its keys.
pub(super) fn keys_are_new(keys: &Connection) -> Result<bool, OpenError> {
    Ok(meta::<i64>(keys, GENERATION)? == Some(0))
}

/// Reads both headers and holds them against each other and against the master key.
pub(super) fn check(
    files: &Files,
    data: &Connection,
    keys: &Connection,
    master: &MasterKey,
) -> Result<Header, OpenError> {
    let of_data = || OpenError::Damaged(files.data());
    let of_keys = || OpenError::Damaged(files.keys());
    let store = StoreId(meta(keys, STORE_ID)?.ok_or_else(of_keys)?);
    if meta::<[u8; 16]>(data, STORE_ID)?.ok_or_else(of_data)? != store.0 {
        return Err(OpenError::OtherStore { data: files.data(), keys: files.keys() });
    }
    let probe: Vec<u8> = meta(keys, PROBE)?.ok_or_else(of_keys)?;
    if !opens(master.key(), store, &probe) {
        return Err(OpenError::WrongMasterKey);
    }
    let generation: i64 = meta(keys, GENERATION)?.ok_or_else(of_keys)?;
    let seen: i64 = meta(data, GENERATION)?.ok_or_else(of_data)?;
    if seen > generation {
        return Err(OpenError::OlderKeys { keys: files.keys(), found: generation, needed: seen });
    }
    // Files of the first release count from zero.
    let commits: i64 = meta(data, COMMITS)?.unwrap_or_default();
    let needed = meta::<i64>(keys, COMMITS)?.unwrap_or_default().max(files.marked());
    if commits < needed {
        return Err(OpenError::OlderData { data: files.data(), found: commits, needed });
    }
    let service_time = Timestamp(meta(data, SERVICE_TIME)?.ok_or_else(of_data)?);
    Ok(Header { store, generation, commits, service_time })
}

fn opens(master: &Key, store: StoreId, probe: &[u8]) -> bool {
    master.open(&probe_place(store), probe).is_ok_and(|plain| plain.as_slice() == PROBE_BYTES)
}

fn probe_place(store: StoreId) -> Place {
    let (tenant, record) = (TenantId(Uuid::nil()), Uuid::nil());
    Place { store, tenant, record, field: Field::Probe as u16, segment: 0, version: 1 }
}
