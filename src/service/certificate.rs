//! The certificate of an erasure: a JSON Web Signature (RFC 7515) with `EdDSA` (RFC 8037), so that whoever has the public
//! key can check it with any library, or with `triaged audit verify`. It holds random ids, counts and times only.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{
    app::App,
    convert::privacy,
    pb,
    status::{Failure, Outcome, Reason},
};
use crate::{
    crypto::{PublicKey, Statement},
    id::TenantId,
    store::{Assurance, Attestation, BACKUP_RETENTION, ErasureRecord, ErasureState, Holdings, Store, tombstone::Cause},
    time::Timestamp,
};

/// What the header of every certificate says of it.
const TYPE: &str = "triaged-erasure-certificate+jws";

/// The certificate of an erasure that is done. The same erasure always has the same certificate.
///
/// # Errors
/// It is not done, or could not be signed.
pub fn issue(store: &dyn Store, tenant: TenantId, record: &ErasureRecord) -> Outcome<String> {
    let attestation = store.attestation();
    let erased = record.erase_time.ok_or_else(|| Failure::of(Reason::Internal))?;
    let input = signing_input(&attestation, tenant, record, erased);
    let signature = store.sign(input.as_bytes()).map_err(|error| Failure::of_store(&error, Reason::Internal))?;
    Ok(format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

fn signing_input(attestation: &Attestation, tenant: TenantId, record: &ErasureRecord, erased: Timestamp) -> String {
    let Attestation { store, assurance, public } = attestation;
    let Holdings { cases, interactions, identifiers } = record.holdings;
    let header = json!({ "alg": "EdDSA", "typ": TYPE, "kid": public.to_string() });
    let payload = json!({
        "store": uuid::Uuid::from_bytes(store.0).to_string(),
        "tenant": tenant.to_string(),
        "erasure": record.erasure.map(|id| id.to_string()).unwrap_or_default(),
        "cause": match record.cause {
            Cause::Erasure => "SUBJECT_ERASED",
            Cause::CaseDeleted => "CASE_DELETED",
            Cause::Retention => "RETENTION",
            Cause::Purge => "PURGE",
            Cause::Redaction => "REDACTION",
            Cause::Offboarding => "OFFBOARDING",
        },
        "subjects": record.subjects.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "cases": record.cases.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "counts": { "cases": cases, "interactions": interactions, "identifiers": identifiers },
        "requested_at": time(record.create_time),
        "erased_live_at": time(erased),
        "unrecoverable_in_backups_by": time(erased + BACKUP_RETENTION),
        "assurance": match assurance {
            Assurance::Logical => "LOGICAL",
            Assurance::Cryptographic => "CRYPTOGRAPHIC",
        },
    });
    format!("{}.{}", part(&header), part(&payload))
}

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

fn time(time: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(time.0).map(|time| time.to_string()).unwrap_or_default()
}

/// An erasure on the wire, with its certificate where it is done.
///
/// # Errors
/// It could not be signed.
pub(super) fn certified(app: &App, tenant: TenantId, record: ErasureRecord) -> Outcome<pb::Erasure> {
    let certificate = match record.state {
        ErasureState::Erased => issue(app.store.as_ref(), tenant, &record)?,
        ErasureState::Shown | ErasureState::OnHold | ErasureState::Erasing => String::new(),
    };
    Ok(privacy::erasure(record, certificate))
}

/// Why a certificate proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The text has not the form of a certificate.
    #[error("this is no erasure certificate: give the text of the field `certificate`, whole")]
    Form,
    /// The signature is not of this key, or the text was changed.
    #[error("the signature does not hold: the text was changed, or it was signed by another store")]
    Signature,
}

/// Checks a certificate against a public key and gives what it says, as JSON.
///
/// # Errors
/// It proves nothing.
pub fn verify(certificate: &str, public: PublicKey) -> Result<String, CertificateError> {
    let certificate = certificate.trim();
    let (input, signature) = certificate.rsplit_once('.').ok_or(CertificateError::Form)?;
    let (header, payload) = input.split_once('.').ok_or(CertificateError::Form)?;
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|_| CertificateError::Form);
    let header: Value = serde_json::from_slice(&decode(header)?).map_err(|_| CertificateError::Form)?;
    if header.get("alg") != Some(&json!("EdDSA")) || header.get("typ") != Some(&json!(TYPE)) {
        return Err(CertificateError::Form);
    }
    let signed = public.verify(Statement::Certificate, input.as_bytes(), &decode(signature)?);
    signed.map_err(|_| CertificateError::Signature)?;
    let payload: Value = serde_json::from_slice(&decode(payload)?).map_err(|_| CertificateError::Form)?;
    serde_json::to_string_pretty(&payload).map_err(|_| CertificateError::Form)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{
        crypto::{Secret, SigningKey, StoreId},
        id::{CaseId, ErasureId, SubjectId},
    };

    fn key(seed: u8) -> SigningKey {
        SigningKey::new(&Secret::from_slice(&[seed; 32]).unwrap()).unwrap()
    }

    fn certificate() -> String {
        let record = ErasureRecord {
            erasure: Some(ErasureId(Uuid::from_u128(1))),
            state: ErasureState::Erased,
            cause: Cause::Erasure,
            subjects: vec![SubjectId(Uuid::from_u128(2))],
            cases: vec![CaseId(Uuid::from_u128(3))],
            holdings: Holdings { cases: 1, interactions: 2, identifiers: 3 },
            etag: None,
            create_time: Timestamp(1_764_581_400_000_000),
            hold_end_time: None,
            erase_time: Some(Timestamp(1_764_581_400_000_000)),
        };
        let (store, assurance, public) = (StoreId([9; 16]), Assurance::Logical, key(1).public());
        let attestation = Attestation { store, assurance, public };
        let tenant = TenantId(Uuid::from_u128(4));
        let input = signing_input(&attestation, tenant, &record, record.create_time);
        let signature = key(1).sign(Statement::Certificate, input.as_bytes()).unwrap();
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    #[test]
    fn a_certificate_says_what_was_erased_and_until_when_backups_may_hold_it() {
        insta::assert_snapshot!(verify(&certificate(), key(1).public()).unwrap(), @r#"
        {
          "assurance": "LOGICAL",
          "cases": [
            "cases/00000000-0000-0000-0000-000000000003"
          ],
          "cause": "SUBJECT_ERASED",
          "counts": {
            "cases": 1,
            "identifiers": 3,
            "interactions": 2
          },
          "erased_live_at": "2025-12-01T09:30:00Z",
          "erasure": "erasures/00000000-0000-0000-0000-000000000001",
          "requested_at": "2025-12-01T09:30:00Z",
          "store": "09090909-0909-0909-0909-090909090909",
          "subjects": [
            "subjects/00000000-0000-0000-0000-000000000002"
          ],
          "tenant": "tenants/00000000-0000-0000-0000-000000000004",
          "unrecoverable_in_backups_by": "2026-01-05T09:30:00Z"
        }
        "#);
    }

    #[test]
    fn any_changed_character_or_another_key_is_told() {
        let good = certificate();
        assert_eq!(verify(&good, key(2).public()), Err(CertificateError::Signature));
        for at in 0..good.len() {
            let mut bad = good.clone().into_bytes();
            bad[at] = if bad[at] == b'A' { b'B' } else { b'A' };
            let bad = String::from_utf8(bad).unwrap();
            assert!(verify(&bad, key(1).public()).is_err(), "character {at}");
        }
        for wrong in ["", ".", "..", "a.b.c"] {
            assert_eq!(verify(wrong, key(1).public()), Err(CertificateError::Form), "{wrong}");
        }
    }
}
