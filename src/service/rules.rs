//! The policies of all tenants as they are carried out: each compiled when it is first needed, swapped as a whole, and a
//! bounded number kept compiled. A tenant without a policy of its own shares the shipped one.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use arc_swap::ArcSwapOption;
use dashmap::DashMap;

use super::{
    limits,
    status::{Failure, Outcome, Reason},
};
use crate::{
    assessment::{Assessment, AssessmentInput},
    id::TenantId,
    policy::{Former, Policy, Retention},
    store::{PolicyRecord, PolicyStage, ShadowVerdict, Store, StoreError, TextState},
    time::Timestamp,
    triage::{PolicyError, Triage},
};

/// A policy and the core that carries it out.
#[derive(Debug)]
pub struct Rules {
    /// The policy.
    pub policy: Arc<Policy>,
    /// Redactor and lexicons of this policy.
    pub triage: Arc<Triage>,
    /// The policy that runs beside it.
    shadow: Option<Box<Rules>>,
}

impl Rules {
    /// Compiles a policy.
    ///
    /// # Errors
    /// A rule or a row of it is wrong.
    pub fn new(policy: Arc<Policy>) -> Result<Self, PolicyError> {
        let triage = Arc::new(Triage::of_policy(&policy)?);
        Ok(Self { policy, triage, shadow: None })
    }

    /// Scores an input; one whose text was withheld is lifted.
    pub fn assess(&self, input: &AssessmentInput, text: TextState) -> Assessment {
        match text {
            // Of a text whose time is over only its assessment is left, which is not made again.
            TextState::Redacted | TextState::Expired => self.triage.assess(&self.policy, input),
            TextState::Withheld => self.triage.assess_withheld(&self.policy, input),
        }
    }

    /// What the policy in shadow says of an input.
    pub fn shadow(&self, input: &AssessmentInput, text: TextState) -> Option<ShadowVerdict> {
        self.shadow.as_ref().map(|shadow| {
            let Assessment { sentiment, priority, policy_revision, .. } = shadow.assess(input, text);
            ShadowVerdict { revision: policy_revision, label: sentiment.label, level: priority.level }
        })
    }
}

/// The policies of a tenant, and what was compiled of them.
#[derive(Debug)]
struct Present {
    live: Arc<Policy>,
    shadow: Option<Arc<Policy>>,
    /// Periods of retention that count still beside those of the live one.
    former: Vec<Former>,
    compiled: ArcSwapOption<Rules>,
}

/// The policies of all tenants.
#[derive(Debug)]
pub struct TenantRules {
    shipped: Arc<Rules>,
    present: DashMap<TenantId, Arc<Present>>,
    /// What is compiled, the oldest first.
    compiled: Mutex<VecDeque<Arc<Present>>>,
}

impl TenantRules {
    /// Reads the policies of all tenants. `triage` carries out the shipped one.
    ///
    /// # Errors
    /// They could not be read.
    pub async fn load(store: &dyn Store, triage: Arc<Triage>) -> Result<Self, StoreError> {
        let shipped = Rules { policy: Arc::new(Policy::default()), triage, shadow: None };
        let rules = Self { shipped: Arc::new(shipped), present: DashMap::new(), compiled: Mutex::default() };
        let (live, shadow): (Vec<_>, Vec<_>) =
            store.present_policies().await?.into_iter().partition(|(_, record)| record.stage == PolicyStage::Live);
        for (tenant, record) in live.into_iter().chain(shadow) {
            rules.put(tenant, record);
        }
        Ok(rules)
    }

    /// Takes up a revision: the next call of its tenant obeys it.
    pub fn put(&self, tenant: TenantId, record: PolicyRecord) {
        let (policy, stage, former) = (Arc::new(record.policy), record.stage, record.former);
        let mut entry = self
            .present
            .entry(tenant)
            .or_insert_with(|| Arc::new(Present::new(&self.shipped.policy, None, Vec::new())));
        // Of two that were stored at the same time the later one may have come here first.
        *entry = Arc::new(match stage {
            PolicyStage::Shadow if policy.revision < entry.newest() => return,
            PolicyStage::Shadow => Present::new(&entry.live, Some(policy), entry.former.clone()),
            PolicyStage::Live | PolicyStage::Past if policy.revision < entry.live.revision => return,
            PolicyStage::Live | PolicyStage::Past => {
                let later = entry.shadow.clone().filter(|shadow| shadow.revision > policy.revision);
                Present::new(&policy, later, former)
            }
        });
    }

