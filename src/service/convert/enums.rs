//! Enumerations of the wire and of the domain, side by side. Both directions are exhaustive, so that a new value breaks
//! the build. A number that this version does not know is wrong, not a default.

use crate::{
    assessment::{Importance, Label, Level, Tier},
    conversation::{Channel, Part, Role},
    queue::{ItemState, Lane},
    redact::Likelihood,
    service::{
        path::{Path, Violations},
        pb,
        status::Reason,
    },
    store::{AccessRole, CaseState, Handling, TextState},
};

/// The value of an enumeration by its number; an unknown one is noted.
pub fn known<E: TryFrom<i32> + Default>(number: i32, path: &Path<'_>, violations: &mut Violations) -> E {
    let value = E::try_from(number).ok();
    violations.check(value.is_some(), path, Reason::FieldUnknownValue);
    value.unwrap_or_default()
}

/// Who speaks; it must be said.
pub fn speaker(number: i32, path: &Path<'_>, violations: &mut Violations) -> Role {
    match known(number, path, violations) {
        pb::SpeakerRole::Unspecified => {
            violations.check(number != 0, path, Reason::FieldRequired);
            Role::Customer
        }
        pb::SpeakerRole::Customer => Role::Customer,
        pb::SpeakerRole::Staff => Role::Agent,
        pb::SpeakerRole::Automated => Role::Automated,
    }
}

/// What is to be done; unspecified depends on the channel.
pub fn handling(number: i32, channel: Channel, path: &Path<'_>, violations: &mut Violations) -> Handling {
    match known(number, path, violations) {
        pb::Handling::Unspecified => match channel {
            Channel::Query | Channel::Email => Handling::Waiting,
            Channel::Chat | Channel::Call => Handling::InProgress,
        },
        pb::Handling::Waiting => Handling::Waiting,
        pb::Handling::InProgress => Handling::InProgress,
        pb::Handling::FollowUp => Handling::FollowUp,
        pb::Handling::Closed => Handling::Closed,
        pb::Handling::Historical => Handling::Historical,
        pb::Handling::HistoricalUnresolved => Handling::HistoricalUnresolved,
    }
}

/// The tier of a customer.
pub fn tier(number: i32, path: &Path<'_>, violations: &mut Violations) -> Tier {
    match known(number, path, violations) {
        pb::Tier::Unspecified | pb::Tier::Standard => Tier::Standard,
        pb::Tier::Premium => Tier::Premium,
        pb::Tier::Vip => Tier::Vip,
    }
}

/// The importance of a mail.
pub fn importance(number: i32, path: &Path<'_>, violations: &mut Violations) -> Importance {
    match known(number, path, violations) {
        pb::Importance::Unspecified | pb::Importance::Normal => Importance::Normal,
        pb::Importance::Low => Importance::Low,
        pb::Importance::High => Importance::High,
    }
}

/// Whether redacted turns are returned.
pub fn wants_turns(number: i32, path: &Path<'_>, violations: &mut Violations) -> bool {
    match known(number, path, violations) {
        pb::OutcomeView::Unspecified | pb::OutcomeView::Full => true,
        pb::OutcomeView::Basic => false,
    }
}

/// The state in which an acknowledged case is left; unspecified: resolved.
pub fn acknowledged(number: i32, path: &Path<'_>, violations: &mut Violations) -> CaseState {
    match known(number, path, violations) {
        pb::CaseState::Unspecified | pb::CaseState::Resolved => CaseState::Resolved,
        pb::CaseState::Pending => CaseState::Pending,
        pb::CaseState::Open | pb::CaseState::Active | pb::CaseState::Merged => {
            violations.push(path, Reason::FieldUnknownValue);
            CaseState::Resolved
        }
    }
}

/// The state that a case is set to; unspecified: none.
pub fn settable_state(number: i32, path: &Path<'_>, violations: &mut Violations) -> Option<CaseState> {
    match known(number, path, violations) {
        pb::CaseState::Unspecified => None,
        pb::CaseState::Open => Some(CaseState::Open),
        pb::CaseState::Pending => Some(CaseState::Pending),
        pb::CaseState::Resolved => Some(CaseState::Resolved),
        pb::CaseState::Active | pb::CaseState::Merged => {
            violations.push(path, Reason::FieldUnknownValue);
            None
        }
    }
}

/// A label; unspecified: none.
pub fn label(number: i32, path: &Path<'_>, violations: &mut Violations) -> Option<Label> {
    match known(number, path, violations) {
        pb::SentimentLabel::Unspecified => None,
        pb::SentimentLabel::Neutral => Some(Label::Neutral),
        pb::SentimentLabel::Negative => Some(Label::Negative),
    }
}

/// A level; unspecified: none.
pub fn level(number: i32, path: &Path<'_>, violations: &mut Violations) -> Option<Level> {
    match known(number, path, violations) {
        pb::PriorityLevel::Unspecified => None,
        pb::PriorityLevel::Low => Some(Level::Low),
        pb::PriorityLevel::Normal => Some(Level::Normal),
        pb::PriorityLevel::High => Some(Level::High),
        pb::PriorityLevel::Urgent => Some(Level::Urgent),
    }
}

