//! Moving items forward, within a budget; and how many leases one may hold.

use std::time::Duration;

use triaged::{
    assessment::Level,
    id::CaseId,
    queue::{BumpReason, ItemState, Lane},
    store::{BumpRequest, Bumped, LeaseRequest, QueueEntry, StoreError},
};
use uuid::Uuid;

use super::{Bench, DAY, MINUTE, OTHER_WORKER, WORKER, draft::Draft};
use crate::assert_error;

impl Bench {
    fn bump_of(&self, case: CaseId) -> BumpRequest {
        BumpRequest {
            tenant: self.tenant,
            principal: WORKER,
            request_id: None,
            case,
            reason: BumpReason::Escalation,
            leased_only: false,
            budget: 2,
        }
    }

    async fn bump(&self, request: BumpRequest) -> Result<Bumped, StoreError> {
        self.store.bump_item(request).await
    }

    async fn listed(&self) -> Vec<QueueEntry> {
        self.store.list_items(self.tenant, "default".to_owned(), 100, None).await.unwrap().items
    }
}

pub(crate) async fn a_bump_moves_into_the_express_lane_and_keeps_the_due_time(bench: Bench) {
    let early = Draft { value: 500, target: MINUTE, ..bench.draft() };
    let (late, _) = bench.submit(&Draft { value: 1, target: DAY, ..bench.draft() }).await;
    bench.submit(&early).await;
    bench.submit(&Draft { level: Level::Urgent, value: 7000, ..early.clone() }).await;
    bench.submit(&Draft { emergency: true, level: Level::Urgent, value: 9000, ..early.clone() }).await;
    let Bumped { entry, left } = bench.bump(bench.bump_of(late.case)).await.unwrap();
    let entry = entry.unwrap();
    assert_eq!(
        (entry.lane, entry.state, entry.bump, left),
        (Lane::Express, ItemState::Ready, Some(BumpReason::Escalation), 1)
    );
    let order: Vec<_> = bench.listed().await.iter().map(|entry| (entry.value, entry.bump)).collect();
    let bumped = (1, Some(BumpReason::Escalation));
    assert_eq!(
        order,
        [(9000, None), (7000, None), bumped, (500, None)],
        "before what is regular, behind what is urgent"
    );
    let leased = bench.lease(LeaseRequest { max_items: 4, ..bench.ask() }).await;
    assert_eq!(leased.iter().map(|entry| (entry.value, entry.bump)).collect::<Vec<_>>(), order);
    assert_eq!(leased[2].due_time, entry.due_time, "what was promised stays promised");
}

pub(crate) async fn a_bump_spends_a_daily_budget_of_its_own_person(bench: Bench) {
    let mut cases = Vec::new();
    for _ in 0..4 {
        cases.push(bench.submit(&bench.draft()).await.0.case);
    }
    let of = |at: usize| bench.bump_of(cases[at]);
    assert_eq!(bench.bump(of(0)).await.unwrap().left, 1);
    assert_eq!(bench.bump(of(0)).await.unwrap().left, 1, "it stands there already");
    bench.clock.advance(MINUTE);
    assert_eq!(bench.bump(of(1)).await.unwrap().left, 0);
    assert_error!(bench.bump(of(2)).await, StoreError::BudgetSpent);
    assert_eq!(bench.bump(BumpRequest { principal: OTHER_WORKER, ..of(2) }).await.unwrap().left, 1);
    assert_error!(bench.bump(BumpRequest { budget: 0, ..of(3) }).await, StoreError::BudgetSpent);
    bench.clock.advance(DAY.checked_sub(MINUTE).unwrap());
    assert_eq!(bench.bump(of(3)).await.unwrap().left, 0, "the first is a day old");
    let lanes: Vec<_> = bench.listed().await.iter().map(|entry| entry.lane).collect();
    assert_eq!(lanes, [Lane::Express; 4]);
}

pub(crate) async fn a_retried_bump_spends_nothing_more(bench: Bench) {
    let (case, _) = bench.submit(&bench.draft()).await;
    let asked = BumpRequest { request_id: Some(Uuid::from_u128(7)), ..bench.bump_of(case.case) };
    let first = bench.bump(asked).await.unwrap();
    assert_eq!(bench.bump(asked).await.unwrap(), first);
    let other = BumpRequest { reason: BumpReason::Other, ..asked };
    assert_error!(bench.bump(other).await, StoreError::RequestIdReused);
    let entry = bench.lease_one().await;
    bench.acknowledge(&entry).await.unwrap();
    assert_eq!(bench.bump(asked).await.unwrap(), Bumped { entry: None, left: 1 });
    assert_error!(bench.bump(bench.bump_of(case.case)).await, StoreError::NotQueued);
}

pub(crate) async fn who_may_not_see_an_item_does_not_move_it(bench: Bench) {
    let (case, _) = bench.submit(&Draft { case_ref: Some("c-1"), ..bench.draft() }).await;
    let held = BumpRequest { leased_only: true, ..bench.bump_of(case.case) };
    assert_error!(bench.bump(held).await, StoreError::NotFound);
    assert_error!(bench.bump(BumpRequest { tenant: bench.other, ..held }).await, StoreError::NotFound);
    assert_error!(bench.bump(bench.bump_of(CaseId(Uuid::from_u128(1)))).await, StoreError::NotFound);
    let entry = bench.lease_one().await;
    assert_error!(bench.bump(BumpRequest { principal: OTHER_WORKER, ..held }).await, StoreError::NotFound);
    assert_eq!(bench.bump(held).await.unwrap().entry.unwrap().state, ItemState::Leased);
    bench.store.release_item(bench.handle(&entry), Duration::ZERO).await.unwrap();
    let again = bench.lease_one().await;
    assert_eq!((again.lane, again.bump), (Lane::Express, Some(BumpReason::Escalation)));
    bench.clock.advance(DAY);
    assert_error!(bench.bump(held).await, StoreError::NotFound);
    let last = bench.lease_one().await;
    bench.acknowledge(&last).await.unwrap();
    bench.submit(&Draft { case_ref: Some("c-1"), ..bench.draft() }).await;
    let back = bench.lease_one().await;
    assert_eq!((back.lane, back.bump), (Lane::Regular, None), "a bump is for one stay in the queue");
}

pub(crate) async fn a_worker_holds_no_more_leases_than_it_may(bench: Bench) {
    for _ in 0..5 {
        bench.submit(&bench.draft()).await;
    }
    let ask = |max_items, leases_max| LeaseRequest { max_items, leases_max, ..bench.ask() };
    let first = bench.lease(ask(9, 2)).await;
    assert_eq!(first.len(), 2, "as many as there is room for");
    assert_error!(bench.store.lease_items(ask(1, 2)).await, StoreError::CapacityReached);
    let named = LeaseRequest { case: Some(first[0].case), ..ask(1, 2) };
    assert_error!(bench.store.lease_items(named).await, StoreError::CapacityReached);
    assert_eq!(bench.lease(LeaseRequest { principal: OTHER_WORKER, ..ask(1, 2) }).await.len(), 1);
    assert_eq!(bench.lease(ask(9, 3)).await.len(), 1);
    bench.acknowledge(&first[0]).await.unwrap();
    bench.store.release_item(bench.handle(&first[1]), DAY).await.unwrap();
    assert_eq!(bench.lease(ask(1, 2)).await.len(), 1, "an end makes room");
    bench.clock.advance(5 * MINUTE);
    assert_eq!(bench.lease(ask(9, 2)).await.len(), 2, "so does the end of a lease by itself");
}
