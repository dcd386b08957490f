//! Policies, corrections, scoring anew, samples and counts.

use std::{sync::Arc, time::Duration};

use triaged::{
    assessment::{Assessment, Label, Level},
    id::InteractionId,
    lexicon::released,
    policy::{Correction, LexiconLayer, Policy},
    queue::Lane,
    store::{
        Breakdown, CaseRecord, CorrectionReason, CorrectionRequest, Flip, InteractionRecord, NewPolicy, PolicyRecord,
        PolicyStage, ReadScope, Reader, Rescore, RescoreRequest, SamplesRequest, ShadowVerdict, StatisticsRequest,
        StoreError,
    },
    text::Language,
    time::Timestamp,
};
use uuid::Uuid;

use super::{Bench, DAY, INTAKE, MINUTE, OTHER_WORKER, START, WORKER, draft::Draft};
use crate::assert_error;

// ---- policies ----------------------------------------------------------------------------------------------------

fn new(bench: &Bench, expected: u32, threshold: i32) -> NewPolicy {
    let mut policy = Policy::default();
    policy.sentiment.negative_threshold_millis = threshold;
    policy.lexicon = vec![LexiconLayer { language: Language::English, rows: "gribble\t700\tnot_working\n".into() }];
    NewPolicy { tenant: bench.tenant, principal: WORKER, expected: Some(expected), policy, shadow: false }
}

fn seen(record: &PolicyRecord) -> (u32, i32, PolicyStage) {
    (record.policy.revision, record.policy.sentiment.negative_threshold_millis, record.stage)
}

pub(crate) async fn every_tenant_begins_with_the_shipped_policy(bench: Bench) {
    for revision in [None, Some(1)] {
        let shipped = bench.store.get_policy(bench.tenant, revision).await.unwrap();
        assert_eq!(seen(&shipped), (1, 500, PolicyStage::Live));
        assert_eq!((shipped.create_time, shipped.creator), (None, None));
        assert_eq!(shipped.policy.lexicon_revision, released::revisions()[0], "the lexicon of the release");
    }
    assert_error!(bench.store.get_policy(bench.tenant, Some(2)).await, StoreError::NotFound);
    assert_error!(bench.store.get_policy(bench.tenant, Some(0)).await, StoreError::NotFound);
    assert!(bench.store.present_policies().await.unwrap().is_empty());
}

pub(crate) async fn a_revision_is_never_changed_and_the_newest_decides(bench: Bench) {
    let second = bench.store.put_policy(new(&bench, 1, 600)).await.unwrap();
    assert_eq!(seen(&second), (2, 600, PolicyStage::Live));
    assert_eq!((second.create_time, second.creator), (Some(START), Some(WORKER)));
    bench.store.put_policy(new(&bench, 2, 700)).await.unwrap();
    let get = async |revision| seen(&bench.store.get_policy(bench.tenant, revision).await.unwrap());
    assert_eq!(get(None).await, (3, 700, PolicyStage::Live));
    assert_eq!(get(Some(2)).await, (2, 600, PolicyStage::Past));
    assert_eq!(get(Some(1)).await, (1, 500, PolicyStage::Past));
    let read = bench.store.get_policy(bench.tenant, None).await.unwrap().policy;
    assert_eq!(read.lexicon, new(&bench, 0, 0).policy.lexicon);
}

