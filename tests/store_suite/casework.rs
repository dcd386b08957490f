//! Setting, merging and splitting cases.

use std::time::Duration;

use triaged::{
    assessment::Level,
    id::CaseId,
    queue::{ItemState, Lane},
    store::{
        Actor, CaseChange, CaseLookup, CaseRecord, CaseState, CaseVersion, Handling, HoldTarget, LeaseHandle,
        LeaseRequest, QueueEntry, ReadScope, Reader, StoreError,
    },
};
use uuid::Uuid;

use super::{
    Bench, MINUTE, OTHER_WORKER, START, WORKER,
    draft::{Draft, source_ref},
};
use crate::assert_error;

fn at(case: &CaseRecord) -> CaseVersion {
    CaseVersion { case: case.case, version: case.version }
}

fn actor(reader: Reader, request_id: Option<u128>) -> Actor {
    Actor { reader, request_id: request_id.map(Uuid::from_u128), policy: std::sync::Arc::default() }
}

impl Bench {
    fn agent(&self) -> Reader {
        Reader { scope: ReadScope::HandledBy { since: START }, ..self.supervisor() }
    }

    pub(crate) async fn update(&self, case: &CaseRecord, change: CaseChange) -> Result<CaseRecord, StoreError> {
        self.store.update_case(actor(self.supervisor(), None), at(case), change).await
    }

    pub(crate) async fn set_state(&self, case: &CaseRecord, state: CaseState) -> CaseRecord {
        self.update(case, CaseChange { state: Some(state), ..CaseChange::default() }).await.unwrap()
    }

    pub(crate) async fn merge(&self, target: &CaseRecord, sources: &[&CaseRecord]) -> Result<CaseRecord, StoreError> {
        let sources = sources.iter().map(|source| at(source)).collect();
        self.store.merge_cases(actor(self.supervisor(), None), at(target), sources).await
    }

    async fn interactions(&self, case: CaseId) -> usize {
        self.store.get_case(self.supervisor(), case).await.unwrap().1.len()
    }

    async fn in_queue(&self, queue: &str) -> Vec<QueueEntry> {
        self.store.list_items(self.tenant, queue.to_owned(), 9, None).await.unwrap().items
    }
}

/// All that the holder of a lease may do answers that the case was closed.
async fn check_closed(bench: &Bench, handle: LeaseHandle) {
    assert_error!(bench.store.renew_lease(handle, MINUTE).await, StoreError::CaseClosed);
    assert_error!(bench.store.acknowledge_item(handle, CaseState::Resolved).await, StoreError::CaseClosed);
    assert_error!(bench.store.release_item(handle, Duration::ZERO).await, StoreError::CaseClosed);
}

pub(crate) async fn closing_a_case_ends_its_item_and_its_lease(bench: Bench) {
    for state in [CaseState::Resolved, CaseState::Pending] {
        let (case, _) = bench.submit(&bench.draft()).await;
        let entry = bench.lease_one().await;
        let closed = bench.set_state(&case, state).await;
        assert_eq!((closed.state, closed.queued), (state, None));
        assert!(closed.version > case.version);
        assert!(bench.in_queue("default").await.is_empty());
        check_closed(&bench, bench.handle(&entry)).await;
        let stale = LeaseHandle { epoch: entry.epoch + 1, ..bench.handle(&entry) };
        assert_error!(bench.store.renew_lease(stale, MINUTE).await, StoreError::LeaseLost);
    }
    let (case, _) = bench.submit(&bench.draft()).await;
    let entry = bench.lease_one().await;
    bench.clock.advance(5 * MINUTE);
    bench.set_state(&case, CaseState::Resolved).await;
    assert_error!(bench.acknowledge(&entry).await, StoreError::LeaseLost);
}

pub(crate) async fn a_newer_version_that_closes_is_told_to_the_lease(bench: Bench) {
    let draft = Draft { source_ref: Some("i-1"), ..bench.draft() };
    bench.submit(&draft).await;
    let entry = bench.lease_one().await;
    bench.submit(&Draft { source_version: 1, handling: Handling::Closed, ..draft }).await;
    assert_eq!(bench.in_queue("default").await.len(), 1, "who works on it is not interrupted");
    bench.acknowledge(&entry).await.unwrap();
}

