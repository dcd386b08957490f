//! The queue: order, lanes, matching, leases with their fence and their end.

use std::time::Duration;

use triaged::{
    assessment::Level,
    policy::Target,
    queue::{ATTEMPTS_MAX, ItemState, Lane},
    store::{CaseState, LeaseHandle, LeaseRequest, QueueEntry, StoreError},
    text::Language,
    time::Clock,
};

use super::{Bench, DAY, MINUTE, OTHER_WORKER, START, WORKER, draft::Draft};
use crate::assert_error;

/// Leases `count` items one by one; the values of their cases.
async fn values(bench: &Bench, count: usize) -> Vec<u16> {
    let mut values = Vec::new();
    for _ in 0..count {
        values.push(bench.lease_one().await.value);
    }
    values
}

pub(crate) async fn due_time_then_value_then_age(bench: Bench) {
    let base = bench.draft();
    for (target, value) in [(3, 10), (1, 20), (2, 30), (2, 90), (1, 21)] {
        let draft = Draft { target: target * MINUTE, value, ..base.clone() };
        bench.store.submit(draft.submission()).await.unwrap();
    }
    assert_eq!(values(&bench, 5).await, [21, 20, 90, 30, 10]);
    assert!(bench.lease(bench.ask()).await.is_empty());
}

pub(crate) async fn items_of_one_due_time_and_value_go_by_age(bench: Bench) {
    let mut cases = Vec::new();
    for seconds in 0..4 {
        let target = Duration::from_secs(60 - seconds);
        cases.push(bench.submit(&Draft { target, ..bench.draft() }).await.0.case);
        bench.clock.advance(Duration::from_secs(1));
    }
    let leased = bench.lease(LeaseRequest { max_items: 9, ..bench.ask() }).await;
    assert_eq!(leased.iter().map(|entry| entry.case).collect::<Vec<_>>(), cases);
}

pub(crate) async fn of_four_leases_three_are_emergencies(bench: Bench) {
    for value in 1..=6 {
        let emergency = Draft { emergency: true, level: Level::Urgent, value: 1000 - value, ..bench.draft() };
        bench.store.submit(emergency.submission()).await.unwrap();
        bench.store.submit(Draft { value: 100 - value, ..bench.draft() }.submission()).await.unwrap();
    }
    let listed = bench.store.list_items(bench.tenant, "default".to_owned(), 100, None).await.unwrap().items;
    let listed: Vec<u16> = listed.iter().map(|entry| entry.value).collect();
    let expected = [999, 998, 997, 99, 996, 995, 994, 98, 97, 96, 95, 94];
    assert_eq!(listed, expected, "the list tells the order of leasing");
    let mut leased = values(&bench, 2).await;
    let batch = bench.lease(LeaseRequest { max_items: 4, ..bench.ask() }).await;
    leased.extend(batch.iter().map(|entry| entry.value));
    leased.extend(values(&bench, 6).await);
    assert_eq!(leased, expected, "the streak goes on from lease to lease");
}

pub(crate) async fn urgent_items_pass_an_overdue_backlog(bench: Bench) {
    for value in 1..=5 {
        bench.store.submit(Draft { value: 100 - value, target: MINUTE, ..bench.draft() }.submission()).await.unwrap();
    }
    bench.clock.advance(DAY);
    for value in 1..=2 {
        let urgent = Draft { level: Level::Urgent, value: 900 - value, ..bench.draft() };
        bench.store.submit(urgent.submission()).await.unwrap();
    }
    assert_eq!(values(&bench, 4).await, [899, 898, 99, 98]);
}

pub(crate) async fn lanes_come_before_the_preference_of_queues(bench: Bench) {
    let base = bench.draft();
    for (queue, emergency, level, value) in [
        ("first", false, Level::Normal, 10),
        ("first", false, Level::Normal, 9),
        ("second", true, Level::Urgent, 30),
        ("second", false, Level::Urgent, 20),
        ("second", false, Level::Normal, 40),
    ] {
        bench.store.submit(Draft { queue, level, value, emergency, ..base.clone() }.submission()).await.unwrap();
    }
    let queues = vec!["first".to_owned(), "second".to_owned()];
    let leased = bench.lease(LeaseRequest { queues, max_items: 9, ..bench.ask() }).await;
    assert_eq!(leased.iter().map(|entry| entry.value).collect::<Vec<_>>(), [30, 20, 10, 9, 40]);
}

