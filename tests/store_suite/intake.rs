//! Submitting: everything comes back as it went in, and the same request changes nothing twice.

use std::sync::{Arc, Mutex};

use triaged::{
    assessment::{AssessmentInput, Factor, InputTurn, Label, Level, Tier},
    conversation::Channel,
    store::{CaseState, Handling, InteractionContent, LiveChange, StoreError, Submission},
    text::Language,
};

use super::{
    Bench, DAY, INTAKE, MINUTE, OTHER_WORKER, START,
    draft::{Draft, source_ref},
};
use crate::assert_error;

pub(crate) async fn everything_comes_back(bench: Bench) {
    let draft = Draft {
        source_ref: Some("i-1"),
        source_version: 4,
        case_ref: Some("c-1"),
        customer_ref: Some("cust-1"),
        skills: vec!["billing", "refunds"],
        channel: Channel::Call,
        tier: Tier::Vip,
        label: Label::Negative,
        level: Level::Urgent,
        emergency: true,
        recording: Some("https://recordings.example/1"),
        ..bench.draft()
    };
    let (case, interaction) = bench.submit(&draft).await;
    let content = draft.content();
    let turn =
        |turn: &triaged::store::StoredTurn| InputTurn { role: turn.role, part: turn.part, text: turn.text.clone() };
    let turns = content.turns.iter().map(turn).collect();
    let expected = InteractionContent { input: AssessmentInput { turns, ..draft.input() }, ..content };
    assert_eq!(interaction.content, expected);
    assert_eq!(interaction.assessment, draft.assessment(0));
    assert_eq!(interaction.receive_time, START);
    assert!(interaction.has_recording);
    assert_eq!(case.source_ref, Some(source_ref("c-1")));
    assert_eq!(case.customer_ref.as_deref(), Some("cust-1"));
    assert_eq!((case.state, case.queue.as_str(), case.tier), (CaseState::Open, "default", Tier::Vip));
    assert_eq!((case.channel, case.language), (Channel::Call, Some(Language::English)));
    assert_eq!((case.label, case.level, case.value), (Label::Negative, Level::Urgent, 2000));
    assert!(case.emergency);
    assert_eq!((case.create_time, case.update_time), (START, START));
    assert_eq!(case.queued, Some((START, START + draft.target)));
    assert_eq!(case.possible_duplicate_of, None);
}

pub(crate) async fn the_same_request_is_stored_once(bench: Bench) {
    let draft = Draft { request_id: Some(7), ..bench.draft() };
    let first = bench.store.submit(draft.submission()).await.unwrap();
    bench.clock.advance(6 * DAY);
    assert_eq!(bench.store.submit(draft.submission()).await.unwrap(), first);
    let later = Draft { occur_time: START + MINUTE, ..draft.clone() };
    assert_eq!(bench.store.submit(later.submission()).await.unwrap(), first, "the time of receipt is no content");
    assert_eq!(bench.cases(bench.tenant).await.len(), 1);
}

pub(crate) async fn a_request_id_with_other_content_is_refused(bench: Bench) {
    let draft = Draft { request_id: Some(7), ..bench.draft() };
    bench.store.submit(draft.submission()).await.unwrap();
    for other in [
        Draft { text: "something else".to_owned(), ..draft.clone() },
        Draft { queue: "sales", ..draft.clone() },
        Draft { recording: Some("https://recordings.example/2"), ..draft.clone() },
        Draft { customer_ref: Some("cust-9"), ..draft.clone() },
        Draft { case_ref: Some("c-9"), ..draft.clone() },
    ] {
        assert_error!(bench.store.submit(other.submission()).await, StoreError::RequestIdReused);
    }
    assert_eq!(bench.cases(bench.tenant).await.len(), 1);
}

