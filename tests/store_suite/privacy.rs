//! People: found, made one, held and erased.

use std::time::Duration;

use futures_util::FutureExt;
use triaged::{
    conversation::RawText,
    id::{PrincipalId, SubjectId, TenantId},
    store::{
        AccessRole, DeleteCaseRequest, ErasureRecord, ErasureRequest, ErasureState, Handling, HoldReason, HoldRecord,
        HoldState, HoldTarget, Holdings, LeaseRequest, NewCredential, NewHold, Officer, StoreError, SubjectSelector,
    },
};
use uuid::Uuid;

use super::{Bench, DAY, INTAKE, MINUTE, draft::Draft};
use crate::assert_error;

pub(crate) const OFFICER: PrincipalId = PrincipalId(Uuid::from_u128(11));

pub(crate) fn officer(tenant: TenantId) -> Officer {
    Officer { tenant, principal: OFFICER }
}

/// A new credential of an officer, made with another's or on the host.
pub(crate) async fn new_officer(bench: &Bench, creator: Option<PrincipalId>) -> Officer {
    let new = NewCredential {
        tenant: bench.tenant,
        creator,
        roles: vec![AccessRole::PrivacyOfficer],
        label: String::new(),
        valid_duration: 30 * DAY,
    };
    let (record, _) = bench.store.create_credential(new).await.unwrap();
    Officer { tenant: bench.tenant, principal: record.principal }
}

/// Makes sure that there is another officer whose credential is a day old.
pub(crate) async fn second_person(bench: &Bench) -> Officer {
    if bench.second.get().is_none() {
        bench.second.set(new_officer(bench, None).await.principal).unwrap();
        bench.clock.advance(DAY);
    }
    other(bench)
}

/// The other officer.
pub(crate) fn other(bench: &Bench) -> Officer {
    Officer { tenant: bench.tenant, principal: *bench.second.get().expect("there is a second person") }
}

pub(crate) fn email(address: &str) -> SubjectSelector {
    SubjectSelector::Email(RawText::from(address))
}

fn request(bench: &Bench, address: &str, etag: Option<String>) -> ErasureRequest {
    ErasureRequest { officer: officer(bench.tenant), selectors: vec![email(address)], etag, request_id: None }
}

/// Shows and erases who has this address.
pub(crate) async fn erase(bench: &Bench, address: &str) -> ErasureRecord {
    let shown = bench.store.erase_subjects(request(bench, address, None)).await.unwrap();
    assert_eq!((shown.state, shown.erasure), (ErasureState::Shown, None));
    bench.store.erase_subjects(request(bench, address, shown.etag)).await.unwrap()
}

fn of(bench: &Bench, address: &'static str) -> Draft {
    Draft { emails: vec![address], ..bench.draft() }
}

async fn subject(bench: &Bench, address: &str) -> SubjectId {
    let found = bench.store.lookup_subjects(officer(bench.tenant), vec![email(address)]).await.unwrap();
    found[0].subject
}

pub(crate) async fn a_person_is_found_by_whatever_leads_there(bench: Bench) {
    let draft = Draft {
        customer_ref: Some("c-1"),
        phones: vec!["442079460958"],
        source_ref: Some("i-1"),
        case_ref: Some("t-1"),
        ..of(&bench, "a@example.com")
    };
    let (case, _) = bench.submit(&draft).await;
    let first = subject(&bench, "a@example.com").await;
    let crm = |id: &str| super::draft::source_ref(id);
    for selector in [
        SubjectSelector::CustomerRef("c-1".to_owned()),
        SubjectSelector::Phone(RawText::from("442079460958")),
        SubjectSelector::SourceRef(crm("i-1")),
        SubjectSelector::SourceRef(crm("t-1")),
        SubjectSelector::Case(case.case),
        SubjectSelector::Subject(first),
    ] {
        let told = format!("{selector:?}");
        let found = bench.store.lookup_subjects(officer(bench.tenant), vec![selector]).await.unwrap();
        let holdings = Holdings { cases: 1, interactions: 1, identifiers: 3 };
        assert_eq!((found.len(), found[0].subject, found[0].holdings), (1, first, holdings), "{told}");
        assert!(!found[0].is_held);
    }
    for (tenant, selector) in [
        (bench.tenant, email("b@example.com")),
        (bench.other, email("a@example.com")),
        (bench.other, SubjectSelector::Subject(first)),
        (bench.other, SubjectSelector::Case(case.case)),
        (bench.other, SubjectSelector::SourceRef(crm("i-1"))),
    ] {
        assert!(bench.store.lookup_subjects(officer(tenant), vec![selector]).await.unwrap().is_empty());
    }
}

