//! What an interaction does to the state of its case. A table of values; nothing is read or written here.

use crate::store::{CaseState, Handling};

/// What becomes of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Transition {
    /// The state afterwards.
    pub(super) state: CaseState,
    /// It waits in the queue for this interaction.
    pub(super) raised: bool,
    /// The interaction speaks for the case from now on: its channel, label and level.
    pub(super) speaks: bool,
}

/// The effect of an interaction with this handling on a case in state `present`; `None`: on a new case. What asks for
/// nobody (a machine's mail, a word of thanks) changes nothing in an existing case: it never reopens and never raises. What waits goes on waiting, so
/// that no customer is lost behind a later contact.
pub(super) fn transition(present: Option<CaseState>, handling: Handling, automatic: bool) -> Transition {
    let to = |state, raised| Transition { state, raised, speaks: true };
    match (present, handling) {
        (Some(state), _) if automatic => Transition { state, raised: false, speaks: false },
        (Some(state), _) if handling.is_historical() => Transition { state, raised: false, speaks: false },
        (_, Handling::Waiting | Handling::FollowUp) => to(CaseState::Open, true),
        (Some(CaseState::Open), Handling::InProgress | Handling::Closed) => to(CaseState::Open, false),
        (_, Handling::InProgress) => to(CaseState::Active, false),
        (_, Handling::Closed | Handling::Historical) => to(CaseState::Resolved, false),
        (_, Handling::HistoricalUnresolved) => to(CaseState::Pending, false),
    }
}

#[cfg(test)]
mod tests {
    use CaseState::{Active, Open, Pending, Resolved};
    use Handling::{Closed, FollowUp, Historical, HistoricalUnresolved, InProgress, Waiting};

    use super::*;

    #[track_caller]
    fn check(present: Option<CaseState>, handling: Handling, automatic: bool, expected: (CaseState, bool, bool)) {
        let Transition { state, raised, speaks } = transition(present, handling, automatic);
        assert_eq!((state, raised, speaks), expected, "{present:?} {handling:?} {automatic}");
    }

    #[test]
    fn a_new_case_follows_its_handling() {
        check(None, Waiting, false, (Open, true, true));
        check(None, FollowUp, false, (Open, true, true));
        check(None, InProgress, false, (Active, false, true));
        check(None, Closed, false, (Resolved, false, true));
        check(None, Historical, false, (Resolved, false, true));
        check(None, HistoricalUnresolved, false, (Pending, false, true));
        check(None, Waiting, true, (Open, true, true));
    }

    #[test]
    fn a_customer_who_writes_again_waits() {
        for state in [Open, Active, Pending, Resolved] {
            check(Some(state), Waiting, false, (Open, true, true));
            check(Some(state), FollowUp, false, (Open, true, true));
        }
    }

    #[test]
    fn machines_and_archives_change_nothing() {
        for state in [Open, Active, Pending, Resolved] {
            check(Some(state), Waiting, true, (state, false, false));
            check(Some(state), Closed, true, (state, false, false));
            check(Some(state), Historical, false, (state, false, false));
            check(Some(state), HistoricalUnresolved, false, (state, false, false));
        }
    }

    #[test]
    fn what_waits_goes_on_waiting() {
        check(Some(Open), Closed, false, (Open, false, true));
        check(Some(Open), InProgress, false, (Open, false, true));
        check(Some(Active), Closed, false, (Resolved, false, true));
        check(Some(Pending), InProgress, false, (Active, false, true));
        check(Some(Resolved), InProgress, false, (Active, false, true));
        check(Some(Pending), Closed, false, (Resolved, false, true));
    }
}
