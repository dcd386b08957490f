//! Policies of tenants and what people teach: corrections, scoring anew, samples to learn from. Knows no engine, no key
//! and no text but redacted text.

use std::{fmt, sync::Arc};

use async_trait::async_trait;

use super::{InteractionContent, InteractionRecord, Page, Reader, StatisticsRequest, StoreError, Tally, TextState};
use crate::{
    assessment::{Assessment, AssessmentInput, Label, Level},
    id::{CaseId, InteractionId, PrincipalId, SubjectId, TenantId},
    policy::{Correction, Former, Policy, retention::LINGERS},
    text::Language,
    time::Timestamp,
};

/// What a revision of a policy is used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PolicyStage {
    /// It decides.
    Live,
    /// It runs beside the live one; its differences are counted and decide nothing.
    Shadow,
    /// It decided once, or ran beside.
    Past,
}

/// A revision of a policy.
#[derive(Clone, Debug)]
pub struct PolicyRecord {
    /// The policy with its revision.
    pub policy: Policy,
    /// What it is used for.
    pub stage: PolicyStage,
    /// When it was made; `None`: it is the one that is shipped.
    pub create_time: Option<Timestamp>,
    /// Who made it; `None`: it is the one that is shipped.
    pub creator: Option<PrincipalId>,
    /// Of the live one: periods of retention of earlier revisions that count still.
    pub former: Vec<Former>,
}

impl PolicyRecord {
    /// The first revision, which every tenant begins with, with the lexicon of this release.
    pub fn shipped(stage: PolicyStage) -> Self {
        Self { policy: Policy::default(), stage, create_time: None, creator: None, former: Vec::new() }
    }

    /// The periods that count still beside those of a revision that follows this live one now.
    pub fn followed(&self, now: Timestamp) -> Vec<Former> {
        let own = Former { retention: self.policy.retention, until: now + LINGERS };
        [own].into_iter().chain(self.former.iter().copied()).collect()
    }
}

/// A revision to be made.
#[derive(Clone, Debug)]
pub struct NewPolicy {
    /// Whose it is.
    pub tenant: TenantId,
    /// Who makes it.
    pub principal: PrincipalId,
    /// The live revision it was made from; another one means that somebody was faster.
    pub expected: Option<u32>,
    /// What is decided; its revision is given by the store.
    pub policy: Policy,
    /// It runs beside the live one.
    pub shadow: bool,
}

/// Why a person corrects an assessment. Codes only: nothing is written in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CorrectionReason {
    /// A word or phrase was misread.
    Wording,
    /// It was meant ironically.
    Sarcasm,
    /// The word means something else in this business.
    Domain,
    /// What was said before or elsewhere changes it.
    Context,
    /// Harm or scope is other than it seemed.
    Severity,
    /// Somebody may be in danger, or is not.
    Safety,
    /// Something else.
    Other,
}

/// A correction as it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CorrectionRecord {
    /// What should have been.
    pub correction: Correction,
    /// Why.
    pub reason: CorrectionReason,
    /// Who said so.
    pub principal: PrincipalId,
    /// When.
    pub time: Timestamp,
}

/// A correction to be made.
#[derive(Clone, Debug)]
pub struct CorrectionRequest {
    /// Who corrects, and what they may see.
    pub reader: Reader,
    /// The case.
    pub case: CaseId,
    /// The interaction.
    pub interaction: InteractionId,
    /// What should have been.
    pub correction: Correction,
    /// Why.
    pub reason: CorrectionReason,
    /// The policy whose bands and targets place the case anew.
    pub policy: Arc<Policy>,
}

/// Scores a stored input anew. Pure.
pub type Rescore = Arc<dyn Fn(&AssessmentInput, TextState) -> Assessment + Send + Sync>;

/// Redacts stored content once more; `None`: there is nothing left to find. Pure.
pub type RedactAgain = Arc<dyn Fn(&InteractionContent) -> Option<InteractionContent> + Send + Sync>;

