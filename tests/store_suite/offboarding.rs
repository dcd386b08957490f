//! A tenant that leaves: read whole, then gone.

use std::time::Duration;

use triaged::{
    crypto::sha256,
    id::{CaseId, RecipientId},
    store::{
        Confirmation, ErasureState, ExportCursor, ExportedItem, HoldTarget, Holdings, NewCredential, OffboardingRecord,
        Sealed, StoreError, tombstone::Cause,
    },
};

use super::{
    Bench, DAY, MINUTE,
    draft::Draft,
    privacy::{approved, email, officer, other, second_person},
};
use crate::assert_error;

const RECEIPT: [u8; 32] = [7; 32];

async fn recipient(bench: &Bench) -> RecipientId {
    bench.store.register_recipient(officer(bench.tenant), "age1x".to_owned()).await.unwrap().recipient
}

/// An off-boarding that one officer has asked for, of a recipient that is old enough.
pub(crate) async fn asked(bench: &Bench) -> OffboardingRecord {
    second_person(bench).await;
    let recipient = recipient(bench).await;
    bench.clock.advance(3 * DAY);
    bench.store.request_offboarding(officer(bench.tenant), recipient).await.unwrap()
}

fn by(bench: &Bench, order: &OffboardingRecord) -> Confirmation {
    Confirmation { officer: other(bench), offboarding: order.offboarding, etag: order.etag.clone() }
}

/// Everything of the tenant.
async fn read_all(bench: &Bench) -> Vec<ExportedItem> {
    let (mut all, mut at) = (Vec::new(), Some(ExportCursor::default()));
    while let Some(after) = at {
        let (items, next) = bench.store.read_offboarding(other(bench), after).await.unwrap();
        all.extend(items);
        at = next;
    }
    all
}

/// Reads everything and notes it; gives the cases and how many interactions.
pub(crate) async fn sealed(bench: &Bench, order: &OffboardingRecord) -> (Vec<CaseId>, u64) {
    let (_, mark) = bench.store.begin_offboarding(by(bench, order)).await.unwrap();
    let items = read_all(bench).await;
    let cases = items.iter().filter_map(|item| match item {
        ExportedItem::Case(case) => Some(case.case),
        ExportedItem::Interaction(..) => None,
    });
    let cases: Vec<_> = cases.collect();
    let interactions = (items.len() - cases.len()) as u64;
    let sealed = Sealed { mark, receipt: RECEIPT, cases: cases.len() as u64, interactions };
    bench.store.seal_offboarding(by(bench, order), sealed).await.unwrap();
    (cases, interactions)
}

/// Off-boards the tenant of the bench.
pub(crate) async fn left(bench: &Bench) -> triaged::store::ErasureRecord {
    let order = asked(bench).await;
    sealed(bench, &order).await;
    bench.store.offboard_tenant(by(bench, &order), RECEIPT).await.unwrap()
}

pub(crate) async fn everything_is_read_once_and_in_pages(bench: Bench) {
    let mut expected = Vec::new();
    for number in 0..40_u64 {
        let reference: &'static str = format!("t-{}", number % 30).leak();
        let draft = Draft { case_ref: Some(reference), ..bench.draft() };
        expected.push(bench.store.submit(draft.submission()).await.unwrap().submission);
    }
    let long = Draft { case_ref: Some("t-0"), ..bench.draft() };
    for _ in 0..70 {
        expected.push(bench.store.submit(long.submission()).await.unwrap().submission);
    }
    bench.submit(&Draft { tenant: bench.other, ..bench.draft() }).await;
    let order = asked(&bench).await;
    assert_eq!((order.holdings.cases, order.holdings.interactions), (30, 110));
    bench.store.begin_offboarding(by(&bench, &order)).await.unwrap();
    let (mut cases, mut found) = (Vec::new(), Vec::new());
    for item in read_all(&bench).await {
        match item {
            ExportedItem::Case(case) => cases.push(case.case),
            ExportedItem::Interaction(case, record) => {
                assert_eq!(cases.last(), Some(&case), "an interaction follows its case");
                assert_eq!(record.content.turns, bench.draft().content().turns);
                found.push(record.interaction);
            }
        }
    }
    found.sort();
    expected.sort();
    assert_eq!((cases.len(), found), (30, expected));
}

pub(crate) async fn an_off_boarding_takes_three_days_and_two_people(bench: Bench) {
    bench.submit(&Draft { emails: vec!["a@example.com"], ..bench.draft() }).await;
    second_person(&bench).await;
    let recipient = recipient(&bench).await;
    bench.clock.advance((3 * DAY).checked_sub(MINUTE).unwrap());
    let ask = |officer| bench.store.request_offboarding(officer, recipient);
    assert_error!(ask(officer(bench.tenant)).await, StoreError::RecipientUnusable);
    bench.clock.advance(MINUTE);
    assert_error!(ask(officer(bench.other)).await, StoreError::NotFound);
    let order = ask(officer(bench.tenant)).await.unwrap();
    assert_eq!(order.holdings, Holdings { cases: 1, interactions: 1, identifiers: 1 });
    let alone = Confirmation { officer: officer(bench.tenant), ..by(&bench, &order) };
    assert_error!(bench.store.begin_offboarding(alone.clone()).await, StoreError::SamePerson);
    let stale = Confirmation { etag: "x".to_owned(), ..by(&bench, &order) };
    assert_error!(bench.store.begin_offboarding(stale).await, StoreError::Changed);
    let foreign = Confirmation { officer: officer(bench.other), ..by(&bench, &order) };
    assert_error!(bench.store.begin_offboarding(foreign.clone()).await, StoreError::NotFound);
    let unread = bench.store.offboard_tenant(by(&bench, &order), RECEIPT).await;
    assert_error!(unread, StoreError::Changed);
    sealed(&bench, &order).await;
    assert_error!(bench.store.offboard_tenant(alone, RECEIPT).await, StoreError::SamePerson);
    assert_error!(bench.store.offboard_tenant(foreign, RECEIPT).await, StoreError::NotFound);
    let other_bytes = bench.store.offboard_tenant(by(&bench, &order), sha256(&[b"other"])).await;
    assert_error!(other_bytes, StoreError::Changed);
    assert_eq!(bench.cases(bench.tenant).await.len(), 1, "nothing was destroyed");
}

