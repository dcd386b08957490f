//! The queue of a store against a model of it: random histories of submissions, further contacts, leases, renewals, ends,
//! pauses, closings, merges, clock jumps and restarts. The model is the definition, written once more and slowly. `TRIAGED_SOAK=1` runs 100,000 operations.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

#[expect(dead_code, reason = "the suite has more than is needed here")]
mod store_suite;

#[expect(dead_code, reason = "it has more helpers than are needed here")]
mod store_embedded;

#[path = "queue_model/clocks.rs"]
mod clocks;

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use clocks::{Case, Voice};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use store_embedded::Home;
use store_suite::{INTAKE, MINUTE, START, WORKER, draft::Draft};
use triaged::{
    assessment::Level,
    id::{CaseId, LeaseId, TenantId},
    queue::{ATTEMPTS_MAX, BumpReason, EXPRESS_STREAK_MAX, ItemState, Lane, OrderKey, STREAK_MAX},
    store::{
        Actor, BumpRequest, CaseChange, CaseFilter, CaseRecord, CaseState, CaseVersion, Casework, LeaseHandle,
        LeaseRequest, NewPolicy, QueueEntry, ReadScope, Reader, Store, StoreError, Teaching, embedded::EmbeddedStore,
    },
    time::{Clock, ManualClock, Timestamp},
};

const QUEUES: [&str; 2] = ["first", "second"];
const LEASE: Duration = Duration::from_mins(5);

#[derive(Clone, Debug)]
enum Act {
    Submit {
        queue: usize,
        emergency: bool,
        level: Level,
        value: u16,
        target: u64,
    },
    /// The customer of a case, which `which` picks, writes again.
    Contact {
        which: usize,
        queue: usize,
        emergency: bool,
        level: Level,
        value: u16,
        target: u64,
    },
    /// Somebody sets the state of a case.
    SetState {
        which: usize,
        state: CaseState,
    },
    /// A case is merged into another.
    Merge {
        which: usize,
        other: usize,
    },
    /// `first` is the preferred queue; with `both` the other one follows.
    Lease {
        first: usize,
        both: bool,
        items: u32,
    },
    /// What is done with a lease that was once given; `which` picks one.
    Acknowledge {
        which: usize,
        state: CaseState,
    },
    Release {
        which: usize,
        delay: u64,
    },
    Renew {
        which: usize,
    },
    /// Moves an item forward; `which` picks one.
    Bump {
        which: usize,
    },
    /// By minutes; the clock of the machine may be set back.
    Turn {
        minutes: i64,
    },
    Restart,
}

fn act() -> impl Strategy<Value = Act> {
    let level = prop_oneof![Just(Level::Low), Just(Level::Normal), Just(Level::High), Just(Level::Urgent)];
    let submit = (0..2usize, prop::bool::weighted(0.2), level, 0..4u16, 0..200u64)
        .prop_map(|(queue, emergency, level, value, target)| Act::Submit { queue, emergency, level, value, target });
    let level = prop_oneof![Just(Level::Low), Just(Level::Normal), Just(Level::High), Just(Level::Urgent)];
    let contact = (any::<usize>(), 0..2usize, prop::bool::weighted(0.1), level, 0..4u16, 0..200u64).prop_map(
        |(which, queue, emergency, level, value, target)| Act::Contact {
            which,
            queue,
            emergency,
            level,
            value,
            target,
        },
    );
    let state = || prop_oneof![Just(CaseState::Pending), Just(CaseState::Resolved)];
    let any_state = prop_oneof![Just(CaseState::Open), state()];
    prop_oneof![
        3 => contact,
        3 => (any::<usize>(), any_state).prop_map(|(which, state)| Act::SetState { which, state }),
        1 => (any::<usize>(), any::<usize>()).prop_map(|(which, other)| Act::Merge { which, other }),
        8 => submit,
        8 => (0..2usize, any::<bool>(), 1..4u32).prop_map(|(first, both, items)| Act::Lease { first, both, items }),
        3 => (any::<usize>(), state()).prop_map(|(which, state)| Act::Acknowledge { which, state }),
        3 => (any::<usize>(), prop_oneof![Just(0), 1..30u64]).prop_map(|(which, delay)| Act::Release { which, delay }),
        2 => any::<usize>().prop_map(|which| Act::Renew { which }),
        1 => any::<usize>().prop_map(|which| Act::Bump { which }),
        3 => prop_oneof![0..4i64, -60..0i64, 5..40i64].prop_map(|minutes| Act::Turn { minutes }),
        1 => Just(Act::Restart),
    ]
}