pub(crate) async fn an_erasure_is_shown_and_then_done(bench: Bench) {
    let draft = Draft { request_id: Some(5), ..of(&bench, "a@example.com") };
    let (case, interaction) = bench.submit(&draft).await;
    let (kept, _) = bench.submit(&of(&bench, "b@example.com")).await;
    let mut told = bench.store.erased();
    let done = erase(&bench, "a@example.com").await;
    assert_eq!((done.state, done.cases), (ErasureState::Erased, vec![case.case]));
    assert_eq!(done.holdings, Holdings { cases: 1, interactions: 1, identifiers: 1 });
    assert_eq!(done.erase_time, Some(bench.clock_now()));
    assert_eq!(*told.try_recv().unwrap(), [interaction.interaction]);
    assert_error!(bench.store.get_case(bench.supervisor(), case.case).await, StoreError::NotFound);
    assert_eq!(bench.cases(bench.tenant).await.len(), 1);
    let mut ask = bench.ask();
    ask.max_items = 5;
    let leased = bench.lease(ask).await;
    assert_eq!(leased.iter().map(|entry| entry.case).collect::<Vec<_>>(), [kept.case], "its item is gone");
    assert_error!(bench.store.submit(draft.submission()).await, StoreError::RecordGone);
    assert_eq!(bench.cases(bench.tenant).await.len(), 1, "a retry stores nothing");
    assert_error!(
        bench.store.erase_subjects(request(&bench, "a@example.com", Some("x".to_owned()))).await,
        StoreError::NotFound
    );
    let again = bench.store.get_erasure(officer(bench.tenant), done.erasure.unwrap()).await.unwrap();
    assert_eq!(again.subjects, done.subjects);
    assert_error!(bench.store.get_erasure(officer(bench.other), done.erasure.unwrap()).await, StoreError::NotFound);
    while bench.upkeep().await.more {}
    let (new, _) = bench.submit(&of(&bench, "a@example.com")).await;
    assert_ne!(subject(&bench, "a@example.com").await, done.subjects[0], "who writes again is somebody new");
    assert_ne!(new.case, case.case);
}

/// The call is broken off once it is noted, and upkeep does the rest.
pub(crate) async fn a_large_erasure_goes_on_part_by_part_and_counts_everything(bench: Bench) {
    for number in 0..330_u32 {
        let reference: &'static str = format!("t-{}", number / 2).leak();
        let draft = Draft { case_ref: Some(reference), ..of(&bench, "a@example.com") };
        bench.store.submit(draft.submission()).await.unwrap();
    }
    bench.store.submit(Draft { case_ref: Some("t-7"), ..of(&bench, "b@example.com") }.submission()).await.unwrap();
    let ask = |etag| ErasureRequest { request_id: Some(Uuid::from_u128(9)), ..request(&bench, "a@example.com", etag) };
    let shown = bench.store.erase_subjects(ask(None)).await.unwrap();
    assert_eq!(shown.holdings, Holdings { cases: 165, interactions: 330, identifiers: 1 });
    assert!(bench.store.erase_subjects(ask(shown.etag.clone())).now_or_never().is_none());
    assert_eq!(bench.upkeep().await.erasures, 1, "what was noted is done");
    let done = bench.store.erase_subjects(ask(shown.etag.clone())).await.unwrap();
    assert_eq!((done.state, done.holdings, done.cases.len()), (ErasureState::Erased, shown.holdings, 164));
    assert!(done.cases.iter().all(|case| shown.cases.contains(case)));
    let left = bench.cases(bench.tenant).await;
    assert_eq!(left.len(), 1, "the case in which another wrote stays");
    assert!(!done.cases.contains(&left[0].case));
    assert_eq!(bench.store.get_case(bench.supervisor(), left[0].case).await.unwrap().1.len(), 1);
    assert_eq!(bench.lease(LeaseRequest { max_items: 9, ..bench.ask() }).await.len(), 1);
    assert_eq!(bench.upkeep().await.erasures, 0);
}

