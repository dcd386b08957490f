//! Names of stores and keys, and the encoding of fixed width that binds what is sealed or wrapped to them.

use uuid::Uuid;

/// The random id of a store; data and keys of two stores do not mix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreId(pub [u8; 16]);

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum KeyKind {
    /// Given from outside; wraps the tenant keys.
    Master = 1,
    /// One for each tenant; wraps its subject keys.
    Tenant = 2,
    /// One for each person; wraps the data keys.
    Subject = 3,
    /// Data key of a case's own fields.
    Case = 4,
    /// Data key of one interaction.
    Interaction = 5,
    /// Keyed hashes of the whole instance.
    InstanceLookup = 6,
    /// Keyed hashes of one tenant.
    TenantLookup = 7,
    /// Signs what the instance attests: tombstones and certificates.
    Signing = 8,
}

/// The name of a key: what it is for, whose it is, and which of its versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyName {
    /// What it is for.
    pub kind: KeyKind,
    /// What it belongs to: for a data key the record it seals.
    pub id: Uuid,
    /// Its version, from 1.
    pub version: u32,
}

impl KeyName {
    /// Width of an encoded name, in bytes.
    pub(super) const BYTES: usize = 1 + 16 + 4;

    /// The encoding within associated data.
    pub(super) fn encode(self) -> [u8; Self::BYTES] {
        let mut bytes = Encoder::new(self.kind as u8);
        bytes.put(self.id.as_bytes());
        bytes.put(&self.version.to_be_bytes());
        bytes.finish()
    }
}

/// Writes parts of fixed width one after the other.
pub(super) struct Encoder<const N: usize> {
    bytes: [u8; N],
    used: usize,
}

impl<const N: usize> Encoder<N> {
    /// Starts with a number that tells this encoding from all others.
    pub(super) fn new(format: u8) -> Self {
        let mut encoder = Self { bytes: [0; N], used: 0 };
        encoder.put(&[format]);
        encoder
    }

    /// Adds a part.
    pub(super) fn put(&mut self, part: &[u8]) {
        let end = self.used + part.len();
        debug_assert!(end <= N, "the parts are wider than their encoding");
        if let Some(room) = self.bytes.get_mut(self.used..end) {
            room.copy_from_slice(part);
        }
        self.used = end;
    }

    /// The bytes, all of them written.
    pub(super) fn finish(self) -> [u8; N] {
        debug_assert_eq!(self.used, N, "the parts are narrower than their encoding");
        self.bytes
    }
}
