//! Credentials: sealed rows found by the keyed hash of their token. Found ones are kept in memory until they are
//! revoked.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OptionalExtension, params};
use rustc_hash::FxHashMap;

use super::{
    EmbeddedStore,
    error::damaged,
    jobs::Turn,
    position,
    ring::{KeyRing, Tenant},
    sql::Id,
    write::Write,
};
use crate::{
    audit::{Action, Event},
    conversation::RawText,
    crypto::{new_id, token},
    id::{CredentialId, PrincipalId, TenantId},
    store::{
        CredentialRecord, NewCredential, Page, StoreError,
        record::{CredentialRow, Field},
    },
    time::Timestamp,
};

/// How many found credentials are kept in memory.
const CACHED_MAX: usize = 10_000;
const LIST: &str = "credentials";

/// Credentials that were found lately, by the hash of their token.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<Cached>);

#[derive(Debug, Default)]
struct Cached {
    /// Grows with every revocation, so that what was read before one is not taken up after it.
    revocations: u64,
    found: FxHashMap<[u8; 32], CredentialRecord>,
}

impl Cache {
    fn get(&self, hash: &[u8; 32]) -> (u64, Option<CredentialRecord>) {
        let cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        (cached.revocations, cached.found.get(hash).cloned())
    }

    fn put(&self, seen: u64, hash: [u8; 32], record: &CredentialRecord) {
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if cached.found.len() >= CACHED_MAX {
            cached.found.clear();
        }
        if cached.revocations == seen {
            cached.found.insert(hash, record.clone());
        }
    }

    fn revoke(&self, credential: CredentialId) {
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cached.revocations += 1;
        cached.found.retain(|_, record| record.credential != credential);
    }

    /// Forgets all credentials of a tenant, which has left.
    pub(super) fn forget(&self, tenant: TenantId) {
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cached.revocations += 1;
        cached.found.retain(|_, record| record.tenant != tenant);
    }
}

/// A row of the table.
struct Row {
    number: i64,
    credential: CredentialId,
    version: u64,
    sealed: Vec<u8>,
}

impl Row {
    const COLUMNS: &str = "c.number, c.credential, c.version, c.sealed";

    fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        let credential = row.get::<_, Id<_>>(1)?.0;
        Ok(Self { number: row.get(0)?, credential, version: row.get(2)?, sealed: row.get(3)? })
    }

    fn open(&self, ring: &KeyRing, tenant: &Tenant) -> Result<(CredentialRecord, [u8; 32]), StoreError> {
        let place = ring.place(tenant.id, self.credential.0, Field::Credential, self.version);
        let plain = tenant.key.open(&place, &self.sealed).map_err(|_| damaged(&self.credential))?;
        let row = CredentialRow::decode(&plain)?;
        let hash = row.token_hash;
        let record = row.into_record()?;
        let own = record.credential == self.credential && record.tenant == tenant.id;
        if own { Ok((record, hash)) } else { Err(damaged(&self.credential)) }
    }
}

fn seal(
    ring: &KeyRing,
    tenant: &Tenant,
    record: &CredentialRecord,
    hash: [u8; 32],
    version: u64,
) -> Result<Vec<u8>, StoreError> {
    let place = ring.place(tenant.id, record.credential.0, Field::Credential, version);
    Ok(tenant.key.seal(&place, &CredentialRow::new(record, hash).encode()?)?)
}

/// Makes a credential with a principal of its own, and its token.
pub(super) fn create(
    write: &mut Write<'_>,
    tenant: &Tenant,
    new: NewCredential,
) -> Result<(CredentialRecord, RawText), StoreError> {
    let token = token::draw()?;
    let hash = token::hash(&write.ring.lookup, token.expose());
    let record = CredentialRecord {
        credential: CredentialId(new_id(write.now)?),
        principal: PrincipalId(new_id(write.now)?),
        tenant: tenant.id,
        roles: new.roles,
        label: new.label,
        creator: new.creator,
        create_time: write.now,
        expire_time: write.now + new.valid_duration,
        revoke_time: None,
    };
    let sealed = seal(write.ring, tenant, &record, hash, 1)?;
    let mut statement = write.data.prepare_cached(
        "INSERT INTO credentials(credential, tenant, token_hash, version, sealed) VALUES(?1, ?2, ?3, 1, ?4)",
    )?;
    statement.execute(params![record.credential.as_bytes(), tenant.number, hash, sealed])?;
    audit(write, tenant, new.creator, Action::CredentialCreated, record.credential)?;
    Ok((record, token))
}

