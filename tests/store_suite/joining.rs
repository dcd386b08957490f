//! Which interactions make one case, and whose it is.

use triaged::{
    assessment::Level,
    conversation::{Channel, RawText},
    store::{CaseLookup, CaseState, Handling},
};

use super::{Bench, MINUTE, START, draft::Draft};

/// Submits two drafts; whether they came to one case.
async fn joined(bench: &Bench, first: Draft, second: Draft) -> bool {
    let (one, _) = bench.submit(&first).await;
    let (other, _) = bench.submit(&second).await;
    one.case == other.case
}

pub(crate) async fn the_reference_of_a_case_joins(bench: Bench) {
    let draft = Draft { case_ref: Some("c-1"), ..bench.draft() };
    assert!(joined(&bench, draft.clone(), draft.clone()).await);
    assert!(!joined(&bench, draft.clone(), Draft { case_ref: Some("c-2"), ..draft }).await);
    assert!(!joined(&bench, bench.draft(), bench.draft()).await);
}

pub(crate) async fn a_mail_thread_joins(bench: Bench) {
    let mail = Draft { channel: Channel::Email, ..bench.draft() };
    let first = Draft { message_ids: vec!["a@x"], ..mail.clone() };
    let reply = Draft { message_ids: vec!["b@x"], references: vec!["a@x"], ..mail.clone() };
    assert!(joined(&bench, first.clone(), reply).await);
    let cousin = Draft { message_ids: vec!["c@x"], references: vec!["b@x", "zz@x"], ..mail.clone() };
    assert!(joined(&bench, first.clone(), cousin).await);
    assert!(joined(&bench, first.clone(), first.clone()).await, "the same message again");
    let early = Draft { message_ids: vec!["r@y"], references: vec!["q@y"], ..mail.clone() };
    let late = Draft { message_ids: vec!["q@y"], ..mail.clone() };
    assert!(joined(&bench, early, late).await, "an answer that came before its question");
    assert!(!joined(&bench, first, Draft { message_ids: vec!["d@x"], ..mail }).await);
}

pub(crate) async fn references_do_not_join_across_tenants(bench: Bench) {
    let draft = Draft { case_ref: Some("c-1"), source_ref: Some("i-1"), message_ids: vec!["a@x"], ..bench.draft() };
    let (own, _) = bench.submit(&draft).await;
    let (foreign, _) = bench.submit(&Draft { tenant: bench.other, ..draft }).await;
    assert_ne!(own.case, foreign.case);
}

pub(crate) async fn the_same_person_alone_makes_a_possible_duplicate(bench: Bench) {
    let draft = Draft { customer_ref: Some("cust-1"), ..bench.draft() };
    let (first, _) = bench.submit(&draft).await;
    let (second, _) = bench.submit(&draft).await;
    assert_ne!(first.case, second.case);
    assert_eq!(second.possible_duplicate_of, Some(first.case));
    let (stranger, _) = bench.submit(&Draft { customer_ref: Some("cust-2"), ..draft.clone() }).await;
    assert_eq!(stranger.possible_duplicate_of, None);
    let (foreign, _) = bench.submit(&Draft { tenant: bench.other, ..draft }).await;
    assert_eq!(foreign.possible_duplicate_of, None);
}

pub(crate) async fn a_resolved_case_is_no_duplicate(bench: Bench) {
    let closed = Draft { customer_ref: Some("cust-1"), handling: Handling::Closed, ..bench.draft() };
    bench.submit(&closed).await;
    let (second, _) = bench.submit(&Draft { handling: Handling::Waiting, ..closed }).await;
    assert_eq!(second.possible_duplicate_of, None);
}

async fn found(bench: &Bench, lookup: CaseLookup) -> usize {
    bench.store.find_open_cases(bench.supervisor(), lookup).await.unwrap().len()
}

pub(crate) async fn the_strongest_identifier_decides_and_nobody_is_merged(bench: Bench) {
    let base = bench.draft();
    let switchboard = vec!["+4930111"];
    let anna = Draft { customer_ref: Some("anna"), phones: switchboard.clone(), ..base.clone() };
    let bert = Draft { customer_ref: Some("bert"), phones: switchboard.clone(), ..base.clone() };
    bench.submit(&anna).await;
    let (of_bert, _) = bench.submit(&bert).await;
    assert_eq!(of_bert.possible_duplicate_of, None, "a shared telephone makes nobody the same person");
    assert_eq!(found(&bench, CaseLookup::CustomerRef("anna".to_owned())).await, 1);
    assert_eq!(found(&bench, CaseLookup::CustomerRef("bert".to_owned())).await, 1);
    assert_eq!(found(&bench, CaseLookup::Phone(RawText::from("+4930111"))).await, 1, "it leads to whom it led first");
    let (by_phone, _) = bench.submit(&Draft { phones: switchboard, ..base }).await;
    assert!(by_phone.possible_duplicate_of.is_some());
}

