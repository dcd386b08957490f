//! Service-level clocks: which run, how they stop, move and end.

use std::time::Duration;

use triaged::{
    assessment::Level,
    policy::{Policy, Target},
    queue::{DueCause, ServiceTime},
    store::{
        Breakdown, CaseChange, CaseRecord, CaseState, Handling, LeaseRequest, NewPolicy, QueueEntry, StatisticsRequest,
    },
    time::{Clock, Timestamp},
};

use super::{Bench, DAY, MINUTE, START, WORKER, draft::Draft};

const HOUR: Duration = Duration::from_hours(1);

/// What came of the targets of a case: which, open and paused minutes, whether met.
fn ended(case: &CaseRecord) -> Vec<(Target, u64, u64, bool)> {
    let row = |one: &ServiceTime| (one.target, one.open.as_secs() / 60, one.paused.as_secs() / 60, one.is_met());
    case.service_times.iter().map(row).collect()
}

/// Which due time changed, why, and by how many minutes.
fn changed(case: &CaseRecord) -> Vec<(Target, DueCause, i64)> {
    case.due_changes.iter().map(|one| (one.target, one.cause, (one.due.0 - one.before.0) / 60_000_000)).collect()
}

async fn listed(bench: &Bench) -> Vec<QueueEntry> {
    bench.store.list_items(bench.tenant, "default".to_owned(), 9, None).await.unwrap().items
}

async fn answer(bench: &Bench, state: CaseState) {
    let entry = bench.lease_one().await;
    bench.store.acknowledge_item(bench.handle(&entry), state).await.unwrap();
}

pub(crate) async fn the_first_response_ends_with_the_answer(bench: Bench) {
    let (case, _) = bench.submit(&bench.draft()).await;
    let running = case.clocks.unwrap();
    let reply = running.reply.unwrap();
    assert_eq!((reply.target, reply.start, reply.due), (Target::FirstResponse, START, START + HOUR));
    assert_eq!(running.resolution.unwrap().due, START + 7 * DAY, "five working days of eight hours");
    bench.clock.advance(30 * MINUTE);
    answer(&bench, CaseState::Pending).await;
    let case = bench.case(&case).await;
    assert_eq!(ended(&case), [(Target::FirstResponse, 30, 0, true)]);
    assert_eq!((case.clocks.unwrap().reply, case.clocks.unwrap().stopped), (None, Some(START + 30 * MINUTE)));
}

pub(crate) async fn a_contact_after_an_answer_has_a_due_time_of_its_own(bench: Bench) {
    let draft = Draft { case_ref: Some("c-1"), ..bench.draft() };
    bench.submit(&draft).await;
    bench.clock.advance(30 * MINUTE);
    answer(&bench, CaseState::Pending).await;
    bench.clock.advance(DAY);
    let (case, _) = bench.submit(&draft).await;
    // 480 open minutes from Tuesday 10:30 are over on Wednesday at 10:30.
    let (enter, due) = (START + DAY + 30 * MINUTE, START + 2 * DAY + 30 * MINUTE);
    assert_eq!(case.queued, Some((enter, due)));
    assert_eq!(listed(&bench).await[0].target, Target::NextReply);
    assert_eq!(changed(&case), [(Target::Resolution, DueCause::Resumed, 24 * 60)], "the day of the pause");
    bench.clock.advance(2 * DAY);
    answer(&bench, CaseState::Resolved).await;
    let case = bench.case(&case).await;
    let expected = [
        (Target::FirstResponse, 30, 0, true),
        (Target::NextReply, 2 * 8 * 60, 0, false),
        (Target::Resolution, 2 * 8 * 60 + 30, 8 * 60, true),
    ];
    assert_eq!(ended(&case), expected);
}