pub(crate) async fn a_shorter_period_of_retention_waits_three_days(bench: Bench) {
    let put = async |expected, text_days, shadow| {
        let mut new = NewPolicy { shadow, ..new(&bench, expected, 600) };
        new.policy.retention.text_days = text_days;
        bench.store.put_policy(new).await.unwrap()
    };
    let counting = |record: &PolicyRecord| {
        let (retention, now) = (record.policy.retention, bench.clock_now());
        let until = retention.effect_time(&record.former, now);
        (retention.counting(&record.former, now).text_days, until)
    };
    let read = async || {
        let live = bench.store.get_policy(bench.tenant, None).await.unwrap();
        let present = bench.store.present_policies().await.unwrap();
        let loaded = &present.iter().find(|(_, one)| one.stage == PolicyStage::Live).unwrap().1;
        assert_eq!(counting(&live), counting(loaded), "also after a start");
        counting(&live)
    };
    let end = Some(START + 3 * DAY);
    let made = put(1, 30, false).await;
    assert_eq!((counting(&made), read().await), ((90, end), (90, end)));
    bench.clock.advance(DAY);
    let again = put(2, 60, false).await;
    assert_eq!((counting(&again), read().await), ((90, end), (90, end)));
    assert!(put(3, 1, true).await.former.is_empty());
    assert_eq!(read().await, (90, end), "a shadow keeps and destroys nothing");
    bench.clock.advance(2 * DAY);
    assert_eq!(read().await, (60, None), "the shorter ones of before count no more");
    assert_eq!(counting(&put(3, 365, false).await), (365, None), "a longer one counts at once");
    assert_eq!(read().await, (365, None));
}

pub(crate) async fn a_revision_goes_on_naming_its_lexicon(bench: Bench) {
    let [own, before] = released::revisions();
    for (expected, revision) in [(1, before), (2, "of-another-release")] {
        let mut new = new(&bench, expected, 600);
        revision.clone_into(&mut new.policy.lexicon_revision);
        bench.store.put_policy(new).await.unwrap();
    }
    let named = async |revision| bench.store.get_policy(bench.tenant, revision).await.unwrap().policy.lexicon_revision;
    assert_eq!(named(None).await, "of-another-release");
    assert_eq!([named(Some(1)).await, named(Some(2)).await], [own, before]);
    let page = bench.store.list_policies(bench.tenant, 9, None).await.unwrap();
    let listed: Vec<_> = page.items.iter().map(|record| record.policy.lexicon_revision.as_str()).collect();
    assert_eq!(listed, ["of-another-release", before, own]);
}

pub(crate) async fn a_policy_that_was_changed_meanwhile_is_not_overwritten(bench: Bench) {
    bench.store.put_policy(new(&bench, 1, 600)).await.unwrap();
    assert_error!(bench.store.put_policy(new(&bench, 1, 700)).await, StoreError::Changed);
    let live = bench.store.get_policy(bench.tenant, None).await.unwrap();
    assert_eq!(seen(&live), (2, 600, PolicyStage::Live));
}

pub(crate) async fn a_shadow_decides_nothing_and_ends_with_the_next_revision(bench: Bench) {
    use PolicyStage::{Live, Past, Shadow};
    let shadow = |expected, threshold| NewPolicy { shadow: true, ..new(&bench, expected, threshold) };
    bench.store.put_policy(shadow(1, 600)).await.unwrap();
    bench.store.put_policy(shadow(1, 700)).await.unwrap();
    let stages = async || {
        let page = bench.store.list_policies(bench.tenant, 9, None).await.unwrap();
        page.items.iter().map(|record| (record.policy.revision, record.stage)).collect::<Vec<_>>()
    };
    assert_eq!(stages().await, [(3, Shadow), (2, Past), (1, Live)]);
    let present = bench.store.present_policies().await.unwrap();
    assert_eq!(present.iter().map(|(tenant, one)| (*tenant, one.stage)).collect::<Vec<_>>(), [(bench.tenant, Shadow)]);
    bench.store.put_policy(new(&bench, 1, 800)).await.unwrap();
    assert_eq!(stages().await, [(4, Live), (3, Past), (2, Past), (1, Past)]);
}

pub(crate) async fn revisions_are_listed_in_pages_and_by_tenant(bench: Bench) {
    for revision in 1..=3 {
        bench.store.put_policy(new(&bench, revision, 600)).await.unwrap();
    }
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = bench.store.list_policies(bench.tenant, 2, after).await.unwrap();
        found.extend(page.items.iter().map(|record| record.policy.revision));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(found, [4, 3, 2, 1]);
    let other = bench.store.list_policies(bench.other, 9, None).await.unwrap();
    assert_eq!(other.items.iter().map(|record| record.policy.revision).collect::<Vec<_>>(), [1]);
    assert_error!(bench.store.get_policy(bench.other, Some(2)).await, StoreError::NotFound);
}

// ---- corrections -------------------------------------------------------------------------------------------------

