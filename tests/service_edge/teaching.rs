//! What people teach: corrections, a proposal, a preview, a new policy, scoring anew, counts; and what they may not.

use std::time::Duration;

use tonic::{Code, Status};
use triaged::{
    service::pb::{
        self, analysis_service_client::AnalysisServiceClient, case_service_client::CaseServiceClient,
        intake_service_client::IntakeServiceClient, policy_service_client::PolicyServiceClient,
        queue_service_client::QueueServiceClient,
    },
    store::AccessRole,
};

use crate::harness::{Authed, Server, form, reason, seen};

const ABSENT: &str = "018f3c2a-0000-7000-8000-000000000001";

/// A form of one customer.
fn form_of(customer: &str, body: &str) -> pb::SubmitInteractionRequest {
    let mut request = form(body);
    if let Some(interaction) = &mut request.interaction {
        customer.clone_into(&mut interaction.customer_ref);
        "en".clone_into(&mut interaction.language_code);
    }
    request
}

async fn submit(client: &Authed, customer: &str, body: &str) {
    let mut intake = IntakeServiceClient::new(client.clone());
    intake.submit_interaction(form_of(customer, body)).await.unwrap();
}

/// The interactions of all cases, oldest first.
async fn interactions(client: &Authed) -> Vec<pb::CaseInteraction> {
    let mut cases = CaseServiceClient::new(client.clone());
    let list = pb::ListCasesRequest { page_size: 1000, ..Default::default() };
    let listed = cases.list_cases(list).await.unwrap().into_inner().cases;
    let mut found = Vec::new();
    for case in listed.into_iter().rev() {
        let case = cases.get_case(pb::GetCaseRequest { name: case.name }).await.unwrap().into_inner();
        found.extend(case.interactions);
    }
    found
}

fn correction(name: &str, label: pb::SentimentLabel) -> pb::CorrectAssessmentRequest {
    let (label, reason) = (label.into(), pb::CorrectionReason::Domain.into());
    let correction = Some(pb::Correction { label, reason, ..Default::default() });
    pb::CorrectAssessmentRequest { name: name.to_owned(), correction }
}

fn with_threshold(etag: &str, threshold: i32) -> pb::UpdatePolicyRequest {
    let sentiment = pb::SentimentPolicy { negative_threshold_millis: Some(threshold), ..Default::default() };
    let policy = pb::Policy { etag: etag.into(), sentiment: Some(sentiment), ..Default::default() };
    pb::UpdatePolicyRequest { policy: Some(policy), ..Default::default() }
}

#[track_caller]
fn check_same(foreign: &Status, absent: &Status, expected: &str) {
    assert_eq!(seen(foreign), seen(absent));
    assert_eq!((foreign.code(), reason(foreign).as_str()), (Code::NotFound, expected));
}

