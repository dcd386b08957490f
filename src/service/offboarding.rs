//! `OffboardTenant`: everything a tenant has stored as JSON Lines, sealed to a recipient with age as it is read, page by
//! page; then its destruction, for whoever has received all of it.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use age::{Encryptor, stream::StreamWriter, x25519};
use data_encoding::HEXLOWER;
use futures_util::stream;
use serde_json::{Value, json};
use tonic::Status;

use super::{
    app::App,
    batch::Answers,
    certificate,
    convert::{orders, privacy::officer, scalar},
    export::{exported_interaction, own_fields},
    limits,
    path::{Path, Violations},
    pb,
    status::{Failure, Outcome, Reason},
};
use crate::{
    access::Caller,
    crypto::Sha256,
    id::{OffboardingId, RecipientId, TenantId},
    queue::WorkClass,
    store::{Confirmation, ExportCursor, ExportMark, ExportedItem, Sealed, StoreError},
};

/// Number of the form of the lines.
const FORMAT: u32 = 1;

/// Asks for an off-boarding, answers the sealed bytes, or destroys.
///
/// # Errors
/// The fields that are wrong; nothing is found; the recipient is not usable; the same person; something came meanwhile.
pub async fn offboard(
    app: &App,
    caller: &Caller,
    request: pb::OffboardTenantRequest,
) -> Outcome<Answers<pb::Offboarding>> {
    let pb::OffboardTenantRequest { recipient, name, etag, receipt } = request;
    if name.is_empty() {
        return Ok(one(ask(app, caller, &recipient).await?));
    }
    let (root, mut violations) = (Path::Root, Violations::default());
    let id: Option<OffboardingId> = scalar::name(&name, &root.field("name"), &mut violations);
    violations.check(!etag.is_empty(), &root.field("etag"), Reason::FieldRequired);
    violations.check(etag.len() <= limits::ETAG_BYTES_MAX, &root.field("etag"), Reason::FieldTooLong);
    let receipt = orders::receipt(&receipt, &root.field("receipt"), &mut violations);
    let by = Confirmation { officer: officer(caller), offboarding: violations.finish_some(id)?, etag };
    match receipt {
        None => export(app, by).await,
        Some(receipt) => Ok(one(destroy(app, by, receipt).await?)),
    }
}