pub(crate) async fn what_came_meanwhile_is_shown_before_it_is_erased(bench: Bench) {
    bench.submit(&of(&bench, "a@example.com")).await;
    let shown = bench.store.erase_subjects(request(&bench, "a@example.com", None)).await.unwrap();
    bench.submit(&of(&bench, "a@example.com")).await;
    let stale = bench.store.erase_subjects(request(&bench, "a@example.com", shown.etag)).await;
    assert_error!(stale, StoreError::Changed);
    assert_eq!(bench.cases(bench.tenant).await.len(), 2);
}

pub(crate) async fn a_retried_erasure_gets_the_same_answer(bench: Bench) {
    bench.submit(&of(&bench, "a@example.com")).await;
    let shown = bench.store.erase_subjects(request(&bench, "a@example.com", None)).await.unwrap();
    let act = || ErasureRequest {
        request_id: Some(Uuid::from_u128(9)),
        ..request(&bench, "a@example.com", shown.etag.clone())
    };
    let done = bench.store.erase_subjects(act()).await.unwrap();
    assert_eq!(bench.store.erase_subjects(act()).await.unwrap(), done);
    let other = ErasureRequest { etag: Some("y".to_owned()), ..act() };
    assert_error!(bench.store.erase_subjects(other).await, StoreError::RequestIdReused);
}

pub(crate) async fn others_in_the_same_case_stay(bench: Bench) {
    let first = Draft { customer_ref: Some("c-a"), case_ref: Some("t-1"), ..of(&bench, "a@example.com") };
    let (case, _) = bench.submit(&first).await;
    let second = Draft { case_ref: Some("t-1"), text: "mine too".to_owned(), ..of(&bench, "b@example.com") };
    bench.submit(&second).await;
    let done = erase(&bench, "a@example.com").await;
    assert_eq!((done.cases.len(), done.holdings.interactions), (0, 1));
    let (left, interactions) = bench.store.get_case(bench.supervisor(), case.case).await.unwrap();
    assert_eq!(interactions.len(), 1);
    assert_eq!(interactions[0].content.turns[0].text.as_str(), "mine too");
    assert_eq!((left.customer_ref, left.source_ref), (None, Some(super::draft::source_ref("t-1"))));
    let (joined, _) = bench.submit(&Draft { case_ref: Some("t-1"), ..bench.draft() }).await;
    assert_eq!(joined.case, case.case, "who has no identifiers is taken in under its new key");
    assert_eq!(subject(&bench, "b@example.com").await, {
        let found = bench.store.lookup_subjects(officer(bench.tenant), vec![SubjectSelector::Case(case.case)]).await;
        found.unwrap()[0].subject
    });
    assert_eq!(erase(&bench, "b@example.com").await.cases, [case.case]);
}

pub(crate) async fn two_who_are_made_one_go_together(bench: Bench) {
    let (one, _) = bench.submit(&of(&bench, "a@example.com")).await;
    let (two, _) = bench.submit(&of(&bench, "b@example.com")).await;
    let (into, from) = (subject(&bench, "a@example.com").await, subject(&bench, "b@example.com").await);
    let foreign = bench.store.link_subjects(officer(bench.other), into, from).await;
    assert_error!(foreign, StoreError::NotFound);
    let linked = bench.store.link_subjects(officer(bench.tenant), into, from).await.unwrap();
    assert_eq!(linked.holdings, Holdings { cases: 2, interactions: 2, identifiers: 2 });
    assert_eq!(subject(&bench, "b@example.com").await, into);
    for case in [&one, &two] {
        assert_eq!(bench.store.get_case(bench.supervisor(), case.case).await.unwrap().1.len(), 1);
    }
    assert_error!(bench.store.link_subjects(officer(bench.tenant), into, from).await, StoreError::NotFound);
    assert_eq!(erase(&bench, "b@example.com").await.cases.len(), 2);
    assert!(bench.cases(bench.tenant).await.is_empty());
}

