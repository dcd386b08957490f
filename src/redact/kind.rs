//! The kinds of PII: one table of names and classes that every other part (wire, storage, policy, documentation)
//! reads.

/// What a piece of PII is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each variant is described by its row of KINDS")]
#[repr(u8)]
pub enum Kind {
    CreditCard = 1,
    CardExpiry = 2,
    Cvv = 3,
    Pin = 4,
    Password = 5,
    Secret = 6,
    Email = 7,
    Phone = 8,
    NationalId = 9,
    Passport = 10,
    DriverLicense = 11,
    MedicalId = 12,
    Iban = 13,
    BankAccount = 14,
    Crypto = 15,
    Ip = 16,
    Mac = 17,
    Url = 18,
    Person = 19,
    Username = 20,
    Address = 21,
    Postcode = 22,
    DateOfBirth = 23,
    Vehicle = 24,
    OrderNumber = 25,
    TrackingNumber = 26,
    Number = 27,
    Attachment = 28,
}

/// How much of a removed value may remain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Leaves no trace: no number that tells equal values from different ones, no policy that keeps it readable.
    Forbidden,
    /// Identifies a person: numbered within its interaction.
    Identifier,
    /// Harmless in most businesses: numbered, and a tenant's policy may keep it readable.
    Keepable,
}

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct KindRow {
    /// The kind.
    pub kind: Kind,
    /// Its name on the wire, in files and in placeholders.
    pub name: &'static str,
    /// Its class.
    pub class: Class,
    /// What it covers, for the documentation.
    pub about: &'static str,
}

const fn row(kind: Kind, name: &'static str, class: Class, about: &'static str) -> KindRow {
    KindRow { kind, name, class, about }
}

/// Every kind, in the order of its number.
pub const KINDS: [KindRow; 28] = [
    row(Kind::CreditCard, "CREDIT_CARD", Class::Forbidden, "primary account number of a payment card"),
    row(Kind::CardExpiry, "CARD_EXPIRY", Class::Forbidden, "expiry date of a payment card"),
    row(Kind::Cvv, "CVV", Class::Forbidden, "card verification code"),
    row(Kind::Pin, "PIN", Class::Forbidden, "PIN or one-time code"),
    row(Kind::Password, "PASSWORD", Class::Forbidden, "password or answer to a security question"),
    row(Kind::Secret, "SECRET", Class::Forbidden, "API key, token, private key or credential in a URL"),
    row(Kind::Email, "EMAIL", Class::Identifier, "e-mail address"),
    row(Kind::Phone, "PHONE", Class::Identifier, "telephone number"),
    row(
        Kind::NationalId,
        "NATIONAL_ID",
        Class::Identifier,
        "national, social security, tax or national health service number",
    ),
    row(Kind::Passport, "PASSPORT", Class::Identifier, "passport number"),
    row(Kind::DriverLicense, "DRIVER_LICENSE", Class::Identifier, "driving licence number"),
    row(Kind::MedicalId, "MEDICAL_ID", Class::Identifier, "number of a patient, a health plan or a prescriber"),
    row(Kind::Iban, "IBAN", Class::Identifier, "international bank account number"),
    row(Kind::BankAccount, "BANK_ACCOUNT", Class::Identifier, "national account, routing or sort code, BIC"),
    row(Kind::Crypto, "CRYPTO", Class::Identifier, "address of a crypto-currency wallet"),
    row(Kind::Ip, "IP", Class::Identifier, "IPv4 or IPv6 address"),
    row(Kind::Mac, "MAC", Class::Identifier, "hardware address"),
    row(Kind::Url, "URL", Class::Identifier, "personal part of a URL, or an internal recording link"),
    row(Kind::Person, "PERSON", Class::Identifier, "name of a person"),
    row(Kind::Username, "USERNAME", Class::Identifier, "user name or handle"),
    row(Kind::Address, "ADDRESS", Class::Identifier, "street address"),
    row(Kind::Postcode, "POSTCODE", Class::Keepable, "postal code"),
    row(Kind::DateOfBirth, "DATE_OF_BIRTH", Class::Identifier, "date of birth"),
    row(Kind::Vehicle, "VEHICLE", Class::Keepable, "licence plate or vehicle identification number"),
    row(Kind::OrderNumber, "ORDER_NUMBER", Class::Keepable, "order, case, invoice, policy or customer number"),
    row(Kind::TrackingNumber, "TRACKING_NUMBER", Class::Keepable, "tracking number of a parcel"),
    row(Kind::Number, "NUMBER", Class::Forbidden, "digits whose meaning is not settled yet"),
    row(Kind::Attachment, "ATTACHMENT", Class::Identifier, "inline data"),
];

impl Kind {
    /// The row of this kind.
    pub fn row(self) -> &'static KindRow {
        KINDS.iter().find(|row| row.kind == self).unwrap_or(&KINDS[0])
    }

    /// The name on the wire, in files and in placeholders, such as `CREDIT_CARD`.
    pub fn name(self) -> &'static str {
        self.row().name
    }

    /// The class of this kind.
    pub fn class(self) -> Class {
        self.row().class
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        KINDS.iter().find(|row| row.name == name).map(|row| row.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete_and_in_order() {
        for (index, row) in KINDS.iter().enumerate() {
            assert_eq!(row.kind as usize, index + 1, "{}", row.name);
            assert_eq!(Kind::from_name(row.name), Some(row.kind));
            assert_eq!(row.kind.name(), row.name);
        }
    }
}
