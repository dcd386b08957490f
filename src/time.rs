//! Time: points in time as integers, and the one place that reads the clock. Service time never runs backwards, so
//! that a clock set back extends no lease, token or grant.

use std::{
    ops::{Add, Sub},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// A point in time: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted (Unix time).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Whole seconds since the epoch, rounded down, and the nanoseconds after them.
    pub fn seconds_and_nanos(self) -> (i64, i32) {
        let nanos = i32::try_from(self.0.rem_euclid(1_000_000) * 1_000).unwrap_or(0);
        (self.0.div_euclid(1_000_000), nanos)
    }

    /// From seconds since the epoch and nanoseconds after them; digits below a microsecond are cut off.
    pub fn from_seconds_and_nanos(seconds: i64, nanos: i32) -> Self {
        Self(seconds.saturating_mul(1_000_000).saturating_add(i64::from(nanos) / 1_000))
    }

    /// The time from `earlier` to this, zero where `earlier` is later.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl Add<Duration> for Timestamp {
    type Output = Self;

    fn add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }
}

impl Sub<Duration> for Timestamp {
    type Output = Self;

    fn sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }
}

/// Where wall-clock time comes from: the machine, or a test that turns it by hand.
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Timestamp;

    /// The time since some moment, which goes on evenly whoever sets the clock. It measures how long something takes
    /// and how often it comes; it judges no expiry.
    fn elapsed(&self) -> Duration;
}

#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
static STARTED: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::default() + since
    }

    fn elapsed(&self) -> Duration {
        STARTED.elapsed()
    }
}

/// A clock that stands still until it is turned; for tests and simulations.
#[derive(Debug, Default)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    /// A clock that shows `now`.
    pub fn new(now: Timestamp) -> Self {
        Self(AtomicI64::new(now.0))
    }

    /// Turns the clock to `now`, forwards or back.
    pub fn set(&self, now: Timestamp) {
        self.0.store(now.0, Ordering::SeqCst);
    }

    /// Turns the clock forward.
    pub fn advance(&self, by: Duration) {
        self.set(self.now() + by);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }

    fn elapsed(&self) -> Duration {
        self.now().since(Timestamp::default())
    }
}

/// The time that judges every expiry: the wall clock, but never less than any time it has shown or that was persisted.
#[derive(Clone)]
pub struct ServiceTime {
    clock: Arc<dyn Clock>,
    highest: Arc<AtomicI64>,
}

impl ServiceTime {
    /// Service time over `clock` that starts no earlier than `persisted`.
    pub fn new(clock: Arc<dyn Clock>, persisted: Timestamp) -> Self {
        Self { clock, highest: Arc::new(AtomicI64::new(persisted.0)) }
    }

    /// The time now.
    pub fn now(&self) -> Timestamp {
        let wall = self.clock.now().0;
        Timestamp(self.highest.fetch_max(wall, Ordering::SeqCst).max(wall))
    }

    /// The time since some moment, as [`Clock::elapsed`] gives it.
    pub fn elapsed(&self) -> Duration {
        self.clock.elapsed()
    }
}

impl std::fmt::Debug for ServiceTime {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("ServiceTime").field("highest", &self.highest).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_set_back_does_not_turn_service_time_back() {
        let clock = Arc::new(ManualClock::new(Timestamp(1_000)));
        let time = ServiceTime::new(clock.clone(), Timestamp(5_000));
        assert_eq!(time.now(), Timestamp(5_000));
        clock.set(Timestamp(9_000));
        assert_eq!(time.now(), Timestamp(9_000));
        clock.set(Timestamp(2_000));
        assert_eq!(time.now(), Timestamp(9_000));
    }

    #[test]
    fn seconds_before_the_epoch_round_down() {
        assert_eq!(Timestamp(-1).seconds_and_nanos(), (-1, 999_999_000));
        assert_eq!(Timestamp::from_seconds_and_nanos(-1, 999_999_000), Timestamp(-1));
    }
}
