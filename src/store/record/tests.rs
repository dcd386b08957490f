//! Records lead back to what they were made of, and those of format 1 stay as they are, byte for byte.

use std::collections::BTreeMap;

use proptest::prelude::*;
use uuid::Uuid;

use super::{
    AssessmentRow, CaseRow, CredentialRow, FactsRow, RecordError, TurnsRow, content::input_turns, decode, encode,
};
use crate::{
    assessment::{Assessment, AssessmentInput, Evidence, Factor, Importance, Label, Level, Priority, Sentiment, Tier},
    conversation::{Channel, Part, Role},
    id::{CredentialId, PrincipalId, TenantId},
    redact::{Kind, Likelihood, RedactedText},
    store::{
        AccessRole, CredentialRecord, Handling, InteractionContent, SourceRef, StoredAttachment, StoredFinding,
        StoredTurn, TextState,
    },
    text::{Language, Span},
    time::Timestamp,
};

fn text(text: &str) -> RedactedText {
    RedactedText::from_sealed(text.to_owned())
}

fn source_ref() -> SourceRef {
    SourceRef { system: "crm".to_owned(), id: "T-1".to_owned() }
}

fn turns() -> Vec<StoredTurn> {
    let turn =
        |role, part, words, time, offset_millis| StoredTurn { role, part, text: text(words), time, offset_millis };
    vec![
        turn(Role::Customer, Part::Subject, "late", None, None),
        turn(Role::Agent, Part::Body, "[EMAIL_1] größer", Some(Timestamp(-5)), Some((10, 900))),
        turn(Role::Automated, Part::Quoted, "", Some(Timestamp(7)), None),
    ]
}

fn content() -> InteractionContent {
    let turns = turns();
    InteractionContent {
        source_ref: Some(source_ref()),
        source_version: -3,
        handling: Handling::FollowUp,
        occur_time: Timestamp(1_772_445_600_000_000),
        queue: "billing".to_owned(),
        required_skills: vec!["refunds".to_owned()],
        findings: vec![StoredFinding {
            turn: 1,
            kind: Kind::Email,
            span: Span { start: 0, end: 9 },
            likelihood: Likelihood::VeryLikely,
            reasons: vec!["form".to_owned(), "contact".to_owned()],
        }],
        attributes: BTreeMap::from([("page".to_owned(), text("checkout"))]),
        attachments: vec![StoredAttachment {
            media_type: "image/png".to_owned(),
            size_bytes: 70_000,
            reference: String::new(),
        }],
        text_state: TextState::Redacted,
        input: AssessmentInput {
            channel: Channel::Email,
            language: Some(Language::German),
            turns: input_turns(&turns),
            hold_seconds: 61,
            wait_seconds: 0,
            tier: Tier::Premium,
            repeat_contact_days: 2,
            importance: Importance::High,
            automatic: true,
        },
        turns,
    }
}

fn assessment() -> Assessment {
    Assessment {
        sentiment: Sentiment {
            label: Label::Negative,
            score_millis: -20,
            evidence: vec![Evidence { turn: 0, span: Span { start: 0, end: 4 }, signal: "no_reply", millis: -20 }],
            language: None,
        },
        priority: Priority {
            level: Level::High,
            value: 4_100,
            emergency: Some("waiting"),
            factors: vec![Factor { signal: "base", points: -1 }],
        },
        lexicon_revision: "l7".to_owned(),
        policy_revision: 9,
    }
}

fn credential() -> CredentialRecord {
    CredentialRecord {
        credential: CredentialId(Uuid::from_u128(1)),
        principal: PrincipalId(Uuid::from_u128(2)),
        tenant: TenantId(Uuid::from_u128(3)),
        roles: AccessRole::ALL.into_iter().filter(|role| *role <= AccessRole::TenantAdmin).collect(),
        label: "web form".to_owned(),
        creator: Some(PrincipalId(Uuid::from_u128(4))),
        create_time: Timestamp(5),
        expire_time: Timestamp(6),
        revoke_time: Some(Timestamp(7)),
    }
}

/// One record of each kind, as it is written.
fn records() -> Vec<Vec<u8>> {
    vec![
        encode(&CaseRow::new(Some(&source_ref()), Some("cust-1"))).unwrap(),
        encode(&TurnsRow::new(&turns())).unwrap(),
        encode(&FactsRow::new(&content())).unwrap(),
        encode(&AssessmentRow::new(&assessment(), 2)).unwrap(),
        CredentialRow::new(&credential(), [9; 32]).encode().unwrap(),
    ]
}

/// Everything that was put into [`records`] comes out of these bytes.
fn check(records: &[Vec<u8>], creator: Option<PrincipalId>) {
    let [case, turns_row, facts, assessed, access] = records else { panic!("five records") };
    let refs = decode::<CaseRow>(case).unwrap().into_refs();
    assert_eq!(refs, (Some(source_ref()), Some("cust-1".to_owned())));
    let read = decode::<TurnsRow>(turns_row).unwrap().into_turns().unwrap();
    assert_eq!(read, turns());
    assert_eq!(decode::<FactsRow>(facts).unwrap().into_content(read, 2).unwrap(), content());
    assert_eq!(decode::<AssessmentRow>(assessed).unwrap().into_assessment().unwrap(), (assessment(), 2));
    let row = CredentialRow::decode(access).unwrap();
    assert_eq!(row.token_hash, [9; 32]);
    assert_eq!(row.into_record().unwrap(), CredentialRecord { creator, ..credential() });
}

#[test]
fn records_lead_back() {
    check(&records(), credential().creator);
}

/// The records of format 1, one a line in hexadecimal, as the first release wrote them.
const FORMAT_1: &str = include_str!("../../../tests/fixtures/records_format_1.hex");

#[test]
fn records_of_format_1_stay_readable() {
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    let line = |line: &str| line.as_bytes().chunks(2).map(byte).collect::<Vec<u8>>();
    let stored: Vec<Vec<u8>> = FORMAT_1.lines().map(line).collect();
    check(&stored, None);
    assert_eq!(stored[..4], records()[..4], "the bytes of format 1 have changed: make a new format");
}

#[test]
fn unknown_versions_and_trailing_bytes_are_refused() {
    let bytes = encode(&7u32).unwrap();
    assert_eq!(decode::<u32>(&bytes), Ok(7));
    assert_eq!(decode::<u32>(&[]), Err(RecordError));
    assert_eq!(decode::<u32>(&[2, 7]), Err(RecordError));
    assert_eq!(decode::<u32>(&[1, 7, 0]), Err(RecordError));
}

proptest! {
    #[test]
    fn damaged_records_are_refused_or_read_but_never_panic(at in any::<prop::sample::Index>(), flip in 1u8.., which in 0usize..5) {
        let mut bytes = records().swap_remove(which);
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        drop(decode::<CaseRow>(&bytes).map(CaseRow::into_refs));
        drop(decode::<TurnsRow>(&bytes).map(TurnsRow::into_turns));
        drop(decode::<FactsRow>(&bytes).map(|row| row.into_content(Vec::new(), 0)));
        drop(decode::<AssessmentRow>(&bytes).map(AssessmentRow::into_assessment));
        drop(CredentialRow::decode(&bytes).map(CredentialRow::into_record));
    }
}
