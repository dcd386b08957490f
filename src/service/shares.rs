//! What one tenant may take of the server: calls under way and the bytes that they hold, live calls a second, stored items a second. No tenant can
//! take it all. Knows nothing of what is called.

use std::{num::NonZeroU32, sync::Arc, time::Duration};

use dashmap::DashMap;
use governor::{
    Quota, RateLimiter,
    clock::Clock,
    middleware::NoOpMiddleware,
    nanos::Nanos,
    state::{InMemoryState, NotKeyed},
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{
    limits,
    status::{Failure, Outcome, Reason},
};
use crate::{id::TenantId, queue::WorkClass, time::ServiceTime};

/// A clock for the limiter: time that goes on evenly.
#[derive(Clone, Debug)]
struct Even(ServiceTime);

impl Clock for Even {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        self.0.elapsed().into()
    }
}

type Limiter = RateLimiter<NotKeyed, InMemoryState, Even, NoOpMiddleware<Nanos>>;

/// The shares of one tenant.
#[derive(Debug)]
struct Share {
    live: Limiter,
    bulk: Limiter,
    room: Arc<Semaphore>,
    bytes: Arc<Semaphore>,
}

/// The shares of all tenants.
#[derive(Debug)]
pub struct Shares {
    time: Even,
    tenants: DashMap<TenantId, Arc<Share>>,
}

/// So many a second, as many of them at once.
fn quota(per_second: usize) -> Quota {
    Quota::per_second(NonZeroU32::new(limits::transport(per_second)).unwrap_or(NonZeroU32::MIN))
}

impl Shares {
    /// Nobody has taken anything yet.
    pub fn new(time: ServiceTime) -> Self {
        Self { time: Even(time), tenants: DashMap::new() }
    }

    fn of(&self, tenant: TenantId) -> Arc<Share> {
        let share = self.tenants.entry(tenant).or_insert_with(|| {
            let limiter = |limit| RateLimiter::direct_with_clock(quota(limit), self.time.clone());
            Arc::new(Share {
                live: limiter(limits::TENANT_CALLS_PER_SECOND_MAX),
                bulk: limiter(limits::TENANT_ITEMS_PER_SECOND_MAX),
                room: Arc::new(Semaphore::new(limits::TENANT_CALLS_MAX)),
                bytes: Arc::new(Semaphore::new(limits::TENANT_BYTES_HELD_MAX)),
            })
        });
        Arc::clone(&share)
    }

    /// Lets a call in: room for it, given back with the permit, and its share of the second.
    ///
    /// # Errors
    /// The tenant has taken its share; the failure says when to come again.
    pub fn call(&self, tenant: TenantId) -> Outcome<OwnedSemaphorePermit> {
        let share = self.of(tenant);
        let room = Arc::clone(&share.room).try_acquire_owned();
        let room = room.map_err(|_| Failure::of(Reason::TenantBusy))?;
        self.take(&share, WorkClass::Live, 1).map_err(|wait| Failure::of(Reason::RateLimited).after(wait))?;
        Ok(room)
    }

    /// The bytes that calls of the tenant may hold in memory beside those that they hold.
    pub fn bytes(&self, tenant: TenantId) -> Arc<Semaphore> {
        Arc::clone(&self.of(tenant).bytes)
    }

    /// Waits until the tenant may do so much more, where a stream is slowed down rather than refused.
    pub async fn pace(&self, tenant: TenantId, class: WorkClass, count: usize) {
        let share = self.of(tenant);
        while let Err(wait) = self.take(&share, class, count) {
            tokio::time::sleep(wait).await;
        }
    }

    /// Takes so much of the second, or tells how long it is until it can be had.
    fn take(&self, share: &Share, class: WorkClass, count: usize) -> Result<(), Duration> {
        let limiter = match class {
            WorkClass::Live => &share.live,
            WorkClass::Bulk => &share.bulk,
        };
        let Some(count) = NonZeroU32::new(limits::transport(count)) else { return Ok(()) };
        match limiter.check_n(count) {
            Ok(Ok(())) => Ok(()),
            Ok(Err(not_until)) => Err(not_until.wait_time_from(self.time.now()).max(Duration::from_millis(1))),
            // More at once than a second has: no message is that long.
            Err(_) => Err(Duration::from_secs(1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::time::{ManualClock, Timestamp};

    fn tenant(number: u128) -> TenantId {
        TenantId(Uuid::from_u128(number))
    }

    fn shares() -> (Shares, Arc<ManualClock>) {
        let clock = Arc::new(ManualClock::new(Timestamp(1_000_000_000)));
        (Shares::new(ServiceTime::new(clock.clone(), Timestamp(0))), clock)
    }

    #[test]
    fn a_tenant_has_so_many_calls_a_second_and_others_have_their_own() {
        let (shares, clock) = shares();
        for _ in 0..limits::TENANT_CALLS_PER_SECOND_MAX {
            drop(shares.call(tenant(1)).unwrap());
        }
        let refused = shares.call(tenant(1)).unwrap_err();
        assert_eq!((refused.reason, refused.retry), (Reason::RateLimited, Some(Duration::from_millis(1))));
        drop(shares.call(tenant(2)).unwrap());
        clock.advance(Duration::from_millis(1));
        for _ in 0..limits::TENANT_CALLS_PER_SECOND_MAX / 1_000 {
            drop(shares.call(tenant(1)).unwrap());
        }
        assert_eq!(shares.call(tenant(1)).unwrap_err().reason, Reason::RateLimited);
    }

    #[test]
    fn a_tenant_has_so_many_calls_under_way() {
        let (shares, _) = shares();
        let mut held: Vec<_> = (0..limits::TENANT_CALLS_MAX).map(|_| shares.call(tenant(1)).unwrap()).collect();
        assert_eq!(shares.call(tenant(1)).unwrap_err().reason, Reason::TenantBusy);
        held.pop();
        drop(shares.call(tenant(1)).unwrap());
    }

    #[test]
    fn bulk_is_counted_by_itself() {
        let (shares, clock) = shares();
        let share = shares.of(tenant(1));
        let (all, batch) = (limits::TENANT_ITEMS_PER_SECOND_MAX, limits::BATCH_ITEMS_MAX);
        assert_eq!(shares.take(&share, WorkClass::Bulk, 0), Ok(()));
        assert_eq!(shares.take(&share, WorkClass::Bulk, all), Ok(()));
        let wait = shares.take(&share, WorkClass::Bulk, batch).unwrap_err();
        assert_eq!(wait.as_micros(), u128::try_from(batch * 1_000_000 / all).unwrap());
        drop(shares.call(tenant(1)).unwrap());
        clock.advance(wait);
        assert_eq!(shares.take(&share, WorkClass::Bulk, batch), Ok(()));
    }
}
