//! Pseudonyms: HMAC-SHA-256 (RFC 2104) of a value under the archive owner's key, so that equal values stay equal and
//! nobody without the key can try values out.

use std::{fmt, fs, path::Path};

use aws_lc_rs::hmac;
use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use crate::archive::{error::ArchiveError, target::is_private};

/// Shortest key, in bytes.
const KEY_BYTES_MIN: usize = 32;

/// Bytes of the HMAC that are kept: 128 bits, so that two values do not meet by chance.
const TAG_BYTES: usize = 16;

/// The key is too short.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the key has fewer than {KEY_BYTES_MIN} bytes; make one: head -c 32 /dev/urandom")]
pub struct KeyError;

/// Makes pseudonyms under one key.
pub struct Pseudonyms(hmac::Key);

impl Pseudonyms {
    /// Uses the bytes of a key.
    ///
    /// # Errors
    /// The key is shorter than 32 bytes.
    pub fn new(key: &[u8]) -> Result<Self, KeyError> {
        if key.len() < KEY_BYTES_MIN { Err(KeyError) } else { Ok(Self(hmac::Key::new(hmac::HMAC_SHA256, key))) }
    }

    /// Uses the bytes of a key file.
    ///
    /// # Errors
    /// It cannot be read, others than its owner may read it, or it is too short.
    pub fn load(path: &Path) -> Result<Self, ArchiveError> {
        let failed = |error| ArchiveError::input(path.display().to_string(), error);
        if !is_private(path).map_err(failed)? {
            return Err(ArchiveError::KeyReadable(path.to_owned()));
        }
        Ok(Self::new(&Zeroizing::new(fs::read(path).map_err(failed)?))?)
    }

    /// The pseudonym of a value: letters of either case and space around it count as the same.
    pub(super) fn of(&self, value: &str) -> String {
        let tag = hmac::sign(&self.0, value.trim().to_lowercase().as_bytes());
        format!("p_{}", HEXLOWER.encode(tag.as_ref().get(..TAG_BYTES).unwrap_or_default()))
    }
}

impl fmt::Debug for Pseudonyms {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pseudonyms(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_equal_pseudonyms_under_one_key_only() {
        let (one, other) = (Pseudonyms::new(&[1; 32]).unwrap(), Pseudonyms::new(&[2; 32]).unwrap());
        assert_eq!(one.of(" Ann@Example.com"), one.of("ann@example.com"));
        assert_ne!(one.of("ann@example.com"), other.of("ann@example.com"));
        assert_eq!(one.of("a").len(), 34);
        assert_eq!(Pseudonyms::new(&[1; 31]).err(), Some(KeyError));
    }
}
