//! A tenant that leaves: counted, read page by page, and destroyed by the one tombstone that names its key.

use std::sync::Arc;

use async_trait::async_trait;
use rusqlite::{Connection, params};

use super::{
    departed, erase,
    export::{self, OFFBOARDING_WAIT},
    holds,
    orders::{Kind, Order},
    pages::{Page, Reading},
    purge,
};
use crate::{
    audit::{self, Action},
    crypto::KeyKind,
    id::{ErasureId, OffboardingId, RecipientId, TenantId},
    store::{
        Confirmation, ErasureRecord, ErasureState, ExportCursor, ExportMark, Holdings, Offboarding, OffboardingRecord,
        Officer, RecipientRecord, Sealed, StoreError,
        embedded::{EmbeddedStore, jobs::Turn, readers::Read, ring::Tenant, sql::Id, write::Write},
        record::{ErasureRow, OffboardingRow, decode},
        tombstone::{Burial, Cause, Grave},
    },
};

#[async_trait]
impl Offboarding for EmbeddedStore {
    async fn request_offboarding(
        &self,
        officer: Officer,
        recipient: RecipientId,
    ) -> Result<OffboardingRecord, StoreError> {
        self.check_texts(officer.tenant)?;
        let tenant = self.ring.tenant(officer.tenant)?;
        let of = Arc::clone(&tenant);
        let count = move |read: &mut Read| {
            let (data, keys) = read.data()?;
            holdings((&data, keys), &of)
        };
        let holdings = self.readers.run(Turn::bulk(tenant.number), count).await?;
        self.committer.run(move |write| place(write, &tenant, officer, recipient, holdings)).await
    }

    async fn begin_offboarding(&self, by: Confirmation) -> Result<(OffboardingRecord, ExportMark), StoreError> {
        self.check_texts(by.officer.tenant)?;
        let tenant = self.ring.tenant(by.officer.tenant)?;
        self.committer.run(move |write| begin(write, &tenant, &by)).await
    }

    async fn read_offboarding(&self, officer: Officer, after: ExportCursor) -> Result<Page, StoreError> {
        self.check_texts(officer.tenant)?;
        let (ring, tenant) = (Arc::clone(&self.ring), self.ring.tenant(officer.tenant)?);
        let turn = Turn::bulk(tenant.number);
        let read = move |read: &mut Read| {
            let (data, keys) = read.data()?;
            Reading { data: &data, keys, ring: &ring, tenant: &tenant }.page(after)
        };
        self.readers.run(turn, read).await
    }

    async fn seal_offboarding(&self, by: Confirmation, sealed: Sealed) -> Result<(), StoreError> {
        let tenant = self.ring.tenant(by.officer.tenant)?;
        let note = move |write: &mut Write<'_>| {
            let mut order = confirmed(write, &tenant, &by)?;
            order.record.seal(&sealed);
            order.update(write)
        };
        self.committer.run(note).await
    }

    async fn offboard_tenant(&self, by: Confirmation, receipt: [u8; 32]) -> Result<ErasureRecord, StoreError> {
        let tenant = self.ring.tenant(by.officer.tenant)?;
        let (ring, cache, watches) = (Arc::clone(&self.ring), Arc::clone(&self.cache), Arc::clone(&self.watches));
        let work = move |write: &mut Write<'_>| {
            let record = leave(write, &tenant, &by, receipt)?;
            let (id, number) = (tenant.id, tenant.number);
            let (ring, cache, watches) = (Arc::clone(&ring), Arc::clone(&cache), Arc::clone(&watches));
            write.after(move || {
                ring.remove(id, number);
                cache.forget(id);
                watches.end(number);
            });
            Ok(record)
        };
        self.committer.run_essential(Turn::INSTANCE, work).await
    }
}

impl EmbeddedStore {
    /// The tenants that have left, and how.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn offboarded(&self) -> Result<Vec<(TenantId, ErasureRecord)>, StoreError> {
        self.readers.run(Turn::INSTANCE, |read| offboarded(&read.data()?.0)).await
    }
}

fn offboarded(data: &Connection) -> Result<Vec<(TenantId, ErasureRecord)>, StoreError> {
    let mut statement = data.prepare_cached(
        "SELECT t.tenant, e.erasure, e.record FROM erasures e JOIN tenants t ON t.number = e.tenant
         WHERE e.state = 3 ORDER BY e.erasure",
    )?;
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, Id<TenantId>>(0)?.0, row.get::<_, Id<ErasureId>>(1)?.0, row.get::<_, Vec<u8>>(2)?))
    })?;
    let mut found = Vec::new();
    for row in rows {
        let (tenant, id, record) = row?;
        let record = decode::<ErasureRow>(&record)?.into_record(id, ErasureState::Erased)?;
        found.extend((record.cause == Cause::Offboarding).then_some((tenant, record)));
    }
    Ok(found)
}

