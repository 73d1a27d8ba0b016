//! A hostile server: answers each path as a test says, and remembers every request that it got.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::wire::{self, Pairs};

/// An answer.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// Status, header fields, body.
    Http(u16, Vec<(&'static str, String)>, Vec<u8>),
    /// The connection is closed instead.
    HangUp,
    /// Another answer, once the test lets it go.
    Held(Arc<Semaphore>, Box<Answer>),
    /// The first answer once, then the second.
    First(Box<[Answer; 2]>),
}

impl Answer {
    /// An answer, and what lets it go.
    pub(crate) fn held(self) -> (Self, Arc<Semaphore>) {
        let gate = Arc::new(Semaphore::new(0));
        (Self::Held(Arc::clone(&gate), Box::new(self)), gate)
    }

    /// This answer once, then another.
    pub(crate) fn first_of(self, then: Self) -> Self {
        Self::First(Box::new([self, then]))
    }

    pub(crate) fn json(status: u16, body: &impl ToString) -> Self {
        Self::Http(
            status,
            vec![("content-type", "application/json".to_owned())],
            body.to_string().into_bytes(),
        )
    }
}

/// A request as it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Received {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Received {
    pub(crate) fn header(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(have, _)| have == name).map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn form(&self) -> Pairs {
        wire::pairs(&self.body)
    }
}

#[derive(Default)]
struct Shared {
    routes: Mutex<BTreeMap<String, Answer>>,
    seen: Mutex<Vec<Received>>,
    arrived: Notify,
}

/// A server on a free loopback port, until it is dropped.
pub(crate) struct Server {
    pub(crate) origin: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    /// Starts a server that answers every path with 404.
    pub(crate) async fn start() -> Self {
        Self::start_by("http", None).await
    }

    /// As [`Server::start`], by TLS.
    pub(crate) async fn start_tls(config: Arc<ServerConfig>) -> Self {
        Self::start_by("https", Some(config.into())).await
    }

    async fn start_by(scheme: &str, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let origin = format!("{scheme}://{}", listener.local_addr().expect("it is bound"));
        let shared = Arc::<Shared>::default();
        let task = tokio::spawn(accept(listener, tls, Arc::clone(&shared)));
        Self { origin, shared, task }
    }

    /// Sets the answer of a path.
    pub(crate) fn answer(&self, path: &str, answer: Answer) {
        lock(&self.shared.routes).insert(path.to_owned(), answer);
    }

    /// What arrived, in order.
    pub(crate) fn seen(&self) -> Vec<Received> {
        lock(&self.shared.seen).clone()
    }

    /// Waits until so many requests have arrived at a path.
    pub(crate) async fn wait_for(&self, path: &str, times: usize) {
        let arrivals = async {
            loop {
                let mut arrival = std::pin::pin!(self.shared.arrived.notified());
                arrival.as_mut().enable();
                if self.seen_at(path).len() >= times {
                    return;
                }
                arrival.await;
            }
        };
        let patience = std::time::Duration::from_secs(20);
        let in_time = tokio::time::timeout(patience, arrivals).await;
        in_time.unwrap_or_else(|_| panic!("request {times} never arrived at {path}"));
    }

    /// What arrived at a path, in order.
    pub(crate) fn seen_at(&self, path: &str) -> Vec<Received> {
        self.seen().into_iter().filter(|seen| seen.path == path).collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (shared, tls) = (Arc::clone(&shared), tls.clone());
        tokio::spawn(async move {
            match tls {
                None => converse(stream, shared).await,
                Some(tls) => {
                    // Who does not trust the certificate hangs up.
                    if let Ok(stream) = tls.accept(stream).await {
                        converse(stream, shared).await;
                    }
                }
            }
        });
    }
}

async fn converse(stream: impl AsyncRead + AsyncWrite + Unpin, shared: Arc<Shared>) {
    let service = service_fn(move |request| reply(Arc::clone(&shared), request));
    // A hang-up is scripted, and a client that goes away is its own affair.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

async fn reply(
    shared: Arc<Shared>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, std::io::Error> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(std::io::Error::other)?.to_bytes();
    let path = head.uri.path().to_owned();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    lock(&shared.seen).push(Received {
        method: head.method.to_string(),
        path: path.clone(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: head
            .headers
            .iter()
            .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
            .collect(),
        body: text(&body),
    });
    let mut answer = {
        let mut routes = lock(&shared.routes);
        let found = routes.get(&path).cloned();
        if let Some(Answer::First(two)) = &found {
            routes.insert(path, two[1].clone());
        }
        found.unwrap_or(Answer::Http(404, Vec::new(), Vec::new()))
    };
    shared.arrived.notify_waiters();
    if let Answer::First(two) = answer {
        let [first, _] = *two;
        answer = first;
    }
    while let Answer::Held(gate, then) = answer {
        gate.acquire().await.map_err(std::io::Error::other)?.forget();
        answer = *then;
    }
    match answer {
        Answer::HangUp | Answer::Held(..) | Answer::First(_) => Err(std::io::Error::other("scripted")),
        Answer::Http(status, headers, body) => {
            let mut response = Response::builder().status(status);
            for (name, value) in headers {
                response = response.header(name, value);
            }
            response.body(Full::from(body)).map_err(std::io::Error::other)
        }
    }
}
