//! What of a submission can be done before it is its turn to be written: ids and keys drawn, texts sealed, hashes
//! computed, the assessment of a first contact made. Only joining needs the committer.

use std::sync::Arc;

use zeroize::Zeroizing;

use super::{
    cases::REFS_VERSION,
    interactions::{Clear, Sealed},
    joins::JoinHashes,
    requests::Request,
    ring::{KeyRing, Tenant, first},
    subjects,
};
use crate::{
    assessment::AssessmentInput,
    conversation::RawText,
    crypto::{Key, KeyKind, Purpose, ShortHash, new_id},
    id::{CaseId, InteractionId},
    store::{
        Decide, Decision, IdempotentMethod, InteractionContent, StoreError, Submission,
        record::{CaseRow, FactsRow, Field, content::input_turns, encode, encode_turns},
    },
    time::Timestamp,
};

/// A submission ready to be written.
pub(super) struct Prepared {
    pub(super) tenant: Arc<Tenant>,
    pub(super) principal: crate::id::PrincipalId,
    pub(super) request: Option<Request>,
    pub(super) joins: JoinHashes,
    pub(super) identifiers: Vec<ShortHash>,
    pub(super) fresh: Fresh,
    pub(super) plain: Plain,
    pub(super) sealed: Sealed,
    pub(super) case_refs: Vec<u8>,
    pub(super) clear: Clear,
    pub(super) input: AssessmentInput,
    pub(super) queue: String,
    pub(super) skills: Vec<u8>,
    pub(super) first: Decision,
    pub(super) decide: Decide,
}

/// Ids and keys that are used as far as the submission opens something new.
pub(super) struct Fresh {
    pub(super) case: CaseId,
    pub(super) interaction: InteractionId,
    pub(super) subject_key: Key,
    pub(super) case_key: Key,
    pub(super) interaction_key: Key,
}

impl Fresh {
    fn draw(now: Timestamp) -> Result<Self, StoreError> {
        let [case, interaction, subject] = [new_id(now)?, new_id(now)?, new_id(now)?];
        Ok(Self {
            case: CaseId(case),
            interaction: InteractionId(interaction),
            subject_key: Key::draw(first(KeyKind::Subject, subject))?,
            case_key: Key::draw(first(KeyKind::Case, case))?,
            interaction_key: Key::draw(first(KeyKind::Interaction, interaction))?,
        })
    }
}

/// The records of an interaction before they are sealed.
pub(super) struct Plain {
    turns: Zeroizing<Vec<u8>>,
    facts: Zeroizing<Vec<u8>>,
    recording: Option<RawText>,
}

impl Plain {
    /// The records of a content.
    pub(super) fn new(content: &InteractionContent, recording: Option<RawText>) -> Result<Self, StoreError> {
        Ok(Self {
            turns: encode_turns(&content.turns)?,
            facts: Zeroizing::new(encode(&FactsRow::new(content))?),
            recording,
        })
    }

    /// Seals the records for a version of an interaction's content.
    pub(super) fn seal(&self, ring: &KeyRing, tenant: &Tenant, key: &Key, version: u64) -> Result<Sealed, StoreError> {
        let seal = |field, plain: &[u8]| key.seal(&ring.place(tenant.id, key.name().id, field, version), plain);
        let recording = self.recording.as_ref().map(|link| seal(Field::Recording, link.expose().as_bytes()));
        Ok(Sealed {
            turns: seal(Field::Turns, &self.turns)?,
            facts: seal(Field::Facts, &self.facts)?,
            recording: recording.transpose()?,
        })
    }
}

/// The version of content that a new interaction begins with.
pub(super) const FIRST_VERSION: u64 = 1;

/// Prepares a submission that is received `now`.
pub(super) fn prepare(
    ring: &KeyRing,
    tenant: Arc<Tenant>,
    now: Timestamp,
    submission: Submission,
    method: IdempotentMethod,
) -> Result<Prepared, StoreError> {
    let Submission { tenant: _, principal, class: _, request_id, content, recording_uri, join, subject, quiet, decide } =
        submission;
    let joins = JoinHashes::new(&tenant.lookup, content.source_ref.as_ref(), &join);
    let identifiers = subjects::hashes(&tenant.lookup, &subject);
    let fresh = Fresh::draw(now)?;
    let case_refs = CaseRow::new(join.case_source_ref.as_ref(), subject.customer_ref.as_deref());
    let place = ring.place(tenant.id, fresh.case.0, Field::Case, REFS_VERSION);
    let case_refs = fresh.case_key.seal(&place, &encode(&case_refs)?)?;
    let plain = Plain::new(&content, recording_uri)?;
    let digest = |id| Request {
        principal,
        method,
        id,
        digest: digest(&tenant, &content, &plain, &joins, subject.customer_ref.as_deref()),
    };
    let request = request_id.map(digest);
    let sealed = plain.seal(ring, &tenant, &fresh.interaction_key, FIRST_VERSION)?;
    let input = AssessmentInput { repeat_contact_days: 0, turns: input_turns(&content.turns), ..content.input.clone() };
    let first = decide(&input, now);
    let mut clear = clear(&content, now);
    clear.automatic |= quiet;
    let skills = skills(&tenant, &content.required_skills);
    let queue = content.queue;
    Ok(Prepared {
        tenant,
        principal,
        request,
        joins,
        identifiers,
        fresh,
        plain,
        sealed,
        case_refs,
        clear,
        input,
        queue,
        skills,
        first,
        decide,
    })
}

/// The clear columns of a content that is received `now`.
pub(super) fn clear(content: &InteractionContent, now: Timestamp) -> Clear {
    Clear {
        receive_time: now,
        occur_time: content.occur_time,
        channel: content.input.channel,
        handling: content.handling,
        automatic: content.input.automatic,
        language: content.input.language,
        source_version: content.source_version,
    }
}

/// Keyed hashes of skills, sorted, one after the other.
pub(super) fn skills(tenant: &Tenant, skills: &[String]) -> Vec<u8> {
    let mut hashes: Vec<ShortHash> = skills.iter().map(|skill| skill_hash(tenant, skill)).collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes.concat()
}

/// The keyed hash of a skill.
pub(super) fn skill_hash(tenant: &Tenant, skill: &str) -> ShortHash {
    tenant.lookup.short(Purpose::Skill, &[skill.as_bytes()])
}

/// What makes two requests the same: everything that is kept, but for the occur time, which an edge may have filled in
/// with the time of receipt.
fn digest(
    tenant: &Tenant,
    content: &InteractionContent,
    plain: &Plain,
    joins: &JoinHashes,
    customer_ref: Option<&str>,
) -> ShortHash {
    let timeless = InteractionContent { occur_time: Timestamp(0), turns: Vec::new(), ..content.clone() };
    let facts = Zeroizing::new(encode(&FactsRow::new(&timeless)).unwrap_or_default());
    let recording = plain.recording.as_ref().map_or("", RawText::expose);
    let case = joins.case.unwrap_or_default();
    let customer = customer_ref.unwrap_or_default();
    let parts = [facts.as_slice(), &plain.turns, recording.as_bytes(), &case, customer.as_bytes()];
    tenant.lookup.short(Purpose::Request, &parts)
}