async fn hold(bench: &Bench, target: HoldTarget) -> HoldRecord {
    let new = NewHold {
        officer: officer(bench.tenant),
        target,
        reason: HoldReason::Litigation,
        end_time: bench.clock_now() + 30 * DAY,
    };
    bench.store.place_hold(new).await.unwrap()
}

pub(crate) async fn approved(bench: &Bench, target: HoldTarget) -> HoldRecord {
    let other = second_person(bench).await;
    let placed = hold(bench, target).await;
    bench.store.approve_hold(other, placed.hold).await.unwrap()
}

pub(crate) async fn a_hold_needs_two_people(bench: Bench) {
    bench.submit(&of(&bench, "a@example.com")).await;
    let target = HoldTarget::Subject(subject(&bench, "a@example.com").await);
    let other = second_person(&bench).await;
    let placed = hold(&bench, target).await;
    assert_eq!((placed.state, placed.approver), (HoldState::Proposed, None));
    assert_error!(bench.store.approve_hold(officer(bench.tenant), placed.hold).await, StoreError::SamePerson);
    assert_error!(bench.store.approve_hold(officer(bench.other), placed.hold).await, StoreError::NotFound);
    let late = hold(&bench, target).await;
    let held = bench.store.approve_hold(other, placed.hold).await.unwrap();
    assert_eq!((held.state, held.placer, held.approver), (HoldState::Active, OFFICER, Some(other.principal)));
    bench.clock.advance(DAY);
    assert_error!(bench.store.approve_hold(other, late.hold).await, StoreError::Changed);
    let states: Vec<_> = bench.store.list_holds(other).await.unwrap().iter().map(|hold| hold.state).collect();
    assert_eq!(states, [HoldState::Ended, HoldState::Active]);
    assert!(bench.store.list_holds(officer(bench.other)).await.unwrap().is_empty());
}

/// What one person could have in a hurry is nobody else's word.
pub(crate) async fn a_second_credential_is_no_second_person(bench: Bench) {
    bench.submit(&of(&bench, "a@example.com")).await;
    let target = HoldTarget::Subject(subject(&bench, "a@example.com").await);
    let first = new_officer(&bench, None).await;
    let own = new_officer(&bench, Some(first.principal)).await;
    let of_own = new_officer(&bench, Some(own.principal)).await;
    bench.clock.advance(MINUTE);
    let new = new_officer(&bench, None).await;
    bench.clock.advance(DAY.checked_sub(MINUTE).unwrap());
    let end_time = bench.clock_now() + 30 * DAY;
    let order = NewHold { officer: first, target, reason: HoldReason::Litigation, end_time };
    let placed = bench.store.place_hold(order).await.unwrap();
    let approve = |officer| bench.store.approve_hold(officer, placed.hold);
    assert_error!(approve(own).await, StoreError::SamePerson);
    assert_error!(approve(of_own).await, StoreError::SamePerson);
    assert_error!(approve(new).await, StoreError::NewCredential);
    bench.clock.advance(MINUTE);
    assert_error!(approve(new).await, StoreError::NewCredential);
    let by_own = bench.store.place_hold(NewHold { officer: own, ..order }).await.unwrap();
    assert_error!(bench.store.approve_hold(first, by_own.hold).await, StoreError::SamePerson);
    assert_eq!(bench.store.approve_hold(new, by_own.hold).await.unwrap().state, HoldState::Active);
}

pub(crate) async fn an_erasure_waits_for_the_release_of_a_hold(bench: Bench) {
    let (case, _) = bench.submit(&of(&bench, "a@example.com")).await;
    let held = approved(&bench, HoldTarget::Case(case.case)).await;
    let deferred = erase(&bench, "a@example.com").await;
    assert_eq!((deferred.state, deferred.hold_end_time), (ErasureState::OnHold, Some(held.end_time)));
    assert!(bench.store.get_case(bench.supervisor(), case.case).await.is_ok());
    let delete =
        DeleteCaseRequest { officer: officer(bench.tenant), case: case.case, version: case.version, request_id: None };
    assert_error!(bench.store.delete_case(delete).await, StoreError::OnHold(_));
    let released = bench.store.release_hold(officer(bench.tenant), held.hold).await.unwrap();
    assert_eq!(released.state, HoldState::Released);
    assert_error!(bench.store.get_case(bench.supervisor(), case.case).await, StoreError::NotFound);
    let done = bench.store.get_erasure(officer(bench.tenant), deferred.erasure.unwrap()).await.unwrap();
    assert_eq!((done.state, done.erase_time), (ErasureState::Erased, Some(bench.clock_now())));
}

