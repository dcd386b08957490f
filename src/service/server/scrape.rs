//! Shows the counters over HTTP/1.1 on loopback: `GET /metrics`.

use std::{convert::Infallible, time::Duration};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::Full;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

use super::incoming::pause;
use crate::service::app::App;

/// Media type of the page.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// How long a scraper may take for its request.
const REQUEST: Duration = Duration::from_secs(5);

/// Serves the page until the server drains, one connection after the other: there is one scraper.
pub(super) fn serve(listener: TcpListener, app: App) {
    tokio::spawn(async move {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = app.drained() => return,
            };
            let tcp = match accepted {
                Ok((tcp, _)) => tcp,
                Err(error) => {
                    pause(&error).await;
                    continue;
                }
            };
            let page = service_fn(|request| std::future::ready(Ok::<_, Infallible>(answer(&app, &request))));
            let mut http = http1::Builder::new();
            http.timer(TokioTimer::new()).header_read_timeout(REQUEST).keep_alive(false);
            // A scraper that goes away is no fault of ours.
            drop(http.serve_connection(TokioIo::new(tcp), page).await);
        }
    });
}

fn answer(app: &App, request: &Request<Incoming>) -> Response<Full<Bytes>> {
    let found = request.method() == Method::GET && request.uri().path() == "/metrics";
    let mut response = Response::new(Full::from(if found { app.metrics.text() } else { String::new() }));
    if found {
        response.headers_mut().insert(CONTENT_TYPE, http::HeaderValue::from_static(OPEN_METRICS));
    } else {
        *response.status_mut() = StatusCode::NOT_FOUND;
    }
    response
}
