//! Tokens of credentials: 256 random bits behind a prefix that secret scanners can find.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{CryptoError, LookupKey, Secret, lookup::Purpose};
use crate::conversation::RawText;

/// What every token begins with.
pub const PREFIX: &str = "trg_";

/// Draws a new token: the prefix and 32 random bytes in URL-safe base64 without padding.
///
/// # Errors
/// The machine gave no random bytes.
pub fn draw() -> Result<RawText, CryptoError> {
    let secret = Secret::draw()?;
    let random = Zeroizing::new(URL_SAFE_NO_PAD.encode(secret.expose()));
    let mut token = String::with_capacity(PREFIX.len() + random.len());
    token.push_str(PREFIX);
    token.push_str(&random);
    Ok(RawText::new(token))
}

/// What a token is kept and looked up as.
pub fn hash(key: &LookupKey, token: &str) -> [u8; 32] {
    key.hash(Purpose::Token, &[token.as_bytes()])
}

/// Compares two hashes in a time that does not depend on where they differ.
pub fn equal(one: &[u8; 32], other: &[u8; 32]) -> bool {
    one.ct_eq(other).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_long_and_never_equal() {
        let (one, other) = (draw().unwrap(), draw().unwrap());
        assert!(one.expose().starts_with(PREFIX));
        assert_eq!(one.expose().len(), PREFIX.len() + 43);
        let key = LookupKey::new(&Secret::from_slice(&[1; 32]).unwrap());
        assert!(equal(&hash(&key, one.expose()), &hash(&key, one.expose())));
        assert!(!equal(&hash(&key, one.expose()), &hash(&key, other.expose())));
    }
}
