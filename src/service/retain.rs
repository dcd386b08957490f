//! What is older than a tenant keeps anything is not taken in: it would be destroyed at once.

use super::{
    path::Path,
    status::{Failure, Outcome, Reason},
};
use crate::{policy::Retention, time::Timestamp};

/// Refuses an interaction whose time is over; `path` names its field.
///
/// # Errors
/// It took place longer ago than its facts are kept.
pub fn admit(retention: Retention, occurred: Timestamp, now: Timestamp, path: &Path<'_>) -> Outcome<()> {
    if retention.facts_end(occurred) > now {
        return Ok(());
    }
    Err(Failure::field(path.field("occur_time"), Reason::PastRetention))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn what_is_as_old_as_the_period_is_refused() {
        let (now, day) = (Timestamp(0) + Duration::from_hours(24 * 1_000), Duration::from_hours(24));
        let at = |days: u32| admit(Retention::default(), now - day * days, now, &Path::Root.field("interaction"));
        assert!(at(0).is_ok() && at(395).is_ok());
        let refused = at(396).unwrap_err();
        assert_eq!(
            (refused.reason, refused.violations[0].field.as_str()),
            (Reason::PastRetention, "interaction.occur_time")
        );
    }
}
