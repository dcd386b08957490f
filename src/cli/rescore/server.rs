//! `triaged rescore --server`: has a running service score what it stores anew, shows how far it is, and goes on where it
//! was broken off.

use std::{collections::BTreeMap, fs, io, path::PathBuf};

use tokio::runtime::Runtime;
use tonic::Status;

use crate::{
    archive::journal,
    cli::{
        Exit, Failure,
        progress::Display,
        remote::{self, Authed, Remote, RemoteError},
        say,
    },
    service::pb::{self, case_service_client::CaseServiceClient},
};

/// Tries without any progress before the run is given up.
const TRIES_MAX: u32 = 12;

/// What a service is asked to do with what it stores.
#[derive(Debug, clap::Args)]
pub(super) struct ServerArgs {
    /// Have the service at this address score what it stores anew; what is not loopback needs TLS
    #[arg(long, value_name = "ADDR", conflicts_with_all = ["inputs", "output", "into", "dry_run", "delete_input", "compare", "report"])]
    pub(super) server: Option<String>,
    /// First run the present redactor over the stored text: what it finds more is removed for good
    #[arg(long, requires = "server")]
    redact: bool,
    /// Only compare: nothing is stored and nothing moves
    #[arg(long, requires = "server")]
    validate_only: bool,
    /// Keep the place in this file, and go on from there where it exists
    #[arg(long, value_name = "FILE", requires = "server")]
    resume: Option<PathBuf>,
}

/// What the calls of a run came to, one after the other.
#[derive(Default)]
struct Sum {
    /// Of the calls that ended.
    before: pb::RescoreCasesResponse,
    /// Of the call under way.
    now: pb::RescoreCasesResponse,
}

/// Scores what a service stores anew.
pub(super) fn run(args: &ServerArgs, address: &str, remote: &Remote) -> Result<Exit, Failure> {
    let mut token = args.known_place()?;
    if !token.is_empty() {
        say("going on where an earlier run stopped");
    }
    let (mut display, mut sum) = (Display::endless(), Sum::default());
    let runtime = Runtime::new().map_err(|error| Failure::file("runtime", error))?;
    let done = runtime.block_on(async {
        let client = remote.connect(address).await?;
        let mut idle = 0;
        loop {
            let before = token.clone();
            let Err(broken) = args.call(client.clone(), &mut token, &mut sum, &mut display).await else {
                return Ok(());
            };
            let Broken::Call(status) = broken else { return Err(broken.into_failure()) };
            idle = if token == before { idle + 1 } else { 0 };
            let wait = remote::retry(&status).filter(|_| idle < TRIES_MAX);
            tokio::time::sleep(wait.ok_or_else(|| RemoteError::refused(&status))?).await;
            sum.next_call();
        }
    });
    display.clear();
    done?;
    if let Some(path) = &args.resume {
        match fs::remove_file(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Failure::path(path, error)),
            _ => {}
        }
    }
    sum.next_call();
    tell(&sum.before, args.validate_only);
    Ok(Exit::Done)
}

/// Why a call broke off.
enum Broken {
    /// On the way.
    Call(Status),
    /// Here.
    Here(Failure),
}

impl Broken {
    fn into_failure(self) -> Failure {
        match self {
            Self::Call(status) => RemoteError::refused(&status).into(),
            Self::Here(failure) => failure,
        }
    }
}

impl From<Status> for Broken {
    fn from(status: Status) -> Self {
        Self::Call(status)
    }
}

impl ServerArgs {
    /// The place that an earlier run kept; empty: from the beginning.
    fn known_place(&self) -> Result<String, Failure> {
        let Some(path) = &self.resume else { return Ok(String::new()) };
        match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(String::new()),
            read => read.map(|token| token.trim().to_owned()).map_err(|error| Failure::path(path, error)),
        }
    }

    async fn call(
        &self,
        client: Authed,
        token: &mut String,
        sum: &mut Sum,
        display: &mut Display,
    ) -> Result<(), Broken> {
        let Self { redact, validate_only, .. } = *self;
        let request = pb::RescoreCasesRequest { validate_only, redact, resume_token: token.clone() };
        let mut steps = CaseServiceClient::new(client).rescore_cases(request).await?.into_inner();
        while let Some(step) = steps.message().await? {
            let ended = step.resume_token.is_empty();
            token.clone_from(&step.resume_token);
            sum.now = step;
            display.tell(sum.line(), "");
            if ended {
                return Ok(());
            }
            if let Some(path) = &self.resume {
                let kept = journal::keep(path, token.as_bytes());
                kept.map_err(|error| Broken::Here(Failure::path(path, error)))?;
            }
        }
        Err(Status::unavailable("the stream ended").into())
    }
}

impl Sum {
    /// How far it is, in words.
    fn line(&self) -> String {
        let both = |of: fn(&pb::RescoreCasesResponse) -> i64| of(&self.before) + of(&self.now);
        let (cases, changed) = (both(|one| one.cases), both(|one| one.changed));
        let redacted = both(|one| one.redacted);
        format!(
            "{cases} cases, {} interactions, {changed} changed, {redacted} redacted further",
            both(|one| one.interactions)
        )
    }

    /// A call has ended, and another begins to count from nothing.
    fn next_call(&mut self) {
        let now = std::mem::take(&mut self.now);
        let sum = &mut self.before;
        sum.cases += now.cases;
        sum.interactions += now.interactions;
        sum.changed += now.changed;
        sum.skipped += now.skipped;
        sum.redacted += now.redacted;
        sum.policy_revision = sum.policy_revision.max(now.policy_revision);
        sum.flips.extend(now.flips);
    }
}

fn tell(sum: &pb::RescoreCasesResponse, preview: bool) {
    let pb::RescoreCasesResponse { cases, interactions, changed, skipped, redacted, policy_revision, .. } = sum;
    let would = if preview { "would be " } else { "" };
    say(&format!(
        "{cases} cases with {interactions} interactions, at policy revision {policy_revision}: {changed} {would}changed, \
         {redacted} {would}redacted further, {skipped} erased before"
    ));
    let mut ways: BTreeMap<[&str; 4], i64> = BTreeMap::new();
    for flip in &sum.flips {
        let labels = [flip.label_before().as_str_name(), flip.label_after().as_str_name()];
        let levels = [flip.level_before().as_str_name(), flip.level_after().as_str_name()];
        *ways.entry([labels[0], levels[0], labels[1], levels[1]]).or_default() += flip.count;
    }
    for ([label_before, level_before, label_after, level_after], count) in ways {
        say(&format!("  {label_before} {level_before} -> {label_after} {level_after}: {count}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_of_calls_that_broke_off_are_kept() {
        let step = |cases| pb::RescoreCasesResponse { cases, interactions: 2 * cases, ..Default::default() };
        let mut sum = Sum { now: step(3), ..Sum::default() };
        sum.next_call();
        sum.now = step(4);
        assert!(sum.line().starts_with("7 cases, 14 interactions, 0 changed"));
        sum.next_call();
        assert_eq!(sum.before.cases, 7);
    }
}
