//! The embedded engine: two SQLite files, one thread that writes, a pool that reads. It knows nothing of the wire; no
//! text leaves memory but sealed.

mod schema;

mod shape;

mod error;

mod files;

mod header;

mod migrate;

mod residence;

mod open;

mod sql;

mod slots;

mod wraps;

mod versions;

mod ring;

mod graves;

mod doomed;

mod job;

mod reserve;

mod manifest;

mod write;

mod commit;

mod logs;

mod committer;

mod jobs;

mod again;

mod readers;

mod wake;

mod watch;

mod position;

mod requests;

mod subjects;

mod joins;

mod transition;

mod cases;

mod casework;

mod clocks;

mod interactions;

mod items;

mod ready;

mod prepare;

mod submit;

mod live;

mod read;

mod lease;

mod settle;

mod bump;

mod listing;

mod tenants;

mod credentials;

mod teaching;

mod sealed;

mod rotate;

mod scrub;

pub mod recovery;

mod verify;

mod leftovers;

mod privacy;

mod posture;

#[cfg(test)]
mod graves_tests;
#[cfg(test)]
mod tests;

use std::{
    fs::File,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
pub use leftovers::{Leftover, leftovers};
pub use open::OpenError;
use tokio::sync::broadcast;

use self::{committer::Committer, jobs::Turn, readers::Readers, ring::KeyRing, wake::Wakes, watch::Watches};
use crate::{
    conversation::RawText,
    crypto::{MasterKey, SigningKey},
    id::{CaseId, CredentialId, InteractionId, PrincipalId, TenantId},
    store::{
        BumpRequest, Bumped, CaseFilter, CaseLookup, CaseRecord, CaseState, CredentialRecord, IdempotentMethod,
        InteractionRecord, LeaseHandle, LeaseRequest, LiveChange, LiveInteraction, LivePosition, NewCredential,
        OpenCase, Page, QueueEntry, QueueWatch, Reader, Store, StoreError, Submission, Submitted,
    },
    time::{Clock, ServiceTime},
};

/// Where a store lies and what opens it.
#[expect(missing_debug_implementations, reason = "it holds the master key and a clock")]
pub struct StoreConfig {
    /// Directory of the data file.
    pub data_dir: PathBuf,
    /// Directory of the key file; never the same as `data_dir` in earnest, so that a copy of the one is useless.
    pub keys_dir: PathBuf,
    /// The key that everything hangs from.
    pub master_key: MasterKey,
    /// Wall-clock time.
    pub clock: Arc<dyn Clock>,
}

/// A store in two directories of this machine.
#[derive(Debug)]
pub struct EmbeddedStore {
    committer: Committer,
    readers: Arc<Readers>,
    ring: Arc<KeyRing>,
    time: ServiceTime,
    wakes: Arc<Wakes>,
    watches: Arc<Watches>,
    is_filled: tokio::sync::watch::Receiver<bool>,
    cache: Arc<credentials::Cache>,
    /// Tenants whose texts stay closed since a restore.
    closed: recovery::Closed,
    erased: broadcast::Sender<Arc<Vec<InteractionId>>>,
    signing: Arc<SigningKey>,
    pass: Mutex<privacy::retention::Pass>,
    files: files::Files,
    locks: Mutex<Option<[File; 2]>>,
    /// Held by the one rotation that may be under way.
    rotating: tokio::sync::Mutex<()>,
}

impl EmbeddedStore {
    /// The time that judges every expiry in this store.
    pub fn service_time(&self) -> ServiceTime {
        self.time.clone()
    }

    /// Opens texts of a tenant that a restore left closed: two different privacy officers of it answer for it.
    ///
    /// # Errors
    /// Not two people, or the store does not write.
    pub async fn accept_restore(&self, tenant: TenantId, officers: [PrincipalId; 2]) -> Result<(), StoreError> {
        recovery::accept(self, tenant, officers).await
    }

    /// Whether texts of a tenant may be read.
    fn check_texts(&self, tenant: TenantId) -> Result<(), StoreError> {
        self.committer.check()?;
        if self.closed.contains(&tenant) { Err(StoreError::Closed) } else { Ok(()) }
    }
}

#[async_trait]
impl Store for EmbeddedStore {
    async fn submit(&self, submission: Submission) -> Result<Submitted, StoreError> {
        self.committer.check()?;
        let tenant = self.ring.tenant(submission.tenant)?;
        let turn = Turn { tenant: tenant.number, class: submission.class };
        let prepared = prepare::prepare(&self.ring, tenant, self.time.now(), submission, IdempotentMethod::Submit)?;
        self.committer.run_in(turn, move |write| submit::store(write, &prepared)).await
    }

    async fn open_live(&self, submission: Submission) -> Result<LiveInteraction, StoreError> {
        self.check_texts(submission.tenant)?;
        let tenant = self.ring.tenant(submission.tenant)?;
        let turn = Turn::live(tenant.number);
        let prepared = prepare::prepare(&self.ring, tenant, self.time.now(), submission, IdempotentMethod::Live)?;
        self.committer.run_in(turn, move |write| live::open(write, &prepared)).await
    }

    async fn change_live(&self, change: LiveChange) -> Result<LivePosition, StoreError> {
        let tenant = self.ring.tenant(change.tenant)?;
        let foreseen = live::foresee(&change, self.time.now()).await?;
        let turn = Turn::live(tenant.number);
        self.committer.run_in(turn, move |write| live::change(write, &tenant, &change, foreseen)).await
    }

    async fn get_case(&self, reader: Reader, case: CaseId) -> Result<(CaseRecord, Vec<InteractionRecord>), StoreError> {
        self.check_texts(reader.tenant)?;
        verify::reported(self, reader.tenant, Some(case), read::get_case(self, reader, case).await).await
    }

    async fn list_cases(
        &self,
        reader: Reader,
        filter: CaseFilter,
        limit: u32,
        after: Option<Vec<u8>>,
    ) -> Result<Page<CaseRecord>, StoreError> {
        self.check_texts(reader.tenant)?;
        let (ring, tenant) = (Arc::clone(&self.ring), self.ring.tenant(reader.tenant)?);
        let turn = Turn::live(tenant.number);
        let work = move |read: &mut readers::Read| {
            let (data, keys) = read.data()?;
            read::list_cases(&ring, &tenant, (&data, keys), &reader, &filter, limit, after.as_deref())
        };
        verify::reported(self, reader.tenant, None, self.readers.run(turn, work).await).await
    }

    async fn find_open_cases(&self, reader: Reader, lookup: CaseLookup) -> Result<Vec<OpenCase>, StoreError> {
        self.check_texts(reader.tenant)?;
        read::find_open_cases(self, reader, lookup).await
    }

    async fn get_interaction(
        &self,
        reader: Reader,
        case: CaseId,
        interaction: InteractionId,
    ) -> Result<InteractionRecord, StoreError> {
        self.check_texts(reader.tenant)?;
        let read = read::get_interaction(self, reader, case, interaction).await;
        verify::reported(self, reader.tenant, Some(case), read).await
    }

    async fn lease_items(&self, request: LeaseRequest) -> Result<Vec<QueueEntry>, StoreError> {
        lease::lease_items(self, request).await
    }

    async fn renew_lease(&self, lease: LeaseHandle, duration: Duration) -> Result<QueueEntry, StoreError> {
        let tenant = self.ring.tenant(lease.tenant)?;
        self.committer
            .run_in(Turn::live(tenant.number), move |write| settle::renew(write, &tenant, &lease, duration))
            .await
    }

    async fn acknowledge_item(&self, lease: LeaseHandle, state: CaseState) -> Result<(), StoreError> {
        let tenant = self.ring.tenant(lease.tenant)?;
        self.committer
            .run_in(Turn::live(tenant.number), move |write| settle::acknowledge(write, &tenant, &lease, state))
            .await
    }

    async fn release_item(&self, lease: LeaseHandle, delay: Duration) -> Result<(), StoreError> {
        let tenant = self.ring.tenant(lease.tenant)?;
        self.committer
            .run_in(Turn::live(tenant.number), move |write| settle::release(write, &tenant, &lease, delay))
            .await
    }

    async fn bump_item(&self, request: BumpRequest) -> Result<Bumped, StoreError> {
        let tenant = self.ring.tenant(request.tenant)?;
        self.committer.run_in(Turn::live(tenant.number), move |write| bump::bump(write, &tenant, &request)).await
    }

    async fn list_items(
        &self,
        tenant: TenantId,
        queue: String,
        limit: u32,
        after: Option<Vec<u8>>,
    ) -> Result<Page<QueueEntry>, StoreError> {
        self.committer.check()?;
        let (id, ring, tenant) = (tenant, Arc::clone(&self.ring), self.ring.tenant(tenant)?);
        let turn = Turn::live(tenant.number);
        let work = move |read: &mut readers::Read| {
            listing::list(&ring, &tenant, &read.data()?.0, &queue, limit, after.as_deref())
        };
        verify::reported(self, id, None, self.readers.run(turn, work).await).await
    }

    async fn watch_queue(
        &self,
        tenant: TenantId,
        principal: PrincipalId,
        queue: String,
        after: Option<Vec<u8>>,
    ) -> Result<QueueWatch, StoreError> {
        self.committer.check()?;
        watch::watch(self, self.ring.tenant(tenant)?, principal, queue, after)
    }

    async fn ensure_tenant(&self, name: &str) -> Result<TenantId, StoreError> {
        // A server starts on a full disk, too, so that what is stored can be read.
        if let Some(known) = self.find_tenant(name).await? {
            return Ok(known);
        }
        let (ring, name) = (Arc::clone(&self.ring), name.to_owned());
        self.committer.run(move |write| tenants::ensure(write, &ring, &name)).await
    }

    async fn create_credential(&self, new: NewCredential) -> Result<(CredentialRecord, RawText), StoreError> {
        let tenant = self.ring.tenant(new.tenant)?;
        self.committer.run(move |write| credentials::create(write, &tenant, new)).await
    }

    async fn authenticate(&self, token: &str) -> Result<Option<CredentialRecord>, StoreError> {
        self.committer.check()?;
        credentials::authenticate(self, token).await
    }

    async fn list_credentials(
        &self,
        tenant: TenantId,
        limit: u32,
        after: Option<Vec<u8>>,
    ) -> Result<Page<CredentialRecord>, StoreError> {
        self.committer.check()?;
        let (ring, tenant) = (Arc::clone(&self.ring), self.ring.tenant(tenant)?);
        let turn = Turn::live(tenant.number);
        let work =
            move |read: &mut readers::Read| credentials::list(&ring, &tenant, &read.data()?.0, limit, after.as_deref());
        self.readers.run(turn, work).await
    }

    async fn revoke_credential(
        &self,
        tenant: TenantId,
        by: Option<PrincipalId>,
        credential: CredentialId,
    ) -> Result<CredentialRecord, StoreError> {
        let (tenant, cache) = (self.ring.tenant(tenant)?, Arc::clone(&self.cache));
        self.committer.run(move |write| credentials::revoke(write, &tenant, by, credential, cache)).await
    }

    async fn failed(&self) {
        self.committer.failed().await;
    }

    async fn close(&self) -> Result<(), StoreError> {
        self.watches.close();
        self.readers.close();
        let closed = self.committer.close();
        self.locks.lock().unwrap_or_else(PoisonError::into_inner).take();
        closed
    }
}
