//! Signatures (Ed25519, RFC 8032): what the service attests can be checked by whoever holds the public key, without the
//! service. The signing key is random and lies wrapped like every other key.

use std::fmt;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, ParsedPublicKey};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};

use super::{CryptoError, Secret};

/// Length of a public key, in bytes.
pub const PUBLIC_KEY_BYTES: usize = 32;
/// Length of a signature, in bytes.
pub const SIGNATURE_BYTES: usize = 64;

/// A signature.
pub type Signature = [u8; SIGNATURE_BYTES];

/// What is signed; equal bytes of different purposes have different signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Statement {
    /// A record of the tombstone feed.
    Tombstone,
    /// A certificate of an erasure.
    Certificate,
}

impl Statement {
    /// What is signed: the bytes behind what they are for. A certificate is a JSON Web Signature, whose own header says
    /// that, and which any library can check.
    fn message(self, bytes: &[u8]) -> Vec<u8> {
        let context: &[u8] = match self {
            Self::Tombstone => b"triaged tombstone\0",
            Self::Certificate => b"",
        };
        [context, bytes].concat()
    }
}

/// A key that signs; `Debug` shows the public key alone.
pub struct SigningKey(Ed25519KeyPair);

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("SigningKey").field(&self.public()).finish()
    }
}

impl SigningKey {
    /// The key with this seed.
    ///
    /// # Errors
    /// The library refused the seed.
    pub fn new(seed: &Secret) -> Result<Self, CryptoError> {
        Ed25519KeyPair::from_seed_unchecked(seed.expose()).map(Self).map_err(|_| CryptoError::Sign)
    }

    /// The public key.
    pub fn public(&self) -> PublicKey {
        let mut bytes = [0; PUBLIC_KEY_BYTES];
        bytes.iter_mut().zip(self.0.public_key().as_ref()).for_each(|(to, from)| *to = *from);
        PublicKey(bytes)
    }

    /// Signs some bytes for a purpose.
    ///
    /// # Errors
    /// The library failed.
    pub fn sign(&self, statement: Statement, bytes: &[u8]) -> Result<Signature, CryptoError> {
        let signature = self.0.try_sign(&statement.message(bytes)).map_err(|_| CryptoError::Sign)?;
        signature.as_ref().try_into().map_err(|_| CryptoError::Sign)
    }
}

/// A public key. It is no secret, but whoever checks a signature must have it from elsewhere than from what is signed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(pub [u8; PUBLIC_KEY_BYTES]);

impl fmt::Debug for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "PublicKey({self})")
    }
}

/// Lower-case hexadecimal digits.
impl fmt::Display for PublicKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl std::str::FromStr for PublicKey {
    type Err = CryptoError;

    fn from_str(text: &str) -> Result<Self, CryptoError> {
        let bytes = HEXLOWER_PERMISSIVE.decode(text.trim().as_bytes()).map_err(|_| CryptoError::Signature)?;
        bytes.try_into().map(Self).map_err(|_| CryptoError::Signature)
    }
}

impl PublicKey {
    /// Checks a signature.
    ///
    /// # Errors
    /// It is not this key's signature of these bytes for this purpose.
    pub fn verify(&self, statement: Statement, bytes: &[u8], signature: &[u8]) -> Result<(), CryptoError> {
        let key = ParsedPublicKey::new(&ED25519, self.0).map_err(|_| CryptoError::Signature)?;
        key.verify_sig(&statement.message(bytes), signature).map_err(|_| CryptoError::Signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::new(&Secret::from_slice(&[seed; 32]).unwrap()).unwrap()
    }

    #[test]
    fn a_signature_holds_for_its_key_purpose_and_bytes_only() {
        let signature = key(1).sign(Statement::Tombstone, b"abc").unwrap();
        let verify = |key: SigningKey, statement, bytes: &[u8]| key.public().verify(statement, bytes, &signature);
        assert_eq!(verify(key(1), Statement::Tombstone, b"abc"), Ok(()));
        assert_eq!(verify(key(2), Statement::Tombstone, b"abc"), Err(CryptoError::Signature));
        assert_eq!(verify(key(1), Statement::Certificate, b"abc"), Err(CryptoError::Signature));
        assert_eq!(verify(key(1), Statement::Tombstone, b"abd"), Err(CryptoError::Signature));
        assert_eq!(key(1).public().verify(Statement::Tombstone, b"abc", b"short"), Err(CryptoError::Signature));
    }

    #[test]
    fn a_public_key_is_written_in_hexadecimal_digits() {
        let public = key(1).public();
        assert_eq!(public.to_string().parse(), Ok(public));
        for wrong in ["", "00", &"g".repeat(64), &"é".repeat(32), &"0".repeat(65)] {
            assert_eq!(wrong.parse::<PublicKey>(), Err(CryptoError::Signature), "{wrong}");
        }
    }

    #[test]
    fn the_key_pair_is_that_of_rfc_8032() {
        // RFC 8032, section 7.1, test 1: seed and public key.
        let seed = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
        let public = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        let seed: PublicKey = seed.parse().unwrap();
        let key = SigningKey::new(&Secret::from_slice(&seed.0).unwrap()).unwrap();
        assert_eq!(key.public().to_string(), public);
    }
}