pub(crate) async fn queues_are_asked_in_order_of_preference(bench: Bench) {
    for (queue, value) in [("low", 9), ("high", 5), ("high", 4)] {
        bench.store.submit(Draft { queue, value, ..bench.draft() }.submission()).await.unwrap();
    }
    let ask = |queues: &[&str], max_items| LeaseRequest {
        queues: queues.iter().map(|&queue| queue.to_owned()).collect(),
        max_items,
        ..bench.ask()
    };
    assert!(bench.lease(ask(&["default"], 1)).await.is_empty());
    let leased = bench.lease(ask(&["high", "low", "high"], 9)).await;
    assert_eq!(leased.iter().map(|entry| entry.value).collect::<Vec<_>>(), [5, 4, 9]);
}

pub(crate) async fn skills_and_languages_must_suit(bench: Bench) {
    let base = bench.draft();
    for (value, skills, language) in [
        (90, vec!["billing", "refunds"], Some(Language::German)),
        (80, vec!["billing"], Some(Language::English)),
        (70, vec![], Some(Language::German)),
        (60, vec![], None),
    ] {
        let draft = Draft { skills, language, value, ..base.clone() };
        bench.store.submit(draft.submission()).await.unwrap();
    }
    let rows: [(&[&str], &[Language], &[u16]); 5] = [
        (&[], &[Language::English], &[60]),
        (&["billing"], &[Language::English], &[80, 60]),
        (&["billing"], &[], &[80, 70, 60]),
        (&["refunds"], &[Language::German], &[70, 60]),
        (&["refunds", "billing", "x"], &[Language::German, Language::English], &[90, 80, 70, 60]),
    ];
    for (skills, languages, expected) in rows {
        let skills = skills.iter().map(|&skill| skill.to_owned()).collect();
        let ask = LeaseRequest { skills, languages: languages.to_vec(), max_items: 9, ..bench.ask() };
        let leased = bench.lease(ask).await;
        assert_eq!(leased.iter().map(|entry| entry.value).collect::<Vec<_>>(), expected);
        for entry in &leased {
            bench.store.release_item(bench.handle(entry), Duration::ZERO).await.unwrap();
        }
    }
}

pub(crate) async fn a_lease_tells_everything_of_its_item(bench: Bench) {
    let draft = Draft { level: Level::High, value: 4321, ..bench.draft() };
    let (case, _) = bench.submit(&draft).await;
    bench.clock.advance(MINUTE);
    let entry = bench.lease_one().await;
    let (lease, expire) = entry.lease.expect("it is leased");
    assert_eq!(expire, START + 6 * MINUTE);
    let expected = QueueEntry {
        case: case.case,
        lease: Some((lease, expire)),
        epoch: 1,
        queue: "default".to_owned(),
        lane: Lane::Regular,
        state: ItemState::Leased,
        enter_time: START,
        due_time: START + draft.target,
        level: Level::High,
        value: 4321,
        label: draft.label,
        channel: draft.channel,
        tier: draft.tier,
        language: draft.language,
        attempts: 1,
        target: Target::FirstResponse,
        paused: Duration::ZERO,
        bump: None,
    };
    assert_eq!(entry, expected);
    let listed = bench.store.list_items(bench.tenant, "default".to_owned(), 9, None).await.unwrap();
    assert_eq!(listed.items, [expected]);
}

pub(crate) async fn a_lease_ends_and_its_fence_holds(bench: Bench) {
    bench.submit(&bench.draft()).await;
    let first = bench.lease_one().await;
    bench.clock.advance(5 * MINUTE);
    assert_error!(bench.acknowledge(&first).await, StoreError::LeaseLost);
    let renewed = bench.store.renew_lease(bench.handle(&first), MINUTE).await;
    assert_error!(renewed, StoreError::LeaseLost);
    let second = bench.lease_one().await;
    assert_eq!((second.epoch, second.attempts), (2, 2));
    assert_ne!(second.lease, first.lease);
    assert_error!(bench.acknowledge(&first).await, StoreError::LeaseLost);
    assert_error!(bench.store.release_item(bench.handle(&first), MINUTE).await, StoreError::LeaseLost);
    let stale = LeaseHandle { epoch: 1, ..bench.handle(&second) };
    assert_error!(bench.store.acknowledge_item(stale, CaseState::Resolved).await, StoreError::LeaseLost);
    bench.acknowledge(&second).await.unwrap();
}