pub(crate) async fn an_erasure_runs_by_itself_when_the_hold_ends(bench: Bench) {
    let (case, _) = bench.submit(&of(&bench, "a@example.com")).await;
    approved(&bench, HoldTarget::Subject(subject(&bench, "a@example.com").await)).await;
    erase(&bench, "a@example.com").await;
    bench.clock.advance((30 * DAY).checked_sub(MINUTE).unwrap());
    assert_eq!(bench.upkeep().await.erasures, 0);
    assert!(bench.store.get_case(bench.supervisor(), case.case).await.is_ok());
    bench.clock.advance(MINUTE);
    assert_eq!(bench.upkeep().await.erasures, 1);
    assert_error!(bench.store.get_case(bench.supervisor(), case.case).await, StoreError::NotFound);
    assert_eq!(bench.upkeep().await.erasures, 0, "it runs once");
}

pub(crate) async fn a_case_is_deleted_as_it_was_read(bench: Bench) {
    let (case, _) = bench.submit(&of(&bench, "a@example.com")).await;
    let (other, _) = bench.submit(&of(&bench, "a@example.com")).await;
    let delete =
        |case, version, tenant| DeleteCaseRequest { officer: officer(tenant), case, version, request_id: None };
    let stale = bench.store.delete_case(delete(case.case, case.version + 1, bench.tenant)).await;
    assert_error!(stale, StoreError::Changed);
    let foreign = bench.store.delete_case(delete(case.case, case.version, bench.other)).await;
    assert_error!(foreign, StoreError::NotFound);
    let done = bench.store.delete_case(delete(case.case, case.version, bench.tenant)).await.unwrap();
    assert_eq!((done.subjects.len(), done.cases), (0, vec![case.case]), "the person has another case");
    assert_error!(bench.store.get_case(bench.supervisor(), case.case).await, StoreError::NotFound);
    let last = bench.store.delete_case(delete(other.case, other.version, bench.tenant)).await.unwrap();
    assert_eq!(last.subjects.len(), 1, "nothing is left of the person");
    let found = bench.store.lookup_subjects(officer(bench.tenant), vec![email("a@example.com")]).await;
    assert!(found.unwrap().is_empty());
}

pub(crate) async fn an_open_conversation_ends_with_its_person(bench: Bench) {
    let draft = Draft { request_id: Some(3), handling: Handling::InProgress, ..of(&bench, "a@example.com") };
    let live = bench.store.open_live(draft.submission()).await.unwrap();
    erase(&bench, "a@example.com").await;
    let change = triaged::store::LiveChange {
        tenant: bench.tenant,
        principal: INTAKE,
        interaction: live.submission,
        after: live.position,
        content: draft.content(),
        new_from: 1,
        reseals: false,
        closes: None,
        decide: draft.decide(),
    };
    assert_error!(bench.store.change_live(change).await, StoreError::RecordGone);
    assert_error!(bench.store.open_live(draft.submission()).await, StoreError::RecordGone);
    assert!(bench.cases(bench.tenant).await.is_empty());
}

/// The number of a case is that of nobody's earlier lease.
pub(crate) async fn a_new_case_is_not_open_to_who_leased_an_erased_one(bench: Bench) {
    bench.submit(&of(&bench, "a@example.com")).await;
    let leased = bench.lease_one().await;
    erase(&bench, "a@example.com").await;
    while bench.upkeep().await.more {}
    assert_error!(bench.acknowledge(&leased).await, StoreError::LeaseLost);
    bench.submit(&of(&bench, "b@example.com")).await;
    let since = bench.clock_now() - Duration::from_hours(1);
    let agent = triaged::store::Reader { scope: triaged::store::ReadScope::HandledBy { since }, ..bench.supervisor() };
    let seen = bench.store.list_cases(agent, triaged::store::CaseFilter::default(), 10, None).await.unwrap();
    assert!(seen.items.is_empty());
}