pub(crate) async fn a_customer_who_writes_again_reopens_the_case(bench: Bench) {
    let draft = Draft { case_ref: Some("c-1"), handling: Handling::Closed, ..bench.draft() };
    let (closed, _) = bench.submit(&draft).await;
    assert_eq!(closed.state, CaseState::Resolved);
    bench.clock.advance(MINUTE);
    let waiting = Draft { handling: Handling::Waiting, queue: "second", ..draft };
    let (open, _) = bench.submit(&waiting).await;
    assert_eq!((open.case, open.state, open.queue.as_str()), (closed.case, CaseState::Open, "second"));
    assert_eq!(open.queued, Some((START + MINUTE, START + MINUTE + waiting.target)));
    assert_eq!(bench.cases(bench.tenant).await.len(), 1);
}

pub(crate) async fn automatic_mail_neither_reopens_nor_raises(bench: Bench) {
    let draft = Draft { case_ref: Some("c-1"), level: Level::Low, value: 100, ..bench.draft() };
    let (waiting, _) = bench.submit(&draft).await;
    let machine = Draft { automatic: true, level: Level::Urgent, value: 9000, emergency: true, ..draft.clone() };
    let (same, _) = bench.submit(&machine).await;
    assert_eq!((same.level, same.value, same.emergency, same.queued), (Level::Low, 100, false, waiting.queued));
    for state in [CaseState::Pending, CaseState::Resolved] {
        let entry = bench.lease_one().await;
        bench.store.acknowledge_item(bench.handle(&entry), state).await.unwrap();
        let (case, _) = bench.submit(&machine).await;
        assert_eq!((case.state, case.queued), (state, None));
        let (case, _) = bench.submit(&draft).await;
        assert_eq!(case.state, CaseState::Open);
    }
}

pub(crate) async fn thanks_neither_reopen_nor_raise_and_owe_no_reply(bench: Bench) {
    let draft = Draft { case_ref: Some("c-1"), source_ref: Some("i-1"), ..bench.draft() };
    let (first, _) = bench.submit(&draft).await;
    let thanks = Draft { quiet: true, source_ref: None, level: Level::Urgent, value: 9000, ..draft.clone() };
    let (same, interaction) = bench.submit(&thanks).await;
    assert_eq!((same.level, same.queued, same.clocks), (first.level, first.queued, first.clocks));
    assert!(!interaction.content.input.automatic, "it is a person's word all the same");
    let newer = Draft { source_ref: Some("i-1"), source_version: 1, ..thanks.clone() };
    assert_eq!(bench.submit(&newer).await.0.queued, first.queued, "who waits goes on waiting");
    for state in [CaseState::Pending, CaseState::Resolved] {
        let entry = bench.lease_one().await;
        bench.store.acknowledge_item(bench.handle(&entry), state).await.unwrap();
        let before = bench.cases(bench.tenant).await.remove(0);
        let (case, _) = bench.submit(&thanks).await;
        assert_eq!((case.state, case.queued, case.clocks), (state, None, before.clocks));
        assert_eq!(bench.submit(&Draft { source_ref: None, ..draft.clone() }).await.0.state, CaseState::Open);
    }
    let alone = Draft { quiet: true, ..bench.draft() };
    assert!(bench.submit(&alone).await.0.queued.is_some(), "alone it waits like any other");
}

pub(crate) async fn a_second_contact_keeps_age_and_moves_forward_only(bench: Bench) {
    let draft = Draft { case_ref: Some("c-1"), ..bench.draft() };
    bench.submit(&draft).await;
    bench.clock.advance(MINUTE);
    let (milder, _) = bench.submit(&Draft { level: Level::Low, value: 10, ..draft.clone() }).await;
    assert_eq!((milder.level, milder.value, milder.queued), (Level::Normal, 2000, Some((START, START + draft.target))));
    let sooner = Draft { level: Level::Urgent, value: 8000, emergency: true, target: MINUTE, ..draft };
    let (raised, _) = bench.submit(&sooner).await;
    assert_eq!((raised.level, raised.value, raised.emergency), (Level::Urgent, 8000, true));
    assert_eq!(raised.queued, Some((START, START + 2 * MINUTE)));
}

pub(crate) async fn what_waits_goes_on_waiting(bench: Bench) {
    let draft = Draft { case_ref: Some("c-1"), ..bench.draft() };
    let (waiting, _) = bench.submit(&draft).await;
    for handling in [Handling::Closed, Handling::InProgress, Handling::Historical] {
        let (case, _) = bench.submit(&Draft { handling, channel: Channel::Call, ..draft.clone() }).await;
        assert_eq!((case.state, case.queued), (CaseState::Open, waiting.queued), "{handling:?}");
    }
}