/// Revokes a credential; a second time changes nothing.
pub(super) fn revoke(
    write: &mut Write<'_>,
    tenant: &Tenant,
    by: Option<PrincipalId>,
    credential: CredentialId,
    cache: Arc<Cache>,
) -> Result<CredentialRecord, StoreError> {
    let sql = format!("SELECT {} FROM credentials c WHERE c.credential = ?1 AND c.tenant = ?2", Row::COLUMNS);
    let mut statement = write.data.prepare_cached(&sql)?;
    let row = statement.query_row(params![credential.as_bytes(), tenant.number], Row::read).optional()?;
    let row = row.ok_or(StoreError::NotFound)?;
    let (mut record, hash) = row.open(write.ring, tenant)?;
    if record.revoke_time.is_some() {
        return Ok(record);
    }
    record.revoke_time = Some(write.now);
    let version = row.version + 1;
    let sealed = seal(write.ring, tenant, &record, hash, version)?;
    let mut statement =
        write.data.prepare_cached("UPDATE credentials SET version = ?2, sealed = ?3 WHERE number = ?1")?;
    statement.execute(params![row.number, version, sealed])?;
    audit(write, tenant, by, Action::CredentialRevoked, credential)?;
    write.after(move || cache.revoke(credential));
    Ok(record)
}

/// When a principal's credential was made, and by whom.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin {
    pub(super) creator: Option<PrincipalId>,
    pub(super) create_time: Timestamp,
}

/// Origins by principal.
pub(super) type Origins = FxHashMap<PrincipalId, Origin>;

/// The origins of all credentials of a tenant, also of revoked ones; those that cannot be read are left out.
pub(super) fn origins(write: &Write<'_>, tenant: &Tenant) -> Result<Origins, StoreError> {
    let sql = format!("SELECT {} FROM credentials c WHERE c.tenant = ?1", Row::COLUMNS);
    let mut statement = write.data.prepare_cached(&sql)?;
    let mut origins = Origins::default();
    for row in statement.query_map([tenant.number], Row::read)? {
        match row?.open(write.ring, tenant) {
            Ok((CredentialRecord { principal, creator, create_time, .. }, _)) => {
                origins.insert(principal, Origin { creator, create_time });
            }
            Err(error) => tracing::error!(%error, "a credential cannot be read"),
        }
    }
    Ok(origins)
}

fn audit(
    write: &Write<'_>,
    tenant: &Tenant,
    principal: Option<PrincipalId>,
    action: Action,
    credential: CredentialId,
) -> Result<(), StoreError> {
    let (id, object) = (Some(tenant.id), Some(credential.0));
    write.audit(Some(tenant.number), &Event { tenant: id, principal, object, ..Event::new(action, write.now) })
}

/// The credential behind a token.
pub(super) async fn authenticate(store: &EmbeddedStore, given: &str) -> Result<Option<CredentialRecord>, StoreError> {
    let hash = token::hash(&store.ring.lookup, given);
    let (seen, cached) = store.cache.get(&hash);
    let record = if cached.is_some() { cached } else { look_up(store, hash, seen).await? };
    let now = store.time.now();
    Ok(record.filter(|record| record.revoke_time.is_none() && record.expire_time > now))
}

async fn look_up(store: &EmbeddedStore, hash: [u8; 32], seen: u64) -> Result<Option<CredentialRecord>, StoreError> {
    let ring = Arc::clone(&store.ring);
    let found = store.readers.run(Turn::INSTANCE, move |read| find(&ring, &read.data()?.0, &hash)).await?;
    if let Some(record) = &found {
        store.cache.put(seen, hash, record);
    }
    Ok(found)
}

fn find(ring: &KeyRing, data: &Connection, hash: &[u8; 32]) -> Result<Option<CredentialRecord>, StoreError> {
    let sql = format!(
        "SELECT {}, t.tenant FROM credentials c JOIN tenants t ON t.number = c.tenant WHERE c.token_hash = ?1",
        Row::COLUMNS
    );
    let mut statement = data.prepare_cached(&sql)?;
    let row = statement.query_row([hash], |row| Ok((Row::read(row)?, row.get::<_, Id<TenantId>>(4)?.0)));
    let Some((row, tenant)) = row.optional()? else { return Ok(None) };
    let (record, sealed_hash) = row.open(ring, &*ring.tenant(tenant)?)?;
    Ok(token::equal(&sealed_hash, hash).then_some(record))
}

/// Lists the credentials of a tenant, newest first.
pub(super) fn list(
    ring: &KeyRing,
    tenant: &Tenant,
    data: &Connection,
    limit: u32,
    after: Option<&[u8]>,
) -> Result<Page<CredentialRecord>, StoreError> {
    let below = after.map_or(Ok(i64::MAX), |after| position::decode(tenant, LIST, after))?;
    let sql = format!(
        "SELECT {} FROM credentials c WHERE c.tenant = ?1 AND c.number < ?2 ORDER BY c.number DESC LIMIT ?3",
        Row::COLUMNS
    );
    let mut statement = data.prepare_cached(&sql)?;
    let rows = statement.query_map(params![tenant.number, below, u64::from(limit) + 1], Row::read)?;
    let rows: Vec<Row> = rows.collect::<Result<_, _>>()?;
    position::page(tenant, LIST, rows, limit, |row| row.number, |row| Ok(row.open(ring, tenant)?.0))
}
