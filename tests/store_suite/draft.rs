//! Submissions for tests: a draft with plain defaults, of which each test changes what it is about.

use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock},
    time::Duration,
};

use triaged::{
    assessment::{Assessment, AssessmentInput, Evidence, Factor, Importance, Label, Level, Priority, Sentiment, Tier},
    conversation::{Channel, Part, RawText, RawTurn, Role},
    id::{PrincipalId, TenantId},
    queue::WorkClass,
    redact::{Kind, Likelihood, RedactedText},
    store::{
        Decide, Decision, Handling, InteractionContent, JoinKeys, SourceRef, StoredAttachment, StoredFinding,
        StoredTurn, SubjectKeys, Submission, TextState,
    },
    text::{Language, Span},
    time::Timestamp,
    triage::Triage,
};
use uuid::Uuid;

static TRIAGE: LazyLock<Triage> = LazyLock::new(|| Triage::new().unwrap());

/// Text that went through the redactor.
pub(crate) fn redacted(text: &str) -> RedactedText {
    let redaction = TRIAGE.redact(&[], &[RawTurn::body(Role::Customer, text)]);
    redaction.turns[0].text.clone()
}

pub(crate) fn source_ref(id: &str) -> SourceRef {
    SourceRef { system: "crm".to_owned(), id: id.to_owned() }
}

/// What is submitted, in plain values.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) tenant: TenantId,
    pub(crate) principal: PrincipalId,
    pub(crate) request_id: Option<u128>,
    pub(crate) source_ref: Option<&'static str>,
    pub(crate) source_version: i64,
    pub(crate) case_ref: Option<&'static str>,
    pub(crate) customer_ref: Option<&'static str>,
    pub(crate) emails: Vec<&'static str>,
    pub(crate) phones: Vec<&'static str>,
    pub(crate) message_ids: Vec<&'static str>,
    pub(crate) references: Vec<&'static str>,
    pub(crate) queue: &'static str,
    pub(crate) skills: Vec<&'static str>,
    pub(crate) handling: Handling,
    pub(crate) channel: Channel,
    pub(crate) language: Option<Language>,
    pub(crate) tier: Tier,
    pub(crate) automatic: bool,
    pub(crate) occur_time: Timestamp,
    pub(crate) text: String,
    pub(crate) recording: Option<&'static str>,
    pub(crate) label: Label,
    pub(crate) level: Level,
    pub(crate) value: u16,
    pub(crate) emergency: bool,
    /// From entering the queue to the due time.
    pub(crate) target: Duration,
}

impl Draft {
    pub(crate) fn new(tenant: TenantId, occur_time: Timestamp) -> Self {
        Self {
            tenant,
            principal: super::INTAKE,
            request_id: None,
            source_ref: None,
            source_version: 0,
            case_ref: None,
            customer_ref: None,
            emails: Vec::new(),
            phones: Vec::new(),
            message_ids: Vec::new(),
            references: Vec::new(),
            queue: "default",
            skills: Vec::new(),
            handling: Handling::Waiting,
            channel: Channel::Query,
            language: Some(Language::English),
            tier: Tier::Standard,
            automatic: false,
            occur_time,
            text: "where is my parcel".to_owned(),
            recording: None,
            label: Label::Neutral,
            level: Level::Normal,
            value: 2000,
            emergency: false,
            target: Duration::from_hours(1),
        }
    }

    pub(crate) fn input(&self) -> AssessmentInput {
        AssessmentInput {
            channel: self.channel,
            language: self.language,
            turns: Vec::new(),
            hold_seconds: 30,
            wait_seconds: 5,
            tier: self.tier,
            repeat_contact_days: 0,
            importance: Importance::Normal,
            automatic: self.automatic,
        }
    }

    pub(crate) fn content(&self) -> InteractionContent {
        let turn = |role, text: &str| StoredTurn {
            role,
            part: Part::Body,
            text: redacted(text),
            time: Some(super::START),
            offset_millis: Some((0, 1_500)),
        };
        InteractionContent {
            source_ref: self.source_ref.map(source_ref),
            source_version: self.source_version,
            handling: self.handling,
            occur_time: self.occur_time,
            queue: self.queue.to_owned(),
            required_skills: self.skills.iter().map(|&skill| skill.to_owned()).collect(),
            turns: vec![turn(Role::Customer, &self.text), turn(Role::Agent, "let me look")],
            findings: vec![StoredFinding {
                turn: 0,
                kind: Kind::Email,
                span: Span { start: 0, end: 5 },
                likelihood: Likelihood::Likely,
                reasons: vec!["form".to_owned()],
            }],
            attributes: BTreeMap::from([("page".to_owned(), redacted("checkout"))]),
            attachments: vec![StoredAttachment {
                media_type: "image/png".to_owned(),
                size_bytes: 12,
                reference: "att-1".to_owned(),
            }],
            text_state: TextState::Redacted,
            input: self.input(),
        }
    }

    pub(crate) fn assessment(&self, repeat_days: u16) -> Assessment {
        Assessment {
            sentiment: Sentiment {
                label: self.label,
                score_millis: 700,
                evidence: vec![Evidence { turn: 0, span: Span { start: 1, end: 4 }, signal: "no_reply", millis: 700 }],
                language: self.language,
            },
            priority: Priority {
                level: self.level,
                value: self.value,
                emergency: self.emergency.then_some("no_reply"),
                factors: vec![
                    Factor { signal: "base", points: 500 },
                    Factor { signal: "repeat_days", points: i32::from(repeat_days) },
                ],
            },
            lexicon_revision: "r1".to_owned(),
            policy_revision: 3,
        }
    }

    /// Decides what the draft says; how many repeat days there were shows in a factor.
    pub(crate) fn decide(&self) -> Decide {
        let draft = self.clone();
        Arc::new(move |input, enter| Decision {
            assessment: draft.assessment(input.repeat_contact_days),
            due_time: enter + draft.target,
            shadow: None,
        })
    }

    pub(crate) fn submission(&self) -> Submission {
        self.submission_of(self.content())
    }

    /// A submission of content that was made before.
    pub(crate) fn submission_of(&self, content: InteractionContent) -> Submission {
        let raw = |values: &[&str]| values.iter().map(|&value| RawText::from(value)).collect::<Vec<_>>();
        Submission {
            tenant: self.tenant,
            principal: self.principal,
            class: WorkClass::Live,
            request_id: self.request_id.map(Uuid::from_u128),
            content,
            recording_uri: self.recording.map(RawText::from),
            join: JoinKeys {
                case_source_ref: self.case_ref.map(source_ref),
                message_ids: raw(&self.message_ids),
                references: raw(&self.references),
            },
            subject: SubjectKeys {
                customer_ref: self.customer_ref.map(str::to_owned),
                emails: raw(&self.emails),
                phones: raw(&self.phones),
            },
            decide: self.decide(),
        }
    }
}
