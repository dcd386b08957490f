//! What stands before every handler: who calls, whether the method is open to them, and whether there is room, in the
//! server and in the share of their tenant. It decides before a byte of the body is decoded, so that a refused caller learns nothing from how a request is parsed.

mod held;

mod record;

use std::{
    convert::Infallible,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use http::{HeaderMap, HeaderValue, Request, Response, header::AUTHORIZATION};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tonic::{Code, Status, body::Body};
use tower::{Layer, Service};

use self::{
    held::{CountedBody, Held},
    record::{CallRecord, Room},
};
use super::{
    app::App,
    limits,
    status::{self, Failure, Outcome, Reason},
};
use crate::{
    access::{self, AccessTable, Caller, Verdict},
    store::CredentialRecord,
};

/// The layer that puts the gate before the services.
#[derive(Clone, Debug)]
pub struct Gate(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    app: App,
    table: AccessTable,
    calls: Arc<Semaphore>,
}

impl Gate {
    /// A gate that obeys `table`.
    pub fn new(app: App, table: AccessTable) -> Self {
        Self(Arc::new(Inner { app, table, calls: Arc::new(Semaphore::new(limits::CALLS_MAX)) }))
    }

    /// Room for one more call.
    fn room(&self) -> Outcome<OwnedSemaphorePermit> {
        let permit = Arc::clone(&self.0.calls).try_acquire_owned();
        permit.map_err(|_| Failure::of(Reason::Overloaded))
    }

    /// Whether the call may go on, and who calls; nobody where the method needs no credential.
    async fn admit(&self, verdict: Verdict<'_>, authorization: Option<HeaderValue>) -> Outcome<Option<Caller>> {
        if verdict == Verdict::Open {
            return Ok(None);
        }
        let caller = self.caller(authorization).await?;
        let open = match verdict {
            Verdict::Open | Verdict::AnyCredential => true,
            Verdict::Roles(roles) => caller.roles.iter().any(|role| roles.contains(role)),
            Verdict::Unknown => return Err(Failure::of(Reason::MethodUnknown)),
        };
        if open { Ok(Some(caller)) } else { Err(Failure::of(Reason::RoleMissing)) }
    }

    async fn caller(&self, authorization: Option<HeaderValue>) -> Outcome<Caller> {
        let token = authorization.as_ref().and_then(|value| value.to_str().ok()).and_then(access::bearer);
        let token = token.ok_or_else(|| Failure::of(Reason::CredentialInvalid))?;
        let record = self.0.app.store.authenticate(token).await;
        let record = record.map_err(|error| Failure::of_store(&error, Reason::CredentialInvalid))?;
        record.map(caller).ok_or_else(|| Failure::of(Reason::CredentialInvalid))
    }
}

/// The name of a method for logs and metrics; what is not in the table came from outside and is not repeated.
fn method_name(verdict: Verdict<'_>, path: &str) -> String {
    match verdict {
        Verdict::Roles(_) => path.to_owned(),
        Verdict::Open => "health".to_owned(),
        Verdict::AnyCredential => "reflection".to_owned(),
        Verdict::Unknown => "unknown".to_owned(),
    }
}

/// The `authorization` header, where there is exactly one.
fn authorization(headers: &HeaderMap) -> Option<HeaderValue> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (first, second) = (values.next(), values.next());
    first.filter(|_| second.is_none()).cloned()
}

fn caller(record: CredentialRecord) -> Caller {
    let CredentialRecord { credential, principal, tenant, roles, .. } = record;
    Caller { tenant, principal, credential, roles }
}

impl<S> Layer<S> for Gate {
    type Service = Gated<S>;

    fn layer(&self, inner: S) -> Gated<S> {
        Gated { gate: self.clone(), inner }
    }
}

/// A service behind the gate.
#[derive(Clone, Debug)]
pub struct Gated<S> {
    gate: Gate,
    inner: S,
}

impl<S> Service<Request<Body>> for Gated<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        // The service that was found ready serves; its clone waits for the next call.
        let spare = self.inner.clone();
        let inner = std::mem::replace(&mut self.inner, spare);
        let gate = self.gate.clone();
        Box::pin(async move { Ok(pass(gate, inner, request).await) })
    }
}

async fn pass<S>(gate: Gate, mut inner: S, mut request: Request<Body>) -> Response<Body>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible> + Send,
    S::Future: Send,
{
    let verdict = gate.0.table.verdict(request.uri().path());
    let method = method_name(verdict, request.uri().path());
    let authorization = authorization(request.headers());
    let mut record = CallRecord::start(method, Arc::clone(&gate.0.app.metrics));
    let permit = match gate.room() {
        Ok(permit) => permit,
        Err(failure) => return record.answer(Status::from(failure).into_http(), Room::default()),
    };
    let admitted = gate.admit(verdict, authorization).await.and_then(|caller| {
        record.caller(caller.as_ref());
        let share = caller.as_ref().map(|caller| gate.0.app.shares.call(caller.tenant)).transpose()?;
        Ok((caller, share))
    });
    let mut room = Room { permits: vec![permit], held: None };
    let response = match admitted {
        Err(failure) => Status::from(failure).into_http(),
        Ok((caller, share)) => {
            room.permits.extend(share);
            if let Some(caller) = caller {
                let held = Held::new(gate.0.app.shares.bytes(caller.tenant));
                room.held = Some(Arc::clone(&held));
                request = request.map(|body| CountedBody::new(body, held));
                request.extensions_mut().insert(caller);
            }
            let answer = tokio::time::timeout(limits::seconds(limits::CALL_SECONDS_MAX), inner.call(request)).await;
            answer.map_or_else(
                |_| Status::from(Failure::of(Reason::DeadlineExceeded)).into_http(),
                |answer| own(answer.unwrap_or_else(|never| match never {})),
            )
        }
    };
    record.answer(response, room)
}

/// Our status in place of one that the transport made: ours always carries details.
fn own(response: Response<Body>) -> Response<Body> {
    let transport = Status::from_header_map(response.headers())
        .filter(|status| status.code() != Code::Ok && status.details().is_empty());
    match transport.and_then(|status| status::of_transport(status.code())) {
        Some(failure) => Status::from(failure).into_http(),
        None => response,
    }
}