/// How much a tenant has.
fn holdings((data, keys): (&Connection, &Connection), tenant: &Tenant) -> Result<Holdings, StoreError> {
    let cases = "SELECT COUNT(*) FROM cases WHERE tenant = ?1";
    let interactions =
        "SELECT COUNT(*) FROM cases c JOIN interactions i ON i.case_number = c.number WHERE c.tenant = ?1";
    let identifiers =
        "SELECT COUNT(*) FROM identifiers WHERE subject IN (SELECT id FROM wraps WHERE parent = ?1 AND kind = ?2)";
    let count = |sql| data.prepare_cached(sql)?.query_row([tenant.number], |row| row.get::<_, u64>(0));
    let subject = params![tenant.id.as_bytes(), KeyKind::Subject as u8];
    Ok(Holdings {
        cases: count(cases)?,
        interactions: count(interactions)?,
        identifiers: keys.prepare_cached(identifiers)?.query_row(subject, |row| row.get(0))?,
    })
}

fn place(
    write: &Write<'_>,
    tenant: &Tenant,
    officer: Officer,
    id: RecipientId,
    holdings: Holdings,
) -> Result<OffboardingRecord, StoreError> {
    let recipient = export::usable(write, tenant, id, OFFBOARDING_WAIT)?;
    let order = Order::place(write, tenant, officer, Kind::Offboarding, OffboardingRow::new(id, holdings))?;
    note(write, tenant, officer, Action::OffboardingRequested, &order)?;
    Ok(shown(tenant, &order, recipient))
}

fn note(
    write: &Write<'_>,
    tenant: &Tenant,
    officer: Officer,
    action: Action,
    order: &Order<OffboardingRow>,
) -> Result<(), StoreError> {
    let count = usize::try_from(order.record.holdings().interactions).unwrap_or(usize::MAX);
    erase::audit(write, tenant, Some(officer.principal), action, order.id, count)
}

fn shown(tenant: &Tenant, order: &Order<OffboardingRow>, recipient: RecipientRecord) -> OffboardingRecord {
    OffboardingRecord {
        offboarding: OffboardingId(order.id),
        recipient,
        holdings: order.record.holdings(),
        etag: order.etag(tenant),
        creator: order.creator,
        create_time: order.create_time,
    }
}

fn confirmed(write: &Write<'_>, tenant: &Tenant, by: &Confirmation) -> Result<Order<OffboardingRow>, StoreError> {
    let Confirmation { officer, offboarding, etag } = by;
    Order::confirmed(write, tenant, *officer, Kind::Offboarding, (offboarding.0, etag.as_str()))
}

fn begin(write: &Write<'_>, tenant: &Tenant, by: &Confirmation) -> Result<(OffboardingRecord, ExportMark), StoreError> {
    let order = confirmed(write, tenant, by)?;
    let recipient = export::usable(write, tenant, order.record.recipient(), OFFBOARDING_WAIT)?;
    let mark = ExportMark(purge::last_event(write.data)?);
    note(write, tenant, by.officer, Action::TenantExported, &order)?;
    Ok((shown(tenant, &order, recipient), mark))
}

/// Whether anything that is exported has changed since an export began.
fn has_changed(write: &Write<'_>, tenant: &Tenant, since: ExportMark) -> Result<bool, StoreError> {
    let mut statement = write.data.prepare_cached("SELECT event FROM events WHERE number > ?1 AND tenant = ?2")?;
    let mut rows = statement.query([since.0, tenant.number])?;
    while let Some(row) = rows.next()? {
        if audit::changes_content(row.get_ref(0)?.as_blob().unwrap_or_default()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Destroys a tenant: out of sight with the act, its keys right after it, its rows later.
fn leave(
    write: &mut Write<'_>,
    tenant: &Tenant,
    by: &Confirmation,
    receipt: [u8; 32],
) -> Result<ErasureRecord, StoreError> {
    let mut order = confirmed(write, tenant, by)?;
    let erasure = ErasureId(order.id);
    if order.is_done {
        // The disk was full before every key was gone, and it is tried once more.
        write.await_destruction();
        return erase::get(write, tenant, erasure);
    }
    let sealed = order.record.sealed().filter(|sealed| sealed.receipt == receipt).ok_or(StoreError::Changed)?;
    if has_changed(write, tenant, sealed.mark)? {
        return Err(StoreError::Changed);
    }
    if let Some(end) = holds::last_end(write, tenant)? {
        return Err(StoreError::OnHold(end));
    }
    order.is_done = true;
    order.update(write)?;
    let count = usize::try_from(sealed.interactions).unwrap_or(usize::MAX);
    erase::audit(write, tenant, Some(by.officer.principal), Action::TenantOffboarded, tenant.id.0, count)?;
    let Holdings { identifiers, .. } = order.record.holdings();
    let record = ErasureRecord {
        erasure: Some(erasure),
        state: ErasureState::Erased,
        cause: Cause::Offboarding,
        subjects: Vec::new(),
        cases: Vec::new(),
        holdings: Holdings { cases: sealed.cases, interactions: sealed.interactions, identifiers },
        etag: None,
        create_time: order.create_time,
        hold_end_time: None,
        erase_time: Some(write.now),
    };
    erase::put(write, tenant, &record)?;
    departed::forget(write.data, tenant.id)?;
    let graves = vec![Grave::all(KeyKind::Tenant, tenant.id.0)];
    write.bury(Burial { tenant: tenant.id, time: write.now, cause: Cause::Offboarding, graves })?;
    Ok(record)
}