/// An item as the definition sees it.
#[derive(Clone, Debug)]
struct Item {
    queue: usize,
    lane: Lane,
    key: OrderKey,
    state: ItemState,
    ready_time: Timestamp,
    attempts: u32,
    epoch: u64,
    lease: Option<LeaseId>,
    /// The customer has written again since the lease was given.
    contacted: bool,
}

/// How a lease ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Acknowledged(CaseState),
    Released,
    Closed,
}

impl Item {
    fn give_back(&mut self) {
        self.lease = None;
        self.contacted = false;
        self.state = if self.attempts >= ATTEMPTS_MAX { ItemState::Parked } else { ItemState::Ready };
    }
}

/// The definition.
#[derive(Default)]
struct Model {
    items: BTreeMap<CaseId, Item>,
    /// Every case but those that were merged.
    cases: BTreeMap<CaseId, Case>,
    /// How leases ended, other than by their time.
    ended: BTreeMap<LeaseId, Ended>,
    /// Emergencies in a row and express leases in a row, by queue.
    streaks: [(u8, u8); 2],
    /// Every lease that was given, with its fence and case.
    given: Vec<(LeaseId, u64, CaseId)>,
    submitted: usize,
    now: Timestamp,
}

impl Model {
    /// Leases and delays that have ended are over.
    fn revive(&mut self) {
        let now = self.now;
        for item in self.items.values_mut() {
            if matches!(item.state, ItemState::Leased | ItemState::Delayed) && item.ready_time <= now {
                item.give_back();
            }
        }
    }

    fn first(&self, queue: usize, lane: Lane) -> Option<CaseId> {
        let ready = self.items.values().filter(|item| item.state == ItemState::Ready);
        ready.filter(|item| (item.queue, item.lane) == (queue, lane)).map(|item| item.key).min().map(|key| key.case)
    }

    /// Which case is next for a worker with these queues.
    fn next(&mut self, queues: &[usize]) -> Option<CaseId> {
        let find = |model: &Self, lane| queues.iter().find_map(|queue| Some((*queue, model.first(*queue, lane)?)));
        let emergency = find(self, Lane::Emergency);
        let express = find(self, Lane::Express);
        let regular = find(self, Lane::Regular);
        if let Some((queue, case)) = emergency {
            if self.streaks[queue].0 < STREAK_MAX || (express.is_none() && regular.is_none()) {
                self.streaks[queue].0 = (self.streaks[queue].0 + 1).min(STREAK_MAX);
                return Some(case);
            }
            self.streaks[queue].0 = 0;
        }
        if let Some((queue, case)) = express {
            if self.streaks[queue].1 < EXPRESS_STREAK_MAX || regular.is_none() {
                self.streaks[queue] = (0, (self.streaks[queue].1 + 1).min(EXPRESS_STREAK_MAX));
                return Some(case);
            }
            self.streaks[queue].1 = 0;
        }
        let (queue, case) = regular?;
        self.streaks[queue] = (0, 0);
        Some(case)
    }

    /// Puts a case in the queue, or moves it forward there.
    fn raise(&mut self, id: CaseId, lane: Lane, enter: Timestamp, due: Timestamp) {
        let case = &self.cases[&id];
        let key = OrderKey::new(due, case.value, enter, id);
        let (queue, epoch, now) = (case.queue, case.epoch, self.now);
        let item = self.items.entry(id).or_insert(Item {
            queue,
            lane,
            key,
            state: ItemState::Ready,
            ready_time: now,
            attempts: 0,
            epoch,
            lease: None,
            contacted: false,
        });
        item.lane = item.lane.min(lane);
        item.key.due_time = item.key.due_time.min(due);
        item.key.value_descending = item.key.value_descending.min(key.value_descending);
        if item.state == ItemState::Delayed {
            item.give_back();
        }
        item.contacted = item.lease.is_some();
    }

    /// Takes a case out of the queue; who has leased it is told.
    fn withdraw(&mut self, id: CaseId) -> Option<Item> {
        let item = self.items.remove(&id)?;
        self.cases.get_mut(&id).unwrap().epoch = item.epoch;
        if let Some(lease) = item.lease.filter(|_| item.ready_time > self.now) {
            self.ended.insert(lease, Ended::Closed);
        }
        Some(item)
    }

    /// A case that is there; `which` picks one.
    fn pick(&self, which: usize) -> Option<CaseId> {
        self.cases.keys().nth(which.checked_rem(self.cases.len())?).copied()
    }