fn one(message: pb::Offboarding) -> Answers<pb::Offboarding> {
    Box::pin(stream::iter([Ok(message)]))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that `map_err` takes")]
fn failure(error: StoreError) -> Failure {
    Failure::of_store(&error, Reason::OffboardingNotFound)
}

fn fault(what: &str) -> Failure {
    failure(StoreError::Engine(format!("an off-boarding could not be sealed: {what}")))
}

async fn ask(app: &App, caller: &Caller, recipient: &str) -> Outcome<pb::Offboarding> {
    let mut violations = Violations::default();
    let recipient: Option<RecipientId> = scalar::name(recipient, &Path::Root.field("recipient"), &mut violations);
    let recipient = violations.finish_some(recipient)?;
    let asked = app.store.request_offboarding(officer(caller), recipient).await;
    Ok(orders::offboarding(asked.map_err(|error| Failure::of_store(&error, Reason::RecipientNotFound))?))
}

async fn destroy(app: &App, by: Confirmation, receipt: [u8; 32]) -> Outcome<pb::Offboarding> {
    let (tenant, name) = (by.officer.tenant, by.offboarding.to_string());
    let record = app.store.offboard_tenant(by, receipt).await.map_err(failure)?;
    app.rules.forget(tenant);
    let erasure = certificate::certified(app, tenant, record)?;
    Ok(pb::Offboarding { name, erasure: Some(erasure), ..pb::Offboarding::default() })
}

async fn export(app: &App, by: Confirmation) -> Outcome<Answers<pb::Offboarding>> {
    let (record, mark) = app.store.begin_offboarding(by.clone()).await.map_err(failure)?;
    let sealing = Sealing::begin(&record.recipient.key, by.officer.tenant)?;
    let export = Export {
        app: app.clone(),
        by,
        mark,
        bytes: sealing.bytes.clone(),
        sealing: Some((sealing, Some(ExportCursor::default()))),
        hash: Sha256::default(),
        counts: (0, 0),
        head: orders::offboarding(record),
    };
    Ok(Box::pin(stream::try_unfold(Some(export), |export| async move {
        match export {
            Some(export) => export.next().await.map(Some).map_err(Status::from),
            None => Ok(None),
        }
    })))
}

/// An export under way.
struct Export {
    app: App,
    by: Confirmation,
    mark: ExportMark,
    /// What was sealed and not yet sent.
    bytes: Pipe,
    /// The end that is written to, and where to read on; `None`: everything is sealed.
    sealing: Option<(Sealing, Option<ExportCursor>)>,
    hash: Sha256,
    counts: (u64, u64),
    /// What the first message has beside its bytes.
    head: pb::Offboarding,
}

impl Export {
    /// The next message, and the rest; the last one is the receipt, once it is noted.
    async fn next(mut self) -> Outcome<(pb::Offboarding, Option<Self>)> {
        while self.bytes.lock().len() < limits::EXPORT_PART_BYTES {
            let Some((sealing, at)) = self.sealing.take() else { break };
            self.sealing = self.seal_more(sealing, at).await?;
        }
        let part = self.bytes.take(limits::EXPORT_PART_BYTES);
        if !part.is_empty() {
            self.hash.update(&part);
            let message = pb::Offboarding { sealed: part, ..std::mem::take(&mut self.head) };
            return Ok((message, Some(self)));
        }
        let (receipt, (cases, interactions)) = (self.hash.finish(), self.counts);
        let sealed = Sealed { mark: self.mark, receipt, cases, interactions };
        self.app.store.seal_offboarding(self.by, sealed).await.map_err(failure)?;
        let message = pb::Offboarding { receipt: HEXLOWER.encode(&receipt), ..pb::Offboarding::default() };
        Ok((message, None))
    }

    /// Seals the next page, on a thread of its own; after the last one, the end of the file.
    async fn seal_more(
        &mut self,
        mut sealing: Sealing,
        at: Option<ExportCursor>,
    ) -> Outcome<Option<(Sealing, Option<ExportCursor>)>> {
        let Some(at) = at else {
            sealing.finish(self.counts)?;
            return Ok(None);
        };
        let officer = self.by.officer;
        let (items, next) = self.app.store.read_offboarding(officer, at).await.map_err(failure)?;
        let cases = items.iter().filter(|item| matches!(item, ExportedItem::Case(_))).count();
        self.counts.0 += cases as u64;
        self.counts.1 += (items.len() - cases) as u64;
        let seal = move || sealing.items(&items).map(|()| sealing);
        let sealing = self.app.compute((officer.tenant, WorkClass::Bulk), usize::MAX, seal).await??;
        Ok(Some((sealing, next)))
    }
}

/// Sealed bytes between who writes and who sends them.
#[derive(Clone, Default)]
struct Pipe(Arc<Mutex<Vec<u8>>>);

impl Pipe {
    /// Locks; a panic elsewhere leaves the bytes whole.
    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes out at most `limit` bytes.
    fn take(&self, limit: usize) -> Vec<u8> {
        let mut bytes = self.lock();
        let count = limit.min(bytes.len());
        bytes.drain(..count).collect()
    }
}

impl Write for Pipe {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The end of an age file that lines are written to.
struct Sealing {
    writer: StreamWriter<Pipe>,
    bytes: Pipe,
}

impl Sealing {
    fn begin(recipient: &str, tenant: TenantId) -> Outcome<Self> {
        let recipient: x25519::Recipient = recipient.parse().map_err(|_| fault("its recipient"))?;
        let encryptor = Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient));
        let bytes = Pipe::default();
        let writer = encryptor.map_err(|_| fault("age"))?.wrap_output(bytes.clone()).map_err(|_| fault("age"))?;
        let mut sealing = Self { writer, bytes };
        sealing.line(&json!({ "kind": "tenant", "format": FORMAT, "tenant": tenant.to_string() }))?;
        Ok(sealing)
    }

    fn line(&mut self, line: &Value) -> Outcome<()> {
        serde_json::to_writer(&mut self.writer, line).map_err(|_| fault("its JSON"))?;
        self.writer.write_all(b"\n").map_err(|_| fault("age"))
    }

    fn items(&mut self, items: &[ExportedItem]) -> Outcome<()> {
        items.iter().try_for_each(|item| match item {
            ExportedItem::Case(case) => {
                self.line(&json!({ "kind": "case", "case": case.case.to_string(), "own": own_fields(case) }))
            }
            ExportedItem::Interaction(case, record) => self.line(&json!({
                "kind": "interaction",
                "case": case.to_string(),
                "interaction": exported_interaction(record),
            })),
        })
    }

    fn finish(mut self, (cases, interactions): (u64, u64)) -> Outcome<()> {
        self.line(&json!({ "kind": "end", "cases": cases, "interactions": interactions }))?;
        self.writer.finish().map(drop).map_err(|_| fault("age"))
    }
}