pub(crate) async fn a_case_is_changed_as_it_was_read_or_not_at_all(bench: Bench) {
    let (case, _) = bench.submit(&bench.draft()).await;
    let change = CaseChange { state: Some(CaseState::Resolved), ..CaseChange::default() };
    let stale = CaseVersion { version: case.version + 1, ..at(&case) };
    let seventh = || actor(bench.supervisor(), Some(7));
    assert_error!(bench.store.update_case(seventh(), stale, change.clone()).await, StoreError::Changed);
    let done = bench.store.update_case(seventh(), at(&case), change.clone()).await.unwrap();
    let again = bench.store.update_case(seventh(), at(&case), change.clone()).await.unwrap();
    assert_eq!((done.version, done), (again.version, again.clone()), "a retry changes nothing");
    let other = CaseChange { queue: Some("else".to_owned()), ..change.clone() };
    assert_error!(bench.store.update_case(seventh(), at(&case), other).await, StoreError::RequestIdReused);
    let foreign = Reader { tenant: bench.other, ..bench.supervisor() };
    let foreign = bench.store.update_case(actor(foreign, None), at(&again), change.clone()).await;
    assert_error!(foreign, StoreError::NotFound);
    let absent = CaseVersion { case: CaseId(Uuid::from_u128(1)), version: 1 };
    let absent = bench.store.update_case(actor(bench.supervisor(), None), absent, change).await;
    assert_error!(absent, StoreError::NotFound);
}

pub(crate) async fn a_case_that_changes_its_queue_keeps_its_place_and_lease(bench: Bench) {
    let (case, _) = bench.submit(&Draft { skills: vec!["billing"], ..bench.draft() }).await;
    let skills = vec!["billing".to_owned()];
    let leased = bench.lease(LeaseRequest { skills: skills.clone(), ..bench.ask() }).await.remove(0);
    let moved = bench.update(&case, CaseChange { queue: Some("second".to_owned()), ..CaseChange::default() }).await;
    let moved = moved.unwrap();
    assert_eq!((moved.queue.as_str(), moved.queued), ("second", case.queued));
    assert!(bench.in_queue("default").await.is_empty());
    assert_eq!(bench.in_queue("second").await[0].state, ItemState::Leased);
    bench.store.release_item(bench.handle(&leased), Duration::ZERO).await.unwrap();
    let ask = LeaseRequest { queues: vec!["second".to_owned()], ..bench.ask() };
    assert!(bench.lease(ask.clone()).await.is_empty(), "it still asks for its skill");
    assert_eq!(bench.lease(LeaseRequest { skills, ..ask }).await[0].epoch, 2);
}

pub(crate) async fn an_agent_acts_on_what_it_leases(bench: Bench) {
    let draft = Draft { case_ref: Some("c-1"), ..bench.draft() };
    let (case, _) = bench.submit(&draft).await;
    let change = CaseChange { state: Some(CaseState::Resolved), ..CaseChange::default() };
    let act =
        async |reader| bench.store.update_case(actor(reader, None), at(&bench.case(&case).await), change.clone()).await;
    assert_error!(act(bench.agent()).await, StoreError::NotFound);
    let entry = bench.lease_one().await;
    assert_error!(act(Reader { principal: OTHER_WORKER, ..bench.agent() }).await, StoreError::NotFound);
    assert_eq!(act(bench.agent()).await.unwrap().state, CaseState::Resolved);
    check_closed(&bench, bench.handle(&entry)).await;
    bench.submit(&draft).await;
    assert_error!(act(bench.agent()).await, StoreError::LeaseRequired);
}

