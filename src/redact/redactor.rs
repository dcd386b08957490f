//! The redactor: the compiled rules of one policy, shared by all interactions.

use std::sync::LazyLock;

use super::{
    Fold, KeepRules, Kind, RedactedText, RedactedTurn, RuleError,
    dialogue::Asked,
    find::{self, View},
    resolve::resolve,
    rules::CompiledRules,
    token::{Memory, NormalisedTurn},
};
use crate::conversation::{Part, Party, RawText, RawTurn, Role};

/// The revision of the built-in rules. It changes whenever the same text may be redacted differently.
pub const REDACTOR_REVISION: &str = "2026-11-22.5";

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

    /// Begins anew, after a crash, the redaction of an interaction whose first [`Pushed::settled`](super::Pushed::settled)
    /// turns are known in their redacted form. The received turns from there on are to be pushed again; what comes out is
    /// what a fold that never stopped gives.
    pub fn resume<'t>(
        &self,
        parties: &[Party],
        settled: impl IntoIterator<Item = (Role, Part, &'t RedactedText)>,
    ) -> Fold<'_> {
        let mut fold = self.fold(parties);
        for (role, part, text) in settled {
            fold.push(&RawTurn { role, part, text: RawText::from(text.as_str()) });
        }
        fold
    }

    /// How many values with a structure (numbers, forms, addresses of machines and mail, secrets) stand in each text, read
    /// alone: what the bench sets beside a catalogue of regular expressions.
    #[doc(hidden)]
    pub fn count_structured<'t>(&self, texts: impl IntoIterator<Item = &'t str>) -> usize {
        let (mut memory, asked) = (Memory::default(), Asked::default());
        let regions = &self.rules.regions;
        let mut count = 0;
        for text in texts {
            let turn = NormalisedTurn::with(text, &mut memory);
            let view = View { turn: &turn, role: Role::Customer, part: Part::Body, asked: &asked, regions };
            count += resolve(find::structured(&view), turn.text()).len();
            turn.recycle(&mut memory);
        }
        count
    }

    /// Redacts a whole interaction: the fold of push, then close.
    pub fn redact(&self, parties: &[Party], turns: &[RawTurn]) -> Redaction {
        Redaction { turns: self.fold(parties).whole(turns) }
    }
}

/// Kinds that a reference must not be.
const REFUSED_AS_REFERENCE: [Kind; 8] = [
    Kind::Email,
    Kind::Phone,
    Kind::CreditCard,
    Kind::Iban,
    Kind::NationalId,
    Kind::Passport,
    Kind::DriverLicense,
    Kind::MedicalId,
];

/// Longest opaque reference, in bytes.
pub const REFERENCE_BYTES_MAX: usize = 128;

/// What an opaque reference is made of beside ASCII letters and digits.
pub const REFERENCE_FURTHER: &str = "._:-";

/// Whether a value may stand as an opaque reference: short, made of letters, digits and a few marks, and by its form no
/// identifier of a person.
pub fn is_reference(value: &str) -> bool {
    let holds = |byte: u8| byte.is_ascii_alphanumeric() || REFERENCE_FURTHER.as_bytes().contains(&byte);
    value.len() <= REFERENCE_BYTES_MAX && value.bytes().all(holds) && !looks_like_identifier(value)
}

/// Digits alone are a telephone, card or national number from this length on.
const DIGITS_MIN: usize = 7;

/// A redactor that keeps nothing.
static PLAIN: LazyLock<Option<Redactor>> = LazyLock::new(|| Redactor::new(&KeepRules::default()).ok());

/// Whether a reference looks like an identifier of a person: an e-mail address, a phone, card, account or national
/// number as a whole. A prefix such as `zd:` keeps long numbers legal, and a UUID is none.
pub fn looks_like_identifier(value: &str) -> bool {
    if value.contains('@') {
        return true;
    }
    if value.split_once(':').is_some_and(|(prefix, _)| prefix.contains(|c: char| c.is_ascii_alphabetic())) {
        return false;
    }
    let digits = value.bytes().filter(u8::is_ascii_digit).count();
    let letters = value.bytes().filter(u8::is_ascii_alphabetic).count();
    if letters == 0 {
        return digits >= DIGITS_MIN;
    }
    let Some(redactor) = PLAIN.as_ref() else { return true };
    let redaction = redactor.redact(&[], &[RawTurn::body(Role::Customer, value)]);
    let findings = redaction.turns.iter().flat_map(|turn| &turn.findings);
    findings
        .filter(|found| REFUSED_AS_REFERENCE.contains(&found.kind))
        .any(|found| found.received.of(value).bytes().filter(u8::is_ascii_alphanumeric).count() == digits + letters)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str, expected: bool) {
        assert_eq!(looks_like_identifier(value), expected, "{value}");
    }

    #[test]
    fn identifiers_are_no_references() {
        check("jo@example.com", true);
        check("mail:jo@example.com", true);
        check("4111-1111-1111-1111", true);
        check("020-7946-0958", true);
        check("GB33BUKB20201555555555", true);
        check("AB123456C", true);
        check("+442079460958", true);
        check("2125550143", true);
        check("536-90-4399", true);
        check("12345678Z", true);
    }

    #[test]
    fn opaque_references_are() {
        check("zd:4111111111111111", false);
        check("123456", false);
        check("ticket-000123456", false);
        check("query-6f0c1a52-7d0c-5c0a-9d3e-3f6a3a1f0b11", false);
        check("6f0c1a52-7d0c-5c0a-9d3e-3f6a3a1f0b11", false);
        check("01a200fb1f627762b6cdb659d3887928", false);
        check("INV-2026-004711", false);
        check("case_8812", false);
        check("500Dn000001AbCd", false);
        check("ORD_77", false);
    }
}
