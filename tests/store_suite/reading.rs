//! Reading: scopes, filters, pages; what is absent and what is another tenant's are one and the same.

use triaged::{
    assessment::{Label, Level},
    conversation::{Channel, RawText},
    id::{CaseId, InteractionId},
    store::{CaseFilter, CaseLookup, CaseState, Handling, ReadScope, Reader, StoreError},
    text::Language,
};
use uuid::Uuid;

use super::{
    Bench, MINUTE, OTHER_WORKER, START, WORKER,
    draft::{Draft, source_ref},
};
use crate::assert_error;

pub(crate) async fn absent_and_foreign_are_not_found(bench: Bench) {
    let (case, interaction) = bench.submit(&bench.draft()).await;
    let foreign = Reader { tenant: bench.other, ..bench.supervisor() };
    let absent = CaseId(Uuid::from_u128(1));
    let nothing = InteractionId(Uuid::from_u128(1));
    for (reader, case) in [(foreign, case.case), (bench.supervisor(), absent)] {
        assert_error!(bench.store.get_case(reader, case).await, StoreError::NotFound);
        let one = bench.store.get_interaction(reader, case, interaction.interaction).await;
        assert_error!(one, StoreError::NotFound);
    }
    let one = bench.store.get_interaction(bench.supervisor(), case.case, nothing).await;
    assert_error!(one, StoreError::NotFound);
    assert!(bench.cases(bench.other).await.is_empty());
}

pub(crate) async fn an_interaction_is_read_within_its_case_only(bench: Bench) {
    let (one, of_one) = bench.submit(&bench.draft()).await;
    let (other, _) = bench.submit(&bench.draft()).await;
    let read = bench.store.get_interaction(bench.supervisor(), one.case, of_one.interaction).await.unwrap();
    assert_eq!(read, of_one);
    let crossed = bench.store.get_interaction(bench.supervisor(), other.case, of_one.interaction).await;
    assert_error!(crossed, StoreError::NotFound);
}

pub(crate) async fn interactions_come_oldest_first_and_at_most_a_hundred(bench: Bench) {
    let draft = Draft { case_ref: Some("c-1"), ..bench.draft() };
    let (case, _) = bench.submit(&draft).await;
    let mut sent = Vec::new();
    for _ in 0..101 {
        sent.push(bench.store.submit(draft.submission()).await.unwrap().submission);
    }
    let (_, read) = bench.store.get_case(bench.supervisor(), case.case).await.unwrap();
    let read: Vec<_> = read.iter().map(|interaction| interaction.interaction).collect();
    assert_eq!(read, sent[1..]);
}

pub(crate) async fn an_agent_sees_what_it_leases_or_handled(bench: Bench) {
    bench.submit(&Draft { customer_ref: Some("cust-1"), ..bench.draft() }).await;
    let agent = |principal, since| Reader { principal, scope: ReadScope::HandledBy { since }, ..bench.supervisor() };
    let case = bench.cases(bench.tenant).await[0].case;
    let lookup = || CaseLookup::CustomerRef("cust-1".to_owned());
    let sees = async |reader| {
        let read = bench.store.get_case(reader, case).await.is_ok();
        let found = bench.store.find_open_cases(reader, lookup()).await.unwrap().len();
        let listed = bench.store.list_cases(reader, CaseFilter::default(), 10, None).await.unwrap().items.len();
        assert_eq!((found, listed), (usize::from(read), usize::from(read)));
        read
    };
    assert!(!sees(agent(WORKER, START)).await);
    let entry = bench.lease_one().await;
    assert!(sees(agent(WORKER, START + MINUTE)).await, "it leases it now");
    assert!(!sees(agent(OTHER_WORKER, START)).await);
    bench.clock.advance(MINUTE);
    bench.store.release_item(bench.handle(&entry), std::time::Duration::ZERO).await.unwrap();
    assert!(sees(agent(WORKER, START + MINUTE)).await, "it held it until then");
    assert!(!sees(agent(WORKER, START + 2 * MINUTE)).await);
}

pub(crate) async fn filters_hold_together(bench: Bench) {
    let base = bench.draft();
    let drafts = [
        base.clone(),
        Draft { queue: "sales", level: Level::High, ..base.clone() },
        Draft { channel: Channel::Chat, language: Some(Language::German), level: Level::Urgent, ..base.clone() },
        Draft { handling: Handling::Closed, label: Label::Negative, level: Level::Low, language: None, ..base },
    ];
    for draft in &drafts {
        bench.submit(draft).await;
        bench.clock.advance(MINUTE);
    }
    let all = CaseFilter::default();
    let rows = [
        (all.clone(), vec![3, 2, 1, 0]),
        (CaseFilter { state: Some(CaseState::Open), ..all.clone() }, vec![2, 1, 0]),
        (CaseFilter { state: Some(CaseState::Resolved), ..all.clone() }, vec![3]),
        (CaseFilter { queue: Some("sales".to_owned()), ..all.clone() }, vec![1]),
        (CaseFilter { channel: Some(Channel::Chat), ..all.clone() }, vec![2]),
        (CaseFilter { level_min: Some(Level::High), ..all.clone() }, vec![2, 1]),
        (CaseFilter { level_max: Some(Level::Normal), ..all.clone() }, vec![3, 0]),
        (CaseFilter { level_min: Some(Level::Normal), level_max: Some(Level::High), ..all.clone() }, vec![1, 0]),
        (CaseFilter { label: Some(Label::Negative), ..all.clone() }, vec![3]),
        (CaseFilter { language: Some(Language::German), ..all.clone() }, vec![2]),
        (CaseFilter { created_from: Some(START + MINUTE), ..all.clone() }, vec![3, 2, 1]),
        (CaseFilter { created_before: Some(START + MINUTE), ..all.clone() }, vec![0]),
        (CaseFilter { queue: Some("sales".to_owned()), label: Some(Label::Negative), ..all.clone() }, vec![]),
    ];
    let order: Vec<_> = bench.cases(bench.tenant).await.iter().map(|case| case.case).rev().collect();
    for (filter, expected) in rows {
        let page = bench.store.list_cases(bench.supervisor(), filter.clone(), 10, None).await.unwrap();
        let places: Vec<_> =
            page.items.iter().map(|case| order.iter().position(|known| *known == case.case).unwrap()).collect();
        assert_eq!(places, expected, "{filter:?}");
        assert_eq!(page.next, None);
    }
}

