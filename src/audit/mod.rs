//! What is recorded of every act: an event of ids, a count and a time, with a random salt and the leaf hash of a
//! Merkle tree (RFC 6962). An event never carries text, a filter or a hash of an identifier. How events are stored is
//! the store's business.

use uuid::Uuid;

use crate::{
    crypto::{CryptoError, random, sha256},
    id::{PrincipalId, TenantId},
    time::Timestamp,
};

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u16)]
pub enum Action {
    /// A tenant was made.
    TenantCreated = 1,
    /// A credential was made.
    CredentialCreated = 2,
    /// A credential was revoked.
    CredentialRevoked = 3,
    /// An interaction was stored.
    InteractionStored = 10,
    /// A newer version replaced the content of an interaction.
    InteractionReplaced = 11,
    /// Turns were added to a live interaction.
    TurnsAdded = 12,
    /// A case was read with its interactions.
    CaseRead = 20,
    /// One interaction was read.
    InteractionRead = 21,
    /// Open cases were looked up.
    CasesFound = 22,
    /// An item was leased.
    ItemLeased = 30,
    /// A lease was extended.
    LeaseRenewed = 31,
    /// The work on an item ended.
    ItemAcknowledged = 32,
    /// An item was given back.
    ItemReleased = 33,
    /// An item was leased too often and parked.
    ItemParked = 34,
    /// A policy was changed: a new revision was made.
    PolicyUpdated = 40,
    /// A policy was previewed over stored interactions.
    PolicyPreviewed = 41,
    /// A person corrected an assessment.
    AssessmentCorrected = 42,
    /// Stored interactions of a case were scored anew.
    CaseRescored = 43,
    /// Rows of a lexicon were proposed from corrections.
    LexiconProposed = 44,
    /// Statistics were read.
    StatisticsRead = 45,
    /// Keys that the tombstone feed names were destroyed, or their rows read as erased, at a start.
    TombstonesCarriedOut = 50,
    /// People were looked up, or what erasing them would destroy was shown.
    SubjectsFound = 51,
    /// Two people were made one.
    SubjectsLinked = 52,
    /// A person was erased.
    SubjectErased = 53,
    /// An erasure waits for a legal hold.
    ErasureDeferred = 54,
    /// A case was deleted.
    CaseDeleted = 55,
    /// A legal hold was placed, and waits for a second person.
    HoldPlaced = 56,
    /// A legal hold was approved.
    HoldApproved = 57,
    /// A legal hold was released.
    HoldReleased = 58,
    /// A rotation of keys began.
    KeyRotationBegun = 60,
    /// Keys were rotated: nothing is left under the older ones, and they are destroyed.
    KeyRotated = 61,
    /// A store was restored from backups.
    Restored = 70,
    /// A person accepted that tombstones may be missing in what was restored.
    RestoreAccepted = 71,
    /// A record was found that is not what was written.
    DamageFound = 72,
}

/// One event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// What was done.
    pub action: Action,
    /// When, by service time.
    pub time: Timestamp,
    /// To whose data; `None`: to the instance.
    pub tenant: Option<TenantId>,
    /// By whom; `None`: by the service itself or somebody on the host.
    pub principal: Option<PrincipalId>,
    /// What it was done to: a case, a credential, a tenant.
    pub object: Option<Uuid>,
    /// The part of it that was touched: an interaction, a lease.
    pub part: Option<Uuid>,
    /// How many were touched.
    pub count: u64,
}

/// Number of the encoding of an event.
const EVENT_FORMAT: u8 = 1;

impl Event {
    /// An event about the instance with nothing but its action and time; the rest is filled in by the caller.
    pub fn new(action: Action, time: Timestamp) -> Self {
        Self { action, time, tenant: None, principal: None, object: None, part: None, count: 1 }
    }

    /// The bytes that are stored and hashed: every part in fixed width, an absent id as zeros.
    pub fn encode(&self) -> Vec<u8> {
        let id = |id: Option<Uuid>| id.unwrap_or_default().into_bytes();
        let mut bytes = Vec::with_capacity(1 + 2 + 8 + 4 * 16 + 8);
        bytes.push(EVENT_FORMAT);
        bytes.extend_from_slice(&(self.action as u16).to_be_bytes());
        bytes.extend_from_slice(&self.time.0.to_be_bytes());
        bytes.extend_from_slice(&id(self.tenant.map(|tenant| tenant.0)));
        bytes.extend_from_slice(&id(self.principal.map(|principal| principal.0)));
        bytes.extend_from_slice(&id(self.object));
        bytes.extend_from_slice(&id(self.part));
        bytes.extend_from_slice(&self.count.to_be_bytes());
        bytes
    }
}

/// An event as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// Random, so that the hash tells nothing about an erased event.
    pub salt: [u8; 16],
    /// The encoded event.
    pub event: Vec<u8>,
    /// SHA-256 of a zero byte, the salt and the event (RFC 6962, section 2.1).
    pub hash: [u8; 32],
}

impl Leaf {
    /// Salts and hashes an event.
    ///
    /// # Errors
    /// The machine gave no random bytes.
    pub fn new(event: &Event) -> Result<Self, CryptoError> {
        let (salt, event) = (random()?, event.encode());
        let hash = leaf_hash(&salt, &event);
        Ok(Self { salt, event, hash })
    }
}

/// The leaf hash of a salted event.
pub fn leaf_hash(salt: &[u8; 16], event: &[u8]) -> [u8; 32] {
    sha256(&[&[0], salt, event])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_of_an_event_changes_its_bytes() {
        let base = Event::new(Action::CaseRead, Timestamp(1));
        let one = Some(Uuid::from_u128(1));
        let others = [
            Event { action: Action::InteractionRead, ..base },
            Event { time: Timestamp(2), ..base },
            Event { tenant: Some(TenantId(Uuid::from_u128(1))), ..base },
            Event { principal: Some(PrincipalId(Uuid::from_u128(1))), ..base },
            Event { object: one, ..base },
            Event { part: one, ..base },
            Event { count: 2, ..base },
        ];
        for other in others {
            assert_ne!(base.encode(), other.encode());
            assert_eq!(base.encode().len(), other.encode().len());
        }
    }

    #[test]
    fn the_leaf_hash_is_that_of_rfc_6962() {
        // SHA-256 of 17 zero bytes and "x", computed by sha256sum.
        let hash = leaf_hash(&[0; 16], b"x");
        assert_eq!(format!("{:032x}{:032x}", half(&hash[..16]), half(&hash[16..])), LEAF);
        let event = Event::new(Action::TenantCreated, Timestamp(1));
        let (one, other) = (Leaf::new(&event).unwrap(), Leaf::new(&event).unwrap());
        assert_eq!(one.event, other.event);
        assert_ne!(one.hash, other.hash, "the salt hides equal events");
    }

    fn half(bytes: &[u8]) -> u128 {
        u128::from_be_bytes(bytes.try_into().unwrap())
    }

    const LEAF: &str = "d3dba6607bab04c5aff7f00f6675cb270165000b796ebacdbd912530dece7abb";
}