pub(crate) async fn a_clock_set_back_extends_no_lease(bench: Bench) {
    bench.submit(&bench.draft()).await;
    let entry = bench.lease_one().await;
    bench.clock.advance(5 * MINUTE);
    assert!(bench.lease(LeaseRequest { queues: vec!["none".to_owned()], ..bench.ask() }).await.is_empty());
    bench.clock.set(START);
    assert_error!(bench.acknowledge(&entry).await, StoreError::LeaseLost);
}

pub(crate) async fn leases_of_others_are_not_found(bench: Bench) {
    bench.submit(&bench.draft()).await;
    let entry = bench.lease_one().await;
    let own = bench.handle(&entry);
    let absent = LeaseHandle { lease: triaged::id::LeaseId(uuid::Uuid::from_u128(5)), ..own };
    for handle in [LeaseHandle { principal: OTHER_WORKER, ..own }, LeaseHandle { tenant: bench.other, ..own }, absent] {
        assert_error!(bench.store.renew_lease(handle, MINUTE).await, StoreError::NotFound);
        assert_error!(bench.store.release_item(handle, MINUTE).await, StoreError::NotFound);
        let acknowledged = bench.store.acknowledge_item(handle, CaseState::Resolved).await;
        assert_error!(acknowledged, StoreError::NotFound);
    }
    assert!(bench.lease(LeaseRequest { tenant: bench.other, ..bench.ask() }).await.is_empty());
    bench.acknowledge(&entry).await.unwrap();
}

pub(crate) async fn a_renewed_lease_lives_on(bench: Bench) {
    bench.submit(&bench.draft()).await;
    let entry = bench.lease_one().await;
    bench.clock.advance(4 * MINUTE);
    let renewed = bench.store.renew_lease(bench.handle(&entry), 5 * MINUTE).await.unwrap();
    assert_eq!(renewed.lease.expect("it is leased").1, START + 9 * MINUTE);
    assert_eq!((renewed.epoch, renewed.attempts), (1, 1));
    bench.clock.advance(4 * MINUTE);
    assert!(bench.lease(bench.ask()).await.is_empty());
    bench.acknowledge(&entry).await.unwrap();
}

pub(crate) async fn acknowledging_ends_the_work(bench: Bench) {
    for state in [CaseState::Resolved, CaseState::Pending] {
        let (case, _) = bench.submit(&bench.draft()).await;
        let entry = bench.lease_one().await;
        bench.store.acknowledge_item(bench.handle(&entry), state).await.unwrap();
        let after = bench.case(&case).await;
        assert_eq!((after.state, after.queued), (state, None));
        assert!(after.version > case.version);
        bench.store.acknowledge_item(bench.handle(&entry), state).await.expect("the same again changes nothing");
        assert_eq!(bench.case(&case).await, after);
        let opposite = bench.store.acknowledge_item(bench.handle(&entry), CaseState::Open).await;
        assert_error!(opposite, StoreError::LeaseLost);
        assert_error!(bench.store.renew_lease(bench.handle(&entry), MINUTE).await, StoreError::LeaseLost);
    }
    assert!(bench.lease(bench.ask()).await.is_empty());
}

pub(crate) async fn who_writes_during_a_lease_waits_again_after_it(bench: Bench) {
    let draft = Draft { case_ref: Some("c-1"), ..bench.draft() };
    let (case, _) = bench.submit(&draft).await;
    let entry = bench.lease_one().await;
    bench.clock.advance(MINUTE);
    bench.submit(&Draft { level: Level::Urgent, value: 7000, ..draft.clone() }).await;
    assert!(bench.lease(bench.ask()).await.is_empty(), "one lease an item");
    bench.store.renew_lease(bench.handle(&entry), 5 * MINUTE).await.unwrap();
    bench.acknowledge(&entry).await.unwrap();
    bench.acknowledge(&entry).await.expect("the same again changes nothing");
    assert_eq!(bench.case(&case).await.state, CaseState::Open);
    let again = bench.lease_one().await;
    assert_eq!((again.case, again.epoch, again.attempts, again.lane), (case.case, 2, 1, Lane::Express));
    assert_eq!(again.enter_time, entry.enter_time, "its age is kept");
    bench.acknowledge(&again).await.unwrap();
    assert_eq!(bench.case(&case).await.state, CaseState::Resolved);
    let automatic = Draft { automatic: true, ..draft.clone() };
    bench.submit(&draft).await;
    let last = bench.lease_one().await;
    bench.submit(&automatic).await;
    bench.acknowledge(&last).await.unwrap();
    assert_eq!(bench.case(&case).await.state, CaseState::Resolved, "a machine's mail is no contact");
}

