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
    /// An item was moved forward.
    ItemBumped = 35,
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
    /// The time of texts was over: they were destroyed.
    TextsExpired = 70,
    /// The time of interactions was over: they were destroyed.
    InteractionsExpired = 71,
    /// The time of audit events was over: they were emptied but for their hashes.
    EventsExpired = 72,
    /// What a purge would destroy was counted.
    PurgeCounted = 73,
    /// A part of a purge was carried out.
    RecordsPurged = 74,
    /// A recipient of exports was registered.
    RecipientRegistered = 75,
    /// A recipient of exports was revoked.
    RecipientRevoked = 76,
    /// Somebody asked for an export.
    ExportRequested = 77,
    /// Another person confirmed it, and everything kept of a person was read and sealed.
    SubjectExported = 78,
    /// Somebody asked for a tenant to be off-boarded.
    OffboardingRequested = 79,
    /// Another person confirmed it: everything of the tenant is read, to be sealed.
    TenantExported = 80,
    /// Everything of a tenant was destroyed.
    TenantOffboarded = 81,
    /// A rotation of keys began.
    KeyRotationBegun = 60,
    /// Keys were rotated: nothing is left under the older ones, and they are destroyed.
    KeyRotated = 61,
    /// Every key above the data keys was drawn anew, and the files were rewritten.
    KeysPurged = 63,
    /// A store was said to live where it lies now.
    StoreAdopted = 62,
    /// State, queue or tier of a case were set.
    CaseUpdated = 82,
    /// A case was merged into another.
    CasesMerged = 83,
    /// An interaction was split off from its case; noted of the case it left and of the one it came to.
    InteractionSplit = 84,
    /// A store was restored from backups.
    Restored = 90,
    /// A person accepted that tombstones may be missing in what was restored.
    RestoreAccepted = 91,
    /// A record was found that is not what was written.
    DamageFound = 92,
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

impl Action {
    /// The action of an interaction that is stored or replaced, by its number; others are not told apart.
    fn of_intake(number: u16) -> Option<Self> {
        [Self::InteractionStored, Self::InteractionReplaced].into_iter().find(|action| *action as u16 == number)
    }
}

impl Event {
    /// An event about the instance with nothing but its action and time; the rest is filled in by the caller.
    pub fn new(action: Action, time: Timestamp) -> Self {
        Self { action, time, tenant: None, principal: None, object: None, part: None, count: 1 }
    }

    /// The event in these bytes, where it tells that an interaction was stored or replaced.
    pub fn decode_intake(bytes: &[u8]) -> Option<Self> {
        let (format, rest) = bytes.split_first()?;
        let (action, rest) = rest.split_first_chunk::<2>()?;
        let (time, rest) = rest.split_first_chunk::<8>()?;
        let (ids, count) = rest.split_first_chunk::<64>()?;
        let (ids, _) = ids.as_chunks::<16>();
        let id = |at: usize| ids.get(at).map(|id| Uuid::from_bytes(*id)).filter(|id| !id.is_nil());
        (*format == EVENT_FORMAT).then_some(())?;
        Some(Self {
            action: Action::of_intake(u16::from_be_bytes(*action))?,
            time: Timestamp(i64::from_be_bytes(*time)),
            tenant: id(0).map(TenantId),
            principal: id(1).map(PrincipalId),
            object: id(2),
            part: id(3),
            count: u64::from_be_bytes(count.try_into().ok()?),
        })
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

/// What changes something of a tenant that an export would show.
const CONTENT: [Action; 10] = [
    Action::InteractionStored,
    Action::InteractionReplaced,
    Action::TurnsAdded,
    Action::ItemAcknowledged,
    Action::AssessmentCorrected,
    Action::CaseRescored,
    Action::CaseUpdated,
    Action::CasesMerged,
    Action::InteractionSplit,
    Action::SubjectsLinked,
];

/// Whether the event in these bytes tells of such a change; bytes that are no event do not.
pub fn changes_content(bytes: &[u8]) -> bool {
    let action = bytes.split_first().and_then(|(_, rest)| rest.first_chunk::<2>());
    action.is_some_and(|action| CONTENT.iter().any(|known| *known as u16 == u16::from_be_bytes(*action)))
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
    fn an_event_of_intake_leads_back_and_others_do_not() {
        let id = |number| Some(Uuid::from_u128(number));
        let event = Event {
            tenant: id(1).map(TenantId),
            principal: id(2).map(PrincipalId),
            object: id(3),
            part: id(4),
            ..Event::new(Action::InteractionReplaced, Timestamp(9))
        };
        assert_eq!(Event::decode_intake(&event.encode()), Some(event));
        assert_eq!(Event::decode_intake(&Event::new(Action::CaseRead, Timestamp(9)).encode()), None);
        assert_eq!(Event::decode_intake(&[]), None);
    }

    #[test]
    fn what_changes_content_is_told_apart() {
        let check = |action| changes_content(&Event::new(action, Timestamp(1)).encode());
        assert!(CONTENT.into_iter().all(check));
        for action in [Action::CaseRead, Action::ItemLeased, Action::TenantExported, Action::SubjectErased] {
            assert!(!check(action), "{action:?}");
        }
        assert!(!changes_content(&[]) && !changes_content(&[1, 0]));
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
