//! Keys, sealing and keyed hashes. Every key below the master is random and exists on disk only wrapped; nothing is
//! derived from another key or from an identifier, so destroying a wrap destroys what it opens. This module knows
//! neither the database nor what is sealed.

pub mod secret;

pub mod name;

pub mod place;

pub mod key;

pub mod lookup;

pub mod master;

pub mod source;

pub(crate) mod overwrite;

pub mod pending;

pub mod recipient;

pub mod token;

pub mod sign;

pub use key::Key;
pub use lookup::{LookupKey, Purpose, Sha256, ShortHash, sha256};
pub use master::MasterKey;
pub use name::{KeyKind, KeyName, StoreId};
pub use place::Place;
pub use recipient::Recipient;
pub use secret::{Secret, new_id, random};
pub use sign::{PublicKey, Signature, SigningKey, Statement};
pub use source::MasterSource;

/// Why a cryptographic step failed. It carries nothing of keys or texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CryptoError {
    /// The machine gave no random bytes.
    #[error("no random bytes")]
    Random,
    /// The cipher refused the key or the length of the input.
    #[error("sealing failed")]
    Seal,
    /// This version of the key has sealed as often as it may.
    #[error("the key has sealed as often as it may: rotate it")]
    Worn,
    /// The bytes are not what was sealed for this place, or the key is another one.
    #[error("does not open")]
    Open,
    /// The library refused to sign.
    #[error("signing failed")]
    Sign,
    /// The bytes are not what was signed with this key.
    #[error("signature does not hold")]
    Signature,
}
