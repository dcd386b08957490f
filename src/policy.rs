//! What a tenant may decide: thresholds, weights, targets and calendars, which harmless kinds stay readable, which
//! attributes are kept, and its own layer of the lexicon. A policy is a value with a revision; every assessment names
//! the revision it was made with. Nothing here can switch redaction off.

pub mod retention;
mod standing;
mod targets;
mod work;

use std::collections::BTreeSet;

pub use self::{
    retention::{Former, Retention},
    standing::{Correction, Standing},
    targets::{Minutes, ServiceTargets, Target},
    work::{WORK_MAX, WorkRules},
};
use crate::{
    assessment::{Assessment, Level, Tier},
    conversation::Channel,
    lexicon::builtin,
    priority::PriorityRules,
    redact::KeepRules,
    sentiment::SentimentRules,
    text::Language,
    time::Timestamp,
};

/// Rows that a tenant lays over the lexicon of a language; an equal form of the tenant wins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LexiconLayer {
    /// The language.
    pub language: Language,
    /// The rows, as in a lexicon file.
    pub rows: String,
}

/// The lawful basis on which a tenant lets care signals be looked for: GDPR Article 9(2), by its letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CareBasis {
    /// (a) Explicit consent.
    ExplicitConsent,
    /// (b) Obligations in employment, social security and social protection law.
    SocialProtection,
    /// (c) Vital interests of somebody who cannot consent.
    VitalInterests,
    /// (g) Substantial public interest, on the basis of law.
    SubstantialPublicInterest,
    /// (h) Health or social care.
    HealthOrSocialCare,
}

/// The policy of a tenant.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Revision, from 1.
    pub revision: u32,
    /// Threshold and weights of the sentiment score.
    pub sentiment: SentimentRules,
    /// Weights and bands of the priority.
    pub priority: PriorityRules,
    /// Targets and calendars.
    pub targets: ServiceTargets,
    /// Names of attributes that are kept, redacted. Empty by default: everything else is dropped.
    pub attribute_allow_list: BTreeSet<String>,
    /// What stays readable, and what is removed beside the built-in kinds. Nothing by default.
    pub keep: KeepRules,
    /// Revision of the shipped lexicon that the policy scores with; of a new tenant that of the release.
    pub lexicon_revision: String,
    /// The tenant's own rows over it, at most one layer a language.
    pub lexicon: Vec<LexiconLayer>,
    /// Why the holder of a case may be told that its customer speaks of bereavement, illness or disability; `None`, the
    /// default: nobody is told and nobody looks.
    pub care: Option<CareBasis>,
    /// Bounds of those who work the queue.
    pub work: WorkRules,
    /// How long what is stored is kept.
    pub retention: Retention,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            revision: 1,
            sentiment: SentimentRules::default(),
            priority: PriorityRules::default(),
            targets: ServiceTargets::default(),
            attribute_allow_list: BTreeSet::new(),
            keep: KeepRules::default(),
            lexicon_revision: builtin::revision().to_owned(),
            lexicon: Vec::new(),
            care: None,
            work: WorkRules::default(),
            retention: Retention::default(),
        }
    }
}

impl Policy {
    /// When an item that enters the queue at `enter` should be answered.
    pub fn due_time(&self, enter: Timestamp, channel: Channel, level: Level, tier: Tier) -> Timestamp {
        self.targets.due_time(enter, channel, level, tier)
    }

    /// Where an assessment and what a person said of it stand in the order.
    pub fn standing(&self, assessment: &Assessment, correction: Option<Correction>) -> Standing {
        Standing::new(self.priority.bands, assessment, correction)
    }
}
