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
    /// What shows its limits.
    pub examples: Examples,
}

/// Three texts that show where a kind begins and ends, each with its redacted form. A test redacts them all.
#[derive(Clone, Copy, Debug)]
pub struct Examples {
    /// A plain case.
    pub positive: (&'static str, &'static str),
    /// A text that looks alike and stays as it is.
    pub negative: &'static str,
    /// A case at the edge that still goes.
    pub boundary: (&'static str, &'static str),
}

const fn row(kind: Kind, name: &'static str, class: Class, about: &'static str, examples: Examples) -> KindRow {
    KindRow { kind, name, class, about, examples }
}

const fn shown(
    positive: (&'static str, &'static str),
    negative: &'static str,
    boundary: (&'static str, &'static str),
) -> Examples {
    Examples { positive, negative, boundary }
}

/// Every kind, in the order of its number.
pub const KINDS: [KindRow; 28] = [
    row(
        Kind::CreditCard,
        "CREDIT_CARD",
        Class::Forbidden,
        "primary account number of a payment card",
        shown(
            ("visa 4111 1111 1111 1111", "visa [CREDIT_CARD]"),
            "serial number 4111111111111111",
            ("card 4111 1111 1111 1112", "card [CREDIT_CARD]"),
        ),
    ),
    row(
        Kind::CardExpiry,
        "CARD_EXPIRY",
        Class::Forbidden,
        "expiry date of a payment card",
        shown(
            ("card 4111111111111111 exp 12/27", "card [CREDIT_CARD] exp [CARD_EXPIRY]"),
            "the warranty expires 12/27",
            ("4111111111111111 09/28", "[CREDIT_CARD] [CARD_EXPIRY]"),
        ),
    ),
    row(
        Kind::Cvv,
        "CVV",
        Class::Forbidden,
        "card verification code",
        shown(
            ("cvv 123", "cvv [CVV]"),
            "I have 123 points",
            ("4111111111111111 09/28 123", "[CREDIT_CARD] [CARD_EXPIRY] [CVV]"),
        ),
    ),
    row(
        Kind::Pin,
        "PIN",
        Class::Forbidden,
        "PIN or one-time code",
        shown(
            ("my pin is 4471", "my pin is [PIN]"),
            "pin the message, please",
            ("the door code is 0042", "the door code is [PIN]"),
        ),
    ),
    row(
        Kind::Password,
        "PASSWORD",
        Class::Forbidden,
        "password or answer to a security question",
        shown(
            ("password: Tulp!1990", "password: [PASSWORD]"),
            "I forgot my password",
            ("password is hunter2", "password is [PASSWORD]"),
        ),
    ),
    row(
        Kind::Secret,
        "SECRET",
        Class::Forbidden,
        "API key, token, private key or credential in a URL",
        shown(
            ("key AKIAQ4XKZ7PWN3VLTR5M", "key [SECRET]"),
            "what is an api key?",
            ("postgres://app:secret1@db.example/x", "[SECRET]"),
        ),
    ),
    row(
        Kind::Email,
        "EMAIL",
        Class::Identifier,
        "e-mail address",
        shown(("ann@example.com", "[EMAIL_1]"), "saw it @ home", ("ann(at)example(dot)org", "[EMAIL_1]")),
    ),
    row(
        Kind::Phone,
        "PHONE",
        Class::Identifier,
        "telephone number",
        shown(
            ("call 212-555-0143", "call [PHONE_1]"),
            "order 3 of 12",
            ("on my registered 668 5702", "on my registered [PHONE_1]"),
        ),
    ),
    row(
        Kind::NationalId,
        "NATIONAL_ID",
        Class::Identifier,
        "number of a citizen, of social security or of taxes",
        shown(
            ("SSN 536-90-4399", "SSN [NATIONAL_ID_1]"),
            "part number 123-45-6789",
            ("NI AB 12 34 56 C", "NI [NATIONAL_ID_1]"),
        ),
    ),
    row(
        Kind::Passport,
        "PASSPORT",
        Class::Identifier,
        "passport number",
        shown(
            ("passport 533380068", "passport [PASSPORT_1]"),
            "passport photo 35 x 45 mm",
            ("passport X1234567", "passport [PASSPORT_1]"),
        ),
    ),
    row(
        Kind::DriverLicense,
        "DRIVER_LICENSE",
        Class::Identifier,
        "driving licence number",
        shown(
            ("driving licence PUGHX702141G99AB", "driving licence [DRIVER_LICENSE_1]"),
            "driver license fee 42 dollars",
            ("DL is D4471882", "DL is [DRIVER_LICENSE_1]"),
        ),
    ),
    row(
        Kind::MedicalId,
        "MEDICAL_ID",
        Class::Identifier,
        "number of a patient, a health service, a health plan or a prescriber",
        shown(
            ("MRN 4471882 at the clinic", "MRN [MEDICAL_ID_1] at the clinic"),
            "patient for 12 hours",
            ("NHS 943 476 5919", "NHS [MEDICAL_ID_1]"),
        ),
    ),
    row(
        Kind::Iban,
        "IBAN",
        Class::Identifier,
        "international bank account number",
        shown(
            ("DE89 3704 0044 0532 0130 00", "[IBAN_1]"),
            "IBAN please",
            ("IBAN DE88 3704 0044 0532 0130 00", "IBAN [IBAN_1]"),
        ),
    ),
    row(
        Kind::BankAccount,
        "BANK_ACCOUNT",
        Class::Identifier,
        "national account, routing or sort code, BIC",
        shown(
            ("account 12345678 sort code 20-00-00", "account [BANK_ACCOUNT_1] sort code [BANK_ACCOUNT_2]"),
            "on account of 3 delays",
            ("BIC COBADEFFXXX", "BIC [BANK_ACCOUNT_1]"),
        ),
    ),
    row(
        Kind::Crypto,
        "CRYPTO",
        Class::Identifier,
        "address of a crypto-currency wallet",
        shown(
            ("wallet 0x52908400098527886E0F7030069857D2E4169EE7", "wallet [CRYPTO_1]"),
            "bitcoin fell 12 percent",
            ("bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "[CRYPTO_1]"),
        ),
    ),
    row(
        Kind::Ip,
        "IP",
        Class::Identifier,
        "IPv4 or IPv6 address",
        shown(("from 203.0.113.77", "from [IP_1]"), "version 1.2.3.4", ("2001:db8::1", "[IP_1]")),
    ),
    row(
        Kind::Mac,
        "MAC",
        Class::Identifier,
        "hardware address",
        shown(("mac 00:1B:44:11:3A:B7", "mac [MAC_1]"), "at 10:20:30", ("00-1B-44-11-3A-B7", "[MAC_1]")),
    ),
    row(
        Kind::Url,
        "URL",
        Class::Identifier,
        "personal part of a URL, or an internal recording link",
        shown(
            ("https://example.com/reset?token=abc123def456", "[URL_1]"),
            "https://example.com/help",
            ("linkedin.com/in/ann-lee-42", "[URL_1]"),
        ),
    ),
    row(
        Kind::Person,
        "PERSON",
        Class::Identifier,
        "name of a person",
        shown(
            ("my name is Anna Schmidt", "my name is [PERSON_1]"),
            "may I mark it",
            ("ask for Tom", "ask for [PERSON_1]"),
        ),
    ),
    row(
        Kind::Username,
        "USERNAME",
        Class::Identifier,
        "user name or handle",
        shown(
            ("username is jdoe99", "username is [USERNAME_1]"),
            "my username is not working",
            ("@ann_lee_42", "[USERNAME_1]"),
        ),
    ),
    row(
        Kind::Address,
        "ADDRESS",
        Class::Identifier,
        "street address",
        shown(
            ("I live at 12 Oak Street", "I live at [ADDRESS_1]"),
            "24 hour road side help",
            ("PO Box 123", "[ADDRESS_1]"),
        ),
    ),
    row(
        Kind::Postcode,
        "POSTCODE",
        Class::Keepable,
        "postal code",
        shown(("postcode M1 1AE", "postcode [POSTCODE_1]"), "62704 steps a day", ("zip 62704", "zip [POSTCODE_1]")),
    ),
    row(
        Kind::DateOfBirth,
        "DATE_OF_BIRTH",
        Class::Identifier,
        "date of birth",
        shown(
            ("born on 12/05/1987", "born on [DATE_OF_BIRTH_1]"),
            "delivered on 12/05/1987",
            ("dob: March 3, 1990", "dob: [DATE_OF_BIRTH_1]"),
        ),
    ),
    row(
        Kind::Vehicle,
        "VEHICLE",
        Class::Keepable,
        "licence plate or vehicle identification number",
        shown(("plate YK72 OWB", "plate [VEHICLE_1]"), "bus 72", ("VIN 1HGCM82633A004352", "VIN [VEHICLE_1]")),
    ),
    row(
        Kind::OrderNumber,
        "ORDER_NUMBER",
        Class::Keepable,
        "order, case, invoice, policy or customer number",
        shown(
            ("order number 20394857", "order number [ORDER_NUMBER_1]"),
            "error code 20394857",
            ("invoice INV-2026-0447", "invoice [ORDER_NUMBER_1]"),
        ),
    ),
    row(
        Kind::TrackingNumber,
        "TRACKING_NUMBER",
        Class::Keepable,
        "tracking number of a parcel",
        shown(
            ("tracking 1Z999AA10123456784", "tracking [TRACKING_NUMBER_1]"),
            "tracking is down",
            ("RB123456785GB", "[TRACKING_NUMBER_1]"),
        ),
    ),
    row(
        Kind::Number,
        "NUMBER",
        Class::Forbidden,
        "digits whose meaning is not settled yet",
        shown(("my number is 0113", "my number is [NUMBER]"), "chapter 12", ("card 4111", "card [NUMBER]")),
    ),
    row(
        Kind::Attachment,
        "ATTACHMENT",
        Class::Identifier,
        "inline data",
        shown(
            ("see data:image/png;base64,iVBORw0KGgo=", "see [ATTACHMENT_1]"),
            "the data: all lost",
            ("data:text/plain,hello", "[ATTACHMENT_1]"),
        ),
    ),
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
    use crate::{
        conversation::{RawTurn, Role},
        redact::{KeepRules, Redactor},
    };

    #[test]
    fn the_table_is_complete_and_in_order() {
        for (index, row) in KINDS.iter().enumerate() {
            assert_eq!(row.kind as usize, index + 1, "{}", row.name);
            assert_eq!(Kind::from_name(row.name), Some(row.kind));
            assert_eq!(row.kind.name(), row.name);
        }
    }

    /// The redacted form of one turn; a number that may still go on stands as `[NUMBER]` until the end.
    fn redact(kind: Kind, text: &str) -> String {
        let redactor = Redactor::new(&KeepRules::default()).unwrap();
        let turn = RawTurn::body(Role::Customer, text);
        if kind == Kind::Number {
            return redactor.fold(&[]).push(&turn).turn.text.as_str().to_owned();
        }
        redactor.redact(&[], &[turn]).turns[0].text.as_str().to_owned()
    }

    #[test]
    fn every_row_shows_what_goes_and_what_stays() {
        for row in &KINDS {
            let Examples { positive, negative, boundary } = row.examples;
            for (text, expected) in [positive, (negative, negative), boundary] {
                assert_eq!(redact(row.kind, text), expected, "{}", row.name);
            }
            assert!(positive.1.contains(row.name) && boundary.1.contains(row.name), "{} shows another kind", row.name);
        }
    }
}
