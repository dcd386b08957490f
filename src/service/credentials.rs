//! `TenantAdminService`: the credentials of the caller's own tenant.

use tonic::{Request, Response, Status};

use super::{
    app::{self, App},
    convert::{credential, scalar},
    page::Binding,
    path::{Path, Violations},
    pb::{self, tenant_admin_service_server::TenantAdminService},
    status::{Failure, Reason},
};
use crate::store::StoreError;

/// The service.
#[derive(Clone, Debug)]
pub struct Credentials(pub App);

fn failure(error: &StoreError) -> Failure {
    Failure::of_store(error, Reason::CredentialNotFound)
}

#[tonic::async_trait]
impl TenantAdminService for Credentials {
    async fn create_credential(
        &self,
        request: Request<pb::CreateCredentialRequest>,
    ) -> Result<Response<pb::CreateCredentialResponse>, Status> {
        let caller = app::caller(&request)?;
        let new = credential::new_credential(request.into_inner(), &caller)?;
        let made = self.0.store.create_credential(new).await;
        let (record, token) = made.map_err(|error| failure(&error))?;
        let credential = Some(credential::credential(record));
        Ok(Response::new(pb::CreateCredentialResponse { credential, token: token.expose().to_owned() }))
    }

    async fn list_credentials(
        &self,
        request: Request<pb::ListCredentialsRequest>,
    ) -> Result<Response<pb::ListCredentialsResponse>, Status> {
        let caller = app::caller(&request)?;
        let pb::ListCredentialsRequest { page_size, page_token } = request.into_inner();
        let mut violations = Violations::default();
        let limit = scalar::page_size(page_size, 50, &Path::Root.field("page_size"), &mut violations);
        let limit = violations.finish(limit)?;
        let binding = Binding::new("ListCredentials", &caller, "");
        let after = binding.position(&page_token)?;
        let page = self.0.store.list_credentials(caller.tenant, limit, after).await;
        let page = page.map_err(|error| failure(&error))?;
        let credentials = page.items.into_iter().map(credential::credential).collect();
        Ok(Response::new(pb::ListCredentialsResponse { credentials, next_page_token: binding.token(page.next) }))
    }

    async fn revoke_credential(
        &self,
        request: Request<pb::RevokeCredentialRequest>,
    ) -> Result<Response<pb::Credential>, Status> {
        let caller = app::caller(&request)?;
        let pb::RevokeCredentialRequest { name } = request.into_inner();
        let id = credential::name(&name)?;
        let revoked = self.0.store.revoke_credential(caller.tenant, Some(caller.principal), id).await;
        Ok(Response::new(credential::credential(revoked.map_err(|error| failure(&error))?)))
    }
}