pub(crate) async fn request_ids_belong_to_a_principal_and_end_after_seven_days(bench: Bench) {
    let draft = Draft { request_id: Some(7), ..bench.draft() };
    let first = bench.store.submit(draft.submission()).await.unwrap();
    let another = Draft { principal: OTHER_WORKER, ..draft.clone() };
    assert_ne!(bench.store.submit(another.submission()).await.unwrap(), first);
    bench.clock.advance(7 * DAY);
    assert_ne!(bench.store.submit(draft.submission()).await.unwrap(), first);
    assert_eq!(bench.cases(bench.tenant).await.len(), 3);
}

pub(crate) async fn a_source_ref_is_idempotent_for_ever(bench: Bench) {
    let draft = Draft { source_ref: Some("i-1"), source_version: 2, ..bench.draft() };
    let first = bench.store.submit(draft.submission()).await.unwrap();
    bench.clock.advance(400 * DAY);
    for source_version in [2, 1, 0] {
        let again = Draft { source_version, text: "changed".to_owned(), principal: OTHER_WORKER, ..draft.clone() };
        assert_eq!(bench.store.submit(again.submission()).await.unwrap(), first);
    }
    let (case, interaction) = bench.submit(&draft).await;
    assert_eq!(interaction.content.turns, draft.content().turns);
    assert_eq!(case.version, 1);
}

pub(crate) async fn a_higher_source_version_replaces_the_content(bench: Bench) {
    let draft = Draft { source_ref: Some("i-1"), recording: Some("https://r.example/1"), ..bench.draft() };
    let (case, first) = bench.submit(&draft).await;
    let newer =
        Draft { source_version: 5, text: "still nothing".to_owned(), value: 900, recording: None, ..draft.clone() };
    let (same, second) = bench.submit(&newer).await;
    assert_eq!((same.case, second.interaction), (case.case, first.interaction));
    assert_eq!(second.content.turns, newer.content().turns);
    assert_eq!(second.content.source_version, 5);
    assert!(!second.has_recording);
    assert_eq!(second.assessment, newer.assessment(0));
    assert!(same.version > case.version);
    assert_eq!(bench.store.get_case(bench.supervisor(), case.case).await.unwrap().1.len(), 1);
    let stale = Draft { source_version: 4, ..draft };
    bench.store.submit(stale.submission()).await.unwrap();
    assert_eq!(bench.submit(&newer).await.1.content.source_version, 5);
}

pub(crate) async fn a_newer_version_may_close_what_waited(bench: Bench) {
    let draft = Draft { source_ref: Some("i-1"), ..bench.draft() };
    bench.submit(&draft).await;
    let closed = Draft { source_version: 1, handling: Handling::Closed, ..draft };
    let (case, _) = bench.submit(&closed).await;
    assert_eq!((case.state, case.queued), (CaseState::Resolved, None));
    assert!(bench.lease(bench.ask()).await.is_empty());
}

pub(crate) async fn handling_decides_about_queue_and_state(bench: Bench) {
    for (handling, state, queued) in [
        (Handling::Waiting, CaseState::Open, true),
        (Handling::FollowUp, CaseState::Open, true),
        (Handling::InProgress, CaseState::Active, false),
        (Handling::Closed, CaseState::Resolved, false),
        (Handling::Historical, CaseState::Resolved, false),
    ] {
        let (case, interaction) = bench.submit(&Draft { handling, ..bench.draft() }).await;
        assert_eq!((case.state, case.queued.is_some()), (state, queued), "{handling:?}");
        assert_eq!(interaction.content.handling, handling);
    }
}

pub(crate) async fn history_counts_earlier_days_of_people(bench: Bench) {
    let draft = |days: u32, automatic| Draft {
        occur_time: START + days * DAY,
        case_ref: Some("c-1"),
        automatic,
        ..bench.draft()
    };
    let rows = [(0, false, 0), (0, false, 0), (1, false, 1), (2, true, 2), (3, false, 2), (3, false, 2), (1, false, 1)];
    for (days, automatic, expected) in rows {
        let (_, interaction) = bench.submit(&draft(days, automatic)).await;
        assert_eq!(interaction.content.input.repeat_contact_days, expected, "day {days}");
        let factor = Factor { signal: "repeat_days", points: i32::from(expected) };
        assert!(interaction.assessment.priority.factors.contains(&factor));
    }
    for days in 4..40 {
        bench.store.submit(draft(days, false).submission()).await.unwrap();
    }
    let (_, interaction) = bench.submit(&draft(41, false)).await;
    assert_eq!(interaction.content.input.repeat_contact_days, 30);
}

