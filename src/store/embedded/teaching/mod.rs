//! Policies, corrections, scoring anew and counts in the embedded engine.

pub(super) mod policies;

pub(super) mod corrections;

pub(super) mod place;

mod rescore;

mod samples;

pub(super) mod shadows;

mod statistics;

use std::sync::Arc;

use async_trait::async_trait;

use super::{EmbeddedStore, jobs::Turn, readers::Read, ring::Tenant};
use crate::{
    audit::{Action, Event},
    id::{PrincipalId, TenantId},
    store::{
        CorrectionRequest, InteractionRecord, NewPolicy, Page, PolicyRecord, RescoreRequest, Rescored, Sample,
        SamplesRequest, StatisticsRequest, Store, StoreError, Tally, Teaching,
    },
};

#[async_trait]
impl Teaching for EmbeddedStore {
    async fn present_policies(&self) -> Result<Vec<(TenantId, PolicyRecord)>, StoreError> {
        self.committer.check()?;
        let (ring, now) = (Arc::clone(&self.ring), self.time.now());
        self.readers.run(Turn::INSTANCE, move |read| policies::present(&ring, &read.data()?.0, now)).await
    }

    async fn get_policy(&self, tenant: TenantId, revision: Option<u32>) -> Result<PolicyRecord, StoreError> {
        self.committer.check()?;
        let (ring, tenant, now) = (Arc::clone(&self.ring), self.ring.tenant(tenant)?, self.time.now());
        let turn = Turn::live(tenant.number);
        self.readers.run(turn, move |read| policies::get(&ring, &tenant, &read.data()?.0, revision, now)).await
    }

    async fn list_policies(
        &self,
        tenant: TenantId,
        limit: u32,
        after: Option<Vec<u8>>,
    ) -> Result<Page<PolicyRecord>, StoreError> {
        self.committer.check()?;
        let (ring, tenant, now) = (Arc::clone(&self.ring), self.ring.tenant(tenant)?, self.time.now());
        let turn = Turn::live(tenant.number);
        let list =
            move |read: &mut Read| policies::list(&ring, &tenant, &read.data()?.0, (limit, after.as_deref()), now);
        self.readers.run(turn, list).await
    }

    async fn put_policy(&self, new: NewPolicy) -> Result<PolicyRecord, StoreError> {
        let tenant = self.ring.tenant(new.tenant)?;
        self.committer.run(move |write| policies::put(write, &tenant, new)).await
    }

    async fn correct_assessment(&self, request: CorrectionRequest) -> Result<InteractionRecord, StoreError> {
        self.check_texts(request.reader.tenant)?;
        let tenant = self.ring.tenant(request.reader.tenant)?;
        let (reader, case, interaction) = (request.reader, request.case, request.interaction);
        self.committer.run(move |write| corrections::correct(write, &tenant, &request)).await?;
        self.get_interaction(reader, case, interaction).await
    }

    async fn rescore_cases(&self, request: RescoreRequest) -> Result<Rescored, StoreError> {
        self.check_texts(request.tenant)?;
        rescore::rescore(self, request).await
    }

    async fn corrected_samples(&self, request: SamplesRequest) -> Result<Vec<Sample>, StoreError> {
        self.check_texts(request.tenant)?;
        let (ring, tenant) = (Arc::clone(&self.ring), self.ring.tenant(request.tenant)?);
        let samples = self.readers.run(Turn::bulk(tenant.number), move |read| {
            let (data, keys) = read.data()?;
            samples::corrected(&ring, &tenant, &data, keys, request.limit)
        });
        let samples = samples.await?;
        audit(self, request.tenant, request.principal, Action::LexiconProposed, samples.len() as u64).await?;
        Ok(samples)
    }

    async fn count_interactions(&self, request: StatisticsRequest) -> Result<Tally, StoreError> {
        self.committer.check()?;
        let tenant = self.ring.tenant(request.tenant)?;
        let tally = self.readers.run(Turn::bulk(tenant.number), move |read| {
            let (data, keys) = read.data()?;
            statistics::count(&tenant, &data, keys, &request)
        });
        let tally = tally.await?;
        audit(self, request.tenant, request.principal, Action::StatisticsRead, 1).await?;
        Ok(tally)
    }
}

/// Notes an act on many things of a tenant.
async fn audit(
    store: &EmbeddedStore,
    tenant: TenantId,
    principal: PrincipalId,
    action: Action,
    count: u64,
) -> Result<(), StoreError> {
    let number = store.ring.tenant(tenant)?.number;
    let note = move |write: &mut super::write::Write<'_>| {
        let event = Event { tenant: Some(tenant), principal: Some(principal), count, ..Event::new(action, write.now) };
        write.audit(Some(number), &event)
    };
    store.committer.run_essential(super::jobs::Turn::live(number), note).await
}

/// An event about the policy or a case of a tenant.
fn event(action: Action, tenant: &Tenant, principal: PrincipalId, now: crate::time::Timestamp) -> Event {
    Event { tenant: Some(tenant.id), principal: Some(principal), ..Event::new(action, now) }
}