pub(crate) async fn an_off_boarding_waits_a_day_for_its_second_person(bench: Bench) {
    let order = asked(&bench).await;
    bench.clock.advance(DAY);
    assert_error!(bench.store.begin_offboarding(by(&bench, &order)).await, StoreError::Changed);
    let again = asked(&bench).await;
    bench.store.revoke_recipient(officer(bench.tenant), again.recipient.recipient).await.unwrap();
    assert_error!(bench.store.begin_offboarding(by(&bench, &again)).await, StoreError::RecipientUnusable);
}

pub(crate) async fn what_came_after_the_reading_is_not_lost(bench: Bench) {
    let draft = Draft { case_ref: Some("t-1"), ..bench.draft() };
    bench.submit(&draft).await;
    let order = asked(&bench).await;
    sealed(&bench, &order).await;
    bench.submit(&draft).await;
    let late = bench.store.offboard_tenant(by(&bench, &order), RECEIPT).await;
    assert_error!(late, StoreError::Changed);
    assert_eq!(sealed(&bench, &order).await.1, 2);
    // Who reads and who is looked up changes nothing of what was read.
    let case = bench.cases(bench.tenant).await.remove(0);
    bench.store.get_case(bench.supervisor(), case.case).await.unwrap();
    bench.store.lookup_subjects(officer(bench.tenant), vec![email("a@example.com")]).await.unwrap();
    assert!(bench.store.offboard_tenant(by(&bench, &order), RECEIPT).await.is_ok());
}

pub(crate) async fn a_tenant_on_hold_stays(bench: Bench) {
    let (held, _) = bench.submit(&bench.draft()).await;
    let hold = approved(&bench, HoldTarget::Case(held.case)).await;
    let order = asked(&bench).await;
    sealed(&bench, &order).await;
    let run = || bench.store.offboard_tenant(by(&bench, &order), RECEIPT);
    assert_error!(run().await, StoreError::OnHold(_));
    bench.store.release_hold(officer(bench.tenant), hold.hold).await.unwrap();
    assert_eq!(run().await.unwrap().state, ErasureState::Erased);
}

pub(crate) async fn nothing_is_left_of_a_tenant_and_all_of_the_others(bench: Bench) {
    let new = |tenant| NewCredential {
        tenant,
        creator: None,
        roles: Vec::new(),
        label: String::new(),
        valid_duration: 30 * DAY,
    };
    let (_, token) = bench.store.create_credential(new(bench.tenant)).await.unwrap();
    let (_, others) = bench.store.create_credential(new(bench.other)).await.unwrap();
    let draft = Draft { emails: vec!["a@example.com"], request_id: Some(1), ..bench.draft() };
    for _ in 0..2 {
        bench.submit(&Draft { request_id: None, ..draft.clone() }).await;
    }
    bench.submit(&draft).await;
    let leased = bench.lease_one().await;
    let (kept, _) = bench.submit(&Draft { tenant: bench.other, request_id: None, ..draft.clone() }).await;
    assert!(bench.store.authenticate(token.expose()).await.unwrap().is_some());
    let done = left(&bench).await;
    assert_eq!(
        (done.state, done.cause, done.erase_time),
        (ErasureState::Erased, Cause::Offboarding, Some(bench.clock_now()))
    );
    assert_eq!(done.holdings, Holdings { cases: 3, interactions: 3, identifiers: 1 });
    assert_eq!(bench.store.authenticate(token.expose()).await.unwrap(), None);
    assert!(bench.store.authenticate(others.expose()).await.unwrap().is_some());
    assert_error!(bench.store.submit(draft.submission()).await, StoreError::NotFound);
    assert_error!(bench.store.create_credential(new(bench.tenant)).await, StoreError::NotFound);
    assert_error!(bench.acknowledge(&leased).await, StoreError::NotFound);
    assert_error!(bench.store.lease_items(bench.ask()).await, StoreError::NotFound);
    bench.clock.advance(Duration::from_hours(1));
    let mut swept = 0;
    loop {
        let round = bench.upkeep().await;
        swept += round.swept;
        if !round.more {
            break;
        }
    }
    assert_eq!(swept, 3);
    assert_eq!(bench.cases(bench.other).await[0].case, kept.case);
    let again = bench.store.ensure_tenant("acme").await.unwrap();
    assert_ne!(again, bench.tenant, "whoever comes under that name is somebody new");
    assert!(bench.cases(again).await.is_empty());
    bench.store.submit(Draft { tenant: again, request_id: None, ..draft }.submission()).await.unwrap();
    assert_eq!(bench.cases(again).await.len(), 1);
}
