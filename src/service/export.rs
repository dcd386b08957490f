//! `ExportSubject`: everything kept of a person as JSON, sealed to a recipient with age before it leaves. The plain JSON is
//! in memory alone, and wiped.

use std::io::Write;

use age::{Encryptor, x25519};
use futures_util::stream;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{
    app::App,
    batch::Answers,
    convert::{
        case, orders,
        privacy::{self, officer},
        scalar,
    },
    limits,
    path::{Path, Violations},
    pb,
    status::{Failure, Outcome, Reason},
};
use crate::{
    access::Caller,
    id::{ExportId, RecipientId},
    store::{CaseRecord, ExportRecord, ExportedCase, InteractionRecord, StoreError, StoredTurn},
    time::Timestamp,
};

/// Asks for an export, or confirms one.
///
/// # Errors
/// The fields that are wrong; nobody or nothing is found; the recipient is not usable; the same person.
pub async fn export(app: &App, caller: &Caller, request: pb::ExportSubjectRequest) -> Outcome<Answers<pb::Export>> {
    let pb::ExportSubjectRequest { selectors, recipient, name, etag } = request;
    if name.is_empty() {
        let shown = ask(app, caller, selectors, &recipient).await?;
        return Ok(Box::pin(stream::iter([Ok(orders::export(shown))])));
    }
    let (record, cases) = confirm(app, caller, &name, etag).await?;
    let sealed = seal(&record, &cases)?;
    let mut parts: Vec<_> = sealed
        .chunks(limits::EXPORT_PART_BYTES)
        .map(|part| pb::Export { sealed: part.to_vec(), ..pb::Export::default() })
        .collect();
    if let Some(first) = parts.first_mut() {
        *first = pb::Export { sealed: std::mem::take(&mut first.sealed), ..orders::export(record) };
    }
    Ok(Box::pin(stream::iter(parts.into_iter().map(Ok))))
}

async fn ask(
    app: &App,
    caller: &Caller,
    selectors: Vec<pb::SubjectSelector>,
    recipient: &str,
) -> Outcome<ExportRecord> {
    let (root, mut violations) = (Path::Root, Violations::default());
    let selectors = privacy::selectors(selectors, &root.field("selectors"), &mut violations);
    let recipient: Option<RecipientId> = scalar::name(recipient, &root.field("recipient"), &mut violations);
    let recipient = violations.finish_some(recipient)?;
    let asked = app.store.request_export(officer(caller), selectors, recipient).await;
    asked.map_err(|error| Failure::of_store(&error, Reason::RecipientNotFound))
}

async fn confirm(app: &App, caller: &Caller, name: &str, etag: String) -> Outcome<(ExportRecord, Vec<ExportedCase>)> {
    let (root, mut violations) = (Path::Root, Violations::default());
    let id: Option<ExportId> = scalar::name(name, &root.field("name"), &mut violations);
    violations.check(!etag.is_empty(), &root.field("etag"), Reason::FieldRequired);
    violations.check(etag.len() <= limits::ETAG_BYTES_MAX, &root.field("etag"), Reason::FieldTooLong);
    let id = violations.finish_some(id)?;
    let read = app.store.run_export(officer(caller), id, etag).await;
    read.map_err(|error| Failure::of_store(&error, Reason::ExportNotFound))
}

/// The sealed bytes.
fn seal(record: &ExportRecord, cases: &[ExportedCase]) -> Outcome<Vec<u8>> {
    let recipient: x25519::Recipient = record.recipient.key.parse().map_err(|_| fault("its recipient"))?;
    let document = json!({
        "subjects": record.subjects.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "cases": cases.iter().map(exported_case).collect::<Vec<_>>(),
    });
    let plain = Zeroizing::new(serde_json::to_vec(&document).map_err(|_| fault("its JSON"))?);
    let encryptor = Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient));
    let mut sealed = Vec::with_capacity(plain.len() + 1_024);
    let mut writer = encryptor.map_err(|_| fault("age"))?.wrap_output(&mut sealed).map_err(|_| fault("age"))?;
    writer.write_all(&plain).map_err(|_| fault("age"))?;
    writer.finish().map_err(|_| fault("age"))?;
    Ok(sealed)
}

