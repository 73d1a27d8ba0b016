//! A relay between the suite and the reference server, in this process: each exchange passes through the acts of the
//! liberties that are taken.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context as TaskContext, Poll};
use std::time::Duration;

use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use hyper::http::{Request, Response, StatusCode};
use hyper::service::service_fn;
use hyper::{client, server};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::message::{Answered, Asked};
use super::{Act, Liberty};

/// What a relay remembers of the exchanges that passed.
#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<BTreeMap<String, String>>);

impl Memory {
    /// Keeps a text under a name; what stood there before.
    pub(crate) fn keep(&self, name: impl Into<String>, text: impl Into<String>) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name.into(), text.into())
    }

    /// What is kept under a name.
    pub(crate) fn get(&self, name: &str) -> Option<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }
}

/// A relay that runs until it is dropped.
#[derive(Debug)]
pub(crate) struct Relay {
    taken: Arc<Taken>,
    _running: JoinSet<()>,
}

/// The liberties that are taken, how often each acted, and what they remember.
#[derive(Debug)]
struct Taken {
    server: SocketAddr,
    liberties: Vec<(&'static Liberty, AtomicUsize)>,
    memory: Memory,
    /// Token requests pass one at a time, so that what is remembered of them is true.
    token: tokio::sync::Mutex<()>,
}

impl Relay {
    /// Relays what comes to this listener to this server.
    pub(crate) fn start(listener: TcpListener, server: SocketAddr, liberties: &[&'static Liberty]) -> Self {
        let liberties = liberties.iter().map(|liberty| (*liberty, AtomicUsize::new(0))).collect();
        let taken = Arc::new(Taken {
            server,
            liberties,
            memory: Memory::default(),
            token: tokio::sync::Mutex::default(),
        });
        let mut running = JoinSet::new();
        running.spawn(accept(listener, Arc::clone(&taken)));
        Self { taken, _running: running }
    }

    /// How often each liberty acted, in the order in which they were given.
    pub(crate) fn uses(&self) -> Vec<usize> {
        self.taken.liberties.iter().map(|(_, uses)| uses.load(Ordering::Relaxed)).collect()
    }
}

/// The connections end with the task that accepted them.
async fn accept(listener: TcpListener, taken: Arc<Taken>) {
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                // A peer that left too early; the next one may stay.
                let Ok((stream, _)) = accepted else { continue };
                connections.spawn(connection(stream, Arc::clone(&taken)));
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, taken: Arc<Taken>) {
    // Small answers should leave at once; a socket that cannot do so still works.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let taken = Arc::clone(&taken);
        async move { Ok::<_, Infallible>(taken.answer(request).await) }
    });
    // The suite sees a connection that ended badly as such.
    let _ = server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

impl Taken {
    async fn answer(&self, request: Request<Incoming>) -> Response<BoxBody<Bytes, Infallible>> {
        let answered = match self.pass(request).await {
            Ok(answered) => answered,
            Err(error) => Answered {
                status: StatusCode::BAD_GATEWAY,
                body: error.to_string().into(),
                ..Answered::default()
            },
        };
        if !answered.delay.is_zero() {
            tokio::time::sleep(answered.delay).await;
        }
        let chunked = answered.chunked;
        Response::from(answered)
            .map(|body| if chunked { Lengthless(Some(body)).boxed() } else { Full::new(body).boxed() })
    }

    /// Passes one exchange through the acts, in the order in which the liberties were given.
    async fn pass(&self, request: Request<Incoming>) -> io::Result<Answered> {
        let (head, body) = request.into_parts();
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        let first = Asked { head, body };
        let _alone = if first.is("POST", "/token") { Some(self.token.lock().await) } else { None };
        let mut asked = first.clone();
        let mut instead = None;
        for (act, uses) in self.acts() {
            match act {
                Act::Request(change) if change(&self.memory, &mut asked) => used(uses),
                Act::Instead(answer) if instead.is_none() => {
                    instead = answer(&self.memory, &asked);
                    if instead.is_some() {
                        used(uses);
                    }
                }
                Act::Request(_)
                | Act::Instead(_)
                | Act::Policy(_)
                | Act::Target(_)
                | Act::Follow(_)
                | Act::Answer(_)
                | Act::Sign(_) => {}
            }
        }
        let mut answered = match instead {
            Some(answered) => answered,
            None => self.forward(&asked).await?,
        };
        for (act, uses) in self.acts() {
            match act {
                Act::Follow(follow) => {
                    if let Some(next) = follow(&self.memory, &asked, &answered) {
                        used(uses);
                        answered = self.forward(&next).await?;
                    }
                }
                Act::Answer(change) if change(&self.memory, &first, &mut answered) => used(uses),
                Act::Sign(sign) if sign(&self.memory, &first, &answered) => used(uses),
                Act::Answer(_)
                | Act::Sign(_)
                | Act::Request(_)
                | Act::Instead(_)
                | Act::Policy(_)
                | Act::Target(_) => {}
            }
        }
        Ok(answered)
    }

    fn acts(&self) -> impl Iterator<Item = (&'static Act, &AtomicUsize)> {
        self.liberties.iter().flat_map(|(liberty, uses)| liberty.acts.iter().map(move |act| (act, uses)))
    }

    /// Asks the server, over a connection of its own.
    async fn forward(&self, asked: &Asked) -> io::Result<Answered> {
        let stream = TcpStream::connect(self.server).await?;
        let (mut sender, connection) =
            client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(io::Error::other)?;
        let mut head = asked.head.clone();
        head.headers.remove(CONTENT_LENGTH);
        head.headers.remove(TRANSFER_ENCODING);
        let request = Request::from_parts(head, Full::new(asked.body.clone()));
        let exchange = async move {
            let response = sender.send_request(request).await.map_err(io::Error::other)?;
            let (head, body) = response.into_parts();
            let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
            io::Result::Ok(Answered {
                status: head.status,
                headers: head.headers,
                body,
                chunked: false,
                gzip: false,
                delay: Duration::ZERO,
            })
        };
        let (answered, _) = tokio::join!(exchange, async {
            // The exchange tells of an error that matters.
            let _ = connection.await;
        });
        let mut answered = answered?;
        answered.headers.remove(CONTENT_LENGTH);
        Ok(answered)
    }
}

/// A body that tells no length, so that it is sent in chunks.
#[derive(Debug)]
struct Lengthless(Option<Bytes>);

impl Body for Lengthless {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut TaskContext<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|body| Ok(Frame::data(body))))
    }
}

fn used(uses: &AtomicUsize) {
    uses.fetch_add(1, Ordering::Relaxed);
}
