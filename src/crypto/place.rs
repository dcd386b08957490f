//! Where a sealed value belongs, as associated data: a value that is moved to another row, field or store no longer
//! opens. Fixed width, so that no two places have one encoding.

use uuid::Uuid;

use super::name::{Encoder, KeyName, StoreId};
use crate::id::TenantId;

/// Number of the encoding of a sealed value and of its place.
pub const SEAL_FORMAT: u8 = 1;

/// The place of a sealed value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The store.
    pub store: StoreId,
    /// The tenant.
    pub tenant: TenantId,
    /// The record that holds the value.
    pub record: Uuid,
    /// Number of the field within the record.
    pub field: u16,
    /// Position among several values of one field, from 0.
    pub segment: u32,
    /// Version of the record's content.
    pub version: u64,
}

/// Width of an encoded place, in bytes.
const PLACE_BYTES: usize = 1 + 16 + 16 + KeyName::BYTES + 16 + 2 + 4 + 8;

impl Place {
    /// The encoding of this place under this key.
    pub(super) fn encode(&self, key: KeyName) -> [u8; PLACE_BYTES] {
        let mut bytes = Encoder::new(SEAL_FORMAT);
        bytes.put(&self.store.0);
        bytes.put(self.tenant.as_bytes());
        bytes.put(&key.encode());
        bytes.put(self.record.as_bytes());
        bytes.put(&self.field.to_be_bytes());
        bytes.put(&self.segment.to_be_bytes());
        bytes.put(&self.version.to_be_bytes());
        bytes.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::KeyKind;

    fn base() -> (Place, KeyName) {
        let place = Place {
            store: StoreId([1; 16]),
            tenant: TenantId(Uuid::from_u128(2)),
            record: Uuid::from_u128(3),
            field: 4,
            segment: 5,
            version: 6,
        };
        (place, KeyName { kind: KeyKind::Case, id: Uuid::from_u128(7), version: 8 })
    }

    #[test]
    fn every_part_of_a_place_changes_its_encoding() {
        let (place, key) = base();
        let first = place.encode(key);
        let others = [
            Place { store: StoreId([9; 16]), ..place }.encode(key),
            Place { tenant: TenantId(Uuid::from_u128(9)), ..place }.encode(key),
            Place { record: Uuid::from_u128(9), ..place }.encode(key),
            Place { field: 9, ..place }.encode(key),
            Place { segment: 9, ..place }.encode(key),
            Place { version: 9, ..place }.encode(key),
            place.encode(KeyName { kind: KeyKind::Interaction, ..key }),
            place.encode(KeyName { id: Uuid::from_u128(9), ..key }),
            place.encode(KeyName { version: 9, ..key }),
        ];
        for other in others {
            assert_ne!(first, other);
        }
    }
}
