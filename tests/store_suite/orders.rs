//! What takes two people: purges and exports.

use triaged::{
    conversation::Channel,
    id::PrincipalId,
    store::{ExportRecord, HoldTarget, PurgeFilter, PurgeRecord, PurgeState, StoreError},
};
use uuid::Uuid;

use super::{
    Bench, DAY, MINUTE,
    draft::Draft,
    privacy::{approved, email, officer, other, second_person},
};
use crate::assert_error;

const OTHER_INTAKE: PrincipalId = PrincipalId(Uuid::from_u128(21));

fn filter(bench: &Bench) -> PurgeFilter {
    PurgeFilter {
        from: bench.clock_now() - DAY,
        until: bench.clock_now() + DAY,
        principal: None,
        channel: None,
        attribute: None,
        policy_revision: None,
    }
}

async fn counted(bench: &Bench, filter: PurgeFilter) -> PurgeRecord {
    bench.store.count_purge(officer(bench.tenant), filter).await.unwrap()
}

pub(crate) async fn a_purge_matches_all_its_conditions(bench: Bench) {
    bench.submit(&bench.draft()).await;
    bench.submit(&Draft { principal: OTHER_INTAKE, channel: Channel::Email, ..bench.draft() }).await;
    bench.submit(&Draft { tenant: bench.other, ..bench.draft() }).await;
    let all = filter(&bench);
    for (filter, expected) in [
        (all.clone(), 2),
        (PurgeFilter { until: all.from, from: all.from - DAY, ..all.clone() }, 0),
        (PurgeFilter { principal: Some(OTHER_INTAKE), ..all.clone() }, 1),
        (PurgeFilter { channel: Some(Channel::Query), ..all.clone() }, 1),
        (PurgeFilter { channel: Some(Channel::Query), principal: Some(OTHER_INTAKE), ..all.clone() }, 0),
        (PurgeFilter { attribute: Some("page".to_owned()), ..all.clone() }, 2),
        (PurgeFilter { attribute: Some("pages".to_owned()), ..all.clone() }, 0),
        (PurgeFilter { policy_revision: Some(3), ..all.clone() }, 2),
        (PurgeFilter { policy_revision: Some(4), ..all.clone() }, 0),
    ] {
        assert_eq!(counted(&bench, filter.clone()).await.counted, expected, "{filter:?}");
    }
}

pub(crate) async fn a_purge_takes_a_second_person_and_nothing_that_came_later(bench: Bench) {
    second_person(&bench).await;
    for _ in 0..3 {
        bench.submit(&Draft { principal: OTHER_INTAKE, ..bench.draft() }).await;
    }
    let (kept, _) = bench.submit(&bench.draft()).await;
    let purge = counted(&bench, PurgeFilter { principal: Some(OTHER_INTAKE), ..filter(&bench) }).await;
    assert_eq!((purge.state, purge.counted), (PurgeState::Counted, 3));
    let (late, _) = bench.submit(&Draft { principal: OTHER_INTAKE, ..bench.draft() }).await;
    let run = |officer, etag: &str| bench.store.run_purge(officer, purge.purge, etag.to_owned());
    assert_error!(run(officer(bench.tenant), &purge.etag).await, StoreError::SamePerson);
    assert_error!(run(other(&bench), "x").await, StoreError::Changed);
    assert_error!(run(officer(bench.other), &purge.etag).await, StoreError::NotFound);
    let done = run(other(&bench), &purge.etag).await.unwrap();
    assert_eq!((done.state, done.purged, done.approver), (PurgeState::Purged, 3, Some(other(&bench).principal)));
    let left: Vec<_> = bench.cases(bench.tenant).await.into_iter().map(|case| case.case).collect();
    assert_eq!(left, [late.case, kept.case]);
    assert_eq!(run(other(&bench), &purge.etag).await.unwrap(), done, "a retry changes nothing");
}

pub(crate) async fn a_purge_waits_a_day_for_its_second_person(bench: Bench) {
    second_person(&bench).await;
    bench.submit(&bench.draft()).await;
    let purge = counted(&bench, filter(&bench)).await;
    bench.clock.advance(DAY);
    let late = bench.store.run_purge(other(&bench), purge.purge, purge.etag).await;
    assert_error!(late, StoreError::Changed);
    assert_eq!(bench.cases(bench.tenant).await.len(), 1);
}

pub(crate) async fn a_long_purge_is_resumed_until_it_is_done(bench: Bench) {
    second_person(&bench).await;
    let draft = Draft { case_ref: Some("t-1"), ..bench.draft() };
    for _ in 0..300 {
        bench.store.submit(draft.submission()).await.unwrap();
    }
    let purge = counted(&bench, filter(&bench)).await;
    assert_eq!(purge.counted, 300);
    let run = || bench.store.run_purge(other(&bench), purge.purge, purge.etag.clone());
    let part = run().await.unwrap();
    assert_eq!((part.state, part.purged), (PurgeState::Purging, 256));
    let done = run().await.unwrap();
    assert_eq!((done.state, done.purged), (PurgeState::Purged, 300));
    assert!(bench.cases(bench.tenant).await.is_empty());
}

pub(crate) async fn a_purge_leaves_what_is_on_hold(bench: Bench) {
    second_person(&bench).await;
    let (held, _) = bench.submit(&Draft { emails: vec!["a@example.com"], ..bench.draft() }).await;
    bench.submit(&bench.draft()).await;
    approved(&bench, HoldTarget::Case(held.case)).await;
    let purge = counted(&bench, filter(&bench)).await;
    let done = bench.store.run_purge(other(&bench), purge.purge, purge.etag).await.unwrap();
    assert_eq!((done.purged, done.held), (1, 1));
    assert!(bench.store.get_case(bench.supervisor(), held.case).await.is_ok());
}

