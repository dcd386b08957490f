//! `WatchQueue`: what is in a queue, then what changes. A watcher that does not keep up is cut off, so that it costs the
//! others nothing.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::sync::{broadcast::error::RecvError, mpsc, oneshot};
use tokio_stream::wrappers::ReceiverStream;
use tonic::Status;

use super::{
    app::App,
    batch::Answers,
    convert::queue,
    limits,
    page::Binding,
    pb,
    status::{Failure, Outcome, Reason},
};
use crate::{
    access::Caller,
    store::{QueueChanges, QueueWatch, StoreError},
};

/// Items of a message of the first listing.
const LISTED: u32 = 500;

type Sender = mpsc::Sender<Result<pb::WatchQueueResponse, Status>>;

/// Watches a queue, from a resume token on where one is given.
///
/// # Errors
/// The token is not one of this caller and queue, or too old.
pub(super) async fn watch(
    app: App,
    caller: &Caller,
    queue: String,
    token: &str,
) -> Outcome<Answers<pb::WatchQueueResponse>> {
    let binding = Binding::new("WatchQueue", caller, &queue);
    let after = binding.position(token).map_err(|_| invalid())?;
    let watch = app.store.watch_queue(caller.tenant, caller.principal, queue.clone(), after).await;
    let watch = watch.map_err(|error| match error {
        StoreError::InvalidPosition => invalid(),
        error => Failure::of_store(&error, Reason::Internal),
    })?;
    let (answers, receiver) = mpsc::channel(limits::WATCH_ANSWERS_MAX);
    let (end, ended) = oneshot::channel::<Failure>();
    let watcher = Watcher { app, tenant: caller.tenant, queue, binding, answers };
    tokio::spawn(async move {
        if let Err(failure) = watcher.run(watch).await {
            // A caller that is gone needs no answer.
            drop(end.send(failure));
        }
    });
    // The end has a way of its own, so that a watcher whose answers are stuck learns of it behind them.
    let last = stream::once(ended).filter_map(|failure| async move { failure.ok().map(|failure| Err(failure.into())) });
    Ok(Box::pin(ReceiverStream::new(receiver).chain(last)))
}

fn invalid() -> Failure {
    Failure::field(super::path::Path::Root.field("resume_token"), Reason::InvalidPageToken)
}

/// One watcher.
struct Watcher {
    app: App,
    tenant: crate::id::TenantId,
    queue: String,
    binding: Binding,
    answers: Sender,
}

impl Watcher {
    async fn run(self, watch: QueueWatch) -> Outcome<()> {
        let QueueWatch { after, missed, mut changes, position } = watch;
        let token = |sequence| {
            let position = position(sequence).map_err(|error| Failure::of_store(&error, Reason::Internal))?;
            Ok::<_, Failure>(self.binding.token(Some(position)))
        };
        match missed {
            Some(missed) => {
                for changes in &missed {
                    self.send(self.message(changes, token(changes.sequence)?)).await?;
                }
            }
            None => self.list().await?,
        }
        let synced = pb::WatchQueueResponse { synced: true, resume_token: token(after)?, ..Default::default() };
        self.send(synced).await?;
        let (mut last, beat) = (after, limits::seconds(limits::WATCH_HEARTBEAT_SECONDS));
        loop {
            let next = tokio::select! {
                next = tokio::time::timeout(beat, changes.recv()) => next,
                () = self.app.drained() => return Err(Failure::of(Reason::ShuttingDown)),
                () = self.answers.closed() => return Ok(()),
            };
            let message = match next {
                Ok(Ok(changes)) => {
                    last = changes.sequence;
                    self.message(&changes, token(last)?)
                }
                Ok(Err(RecvError::Lagged(_))) => return Err(Failure::of(Reason::WatchTooSlow)),
                Ok(Err(RecvError::Closed)) => return Err(Failure::of(Reason::StoreUnavailable)),
                Err(_) => pb::WatchQueueResponse { resume_token: token(last)?, ..Default::default() },
            };
            self.send(message).await?;
        }
    }

    /// What is in the queue, page by page. What changes meanwhile is told afterwards.
    async fn list(&self) -> Outcome<()> {
        let mut after = None;
        loop {
            let page = self.app.store.list_items(self.tenant, self.queue.clone(), LISTED, after).await;
            let page = page.map_err(|error| Failure::of_store(&error, Reason::Internal))?;
            let now = self.app.now();
            let items = page.items.into_iter().map(|entry| queue::listed_item(entry, now)).collect();
            self.send(pb::WatchQueueResponse { items, ..Default::default() }).await?;
            after = page.next;
            if after.is_none() {
                return Ok(());
            }
        }
    }

    fn message(&self, changes: &QueueChanges, resume_token: String) -> pb::WatchQueueResponse {
        let now = self.app.now();
        pb::WatchQueueResponse {
            items: changes.items.iter().map(|entry| queue::listed_item(entry.clone(), now)).collect(),
            removed_cases: changes.removed.iter().map(ToString::to_string).collect(),
            resume_token,
            ..Default::default()
        }
    }

    /// Sends a message. Who takes none for too long is cut off.
    async fn send(&self, message: pb::WatchQueueResponse) -> Outcome<()> {
        let stalled: Duration = limits::seconds(limits::WATCH_STALL_SECONDS_MAX);
        let sent = self.answers.send_timeout(Ok(message), stalled).await;
        sent.map_err(|_| Failure::of(Reason::WatchTooSlow))
    }
}