pub(crate) async fn a_pause_by_hand_moves_the_due_time(bench: Bench) {
    let (case, _) = bench.submit(&Draft { level: Level::Urgent, ..bench.draft() }).await;
    bench.clock.advance(20 * MINUTE);
    let pending = bench.set_state(&case, CaseState::Pending).await;
    assert_eq!((pending.state, pending.queued), (CaseState::Pending, None));
    assert!(listed(&bench).await.is_empty());
    bench.clock.advance(DAY);
    let open = bench.set_state(&pending, CaseState::Open).await;
    assert_eq!(open.queued, Some((START, START + DAY + HOUR)), "round the clock, and its age is kept");
    let item = listed(&bench).await.remove(0);
    assert_eq!((item.target, item.paused), (Target::FirstResponse, DAY));
    let case = bench.case(&case).await;
    let day = 24 * 60;
    let expected = [Target::FirstResponse, Target::Resolution].map(|target| (target, DueCause::Resumed, day));
    assert_eq!(changed(&case), expected);
    bench.clock.advance(30 * MINUTE);
    answer(&bench, CaseState::Pending).await;
    assert_eq!(ended(&bench.case(&case).await), [(Target::FirstResponse, 50, 24 * 60, true)]);
}

pub(crate) async fn who_writes_during_a_pause_waits_no_longer_than_before(bench: Bench) {
    let draft = Draft { case_ref: Some("c-1"), level: Level::Urgent, target: 4 * HOUR, ..bench.draft() };
    let (case, _) = bench.submit(&draft).await;
    bench.set_state(&case, CaseState::Pending).await;
    bench.clock.advance(2 * HOUR);
    let (case, _) = bench.submit(&draft).await;
    assert_eq!(case.queued, Some((START + 2 * HOUR, START + 6 * HOUR)), "still the first response, moved by the pause");
    let (case, _) = bench.submit(&Draft { target: HOUR, ..draft }).await;
    assert_eq!(case.queued, Some((START + 2 * HOUR, START + 3 * HOUR)));
    assert_eq!(changed(&case)[2], (Target::FirstResponse, DueCause::Contact, -180));
}

pub(crate) async fn a_case_that_is_opened_again_goes_on_with_its_resolution(bench: Bench) {
    let draft = Draft { case_ref: Some("c-1"), level: Level::Urgent, ..bench.draft() };
    let (case, _) = bench.submit(&draft).await;
    bench.clock.advance(2 * HOUR);
    answer(&bench, CaseState::Resolved).await;
    let resolved = bench.case(&case).await;
    assert_eq!(ended(&resolved), [(Target::FirstResponse, 120, 0, false), (Target::Resolution, 120, 0, true)]);
    bench.clock.advance(DAY);
    let (open, _) = bench.submit(&draft).await;
    let now = START + DAY + 2 * HOUR;
    assert_eq!(open.queued, Some((now, now + HOUR)), "the next reply of an urgent query");
    bench.clock.advance(HOUR);
    answer(&bench, CaseState::Resolved).await;
    let expected = [(Target::NextReply, 60, 0, true), (Target::Resolution, 180, 24 * 60, true)];
    assert_eq!(ended(&bench.case(&case).await)[2..], expected);
    let reopened = bench.set_state(&bench.case(&case).await, CaseState::Open).await;
    let resolution = reopened.clocks.unwrap().resolution.unwrap();
    assert_eq!(reopened.queued, Some((START, resolution.due)), "nobody waits for an answer: the resolution decides");
}

pub(crate) async fn an_acknowledgement_beside_a_new_contact_is_no_answer(bench: Bench) {
    let draft = Draft { case_ref: Some("c-1"), ..bench.draft() };
    let (case, _) = bench.submit(&draft).await;
    let entry = bench.lease_one().await;
    bench.submit(&draft).await;
    bench.acknowledge(&entry).await.unwrap();
    let case = bench.case(&case).await;
    assert_eq!((case.state, ended(&case)), (CaseState::Open, Vec::new()));
    assert_eq!(case.clocks.unwrap().reply.unwrap().target, Target::FirstResponse);
}