pub(crate) async fn an_unknown_tenant_is_not_found(bench: Bench) {
    let nobody = triaged::id::TenantId(uuid::Uuid::from_u128(99));
    let draft = Draft { tenant: nobody, ..bench.draft() };
    assert_error!(bench.store.submit(draft.submission()).await, StoreError::NotFound);
}

/// The thread that writes is everybody's: it scores nothing that could be foreseen.
pub(crate) async fn a_live_conversation_is_scored_before_it_is_written(bench: Bench) {
    let first = Draft { case_ref: Some("t-1"), ..bench.draft() };
    bench.store.submit(first.submission()).await.unwrap();
    bench.clock.advance(DAY);
    let draft = Draft { request_id: Some(3), handling: Handling::InProgress, case_ref: Some("t-1"), ..bench.draft() };
    let live = bench.store.open_live(draft.submission()).await.unwrap();
    assert_eq!(live.position.repeat_days, 1);
    let here = std::thread::current().id();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let mut after = live.position;
    for reseals in [false, true] {
        let (decide, seen) = (draft.decide(), Arc::clone(&seen));
        let change = LiveChange {
            tenant: bench.tenant,
            principal: INTAKE,
            interaction: live.submission,
            after,
            content: draft.content(),
            new_from: 0,
            reseals,
            closes: None,
            decide: Arc::new(move |input, enter| {
                let is_here = std::thread::current().id() == here;
                seen.lock().unwrap().push((is_here, input.repeat_contact_days));
                decide(input, enter)
            }),
        };
        after = bench.store.change_live(change).await.unwrap();
    }
    assert_eq!(*seen.lock().unwrap(), [(true, 1), (true, 1)]);
    let (_, stored) = bench.store.get_case(bench.supervisor(), bench.cases(bench.tenant).await[0].case).await.unwrap();
    assert_eq!(stored[1].content.input.repeat_contact_days, 1);
}

pub(crate) async fn a_fault_of_one_scoring_is_nobody_elses(bench: Bench) {
    let draft = Draft { case_ref: Some("t-1"), ..bench.draft() };
    bench.store.submit(draft.submission()).await.unwrap();
    bench.clock.advance(DAY);
    let decide = draft.decide();
    let faulty: triaged::store::Decide = Arc::new(move |input, enter| {
        assert_eq!(input.repeat_contact_days, 0, "a fault that shows once the history is known");
        decide(input, enter)
    });
    let again = Draft { case_ref: Some("t-1"), ..bench.draft() };
    let broken = Submission { decide: faulty, ..again.submission() };
    assert_error!(bench.store.submit(broken).await, StoreError::Engine(_));
    assert_eq!(
        bench.store.get_case(bench.supervisor(), bench.cases(bench.tenant).await[0].case).await.unwrap().1.len(),
        1
    );
    assert!(bench.store.submit(again.submission()).await.is_ok());
}

pub(crate) async fn a_closed_store_is_unavailable(bench: Bench) {
    let (case, _) = bench.submit(&bench.draft()).await;
    bench.store.close().await.unwrap();
    assert_error!(bench.store.submit(bench.draft().submission()).await, StoreError::Unavailable(_));
    assert_error!(bench.store.get_case(bench.supervisor(), case.case).await, StoreError::Unavailable(_));
    assert_error!(bench.store.lease_items(bench.ask()).await, StoreError::Unavailable(_));
    assert_error!(bench.store.authenticate("trg_x").await, StoreError::Unavailable(_));
    bench.store.close().await.unwrap();
}