async fn asked(bench: &Bench, recipient: triaged::id::RecipientId) -> Result<ExportRecord, StoreError> {
    bench.store.request_export(officer(bench.tenant), vec![email("a@example.com")], recipient).await
}

pub(crate) async fn an_export_takes_a_day_a_second_person_and_happens_once(bench: Bench) {
    second_person(&bench).await;
    let draft = Draft { emails: vec!["a@example.com"], case_ref: Some("t-1"), ..bench.draft() };
    let (case, interaction) = bench.submit(&draft).await;
    let others = Draft { emails: vec!["b@example.com"], case_ref: Some("t-1"), ..bench.draft() };
    bench.submit(&others).await;
    let recipient = bench.store.register_recipient(officer(bench.tenant), "age1x".to_owned()).await.unwrap();
    let id = recipient.recipient;
    assert_eq!(recipient.usable_time, bench.clock_now() + DAY);
    assert_error!(asked(&bench, id).await, StoreError::RecipientUnusable);
    bench.clock.advance(DAY);
    let nobody = bench.store.request_export(officer(bench.tenant), vec![email("c@example.com")], id).await;
    assert_error!(nobody, StoreError::SubjectNotFound);
    let foreign = bench.store.request_export(officer(bench.other), vec![email("a@example.com")], id).await;
    assert_error!(foreign, StoreError::NotFound);
    let order = asked(&bench, id).await.unwrap();
    assert_eq!((order.holdings.interactions, order.recipient.key.as_str()), (1, "age1x"));
    let run = |officer| bench.store.run_export(officer, order.export, order.etag.clone());
    assert_error!(run(officer(bench.tenant)).await, StoreError::SamePerson);
    let (_, cases) = run(other(&bench)).await.unwrap();
    assert_eq!((cases.len(), cases[0].case), (1, case.case));
    assert_eq!(cases[0].own.as_ref().unwrap().source_ref, case.source_ref);
    assert_eq!(cases[0].interactions.len(), 1, "what another wrote in the same case is not theirs");
    assert_eq!(cases[0].interactions[0].content, interaction.content);
    assert_error!(run(other(&bench)).await, StoreError::Changed);
}

/// It is read in parts, between which others read.
pub(crate) async fn an_export_of_many_is_whole(bench: Bench) {
    second_person(&bench).await;
    for number in 0..150_u32 {
        let reference: &'static str = format!("t-{}", number / 2).leak();
        let draft = Draft { emails: vec!["a@example.com"], case_ref: Some(reference), ..bench.draft() };
        bench.store.submit(draft.submission()).await.unwrap();
    }
    let id = bench.store.register_recipient(officer(bench.tenant), "age1x".to_owned()).await.unwrap().recipient;
    bench.clock.advance(DAY);
    let order = asked(&bench, id).await.unwrap();
    let (told, cases) = bench.store.run_export(other(&bench), order.export, order.etag).await.unwrap();
    assert_eq!((told.holdings.cases, told.holdings.interactions), (75, 150));
    assert!(cases.iter().all(|case| case.own.is_some() && case.interactions.len() == 2));
    assert_eq!(cases.len(), 75);
}

pub(crate) async fn nothing_is_sealed_to_a_revoked_recipient(bench: Bench) {
    second_person(&bench).await;
    bench.submit(&Draft { emails: vec!["a@example.com"], ..bench.draft() }).await;
    let id = bench.store.register_recipient(officer(bench.tenant), "age1x".to_owned()).await.unwrap().recipient;
    bench.clock.advance(DAY + MINUTE);
    let order = asked(&bench, id).await.unwrap();
    assert_error!(bench.store.revoke_recipient(officer(bench.other), id).await, StoreError::NotFound);
    let revoked = bench.store.revoke_recipient(other(&bench), id).await.unwrap();
    assert_eq!(revoked.revoke_time, Some(bench.clock_now()));
    assert_error!(asked(&bench, id).await, StoreError::RecipientUnusable);
    let run = bench.store.run_export(other(&bench), order.export, order.etag).await;
    assert_error!(run, StoreError::RecipientUnusable);
    assert_eq!(bench.store.list_recipients(other(&bench)).await.unwrap(), [revoked]);
    assert!(bench.store.list_recipients(officer(bench.other)).await.unwrap().is_empty());
}

pub(crate) async fn an_export_is_of_what_was_shown_whoever_is_linked_meanwhile(bench: Bench) {
    second_person(&bench).await;
    let (case, _) = bench.submit(&Draft { emails: vec!["a@example.com"], ..bench.draft() }).await;
    bench.submit(&Draft { emails: vec!["b@example.com"], ..bench.draft() }).await;
    let id = bench.store.register_recipient(officer(bench.tenant), "age1x".to_owned()).await.unwrap().recipient;
    bench.clock.advance(DAY);
    let order = asked(&bench, id).await.unwrap();
    let subject = async |address| {
        bench.store.lookup_subjects(officer(bench.tenant), vec![email(address)]).await.unwrap()[0].subject
    };
    let (from, into) = (subject("a@example.com").await, subject("b@example.com").await);
    bench.store.link_subjects(officer(bench.tenant), into, from).await.unwrap();
    let wider = bench.store.run_export(other(&bench), order.export, order.etag).await;
    assert_error!(wider, StoreError::Changed);
    let order = asked(&bench, id).await.unwrap();
    let (told, cases) = bench.store.run_export(other(&bench), order.export, order.etag).await.unwrap();
    assert_eq!(told.subjects, [into]);
    assert_eq!((told.holdings.interactions, cases.len()), (2, 2));
    assert!(cases.iter().any(|one| one.case == case.case));
}
