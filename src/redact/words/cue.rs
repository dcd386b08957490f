//! The cues: what a word in the neighbourhood of a number or a name hints at.

use std::ops::{BitAnd, BitOr, BitOrAssign};

/// What a word hints at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Cue {
    Card,
    Expiry,
    Cvv,
    Pin,
    Password,
    SecurityAnswer,
    Secret,
    Email,
    Phone,
    NationalId,
    TaxId,
    Passport,
    License,
    Medical,
    Iban,
    Account,
    Routing,
    Bic,
    Crypto,
    Ip,
    Mac,
    Url,
    Name,
    Username,
    Address,
    Postcode,
    Birth,
    Vehicle,
    Order,
    Tracking,
    /// "number", "code", "id": the noun that makes the word before it a label.
    NumberNoun,
    /// "is", "are", ":": binds a label to its value.
    Copula,
    /// "uh", "um": skipped inside a spoken number.
    Filler,
    /// "sorry", "no", "I mean": what follows replaces what was just said.
    Correction,
    /// "uh huh", "okay", "go on": a turn of these does not end a dictation.
    Acknowledge,
    /// "what", "please provide", "can I have": the sentence asks for something.
    Ask,
    /// "at", "arroba".
    At,
    /// "dot", "punto".
    Dot,
    /// "dash", "hyphen", "minus".
    Dash,
    Underscore,
    /// "slash", "forward slash".
    Slash,
    Plus,
    /// "double", "triple" and their value.
    Double,
    Triple,
    Quadruple,
    /// "dollars", "euros", "price", "total".
    Money,
    /// "minutes", "pieces", "GB": makes the number before it a quantity.
    Unit,
    Month,
    Weekday,
    /// "version", "build", "firmware".
    Version,
    /// "model", "part", "sku", "serial": product numbers.
    Product,
    /// "error", "code 404", "status".
    ErrorCode,
    /// "flight", "gate", "train", "room".
    Travel,
    /// "extension", "ext".
    Extension,
    /// "last four", "ending in": the digits that follow are a part of a known value.
    Ending,
    /// "date", "on": the number is a date.
    Date,
    /// "as in", "like", "for": spells a letter by a word.
    SpellAs,
    /// "hundred-thousand" page, line, chapter, step, question.
    Ordinal,
    /// "my", "our", "his".
    Possessive,
    /// "capital", "uppercase", "lowercase".
    LetterCase,
    /// "not", "never", "forgot": no value follows.
    Negation,
    /// "organisation" numbers that are public: company register, VAT in a footer.
    Company,
    /// "third", "fourteenth": a day of the month.
    DayWord,
    /// "dollars", "euros": makes the number before it an amount.
    Currency,
    /// "code" alone: a one-time code, if it has as many digits.
    Code,
    /// "warranty", "offer": what ends without being a card.
    Lapse,
}

/// A set of cues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Cues(u128);

impl Cues {
    /// Cues that say what role a word plays in a sentence rather than what a number means.
    pub(crate) const STRUCTURE: Self = Self::of(&[
        Cue::NumberNoun,
        Cue::Copula,
        Cue::Filler,
        Cue::Correction,
        Cue::Acknowledge,
        Cue::Ask,
        Cue::At,
        Cue::Dot,
        Cue::Dash,
        Cue::Slash,
        Cue::Plus,
        Cue::Unit,
        Cue::Possessive,
        Cue::Negation,
    ]);

    /// Cues that say what a number or a word means.
    pub(crate) const MEANING: Self = Self::of(&[
        Cue::Card,
        Cue::Expiry,
        Cue::Cvv,
        Cue::Pin,
        Cue::Password,
        Cue::SecurityAnswer,
        Cue::Secret,
        Cue::Email,
        Cue::Phone,
        Cue::NationalId,
        Cue::TaxId,
        Cue::Passport,
        Cue::License,
        Cue::Medical,
        Cue::Iban,
        Cue::Account,
        Cue::Routing,
        Cue::Bic,
        Cue::Crypto,
        Cue::Ip,
        Cue::Mac,
        Cue::Name,
        Cue::Username,
        Cue::Address,
        Cue::Postcode,
        Cue::Birth,
        Cue::Vehicle,
        Cue::Order,
        Cue::Tracking,
        Cue::Money,
        Cue::Version,
        Cue::Product,
        Cue::ErrorCode,
        Cue::Travel,
        Cue::Ordinal,
        Cue::Company,
        Cue::Extension,
        Cue::Ending,
        Cue::Code,
    ]);

    /// The set with `cues` as well.
    pub(crate) const fn with(self, cues: &[Cue]) -> Self {
        Self(self.0 | Self::of(cues).0)
    }

    /// The set without `cue`.
    pub(crate) const fn without(self, cue: Cue) -> Self {
        Self(self.0 & !(1 << cue as u8))
    }

    /// Whether `cue` is in the set.
    pub(crate) fn has(self, cue: Cue) -> bool {
        self.0 & (1 << cue as u8) != 0
    }

    /// Whether the two sets share a cue.
    pub(crate) fn any(self, others: Self) -> bool {
        self.0 & others.0 != 0
    }

    /// Whether the set is empty.
    pub(crate) fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The set of the listed cues.
    pub(crate) const fn of(cues: &[Cue]) -> Self {
        let mut set = 0;
        let mut rest = cues;
        while let [cue, others @ ..] = rest {
            set |= 1 << *cue as u8;
            rest = others;
        }
        Self(set)
    }
}

impl From<Cue> for Cues {
    fn from(cue: Cue) -> Self {
        Self(1 << cue as u8)
    }
}

impl BitAnd for Cues {
    type Output = Self;
    fn bitand(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }
}

impl BitOr for Cues {
    type Output = Self;
    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOrAssign for Cues {
    fn bitor_assign(&mut self, other: Self) {
        self.0 |= other.0;
    }
}
