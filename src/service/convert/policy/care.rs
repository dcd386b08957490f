//! The lawful basis of care signals on the wire.

use crate::{
    policy::CareBasis,
    service::{
        path::{Path, Violations},
        pb,
        status::Reason,
    },
};

const BASES: [(CareBasis, pb::CareBasis); 5] = [
    (CareBasis::ExplicitConsent, pb::CareBasis::ExplicitConsent),
    (CareBasis::SocialProtection, pb::CareBasis::SocialProtection),
    (CareBasis::VitalInterests, pb::CareBasis::VitalInterests),
    (CareBasis::SubstantialPublicInterest, pb::CareBasis::SubstantialPublicInterest),
    (CareBasis::HealthOrSocialCare, pb::CareBasis::HealthOrSocialCare),
];

/// The basis; `None`: nobody looks.
pub(super) fn basis(wanted: pb::CarePolicy, path: &Path<'_>, violations: &mut Violations) -> Option<CareBasis> {
    let pb::CarePolicy { lawful_basis } = wanted;
    let known = BASES.iter().find(|(_, wire)| *wire as i32 == lawful_basis).map(|(basis, _)| *basis);
    let unstated = lawful_basis == pb::CareBasis::Unspecified as i32;
    violations.check(unstated || known.is_some(), &path.field("lawful_basis"), Reason::FieldUnknownValue);
    known
}

/// The same on the wire.
pub(super) fn wire(basis: Option<CareBasis>) -> pb::CarePolicy {
    let known = BASES.iter().find(|(known, _)| Some(*known) == basis);
    let lawful_basis = known.map_or(pb::CareBasis::Unspecified, |(_, wire)| *wire);
    pb::CarePolicy { lawful_basis: lawful_basis.into() }
}
