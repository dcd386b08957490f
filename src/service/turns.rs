//! The processors as what they are: few. Long work takes turns on them, tenant by tenant, live work before bulk, so that
//! a flood of large requests leaves the others their share. Knows nothing of the work.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use crate::{
    id::TenantId,
    queue::{FairQueue, WorkClass},
};

/// Turns on the processors.
#[derive(Debug)]
pub struct Turns(Mutex<State>);

#[derive(Debug)]
struct State {
    free: usize,
    waiting: FairQueue<TenantId, oneshot::Sender<Held>>,
}

/// A turn. It is given to the next when this is dropped.
#[derive(Debug)]
pub struct Held(Option<Arc<Turns>>);

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(turns) = self.0.take() {
            turns.pass();
        }
    }
}

impl Turns {
    /// As many turns at a time as there are processors.
    pub fn of_machine() -> Arc<Self> {
        Self::new(std::thread::available_parallelism().map_or(1, usize::from))
    }

    /// So many turns at a time.
    fn new(free: usize) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State { free, waiting: FairQueue::default() })))
    }

    /// Locks; a panic elsewhere leaves these values whole.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a turn.
    pub async fn turn(self: &Arc<Self>, tenant: TenantId, class: WorkClass) -> Held {
        let turn = {
            let mut state = self.lock();
            if state.free > 0 {
                state.free -= 1;
                return Held(Some(Arc::clone(self)));
            }
            let (turn, given) = oneshot::channel();
            state.waiting.push(tenant, class, turn);
            given
        };
        // A sender is dropped with the state only, which this holds.
        turn.await.unwrap_or(Held(None))
    }

    /// Gives a turn to the next who still waits.
    fn pass(self: Arc<Self>) {
        loop {
            let next = {
                let mut state = self.lock();
                let next = state.waiting.pop();
                if next.is_none() {
                    state.free += 1;
                }
                next
            };
            let Some((_, _, next)) = next else { return };
            match next.send(Held(Some(Arc::clone(&self)))) {
                Ok(()) => return,
                // It waits no more: the turn is not given back but passed on.
                Err(mut held) => held.0 = None,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{FutureExt, future::join_all};
    use uuid::Uuid;

    use super::*;

    fn tenant(number: u128) -> TenantId {
        TenantId(Uuid::from_u128(number))
    }

    #[tokio::test]
    async fn turns_go_round_and_a_caller_that_is_gone_loses_its_own() {
        let turns = Turns::new(1);
        let order = Mutex::new(Vec::new());
        let work = |of: u128, class| {
            let (turns, order) = (&turns, &order);
            async move {
                let _turn = turns.turn(tenant(of), class).await;
                order.lock().unwrap().push((of, class));
            }
        };
        let first = turns.turn(tenant(9), WorkClass::Live).await;
        let mut gone = Box::pin(work(1, WorkClass::Live));
        assert!((&mut gone).now_or_never().is_none());
        let flood = join_all((0..4).map(|_| work(1, WorkClass::Bulk)));
        let others = futures_util::future::join(work(2, WorkClass::Bulk), work(2, WorkClass::Live));
        let mut all = Box::pin(futures_util::future::join(flood, others));
        assert!((&mut all).now_or_never().is_none());
        drop(gone);
        drop(first);
        all.await;
        let (live, bulk) = (WorkClass::Live, WorkClass::Bulk);
        let expected = [(2, live), (1, bulk), (2, bulk), (1, bulk), (1, bulk), (1, bulk)];
        assert_eq!(*order.lock().unwrap(), expected);
        assert_eq!(turns.lock().free, 1);
    }
}