pub(crate) async fn pages_lead_through_everything_once(bench: Bench) {
    for _ in 0..5 {
        bench.store.submit(bench.draft().submission()).await.unwrap();
    }
    let (mut seen, mut after) = (Vec::new(), None);
    for expected in [2, 2, 1] {
        let page = bench.store.list_cases(bench.supervisor(), CaseFilter::default(), 2, after).await.unwrap();
        assert_eq!(page.items.len(), expected);
        seen.extend(page.items);
        after = page.next;
    }
    assert_eq!(after, None);
    assert_eq!(seen, bench.cases(bench.tenant).await);
}

pub(crate) async fn a_position_belongs_to_its_list_and_tenant(bench: Bench) {
    for tenant in [bench.tenant, bench.other] {
        for _ in 0..2 {
            bench.store.submit(Draft { tenant, ..bench.draft() }.submission()).await.unwrap();
        }
    }
    let all = CaseFilter::default;
    let page = bench.store.list_cases(bench.supervisor(), all(), 1, None).await.unwrap();
    let next = page.next.expect("there is more");
    let foreign = Reader { tenant: bench.other, ..bench.supervisor() };
    let filtered = CaseFilter { label: Some(Label::Neutral), ..all() };
    let mut changed = next.clone();
    changed[1] ^= 1;
    for (reader, filter, after) in [
        (foreign, all(), next.clone()),
        (bench.supervisor(), filtered, next.clone()),
        (bench.supervisor(), all(), changed),
        (bench.supervisor(), all(), Vec::new()),
    ] {
        assert_error!(bench.store.list_cases(reader, filter, 1, Some(after)).await, StoreError::InvalidPosition);
    }
    let items = bench.store.list_items(bench.tenant, "default".to_owned(), 1, Some(next.clone())).await;
    assert_error!(items, StoreError::InvalidPosition);
    let credentials = bench.store.list_credentials(bench.tenant, 1, Some(next)).await;
    assert_error!(credentials, StoreError::InvalidPosition);
}

pub(crate) async fn open_cases_are_found_by_reference_and_identifier(bench: Bench) {
    let draft = Draft {
        source_ref: Some("i-1"),
        case_ref: Some("c-1"),
        customer_ref: Some("cust-1"),
        emails: vec!["anna@example.com"],
        phones: vec!["+4930123"],
        ..bench.draft()
    };
    let (case, _) = bench.submit(&draft).await;
    let lookups = || {
        [
            CaseLookup::SourceRef(source_ref("i-1")),
            CaseLookup::SourceRef(source_ref("c-1")),
            CaseLookup::CustomerRef("cust-1".to_owned()),
            CaseLookup::Email(RawText::from("anna@example.com")),
            CaseLookup::Phone(RawText::from("+4930123")),
        ]
    };
    for lookup in lookups() {
        let about = format!("{lookup:?}");
        let found = bench.store.find_open_cases(bench.supervisor(), lookup).await.unwrap();
        let found: Vec<_> = found.iter().map(|open| (open.case, open.level, open.state)).collect();
        assert_eq!(found, [(case.case, Level::Normal, CaseState::Open)], "{about}");
    }
    let foreign = Reader { tenant: bench.other, ..bench.supervisor() };
    for lookup in lookups() {
        assert!(bench.store.find_open_cases(foreign, lookup).await.unwrap().is_empty());
    }
    let entry = bench.lease_one().await;
    bench.acknowledge(&entry).await.unwrap();
    for lookup in lookups() {
        assert!(bench.store.find_open_cases(bench.supervisor(), lookup).await.unwrap().is_empty());
    }
}

pub(crate) async fn at_most_ten_open_cases_the_most_urgent_first(bench: Bench) {
    for index in 0..12u16 {
        let (level, emergency) = if index == 3 { (Level::Urgent, true) } else { (Level::Normal, false) };
        let draft = Draft { customer_ref: Some("cust-1"), level, emergency, value: 100 * index, ..bench.draft() };
        bench.store.submit(draft.submission()).await.unwrap();
    }
    let lookup = CaseLookup::CustomerRef("cust-1".to_owned());
    let found = bench.store.find_open_cases(bench.supervisor(), lookup).await.unwrap();
    let mut values = Vec::new();
    for open in &found {
        values.push(bench.store.get_case(bench.supervisor(), open.case).await.unwrap().0.value);
    }
    assert_eq!(values, [300, 1100, 1000, 900, 800, 700, 600, 500, 400, 200]);
}
