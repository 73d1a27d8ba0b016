//! Bytes in, bytes out: the only file that names hyper.
//!
//! A body is read as far as the longest form, and with patience for as long as a person's browser may take.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{HOST, HeaderName, HeaderValue};
use hyper::http::uri::Authority;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use oauth_core::client::reply::ClientPage;
use oauth_core::http::{BODY_LIMIT, BadHost, Body, HttpReply, HttpRequest, Version, judge_host};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::flow::{Client, Outcome};
use crate::page;

/// How long a browser may take to send a request's head.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// How long it may take to send a form.
const BODY_TIMEOUT: Duration = Duration::from_secs(10);

/// How long requests in progress may take when the client stops; longer than a call to a server may.
const DRAIN: Duration = Duration::from_secs(15);

/// Serves until told to stop, then lets requests in progress end.
pub(crate) async fn run(listener: TcpListener, client: Arc<Client>, mut stop: oneshot::Receiver<()>) {
    let graceful = GracefulShutdown::new();
    loop {
        let stream = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    // Out of file descriptors, most likely: others have to end first.
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
            // An error says that the handle was dropped, which stops the client too.
            _ = &mut stop => break,
        };
        let client = Arc::clone(&client);
        let service = service_fn(move |request| answer(Arc::clone(&client), request));
        let connection = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .serve_connection(TokioIo::new(stream), service);
        let connection = graceful.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended early");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("requests were cut off, since they took too long to end");
    }
}

async fn answer(
    client: Arc<Client>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let begun = Instant::now();
    let (method, path) = (request.method().as_str().to_owned(), request.uri().path().to_owned());
    let outcome = match well_addressed(&request) {
        Ok(()) => {
            let request = read(request).await;
            // A browser that goes away must not cut off a token request, whose answer may hold the only refresh token.
            let work = tokio::spawn(async move { client.answer(&request).await });
            work.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
        }
        Err(bad) => Outcome { reply: bad.reply(), steps: "", refusal: None },
    };
    let response = write(&outcome.reply);
    tracing::info!(
        method,
        path,
        status = response.status().as_u16(),
        ms = begun.elapsed().as_millis(),
        steps = outcome.steps,
        refusal = outcome.refusal.map(tracing::field::debug),
    );
    Ok(response)
}

/// Judges what a request says of the host that it is for.
fn well_addressed(request: &Request<Incoming>) -> Result<(), BadHost> {
    let version = if request.version() < hyper::Version::HTTP_11 { Version::Http10 } else { Version::Http11 };
    let authority = request.uri().authority().map(Authority::as_str);
    judge_host(version, authority, request.headers().get_all(HOST).iter())
}

async fn read(request: Request<Incoming>) -> HttpRequest {
    let (head, body) = request.into_parts();
    // A form that did not arrive is an empty one, which no page takes.
    let body = tokio::time::timeout(BODY_TIMEOUT, read_body(body)).await.unwrap_or_default();
    let mut http = HttpRequest {
        method: head.method.as_str().to_owned(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().map(str::to_owned),
        headers: head
            .headers
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), value.as_bytes().to_vec()))
            .collect(),
        body,
    };
    if let Some(authority) = head.uri.authority() {
        http.set_host(authority.as_str());
    }
    http
}

/// Reads a body as far as [`BODY_LIMIT`] and one byte.
async fn read_body(mut body: Incoming) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(Ok(frame)) = body.frame().await {
        let Ok(data) = frame.into_data() else { continue };
        let room = (BODY_LIMIT + 1).saturating_sub(bytes.len());
        bytes.extend_from_slice(&data[..room.min(data.len())]);
        if bytes.len() > BODY_LIMIT {
            break;
        }
    }
    bytes
}

/// Writes a reply; one that does not fit HTTP, such as a `Location` with a line break, becomes a 500 without
/// it.
fn write(reply: &HttpReply<ClientPage>) -> Response<Full<Bytes>> {
    let body = match &reply.body {
        Body::Empty => String::new(),
        Body::Text(text) => text.clone(),
        Body::Page(page) => page::draw(page),
    };
    let mut response = Response::new(Full::from(body));
    let mut fits = true;
    match StatusCode::from_u16(reply.status) {
        Ok(status) => *response.status_mut() = status,
        Err(_) => fits = false,
    }
    for (name, value) in &reply.headers {
        match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes())) {
            (Ok(name), Ok(value)) => {
                response.headers_mut().append(name, value);
            }
            _ => fits = false,
        }
    }
    if fits {
        return response;
    }
    tracing::error!("a reply does not fit HTTP; do the server's endpoints hold control characters?");
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
    response
}
