//! Random bytes: secrets that are wiped when dropped, and new ids. The only module that draws randomness.

use aws_lc_rs::rand;
use uuid::{Builder, Uuid};
use zeroize::Zeroizing;

use super::CryptoError;
use crate::time::Timestamp;

/// Length of every key, in bytes.
pub const KEY_BYTES: usize = 32;

/// The bytes of a key. They are wiped on drop, live on the heap so that a move leaves no copy, and can be neither
/// printed nor cloned.
#[expect(missing_debug_implementations, reason = "a secret has no printed form, not even a masked one")]
pub struct Secret(Box<Zeroizing<[u8; KEY_BYTES]>>);

impl Secret {
    /// Draws a new secret.
    ///
    /// # Errors
    /// The machine gave no random bytes.
    pub fn draw() -> Result<Self, CryptoError> {
        let mut secret = Self(Box::new(Zeroizing::new([0; KEY_BYTES])));
        rand::fill(secret.0.as_mut_slice()).map_err(|_| CryptoError::Random)?;
        Ok(secret)
    }

    /// Takes over the bytes of a key; `None` where there are not exactly [`KEY_BYTES`].
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        Some(Self(Box::new(Zeroizing::new(bytes.try_into().ok()?))))
    }

    /// The bytes themselves, for a cipher or a wrap.
    pub fn expose(&self) -> &[u8; KEY_BYTES] {
        &self.0
    }
}

/// Random bytes that are no secret, such as a salt.
///
/// # Errors
/// The machine gave no random bytes.
pub fn random<const N: usize>() -> Result<[u8; N], CryptoError> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| CryptoError::Random)?;
    Ok(bytes)
}

/// A new id (`UUIDv7`, RFC 9562): the millisecond of `now`, then 74 random bits.
///
/// # Errors
/// The machine gave no random bytes.
pub fn new_id(now: Timestamp) -> Result<Uuid, CryptoError> {
    let millis = u64::try_from(now.0 / 1_000).unwrap_or(0);
    Ok(Builder::from_unix_timestamp_millis(millis, &random()?).into_uuid())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_later_milliseconds_sort_later() {
        let early = new_id(Timestamp(1_000_000)).unwrap();
        let late = new_id(Timestamp(2_000_000)).unwrap();
        assert!(early < late);
        assert_eq!(early.get_version_num(), 7);
        assert_ne!(early, new_id(Timestamp(1_000_000)).unwrap());
    }

    #[test]
    fn a_secret_has_exactly_its_length() {
        assert!(Secret::from_slice(&[1; 31]).is_none());
        assert!(Secret::from_slice(&[1; 33]).is_none());
        assert_eq!(Secret::from_slice(&[7; 32]).unwrap().expose(), &[7; 32]);
        assert_ne!(Secret::draw().unwrap().expose(), Secret::draw().unwrap().expose());
    }
}