    /// Whether a lease may still be used.
    fn lives(&self, (lease, epoch, case): (LeaseId, u64, CaseId)) -> bool {
        self.items.get(&case).is_some_and(|item| {
            item.state == ItemState::Leased
                && (item.lease, item.epoch) == (Some(lease), epoch)
                && item.ready_time > self.now
        })
    }
}

/// The store and its model side by side.
struct Bench {
    home: Home,
    clock: Arc<ManualClock>,
    store: Option<EmbeddedStore>,
    tenant: TenantId,
    model: Model,
}

impl Bench {
    async fn new() -> Self {
        let (home, clock) = Home::new(START);
        let store = home.open().unwrap();
        let tenant = store.ensure_tenant("acme").await.unwrap();
        let new = NewPolicy { tenant, principal: WORKER, expected: None, policy: clocks::policy(), shadow: false };
        store.put_policy(new).await.unwrap();
        let model = Model { now: START, ..Model::default() };
        Self { home, clock, store: Some(store), tenant, model }
    }

    fn store(&self) -> &EmbeddedStore {
        self.store.as_ref().unwrap()
    }

    /// Service time as the store has it: it never runs back while the store is open, and is never behind the clock.
    fn look_at_the_time(&mut self) {
        let now = self.store().service_time().now();
        assert!(now >= self.model.now && now >= self.clock.now());
        self.model.now = now;
    }

    async fn act(&mut self, act: &Act) {
        self.look_at_the_time();
        match *act {
            Act::Submit { queue, emergency, level, value, target } => {
                let target = Duration::from_secs(target);
                self.submit(queue, Voice { level, value, emergency, target }).await;
            }
            Act::Contact { which, queue, emergency, level, value, target } => {
                let target = Duration::from_secs(target);
                self.contact(which, queue, Voice { level, value, emergency, target }).await;
            }
            Act::SetState { which, state } => self.set_state(which, state).await,
            Act::Merge { which, other } => self.merge(which, other).await,
            Act::Lease { first, both, items } => {
                let queues = if both { vec![first, 1 - first] } else { vec![first] };
                self.lease(&queues, items).await;
            }
            Act::Acknowledge { which, state } => self.acknowledge(which, state).await,
            Act::Release { which, delay } => self.release(which, MINUTE * u32::try_from(delay).unwrap()).await,
            Act::Renew { which } => self.renew(which).await,
            Act::Bump { which } => self.bump(which).await,
            Act::Turn { minutes } => {
                self.clock.set(Timestamp(self.clock.now().0 + minutes * 60_000_000));
            }
            Act::Restart => {
                self.store().close().await.unwrap();
                self.store = None;
                self.store = Some(self.home.open().unwrap());
                // A time that nothing was written at is forgotten.
                self.model.now = START;
            }
        }
    }

    fn draft(&self, ticket: &'static str, queue: usize, voice: Voice) -> Draft {
        let Voice { level, value, emergency, target } = voice;
        let draft = Draft::new(self.tenant, self.model.now);
        let (case_ref, queue) = (Some(ticket), QUEUES[queue]);
        Draft { principal: INTAKE, case_ref, queue, emergency, level, value, target, ..draft }
    }

    fn reader(&self) -> Reader {
        Reader { tenant: self.tenant, principal: WORKER, scope: ReadScope::Tenant }
    }

    async fn submit(&mut self, queue: usize, voice: Voice) {
        let ticket: &'static str = format!("t-{}", self.model.submitted).leak();
        self.model.submitted += 1;
        self.store().submit(self.draft(ticket, queue, voice).submission()).await.unwrap();
        let newest =
            self.store().list_cases(self.reader(), CaseFilter::default(), 1, None).await.unwrap().items.remove(0);
        let mut case = Case::new(ticket, queue, voice);
        case.contact(voice, self.model.now);
        let (lane, (enter, due)) = (case.lane(), case.leading());
        assert!(self.model.cases.insert(newest.case, case).is_none());
        self.model.raise(newest.case, lane, enter, due);
    }

    async fn contact(&mut self, which: usize, queue: usize, voice: Voice) {
        let Some(id) = self.model.pick(which) else { return };
        let draft = self.draft(self.model.cases[&id].ticket, queue, voice);
        self.store().submit(draft.submission()).await.unwrap();
        let now = self.model.now;
        let waits = self.model.items.contains_key(&id);
        let case = self.model.cases.get_mut(&id).unwrap();
        if !waits {
            case.queue = queue;
        }
        case.contact(voice, now);
        let (lane, due) = (case.lane(), case.leading().1);
        self.model.raise(id, lane, now, due);
    }

    async fn read(&self, id: CaseId) -> CaseRecord {
        self.store().get_case(self.reader(), id).await.unwrap().0
    }

