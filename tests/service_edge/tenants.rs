//! Another tenant's things are as absent as what never was: same status, same message, same details.

use tonic::{Code, Request, Status};
use triaged::{
    service::pb::{
        self, case_service_client::CaseServiceClient, intake_service_client::IntakeServiceClient,
        queue_service_client::QueueServiceClient, tenant_admin_service_client::TenantAdminServiceClient,
    },
    store::AccessRole,
};

use crate::harness::{Authed, Server, form, reason, seen};

const ABSENT: &str = "018f3c2a-0000-7000-8000-000000000001";

#[track_caller]
fn check_same(foreign: &Status, absent: &Status, expected: &str) {
    assert_eq!(seen(foreign), seen(absent));
    assert_eq!((foreign.code(), reason(foreign).as_str()), (Code::NotFound, expected));
}

/// Submits a form and leases it; gives the names of case, interaction and lease.
async fn leased(client: &Authed) -> (String, String, pb::QueueItem) {
    IntakeServiceClient::new(client.clone()).submit_interaction(form("It is late")).await.unwrap();
    let mut queue = QueueServiceClient::new(client.clone());
    let item = queue.lease_items(pb::LeaseItemsRequest::default()).await.unwrap().into_inner().items.remove(0);
    let mut cases = CaseServiceClient::new(client.clone());
    let case = cases.get_case(pb::GetCaseRequest { name: item.case.clone() }).await.unwrap().into_inner();
    (case.name, case.interactions[0].name.clone(), item)
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_cases_and_turns_are_absent() {
    let server = Server::start().await;
    let owner = server.client_of("one", &AccessRole::ALL).await;
    let (case, interaction, _) = leased(&owner).await;
    for roles in [&AccessRole::ALL[..], &[AccessRole::Agent]] {
        let mut cases = CaseServiceClient::new(server.client_of("two", roles).await);
        let mut get = async |name: String| cases.get_case(pb::GetCaseRequest { name }).await.unwrap_err();
        let (foreign, absent) = (get(case.clone()).await, get(format!("cases/{ABSENT}")).await);
        check_same(&foreign, &absent, "CASE_NOT_FOUND");
        let mut list = async |parent: String| {
            cases.list_turns(pb::ListTurnsRequest { parent, ..Default::default() }).await.unwrap_err()
        };
        let foreign = list(interaction.clone()).await;
        let absent = list(format!("cases/{ABSENT}/interactions/{ABSENT}")).await;
        check_same(&foreign, &absent, "INTERACTION_NOT_FOUND");
    }
    let mut cases = CaseServiceClient::new(server.client_of("two", &AccessRole::ALL).await);
    assert!(cases.list_cases(pb::ListCasesRequest::default()).await.unwrap().into_inner().cases.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_reads_what_it_handles_and_nothing_else() {
    let server = Server::start().await;
    let worker = server.client(&[AccessRole::Intake, AccessRole::Agent]).await;
    let (case, _, _) = leased(&worker).await;
    let mut other = CaseServiceClient::new(server.client(&[AccessRole::Agent]).await);
    let mut get = async |name: String| other.get_case(pb::GetCaseRequest { name }).await.unwrap_err();
    check_same(&get(case.clone()).await, &get(format!("cases/{ABSENT}")).await, "CASE_NOT_FOUND");
    let mut supervisor = CaseServiceClient::new(server.client(&[AccessRole::Supervisor]).await);
    assert!(supervisor.get_case(pb::GetCaseRequest { name: case }).await.is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_leases_are_absent() {
    let server = Server::start().await;
    let owner = server.client_of("one", &AccessRole::ALL).await;
    let (_, _, item) = leased(&owner).await;
    // Neither another tenant nor another principal of the same tenant holds the lease.
    for tenant in ["two", "one"] {
        let mut queue = QueueServiceClient::new(server.client_of(tenant, &AccessRole::ALL).await);
        let epoch = item.lease_epoch;
        let mut done = async |lease: String| {
            let request = pb::AcknowledgeItemRequest { lease, lease_epoch: epoch, case_state: 0 };
            queue.acknowledge_item(request).await.unwrap_err()
        };
        check_same(&done(item.lease.clone()).await, &done(format!("leases/{ABSENT}")).await, "LEASE_NOT_FOUND");
        let mut renew = async |lease: String| {
            let request = pb::RenewLeaseRequest { lease, lease_epoch: epoch, lease_duration: None };
            queue.renew_lease(request).await.unwrap_err()
        };
        check_same(&renew(item.lease.clone()).await, &renew(format!("leases/{ABSENT}")).await, "LEASE_NOT_FOUND");
        let mut release = async |lease: String| {
            queue.release_item(pb::ReleaseItemRequest { lease, lease_epoch: epoch, delay: None }).await.unwrap_err()
        };
        check_same(&release(item.lease.clone()).await, &release(format!("leases/{ABSENT}")).await, "LEASE_NOT_FOUND");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_are_of_one_tenant() {
    let server = Server::start().await;
    let mut one = TenantAdminServiceClient::new(server.client_of("one", &[AccessRole::TenantAdmin]).await);
    let mut two = TenantAdminServiceClient::new(server.client_of("two", &[AccessRole::TenantAdmin]).await);
    let roles = vec![pb::Role::Agent.into(), pb::Role::Intake.into()];
    let made = one.create_credential(pb::CreateCredentialRequest { roles, ..Default::default() }).await.unwrap();
    let pb::CreateCredentialResponse { credential, token } = made.into_inner();
    let name = credential.unwrap().name;
    assert!(token.starts_with("trg_"));
    let mut revoke =
        async |name: String| two.revoke_credential(pb::RevokeCredentialRequest { name }).await.unwrap_err();
    check_same(&revoke(name.clone()).await, &revoke(format!("credentials/{ABSENT}")).await, "CREDENTIAL_NOT_FOUND");
    let listed = two.list_credentials(pb::ListCredentialsRequest::default()).await.unwrap().into_inner();
    assert!(listed.credentials.iter().all(|credential| credential.name != name));

    // The new credential works until it is revoked, and not a moment longer.
    let mut queue = QueueServiceClient::new(crate::harness::authed(server.channel(), &token));
    let lease = || Request::new(pb::LeaseItemsRequest::default());
    queue.lease_items(lease()).await.unwrap();
    let revoked = one.revoke_credential(pb::RevokeCredentialRequest { name }).await.unwrap().into_inner();
    assert!(revoked.revoke_time.is_some());
    assert_eq!(queue.lease_items(lease()).await.unwrap_err().code(), Code::Unauthenticated);
}
