//! The order of the work queue, as values: lanes, the key that sorts a lane, the shares of the lanes, the index of what is
//! ready, and the state of an item. Knows nothing of storage or of the wire; a store carries it out, a simulation may too.
//! docs/decisions/0009-three-lanes.md says why the order is this one.

mod order;

mod ready;

mod fair;

pub use fair::{FairQueue, LIVE_STREAK_MAX, WorkClass};
pub use order::{
    EXPRESS_STREAK_MAX, Lane, LaneStreak, OrderKey, QueueHead, STREAK_MAX, choose, lane, next_lane, order_reasons,
};
pub use ready::ReadyLane;

/// What may be done with an item now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemState {
    /// It may be leased.
    Ready,
    /// Somebody works on it.
    Leased,
    /// It was given back and may be leased later.
    Delayed,
    /// It was leased too often without an end; a person must look.
    Parked,
}

/// How often an item may be leased before it is parked.
pub const ATTEMPTS_MAX: u32 = 10;
