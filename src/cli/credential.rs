//! `triaged credential create|list|revoke`: the way back in for whoever holds the key file, on the host, while the
//! server is stopped. Every act is audited.

use std::path::PathBuf;

use clap::{Subcommand, ValueEnum};

use super::{Exit, Failure, open, secret_file, settings::Settings};
use crate::{
    id::CredentialId,
    store::{AccessRole, CredentialRecord, NewCredential, Store, embedded::OpenError},
    time::Timestamp,
};

/// Credentials listed at a time.
const PAGE: u32 = 1_000;

/// What to do with credentials.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Makes a credential; its token is written to a new file that only its owner can read
    Create(Box<Create>),
    /// Lists the credentials of a tenant, without tokens
    List(Box<List>),
    /// Revokes a credential at once
    Revoke(Box<Revoke>),
}

/// Arguments of `create`.
#[derive(Debug, clap::Args)]
pub(super) struct Create {
    /// Name of the tenant; it is made if there is none
    #[arg(long)]
    tenant: String,
    /// A role; may be given several times
    #[arg(long = "role", required = true)]
    roles: Vec<RoleName>,
    /// File for the token; must not exist
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
    /// A label for people, never a person's name
    #[arg(long, default_value = "made on the host")]
    label: String,
    /// Days of validity, 1 to 90
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=90))]
    days: u64,
    #[command(flatten)]
    settings: Settings,
}

/// Arguments of `list`.
#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// Name of the tenant
    #[arg(long)]
    tenant: String,
    #[command(flatten)]
    settings: Settings,
}

/// Arguments of `revoke`.
#[derive(Debug, clap::Args)]
pub(super) struct Revoke {
    /// Name of the tenant
    #[arg(long)]
    tenant: String,
    /// Name of the credential, as `list` shows it: credentials/{uuid}
    credential: String,
    #[command(flatten)]
    settings: Settings,
}

/// A role by the name people write.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleName {
    /// Submits interactions, reads nothing back
    Intake,
    /// Redacts and scores without storing
    Analyst,
    /// Works the queue
    Agent,
    /// Reads all cases of the tenant
    Supervisor,
    /// Manages credentials
    TenantAdmin,
    /// Erases, exports and holds what is kept of people
    PrivacyOfficer,
}

impl From<RoleName> for AccessRole {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Intake => Self::Intake,
            RoleName::Analyst => Self::Analyst,
            RoleName::Agent => Self::Agent,
            RoleName::Supervisor => Self::Supervisor,
            RoleName::TenantAdmin => Self::TenantAdmin,
            RoleName::PrivacyOfficer => Self::PrivacyOfficer,
        }
    }
}

/// Does it.
pub(super) fn run(command: Command) -> Result<Exit, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::file("runtime", error))?;
    let done = runtime.block_on(async {
        match command {
            Command::Create(args) => create(*args).await,
            Command::List(args) => list(*args).await,
            Command::Revoke(args) => revoke(*args).await,
        }
    });
    done.map(|()| Exit::Done).map_err(|failure| match failure {
        Failure::Open(in_use @ OpenError::InUse(_)) => Failure::InUse(in_use),
        other => other,
    })
}

async fn create(args: Create) -> Result<(), Failure> {
    let Create { tenant, roles, output, label, days, settings } = args;
    let mut roles: Vec<AccessRole> = roles.into_iter().map(AccessRole::from).collect();
    roles.sort_unstable();
    roles.dedup();
    if output.exists() {
        return Err(Failure::Argument(format!("{} exists: give a new file", output.display())));
    }
    let store = open::store(&settings.checked()?)?.store;
    let tenant = store.ensure_tenant(&tenant_name(&tenant)?).await?;
    let valid_duration = std::time::Duration::from_secs(days * 86_400);
    let new = NewCredential { tenant, creator: None, roles, label, valid_duration };
    let (record, token) = store.create_credential(new).await?;
    let written = secret_file::write(&output, &token).map_err(|error| Failure::path(&output, error));
    if written.is_err() {
        // Nobody has the token, so nobody should be able to use it.
        store.revoke_credential(tenant, None, record.credential).await?;
    }
    store.close().await?;
    written?;
    super::print(&line(&record))
}

async fn list(args: List) -> Result<(), Failure> {
    let store = open::existing(&args.settings.checked()?)?.store;
    let tenant = store.ensure_tenant(&tenant_name(&args.tenant)?).await?;
    let mut after = None;
    loop {
        let page = store.list_credentials(tenant, PAGE, after).await?;
        super::print(&page.items.iter().map(line).collect::<String>())?;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(store.close().await?)
}

async fn revoke(args: Revoke) -> Result<(), Failure> {
    let credential: CredentialId = args
        .credential
        .parse()
        .map_err(|_| Failure::Argument("give the credential as `list` shows it: credentials/{uuid}".to_owned()))?;
    let store = open::existing(&args.settings.checked()?)?.store;
    let tenant = store.ensure_tenant(&tenant_name(&args.tenant)?).await?;
    let revoked = store.revoke_credential(tenant, None, credential).await;
    store.close().await?;
    super::print(&line(&revoked?))
}

/// A tenant's name: 1 to 64 of `[a-z0-9_-]`.
fn tenant_name(name: &str) -> Result<String, Failure> {
    let known = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    if (1..=64).contains(&name.len()) && name.bytes().all(known) {
        return Ok(name.to_owned());
    }
    Err(Failure::Argument("a tenant's name is 1 to 64 of a-z, 0-9, - and _".to_owned()))
}

/// A credential as one line of tab-separated fields: name, roles, end, state, label.
fn line(record: &CredentialRecord) -> String {
    let roles: Vec<_> = record.roles.iter().map(|role| role_name(*role)).collect();
    let state = if record.revoke_time.is_some() { "revoked" } else { "in force" };
    let CredentialRecord { credential, expire_time, label, .. } = record;
    format!("{credential}\t{}\t{}\t{state}\t{label}\n", roles.join(","), when(*expire_time))
}

fn role_name(role: AccessRole) -> &'static str {
    match role {
        AccessRole::Intake => "intake",
        AccessRole::Analyst => "analyst",
        AccessRole::Agent => "agent",
        AccessRole::Supervisor => "supervisor",
        AccessRole::TenantAdmin => "tenant-admin",
        AccessRole::PrivacyOfficer => "privacy-officer",
    }
}

fn when(time: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(time.0).map(|time| time.to_string()).unwrap_or_default()
}