fn correction(
    bench: &Bench,
    (case, interaction): &(CaseRecord, InteractionRecord),
    label: Option<Label>,
    level: Option<Level>,
) -> CorrectionRequest {
    CorrectionRequest {
        reader: bench.supervisor(),
        case: case.case,
        interaction: interaction.interaction,
        correction: Correction { label, level },
        reason: CorrectionReason::Wording,
        policy: Arc::new(Policy::default()),
    }
}

pub(crate) async fn a_correction_stands_beside_the_assessment_and_places_the_case_anew(bench: Bench) {
    let low = bench.submit(&Draft { value: 2000, target: 9 * MINUTE, ..bench.draft() }).await;
    bench.submit(&Draft { value: 2500, target: 5 * MINUTE, ..bench.draft() }).await;
    let request = correction(&bench, &low, Some(Label::Negative), Some(Level::Urgent));
    let corrected = bench.store.correct_assessment(request.clone()).await.unwrap();
    assert_eq!(corrected.assessment, low.1.assessment, "the machine's stands");
    let stored = corrected.correction.unwrap();
    assert_eq!((stored.correction, stored.reason), (request.correction, request.reason));
    assert_eq!((stored.principal, stored.time), (WORKER, START));
    let case = bench.case(&low.0).await;
    assert_eq!((case.label, case.level, case.value, case.emergency), (Label::Negative, Level::Urgent, 6500, false));
    assert_eq!(case.version, low.0.version + 1);
    // URGENT is due within an hour round the clock, by the policy.
    assert_eq!(case.queued, Some((START, START + Duration::from_hours(1))));
    let again = correction(&bench, &low, None, Some(Level::Low));
    bench.store.correct_assessment(again).await.unwrap();
    let case = bench.case(&low.0).await;
    assert_eq!((case.label, case.level, case.value), (Label::Neutral, Level::Low, 1499), "a new one replaces the old");
}

pub(crate) async fn a_correction_ends_an_emergency(bench: Bench) {
    let alarm = Draft { emergency: true, level: Level::Urgent, value: 8000, ..bench.draft() };
    let alarm = bench.submit(&alarm).await;
    bench.store.correct_assessment(correction(&bench, &alarm, None, Some(Level::Normal))).await.unwrap();
    let entry = bench.lease_one().await;
    assert_eq!((entry.case, entry.lane, entry.level, entry.value), (alarm.0.case, Lane::Regular, Level::Normal, 3999));
}

pub(crate) async fn only_what_is_open_to_the_reader_is_corrected(bench: Bench) {
    let submitted = bench.submit(&bench.draft()).await;
    let request = correction(&bench, &submitted, Some(Label::Negative), None);
    let agent = Reader { scope: ReadScope::HandledBy { since: START }, ..bench.supervisor() };
    for reader in
        [Reader { tenant: bench.other, ..bench.supervisor() }, agent, Reader { principal: OTHER_WORKER, ..agent }]
    {
        let refused = bench.store.correct_assessment(CorrectionRequest { reader, ..request.clone() }).await;
        assert_error!(refused, StoreError::NotFound);
    }
    let absent = CorrectionRequest { interaction: InteractionId(Uuid::from_u128(9)), ..request.clone() };
    assert_error!(bench.store.correct_assessment(absent).await, StoreError::NotFound);
    bench.lease_one().await;
    let handled = CorrectionRequest { reader: agent, ..request };
    assert!(bench.store.correct_assessment(handled).await.is_ok(), "who leases it may");
}

pub(crate) async fn a_newer_version_of_the_interaction_ends_its_correction(bench: Bench) {
    let draft = Draft { source_ref: Some("i-1"), ..bench.draft() };
    let submitted = bench.submit(&draft).await;
    bench.store.correct_assessment(correction(&bench, &submitted, Some(Label::Negative), None)).await.unwrap();
    let (_, replaced) = bench.submit(&Draft { source_version: 1, text: "thank you".into(), ..draft }).await;
    assert_eq!(replaced.correction, None);
}

// ---- scoring anew ------------------------------------------------------------------------------------------------

