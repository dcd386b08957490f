//! Who may be the second of two people. The store knows credentials and not people, so it asks of a credential what one
//! person cannot have in a hurry: that it is older than the order by a day in which others could see it, and that neither
//! of the two led to the other.

use std::time::Duration;

use crate::{
    id::PrincipalId,
    store::{
        StoreError,
        embedded::{
            credentials::{self, Origins},
            ring::Tenant,
            write::Write,
        },
    },
    time::Timestamp,
};

/// How long before an order a credential must have been made to confirm it.
pub(in crate::store::embedded) const KNOWN: Duration = Duration::from_hours(24);

/// Refuses whoever cannot be another person than who ordered it then.
pub(in crate::store::embedded) fn check(
    write: &Write<'_>,
    tenant: &Tenant,
    (first, ordered): (PrincipalId, Timestamp),
    second: PrincipalId,
) -> Result<(), StoreError> {
    if first == second {
        return Err(StoreError::SamePerson);
    }
    judge(&credentials::origins(write, tenant)?, (first, ordered), second)
}

fn judge(origins: &Origins, (first, ordered): (PrincipalId, Timestamp), second: PrincipalId) -> Result<(), StoreError> {
    // Whose line is not known to its end might come from anybody.
    let (Some(of_first), Some(of_second)) = (line(origins, first), line(origins, second)) else {
        return Err(StoreError::NewCredential);
    };
    if of_first.contains(&second) || of_second.contains(&first) {
        return Err(StoreError::SamePerson);
    }
    // Whose credential is not known, or cannot be read, is not known for long enough.
    let known = origins.get(&second).is_some_and(|origin| origin.create_time + KNOWN <= ordered);
    if known { Ok(()) } else { Err(StoreError::NewCredential) }
}

/// Those with whose credentials a credential was made, back to the host; `None`: one of them is not known, or they go in a
/// circle.
fn line(origins: &Origins, one: PrincipalId) -> Option<Vec<PrincipalId>> {
    let (mut line, mut creator) = (Vec::new(), origins.get(&one).and_then(|origin| origin.creator));
    while let Some(next) = creator {
        if line.len() == origins.len() {
            return None;
        }
        line.push(next);
        creator = origins.get(&next)?.creator;
    }
    Some(line)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::store::embedded::credentials::Origin;

    fn id(number: u128) -> PrincipalId {
        PrincipalId(Uuid::from_u128(number))
    }

    /// Credentials as (principal, creator, hour): does the second of the two confirm what the first ordered at hour 24?
    #[track_caller]
    fn check(made: &[(u128, Option<u128>, u64)], [first, second]: [u128; 2], expected: &str) {
        let at = |hour| Timestamp(0) + Duration::from_hours(hour);
        let origin = |creator: Option<u128>, hour| Origin { creator: creator.map(id), create_time: at(hour) };
        let origins = made.iter().map(|(one, creator, hour)| (id(*one), origin(*creator, *hour))).collect();
        let found = judge(&origins, (id(first), at(24)), id(second));
        assert_eq!(format!("{found:?}"), expected);
    }

    #[test]
    fn a_credential_confirms_that_is_a_day_older_and_led_by_neither_to_the_other() {
        let old = [(1, None, 0), (2, None, 0), (3, Some(1), 0), (4, Some(3), 0), (5, Some(2), 0)];
        check(&old, [1, 2], "Ok(())");
        check(&old, [3, 2], "Ok(())");
        check(&old, [3, 5], "Ok(())");
        check(&old, [1, 3], "Err(SamePerson)");
        check(&old, [3, 1], "Err(SamePerson)");
        check(&old, [1, 4], "Err(SamePerson)");
        check(&old, [4, 1], "Err(SamePerson)");
        check(&old, [1, 9], "Err(NewCredential)");
        check(&[(1, None, 0), (2, None, 1)], [1, 2], "Err(NewCredential)");
        check(&[(1, None, 23), (2, None, 0)], [1, 2], "Ok(())");
        check(&[(1, Some(2), 0), (2, Some(1), 0), (3, None, 0)], [1, 3], "Err(NewCredential)");
        check(&[(1, None, 0), (2, Some(9), 0)], [1, 2], "Err(NewCredential)");
        check(&[(1, Some(9), 0), (2, None, 0)], [1, 2], "Err(NewCredential)");
    }
}
