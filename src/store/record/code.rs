//! Numbers that stand for values in rows and records: one table a type. A number is never given to another value.

use super::RecordError;
use crate::{
    assessment::{Importance, Label, Level, Tier},
    conversation::{Channel, Part, Role},
    policy::{CareBasis, Target},
    queue::{BumpReason, DueCause, ItemState, Lane},
    redact::{KINDS, Kind, Likelihood},
    store::{AccessRole, CaseState, CorrectionReason, ErasureState, Handling, HoldReason, TextState},
    text::Language,
};

/// A value that a small number stands for.
pub(crate) trait Code: Copy + PartialEq + 'static {
    /// Every value with its number.
    const TABLE: &'static [(Self, u8)];

    /// The number of this value; 0 where the table lacks it, which a test rules out.
    fn code(self) -> u8 {
        Self::TABLE.iter().find(|(value, _)| *value == self).map_or(0, |(_, code)| *code)
    }

    /// The value of this number.
    fn from_code(code: u8) -> Result<Self, RecordError> {
        Self::TABLE.iter().find(|(_, known)| *known == code).map(|(value, _)| *value).ok_or(RecordError)
    }
}

macro_rules! codes {
    ($($type:ident { $($value:ident = $code:literal),+ $(,)? })+) => {$(
        impl Code for $type {
            const TABLE: &'static [(Self, u8)] = &[$(($type::$value, $code)),+];
        }

        // Every value has a row: a new one breaks the build here.
        const _: fn($type) = |value| match value { $($type::$value => {})+ };
    )+};
}

codes! {
    Channel { Query = 1, Chat = 2, Email = 3, Call = 4 }
    Role { Customer = 1, Agent = 2, Automated = 3 }
    Part { Subject = 1, Body = 2, Quoted = 3 }
    Tier { Standard = 1, Premium = 2, Vip = 3 }
    CareBasis {
        ExplicitConsent = 1, SocialProtection = 2, VitalInterests = 3, SubstantialPublicInterest = 4, HealthOrSocialCare = 5,
    }
    Importance { Low = 1, Normal = 2, High = 3 }
    Label { Neutral = 1, Negative = 2 }
    Level { Low = 1, Normal = 2, High = 3, Urgent = 4 }
    Likelihood { Possible = 1, Likely = 2, VeryLikely = 3 }
    Handling { Waiting = 1, InProgress = 2, FollowUp = 3, Closed = 4, Historical = 5, HistoricalUnresolved = 6 }
    TextState { Redacted = 1, Withheld = 2, Expired = 3 }
    CaseState { Open = 1, Active = 2, Pending = 3, Resolved = 4, Merged = 5 }
    Lane { Emergency = 1, Regular = 2, Express = 3 }
    Target { FirstResponse = 1, NextReply = 2, Resolution = 3 }
    DueCause { Contact = 1, Resumed = 2, Assessed = 3, Merged = 4 }
    BumpReason { Escalation = 1, Promise = 2, Mishandled = 3, Severity = 4, Dependency = 5, Other = 6 }
    ItemState { Ready = 1, Leased = 2, Delayed = 3, Parked = 4 }
    CorrectionReason { Wording = 1, Sarcasm = 2, Domain = 3, Context = 4, Severity = 5, Safety = 6, Other = 7 }
    AccessRole { Intake = 1, Analyst = 2, Agent = 3, Supervisor = 4, TenantAdmin = 5, PrivacyOfficer = 6 }
    ErasureState { Shown = 1, OnHold = 2, Erased = 3, Erasing = 4 }
    HoldReason { Litigation = 1, Regulator = 2, Investigation = 3, Other = 4 }
}

/// The number of a kind of PII: its place in the table of kinds, from 1.
pub(super) fn kind_code(kind: Kind) -> u8 {
    kind as u8
}

/// The kind of that number.
pub(super) fn kind(code: u8) -> Result<Kind, RecordError> {
    KINDS.iter().map(|row| row.kind).find(|kind| kind_code(*kind) == code).ok_or(RecordError)
}

/// The language of a stored code.
pub(super) fn language(code: Option<&str>) -> Result<Option<Language>, RecordError> {
    code.map(|code| Language::from_tag(code).ok_or(RecordError)).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check<C: Code + std::fmt::Debug>() {
        for (value, code) in C::TABLE {
            assert_eq!(C::from_code(*code), Ok(*value));
            assert_eq!(value.code(), *code);
            assert_ne!(*code, 0);
        }
        assert_eq!(C::from_code(0), Err(RecordError));
    }

    #[test]
    fn numbers_lead_back() {
        check::<Channel>();
        check::<Role>();
        check::<Part>();
        check::<Tier>();
        check::<Importance>();
        check::<Label>();
        check::<Level>();
        check::<Likelihood>();
        check::<Handling>();
        check::<TextState>();
        check::<CaseState>();
        check::<Lane>();
        check::<ItemState>();
        check::<BumpReason>();
        check::<CorrectionReason>();
        check::<AccessRole>();
        check::<ErasureState>();
        check::<HoldReason>();
        check::<Target>();
        check::<DueCause>();
    }

    #[test]
    fn kinds_and_languages_lead_back() {
        for row in &KINDS {
            assert_eq!(kind(kind_code(row.kind)), Ok(row.kind));
        }
        assert_eq!(kind(0), Err(RecordError));
        for tag in Language::all() {
            assert_eq!(language(Some(tag.code())), Ok(Some(tag)));
        }
        assert_eq!(language(None), Ok(None));
        assert_eq!(language(Some("xx")), Err(RecordError));
    }
}
