//! Acts of two people in the embedded engine.

use std::sync::Arc;

use async_trait::async_trait;

use super::{
    export,
    orders::{Kind, Order},
    purge,
};
use crate::{
    id::{ExportId, PurgeId, RecipientId},
    store::{
        ExportRecord, ExportedCase, Officer, Orders, PurgeFilter, PurgeRecord, RecipientRecord, StoreError,
        SubjectSelector,
        embedded::{EmbeddedStore, jobs::Turn, readers::Read, verify, write::Write},
        record::PurgeRow,
    },
};

#[async_trait]
impl Orders for EmbeddedStore {
    async fn count_purge(&self, officer: Officer, filter: PurgeFilter) -> Result<PurgeRecord, StoreError> {
        self.committer.check()?;
        let tenant = self.ring.tenant(officer.tenant)?;
        let last = self.readers.run(Turn::live(tenant.number), |read| purge::last_event(&read.data()?.0)).await?;
        let (mut counted, mut after) = (0, 0);
        loop {
            let (ring, of, filter) = (Arc::clone(&self.ring), Arc::clone(&tenant), filter.clone());
            let look = move |read: &mut Read| {
                let (data, keys) = read.data()?;
                purge::find((&data, keys), &ring, &of, &filter, (after, last))
            };
            let matched = self.readers.run(Turn::bulk(tenant.number), look).await?;
            (counted, after) = (counted + matched.count(), matched.event);
            if matched.is_last {
                break;
            }
        }
        self.committer.run(move |write| purge::place(write, &tenant, officer, &filter, (counted, last))).await
    }

    async fn run_purge(&self, officer: Officer, purge: PurgeId, etag: String) -> Result<PurgeRecord, StoreError> {
        let (tenant, ring) = (self.ring.tenant(officer.tenant)?, Arc::clone(&self.ring));
        let work = move |write: &mut Write<'_>| {
            let order: Order<PurgeRow> =
                Order::confirmed(write, &tenant, officer, Kind::Purge, (purge.0, etag.as_str()))?;
            if order.is_done {
                write.await_destruction();
                return purge::shown(&tenant, &order);
            }
            let range = (order.record.done_event, order.record.last_event);
            let filter = order.record.filter()?;
            let matched = purge::find((write.data, write.keys), &ring, &tenant, &filter, range)?;
            purge::destroy(write, &tenant, officer, order, matched)
        };
        self.committer.run(work).await
    }

    async fn register_recipient(&self, officer: Officer, key: String) -> Result<RecipientRecord, StoreError> {
        let tenant = self.ring.tenant(officer.tenant)?;
        self.committer.run(move |write| export::register(write, &tenant, officer, &key)).await
    }

    async fn list_recipients(&self, officer: Officer) -> Result<Vec<RecipientRecord>, StoreError> {
        self.committer.check()?;
        let tenant = self.ring.tenant(officer.tenant)?;
        let turn = Turn::live(tenant.number);
        self.readers.run(turn, move |read| export::list(&read.data()?.0, &tenant)).await
    }

    async fn revoke_recipient(&self, officer: Officer, recipient: RecipientId) -> Result<RecipientRecord, StoreError> {
        let tenant = self.ring.tenant(officer.tenant)?;
        self.committer.run(move |write| export::revoke(write, &tenant, officer, recipient)).await
    }

    async fn request_export(
        &self,
        officer: Officer,
        selectors: Vec<SubjectSelector>,
        recipient: RecipientId,
    ) -> Result<ExportRecord, StoreError> {
        let tenant = self.ring.tenant(officer.tenant)?;
        self.committer.run(move |write| export::place(write, &tenant, officer, &selectors, recipient)).await
    }

    async fn run_export(
        &self,
        officer: Officer,
        export: ExportId,
        etag: String,
    ) -> Result<(ExportRecord, Vec<ExportedCase>), StoreError> {
        self.check_texts(officer.tenant)?;
        let tenant = self.ring.tenant(officer.tenant)?;
        let of = Arc::clone(&tenant);
        let confirm = move |write: &mut Write<'_>| export::confirm(write, &of, officer, (export, etag.as_str()));
        let order = self.committer.run(confirm).await?;
        let subjects = order.subjects.clone();
        let read = export::read_all(self, &tenant, subjects).await;
        let read = verify::reported(self, officer.tenant, None, read).await;
        Ok((order, read?))
    }
}
