//! Turns on something of which there is little, as processors and connections: tenant by tenant, live work before bulk, so
//! that a flood of large requests leaves the others their share. Knows nothing of the work.

use std::{
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::oneshot;

use crate::queue::{FairQueue, WorkClass};

/// What names a tenant.
pub trait Name: Copy + Eq + Hash + Send + 'static {}

impl<K: Copy + Eq + Hash + Send + 'static> Name for K {}

/// Turns of tenants that are named by `K`.
#[derive(Debug)]
pub struct Turns<K: Name>(Mutex<State<K>>);

#[derive(Debug)]
struct State<K: Name> {
    free: usize,
    closed: bool,
    waiting: FairQueue<K, oneshot::Sender<Held<K>>>,
}

/// A turn. It is given to the next when this is dropped.
#[derive(Debug)]
pub struct Held<K: Name>(Option<Arc<Turns<K>>>);

/// No more turns are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed;

impl<K: Name> Drop for Held<K> {
    fn drop(&mut self) {
        if let Some(turns) = self.0.take() {
            turns.pass();
        }
    }
}

impl<K: Name> Turns<K> {
    /// As many turns at a time as there are processors.
    pub fn of_machine() -> Arc<Self> {
        Self::new(std::thread::available_parallelism().map_or(1, usize::from))
    }

    /// So many turns at a time.
    pub fn new(free: usize) -> Arc<Self> {
        Arc::new(Self(Mutex::new(State { free, closed: false, waiting: FairQueue::default() })))
    }

    /// Gives no more turns; who waits is told.
    pub fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        drop(std::mem::take(&mut state.waiting));
    }

    /// Locks; a panic elsewhere leaves these values whole.
    fn lock(&self) -> MutexGuard<'_, State<K>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a turn.
    ///
    /// # Errors
    /// No more turns are given.
    pub async fn turn(self: &Arc<Self>, tenant: K, class: WorkClass) -> Result<Held<K>, Closed> {
        let turn = {
            let mut state = self.lock();
            if state.closed {
                return Err(Closed);
            }
            if state.free > 0 {
                state.free -= 1;
                return Ok(Held(Some(Arc::clone(self))));
            }
            let (turn, given) = oneshot::channel();
            state.waiting.push(tenant, class, turn);
            given
        };
        // A sender is dropped only when no more turns are given.
        turn.await.map_err(|_| Closed)
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
    use super::*;
    use futures_util::{FutureExt, future::join_all};

    #[tokio::test]
    async fn turns_go_round_and_a_caller_that_is_gone_loses_its_own() {
        let turns = Turns::new(1);
        let order = Mutex::new(Vec::new());
        let work = |of: u64, class| {
            let (turns, order) = (&turns, &order);
            async move {
                let _turn = turns.turn(of, class).await.unwrap();
                order.lock().unwrap().push((of, class));
            }
        };
        let first = turns.turn(9, WorkClass::Live).await.unwrap();
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

    #[tokio::test]
    async fn who_waits_is_told_that_no_more_turns_are_given() {
        let turns = Turns::new(1);
        let held = turns.turn(1, WorkClass::Live).await.unwrap();
        let mut waiting = Box::pin(turns.turn(2, WorkClass::Live));
        assert!((&mut waiting).now_or_never().is_none());
        turns.close();
        assert_eq!(waiting.await.err(), Some(Closed));
        drop(held);
        assert_eq!(turns.turn(1, WorkClass::Live).await.err(), Some(Closed));
    }
}