    async fn version(&self, id: CaseId) -> CaseVersion {
        CaseVersion { case: id, version: self.read(id).await.version }
    }

    fn actor(&self) -> Actor {
        Actor { reader: self.reader(), request_id: None, policy: Arc::default() }
    }

    async fn set_state(&mut self, which: usize, state: CaseState) {
        let Some(id) = self.model.pick(which) else { return };
        let change = CaseChange { state: Some(state), ..CaseChange::default() };
        let at = self.version(id).await;
        self.store().update_case(self.actor(), at, change).await.unwrap();
        let now = self.model.now;
        if self.model.cases[&id].state == state {
            return;
        }
        if state != CaseState::Open {
            self.model.withdraw(id);
            self.model.cases.get_mut(&id).unwrap().rest(state, false, now);
            return;
        }
        let case = self.model.cases.get_mut(&id).unwrap();
        case.go_on(now);
        case.state = state;
        let (lane, (enter, due)) = (case.lane(), case.leading());
        self.model.raise(id, lane, enter, due);
    }

    async fn merge(&mut self, which: usize, other: usize) {
        let (Some(into), Some(from)) = (self.model.pick(which), self.model.pick(other)) else { return };
        let versions = (self.version(into).await, self.version(from).await);
        let merged = self.store().merge_cases(self.actor(), versions.0, vec![versions.1]).await;
        if into == from {
            assert!(matches!(merged, Err(StoreError::CaseMerged)), "a case is not merged into itself: {merged:?}");
            return;
        }
        merged.unwrap();
        let (now, item) = (self.model.now, self.model.withdraw(from));
        let source = self.model.cases.remove(&from).unwrap();
        let target = self.model.cases.get_mut(&into).unwrap();
        target.merge(source, now);
        let (lane, due) = (target.lane(), target.leading().1);
        match item {
            Some(item) => self.model.raise(into, lane.min(item.lane), item.key.enter_time, due.min(item.key.due_time)),
            None => {
                if let Some(own) = self.model.items.get_mut(&into) {
                    own.key.due_time = own.key.due_time.min(due);
                }
            }
        }
    }

    async fn lease(&mut self, queues: &[usize], items: u32) {
        self.model.revive();
        let asked = LeaseRequest {
            tenant: self.tenant,
            principal: WORKER,
            request_id: None,
            case: None,
            queues: queues.iter().map(|queue| QUEUES[*queue].to_owned()).collect(),
            max_items: items,
            lease_duration: LEASE,
            wait_duration: Duration::ZERO,
            skills: Vec::new(),
            languages: Vec::new(),
            leases_max: 1_000,
        };
        let leased = self.store().lease_items(asked).await.unwrap();
        for entry in &leased {
            let expected = self.model.next(queues);
            assert_eq!(Some(entry.case), expected, "the order is the definition");
            self.given(entry);
        }
        if leased.len() < items as usize {
            assert_eq!(self.model.next(queues), None, "something was ready and not leased");
        }
    }

    fn given(&mut self, entry: &QueueEntry) {
        let (lease, expire) = entry.lease.unwrap();
        let item = self.model.items.get_mut(&entry.case).unwrap();
        assert_eq!(item.state, ItemState::Ready, "at most one live lease an item");
        item.attempts += 1;
        item.epoch += 1;
        (item.state, item.lease, item.ready_time) = (ItemState::Leased, Some(lease), expire);
        assert_eq!((entry.epoch, entry.attempts, expire), (item.epoch, item.attempts, self.model.now + LEASE));
        self.model.given.push((lease, entry.epoch, entry.case));
    }

    /// A lease that was once given, as its holder would name it.
    fn handle(&self, which: usize) -> Option<(LeaseHandle, (LeaseId, u64, CaseId))> {
        let count = self.model.given.len();
        let given = self.model.given[which.checked_rem(count)?];
        Some((LeaseHandle { tenant: self.tenant, principal: WORKER, lease: given.0, epoch: given.1 }, given))
    }

    /// What a lease that may not be used any more answers, where `repeated` is how it ended by the very same act.
    fn check_over<T: std::fmt::Debug>(&self, lease: LeaseId, repeated: Option<Ended>, done: &Result<T, StoreError>) {
        match self.model.ended.get(&lease) {
            Some(Ended::Closed) => assert!(matches!(done, Err(StoreError::CaseClosed)), "its holder is told: {done:?}"),
            Some(ended) if Some(*ended) == repeated => {
                assert!(done.is_ok(), "the same again changes nothing: {done:?}");
            }
            _ => assert!(matches!(done, Err(StoreError::LeaseLost)), "a stale epoch is refused: {done:?}"),
        }
    }

