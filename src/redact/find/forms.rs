//! The table of identifiers with a form of their own.

use crate::redact::{
    Kind, Likelihood,
    Likelihood::{Likely, Possible, VeryLikely},
    Reason,
    check::{national as check, parcel, trade},
    words::Cue,
};

/// When a match of a form is taken for the identifier.
#[derive(Clone, Copy, Debug)]
pub(super) enum When {
    /// Wherever it stands.
    Always(Likelihood),
    /// Where one of the cues stands near it.
    Cued(&'static [Cue], Likelihood),
}

/// A row: kind, form, check and when it counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    /// What it is.
    pub(super) kind: Kind,
    /// `9` a digit, `A` a letter, `X` either; `~` an optional separator (all or none), `-` a hyphen or space, `.` and
    /// `/` themselves; lower-case letters and `1` stand for themselves.
    pub(super) pattern: &'static str,
    /// The check over the compact upper-case match.
    pub(super) check: fn(&str) -> bool,
    /// When it counts.
    pub(super) when: When,
    /// The reason of the finding.
    pub(super) reason: Reason,
}

const fn form(kind: Kind, pattern: &'static str, check: fn(&str) -> bool, when: When, reason: Reason) -> Form {
    Form { kind, pattern, check, when, reason }
}

const fn national(pattern: &'static str, check: fn(&str) -> bool, when: When, reason: Reason) -> Form {
    form(Kind::NationalId, pattern, check, when, reason)
}

const ID: &[Cue] = &[Cue::NationalId, Cue::TaxId, Cue::Medical];
const BANK: &[Cue] = &[Cue::Routing, Cue::Account];
const PARCEL: &[Cue] = &[Cue::Tracking, Cue::Order];