    /// Forgets the policies of a tenant that has left.
    pub fn forget(&self, tenant: TenantId) {
        if let Some((_, present)) = self.present.remove(&tenant) {
            present.compiled.store(None);
        }
    }

    /// The shipped policy.
    pub fn shipped(&self) -> Arc<Rules> {
        Arc::clone(&self.shipped)
    }

    /// How long what a tenant has stored is kept, as it counts then.
    pub fn retention(&self, tenant: TenantId, now: Timestamp) -> Retention {
        let own = |entry: &Present| entry.live.retention.counting(&entry.former, now);
        self.present.get(&tenant).map_or(self.shipped.policy.retention, |entry| own(&entry))
    }

    /// Shorter periods of a tenant that do not count yet, and from when on they do.
    pub fn pending_retention(&self, tenant: TenantId, now: Timestamp) -> Option<(Retention, Timestamp)> {
        let entry = self.present.get(&tenant)?;
        let retention = entry.live.retention;
        Some((retention, retention.effect_time(&entry.former, now)?))
    }

    /// What decides for a tenant at present.
    ///
    /// # Errors
    /// A policy that was accepted does not compile any more, or names a lexicon that this release does not ship.
    pub fn of(&self, tenant: TenantId) -> Outcome<Arc<Rules>> {
        let Some(present) = self.present.get(&tenant).map(|entry| Arc::clone(&entry)) else {
            return Ok(Arc::clone(&self.shipped));
        };
        if let Some(rules) = present.compiled.load_full() {
            return Ok(rules);
        }
        let rules = Arc::new(present.compile().map_err(|error| fault(tenant, &error))?);
        present.compiled.store(Some(Arc::clone(&rules)));
        self.keep(present);
        Ok(rules)
    }

    /// Keeps no more compiled than the limit; what is under way keeps its own.
    fn keep(&self, present: Arc<Present>) {
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        compiled.push_back(present);
        if compiled.len() > limits::POLICIES_COMPILED_MAX
            && let Some(oldest) = compiled.pop_front()
        {
            oldest.compiled.store(None);
        }
    }
}

impl Present {
    fn new(live: &Arc<Policy>, shadow: Option<Arc<Policy>>, former: Vec<Former>) -> Self {
        Self { live: Arc::clone(live), shadow, former, compiled: ArcSwapOption::empty() }
    }

    fn newest(&self) -> u32 {
        self.shadow.as_ref().map_or(0, |shadow| shadow.revision).max(self.live.revision)
    }

    fn compile(&self) -> Result<Rules, PolicyError> {
        let shadow = self.shadow.as_ref().map(|policy| Rules::new(Arc::clone(policy))).transpose()?;
        Ok(Rules { shadow: shadow.map(Box::new), ..Rules::new(Arc::clone(&self.live))? })
    }
}

