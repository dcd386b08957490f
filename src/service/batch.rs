//! Streams of batches: each message is worked off by two steps (the first uses the processor, the second waits for the
//! store), several messages at a time, answered in order. A bad item is an outcome; only a bad message ends the stream.

use std::{future::Future, pin::Pin};

use futures_util::{Stream, StreamExt, stream};
use prost::Message;
use tonic::{Status, Streaming};

use super::{
    app::App,
    limits,
    status::{self, Failure, Outcome, Reason},
};
use crate::{id::TenantId, queue::WorkClass};

/// A stream of answers.
pub type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// The answers to a stream of batches. When the server shuts down, what was read is answered and the rest refused.
pub fn answers<Request, Prepared, Answer, Finish>(
    app: &App,
    tenant: TenantId,
    requests: Streaming<Request>,
    prepare: impl Fn(Request) -> Outcome<Prepared> + Clone + Send + 'static,
    finish: impl Fn(Prepared) -> Finish + Clone + Send + 'static,
) -> Answers<Answer>
where
    Request: Message + 'static,
    Prepared: Send + 'static,
    Answer: Send + 'static,
    Finish: Future<Output = Answer> + Send + 'static,
{
    let (reading, working, ending) = (app.clone(), app.clone(), app.clone());
    let prepared = requests.take_until(async move { reading.drained().await }).map(move |request| {
        let (app, prepare) = (working.clone(), prepare.clone());
        async move {
            let request = request.map_err(|status| own(&status))?;
            let bytes = request.encoded_len();
            let batch = app.compute((tenant, WorkClass::Bulk), bytes, move || prepare(request)).await;
            batch.and_then(|prepared| prepared).map_err(Status::from)
        }
    });
    let finished = prepared.buffered(limits::BATCHES_IN_FLIGHT_MAX).map(move |prepared| {
        let finish = finish.clone();
        async move {
            match prepared {
                Ok(prepared) => Ok(finish(prepared).await),
                Err(status) => Err(status),
            }
        }
    });
    let last = stream::once(async move { ending.is_draining() })
        .filter_map(|draining| async move { draining.then(|| Err(Failure::of(Reason::ShuttingDown).into())) });
    Box::pin(finished.buffered(limits::BATCHES_IN_FLIGHT_MAX).chain(last))
}

/// Our status in place of one that the transport made of a message.
fn own(status: &Status) -> Status {
    match status::of_transport(status.code()) {
        Some(failure) if status.details().is_empty() => failure.into(),
        _ => status.clone(),
    }
}