pub(crate) async fn merging_moves_everything_into_the_target(bench: Bench) {
    let (late, early) = (Duration::from_hours(3), Duration::from_hours(1));
    let target = Draft { case_ref: Some("c-1"), customer_ref: Some("anna"), target: late, ..bench.draft() };
    let source = Draft { case_ref: Some("c-2"), source_ref: Some("i-2"), message_ids: vec!["m@x"], ..bench.draft() };
    let source = Draft { level: Level::Urgent, value: 7000, target: early, customer_ref: Some("bert"), ..source };
    let (into, own) = bench.submit(&target).await;
    let (from, moved) = bench.submit(&source).await;
    let holder = bench.lease_one().await;
    assert_eq!(holder.case, from.case);
    let merged = bench.merge(&into, &[&from]).await.unwrap();
    assert_eq!((merged.case, merged.level, merged.value), (into.case, Level::Urgent, 7000));
    assert_eq!(merged.queued, Some((START, START + early)));
    let (_, interactions) = bench.store.get_case(bench.supervisor(), into.case).await.unwrap();
    let ids: Vec<_> = interactions.iter().map(|one| one.interaction).collect();
    assert_eq!(ids, [own.interaction, moved.interaction]);
    assert_eq!(interactions[1], moved, "nothing of it is another");
    let (gone, left) = bench.store.get_case(bench.supervisor(), from.case).await.unwrap();
    assert_eq!((gone.state, gone.merged_into, left.len()), (CaseState::Merged, Some(into.case), 0));
    check_closed(&bench, bench.handle(&holder)).await;
    let items = bench.in_queue("default").await;
    assert_eq!(items.iter().map(|item| (item.case, item.lane)).collect::<Vec<_>>(), [(into.case, Lane::Express)]);
    for later in [
        Draft { case_ref: Some("c-2"), ..bench.draft() },
        Draft { references: vec!["m@x"], ..bench.draft() },
        Draft { source_version: 1, ..source },
    ] {
        assert_eq!(bench.submit(&later).await.0.case, into.case, "what led to the source leads to the target");
    }
    let lookup = |lookup| bench.store.find_open_cases(bench.supervisor(), lookup);
    for by in [CaseLookup::SourceRef(source_ref("c-2")), CaseLookup::CustomerRef("bert".to_owned())] {
        let found = lookup(by).await.unwrap();
        assert_eq!(found.iter().map(|open| open.case).collect::<Vec<_>>(), [into.case]);
    }
}

pub(crate) async fn who_waits_in_a_source_waits_in_the_target(bench: Bench) {
    let (into, _) = bench.submit(&Draft { handling: Handling::Closed, queue: "second", ..bench.draft() }).await;
    let (from, _) = bench.submit(&Draft { skills: vec!["billing"], ..bench.draft() }).await;
    let merged = bench.merge(&into, &[&from]).await.unwrap();
    assert_eq!((merged.state, merged.queue.as_str()), (CaseState::Open, "second"));
    assert_eq!(merged.queued, from.queued);
    assert!(bench.in_queue("default").await.is_empty());
    let ask = LeaseRequest { queues: vec!["second".to_owned()], skills: vec!["billing".to_owned()], ..bench.ask() };
    assert_eq!(bench.lease(ask).await[0].case, into.case);
}

pub(crate) async fn whoever_works_on_the_target_is_told_that_there_is_more(bench: Bench) {
    let (into, _) = bench.submit(&bench.draft()).await;
    let entry = bench.lease_one().await;
    let (from, _) = bench.submit(&bench.draft()).await;
    let merged = bench.merge(&into, &[&from]).await.unwrap();
    bench.acknowledge(&entry).await.unwrap();
    let after = bench.case(&merged).await;
    assert_eq!((after.state, after.queued), (CaseState::Open, merged.queued));
}

pub(crate) async fn a_merged_case_is_not_acted_on_again(bench: Bench) {
    let draft = bench.draft();
    let mut cases = Vec::new();
    for _ in 0..3 {
        cases.push(bench.submit(&draft).await.0);
    }
    let [one, two, three] = cases.as_slice() else { panic!("three cases") };
    assert_error!(bench.merge(one, &[one]).await, StoreError::CaseMerged);
    assert_error!(bench.merge(one, &[two, two]).await, StoreError::CaseMerged | StoreError::Changed);
    assert_eq!(bench.interactions(two.case).await, 1, "the whole act was taken back");
    let merged = bench.merge(two, &[one]).await.unwrap();
    let gone = bench.case(one).await;
    assert_error!(bench.merge(three, &[&gone]).await, StoreError::CaseMerged);
    assert_error!(bench.merge(&gone, &[three]).await, StoreError::CaseMerged);
    let change = CaseChange { state: Some(CaseState::Open), ..CaseChange::default() };
    assert_error!(bench.update(&gone, change).await, StoreError::CaseMerged);
    bench.merge(three, &[&merged]).await.unwrap();
    assert_eq!(bench.case(one).await.merged_into, Some(three.case), "it names where its interactions are");
    assert_eq!(bench.interactions(three.case).await, 3);
}

