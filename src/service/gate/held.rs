//! The bytes that a call has brought and may still hold in memory, taken from the share of its tenant as they come and given
//! back when its answer has ended. Knows nothing of what they say.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::{Status, body::Body};

use crate::service::{
    limits,
    status::{Failure, Outcome, Reason},
};

/// What a call holds.
#[derive(Debug)]
pub(super) struct Held {
    /// What is left of the share.
    room: Arc<Semaphore>,
    /// The most that the call can hold at a time: what it sends beyond takes the place of what it has sent.
    max: usize,
    taken: Mutex<Option<OwnedSemaphorePermit>>,
}

impl Held {
    /// A call that has brought nothing yet.
    pub(super) fn new(room: Arc<Semaphore>) -> Arc<Self> {
        Arc::new(Self { room, max: limits::CALL_BYTES_HELD_MAX, taken: Mutex::default() })
    }

    /// Takes so many bytes more.
    fn take(&self, bytes: usize) -> Outcome<()> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let before = taken.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = bytes.min(self.max.saturating_sub(before));
        let permit = Arc::clone(&self.room).try_acquire_many_owned(limits::transport(more));
        let permit = permit.map_err(|_| Failure::of(Reason::TenantMemory))?;
        match taken.as_mut() {
            Some(taken) => taken.merge(permit),
            None => *taken = Some(permit),
        }
        Ok(())
    }
}

/// The body of a request whose bytes are counted.
pub(super) struct CountedBody {
    body: Body,
    held: Arc<Held>,
}

impl CountedBody {
    /// The same body, counted.
    pub(super) fn new(body: Body, held: Arc<Held>) -> Body {
        Body::new(Self { body, held })
    }
}

impl HttpBody for CountedBody {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        let polled = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &polled
            && let Some(bytes) = frame.data_ref()
            && let Err(failure) = self.held.take(bytes.len())
        {
            return Poll::Ready(Some(Err(failure.into())));
        }
        Poll::Ready(polled)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::{BodyExt, Full};
    use tonic::Code;
    use tonic_types::StatusExt;

    use super::*;

    fn held(room: &Arc<Semaphore>, max: usize) -> Arc<Held> {
        Arc::new(Held { room: Arc::clone(room), max, taken: Mutex::default() })
    }

    async fn send(held: &Arc<Held>, bytes: usize) -> Result<usize, Status> {
        let body = Body::new(Full::new(Bytes::from(vec![0; bytes])));
        CountedBody::new(body, Arc::clone(held)).collect().await.map(|body| body.to_bytes().len())
    }

    #[tokio::test]
    async fn a_tenant_holds_so_many_bytes_and_is_told_when_to_come_again() {
        let room = Arc::new(Semaphore::new(10));
        let (one, other) = (held(&room, 8), held(&room, 8));
        assert_eq!(send(&one, 6).await.unwrap(), 6);
        assert_eq!(send(&other, 4).await.unwrap(), 4);
        let refused = send(&other, 1).await.unwrap_err();
        assert_eq!(refused.code(), Code::ResourceExhausted);
        let details = refused.get_error_details();
        assert_eq!(details.error_info().unwrap().reason, "TENANT_MEMORY");
        assert!(details.retry_info().unwrap().retry_delay.is_some());
        drop(one);
        assert_eq!(send(&other, 1).await.unwrap(), 1);
        drop(other);
        assert_eq!(room.available_permits(), 10);
    }

    #[tokio::test]
    async fn a_stream_holds_no_more_than_it_can_have_in_flight() {
        let room = Arc::new(Semaphore::new(10));
        let one = held(&room, 8);
        for _ in 0..3 {
            assert_eq!(send(&one, 6).await.unwrap(), 6);
        }
        assert_eq!(room.available_permits(), 2);
    }

    #[test]
    fn a_tenant_has_room_for_the_largest_calls_of_several() {
        const { assert!(limits::TENANT_BYTES_HELD_MAX >= 8 * limits::CALL_BYTES_HELD_MAX) };
        const { assert!(limits::CALL_BYTES_HELD_MAX >= limits::BATCHES_IN_FLIGHT_MAX * limits::MESSAGE_BYTES_MAX) };
    }
}