pub(crate) async fn an_item_may_be_leased_by_name(bench: Bench) {
    let skills = vec!["billing"];
    bench.submit(&Draft { level: Level::Urgent, ..bench.draft() }).await;
    let (case, _) = bench.submit(&Draft { queue: "else", skills, ..bench.draft() }).await;
    let ask = LeaseRequest { case: Some(case.case), wait_duration: MINUTE, ..bench.ask() };
    let foreign = bench.store.lease_items(LeaseRequest { tenant: bench.other, ..ask.clone() }).await.unwrap();
    assert!(foreign.is_empty());
    let leased = bench.lease(ask.clone()).await;
    assert_eq!(leased.iter().map(|entry| entry.case).collect::<Vec<_>>(), [case.case]);
    assert!(bench.lease(ask).await.is_empty(), "it is leased, and nothing is waited for");
    bench.acknowledge(&leased[0]).await.unwrap();
}

pub(crate) async fn the_fence_goes_on_when_a_case_comes_back(bench: Bench) {
    let draft = Draft { case_ref: Some("c-1"), ..bench.draft() };
    for epoch in 1..=3 {
        bench.submit(&draft).await;
        let entry = bench.lease_one().await;
        assert_eq!((entry.epoch, entry.attempts), (epoch, 1));
        bench.acknowledge(&entry).await.unwrap();
    }
}

pub(crate) async fn a_released_item_keeps_its_age(bench: Bench) {
    bench.store.submit(Draft { value: 90, ..bench.draft() }.submission()).await.unwrap();
    bench.store.submit(Draft { value: 80, ..bench.draft() }.submission()).await.unwrap();
    let first = bench.lease_one().await;
    bench.store.release_item(bench.handle(&first), 10 * MINUTE).await.unwrap();
    assert_error!(bench.acknowledge(&first).await, StoreError::LeaseLost);
    let listed = bench.store.list_items(bench.tenant, "default".to_owned(), 9, None).await.unwrap().items;
    let states: Vec<_> = listed.iter().map(|entry| (entry.value, entry.state)).collect();
    assert_eq!(states, [(90, ItemState::Delayed), (80, ItemState::Ready)]);
    let second = bench.lease_one().await;
    assert_eq!(second.value, 80);
    assert!(bench.lease(bench.ask()).await.is_empty());
    bench.store.release_item(bench.handle(&second), Duration::ZERO).await.unwrap();
    bench.clock.advance(10 * MINUTE);
    let again = bench.lease_one().await;
    assert_eq!((again.value, again.enter_time, again.attempts), (90, first.enter_time, 2));
}

pub(crate) async fn an_item_leased_too_often_is_parked(bench: Bench) {
    let draft = Draft { case_ref: Some("c-1"), ..bench.draft() };
    bench.submit(&draft).await;
    for attempt in 1..=ATTEMPTS_MAX {
        assert_eq!(bench.lease_one().await.attempts, attempt);
        bench.clock.advance(5 * MINUTE);
    }
    assert!(bench.lease(bench.ask()).await.is_empty());
    let listed = bench.store.list_items(bench.tenant, "default".to_owned(), 9, None).await.unwrap().items;
    assert_eq!((listed[0].state, listed[0].lease), (ItemState::Parked, None));
    bench.submit(&draft).await;
    assert!(bench.lease(bench.ask()).await.is_empty(), "a person must look first");
}