pub(crate) async fn a_merge_needs_the_versions_that_were_read(bench: Bench) {
    let draft = bench.draft();
    let ((one, _), (two, _)) = (bench.submit(&draft).await, bench.submit(&draft).await);
    let stale = |case: &CaseRecord| CaseRecord { version: case.version + 1, ..case.clone() };
    assert_error!(bench.merge(&stale(&one), &[&two]).await, StoreError::Changed);
    assert_error!(bench.merge(&one, &[&stale(&two)]).await, StoreError::Changed);
    let (foreign, _) = bench.submit(&Draft { tenant: bench.other, ..draft }).await;
    assert_error!(bench.merge(&one, &[&foreign]).await, StoreError::NotFound);
    assert_error!(bench.merge(&foreign, &[&one]).await, StoreError::NotFound);
    let merge = || bench.store.merge_cases(actor(bench.supervisor(), Some(7)), at(&one), vec![at(&two)]);
    let merged = merge().await.unwrap();
    assert_eq!(merge().await.unwrap(), merged, "a retry changes nothing");
}

pub(crate) async fn an_agent_merges_what_it_leases(bench: Bench) {
    let draft = bench.draft();
    let ((one, _), (two, _)) = (bench.submit(&draft).await, bench.submit(&draft).await);
    let merge = || bench.store.merge_cases(actor(bench.agent(), None), at(&one), vec![at(&two)]);
    let lease =
        async |case: &CaseRecord| bench.lease(LeaseRequest { case: Some(case.case), ..bench.ask() }).await.remove(0);
    assert_error!(merge().await, StoreError::NotFound);
    let first = lease(&one).await;
    assert_error!(merge().await, StoreError::NotFound);
    let second = lease(&two).await;
    merge().await.unwrap();
    check_closed(&bench, bench.handle(&second)).await;
    bench.store.renew_lease(bench.handle(&first), MINUTE).await.expect("the lease of the target lives on");
    assert_eq!(WORKER, bench.agent().principal);
}

pub(crate) async fn an_interaction_that_is_split_off_stands_as_if_it_had_come_alone(bench: Bench) {
    let first = Draft { case_ref: Some("c-1"), customer_ref: Some("anna"), ..bench.draft() };
    let second = Draft {
        level: Level::Urgent,
        value: 7000,
        source_ref: Some("i-2"),
        message_ids: vec!["m@x"],
        queue: "second",
        skills: vec!["billing"],
        ..first.clone()
    };
    let (_, own) = bench.submit(&first).await;
    bench.clock.advance(MINUTE);
    let (case, moved) = bench.submit(&second).await;
    assert_eq!(case.level, Level::Urgent);
    let split = |at, id| bench.store.split_interaction(actor(bench.supervisor(), Some(id)), at, moved.interaction);
    let stale = CaseVersion { version: 1, ..at(&case) };
    assert_error!(split(stale, 8).await, StoreError::Changed);
    let new = split(at(&case), 7).await.unwrap();
    assert_eq!(split(at(&case), 7).await.unwrap(), new, "a retry changes nothing");
    assert_ne!(new.case, case.case);
    assert_eq!((new.level, new.value, new.queue.as_str()), (Level::Urgent, 7000, "second"));
    assert_eq!(new.queued, Some((START + MINUTE, START + 61 * MINUTE)), "urgent queries are due within an hour");
    assert_eq!((new.customer_ref.as_deref(), new.source_ref.clone()), (Some("anna"), None));
    let (_, interactions) = bench.store.get_case(bench.supervisor(), new.case).await.unwrap();
    assert_eq!(interactions, std::slice::from_ref(&moved));
    let (old, left) = bench.store.get_case(bench.supervisor(), case.case).await.unwrap();
    assert_eq!(left.iter().map(|one| one.interaction).collect::<Vec<_>>(), [own.interaction]);
    assert_eq!((old.level, old.state), (Level::Normal, CaseState::Open), "what is left speaks for it");
    let ask = LeaseRequest { queues: vec!["second".to_owned()], skills: vec!["billing".to_owned()], ..bench.ask() };
    assert_eq!(bench.lease(ask).await[0].case, new.case);
    for later in [Draft { references: vec!["m@x"], ..bench.draft() }, Draft { source_version: 1, ..second }] {
        assert_eq!(bench.submit(&later).await.0.case, new.case, "what led to the interaction leads there");
    }
    assert_eq!(bench.submit(&first).await.0.case, case.case);
}