fn rescore(bench: &Bench, apply: bool, rescore: Rescore) -> RescoreRequest {
    RescoreRequest {
        tenant: bench.tenant,
        principal: WORKER,
        after: None,
        limit: 64,
        newest_first: false,
        apply,
        redact: None,
        rescore,
        policy: Arc::new(Policy::default()),
    }
}

/// Scores everything like this draft, at another revision.
fn like(draft: Draft) -> Rescore {
    Arc::new(move |input, _| Assessment { policy_revision: 9, ..draft.assessment(input.repeat_contact_days) })
}

pub(crate) async fn scoring_anew_moves_what_waits_and_a_preview_does_not(bench: Bench) {
    let (case, before) = bench.submit(&bench.draft()).await;
    let urgent = Draft { label: Label::Negative, level: Level::High, value: 5000, ..bench.draft() };
    let flip = Flip {
        case: case.case,
        interaction: before.interaction,
        before: (Label::Neutral, Level::Normal),
        after: (Label::Negative, Level::High),
    };
    let preview = bench.store.rescore_cases(rescore(&bench, false, like(urgent.clone()))).await.unwrap();
    assert_eq!((preview.cases, preview.interactions, preview.changed), (1, 1, 1));
    assert_eq!(preview.flips, [flip]);
    assert_eq!(bench.case(&case).await, case, "a preview changes nothing");
    let done = bench.store.rescore_cases(rescore(&bench, true, like(urgent.clone()))).await.unwrap();
    assert_eq!(done, preview);
    let (after, interactions) = bench.store.get_case(bench.supervisor(), case.case).await.unwrap();
    assert_eq!((after.label, after.level, after.value), (Label::Negative, Level::High, 5000));
    assert_eq!(interactions[0].assessment, Assessment { policy_revision: 9, ..urgent.assessment(0) });
    assert_eq!(interactions[0].content, before.content);
    assert_eq!(after.queued.unwrap().0, START, "it keeps its age");
    let again = bench.store.rescore_cases(rescore(&bench, true, like(urgent))).await.unwrap();
    assert_eq!((again.interactions, again.changed), (1, 0), "the same revisions give the same");
}

pub(crate) async fn a_correction_survives_scoring_anew(bench: Bench) {
    let submitted = bench.submit(&bench.draft()).await;
    bench.store.correct_assessment(correction(&bench, &submitted, None, Some(Level::Urgent))).await.unwrap();
    let low = Draft { level: Level::Low, value: 100, ..bench.draft() };
    bench.store.rescore_cases(rescore(&bench, true, like(low))).await.unwrap();
    let case = bench.case(&submitted.0).await;
    assert_eq!((case.level, case.value), (Level::Urgent, 6500));
}

pub(crate) async fn scoring_anew_goes_through_everything_once_and_can_be_resumed(bench: Bench) {
    for _ in 0..5 {
        bench.submit(&bench.draft()).await;
    }
    bench.submit(&Draft { tenant: bench.other, ..bench.draft() }).await;
    for newest_first in [false, true] {
        let (mut after, mut cases) = (None, Vec::new());
        loop {
            let high = Draft { level: Level::High, value: 5000, ..bench.draft() };
            let request = rescore(&bench, false, like(high));
            let done =
                bench.store.rescore_cases(RescoreRequest { after, limit: 2, newest_first, ..request }).await.unwrap();
            cases.extend(done.flips.iter().map(|flip| flip.case));
            after = done.next;
            if after.is_none() {
                break;
            }
        }
        let mut all: Vec<_> = bench.cases(bench.tenant).await.iter().map(|case| case.case).collect();
        if !newest_first {
            all.reverse();
        }
        assert_eq!(cases, all);
    }
    let foreign = RescoreRequest { after: Some(vec![1; 40]), ..rescore(&bench, false, like(bench.draft())) };
    assert_error!(bench.store.rescore_cases(foreign).await, StoreError::InvalidPosition);
}

