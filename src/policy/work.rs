//! What a tenant decides about those who work its queue: how many leases a credential may hold, and how many items a
//! person may move forward. Values only.

/// Bounds of those who work the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WorkRules {
    /// Items that one principal may move forward within 24 hours.
    pub bumps_per_day_max: u32,
    /// Live leases that one principal may hold.
    pub leases_max: u32,
}

/// The most that a policy may state for either.
pub const WORK_MAX: u32 = 10_000;

impl Default for WorkRules {
    /// Ten: enough for what a person decides, too few to work by. A thousand: a router of a large team holds the leases
    /// of all its agents under one credential; where each agent has a credential, state what an agent can work on.
    fn default() -> Self {
        Self { bumps_per_day_max: 10, leases_max: 1_000 }
    }
}
