//! A key that seals values and wraps other keys. The cipher draws its own random nonce for every seal.

use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use aws_lc_rs::aead::{AES_256_GCM, Aad, Algorithm, NONCE_LEN, Nonce, RandomizedNonceKey};
use zeroize::Zeroizing;

use super::{
    CryptoError, Place, Secret,
    name::{Encoder, KeyName, StoreId},
    place::SEAL_FORMAT,
};
use crate::id::TenantId;

/// The cipher. docs/decisions/0006-aes-256-gcm.md says why this one.
pub static CIPHER: &Algorithm = &AES_256_GCM;

/// Number of the encoding of a wrap; differs from every format of a sealed value.
const WRAP_FORMAT: u8 = 0x81;
/// Format, key version and nonce stand before the ciphertext.
const HEAD_BYTES: usize = 1 + 4 + NONCE_LEN;
const TAG_BYTES: usize = 16;
/// How often one version of a key may seal or wrap: half of what NIST SP 800-38D, section 8.3, permits with random
/// nonces.
pub const SEALS_MAX: u64 = 1 << 31;

/// A key with its cipher ready. Wiped on drop, not clonable; `Debug` shows only the name.
pub struct Key {
    name: KeyName,
    secret: Secret,
    cipher: RandomizedNonceKey,
    seals: AtomicU64,
}

impl fmt::Debug for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Key").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Key {
    /// Draws a new key of this name.
    ///
    /// # Errors
    /// The machine gave no random bytes.
    pub fn draw(name: KeyName) -> Result<Self, CryptoError> {
        Self::new(name, Secret::draw()?)
    }

    /// The key of this name with these bytes.
    ///
    /// # Errors
    /// The cipher refused the bytes.
    pub fn new(name: KeyName, secret: Secret) -> Result<Self, CryptoError> {
        let cipher = RandomizedNonceKey::new(CIPHER, secret.expose()).map_err(|_| CryptoError::Seal)?;
        Ok(Self { name, secret, cipher, seals: AtomicU64::new(0) })
    }

    /// The same key under another name.
    ///
    /// # Errors
    /// The cipher refused the bytes.
    pub fn renamed(self, name: KeyName) -> Result<Self, CryptoError> {
        Self::new(name, self.secret)
    }

    /// The same key, its bytes in a page that is never swapped: for a key that lives as long as the process.
    pub fn pinned(self) -> Self {
        Self { secret: self.secret.pinned(), ..self }
    }

    /// How often it has sealed or wrapped, as far as it was told of its past.
    pub fn seals(&self) -> u64 {
        self.seals.load(Ordering::Relaxed)
    }

    /// Tells a key that was read from disk how often it has sealed before.
    pub fn sealed_before(&self, seals: u64) {
        self.seals.fetch_add(seals, Ordering::Relaxed);
    }

    /// The name.
    pub fn name(&self) -> KeyName {
        self.name
    }

    /// Gives up the cipher and keeps the bytes, for a key that hashes.
    pub fn into_secret(self) -> Secret {
        self.secret
    }

    /// The bytes of the key, to be sealed for an offline recipient and nowhere else.
    pub(super) fn secret(&self) -> &Secret {
        &self.secret
    }

    /// Seals `plain` for `place`: format, key version, nonce, ciphertext, tag.
    ///
    /// # Errors
    /// The cipher failed.
    pub fn seal(&self, place: &Place, plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        self.seal_with(SEAL_FORMAT, &place.encode(self.name), plain)
    }

    /// Opens what was sealed for `place` under this key.
    ///
    /// # Errors
    /// Another key, another place, or changed bytes.
    pub fn open(&self, place: &Place, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        self.open_with(SEAL_FORMAT, &place.encode(self.name), sealed)
    }

    /// Wraps `child`, so that only this key gives it back, under the same names, tenant and store.
    ///
    /// # Errors
    /// The cipher failed.
    pub fn wrap(&self, store: StoreId, tenant: TenantId, child: &Self) -> Result<Vec<u8>, CryptoError> {
        let place = wrap_place(store, tenant, self.name, child.name);
        self.seal_with(WRAP_FORMAT, &place, child.secret.expose())
    }

    /// Gives back the key that was wrapped under these names.
    ///
    /// # Errors
    /// Another parent, another name, or changed bytes.
    pub fn unwrap_key(
        &self,
        store: StoreId,
        tenant: TenantId,
        child: KeyName,
        wrapped: &[u8],
    ) -> Result<Self, CryptoError> {
        let place = wrap_place(store, tenant, self.name, child);
        let opened = self.open_with(WRAP_FORMAT, &place, wrapped)?;
        Self::new(child, Secret::from_slice(&opened).ok_or(CryptoError::Open)?)
    }

    fn seal_with(&self, format: u8, place: &[u8], plain: &[u8]) -> Result<Vec<u8>, CryptoError> {
        if self.seals.fetch_add(1, Ordering::Relaxed) >= SEALS_MAX {
            return Err(CryptoError::Worn);
        }
        let mut sealed = Vec::with_capacity(HEAD_BYTES + plain.len() + TAG_BYTES);
        sealed.push(format);
        sealed.extend_from_slice(&self.name.version.to_be_bytes());
        sealed.extend_from_slice(&[0; NONCE_LEN]);
        sealed.extend_from_slice(plain);
        let (head, body) = sealed.split_at_mut_checked(HEAD_BYTES).ok_or(CryptoError::Seal)?;
        let (nonce, tag) =
            self.cipher.seal_in_place_separate_tag(Aad::from(place), body).map_err(|_| CryptoError::Seal)?;
        head.last_chunk_mut::<NONCE_LEN>().ok_or(CryptoError::Seal)?.copy_from_slice(nonce.as_ref());
        sealed.extend_from_slice(tag.as_ref());
        Ok(sealed)
    }

    fn open_with(&self, format: u8, place: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, CryptoError> {
        let (head, body) = sealed.split_at_checked(HEAD_BYTES).ok_or(CryptoError::Open)?;
        if head.first() != Some(&format) || key_version(sealed) != Some(self.name.version) {
            return Err(CryptoError::Open);
        }
        let nonce = head.last_chunk::<NONCE_LEN>().ok_or(CryptoError::Open)?;
        let nonce = Nonce::assume_unique_for_key(*nonce);
        let mut plain = Zeroizing::new(body.to_vec());
        let length =
            self.cipher.open_in_place(nonce, Aad::from(place), &mut plain).map_err(|_| CryptoError::Open)?.len();
        plain.truncate(length);
        Ok(plain)
    }
}