pub(crate) async fn a_retried_request_gets_the_same_leases(bench: Bench) {
    for _ in 0..3 {
        bench.store.submit(bench.draft().submission()).await.unwrap();
    }
    let ask = LeaseRequest { request_id: Some(uuid::Uuid::from_u128(9)), max_items: 2, ..bench.ask() };
    let first = bench.lease(ask.clone()).await;
    assert_eq!(first.len(), 2);
    assert_eq!(bench.lease(ask.clone()).await, first);
    let other = bench.store.lease_items(LeaseRequest { max_items: 1, ..ask.clone() }).await;
    assert_error!(other, StoreError::RequestIdReused);
    assert_eq!(bench.lease(LeaseRequest { principal: OTHER_WORKER, ..ask.clone() }).await.len(), 1);
    bench.acknowledge(&first[0]).await.unwrap();
    assert_eq!(bench.lease(ask.clone()).await, first[1..]);
    bench.clock.advance(5 * MINUTE);
    assert!(bench.lease(ask).await.is_empty(), "the leases of that request have ended");
}

pub(crate) async fn an_empty_answer_is_not_remembered(bench: Bench) {
    let ask = LeaseRequest { request_id: Some(uuid::Uuid::from_u128(9)), ..bench.ask() };
    assert!(bench.lease(ask.clone()).await.is_empty());
    bench.submit(&bench.draft()).await;
    assert_eq!(bench.lease(ask).await.len(), 1);
}

pub(crate) async fn who_waits_is_woken_by_a_new_item(bench: Bench) {
    let waiting = bench.store.lease_items(LeaseRequest { wait_duration: MINUTE, ..bench.ask() });
    let submit = async {
        tokio::task::yield_now().await;
        bench.store.submit(bench.draft().submission()).await.unwrap();
    };
    let (leased, ()) = tokio::join!(waiting, submit);
    assert_eq!(leased.unwrap().len(), 1);
}

pub(crate) async fn who_waits_is_woken_when_a_delay_ends(bench: Bench) {
    bench.submit(&bench.draft()).await;
    let entry = bench.lease_one().await;
    bench.store.release_item(bench.handle(&entry), Duration::from_millis(40)).await.unwrap();
    let waiting = bench.store.lease_items(LeaseRequest { wait_duration: MINUTE, ..bench.ask() });
    bench.clock.advance(Duration::from_millis(40));
    assert_eq!(waiting.await.unwrap().len(), 1);
}

pub(crate) async fn one_item_goes_to_one_of_many(bench: Bench) {
    for _ in 0..10 {
        bench.store.submit(bench.draft().submission()).await.unwrap();
    }
    let asks = (0..40).map(|_| bench.store.lease_items(LeaseRequest { principal: WORKER, ..bench.ask() }));
    let answers = futures_util::future::join_all(asks).await;
    let mut cases: Vec<_> = answers.into_iter().flat_map(Result::unwrap).map(|entry| entry.case).collect();
    assert_eq!(cases.len(), 10);
    cases.sort();
    cases.dedup();
    assert_eq!(cases.len(), 10);
}

pub(crate) async fn the_queue_is_listed_in_pages(bench: Bench) {
    for index in 0..7u16 {
        let draft = Draft { emergency: index % 2 == 0, value: 100 - index, ..bench.draft() };
        bench.store.submit(draft.submission()).await.unwrap();
    }
    bench.store.submit(Draft { queue: "else", ..bench.draft() }.submission()).await.unwrap();
    bench.store.submit(Draft { tenant: bench.other, ..bench.draft() }.submission()).await.unwrap();
    let list =
        async |limit, after| bench.store.list_items(bench.tenant, "default".to_owned(), limit, after).await.unwrap();
    let whole = list(100, None).await;
    assert_eq!((whole.items.len(), whole.next), (7, None));
    let (mut seen, mut after) = (Vec::new(), None);
    for expected in [3, 3, 1] {
        let page = list(3, after).await;
        assert_eq!(page.items.len(), expected);
        seen.extend(page.items);
        after = page.next;
    }
    assert_eq!((seen, after), (whole.items, None));
}

pub(crate) async fn service_time_is_kept(bench: Bench) {
    bench.clock.advance(MINUTE);
    bench.submit(&bench.draft()).await;
    let before = bench.clock.now();
    bench.clock.set(START);
    let (case, _) = bench.submit(&bench.draft()).await;
    assert!(case.create_time >= before);
}
