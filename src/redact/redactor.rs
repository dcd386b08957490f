//! The redactor: the compiled rules of one policy, shared by all interactions.

use super::{
    Fold, KeepRules, Kind, RedactedTurn, RuleError,
    candidate::Candidate,
    dialogue::Asked,
    find::{self, View},
    rules::CompiledRules,
    token::NormalisedTurn,
};
use crate::conversation::{Part, Party, RawTurn, Role};

/// The revision of the built-in rules. It changes whenever the same text may be redacted differently.
pub const REDACTOR_REVISION: &str = "2026-11-22.1";

/// The compiled rules. Cheap to share between threads; holds no text.
#[derive(Debug)]
pub struct Redactor {
    pub(super) rules: CompiledRules,
}

/// A whole interaction after redaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redaction {
    /// Every turn, in order.
    pub turns: Vec<RedactedTurn>,
}

impl Redactor {
    /// Compiles the rules of a policy.
    ///
    /// # Errors
    /// The first rule that is not allowed or does not compile, with its place in its list.
    pub fn new(keep: &KeepRules) -> Result<Self, RuleError> {
        Ok(Self { rules: CompiledRules::new(keep)? })
    }

    /// Begins the redaction of an interaction whose participants are known.
    pub fn fold(&self, parties: &[Party]) -> Fold<'_> {
        Fold::new(self, parties)
    }

    /// Redacts a whole interaction: the fold of push, then close.
    pub fn redact(&self, parties: &[Party], turns: &[RawTurn]) -> Redaction {
        let mut fold = self.fold(parties);
        let mut done: Vec<RedactedTurn> = Vec::with_capacity(turns.len());
        for turn in turns {
            let pushed = fold.push(turn);
            done.push(pushed.turn);
            replace(&mut done, pushed.revised);
        }
        replace(&mut done, fold.close());
        Redaction { turns: done }
    }
}

fn replace(done: &mut [RedactedTurn], revised: Vec<RedactedTurn>) {
    for turn in revised {
        if let Some(place) = done.get_mut(turn.index as usize) {
            *place = turn;
        }
    }
}

/// Whether a reference looks like an identifier of a person: an e-mail address, a phone, card, account or national
/// number. A prefix such as `zd:` keeps long numbers legal.
pub fn looks_like_identifier(value: &str) -> bool {
    if value.contains('@') {
        return true;
    }
    if value.split_once(':').is_some_and(|(prefix, _)| !prefix.is_empty()) {
        return false;
    }
    let turn = NormalisedTurn::new(value);
    let asked = Asked::default();
    let view = View { turn: &turn, role: Role::Automated, part: Part::Body, asked: &asked };
    let whole = |candidate: &Candidate| candidate.span.len() + 1 >= turn.text().trim().len();
    find::all(&view).iter().any(|candidate| {
        let person = matches!(
            candidate.kind,
            Kind::Email
                | Kind::Phone
                | Kind::CreditCard
                | Kind::Iban
                | Kind::NationalId
                | Kind::MedicalId
                | Kind::DriverLicense
        );
        person && whole(candidate)
    })
}

#[cfg(test)]
mod tests {
    use super::looks_like_identifier;

    #[track_caller]
    fn check(value: &str, expected: bool) {
        assert_eq!(looks_like_identifier(value), expected, "{value}");
    }

    #[test]
    fn identifiers_of_persons_are_recognised() {
        for value in ["ann@example.com", "+442079460958", "2125550143", "4111111111111111", "DE89370400440532013000"] {
            check(value, true);
        }
        for value in ["536-90-4399", "12345678Z", "AB123456C", "07700900123"] {
            check(value, true);
        }
    }

    #[test]
    fn references_are_left_alone() {
        for value in [
            "zd:2125550143",
            "CASE-2024-000123",
            "550e8400-e29b-41d4-a716-446655440000",
            "500Dn000001AbCd",
            "42",
            "ORD_77",
        ] {
            check(value, false);
        }
    }
}
