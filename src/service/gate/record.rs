//! The record of a call: one log line and one count when its answer has been sent, or when the caller has gone.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderMap, Response};
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::{sync::OwnedSemaphorePermit, time::Instant};
use tonic::{Code, Status, body::Body};

use super::held::Held;
use crate::{
    access::Caller,
    id::CredentialId,
    service::{metrics::Metrics, reason::canonical_name},
};

/// What a call takes up until its answer has ended.
#[derive(Debug, Default)]
pub(super) struct Room {
    /// In the server, and among the calls of its tenant.
    pub(super) permits: Vec<OwnedSemaphorePermit>,
    /// In memory.
    pub(super) held: Option<Arc<Held>>,
}

/// A call under way. Without an answer it counts as cancelled.
pub(super) struct CallRecord {
    method: String,
    credential: Option<CredentialId>,
    started: Instant,
    code: Code,
    metrics: Arc<Metrics>,
}

impl CallRecord {
    /// A call that begins now.
    pub(super) fn start(method: String, metrics: Arc<Metrics>) -> Self {
        Self { method, credential: None, started: Instant::now(), code: Code::Cancelled, metrics }
    }

    /// Notes who calls.
    pub(super) fn caller(&mut self, caller: Option<&Caller>) {
        self.credential = caller.map(|caller| caller.credential);
    }

    /// Ends the record with the end of this answer; the room is given back then.
    pub(super) fn answer(mut self, response: Response<Body>, room: Room) -> Response<Body> {
        self.note(response.headers());
        response.map(|body| Body::new(RecordedBody { body, record: self, _room: room }))
    }

    fn note(&mut self, headers: &HeaderMap) {
        if let Some(status) = Status::from_header_map(headers) {
            self.code = status.code();
        }
    }
}

impl Drop for CallRecord {
    fn drop(&mut self) {
        let (code, spent) = (canonical_name(self.code), self.started.elapsed());
        self.metrics.call(&self.method, code, spent.as_secs_f64());
        let micros = u64::try_from(spent.as_micros()).unwrap_or(u64::MAX);
        let credential = self.credential.map(tracing::field::display);
        tracing::info!(method = self.method, code, micros, credential, "call");
    }
}

/// A body that tells the record how the call ended.
struct RecordedBody {
    body: Body,
    record: CallRecord,
    _room: Room,
}

impl HttpBody for RecordedBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(trailers) = frame.trailers_ref()
        {
            self.record.note(trailers);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
