//! Sealing for somebody who is not here: an age recipient (age-encryption.org/v1), whose identity lies offline. What is
//! sealed is read again only at a restore.

use std::io::{Read, Write};

use zeroize::Zeroizing;

use super::CryptoError;

/// What a line of an identity file begins with.
const IDENTITY: &str = "AGE-SECRET-KEY-1";

/// The public half of an offline key: `age1...`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipient(String);

impl Recipient {
    /// The recipient as its text says; `None`: it is none.
    #[cfg(feature = "age")]
    pub fn parse(text: &str) -> Option<Self> {
        text.parse::<age::x25519::Recipient>().ok().map(|_| Self(text.to_owned()))
    }

    /// A build without age knows no recipient.
    #[cfg(not(feature = "age"))]
    pub fn parse(_text: &str) -> Option<Self> {
        None
    }

    /// The recipient that the first identity of an identity file opens for.
    #[cfg(feature = "age")]
    pub fn of_identity(identities: &str) -> Option<Self> {
        let line = identities.lines().map(str::trim).find(|line| line.starts_with(IDENTITY))?;
        Some(Self(line.parse::<age::x25519::Identity>().ok()?.to_public().to_string()))
    }

    /// A build without age knows no identity.
    #[cfg(not(feature = "age"))]
    pub fn of_identity(_identities: &str) -> Option<Self> {
        None
    }

    /// Its text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Seals some parts, one after the other, into `to`.
    ///
    /// # Errors
    /// The cipher refused, or `to` could not be written.
    #[cfg(feature = "age")]
    pub fn seal<W: Write>(&self, to: W, parts: &[&[u8]]) -> std::io::Result<W> {
        let refused = |_| std::io::Error::other(CryptoError::Seal);
        let recipient: age::x25519::Recipient = self.0.parse().map_err(|_| std::io::Error::other(CryptoError::Seal))?;
        let encryptor = age::Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient));
        let mut sealed = encryptor.map_err(refused)?.wrap_output(to)?;
        for part in parts {
            sealed.write_all(part)?;
        }
        sealed.finish()
    }

    /// A build without age seals nothing.
    ///
    /// # Errors
    /// Always.
    #[cfg(not(feature = "age"))]
    pub fn seal<W: Write>(&self, _to: W, _parts: &[&[u8]]) -> std::io::Result<W> {
        Err(std::io::Error::other(CryptoError::Seal))
    }
}

/// Opens what was sealed for one of the identities in the text of an identity file.
///
/// # Errors
/// There is no identity that opens it, or its bytes were changed.
#[cfg(feature = "age")]
pub fn open_sealed(identities: &str, sealed: impl Read) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
    let lines = identities.lines().map(str::trim).filter(|line| line.starts_with(IDENTITY));
    let known: Vec<age::x25519::Identity> = lines.filter_map(|line| line.parse().ok()).collect();
    let decryptor = age::Decryptor::new(sealed).map_err(|_| CryptoError::Open)?;
    let identities = known.iter().map(|identity| identity as &dyn age::Identity);
    let mut opened = decryptor.decrypt(identities).map_err(|_| CryptoError::Open)?;
    let mut plain = Zeroizing::new(Vec::new());
    opened.read_to_end(&mut plain).map_err(|_| CryptoError::Open)?;
    Ok(plain)
}

/// A build without age opens nothing.
///
/// # Errors
/// Always.
#[cfg(not(feature = "age"))]
pub fn open_sealed(identities: &str, _sealed: impl Read) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
    debug_assert!(!identities.starts_with(IDENTITY), "a build without age was given an identity");
    Err(CryptoError::Open)
}

#[cfg(all(test, feature = "age"))]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_identity_opens() {
        use age::secrecy::ExposeSecret;
        let identity = age::x25519::Identity::generate();
        let recipient = Recipient::parse(&identity.to_public().to_string()).unwrap();
        let sealed = recipient.seal(Vec::new(), &[b"one", b"two"]).unwrap();
        let file = format!("# created\n{}\n", identity.to_string().expose_secret());
        assert_eq!(*open_sealed(&file, sealed.as_slice()).unwrap(), b"onetwo");
        let other = age::x25519::Identity::generate();
        assert!(open_sealed(other.to_string().expose_secret(), sealed.as_slice()).is_err());
        assert!(open_sealed("", sealed.as_slice()).is_err());
        let mut changed = sealed.clone();
        *changed.last_mut().unwrap() ^= 1;
        assert!(open_sealed(&file, changed.as_slice()).is_err());
        assert_eq!(Recipient::parse("age1x"), None);
        assert_eq!(Recipient::of_identity(&file), Some(recipient));
    }
}