/// A batch of cases to be scored anew.
#[derive(Clone)]
pub struct RescoreRequest {
    /// Whose they are.
    pub tenant: TenantId,
    /// Who asks for it.
    pub principal: PrincipalId,
    /// Where the batch before ended.
    pub after: Option<Vec<u8>>,
    /// How many cases.
    pub limit: u32,
    /// Whether the newest come first, as a preview wants them, and not the oldest.
    pub newest_first: bool,
    /// Whether the new assessments are stored; otherwise they are only compared.
    pub apply: bool,
    /// Redacts what is stored before it is scored, where that is asked for.
    pub redact: Option<RedactAgain>,
    /// Scores.
    pub rescore: Rescore,
    /// The policy whose bands and targets place the cases anew.
    pub policy: Arc<Policy>,
}

impl fmt::Debug for RescoreRequest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("RescoreRequest").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

/// An interaction whose label or level is another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flip {
    /// The case.
    pub case: CaseId,
    /// The interaction.
    pub interaction: InteractionId,
    /// Label and level before.
    pub before: (Label, Level),
    /// Label and level now.
    pub after: (Label, Level),
}

/// What a batch came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rescored {
    /// Cases that were looked at.
    pub cases: u64,
    /// Interactions that were scored.
    pub interactions: u64,
    /// Interactions whose assessment is another in anything, its revisions included.
    pub changed: u64,
    /// Interactions that could not be read any more.
    pub skipped: u64,
    /// Interactions whose text lost something more.
    pub redacted: u64,
    /// Those whose label or level is another.
    pub flips: Vec<Flip>,
    /// Where to go on; `None`: there are no more.
    pub next: Option<Vec<u8>>,
}

/// What is asked for to learn from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SamplesRequest {
    /// Whose corrections.
    pub tenant: TenantId,
    /// Who asks.
    pub principal: PrincipalId,
    /// How many at most, the newest.
    pub limit: u32,
}

/// A stored interaction that a person has labelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Its redacted turns and the facts beside them.
    pub input: AssessmentInput,
    /// The language its assessment was made in.
    pub language: Option<Language>,
    /// The label that a person gave it.
    pub label: Label,
    /// Whose matter it is.
    pub subject: SubjectId,
}

/// Policies, corrections and what is learned from them.
#[async_trait]
pub trait Teaching: Send + Sync + 'static {
    /// The live and the shadow revision of every tenant that has one of its own, or scores with the lexicon of another
    /// release.
    async fn present_policies(&self) -> Result<Vec<(TenantId, PolicyRecord)>, StoreError>;

    /// A revision of a policy; `None`: the live one. A tenant without one of its own has the
    /// shipped one, with the lexicon of the release in which the tenant was made.
    async fn get_policy(&self, tenant: TenantId, revision: Option<u32>) -> Result<PolicyRecord, StoreError>;

    /// Lists the revisions of a policy, newest first; the shipped one is the last.
    async fn list_policies(
        &self,
        tenant: TenantId,
        limit: u32,
        after: Option<Vec<u8>>,
    ) -> Result<Page<PolicyRecord>, StoreError>;

    /// Makes a revision. A live one takes the place of the live and of the shadow one. Audited.
    async fn put_policy(&self, new: NewPolicy) -> Result<PolicyRecord, StoreError>;

    /// Notes a correction and places the case anew. Audited.
    async fn correct_assessment(&self, request: CorrectionRequest) -> Result<InteractionRecord, StoreError>;

    /// Scores a batch of stored cases anew, and places those that changed anew where that is asked for. Audited.
    async fn rescore_cases(&self, request: RescoreRequest) -> Result<Rescored, StoreError>;

    /// The interactions whose label a person corrected or confirmed, newest first. Audited.
    async fn corrected_samples(&self, request: SamplesRequest) -> Result<Vec<Sample>, StoreError>;

    /// Counts interactions by day and one property. Audited.
    async fn count_interactions(&self, request: StatisticsRequest) -> Result<Tally, StoreError>;
}