/// The text of the error may quote a pattern, so that only the tenant is named, and what a revision of a lexicon calls for.
fn fault(tenant: TenantId, error: &PolicyError) -> Failure {
    let kind = match error {
        PolicyError::Rule(_) => "rule",
        PolicyError::Lexicon(_) => "lexicon",
        PolicyError::Revision(error) => {
            tracing::error!(%tenant, %error, "a stored policy names a lexicon of another release");
            return Failure::of(Reason::LexiconNotShipped);
        }
    };
    tracing::error!(%tenant, kind, "a stored policy does not compile");
    Failure::of(Reason::Internal)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::{lexicon::released, policy::LexiconLayer, text::Language};

    fn rules() -> TenantRules {
        let policy = Arc::new(Policy::default());
        let shipped = Arc::new(Rules::new(policy).unwrap());
        TenantRules { shipped, present: DashMap::new(), compiled: Mutex::default() }
    }

    fn record(revision: u32, stage: PolicyStage) -> PolicyRecord {
        PolicyRecord { policy: Policy { revision, ..Policy::default() }, ..PolicyRecord::shipped(stage) }
    }

    fn tenant(number: u128) -> TenantId {
        TenantId(Uuid::from_u128(number))
    }

    #[test]
    fn a_revision_is_taken_up_by_its_tenant_alone() {
        let rules = rules();
        rules.put(tenant(1), record(7, PolicyStage::Live));
        assert_eq!(rules.of(tenant(1)).unwrap().policy.revision, 7);
        assert!(Arc::ptr_eq(&rules.of(tenant(2)).unwrap(), &rules.shipped));
        rules.put(tenant(1), record(8, PolicyStage::Live));
        assert_eq!(rules.of(tenant(1)).unwrap().policy.revision, 8);
    }

    #[test]
    fn a_shadow_runs_beside_until_the_next_live_revision() {
        let rules = rules();
        let input = AssessmentInput::new(crate::conversation::Channel::Chat);
        let shadow = || rules.of(tenant(1)).unwrap().shadow(&input, TextState::Redacted).map(|shadow| shadow.revision);
        rules.put(tenant(1), record(2, PolicyStage::Shadow));
        assert_eq!((rules.of(tenant(1)).unwrap().policy.revision, shadow()), (1, Some(2)));
        rules.put(tenant(1), record(3, PolicyStage::Live));
        assert_eq!((rules.of(tenant(1)).unwrap().policy.revision, shadow()), (3, None));
        // The other way round: stored as 4 and 5, they came as 5 and 4.
        rules.put(tenant(1), record(5, PolicyStage::Shadow));
        rules.put(tenant(1), record(4, PolicyStage::Live));
        assert_eq!((rules.of(tenant(1)).unwrap().policy.revision, shadow()), (4, Some(5)));
    }

    #[test]
    fn a_shorter_period_waits_also_while_a_shadow_runs() {
        let (rules, until) = (rules(), Timestamp(1_000));
        let mut shorter = record(2, PolicyStage::Live);
        shorter.policy.retention.text_days = 1;
        shorter.former = vec![Former { retention: Retention::default(), until }];
        rules.put(tenant(1), shorter);
        for round in 0..2 {
            let days = |now| rules.retention(tenant(1), Timestamp(now)).text_days;
            assert_eq!((days(999), days(1_000)), (90, 1), "round {round}");
            let pending =
                |now| rules.pending_retention(tenant(1), Timestamp(now)).map(|(kept, at)| (kept.text_days, at));
            assert_eq!((pending(999), pending(1_000)), (Some((1, until)), None));
            rules.put(tenant(1), record(3, PolicyStage::Shadow));
        }
    }

    #[test]
    fn no_more_stay_compiled_than_the_limit() {
        let rules = rules();
        let first = tenant(1_000);
        rules.put(first, record(2, PolicyStage::Live));
        let held = rules.of(first).unwrap();
        for number in 0..limits::POLICIES_COMPILED_MAX as u128 {
            rules.put(tenant(number), record(2, PolicyStage::Live));
            rules.of(tenant(number)).unwrap();
        }
        assert_eq!(rules.compiled.lock().unwrap().len(), limits::POLICIES_COMPILED_MAX);
        assert!(rules.present.get(&first).unwrap().compiled.load().is_none());
        assert_eq!(held.policy.revision, rules.of(first).unwrap().policy.revision, "it is compiled again when needed");
    }

    #[test]
    fn each_tenant_is_scored_with_the_lexicon_its_policy_names_or_not_at_all() {
        let rules = rules();
        let scored = |tenant| {
            let input = AssessmentInput::new(crate::conversation::Channel::Chat);
            rules.of(tenant).map(|rules| rules.assess(&input, TextState::Redacted).lexicon_revision)
        };
        let [own, before] = released::revisions();
        for (number, revision) in [(1, own), (2, before)] {
            let mut named = record(1, PolicyStage::Live);
            named.policy.lexicon_revision = revision.to_owned();
            rules.put(tenant(number), named);
            assert_eq!(scored(tenant(number)).unwrap(), revision);
        }
        let mut unknown = record(5, PolicyStage::Live);
        unknown.policy.lexicon_revision = "0123456789abcdef".to_owned();
        rules.put(tenant(2), unknown);
        assert_eq!(scored(tenant(2)).unwrap_err().reason, Reason::LexiconNotShipped);
        assert_eq!((scored(tenant(1)).unwrap(), scored(tenant(3)).unwrap()), (own.to_owned(), own.to_owned()));
    }

    #[test]
    fn a_policy_that_does_not_compile_decides_nothing() {
        let rules = rules();
        let mut broken = record(2, PolicyStage::Live);
        broken.policy.lexicon = vec![LexiconLayer { language: Language::English, rows: "x".to_owned() }];
        rules.put(tenant(1), broken);
        assert_eq!(rules.of(tenant(1)).unwrap_err().reason, Reason::Internal);
    }
}