fn fault(what: &str) -> Failure {
    Failure::of_store(&StoreError::Engine(format!("an export could not be sealed: {what}")), Reason::Internal)
}

fn time(time: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(time.0).map(|time| time.to_string()).unwrap_or_default()
}

fn exported_case(exported: &ExportedCase) -> Value {
    let ExportedCase { case: id, own, interactions } = exported;
    let own = own.as_ref().map(own_fields);
    let interactions = interactions.iter().map(exported_interaction).collect::<Vec<_>>();
    json!({ "case": id.to_string(), "own": own, "interactions": interactions })
}

/// The own fields of a case.
pub(super) fn own_fields(own: &CaseRecord) -> Value {
    json!({
        "source_ref": own.source_ref.as_ref().map(|one| json!({ "system": one.system, "id": one.id })),
        "customer_ref": own.customer_ref,
        "state": case::state_name(own.state),
        "queue": own.queue,
        "language": own.language.map(crate::text::Language::code),
        "level": own.level.name(),
        "create_time": time(own.create_time),
        "update_time": time(own.update_time),
    })
}

/// An interaction with everything kept of it.
pub(super) fn exported_interaction(record: &InteractionRecord) -> Value {
    let InteractionRecord { interaction, receive_time, content, assessment, has_recording, correction } = record;
    let (sentiment, priority) = (&assessment.sentiment, &assessment.priority);
    json!({
        "interaction": interaction.to_string(),
        "channel": content.input.channel.name(),
        "occur_time": time(content.occur_time),
        "receive_time": time(*receive_time),
        "source_ref": content.source_ref.as_ref().map(|one| json!({ "system": one.system, "id": one.id })),
        "language": content.input.language.map(crate::text::Language::code),
        "turns": content.turns.iter().map(exported_turn).collect::<Vec<_>>(),
        "removed": content.findings.iter().map(|one| json!({ "turn": one.turn, "kind": one.kind.name() })).collect::<Vec<_>>(),
        "attributes": content.attributes.iter().map(|(name, text)| (name.clone(), text.as_str().into())).collect::<serde_json::Map<_, Value>>(),
        "attachments": content.attachments.iter().map(|one| json!({ "media_type": one.media_type, "size_bytes": one.size_bytes, "reference": one.reference })).collect::<Vec<_>>(),
        "hold_seconds": content.input.hold_seconds,
        "wait_seconds": content.input.wait_seconds,
        "has_recording": has_recording,
        "assessment": {
            "label": sentiment.label.name(),
            "score_millis": sentiment.score_millis,
            "evidence": sentiment.evidence.iter().map(|one| json!({ "turn": one.turn, "signal": one.signal, "millis": one.millis })).collect::<Vec<_>>(),
            "level": priority.level.name(),
            "priority_value": priority.value,
            "factors": priority.factors.iter().map(|one| json!({ "signal": one.signal, "points": one.points })).collect::<Vec<_>>(),
            "lexicon_revision": assessment.lexicon_revision,
            "policy_revision": assessment.policy_revision,
        },
        "correction": correction.map(|one| json!({
            "label": one.correction.label.map(crate::assessment::Label::name),
            "level": one.correction.level.map(crate::assessment::Level::name),
            "time": time(one.time),
        })),
    })
}

fn exported_turn(turn: &StoredTurn) -> Value {
    let role = match turn.role {
        crate::conversation::Role::Customer => "customer",
        crate::conversation::Role::Agent => "agent",
        crate::conversation::Role::Automated => "automated",
    };
    json!({ "role": role, "text": turn.text.as_str(), "time": turn.time.map(time) })
}
