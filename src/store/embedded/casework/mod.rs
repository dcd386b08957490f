//! What people do with cases, in the embedded engine: one job of the thread that writes for each act.

mod merge;
mod split;
mod update;

use async_trait::async_trait;

use super::{
    EmbeddedStore,
    cases::{self, Case},
    error::damaged,
    items::Item,
    read,
    requests::Request,
    ring::Tenant,
    write::Write,
};
use crate::{
    audit::{Action, Event},
    crypto::Purpose,
    id::{CaseId, InteractionId},
    queue::ItemState,
    store::{
        Actor, CaseChange, CaseRecord, CaseState, CaseVersion, Casework, IdempotentMethod, ReadScope, Reader,
        StoreError,
    },
};

#[async_trait]
impl Casework for EmbeddedStore {
    async fn update_case(&self, actor: Actor, at: CaseVersion, change: CaseChange) -> Result<CaseRecord, StoreError> {
        self.check_texts(actor.reader.tenant)?;
        let tenant = self.ring.tenant(actor.reader.tenant)?;
        let words = format!("{at:?} {change:?}");
        let request = request(&tenant, &actor, IdempotentMethod::UpdateCase, &words);
        let act = move |write: &mut Write<'_>| {
            once(write, &tenant, (request.as_ref(), &actor.reader, at.case), |write| {
                update::update(write, &tenant, &actor, at, &change)
            })
        };
        self.committer.run(act).await
    }

    async fn merge_cases(
        &self,
        actor: Actor,
        target: CaseVersion,
        sources: Vec<CaseVersion>,
    ) -> Result<CaseRecord, StoreError> {
        self.check_texts(actor.reader.tenant)?;
        let tenant = self.ring.tenant(actor.reader.tenant)?;
        let words = format!("{target:?} {sources:?}");
        let request = request(&tenant, &actor, IdempotentMethod::MergeCases, &words);
        let act = move |write: &mut Write<'_>| {
            once(write, &tenant, (request.as_ref(), &actor.reader, target.case), |write| {
                merge::merge(write, &tenant, &actor, target, &sources)
            })
        };
        self.committer.run(act).await
    }

    async fn split_interaction(
        &self,
        actor: Actor,
        at: CaseVersion,
        interaction: InteractionId,
    ) -> Result<CaseRecord, StoreError> {
        self.check_texts(actor.reader.tenant)?;
        let tenant = self.ring.tenant(actor.reader.tenant)?;
        let words = format!("{at:?} {interaction:?}");
        let request = request(&tenant, &actor, IdempotentMethod::SplitInteraction, &words);
        let act = move |write: &mut Write<'_>| {
            once(write, &tenant, (request.as_ref(), &actor.reader, at.case), |write| {
                split::split(write, &tenant, &actor, at, interaction)
            })
        };
        self.committer.run(act).await
    }
}

fn request(tenant: &Tenant, actor: &Actor, method: IdempotentMethod, words: &str) -> Option<Request> {
    let digest = || tenant.lookup.short(Purpose::Request, &[words.as_bytes()]);
    actor.request_id.map(|id| Request { principal: actor.reader.principal, method, id, digest: digest() })
}

/// Acts once for each request id, and gives the case that it is about as it is now, while its caller may see the one that was
/// asked for.
fn once(
    write: &mut Write<'_>,
    tenant: &Tenant,
    (request, reader, asked): (Option<&Request>, &Reader, CaseId),
    act: impl FnOnce(&mut Write<'_>) -> Result<CaseId, StoreError>,
) -> Result<CaseRecord, StoreError> {
    let earlier = request.map(|request| request.earlier(write.data, write.now)).transpose()?.flatten();
    let id = if let Some(bytes) = earlier {
        read::visible(write.data, tenant, reader, asked)?;
        <[u8; 16]>::try_from(bytes).map_err(|_| damaged(&"a remembered request"))?.into()
    } else {
        let id = act(write)?;
        if let Some(request) = request {
            request.remember(write.data, write.now, id.as_bytes())?;
        }
        id
    };
    let case = Case::find(write.data, tenant.number, id)?.ok_or(StoreError::NotFound)?;
    let queued = cases::queued(write.data, case.number)?;
    case.into_record(write.ring, tenant, write.keys, queued)
}

/// The case, where the actor may act on it and it is as they have read it, and whether they hold its lease.
fn open(write: &Write<'_>, tenant: &Tenant, actor: &Actor, at: CaseVersion) -> Result<(Case, bool), StoreError> {
    let case = read::visible(write.data, tenant, &actor.reader, at.case)?;
    let item = Item::get(write.data, case.number)?;
    let held = item.as_ref().map(|item| holds(write, actor, item)).transpose()?.unwrap_or(false);
    if actor.reader.scope != ReadScope::Tenant && item.is_some() && !held {
        return Err(StoreError::LeaseRequired);
    }
    if case.state == CaseState::Merged {
        return Err(StoreError::CaseMerged);
    }
    if case.version == at.version { Ok((case, held)) } else { Err(StoreError::Changed) }
}

/// Whether the actor holds the live lease of an item.
fn holds(write: &Write<'_>, actor: &Actor, item: &Item) -> Result<bool, StoreError> {
    let lives = item.state == ItemState::Leased && item.ready_time.is_some_and(|end| end > write.now);
    let Some(lease) = item.lease.filter(|_| lives) else { return Ok(false) };
    let mut statement = write.data.prepare_cached("SELECT 1 FROM leases WHERE lease = ?1 AND principal = ?2")?;
    Ok(statement.exists(rusqlite::params![lease.as_bytes(), actor.reader.principal.as_bytes()])?)
}

/// Notes an act on a case; `part` is what it was merged with or what was split off.
fn audit(
    write: &Write<'_>,
    tenant: &Tenant,
    actor: &Actor,
    action: Action,
    (object, part): (CaseId, Option<uuid::Uuid>),
) -> Result<(), StoreError> {
    let event = Event {
        tenant: Some(tenant.id),
        principal: Some(actor.reader.principal),
        object: Some(object.0),
        part,
        ..Event::new(action, write.now)
    };
    write.audit(Some(tenant.number), &event)
}