/// Rounds of upkeep until nothing is due; how much expired.
async fn expired(bench: &Bench) -> u64 {
    let mut expired = 0;
    loop {
        let done = bench.upkeep().await;
        expired += done.expired;
        if !done.more {
            return expired;
        }
    }
}

pub(crate) async fn the_text_of_a_resolved_case_goes_first_and_the_facts_later(bench: Bench) {
    let draft =
        Draft { recording: Some("https://r.example/1"), source_ref: Some("i-1"), ..of(&bench, "a@example.com") };
    let (case, before) = bench.submit(&draft).await;
    let (open, _) = bench.submit(&of(&bench, "b@example.com")).await;
    let mut ask = bench.ask();
    ask.case = Some(case.case);
    let leased = bench.lease(ask).await;
    bench.acknowledge(&leased[0]).await.unwrap();
    bench.clock.advance((90 * DAY).checked_sub(MINUTE).unwrap());
    assert_eq!(expired(&bench).await, 0);
    bench.clock.advance(2 * MINUTE + Duration::from_hours(1));
    assert_eq!(expired(&bench).await, 1, "only what is resolved");
    assert_eq!(bench.store.get_case(bench.supervisor(), open.case).await.unwrap().1[0].content.turns.len(), 2);
    let (_, interactions) = bench.store.get_case(bench.supervisor(), case.case).await.unwrap();
    let kept = &interactions[0];
    assert_eq!(kept.content.text_state, triaged::store::TextState::Expired);
    assert!(kept.content.turns.is_empty() && kept.content.attributes.is_empty() && !kept.has_recording);
    assert_eq!((&kept.assessment, &kept.content.source_ref), (&before.assessment, &before.content.source_ref));
    bench.clock.advance(DAY);
    assert_eq!(expired(&bench).await, 0, "once");
    bench.clock.advance(305 * DAY);
    assert_eq!(expired(&bench).await, 2, "the open case too");
    assert!(bench.cases(bench.tenant).await.is_empty());
    assert!(bench.lease(bench.ask()).await.is_empty());
    let found = bench.store.lookup_subjects(officer(bench.tenant), vec![email("a@example.com")]).await;
    assert!(found.unwrap().is_empty(), "nobody is left");
}

pub(crate) async fn what_is_on_hold_is_kept_longer(bench: Bench) {
    let (case, _) = bench.submit(&of(&bench, "a@example.com")).await;
    bench.clock.advance(380 * DAY);
    approved(&bench, HoldTarget::Case(case.case)).await;
    bench.clock.advance(17 * DAY);
    assert_eq!(expired(&bench).await, 0);
    assert!(bench.store.get_case(bench.supervisor(), case.case).await.is_ok());
    bench.clock.advance(14 * DAY);
    assert_eq!(expired(&bench).await, 1);
    assert_error!(bench.store.get_case(bench.supervisor(), case.case).await, StoreError::NotFound);
}

pub(crate) async fn audit_events_go_last(bench: Bench) {
    bench.submit(&of(&bench, "a@example.com")).await;
    bench.clock.advance(729 * DAY);
    expired(&bench).await;
    bench.clock.advance(2 * DAY);
    let events = expired(&bench).await;
    assert!(events >= 2, "those of the two tenants and of the submission: {events}");
    bench.clock.advance(DAY);
    assert_eq!(expired(&bench).await, 0, "once");
}