/// The version of the key that a value was sealed under, as the value says in the clear.
pub fn key_version(sealed: &[u8]) -> Option<u32> {
    sealed.get(1..5)?.try_into().ok().map(u32::from_be_bytes)
}

const WRAP_PLACE_BYTES: usize = 1 + 16 + 16 + 2 * KeyName::BYTES;

fn wrap_place(store: StoreId, tenant: TenantId, parent: KeyName, child: KeyName) -> [u8; WRAP_PLACE_BYTES] {
    let mut bytes = Encoder::new(WRAP_FORMAT);
    bytes.put(&store.0);
    bytes.put(tenant.as_bytes());
    bytes.put(&parent.encode());
    bytes.put(&child.encode());
    bytes.finish()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use uuid::Uuid;

    use super::*;
    use crate::crypto::KeyKind;

    fn name(kind: KeyKind, id: u128) -> KeyName {
        KeyName { kind, id: Uuid::from_u128(id), version: 1 }
    }

    fn place(record: u128) -> Place {
        let (store, tenant) = (StoreId([1; 16]), TenantId(Uuid::from_u128(2)));
        Place { store, tenant, record: Uuid::from_u128(record), field: 1, segment: 0, version: 1 }
    }

    proptest! {
        #[test]
        fn a_sealed_value_opens_at_its_place_only(plain in proptest::collection::vec(any::<u8>(), 0..300), flip in any::<prop::sample::Index>()) {
            let key = Key::draw(name(KeyKind::Case, 1)).unwrap();
            let mut sealed = key.seal(&place(1), &plain).unwrap();
            prop_assert_eq!(&*key.open(&place(1), &sealed).unwrap(), &plain);
            prop_assert!(key.open(&place(2), &sealed).is_err());
            prop_assert!(Key::draw(name(KeyKind::Case, 1)).unwrap().open(&place(1), &sealed).is_err());
            let at = flip.index(sealed.len());
            sealed[at] ^= 1;
            prop_assert!(key.open(&place(1), &sealed).is_err());
        }
    }

    #[test]
    fn a_key_refuses_long_before_its_nonces_may_repeat() {
        let key = Key::draw(name(KeyKind::Tenant, 1)).unwrap();
        key.sealed_before(SEALS_MAX - 1);
        let last = key.seal(&place(1), b"x").unwrap();
        assert_eq!(key.seal(&place(1), b"x"), Err(CryptoError::Worn));
        assert_eq!(key.wrap(StoreId([1; 16]), place(1).tenant, &key), Err(CryptoError::Worn));
        assert_eq!(&**key.open(&place(1), &last).unwrap(), b"x", "it opens for ever");
    }

    #[test]
    fn two_seals_of_one_value_differ() {
        let key = Key::draw(name(KeyKind::Case, 1)).unwrap();
        assert_ne!(key.seal(&place(1), b"x").unwrap(), key.seal(&place(1), b"x").unwrap());
    }

    #[test]
    fn a_wrap_opens_under_its_parent_names_tenant_and_store_only() {
        let (store, tenant) = (StoreId([1; 16]), TenantId(Uuid::from_u128(2)));
        let parent = Key::draw(name(KeyKind::Subject, 1)).unwrap();
        let child = Key::draw(name(KeyKind::Interaction, 2)).unwrap();
        let wrapped = parent.wrap(store, tenant, &child).unwrap();
        let back = parent.unwrap_key(store, tenant, child.name(), &wrapped).unwrap();
        assert_eq!(back.secret.expose(), child.secret.expose());
        let foreign = TenantId(Uuid::from_u128(3));
        let newer = KeyName { version: 2, ..child.name() };
        assert!(parent.unwrap_key(store, foreign, child.name(), &wrapped).is_err());
        assert!(parent.unwrap_key(StoreId([2; 16]), tenant, child.name(), &wrapped).is_err());
        assert!(parent.unwrap_key(store, tenant, newer, &wrapped).is_err());
        assert!(child.unwrap_key(store, tenant, child.name(), &wrapped).is_err());
        assert!(parent.unwrap_key(store, tenant, child.name(), &wrapped[..20]).is_err());
        assert!(parent.open(&place(1), &wrapped).is_err(), "a wrap is no sealed value");
    }
}