pub(crate) async fn nothing_leaves_a_case_that_is_held(bench: Bench) {
    let draft = Draft { case_ref: Some("c-1"), ..bench.draft() };
    let (_, moved) = bench.submit(&draft).await;
    let (held, _) = bench.submit(&draft).await;
    let (free, _) = bench.submit(&bench.draft()).await;
    super::privacy::approved(&bench, HoldTarget::Case(held.case)).await;
    assert_error!(bench.merge(&free, &[&held]).await, StoreError::OnHold(_));
    let split = bench.store.split_interaction(actor(bench.supervisor(), None), at(&held), moved.interaction).await;
    assert_error!(split, StoreError::OnHold(_));
    let merged = bench.merge(&held, &[&free]).await.unwrap();
    assert_eq!(bench.interactions(merged.case).await, 3, "what comes to a held case is held with it");
}

pub(crate) async fn people_whose_cases_were_merged_are_erased_apart(bench: Bench) {
    let of = |address| Draft { emails: vec![address], ..bench.draft() };
    let (anna, _) = bench.submit(&of("anna@example.com")).await;
    let (bert, of_bert) = bench.submit(&of("bert@example.com")).await;
    bench.merge(&anna, &[&bert]).await.unwrap();
    super::privacy::erase(&bench, "anna@example.com").await;
    let (left, interactions) = bench.store.get_case(bench.supervisor(), anna.case).await.unwrap();
    assert_eq!((left.case, interactions.len()), (anna.case, 1));
    assert_eq!(interactions[0].interaction, of_bert.interaction);
    super::privacy::erase(&bench, "bert@example.com").await;
    let gone = bench.store.get_case(bench.supervisor(), anna.case).await;
    assert_error!(gone, StoreError::NotFound | StoreError::RecordGone);
}

pub(crate) async fn the_last_interaction_of_a_case_stays(bench: Bench) {
    let (case, only) = bench.submit(&bench.draft()).await;
    let (other, elsewhere) = bench.submit(&bench.draft()).await;
    let split = |at, interaction| bench.store.split_interaction(actor(bench.supervisor(), None), at, interaction);
    assert_error!(split(at(&case), only.interaction).await, StoreError::LastInteraction);
    assert_error!(split(at(&case), elsewhere.interaction).await, StoreError::NotFound);
    let merged = bench.merge(&case, &[&other]).await.unwrap();
    let agent = bench.store.split_interaction(actor(bench.agent(), None), at(&merged), only.interaction).await;
    assert_error!(agent, StoreError::NotFound);
    let apart = split(at(&merged), elsewhere.interaction).await.unwrap();
    assert_eq!((bench.interactions(case.case).await, bench.interactions(apart.case).await), (1, 1));
}

pub(crate) async fn a_repeated_act_is_answered_only_while_the_case_may_be_seen(bench: Bench) {
    let (case, _) = bench.submit(&bench.draft()).await;
    bench.lease_one().await;
    let change = CaseChange { state: Some(CaseState::Resolved), ..CaseChange::default() };
    let update = |reader| bench.store.update_case(actor(reader, Some(4)), at(&case), change.clone());
    let closed = update(bench.agent()).await.unwrap();
    assert_eq!(update(bench.agent()).await.unwrap(), closed);
    bench.clock.advance(25 * 60 * MINUTE);
    let since = bench.clock_now() - 24 * 60 * MINUTE;
    let late = Reader { scope: ReadScope::HandledBy { since }, ..bench.agent() };
    assert_error!(update(late).await, StoreError::NotFound);
}

pub(crate) async fn what_waits_in_a_source_is_for_who_speaks_its_language(bench: Bench) {
    use triaged::{assessment::Tier, conversation::Channel, text::Language};
    let chat = Draft { channel: Channel::Chat, handling: Handling::Closed, ..bench.draft() };
    let (into, _) = bench.submit(&chat).await;
    let (language, channel, tier) = (Some(Language::French), Channel::Email, Tier::Vip);
    let (from, _) = bench.submit(&Draft { channel, language, tier, ..bench.draft() }).await;
    let merged = bench.merge(&into, &[&from]).await.unwrap();
    assert_eq!((merged.language, merged.channel, merged.tier), (language, channel, tier));
    let ask = LeaseRequest { languages: vec![Language::English], ..bench.ask() };
    assert!(bench.lease(ask).await.is_empty());
    let ask = LeaseRequest { languages: vec![Language::French], ..bench.ask() };
    assert_eq!(bench.lease(ask).await.len(), 1);
}