/// The role of a credential.
pub fn access_role(number: i32, path: &Path<'_>, violations: &mut Violations) -> AccessRole {
    match known(number, path, violations) {
        pb::Role::Unspecified => {
            violations.check(number != 0, path, Reason::FieldRequired);
            AccessRole::Intake
        }
        pb::Role::Intake => AccessRole::Intake,
        pb::Role::Analyst => AccessRole::Analyst,
        pb::Role::Agent => AccessRole::Agent,
        pb::Role::Supervisor => AccessRole::Supervisor,
        pb::Role::TenantAdmin => AccessRole::TenantAdmin,
        pb::Role::PrivacyOfficer => AccessRole::PrivacyOfficer,
    }
}

/// A role on the wire.
pub fn wire_access_role(role: AccessRole) -> pb::Role {
    match role {
        AccessRole::Intake => pb::Role::Intake,
        AccessRole::Analyst => pb::Role::Analyst,
        AccessRole::Agent => pb::Role::Agent,
        AccessRole::Supervisor => pb::Role::Supervisor,
        AccessRole::TenantAdmin => pb::Role::TenantAdmin,
        AccessRole::PrivacyOfficer => pb::Role::PrivacyOfficer,
    }
}

/// A speaker on the wire.
pub fn wire_speaker(role: Role) -> pb::SpeakerRole {
    match role {
        Role::Customer => pb::SpeakerRole::Customer,
        Role::Agent => pb::SpeakerRole::Staff,
        Role::Automated => pb::SpeakerRole::Automated,
    }
}

/// A part on the wire.
pub fn wire_part(part: Part) -> pb::TurnPart {
    match part {
        Part::Subject => pb::TurnPart::Subject,
        Part::Body => pb::TurnPart::Body,
        Part::Quoted => pb::TurnPart::Quoted,
    }
}

/// A handling on the wire.
pub fn wire_handling(handling: Handling) -> pb::Handling {
    match handling {
        Handling::Waiting => pb::Handling::Waiting,
        Handling::InProgress => pb::Handling::InProgress,
        Handling::FollowUp => pb::Handling::FollowUp,
        Handling::Closed => pb::Handling::Closed,
        Handling::Historical => pb::Handling::Historical,
        Handling::HistoricalUnresolved => pb::Handling::HistoricalUnresolved,
    }
}

/// A text state on the wire.
pub fn wire_text_state(state: TextState) -> pb::TextState {
    match state {
        TextState::Redacted => pb::TextState::Redacted,
        TextState::Withheld => pb::TextState::Withheld,
        TextState::Expired => pb::TextState::TextExpired,
    }
}

/// A tier on the wire.
pub fn wire_tier(tier: Tier) -> pb::Tier {
    match tier {
        Tier::Standard => pb::Tier::Standard,
        Tier::Premium => pb::Tier::Premium,
        Tier::Vip => pb::Tier::Vip,
    }
}

/// A label on the wire.
pub fn wire_label(label: Label) -> pb::SentimentLabel {
    match label {
        Label::Neutral => pb::SentimentLabel::Neutral,
        Label::Negative => pb::SentimentLabel::Negative,
    }
}

/// A level on the wire.
pub fn wire_level(level: Level) -> pb::PriorityLevel {
    match level {
        Level::Low => pb::PriorityLevel::Low,
        Level::Normal => pb::PriorityLevel::Normal,
        Level::High => pb::PriorityLevel::High,
        Level::Urgent => pb::PriorityLevel::Urgent,
    }
}

/// A likelihood on the wire.
pub fn wire_likelihood(likelihood: Likelihood) -> pb::Likelihood {
    match likelihood {
        Likelihood::Possible => pb::Likelihood::Possible,
        Likelihood::Likely => pb::Likelihood::Likely,
        Likelihood::VeryLikely => pb::Likelihood::VeryLikely,
    }
}

/// A case state on the wire.
pub fn wire_case_state(state: CaseState) -> pb::CaseState {
    match state {
        CaseState::Open => pb::CaseState::Open,
        CaseState::Active => pb::CaseState::Active,
        CaseState::Pending => pb::CaseState::Pending,
        CaseState::Resolved => pb::CaseState::Resolved,
        CaseState::Merged => pb::CaseState::Merged,
    }
}

/// A lane on the wire.
pub fn wire_lane(lane: Lane) -> pb::Lane {
    match lane {
        Lane::Emergency => pb::Lane::Emergency,
        Lane::Express => pb::Lane::Express,
        Lane::Regular => pb::Lane::Regular,
    }
}

/// An item state on the wire.
pub fn wire_item_state(state: ItemState) -> pb::ItemState {
    match state {
        ItemState::Ready => pb::ItemState::Ready,
        ItemState::Leased => pb::ItemState::Leased,
        ItemState::Delayed => pb::ItemState::Delayed,
        ItemState::Parked => pb::ItemState::Parked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_number_is_wrong_and_names_its_field() {
        let mut violations = Violations::default();
        let root = Path::Root;
        assert_eq!(tier(2, &root.field("tier"), &mut violations), Tier::Premium);
        assert_eq!(speaker(0, &root.field("role"), &mut violations), Role::Customer);
        tier(99, &root.field("tier"), &mut violations);
        let failure = violations.finish(()).unwrap_err();
        let found: Vec<_> = failure.violations.iter().map(|one| (one.field.as_str(), one.reason)).collect();
        assert_eq!(found, [("role", Reason::FieldRequired), ("tier", Reason::FieldUnknownValue)]);
    }

    #[test]
    fn roles_lead_back() {
        for role in AccessRole::ALL {
            let number = wire_access_role(role) as i32;
            assert_eq!(number, role as i32, "the table of methods reads roles by number");
            assert_eq!(access_role(number, &Path::Root, &mut Violations::default()), role);
        }
    }
}
