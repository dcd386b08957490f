//! The table of kinds that the context gives to a number: cue, kind, how many digits such a number has.

use crate::redact::{Kind, Reason, words::Cue};

/// What a cue makes of a number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row {
    /// The cue.
    pub(crate) cue: Cue,
    /// What the number is; `None`: a number that stays readable.
    pub(crate) kind: Option<Kind>,
    /// Fewest digits or letters.
    pub(crate) min: usize,
    /// Most digits or letters.
    pub(crate) max: usize,
    /// The reason of the finding.
    pub(crate) reason: Reason,
}

const fn row(cue: Cue, kind: Kind, min: usize, max: usize, reason: Reason) -> Row {
    Row { cue, kind: Some(kind), min, max, reason }
}

const fn stays(cue: Cue, max: usize) -> Row {
    Row { cue, kind: None, min: 1, max, reason: "" }
}

/// Every cue that gives a number its meaning. Of several rows of one cue the first that fits counts.
pub(crate) const ROWS: &[Row] = &[
    row(Cue::Cvv, Kind::Cvv, 3, 4, "context:cvv"),
    row(Cue::Pin, Kind::Pin, 3, 10, "context:pin"),
    row(Cue::Code, Kind::Pin, 4, 8, "context:code"),
    row(Cue::Password, Kind::Password, 4, 20, "context:password"),
    row(Cue::Card, Kind::CreditCard, 12, 19, "context:card"),
    row(Cue::NationalId, Kind::NationalId, 7, 18, "context:national-id"),
    row(Cue::TaxId, Kind::NationalId, 8, 16, "context:tax-id"),
    row(Cue::Passport, Kind::Passport, 6, 10, "context:passport"),
    row(Cue::License, Kind::DriverLicense, 5, 18, "context:licence"),
    row(Cue::Medical, Kind::MedicalId, 6, 16, "context:medical"),
    row(Cue::Mac, Kind::Mac, 12, 12, "context:mac"),
    row(Cue::Routing, Kind::BankAccount, 3, 12, "context:routing"),
    row(Cue::Bic, Kind::BankAccount, 8, 11, "context:bic"),
    row(Cue::Account, Kind::BankAccount, 5, 20, "context:account"),
    row(Cue::Iban, Kind::Iban, 10, 34, "context:iban"),
    row(Cue::Phone, Kind::Phone, 6, 15, "context:phone"),
    row(Cue::Extension, Kind::Phone, 2, 6, "context:phone"),
    row(Cue::Tracking, Kind::TrackingNumber, 8, 34, "context:tracking"),
    row(Cue::Order, Kind::OrderNumber, 4, 24, "context:order"),
    row(Cue::Vehicle, Kind::Vehicle, 4, 17, "context:vehicle"),
    row(Cue::Birth, Kind::DateOfBirth, 6, 8, "context:birth"),
    row(Cue::Postcode, Kind::Postcode, 3, 10, "context:postcode"),
    row(Cue::Username, Kind::Username, 5, 20, "context:username"),
    row(Cue::Secret, Kind::Secret, 6, 64, "context:secret"),
    row(Cue::SecurityAnswer, Kind::Password, 2, 20, "context:security-answer"),
    stays(Cue::Money, 9),
    stays(Cue::Version, 8),
    stays(Cue::Product, 16),
    stays(Cue::ErrorCode, 12),
    stays(Cue::Travel, 7),
    stays(Cue::Ordinal, 5),
    stays(Cue::Company, 12),
];

/// The rows of the cues that fit a number of `digits` digits.
pub(crate) fn rows(cues: crate::redact::words::Cues) -> impl Iterator<Item = &'static Row> {
    ROWS.iter().filter(move |row| cues.has(row.cue))
}