pub(crate) async fn a_case_is_as_urgent_as_what_waits_in_it(bench: Bench) {
    let draft = Draft { case_ref: Some("c-1"), ..bench.draft() };
    let (case, _) =
        bench.submit(&Draft { text: "first".into(), level: Level::High, value: 5000, ..draft.clone() }).await;
    bench.clock.advance(MINUTE);
    bench.submit(&Draft { text: "second".into(), ..draft.clone() }).await;
    let (normal, low) = (draft.clone(), Draft { level: Level::Low, value: 100, ..draft });
    let first = super::draft::redacted("first");
    let score: Rescore =
        Arc::new(move |input, _| if input.turns[0].text == first { normal.assessment(0) } else { low.assessment(0) });
    bench.store.rescore_cases(rescore(&bench, true, score)).await.unwrap();
    let case = bench.case(&case).await;
    assert_eq!((case.level, case.value), (Level::Normal, 2000));
}

pub(crate) async fn the_same_verdicts_move_nothing_and_take_no_lease(bench: Bench) {
    use triaged::store::Handling::{Closed, FollowUp, Historical, InProgress, Waiting};
    let draft = |case_ref, handling, value: u16, automatic| Draft {
        case_ref: Some(case_ref),
        handling,
        automatic,
        value,
        text: format!("worth {value}"),
        // What the shipped targets come to on a Monday morning.
        target: super::DAY,
        label: if value.is_multiple_of(2) { Label::Neutral } else { Label::Negative },
        ..bench.draft()
    };
    for (case_ref, handling, value, automatic) in [
        ("a", Waiting, 2001, false),
        ("b", InProgress, 2102, false),
        ("a", Waiting, 2004, false),
        ("c", Historical, 2203, false),
        ("b", FollowUp, 2006, false),
        ("a", InProgress, 1901, false),
        ("b", Waiting, 3900, true),
        ("c", Closed, 2302, true),
        ("d", Waiting, 2500, true),
        ("e", Waiting, 2051, false),
    ] {
        bench.clock.advance(MINUTE);
        bench.submit(&draft(case_ref, handling, value, automatic)).await;
    }
    let leased = bench.lease_one().await;
    let standing = async || {
        let cases = bench.cases(bench.tenant).await.into_iter();
        let cases: Vec<_> = cases.map(|case| (case.case, case.label, case.level, case.value, case.emergency)).collect();
        let items = bench.store.list_items(bench.tenant, "default".to_owned(), 100, None).await.unwrap().items;
        let items: Vec<_> =
            items.iter().map(|one| (one.case, one.lane, one.state, one.value, one.enter_time)).collect();
        (cases, items)
    };
    let before = standing().await;
    assert_eq!((before.0.len(), before.1.len()), (5, 4));
    let base = bench.draft();
    let same: Rescore = Arc::new(move |input, _| {
        let said = input.turns[0].text.as_str().trim_start_matches("worth ").parse().unwrap();
        let label = if said % 2 == 0 { Label::Neutral } else { Label::Negative };
        let verdict = Draft { value: said, label, ..base.clone() };
        Assessment { policy_revision: 9, ..verdict.assessment(input.repeat_contact_days) }
    });
    let done = bench.store.rescore_cases(rescore(&bench, true, same)).await.unwrap();
    assert_eq!((done.changed, done.flips.len()), (10, 0));
    assert_eq!(standing().await, before);
    bench.acknowledge(&leased).await.unwrap();
}

// ---- samples and counts ------------------------------------------------------------------------------------------

pub(crate) async fn samples_are_what_people_labelled(bench: Bench) {
    let draft = |email, text: &str| Draft { emails: vec![email], text: text.into(), ..bench.draft() };
    let one = bench.submit(&draft("a@example.com", "one")).await;
    bench.clock.advance(MINUTE);
    let two = bench.submit(&draft("a@example.com", "two")).await;
    bench.submit(&draft("b@example.com", "three")).await;
    let levelled = bench.submit(&draft("c@example.com", "four")).await;
    for (submitted, label) in [(&one, Label::Negative), (&two, Label::Neutral)] {
        bench.clock.advance(MINUTE);
        bench.store.correct_assessment(correction(&bench, submitted, Some(label), None)).await.unwrap();
    }
    bench.store.correct_assessment(correction(&bench, &levelled, None, Some(Level::Low))).await.unwrap();
    let request = SamplesRequest { tenant: bench.tenant, principal: WORKER, limit: 9 };
    let samples = bench.store.corrected_samples(request).await.unwrap();
    let said: Vec<_> = samples.iter().map(|one| (one.input.turns[0].text.as_str().to_owned(), one.label)).collect();
    assert_eq!(said, [("two".to_owned(), Label::Neutral), ("one".to_owned(), Label::Negative)]);
    assert_eq!(samples[0].subject, samples[1].subject, "one person wrote both");
    let newest = bench.store.corrected_samples(SamplesRequest { limit: 1, ..request }).await.unwrap();
    assert_eq!(newest, samples[..1]);
    let other = bench.store.corrected_samples(SamplesRequest { tenant: bench.other, ..request }).await.unwrap();
    assert!(other.is_empty());
}

