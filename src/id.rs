//! Names of things: random 128-bit ids (`UUIDv7`, RFC 9562), one type for each kind of thing so that they cannot be mixed
//! up. How a new id is drawn is `crypto`'s business.

use std::{fmt, str::FromStr};

use uuid::Uuid;

/// The text is not the id of such a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a resource id")]
pub struct IdError;

macro_rules! ids {
    ($($(#[$about:meta])* $name:ident $collection:literal;)+) => {$(
        $(#[$about])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl $name {
            /// The collection that such things are named in, as in `collection/{uuid}`.
            pub const COLLECTION: &'static str = $collection;

            /// The 16 bytes of the id.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl From<[u8; 16]> for $name {
            fn from(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, "{}/{}", Self::COLLECTION, self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, formatter)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let (collection, id) = text.split_once('/').ok_or(IdError)?;
                let id = Uuid::try_parse(id).map_err(|_| IdError)?;
                if collection == Self::COLLECTION { Ok(Self(id)) } else { Err(IdError) }
            }
        }
    )+};
}

ids! {
    /// A company whose customers write.
    TenantId "tenants";
    /// A person, known by a random id only.
    SubjectId "subjects";
    /// One customer's matter.
    CaseId "cases";
    /// One contact within a case.
    InteractionId "interactions";
    /// Somebody or something that calls.
    PrincipalId "principals";
    /// What a principal proves itself with.
    CredentialId "credentials";
    /// The right to work on an item for a while.
    LeaseId "leases";
    /// An erasure, done or on hold.
    ErasureId "erasures";
    /// A legal hold.
    HoldId "holds";
    /// A purge of records of a faulty intake.
    PurgeId "purges";
    /// An export of what is kept of a person.
    ExportId "exports";
    /// The end of a tenant.
    OffboardingId "offboardings";
    /// Somebody to whom exports are sealed.
    RecipientId "recipients";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_and_collections_do_not_mix() {
        let case = CaseId(Uuid::from_u128(7));
        assert_eq!(case.to_string(), "cases/00000000-0000-0000-0000-000000000007");
        assert_eq!(case.to_string().parse(), Ok(case));
        assert_eq!(case.to_string().parse::<LeaseId>(), Err(IdError));
        assert_eq!("cases/x".parse::<CaseId>(), Err(IdError));
        assert_eq!("cases".parse::<CaseId>(), Err(IdError));
    }
}