    async fn acknowledge(&mut self, which: usize, state: CaseState) {
        let Some((handle, given)) = self.handle(which) else { return };
        let lives = self.model.lives(given);
        let done = self.store().acknowledge_item(handle, state).await;
        if !lives {
            return self.check_over(given.0, Some(Ended::Acknowledged(state)), &done);
        }
        done.unwrap();
        self.model.ended.insert(given.0, Ended::Acknowledged(state));
        let now = self.model.now;
        let item = self.model.items.get_mut(&given.2).unwrap();
        if item.contacted {
            item.attempts = 0;
            item.give_back();
            return;
        }
        let case = self.model.cases.get_mut(&given.2).unwrap();
        case.epoch = item.epoch;
        case.rest(state, true, now);
        self.model.items.remove(&given.2);
    }

    async fn release(&mut self, which: usize, delay: Duration) {
        let Some((handle, given)) = self.handle(which) else { return };
        let lives = self.model.lives(given);
        let done = self.store().release_item(handle, delay).await;
        if !lives {
            return self.check_over(given.0, Some(Ended::Released), &done);
        }
        done.unwrap();
        self.model.ended.insert(given.0, Ended::Released);
        let now = self.model.now;
        let item = self.model.items.get_mut(&given.2).unwrap();
        item.give_back();
        if item.state == ItemState::Ready && !delay.is_zero() {
            (item.state, item.ready_time) = (ItemState::Delayed, now + delay);
        }
    }

    async fn renew(&mut self, which: usize) {
        let Some((handle, given)) = self.handle(which) else { return };
        let lives = self.model.lives(given);
        let renewed = self.store().renew_lease(handle, LEASE).await;
        if lives {
            renewed.unwrap();
            self.model.items.get_mut(&given.2).unwrap().ready_time = self.model.now + LEASE;
        } else {
            self.check_over(given.0, None, &renewed);
        }
    }

    async fn bump(&mut self, which: usize) {
        let Some(at) = which.checked_rem(self.model.items.len()) else { return };
        let (case, item) = self.model.items.iter_mut().nth(at).unwrap();
        item.lane = item.lane.min(Lane::Express);
        let (tenant, reason) = (self.tenant, BumpReason::Other);
        let (request_id, leased_only, budget) = (None, false, u32::MAX);
        let asked = BumpRequest { tenant, principal: WORKER, request_id, case: *case, reason, leased_only, budget };
        let lane = item.lane;
        let bumped = self.store().bump_item(asked).await.unwrap();
        assert_eq!(bumped.entry.unwrap().lane, lane);
    }

    /// None is lost, and every state is the model's.
    async fn compare(&mut self) {
        self.look_at_the_time();
        self.lease(&[0], 0).await;
        let mut listed = BTreeMap::new();
        for queue in QUEUES {
            let page = self.store().list_items(self.tenant, queue.to_owned(), 10_000, None).await.unwrap();
            let row = |entry: &QueueEntry| (entry.lane, entry.state, entry.epoch, entry.due_time, entry.enter_time);
            listed.extend(page.items.iter().map(|entry| (entry.case, row(entry))));
        }
        let row = |item: &Item| (item.lane, item.state, item.epoch, item.key.due_time, item.key.enter_time);
        let expected: BTreeMap<_, _> = self.model.items.iter().map(|(case, item)| (*case, row(item))).collect();
        assert_eq!(listed, expected);
        for (id, case) in &self.model.cases {
            let read = self.read(*id).await;
            let stored = read.clocks.unwrap();
            assert_eq!(
                (read.state, read.level, read.value, read.emergency),
                (case.state, case.level, case.value, case.emergency)
            );
            let running = |one: &triaged::queue::Running| (one.start, one.due);
            let clocks = (stored.reply.as_ref().map(running), stored.resolution.as_ref().map(running), stored.stopped);
            assert_eq!(clocks, (case.reply, case.resolution, case.stopped), "{id}");
        }
    }
}

/// Histories and their length.
fn counts() -> (u32, usize) {
    if std::env::var_os("TRIAGED_SOAK").is_some() { (100, 1_000) } else { (8, 150) }
}

#[test]
fn histories_are_those_of_the_model() {
    let (cases, length) = counts();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 200, ..Config::default() };
    TestRunner::new(config)
        .run(&prop::collection::vec(act(), length), |acts| {
            runtime.block_on(async {
                let mut bench = Bench::new().await;
                for act in &acts {
                    bench.act(act).await;
                }
                bench.compare().await;
            });
            Ok(())
        })
        .unwrap();
}
