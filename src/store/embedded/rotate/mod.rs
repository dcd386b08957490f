//! Rotations of keys: new versions are drawn, what lies under the old ones is wrapped or sealed anew in batches between
//! the other jobs of the committer, and the old ones are destroyed when a full scan has found no more use of them. Each
//! batch notes how far it came, so that a rotation that was cut short goes on at the next start.

pub(super) mod data;
mod master;
mod purge;
mod state;
mod tenant;

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use self::state::{Kind, Rotation};
use super::{
    EmbeddedStore,
    error::damaged,
    jobs::Turn,
    logs::{Cleaning, Emptied},
    ring::Tenant,
    scrub::WINDOW_PAGES,
    write::Write,
};
use crate::{
    audit::{Action, Event},
    crypto::MasterKey,
    id::TenantId,
    store::{Rotated, StoreError},
};

/// From how many seals on a tenant's key is rotated at the next start without being asked to.
const SEALS_ENOUGH: u64 = 1 << 28;
/// Why old values may be left in a file that is too large.
const TOO_LARGE: &str =
    "the data file is larger than 1.6 TiB, so that old values may be left in it: keep the old keys from whoever has it";
/// How often the logs are tried to be emptied while somebody reads outside the pool, such as a backup.
const EMPTYING_TRIES: u32 = 600;
/// How long is waited between two tries.
const EMPTYING_PAUSE: Duration = Duration::from_millis(100);

impl EmbeddedStore {
    /// Wraps everything below the master key under a new one, which alone opens the store from then on.
    ///
    /// # Errors
    /// The store cannot write, or the logs could not be emptied.
    pub async fn rotate_master_key(&self, new: MasterKey) -> Result<Rotated, StoreError> {
        let _one = self.rotating.lock().await;
        master::rotate(self, new).await
    }

    /// Gives a tenant, or all of them, a new key, wraps their subjects' keys anew under it, seals what lies under the old
    /// one anew, and destroys the old one.
    ///
    /// # Errors
    /// An unknown tenant; the store cannot write.
    pub async fn rotate_tenant_keys(&self, only: Option<TenantId>) -> Result<Rotated, StoreError> {
        let _one = self.rotating.lock().await;
        let mut done = Rotated::default();
        for tenant in self.chosen(only)? {
            done += tenant::rotate(self, &tenant).await?;
        }
        Ok(done)
    }

    /// Gives every case and interaction of a tenant, or of all of them, a new data key, seals it anew, and destroys the old
    /// key.
    ///
    /// # Errors
    /// An unknown tenant; the store cannot write.
    pub async fn rotate_data_keys(&self, only: Option<TenantId>) -> Result<Rotated, StoreError> {
        let _one = self.rotating.lock().await;
        let mut done = Rotated::default();
        for tenant in self.chosen(only)? {
            done += data::rotate(self, &tenant, WINDOW_PAGES).await?;
        }
        Ok(done)
    }

    /// Draws every key above the data keys anew, wraps what is live anew, and rewrites the files.
    ///
    /// # Errors
    /// The store cannot write, or the logs could not be emptied.
    pub async fn purge_keys(&self, new: MasterKey) -> Result<Rotated, StoreError> {
        let _one = self.rotating.lock().await;
        purge::purge(self, new).await
    }

    /// Goes on with the rotations that were cut short, and begins those of keys that have sealed much.
    ///
    /// # Errors
    /// The store cannot write.
    pub async fn resume_rotations(&self) -> Result<Rotated, StoreError> {
        let _one = self.rotating.lock().await;
        let mut done = Rotated::default();
        let begun = self.readers.run(Turn::INSTANCE, |read| Rotation::all(&read.data()?.0)).await?;
        for tenant in self.ring.tenants() {
            let is_begun = |kind| begun.iter().any(|one| one.tenant == tenant.number && one.kind == kind);
            if is_begun(Kind::Tenant) || tenant.key.newest().seals() >= SEALS_ENOUGH {
                done += tenant::rotate(self, &tenant).await?;
            }
            if is_begun(Kind::Data) {
                done += data::rotate(self, &tenant, WINDOW_PAGES).await?;
            }
        }
        Ok(done)
    }

    /// The tenant of a name, where there is one.
    ///
    /// # Errors
    /// The store cannot be read.
    pub async fn find_tenant(&self, name: &str) -> Result<Option<TenantId>, StoreError> {
        let (ring, name) = (Arc::clone(&self.ring), name.to_owned());
        self.readers.run(Turn::INSTANCE, move |read| super::tenants::find(&read.data()?.0, &ring, &name)).await
    }

    fn chosen(&self, only: Option<TenantId>) -> Result<Vec<Arc<Tenant>>, StoreError> {
        only.map_or_else(|| Ok(self.ring.tenants()), |only| Ok(vec![self.ring.tenant(only)?]))
    }

    /// Goes over all pages of the data file, `window` of them between two jobs: what no row occupies is zeroed.
    pub(super) async fn scrub(&self, window: u32) -> Result<(), StoreError> {
        let mut next = Some(1);
        while let Some(from) = next {
            next = self.empty_logs(Cleaning::Scrub { from, count: window }).await?;
        }
        Ok(())
    }

    /// Empties the logs, while nobody reads: what was written over is gone from them. Gives the page to go on from.
    pub(super) async fn empty_logs(&self, cleaning: Cleaning) -> Result<Option<u32>, StoreError> {
        for _ in 0..EMPTYING_TRIES {
            let pause = self.readers.pause().await?;
            let emptied = Arc::new(Mutex::new(Emptied::Busy));
            let told = Arc::clone(&emptied);
            let empty = move |write: &mut Write<'_>| {
                write.empty_logs(told, cleaning);
                Ok(())
            };
            self.committer.run(empty).await?;
            match std::mem::replace(&mut *emptied.lock().unwrap_or_else(PoisonError::into_inner), Emptied::Busy) {
                Emptied::Busy => drop(pause),
                Emptied::Done(next) => return Ok(next),
                Emptied::Damaged(what) => return Err(damaged(&what)),
                Emptied::TooLarge => return Err(StoreError::Unavailable(TOO_LARGE)),
            }
            tokio::time::sleep(EMPTYING_PAUSE).await;
        }
        Err(StoreError::Unavailable(
            "a long read, such as a backup, keeps an old log in use; the rotation goes on at the next start",
        ))
    }
}

/// Notes an act on the keys of a tenant; `count` values were sealed or wrapped anew.
fn audit(write: &Write<'_>, tenant: Option<&Tenant>, action: Action, count: u64) -> Result<(), StoreError> {
    let id = tenant.map(|tenant| tenant.id);
    let event = Event { tenant: id, object: id.map(|id| id.0), count, ..Event::new(action, write.now) };
    write.audit(tenant.map(|tenant| tenant.number), &event)
}