/// Every form. The sources of the forms are those of the checks in [`crate::redact::check`].
pub(super) const FORMS: &[Form] = &[
    national("999-99-9999", check::any, When::Always(Likely), "form:us-ssn"),
    national("999.99.9999", check::us_ssn, When::Cued(ID, Likely), "form:us-ssn"),
    national("99-9999999", check::any, When::Cued(&[Cue::TaxId], VeryLikely), "form:us-ein"),
    national("999~999~999", check::ca_sin, When::Cued(&[Cue::NationalId], VeryLikely), "check:ca-sin"),
    national("999-999-999", check::ca_sin, When::Always(Possible), "check:ca-sin"),
    national("AA~99~99~99~A", check::uk_nino, When::Always(VeryLikely), "form:uk-nino"),
    national("AA~999999~A", check::uk_nino, When::Always(VeryLikely), "form:uk-nino"),
    national("AA~99~99~99~A", check::any, When::Cued(ID, Likely), "form:uk-nino"),
    form(Kind::MedicalId, "999~999~9999", check::uk_nhs, When::Cued(ID, VeryLikely), "check:uk-nhs"),
    national("9999999~A", check::ie_pps, When::Always(VeryLikely), "check:ie-pps"),
    national("9999999AA", check::ie_pps, When::Always(VeryLikely), "check:ie-pps"),
    national("9~99~99~9X~999~999~99", check::fr_nir, When::Always(VeryLikely), "check:fr-nir"),
    national("9-99-99-9X-999-999-99", check::any, When::Always(VeryLikely), "form:fr-nir"),
    national("9-99-99-9X-999-999", check::any, When::Always(Likely), "form:fr-nir"),
    national("99~99~999~999~999", check::fr_spi, When::Cued(ID, VeryLikely), "check:fr-spi"),
    national("99~999~999~999", check::de_tax, When::Cued(ID, VeryLikely), "check:de-tax"),
    national("99-999-999-999", check::de_tax, When::Always(Likely), "check:de-tax"),
    national("99/999/99999", check::any, When::Always(Likely), "form:de-tax-number"),
    national("999/999/99999", check::any, When::Always(Likely), "form:de-tax-number"),
    national("999/9999/9999", check::any, When::Always(Likely), "form:de-tax-number"),
    national("99~999999~A~999", check::de_pension, When::Always(VeryLikely), "check:de-pension"),
    national("99~999999~A~99~9", check::de_pension, When::Always(VeryLikely), "check:de-pension"),
    national("99~999999~A~999", check::any, When::Cued(ID, Likely), "form:de-pension"),
    national("AXXXXXXXX9", check::icao, When::Cued(&[Cue::NationalId], VeryLikely), "check:de-id-card"),
    national("AXXXXXXXX", check::any, When::Cued(&[Cue::NationalId], Likely), "form:id-card"),
    form(Kind::MedicalId, "A999999999", check::de_health, When::Always(VeryLikely), "check:de-health"),
    national("de999999999", check::de_vat, When::Always(VeryLikely), "check:de-vat"),
    national("99999999~A", check::es_nif, When::Always(VeryLikely), "check:es-nif"),
    national("99.999.999-A", check::es_nif, When::Always(VeryLikely), "check:es-nif"),
    national("99999999~A", check::any, When::Cued(ID, Likely), "form:es-nif"),
    national("99.999.999", check::any, When::Cued(&[Cue::NationalId], Likely), "form:ar-dni"),
    national("99.99.99-999-99", check::any, When::Always(VeryLikely), "form:be-national"),
    national("99.99.99-999.99", check::any, When::Always(VeryLikely), "form:be-national"),
    national("x~9999999~A", check::es_nif, When::Always(VeryLikely), "check:es-nie"),
    national("y~9999999~A", check::es_nif, When::Always(VeryLikely), "check:es-nie"),
    national("z~9999999~A", check::es_nif, When::Always(VeryLikely), "check:es-nie"),
    national("A~9999999~X", trade::es_cif, When::Always(Likely), "check:es-cif"),
    national("A~9999999~X", check::any, When::Cued(ID, Likely), "form:es-cif"),
    national("AAAAAA99A99A999A", check::any, When::Always(VeryLikely), "form:it-fiscal"),
    national("AAA-AAA-99A99-A999A", check::any, When::Always(VeryLikely), "form:it-fiscal"),
    national("AAAAAAXXAXXAXXXA", check::it_fiscal, When::Always(VeryLikely), "check:it-fiscal"),
    national("it99999999999", check::any, When::Always(Likely), "form:it-vat"),
    national("99999999999", check::it_vat, When::Cued(&[Cue::TaxId], VeryLikely), "check:it-vat"),
    national("999999999", check::pt_nif, When::Cued(&[Cue::TaxId], VeryLikely), "check:pt-nif"),
    national("999999999", check::nl_bsn, When::Cued(&[Cue::NationalId], VeryLikely), "check:nl-bsn"),
    national("999.999.999-99", check::any, When::Always(VeryLikely), "form:br-cpf"),
    national("99999999999", check::br_cpf, When::Always(Likely), "check:br-cpf"),
    national("99.999.999/9999-99", check::any, When::Always(VeryLikely), "form:br-cnpj"),
    national("99999999999999", check::br_cnpj, When::Always(Likely), "check:br-cnpj"),
    national("AAAA999999AAAAAAX9", trade::mx_curp_digit, When::Always(VeryLikely), "check:mx-curp"),
    national("AAAA999999AAAAAAX9", check::mx_curp, When::Always(VeryLikely), "form:mx-curp"),
    national("AAAA~999999~XXX", check::mx_rfc, When::Always(Likely), "form:mx-rfc"),
    national("AAA999999XXX", check::mx_rfc, When::Always(Likely), "form:mx-rfc"),
    national("999~999~999", check::au_tfn, When::Cued(ID, VeryLikely), "check:au-tfn"),
    national("99-999-999-999", check::au_abn, When::Always(VeryLikely), "check:au-abn"),
    national("99999999999", check::au_abn, When::Cued(ID, VeryLikely), "check:au-abn"),
    form(Kind::MedicalId, "9999-99999-9", check::au_medicare, When::Always(VeryLikely), "check:au-medicare"),
    form(Kind::MedicalId, "9999999999", check::au_medicare, When::Cued(ID, VeryLikely), "check:au-medicare"),
    national("9999~9999~9999", check::in_aadhaar, When::Cued(ID, VeryLikely), "check:in-aadhaar"),
    national("9999-9999-9999", check::in_aadhaar, When::Always(Likely), "check:in-aadhaar"),
    national("AAAAA9999A", check::in_pan, When::Always(VeryLikely), "form:in-pan"),
    national("99AAAAA9999AXAX", trade::in_gstin, When::Always(VeryLikely), "check:in-gstin"),
    national("99AAAAA9999AXAX", check::any, When::Always(VeryLikely), "form:in-gstin"),
    national("AAA9999999", check::any, When::Cued(&[Cue::NationalId], Likely), "form:in-voter"),
    national("9999~999999", check::at_svnr, When::Cued(ID, VeryLikely), "check:at-svnr"),
    national("9999-999999", check::at_svnr, When::Always(Likely), "check:at-svnr"),
    national("999.9999.9999.99", check::any, When::Always(VeryLikely), "form:ch-ahv"),
    national("9999999999999", check::ch_ahv, When::Always(VeryLikely), "check:ch-ahv"),
    national("99.99.99-999.99", check::any, When::Always(VeryLikely), "form:be-national"),
    national("99999999999", check::be_national, When::Cued(ID, VeryLikely), "check:be-national"),
    national("99999999999", check::pl_pesel, When::Always(Likely), "check:pl-pesel"),
    national("999999-9999", check::se_personal, When::Always(Likely), "check:se-personal"),
    national("99999999-9999", check::se_personal, When::Always(VeryLikely), "check:se-personal"),
    national("999999-9999", check::dk_cpr, When::Cued(ID, VeryLikely), "form:dk-cpr"),
    national("999999~99999", check::no_birth, When::Always(Likely), "check:no-birth"),
    national("999999-999X", check::fi_hetu, When::Always(VeryLikely), "check:fi-hetu"),
    national("999999a999X", check::fi_hetu, When::Always(VeryLikely), "check:fi-hetu"),
    national("99999999999", check::tr_identity, When::Always(Likely), "check:tr-identity"),
    national("A9999999A", check::sg_nric, When::Always(VeryLikely), "check:sg-nric"),
    national("999999-9999999", check::kr_rrn, When::Always(Likely), "form:kr-rrn"),
    national("9999~9999~9999", check::jp_my_number, When::Cued(ID, VeryLikely), "check:jp-my-number"),
    national("9-9999-99999-99-9", check::any, When::Always(VeryLikely), "form:th-identity"),
    national("9999999999999", check::th_identity, When::Cued(ID, VeryLikely), "check:th-identity"),
    national("9999999999999", check::za_identity, When::Always(Likely), "check:za-identity"),
    national("99999999999999999X", check::cn_identity, When::Always(VeryLikely), "check:cn-identity"),
    national("A999999(X)", check::any, When::Always(Likely), "form:hk-id"),
    national("AA999999(X)", check::any, When::Always(Likely), "form:hk-id"),
    national("999999-99-9999", dated, When::Always(VeryLikely), "form:my-ic"),
    national("99999999-9", check::any, When::Cued(ID, Likely), "form:sv-dui"),
    national("99999-9999999-9", check::any, When::Always(Likely), "form:pk-cnic"),
    form(Kind::MedicalId, "99-999999999-9", check::any, When::Always(Likely), "form:ph-philhealth"),
    national("9999-9999999-9", check::any, When::Always(Likely), "form:ph-crn"),
    national("99-9999999-9", check::any, When::Cued(ID, Likely), "form:ph-sss"),
    national("999-9999-9999999-9", check::any, When::Always(VeryLikely), "form:ae-id"),
    national("99-99999999-9", check::any, When::Always(Likely), "form:ar-cuit"),
    national("99999999-X", check::any, When::Cued(ID, VeryLikely), "form:cl-rut"),
    national("9999999-X", check::any, When::Cued(ID, VeryLikely), "form:cl-rut"),
    national("99.999.999-X", check::any, When::Always(VeryLikely), "form:cl-rut"),
    national("99-999-999", check::any, When::Cued(ID, VeryLikely), "form:nz-ird"),
    national("AAAAAA-99A99-A999A", check::any, When::Always(VeryLikely), "form:it-fiscal"),
    national("AAAAAA99999999A999", check::any, When::Always(Likely), "form:mx-elector"),
    national("99999999~9~XX9", trade::pt_citizen_card, When::Cued(ID, VeryLikely), "check:pt-cc"),
    national("999~999~99~99", trade::pl_nip, When::Cued(ID, VeryLikely), "check:pl-nip"),
    national("999~99~99~999", trade::pl_nip, When::Cued(ID, VeryLikely), "check:pl-nip"),
    national("99999~99999", trade::uk_utr, When::Cued(&[Cue::TaxId], VeryLikely), "check:uk-utr"),
    national("99999999999", check::any, When::Cued(&[Cue::NationalId], Likely), "form:ng-nin"),
    national("99999999-9-AA9", check::any, When::Cued(ID, VeryLikely), "form:pt-cc"),
    national("99999999-9-XX9", check::any, When::Cued(ID, VeryLikely), "form:pt-cc"),
    form(Kind::Mac, "XXXXXXXXXXXX", hexadecimal, When::Cued(&[Cue::Mac], VeryLikely), "form:mac"),
    form(Kind::DriverLicense, "A9999-99999-99999", check::any, When::Always(VeryLikely), "form:ca-licence"),
    form(Kind::DriverLicense, "AAAAA999999AX9AA", check::any, When::Always(VeryLikely), "form:uk-licence"),
    form(Kind::DriverLicense, "AAAA9999999AX9AA", check::any, When::Always(VeryLikely), "form:uk-licence"),
    form(Kind::DriverLicense, "A999-9999-9999", check::any, When::Always(Likely), "form:us-licence"),
    form(Kind::DriverLicense, "A999-999-99-999-9", check::any, When::Always(Likely), "form:us-licence"),
    form(Kind::MedicalId, "9AX9~AX9~AA99", check::any, When::Always(VeryLikely), "form:us-mbi"),
    form(Kind::MedicalId, "9999999999", check::us_npi, When::Cued(&[Cue::Medical], VeryLikely), "check:us-npi"),
    form(Kind::MedicalId, "AA9999999", check::us_dea, When::Cued(&[Cue::Medical], VeryLikely), "check:us-dea"),
    form(Kind::BankAccount, "99-99-99", check::any, When::Cued(BANK, VeryLikely), "form:uk-sort-code"),
    form(Kind::BankAccount, "999-999", check::any, When::Cued(&[Cue::Routing], Likely), "form:au-bsb"),
    form(
        Kind::BankAccount,
        "999999999",
        parcel::us_routing,
        When::Cued(&[Cue::Routing], VeryLikely),
        "check:us-routing",
    ),
    form(Kind::BankAccount, "999999999999999999", parcel::mx_clabe, When::Always(VeryLikely), "check:mx-clabe"),
    form(Kind::BankAccount, "AAAAAAXXXXX", check::any, When::Cued(&[Cue::Bic], VeryLikely), "form:bic"),
    form(Kind::BankAccount, "AAAAAAXX", check::any, When::Cued(&[Cue::Bic], VeryLikely), "form:bic"),
    form(Kind::BankAccount, "AAAA0XXXXXX", check::any, When::Cued(&[Cue::Routing], VeryLikely), "form:in-ifsc"),
    form(Kind::TrackingNumber, "1zXXXXXXXXXXXXXXXX", parcel::ups, When::Always(VeryLikely), "check:ups"),
    form(Kind::TrackingNumber, "1zXXXXXXXXXXXXXXXX", check::any, When::Always(Likely), "form:ups"),
    form(Kind::TrackingNumber, "1z-XXX-XXX-XX-XXXX-XXXX", check::any, When::Always(VeryLikely), "form:ups"),
    form(Kind::TrackingNumber, "1z-XXX-XXX-XX-XXXX-XXX-X", check::any, When::Always(VeryLikely), "form:ups"),
    form(Kind::TrackingNumber, "AA~999~999~999~AA", parcel::s10, When::Always(VeryLikely), "check:s10"),
    form(Kind::TrackingNumber, "AA~9999~9999~9~AA", parcel::s10, When::Always(VeryLikely), "check:s10"),
    form(Kind::TrackingNumber, "AA999999999AA", check::any, When::Always(Likely), "form:s10"),
    form(Kind::TrackingNumber, "tba999999999999", check::any, When::Always(VeryLikely), "form:amazon"),
    form(Kind::TrackingNumber, "jjd999999999999999999", check::any, When::Always(VeryLikely), "form:dhl"),
    form(Kind::TrackingNumber, "jd999999999999999999", check::any, When::Always(VeryLikely), "form:dhl"),
    form(Kind::TrackingNumber, "jd9999999999999999", check::any, When::Always(VeryLikely), "form:dhl"),
    form(Kind::TrackingNumber, "9999-9999-9999-9999-9999-99", usps, When::Always(VeryLikely), "form:usps"),
    form(Kind::TrackingNumber, "9999999999999999999999", usps, When::Always(VeryLikely), "form:usps"),
    form(Kind::TrackingNumber, "99999999999999999999", usps, When::Always(VeryLikely), "form:usps"),
    form(Kind::TrackingNumber, "9999~9999~9999", parcel::fedex, When::Cued(PARCEL, VeryLikely), "check:fedex"),
    form(Kind::TrackingNumber, "999999999999999", parcel::gs1, When::Cued(PARCEL, VeryLikely), "check:fedex"),
    form(Kind::TrackingNumber, "99999999999999999999", parcel::gs1, When::Cued(PARCEL, VeryLikely), "check:usps"),
    form(
        Kind::TrackingNumber,
        "9999999999",
        parcel::dhl_express,
        When::Cued(&[Cue::Tracking], VeryLikely),
        "check:dhl",
    ),
    form(Kind::TrackingNumber, "9999-9999-9999", check::any, When::Cued(PARCEL, VeryLikely), "form:fedex"),
    form(Kind::Vehicle, "XXXXXXXXXXXXXXXXX", parcel::vin, When::Always(Likely), "check:vin"),
    form(Kind::Vehicle, "AA99~AAA", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:uk-plate"),
    form(Kind::Vehicle, "9999~AAA", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:es-plate"),
    form(Kind::Vehicle, "AA~999~AA", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:fr-plate"),
    form(Kind::Vehicle, "A-AA-9999", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "A-AA-999", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "A-A-9999", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "AA-AA-9999", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "AA-AA-999", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "AA-A-9999", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "AA-A-999", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "AAA-AA-999", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "AAA-AA-99", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "99-AAA-999", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "99-AA-9999", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "AA-9999A", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "AAA-99A", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "AA-99999", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "A-999-AA-99", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "AAA~9999", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "AA~99~999", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "AAA~999", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "AAA~99A", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "9A9~9999", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "AA~9999", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "AAA~9A99", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "99~AAA~99", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "9-AAA-999", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "AA-9999-A", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "99-AA-99", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "99-99-AA", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "AA-99-AA", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "A~999~AA", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "AA~999", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "9AAA999", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "AAA~9999", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "999~AAA", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:plate"),
    form(Kind::Vehicle, "AA~99~AA~9999", check::any, When::Cued(&[Cue::Vehicle], VeryLikely), "form:in-plate"),
];

/// Twelve hexadecimal digits, with a letter among them.
fn hexadecimal(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_hexdigit()) && text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Whether the first six digits are a date, year first.
fn dated(text: &str) -> bool {
    let part = |from: usize| text.get(from..from + 2).and_then(|part| part.parse::<u8>().ok()).unwrap_or(0);
    (1..=12).contains(&part(2)) && (1..=31).contains(&part(4))
}

/// USPS numbers begin with 91 to 95.
fn usps(text: &str) -> bool {
    matches!(text.as_bytes(), [b'9', b'1'..=b'5', ..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_well_formed() {
        for form in FORMS {
            assert!(
                form.pattern.bytes().all(|byte| byte.is_ascii_lowercase() || b"91A0X~-./()".contains(&byte)),
                "{}",
                form.pattern
            );
            assert!(form.reason.contains(':'));
        }
    }
}
