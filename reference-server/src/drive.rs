//! The loop: locate, load, step, swap; and again with fresh secrets where somebody was faster.
//!
//! This is the only place that waits between a load and a write, and it judges nothing: each decision is asked of the
//! host's logic.

use std::sync::Arc;

use oauth_core::directory::Directory;
use oauth_core::http::{Body, HttpReply, HttpRequest};
use oauth_core::refusal::Refused;
use oauth_core::server::dpop::Use;
use oauth_core::server::received::Received;
use oauth_core::server::reply::Context;
use oauth_core::server::{Found, Inputs, Outcome, Pending, Reply, Write};

use crate::documented_steps::steps;
use crate::host::{Host, fresh};
use crate::jose;
use crate::records::{self, Loaded};
use crate::store::{Registrar, Store, StoreError, Swap};

/// How often a request is judged anew because its write lost, before it is sent away.
const ATTEMPTS: usize = 8;

/// A reply, and what the log says of it.
pub(crate) struct Answer {
    /// What is sent.
    pub(crate) reply: HttpReply,
    /// What was refused, precisely.
    pub(crate) refused: Option<Refused>,
    /// The documented steps that took place.
    pub(crate) steps: Option<&'static str>,
}

impl Answer {
    /// A reply of the edge itself.
    pub(crate) fn of_edge(reply: HttpReply) -> Self {
        Self { reply, refused: None, steps: None }
    }
}

/// Answers a request; `from` is who sends it, should it register a client.
pub(crate) async fn answer<S: Store>(host: &Host<S>, http: &HttpRequest, from: Registrar) -> Answer {
    let mut directory = host.directory();
    let mut received = match host.receive(http, &mut directory).await {
        Ok(received) => received,
        Err(error) => return Answer::of_edge(failed(&error)),
    };
    if let Some((password, owner)) = received.password() {
        match host.passwords.check(&directory, password).await {
            Ok(checked) => *owner = host.logic.owner(password, &directory, checked),
            Err(busy) => {
                tracing::warn!("{busy}");
                return Answer::of_edge(come_back());
            }
        }
    }
    if let Some((proof, signed)) = received.signed_proof() {
        proof.signature = jose::check(signed);
    }
    let judged = match mark(host, &mut received).await {
        Ok(()) => judge(host, &mut directory, &received, from).await,
        Err(error) => Err(error),
    };
    match judged {
        Ok(Some((reply, loaded))) => {
            let (nonce, _) = host.nonces.at(host.clock.now());
            let context = Context {
                directory: &directory,
                policy: &host.policy,
                received: &received,
                kept: loaded.as_ref().map(Loaded::response_target),
                nonce: &nonce,
            };
            let encoded = host.logic.encode(http, &reply, &context);
            Answer { reply: encoded, refused: reply.refusal(), steps: steps(&received, &reply) }
        }
        Ok(None) => {
            tracing::warn!("a record was written by others {ATTEMPTS} times while one request waited for it");
            Answer::of_edge(come_back())
        }
        Err(error) => Answer::of_edge(failed(&error)),
    }
}

/// Marks the proof of a request as used, before anything is judged: to stop in between costs the proof and nothing else.
async fn mark<S: Store>(host: &Host<S>, received: &mut Received) -> Result<(), StoreError> {
    if let Some(proof) = received.proof()
        && let Some(marker) = host.logic.marker(&moment(host), proof)
        && host.store.insert_marker(marker).await? == Swap::Landed
    {
        proof.used = Use::First;
    }
    Ok(())
}

/// What varies from step to step.
fn moment<S>(host: &Host<S>) -> Inputs {
    let now = host.clock.now();
    let (_, nonces) = host.nonces.at(now);
    Inputs { now, fresh: fresh(), policy: host.policy, nonces }
}

/// Judges until a reply may be sent; none if every attempt lost.
async fn judge<S: Store>(
    host: &Host<S>,
    directory: &mut Arc<Directory>,
    received: &Received,
    from: Registrar,
) -> Result<Option<(Reply, Option<Loaded>)>, StoreError> {
    let request = received.request();
    for _ in 0..ATTEMPTS {
        let needs = host.logic.locate(&request);
        let loaded = match needs.grant {
            Some(id) => host.load_grant(id, directory).await?,
            None => None,
        };
        let session = match needs.session {
            Some(key) => host.load_session(&key, directory).await?,
            None => None,
        };
        let client = needs.client.and_then(|no| directory.client(no)).map(|entry| &entry.client);
        let found = Found { client, session, grant: loaded.as_ref().map(|loaded| loaded.grant) };
        let pending = match host.logic.step(&moment(host), &found, &request) {
            Outcome::Reply(reply) => return Ok(Some((reply, loaded))),
            Outcome::Write(pending) => pending,
        };
        if write(host, directory, &pending, loaded.as_ref(), (received, from)).await? == Swap::Landed {
            return Ok(Some((pending.landed(), loaded)));
        }
    }
    Ok(None)
}

async fn write<S: Store>(
    host: &Host<S>,
    directory: &Directory,
    pending: &Pending,
    loaded: Option<&Loaded>,
    (received, from): (&Received, Registrar),
) -> Result<Swap, StoreError> {
    let store = &host.store;
    match (pending.write, loaded) {
        (Write::InsertClient(client), _) => match received.metadata() {
            Some(metadata) => store.insert_client(metadata.registration(&client), from).await,
            // A step registers only who said something of itself.
            None => Ok(Swap::Lost),
        },
        (Write::InsertSession(session), _) => {
            store.insert_session(records::of_session(&session, directory)?).await
        }
        (Write::InsertGrant(grant), _) => {
            // A grant without an authorization request has no response.
            let target = received.response_target().cloned().unwrap_or_default();
            store.insert_grant(records::of_grant(&grant, target, directory)?).await
        }
        (Write::SwapGrant(grant), Some(loaded)) => {
            let record = records::of_grant(&grant, loaded.response_target().clone(), directory)?;
            store.swap_grant(loaded.stored.version, record).await
        }
        // A step swaps only what was found.
        (Write::SwapGrant(_), None) => Ok(Swap::Lost),
    }
}

/// A store that failed.
fn failed(error: &StoreError) -> HttpReply {
    tracing::error!("{error}");
    match error {
        StoreError::NothingHappened(_) => come_back(),
        // To repeat a redemption that may have landed would be a replay, so nobody is invited to.
        StoreError::Uncertain(_) => text(500, "the server does not know whether this took effect"),
    }
}

/// Too busy: nothing happened, and the same request may come again.
fn come_back() -> HttpReply {
    text(503, "the server is busy; please try again").with("Retry-After", "1")
}

/// A reply of the edge itself, in plain text.
pub(crate) fn text(status: u16, says: &str) -> HttpReply {
    HttpReply { status, headers: Vec::new(), body: Body::Text(format!("{says}\n")) }
        .with("Content-Type", "text/plain; charset=utf-8")
        .with("Cache-Control", "no-store")
        .with("X-Content-Type-Options", "nosniff")
}
