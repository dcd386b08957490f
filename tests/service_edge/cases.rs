//! Reading: pages, filters, the screen-pop.

use tonic::Code;
use triaged::{
    service::pb::{
        self, case_service_client::CaseServiceClient, find_open_cases_request::By,
        intake_service_client::IntakeServiceClient,
    },
    store::AccessRole,
};

use crate::harness::{Authed, Server, form, reason, submit};

async fn filled(server: &Server, count: usize) -> Authed {
    let client = server.client(&AccessRole::ALL).await;
    let mut intake = IntakeServiceClient::new(client.clone());
    for number in 0..count {
        let mut request = form("where is it");
        let interaction = request.interaction.as_mut().unwrap();
        interaction.queue = if number % 2 == 0 { "even".into() } else { "odd".into() };
        interaction.case_source_ref = Some(pb::SourceRef { system: "crm".into(), id: format!("t-{number}") });
        interaction.customer_ref = format!("crm:{number}");
        interaction.contact = Some(pb::Party {
            emails: vec![format!("Jo{number}@Example.com")],
            phones: vec![format!("+44 20 7946 0{number:03}")],
            ..Default::default()
        });
        intake.submit_interaction(request).await.unwrap();
    }
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_hold_every_case_once() {
    let server = Server::start().await;
    let mut cases = CaseServiceClient::new(filled(&server, 7).await);
    let (mut names, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = pb::ListCasesRequest { page_size: 3, page_token, filter: String::new() };
        let page = cases.list_cases(request).await.unwrap().into_inner();
        assert!(page.cases.len() <= 3 && !page.cases.is_empty());
        names.extend(page.cases.into_iter().map(|case| case.name));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_token_is_good_for_its_own_list_only() {
    let server = Server::start().await;
    let mut cases = CaseServiceClient::new(filled(&server, 3).await);
    let list = |filter: &str, page_token: &str| pb::ListCasesRequest {
        page_size: 1,
        page_token: page_token.into(),
        filter: filter.into(),
    };
    let token = cases.list_cases(list("", "")).await.unwrap().into_inner().next_page_token;
    for request in [list("state = OPEN", &token), list("", &format!("{token}AAAA")), list("", "x"), list("", "%")] {
        let status = cases.list_cases(request).await.unwrap_err();
        assert_eq!((status.code(), reason(&status).as_str()), (Code::InvalidArgument, "INVALID_PAGE_TOKEN"));
    }
    let mut other = CaseServiceClient::new(server.client(&[AccessRole::Supervisor]).await);
    let status = other.list_cases(list("", &token)).await.unwrap_err();
    assert_eq!(reason(&status), "INVALID_PAGE_TOKEN", "of another principal");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_filter_selects_and_a_wrong_one_is_refused() {
    let server = Server::start().await;
    let mut cases = CaseServiceClient::new(filled(&server, 5).await);
    for (filter, count) in [
        ("queue = even", Some(3)),
        ("queue = odd AND state = OPEN", Some(2)),
        ("queue = other", Some(0)),
        ("channel = query", Some(5)),
        ("channel = call", Some(0)),
        ("level >= LOW", Some(5)),
        ("create_time < 2020-01-01T00:00:00Z", Some(0)),
        ("subject = late", None),
    ] {
        let answer = cases.list_cases(pb::ListCasesRequest { filter: filter.into(), ..Default::default() }).await;
        match count {
            Some(count) => assert_eq!(answer.unwrap().into_inner().cases.len(), count, "{filter}"),
            None => assert_eq!(reason(&answer.unwrap_err()), "INVALID_FILTER"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_case_is_found_by_what_the_caller_knows() {
    let server = Server::start().await;
    let mut cases = CaseServiceClient::new(filled(&server, 3).await);
    let source = |id: &str| By::SourceRef(pb::SourceRef { system: "crm".into(), id: id.into() });
    for (by, count) in [
        (source("t-1"), 1),
        (source("t-9"), 0),
        (By::CustomerRef("crm:1".into()), 1),
        (By::CustomerRef("crm:9".into()), 0),
        (By::Email("jo1@example.com".into()), 1),
        (By::Email("jo9@example.com".into()), 0),
        (By::Phone("0044 20 79460001".into()), 1),
        (By::Phone("0044 20 79460009".into()), 0),
    ] {
        let by = Some(by);
        let found = cases.find_open_cases(pb::FindOpenCasesRequest { by: by.clone() }).await.unwrap().into_inner();
        assert_eq!(found.cases.len(), count, "{}", usize::from(by.is_some()));
    }
    for by in
        [None, Some(By::Email("nobody".into())), Some(By::Phone("1".into())), Some(By::CustomerRef(String::new()))]
    {
        let status = cases.find_open_cases(pb::FindOpenCasesRequest { by }).await.unwrap_err();
        assert_eq!(status.code(), Code::InvalidArgument);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn turns_come_in_pages() {
    let server = Server::start().await;
    let client = server.client(&AccessRole::ALL).await;
    let turns = (0..5).map(|number| pb::ChatTurn {
        role: pb::SpeakerRole::Customer.into(),
        text: format!("line {number}"),
        ..Default::default()
    });
    let chat = pb::Chat { turns: turns.collect(), ..Default::default() };
    IntakeServiceClient::new(client.clone())
        .submit_interaction(submit(pb::interaction::Kind::Chat(chat)))
        .await
        .unwrap();
    let mut cases = CaseServiceClient::new(client);
    let case = cases.list_cases(pb::ListCasesRequest::default()).await.unwrap().into_inner().cases.remove(0);
    let case = cases.get_case(pb::GetCaseRequest { name: case.name }).await.unwrap().into_inner();
    let parent = case.interactions[0].name.clone();
    let (mut indices, mut page_token) = (Vec::new(), String::new());
    loop {
        let request = pb::ListTurnsRequest { parent: parent.clone(), page_size: 2, page_token };
        let page = cases.list_turns(request).await.unwrap().into_inner();
        indices.extend(page.turns.iter().map(|turn| turn.index));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(indices, [0, 1, 2, 3, 4]);
}