pub(crate) async fn counts_hide_what_few_people_did(bench: Bench) {
    const EMAILS: [&str; 12] = [
        "a@x.example",
        "b@x.example",
        "c@x.example",
        "d@x.example",
        "e@x.example",
        "f@x.example",
        "g@x.example",
        "h@x.example",
        "i@x.example",
        "j@x.example",
        "k@x.example",
        "l@x.example",
    ];
    for (index, email) in EMAILS.into_iter().enumerate() {
        let level = if index == 0 { Level::High } else { Level::Normal };
        bench.submit(&Draft { emails: vec![email], level, ..bench.draft() }).await;
    }
    // The thirteenth interaction is by one who wrote before.
    bench.submit(&Draft { emails: vec![EMAILS[1]], ..bench.draft() }).await;
    let midnight = Timestamp(START.0 - START.0.rem_euclid(86_400_000_000));
    let request = |breakdown| StatisticsRequest {
        tenant: bench.tenant,
        principal: INTAKE,
        start: midnight,
        end: midnight + DAY,
        breakdown,
    };
    let count = async |request| {
        let shown = bench.store.count_interactions(request).await.unwrap().publish();
        shown.into_iter().map(|day| (day.start, day.total, day.cells)).collect::<Vec<_>>()
    };
    let days = count(request(Breakdown::Channel)).await;
    assert_eq!(days.len(), 1);
    let (start, total, cells) = &days[0];
    assert_eq!((*start, *total), (midnight, Some(10)));
    assert_eq!((cells[0].key.as_str(), cells[0].count), ("query", Some(10)));
    let levels = &count(request(Breakdown::Level)).await[0].2;
    let keys: Vec<_> = levels.iter().map(|cell| (cell.key.as_str(), cell.count)).collect();
    assert_eq!(keys, [("high", None), ("normal", None)], "the one would be had from the total");
    assert!(count(request(Breakdown::Shadow)).await.is_empty());
    assert!(count(StatisticsRequest { tenant: bench.other, ..request(Breakdown::Channel) }).await.is_empty());
    let before = StatisticsRequest { start: midnight - DAY, end: midnight, ..request(Breakdown::Channel) };
    assert!(count(before).await.is_empty());
}

pub(crate) async fn verdicts_of_a_shadow_are_counted(bench: Bench) {
    for email in 0..10 {
        let draft = Draft { text: format!("number {email}"), ..bench.draft() };
        let mut submission = draft.submission();
        let decide = Arc::clone(&submission.decide);
        submission.decide = Arc::new(move |input, enter| {
            let shadow = Some(ShadowVerdict { revision: 2, label: Label::Negative, level: Level::High });
            triaged::store::Decision { shadow, ..decide(input, enter) }
        });
        bench.store.submit(submission).await.unwrap();
    }
    let midnight = Timestamp(START.0 - START.0.rem_euclid(86_400_000_000));
    let (tenant, principal) = (bench.tenant, WORKER);
    let (start, end) = (midnight, midnight + DAY);
    let request = StatisticsRequest { tenant, principal, start, end, breakdown: Breakdown::Shadow };
    let shown = bench.store.count_interactions(request).await.unwrap().publish();
    assert_eq!((shown[0].cells[0].key.as_str(), shown[0].cells[0].count), ("neutral/normal>negative/high", Some(10)));
}