/// Sixty customers with a complaint and a question each, in words that no shipped lexicon knows.
async fn submit_samples(client: &Authed) {
    for customer in 0..60_usize {
        let thing = ["frobnicator", "spindle", "flange"][customer % 3];
        let bad = [
            format!("the {thing} keeps juddering, mail{customer}@example.com"),
            format!("a {thing} that is juddering all day, jo{customer}@example.com"),
            format!("my {thing} judders again"),
            format!("after a week the {thing} started juddering"),
        ];
        let good = [
            format!("which {thing} fits my model"),
            format!("do you sell the {thing} in blue"),
            format!("where do I find the {thing} manual"),
            format!("is the {thing} in stock"),
        ];
        submit(client, &format!("bad-{customer}"), &bad[customer % 4]).await;
        submit(client, &format!("good-{customer}"), &good[customer % 4]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_corrections_make_rows_that_score_what_is_stored_anew() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    submit_samples(&client).await;
    let stored = interactions(&client).await;
    assert_eq!(stored.len(), 120);
    let label = |one: &pb::CaseInteraction| one.assessment.as_ref().unwrap().label;
    assert!(stored.iter().all(|one| label(one) == pb::SentimentLabel::Neutral as i32), "nobody taught it yet");
    let mut cases = CaseServiceClient::new(client.clone());
    for (index, one) in stored.iter().enumerate() {
        let label = if index % 2 == 0 { pb::SentimentLabel::Negative } else { pb::SentimentLabel::Neutral };
        let corrected = cases.correct_assessment(correction(&one.name, label)).await.unwrap().into_inner();
        assert_eq!(corrected.correction.unwrap().label, label as i32);
        assert_eq!(corrected.assessment, one.assessment.clone(), "the machine's stands beside it");
    }

    let mut policies = PolicyServiceClient::new(client.clone());
    let ask = pb::ProposeLexiconRequest { language_code: "en".into(), max_rows: 50 };
    let proposal = policies.propose_lexicon(ask).await.unwrap().into_inner();
    assert_eq!((proposal.samples, proposal.negative_samples), (120, 60));
    assert!(proposal.after.unwrap().macro_f1_millis > proposal.before.unwrap().macro_f1_millis);
    let rows: Vec<_> = proposal.rows.iter().filter_map(|row| row.row.clone()).collect();
    assert!(rows.iter().any(|row| row.phrase.contains("judder") && row.weight_millis > 0));
    assert!(proposal.rows.iter().all(|row| row.negative_subjects + row.neutral_subjects >= 10));
    assert!(rows.iter().all(|row| !row.phrase.contains("mail") && !row.phrase.contains("example")));

    let live = policies.get_policy(pb::GetPolicyRequest::default()).await.unwrap().into_inner();
    assert_eq!((live.name.as_str(), live.revision), ("policy/revisions/1", 1));
    let lexicon = Some(pb::LexiconPolicy { rows, ..Default::default() });
    let wanted = pb::Policy { etag: live.etag, lexicon, ..Default::default() };
    let preview_texts = vec!["it keeps juddering, call 020 7946 0958".into()];
    let update = pb::UpdatePolicyRequest { policy: Some(wanted), ..Default::default() };
    let validate = pb::UpdatePolicyRequest { validate_only: true, preview_cases: 500, preview_texts, ..update.clone() };
    let preview = policies.update_policy(validate).await.unwrap().into_inner().preview.unwrap();
    assert_eq!(preview.interactions, 120);
    let flips: i64 = preview.flips.iter().map(|flip| flip.count).sum();
    assert_eq!(flips, 60);
    assert_eq!(preview.flipped_interactions.len(), usize::try_from(flips).unwrap());
    let text = &preview.texts[0];
    assert!(text.text.contains("[PHONE_1]"), "{}", text.text);
    let [before, after] = [&text.before, &text.after].map(|one| one.as_ref().unwrap().score_millis);
    assert!(after > before, "{after} after {before} in a text that was never stored");

    let made = policies.update_policy(update).await.unwrap().into_inner().policy.unwrap();
    assert_eq!((made.revision, made.stage), (2, pb::PolicyStage::Live as i32));
    let mut run = cases.rescore_cases(pb::RescoreCasesRequest::default()).await.unwrap().into_inner();
    let mut last = pb::RescoreCasesResponse::default();
    let mut steps = 0;
    while let Some(progress) = run.message().await.unwrap() {
        assert!(progress.cases > last.cases);
        (last, steps) = (progress, steps + 1);
    }
    assert_eq!((steps, last.cases, last.changed, last.policy_revision), (2, 120, 120, 2));
    assert!(last.resume_token.is_empty());
    let after = interactions(&client).await;
    let mut negative = 0;
    for (index, one) in after.iter().enumerate() {
        let assessment = one.assessment.as_ref().unwrap();
        assert_eq!(assessment.policy_revision, 2);
        assert!(index % 2 == 0 || assessment.label == pb::SentimentLabel::Neutral as i32, "a question stays one");
        assert!(one.correction.is_some(), "it survives");
        negative += i64::from(assessment.label == pb::SentimentLabel::Negative as i32);
    }
    assert_eq!(negative, flips, "what was previewed came about");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_decides_for_its_tenant_from_the_next_call_on() {
    let server = Server::start().await;
    let one = server.client_of("one", &AccessRole::ALL).await;
    let two = server.client_of("two", &AccessRole::ALL).await;
    let analyze = async |client: &Authed| {
        let interaction = form("My parcel is late and nobody replied").interaction;
        let request = pb::AnalyzeRequest { interaction, view: 0 };
        let answer = AnalysisServiceClient::new(client.clone()).analyze(request).await.unwrap().into_inner();
        let assessment = answer.result.unwrap().assessment.unwrap();
        (assessment.label, assessment.policy_revision)
    };
    assert_eq!(analyze(&one).await, (2, 1));
    let mut policies = PolicyServiceClient::new(one.clone());
    policies.update_policy(with_threshold("r1", 40_000)).await.unwrap();
    assert_eq!(analyze(&one).await, (1, 2));
    assert_eq!(analyze(&two).await, (2, 1));
    let stale = policies.update_policy(with_threshold("r1", 600)).await.unwrap_err();
    assert_eq!((stale.code(), reason(&stale).as_str()), (Code::Aborted, "ETAG_MISMATCH"));
    let list = pb::ListPolicyRevisionsRequest { page_size: 1, ..Default::default() };
    let page = policies.list_policy_revisions(list.clone()).await.unwrap().into_inner();
    assert_eq!(page.policies[0].revision, 2);
    let list = pb::ListPolicyRevisionsRequest { page_token: page.next_page_token, ..list };
    let page = policies.list_policy_revisions(list).await.unwrap().into_inner();
    assert_eq!((page.policies[0].revision, page.next_page_token.as_str()), (1, ""));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_kept_readable_is_said_by_the_policy_and_never_an_identifier() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    let mut policies = PolicyServiceClient::new(client.clone());
    let mut keep = async |kinds: &[&str], etag: &str| {
        let kept_kinds = kinds.iter().map(|&kind| kind.to_owned()).collect();
        let redaction = Some(pb::RedactionPolicy { kept_kinds, ..Default::default() });
        let policy = Some(pb::Policy { etag: etag.into(), redaction, ..Default::default() });
        policies.update_policy(pb::UpdatePolicyRequest { policy, ..Default::default() }).await
    };
    for kind in ["CREDIT_CARD", "CVV", "PASSWORD", "EMAIL", "PERSON"] {
        let refused = keep(&["ORDER_NUMBER", kind], "r1").await.unwrap_err();
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::InvalidArgument, "KIND_NOT_KEEPABLE"), "{kind}");
    }
    let text = async || {
        let interaction = form("order number 4711-0815 is late, write to jo@example.com").interaction;
        let request = pb::AnalyzeRequest { interaction, view: 0 };
        let answer = AnalysisServiceClient::new(client.clone()).analyze(request).await.unwrap().into_inner();
        answer.result.unwrap().turns.remove(0).text
    };
    assert_eq!(text().await, "order number [ORDER_NUMBER_1] is late, write to [EMAIL_1]");
    keep(&["ORDER_NUMBER"], "r1").await.unwrap();
    assert_eq!(text().await, "order number 4711-0815 is late, write to [EMAIL_1]");
}

#[tokio::test(flavor = "multi_thread")]
async fn words_of_a_person_are_no_rows() {
    let server = Server::start().await;
    let mut policies = PolicyServiceClient::new(server.client(&[AccessRole::TenantAdmin]).await);
    let row = pb::LexiconRow {
        language_code: "en".into(),
        phrase: "jo@example.com".into(),
        weight_millis: 300,
        signal: String::new(),
    };
    let lexicon = Some(pb::LexiconPolicy { rows: vec![row], ..Default::default() });
    let policy = Some(pb::Policy { etag: "r1".into(), lexicon, ..Default::default() });
    let refused = policies.update_policy(pb::UpdatePolicyRequest { policy, ..Default::default() }).await.unwrap_err();
    assert_eq!(reason(&refused), "IDENTIFIER_IN_LEXICON");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shadow_is_only_counted_and_counts_tell_nothing_of_a_person() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    let mut policies = PolicyServiceClient::new(client.clone());
    let shadow = pb::UpdatePolicyRequest { shadow: true, ..with_threshold("r1", 40_000) };
    let made = policies.update_policy(shadow).await.unwrap().into_inner().policy.unwrap();
    assert_eq!((made.revision, made.stage), (2, pb::PolicyStage::Shadow as i32));
    for customer in 0..12 {
        submit(&client, &format!("c-{customer}"), &format!("parcel {customer} is late and nobody replied")).await;
    }
    submit(&client, "c-happy", "thank you so much, great service").await;
    let stored = interactions(&client).await;
    assert!(stored.iter().all(|one| one.assessment.as_ref().unwrap().policy_revision == 1), "it decides nothing");
    let count = async |breakdown: pb::StatisticsBreakdown| {
        let (start_date, end_date) = ("2025-11-30".to_owned(), "2025-12-02".to_owned());
        let request = pb::GetStatisticsRequest { start_date, end_date, breakdown: breakdown.into() };
        let mut policies = PolicyServiceClient::new(client.clone());
        let days = policies.get_statistics(request).await.unwrap().into_inner().days;
        let cells =
            |day: &pb::StatisticsDay| day.cells.iter().map(|one| (one.value.clone(), one.count)).collect::<Vec<_>>();
        days.iter().map(|day| (day.date.clone(), day.total, cells(day))).collect::<Vec<_>>()
    };
    assert!(count(pb::StatisticsBreakdown::Label).await.is_empty(), "the day is not over");
    server.clock.advance(Duration::from_hours(24));
    let client = server.client(&AccessRole::ALL).await;
    policies = PolicyServiceClient::new(client.clone());
    let request = |breakdown: pb::StatisticsBreakdown| pb::GetStatisticsRequest {
        start_date: "2025-12-01".into(),
        end_date: "2025-12-02".into(),
        breakdown: breakdown.into(),
    };
    let days = policies.get_statistics(request(pb::StatisticsBreakdown::Label)).await.unwrap().into_inner().days;
    assert_eq!((days.len(), days[0].date.as_str(), days[0].total), (1, "2025-12-01", Some(10)));
    assert!(days[0].cells.iter().all(|cell| cell.count.is_none()), "the one who is happy is hidden with the others");
    let days =
        policies.get_statistics(request(pb::StatisticsBreakdown::ShadowDifference)).await.unwrap().into_inner().days;
    let differs = days[0].cells.iter().find(|cell| cell.value.starts_with("negative")).unwrap();
    assert!(differs.value.contains(">neutral"), "{}", differs.value);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_no_case_learns_no_small_count_from_a_preview() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    for customer in 0..12 {
        submit(&client, &format!("c-{customer}"), &format!("parcel {customer} is late and nobody replied")).await;
    }
    submit(&client, "c-x", "the frobnicator is terrible and awful").await;
    let admin = server.client(&[AccessRole::TenantAdmin]).await;
    let preview = async |client: Authed| {
        let request = with_threshold("r1", 40_000);
        let request = pb::UpdatePolicyRequest { validate_only: true, preview_cases: 100, ..request };
        let answer = PolicyServiceClient::new(client).update_policy(request).await.unwrap();
        answer.into_inner().preview.unwrap()
    };
    let (exact, rounded) = (preview(client).await, preview(admin).await);
    assert_eq!((exact.interactions, rounded.interactions), (13, 10));
    assert_eq!(exact.flips.iter().map(|flip| flip.count).sum::<i64>(), 13);
    assert!(rounded.flips.iter().all(|flip| flip.count % 10 == 0));
    assert!(rounded.flipped_interactions.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_and_absent_are_one() {
    let server = Server::start().await;
    let owner = server.client_of("one", &AccessRole::ALL).await;
    submit(&owner, "c-1", "It is late").await;
    let name = interactions(&owner).await.remove(0).name;
    let absent = format!("cases/{ABSENT}/interactions/{ABSENT}");
    for (tenant, roles) in [("two", &AccessRole::ALL[..]), ("two", &[AccessRole::Agent]), ("one", &[AccessRole::Agent])]
    {
        let mut cases = CaseServiceClient::new(server.client_of(tenant, roles).await);
        let mut correct = async |name: &str| {
            cases.correct_assessment(correction(name, pb::SentimentLabel::Negative)).await.unwrap_err()
        };
        check_same(&correct(&name).await, &correct(&absent).await, "INTERACTION_NOT_FOUND");
    }
    PolicyServiceClient::new(owner.clone()).update_policy(with_threshold("r1", 600)).await.unwrap();
    let mut policies = PolicyServiceClient::new(server.client_of("two", &AccessRole::ALL).await);
    let mut get = async |name: &str| policies.get_policy(pb::GetPolicyRequest { name: name.into() }).await.unwrap_err();
    check_same(&get("policy/revisions/2").await, &get("policy/revisions/77").await, "POLICY_NOT_FOUND");
    let mut cases = CaseServiceClient::new(server.client_of("two", &AccessRole::ALL).await);
    let mut run = cases.rescore_cases(pb::RescoreCasesRequest::default()).await.unwrap().into_inner();
    assert_eq!(run.message().await.unwrap().unwrap().cases, 0, "another tenant's cases are not there");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_corrects_what_it_leases_and_the_queue_follows_at_once() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    submit(&client, "c-1", "hello, a question").await;
    submit(&client, "c-2", "hello, another question").await;
    let waiting = interactions(&client).await;
    let mut cases = CaseServiceClient::new(client.clone());
    let urgent = pb::Correction {
        level: pb::PriorityLevel::Urgent.into(),
        reason: pb::CorrectionReason::Safety.into(),
        ..Default::default()
    };
    let request = pb::CorrectAssessmentRequest { name: waiting[1].name.clone(), correction: Some(urgent) };
    cases.correct_assessment(request).await.unwrap();
    let agent = server.client(&[AccessRole::Agent]).await;
    let mut queue = QueueServiceClient::new(agent.clone());
    let item = queue.lease_items(pb::LeaseItemsRequest::default()).await.unwrap().into_inner().items.remove(0);
    assert!(waiting[1].name.starts_with(&item.case), "the corrected one comes first");
    assert_eq!(item.level, pb::PriorityLevel::Urgent as i32);
    let corrected = correction(&waiting[1].name, pb::SentimentLabel::Negative);
    assert!(CaseServiceClient::new(agent).correct_assessment(corrected).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_holds_a_case_is_told_of_care_only_on_a_stated_basis_and_nobody_else_is() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    submit(&client, "c-1", "my husband passed away, please close his account").await;
    let agent = server.client(&[AccessRole::Agent]).await;
    let mut queue = QueueServiceClient::new(agent.clone());
    let item = queue.lease_items(pb::LeaseItemsRequest::default()).await.unwrap().into_inner().items.remove(0);
    let asks = |client: &Authed| {
        let mut cases = CaseServiceClient::new(client.clone());
        let name = item.case.clone();
        async move { cases.get_case(pb::GetCaseRequest { name }).await.unwrap().into_inner() }
    };
    assert!(!asks(&agent).await.care_needed, "nobody looks unless a basis is stated");
    let mut policies = PolicyServiceClient::new(client.clone());
    let care = Some(pb::CarePolicy { lawful_basis: pb::CareBasis::ExplicitConsent.into() });
    let policy = Some(pb::Policy { etag: "r1".into(), care, ..Default::default() });
    policies.update_policy(pb::UpdatePolicyRequest { policy, ..Default::default() }).await.unwrap();
    let read = asks(&agent).await;
    assert!(read.care_needed);
    assert_eq!(read.interactions, asks(&client).await.interactions, "no score and no finding tells it");
    assert!(!asks(&client).await.care_needed, "a supervisor without the lease is not told");
    let done = pb::AcknowledgeItemRequest { lease: item.lease, lease_epoch: item.lease_epoch, ..Default::default() };
    queue.acknowledge_item(done).await.unwrap();
    assert!(!asks(&agent).await.care_needed, "nor is who held it once");
}

#[tokio::test(flavor = "multi_thread")]
async fn scoring_anew_that_was_broken_off_goes_on_where_it_was() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    for customer in 0..70 {
        submit(&client, &format!("c-{customer}"), &format!("parcel {customer} is late and nobody replied")).await;
    }
    PolicyServiceClient::new(client.clone()).update_policy(with_threshold("r1", 40_000)).await.unwrap();
    let mut cases = CaseServiceClient::new(client);
    let validate = pb::RescoreCasesRequest { validate_only: true, ..Default::default() };
    let mut preview = cases.rescore_cases(validate).await.unwrap().into_inner();
    let mut last = None;
    while let Some(progress) = preview.message().await.unwrap() {
        last = Some(progress);
    }
    assert_eq!(last.unwrap().changed, 70);
    let mut run = cases.rescore_cases(pb::RescoreCasesRequest::default()).await.unwrap().into_inner();
    let first = run.message().await.unwrap().unwrap();
    drop(run);
    assert_eq!((first.cases, first.changed), (64, 64), "the preview stored nothing");
    let resume = pb::RescoreCasesRequest { resume_token: first.resume_token.clone(), ..Default::default() };
    let mut run = cases.rescore_cases(resume).await.unwrap().into_inner();
    let second = run.message().await.unwrap().unwrap();
    assert_eq!((second.cases, second.resume_token.as_str()), (6, ""));
    assert!(run.message().await.unwrap().is_none());
    let mut others = CaseServiceClient::new(server.client_of("two", &AccessRole::ALL).await);
    let stolen = pb::RescoreCasesRequest { resume_token: first.resume_token, ..Default::default() };
    let refused = others.rescore_cases(stolen).await.map(|_| ()).unwrap_err();
    assert_eq!(reason(&refused), "INVALID_PAGE_TOKEN");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_starts_again_obeys_the_policies_it_finds() {
    use std::sync::Arc;
    use triaged::{service::rules::TenantRules, triage::Triage};
    let server = Server::start().await;
    let (record, token) = server.credential("default", &AccessRole::ALL).await;
    let mut policies = PolicyServiceClient::new(crate::harness::authed(server.channel(), &token));
    policies.update_policy(with_threshold("r1", 650)).await.unwrap();
    let shadow = pb::UpdatePolicyRequest { shadow: true, ..with_threshold("r2", 700) };
    policies.update_policy(shadow).await.unwrap();
    let rules = TenantRules::load(server.store.as_ref(), Arc::new(Triage::new().unwrap())).await.unwrap();
    let policy = &rules.of(record.tenant).unwrap().policy;
    assert_eq!((policy.revision, policy.sentiment.negative_threshold_millis), (2, 650));
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_are_asked_for_by_days_and_one_property() {
    let server = Server::start().await;
    let mut policies = PolicyServiceClient::new(server.client(&[AccessRole::TenantAdmin]).await);
    let mut ask = async |start: &str, end: &str, breakdown: i32| {
        let (start_date, end_date) = (start.to_owned(), end.to_owned());
        let answer = policies.get_statistics(pb::GetStatisticsRequest { start_date, end_date, breakdown }).await;
        answer.map_or_else(|status| reason(&status), |answer| answer.into_inner().days.len().to_string())
    };
    assert_eq!(ask("2025-11-01", "2025-11-30", 1).await, "0");
    assert_eq!(ask("2025-11-01", "2025-11-01", 6).await, "0");
    assert_eq!(ask("2025-11-01", "2025-11-01", 12).await, "0");
    assert_eq!(ask("2025-01-01", "2025-04-02", 1).await, "0", "92 days");
    assert_eq!(ask("2025-01-01", "2025-04-03", 1).await, "OUT_OF_RANGE", "93 days");
    assert_eq!(ask("2025-11-02", "2025-11-01", 1).await, "OUT_OF_RANGE");
    assert_eq!(ask("", "2025-11-01", 1).await, "REQUIRED");
    assert_eq!(ask("2025-11-01T00:00", "2025-11-01", 1).await, "OUT_OF_RANGE");
    assert_eq!(ask("2025-11-01", "2025-11-01", 0).await, "REQUIRED");
    assert_eq!(ask("2025-11-01", "2025-11-01", 99).await, "UNKNOWN_VALUE");
}
