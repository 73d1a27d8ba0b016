//! Bytes in, bytes out: the only file that knows hyper.
//!
//! It bounds what a peer may send (head, body, time), carries it to [`drive`], draws the page of the reply,
//! and writes one line of log for each request: the path without its query, never a header, a cookie or a
//! body.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{CONNECTION, HOST, HeaderName, HeaderValue};
use hyper::http::uri::Authority;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use oauth_core::http::{BODY_LIMIT, BadHost, Body, HttpReply, HttpRequest, Version, judge_host};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use crate::drive::{self, Answer};
use crate::host::Host;
use crate::page::draw;
use crate::refused_name;
use crate::store::{Registrar, Store};
use crate::test_clock;

/// How long a head may take to arrive.
const HEAD_TIME: Duration = Duration::from_secs(10);

/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(10);

/// How much of a body that is too large is read and forgotten, so that its sender hears the refusal.
const DISCARD_LIMIT: usize = 16 * BODY_LIMIT;

/// How long connections may take to end once the server stops.
const DRAIN_TIME: Duration = Duration::from_secs(10);

/// Serves until `stop` fires or its sender is gone; then lets each connection finish what it is at.
pub(crate) async fn run<S: Store>(
    listener: TcpListener,
    host: Arc<Host<S>>,
    mut stop: oneshot::Receiver<()>,
) {
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = &mut stop => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let from = Registrar::from(peer.ip());
                tokio::spawn(connection(stream, from, Arc::clone(&host), graceful.watcher()));
            }
            Err(error) => {
                // Out of descriptors, or a peer that left too early: either passes.
                tracing::warn!("cannot accept a connection: {error}");
                sleep(Duration::from_millis(50)).await;
            }
        }
    }
    drop(listener);
    if timeout(DRAIN_TIME, graceful.shutdown()).await.is_err() {
        tracing::warn!("some connections were cut after {} s", DRAIN_TIME.as_secs());
    }
}

async fn connection<S: Store>(stream: TcpStream, from: Registrar, host: Arc<Host<S>>, watcher: Watcher) {
    // Small replies should leave at once; a socket that cannot do so still works.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let host = Arc::clone(&host);
        async move { Ok::<_, Infallible>(respond(&host, request, from).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIME)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!("a connection ended early: {error}");
    }
}

/// Answers one request, and logs it.
async fn respond<S: Store>(
    host: &Host<S>,
    request: Request<Incoming>,
    from: Registrar,
) -> Response<Full<Bytes>> {
    let began = Instant::now();
    let method = request.method().as_str().to_owned();
    let path = request.uri().path().to_owned();
    let answer = match well_addressed(&request) {
        Ok(()) => match arrive(request).await {
            Ok(http) => match host.test_clock.as_ref().and_then(|clock| test_clock::answer(clock, &http)) {
                Some(reply) => Answer::of_edge(reply),
                None => drive::answer(host, &http, from).await,
            },
            Err(error) => {
                tracing::debug!("a body did not arrive: {error}");
                Answer::of_edge(drive::text(408, "the body did not arrive").with("Connection", "close"))
            }
        },
        Err(bad) => Answer::of_edge(bad.reply()),
    };
    let response = depart(answer.reply, host);
    tracing::info!(
        status = response.status().as_u16(),
        ms = began.elapsed().as_millis(),
        step = answer.steps.map(tracing::field::display),
        refused = answer.refused.map(refused_name).map(tracing::field::display),
        "{method} {path}"
    );
    response
}

/// Judges what a request says of the host that it is for.
fn well_addressed(request: &Request<Incoming>) -> Result<(), BadHost> {
    let version = if request.version() < hyper::Version::HTTP_11 { Version::Http10 } else { Version::Http11 };
    let authority = request.uri().authority().map(Authority::as_str);
    judge_host(version, authority, request.headers().get_all(HOST).iter())
}

/// Reads a request off the wire.
async fn arrive(request: Request<Incoming>) -> io::Result<HttpRequest> {
    let (head, body) = request.into_parts();
    let body = timeout(BODY_TIME, read_body(body)).await.map_err(|_| io::ErrorKind::TimedOut)??;
    let headers = head.headers.iter();
    let mut http = HttpRequest {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        headers: headers.map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec())).collect(),
        body,
    };
    if let Some(authority) = head.uri.authority() {
        http.set_host(authority.as_str());
    }
    Ok(http)
}

/// Reads a body as far as [`BODY_LIMIT`] and one byte.
async fn read_body(mut body: Incoming) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut read = 0;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(io::Error::other)?.into_data() else { continue };
        let room = (BODY_LIMIT + 1).saturating_sub(bytes.len());
        bytes.extend_from_slice(&data[..room.min(data.len())]);
        read += data.len();
        if read > DISCARD_LIMIT {
            break;
        }
    }
    Ok(bytes)
}

/// Writes a reply for the wire, with its page drawn.
fn depart<S>(reply: HttpReply, host: &Host<S>) -> Response<Full<Bytes>> {
    let body = match reply.body {
        Body::Empty => String::new(),
        Body::Text(text) => text,
        Body::Page(page) => draw(&page, &host.demo),
    };
    let mut response = Response::new(Full::new(Bytes::from(body)));
    let status = StatusCode::from_u16(reply.status);
    *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in reply.headers {
        match (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            (Ok(name), Ok(value)) => {
                response.headers_mut().append(name, value);
            }
            // The codecs write only what a header may hold; a text that slipped through must not be cut or
            // mended.
            (Ok(_) | Err(_), Ok(_) | Err(_)) => {
                tracing::error!("the value of {name} cannot stand in a header");
                let mut failed = Response::new(Full::new(Bytes::new()));
                *failed.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
                failed.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
                return failed;
            }
        }
    }
    response
}