pub(crate) async fn records_of_acts_go_as_the_audit_events_of_that_time(bench: Bench) {
    let audit_days = triaged::policy::Retention::default().audit_days;
    let (held, _) = bench.submit(&of(&bench, "h@example.com")).await;
    let long = NewHold {
        officer: officer(bench.tenant),
        target: HoldTarget::Case(held.case),
        reason: HoldReason::Litigation,
        end_time: bench.clock_now() + DAY * 5 * 366,
    };
    let placed = bench.store.place_hold(long).await.unwrap().hold;
    bench.submit(&of(&bench, "a@example.com")).await;
    let ended = approved(&bench, HoldTarget::Subject(subject(&bench, "a@example.com").await)).await;
    bench.store.release_hold(officer(bench.tenant), ended.hold).await.unwrap();
    let lasting = bench.store.place_hold(long).await.unwrap().hold;
    bench.store.approve_hold(other(&bench), lasting).await.unwrap();
    let erasure = erase(&bench, "a@example.com").await.erasure.unwrap();
    let register = async || bench.store.register_recipient(officer(bench.tenant), "age1x".to_owned()).await.unwrap();
    let (revoked, usable) = (register().await.recipient, register().await);
    bench.store.revoke_recipient(officer(bench.tenant), revoked).await.unwrap();
    let left = async || {
        while bench.upkeep().await.more {}
        let holds = bench.store.list_holds(officer(bench.tenant)).await.unwrap();
        let holds: Vec<_> = holds.into_iter().map(|one| one.hold).collect();
        let recipients = bench.store.list_recipients(officer(bench.tenant)).await.unwrap();
        (holds, recipients.len(), bench.store.get_erasure(officer(bench.tenant), erasure).await.is_ok())
    };
    bench.clock.advance(DAY * (audit_days - 1));
    assert_eq!(left().await, (vec![lasting, ended.hold, placed], 2, true));
    bench.clock.advance(2 * DAY);
    assert_eq!(left().await, (vec![lasting], 1, false));
    assert_eq!(bench.store.list_recipients(officer(bench.tenant)).await.unwrap()[0].recipient, usable.recipient);
}

pub(crate) async fn a_merged_case_and_its_person_expire_too(bench: Bench) {
    let (from, _) = bench.submit(&of(&bench, "a@example.com")).await;
    let (into, _) = bench.submit(&of(&bench, "a@example.com")).await;
    bench.merge(&into, &[&from]).await.unwrap();
    bench.clock.advance(397 * DAY);
    assert_eq!(expired(&bench).await, 2, "both interactions");
    let found = || bench.store.lookup_subjects(officer(bench.tenant), vec![email("a@example.com")]);
    assert!(found().await.unwrap().is_empty(), "nobody is left");
    assert!(bench.cases(bench.tenant).await.is_empty());
}

pub(crate) async fn nothing_is_left_of_who_was_named_by_mistake(bench: Bench) {
    let (case, _) = bench.submit(&Draft { case_ref: Some("t-1"), ..of(&bench, "c@example.com") }).await;
    let wrong = Draft { case_ref: Some("t-1"), source_ref: Some("i-1"), ..of(&bench, "a@example.com") };
    bench.submit(&wrong).await;
    let right = Draft { source_version: 1, emails: vec!["b@example.com"], ..wrong.clone() };
    let (same, _) = bench.submit(&right).await;
    assert_eq!(same.case, case.case);
    let found = async |address| bench.store.lookup_subjects(officer(bench.tenant), vec![email(address)]).await.unwrap();
    assert_eq!(found("b@example.com").await[0].holdings.interactions, 1);
    assert!(found("a@example.com").await.is_empty());
    assert_eq!(found("c@example.com").await[0].holdings, Holdings { cases: 1, interactions: 1, identifiers: 1 });
    // Who has something else stays.
    let back = Draft { source_version: 2, emails: vec!["c@example.com"], ..wrong };
    bench.submit(&of(&bench, "b@example.com")).await;
    bench.submit(&back).await;
    assert_eq!(found("b@example.com").await[0].holdings.interactions, 1);
}

pub(crate) async fn a_retried_deletion_gets_the_same_answer(bench: Bench) {
    let (case, _) = bench.submit(&of(&bench, "a@example.com")).await;
    let delete = |version| DeleteCaseRequest {
        officer: officer(bench.tenant),
        case: case.case,
        version,
        request_id: Some(Uuid::from_u128(7)),
    };
    let done = bench.store.delete_case(delete(case.version)).await.unwrap();
    assert_eq!(bench.store.delete_case(delete(case.version)).await.unwrap(), done);
    assert_error!(bench.store.delete_case(delete(case.version + 1)).await, StoreError::RequestIdReused);
    let unnamed = DeleteCaseRequest { request_id: None, ..delete(case.version) };
    assert_error!(bench.store.delete_case(unnamed).await, StoreError::NotFound);
}
