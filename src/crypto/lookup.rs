//! Keyed hashes (HMAC-SHA-256, RFC 2104): equality look-up of what is not kept in the clear. Without the key nobody
//! can test a guess.

use std::fmt;

use aws_lc_rs::{digest, hmac};

use super::Secret;

/// Width of a short hash in bytes; half of the full width, the least that RFC 2104 permits.
pub const SHORT_BYTES: usize = 16;

/// A hash for an index.
pub type ShortHash = [u8; SHORT_BYTES];

/// What is hashed; equal values of different purposes have different hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Purpose {
    /// Token of a credential.
    Token = 1,
    /// Name of a tenant.
    TenantName = 2,
    /// Reference of an interaction in the caller's system.
    InteractionRef = 3,
    /// Reference of a case in the caller's system.
    CaseRef = 4,
    /// Message-ID of a mail.
    MessageId = 5,
    /// Reference of a customer.
    CustomerRef = 6,
    /// E-mail address.
    Email = 7,
    /// Telephone number.
    Phone = 8,
    /// Required skill.
    Skill = 9,
    /// Content of a request.
    Request = 10,
    /// Position of a page.
    Position = 11,
    /// A row of a case.
    ManifestRow = 30,
    /// What hides the sums of a manifest.
    ManifestMask = 31,
    /// A manifest.
    ManifestTag = 32,
    /// What an erasure was shown to destroy.
    Erasure = 12,
}

/// A key for hashes; `Debug` shows nothing of it.
pub struct LookupKey(hmac::Key);

impl fmt::Debug for LookupKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("LookupKey")
    }
}

impl LookupKey {
    /// The key with these bytes.
    pub fn new(secret: &Secret) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret.expose()))
    }

    /// The hash of some parts for a purpose. Each part is preceded by its length, so that parts cannot be shifted.
    pub fn hash(&self, purpose: Purpose, parts: &[&[u8]]) -> [u8; 32] {
        let mut context = hmac::Context::with_key(&self.0);
        context.update(&[purpose as u8]);
        for part in parts {
            context.update(&(part.len() as u64).to_be_bytes());
            context.update(part);
        }
        let mut hash = [0; 32];
        hash.iter_mut().zip(context.sign().as_ref()).for_each(|(to, from)| *to = *from);
        hash
    }

    /// The first half of [`Self::hash`], for an index.
    pub fn short(&self, purpose: Purpose, parts: &[&[u8]]) -> ShortHash {
        let hash = self.hash(purpose, parts);
        let mut short = [0; SHORT_BYTES];
        short.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
        short
    }
}

/// A SHA-256 (FIPS 180-4) that is fed part by part.
#[derive(Clone)]
pub struct Sha256(digest::Context);

impl std::fmt::Debug for Sha256 {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Sha256")
    }
}

impl Default for Sha256 {
    fn default() -> Self {
        Self(digest::Context::new(&digest::SHA256))
    }
}

impl Sha256 {
    /// Takes the next bytes.
    pub fn update(&mut self, part: &[u8]) {
        self.0.update(part);
    }

    /// The digest of all of them.
    pub fn finish(self) -> [u8; 32] {
        let mut hash = [0; 32];
        hash.iter_mut().zip(self.0.finish().as_ref()).for_each(|(to, from)| *to = *from);
        hash
    }
}

/// SHA-256 (FIPS 180-4) of some parts, one after the other.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::default();
    for part in parts {
        hash.update(part);
    }
    hash.finish()
}

/// SHA-256 of everything that can be read, and how many bytes there were.
///
/// # Errors
/// Reading failed.
pub fn digest(mut from: impl std::io::Read) -> std::io::Result<([u8; 32], u64)> {
    let (mut hash, mut length) = (Sha256::default(), 0);
    let mut buffer = vec![0; 1 << 16];
    loop {
        let count = from.read(&mut buffer)?;
        let Some(part) = buffer.get(..count).filter(|part| !part.is_empty()) else { break };
        hash.update(part);
        length += count as u64;
    }
    Ok((hash.finish(), length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_the_digest_of_its_bytes() {
        let bytes = vec![7; 200_000];
        assert_eq!(digest(bytes.as_slice()).unwrap(), (sha256(&[&bytes]), 200_000));
        assert_eq!(digest(&b""[..]).unwrap(), (sha256(&[]), 0));
    }

    #[test]
    fn hashes_depend_on_key_purpose_and_borders_of_parts() {
        let key = LookupKey::new(&Secret::from_slice(&[1; 32]).unwrap());
        let other = LookupKey::new(&Secret::from_slice(&[2; 32]).unwrap());
        let hash = key.hash(Purpose::Email, &[b"ab", b"c"]);
        assert_eq!(hash, key.hash(Purpose::Email, &[b"ab", b"c"]));
        assert_ne!(hash, key.hash(Purpose::Email, &[b"a", b"bc"]));
        assert_ne!(hash, key.hash(Purpose::Phone, &[b"ab", b"c"]));
        assert_ne!(hash, other.hash(Purpose::Email, &[b"ab", b"c"]));
        assert_eq!(hash[..SHORT_BYTES], key.short(Purpose::Email, &[b"ab", b"c"]));
    }
}
