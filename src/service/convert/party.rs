//! People known beforehand. Their names and numbers go to the redactor and into the index of keyed hashes, and nowhere
//! else.

use super::scalar;
use crate::{
    conversation::{Party, RawText},
    service::{
        convert::enums,
        limits,
        path::{Path, Violations},
        pb,
        status::Reason,
    },
    store::SubjectKeys,
};

/// A person as the redactor takes it, and whether it is the customer. `side` says which side an unspecified role means.
pub(super) fn party(
    party: pb::Party,
    side: pb::PartyRole,
    path: &Path<'_>,
    violations: &mut Violations,
) -> (Party, bool) {
    let pb::Party { names, emails, phones, identifiers, role } = party;
    let customer = match enums::known(role, &path.field("role"), violations) {
        pb::PartyRole::Unspecified => side == pb::PartyRole::PartyCustomer,
        pb::PartyRole::PartyCustomer => true,
        pb::PartyRole::PartyStaff => false,
    };
    let party = Party {
        names: values(names, &path.field("names"), violations),
        emails: values(emails, &path.field("emails"), violations),
        phones: values(phones, &path.field("phones"), violations),
        identifiers: values(identifiers, &path.field("identifiers"), violations),
    };
    (party, customer)
}

fn values(values: Vec<String>, path: &Path<'_>, violations: &mut Violations) -> Vec<RawText> {
    scalar::count(values.len(), limits::PARTY_VALUES_MAX, path, violations);
    for (index, value) in values.iter().enumerate().take(limits::PARTY_VALUES_MAX) {
        violations.check(value.len() <= limits::PARTY_VALUE_BYTES_MAX, &path.at(index), Reason::FieldTooLong);
    }
    values.into_iter().filter(|value| !value.is_empty()).map(RawText::new).collect()
}

/// Adds the identifiers of the customer to the keys of the subject.
pub(super) fn add_to_subject(subject: &mut SubjectKeys, customer: &Party) {
    subject.emails.extend(customer.emails.iter().filter_map(|email| normal_email(email.expose())));
    subject.phones.extend(customer.phones.iter().filter_map(|phone| normal_phone(phone.expose())));
}

/// The form in which an e-mail address is looked up: trimmed, lower case. `None`: it is no address.
pub(super) fn normal_email(address: &str) -> Option<RawText> {
    let address = address.trim();
    let at = address.rfind('@')?;
    (at > 0 && at + 1 < address.len()).then(|| RawText::new(address.to_lowercase()))
}

/// The form in which a telephone number is looked up: its digits without the international prefix `00`. `None`: fewer
/// than 5 digits.
pub(super) fn normal_phone(number: &str) -> Option<RawText> {
    let digits: String =
        number.chars().filter_map(|c| c.to_digit(10)).filter_map(|d| char::from_digit(d, 10)).collect();
    let digits = RawText::new(digits);
    let number = digits.expose().strip_prefix("00").unwrap_or(digits.expose());
    (number.len() >= 5).then(|| RawText::from(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(normal: Option<&RawText>, expected: Option<&str>) {
        assert_eq!(normal.map(RawText::expose), expected);
    }

    #[test]
    fn an_address_is_looked_up_in_lower_case() {
        check(normal_email(" Jo.Doe@Example.COM ").as_ref(), Some("jo.doe@example.com"));
        check(normal_email("jo").as_ref(), None);
        check(normal_email("@example.com").as_ref(), None);
        check(normal_email("jo@").as_ref(), None);
    }

    #[test]
    fn a_number_is_looked_up_by_its_digits() {
        check(normal_phone("+44 (20) 7946-0958").as_ref(), Some("442079460958"));
        check(normal_phone("0044 20 7946 0958").as_ref(), Some("442079460958"));
        check(normal_phone("1234").as_ref(), None);
        check(normal_phone("12345").as_ref(), Some("12345"));
    }
}
