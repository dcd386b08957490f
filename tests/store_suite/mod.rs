//! The conformance suite of the `Store` trait: what every engine must do, told apart from how. An engine gives an
//! opened, empty store and the clock it runs by; the suite knows nothing else of it.

pub(crate) mod draft;

pub(crate) mod intake;

pub(crate) mod joining;

pub(crate) mod reading;

pub(crate) mod leasing;

pub(crate) mod bumping;

pub(crate) mod access;

pub(crate) mod clocks;

pub(crate) mod casework;

pub(crate) mod teaching;

pub(crate) mod privacy;

pub(crate) mod orders;

pub(crate) mod offboarding;

use std::{
    any::Any,
    sync::{Arc, OnceLock},
    time::Duration,
};

use triaged::{
    id::{PrincipalId, TenantId},
    store::{
        CaseFilter, CaseRecord, CaseState, InteractionRecord, LeaseHandle, LeaseRequest, QueueEntry, ReadScope, Reader,
        Store, StoreError,
    },
    time::{Clock, ManualClock, Timestamp},
};
use uuid::Uuid;

use draft::Draft;

/// 2026-03-02T10:00:00Z, a Monday.
pub(crate) const START: Timestamp = Timestamp(1_772_445_600_000_000);
pub(crate) const MINUTE: Duration = Duration::from_mins(1);
pub(crate) const DAY: Duration = Duration::from_hours(24);

/// An opened store, its clock, and what must live as long as it.
pub(crate) struct Opened {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) keep: Box<dyn Any + Send + Sync>,
}

/// A store with two tenants.
pub(crate) struct Bench {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) tenant: TenantId,
    pub(crate) other: TenantId,
    /// Who confirms, once somebody is needed.
    pub(crate) second: OnceLock<PrincipalId>,
    _keep: Box<dyn Any + Send + Sync>,
}

pub(crate) const INTAKE: PrincipalId = PrincipalId(Uuid::from_u128(1));
pub(crate) const WORKER: PrincipalId = PrincipalId(Uuid::from_u128(2));
pub(crate) const OTHER_WORKER: PrincipalId = PrincipalId(Uuid::from_u128(3));

impl Bench {
    pub(crate) async fn new(opened: Opened) -> Self {
        let Opened { store, clock, keep } = opened;
        let tenant = store.ensure_tenant("acme").await.unwrap();
        let other = store.ensure_tenant("globex").await.unwrap();
        Self { store, clock, tenant, other, second: OnceLock::new(), _keep: keep }
    }

    /// A draft of this tenant.
    pub(crate) fn draft(&self) -> Draft {
        Draft::new(self.tenant, self.clock.now())
    }

    /// A round of upkeep with the shipped periods of retention.
    pub(crate) async fn upkeep(&self) -> triaged::store::Upkeep {
        self.store.upkeep(Arc::new(|_| triaged::policy::Retention::default())).await.unwrap()
    }

    pub(crate) fn clock_now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn supervisor(&self) -> Reader {
        Reader { tenant: self.tenant, principal: WORKER, scope: ReadScope::Tenant }
    }

    /// Submits a draft and gives its only or newest case.
    pub(crate) async fn submit(&self, draft: &Draft) -> (CaseRecord, InteractionRecord) {
        let submitted = self.store.submit(draft.submission()).await.unwrap();
        for case in self.cases(draft.tenant).await {
            let reader = Reader { tenant: draft.tenant, ..self.supervisor() };
            let (case, interactions) = self.store.get_case(reader, case.case).await.unwrap();
            let found = interactions.into_iter().find(|found| found.interaction == submitted.submission);
            if let Some(interaction) = found {
                return (case, interaction);
            }
        }
        panic!("the submission is in no case");
    }

    /// All cases of a tenant, newest first.
    pub(crate) async fn cases(&self, tenant: TenantId) -> Vec<CaseRecord> {
        let reader = Reader { tenant, ..self.supervisor() };
        self.store.list_cases(reader, CaseFilter::default(), 1000, None).await.unwrap().items
    }

    pub(crate) async fn case(&self, case: &CaseRecord) -> CaseRecord {
        self.store.get_case(self.supervisor(), case.case).await.unwrap().0
    }

    pub(crate) fn ask(&self) -> LeaseRequest {
        LeaseRequest {
            tenant: self.tenant,
            principal: WORKER,
            request_id: None,
            case: None,
            queues: vec!["default".to_owned()],
            max_items: 1,
            lease_duration: 5 * MINUTE,
            wait_duration: Duration::ZERO,
            skills: Vec::new(),
            languages: Vec::new(),
            leases_max: 1_000,
        }
    }

    pub(crate) async fn lease(&self, ask: LeaseRequest) -> Vec<QueueEntry> {
        self.store.lease_items(ask).await.unwrap()
    }

    /// Leases one item that must be there.
    pub(crate) async fn lease_one(&self) -> QueueEntry {
        self.lease(self.ask()).await.pop().expect("an item is ready")
    }

    pub(crate) fn handle(&self, entry: &QueueEntry) -> LeaseHandle {
        let (lease, _) = entry.lease.expect("it is leased");
        LeaseHandle { tenant: self.tenant, principal: WORKER, lease, epoch: entry.epoch }
    }

    pub(crate) async fn acknowledge(&self, entry: &QueueEntry) -> Result<(), StoreError> {
        self.store.acknowledge_item(self.handle(entry), CaseState::Resolved).await
    }
}

/// Makes a test of every check of the suite for one engine, given a function that opens it.
#[macro_export]
macro_rules! conformance {
    ($open:path; $($group:ident: $($check:ident)+;)+) => {$(
        mod $group {
            $(
                #[tokio::test]
                async fn $check() {
                    let bench = $crate::store_suite::Bench::new($open()).await;
                    $crate::store_suite::$group::$check(bench).await;
                }
            )+
        }
    )+};
}

/// Asserts which error came.
#[macro_export]
macro_rules! assert_error {
    ($result:expr, $pattern:pat) => {{
        let result = $result;
        assert!(matches!(result, Err($pattern)), "{:?} is not {}", result, stringify!($pattern));
    }};
}