pub(crate) async fn what_was_never_queued_has_no_clocks(bench: Bench) {
    for handling in [Handling::InProgress, Handling::Closed, Handling::Historical] {
        let (case, _) = bench.submit(&Draft { handling, ..bench.draft() }).await;
        assert_eq!(case.clocks, None, "{handling:?}");
    }
    let (case, _) = bench.submit(&Draft { handling: Handling::FollowUp, ..bench.draft() }).await;
    assert_eq!(
        case.clocks.unwrap().reply.unwrap().target,
        Target::NextReply,
        "the conversation was the first response"
    );
}

pub(crate) async fn the_targets_are_those_of_the_live_policy(bench: Bench) {
    let mut policy = Policy::default();
    policy.targets.next_reply_minutes[0].1 = [4, 3, 2, 1];
    let new = NewPolicy { tenant: bench.tenant, principal: WORKER, expected: None, policy, shadow: false };
    let draft = Draft { case_ref: Some("c-1"), ..bench.draft() };
    bench.submit(&draft).await;
    answer(&bench, CaseState::Pending).await;
    bench.store.put_policy(NewPolicy { shadow: true, ..new.clone() }).await.unwrap();
    let (case, _) = bench.submit(&draft).await;
    assert_eq!(case.queued.unwrap().1, START + DAY, "a shadow decides nothing");
    bench.store.put_policy(new).await.unwrap();
    answer(&bench, CaseState::Pending).await;
    let (case, _) = bench.submit(&draft).await;
    assert_eq!(case.queued.unwrap().1, START + 3 * MINUTE);
}

pub(crate) async fn a_tier_that_is_set_moves_the_due_time(bench: Bench) {
    let (case, _) = bench.submit(&Draft { level: Level::Urgent, ..bench.draft() }).await;
    let tier = triaged::assessment::Tier::Vip;
    let vip = bench.update(&case, CaseChange { tier: Some(tier), ..CaseChange::default() }).await.unwrap();
    assert_eq!((vip.tier, vip.queued), (tier, Some((START, START + 15 * MINUTE))));
    let expected =
        [(Target::FirstResponse, DueCause::Assessed, -45), (Target::Resolution, DueCause::Assessed, 120 - 480)];
    assert_eq!(changed(&bench.case(&case).await), expected);
}

pub(crate) async fn what_targets_came_to_is_counted_by_day(bench: Bench) {
    let count = async |breakdown| {
        let day = START.0 - START.0.rem_euclid(86_400_000_000);
        let (start, end) = (Timestamp(day), Timestamp(day + 86_400_000_000));
        let asked = StatisticsRequest { tenant: bench.tenant, principal: WORKER, start, end, breakdown };
        let days = bench.store.count_interactions(asked).await.unwrap().publish();
        let cells = days.into_iter().flat_map(|day| day.cells);
        cells.map(|cell| (cell.key, cell.count)).collect::<Vec<_>>()
    };
    for _ in 0..24 {
        bench.store.submit(bench.draft().submission()).await.unwrap();
    }
    let done = async |max_items| {
        for entry in bench.lease(LeaseRequest { max_items, ..bench.ask() }).await {
            bench.acknowledge(&entry).await.unwrap();
        }
    };
    assert_eq!(count(Breakdown::Outcome(Target::FirstResponse)).await, []);
    bench.clock.advance(10 * MINUTE);
    done(12).await;
    bench.clock.advance(2 * HOUR);
    done(12).await;
    let cell = |key: &str| (key.to_owned(), Some(10));
    assert_eq!(count(Breakdown::Outcome(Target::FirstResponse)).await, [cell("breached"), cell("met")]);
    assert_eq!(count(Breakdown::Time(Target::FirstResponse)).await, [cell("up_to_15m"), cell("up_to_4h")]);
    assert_eq!(count(Breakdown::Outcome(Target::Resolution)).await, [("met".to_owned(), Some(20))]);
    assert_eq!(count(Breakdown::Outcome(Target::NextReply)).await, []);
    assert!(bench.clock.now() > START);
}
